//! Steps, and the gate they make.

use vacantia::actions::application::{Advance, advance};
use vacantia::actions::step::{Add, Which, add, pass, reopen, skip, waive};
use vacantia::domain::Refusal;
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::id::{ApplicationId, StepId};
use vacantia::domain::plan::{Kit, Participant, PlanStep, Stage, StageMode, StepKind};
use vacantia::domain::policy::application::reasons;
use vacantia::domain::step::StepState;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::{self, Failure};

use crate::app::TestApp;
use crate::look::refused;

fn which(step: StepId) -> Which {
    Which { step, revision: None }
}

async fn forth(
    app: &TestApp,
    by: &Viewer,
    id: ApplicationId,
    stage: &str,
    pass_over: bool,
) -> Result<Application, Failure> {
    let revision = app.application(id).await.revision;
    advance(app.act(by), Advance { application: id, stage: stage.into(), revision, pass_over }).await
}

/// What later parts of the product do to a step: a meeting is set, a form is sent.
async fn put_under_way(app: &TestApp, step: StepId, state: StepState) {
    let sql = "UPDATE application_step SET state = $2 WHERE id = $1";
    app.put(|tx| async move {
        storage::dialect::execute(&tx, sql, [step.into(), state.into()]).await?;
        Ok(())
    })
    .await;
}

fn step(key: &str, required: bool) -> PlanStep {
    PlanStep {
        key: key.into(),
        title: key.to_uppercase(),
        kind: StepKind::Interview,
        required,
        participant: Participant::Recruiting,
        least_people: 1,
        minutes: None,
        kit: Kit::default(),
    }
}

fn stage(key: &str, optional: bool, steps: Vec<PlanStep>) -> Stage {
    Stage { key: key.into(), title: key.into(), mode: StageMode::Parallel, optional, sla_hours: None, steps }
}

both! {
    async fn parallel_steps_open_the_gate_in_any_order(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let mut ended = Vec::new();
        for (name, order) in [
            ("Ada", ["behavioral", "technical", "references"]),
            ("Bob", ["references", "technical", "behavioral"]),
            ("Cleo", ["technical", "references", "behavioral"]),
        ] {
            let id = app.apply(posted.id, name).await.id;
            app.bring_to(&recruiter, &posted, id, "team").await;
            for (done, key) in order.into_iter().enumerate() {
                let Refusal::GateIncomplete(missing) = refused(forth(&app, &recruiter, id, "team", false).await) else {
                    panic!("the gate is open after {done} steps");
                };
                assert_eq!(missing.len(), 3 - done);
                pass(app.act(&recruiter), which(app.step(id, key).await)).await.unwrap();
            }
            let done = forth(&app, &recruiter, id, "team", false).await.unwrap();
            ended.push((done.stage, done.revision));
        }
        assert!(ended.iter().all(|end| *end == ended[0]), "{ended:?}");
    }

    async fn an_optional_stage_is_stepped_over_only_when_asked_and_untouched(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        for (name, touched) in [
            ("Ada", None),
            ("Bob", Some(StepState::Scheduled)),
            ("Cleo", Some(StepState::AwaitingFeedback)),
            ("Dana", Some(StepState::Passed)),
        ] {
            let id = app.apply(posted.id, name).await.id;
            app.bring_to(&recruiter, &posted, id, "vp").await;
            pass(app.act(&recruiter), which(app.step(id, "vp").await)).await.unwrap();
            let Some(state) = touched else {
                assert_eq!(forth(&app, &recruiter, id, "vp", true).await.unwrap().stage, 7);
                continue;
            };
            put_under_way(&app, app.step(id, "ceo").await, state).await;
            assert_eq!(refused(forth(&app, &recruiter, id, "vp", true).await), Refusal::CannotPassOver);
            assert_eq!(forth(&app, &recruiter, id, "vp", false).await.unwrap().stage, 6);
        }
        // Only an optional stage can be stepped over, and behind the last there is nothing.
        let id = app.apply(posted.id, "Eve").await.id;
        pass(app.act(&recruiter), which(app.step(id, "review").await)).await.unwrap();
        assert_eq!(refused(forth(&app, &recruiter, id, "review", true).await), Refusal::CannotPassOver);
        let ada = app.bring_to(&recruiter, &posted, id, "offer").await;
        pass(app.act(&recruiter), which(app.step(id, "offer").await)).await.unwrap();
        assert_eq!(refused(forth(&app, &recruiter, ada.id, "offer", false).await), Refusal::NoStage);
    }

    async fn optional_steps_block_only_while_under_way(app: TestApp) {
        let stages =
            vec![stage("one", false, vec![step("must", true), step("may", false)]), stage("two", false, vec![step("end", true)])];
        let posted = app.posting("Backend").hiring("Create", 1).with_stages(stages).open().await;
        let recruiter = app.recruiter().await;
        let id = app.apply(posted.id, "Ada").await.id;
        let (must, may) = (app.step(id, "must").await, app.step(id, "may").await);
        assert_eq!(refused(skip(app.act(&recruiter), which(must), None).await), Refusal::StepRequired);
        pass(app.act(&recruiter), which(must)).await.unwrap();
        put_under_way(&app, may, StepState::Scheduled).await;
        assert_eq!(
            refused(forth(&app, &recruiter, id, "one", false).await),
            Refusal::GateIncomplete(vec!["MAY".into()])
        );
        skip(app.act(&recruiter), which(may), Some("No time")).await.unwrap();
        assert_eq!(forth(&app, &recruiter, id, "one", false).await.unwrap().stage, 1);
    }

    async fn a_waiver_has_a_reason_and_a_reopening_a_round(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let id = app.apply(posted.id, "Ada").await.id;
        let review = app.step(id, "review").await;
        for bad in ["", " \n", "a\0b"] {
            assert_eq!(refused(waive(app.act(&recruiter), which(review), bad).await).field(), Some("reason"));
        }
        let waived = waive(app.act(&recruiter), which(review), "Known to us").await.unwrap();
        assert_eq!((waived.step.state, waived.application.revision), (StepState::Waived, 2));
        for refusal in [
            refused(pass(app.act(&recruiter), which(review)).await),
            refused(waive(app.act(&recruiter), which(review), "x").await),
        ] {
            assert_eq!(refusal, Refusal::StepState("waived"));
        }
        assert_eq!(refused(reopen(app.act(&recruiter), which(review), "").await).field(), Some("reason"));
        let again = reopen(app.act(&recruiter), which(review), "Wrong person").await.unwrap();
        assert_eq!((again.step.state, again.step.round), (StepState::Pending, 2));
        assert_eq!(refused(reopen(app.act(&recruiter), which(review), "x").await), Refusal::StepState("pending"));
        pass(app.act(&recruiter), which(review)).await.unwrap();
        assert_eq!(app.steps(id).await[0].round, 2);
        let why = storage::step::reasons(&app.store, &reasons(&Viewer::System), &[review]).await.unwrap();
        assert_eq!(why[&review].reason.as_deref(), Some("Wrong person"));
        assert_eq!(why[&review].by, recruiter.key());
        assert_eq!(app.steps(id).await[0].reason, None, "why takes another right");
    }

    async fn an_added_step_holds_the_gate_of_one_application(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let (ada, bob) = (app.apply(posted.id, "Ada").await, app.apply(posted.id, "Bob").await);
        let added = |stage: Option<&str>, step: PlanStep| Add {
            application: ada.id,
            revision: None,
            stage: stage.map(str::to_owned),
            step,
        };
        let call = |title: &str| PlanStep { title: title.into(), ..step("", true) };
        let first = add(app.act(&recruiter), added(None, call("A call"))).await.unwrap();
        assert_eq!((first.step.stage, first.step.position, first.step.key.as_str()), (0, 1, "added1"));
        assert_eq!(first.application.revision, ada.revision + 1);
        let second = add(app.act(&recruiter), added(Some("vp"), call("A talk"))).await.unwrap();
        assert_eq!((second.step.stage, second.step.key.as_str()), (5, "added2"));
        pass(app.act(&recruiter), which(app.step(ada.id, "review").await)).await.unwrap();
        let blocked = refused(forth(&app, &recruiter, ada.id, "review", false).await);
        assert_eq!(blocked, Refusal::GateIncomplete(vec!["A call".into()]));
        waive(app.act(&recruiter), which(first.step.id), "Met before").await.unwrap();
        forth(&app, &recruiter, ada.id, "review", false).await.unwrap();
        assert_eq!(app.steps(bob.id).await.len() + 2, app.steps(ada.id).await.len());

        let over = add(app.act(&recruiter), added(Some("review"), call("Late"))).await;
        assert_eq!(refused(over), Refusal::NoStage);
        let nowhere = add(app.act(&recruiter), added(Some("moon"), call("Far"))).await;
        assert_eq!(refused(nowhere), Refusal::NoStage);
        let offer = PlanStep { kind: StepKind::Offer, ..call("Offer") };
        assert_eq!(refused(add(app.act(&recruiter), added(None, offer)).await).field(), Some("kind"));
        let short = PlanStep { minutes: Some(1), ..call("\n") };
        let fields = refused(add(app.act(&recruiter), added(None, short)).await);
        let fields: Vec<_> = fields.each().iter().filter_map(Refusal::field).collect();
        assert_eq!(fields, ["minutes", "title"]);
        let manager = app.staff(Role::HiringManager, Reach::Posting(posted.id)).await;
        assert_eq!(refused(add(app.act(&manager), added(None, call("Mine"))).await), Refusal::Forbidden);
        while app.steps(ada.id).await.iter().filter(|step| step.stage == 1).count() < 20 {
            add(app.act(&recruiter), added(None, call("Again"))).await.unwrap();
        }
        assert_eq!(refused(add(app.act(&recruiter), added(None, call("Once more"))).await).field(), Some("stage"));
    }

    async fn a_step_ahead_waits_for_its_stage(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let recruiter = app.recruiter().await;
        let id = app.apply(posted.id, "Ada").await.id;
        let ahead = app.step(id, "screening").await;
        assert_eq!(refused(pass(app.act(&recruiter), which(ahead)).await), Refusal::StepNotReached);
        assert_eq!(refused(waive(app.act(&recruiter), which(ahead), "x").await), Refusal::StepNotReached);
        // Of an optional stage right ahead, steps may be left out beforehand.
        app.bring_to(&recruiter, &posted, id, "vp").await;
        let ceo = app.step(id, "ceo").await;
        assert_eq!(skip(app.act(&recruiter), which(ceo), None).await.unwrap().step.state, StepState::Skipped);
        let offer = app.step(id, "offer").await;
        assert_eq!(refused(pass(app.act(&recruiter), which(offer)).await), Refusal::StepNotReached);
    }

    async fn invariant_23_steps_are_moved_by_those_who_may(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let other = app.posting("Frontend").hiring("Plan", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let review = app.step(ada.id, "review").await;
        let here = app.staff(Role::HiringManager, Reach::Posting(posted.id)).await;
        let there = app.staff(Role::HiringManager, Reach::Posting(other.id)).await;
        let interviewer = app.staff(Role::Interviewer, Reach::Posting(posted.id)).await;
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let reads_only = match app.recruiter().await {
            Viewer::Staff(mut staff) => {
                staff.scopes = vec![vacantia::domain::viewer::TokenScope::Read];
                Viewer::Staff(staff)
            }
            other => other,
        };
        let own = TestApp::applicant(ada.id, ada.candidate);
        let unseen = Refusal::NotFound("step");
        for viewer in [&interviewer, &admin, &reads_only, &own] {
            assert_eq!(refused(pass(app.act(viewer), which(review)).await), Refusal::Forbidden, "{viewer:?}");
        }
        for viewer in [&there, &Viewer::Anonymous] {
            assert_eq!(refused(pass(app.act(viewer), which(review)).await), unseen, "{viewer:?}");
        }
        let unknown = StepId::new(app.now(), &*app.chance);
        assert_eq!(refused(pass(app.act(&here), which(unknown)).await), unseen);
        // A hiring manager passes, but only recruiting waives, skips and reopens.
        assert_eq!(refused(waive(app.act(&here), which(review), "x").await), Refusal::Forbidden);
        pass(app.act(&here), which(review)).await.unwrap();
        assert_eq!(refused(reopen(app.act(&here), which(review), "x").await), Refusal::Forbidden);
    }
}
