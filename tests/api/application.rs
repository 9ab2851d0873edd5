//! How applications move, end and come back.

use vacantia::actions::allotment::prefer_teams;
use vacantia::actions::application::{
    Advance, Decline, GoBack, Notice, Submission, Withdraw, advance, decline, go_back, reinstate, submit,
    withdraw,
};
use vacantia::actions::step::{Which, pass};
use vacantia::actions::{allotment, justification, step};
use vacantia::domain::Refusal;
use vacantia::domain::Viewer;
use vacantia::domain::application::{ApplicationStatus, Side};
use vacantia::domain::email::{LetterKind, Omission};
use vacantia::domain::event::{EventKind, Fact};
use vacantia::domain::id::ApplicationId;
use vacantia::domain::policy::application::reasons;
use vacantia::domain::question::QuestionType;
use vacantia::domain::step::StepState;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::{self, event};

use crate::app::TestApp;
use crate::look::refused;
use crate::submission::{given, question};

pub fn declining(application: ApplicationId) -> Decline {
    let reason = "Not this time: <b>secret</b>".into();
    Decline { application, revision: None, reason, note: None, notice: Notice::Mail }
}

pub fn withdrawing(application: ApplicationId) -> Withdraw {
    Withdraw { application, revision: None, reason: None, notice: Notice::Mail }
}

both! {
    async fn invariant_07_of_two_moves_from_one_revision_one_is_stale(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let ada = app.apply(posted.id, "Ada").await;
        let review = app.step(ada.id, "review").await;
        let passed = pass(app.act(&recruiter), Which { step: review, revision: Some(1) }).await.unwrap();
        assert_eq!(passed.application.revision, 2);
        let forth = |stage: &str, revision| {
            let step = Advance { application: ada.id, stage: stage.into(), revision, pass_over: false };
            advance(app.act(&recruiter), step)
        };
        assert_eq!(refused(forth("review", 1).await), Refusal::Stale);
        assert_eq!(refused(forth("feedback", 2).await), Refusal::Stale);
        let (one, other) = tokio::join!(forth("review", 2), forth("review", 2));
        let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
        assert_eq!((won.unwrap().stage, refused(lost)), (1, Refusal::Stale));
        let now = app.application(ada.id).await;
        assert_eq!((now.stage, now.revision), (1, 3));
        assert_eq!(app.kinds().await.iter().filter(|kind| **kind == EventKind::ApplicationAdvanced).count(), 1);
        let again = Which { step: review, revision: Some(2) };
        assert_eq!(refused(pass(app.act(&recruiter), again).await), Refusal::Stale);
        let stale = Decline { revision: Some(2), ..declining(ada.id) };
        assert_eq!(refused(decline(app.act(&recruiter), stale).await), Refusal::Stale);
        let stale = Withdraw { revision: Some(2), ..withdrawing(ada.id) };
        assert_eq!(refused(withdraw(app.act(&recruiter), stale).await), Refusal::Stale);
    }

    async fn one_goes_back_with_a_reason(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let ada = app.apply(posted.id, "Ada").await;
        let there = app.bring_to(&recruiter, &posted, ada.id, "team").await;
        let back = |to: &str, revision, reason: &str| {
            let (to, reason) = (to.into(), reason.into());
            go_back(app.act(&recruiter), GoBack { application: ada.id, revision, to, reason })
        };
        assert_eq!(refused(back("screening", there.revision - 1, "x").await), Refusal::Stale);
        for nowhere in ["team", "offer", "unknown"] {
            assert_eq!(refused(back(nowhere, there.revision, "x").await), Refusal::NoStage, "{nowhere}");
        }
        assert_eq!(refused(back("screening", there.revision, " ").await).field(), Some("reason"));
        let now = back("screening", there.revision, "The call was cut off").await.unwrap();
        assert_eq!((now.stage, now.revision), (2, there.revision + 1));
        let scope = reasons(&Viewer::System);
        let kept = storage::stage_return::of_applications(&app.store, &scope, &[ada.id]).await.unwrap();
        let [kept] = kept[&ada.id].as_slice() else { panic!("one return") };
        assert_eq!((kept.from, kept.to, kept.why.reason.as_str()), (4, 2, "The call was cut off"));
    }

    async fn invariant_08_only_active_applications_move(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let ada = app.apply(posted.id, "Ada").await;
        let there = app.bring_to(&recruiter, &posted, ada.id, "feedback").await;
        let review = app.step(ada.id, "review").await;
        let gone = decline(app.act(&recruiter), declining(ada.id)).await.unwrap();
        assert_eq!((gone.status, gone.revision), (ApplicationStatus::Declined, there.revision + 1));
        let act = || app.act(&recruiter);
        let forth =
            Advance { application: ada.id, stage: "feedback".into(), revision: gone.revision, pass_over: false };
        let back = GoBack { application: ada.id, revision: gone.revision, to: "review".into(), reason: "x".into() };
        let which = Which { step: review, revision: None };
        for refusal in [
            refused(advance(act(), forth).await),
            refused(go_back(act(), back).await),
            refused(decline(act(), declining(ada.id)).await),
            refused(withdraw(act(), withdrawing(ada.id)).await),
            refused(pass(act(), which).await),
            refused(step::waive(act(), which, "x").await),
            refused(step::skip(act(), which, None).await),
            refused(step::reopen(act(), which, "x").await),
            refused(allotment::allot(act(), ada.id, posted.team(), None).await),
            refused(prefer_teams(act(), ada.id, &[], None).await),
            refused(justification::save(act(), ada.id, "x").await),
        ] {
            assert_eq!(refusal, Refusal::NotActive);
        }
        assert_eq!(app.application(ada.id).await.revision, gone.revision);
    }

    async fn invariant_09_a_decline_ends_everything_and_tells_once(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let ada = app.apply(posted.id, "Ada").await;
        app.bring_to(&recruiter, &posted, ada.id, "screening").await;
        let note = Some("Thank you for your time.".to_owned());
        let gone = decline(app.act(&recruiter), Decline { note, ..declining(ada.id) }).await.unwrap();
        let outcome = gone.outcome.unwrap();
        assert_eq!((gone.stage, outcome.side, outcome.at), (2, Side::Organisation, app.now()));
        assert_eq!(outcome.why.unwrap().by, recruiter.key());
        let states: Vec<_> = app.steps(ada.id).await.into_iter().map(|step| step.state).collect();
        assert!(states[..2].iter().all(|state| *state == StepState::Passed));
        assert!(states[2..].iter().all(|state| *state == StepState::Cancelled));
        assert_eq!(app.letters(ada.id).await, [LetterKind::ApplicationReceived, LetterKind::ApplicationDeclined]);
        let cancelled = app.kinds().await.into_iter().filter(|kind| *kind == EventKind::StepCancelled).count();
        assert_eq!(cancelled, 8);
    }

    async fn invariant_09_silence_has_a_reason(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let (ada, bob) = (app.apply(posted.id, "Ada").await, app.apply(posted.id, "Bob").await);
        let notice = Notice::Omitted(Omission::ToldOtherwise);
        let note = Some("never read".to_owned());
        let odd = Decline { notice, note, ..declining(ada.id) };
        assert_eq!(refused(decline(app.act(&recruiter), odd).await).field(), Some("note"));
        decline(app.act(&recruiter), Decline { notice, ..declining(ada.id) }).await.unwrap();
        withdraw(app.act(&recruiter), Withdraw { notice, ..withdrawing(bob.id) }).await.unwrap();
        for one in [&ada, &bob] {
            assert_eq!(app.letters(one.id).await, [LetterKind::ApplicationReceived]);
        }
        let events = event::after(&app.store, 0, 1000).await.unwrap();
        let omitted: Vec<_> =
            events.iter().filter(|event| event.kind == EventKind::EmailOmitted).map(|event| &event.facts).collect();
        assert_eq!(omitted.len(), 2);
        assert!(omitted.iter().all(|facts| facts.contains(&("reason".into(), Fact::Word("toldOtherwise".into())))));
        // A candidate always gets the confirmation.
        let cleo = app.apply(posted.id, "Cleo").await;
        let own = TestApp::applicant(cleo.id, cleo.candidate);
        let silent = Withdraw { notice, ..withdrawing(cleo.id) };
        assert_eq!(refused(withdraw(app.act(&own), silent).await), Refusal::Forbidden);
    }

    async fn a_candidate_withdraws_by_their_link_and_only_theirs(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let (ada, bob) = (app.apply(posted.id, "Ada").await, app.apply(posted.id, "Bob").await);
        let (own, others) =
            (TestApp::applicant(ada.id, ada.candidate), TestApp::applicant(bob.id, bob.candidate));
        let manager = app.staff(Role::HiringManager, Reach::Organisation).await;
        let unseen = Refusal::NotFound("application");
        assert_eq!(refused(withdraw(app.act(&others), withdrawing(ada.id)).await), unseen);
        assert_eq!(refused(withdraw(app.act(&Viewer::Anonymous), withdrawing(ada.id)).await), unseen);
        assert_eq!(refused(withdraw(app.act(&manager), withdrawing(ada.id)).await), Refusal::Forbidden);
        assert_eq!(refused(decline(app.act(&own), declining(ada.id)).await), Refusal::Forbidden);
        let reason = Some("Another job".to_owned());
        let gone = withdraw(app.act(&own), Withdraw { reason, ..withdrawing(ada.id) }).await.unwrap();
        assert_eq!((gone.status, gone.outcome.unwrap().side), (ApplicationStatus::Withdrawn, Side::Candidate));
        assert_eq!(app.letters(ada.id).await, [LetterKind::ApplicationReceived, LetterKind::ApplicationWithdrawn]);
        assert_eq!(refused(withdraw(app.act(&own), withdrawing(ada.id)).await), Refusal::NotActive);
    }

    async fn an_ended_application_comes_back_where_it_was(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let manager = app.staff(Role::HiringManager, Reach::Organisation).await;
        let ada = app.apply(posted.id, "Ada").await;
        assert_eq!(
            refused(reinstate(app.act(&recruiter), ada.id, None).await),
            Refusal::ApplicationStatus("active")
        );
        app.bring_to(&recruiter, &posted, ada.id, "panel").await;
        let gone = decline(app.act(&recruiter), declining(ada.id)).await.unwrap();
        assert_eq!(refused(reinstate(app.act(&manager), ada.id, None).await), Refusal::Forbidden);
        assert_eq!(refused(reinstate(app.act(&recruiter), ada.id, Some(1)).await), Refusal::Stale);
        let back = reinstate(app.act(&recruiter), ada.id, Some(gone.revision)).await.unwrap();
        assert_eq!((back.status, back.stage, &back.outcome), (ApplicationStatus::Active, 3, &None));
        let states: Vec<_> = app.steps(ada.id).await.into_iter().map(|step| step.state).collect();
        assert!(states[..3].iter().all(|state| *state == StepState::Passed));
        assert!(states[3..].iter().all(|state| *state == StepState::Pending));
        app.bring_to(&recruiter, &posted, ada.id, "team").await;
        // A second end is told again; and no second current application of one person comes back.
        decline(app.act(&recruiter), declining(ada.id)).await.unwrap();
        let told = app.letters(ada.id).await;
        assert_eq!(told.iter().filter(|kind| **kind == LetterKind::ApplicationDeclined).count(), 2);
        app.apply(posted.id, "Ada").await;
        assert_eq!(refused(reinstate(app.act(&recruiter), ada.id, None).await), Refusal::AlreadyApplied);
    }

    async fn invariant_19_events_tell_everything_but_who_it_was(app: TestApp) {
        let posted = app
            .posting("Backend")
            .hiring("Create", 1)
            .asking(question("why", QuestionType::Prose, true))
            .open()
            .await;
        let recruiter = app.recruiter().await;
        let sent = Submission {
            answers: vec![given("why", "canary-answer")],
            phone: Some("canary-phone".into()),
            ..app.submission(posted.id, "Canary Name")
        };
        let ada = submit(app.act(&Viewer::Anonymous), sent).await.unwrap();
        app.bring_to(&recruiter, &posted, ada, "screening").await;
        vacantia::actions::justification::save(app.act(&recruiter), ada, "canary-why").await.unwrap();
        prefer_teams(app.act(&recruiter), ada, &[posted.team()], None).await.unwrap();
        let note = Some("canary-note".to_owned());
        let reason = "canary-reason".into();
        decline(app.act(&recruiter), Decline { note, reason, ..declining(ada) }).await.unwrap();
        reinstate(app.act(&recruiter), ada, None).await.unwrap();
        let events = event::after(&app.store, 0, 1000).await.unwrap();
        assert!(!format!("{events:?}").to_lowercase().contains("canary"));

        // Replaying what happened to the steps and the application gives what is kept.
        let mut states = Vec::new();
        let mut stage = None;
        for event in &events {
            let word = |name: &str| event.facts.iter().find(|(known, _)| known == name).map(|(_, fact)| fact.clone());
            match (word("step"), word("to"), event.kind) {
                (Some(step), Some(to), _) => {
                    states.push((step, to));
                }
                (None, Some(to), EventKind::ApplicationAdvanced) => stage = Some(to),
                _ => {}
            }
        }
        assert_eq!(stage, Some(Fact::Count(app.application(ada).await.stage.into())));
        for step in app.steps(ada).await {
            let id = Fact::Word(step.id.to_string());
            let replayed = states.iter().rfind(|(of, _)| *of == id).map(|(_, to)| to.clone());
            assert_eq!(replayed, Some(Fact::Word(step.state.to_string())), "{}", step.key);
        }
        // Every event of one change shares its id; two changes share none.
        let declined = events.iter().find(|event| event.kind == EventKind::ApplicationDeclined).unwrap();
        let together = events.iter().filter(|event| event.change == declined.change).count();
        assert_eq!(together, 8 + 1 + 1, "eight steps, the application, the mail");
    }
}
