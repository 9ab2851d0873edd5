//! Writes: all or nothing, one effect, answered after the commit, and nobody harms a neighbour.

use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait, Value};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use vacantia::domain::Refusal;
use vacantia::storage::{Failure, Kind, Store, StoreOptions, Tx, dialect};

use crate::app::TestApp;

/// Rows of its own for a test: `scratch(id, n)`.
async fn scratch(app: &TestApp) -> DatabaseConnection {
    let beside = app.database.beside().await;
    let sql = "CREATE TABLE scratch (id TEXT PRIMARY KEY, n BIGINT NOT NULL)";
    beside.execute_unprepared(sql).await.unwrap();
    beside
}

async fn put(tx: &Tx, id: &str, n: i64) -> Result<(), Failure> {
    let values: [Value; 2] = [id.into(), n.into()];
    dialect::execute(tx, "INSERT INTO scratch (id, n) VALUES ($1, $2)", values).await?;
    Ok(())
}

async fn add(tx: &Tx, id: &str) -> Result<u64, Failure> {
    let values: [Value; 1] = [id.into()];
    Ok(dialect::execute(tx, "UPDATE scratch SET n = n + 1 WHERE id = $1", values).await?)
}

/// Ids in the table as `db`, which is not the store, sees them.
async fn seen(db: &DatabaseConnection) -> Vec<String> {
    let rows = db.query_all_raw(said(db, "SELECT id FROM scratch ORDER BY id")).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn n_of(db: &DatabaseConnection, id: &str) -> i64 {
    let sql = format!("SELECT n FROM scratch WHERE id = '{id}'");
    let row = db.query_one_raw(said(db, &sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

fn said(db: &DatabaseConnection, sql: &str) -> sea_orm::Statement {
    sea_orm::Statement::from_string(db.get_database_backend(), sql)
}

/// Polls a future at most so often, then drops it.
async fn at_most<F: Future>(polls: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// Three rows, with pauses between that let others in.
async fn three(store: &Store, name: &str) -> Result<(), Failure> {
    store
        .write(|tx| async move {
            for part in ["a", "b", "c"] {
                put(&tx, &format!("{name}{part}"), 1).await?;
                tokio::task::yield_now().await;
            }
            Ok(())
        })
        .await
}

both! {
    async fn who_is_refused_finds_committed_what_it_was_refused_for(app: TestApp) {
        let beside = scratch(&app).await;
        for round in 0..40 {
            let id = &format!("row-{round}");
            let once = || async {
                let refused = app.store.write(|tx| async move {
                    match add(&tx, id).await? {
                        0 => put(&tx, id, 1).await,
                        _ => Err(Refusal::Stale.into()),
                    }
                });
                match refused.await {
                    // On PostgreSQL two insertions may meet, which is no refusal.
                    Ok(()) | Err(Failure::Fault(_)) => {}
                    Err(Failure::Refused(_)) => assert_eq!(n_of(&beside, id).await, 1, "{id}"),
                }
            };
            tokio::join!(once(), once(), once());
        }
    }

    async fn a_dropped_write_leaves_all_or_nothing(app: TestApp) {
        let beside = scratch(&app).await;
        let mut tasks = JoinSet::new();
        for number in 0..240_u32 {
            let store = app.store.clone();
            tasks.spawn(async move {
                let name = format!("w{number:03}");
                let polls = 1 + number.wrapping_mul(2_654_435_761) % 24;
                (at_most(polls, three(&store, &name)).await.map(Result::unwrap), name)
            });
        }
        let answers = tasks.join_all().await;
        three(&app.store, "last").await.unwrap();
        let seen = seen(&beside).await;
        let (mut kept, mut dropped) = (0, 0);
        for (answer, name) in answers {
            let rows = seen.iter().filter(|id| id.starts_with(&name)).count();
            assert!(rows == 3 || (rows == 0 && answer.is_none()), "{name}: {rows} {answer:?}");
            kept += u32::from(rows == 3);
            dropped += u32::from(rows == 0);
        }
        assert!(kept > 0 && dropped > 0, "{kept} kept, {dropped} dropped");
    }

    async fn an_answer_comes_only_after_the_commit(app: TestApp) {
        let _beside = scratch(&app).await;
        let mut tasks = JoinSet::new();
        for number in 0..24 {
            let (store, other) = (app.store.clone(), app.database.beside().await);
            tasks.spawn(async move {
                let id = format!("w{number}");
                let wanted = &id;
                store.write(|tx| async move { put(&tx, wanted, 1).await }).await.unwrap();
                assert!(seen(&other).await.contains(&id), "{id} was answered but is not there");
            });
        }
        tasks.join_all().await;
    }

    async fn a_failing_write_touches_no_neighbour(app: TestApp) {
        let beside = scratch(&app).await;
        app.store.write(|tx| async move { put(&tx, "taken", 0).await }).await.unwrap();
        let mut tasks = JoinSet::new();
        for number in 0..60 {
            let store = app.store.clone();
            tasks.spawn(async move {
                let id = &format!("w{number:02}");
                let outcome = store.write(|tx| async move {
                    put(&tx, id, 1).await?;
                    match number % 3 {
                        0 => Ok(()),
                        1 => Err(Refusal::Stale.into()),
                        _ => put(&tx, "taken", 1).await,
                    }
                });
                (number, outcome.await)
            });
        }
        for (number, outcome) in tasks.join_all().await {
            match (number % 3, outcome) {
                (0, Ok(())) | (1, Err(Failure::Refused(Refusal::Stale))) | (2, Err(Failure::Fault(_))) => {}
                (_, outcome) => panic!("write {number}: {outcome:?}"),
            }
        }
        let expected = (0..60).step_by(3).map(|number| format!("w{number:02}"));
        let rest: Vec<String> = seen(&beside).await.into_iter().filter(|id| id != "taken").collect();
        assert_eq!(rest, expected.collect::<Vec<_>>());
    }

    async fn a_panicking_write_leaves_nothing_and_blocks_nobody(app: TestApp) {
        let beside = scratch(&app).await;
        for number in 0..5 {
            let store = app.store.clone();
            let panicked = tokio::spawn(async move {
                store.write(|tx| async move {
                    put(&tx, "panicked", 1).await?;
                    if number >= 0 {
                        std::panic::panic_any("a bug");
                    }
                    Ok(())
                }).await
            });
            assert!(panicked.await.unwrap_err().is_panic());
        }
        app.store.write(|tx| async move { put(&tx, "after", 1).await }).await.unwrap();
        assert_eq!(seen(&beside).await, ["after"]);
    }

    async fn many_writers_all_land(app: TestApp) {
        let beside = scratch(&app).await;
        app.store.write(|tx| async move { put(&tx, "count", 0).await }).await.unwrap();
        let mut tasks = JoinSet::new();
        for number in 0..64 {
            let store = app.store.clone();
            tasks.spawn(async move {
                let id = &format!("w{number:02}");
                let both = store.write(|tx| async move {
                    put(&tx, id, 1).await?;
                    assert_eq!(add(&tx, "count").await?, 1);
                    Ok(())
                });
                both.await.unwrap();
            });
        }
        tasks.join_all().await;
        assert_eq!(seen(&beside).await.len(), 65);
        assert_eq!(n_of(&beside, "count").await, 64);
    }

    async fn a_write_that_waits_for_a_lock_has_one_effect(app: TestApp) {
        let beside = scratch(&app).await;
        app.store.write(|tx| async move { put(&tx, "row", 0).await }).await.unwrap();
        let impatient = Store::open(&StoreOptions {
            lock_wait: Duration::from_millis(20),
            ..app.database.options()
        }).await.unwrap();
        let holder = beside.begin().await.unwrap();
        holder.execute_unprepared("UPDATE scratch SET n = n + 100 WHERE id = 'row'").await.unwrap();
        let runs = AtomicU32::new(0);
        let counted = &runs;
        let write = impatient.write(|tx| async move {
            counted.fetch_add(1, Ordering::SeqCst);
            add(&tx, "row").await
        });
        let release = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            holder.commit().await.unwrap();
        };
        let (outcome, ()) = tokio::join!(write, release);
        assert_eq!(outcome.unwrap(), 1);
        assert_eq!(n_of(&beside, "row").await, 101);
        // On SQLite the lock is waited for before the closure runs.
        let runs = runs.into_inner();
        assert!(app.store.kind() == Kind::Sqlite && runs == 1 || runs > 1, "{runs} runs");
    }

    async fn a_kept_tx_can_do_nothing(app: TestApp) {
        let beside = scratch(&app).await;
        let kept = app.store.write(|tx| async move { Ok(tx) }).await.unwrap();
        assert!(matches!(put(&kept, "late", 1).await, Err(Failure::Fault(_))));
        app.store.write(|tx| async move { put(&tx, "after", 1).await }).await.unwrap();
        assert_eq!(seen(&beside).await, ["after"]);
    }

    async fn a_closed_store_refuses(app: TestApp) {
        app.store.close().await.unwrap();
        let refused = app.store.write(|_| async { Ok(()) }).await;
        assert!(matches!(refused, Err(Failure::Fault(_))), "{refused:?}");
    }
}

/// PostgreSQL tells two writes of one row apart from a snapshot taken before: 40001.
async fn postgres_serialization_conflicts_are_tried_again(app: TestApp) {
    let beside = scratch(&app).await;
    app.store.write(|tx| async move { put(&tx, "row", 0).await }).await.unwrap();
    let (runs, other) = (AtomicU32::new(0), &beside);
    let counted = &runs;
    let write = app.store.write(|tx| async move {
        dialect::execute(&tx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", []).await?;
        dialect::execute(&tx, "SELECT n FROM scratch", []).await?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            other.execute_unprepared("UPDATE scratch SET n = n + 100").await?;
        }
        add(&tx, "row").await
    });
    assert_eq!(write.await.unwrap(), 1);
    assert_eq!((runs.into_inner(), n_of(&beside, "row").await), (2, 101));
}

/// Two writes that wait for each other: PostgreSQL ends one with 40P01, and it runs again.
async fn postgres_deadlocks_are_tried_again(app: TestApp) {
    let beside = scratch(&app).await;
    let rows = |tx: Tx| async move {
        put(&tx, "a", 0).await?;
        put(&tx, "b", 0).await
    };
    app.store.write(rows).await.unwrap();
    let (met, runs) = (Barrier::new(2), AtomicU32::new(0));
    let crossing = |first: &'static str, second: &'static str| {
        let (store, met, runs) = (&app.store, &met, &runs);
        async move {
            let crossed = store.write(|tx| async move {
                add(&tx, first).await?;
                if runs.fetch_add(1, Ordering::SeqCst) < 2 {
                    met.wait().await;
                }
                add(&tx, second).await
            });
            crossed.await.unwrap();
        }
    };
    tokio::join!(crossing("a", "b"), crossing("b", "a"));
    assert_eq!((n_of(&beside, "a").await, n_of(&beside, "b").await), (2, 2));
    assert!(runs.into_inner() > 2);
}

/// A full disk rolls SQLite's transaction back by itself, everybody's: here a ROLLBACK does it.
async fn sqlite_a_broken_transaction_costs_nobody_a_write(app: TestApp) {
    let beside = scratch(&app).await;
    let runs = AtomicU32::new(0);
    let (counted, store) = (&runs, &app.store);
    let neighbour = |id: &'static str| store.write(move |tx| async move { put(&tx, id, 1).await });
    let breaking = store.write(|tx| async move {
        put(&tx, "broken", 1).await?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            dialect::execute(&tx, "ROLLBACK", []).await?;
        }
        Ok(())
    });
    let (a, b, c, d) = tokio::join!(neighbour("a"), neighbour("b"), breaking, neighbour("d"));
    for outcome in [a, b, c, d] {
        outcome.unwrap();
    }
    assert_eq!(runs.into_inner(), 2);
    assert_eq!(seen(&beside).await, ["a", "b", "broken", "d"]);
}

/// A write that hangs loses its turn, and only its own rows.
async fn sqlite_a_hanging_write_loses_its_turn(app: TestApp) {
    let beside = scratch(&app).await;
    let turn_limit = Duration::from_millis(50);
    let options = StoreOptions { turn_limit, ..app.database.options() };
    let strict = Store::open(&options).await.unwrap();
    let hanging = strict.write(|tx| async move {
        put(&tx, "hung", 1).await?;
        std::future::pending::<()>().await;
        Ok(())
    });
    let mut hanging = pin!(hanging);
    let after = strict.write(|tx| async move { put(&tx, "after", 1).await });
    tokio::select! {
        biased;
        _ = &mut hanging => panic!("it hangs"),
        outcome = after => outcome.unwrap(),
    }
    assert_eq!(seen(&beside).await, ["after"]);
}

/// A refused write is undone before it answers: what it held is free for whoever comes next.
async fn postgres_a_refused_write_holds_nothing(app: TestApp) {
    let beside = scratch(&app).await;
    app.store.write(|tx| async move { put(&tx, "a", 0).await }).await.unwrap();
    for round in 0..100 {
        let held = app.store.write(|tx| async move {
            add(&tx, "a").await?;
            Err::<(), _>(Refusal::Stale.into())
        });
        assert!(matches!(held.await, Err(Failure::Refused(Refusal::Stale))));
        let free = said(&beside, "SELECT id FROM scratch FOR UPDATE SKIP LOCKED");
        assert_eq!(beside.query_all_raw(free).await.unwrap().len(), 1, "round {round}");
    }
}

mod only {
    use super::*;
    use crate::harness::run;

    #[test]
    fn serialization_conflict() {
        run(Kind::Postgres, postgres_serialization_conflicts_are_tried_again);
    }

    #[test]
    fn deadlock() {
        run(Kind::Postgres, postgres_deadlocks_are_tried_again);
    }

    #[test]
    fn refused_write() {
        run(Kind::Postgres, postgres_a_refused_write_holds_nothing);
    }

    #[test]
    fn broken_transaction() {
        run(Kind::Sqlite, sqlite_a_broken_transaction_costs_nobody_a_write);
    }

    #[test]
    fn hanging() {
        run(Kind::Sqlite, sqlite_a_hanging_write_loses_its_turn);
    }
}
