//! A killed process: what it answered is there, and nothing is there by halves.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

use sea_orm::{ConnectionTrait, Value};
use tokio::task::JoinSet;
use vacantia::storage::{Failure, Kind, Store, StoreOptions, Tx, dialect};

/// Where the process that is to be killed finds its database; only then does it write.
const VICTIM: &str = "VACANTIA_TEST_VICTIM";
const WRITERS: usize = 8;

async fn put(tx: &Tx, id: &str) -> Result<(), Failure> {
    let values: [Value; 1] = [id.into()];
    dialect::execute(tx, "INSERT INTO scratch (id) VALUES ($1)", values).await?;
    Ok(())
}

/// Writes pairs of rows until it is killed, and says each pair when it was answered.
async fn write_until_killed(url: String, run: String) {
    let store = Arc::new(Store::open(&StoreOptions::new(url)).await.unwrap());
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, run) = (Arc::clone(&store), run.clone());
        writers.spawn(async move {
            for count in 0.. {
                let name = &format!("{run}-{writer}-{count}");
                let pair = store.write(|tx| async move {
                    put(&tx, &format!("{name}/a")).await?;
                    put(&tx, &format!("{name}/b")).await
                });
                pair.await.unwrap();
                writeln!(std::io::stdout().lock(), "\nanswered {name}").unwrap();
            }
        });
    }
    writers.join_all().await;
}

/// Not a test of its own: what [`a_killed_process_keeps_its_word`] starts and kills.
#[test]
fn victim() {
    let Ok(given) = std::env::var(VICTIM) else { return };
    let (run, url) = given.split_once(' ').unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(write_until_killed(url.to_owned(), run.to_owned()));
}

/// Starts a victim, kills it after so many answers, and says which it gave.
fn answers_of_killed(url: &str, run: usize) -> Vec<String> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["crash::victim", "--exact", "--nocapture"])
        .env(VICTIM, format!("{run} {url}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let mut answers = Vec::new();
    for line in lines {
        let Some(name) = line.unwrap().strip_prefix("answered ").map(str::to_owned) else { continue };
        answers.push(name);
        if answers.len() == 40 + 23 * run {
            // The rest of the lines are read too: what was said before the end counts.
            victim.kill().unwrap();
        }
    }
    victim.wait().unwrap();
    answers
}

both! {
    async fn a_killed_process_keeps_its_word(app: TestApp) {
        let beside = app.database.beside().await;
        beside.execute_unprepared("CREATE TABLE scratch (id TEXT PRIMARY KEY)").await.unwrap();
        let url = app.database.url.clone();
        let answered = tokio::task::spawn_blocking(move || {
            (0..4).flat_map(|run| answers_of_killed(&url, run)).collect::<Vec<_>>()
        }).await.unwrap();
        assert!(answered.len() > 200, "only {} answers", answered.len());
        // On PostgreSQL the server may still be ending the last victim's writes.
        app.store.write(|tx| async move { put(&tx, "last").await }).await.unwrap();
        let sql = "SELECT id FROM scratch WHERE id <> 'last' ORDER BY id";
        let statement = sea_orm::Statement::from_string(beside.get_database_backend(), sql);
        let rows = beside.query_all_raw(statement).await.unwrap();
        let ids: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let kept: Vec<&str> = ids.chunks(2).map(|pair| {
            let name = pair[0].strip_suffix("/a").unwrap();
            assert_eq!(pair.get(1), Some(&format!("{name}/b")), "half a write");
            name
        }).collect();
        for name in &answered {
            assert!(kept.contains(&name.as_str()), "{name} was answered and is lost");
        }
        // Each writer had at most one write under way when it was killed.
        assert!(kept.len() <= answered.len() + 4 * WRITERS);
        if app.store.kind() == Kind::Sqlite {
            let check = sea_orm::Statement::from_string(beside.get_database_backend(), "PRAGMA integrity_check");
            let row = beside.query_one_raw(check).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "ok");
        }
    }
}
