//! Boards come in: what becomes of each field, of what changes, of what is missing, and of what is wrong.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::application::submit;
use vacantia::actions::posting::{Changes, Close, close, pause};
use vacantia::boards;
use vacantia::cli::import::{BoardOptions, Intake, Report};
use vacantia::cli::progress::{Amount, Progress};
use vacantia::domain::policy::posting::sources;
use vacantia::domain::posting::{CloseReason, Posting, PostingStatus};
use vacantia::domain::posting_source::SourceSystem;
use vacantia::domain::{Refusal, Viewer};
use vacantia::storage::posting::{Sight, Wanted};
use vacantia::storage::{self, Page, Tx, dialect};

use crate::app::TestApp;
use crate::look::refused;
use crate::posting::at;

pub const GREENHOUSE: &str = include_str!("fixtures/boards/greenhouse.json");
const LEVER: &str = include_str!("fixtures/boards/lever.json");
const ASHBY: &str = include_str!("fixtures/boards/ashby.json");
const PEOPLE: &str = include_str!("fixtures/boards/people.json");
const HOSTILE: &str = include_str!("fixtures/boards/hostile.json");

pub fn options() -> BoardOptions {
    BoardOptions {
        file: "board.json".into(),
        dry_run: false,
        careers: None,
        team_from: None,
        team: "General".into(),
        board: "main".into(),
        close_missing: false,
        json: false,
    }
}

/// The board with one job changed.
fn with(board: &str, place: usize, field: &str, value: Value) -> String {
    let mut board: Value = serde_json::from_str(board).unwrap();
    board["jobs"][place][field] = value;
    board.to_string()
}

fn without(board: &str, place: usize) -> String {
    let mut board: Value = serde_json::from_str(board).unwrap();
    board["jobs"].as_array_mut().unwrap().remove(place);
    board.to_string()
}

impl TestApp {
    pub async fn import(&self, system: SourceSystem, options: &BoardOptions, board: &str) -> Report {
        let records = boards::records(system, board).unwrap();
        let intake = Intake::new(self.system(), system, options).await.unwrap();
        intake
            .take(&records, &Progress::begin("importing", Amount::Records(records.len() as u64)))
            .await
            .unwrap()
    }

    async fn comes_in(&self, board: &str) -> Report {
        self.import(SourceSystem::Greenhouse, &options(), board).await
    }

    async fn everything(&self) -> Vec<Posting> {
        let sight = Sight::of(&Viewer::System, self.now());
        storage::posting::listed(&self.store, &sight, &Wanted::default(), &Page::newest(2_000))
            .await
            .unwrap()
            .items
    }

    async fn titled(&self, title: &str) -> Posting {
        self.everything().await.into_iter().find(|one| one.content.title == title).unwrap()
    }

    /// The records of all postings, one after the other.
    async fn kept_records(&self) -> String {
        let postings: Vec<_> = self.everything().await.iter().map(|one| one.id).collect();
        let sources =
            storage::posting_source::of(&self.store, &sources(&Viewer::System), &postings).await.unwrap();
        sources.into_values().map(|source| source.record).collect::<Vec<_>>().join("\n")
    }

    async fn events(&self) -> i64 {
        storage::event::settled(&self.store).await.unwrap()
    }
}

fn counts(report: &Report) -> [usize; 6] {
    let missing = report.missing.len();
    [report.created, report.updated, report.unchanged, report.refused_records(), missing, report.closed]
}

both! {
    async fn each_field_of_greenhouse_is_mapped_or_kept(app: TestApp) {
        let options = BoardOptions { team_from: Some("department".into()), ..options() };
        let report = app.import(SourceSystem::Greenhouse, &options, GREENHOUSE).await;
        assert_eq!(counts(&report), [3, 0, 0, 0, 0, 0], "{}", report.in_words());
        let keeper = app.titled("Lighthouse Keeper").await;
        assert_eq!(keeper.status, PostingStatus::Open);
        assert_eq!(keeper.published_at.unwrap().to_rfc3339(), "2026-05-01T13:00:00+00:00");
        assert_eq!(keeper.expires_at.unwrap().to_rfc3339(), "2027-06-30T23:59:59+00:00");
        assert_eq!(keeper.apply_url.as_deref(), Some("https://boards.example.com/jobs/1001"));
        let said = &keeper.content;
        assert_eq!(said.locations[0].to_string(), "Dublin, Ireland");
        assert_eq!((said.employment_type.as_str(), said.pay_ranges[0].to_string().as_str()), ("partTime", "EUR 30,000 to 42,000.50 per year"));
        let text: Vec<_> = said.sections.iter().map(|one| (one.heading.as_str(), one.body.as_str())).collect();
        assert_eq!(text, [
            ("", "We keep **the light** on & the sea calm."),
            ("Your nights", "- Watch\n- [Write the log](<https://www.example.com/log>)"),
        ]);
        let painter = app.titled("Buoy Painter").await.content;
        let from: Vec<_> = painter.remote_countries.iter().map(|country| country.code()).collect();
        assert_eq!((from, painter.sections.len()), (vec!["IT", "US"], 0), "no text is invented");
        let reader = app.titled("Tide Reader").await;
        assert_eq!(reader.content.place_labels, ["Home based - EMEA"]);
        assert_eq!(reader.published_at, Some(app.now()), "a time to come is no publication yet");
        assert!(reader.content.pay_ranges.is_empty(), "nobody knows for how long");
        let open = storage::advertised::visible(&app.store, app.now()).await.unwrap();
        let teams: Vec<_> = open.iter().flat_map(|one| &one.teams).map(|team| (team.name.as_str(), team.vacancies)).collect();
        assert_eq!(teams, [("General", 1), ("General", 1), ("Coast", 1)]);
        let source = storage::posting_source::of(&app.store, &sources(&Viewer::System), &[keeper.id]).await.unwrap().remove(&keeper.id).unwrap();
        let kept: Value = serde_json::from_str(&source.record).unwrap();
        assert_eq!(kept, serde_json::from_str::<Value>(GREENHOUSE).unwrap()["jobs"][0], "word for word");
    }

    async fn lever_and_ashby_come_in(app: TestApp) {
        let report = app.import(SourceSystem::Lever, &options(), LEVER).await;
        assert_eq!(counts(&report), [1, 0, 0, 0, 0, 0], "{}", report.in_words());
        let clerk = app.titled("Harbour Clerk").await;
        assert_eq!(clerk.content.remote_countries[0].code(), "US");
        assert_eq!(clerk.content.pay_ranges[0].to_string(), "USD 40 to 55.50 per hour");
        assert_eq!(clerk.apply_url.as_deref(), Some("https://jobs.example.com/1/apply"));
        let text: Vec<_> = clerk.content.sections.iter().map(|one| (one.heading.as_str(), one.body.as_str())).collect();
        assert_eq!(text, [("", "Ships come *in*."), ("What you do:", "- Count them\n- Write it down"), ("", "We answer everyone.")]);
        let report = app.import(SourceSystem::Ashby, &options(), ASHBY).await;
        assert_eq!(counts(&report), [2, 0, 0, 0, 0, 0], "{}", report.in_words());
        let maker = app.titled("Rope Maker").await;
        assert_eq!(maker.content.locations[0].to_string(), "Halifax, NS, Canada");
        assert_eq!((maker.content.workplace.as_str(), maker.content.place_labels[0].as_str()), ("hybrid", "Remote Canada"));
        assert_eq!(maker.content.pay_ranges[0].to_string(), "CAD 50,000 to 60,000 per year");
        assert!(!app.titled("Knot Tester").await.listed);
        let again = app.import(SourceSystem::Ashby, &options(), ASHBY).await;
        assert_eq!(counts(&again), [0, 0, 2, 0, 0, 0], "the boards of two systems are apart");
    }

    async fn twice_changes_nothing_and_a_dry_run_never_does(app: TestApp) {
        let dry = BoardOptions { dry_run: true, ..options() };
        let foreseen = app.import(SourceSystem::Greenhouse, &dry, GREENHOUSE).await;
        assert_eq!((app.events().await, app.everything().await.len()), (0, 0));
        let first = app.comes_in(GREENHOUSE).await;
        let changed = |report: Report| Report { dry_run: false, ..report }.in_words();
        assert_eq!(changed(foreseen), first.in_words());
        let (events, before) = (app.events().await, app.everything().await);
        app.clock.pass(TimeDelta::hours(1));
        assert_eq!(counts(&app.comes_in(GREENHOUSE).await), [0, 0, 3, 0, 0, 0]);
        assert_eq!((app.events().await, app.everything().await), (events, before));
    }

    async fn what_the_board_changed_is_changed_and_what_people_changed_stays(app: TestApp) {
        app.comes_in(GREENHOUSE).await;
        let painter = app.titled("Buoy Painter").await;
        let ours = Changes { title: Some("Painter of Buoys".into()), ..Changes::default() };
        app.change(&Viewer::System, painter.id, ours).await.unwrap();
        let moved = with(GREENHOUSE, 1, "location", json!({ "name": "Oslo, Norway" }));
        assert_eq!(counts(&app.comes_in(&moved).await), [0, 1, 2, 0, 0, 0]);
        let painter = app.titled("Painter of Buoys").await;
        assert_eq!(painter.content.locations[0].to_string(), "Oslo, Norway");
        assert!(painter.content.remote_countries.is_empty());
        let retitled = with(&moved, 1, "title", json!("Buoy Artist"));
        assert_eq!(counts(&app.comes_in(&retitled).await), [0, 1, 2, 0, 0, 0]);
        let artist = app.titled("Buoy Artist").await;
        assert_eq!(artist.id, painter.id);
        // A field without a word of ours is kept anew, and the posting is no other for it.
        let touched = with(&retitled, 1, "updated_at", json!("2026-12-01T00:00:00Z"));
        assert_eq!(counts(&app.comes_in(&touched).await), [0, 1, 2, 0, 0, 0]);
        assert_eq!(app.titled("Buoy Artist").await, artist);
        let linked = BoardOptions { careers: Some("https://careers.example.com/jobs/{id}".into()), ..options() };
        assert_eq!(counts(&app.import(SourceSystem::Greenhouse, &linked, &touched).await), [0, 3, 0, 0, 0, 0]);
        let artist = app.titled("Buoy Artist").await;
        assert_eq!(artist.apply_url.as_deref(), Some("https://careers.example.com/jobs/1002"));
    }

    async fn what_is_missing_is_closed_when_asked_and_comes_back(app: TestApp) {
        let closing = BoardOptions { close_missing: true, ..options() };
        app.comes_in(GREENHOUSE).await;
        let fewer = without(GREENHOUSE, 1);
        assert_eq!(counts(&app.comes_in(&fewer).await), [0, 0, 2, 0, 1, 0], "only said");
        assert_eq!(app.titled("Buoy Painter").await.status, PostingStatus::Open);
        let other = BoardOptions { board: "other".into(), ..closing.clone() };
        assert_eq!(counts(&app.import(SourceSystem::Greenhouse, &other, r#"{"jobs": []}"#).await), [0, 0, 0, 0, 0, 0], "another board");
        let nameless = fewer.replace("\"id\":\"1003\"", "\"id\":null");
        assert_eq!(app.import(SourceSystem::Greenhouse, &closing, &nameless).await.closed, 0, "it may be the one without an id");
        assert_eq!(counts(&app.import(SourceSystem::Greenhouse, &closing, &fewer).await), [0, 0, 2, 0, 1, 1]);
        assert_eq!(app.titled("Buoy Painter").await.status, PostingStatus::Closed);
        assert_eq!(counts(&app.import(SourceSystem::Greenhouse, &closing, &fewer).await), [0, 0, 2, 0, 0, 0], "once");
        let back = app.comes_in(GREENHOUSE).await;
        assert_eq!(counts(&back), [0, 1, 2, 0, 0, 0], "{}", back.in_words());
        let painter = app.titled("Buoy Painter").await;
        assert_eq!((painter.status, painter.reopened_at), (PostingStatus::Open, Some(app.now())));
        // What people closed or paused is theirs.
        let reason = CloseReason::Other;
        close(app.system(), Close { posting: painter.id, expected_revision: None, reason }).await.unwrap();
        pause(app.system(), at(&app.titled("Tide Reader").await)).await.unwrap();
        assert_eq!(counts(&app.comes_in(GREENHOUSE).await), [0, 0, 3, 0, 0, 0]);
        assert_eq!(app.titled("Buoy Painter").await.status, PostingStatus::Closed);
    }

    async fn people_of_a_board_are_left_out(app: TestApp) {
        let boards: Value = serde_json::from_str(PEOPLE).unwrap();
        for (system, values) in [(SourceSystem::Greenhouse, 4), (SourceSystem::Lever, 5), (SourceSystem::Ashby, 3)] {
            let board = boards[system.as_str()].to_string();
            let dry = BoardOptions { dry_run: true, ..options() };
            assert_eq!(app.import(system, &dry, &board).await.left_out, values, "{system}");
            let report = app.import(system, &options(), &board).await;
            assert_eq!((report.created, report.left_out), (1, values), "{system}: {}", report.in_words());
            assert!(report.in_words().ends_with(&format!("\n{values} values about people left out\n")));
            let again = app.import(system, &options(), &board).await;
            assert_eq!((again.unchanged, again.left_out), (1, values), "{system}");
        }
        let kept = app.kept_records().await;
        assert!(!kept.contains("Staff") && !kept.contains("staff"), "{kept}");
        for stays in ["\"Employment Type\"", "\"Quay 7\"", "2147483648.5", "\"Rope\""] {
            assert!(kept.contains(stays), "{stays}: {kept}");
        }
    }

    async fn people_that_are_kept_go_with_the_next_import(app: TestApp) {
        let board = serde_json::from_str::<Value>(PEOPLE).unwrap()["greenhouse"].take();
        let job = |id: u64| with(&board.to_string(), 0, "id", json!(id));
        for id in [1, 2, 3] {
            app.comes_in(&job(id)).await;
        }
        let sql = "UPDATE posting_source SET record = $1, digest = 'old' WHERE external_id = $2";
        for id in [1, 2, 3] {
            let record = serde_json::from_str::<Value>(&job(id)).unwrap()["jobs"][0].to_string();
            let (record, id) = (record.as_str(), id.to_string());
            let kept = async |tx: Tx| Ok(dialect::execute(&tx, sql, [record.into(), id.as_str().into()]).await?);
            assert_eq!(app.store.write(kept).await.unwrap(), 1);
        }
        assert!(app.kept_records().await.contains("staff.one@example.com"));
        let before = app.everything().await;
        // The second is refused now, the third is gone.
        let mut jobs = [1, 2].map(|id| serde_json::from_str::<Value>(&job(id)).unwrap()["jobs"][0].take());
        jobs[1]["title"] = Value::Null;
        let file = json!({ "jobs": jobs }).to_string();
        let dry = BoardOptions { dry_run: true, ..options() };
        assert_eq!(app.import(SourceSystem::Greenhouse, &dry, &file).await.left_out, 12);
        assert!(app.kept_records().await.contains("staff.one@example.com"), "a dry run changes nothing");
        let report = app.comes_in(&file).await;
        assert_eq!((counts(&report), report.left_out), ([0, 1, 0, 1, 1, 0], 12), "{}", report.in_words());
        let kept = app.kept_records().await;
        assert!(!kept.contains("Staff") && !kept.contains("staff"), "{kept}");
        assert_eq!(app.everything().await, before, "the postings are no others for it");
        let events = app.events().await;
        let report = app.comes_in(&file).await;
        assert_eq!((counts(&report), report.left_out), ([0, 0, 1, 1, 1, 0], 4));
        assert_eq!(app.events().await, events);
    }

    async fn bad_records_are_named_and_the_rest_goes_in(app: TestApp) {
        let report = app.comes_in(HOSTILE).await;
        if app.store.kind() == storage::Kind::Sqlite {
            insta::assert_snapshot!("import_hostile", report.in_words());
        }
        assert_eq!((report.created, report.refused_records()), (1, 13));
        let json: Value = serde_json::from_str(&report.in_json().unwrap()).unwrap();
        assert_eq!(json["refused"][0], json!({ "index": 0, "id": null, "field": "id", "reason": "missing" }));
        let good = &app.everything().await[0];
        let text = format!("{:?}", good.content);
        assert!(!text.contains("onerror") && !text.contains("javascript") && !text.contains("\\u{202e}"), "{text}");
        assert_eq!(counts(&app.comes_in(HOSTILE).await), [0, 0, 1, 13, 0, 0]);
    }

    async fn applications_to_an_imported_posting_are_taken_elsewhere(app: TestApp) {
        app.comes_in(GREENHOUSE).await;
        let keeper = app.titled("Lighthouse Keeper").await;
        let sent = submit(app.act(&Viewer::Anonymous), app.submission(keeper.id, "Ada Example")).await;
        assert_eq!(refused(sent), Refusal::AppliesElsewhere);
        let query = "query ($id: ID!) { posting(by: { id: $id }) { applyUrl placeLabels source { externalId system record } } }";
        let id = json!({ "id": keeper.id.to_string() });
        let anyone = app.ask(&Viewer::Anonymous, query, id.clone()).await;
        assert_eq!(anyone["data"]["posting"]["applyUrl"], "https://boards.example.com/jobs/1001", "{anyone}");
        assert_eq!(anyone["data"]["posting"]["source"], Value::Null);
        let recruiter = app.recruiter().await;
        let staff = app.ask(&recruiter, query, id).await;
        assert_eq!(staff["data"]["posting"]["source"]["externalId"], "1001", "{staff}");
        assert_eq!(staff["data"]["posting"]["source"]["system"], "GREENHOUSE");
    }
}

#[test]
fn what_is_no_board_is_said_in_a_line() {
    for (system, text, said) in [
        (SourceSystem::Greenhouse, "", "it is not JSON"),
        (SourceSystem::Greenhouse, "{\"jobs\": [", "it is not JSON"),
        (SourceSystem::Greenhouse, "[]", "it has not the shape of a greenhouse board"),
        (SourceSystem::Ashby, "{\"jobs\": 5}", "it has not the shape of a ashby board"),
        (SourceSystem::Lever, "{\"jobs\": []}", "it has not the shape of a lever board"),
    ] {
        let error = boards::records(system, text).unwrap_err().to_string();
        assert!(error.starts_with(said) && !error.contains('\n'), "{text}: {error}");
    }
    let large = format!("{{\"id\": 1, \"title\": \"{}\"}}", "x".repeat(1_100_000));
    assert_eq!(boards::read(SourceSystem::Greenhouse, &large).unwrap_err()[0].reason, "larger than 1 MB");
    let deep = format!("{{\"id\": 1, \"x\": {}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let board = format!("{{\"jobs\": [{deep}]}}");
    let records = boards::records(SourceSystem::Greenhouse, &board);
    assert!(records.is_err() || boards::read(SourceSystem::Greenhouse, records.unwrap()[0].get()).is_err());
}
