//! Every letter with hostile text in every field, as committed snapshots.

mod frozen;
mod offers;
mod own;

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;
use vacantia::mail::letter::{
    ApplicationDeclined, ApplicationReceived, ApplicationRepeated, ApplicationTransferred,
    ApplicationWithdrawn, Appointment, Choice, Facts, FormReminded, FormSent, Host, House, InterviewAssigned,
    InterviewCancelled, InterviewScheduled, InterviewSlots, InterviewSlotsReminded, InterviewUnassigned,
    Letter, MessageSent, News, NominationReminded, NominationRequested, NoteMentioned, Offer, OfferAccepted,
    OfferDeclined, OfferExtended, OfferRescinded, Person, Reader, ReferenceReminded, ReferenceRequested,
    ScorecardReminded, ScorecardRequested,
};
use vacantia::mail::line::{Line, Words};

const HOSTILE_ROLE: &str =
    "Back\r\nBcc: all@example.net\r\n\r\nend <script>alert(1)</script> \u{202E}& \"R&D\" {{ 7*7 }} 'x' .";
const HOSTILE_TEAM: &str = "Monitor\u{0} <b>\u{1F4C8}</b> Ümläut \u{2066}\u{202E}";
const HOSTILE_NAME: &str = "Zoë <img src=x onerror=alert(1)> O'Hara\r\n\r\nGo to";
const HOSTILE_WORDS: &str = "Your exercise was strong.\r\n\r\n.\r\n<a href=\"javascript:alert(1)\">click</a> & so on\u{0}\r\rFrom me\u{2028}to you";

fn house() -> House {
    House {
        language: "en".to_owned(),
        name: Line::new("Hollow & <Oak>\r\nX-Evil: 1"),
        url: Some(Url::parse("https://hollow-oak.example/?a=1&b=\"<2>").unwrap()),
        zone: "Europe/Berlin".parse().unwrap(),
    }
}

fn link() -> Url {
    Url::parse("https://hire.example.org/offers/4f1c?x=<1>&y=\"2\"").unwrap()
}

fn deadline() -> DateTime<Utc> {
    "2026-08-14T15:00:00Z".parse().unwrap()
}

fn task() -> Line {
    Line::new("A <small> \"task\"\r\nBcc: eve@example.com")
}

type Named = (&'static str, Box<dyn Facts>);

fn named(name: &'static str, facts: impl Facts + 'static) -> Named {
    (name, Box::new(facts))
}

fn hostile() -> (Reader, Line, Line, Option<Words>) {
    (
        Reader::new(HOSTILE_NAME),
        Line::new(HOSTILE_ROLE),
        Line::new(HOSTILE_TEAM),
        Some(Words::new(HOSTILE_WORDS)),
    )
}

fn to_applicants() -> Vec<Named> {
    let (reader, role, _, words) = hostile();
    let declined = ApplicationDeclined {
        reader: reader.clone(),
        role: role.clone(),
        words: words.clone(),
        ends_offer: true,
        ends_meeting: true,
    };
    let plain =
        ApplicationDeclined { words: None, ends_offer: false, ends_meeting: false, ..declined.clone() };
    let received = ApplicationReceived { reader: reader.clone(), role: role.clone(), status_link: link() };
    let repeated = ApplicationRepeated { reader: reader.clone(), role: role.clone(), status_link: link() };
    let said = |subject| MessageSent {
        reader: reader.clone(),
        subject,
        role: role.clone(),
        words: Words::new(HOSTILE_WORDS),
    };
    let transferred = ApplicationTransferred {
        reader: reader.clone(),
        from: Line::new(HOSTILE_TEAM),
        role: role.clone(),
        words: words.clone(),
        status_link: link(),
    };
    vec![
        named("application_received", received),
        named("application_repeated", repeated),
        named("message_sent", said(Some(Line::new(HOSTILE_TEAM)))),
        named("message_sent_plain", said(None)),
        named("application_declined", declined),
        named("application_declined_plain", plain),
        named(
            "form_sent",
            FormSent {
                reader: reader.clone(),
                role: role.clone(),
                task: None,
                words: words.clone(),
                deadline: deadline(),
                link: link(),
            },
        ),
        named(
            "form_reminded",
            FormReminded {
                reader: reader.clone(),
                role: role.clone(),
                task: None,
                deadline: deadline(),
                link: link(),
            },
        ),
        named(
            "task_sent",
            FormSent {
                reader: reader.clone(),
                role: role.clone(),
                task: Some(task()),
                words,
                deadline: deadline(),
                link: link(),
            },
        ),
        named(
            "task_reminded",
            FormReminded {
                reader: reader.clone(),
                role: role.clone(),
                task: Some(task()),
                deadline: deadline(),
                link: link(),
            },
        ),
        named(
            "application_withdrawn",
            ApplicationWithdrawn {
                reader: reader.clone(),
                role: role.clone(),
                ends_offer: true,
                ends_meeting: true,
            },
        ),
        named("application_transferred", transferred),
    ]
}

fn about_references() -> Vec<Named> {
    let (reader, role, _, words) = hostile();
    let (reader, role) = (|| reader.clone(), || role.clone());
    let candidate = || Person::new(HOSTILE_NAME);
    let (link, deadline) = (link, deadline());
    let requested = NominationRequested { reader: reader(), role: role(), words, deadline, link: link() };
    let reminded = NominationReminded { reader: reader(), role: role(), deadline, link: link() };
    let referee =
        ReferenceRequested { reader: reader(), candidate: candidate(), role: role(), deadline, link: link() };
    // A name that invites to go somewhere is not repeated to people the candidate chose.
    let sly = Person::new("Win at evil.example now");
    let slyly = ReferenceRequested { candidate: sly, ..referee.clone() };
    let again =
        ReferenceReminded { reader: reader(), candidate: candidate(), role: role(), deadline, link: link() };
    vec![
        named("nomination_requested", requested),
        named("nomination_reminded", reminded),
        named("reference_requested", referee),
        named("reference_requested_sly", slyly),
        named("reference_reminded", again),
    ]
}

fn about_offers() -> Vec<Named> {
    let (reader, role, team, words) = hostile();
    let (reader, role, team) = (|| reader.clone(), || role.clone(), || team.clone());
    let (link, deadline) = (link(), deadline());
    vec![
        named("offer", Offer { reader: reader(), role: role(), team: team(), deadline, link: link.clone() }),
        named(
            "offer_accepted",
            OfferAccepted {
                reader: reader(),
                role: role(),
                team: team(),
                link: link.clone(),
                ends_meeting: true,
            },
        ),
        named("offer_declined", OfferDeclined { reader: reader(), role: role(), team: team() }),
        named("offer_rescinded", OfferRescinded { reader: reader(), role: role(), team: team(), words }),
        named(
            "offer_extended",
            OfferExtended { reader: reader(), role: role(), team: team(), deadline, link },
        ),
    ]
}

fn to_colleagues() -> Vec<Named> {
    let (reader, role, step, _) = hostile();
    let (candidate, link) = (Line::cut(HOSTILE_NAME, 80), link());
    let requested = ScorecardRequested { reader, candidate, role, step, deadline: deadline(), link };
    let reminded = ScorecardReminded::from(requested.clone());
    let (reader, role, author, _) = hostile();
    let (candidate, posting) = (Line::cut(HOSTILE_NAME, 80), requested.link.clone());
    let application = Line::new("app_01h0000000000000000000000z");
    let mentioned = NoteMentioned { reader, author, candidate, role, posting, application };
    vec![
        named("scorecard_requested", requested),
        named("scorecard_reminded", reminded),
        named("note_mentioned", mentioned),
    ]
}

fn about_slots() -> Vec<Named> {
    let (reader, role, title, _) = hostile();
    let zone = "America/New_York".parse().unwrap();
    let time = |hours: i64, place: Option<&str>| Appointment {
        starts_at: deadline() + TimeDelta::hours(hours),
        ends_at: deadline() + TimeDelta::hours(hours) + TimeDelta::minutes(45),
        zone,
        place: place.map(Line::new),
        video_link: Some(link()),
    };
    let hosts = vec![
        Host { name: Line::new(HOSTILE_NAME), title: Some(Line::new(HOSTILE_ROLE)) },
        Host { name: Line::new("Bob Example"), title: None },
    ];
    let times = vec![time(0, None), time(13, None)];
    let choice = Choice { role, title, zone, times, hosts };
    let offered = InterviewSlots { reader, choice, link: link() };
    let mut somewhere = offered.clone();
    somewhere.choice.times = vec![time(0, Some(HOSTILE_TEAM))];
    let InterviewSlots { reader, choice, link } = offered.clone();
    vec![
        named("interview_slots", offered),
        named("interview_slots_somewhere", somewhere),
        named("interview_slots_reminded", InterviewSlotsReminded { reader, choice, link }),
    ]
}

fn about_interviews() -> Vec<Named> {
    let (reader, role, title, _) = hostile();
    let candidate = Line::new(HOSTILE_NAME);
    let appointment = |place: Option<&str>| Appointment {
        starts_at: deadline(),
        ends_at: deadline() + TimeDelta::minutes(45),
        zone: "America/New_York".parse().unwrap(),
        place: place.map(Line::new),
        video_link: Some(link()),
    };
    let hosts = vec![
        Host { name: Line::new(HOSTILE_NAME), title: Some(Line::new(HOSTILE_ROLE)) },
        Host { name: Line::new("Bob Example"), title: None },
    ];
    let scheduled = InterviewScheduled {
        reader: reader.clone(),
        role: role.clone(),
        title: title.clone(),
        news: News::Set,
        appointment: appointment(None),
        hosts: hosts.clone(),
        contact: Line::new("people@example.com"),
    };
    let moved = InterviewScheduled {
        news: News::Moved,
        appointment: appointment(Some(HOSTILE_TEAM)),
        ..scheduled.clone()
    };
    let assigned = InterviewAssigned {
        reader: reader.clone(),
        role: role.clone(),
        title: title.clone(),
        candidate: candidate.clone(),
        news: News::Changed,
        appointment: appointment(Some(HOSTILE_TEAM)),
        hosts,
        shadow: true,
    };
    let appointment = appointment(None);
    let unassigned = InterviewUnassigned {
        reader: reader.clone(),
        role: role.clone(),
        title: title.clone(),
        candidate,
        appointment: appointment.clone(),
        without_reader: true,
    };
    vec![
        named("interview_scheduled", scheduled),
        named("interview_moved", moved),
        named("interview_cancelled", InterviewCancelled { reader, role, title, appointment }),
        named("interview_assigned", assigned),
        named("interview_unassigned", InterviewUnassigned { without_reader: false, ..unassigned.clone() }),
        named("interview_without_reader", unassigned),
    ]
}

fn all() -> Vec<(&'static str, Letter)> {
    let house = house();
    let others = to_colleagues()
        .into_iter()
        .chain(offers::about_approvals())
        .chain(offers::about_answers())
        .chain(about_offers())
        .chain(about_interviews())
        .chain(about_slots());
    let facts = to_applicants().into_iter().chain(about_references()).chain(others);
    facts.map(|(name, facts)| (name, facts.write(&house).unwrap())).chain([own::offer(&house)]).collect()
}

#[test]
fn letters_are_written_as_agreed() {
    for (name, letter) in all() {
        // The frame is the same in all and stands in full in one.
        let html = match name {
            "offer" => letter.html.clone(),
            _ => letter.html.split_once("<body>").unwrap().1.to_owned(),
        };
        insta::assert_snapshot!(
            format!("letter_{name}"),
            format!("Subject: {}\n\n{}\n\n=== html\n\n{}\n", letter.subject, letter.text, html)
        );
    }
}

#[test]
fn nothing_people_typed_changes_a_letters_shape() {
    for (name, letter) in all() {
        assert!(!letter.subject.contains(['\r', '\n', '\u{202E}']), "{name}");
        assert!(letter.subject.chars().count() <= 200, "{name}");
        for forbidden in ["<script", "<img", "<b>", "javascript:alert(1)\">click</a>", "49"] {
            let html = letter.html.replace("&#60;", "&lt;");
            assert!(
                !html.contains(forbidden) || forbidden == "49" && !html.contains("{{ 49"),
                "{name}: {forbidden}"
            );
        }
        for text in [&letter.text, &letter.html] {
            assert!(
                text.lines().all(|line| !line.starts_with("Bcc:") && !line.starts_with("X-Evil")),
                "{name}"
            );
            assert!(!text.contains(['\r', '\0', '\u{202E}', '\u{2066}', '\u{2028}']), "{name}");
        }
    }
}

#[test]
fn a_letter_loads_nothing_and_counts_nobody() {
    for (name, letter) in all() {
        for forbidden in ["<link", "<iframe", "url(", "@import", " src=", "<form", "<object"] {
            let own = letter.html.replace("src=x onerror", "");
            assert!(!own.contains(forbidden), "{name}: {forbidden}");
        }
        assert!(letter.html.len() < 100 * 1024, "{name}: mailboxes clip longer ones");
    }
}

#[test]
fn text_and_html_carry_the_same_facts() {
    for (name, letter) in all() {
        if name.starts_with("offer") {
            assert!(letter.text.contains("Monitor") && letter.html.contains("Monitor"), "{name}");
        }
        if matches!(name, "offer" | "offer_extended") {
            let deadline = "Friday 14 August 2026, 17:00 (Europe/Berlin)";
            assert!(letter.text.contains(deadline) && letter.html.contains(deadline), "{name}");
        }
        assert_eq!(letter.text.contains(link().as_str()), letter.html.contains("hire.example.org"), "{name}");
    }
}

#[test]
fn a_stranger_cannot_have_us_advertise() {
    let written = |name: &str| {
        let facts = ApplicationReceived {
            reader: Reader::new(name),
            role: Line::new("Backend Developer"),
            status_link: link(),
        };
        facts.write(&house()).unwrap().text
    };
    assert!(written("Buy at https://spam.example.net now").starts_with("Hello,\n"));
    assert!(written("spam.example.net").starts_with("Hello,\n"));
    assert!(written("").starts_with("Hello,\n"));
    assert!(written("Zoë O'Hara").starts_with("Dear Zoë O'Hara,\n"));
}
