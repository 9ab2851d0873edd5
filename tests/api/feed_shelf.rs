//! The files of feeds: the same bytes for the same content, whatever breaks on the way.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use vacantia::domain::channel_setting::{ChannelSetting, ChannelSettings};
use vacantia::domain::country::Country;
use vacantia::domain::feed::{Advertised, Channel, TeamVacancies};
use vacantia::domain::ping::Pings;
use vacantia::domain::place::{Location, Workplace};
use vacantia::domain::posting::{Content, EmploymentType, PlanVersion, Posting, PostingStatus, Section};
use vacantia::domain::site::Site;
use vacantia::domain::text::EmailAddress;
use vacantia::feeds::build::{Draft, PLACES, Stock};
use vacantia::feeds::dialect::Dialect;
use vacantia::feeds::snapshot::Coding;
use vacantia::feeds::writer::Matter;
use vacantia::feeds::{FeedItem, Shelf, Snapshot, writer};
use vacantia::storage::feed_change::Horizon;

/// Places of a part.
const LENGTH: usize = {
    assert!(PLACES == 128);
    128
};

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
        mailing: vacantia::domain::mailing::Mailing::default(),
        contact_email: email,
        linkedin_company: None,
        pings: Pings::default(),
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
    Advertised { posting, teams: vec![team], listed_title: None }
}

/// Built at this minute.
fn stock(minute: i64) -> Stock {
    let now = now() + TimeDelta::minutes(minute);
    Stock {
        site: Arc::new(site()),
        departed: Vec::new(),
        maker: "a test".into(),
        horizon: Horizon { generation: minute, at: now, ..Horizon::default() },
        changed_at: Some(now),
        settings: ChannelSettings::default(),
        editions: BTreeMap::new(),
    }
}

/// A posting of this title in each place.
fn items(titles: &[&str]) -> Vec<FeedItem> {
    let item = |(place, title)| FeedItem::project(&posting(place + 1, title), &site(), now());
    titles.iter().copied().enumerate().map(item).collect()
}

/// Builds a channel from all of its postings, part by part.
fn build(shelf: &Shelf, channel: Channel, titles: &[&str]) -> std::io::Result<Arc<Snapshot>> {
    let mut draft = Draft::new(shelf, channel, &ChannelSetting::UNSET, true)?;
    for (number, items) in (0..).zip(items(titles).chunks(LENGTH)) {
        draft.write(number, items)?;
    }
    draft.finish(shelf, &stock(0))?.put(shelf)
}

fn bytes(snapshot: &Snapshot, coding: Coding) -> Vec<u8> {
    snapshot.document(coding).read(0, usize::MAX).unwrap()
}

fn document(shelf: &Shelf, channel: Channel) -> String {
    String::from_utf8(bytes(&shelf.current(channel).unwrap(), Coding::Identity)).unwrap()
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
                let snapshot = build(&shelf, *channel, &["Cook"; 20]).unwrap();
                Coding::ALL.map(|coding| bytes(&snapshot, coding))
            })
            .collect();
        let (one, two) = built.split_at(Coding::ALL.len());
        assert!(one == two, "{channel}");
    }
}

/// A document that stays as it is says from time to time how far everything has come, so that a restart has little to look at.
#[test]
fn how_far_everything_has_come_is_kept_now_and_then() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(folder.path()).unwrap();
    let mut kept = Vec::new();
    for seq in [0, 600, 1_200, 1_800, 2_400] {
        let mut stock = stock(0);
        stock.horizon.seq = seq;
        let draft = Draft::new(&shelf, Channel::Rss, &ChannelSetting::UNSET, false).unwrap();
        draft.finish(&shelf, &stock).unwrap().put(&shelf).unwrap();
        let horizon = Shelf::open(folder.path()).unwrap().horizon("a test").unwrap();
        kept.push(horizon.seq);
    }
    assert_eq!(kept, [0, 0, 1_200, 1_200, 2_400]);
    assert_eq!(Shelf::open(folder.path()).unwrap().horizon("another program"), None);
}

/// Postings over several parts, of which some change each time: what is kept up part by part is what is written at once, in
/// each coding, wherever a reader begins, and after a restart.
#[test]
fn parts_that_are_kept_up_are_the_document_that_is_written_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut titles = vec!["Cook"; 2 * LENGTH + 40];
    let site = site();
    for channel in [Channel::Indeed, Channel::Rss, Channel::JsonFeed] {
        build(&Shelf::open(folder.path()).unwrap(), channel, &titles).unwrap();
        let rounds = [vec![0_u8], vec![1, 2], vec![], vec![2], vec![0, 1, 2]];
        for (round, touched) in (0_u8..).zip(rounds) {
            let shelf = Shelf::open(folder.path()).unwrap();
            for part in &touched {
                let title = if round % 2 == 0 { "Baker" } else { "Smith" };
                titles[usize::from(*part) * LENGTH + 7 * usize::from(round)] = title;
            }
            let all = items(&titles);
            let mut draft = Draft::new(&shelf, channel, &ChannelSetting::UNSET, false).unwrap();
            for part in touched {
                let items = all.chunks(LENGTH).nth(part.into()).unwrap();
                draft.write(part.into(), items).unwrap();
            }
            assert_eq!(draft.postings(), titles.len());
            let snapshot =
                draft.finish(&shelf, &stock(round.into())).and_then(|ready| ready.put(&shelf)).unwrap();
            let matter = Matter::of(&site, &all, now());
            let (whole, _) = writer::write(Dialect::of(channel), matter, snapshot.last_modified).unwrap();
            assert!(bytes(&snapshot, Coding::Identity) == whole, "{channel}, round {round}");
            let mut unpacked = Vec::new();
            let gzip = bytes(&snapshot, Coding::Gzip);
            flate2::read::GzDecoder::new(&*gzip).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == whole, "{channel}, round {round}: gzip");
            unpacked.clear();
            let brotli = bytes(&snapshot, Coding::Brotli);
            brotli::Decompressor::new(&*brotli, 4_096).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == whole, "{channel}, round {round}: Brotli");
            for from in [1, 100, 4_095, whole.len() / 2, whole.len() - 1, whole.len(), whole.len() + 9] {
                let read = snapshot.document(Coding::Identity).read(from as u64, 5_000).unwrap();
                let rest = whole.get(from..).unwrap_or_default();
                assert!(read == rest[..rest.len().min(5_000)], "{channel}, from {from}");
            }
        }
    }
}

#[test]
fn what_is_used_no_more_goes_and_whoever_reads_it_reads_on() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(folder.path()).unwrap();
    let first = build(&shelf, Channel::Rss, &["One"; 4]).unwrap();
    let whole = bytes(&first, Coding::Identity);
    let size = || {
        let files = std::fs::read_dir(folder.path().join("rss")).unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum::<u64>()
    };
    let mut most = 0;
    // Each writes everything anew, some hundred kilobytes.
    for title in ["Two", "Three"].iter().cycle().take(60) {
        build(&shelf, Channel::Rss, &[*title; LENGTH]).unwrap();
        most = most.max(size());
    }
    let used = size();
    let current = shelf.current(Channel::Rss).unwrap();
    let document: u64 = Coding::ALL.iter().map(|coding| current.size(*coding)).sum();
    assert!(most < 4 * document + 3_000_000, "{most} bytes for a document of {document}, {used} at the end");
    let names = names(&folder.path().join("rss"));
    assert_eq!(names.len(), 3 + 1, "a file a coding, and the manifest: {names:?}");
    assert!(names.iter().all(|name| !name.contains("-1.")), "the first files are gone: {names:?}");
    assert!(bytes(&first, Coding::Identity) == whole);
    assert!(shelf.named(Channel::Rss, &first.hash).is_none());
    assert!(shelf.named(Channel::Rss, &current.hash).is_some());
}

#[test]
fn a_build_that_fails_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(folder.path()).unwrap();
    let before = build(&shelf, Channel::Rss, &["Cook"; 3]).unwrap();
    // A folder where the draft has to go: nothing can be put in its place.
    let obstacle = folder.path().join("rss").join("draft-manifest.json");
    std::fs::create_dir(&obstacle).unwrap();
    assert!(build(&shelf, Channel::Rss, &["Baker"; 3]).is_err());
    assert_eq!(shelf.current(Channel::Rss).unwrap().hash, before.hash);
    assert!(document(&shelf, Channel::Rss).contains("Cook"));
    std::fs::remove_dir(&obstacle).unwrap();
    build(&shelf, Channel::Rss, &["Baker"; 3]).unwrap();
    assert!(document(&shelf, Channel::Rss).contains("Baker"));
}

#[test]
fn a_document_that_was_damaged_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let built = build(&Shelf::open(folder.path()).unwrap(), Channel::Rss, &["Cook"; 3]).unwrap();
    let file = folder.path().join("rss").join("pack-1.id");
    let kept = std::fs::read(&file).unwrap();
    let crok = String::from_utf8(kept.clone()).unwrap().replace("Cook", "Crok").into_bytes();
    let manifest = folder.path().join("rss").join("manifest.json");
    for damage in [
        &|| std::fs::write(&file, &kept[..kept.len() - 10]).unwrap(),
        &|| std::fs::write(&file, &crok).unwrap(),
        &|| std::fs::write(&manifest, "{").unwrap(),
        &|| std::fs::remove_file(folder.path().join("rss").join("pack-1.gz")).unwrap(),
    ] as [&dyn Fn(); 4]
    {
        damage();
        let shelf = Shelf::open(folder.path()).unwrap();
        assert!(shelf.current(Channel::Rss).is_none());
        assert_eq!(build(&shelf, Channel::Rss, &["Cook"; 3]).unwrap().hash, built.hash);
        assert!(Shelf::open(folder.path()).unwrap().current(Channel::Rss).is_some());
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
            build(&shelf, *channel, &[title; 200]).unwrap();
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
