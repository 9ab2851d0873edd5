//! The outbox against a scripted relay, on both databases: each state, and nothing lost or sent twice in between.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use vacantia::actions::delivery::{self, Beginning, Report};
use vacantia::actions::email;
use vacantia::domain::delivery::{Outcome, RetryRule, Tried};
use vacantia::domain::email::{EmailState, LetterKind};
use vacantia::domain::event::EventKind;
use vacantia::domain::id::UserId;
use vacantia::domain::viewer::{Grant, Reach, Role, Staff, TokenScope};
use vacantia::domain::{Refusal, Viewer};
use vacantia::mail::transport::Transport;
use vacantia::storage::{Failure, Kind};
use vacantia::work::outbox::{Settings, Step};

use crate::app::TestApp;
use crate::fault_relay::Turn::{Drop, Say};
use crate::fault_relay::{HEALTHY, Script};
use crate::mailroom::{Mailroom, outbox};

const LEASE: TimeDelta = TimeDelta::seconds(120);

fn staff(app: &TestApp, role: Role) -> Viewer {
    let user = UserId::new(app.now(), &*app.chance);
    let grants = vec![Grant { role, reach: Reach::Organisation }];
    Viewer::Staff(Staff { user, grants, scopes: vec![TokenScope::Write] })
}

fn report(outcome: Outcome) -> Report<'static> {
    Report {
        tried: Tried::ended(outcome),
        phase: Some("body"),
        code: None,
        enhanced: None,
        reply: "said late",
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> Refusal {
    match result.unwrap_err() {
        Failure::Refused(refusal) => refusal,
        Failure::Fault(fault) => panic!("{fault}"),
    }
}

both! {
    async fn a_queued_mail_is_sent_once_and_its_bytes_forgotten(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        assert_eq!(room.state(id).await, EmailState::Queued);
        assert_eq!(room.drain().await, 1);
        let email = room.find(id).await;
        assert_eq!((email.state, email.attempts, email.sent_at), (EmailState::Sent, 1, Some(room.app.now())));
        assert_eq!((email.last_code, email.last_reply.as_deref()), (Some(250), Some("2.0.0 queued as 4711")));
        assert!(!email.duplicate_possible);
        assert_eq!(room.received(), [format!("Message-ID: <{id}@example.org>\r\n\r\nHello\r\n.\r\n\r\n")]);
        assert_eq!(room.count("SELECT count(*) FROM email_message WHERE raw IS NOT NULL").await, 0);
        assert_eq!(room.count("SELECT count(*) FROM email_attempt WHERE outcome = 'sent' AND code = 250").await, 1);
        assert_eq!(room.events().await, [EventKind::EmailQueued, EventKind::EmailUpdated]);
        room.pass(TimeDelta::days(1));
        assert_eq!(room.step().await, Step::Empty);
    }

    async fn an_occasion_has_one_mail(app: TestApp) {
        let room = Mailroom::new(app).await;
        let first = room.draft(LetterKind::ApplicationReceived);
        let mut second = room.draft(LetterKind::ApplicationReceived);
        second.dedupe_key.clone_from(&first.dedupe_key);
        room.queue(&first).await;
        room.queue(&second).await;
        assert_eq!(room.count("SELECT count(*) FROM email_message").await, 1);
        assert_eq!(room.events().await, [EventKind::EmailQueued]);
    }

    async fn greylisting_is_waited_out(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        room.relay.follow(Script { rcpt: Say("450 4.2.0 greylisted"), ..HEALTHY });
        assert_eq!(room.drain().await, 1);
        let email = room.find(id).await;
        assert_eq!((email.state, email.attempts), (EmailState::Deferred, 1));
        assert!(email.run_at >= room.app.now() + TimeDelta::minutes(5));
        room.relay.follow(HEALTHY);
        room.pass(TimeDelta::seconds(299));
        assert_eq!(room.drain().await, 0);
        room.pass(TimeDelta::minutes(5));
        assert_eq!((room.drain().await, room.accepted()), (1, 1));
        assert_eq!(room.find(id).await.attempts, 2);
    }

    async fn after_twelve_tries_a_mail_fails_and_can_still_be_sent(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        room.relay.follow(Script { end: Say("451 4.3.0 later"), ..HEALTHY });
        for tries in 1..=12 {
            assert_eq!(room.drain().await, 1, "try {tries}");
            room.pass(TimeDelta::hours(1));
        }
        assert_eq!((room.state(id).await, room.drain().await), (EmailState::Failed, 0));
        room.relay.follow(HEALTHY);
        email::retry(room.app.act(&staff(&room.app, Role::Recruiter)), id).await.unwrap();
        assert_eq!((room.drain().await, room.state(id).await, room.accepted()), (1, EmailState::Sent, 1));
    }

    async fn a_refused_recipient_ends_it(app: TestApp) {
        let room = Mailroom::new(app).await;
        let contact = "INSERT INTO candidate_contact (candidate_id, email, email_key) VALUES";
        room.sql(&format!("{contact} ('{}', 'zoe@example.com', 'zoe@example.com')", room.candidate)).await;
        let dead = async || room.app.count("candidate_contact WHERE undeliverable_since IS NOT NULL").await;
        // What a policy refuses says nothing of the address.
        for (refusal, count) in [("550 5.7.1 not wanted", 0), ("550 5.1.1 unknown", 1)] {
            let id = room.queued().await;
            room.relay.follow(Script { rcpt: Say(refusal), ..HEALTHY });
            room.drain().await;
            let email = room.find(id).await;
            assert_eq!((email.state, email.last_code, dead().await), (EmailState::Failed, Some(550), count));
        }
        room.pass(TimeDelta::days(30));
        assert_eq!(room.drain().await, 0);
        // Nothing more goes to an address that does not exist.
        room.relay.follow(HEALTHY);
        room.queue(&room.draft(LetterKind::ApplicationReceived)).await;
        assert_eq!(room.drain().await, 0);
        for kind in ["candidateUndeliverable", "emailOmitted"] {
            assert_eq!(room.app.count(&format!("event WHERE kind = '{kind}'")).await, 1, "{kind}");
        }
    }

    /// Also acceptance: nothing lost, delivered once.
    async fn while_the_relay_is_down_all_mail_waits_and_is_delivered_once_when_it_is_up(app: TestApp) {
        let room = Mailroom::new(app).await;
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(room.queued().await);
        }
        room.relay.follow(Script { auth: Say("535 5.7.8 the password was changed"), ..HEALTHY });
        // Twenty minutes without a relay: one probe a minute, however much mail waits.
        assert_eq!(room.drain().await, 1);
        for _ in 0..20 {
            room.pass(TimeDelta::seconds(60));
            assert_eq!(room.drain().await, 1);
        }
        for id in &ids {
            let email = room.find(*id).await;
            assert_eq!((email.state, email.attempts), (EmailState::Queued, 0));
        }
        room.relay.follow(HEALTHY);
        assert_eq!(room.drain().await, 0);
        room.pass(TimeDelta::seconds(60));
        assert_eq!((room.drain().await, room.accepted()), (5, 5));
        for id in ids {
            assert_eq!(room.state(id).await, EmailState::Sent);
        }
        room.pass(TimeDelta::days(1));
        assert_eq!(room.drain().await, 0);
    }

    async fn what_may_have_arrived_is_sent_once_more_byte_for_byte(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        room.relay.follow(Script { end: Drop, ..HEALTHY });
        room.drain().await;
        assert_eq!(room.state(id).await, EmailState::Unknown);
        assert!(!room.find(id).await.duplicate_possible);
        room.relay.follow(HEALTHY);
        room.pass(TimeDelta::minutes(9));
        assert_eq!(room.drain().await, 0, "a proof may still come");
        room.pass(TimeDelta::minutes(1));
        assert_eq!(room.drain().await, 1);
        let email = room.find(id).await;
        assert_eq!((email.state, email.duplicate_possible, email.attempts), (EmailState::Sent, true, 2));
        let received = room.received();
        assert_eq!((received.len(), received[0] == received[1]), (2, true));
    }

    async fn what_stays_unknown_is_held_for_a_person(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        room.relay.follow(Script { end: Drop, ..HEALTHY });
        room.drain().await;
        room.pass(TimeDelta::minutes(10));
        assert_eq!(room.drain().await, 1);
        room.pass(TimeDelta::days(30));
        assert_eq!((room.drain().await, room.received().len()), (0, 2));
        let recruiter = staff(&room.app, Role::Recruiter);
        let refused = refusal(email::cancel(room.app.act(&recruiter), id).await);
        assert_eq!(refused, Refusal::EmailState("unknown"), "it may have arrived");
        room.relay.follow(HEALTHY);
        email::retry(room.app.act(&recruiter), id).await.unwrap();
        assert_eq!((room.drain().await, room.state(id).await), (1, EmailState::Sent));
        assert!(room.find(id).await.duplicate_possible);
    }

    async fn a_refused_copy_leaves_the_first_in_doubt(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        room.relay.follow(Script { end: Drop, ..HEALTHY });
        room.drain().await;
        room.pass(TimeDelta::minutes(10));
        room.relay.follow(Script { rcpt: Say("550 5.1.1 unknown"), ..HEALTHY });
        room.drain().await;
        assert_eq!(room.state(id).await, EmailState::Unknown);
        room.pass(TimeDelta::days(1));
        assert_eq!(room.drain().await, 0);
    }

    async fn a_worker_that_dies_before_the_body_leaves_nothing_behind(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        let lost = room.outbox.next().await.unwrap().unwrap();
        assert_eq!(room.state(id).await, EmailState::Sending);
        let colleague = room.colleague();
        assert_eq!(colleague.step().await.unwrap(), Step::Empty, "the lease stands");
        room.pass(LEASE);
        assert_eq!(colleague.step().await.unwrap(), Step::Done);
        assert_eq!((room.state(id).await, room.find(id).await.attempts), (EmailState::Sent, 1));
        // The first one was only slow: its fence keeps it from sending a second copy.
        room.outbox.deliver(&lost).await.unwrap();
        assert_eq!((room.accepted(), room.received().len()), (1, 1));
        assert!(!room.find(id).await.duplicate_possible);
    }

    async fn a_worker_that_dies_in_the_body_leaves_doubt(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        let lost = room.outbox.next().await.unwrap().unwrap();
        assert_eq!(delivery::begin(room.app.system(), &lost, LEASE).await.unwrap(), Beginning::Marked);
        room.pass(LEASE);
        assert_eq!(room.drain().await, 0);
        assert_eq!(room.state(id).await, EmailState::Unknown);
        room.pass(TimeDelta::minutes(10));
        assert_eq!(room.drain().await, 1);
        let email = room.find(id).await;
        assert_eq!((email.state, email.duplicate_possible), (EmailState::Sent, true));
    }

    async fn a_late_proof_lifts_the_doubt_and_nothing_else_does(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        let late = room.outbox.next().await.unwrap().unwrap();
        delivery::begin(room.app.system(), &late, LEASE).await.unwrap();
        room.pass(LEASE);
        room.drain().await;
        let rule = RetryRule::default();
        for outcome in [Outcome::Deferred, Outcome::Failed, Outcome::Unknown, Outcome::RelayDown] {
            delivery::settle(room.app.system(), &late, &rule, report(outcome)).await.unwrap();
            assert_eq!(room.state(id).await, EmailState::Unknown, "{outcome}");
        }
        delivery::settle(room.app.system(), &late, &rule, report(Outcome::Sent)).await.unwrap();
        assert_eq!(room.state(id).await, EmailState::Sent);
        room.pass(TimeDelta::days(1));
        assert_eq!((room.drain().await, room.received().len()), (0, 0), "no second copy");
    }

    async fn a_proof_that_comes_during_the_second_try_stops_it(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        let late = room.outbox.next().await.unwrap().unwrap();
        delivery::begin(room.app.system(), &late, LEASE).await.unwrap();
        room.pass(LEASE);
        room.drain().await;
        room.pass(TimeDelta::minutes(10));
        let second = room.outbox.next().await.unwrap().unwrap();
        delivery::settle(room.app.system(), &late, &RetryRule::default(), report(Outcome::Sent)).await.unwrap();
        room.outbox.deliver(&second).await.unwrap();
        assert_eq!((room.state(id).await, room.received().len()), (EmailState::Sent, 0));
    }

    async fn nothing_leaves_on_a_lease_that_has_run_out(app: TestApp) {
        let room = Mailroom::new(app).await;
        room.queued().await;
        let claimed = room.outbox.next().await.unwrap().unwrap();
        room.pass(LEASE);
        assert_eq!(delivery::begin(room.app.system(), &claimed, LEASE).await.unwrap(), Beginning::Lost);
        let kept = delivery::keep(room.app.system(), &claimed, LEASE).await.unwrap();
        assert!(kept, "nobody took it yet");
        assert_eq!(delivery::begin(room.app.system(), &claimed, LEASE).await.unwrap(), Beginning::Marked);
        assert!(!delivery::keep(room.app.system(), &vacantia::storage::delivery::Claimed { fence: 0, ..claimed }, LEASE).await.unwrap());
    }

    async fn a_mail_whose_time_is_over_fails_without_a_word_to_the_relay(app: TestApp) {
        let room = Mailroom::new(app).await;
        let mut email = room.draft(LetterKind::ApplicationReceived);
        email.expires_at = Some(room.app.now() + TimeDelta::hours(1));
        room.queue(&email).await;
        room.pass(TimeDelta::hours(1));
        room.drain().await;
        assert_eq!(room.state(email.id).await, EmailState::Failed);
        assert_eq!(room.relay.clear.lock().unwrap().len(), 0);
    }

    async fn people_cancel_and_retry_only_what_they_may(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        let (recruiter, manager) = (staff(&room.app, Role::Recruiter), staff(&room.app, Role::HiringManager));
        let interviewer = staff(&room.app, Role::Interviewer);
        assert_eq!(refusal(email::cancel(room.app.act(&interviewer), id).await), Refusal::NotFound("emailMessage"));
        assert_eq!(refusal(email::retry(room.app.act(&Viewer::Anonymous), id).await), Refusal::NotFound("emailMessage"));
        assert_eq!(refusal(email::cancel(room.app.act(&manager), id).await), Refusal::Forbidden);
        assert_eq!(email::cancel(room.app.act(&recruiter), id).await.unwrap().state, EmailState::Cancelled);
        assert_eq!(refusal(email::retry(room.app.act(&recruiter), id).await), Refusal::EmailState("cancelled"));
        assert_eq!((room.drain().await, room.received().len()), (0, 0));
        let sent = room.queued().await;
        room.drain().await;
        assert_eq!(refusal(email::cancel(room.app.act(&recruiter), sent).await), Refusal::EmailState("sent"));
        assert_eq!(refusal(email::retry(room.app.act(&recruiter), sent).await), Refusal::EmailState("sent"));
    }

    async fn only_a_lone_process_takes_over_at_once(app: TestApp) {
        let room = Mailroom::new(app).await;
        let id = room.queued().await;
        room.outbox.next().await.unwrap().unwrap();
        let successor = room.colleague();
        successor.start().await.unwrap();
        let alone = room.app.store.kind() == Kind::Sqlite;
        assert_eq!(room.state(id).await, if alone { EmailState::Queued } else { EmailState::Sending });
    }

    async fn several_workers_send_each_mail_once(app: TestApp) {
        let room = Mailroom::new(app).await;
        for _ in 0..24 {
            room.queued().await;
        }
        let workers: Vec<_> = (0..3).map(|_| room.colleague()).collect();
        let work = workers.iter().map(|worker| async {
            while worker.step().await.unwrap() == Step::Done {}
        });
        futures_util::future::join_all(work).await;
        room.drain().await;
        assert_eq!((room.accepted(), room.received().len()), (24, 24));
        assert_eq!(room.count("SELECT count(*) FROM email_message WHERE state = 'sent'").await, 24);
    }

    async fn messages_begin_as_far_apart_as_the_operator_says(app: TestApp) {
        let room = Mailroom::new(app).await;
        let slow = room.colleague_with(Settings { pause: Some(TimeDelta::seconds(2)), ..Settings::default() });
        for _ in 0..3 {
            room.queued().await;
        }
        for (passed, done) in [(0, Step::Done), (1, Step::Empty), (1, Step::Done), (0, Step::Empty), (2, Step::Done), (9, Step::Empty)] {
            room.pass(TimeDelta::seconds(passed));
            assert_eq!(slow.step().await.unwrap(), done);
        }
        assert_eq!(room.accepted(), 3);
    }

    async fn the_loop_delivers_what_is_queued_and_stops_when_told(app: TestApp) {
        let room = Mailroom::new(app).await;
        let (tell, stop) = watch::channel(false);
        let running = tokio::spawn(Arc::new(room.colleague()).run(stop));
        for _ in 0..8 {
            room.queued().await;
        }
        while room.count("SELECT count(*) FROM email_message WHERE state = 'sent'").await < 8 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tell.send(true).unwrap();
        running.await.unwrap();
        assert_eq!(room.received().len(), 8);
        room.queued().await;
        assert_eq!(room.count("SELECT count(*) FROM email_message WHERE state = 'queued'").await, 1);
    }

    async fn without_a_relay_mail_becomes_files(app: TestApp) {
        let room = Mailroom::new(app).await;
        let home = tempfile::tempdir().unwrap();
        let folder = outbox(&room.app, Transport::Folder(home.path().join("mail")));
        let id = room.queued().await;
        assert_eq!(folder.step().await.unwrap(), Step::Done);
        assert_eq!(room.state(id).await, EmailState::Sent);
        let text = std::fs::read_to_string(home.path().join(format!("mail/{id}.eml"))).unwrap();
        assert!(text.starts_with(&format!("Message-ID: <{id}@example.org>\r\n")));
    }
}
