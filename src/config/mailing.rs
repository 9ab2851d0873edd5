//! Whom mail is from, and where it comes back.

use std::path::PathBuf;

use url::{Host, Url};

use super::secret::{self, Secret};
use super::{Mistake, address, stated};
use crate::domain::mailing::{Inbound, Mailing};
use crate::domain::text::EmailAddress;

const DOMAIN: &str = "VACANTIA_INBOUND_DOMAIN";
const SECRET: &str = "VACANTIA_INBOUND_SECRET";

/// The fewest characters of a secret: 128 bits of hexadecimal digits.
const LEAST: usize = 32;

/// Whom mail is from, and where it comes back.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Mail")]
pub struct Addressing {
    /// The address mail is from. Needed as soon as there is a relay.
    #[arg(long, env = "VACANTIA_MAIL_FROM", global = true, value_name = "ADDRESS")]
    pub mail_from: Option<String>,

    /// The address that mail about applications, questions and references is from. Without it: `VACANTIA_MAIL_FROM`, as with
    /// the three below.
    #[arg(long, env = "VACANTIA_MAIL_FROM_APPLICATIONS", global = true, value_name = "ADDRESS")]
    pub mail_from_applications: Option<String>,

    /// The address that invitations to meetings, and what else is said about meetings, are from. Calendars answer there, so
    /// its mail belongs into `/inbound/mail`.
    #[arg(long, env = "VACANTIA_MAIL_FROM_INTERVIEWS", global = true, value_name = "ADDRESS")]
    pub mail_from_interviews: Option<String>,

    /// The address that mail about offers is from.
    #[arg(long, env = "VACANTIA_MAIL_FROM_OFFERS", global = true, value_name = "ADDRESS")]
    pub mail_from_offers: Option<String>,

    /// The address that mail to colleagues is from: scorecards to write, mentions in notes.
    #[arg(long, env = "VACANTIA_MAIL_FROM_STAFF", global = true, value_name = "ADDRESS")]
    pub mail_from_staff: Option<String>,

    /// Whether accepting an offer takes a code of six digits that is mailed to its candidate: it shows that whoever accepts reads
    /// that mail.
    #[arg(long, env = "VACANTIA_OFFER_CODE", global = true)]
    #[arg(value_parser = clap::builder::BoolishValueParser::new())]
    pub offer_code: bool,

    /// A domain whose mail, whatever stands before the `@`, is handed to `/inbound/mail`: bounces and candidates' replies come
    /// back there. Without it no mail is taken in: bounces go to the sender, replies to `VACANTIA_CONTACT_EMAIL`.
    #[arg(long, env = "VACANTIA_INBOUND_DOMAIN", global = true, value_name = "DOMAIN")]
    pub inbound_domain: Option<String>,

    /// What shows that mail is handed over by right, and what return addresses are sealed with: 32 characters or more, without
    /// spaces. Behind a space the one before may follow; it is still believed.
    #[arg(
        long,
        env = "VACANTIA_INBOUND_SECRET",
        global = true,
        value_name = "SECRET",
        hide_env_values = true
    )]
    pub inbound_secret: Option<Secret>,

    /// A file to read the secret from.
    #[arg(long, env = "VACANTIA_INBOUND_SECRET_FILE", global = true, value_name = "FILE")]
    #[arg(conflicts_with = "inbound_secret")]
    pub inbound_secret_file: Option<PathBuf>,
}

impl Addressing {
    /// Whom letters are from, and where they come back.
    ///
    /// # Errors
    /// When an address is none, or one of the two that belong together is missing.
    pub(super) fn mailing(&self) -> Result<Mailing, Mistake> {
        let sender = |name, given: &Option<String>| {
            stated(given.as_ref()).map(|given| address(name, given)).transpose()
        };
        Ok(Mailing {
            applications: sender("VACANTIA_MAIL_FROM_APPLICATIONS", &self.mail_from_applications)?,
            interviews: sender("VACANTIA_MAIL_FROM_INTERVIEWS", &self.mail_from_interviews)?,
            offers: sender("VACANTIA_MAIL_FROM_OFFERS", &self.mail_from_offers)?,
            staff: sender("VACANTIA_MAIL_FROM_STAFF", &self.mail_from_staff)?,
            offer_code: self.offer_code,
            inbound: self.inbound()?,
        })
    }

    fn inbound(&self) -> Result<Option<Inbound>, Mistake> {
        let domain = stated(self.inbound_domain.as_ref());
        let file = self.inbound_secret_file.as_deref();
        let secret = secret::given(self.inbound_secret.as_ref(), "VACANTIA_INBOUND_SECRET_FILE", file)?;
        let (domain, secret) = match (domain, secret) {
            (None, None) => return Ok(None),
            (Some(domain), Some(secret)) => (domain, secret),
            (Some(_), None) => return Err(super::alone(SECRET, DOMAIN)),
            (None, Some(_)) => return Err(super::alone(DOMAIN, SECRET)),
        };
        let wrong = || Mistake::new(DOMAIN, "write it like in.example.com");
        let domain = match Host::parse(domain).map_err(|_| wrong())? {
            Host::Domain(name) if name.contains('.') && name.len() <= 180 => name,
            _ => return Err(wrong()),
        };
        let mut secrets = secret.split_whitespace().map(str::to_owned);
        let (first, former) = (secrets.next().unwrap_or_default(), secrets.next());
        let short = |secret: &String| secret.chars().count() < LEAST;
        if short(&first) || former.as_ref().is_some_and(short) || secrets.next().is_some() {
            return Err(Mistake::new(
                SECRET,
                "write 32 characters or more, and behind a space the one before",
            ));
        }
        Ok(Some(Inbound { domain, secret: first, former }))
    }

    /// The one address mail is from unless a letter has its own.
    pub(super) fn sender(&self, public_url: &str, has_relay: bool) -> Result<EmailAddress, Mistake> {
        let name = "VACANTIA_MAIL_FROM";
        match stated(self.mail_from.as_ref()) {
            Some(given) => address(name, given),
            None if has_relay => {
                Err(Mistake::new(name, "a relay is set, so say whom mail is from: jobs@example.com"))
            }
            // Only ever seen in `.eml` files.
            None => {
                let host = Url::parse(public_url).ok().and_then(|url| url.domain().map(str::to_owned));
                let domain =
                    host.filter(|host| host.contains('.')).unwrap_or_else(|| "localhost.example".into());
                address(name, &format!("jobs@{domain}"))
            }
        }
    }
}
