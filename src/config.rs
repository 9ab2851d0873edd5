//! Every setting: an option of the command line and a `VACANTIA_*` variable of one name.
//!
//! `docs/configuration.md` is made from this struct ([`reference()`]) and refused when it drifts. What a setting means is
//! decided on its floor; here texts become the types those floors ask for, or a [`Mistake`] that says what to write.

mod boards;
pub mod duration;
mod environment;
mod mailing;
mod metrics;
mod pinging;
mod querying;
mod rate;
mod reference;
mod relay;
mod secret;
mod work;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use url::{Host, Url};

use crate::domain::site::Site;
use crate::domain::text::{self, EmailAddress};
use crate::mail::relay::Relay;
use crate::mail::tls::Authorities;
use crate::web::cors::Cors;
use crate::web::peer::Network;

pub use boards::Boards;
pub use duration::parse as parse_duration;
pub use environment::{Stray, strays};
pub use mailing::Addressing;
pub use metrics::MetricsListen;
pub use pinging::Pinging;
pub use querying::Querying;
pub use rate::Rating;
pub use reference::reference;
pub use relay::Relaying;
pub use secret::Secret;
pub use work::Work;

/// The data folder when none is chosen.
const DATA_DIR: &str = "data";

/// What an installation is told. Printing it shows no password.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// Address and port the web server listens on.
    #[arg(long, env = "VACANTIA_LISTEN", global = true, help_heading = "Web", value_name = "ADDRESS:PORT")]
    #[arg(default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Where this program is reached from outside, without a path. Links in mails, pages and feeds begin with it.
    /// Without it: `http://` and the address it listens on, which only this machine can follow.
    #[arg(long, env = "VACANTIA_PUBLIC_URL", global = true, help_heading = "Web", value_name = "URL")]
    pub public_url: Option<String>,

    /// Proxies whose `X-Forwarded-For` is believed, as addresses or networks: `10.0.0.0/8,::1`.
    #[arg(
        long,
        env = "VACANTIA_TRUSTED_PROXIES",
        global = true,
        help_heading = "Web",
        value_name = "NETWORKS"
    )]
    #[arg(value_delimiter = ',')]
    pub trusted_proxies: Vec<Network>,

    /// Web origins whose scripts may use the API from a browser: `https://jobs.example.com`. None without it.
    #[arg(long, env = "VACANTIA_CORS_ORIGINS", global = true, help_heading = "Web", value_name = "ORIGINS")]
    #[arg(value_delimiter = ',')]
    pub cors_origins: Vec<String>,

    /// Serve the GraphQL explorer at `/graphiql`. Meant for development.
    #[arg(long, env = "VACANTIA_GRAPHIQL", global = true, help_heading = "Web")]
    #[arg(value_parser = clap::builder::BoolishValueParser::new())]
    pub graphiql: bool,

    /// Answer those who ask without a token what the schema is, and suggest names beside misspelt ones. Members of staff
    /// may always ask.
    #[arg(long, env = "VACANTIA_INTROSPECTION", global = true, help_heading = "Web", value_name = "BOOL")]
    #[arg(default_value = "true", value_parser = clap::builder::BoolishValueParser::new())]
    #[arg(action = clap::ArgAction::Set)]
    pub introspection: bool,

    /// How long requests are still taken after the signal to stop, while `/readyz` already says no: as long as a load
    /// balancer needs to notice.
    #[arg(long, env = "VACANTIA_STOP_DELAY", global = true, help_heading = "Web", value_name = "DURATION")]
    #[arg(default_value = "1s", value_parser = parse_duration)]
    pub stop_delay: Duration,

    /// How long after the signal to stop requests and deliveries under way may take to finish, the delay included.
    #[arg(long, env = "VACANTIA_STOP_GRACE", global = true, help_heading = "Web", value_name = "DURATION")]
    #[arg(default_value = "25s", value_parser = parse_duration)]
    pub stop_grace: Duration,

    /// What one GraphQL request may take.
    #[command(flatten)]
    pub querying: Querying,

    /// How often one internet address may do what costs something.
    #[command(flatten)]
    pub rating: Rating,

    /// What the organisation is called.
    #[arg(
        long,
        env = "VACANTIA_ORG_NAME",
        global = true,
        help_heading = "Organisation",
        value_name = "NAME"
    )]
    #[arg(default_value = "Our organisation")]
    pub org_name: String,

    /// The organisation's own web site. Without it: the public URL.
    #[arg(long, env = "VACANTIA_ORG_URL", global = true, help_heading = "Organisation", value_name = "URL")]
    pub org_url: Option<String>,

    /// The time zone dates are shown in, by its IANA name.
    #[arg(
        long,
        env = "VACANTIA_ORG_ZONE",
        global = true,
        help_heading = "Organisation",
        value_name = "ZONE"
    )]
    #[arg(default_value = "UTC")]
    pub org_zone: Tz,

    /// Where job boards and candidates reach a person. Without it: the address mail is from.
    #[arg(long, env = "VACANTIA_CONTACT_EMAIL", global = true, help_heading = "Organisation")]
    #[arg(value_name = "ADDRESS")]
    pub contact_email: Option<String>,

    /// What job boards know the organisation by.
    #[command(flatten)]
    pub boards: Boards,

    /// Whom to tell of what is new.
    #[command(flatten)]
    pub pinging: Pinging,

    /// The folder for the embedded database, feeds and unsent mails.
    #[arg(long, env = "VACANTIA_DATA_DIR", global = true, help_heading = "Storage", value_name = "FOLDER")]
    #[arg(default_value = DATA_DIR)]
    pub data_dir: PathBuf,

    /// The database: `sqlite://PATH` or `postgres://user:password@host/name`. Without it: `vacantia.db` in the data
    /// folder.
    #[arg(long, env = "VACANTIA_DATABASE_URL", global = true, help_heading = "Storage", value_name = "URL")]
    #[arg(hide_env_values = true)]
    pub database_url: Option<Secret>,

    /// A file to read the database URL from.
    #[arg(
        long,
        env = "VACANTIA_DATABASE_URL_FILE",
        global = true,
        help_heading = "Storage",
        value_name = "FILE"
    )]
    #[arg(conflicts_with = "database_url")]
    pub database_url_file: Option<PathBuf>,

    /// Database connections: on SQLite those that read, on PostgreSQL all.
    #[arg(
        long,
        env = "VACANTIA_DATABASE_CONNECTIONS",
        global = true,
        help_heading = "Storage",
        value_name = "NUMBER"
    )]
    #[arg(default_value = "8", value_parser = clap::value_parser!(u32).range(1..=200))]
    pub database_connections: u32,

    /// The mail relay: `smtps://user:password@host:465`, `smtp://host:587?tls=required`, or on this machine only
    /// `smtp://127.0.0.1:1025`. Without it every mail is written as an `.eml` file under the data folder.
    #[arg(long, env = "VACANTIA_SMTP_URL", global = true, help_heading = "Mail", value_name = "URL")]
    #[arg(hide_env_values = true)]
    pub smtp_url: Option<Secret>,

    /// A file to read the relay's URL from.
    #[arg(long, env = "VACANTIA_SMTP_URL_FILE", global = true, help_heading = "Mail", value_name = "FILE")]
    #[arg(conflicts_with = "smtp_url")]
    pub smtp_url_file: Option<PathBuf>,

    /// A file with an OAuth 2.0 access token for the URL's user, in the place of a password; read anew at each login (XOAUTH2).
    #[arg(long, env = "VACANTIA_SMTP_TOKEN_FILE", global = true, help_heading = "Mail", value_name = "FILE")]
    pub smtp_token_file: Option<PathBuf>,

    /// A PEM file of certificate authorities to trust for the relay, besides the web's.
    #[arg(long, env = "VACANTIA_SMTP_CA_FILE", global = true, help_heading = "Mail", value_name = "FILE")]
    pub smtp_ca_file: Option<PathBuf>,

    /// Whom mail is from, and where it comes back.
    #[command(flatten)]
    pub addressing: Addressing,

    /// How long the mail relay may take.
    #[command(flatten)]
    pub relaying: Relaying,

    /// How patient and how often the parts that work by themselves are.
    #[command(flatten)]
    pub work: Work,

    /// Address and port for Prometheus (`/metrics`) and for probes, or `off`; not for strangers. Without it:
    /// `127.0.0.1:9090`, or nothing where that port is taken. The demo has none that is not set.
    #[arg(long, env = "VACANTIA_METRICS_LISTEN", global = true, help_heading = "Log")]
    #[arg(value_name = "ADDRESS:PORT", value_parser = metrics::parse)]
    pub metrics_listen: Option<MetricsListen>,

    /// What is logged: a level (`error`, `warn`, `info`, `debug`, `trace`, `off`), or levels per part of the program:
    /// `info,vacantia::work=debug`.
    #[arg(long, env = "VACANTIA_LOG", global = true, help_heading = "Log", value_name = "LEVELS")]
    #[arg(default_value = "info,sea_orm_migration=warn")]
    pub log: String,

    /// A collector that takes OTLP over HTTP, to send spans to: `http://127.0.0.1:4318`. Only a program built with
    /// `--features otel` can.
    #[arg(long, env = "VACANTIA_OTLP_URL", global = true, help_heading = "Log", value_name = "URL")]
    pub otlp_url: Option<String>,

    /// How the log is written.
    #[arg(long, env = "VACANTIA_LOG_FORMAT", global = true, help_heading = "Log", value_name = "FORMAT")]
    #[arg(default_value = "text", value_enum)]
    pub log_format: LogFormat,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object a line.
    Json,
}

/// A setting that cannot be used, and what would be right. Never repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {what}")]
pub struct Mistake {
    /// Which variable.
    pub name: &'static str,
    /// What to write instead.
    pub what: String,
}

impl Mistake {
    fn new(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, what: what.into() }
    }
}

impl Config {
    /// The data folder, if it was chosen.
    #[must_use]
    pub fn named_data_dir(&self) -> Option<&Path> {
        (self.data_dir != Path::new(DATA_DIR)).then_some(&self.data_dir)
    }

    /// Where things are kept; may hold a password.
    ///
    /// # Errors
    /// When the file that should hold it cannot be read.
    pub fn database(&self) -> Result<String, Mistake> {
        let given = secret::given(
            self.database_url.as_ref(),
            "VACANTIA_DATABASE_URL_FILE",
            self.database_url_file.as_deref(),
        )?;
        Ok(given.unwrap_or_else(|| format!("sqlite://{}", self.data_dir.join("vacantia.db").display())))
    }

    /// The mail relay, if there is one.
    ///
    /// # Errors
    /// When its URL is none.
    pub fn relay(&self) -> Result<Option<Relay>, Mistake> {
        let given =
            secret::given(self.smtp_url.as_ref(), "VACANTIA_SMTP_URL_FILE", self.smtp_url_file.as_deref())?;
        let Some(url) = given else { return Ok(None) };
        let relay = Relay::parse(&url, self.smtp_token_file.clone());
        relay.map(Some).map_err(|wrong| Mistake::new("VACANTIA_SMTP_URL", wrong.to_string()))
    }

    /// Who else is trusted to vouch for the relay.
    ///
    /// # Errors
    /// When the file holds no certificate.
    pub fn authorities(&self) -> Result<Authorities, Mistake> {
        let Some(file) = &self.smtp_ca_file else { return Ok(Authorities::default()) };
        let name = "VACANTIA_SMTP_CA_FILE";
        let pem = std::fs::read(file).map_err(|error| Mistake::new(name, error.to_string()))?;
        Authorities::from_pem(&pem).map_err(|error| Mistake::new(name, error.to_string()))
    }

    /// The sites whose pages may call the API.
    ///
    /// # Errors
    /// When one of them is no origin.
    pub fn cors(&self) -> Result<Cors, Mistake> {
        let origins = self.cors_origins.iter().filter(|origin| !origin.trim().is_empty());
        Cors::new(origins).map_err(|bad| Mistake::new("VACANTIA_CORS_ORIGINS", bad.to_string()))
    }

    /// The name the relay is greeted with: the public URL's host.
    ///
    /// # Errors
    /// When the public URL is malformed.
    pub fn hello(&self) -> Result<String, Mistake> {
        let url = Url::parse(&self.public_origin()?).ok();
        Ok(match url.as_ref().and_then(Url::host) {
            Some(Host::Domain(name)) => name.to_owned(),
            // RFC 5321 section 4.1.3.
            Some(Host::Ipv4(address)) => format!("[{address}]"),
            Some(Host::Ipv6(address)) => format!("[IPv6:{address}]"),
            None => "localhost".to_owned(),
        })
    }

    /// The organisation and its addresses.
    ///
    /// # Errors
    /// When one of them is malformed, or a relay is set without an address to send from.
    pub fn site(&self) -> Result<Site, Mistake> {
        let public_url = self.public_origin()?;
        let has_relay = self.smtp_url.is_some() || self.smtp_url_file.is_some();
        let mail_from = self.addressing.sender(&public_url, has_relay)?;
        let mailing = self.addressing.mailing()?;
        let contact_email = match stated(self.contact_email.as_ref()) {
            Some(given) => address("VACANTIA_CONTACT_EMAIL", given)?,
            None => mail_from.clone(),
        };
        let url = match stated(self.org_url.as_ref()) {
            Some(given) => text::web_address("url", given)
                .map_err(|_| Mistake::new("VACANTIA_ORG_URL", "write it like https://example.com"))?,
            None => public_url.clone(),
        };
        let name = text::line("name", &self.org_name, 100)
            .map_err(|_| Mistake::new("VACANTIA_ORG_NAME", "write one line of at most 100 characters"))?;
        let (linkedin_company, pings) = (self.boards.linkedin_company()?, self.pinging.pings()?);
        let zone = self.org_zone;
        Ok(Site { name, url, public_url, zone, mail_from, mailing, contact_email, linkedin_company, pings })
    }

    /// Where spans go, if they go anywhere.
    ///
    /// # Errors
    /// When that is no web address.
    pub fn collector(&self) -> Result<Option<Url>, Mistake> {
        let Some(given) = stated(self.otlp_url.as_ref()) else { return Ok(None) };
        let wrong = || Mistake::new("VACANTIA_OTLP_URL", "write it like http://127.0.0.1:4318");
        let url = Url::parse(given).map_err(|_| wrong())?;
        if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(Some(url)) } else { Err(wrong()) }
    }

    fn public_origin(&self) -> Result<String, Mistake> {
        let Some(given) = stated(self.public_url.as_ref()) else {
            return Ok(format!("http://{}", self.listen));
        };
        let wrong =
            || Mistake::new("VACANTIA_PUBLIC_URL", "write it like https://jobs.example.com, without a path");
        let url = Url::parse(given).map_err(|_| wrong())?;
        let bare = matches!(url.scheme(), "https" | "http")
            && url.host_str().is_some()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty();
        if bare { Ok(url.origin().ascii_serialization()) } else { Err(wrong()) }
    }
}

/// A setting as given; a blank one counts as none, as compose files write it.
fn stated(given: Option<&String>) -> Option<&str> {
    given.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn address(name: &'static str, given: &str) -> Result<EmailAddress, Mistake> {
    EmailAddress::parse("address", given).map_err(|_| Mistake::new(name, "write it like jobs@example.com"))
}

fn alone(missing: &'static str, set: &str) -> Mistake {
    Mistake::new(
        missing,
        format!("{set} is set, and one does nothing without the other: set both or neither"),
    )
}

#[cfg(test)]
mod tests;
