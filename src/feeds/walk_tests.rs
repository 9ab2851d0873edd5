//! Postings drawn at random, changed and left alone at random, under a clock that only goes forward: every channel tells
//! each of them or withholds it with a reason, and calls it the same for ever.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::dialect::{Dialect, Expansion};
use super::fixture::{self, country, location};
use super::writer::Matter;
use super::{FeedItem, check, writer};
use crate::domain::feed::{Advertised, Channel, FeedStatus, Severity};
use crate::domain::money::PayInterval;
use crate::domain::place::{Location, Workplace};
use crate::domain::posting::{EmploymentType, PostingStatus, Section};

/// What a recruiter may make of a posting; its places keep their keys.
#[derive(Debug, Clone)]
struct Draw {
    posting: usize,
    minutes: i64,
    status: PostingStatus,
    listed: bool,
    workplace: Workplace,
    places: Vec<Location>,
    countries: Vec<&'static str>,
    employment: EmploymentType,
    pay: Option<(i64, PayInterval)>,
    characters: usize,
    vacancies: u32,
    ends_in: Option<i64>,
}

fn places() -> Vec<Location> {
    let coded = |code: &str, place| Location { postal_code: Some(code.into()), ..place };
    vec![
        coded("04101", location("k3h7p2qa", "Portland", Some("ME"), "US")),
        location("b9x0w4tz", "Hamburg", None, "DE"),
        coded("4000", location("c1d2e3f4", "Porto", None, "PT")),
        location("zzzz9999", "Vancouver", Some("BC"), "CA"),
    ]
}

fn draw() -> impl Strategy<Value = Draw> {
    let time = (0..3_usize, 0..400_i64, prop::option::of(0..600_i64));
    let statuses =
        vec![PostingStatus::Open, PostingStatus::Open, PostingStatus::Paused, PostingStatus::Closed];
    let shown = (select(statuses), prop::bool::weighted(0.9), 0..3_u32);
    let places =
        (select(Workplace::ALL), subsequence(places(), 0..=4), subsequence(vec!["DE", "PT", "US"], 0..=3));
    let pay = prop::option::of((1_000..9_999_i64, select(PayInterval::ALL)));
    let work = (select(EmploymentType::ALL), pay, select(vec![0, 29, 49, 99, 400]));
    (time, shown, places, work).prop_map(|(time, shown, places, work)| Draw {
        posting: time.0,
        minutes: time.1,
        status: shown.0,
        listed: shown.1,
        workplace: places.0,
        places: places.1,
        countries: places.2,
        employment: work.0,
        pay: work.1,
        characters: work.2,
        vacancies: shown.2,
        ends_in: time.2,
    })
}

impl Draw {
    fn advertised(&self, now: DateTime<Utc>) -> Advertised {
        let mut advertised = fixture::remote();
        let posting = &mut advertised.posting;
        posting.id = format!("post_{:026}", self.posting + 1).parse().unwrap();
        (posting.status, posting.listed) = (self.status, self.listed);
        posting.expires_at = self.ends_in.map(|minutes| now + TimeDelta::minutes(minutes));
        posting.updated_at = now;
        let content = &mut posting.content;
        content.sections = vec![Section { heading: String::new(), body: "x".repeat(self.characters) }];
        content.workplace = self.workplace;
        content.locations.clone_from(&self.places);
        content.remote_countries = self.countries.iter().map(|code| country(code)).collect();
        content.employment_type = self.employment;
        let range = |(amount, interval)| {
            let mut range = fixture::pay(None, amount, amount + 50, "EUR");
            range.interval = interval;
            range
        };
        content.pay_ranges = self.pay.map(range).into_iter().collect();
        advertised.teams = vec![fixture::team("Plan", self.vacancies)];
        advertised
    }
}

/// What a posting is called in a channel, put together again from what the page of rules says.
fn names(dialect: &Dialect, item: &FeedItem) -> BTreeSet<String> {
    let short = item.posting.short();
    match (dialect.expansion, item.workplace) {
        (Expansion::Posting, _) => BTreeSet::from([short]),
        (Expansion::Place, Workplace::Remote) => {
            let countries = item.remote_countries.iter();
            countries.map(|country| format!("{short}-remote{}", country.code().to_lowercase())).collect()
        }
        (Expansion::Place, _) => {
            item.locations.iter().map(|place| format!("{short}-{}", place.key)).collect()
        }
    }
}

fn told_whole(channel: Channel, items: &[FeedItem], now: DateTime<Utc>) {
    let (dialect, site) = (Dialect::of(channel), fixture::site());
    let (bytes, fared) = writer::write(dialect, Matter::of(&site, items, now), Some(now)).unwrap();
    let visible: BTreeSet<_> = items.iter().filter(|item| item.visible).map(|item| item.posting).collect();
    assert_eq!(fared.iter().map(|one| one.item.posting).collect::<BTreeSet<_>>(), visible, "{channel}");
    assert_eq!(fared.len(), visible.len(), "{channel}");
    let mut expected = 0;
    for one in &fared {
        let references: BTreeSet<String> = one.references.iter().cloned().collect();
        assert_eq!(references.len(), one.references.len(), "{channel}: a reference comes twice");
        match one.readiness.status {
            FeedStatus::Listed => assert_eq!(references, names(dialect, one.item), "{channel}"),
            status => {
                assert_eq!((status, references.len()), (FeedStatus::Withheld, 0), "{channel}");
                assert!(one.readiness.has(Severity::Block), "{channel}: withheld without a reason");
            }
        }
        expected += one.references.len();
    }
    assert_eq!(check::count(&*bytes, dialect).unwrap(), expected, "{channel}");
    if channel == Channel::Linkedin {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(&format!("<expectedJobCount>{expected}</expectedJobCount>")), "{text}");
    }
}

#[test]
fn every_channel_tells_each_visible_posting_or_says_why_not() {
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let walks = prop::collection::vec(draw(), 1..8);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let told = runner.run(&walks, |walk| {
        let (mut now, mut postings) = (fixture::now(), BTreeMap::new());
        for draw in &walk {
            now += TimeDelta::minutes(draw.minutes);
            postings.insert(draw.posting, draw.advertised(now));
            let project = |posting: &Advertised| FeedItem::project(posting, &fixture::site(), now);
            let items: Vec<FeedItem> = postings.values().map(project).collect();
            for channel in Channel::ALL {
                told_whole(*channel, &items, now);
            }
        }
        Ok(())
    });
    if let Err(failed) = told {
        panic!("{failed}");
    }
}
