//! The bytes of a mail: the same for the same post, well-formed for any input, and no way in for a header.

use chrono::{DateTime, Utc};
use vacantia::mail::invite::{self, Invite, Meeting, Method};
use vacantia::mail::letter::Letter;
use vacantia::mail::line::Line;
use vacantia::mail::message::{MAX_BODY, Party, Post, Unwritable, freeze};

fn letter(subject: &str, text: &str, html: &str) -> Letter {
    Letter { subject: subject.to_owned(), text: text.to_owned(), html: html.to_owned() }
}

fn at() -> DateTime<Utc> {
    "2026-08-14T15:00:00Z".parse().unwrap()
}

struct Draft {
    from: Party,
    to: Party,
    reply_to: Option<Party>,
    message_id: String,
    answers: Option<&'static str>,
    date: DateTime<Utc>,
    language: String,
    letter: Letter,
    invites: Vec<Invite>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            from: Party::new("Hollow Oak", "jobs@example.org"),
            to: Party::new("Zoë O'Hara", "zoe@example.com"),
            reply_to: None,
            message_id: "<offer.01h.v1@example.org>".to_owned(),
            answers: None,
            date: at(),
            language: "en".to_owned(),
            letter: letter("An offer", "Hello\n", "<p>Hello</p>\n"),
            invites: Vec::new(),
        }
    }
}

impl Draft {
    fn freeze(&self) -> Result<Vec<u8>, Unwritable> {
        freeze(&Post {
            from: &self.from,
            to: &self.to,
            reply_to: self.reply_to.as_ref(),
            message_id: &self.message_id,
            answers: self.answers,
            feedback_id: "",
            date: self.date,
            language: &self.language,
            letter: &self.letter,
            invites: &self.invites,
        })
    }

    fn text(&self) -> String {
        String::from_utf8(self.freeze().unwrap()).unwrap()
    }
}

/// Header lines, unfolded.
fn headers(message: &str) -> Vec<String> {
    let head = message.split_once("\r\n\r\n").unwrap().0;
    head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n").map(str::to_owned).collect()
}

fn header(message: &str, name: &str) -> String {
    let found: Vec<_> =
        headers(message).into_iter().filter(|line| line.starts_with(&format!("{name}: "))).collect();
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found[0][name.len() + 2..].to_owned()
}

#[test]
fn a_message_has_the_headers_of_an_automatic_letter() {
    let reply_to = Some(Party::new("", "recruiting@example.org"));
    let message = Draft { reply_to, ..Draft::default() }.text();
    assert_eq!(header(&message, "From"), "\"Hollow Oak\" <jobs@example.org>");
    assert_eq!(header(&message, "Reply-To"), "recruiting@example.org");
    assert_eq!(header(&message, "Message-ID"), "<offer.01h.v1@example.org>");
    assert_eq!(header(&message, "Date"), "Fri, 14 Aug 2026 15:00:00 +0000");
    assert_eq!(header(&message, "Auto-Submitted"), "auto-generated");
    assert_eq!(header(&message, "X-Auto-Response-Suppress"), "OOF, AutoReply");
    assert_eq!(header(&message, "Content-Language"), "en");
    assert_eq!(header(&message, "MIME-Version"), "1.0");
    assert!(header(&message, "Content-Type").starts_with("multipart/alternative; boundary="));
    let (text, html) = (message.find("text/plain").unwrap(), message.find("text/html").unwrap());
    assert!(text < html, "the last alternative is the preferred one");
    assert!(!message.contains("List-Unsubscribe") && !message.contains("Bcc"));
}

#[test]
fn the_same_post_gives_the_same_bytes() {
    let draft = Draft { letter: letter("Ärger", &"ä\n".repeat(500), "<p>ß</p>"), ..Draft::default() };
    assert_eq!(draft.freeze().unwrap(), draft.freeze().unwrap());
    let other = Draft { message_id: "<offer.01h.v2@example.org>".to_owned(), ..Draft::default() };
    assert_ne!(header(&other.text(), "Content-Type"), header(&draft.text(), "Content-Type"));
}

/// Fragments that have broken mail libraries.
const FRAGMENTS: [&str; 39] = [
    "",
    " ",
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\t",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202E}",
    "\u{FEFF}",
    "\"",
    "\\",
    "<",
    ">",
    "@",
    ",",
    ";",
    ":",
    "(",
    ")",
    ".",
    "\r\n.\r\n",
    "\r.\r",
    "Bcc: x@example.net",
    "=?utf-8?q?=0D=0AX:_1?=",
    "=",
    "ä",
    "李",
    "\u{1F469}\u{200D}\u{1F4BB}",
    "e\u{301}",
    "\u{D7FF}",
    "\u{10FFFF}",
    "--v_",
    "From ",
    "%0d%0a",
    "\u{1b}[31m",
    "a\u{300}",
];

/// In every order two deep, in every field.
#[test]
fn no_text_breaks_a_message_or_adds_a_header() {
    for first in FRAGMENTS {
        for second in FRAGMENTS {
            let text = format!("{first}{second}x{first}");
            let draft = Draft {
                from: Party::new(&text, "jobs@example.org"),
                to: Party::new(&text, "zoe@example.com"),
                reply_to: Some(Party::new(&text, "recruiting@example.org")),
                letter: letter(&text, &text.repeat(3), &text),
                ..Draft::default()
            };
            check(&draft.freeze().unwrap(), &text);
        }
    }
    for long in [
        "x".repeat(10_000),
        "ä".repeat(10_000),
        "\u{301}".repeat(5_000),
        "a b\n".repeat(20_000),
        "\\\"".repeat(3_000),
    ] {
        let draft = Draft {
            from: Party::new(&long, "jobs@example.org"),
            to: Party::new(&long, "zoe@example.com"),
            letter: letter(&long, &long, &long),
            ..Draft::default()
        };
        check(&draft.freeze().unwrap(), &long[..4]);
    }
}

fn check(bytes: &[u8], input: &str) {
    let message = std::str::from_utf8(bytes).unwrap();
    assert!(message.is_ascii(), "{input:?}: every relay takes it");
    assert!(!message.replace("\r\n", "").contains(['\r', '\n', '\0']), "{input:?}: line ends are CRLF");
    assert!(message.lines().all(|line| line.len() <= 998), "{input:?}: RFC 5322 section 2.1.1");
    let known = [
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Message-ID",
        "Date",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Content-Language",
        "MIME-Version",
        "Content-Type",
    ];
    let names: Vec<_> =
        headers(message).iter().map(|line| line.split(':').next().unwrap_or("").to_owned()).collect();
    assert!(names.iter().all(|name| known.contains(&name.as_str())), "{input:?}: {names:?}");
    assert!((10..=11).contains(&names.len()), "{input:?}: {names:?}");
    assert_eq!(message.matches("Content-Transfer-Encoding: ").count(), 2, "{input:?}");
}

#[test]
fn an_encoded_word_in_plain_text_stays_plain_text() {
    let message = Draft { letter: letter("=?utf-8?q?Hi=0D=0A?= you", "x", "x"), ..Draft::default() }.text();
    assert!(!header(&message, "Subject").contains("=?utf-8?q?"));
}

#[test]
fn dates_no_mail_can_carry_are_clamped() {
    for date in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, DateTime::UNIX_EPOCH] {
        Draft { date, ..Draft::default() }.text();
    }
}

#[test]
fn international_domains_become_ascii() {
    let to = Party::new("Zoë", "zoe@bücher.example");
    assert!(header(&Draft { to, ..Draft::default() }.text(), "To").ends_with("<zoe@xn--bcher-kva.example>"));
}

#[test]
fn what_is_no_mail_is_refused_by_name() {
    for address in [
        "",
        "zoe",
        "@example.com",
        "zoe@",
        "a b@example.com",
        "a\r\nb@example.com",
        "zoe@exa\0mple.com",
        "<a@b.example>",
    ] {
        let to = Party::new("Zoë", address);
        assert!(
            matches!(Draft { to, ..Draft::default() }.freeze(), Err(Unwritable::Address(_))),
            "{address:?}"
        );
    }
    let long = format!("{}@example.com", "x".repeat(300));
    let to = Party::new("Zoë", &long);
    assert!(matches!(Draft { to, ..Draft::default() }.freeze(), Err(Unwritable::Address(_))));
    for id in ["", "x@example.org", "<x>", "<a@b\r\nX: 1>", "<a b@c>", "<@c>", "<a@b@c>"] {
        let draft = Draft { message_id: id.to_owned(), ..Draft::default() };
        assert!(matches!(draft.freeze(), Err(Unwritable::MessageId(_))), "{id:?}");
    }
    for language in ["", "en\r\nX: 1", "en US"] {
        let draft = Draft { language: language.to_owned(), ..Draft::default() };
        assert!(matches!(draft.freeze(), Err(Unwritable::Language(_))), "{language:?}");
    }
    let draft = Draft { letter: letter("x", &"x".repeat(MAX_BODY), "y"), ..Draft::default() };
    assert_eq!(draft.freeze(), Err(Unwritable::TooLong(MAX_BODY + 1)));
}

#[test]
fn the_longest_letters_are_made_in_no_time() {
    for text in ["ä\n", "\n", "ä", "x"] {
        let text = text.repeat(MAX_BODY / text.len());
        let bytes = Draft { letter: letter("x", &text, ""), ..Draft::default() }.freeze().unwrap();
        assert!(bytes.len() < MAX_BODY * 3);
    }
}

fn meeting(name: &str) -> Meeting<'_> {
    Meeting {
        uid: "01h@example.org",
        sequence: 3,
        starts_at: at(),
        ends_at: at() + chrono::TimeDelta::minutes(45),
        written_at: at(),
        summary: Line::new(name),
        description: vec![Line::new(name), Line::new("Video call: https://meet.example.com/1")],
        location: Some(Line::new(name)),
        organizer: "jobs@example.org",
        optional: false,
    }
}

#[test]
fn no_name_changes_the_shape_of_an_invitation() {
    let names = [
        "Zoë \"Zed\" O'Hara; CEO, CFO: all",
        "\"quoted\"",
        "a\r\nATTENDEE:mailto:x@example.net\r\nb",
        "back\\slash \\n and \u{1F469}\u{200D}\u{1F4BB}\u{202E}",
        &"long 老虎 ".repeat(60),
        "",
    ];
    for name in names {
        for method in [Method::Request, Method::Cancel] {
            let invite = invite::write(&meeting(name), method, &Party::new(name, "zoe@example.com")).unwrap();
            let lines: Vec<_> = invite.text.split("\r\n").collect();
            assert!(lines.iter().all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])), "{name:?}");
            let unfolded = invite.text.replace("\r\n ", "");
            let starts = |with: &str| unfolded.split("\r\n").filter(|line| line.starts_with(with)).count();
            for once in [
                "BEGIN:VEVENT",
                "ATTENDEE;",
                "ORGANIZER:",
                "UID:",
                "SEQUENCE:3",
                "METHOD:",
                "PRODID:",
                "DTSTAMP:",
            ] {
                assert_eq!(starts(once), 1, "{once} {name:?} {unfolded}");
            }
            assert_eq!(starts("ATTENDEE:"), 0, "{unfolded}");
            let attendee = unfolded.split("\r\n").find(|line| line.starts_with("ATTENDEE;")).unwrap();
            assert!(attendee.ends_with(":mailto:zoe@example.com") && !attendee.contains('\\'), "{attendee}");
            assert_eq!(starts(&format!("METHOD:{}", method.as_str())), 1);
            assert!(!unfolded.contains('\u{202E}'));
        }
    }
}

#[test]
fn an_invitation_stands_last_among_the_forms_and_once_as_a_file() {
    let invite =
        invite::write(&meeting("A talk"), Method::Request, &Party::new("Zoë", "zoe@example.com")).unwrap();
    let draft = Draft { invites: vec![invite], ..Draft::default() };
    let text = draft.text();
    assert_eq!(text, draft.text(), "the same every time");
    let kinds: Vec<_> = text.split("\r\n").filter_map(|line| line.strip_prefix("Content-Type: ")).collect();
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.split("; boundary").next().unwrap()).collect();
    let calendar = "text/calendar; method=REQUEST; charset=utf-8";
    let parts = ["text/plain; charset=utf-8", "text/html; charset=utf-8", calendar];
    assert_eq!(kinds[0].trim_end_matches(';'), "multipart/mixed");
    assert_eq!(kinds[1].trim_end_matches(';'), "multipart/alternative");
    assert_eq!(kinds[2..5], parts);
    assert!(kinds[5].starts_with("application/ics"), "{kinds:?}");
    assert_eq!(kinds.len(), 6);
    assert!(text.contains("Content-Disposition: attachment; filename=\"invite.ics\""));
}

#[test]
fn a_message_goes_on_from_one_of_ours_and_from_nothing_else() {
    let ours = Draft { answers: Some("<offer.00h.v1@example.org>"), ..Draft::default() }.text();
    for name in ["In-Reply-To", "References"] {
        assert_eq!(header(&ours, name), "<offer.00h.v1@example.org>");
    }
    for other in ["", "x", "<x>", "<a@b>\r\nBcc: eve@example.net", "<a b@c>"] {
        let alone = Draft { answers: Some(other), ..Draft::default() }.text();
        let names = ["In-Reply-To:", "References:", "Bcc:"];
        assert!(
            headers(&alone).iter().all(|line| names.iter().all(|name| !line.starts_with(name))),
            "{other}"
        );
    }
}
