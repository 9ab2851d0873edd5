//! Delivery status notifications (RFC 3464, RFC 6533): what other servers say of a message of ours.

use mail_parser::{Message, MessagePart, MimeHeaders as _};

use super::text_of;
use crate::domain::message::{Action, Report};
use crate::mail::line::Line;

/// The most bytes of a report that are read: it has one recipient, or a few.
const MOST: usize = 64 * 1024;

/// The report in a mail that is one.
pub(super) fn find(mail: &Message<'_>) -> Option<Report> {
    let kind = mail.content_type()?;
    let is_report = kind.ctype().eq_ignore_ascii_case("multipart")
        && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"));
    let status = mail.parts.iter().find(|part| is_report && is_status(part))?;
    parsed(&text_of(&status.body, MOST)?)
}

fn is_status(part: &MessagePart<'_>) -> bool {
    let kinds = ["delivery-status", "global-delivery-status"];
    part.content_type().is_some_and(|kind| {
        let subtype = kind.subtype().unwrap_or_default();
        kind.ctype().eq_ignore_ascii_case("message")
            && kinds.iter().any(|kind| subtype.eq_ignore_ascii_case(kind))
    })
}

/// Of several recipients the one that failed, else the first: ours is one, the others come of forwarding.
fn parsed(text: &str) -> Option<Report> {
    let text = text.replace("\r\n", "\n");
    let reports: Vec<Report> = text.split("\n\n").filter_map(of_recipient).collect();
    let failed = reports.iter().find(|report| report.action == Action::Failed);
    failed.or(reports.first()).cloned()
}

fn of_recipient(group: &str) -> Option<Report> {
    let fields = unfolded(group);
    let field = |name: &str| {
        let mut values = fields.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value.as_str())
    };
    let action = field("Action")?.split_whitespace().next()?.to_ascii_lowercase().parse().ok()?;
    // `smtp; 550 5.1.1 no such user`: the type of code is left out.
    let diagnostic =
        field("Diagnostic-Code").map(|value| value.split_once(';').map_or(value, |(_, said)| said));
    let diagnostic = diagnostic.map(|said| Line::cut(said, 500).to_string());
    Some(Report { action, status: field("Status").and_then(status), diagnostic })
}

/// The code at the start of a field that may go on with a comment, if it is one (RFC 3463 section 2).
fn status(value: &str) -> Option<String> {
    let code = value.split(|c: char| !(c.is_ascii_digit() || c == '.')).next()?;
    let parts: Vec<&str> = code.split('.').collect();
    let sound = parts.len() == 3 && parts.iter().all(|part| (1..=3).contains(&part.len()));
    sound.then(|| code.to_owned())
}

/// Names and values of fields, lines that go on put together (RFC 5322 section 2.2.3).
fn unfolded(group: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in group.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipient_that_failed_counts() {
        let text = "Reporting-MTA: dns; mx.example.com\r\n\r\nAction: relayed\r\nStatus: 2.0.0\r\n\r\n\
                    Action: FAILED (bad)\r\nStatus: 5.1.1 (no such user)\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n  <a@b.example>\r\n gone\r\n";
        let report = parsed(text).unwrap();
        assert_eq!(report.action, Action::Failed);
        assert_eq!(report.status.as_deref(), Some("5.1.1"));
        assert_eq!(report.diagnostic.as_deref(), Some("550 5.1.1 <a@b.example> gone"));
        assert!(report.is_dead_address());
        assert_eq!(report.code(), Some(550));
    }

    #[test]
    fn what_says_nothing_known_is_no_report() {
        for text in ["", "Action:\n\n", "Action: eaten\nStatus: 5.1.1", "\n\n\n", "Status: 5.1.1"] {
            assert_eq!(parsed(text), None, "{text:?}");
        }
        for (value, code) in [
            ("5.1.1", true),
            ("5.1", false),
            ("5.1.1.1", false),
            ("5..1", false),
            ("5.1.1234", false),
            ("é", false),
        ] {
            assert_eq!(status(value).is_some(), code, "{value}");
        }
    }
}
