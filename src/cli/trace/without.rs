//! A program that cannot send spans, and says so when it is told to.

use tracing_subscriber::layer::Identity;

use crate::config::{Config, Mistake};

/// Nothing to end.
pub struct Sender;

impl Sender {
    /// Does nothing.
    pub fn end(self) {
        let Self = self;
    }
}

/// No spans.
///
/// # Errors
/// When the configuration wants them.
pub fn begin(config: &Config) -> Result<(Identity, Sender), Mistake> {
    match config.collector()? {
        None => Ok((Identity::new(), Sender)),
        Some(_) => Err(Mistake {
            name: "VACANTIA_OTLP_URL",
            what: "this program was built without OTLP: unset it, or build with --features otel".to_owned(),
        }),
    }
}
