//! Everything goes out and comes back, from each database to the other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;
use vacantia::actions::archive::{self, NotLoaded};
use vacantia::cli::export;
use vacantia::storage::archive::file::{Flaw, TYPE};
use vacantia::storage::archive::nouns::NOUNS;
use vacantia::storage::digest::sha256;
use vacantia::storage::{Kind, Store};

use crate::app::TestApp;
use crate::filling::fill;
use crate::harness::Database;
use crate::offering::short;

/// Kept by the migrator for itself: a file says its schema in its header.
const NOT_OURS: &str = "schema_migration";

async fn exported(store: &Store) -> Vec<u8> {
    let mut file = Vec::new();
    export::write(store, &mut file).await.unwrap();
    file
}

/// A file of this content, as long as the folder lasts.
fn saved(content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("export.jsonl");
    std::fs::write(&file, content).unwrap();
    (folder, file)
}

fn other(kind: Kind) -> Kind {
    match kind {
        Kind::Sqlite => Kind::Postgres,
        Kind::Postgres => Kind::Sqlite,
    }
}

/// The file with its digest and counts made right again.
fn sealed(lines: &[String]) -> Vec<u8> {
    let (body, mut counts) = (lines.concat(), std::collections::BTreeMap::<String, u64>::new());
    for line in &lines[1..] {
        if let Some(name) = line.strip_prefix("{\"type\":\"").and_then(|rest| rest.split('"').next()) {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
    }
    let end = serde_json::json!({ "type": "end", "records": counts, "sha256": sha256(&body) });
    format!("{body}{end}\n").into_bytes()
}

fn lines(file: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(file).unwrap();
    text.split_inclusive('\n').map(str::to_owned).collect()
}

async fn flaws(store: &Store, content: &[u8]) -> Vec<Flaw> {
    let (_folder, file) = saved(content);
    match load(store, &file).await {
        Err(NotLoaded::Flawed { flaws, .. }) => flaws,
        other => panic!("{other:?}"),
    }
}

async fn load(store: &Store, file: &Path) -> Result<u64, NotLoaded> {
    let sound = archive::check(file, &|_| ())?;
    let reached = AtomicU64::new(0);
    archive::load(store, &sound, &|done| reached.store(done, Ordering::Relaxed)).await?;
    assert!(reached.into_inner() <= sound.records, "no more is done than there is");
    Ok(sound.records)
}

async fn loaded(store: &Store, file: &Path) -> u64 {
    load(store, file).await.unwrap()
}

/// docs/export.md is written by hand, but for others to rely on.
#[test]
fn the_documentation_names_every_field() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/export.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows = text.lines().skip_while(|line| !line.starts_with("| type |")).skip(2);
    for noun in NOUNS {
        let row = rows.next().unwrap_or_default();
        let fields: Vec<String> = noun.fields.iter().map(|field| format!("`{}`", field.name())).collect();
        let told = row.rsplit('|').nth(1).unwrap_or_default().replace('?', "");
        assert!(row.starts_with(&format!("| `{}` |", noun.name)), "{}: {row}", noun.name);
        assert_eq!(told.trim(), fields.join(", "), "the fields of {}", noun.name);
    }
    assert_eq!(rows.next(), None);
}

both! {
    async fn every_table_and_column_is_in_an_export(app: TestApp) {
        let sql = match app.store.kind() {
            Kind::Sqlite => "SELECT t.name || '.' || c.name AS text FROM sqlite_schema t, pragma_table_xinfo(t.name) c \
                             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'",
            Kind::Postgres => "SELECT table_name || '.' || column_name AS text FROM information_schema.columns \
                               WHERE table_schema = current_schema()",
        };
        let kept: BTreeSet<String> = app.texts(sql).await.into_iter()
            .filter(|column| !column.starts_with(&format!("{NOT_OURS}.")))
            .collect();
        let out: BTreeSet<String> = NOUNS.iter()
            .flat_map(|noun| noun.fields.iter().map(|field| format!("{}.{}", noun.table, field.column)))
            .collect();
        assert!(kept.len() > 150, "only {} columns were found", kept.len());
        let missing: Vec<_> = kept.difference(&out).collect();
        assert!(missing.is_empty(), "not in storage/archive/nouns.rs: {missing:?}");
        assert!(NOUNS.iter().flat_map(|noun| noun.fields).all(|field| field.name() != TYPE));
        let gone: Vec<_> = out.difference(&kept).collect();
        assert!(gone.is_empty(), "in no table: {gone:?}");
    }

    async fn everything_comes_back_the_same(app: TestApp) {
        fill(&app).await;
        let file = exported(&app.store).await;
        let named = |noun: &str| lines(&file).iter().filter(|line| line.starts_with(&format!("{{\"type\":\"{noun}\""))).count();
        for noun in NOUNS {
            assert!(named(noun.name) > 0, "there is no {} to test with", noun.name);
        }
        // Taken again, from a database that stood still.
        assert_eq!(exported(&app.store).await, file);
        let Some(database) = Database::new(other(app.store.kind())) else { return };
        let (_folder, path) = saved(&file);
        let store = database.open().await;
        assert_eq!(loaded(&store, &path).await, lines(&file).len() as u64 - 2);
        let again = exported(&store).await;
        for (one, two) in lines(&file).iter().zip(lines(&again)) {
            assert_eq!(*one, two);
        }
        assert_eq!(again, file);
        assert!(matches!(load(&store, &path).await, Err(NotLoaded::Occupied("team"))));
        assert_eq!(exported(&store).await, file);
    }

    async fn what_was_taken_in_goes_on(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        let Some(database) = Database::new(other(app.store.kind())) else { return };
        let (_folder, path) = saved(&exported(&app.store).await);
        let moved = TestApp { store: database.open().await, clock: app.clock.clone(), chance: app.chance.clone(),
            site: app.site.clone(), schema: app.schema.clone(), database, chain: Mutex::default() };
        loaded(&moved.store, &path).await;
        let desk = crate::offering::Desk { app: &moved, recruiter: desk.recruiter, approver: desk.approver };
        desk.accept(&offer, "page-1").await.unwrap();
        assert_eq!(moved.count("opening WHERE state = 'filled'").await, 1);
        moved.check_invariants().await;
    }

    async fn more_than_a_page_comes_back_in_order(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 200).with_stages(short()).open().await;
        for place in 0..70 {
            app.apply(posted.id, &format!("Person {place}")).await;
        }
        let file = exported(&app.store).await;
        let Some(database) = Database::new(other(app.store.kind())) else { return };
        let (_folder, path) = saved(&file);
        let store = database.open().await;
        loaded(&store, &path).await;
        assert_eq!(exported(&store).await, file);
        let seats = lines(&file).iter().filter(|line| line.starts_with("{\"type\":\"opening\"")).count();
        assert_eq!(seats, 200);
    }

    async fn an_export_is_of_one_moment(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 70).with_stages(short()).open().await;
        let before = exported(&app.store).await;
        let mut copy = vacantia::storage::archive::copy::Copy::begin(&app.store).await.unwrap();
        let mut found = copy.next().await.unwrap().unwrap().lines;
        app.apply(posted.id, "Ada").await;
        while let Some(records) = copy.next().await.unwrap() {
            found.push_str(&records.lines);
        }
        let lines = lines(&before);
        assert_eq!(found, lines[1..lines.len() - 1].concat());
        assert_ne!(exported(&app.store).await, before);
    }

    async fn a_file_that_was_cut_or_changed_is_refused(app: TestApp) {
        app.posting("Backend").hiring("Create", 1).open().await;
        let file = exported(&app.store).await;
        let Some(empty) = Database::new(other(app.store.kind())) else { return };
        let store = empty.open().await;
        let untouched = exported(&store).await;
        for cut in (0..file.len()).step_by(97).chain([file.len() - 2]) {
            assert!(!flaws(&store, &file[..cut]).await.is_empty(), "cut at {cut}");
        }
        let whole = lines(&file);
        for gone in 1..whole.len() {
            let mut rest = whole.clone();
            rest.remove(gone);
            assert_eq!(flaws(&store, rest.concat().as_bytes()).await.len(), 1, "without line {gone}");
        }
        let changed = String::from_utf8(file.clone()).unwrap().replacen("Backend", "Frontend", 1);
        assert!(flaws(&store, changed.as_bytes()).await[0].what.contains("digest"));
        let more = [file.as_slice(), b"{}\n"].concat();
        assert!(flaws(&store, &more).await[0].what.contains("follows"));
        assert_eq!(exported(&store).await, untouched);
    }

    async fn each_bad_line_is_told_by_its_number_and_field(app: TestApp) {
        fill(&app).await;
        let whole = lines(&exported(&app.store).await);
        let body = whole[..whole.len() - 1].to_vec();
        let Some(empty) = Database::new(other(app.store.kind())) else { return };
        let store = empty.open().await;
        let untouched = exported(&store).await;
        let cases: &[(&str, &str, &str, &str)] = &[
            ("team", "\"name\":", "\"title\":", "team.title is no field of it"),
            ("team", "\"revision\":1", "\"revision\":\"1\"", "team.revision has to be a whole number of 32 bits"),
            ("team", "\"revision\":1", "\"revision\":2147483648", "team.revision has to be a whole number of 32 bits"),
            ("team", "\"revision\":1", "\"revision\":null", "team.revision is missing"),
            ("team", ",\"revision\":1", "", "team.revision is missing"),
            ("team", "\"id\":\"team_", "\"id\":\"post_", "team.id cannot be \"post_"),
            ("team", "\"createdAt\":\"", "\"createdAt\":\"x", "team.createdAt has to be a time"),
            ("team", "\"name\":\"", "\"name\":\"\\u0000", "team.name holds the character U+0000"),
            ("team", "\"name\":\"", "\"name\":\"\\ud800", "team.name has to be a text"),
            ("team", "\"name\":", "\"id\":1,\"name\":", "says \"id\" twice"),
            ("team", "{\"type\":\"team\"", "{\"type\":\"crew\"", "is of no known kind: \"crew\""),
            ("team", "{\"type\":\"team\",", "{", "does not say which record it is"),
            ("team", "{", "[", "expected"),
            ("opening", "\"state\":\"open\"", "\"state\":\"ajar\"", "opening.state cannot be \"ajar\""),
            ("posting", "\"listed\":true", "\"listed\":1", "posting.listed has to be true or false"),
            ("emailMessage", "\"raw\":\"", "\"raw\":\"!", "emailMessage.raw has to be base64"),
            ("emailAttempt", "456Z", "4567Z", "emailAttempt.startedAt is a time finer than a microsecond"),
        ];
        for (noun, from, to, what) in cases {
            let mut broken = body.clone();
            let starts = format!("{{\"type\":\"{noun}\"");
            let at = broken.iter().position(|line| line.starts_with(&starts) && line.contains(from)).unwrap();
            broken[at] = broken[at].replacen(from, to, 1);
            let flaws = flaws(&store, &sealed(&broken)).await;
            assert_eq!(flaws[0].line, at as u64 + 1, "{what}: {flaws:?}");
            assert!(flaws[0].to_string().contains(what), "{what}: {}", flaws[0]);
        }
        let many: Vec<_> = body.iter().map(|line| line.replacen("\"id\":\"", "\"id\":\"x", 1)).collect();
        assert_eq!(flaws(&store, &sealed(&many)).await.len(), 20);
        assert_eq!(exported(&store).await, untouched);
    }

    async fn what_the_database_does_not_take_is_told_by_its_line(app: TestApp) {
        fill(&app).await;
        let whole = lines(&exported(&app.store).await);
        let body = whole[..whole.len() - 1].to_vec();
        let Some(empty) = Database::new(other(app.store.kind())) else { return };
        let store = empty.open().await;
        let untouched = exported(&store).await;
        let is = |noun: &str, line: &String| line.starts_with(&format!("{{\"type\":\"{noun}\""));
        let first = body.iter().position(|line| is("opening", line)).unwrap();
        let mut twice = body.clone();
        twice.insert(first + 2, body[first].clone());
        let mut orphaned = body.clone();
        let gone = orphaned.remove(orphaned.iter().position(|line| is("postingTeam", line)).unwrap());
        let gone: serde_json::Value = serde_json::from_str(&gone).unwrap();
        let orphan = orphaned.iter().position(|line| is("opening", line) && line.contains(gone["id"].as_str().unwrap()));
        for (file, line) in [(twice, first + 3), (orphaned, orphan.unwrap() + 1)] {
            let (_folder, path) = saved(&sealed(&file));
            let told = load(&store, &path).await.unwrap_err().to_string();
            assert!(told.contains(&format!("line {line}: the database does not take this opening")), "{line}: {told}");
            assert_eq!(exported(&store).await, untouched);
        }
    }

    async fn a_newer_file_is_refused(app: TestApp) {
        let file = String::from_utf8(exported(&app.store).await).unwrap();
        for (from, to, what) in [
            ("\"version\":1", "\"version\":2", "run a newer program"),
            ("\"schema\":\"m2", "\"schema\":\"m9", "run a newer program"),
            ("vacantia export", "another export", "no header of an export"),
            ("\"schema\"", "\"scheme\"", "no header of an export"),
        ] {
            let flaws = flaws(&app.store, file.replacen(from, to, 1).as_bytes()).await;
            assert!(flaws[0].line == 1 && flaws[0].what.contains(what), "{flaws:?}");
        }
    }
}
