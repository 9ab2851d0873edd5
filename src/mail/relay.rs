//! Where mail is handed over: `VACANTIA_SMTP_URL` and the patience shown in each phase.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use thiserror::Error;
use url::{Host, Url};

use super::login::{Login, Proof};

/// The server that takes our mail, as written in `VACANTIA_SMTP_URL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// Name or address, international names in their ASCII form.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Who we say we are, if the relay wants to know.
    pub login: Option<Login>,
}

/// How a connection to the relay is protected. There is no "TLS if it happens to be offered": whoever sits in between
/// could simply not offer it (RFC 8314).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte: `smtps://`, port 465 by default.
    Implicit,
    /// STARTTLS, and nothing is sent without it: `smtp://…?tls=required`, port 587 by default.
    StartTls,
    /// No protection, for relays on this machine only: `smtp://127.0.0.1:1025`.
    Plain,
}

/// Why a relay's URL is not usable. Each says what to write instead; none repeats the password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RelayError {
    /// Not a URL at all.
    #[error("the SMTP URL is not a URL: write it like smtps://user:password@mail.example.com:465")]
    NotAUrl,
    /// A scheme other than `smtp` and `smtps`.
    #[error("the SMTP URL starts with {0}://: write smtps:// (TLS) or smtp://…?tls=required (STARTTLS)")]
    Scheme(String),
    /// No host, or one that is no host name.
    #[error("the SMTP URL names no usable host: write it like smtps://mail.example.com:465")]
    Host,
    /// Port 0.
    #[error("the SMTP URL names port 0: leave the port out for the usual one (465, or 587 with STARTTLS)")]
    Port,
    /// No TLS towards another machine.
    #[error("{0} would get mail and password unprotected: write smtps://{0} or smtp://{0}:587?tls=required")]
    PlainToElsewhere(String),
    /// `tls=` with an unknown value.
    #[error("tls={0} in the SMTP URL is not known: write tls=required, or use smtps://")]
    Tls(String),
    /// Anything after the host that has no meaning.
    #[error(
        "the SMTP URL has {0:?} in it, which has no meaning there: only tls=required may follow the host"
    )]
    Extra(String),
    /// A user without a password or the other way round, or one that is not UTF-8.
    #[error(
        "the SMTP URL needs both user and password, percent-encoded, or neither: smtps://user:p%40ss@host"
    )]
    Login,
    /// A password beside a token, or a token of nobody.
    #[error(
        "with VACANTIA_SMTP_TOKEN_FILE the SMTP URL needs a user and no password: smtp://user%40example.com@host:587?tls=required"
    )]
    Token,
}

impl FromStr for Relay {
    type Err = RelayError;

    fn from_str(text: &str) -> Result<Self, RelayError> {
        Self::parse(text, None)
    }
}

impl Relay {
    /// As the URL says; with a file of access tokens, that is what proves who its user is.
    ///
    /// # Errors
    /// See [`RelayError`].
    pub fn parse(text: &str, token_file: Option<PathBuf>) -> Result<Self, RelayError> {
        let url = Url::parse(text.trim()).map_err(|_| RelayError::NotAUrl)?;
        let host = host(&url)?;
        let security = security(&url, &host)?;
        let usual = match security {
            Security::Implicit => 465,
            Security::StartTls => 587,
            Security::Plain => 25,
        };
        let port = url.port().unwrap_or(usual);
        if port == 0 {
            return Err(RelayError::Port);
        }
        if !matches!(url.path(), "" | "/") {
            return Err(RelayError::Extra(url.path().to_owned()));
        }
        if let Some(fragment) = url.fragment() {
            return Err(RelayError::Extra(format!("#{fragment}")));
        }
        Ok(Self { host: bare(&host), port, security, login: login(&url, token_file)? })
    }
}

fn host(url: &Url) -> Result<Host, RelayError> {
    if !matches!(url.scheme(), "smtp" | "smtps") {
        return Err(RelayError::Scheme(url.scheme().to_owned()));
    }
    // The url crate leaves hosts of schemes it does not know unparsed: neither IDNA nor IPv4 is seen to.
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(RelayError::Host)?;
    Host::parse(host).map_err(|_| RelayError::Host)
}

/// The host as a socket or a certificate names it: IPv6 without brackets.
fn bare(host: &Host) -> String {
    match host {
        Host::Domain(name) => name.clone(),
        Host::Ipv4(ip) => ip.to_string(),
        Host::Ipv6(ip) => ip.to_string(),
    }
}

fn security(url: &Url, host: &Host) -> Result<Security, RelayError> {
    let mut required = false;
    for (name, value) in url.query_pairs() {
        match (name.as_ref(), value.as_ref()) {
            ("tls", "required") => required = true,
            ("tls", other) => return Err(RelayError::Tls(other.to_owned())),
            (other, _) => return Err(RelayError::Extra(other.to_owned())),
        }
    }
    match url.scheme() {
        "smtps" => Ok(Security::Implicit),
        _ if required => Ok(Security::StartTls),
        _ if is_loopback(host) => Ok(Security::Plain),
        _ => Err(RelayError::PlainToElsewhere(host.to_string())),
    }
}

/// Whether it is this machine, where nothing passes over a wire.
#[must_use]
pub fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => IpAddr::V4(*ip).is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(*ip).is_loopback(),
    }
}

fn login(url: &Url, token_file: Option<PathBuf>) -> Result<Option<Login>, RelayError> {
    let decode = |text: &str| match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(RelayError::Login),
    };
    let (user, proof) = match (url.username(), url.password(), token_file) {
        ("", None, None) => return Ok(None),
        ("", _, Some(_)) | (_, Some(_), Some(_)) => return Err(RelayError::Token),
        ("", Some(_), None) | (_, None | Some(""), None) => return Err(RelayError::Login),
        (user, None, Some(file)) => (user, Proof::TokenFile(file)),
        (user, Some(password), None) => (user, Proof::Password(decode(password)?)),
    };
    Ok(Some(Login { user: decode(user)?, proof }))
}

/// How long each phase of handing a mail over may take. lettre's own limit covers the TCP connection only.
///
/// The minima of RFC 5321 section 4.5.3.2 are in brackets. Ours are shorter where giving up costs nothing but a later
/// try, and not shorter where it may cost a duplicate: after the final dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP connection and, with `smtps://`, the TLS handshake: 15 s.
    pub connect: Duration,
    /// Banner and EHLO, STARTTLS and its second EHLO, AUTH, each: 60 s [5 min].
    pub greeting: Duration,
    /// MAIL and RCPT, each: 60 s [5 min].
    pub envelope: Duration,
    /// DATA until its 354: 120 s [2 min].
    pub data: Duration,
    /// Writing the body, whatever its size: 60 s [3 min per block].
    pub body: Duration,
    /// Added for each MiB of body, in proportion: 180 s.
    pub body_per_mib: Duration,
    /// From the final dot to the reply: 600 s [10 min].
    pub reply: Duration,
    /// QUIT, whose failure means nothing: 5 s.
    pub quit: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            greeting: Duration::from_mins(1),
            envelope: Duration::from_mins(1),
            data: Duration::from_mins(2),
            body: Duration::from_mins(1),
            body_per_mib: Duration::from_mins(3),
            reply: Duration::from_mins(10),
            quit: Duration::from_secs(5),
        }
    }
}

impl Timeouts {
    /// The limit for writing a body of `bytes` bytes.
    #[must_use]
    pub fn for_body(&self, bytes: usize) -> Duration {
        let kib = u32::try_from(bytes / 1024).unwrap_or(u32::MAX);
        self.body.saturating_add(self.body_per_mib.saturating_mul(kib) / 1024)
    }

    /// The longest a delivery can take from the first SYN to the last reply: what a lease has to outlast.
    #[must_use]
    pub fn longest(&self, bytes: usize) -> Duration {
        self.connect + self.greeting * 3 + self.envelope * 2 + self.data + self.for_body(bytes) + self.reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Relay {
        text.parse().unwrap()
    }

    #[test]
    fn reads_the_three_kinds_of_url() {
        let relay = parsed("smtps://mailer:p%40ss%3Aw%C3%B6rd@mail.example.com");
        assert_eq!(
            (relay.host.as_str(), relay.port, relay.security),
            ("mail.example.com", 465, Security::Implicit)
        );
        let login = relay.login.unwrap();
        assert_eq!((login.user.as_str(), login.proof), ("mailer", Proof::Password("p@ss:wörd".into())));

        let relay = parsed("smtp://mail.example.com?tls=required");
        assert_eq!((relay.port, relay.security, relay.login), (587, Security::StartTls, None));

        for host in ["127.0.0.1", "localhost", "[::1]"] {
            assert_eq!(parsed(&format!("smtp://{host}:1025")).security, Security::Plain);
        }
        assert_eq!(parsed("smtp://[::1]:1025/").host, "::1");
        assert_eq!(parsed("smtps://MAIL.bücher.example").host, "mail.xn--bcher-kva.example");
    }

    #[test]
    fn says_what_would_be_right() {
        let error = |text: &str| text.parse::<Relay>().unwrap_err();
        assert_eq!(error("mail.example.com:465"), RelayError::Scheme("mail.example.com".into()));
        assert_eq!(error("mail example"), RelayError::NotAUrl);
        assert_eq!(error("http://mail.example.com"), RelayError::Scheme("http".into()));
        assert_eq!(error("smtps://"), RelayError::Host);
        assert_eq!(error("smtps://mail.example.com:0"), RelayError::Port);
        assert_eq!(error("smtp://mail.example.com"), RelayError::PlainToElsewhere("mail.example.com".into()));
        assert_eq!(error("smtp://10.0.0.7:25"), RelayError::PlainToElsewhere("10.0.0.7".into()));
        assert_eq!(
            error("smtp://localhost.example.com"),
            RelayError::PlainToElsewhere("localhost.example.com".into())
        );
        assert_eq!(
            error("smtp://mail.example.com?tls=opportunistic"),
            RelayError::Tls("opportunistic".into())
        );
        assert_eq!(error("smtps://mail.example.com?verify=no"), RelayError::Extra("verify".into()));
        assert_eq!(error("smtps://mail.example.com/inbox"), RelayError::Extra("/inbox".into()));
        assert_eq!(error("smtps://mailer@mail.example.com"), RelayError::Login);
        assert_eq!(error("smtps://:secret@mail.example.com"), RelayError::Login);
        assert_eq!(error("smtps://mailer:%FF@mail.example.com"), RelayError::Login);
    }

    #[test]
    fn a_token_takes_the_place_of_the_password() {
        let with = |text: &str| Relay::parse(text, Some("token".into()));
        let login = with("smtp://jobs%40example.com@mail.example.com?tls=required").unwrap().login.unwrap();
        assert_eq!(
            (login.user.as_str(), login.proof),
            ("jobs@example.com", Proof::TokenFile("token".into()))
        );
        for url in ["smtps://mail.example.com", "smtps://a:b@mail.example.com", "smtps://:b@mail.example.com"]
        {
            assert_eq!(with(url).unwrap_err(), RelayError::Token, "{url}");
        }
    }

    #[test]
    fn no_form_of_printing_shows_the_password() {
        let relay = parsed("smtps://mailer:hunter2@mail.example.com");
        assert!(!format!("{relay:?}").contains("hunter2"));
        for text in ["ftp://mailer:hunter2@mail.example.com", "smtp://mailer:hunter2@mail.example.com?x=1"] {
            let error = text.parse::<Relay>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_larger_body_gets_more_time() {
        let limits = Timeouts::default();
        assert_eq!(limits.for_body(0), Duration::from_mins(1));
        assert_eq!(limits.for_body(1024 * 1024), Duration::from_mins(4));
        assert!(limits.for_body(usize::MAX) > limits.for_body(1024));
    }
}
