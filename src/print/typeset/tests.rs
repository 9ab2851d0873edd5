use super::*;
use crate::domain::clock::SystemChance;
use crate::domain::id::OfferId;
use crate::domain::money::{Currency, Money, PayInterval};
use crate::domain::posting::EmploymentType;
use crate::domain::terms::{Clause, Form, Terms, TermsHash};

fn letter(name: &str, clause: &str) -> OfferLetter {
    let terms = Terms {
        form: Form::Second,
        title: "Zoologist #panic() *x*".to_owned(),
        team: "Aviary".to_owned(),
        employer: None,
        pay: Money { minor: 5_200_000, currency: "EUR".parse::<Currency>().unwrap() },
        interval: PayInterval::Year,
        bonuses: Vec::new(),
        equity: None,
        employment_type: EmploymentType::FullTime,
        start_on: "2027-05-01".parse().unwrap(),
        place: "Ålesund".to_owned(),
        benefits: vec!["A bird of one's own".to_owned()],
        clauses: vec![Clause { title: "Nests".to_owned(), text: clause.to_owned() }],
        remarks: None,
    };
    OfferLetter {
        offer: OfferId::new(chrono::DateTime::UNIX_EPOCH, &SystemChance),
        version: 1,
        organisation: "Hollow Oak".to_owned(),
        name: name.to_owned(),
        day: "14 August 2026".to_owned(),
        terms,
        terms_hash: TermsHash("ab".repeat(32)),
    }
}

#[test]
fn a_letter_is_the_same_each_time() {
    let letter = letter("Zoë O'Hara", "Line one\nline two \\ $ # [ ] { } \u{2028}");
    let first = print(&letter).unwrap();
    assert!(first.starts_with(b"%PDF-1."));
    assert_eq!(print(&letter).unwrap(), first);
    let other = OfferLetter { name: "Bo".to_owned(), ..letter };
    assert_ne!(print(&other).unwrap(), first);
}

#[test]
fn a_letter_without_a_character_is_none() {
    for (name, clause, missing) in [("李 Ada", "x", "李"), ("Ada", "\u{1F426} Ω ж", "\u{1F426}")] {
        match print(&letter(name, clause)) {
            Err(Unprintable::Characters(characters)) => assert_eq!(characters, missing),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_longest_letter_is_set() {
    let long = "Whatever was agreed, and more of it.\n\n".repeat(250);
    assert!(print(&letter("Ada", &long)).unwrap().len() > 10_000);
}
