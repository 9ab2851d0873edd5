//! The ground that everything stands on: the engines, their settings, and the schema.

use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult, Statement};
use vacantia::storage::{Kind, Source, Store, StoreOptions, Synchronous, dialect};

use crate::harness::{Database, run_on};

#[derive(FromQueryResult)]
struct Text {
    text: String,
}

async fn texts(db: &impl Source, sql: &str) -> Vec<String> {
    let rows = dialect::query_all::<Text>(db, sql, []).await.unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

/// Every table, column, index and constraint, as text; the migrator's own table left out.
async fn schema(db: &DatabaseConnection, kind: Kind) -> Vec<String> {
    let sql = match kind {
        Kind::Sqlite => {
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS text FROM sqlite_schema \
             WHERE tbl_name <> 'schema_migration' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
        Kind::Postgres => {
            "SELECT format('%s.%s %s %s %s %s', table_name, column_name, data_type, collation_name, \
             is_nullable, column_default) AS text FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name <> 'schema_migration' \
             UNION ALL SELECT indexdef FROM pg_indexes \
             WHERE schemaname = 'public' AND tablename <> 'schema_migration' \
             UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) \
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
             AND conrelid::regclass::text <> 'schema_migration' ORDER BY 1"
        }
    };
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn each_step_goes_down_and_up_again(database: Database) {
    let (store, beside) = (database.open().await, database.beside().await);
    assert_eq!(store.schema_version().await.unwrap(), None);
    assert!(store.migrations().await.unwrap().iter().all(|step| !step.applied));
    assert!(schema(&beside, database.kind).await.is_empty());
    let applied = store.migrate().await.unwrap();
    assert_eq!(store.schema_version().await.unwrap().as_ref(), applied.last());
    let full = schema(&beside, database.kind).await;
    for steps in 1..=u32::try_from(applied.len()).unwrap() {
        store.migrate_down(steps).await.unwrap();
        let left = applied.len() - steps as usize;
        let version = left.checked_sub(1).map(|last| applied[last].clone());
        assert_eq!(store.schema_version().await.unwrap(), version);
        assert_eq!(store.migrate().await.unwrap(), applied[left..]);
        assert_eq!(schema(&beside, database.kind).await, full, "after {steps} steps");
    }
    store.migrate_down(u32::MAX).await.unwrap();
    assert!(schema(&beside, database.kind).await.is_empty());
    assert_eq!(store.migrate().await.unwrap(), applied);
    assert_eq!(schema(&beside, database.kind).await, full);
    assert!(store.migrate().await.unwrap().is_empty());
}

async fn instances_that_start_together_migrate_once(database: Database) {
    let (one, two) = (database.open().await, database.open().await);
    let (one, two) = tokio::join!(one.migrate(), two.migrate());
    assert!(!one.unwrap().is_empty() | !two.unwrap().is_empty());
    let store = database.open().await;
    assert!(store.migrations().await.unwrap().iter().all(|step| step.applied));
}

/// Whoever copies the file after the store is closed has to find everything in it.
async fn a_closed_file_is_whole(database: Database) {
    let file = database.url.trim_start_matches("sqlite://").to_owned();
    for _ in 0..25 {
        let store = database.open().await;
        store.migrate().await.unwrap();
        store.close().await.unwrap();
        assert!(!std::path::Path::new(&format!("{file}-wal")).exists(), "the log was left behind");
        let store = database.open().await;
        store.migrate_down(u32::MAX).await.unwrap();
        store.close().await.unwrap();
    }
}

mod bare {
    use super::*;

    #[test]
    fn a_closed_file_is_whole_sqlite() {
        run_on(Database::bare(Kind::Sqlite), a_closed_file_is_whole);
    }

    #[test]
    fn each_step_goes_down_and_up_again_sqlite() {
        run_on(Database::bare(Kind::Sqlite), each_step_goes_down_and_up_again);
    }

    #[test]
    fn each_step_goes_down_and_up_again_postgres() {
        run_on(Database::bare(Kind::Postgres), each_step_goes_down_and_up_again);
    }

    #[test]
    fn instances_that_start_together_migrate_once_sqlite() {
        run_on(Database::bare(Kind::Sqlite), instances_that_start_together_migrate_once);
    }

    #[test]
    fn instances_that_start_together_migrate_once_postgres() {
        run_on(Database::bare(Kind::Postgres), instances_that_start_together_migrate_once);
    }
}

both! {
    async fn a_newer_database_is_refused(app: TestApp) {
        let beside = app.database.beside().await;
        let future = "m29990101_000001_know_better";
        let sql = format!("INSERT INTO schema_migration (version, applied_at) VALUES ('{future}', 0)");
        beside.execute_unprepared(&sql).await.unwrap();
        for fault in [
            app.store.migrate().await.unwrap_err(),
            app.store.migrate_down(1).await.unwrap_err(),
            app.store.migrations().await.unwrap_err(),
        ] {
            assert!(fault.is_newer_schema(), "{fault}");
            assert!(fault.to_string().contains(future), "{fault}");
        }
        assert_eq!(app.store.schema_version().await.unwrap().as_deref(), Some(future));
    }

    async fn connections_have_their_settings(app: TestApp) {
        let expected: &[(&str, &str)] = match app.store.kind() {
            Kind::Sqlite => &[
                ("SELECT CAST(query_only AS TEXT) AS text FROM pragma_query_only", "1"),
                ("SELECT CAST(timeout AS TEXT) AS text FROM pragma_busy_timeout", "5000"),
                ("SELECT CAST(foreign_keys AS TEXT) AS text FROM pragma_foreign_keys", "1"),
                ("SELECT journal_mode AS text FROM pragma_journal_mode", "wal"),
            ],
            Kind::Postgres => &[
                ("SELECT current_setting('statement_timeout') AS text", "5s"),
                ("SELECT current_setting('lock_timeout') AS text", "2s"),
                ("SELECT current_setting('idle_in_transaction_session_timeout') AS text", "10s"),
                ("SELECT current_setting('TimeZone') AS text", "UTC"),
            ],
        };
        for (sql, setting) in expected {
            assert_eq!(texts(&app.store, sql).await, [*setting], "{sql}");
        }
    }

    async fn a_snapshot_stands_still(app: TestApp) {
        let beside = app.database.beside().await;
        let read = "SELECT CAST(number AS TEXT) AS text FROM feed_generation";
        let snapshot = app.store.snapshot().await.unwrap();
        assert_eq!(texts(&snapshot, read).await, ["0"]);
        beside.execute_unprepared("UPDATE feed_generation SET number = 7").await.unwrap();
        assert_eq!(texts(&snapshot, read).await, ["0"]);
        assert_eq!(texts(&app.store, read).await, ["7"]);
        drop(snapshot);
        let snapshot = app.store.snapshot().await.unwrap();
        assert_eq!(texts(&snapshot, read).await, ["7"]);
    }

    async fn a_write_raises_the_feed_generation_once(app: TestApp) {
        let read = "SELECT CAST(number AS TEXT) AS text FROM feed_generation";
        for _ in 0..2 {
            app.store.write(|tx| async move {
                tx.public_fact_changed();
                tx.public_fact_changed();
                Ok(())
            }).await.unwrap();
        }
        app.store.write(|_| async { Ok(()) }).await.unwrap();
        assert_eq!(texts(&app.store, read).await, ["2"]);
    }

    async fn reads_are_counted_and_weighed(app: TestApp) {
        let before = app.store.reading();
        texts(&app.store, "SELECT 'abc' AS text UNION ALL SELECT 'wörter'").await;
        let after = app.store.reading();
        assert_eq!(after.statements - before.statements, 1);
        assert_eq!(after.rows - before.rows, 2);
        assert_eq!(after.bytes - before.bytes, 10);
    }

    async fn a_list_of_ids_is_one_parameter(app: TestApp) {
        let hostile = ["plain", "it's", "\"quoted\"", "a,b", "日本"];
        let sql = format!(
            "SELECT text FROM (SELECT 'it''s' AS text UNION ALL SELECT '日本' UNION ALL SELECT 'c') x \
             WHERE text IN {} ORDER BY text",
            app.store.kind().listed(1)
        );
        let values = [dialect::json_list(hostile)];
        let rows = dialect::query_all::<Text>(&app.store, &sql, values).await.unwrap();
        assert_eq!(rows.into_iter().map(|row| row.text).collect::<Vec<_>>(), ["it's", "日本"]);
    }
}

#[tokio::test]
async fn sqlite_writes_safely_in_production_and_reads_only_from_readers() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/new folder/100% odd?.db", folder.path().display());
    let options = StoreOptions::new(&url);
    assert_eq!(options.synchronous, Synchronous::Full);
    let store = Store::open(&options).await.unwrap();
    assert!(folder.path().join("new folder/100% odd?.db").is_file());
    let writer = store.write(|tx| async move {
        Ok(texts(&tx, "SELECT CAST(synchronous AS TEXT) AS text FROM pragma_synchronous").await)
    });
    assert_eq!(writer.await.unwrap(), ["2"]);
    let refused = dialect::query_all::<Text>(&store, "CREATE TABLE x (y TEXT) RETURNING 1", []).await;
    assert!(refused.is_err());
    let refused = dialect::query_all::<Text>(&store, "CREATE TABLE x (y TEXT)", []).await;
    assert!(refused.err().unwrap().to_string().contains("readonly"));
}

#[tokio::test]
async fn a_url_of_no_known_kind_is_refused() {
    for url in ["mysql://localhost/x", "data/vacantia.db", "sqlite://"] {
        assert!(Store::open(&StoreOptions::new(url)).await.is_err(), "{url}");
    }
}
