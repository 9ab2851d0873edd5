use super::*;
use crate::domain::money::Currency;

const FIRST: &str = "vacantia-terms-1\ntitle:26:Backend Developer: \u{c9}quipe\nteam:11:Verify (CI)\npayMinor:7:7200000\n\
    payCurrency:3:EUR\npayInterval:4:year\nemploymentType:8:fullTime\nstartOn:10:2027-04-01\nplace:6:Remote\n\
    remarks:23:31 days.\npayMinor:1:9\n.\n";

const SECOND: &str = "vacantia-terms-2\ntitle:26:Backend Developer: \u{c9}quipe\nteam:11:Verify (CI)\n\
    employer:15:Hollow Oak GmbH\npayMinor:7:7200000\npayCurrency:3:EUR\npayInterval:4:year\nbonuses:1:2\n\
    bonusKind:7:signing\nbonusMinor:6:300000\nbonusCurrency:3:EUR\nbonusWords:0:\n\
    bonusKind:5:other\nbonusMinor:4:5000\nbonusCurrency:3:GBP\nbonusWords:10:for French\n\
    equity:12:400 options.\nemploymentType:8:fullTime\nstartOn:10:2027-04-01\nplace:6:Remote\n\
    benefits:1:1\nbenefit:12:A train card\nclauses:1:1\nclauseTitle:10:Paid leave\nclauseText:18:30 days.\nclause:1:\n\
    remarks:0:\n";

fn money(minor: i64, currency: &str) -> Money {
    Money { minor, currency: Currency::find(currency).unwrap() }
}

fn first() -> Terms {
    Terms {
        form: Form::First,
        title: "Backend Developer: \u{c9}quipe".into(),
        team: "Verify (CI)".into(),
        employer: None,
        pay: money(7_200_000, "EUR"),
        interval: PayInterval::Year,
        bonuses: Vec::new(),
        equity: None,
        employment_type: EmploymentType::FullTime,
        start_on: NaiveDate::from_ymd_opt(2027, 4, 1).unwrap(),
        place: "Remote".into(),
        benefits: Vec::new(),
        clauses: Vec::new(),
        remarks: Some("31 days.\npayMinor:1:9\n.".into()),
    }
}

fn second() -> Terms {
    Terms {
        form: Form::Second,
        employer: Some("Hollow Oak GmbH".into()),
        bonuses: vec![
            Bonus { kind: BonusKind::Signing, amount: money(300_000, "EUR"), words: None },
            Bonus { kind: BonusKind::Other, amount: money(5_000, "GBP"), words: Some("for French".into()) },
        ],
        equity: Some("400 options.".into()),
        benefits: vec!["A train card".into()],
        clauses: vec![Clause { title: "Paid leave".into(), text: "30 days.\nclause:1:".into() }],
        remarks: None,
        ..first()
    }
}

#[test]
fn the_written_forms_are_what_was_agreed() {
    for (terms, written) in [(first(), FIRST), (second(), SECOND)] {
        assert_eq!(terms.canonical(), written);
        assert_eq!(Terms::read(written), Some(terms));
    }
}

#[test]
fn nothing_else_is_read() {
    for written in [FIRST, SECOND] {
        for end in (0..written.len()).filter(|end| written.is_char_boundary(*end)) {
            assert_eq!(Terms::read(&written[..end]), None, "{end}");
        }
        assert_eq!(Terms::read(&format!("{written}remarks:0:\n")), None);
    }
    for (from, to) in [
        ("terms-2", "terms-3"),
        ("terms-2", "terms-1"),
        ("bonuses:1:2", "bonuses:1:1"),
        ("bonuses:1:2", "bonuses:20:18446744073709551615"),
        ("bonuses:1:2", "bonuses:2:02"),
        ("payMinor:7:7200000", "payMinor:8:+7200000"),
        ("payMinor:7:7200000", "payMinor:07:7200000"),
        ("employer:15:Hollow Oak GmbH", "employer:14:Hollow Oak GmbH"),
        ("startOn:10:2027-04-01", "startOn:8:2027-4-1"),
        ("EUR", "eur"),
    ] {
        assert_ne!(SECOND.replacen(from, to, 1), SECOND, "{from}");
        assert_eq!(Terms::read(&SECOND.replacen(from, to, 1)), None, "{to}");
    }
}

#[test]
fn every_fault_is_named_at_once() {
    let wrong = Terms {
        title: " ".into(),
        employer: Some("a".repeat(201)),
        pay: money(0, "EUR"),
        bonuses: vec![Bonus { kind: BonusKind::Other, amount: money(-1, "EUR"), words: None }; 6],
        benefits: vec![String::new(); 21],
        clauses: vec![Clause { title: String::new(), text: "a".repeat(5_001) }; 21],
        ..second()
    };
    let refused = wrong.checked().unwrap_err();
    let fields: Vec<_> = refused.each().iter().filter_map(Refusal::field).collect();
    for field in [
        "terms.title",
        "terms.employer",
        "terms.pay.amountMinor",
        "terms.bonuses",
        "terms.bonuses.5.amount.amountMinor",
        "terms.bonuses.5.words",
        "terms.benefits",
        "terms.benefits.20",
        "terms.clauses",
        "terms.clauses.20.title",
        "terms.clauses.20.text",
    ] {
        assert!(fields.contains(&field), "{field}: {fields:?}");
    }
    assert_eq!(refused.each().len(), 3 + 1 + 2 * 6 + 1 + 21 + 1 + 2 * 21);
}

#[test]
fn kept_terms_are_written_in_the_newest_form() {
    let checked = Terms { form: Form::First, ..second() }.checked().unwrap();
    assert_eq!(checked, second());
}

#[test]
fn people_read_each_promise() {
    let text = second().letter();
    for line in [
        "Role: Backend Developer: \u{c9}quipe",
        "Employer: Hollow Oak GmbH",
        "Pay: EUR 72,000 per year",
        "Bonus: EUR 3,000, once, on joining",
        "Bonus: GBP 50: for French",
        "Equity: 400 options.",
        "Employment: Full time",
        "First day: 1 April 2027",
        "Place of work: Remote",
        "- A train card",
        "Paid leave",
        "30 days.",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}: {text}");
    }
    assert!(first().letter().ends_with("\n31 days.\npayMinor:1:9\n.\n"));
}
