//! How applications come in.

use chrono::TimeDelta;
use vacantia::actions::application::{Submission, decline, submit, withdraw};
use vacantia::domain::Refusal;
use vacantia::domain::Viewer;
use vacantia::domain::application::{ApplicationStatus, Source};
use vacantia::domain::email::LetterKind;
use vacantia::domain::event::EventKind;
use vacantia::domain::policy::application::{answers, applications, contacts};
use vacantia::domain::posting::PostingStatus;
use vacantia::domain::question::{Given, Question, QuestionType};
use vacantia::domain::step::StepState;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage;

use crate::app::TestApp;
use crate::application::{declining, withdrawing};
use crate::look::refused;
use crate::seed::Posted;

pub fn question(key: &str, kind: QuestionType, required: bool) -> Question {
    Question {
        key: key.into(),
        label: format!("{key}?"),
        kind,
        required,
        options: vec!["a".into(), "b".into()],
    }
}

pub fn given(key: &str, value: &str) -> Given {
    Given { key: key.into(), value: value.into() }
}

both! {
    async fn what_was_asked_and_said_is_kept(app: TestApp) {
        let posted = app
            .posting("Backend Developer")
            .hiring("Create", 1)
            .hiring("Plan", 2)
            .asking(question("why", QuestionType::Prose, true))
            .asking(question("pick", QuestionType::Choice, false))
            .open()
            .await;
        let plan_team = posted.teams[1].team;
        let sent = Submission {
            phone: Some("+49 30 1234".into()),
            answers: vec![given("why", "<script>\u{202E}so\r\nthat")],
            preferred_teams: vec![plan_team],
            source: Some(Source::Board),
            ..app.submission(posted.id, "Zoë O'Hara \"x\" <y>")
        };
        let sent = Submission { email: "Zoe@Example.ORG".into(), ..sent };
        let id = submit(app.act(&Viewer::Anonymous), sent).await.unwrap();
        let kept = app.application(id).await;
        assert_eq!((kept.status, kept.stage, kept.revision), (ApplicationStatus::Active, 0, 1));
        assert_eq!((kept.source, kept.repeated, kept.plan), (Source::Board, false, posted.plan.version));
        assert_eq!(kept.applied_at, app.now());

        let said = storage::answer::of_applications(&app.store, &answers(&Viewer::System), &[id]).await.unwrap();
        let [said] = said[&id].as_slice() else { panic!("one answer") };
        assert_eq!((said.key.as_str(), said.label.as_str()), ("why", "why?"));
        assert_eq!(said.value, "<script>so\nthat");
        let (scope, who) = (contacts(&Viewer::System), [kept.candidate]);
        let reach = storage::candidate::contacts(&app.store, &scope, &who).await.unwrap();
        let reach = &reach[&kept.candidate];
        assert_eq!((reach.email.as_str(), reach.phone.as_deref()), ("Zoe@Example.ORG", Some("+49 30 1234")));
        let scope = applications(&Viewer::System);
        let preferred = storage::allotment::preferred(&app.store, &scope, &[id]).await.unwrap();
        assert_eq!(preferred[&id], [plan_team]);

        let steps: usize = posted.plan.stages.iter().map(|stage| stage.steps.len()).sum();
        let lived = app.steps(id).await;
        assert_eq!(lived.len(), steps);
        assert!(lived.iter().all(|step| step.state == StepState::Pending && step.round == 1));
        assert_eq!(app.letters(id).await, [LetterKind::ApplicationReceived]);
        assert_eq!(app.rows("link WHERE length(secret_hash) = 64").await, 1);
        assert_eq!(
            app.kinds().await,
            [EventKind::CandidateCreated, EventKind::ApplicationSubmitted, EventKind::EmailQueued]
        );
    }

    async fn every_field_at_fault_is_named(app: TestApp) {
        let posted = app
            .posting("Backend")
            .hiring("Create", 1)
            .asking(question("why", QuestionType::Prose, true))
            .asking(question("pick", QuestionType::Choice, true))
            .open()
            .await;
        let sent = Submission {
            email: "no address".into(),
            answers: vec![given("pick", "c"), given("other", "x")],
            source: Some(Source::Staff),
            ..app.submission(posted.id, "\u{0007} ")
        };
        let refusal = refused(submit(app.act(&Viewer::Anonymous), sent).await);
        let fields: Vec<_> = refusal.each().iter().map(|one| (one.code(), one.field().unwrap())).collect();
        assert_eq!(
            fields,
            [
                ("REQUIRED", "name"),
                ("INVALID", "email"),
                ("INVALID", "answers.other"),
                ("REQUIRED", "answers.why"),
                ("INVALID", "answers.pick"),
                ("INVALID", "source"),
            ]
        );
        let elsewhere = app.team("Elsewhere").await;
        let whole = || Submission {
            answers: vec![given("pick", "a"), given("why", "so")],
            ..app.submission(posted.id, "Ada")
        };
        for teams in [vec![elsewhere], vec![posted.team(), posted.team()]] {
            let sent = Submission { preferred_teams: teams, ..whole() };
            let refusal = refused(submit(app.act(&Viewer::Anonymous), sent).await);
            assert_eq!((refusal.code(), refusal.field()), ("INVALID", Some("preferredTeams")));
        }
        let keyed = Submission { idempotency_key: Some(" ".into()), ..whole() };
        assert_eq!(refused(submit(app.act(&Viewer::Anonymous), keyed).await).field(), Some("idempotencyKey"));
        for table in ["application", "candidate", "email_message", "event", "idempotency"] {
            assert_eq!(app.rows(table).await, 0, "{table}");
        }
        submit(app.act(&Viewer::Anonymous), whole()).await.unwrap();
    }

    async fn invariant_22_a_public_repeat_changes_nothing(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let first = app.apply(posted.id, "Ada Example").await;
        let counted = ["application", "candidate", "application_contact", "application_step", "answer"];
        let before = app.application(first.id).await;
        let events = app.kinds().await.len();
        let again = Submission {
            name: "Somebody Else".into(),
            email: "ADA.Example@example.org".into(),
            phone: Some("1".into()),
            preferred_teams: vec![posted.team()],
            ..app.submission(posted.id, "Ada Example")
        };
        for _ in 0..3 {
            assert_eq!(submit(app.act(&Viewer::Anonymous), again.clone()).await.unwrap(), first.id);
        }
        assert_eq!(app.application(first.id).await, before);
        for (table, expected) in counted.into_iter().zip([1, 1, 1, 10, 0]) {
            assert_eq!(app.rows(table).await, expected, "{table}");
        }
        assert_eq!(app.rows("preferred_team").await, 0);
        // The address is told once an hour at most, at the address that is kept, by the name that is kept.
        let told = [LetterKind::ApplicationReceived, LetterKind::ApplicationRepeated];
        assert_eq!(app.letters(first.id).await, told);
        assert_eq!(app.kinds().await[events..], [EventKind::EmailQueued]);
        assert_eq!(app.rows("link").await, 2);
        assert_eq!(app.rows("email_message WHERE envelope_to = 'ada.example@example.org'").await, 2);
        app.clock.pass(TimeDelta::hours(1));
        submit(app.act(&Viewer::Anonymous), again).await.unwrap();
        assert_eq!(app.letters(first.id).await.len(), 3);
    }

    async fn invariant_22_only_staff_and_that_candidate_are_told(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let bob = app.apply(posted.id, "Bob").await;
        let recruiter = app.recruiter().await;
        let own = TestApp::applicant(ada.id, ada.candidate);
        let others = TestApp::applicant(bob.id, bob.candidate);
        let before = app.kinds().await.len();
        for viewer in [&recruiter, &own] {
            let refusal = refused(submit(app.act(viewer), app.submission(posted.id, "Ada")).await);
            assert_eq!(refusal, Refusal::AlreadyApplied);
        }
        assert_eq!(app.kinds().await.len(), before);
        assert_eq!(submit(app.act(&others), app.submission(posted.id, "Ada")).await.unwrap(), ada.id);
    }

    async fn invariant_22_after_an_end_one_may_apply_again_flagged_inside_six_months(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let other = app.posting("Frontend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let first = app.apply(posted.id, "Ada").await;
        decline(app.act(&recruiter), declining(first.id)).await.unwrap();
        app.clock.pass(TimeDelta::days(180));
        let second = app.apply(posted.id, "Ada").await;
        assert!(second.id != first.id && second.candidate == first.candidate && second.repeated);
        assert!(!app.apply(other.id, "Ada").await.repeated);
        withdraw(app.act(&recruiter), withdrawing(second.id)).await.unwrap();
        app.clock.pass(TimeDelta::days(184));
        assert!(!app.apply(posted.id, "Ada").await.repeated);
        assert_eq!(app.rows("application").await, 4);
        assert_eq!(app.rows("candidate").await, 1);
    }

    async fn invariant_22_an_application_never_changes_the_person(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let other = app.posting("Frontend").hiring("Create", 1).open().await;
        let first = app.apply(posted.id, "Ada Example").await;
        let sent = Submission {
            name: "Mallory".into(),
            email: "Ada.Example@EXAMPLE.org".into(),
            phone: Some("0190 666".into()),
            ..app.submission(other.id, "x")
        };
        let id = submit(app.act(&Viewer::Anonymous), sent).await.unwrap();
        let second = app.application(id).await;
        assert_eq!(second.candidate, first.candidate);
        let (seen, reached) =
            (applications(&Viewer::System), contacts(&Viewer::System));
        let person = storage::candidate::find(&app.store, &seen, first.candidate).await.unwrap().unwrap();
        assert_eq!(person.name, "Ada Example");
        let kept = storage::candidate::contacts(&app.store, &reached, &[first.candidate]).await.unwrap();
        assert_eq!(kept[&first.candidate].email.as_str(), "ada.example@example.org");
        assert_eq!(kept[&first.candidate].phone, None);
        let said = storage::candidate::as_submitted(&app.store, &reached, &[id]).await.unwrap();
        assert_eq!((said[&id].name.as_str(), said[&id].contact.phone.as_deref()), ("Mallory", Some("0190 666")));
        assert_eq!(app.rows("email_message WHERE envelope_to = 'ada.example@example.org'").await, 2);
    }

    async fn invariant_22_many_at_once_have_one_effect(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let other = app.posting("Frontend").hiring("Create", 1).open().await;
        let sent = || submit(app.act(&Viewer::Anonymous), app.submission(posted.id, "Ada"));
        let elsewhere = || submit(app.act(&Viewer::Anonymous), app.submission(other.id, "Ada"));
        let (a, b, c, d, e, f) = tokio::join!(sent(), elsewhere(), sent(), sent(), elsewhere(), sent());
        let (a, b) = (a.unwrap(), b.unwrap());
        assert!([c.unwrap(), d.unwrap(), f.unwrap()].iter().all(|id| *id == a));
        assert_eq!(e.unwrap(), b);
        assert_eq!((app.rows("candidate").await, app.rows("application").await), (1, 2));
        let received = "email_message WHERE kind = 'applicationReceived'";
        assert_eq!(app.rows(received).await, 2);
    }

    async fn invariant_20_ten_identical_requests_have_one_effect(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let keyed = |key: &str, name: &str| Submission {
            idempotency_key: Some(key.into()),
            ..app.submission(posted.id, name)
        };
        let sent = || submit(app.act(&recruiter), keyed("k1", "Ada"));
        let done = tokio::join!(sent(), sent(), sent(), sent(), sent(), sent(), sent(), sent(), sent(), sent());
        let first = done.0.unwrap();
        for again in [done.1, done.2, done.3, done.4, done.5, done.6, done.7, done.8, done.9] {
            assert_eq!(again.unwrap(), first);
        }
        assert_eq!(app.rows("application").await, 1);
        assert_eq!(app.rows("idempotency").await, 1);
        assert_eq!(app.letters(first).await, [LetterKind::ApplicationReceived]);

        assert_eq!(
            refused(submit(app.act(&recruiter), keyed("k1", "Bob")).await),
            Refusal::IdempotencyMismatch
        );
        // The same key of somebody else is another key; and a refusal keeps none.
        let other = app.recruiter().await;
        assert_eq!(refused(submit(app.act(&other), keyed("k1", "Ada")).await), Refusal::AlreadyApplied);
        assert_eq!(app.rows("idempotency").await, 1);
        submit(app.act(&other), keyed("k1", "Bob")).await.unwrap();

        // The answer stays the same whatever became of it meanwhile, for thirty days.
        decline(app.act(&recruiter), declining(first)).await.unwrap();
        app.clock.pass(TimeDelta::days(29));
        assert_eq!(sent().await.unwrap(), first);
        app.clock.pass(TimeDelta::days(1));
        let anew = sent().await.unwrap();
        assert_ne!(anew, first);
        assert_eq!(app.rows("idempotency").await, 2);
        let now = app.now();
        let forget = |tx| async move { Ok(storage::idempotency::forget(&tx, now).await?) };
        assert_eq!(app.store.write(forget).await.unwrap(), 1);
    }

    async fn invariant_20_a_repeat_is_answered_though_the_posting_has_closed(app: TestApp) {
        let soon = app.now() + TimeDelta::hours(1);
        let posted = app.posting("Backend").hiring("Create", 1).until(soon).open().await;
        let sent = || {
            let key = Some("once".to_owned());
            submit(
                app.act(&Viewer::Anonymous),
                Submission { idempotency_key: key, ..app.submission(posted.id, "Ada") },
            )
        };
        let first = sent().await.unwrap();
        app.clock.pass(TimeDelta::hours(2));
        assert_eq!(sent().await.unwrap(), first);
        assert_eq!(app.letters(first).await.len(), 1);
        let fresh = submit(app.act(&Viewer::Anonymous), app.submission(posted.id, "Bob")).await;
        assert_eq!(refused(fresh), Refusal::NotTakingApplications);
    }

    async fn invariant_23_hidden_postings_do_not_exist_for_the_public(app: TestApp) {
        let recruiter = app.recruiter().await;
        let interviewer = app.staff(Role::Interviewer, Reach::Organisation).await;
        let stranger = app.staff(Role::Recruiter, Reach::Team(app.team("Far").await)).await;
        let (draft, unlisted) = (app.posting("Draft").hiring("Create", 1), app.posting("Unlisted").unlisted());
        let draft = draft.in_status(PostingStatus::Draft).await;
        let unlisted = unlisted.hiring("Create", 1).open().await;
        let paused = app.posting("Paused").hiring("Create", 1).in_status(PostingStatus::Paused).await;
        let closed = app.posting("Closed").hiring("Create", 1).in_status(PostingStatus::Closed).await;
        let sent = |viewer, posted: &Posted| submit(app.act(viewer), app.submission(posted.id, "Ada"));
        let hidden = Refusal::NotFound("posting");
        for (viewer, posted, expected) in [
            (&Viewer::Anonymous, &draft, &hidden),
            (&Viewer::Anonymous, &unlisted, &hidden),
            (&Viewer::Anonymous, &paused, &Refusal::NotTakingApplications),
            (&Viewer::Anonymous, &closed, &Refusal::NotTakingApplications),
            (&stranger, &draft, &hidden),
            (&stranger, &paused, &hidden),
            (&interviewer, &draft, &Refusal::Forbidden),
            (&recruiter, &draft, &Refusal::NotTakingApplications),
        ] {
            assert_eq!(&refused(sent(viewer, posted).await), expected, "{viewer:?} {posted:?}");
        }
        let id = sent(&recruiter, &unlisted).await.unwrap();
        assert_eq!(app.application(id).await.source, Source::Staff);
    }

    async fn invariant_15_instants_come_back_as_they_were(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        app.clock.pass(TimeDelta::microseconds(123_456));
        let id = submit(app.act(&Viewer::Anonymous), app.submission(posted.id, "Ada")).await.unwrap();
        assert_eq!(app.application(id).await.applied_at, app.now());
        assert_eq!(app.now().timestamp_subsec_micros(), 123_456);
    }
}
