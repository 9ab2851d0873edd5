//! Whatever those do who are told: nothing is said twice without need, nothing is lost, and nothing of theirs harms us.

use chrono::TimeDelta;
use vacantia::actions::posting::{Changes, update};
use vacantia::actions::{self};
use vacantia::domain::ping::{Answer, Ping, PingState};
use vacantia::work::Step;

use crate::app::TestApp;
use crate::newsstand::{Stand, text};
use crate::pinging::{KEY, Told, Tower, impatient};
use crate::receiver::{Receiver, Turn, nowhere, say};

/// An app that has one word for the engines of a new receiver, due now.
async fn due(app: TestApp) -> (TestApp, Receiver) {
    let receiver = Receiver::new().await;
    let app = app.telling(Told::Engines, "", &receiver.url("/"));
    queued(&app).await;
    (app, receiver)
}

async fn queued(app: &TestApp) {
    app.advertised("Backend Developer").await;
    Stand::new(app).built().await;
    app.clock.pass(TimeDelta::seconds(2));
}

fn stands(ping: &Ping) -> (PingState, i32, Option<i32>) {
    (ping.state, ping.attempts, ping.last_code)
}

both! {
    async fn busy_now_and_well_later(app: TestApp) {
        let (app, receiver) = due(app).await;
        let pinger = app.pinger();
        receiver.follow([Turn::Say("HTTP/1.1 503 Busy", b"come  again\r\nlater".to_vec())]);
        assert_eq!(pinger.step().await.unwrap(), Step::Done);
        let ping = app.only_ping().await;
        assert_eq!(stands(&ping), (PingState::Deferred, 1, Some(503)));
        assert_eq!(ping.last_reply.as_deref(), Some("come again later"));
        let pause = ping.next_attempt_at().unwrap() - app.now();
        assert!(pause >= TimeDelta::seconds(15) && pause <= TimeDelta::seconds(30), "{pause}");
        assert_eq!(pinger.step().await.unwrap(), Step::Empty);
        app.clock.pass(TimeDelta::seconds(30));
        assert_eq!(pinger.step().await.unwrap(), Step::Done);
        assert_eq!(stands(&app.only_ping().await), (PingState::Sent, 2, Some(202)));
        assert_eq!(receiver.heard().len(), 2);
    }

    async fn what_is_added_to_a_ping_gets_all_its_tries(app: TestApp) {
        let (app, receiver) = due(app).await;
        let pinger = app.pinger();
        receiver.follow([say("HTTP/1.1 503 Busy\r\nRetry-After: 7200")]);
        pinger.step().await.unwrap();
        let before = app.only_ping().await;
        assert_eq!((stands(&before), before.urls.len()), ((PingState::Deferred, 1, Some(503)), 1));
        app.advertised("Lock Keeper").await;
        Stand::new(&app).built().await;
        let after = app.only_ping().await;
        assert_eq!((stands(&after), after.urls.len()), ((PingState::Deferred, 0, Some(503)), 2));
        assert_eq!(after.run_at, before.run_at, "the wish to wait holds all the same");
    }

    async fn whoever_asks_to_wait_is_left_in_peace(app: TestApp) {
        let (app, receiver) = due(app).await;
        let pinger = app.pinger();
        let until = (app.now() + TimeDelta::hours(2)).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let dated = Box::leak(format!("HTTP/1.1 429 Slow down\r\nRetry-After: {until}").into_boxed_str());
        receiver.follow([say("HTTP/1.1 429 Slow down\r\nRetry-After: 3600"), say(dated)]);
        pinger.step().await.unwrap();
        assert_eq!(app.only_ping().await.next_attempt_at(), Some(app.now() + TimeDelta::hours(1)));
        app.clock.pass(TimeDelta::minutes(59));
        assert_eq!(pinger.step().await.unwrap(), Step::Empty);
        app.clock.pass(TimeDelta::minutes(1));
        assert_eq!(pinger.step().await.unwrap(), Step::Done);
        let ping = app.only_ping().await;
        assert_eq!(ping.next_attempt_at(), Some(app.now() + TimeDelta::hours(1)), "{ping:?}");
    }

    async fn a_no_is_a_no(app: TestApp) {
        for line in ["HTTP/1.1 410 Gone", "HTTP/1.1 403 Forbidden", "HTTP/1.1 422 Unprocessable Entity"] {
            let receiver = Receiver::new().await;
            let app = TestApp::new(crate::harness::Database::new(app.store.kind()).unwrap()).await;
            let app = app.telling(Told::Engines, "", &receiver.url("/"));
            queued(&app).await;
            receiver.follow([say(line)]);
            app.pinger().step().await.unwrap();
            let ping = app.only_ping().await;
            assert_eq!((ping.state, ping.attempts, ping.done_at), (PingState::Failed, 1, Some(app.now())), "{line}");
            app.clock.pass(TimeDelta::days(2));
            assert_eq!(app.pinger().step().await.unwrap(), Step::Empty);
            assert_eq!(receiver.heard().len(), 1);
        }
    }

    async fn silence_is_no_answer(app: TestApp) {
        let (app, receiver) = due(app).await;
        receiver.follow([Turn::Never, Turn::HangUp]);
        let pinger = app.pinger_with(impatient());
        pinger.step().await.unwrap();
        let ping = app.only_ping().await;
        assert_eq!(stands(&ping), (PingState::Deferred, 1, None));
        assert!(ping.last_reply.as_deref().unwrap().contains("timeout"), "{ping:?}");
        app.clock.pass(TimeDelta::minutes(1));
        app.pinger().step().await.unwrap();
        assert_eq!(stands(&app.only_ping().await), (PingState::Deferred, 2, None));
        app.clock.pass(TimeDelta::hours(1));
        app.pinger().step().await.unwrap();
        assert_eq!(stands(&app.only_ping().await), (PingState::Sent, 3, Some(202)));
        assert_eq!(receiver.heard().len(), 3);
    }

    async fn where_nobody_listens_it_ends_after_so_many_tries(app: TestApp) {
        let app = app.telling(Told::Engines, "", &nowhere().await);
        queued(&app).await;
        let pinger = app.pinger();
        for attempt in 1..=11 {
            assert_eq!(pinger.step().await.unwrap(), Step::Done);
            assert_eq!(stands(&app.only_ping().await), (PingState::Deferred, attempt, None));
            app.clock.pass(TimeDelta::hours(1));
        }
        assert_eq!(pinger.step().await.unwrap(), Step::Done);
        let ping = app.only_ping().await;
        assert_eq!(stands(&ping), (PingState::Failed, 12, None));
        assert!(ping.last_reply.as_deref().unwrap().contains("refused"), "{ping:?}");
    }

    async fn a_lost_workers_ping_is_taken_over(app: TestApp) {
        let (app, receiver) = due(app).await;
        let (lost, other) = (app.pinger(), app.pinger());
        let claimed = lost.next().await.unwrap().unwrap();
        assert_eq!(stands(&app.only_ping().await), (PingState::Sending, 1, None));
        app.clock.pass(TimeDelta::seconds(59));
        assert_eq!(other.step().await.unwrap(), Step::Empty, "it is leased");
        app.clock.pass(TimeDelta::seconds(1));
        let taken = other.next().await.unwrap().unwrap();
        // What the first says late counts no more.
        let answer = Answer { code: Some(410), ..Answer::none("Gone") };
        lost.conclude(&claimed, &answer).await.unwrap();
        assert_eq!(stands(&app.only_ping().await), (PingState::Sending, 2, None));
        let answer = other.say(&taken).await;
        other.conclude(&taken, &answer).await.unwrap();
        assert_eq!(stands(&app.only_ping().await), (PingState::Sent, 2, Some(202)));
        assert_eq!(receiver.heard().len(), 1);
    }

    async fn a_ping_that_is_lost_every_time_ends_too(app: TestApp) {
        let (app, receiver) = due(app).await;
        for _ in 0..12 {
            assert!(app.pinger().next().await.unwrap().is_some());
            app.clock.pass(TimeDelta::minutes(1));
        }
        assert!(app.pinger().next().await.unwrap().is_none());
        let ping = app.only_ping().await;
        assert_eq!((ping.state, ping.attempts, ping.done_at), (PingState::Failed, 12, Some(app.now())));
        assert_eq!((ping.last_reply.as_deref(), receiver.heard().len()), (Some("the worker was lost"), 0));
    }

    async fn a_program_that_is_alone_waits_for_no_lease(app: TestApp) {
        let (app, _receiver) = due(app).await;
        app.pinger().next().await.unwrap().unwrap();
        let next = app.pinger();
        next.start().await.unwrap();
        let alone = app.store.kind() == vacantia::storage::Kind::Sqlite;
        let expected = if alone { PingState::Queued } else { PingState::Sending };
        assert_eq!(app.only_ping().await.state, expected);
    }

    async fn two_workers_say_one_ping_once(app: TestApp) {
        let (app, receiver) = due(app).await;
        let (one, two) = (app.pinger(), app.pinger());
        let (first, second) = tokio::join!(one.step(), two.step());
        let done = [first.unwrap(), second.unwrap()].into_iter().filter(|step| *step == Step::Done).count();
        assert_eq!((done, receiver.heard().len()), (1, 1));
        assert_eq!(stands(&app.only_ping().await), (PingState::Sent, 1, Some(202)));
    }

    async fn what_is_new_while_it_is_said_is_said_again(app: TestApp) {
        for (line, ends) in [
            ("HTTP/1.1 202 Accepted", [PingState::Sent, PingState::Queued]),
            // The one that waits again tells the newer edition too.
            ("HTTP/1.1 503 Busy", [PingState::Deferred, PingState::Cancelled]),
        ] {
            let app = TestApp::new(crate::harness::Database::new(app.store.kind()).unwrap()).await;
            let receiver = Receiver::new().await;
            let app = app.telling(Told::Hub, &receiver.url("/"), "");
            let mut tower = Tower::new(&app, &receiver);
            let posted = app.advertised("Backend Developer").await;
            tower.stand.built().await;
            app.clock.pass(TimeDelta::seconds(2));
            let claimed = tower.pinger.next().await.unwrap().unwrap();
            let sections = Some(text("The work", "Keep the gates moving, and the boats behind them, day and night."));
            update(app.system(), posted.id, None, Changes { sections, ..Changes::default() }).await.unwrap();
            tower.stand.built().await;
            let of_topic = async || {
                let pings = app.pings().await.into_iter().filter(|ping| ping.urls == claimed.ping.urls);
                pings.map(|ping| ping.state).collect::<Vec<_>>()
            };
            assert_eq!(of_topic().await, [PingState::Sending, PingState::Queued]);
            assert_eq!(app.pings().await.len(), 4, "the other two wait already");
            receiver.follow([say(line)]);
            let answer = tower.pinger.say(&claimed).await;
            tower.pinger.conclude(&claimed, &answer).await.unwrap();
            assert_eq!(of_topic().await, ends, "{line}");
            let first = app.pings().await.into_iter().find(|ping| ping.id == claimed.ping.id).unwrap();
            assert_eq!(first.attempts, i32::from(first.state == PingState::Sent), "{line}");
        }
    }

    async fn a_hostile_answer_does_no_harm(app: TestApp) {
        let (app, receiver) = due(app).await;
        let pinger = app.pinger();
        let noise: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let quoting = format!("<p>the key {KEY} is not yours</p>").into_bytes();
        receiver.follow([
            Turn::Say("HTTP/1.1 500 Broken", noise),
            Turn::Say("HTTP/1.1 500 Broken", quoting),
            say("HTTP/1.1 307 Elsewhere\r\nLocation: /elsewhere"),
            Turn::Say("no HTTP at all", b"\0\0\0".to_vec()),
            say("HTTP/1.1 503 Busy\r\nRetry-After: -99999999999999999999999999"),
            Turn::Flood,
        ]);
        let mut replies = Vec::new();
        for attempt in 1..=6 {
            assert_eq!(pinger.step().await.unwrap(), Step::Done);
            let ping = app.only_ping().await;
            assert_eq!(ping.attempts, attempt);
            let reply = ping.last_reply.unwrap();
            assert!(reply.chars().count() <= 200 && !reply.chars().any(char::is_control), "{reply:?}");
            replies.push((ping.state, ping.last_code, reply));
            app.clock.pass(TimeDelta::hours(1));
        }
        let codes: Vec<_> = replies.iter().map(|(_, code, _)| *code).collect();
        assert_eq!(codes, [Some(500), Some(500), Some(307), None, Some(503), Some(200)]);
        assert_eq!(replies[1].2, "<p>the key (key) is not yours</p>");
        assert!(replies[2].2.starts_with("redirects are not followed; this one leads to /elsewhere"), "{replies:?}");
        assert_eq!(replies[5].0, PingState::Sent);
        assert_eq!(receiver.heard().len(), 6, "nobody followed");
    }

    async fn who_is_told_no_more_hears_nothing(app: TestApp) {
        let (app, receiver) = due(app).await;
        let elsewhere = Receiver::new().await;
        let app = app.telling(Told::Engines, "", &elsewhere.url("/"));
        let pinger = app.pinger();
        // As when the operator had it sent all the same.
        pinger.step().await.unwrap();
        let ping = app.only_ping().await;
        assert_eq!(stands(&ping), (PingState::Failed, 1, None));
        assert_eq!(ping.last_reply.as_deref(), Some("nothing is sent there any more"));
        actions::ping::retry(app.system(), ping.id).await.unwrap();
        pinger.start().await.unwrap();
        assert_eq!(app.only_ping().await.state, PingState::Cancelled);
        assert_eq!(pinger.step().await.unwrap(), Step::Empty);
        assert_eq!((receiver.heard(), elsewhere.heard()), (vec![], vec![]));
    }
}
