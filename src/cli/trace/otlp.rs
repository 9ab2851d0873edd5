//! Spans in batches, sent from a thread of their own, so that no request waits for the collector.

use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use opentelemetry::trace::{SpanKind, Status, TracerProvider as _};
use opentelemetry::{KeyValue, Value};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter as Exporter};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, filter::LevelFilter};
use ureq::Agent;

use crate::config::Config;

/// How long the collector may take for a batch.
const PATIENCE: Duration = Duration::from_secs(5);

/// What sends spans, if anything does.
pub struct Sender(Option<SdkTracerProvider>);

impl Sender {
    /// Sends what is left.
    pub fn end(self) {
        if let Some(Err(error)) = self.0.map(|provider| provider.shutdown()) {
            tracing::warn!(%error, "the last spans did not reach the collector");
        }
    }
}

/// The layer that takes spans of this program, down to single statements, whatever the log shows.
///
/// # Errors
/// When the collector's address is none.
pub fn begin<S>(config: &Config) -> anyhow::Result<(Option<impl Layer<S> + use<S>>, Sender)>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let Some(mut url) = config.collector()? else { return Ok((None, Sender(None))) };
    url.path_segments_mut()
        .ok()
        .context("VACANTIA_OTLP_URL holds no path")?
        .pop_if_empty()
        .extend(["v1", "traces"]);
    let http = Http(Agent::config_builder().timeout_global(Some(PATIENCE)).build().into());
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(http)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(url)
        .build()
        .context("cannot send spans")?;
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_service_name("vacantia").with_attribute(version).build();
    let provider =
        SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(Named(exporter)).build();
    let spans = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("vacantia"))
        .with_location(false)
        .with_threads(false)
        .with_filter(Targets::new().with_target("vacantia", LevelFilter::DEBUG));
    Ok((Some(spans), Sender(Some(provider))))
}

/// Sends spans under the names that collectors show: what they are about instead of what kind they are of.
#[derive(Debug)]
struct Named(SpanExporter);

impl Exporter for Named {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(name);
        self.0.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

/// Kinds, and the names of requests and statements, are those of
/// <https://opentelemetry.io/docs/specs/semconv/http/http-spans/> and `../database/database-spans/`.
fn name(span: &mut SpanData) {
    let said =
        |key: &str| span.attributes.iter().find(|pair| pair.key.as_str() == key).map(|pair| &pair.value);
    let text = |key: &str| said(key).map(Value::to_string);
    let request = || Some(format!("{} {}", text("method")?, text("route")?));
    let (name, kind) = match &*span.name {
        "request" => (request(), SpanKind::Server),
        "field" => (text("name"), SpanKind::Internal),
        "write" => (text("action"), SpanKind::Internal),
        "pass" => (text("worker"), SpanKind::Internal),
        "sql" => (text("what"), SpanKind::Client),
        _ => return,
    };
    if matches!(said("status"), Some(Value::I64(status)) if *status >= 500) {
        span.status = Status::error("");
    }
    span.span_kind = kind;
    if let Some(name) = name {
        span.name = name.into();
    }
}

/// The client that batches leave by. It blocks, on the exporter's own thread.
#[derive(Debug)]
struct Http(Agent);

#[async_trait]
impl HttpClient for Http {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let answer = self.0.run(Request::from_parts(head, body.to_vec()))?;
        let (head, mut body) = answer.into_parts();
        Ok(Response::from_parts(head, body.read_to_vec()?.into()))
    }
}
