//! Hands one mail for one recipient to the relay: lettre's connection, our own socket, a deadline for each phase, and
//! exact reply codes.
//!
//! In two steps, so that the caller can record durably that the message is about to leave: [`Smtp::open`] goes as far as
//! the relay's 354 and has sent nothing yet, [`Ready::transmit`] writes the message. No connection is used twice: a
//! half-used one would answer the next mail with the last one's replies.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::delivery::{Delivery, Phase};
use super::message;
use super::relay::{Relay, Security, Timeouts};
use super::tls::Authorities;
use super::wire::{Watch, Wire};

/// A way to one relay.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Where it is.
    pub relay: Relay,
    /// How long each phase may take.
    pub timeouts: Timeouts,
    /// The name we greet with (EHLO): the host of our public URL.
    pub hello: String,
    /// Certificate authorities to trust besides the web's.
    pub authorities: Authorities,
}

/// A frozen message with its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The address bounces go to.
    pub from: String,
    /// The one recipient.
    pub to: String,
    /// Headers and body as they go over the wire, before dots are doubled.
    pub bytes: Vec<u8>,
}

/// A connection on which the relay has said 354: it waits for the message, and nothing of it has been sent. Dropping it
/// breaks the connection, and the relay forgets the mail.
pub struct Ready<'a> {
    connection: AsyncSmtpConnection,
    watch: Arc<Watch>,
    timeouts: Timeouts,
    bytes: &'a [u8],
}

/// What a relay said of itself, for `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The name it gave in its EHLO reply.
    pub server: String,
    /// How the connection was protected.
    pub security: Security,
    /// Whether we logged in.
    pub logged_in: bool,
    /// Whether it takes addresses beyond ASCII (RFC 6531).
    pub takes_utf8_addresses: bool,
}

impl Smtp {
    /// Connects, protects, greets, logs in and gives the envelope, up to the relay's 354.
    pub async fn open<'a>(&self, parcel: &'a Parcel) -> Result<Ready<'a>, Delivery> {
        let from = address(Phase::Sender, &parcel.from)?;
        let to = address(Phase::Recipient, &parcel.to)?;
        let (mut connection, watch) = self.greeted().await?;
        let parameters = parameters(&connection, [&from, &to], parcel.bytes.is_ascii())?;
        let limits = self.timeouts;
        let mail = Mail::new(Some(from), parameters);
        say(&mut connection, Phase::Sender, limits.envelope, mail, &[250]).await?;
        // 251 is the other success RFC 5321 section 4.3.2 knows here: the relay will forward.
        say(&mut connection, Phase::Recipient, limits.envelope, Rcpt::new(to, Vec::new()), &[250, 251])
            .await?;
        say(&mut connection, Phase::Data, limits.data, Data, &[354]).await?;
        Ok(Ready { connection, watch, timeouts: limits, bytes: &parcel.bytes })
    }

    /// Connects, protects, greets and logs in, but sends no mail: what `doctor` asks.
    pub async fn check(&self) -> Result<Handshake, Delivery> {
        let (connection, _) = self.greeted().await?;
        let info = connection.server_info();
        let handshake = Handshake {
            server: info.name().to_owned(),
            security: self.relay.security,
            logged_in: self.relay.login.is_some(),
            takes_utf8_addresses: info.supports_feature(Extension::SmtpUtfEight),
        };
        say_goodbye(connection, self.timeouts.quit).await;
        Ok(handshake)
    }

    /// A connection ready for mail.
    async fn greeted(&self) -> Result<(AsyncSmtpConnection, Arc<Watch>), Delivery> {
        let watch = Arc::new(Watch::default());
        let wire = self.connected(&watch).await?;
        let hello = ClientId::Domain(self.hello.clone());
        let limit = self.timeouts.greeting;
        let connect = AsyncSmtpConnection::connect_with_transport(wire, &hello);
        let mut connection = within(Phase::Greeting, limit, connect).await?;
        if self.relay.security == Security::StartTls {
            watch.start_of_tls();
            let parameters = self.starttls_parameters()?;
            within(Phase::Tls, limit, connection.starttls(parameters, &hello)).await?;
            if !connection.is_encrypted() {
                return Err(Delivery::unanswered(
                    Phase::Tls,
                    "the connection is not encrypted after STARTTLS",
                    false,
                ));
            }
        }
        if let Some(login) = &self.relay.login {
            let reply = match timeout(limit, login.on(&mut connection)).await {
                Ok(reply) => reply.map_err(|failed| failed.delivery())?,
                Err(_) => return Err(late(Phase::Login, limit, false)),
            };
            want(Phase::Login, &reply, &[235])?;
        }
        Ok((connection, watch))
    }

    /// The socket, with TLS over it if the relay speaks it from the first byte.
    async fn connected(&self, watch: &Arc<Watch>) -> Result<Box<dyn AsyncTokioStream>, Delivery> {
        let connect = async {
            let socket = TcpStream::connect((self.relay.host.as_str(), self.relay.port)).await?;
            // lettre writes body and final dot in two pieces; Nagle would hold the dot back for 40 ms.
            socket.set_nodelay(true)?;
            let peer = socket.peer_addr()?;
            if self.relay.security != Security::Implicit {
                return Ok(Box::new(Wire::new(socket, peer, watch.clone())) as Box<dyn AsyncTokioStream>);
            }
            let name = ServerName::try_from(self.relay.host.clone()).map_err(std::io::Error::other)?;
            let config = self.authorities.client().map_err(std::io::Error::other)?;
            let stream = TlsConnector::from(config).connect(name, socket).await?;
            Ok(Box::new(Wire::new(stream, peer, watch.clone())) as Box<dyn AsyncTokioStream>)
        };
        match timeout(self.timeouts.connect, connect).await {
            Ok(Ok(wire)) => Ok(wire),
            Ok(Err(error)) => Err(unreachable_relay(&error)),
            Err(_) => Err(late(Phase::Connect, self.timeouts.connect, false)),
        }
    }

    fn starttls_parameters(&self) -> Result<TlsParameters, Delivery> {
        let mut builder = TlsParameters::builder(self.relay.host.clone());
        let build = (|| {
            if let Some(pem) = self.authorities.pem() {
                builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
            }
            builder.build_rustls()
        })();
        build.map_err(|error| failure(Phase::Tls, &error, false))
    }
}

impl Ready<'_> {
    /// Writes the message and waits for the one reply that counts. Whatever happens, the answer says it.
    pub async fn transmit(mut self) -> Delivery {
        self.watch.start_of_body();
        let body_limit = self.timeouts.for_body(self.bytes.len());
        let reply = {
            let mut sending = pin!(self.connection.message(self.bytes));
            match timeout(body_limit, &mut sending).await {
                Ok(reply) => reply,
                Err(_) if !self.watch.dot_left() => return late(Phase::Body, body_limit, false),
                Err(_) => match timeout(self.timeouts.reply, &mut sending).await {
                    Ok(reply) => reply,
                    Err(_) => return late(Phase::Body, self.timeouts.reply, true),
                },
            }
        };
        let dot_left = self.watch.dot_left();
        match reply {
            Ok(reply) => {
                // The result must not wait for QUIT: a crash in between would turn "sent" into "unknown".
                tokio::spawn(say_goodbye(self.connection, self.timeouts.quit));
                Delivery::answered(Phase::Body, u16::from(reply.code()), &joined(&reply), dot_left)
            }
            Err(error) => failure(Phase::Body, &error, dot_left),
        }
    }
}

impl fmt::Debug for Ready<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ready({} bytes)", self.bytes.len())
    }
}

async fn say(
    connection: &mut AsyncSmtpConnection,
    phase: Phase,
    limit: Duration,
    command: impl fmt::Display,
    wanted: &[u16],
) -> Result<(), Delivery> {
    let reply = within(phase, limit, connection.command(command)).await?;
    want(phase, &reply, wanted)
}

async fn say_goodbye(mut connection: AsyncSmtpConnection, limit: Duration) {
    // The mail is decided by now; a relay that fails here fails at nothing.
    let _ = timeout(limit, connection.quit()).await;
}

async fn within<T>(
    phase: Phase,
    limit: Duration,
    step: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, Delivery> {
    match timeout(limit, step).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failure(phase, &error, false)),
        Err(_) => Err(late(phase, limit, false)),
    }
}

/// lettre takes any 2xx or 3xx for success; a reply that belongs to another command shows only in the exact code.
fn want(phase: Phase, reply: &Response, codes: &[u16]) -> Result<(), Delivery> {
    let code = u16::from(reply.code());
    if codes.contains(&code) {
        return Ok(());
    }
    let what = format!("got {code} where {} was due: {}", codes[0], joined(reply));
    Err(Delivery { code: Some(code), ..Delivery::unanswered(phase, &what, false) })
}

/// What a reply that refuses, or none at all, means in this phase.
pub(super) fn failure(phase: Phase, error: &SmtpError, dot_left: bool) -> Delivery {
    let mut text = error.to_string();
    if let Some(code) = error.status() {
        if let Some(source) = std::error::Error::source(error) {
            text = source.to_string();
        }
        return Delivery::answered(phase, u16::from(code), &text, dot_left);
    }
    Delivery::unanswered(phase, &text, dot_left)
}

fn late(phase: Phase, limit: Duration, dot_left: bool) -> Delivery {
    Delivery::unanswered(phase, &format!("no answer within {limit:?}"), dot_left)
}

fn unreachable_relay(error: &std::io::Error) -> Delivery {
    Delivery::unanswered(Phase::Connect, &error.to_string(), false)
}

fn joined(reply: &Response) -> String {
    reply.message().collect::<Vec<_>>().join(" ")
}

fn address(phase: Phase, text: &str) -> Result<Address, Delivery> {
    message::address(text).map_err(|error| Delivery::unfit(phase, &error.to_string()))
}

/// What MAIL FROM has to announce (RFC 6531, RFC 6152), or why this relay can't carry the message.
fn parameters(
    connection: &AsyncSmtpConnection,
    addresses: [&Address; 2],
    ascii_bytes: bool,
) -> Result<Vec<MailParameter>, Delivery> {
    let info = connection.server_info();
    let mut parameters = Vec::new();
    if addresses.iter().any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
        if !info.supports_feature(Extension::SmtpUtfEight) {
            return Err(Delivery::unfit(
                Phase::Sender,
                "the relay takes no addresses beyond ASCII (SMTPUTF8)",
            ));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !ascii_bytes {
        if !info.supports_feature(Extension::EightBitMime) {
            return Err(Delivery::unfit(Phase::Sender, "the relay takes no 8-bit messages (8BITMIME)"));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}
