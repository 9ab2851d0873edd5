//! How long the mail relay may take.

use std::time::Duration;

use super::duration::parse;
use crate::mail::relay::Timeouts;

/// How long the mail relay may take, phase by phase.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Patience with the relay")]
pub struct Relaying {
    /// Reaching it, and TLS with `smtps://`.
    #[arg(long, env = "VACANTIA_SMTP_CONNECT_TIMEOUT", global = true, value_name = "DURATION")]
    #[arg(default_value = "15s", value_parser = parse)]
    pub smtp_connect_timeout: Duration,

    /// Answering a command, or greeting us.
    #[arg(long, env = "VACANTIA_SMTP_COMMAND_TIMEOUT", global = true, value_name = "DURATION")]
    #[arg(default_value = "60s", value_parser = parse)]
    pub smtp_command_timeout: Duration,

    /// Asking for the message after DATA.
    #[arg(long, env = "VACANTIA_SMTP_DATA_TIMEOUT", global = true, value_name = "DURATION")]
    #[arg(default_value = "2m", value_parser = parse)]
    pub smtp_data_timeout: Duration,

    /// Taking in the message, beside three minutes for each MiB.
    #[arg(long, env = "VACANTIA_SMTP_BODY_TIMEOUT", global = true, value_name = "DURATION")]
    #[arg(default_value = "60s", value_parser = parse)]
    pub smtp_body_timeout: Duration,

    /// Saying that it has the message. A shorter time makes duplicates, not speed.
    #[arg(long, env = "VACANTIA_SMTP_REPLY_TIMEOUT", global = true, value_name = "DURATION")]
    #[arg(default_value = "10m", value_parser = parse)]
    pub smtp_reply_timeout: Duration,
}

impl Relaying {
    /// The driver's own limits.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        Timeouts {
            connect: self.smtp_connect_timeout,
            greeting: self.smtp_command_timeout,
            envelope: self.smtp_command_timeout,
            data: self.smtp_data_timeout,
            body: self.smtp_body_timeout,
            reply: self.smtp_reply_timeout,
            ..Timeouts::default()
        }
    }
}
