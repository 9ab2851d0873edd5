//! How we show the relay who we are: by a password, or by an access token that something else keeps fresh.

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::response::Response;

use super::delivery::{Delivery, Phase};

/// Who we are to the relay. Printing it shows the name only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The user name.
    pub user: String,
    /// What proves it.
    pub proof: Proof,
}

/// What proves who we are. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// A password, decoded: AUTH PLAIN or LOGIN, whichever the relay offers.
    Password(String),
    /// A file that holds an OAuth 2.0 access token, read at each login since such tokens last an hour or so: AUTH XOAUTH2.
    TokenFile(PathBuf),
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// The most bytes of a token: those of Microsoft have about two thousand.
const MOST_OF_TOKEN: usize = 16 * 1024;

impl Login {
    /// Logs in, and gives the relay's last word on it.
    pub(super) async fn on(&self, connection: &mut AsyncSmtpConnection) -> Result<Response, Failed> {
        match &self.proof {
            Proof::Password(password) => {
                let credentials = Credentials::new(self.user.clone(), password.clone());
                Ok(connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?)
            }
            Proof::TokenFile(file) => {
                if !connection.server_info().supports_auth_mechanism(Mechanism::Xoauth2) {
                    return Err(Failed::Here("the relay offers no AUTH XOAUTH2"));
                }
                let token = token(file)
                    .await
                    .ok_or(Failed::Here("the file with the access token cannot be read, or holds none"))?;
                self.by_token(connection, &token).await
            }
        }
    }

    /// <https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>: whoever is refused is told why by a challenge, and
    /// gets the refusal itself for an empty answer to it.
    async fn by_token(&self, connection: &mut AsyncSmtpConnection, token: &str) -> Result<Response, Failed> {
        let said = STANDARD.encode(format!("user={}\x01auth=Bearer {token}\x01\x01", self.user));
        match connection.command(format!("AUTH XOAUTH2 {said}\r\n")).await {
            Ok(reply) if reply.has_code(334) => Ok(connection.command("\r\n").await?),
            reply => Ok(reply?),
        }
    }
}

/// The token in the file: one word.
async fn token(file: &Path) -> Option<String> {
    let file = file.to_owned();
    let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(file));
    let text = read.await.ok()?.ok()?;
    let token = text.trim();
    let is_one =
        !token.is_empty() && token.len() <= MOST_OF_TOKEN && token.bytes().all(|b| b.is_ascii_graphic());
    is_one.then(|| token.to_owned())
}

/// Why there was no login.
pub(super) enum Failed {
    /// What the relay, or the connection, did.
    There(SmtpError),
    /// What we could not do.
    Here(&'static str),
}

impl From<SmtpError> for Failed {
    fn from(error: SmtpError) -> Self {
        Self::There(error)
    }
}

impl Failed {
    /// How it counts.
    pub(super) fn delivery(&self) -> Delivery {
        match self {
            Self::There(error) => super::driver::failure(Phase::Login, error, false),
            Self::Here(what) => Delivery::unanswered(Phase::Login, what, false),
        }
    }
}
