//! The files of feeds: the same bytes for the same content, whatever breaks on the way.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use vacantia::domain::country::Country;
use vacantia::domain::feed::{Advertised, Channel, TeamVacancies};
use vacantia::domain::place::{Location, Workplace};
use vacantia::domain::posting::{Content, EmploymentType, PlanVersion, Posting, PostingStatus, Section};
use vacantia::domain::site::Site;
use vacantia::domain::text::EmailAddress;
use vacantia::feeds::build::Stock;
use vacantia::feeds::snapshot::Coding;
use vacantia::feeds::{FeedItem, Shelf};

/// Which folder the process that is to be killed builds into.
const VICTIM: &str = "VACANTIA_TEST_FEED_VICTIM";

fn now() -> DateTime<Utc> {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

fn site() -> Site {
    let email = EmailAddress::parse("email", "people@example.com").unwrap();
    Site {
        name: "Example Works".into(),
        url: "https://www.example.com".into(),
        public_url: "https://jobs.example.com".into(),
        zone: chrono_tz::Europe::Berlin,
        mail_from: email.clone(),
        contact_email: email,
        linkedin_company: None,
    }
}

fn posting(number: usize, title: &str) -> Advertised {
    let content = Content {
        title: title.into(),
        sections: vec![Section { heading: "The work".into(), body: format!("{title}. ").repeat(50) }],
        requirements: vec![],
        links: vec![],
        locations: vec![Location {
            key: "k3h7p2qa".into(),
            street: None,
            city: "Portland".into(),
            region: Some("ME".into()),
            postal_code: Some("04101".into()),
            country: Country::find("US").unwrap(),
        }],
        place_labels: Vec::new(),
        remote_countries: vec![],
        workplace: Workplace::Onsite,
        employment_type: EmploymentType::FullTime,
        pay_ranges: vec![],
        questions: vec![],
    };
    let posting = Posting {
        id: format!("post_{number:026}").parse().unwrap(),
        slug: format!("job-{number}"),
        status: PostingStatus::Open,
        listed: true,
        content,
        plan: PlanVersion { plan: "plan_00000000000000000000000001".parse().unwrap(), number: 1 },
        lead: None,
        published_at: Some(now()),
        apply_url: None,
        reopened_at: None,
        expires_at: None,
        close_reason: None,
        created_at: now(),
        updated_at: now(),
        revision: 1,
    };
    let team = TeamVacancies {
        team: "team_00000000000000000000000001".parse().unwrap(),
        name: "Create".into(),
        vacancies: 1,
    };
    Advertised { posting, teams: vec![team] }
}

/// So many postings of this title.
fn stock(count: usize, title: &str) -> Stock {
    let site = Arc::new(site());
    let items = (1..=count).map(|number| FeedItem::project(&posting(number, title), &site, now())).collect();
    Stock {
        site,
        items,
        departed: Vec::new(),
        now: now(),
        generation: 1,
        changed_at: Some(now()),
        editions: BTreeMap::new(),
    }
}

fn document(shelf: &Shelf, channel: Channel) -> String {
    std::fs::read_to_string(shelf.current(channel).unwrap().file(Coding::Identity)).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn two_builds_are_the_same_to_the_byte() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for channel in Channel::ALL {
        let built: Vec<Vec<u8>> = [&one, &two]
            .into_iter()
            .flat_map(|folder| {
                let shelf = Shelf::open(folder.path()).unwrap();
                let snapshot = shelf.build(*channel, &stock(20, "Cook")).unwrap();
                Coding::ALL.map(|coding| std::fs::read(snapshot.file(coding)).unwrap())
            })
            .collect();
        let (one, two) = built.split_at(Coding::ALL.len());
        assert!(one == two, "{channel}");
    }
}

#[test]
fn only_the_last_two_documents_stay() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(folder.path()).unwrap();
    for title in ["One", "Two", "Three", "Four"] {
        shelf.build(Channel::Rss, &stock(1, title)).unwrap();
    }
    let names = names(&folder.path().join("rss"));
    assert_eq!(names.len(), 2 * 3 + 2, "two documents in three codings, manifest, report: {names:?}");
    assert!(!names.iter().any(|name| name.starts_with("draft-")), "{names:?}");
}

#[test]
fn a_build_that_fails_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(folder.path()).unwrap();
    let before = shelf.build(Channel::Rss, &stock(3, "Cook")).unwrap();
    // A folder where the draft has to go: nothing can be written.
    let obstacle = folder.path().join("rss").join("draft-feed.id");
    std::fs::create_dir(&obstacle).unwrap();
    assert!(shelf.build(Channel::Rss, &stock(3, "Baker")).is_err());
    assert_eq!(shelf.current(Channel::Rss).unwrap(), before);
    assert!(document(&shelf, Channel::Rss).contains("Cook"));
    std::fs::remove_dir(&obstacle).unwrap();
    shelf.build(Channel::Rss, &stock(3, "Baker")).unwrap();
    assert!(document(&shelf, Channel::Rss).contains("Baker"));
}

#[test]
fn a_document_that_was_damaged_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(folder.path()).unwrap();
    let built = shelf.build(Channel::Rss, &stock(3, "Cook")).unwrap();
    let file = built.file(Coding::Identity);
    let text = std::fs::read_to_string(&file).unwrap();
    for damaged in [&text[..text.len() - 10], &text.replace("Cook", "Crok")] {
        std::fs::write(&file, damaged).unwrap();
        assert!(Shelf::open(folder.path()).unwrap().current(Channel::Rss).is_none());
        std::fs::write(&file, &text).unwrap();
        std::fs::write(folder.path().join("rss/manifest.json"), "{").unwrap();
        assert!(Shelf::open(folder.path()).unwrap().current(Channel::Rss).is_none());
        let shelf = Shelf::open(folder.path()).unwrap();
        assert_eq!(shelf.build(Channel::Rss, &stock(3, "Cook")).unwrap().hash, built.hash);
    }
}

/// Not a test of its own: what [`a_killed_build_leaves_a_whole_feed`] starts and kills.
#[test]
fn victim() {
    let Ok(folder) = std::env::var(VICTIM) else { return };
    let shelf = Shelf::open(Path::new(&folder)).unwrap();
    for round in 0_usize.. {
        let title = ["Cook", "Baker"][round % 2];
        for channel in Channel::ALL {
            shelf.build(*channel, &stock(200, title)).unwrap();
        }
        writeln!(std::io::stdout().lock(), "\nbuilt").unwrap();
    }
}

#[test]
fn a_killed_build_leaves_a_whole_feed() {
    let folder = tempfile::tempdir().unwrap();
    for run in 0..5 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["feed_shelf::victim", "--exact", "--nocapture"])
            .env(VICTIM, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        let built = lines.map_while(Result::ok).filter(|line| line == "built").take(1).count();
        assert_eq!(built, 1, "the victim lives");
        // At another point of the next build each time.
        std::thread::sleep(std::time::Duration::from_millis(37 * (run + 1)));
        victim.kill().unwrap();
        victim.wait().unwrap();
        let shelf = Shelf::open(folder.path()).unwrap();
        for channel in Channel::ALL {
            let snapshot = shelf.current(*channel).expect("the document of the last build that ended");
            let text = document(&shelf, *channel);
            assert_eq!(snapshot.counts.entries, 200);
            let (cook, baker) = (text.contains("Cook"), text.contains("Baker"));
            assert!(
                cook != baker && text.trim_end().ends_with(['>', '}']),
                "one of the two documents, and all of it"
            );
            let names = names(&folder.path().join(channel.as_str()));
            assert!(!names.iter().any(|name| name.starts_with("draft-")), "{names:?}");
        }
    }
}
