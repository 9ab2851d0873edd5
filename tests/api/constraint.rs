//! Broken constraints: both databases name those that stand for a refusal.

use sea_orm::{ConnectionTrait, Statement};
use vacantia::domain::Refusal;
use vacantia::storage::fault::REFUSALS;
use vacantia::storage::{Failure, Kind, dialect};

/// Unique indexes that stand for no refusal: two writes met, or the program has a bug.
const NOT_REFUSED: &[&str] = &[
    "uq_candidate_email",
    "uq_posting_source",
    "uq_opening_offer",
    "uq_opening_application",
    "uq_email_message_dedupe",
    "uq_message_sha256",
    "uq_feed_change_number",
    "uq_feed_change_place",
    "uq_approval_request_open",
    "uq_form_open",
    "uq_interview_scheduled",
    "uq_reference_email",
    "uq_reference_request_open",
    "uq_slots_open",
    "uq_slot_picked",
    "uq_scorecard_draft",
    "uq_scorecard_version",
];

both! {
    async fn each_unique_index_has_a_meaning(app: TestApp) {
        let sql = match app.store.kind() {
            Kind::Sqlite => "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND name LIKE 'uq!_%' ESCAPE '!'",
            Kind::Postgres => "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'uq!_%' ESCAPE '!'",
        };
        let beside = app.database.beside().await;
        let statement = Statement::from_string(beside.get_database_backend(), sql);
        let mut known: Vec<&str> = REFUSALS.iter().map(|(name, _)| *name).chain(NOT_REFUSED.iter().copied()).collect();
        for row in beside.query_all_raw(statement).await.unwrap() {
            let (name, text): (String, String) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
            assert!(text.contains("(0))"), "{name} needs a constant key to be named by SQLite: {text}");
            let at = known.iter().position(|known| *known == name);
            known.remove(at.unwrap_or_else(|| panic!("{name} is in no table of meanings")));
        }
        assert!(known.is_empty(), "not in the schema: {known:?}");
    }

    async fn a_taken_name_is_a_refusal(app: TestApp) {
        let insert = |id: &'static str, key: &'static str| {
            let (store, now) = (&app.store, app.now());
            async move {
                let sql = "INSERT INTO team (id, name, name_key, created_at, revision) VALUES ($1, $2, $2, $3, 1)";
                store.write(|tx| async move {
                    Ok(dialect::execute(&tx, sql, [id.into(), key.into(), now.into()]).await?)
                }).await
            }
        };
        assert_eq!(insert("team_1", "create").await.unwrap(), 1);
        let taken = insert("team_2", "create").await;
        assert!(matches!(taken, Err(Failure::Refused(Refusal::Taken("name")))), "{taken:?}");
        // Another constraint of the same table is a bug, not an answer.
        let bug = insert("team_1", "plan").await;
        assert!(matches!(bug, Err(Failure::Fault(_))), "{bug:?}");
        assert_eq!(insert("team_2", "plan").await.unwrap(), 1);
    }

    async fn two_that_race_to_be_first_do_not_fail(app: TestApp) {
        let (now, met) = (app.now(), &tokio::sync::Barrier::new(2));
        let once = |answer: &'static str| {
            let store = &app.store;
            async move {
                let runs = &std::sync::atomic::AtomicU32::new(0);
                store.write(|tx| async move {
                    let sql = "SELECT outcome FROM idempotency WHERE key = 'k'";
                    if let Some(row) = dialect::query_one::<Outcome>(&tx, sql, []).await? {
                        return Ok(row.outcome);
                    }
                    // On SQLite the second waits for its turn, so nobody may wait for it.
                    if tx_is_postgres(&tx) && runs.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                        met.wait().await;
                    }
                    let sql = "INSERT INTO idempotency (viewer, mutation, key, request_hash, outcome, created_at) \
                               VALUES ('v', 'm', 'k', 'h', $1, $2)";
                    dialect::execute(&tx, sql, [answer.into(), now.into()]).await?;
                    Ok(answer.to_owned())
                }).await.unwrap()
            }
        };
        let (first, other) = tokio::join!(once("one"), once("two"));
        assert_eq!(first, other, "both name the effect of the first");
    }
}

#[derive(sea_orm::FromQueryResult)]
struct Outcome {
    outcome: String,
}

fn tx_is_postgres(tx: &vacantia::storage::Tx) -> bool {
    use vacantia::storage::Source;
    tx.kind() == Kind::Postgres
}
