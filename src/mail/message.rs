//! The bytes of a mail, made once: every later try sends the very same ones, so a mailbox can tell a repeat by its
//! `Message-ID`, and what was approved is what was sent.

use chrono::{DateTime, Utc};
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::Host;

use super::invite::Invite;
use super::letter::Letter;
use super::line::{Line, plain};

/// The most that text and HTML may measure together, in bytes: quoted-printable takes quadratic time, and mailboxes clip
/// what is longer.
pub const MAX_BODY: usize = 256 * 1024;

/// Above this a body that is not plain ASCII goes as base64, whose cost grows only with its length.
const MAX_QUOTED: usize = 32 * 1024;

/// Somebody a mail is from or to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Shown name; empty for none.
    pub name: Line,
    /// Mail address.
    pub address: String,
}

impl Party {
    /// A party whose name is cleaned and cut to 100 characters.
    #[must_use]
    pub fn new(name: &str, address: &str) -> Self {
        Self { name: Line::cut(name, 100), address: address.to_owned() }
    }
}

/// A letter with its address labels.
#[derive(Clone, Debug)]
pub struct Post<'a> {
    /// Who writes.
    pub from: &'a Party,
    /// Who reads: exactly one.
    pub to: &'a Party,
    /// Where answers go, if not to the writer.
    pub reply_to: Option<&'a Party>,
    /// With its angle brackets; unique, and the same for every try.
    pub message_id: &'a str,
    /// The message it goes on from, if there is one: the first of its thread.
    pub answers: Option<&'a str>,
    /// What mailbox providers count complaints by: kind, organisation, host and program, nobody's id.
    pub feedback_id: &'a str,
    /// When it was written, which is not when it leaves.
    pub date: DateTime<Utc>,
    /// BCP 47 tag of the letter's language.
    pub language: &'a str,
    /// What it says.
    pub letter: &'a Letter,
    /// What the reader's calendar is told; nothing in most mails.
    pub invites: &'a [Invite],
}

/// Why no message can be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unwritable {
    /// Not an address mail can be sent to.
    #[error("{0:?} is not a mail address")]
    Address(String),
    /// A `Message-ID` must look like `<name@domain>`, in ASCII.
    #[error("{0:?} is not a Message-ID")]
    MessageId(String),
    /// Not a language tag.
    #[error("{0:?} is not a language tag")]
    Language(String),
    /// Text and HTML are larger than [`MAX_BODY`].
    #[error("the letter measures {0} bytes, more than {MAX_BODY}")]
    TooLong(usize),
    /// The letter's template failed.
    #[error("the letter could not be written: {0}")]
    Template(String),
    /// The mail library refused the parts.
    #[error("the message could not be built: {0}")]
    Parts(String),
}

/// Makes the message: `multipart/alternative` with text and HTML, and with invites as RFC 6047 has them; headers as in RFC 5322, RFC 3834
/// (`Auto-Submitted`: nobody typed this), MS-OXCMAIL (`X-Auto-Response-Suppress`: no out-of-office replies, but
/// bounces are welcome) and Gmail's `Feedback-ID`. The same post gives the same bytes.
pub fn freeze(post: &Post<'_>) -> Result<Vec<u8>, Unwritable> {
    let size = post.letter.text.len() + post.letter.html.len();
    if size > MAX_BODY {
        return Err(Unwritable::TooLong(size));
    }
    let mut message = Message::builder()
        .from(mailbox(post.from)?)
        .to(mailbox(&unadvertised(post.to))?)
        .subject(unencoded(Line::new(&post.letter.subject).as_str()))
        .message_id(Some(message_id(post.message_id)?))
        .date(date(post.date).into())
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "OOF, AutoReply"))
        .raw_header(header("Content-Language", language(post.language)?));
    if !post.feedback_id.is_empty() {
        message = message.raw_header(header("Feedback-ID", &Line::cut(post.feedback_id, 120).to_string()));
    }
    if let Some(reply_to) = post.reply_to {
        message = message.reply_to(mailbox(reply_to)?);
    }
    // One that was taken in from elsewhere, in another form than ours, begins no thread.
    if let Some(first) = post.answers.and_then(|first| message_id(first).ok()) {
        message = message.in_reply_to(first.clone()).references(first);
    }
    let message = message.multipart(parts(post)?).map_err(|error| Unwritable::Parts(error.to_string()))?;
    Ok(message.formatted())
}

/// Text and HTML; with invites, the first one stands last among them, which is where calendars look, and each is attached
/// as a file beside them, for those that look there.
fn parts(post: &Post<'_>) -> Result<MultiPart, Unwritable> {
    let alternative = |id: &str| {
        MultiPart::alternative()
            .boundary(boundary(id))
            .singlepart(part(ContentType::TEXT_PLAIN, &post.letter.text))
            .singlepart(part(ContentType::TEXT_HTML, &post.letter.html))
    };
    let Some(first) = post.invites.first() else { return Ok(alternative(post.message_id)) };
    let kind = format!("text/calendar; method={}; charset=UTF-8", first.method.as_str());
    let inner = alternative(&format!("{}/alternative", post.message_id));
    let inner = inner.singlepart(SinglePart::builder().header(content_type(&kind)?).body(bytes(first)));
    let mixed = MultiPart::mixed().boundary(boundary(post.message_id)).multipart(inner);
    post.invites.iter().try_fold(mixed, |mixed, invite| {
        let file = SinglePart::builder()
            .header(content_type("application/ics; name=\"invite.ics\"")?)
            .header(ContentDisposition::attachment("invite.ics"));
        Ok(mixed.singlepart(file.body(bytes(invite))))
    })
}

fn content_type(text: &str) -> Result<ContentType, Unwritable> {
    ContentType::parse(text).map_err(|error| Unwritable::Parts(error.to_string()))
}

/// As base64: what is read out is what was written, line ends included.
fn bytes(invite: &Invite) -> Body {
    let text = invite.text.clone().into_bytes();
    Body::new_with_encoding(text, ContentTransferEncoding::Base64).unwrap_or_else(Body::new)
}

/// Reads an address for header or envelope. International domains become ASCII, which every relay takes.
pub(super) fn address(text: &str) -> Result<Address, Unwritable> {
    let refused = || Unwritable::Address(Line::cut(text, 100).to_string());
    let (user, domain) = text.rsplit_once('@').ok_or_else(refused)?;
    // Quoted local parts are legal, but nobody has one, and most of what is in quotes is an attempt at something.
    let odd = |c: char| {
        c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '(' | ')' | ',' | ';')
    };
    if text.len() > 254 || text.chars().any(odd) {
        return Err(refused());
    }
    let domain = match Host::parse(domain).map_err(|_| refused())? {
        Host::Domain(name) => name,
        Host::Ipv4(_) | Host::Ipv6(_) => domain.to_owned(),
    };
    Address::new(user, domain).map_err(|_| refused())
}

fn mailbox(party: &Party) -> Result<Mailbox, Unwritable> {
    let name = unencoded(party.name.as_str());
    Ok(Mailbox::new((!name.is_empty()).then_some(name), address(&party.address)?))
}

/// Anybody may put an advertisement as "name" into an application form together with somebody else's address.
fn unadvertised(party: &Party) -> Party {
    let name = if party.name.looks_like_a_link() { Line::default() } else { party.name.clone() };
    Party { name, address: party.address.clone() }
}

/// Plain text must not read as an encoded word (RFC 2047), or a mail program would show something else.
fn unencoded(text: &str) -> String {
    text.replace("=?", "= ?")
}

fn message_id(id: &str) -> Result<String, Unwritable> {
    let inner = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or_default();
    let fits = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+=-".contains(&b))
    };
    match inner.split_once('@') {
        Some((left, right)) if id.len() <= 250 && fits(left) && fits(right) => Ok(id.to_owned()),
        _ => Err(Unwritable::MessageId(Line::cut(id, 100).to_string())),
    }
}

fn language(tag: &str) -> Result<&str, Unwritable> {
    let fits = (1..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { Ok(tag) } else { Err(Unwritable::Language(Line::cut(tag, 100).to_string())) }
}

/// A date RFC 5322 can write; outside these years the library would panic.
fn date(at: DateTime<Utc>) -> DateTime<Utc> {
    let last = DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::UNIX_EPOCH);
    at.clamp(DateTime::UNIX_EPOCH, last)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Derived from the message's identity: no line of a body can equal it but by breaking SHA-256.
fn boundary(message_id: &str) -> String {
    let digest = Sha256::digest(message_id.as_bytes());
    digest.iter().take(20).fold(String::from("v_"), |text, byte| text + &format!("{byte:02x}"))
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    let text = plain(text);
    let body = if text.len() > MAX_QUOTED && !text.is_ascii() {
        Body::new_with_encoding(text, ContentTransferEncoding::Base64).unwrap_or_else(Body::new)
    } else {
        Body::new(text)
    };
    SinglePart::builder().header(kind).body(body)
}
