//! Postings to test with: a plain one on site, a remote one for several teams, and one with hostile text everywhere.

use chrono::{DateTime, Utc};

use crate::domain::country::Country;
use crate::domain::feed::{Advertised, TeamVacancies};
use crate::domain::money::{Currency, PayInterval, PayRange};
use crate::domain::ping::Pings;
use crate::domain::place::{Location, Workplace};
use crate::domain::posting::{
    Content, EmploymentType, PlanVersion, Posting, PostingStatus, Reading, Requirement, RequirementLevel,
    Section,
};
use crate::domain::site::Site;
use crate::domain::text::EmailAddress;

use super::item::FeedItem;

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn now() -> DateTime<Utc> {
    instant("2027-01-15T08:00:00Z")
}

pub fn site() -> Site {
    let address = |text| EmailAddress::parse("email", text).unwrap();
    Site {
        name: "Brightwater & Sons".into(),
        url: "https://www.example.com".into(),
        public_url: "https://jobs.example.com".into(),
        zone: chrono_tz::Europe::Berlin,
        mail_from: address("jobs@example.com"),
        mailing: crate::domain::mailing::Mailing::default(),
        contact_email: address("hiring@example.com"),
        linkedin_company: Some("1234567".into()),
        pings: Pings { hub: Some("https://hub.example.com/".into()), index_now: None },
    }
}

pub fn country(code: &str) -> Country {
    Country::find(code).unwrap()
}

pub fn team(name: &str, vacancies: u32) -> TeamVacancies {
    TeamVacancies { team: "team_00000000000000000000000001".parse().unwrap(), name: name.into(), vacancies }
}

pub fn location(key: &str, city: &str, region: Option<&str>, code: &str) -> Location {
    Location {
        key: key.into(),
        street: None,
        city: city.into(),
        region: region.map(Into::into),
        postal_code: None,
        country: country(code),
    }
}

pub fn pay(code: Option<&str>, min: i64, max: i64, currency: &str) -> PayRange {
    PayRange {
        jurisdiction: code.map(country),
        min,
        max,
        currency: Currency::find(currency).unwrap(),
        interval: PayInterval::Year,
    }
}

fn posting(id: &str, title: &str, body: &str) -> Posting {
    let content = Content {
        title: title.into(),
        sections: vec![Section { heading: "The work".into(), body: body.into() }],
        requirements: vec![],
        links: vec![],
        locations: vec![],
        place_labels: Vec::new(),
        remote_countries: vec![],
        workplace: Workplace::Onsite,
        employment_type: EmploymentType::FullTime,
        pay_ranges: vec![],
        questions: vec![],
    };
    Posting {
        id: id.parse().unwrap(),
        slug: format!("{}-x1", crate::domain::text::slug(title)),
        status: PostingStatus::Open,
        listed: true,
        content,
        plan: PlanVersion { plan: "plan_00000000000000000000000001".parse().unwrap(), number: 1 },
        lead: None,
        // 23:30 UTC is the next day in Berlin: the day every reader has to agree on.
        published_at: Some(instant("2027-01-10T23:30:00Z")),
        apply_url: None,
        reopened_at: None,
        expires_at: None,
        close_reason: None,
        created_at: instant("2027-01-09T10:00:00Z"),
        updated_at: instant("2027-01-12T09:15:30.25Z"),
        revision: 3,
    }
}

/// Two places with streets and pay, one team.
pub fn onsite() -> Advertised {
    let mut posting = posting(
        "post_01hzzzzzzzzzzzzzzzzzzzzzz2",
        "Harbour Engineer",
        "Keep *every* lock gate moving.\n\n1. Inspect\n2. Repair\n\nSee [our yard](/yard) & the sea.",
    );
    posting.expires_at = Some(instant("2027-02-28T22:59:59Z"));
    posting.content.workplace = Workplace::Hybrid;
    posting.content.locations = vec![
        Location {
            street: Some("12 Quay Street".into()),
            postal_code: Some("04101".into()),
            ..location("k3h7p2qa", "Portland", Some("ME"), "US")
        },
        Location {
            postal_code: Some("20457".into()),
            ..location("b9x0w4tz", "Hamburg", Some("Hamburg"), "DE")
        },
    ];
    posting.content.pay_ranges =
        vec![pay(Some("US"), 9_500_000, 12_000_000, "USD"), pay(None, 7_000_050, 7_000_050, "EUR")];
    posting.content.requirements = vec![
        Requirement { text: "A welding certificate".into(), level: RequirementLevel::Strict },
        Requirement { text: "Years near <big> water".into(), level: RequirementLevel::Expected },
        Requirement { text: "A boat".into(), level: RequirementLevel::Plus },
    ];
    posting.content.links =
        vec![Reading { label: "How we hire".into(), url: "https://www.example.com/hiring?a=1&b=2".into() }];
    Advertised { posting, teams: vec![team("Locks, Gates", 1)], listed_title: None }
}

/// Fully remote in two countries, for three teams of which one is full.
pub fn remote() -> Advertised {
    let mut posting = posting(
        "post_01hzzzzzzzzzzzzzzzzzzzzzz1",
        "Backend Developer",
        "Move data between harbours that disagree about the time. Slowly at first, then fast, and so that no crate is lost.",
    );
    posting.published_at = Some(instant("2027-01-12T10:00:00Z"));
    posting.content.workplace = Workplace::Remote;
    posting.content.remote_countries = vec![country("DE"), country("PT")];
    posting.content.pay_ranges = vec![pay(None, 6_000_000, 8_000_000, "EUR")];
    Advertised {
        posting,
        teams: vec![team("Plan", 2), team("Create", 0), team("Monitor", 3)],
        listed_title: None,
    }
}

/// Every text a recruiter can write, as bad as it gets.
pub fn hostile() -> Advertised {
    let mut nasty: String = (0..0x20_u32).chain([0xFFFE, 0xFFFF]).filter_map(char::from_u32).collect();
    nasty.push_str("]]> <![CDATA[ &amp; &lt; &nbsp; &bogus; </script> <script>alert(1)</script> \"'");
    nasty.push_str("\u{202E}ltr \u{5E9}\u{5DC}\u{5D5}\u{5DD} 🎉 e\u{301} <!-- -- > <?php ?>");
    let mut advertised = onsite();
    let posting = &mut advertised.posting;
    posting.id = "post_01hzzzzzzzzzzzzzzzzzzzzzz3".parse().unwrap();
    posting.content.title.clone_from(&nasty);
    let long = "all work & no play <b>makes</b> ]]> a long text. ".repeat(2_100);
    posting.content.sections = vec![
        Section { heading: nasty.clone(), body: nasty.clone() },
        Section { heading: String::new(), body: long },
    ];
    posting.content.requirements = vec![Requirement { text: nasty.clone(), level: RequirementLevel::Strict }];
    posting.content.links = vec![
        Reading { label: nasty.clone(), url: "javascript:alert(1)".into() },
        Reading { label: "data".into(), url: "data:text/html,<script>alert(1)</script>".into() },
    ];
    for location in &mut posting.content.locations {
        location.street = Some(nasty.clone());
        location.city.clone_from(&nasty);
        location.region = Some(nasty.clone());
        location.postal_code = Some(nasty.clone());
    }
    advertised.teams = vec![team(&nasty, 1)];
    advertised
}

pub fn item(advertised: &Advertised) -> FeedItem {
    FeedItem::project(advertised, &site(), now())
}
