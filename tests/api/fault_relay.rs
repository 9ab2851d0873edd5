//! A relay that does what a test scripts, right or wrong, in every phase.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use vacantia::mail::driver::Smtp;
use vacantia::mail::relay::{Security, Timeouts};
use vacantia::mail::tls::{Authorities, install_cryptography};

/// What the relay does when it is its turn to answer.
#[derive(Clone, Copy, Debug)]
pub enum Turn {
    Say(&'static str),
    Never,
    Drop,
    /// Answer, then hang up.
    SayAndDrop(&'static str),
}

use Turn::{Drop, Never, Say, SayAndDrop};

/// A relay that takes everything, until a test changes a turn.
#[derive(Clone, Copy, Debug)]
pub struct Script {
    pub banner: Turn,
    pub ehlo: Turn,
    pub starttls: Turn,
    pub auth: Turn,
    /// After an empty line, which answers a challenge.
    pub challenged: Turn,
    pub mail: Turn,
    pub rcpt: Turn,
    pub data: Turn,
    /// Hang up after this many bytes of body.
    pub body_stops_at: usize,
    pub end: Turn,
}

pub const HEALTHY: Script = Script {
    banner: Say("220 relay.example.com ready"),
    ehlo: Say("250-relay.example.com\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN"),
    starttls: Say("220 go ahead"),
    auth: Say("235 2.7.0 welcome"),
    challenged: Say("535 5.7.8 no"),
    mail: Say("250 2.1.0 ok"),
    rcpt: Say("250 2.1.5 ok"),
    data: Say("354 go"),
    body_stops_at: usize::MAX,
    end: Say("250 2.0.0 queued as 4711"),
};

pub const OFFERS_STARTTLS: Turn = Say("250-relay.example.com\r\n250-STARTTLS\r\n250 AUTH PLAIN");

/// What a relay heard, over all its connections.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Commands in clear text.
    pub clear: Arc<Mutex<Vec<String>>>,
    /// Commands through TLS.
    pub covered: Arc<Mutex<Vec<String>>>,
    /// Accepted bodies, dots undone.
    pub bodies: Arc<Mutex<Vec<String>>>,
    /// Bodies that came whole, accepted or not.
    pub received: Arc<Mutex<Vec<String>>>,
    /// What it does from the next connection on.
    script: Arc<Mutex<Option<Script>>>,
}

impl Heard {
    /// From the next connection on the relay does this.
    pub fn follow(&self, script: Script) {
        *self.script.lock().unwrap() = Some(script);
    }
}

/// Gives the turn's answer; `false` ends the connection.
async fn answer<S: AsyncWrite + Unpin>(stream: &mut S, turn: Turn) -> bool {
    match turn {
        Say(text) | SayAndDrop(text) => {
            let sent = stream.write_all(format!("{text}\r\n").as_bytes()).await.is_ok()
                && stream.flush().await.is_ok();
            sent && matches!(turn, Say(_))
        }
        Never => {
            std::future::pending::<()>().await;
            false
        }
        Drop => false,
    }
}

enum End {
    Closed,
    StartTls,
}

/// One connection, until it ends or wants TLS.
async fn converse<S>(stream: &mut BufStream<S>, script: Script, heard: &Heard, covered: bool) -> End
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return End::Closed;
        }
        let log = if covered { &heard.covered } else { &heard.clear };
        log.lock().unwrap().push(line.trim_end().to_owned());
        let verb: String = line.chars().take_while(char::is_ascii_alphabetic).collect();
        let turn = match verb.as_str() {
            "EHLO" => script.ehlo,
            "STARTTLS" => script.starttls,
            "AUTH" => script.auth,
            "" => script.challenged,
            "MAIL" => script.mail,
            "RCPT" => script.rcpt,
            "DATA" => script.data,
            _ => SayAndDrop("221 bye"),
        };
        if !answer(stream, turn).await {
            return End::Closed;
        }
        match (verb.as_str(), turn) {
            ("STARTTLS", Say(text)) if text.starts_with("220") => return End::StartTls,
            ("DATA", Say(text)) if text.starts_with("354") => {
                let Some(body) = body(stream, script.body_stops_at).await else {
                    return End::Closed;
                };
                heard.received.lock().unwrap().push(body.clone());
                let taken = matches!(script.end, Say(text) | SayAndDrop(text) if text.starts_with("250"));
                if taken {
                    heard.bodies.lock().unwrap().push(body);
                }
                if !answer(stream, script.end).await {
                    return End::Closed;
                }
            }
            _ => {}
        }
    }
}

async fn body<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufStream<S>,
    stops_at: usize,
) -> Option<String> {
    let (mut body, mut line) = (String::new(), String::new());
    while body.len() < stops_at {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        if line == ".\r\n" {
            return Some(body);
        }
        body.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
    None
}

/// A certificate for `localhost` and the authority that vouches for it.
fn certificate() -> (Arc<ServerConfig>, Authorities) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    (Arc::new(config), Authorities::from_pem(made.cert.pem().as_bytes()).unwrap())
}

/// Starts a relay and gives the way to it.
pub async fn relay(script: Script, security: Security) -> (Smtp, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (config, authorities) = certificate();
    let heard = Heard::default();
    let log = heard.clone();
    tokio::spawn(async move {
        loop {
            let Ok((socket, _)) = listener.accept().await else {
                return;
            };
            let (acceptor, log) = (TlsAcceptor::from(config.clone()), log.clone());
            let script = log.script.lock().unwrap().unwrap_or(script);
            tokio::spawn(async move {
                if security == Security::Implicit {
                    let Ok(stream) = acceptor.accept(socket).await else {
                        return;
                    };
                    let mut stream = BufStream::new(stream);
                    if answer(&mut stream, script.banner).await {
                        converse(&mut stream, script, &log, true).await;
                    }
                    return;
                }
                let mut stream = BufStream::new(socket);
                if !answer(&mut stream, script.banner).await {
                    return;
                }
                if let End::StartTls = converse(&mut stream, script, &log, false).await {
                    let Ok(stream) = acceptor.accept(stream.into_inner()).await else {
                        return;
                    };
                    let script = Script { ehlo: HEALTHY.ehlo, ..script };
                    converse(&mut BufStream::new(stream), script, &log, true).await;
                }
            });
        }
    });
    (smtp(port, security, authorities), heard)
}

pub fn smtp(port: u16, security: Security, authorities: Authorities) -> Smtp {
    install_cryptography();
    let url = match security {
        Security::Implicit => format!("smtps://mailer:secret@localhost:{port}"),
        Security::StartTls => format!("smtp://mailer:secret@localhost:{port}?tls=required"),
        Security::Plain => format!("smtp://mailer:secret@localhost:{port}"),
    };
    // Long where something is to happen, short where nothing will.
    let timeouts = Timeouts { connect: Duration::from_secs(20), ..limits(Duration::from_secs(20)) };
    Smtp { relay: url.parse().unwrap(), timeouts, hello: "hire.example.org".to_owned(), authorities }
}

pub fn limits(each: Duration) -> Timeouts {
    Timeouts {
        connect: each,
        greeting: each,
        envelope: each,
        data: each,
        body: each,
        body_per_mib: Duration::ZERO,
        reply: each,
        quit: each,
    }
}
