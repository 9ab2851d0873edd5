//! Answers of calendars to invitations: `METHOD:REPLY` (RFC 5546 section 3.2.3).
//!
//! Read line by line: of a whole calendar four properties are wanted, and a parser that descends into components could be sent
//! down without end.

use mail_parser::{Message, MimeHeaders as _};

use super::text_of;
use crate::domain::interview::Response;
use crate::domain::message::CalendarReply;

/// The most bytes of a calendar that are read.
const MOST: usize = 64 * 1024;

/// The first answer to an invitation in a mail.
pub(super) fn find(mail: &Message<'_>) -> Option<CalendarReply> {
    let calendars = mail.parts.iter().filter(|part| {
        part.content_type().is_some_and(|kind| {
            let subtype = kind.subtype().unwrap_or_default();
            subtype.eq_ignore_ascii_case("calendar") || subtype.eq_ignore_ascii_case("ics")
        })
    });
    calendars.take(5).find_map(|part| parsed(&text_of(&part.body, MOST)?))
}

fn parsed(text: &str) -> Option<CalendarReply> {
    // Lines that begin with white space go on from the one before (RFC 5545 section 3.1).
    let text = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let (mut is_reply, mut in_event) = (false, false);
    let (mut uid, mut attendee, mut sequence) = (None, None, 0);
    for property in text.lines().filter_map(property) {
        match (property.name.as_str(), in_event) {
            ("METHOD", false) => is_reply = property.value.eq_ignore_ascii_case("REPLY"),
            ("BEGIN", false) => in_event = property.value.eq_ignore_ascii_case("VEVENT"),
            // The first event alone: a reply has one.
            ("END", true) if property.value.eq_ignore_ascii_case("VEVENT") => break,
            ("UID", true) => uid = Some(property.value.to_owned()),
            ("SEQUENCE", true) => sequence = property.value.parse().ok()?,
            ("ATTENDEE", true) => attendee = Some((address(property.value)?, response(&property)?)),
            _ => {}
        }
    }
    let (attendee, response) = attendee?;
    let uid = uid.filter(|uid| is_reply && uid.len() <= 250)?;
    Some(CalendarReply { uid, attendee, response, sequence })
}

/// A line of a calendar.
struct Property<'a> {
    name: String,
    parameters: Vec<&'a str>,
    value: &'a str,
}

/// A colon or semicolon within quotes separates nothing.
fn property(line: &str) -> Option<Property<'_>> {
    let (mut quoted, mut ends) = (false, Vec::new());
    let mut colon = None;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => ends.push(at),
            ':' if !quoted => {
                colon = Some(at);
                break;
            }
            _ => {}
        }
    }
    let colon = colon?;
    ends.push(colon);
    let mut parts = Vec::with_capacity(ends.len());
    let mut start = 0;
    for end in ends {
        parts.push(line.get(start..end)?);
        start = end + 1;
    }
    let name = parts.remove(0).trim().to_ascii_uppercase();
    Some(Property { name, parameters: parts, value: line.get(start..)?.trim() })
}

fn response(property: &Property<'_>) -> Option<Response> {
    let said = property.parameters.iter().find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("PARTSTAT").then(|| value.trim_matches('"').to_ascii_uppercase())
    })?;
    match said.as_str() {
        "ACCEPTED" => Some(Response::Accepted),
        "TENTATIVE" => Some(Response::Tentative),
        "DECLINED" => Some(Response::Declined),
        _ => None,
    }
}

fn address(value: &str) -> Option<String> {
    let scheme = value.get(..7)?;
    let address = value.get(7..)?.trim();
    (scheme.eq_ignore_ascii_case("mailto:") && address.len() <= 254).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_calendars_write_it() {
        let text = "BEGIN:VCALENDAR\r\nPRODID:-//x\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n\
                    ATTENDEE;CN=\"Doe; Jo: \r\n hn\";PARTSTAT=DECLINED;X-A=1:MAILTO:john@exam\r\n ple.com\r\n\
                    UID:abc@jobs.example.com\r\nSEQUENCE:2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let reply = parsed(text).unwrap();
        assert_eq!((reply.uid.as_str(), reply.sequence), ("abc@jobs.example.com", 2));
        assert_eq!((reply.attendee.as_str(), reply.response), ("john@example.com", Response::Declined));
    }

    #[test]
    fn what_answers_nothing_is_none() {
        let reply =
            "METHOD:REPLY\nBEGIN:VEVENT\nUID:x\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example\nEND:VEVENT";
        assert!(parsed(reply).is_some());
        for (from, to) in [
            ("REPLY", "REQUEST"),
            ("UID:x\n", ""),
            ("ACCEPTED", "NEEDS-ACTION"),
            ("mailto:", "tel:"),
            ("PARTSTAT=ACCEPTED", "X"),
            ("UID:x", "SEQUENCE:x"),
            ("BEGIN:VEVENT", "BEGIN:VTODO"),
        ] {
            assert_eq!(parsed(&reply.replace(from, to)), None, "{from}");
        }
        for odd in ["", ":", ";:", "\"", "é:é", "BEGIN", "ATTENDEE:é"] {
            assert_eq!(parsed(&format!("METHOD:REPLY\nBEGIN:VEVENT\n{odd}")), None, "{odd}");
        }
    }
}
