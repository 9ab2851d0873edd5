//! Spans to a collector, by OTLP over HTTP (<https://opentelemetry.io/docs/specs/otlp/>). Behind the cargo feature `otel`,
//! so that the usual program stays small.

#[cfg(feature = "otel")]
mod otlp;
#[cfg(not(feature = "otel"))]
mod without;

#[cfg(feature = "otel")]
pub(super) use otlp::{Sender, begin};
#[cfg(not(feature = "otel"))]
pub(super) use without::{Sender, begin};
