//! What the demo's postings say. Invented, on reserved domains.

use crate::domain::country::Country;
use crate::domain::money::{Currency, PayInterval, PayRange};
use crate::domain::place::{Location, Workplace};
use crate::domain::posting::{Content, EmploymentType, Reading, Requirement, RequirementLevel, Section};
use crate::domain::question::{Question, QuestionType};

/// A posting of the demo.
pub struct Sample {
    /// What it says.
    pub content: Content,
    /// Which teams it hires for, in order, with how many vacancies.
    pub teams: &'static [(&'static str, u32)],
    /// How many days ago it was published.
    pub age_days: i64,
}

/// The nine teams of the reference posting, in its order.
const NINE_TEAMS: &[(&str, u32)] = &[
    ("Create", 1),
    ("Plan", 2),
    ("Share", 1),
    ("Admin", 1),
    ("Secure", 1),
    ("Configure", 2),
    ("Verify (CI)", 2),
    ("Release (CD)", 1),
    ("Monitor", 3),
];

/// One posting for nine teams: fourteen vacancies, fully remote.
pub fn backend_developer() -> Sample {
    Sample {
        content: Content {
            title: "Backend Developer".into(),
            sections: what_it_is(),
            requirements: what_it_takes(),
            links: vec![
                reading("How we hire", "https://handbook.example.com/hiring"),
                reading("Who you may meet", "https://www.example.com/team"),
            ],
            locations: vec![],
            place_labels: Vec::new(),
            remote_countries: countries(&["DE", "NL", "PT", "PL", "IE"]),
            workplace: Workplace::Remote,
            employment_type: EmploymentType::FullTime,
            pay_ranges: vec![
                pay(Some("DE"), 6_200_000, 8_900_000),
                pay(Some("NL"), 6_000_000, 8_600_000),
                pay(None, 4_800_000, 7_400_000),
            ],
            questions: what_we_ask(),
        },
        teams: NINE_TEAMS,
        age_days: 128,
    }
}

fn what_it_is() -> Vec<Section> {
    vec![
        section(
            "About the job",
            "We write software that other people build software with. You would join one of nine small \
                     teams, choose the part you want to know best, and stay free to move when another part starts \
                     to interest you. Some of us care about one thing for years; most of us work wherever the next \
                     useful change is.\n\nWe work from home, mostly in writing, and we decide where we work best.",
        ),
        section(
            "What you will do",
            "- Take a feature from a rough proposal to something polished that people rely on.\n\
                     - Find the cause of what users report, together with support, and mend it for good.\n\
                     - Review contributions from outside, and help their authors get them over the line.\n\
                     - Write the documentation that saves the next person an afternoon.\n\
                     - Notice what is slow, confusing or fragile, and make it better without being asked.\n\
                     - Keep the code easy to change for people you have never met.\n\
                     - Help us recognise the colleagues we still need.",
        ),
    ]
}

fn what_it_takes() -> Vec<Requirement> {
    vec![
        requirement(
            "You have run a Ruby application in production, ideally on Rails",
            RequirementLevel::Strict,
        ),
        requirement(
            "You can reason about algorithms, data and performance before you measure them",
            RequirementLevel::Expected,
        ),
        requirement("You write clearly, and enjoy open source", RequirementLevel::Expected),
        requirement(
            "You organise your own work and say early when it is in trouble",
            RequirementLevel::Expected,
        ),
        requirement("You know other languages and tools well", RequirementLevel::Plus),
    ]
}

fn what_we_ask() -> Vec<Question> {
    vec![
        question(
            "ruby",
            "Which Ruby application have you run in production, and what was hard about it?",
            QuestionType::Prose,
            true,
        ),
        question(
            "contribution",
            "A contribution or a piece of code you are proud of",
            QuestionType::Url,
            false,
        ),
        question("notice", "Can you start within three months?", QuestionType::YesNo, true),
    ]
}

/// A posting at one place.
pub fn site_reliability_engineer() -> Sample {
    Sample {
        content: Content {
            title: "Site Reliability Engineer".into(),
            sections: vec![section(
                "About the job",
                "Our service is used around the clock. You would own how it is observed, how it fails, and how it \
                 comes back, with a team of six and a fair on-call rota that is paid for.",
            )],
            requirements: vec![
                requirement("You have been on call for a service that mattered", RequirementLevel::Strict),
                requirement("You can read a flame graph and a query plan", RequirementLevel::Expected),
            ],
            links: vec![],
            locations: vec![
                location("Berlin", None, "10115", "DE"),
                location("Lisbon", None, "1100-148", "PT"),
            ],
            place_labels: Vec::new(),
            remote_countries: vec![],
            workplace: Workplace::Hybrid,
            employment_type: EmploymentType::FullTime,
            pay_ranges: vec![pay(Some("DE"), 6_800_000, 9_200_000), pay(Some("PT"), 5_200_000, 7_300_000)],
            questions: vec![question(
                "oncall",
                "Tell us about an incident you learned from",
                QuestionType::Prose,
                true,
            )],
        },
        teams: &[("Monitor", 2), ("Release (CD)", 1)],
        age_days: 21,
    }
}

/// A posting for part of a week.
pub fn technical_writer() -> Sample {
    Sample {
        content: Content {
            title: "Technical Writer".into(),
            sections: vec![section(
                "About the job",
                "People find us through our documentation. You would decide what it says, in which order, and what \
                 it leaves out; three days a week, from our office in Galway or partly from home.",
            )],
            requirements: vec![
                requirement(
                    "You have written documentation that people thanked you for",
                    RequirementLevel::Expected,
                ),
                requirement(
                    "You can follow a stack trace to the line that caused it",
                    RequirementLevel::Plus,
                ),
            ],
            links: vec![reading("Our documentation", "https://docs.example.com")],
            locations: vec![location("Galway", Some("County Galway"), "H91 E2K5", "IE")],
            place_labels: Vec::new(),
            remote_countries: vec![],
            workplace: Workplace::Hybrid,
            employment_type: EmploymentType::PartTime,
            pay_ranges: vec![PayRange { interval: PayInterval::Hour, ..pay(None, 3_200, 4_100) }],
            questions: vec![question("sample", "A page you wrote", QuestionType::Url, true)],
        },
        teams: &[("Documentation", 1)],
        age_days: 6,
    }
}

fn section(heading: &str, body: &str) -> Section {
    Section { heading: heading.into(), body: body.into() }
}

fn requirement(text: &str, level: RequirementLevel) -> Requirement {
    Requirement { text: text.into(), level }
}

fn reading(label: &str, url: &str) -> Reading {
    Reading { label: label.into(), url: url.into() }
}

fn question(key: &str, label: &str, kind: QuestionType, required: bool) -> Question {
    Question { key: key.into(), label: label.into(), kind, required, options: vec![] }
}

fn countries(codes: &[&str]) -> Vec<Country> {
    codes.iter().filter_map(|code| Country::find(code)).collect()
}

/// Pay per year, in euro cents.
fn pay(jurisdiction: Option<&str>, min: i64, max: i64) -> PayRange {
    PayRange {
        jurisdiction: jurisdiction.and_then(Country::find),
        min,
        max,
        currency: Currency::EUR,
        interval: PayInterval::Year,
    }
}

fn location(city: &str, region: Option<&str>, postal_code: &str, country: &str) -> Location {
    Location {
        key: String::new(),
        street: None,
        city: city.into(),
        region: region.map(Into::into),
        postal_code: Some(postal_code.into()),
        country: countries(&[country])[0],
    }
}
