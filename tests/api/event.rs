//! Events: numbered without gaps, in commit order, and followed without missing any.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use tokio::task::JoinSet;
use vacantia::domain::Refusal;
use vacantia::domain::Viewer;
use vacantia::domain::event::{Change, EventKind, Fact};
use vacantia::domain::id::{ChangeId, PostingId, TeamId};
use vacantia::domain::policy::organisation::events;
use vacantia::storage::event::chain::{self, Chain};
use vacantia::storage::event::{self, Concerning, Recorded};
use vacantia::storage::{Failure, Page, Place, Store, dialect};

use crate::app::TestApp;

fn change(app: &TestApp) -> Change {
    Change::new(ChangeId::new(app.now(), &*app.chance), &Viewer::Anonymous, app.now())
}

async fn all_events(app: &TestApp, concerning: Concerning, page: &Page) -> Vec<Recorded> {
    event::listed(&app.store, &events(&Viewer::System), concerning, page).await.unwrap().items
}

/// Follows the events until `done`, as the event tail does; every look has to go on where the last
/// one ended.
async fn follow(store: Store, done: &AtomicBool) -> Vec<Recorded> {
    let (mut seen, mut end): (Vec<Recorded>, i64) = (Vec::new(), 0);
    loop {
        let last_look = done.load(Ordering::SeqCst);
        let settled = event::settled(&store).await.unwrap();
        for event in event::after(&store, end, 1000).await.unwrap() {
            assert_eq!(event.seq, end + 1, "an event was passed over");
            end = event.seq;
            seen.push(event);
        }
        assert!(end >= settled, "settled events were not all there");
        if last_look {
            return seen;
        }
        tokio::task::yield_now().await;
    }
}

both! {
    async fn a_follower_misses_nothing(app: TestApp) {
        let done = AtomicBool::new(false);
        let mut tasks = JoinSet::new();
        for number in 0..48_usize {
            let (store, change) = (app.store.clone(), change(&app));
            tasks.spawn(async move {
                let change = &change;
                let outcome = store.write(|tx| async move {
                    for _ in 0..=number % 3 {
                        tx.record(change.event(EventKind::TeamCreated));
                        tokio::task::yield_now().await;
                    }
                    if number % 7 == 0 { Err(Refusal::Stale.into()) } else { Ok(()) }
                });
                (outcome.await.is_ok(), number % 3 + 1)
            });
        }
        let ended = async {
            let outcomes = tasks.join_all().await;
            done.store(true, Ordering::SeqCst);
            outcomes.iter().filter(|(kept, _)| *kept).map(|(_, events)| events).sum::<usize>()
        };
        let (seen, written) = tokio::join!(follow(app.store.clone(), &done), ended);
        assert_eq!(seen.len(), written);
        // The events of one change stand together.
        let changes = seen.chunk_by(|a, b| a.change == b.change).count();
        assert_eq!(changes, (0..48).filter(|number| number % 7 != 0).count());
    }

    async fn what_is_recorded_is_read_back(app: TestApp) {
        app.clock.pass(TimeDelta::microseconds(1));
        let change = &change(&app);
        let posting = PostingId::new(app.now(), &*app.chance);
        let team = TeamId::new(app.now(), &*app.chance);
        let recorded_at = change.at;
        app.store.write(|tx| async move {
            tx.record(change.event(EventKind::TeamCreated).word("team", team));
            tx.record(change.event(EventKind::PostingCreated).posting(posting).count("seats", 14));
            Ok(())
        }).await.unwrap();
        let all = all_events(&app, Concerning::default(), &Page::newest(10)).await;
        assert_eq!(all.iter().map(|event| event.seq).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(all[1].facts, [("team".to_owned(), Fact::Word(team.to_string()))]);
        assert_eq!((all[1].at, &all[1].actor), (recorded_at, &Viewer::Anonymous.key()));
        let of = Concerning { posting: Some(posting), ..Concerning::default() };
        let found = all_events(&app, of, &Page::newest(10)).await;
        assert_eq!(found, [all[0].clone()]);
        assert_eq!(found[0].facts, [("seats".to_owned(), Fact::Count(14))]);
        assert_eq!(found[0].kind, EventKind::PostingCreated);
        let place = Place { at: app.now(), id: "2".into() };
        let below = Page { after: Some(place), ..Page::newest(10) };
        let below = all_events(&app, Concerning::default(), &below).await;
        assert_eq!(below, [all[1].clone()]);
    }

    async fn a_write_with_events_nudges(app: TestApp) {
        let (change, mut nudges) = (&change(&app), app.store.nudges());
        app.store.write(|_| async { Ok(()) }).await.unwrap();
        assert!(!nudges.has_changed().unwrap());
        let refused = app.store.write(|tx| async move {
            tx.record(change.event(EventKind::TeamCreated));
            Err::<(), _>(Failure::Refused(Refusal::Stale))
        });
        refused.await.unwrap_err();
        assert!(!nudges.has_changed().unwrap());
        app.store.write(|tx| async move {
            tx.record(change.event(EventKind::TeamCreated));
            Ok(())
        }).await.unwrap();
        assert_eq!(*nudges.borrow_and_update(), 1);
    }

    async fn many_events_of_one_write_are_all_kept(app: TestApp) {
        let change = &change(&app);
        app.store.write(|tx| async move {
            for count in 0..1201 {
                tx.record(change.event(EventKind::OpeningCreated).count("n", count));
            }
            Ok(())
        }).await.unwrap();
        let last = event::after(&app.store, 1200, 10).await.unwrap();
        assert_eq!(last[0].facts, [("n".to_owned(), Fact::Count(1200))]);
        assert_eq!(event::settled(&app.store).await.unwrap(), 1201);
    }

    async fn a_changed_history_breaks_the_chain(app: TestApp) {
        let change = &change(&app);
        let posting = PostingId::new(app.now(), &*app.chance);
        app.store.write(|tx| async move {
            for count in 0..4 {
                tx.record(change.event(EventKind::OpeningCreated).posting(posting).count("n", count).word("a", "b"));
            }
            Ok(())
        }).await.unwrap();
        app.store.write(|tx| async move {
            tx.record(change.event(EventKind::OpeningFilled));
            Ok(())
        }).await.unwrap();
        let whole = chain::follow(&app.store).await.unwrap();
        let newest = event::after(&app.store, 4, 1).await.unwrap().remove(0).hash;
        assert_eq!(whole, Chain { events: 5, unchained: 0, newest, broken_at: None });
        for (tampering, broken_at) in [
            ("UPDATE event SET kind = 'openingFilled' WHERE seq = 3", 3),
            ("UPDATE event SET actor = 'system' WHERE seq = 1", 1),
            ("UPDATE event SET posting_id = NULL WHERE seq = 4", 4),
            ("UPDATE event SET facts = '{\"n\":7,\"a\":\"b\"}' WHERE seq = 2", 2),
            ("UPDATE event SET facts = '{\"n\":1}' WHERE seq = 5", 5),
            ("UPDATE event SET hash = NULL WHERE seq = 4", 4),
            ("UPDATE event SET hash = (SELECT o.hash FROM event o WHERE o.seq = 1) WHERE seq = 2", 2),
            ("DELETE FROM event WHERE seq = 2", 3),
            ("DELETE FROM event WHERE seq = 1", 2),
        ] {
            let found = &Mutex::new(None);
            let undone = app.store.write(|tx| async move {
                dialect::execute(&tx, tampering, []).await?;
                *found.lock().unwrap() = chain::follow(&tx).await?.broken_at;
                Err::<(), Failure>(Refusal::Stale.into())
            });
            undone.await.unwrap_err();
            assert_eq!(*found.lock().unwrap(), Some(broken_at), "{tampering}");
        }
        assert_eq!(chain::follow(&app.store).await.unwrap(), whole, "every one of them was undone");
    }

    async fn the_chain_goes_on_from_events_without_a_hash(app: TestApp) {
        let change = &change(&app);
        for _ in 0..2 {
            app.store.write(|tx| async move {
                dialect::execute(&tx, "UPDATE event SET hash = NULL", []).await?;
                tx.record(change.event(EventKind::TeamCreated));
                Ok(())
            }).await.unwrap();
        }
        let found = chain::follow(&app.store).await.unwrap();
        assert_eq!((found.events, found.unchained, found.broken_at), (2, 1, None));
        assert!(found.newest.is_some());
    }
}
