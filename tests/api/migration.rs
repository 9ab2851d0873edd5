//! A migration that is killed leaves all of it or nothing, and the next start finishes it.

use std::process::Stdio;
use std::time::Instant;

use vacantia::storage::Kind;

use crate::harness::{Database, run_on};
use crate::operator::{done, vacantia};

/// How many are killed, each a little later than the one before, over the time that a whole one takes.
const KILLS: u32 = 24;

async fn a_killed_migration_is_finished_by_the_next(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    done(&database.url, folder.path(), &["migrate"]);
    let whole = start.elapsed();
    take_all_back(&database).await;
    let (mut killed, mut unfinished) = (0, 0);
    for kill in 0..KILLS {
        let mut child = vacantia(&database.url, folder.path(), &["migrate"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(whole * kill / KILLS).await;
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        let store = database.open().await;
        let steps = store.migrations().await.unwrap();
        let applied = steps.iter().filter(|step| step.applied).count();
        assert!(applied == 0 || applied == steps.len(), "{applied} of {} steps", steps.len());
        unfinished += u32::from(applied == 0);
        store.migrate().await.unwrap();
        assert!(store.migrations().await.unwrap().iter().all(|step| step.applied));
        store.close().await.unwrap();
        take_all_back(&database).await;
    }
    assert!(killed > 0 && unfinished > 0, "{killed} were killed, {unfinished} before their end");
    done(&database.url, folder.path(), &["migrate"]);
    let said = done(&database.url, folder.path(), &["migrate"]);
    assert!(said.contains("nothing to do"), "{said}");
}

async fn take_all_back(database: &Database) {
    let store = database.open().await;
    store.migrate_down(u32::MAX).await.unwrap();
    store.close().await.unwrap();
}

#[test]
fn a_killed_migration_is_finished_by_the_next_sqlite() {
    run_on(Database::bare(Kind::Sqlite), a_killed_migration_is_finished_by_the_next);
}

#[test]
fn a_killed_migration_is_finished_by_the_next_postgres() {
    run_on(Database::bare(Kind::Postgres), a_killed_migration_is_finished_by_the_next);
}
