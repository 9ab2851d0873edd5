//! Mail that comes in: what a raw message (RFC 5322) is about, as far as that can be told. It was written by strangers; what
//! cannot be read is left out, and nothing in it is believed that does not come to an address of ours.

mod prose;
mod reply;
mod report;

use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders as _, PartType};

use super::line::Line;
use super::seal::Sealed;
use crate::domain::mailing::Inbound;
use crate::domain::message::{CalendarReply, MOST_NAMES, MOST_TEXT, Report};

/// The most bytes of a mail that is taken.
pub const LARGEST: usize = 25 * 1024 * 1024;

/// How often a content type may be said at most: each may open a level of nesting, and each level costs stack when the mail
/// is put away.
const MOST_TYPES: usize = 500;
/// How many bytes may be looked through for boundaries: a part whose boundary never comes is searched to the end.
const MOST_SEARCHED: usize = 2_000_000_000;

/// What a mail is about.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// Which address of ours it came to.
    pub sealed: Option<Sealed>,
    /// What it reports of a message.
    pub report: Option<Report>,
    /// How it answers an invitation.
    pub reply: Option<CalendarReply>,
    /// Whether a machine wrote it: it says so (RFC 3834), came by a list, or has no sender.
    pub automatic: bool,
    /// Its own `Message-ID`.
    pub message_id: Option<String>,
    /// The address it says that it is from.
    pub from: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its text; of HTML what can be read.
    pub text: String,
    /// Names of its attachments, the first 20.
    pub attachments: Vec<String>,
    /// How many attachments it has.
    pub attachment_count: usize,
}

/// Reads a mail. Nothing when it has no header, or is built to be costly.
#[must_use]
pub fn read(inbound: &Inbound, raw: &[u8]) -> Option<Incoming> {
    let types = count(raw, b"content-type");
    if raw.len() > LARGEST || types > MOST_TYPES || types.saturating_mul(raw.len()) > MOST_SEARCHED {
        return None;
    }
    let mail = MessageParser::default().parse(raw)?;
    let names = mail.attachments().filter_map(|part| part.attachment_name());
    let mut incoming = Incoming {
        sealed: addressed(inbound, &mail),
        report: report::find(&mail),
        reply: reply::find(&mail),
        automatic: is_automatic(&mail),
        message_id: mail.message_id().filter(|id| id.len() <= 250).and_then(line),
        from: mail.from().and_then(Address::first).and_then(|from| from.address()).and_then(line),
        subject: mail.subject().map(|subject| Line::cut(subject, 300).to_string()).unwrap_or_default(),
        attachments: names.filter_map(|name| line(&name.chars().take(120).collect::<String>())).collect(),
        attachment_count: mail.attachment_count(),
        text: String::new(),
    };
    incoming.attachments.truncate(MOST_NAMES);
    // Reports are read by programs alone.
    if incoming.report.is_none() {
        incoming.text = text(&mail);
    }
    Some(incoming)
}

fn line(text: &str) -> Option<String> {
    Some(Line::cut(text, 254).to_string()).filter(|line| !line.is_empty())
}

/// Where servers note whom a mail is for, beside what its writer says.
const RECIPIENTS: [&str; 6] = ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"];

fn addressed(inbound: &Inbound, mail: &Message<'_>) -> Option<Sealed> {
    let is_recipient = |name: &str| RECIPIENTS.iter().any(|known| known.eq_ignore_ascii_case(name));
    let mut headers = mail.headers().iter().filter(|header| is_recipient(header.name.as_str())).take(200);
    headers.find_map(|header| match &header.value {
        HeaderValue::Address(addresses) => {
            addresses.iter().take(200).find_map(|one| Sealed::open(inbound, one.address()?))
        }
        HeaderValue::Text(text) => opened_in(inbound, text),
        HeaderValue::TextList(texts) => texts.iter().take(200).find_map(|text| opened_in(inbound, text)),
        _ => None,
    })
}

/// An address of ours in a line: bare, in brackets, or one of several.
fn opened_in(inbound: &Inbound, text: &str) -> Option<Sealed> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';'));
    words.take(200).find_map(|word| Sealed::open(inbound, word))
}

fn is_automatic(mail: &Message<'_>) -> bool {
    let says = |name: &str, means: fn(&str) -> bool| {
        let mut headers = mail.headers().iter();
        headers.any(|header| {
            header.name.as_str().eq_ignore_ascii_case(name)
                && mail.raw_message.get(header.offset_start as usize..header.offset_end as usize).is_some_and(
                    |raw| means(String::from_utf8_lossy(raw).trim().to_ascii_lowercase().as_str()),
                )
        })
    };
    says("Auto-Submitted", |value| value.split(';').next().is_some_and(|word| word.trim() != "no"))
        || says("Precedence", |value| matches!(value, "bulk" | "list" | "junk"))
        || says("Return-Path", |value| value == "<>")
}

fn text(mail: &Message<'_>) -> String {
    let mut text = String::new();
    for id in mail.text_body.iter().take(20) {
        let part = mail.parts.get(*id as usize).map(|part| &part.body);
        let more = match part {
            Some(PartType::Text(plain)) => prose::plain(plain),
            Some(PartType::Html(html)) => prose::of_html(html),
            _ => continue,
        };
        if !text.is_empty() && !more.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&more);
        if text.len() > MOST_TEXT {
            break;
        }
    }
    prose::cut(text, MOST_TEXT)
}

/// How often a word in lower case stands in bytes, in whatever case.
fn count(bytes: &[u8], word: &[u8]) -> usize {
    bytes.windows(word.len()).filter(|window| window.eq_ignore_ascii_case(word)).count()
}

/// A part's text, whatever type it claims; at most `most` bytes.
fn text_of(body: &PartType<'_>, most: usize) -> Option<String> {
    let bytes: &[u8] = match body {
        PartType::Text(text) | PartType::Html(text) => text.as_bytes(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
        _ => return None,
    };
    Some(String::from_utf8_lossy(&bytes[..bytes.len().min(most)]).into_owned())
}
