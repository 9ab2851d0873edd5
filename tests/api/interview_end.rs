//! How meetings end: called off, missed, over, or with their application.

use chrono::TimeDelta;
use vacantia::actions::application::{Decline, Notice, Withdraw, decline, reinstate, withdraw};
use vacantia::actions::interview::{Cancel, NoShow, cancel, no_show, reschedule, respond};
use vacantia::actions::step::{Which, pass};
use vacantia::domain::Refusal;
use vacantia::domain::application::ApplicationStatus;
use vacantia::domain::email::Omission;
use vacantia::domain::id::ApplicationId;
use vacantia::domain::interview::{InterviewState, Missing, Response, Setting};
use vacantia::domain::step::StepState;

use crate::app::TestApp;
use crate::hire::sweep;
use crate::look::refused;
use crate::meeting::{Meet, coming};

fn declined(application: ApplicationId, notice: Notice) -> Decline {
    Decline { application, revision: None, reason: "Another was better".into(), note: None, notice }
}

impl Meet<'_> {
    async fn state_of(&self, key: &str) -> StepState {
        self.app.steps(self.ada.id).await.into_iter().find(|step| step.key == key).unwrap().state
    }
}

both! {
    async fn a_meeting_that_is_called_off_leaves_its_step_waiting(app: TestApp) {
        let meet = app.meet().await;
        let (bob, act) = (app.colleague().await, app.act(&meet.recruiter));
        let interview = meet.set(&[&bob]).await;
        let before = app.mails().await.len();
        let off = |revision| Cancel { interview: interview.id, revision, reason: Some("Ill".into()) };
        assert_eq!(refused(cancel(app.act(&bob), off(None)).await), Refusal::Forbidden);
        assert_eq!(refused(cancel(act, off(Some(3))).await), Refusal::Stale);
        let done = cancel(act, off(Some(1))).await.unwrap();
        assert_eq!((done.state, done.sequence), (InterviewState::Cancelled, 1));
        assert_eq!(meet.state_of("talk").await, StepState::Pending);
        let mails = meet.since(before).await;
        assert_eq!(mails.len(), 2);
        for mail in &mails {
            assert_eq!((mail.says("METHOD").as_str(), mail.says("STATUS").as_str()), ("CANCEL", "CANCELLED"));
            assert_eq!((mail.says("UID"), mail.says("SEQUENCE")), (interview.uid.clone(), "1".to_owned()));
            assert!(mail.raw.contains("Content-Type: text/calendar; method=CANCEL; charset=utf-8"));
            assert!(!mail.text().contains("Ill"), "the reason is internal");
        }
        assert_eq!(refused(cancel(act, off(None)).await), Refusal::InterviewState("cancelled"));
        let moved = vacantia::actions::interview::Reschedule {
            interview: interview.id,
            revision: None,
            starts_at: meet.tomorrow(),
            setting: Setting::default(),
        };
        assert_eq!(refused(reschedule(act, moved).await), Refusal::InterviewState("cancelled"));
        // What was called off gives nobody anything to see.
        assert_eq!(refused(respond(app.act(&bob), interview.id, Response::Accepted).await), Refusal::NotFound("interview"));
        let again = meet.set(&[&bob]).await;
        assert_ne!(again.uid, interview.uid);
        app.check_invariants().await;
    }

    async fn a_missed_meeting_names_who_was_missing(app: TestApp) {
        let meet = app.meet().await;
        let (bob, act) = (app.colleague().await, app.act(&meet.recruiter));
        let interview = meet.set(&[&bob]).await;
        let missed = NoShow { interview: interview.id, revision: None, missing: Missing::Candidate };
        assert_eq!(refused(no_show(act, missed).await).field(), Some("interviewId"));
        app.clock.pass(TimeDelta::hours(26));
        // Over, and Bob is asked what came of it.
        assert_eq!(sweep(&app).step().await.unwrap(), 2);
        assert_eq!(app.rows("scorecard_request").await, 1);
        let before = app.mails().await.len();
        let done = no_show(act, missed).await.unwrap();
        assert_eq!((done.state, done.missing), (InterviewState::NoShow, Some(Missing::Candidate)));
        assert_eq!(app.rows("scorecard_request").await, 0, "what did not take place needs no card");
        assert_eq!(meet.state_of("talk").await, StepState::Pending);
        assert_eq!(app.mails().await.len(), before);
        assert_eq!(refused(no_show(act, missed).await), Refusal::InterviewState("noShow"));
        let again = meet.set(&[&bob]).await;
        app.clock.pass(TimeDelta::hours(25));
        let missed = NoShow { interview: again.id, revision: None, missing: Missing::Interviewer };
        assert_eq!(no_show(act, missed).await.unwrap().missing, Some(Missing::Interviewer));
        app.check_invariants().await;
    }

    async fn a_meeting_is_over_when_its_time_is(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let interview = meet.set(&[&bob]).await;
        app.clock.pass(TimeDelta::hours(25) + TimeDelta::minutes(44));
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
        app.clock.pass(TimeDelta::minutes(1));
        assert_eq!(sweep(&app).step().await.unwrap(), 2);
        assert_eq!(sweep(&app).step().await.unwrap(), 0);
        let over = app.interview(interview.id).await;
        assert_eq!(over.state, InterviewState::Held);
        assert_eq!(over.scorecards_due_at(), Some(over.meeting.ends_at + TimeDelta::hours(24)));
        assert_eq!(meet.state_of("talk").await, StepState::AwaitingFeedback);
        let off = Cancel { interview: interview.id, revision: None, reason: None };
        assert_eq!(refused(cancel(app.act(&meet.recruiter), off).await), Refusal::InterviewState("held"));
        let which = Which { step: interview.step, revision: None };
        pass(app.act(&meet.recruiter), which).await.unwrap();
        assert_eq!(app.interview(interview.id).await.state, InterviewState::Held);
    }

    async fn invariant_09_an_application_ends_with_its_meetings(app: TestApp) {
        for how in ["declined", "silently", "withdrawn"] {
            let meet = app.meet().await;
            let (bob, cleo, act) = (app.colleague().await, app.colleague().await, app.act(&meet.recruiter));
            let first = meet.set(&[&bob]).await;
            let second = meet.schedule("panel", vec![coming(&bob), coming(&cleo)]).await.unwrap();
            let before = app.mails().await.len();
            let ended = match how {
                "declined" => decline(act, declined(meet.ada.id, Notice::Mail)).await,
                "silently" => decline(act, declined(meet.ada.id, Notice::Omitted(Omission::ToldOtherwise))).await,
                _ => {
                    let own = TestApp::applicant(meet.ada.id, meet.ada.candidate);
                    let (application, notice) = (meet.ada.id, Notice::Mail);
                    let input = Withdraw { application, revision: None, reason: None, notice };
                    withdraw(app.act(&own), input).await
                }
            };
            assert_ne!(ended.unwrap().status, ApplicationStatus::Active);
            let mails = meet.since(before).await;
            let ours = mails.iter().filter(|mail| mail.kind == "interviewUnassigned").count();
            assert_eq!(ours, 3, "{how}");
            let to_candidate: Vec<_> = mails.iter().filter(|mail| mail.to.starts_with("ada")).collect();
            assert_eq!(to_candidate.len(), usize::from(how != "silently"), "{how}");
            for mail in to_candidate {
                let calendars = mail.calendars();
                assert_eq!(calendars.len(), 3, "the first one, and both as files");
                for uid in [&first.uid, &second.uid] {
                    assert!(calendars.iter().any(|calendar| calendar.contains(&format!("UID:{uid}"))));
                }
                assert!(calendars.iter().all(|calendar| calendar.contains("METHOD:CANCEL")));
                assert!(mail.text().contains("does not take place"));
                assert!(mail.header("Reply-To").is_some());
            }
            for interview in [first.id, second.id] {
                assert_eq!(app.interview(interview).await.state, InterviewState::Cancelled);
            }
            reinstate(act, meet.ada.id, None).await.unwrap();
            assert_eq!(app.interview(first.id).await.state, InterviewState::Cancelled);
            assert_eq!(meet.state_of("talk").await, StepState::Pending);
            decline(act, declined(meet.ada.id, Notice::Mail)).await.unwrap();
            app.check_invariants().await;
        }
    }

    async fn a_meeting_whose_time_is_over_is_not_called_off(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let interview = meet.set(&[&bob]).await;
        app.clock.pass(TimeDelta::hours(26));
        let before = app.mails().await.len();
        decline(app.act(&meet.recruiter), declined(meet.ada.id, Notice::Mail)).await.unwrap();
        assert_eq!(app.interview(interview.id).await.state, InterviewState::Held);
        let mails = meet.since(before).await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].calendars().is_empty());
    }

    async fn a_hire_calls_off_what_is_left_to_meet(app: TestApp) {
        let desk = app.desk().await;
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let sent = desk.sent(&meet.posted, "Zoe OHara").await;
        // Somebody wants to meet them once more, in a step that does not hold the offer back.
        let again = vacantia::actions::step::reopen(
            app.act(&desk.recruiter),
            Which { step: app.step(sent.application, "panel").await, revision: None },
            "Once more",
        );
        let panel = again.await.unwrap().step.id;
        let wanted = meet.wanted(panel, vec![coming(&bob), coming(&desk.recruiter)]);
        let interview = vacantia::actions::interview::schedule(app.act(&desk.recruiter), wanted).await.unwrap();
        let before = app.mails().await.len();
        desk.accept(&sent, "page-1").await.unwrap();
        assert_eq!(app.interview(interview.id).await.state, InterviewState::Cancelled);
        let mails = meet.since(before).await;
        let kinds: Vec<_> = mails.iter().map(|mail| mail.kind.as_str()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "interviewUnassigned").count(), 2);
        let accepted = mails.iter().find(|mail| mail.kind == "offerAccepted").unwrap();
        assert_eq!((accepted.says("METHOD"), accepted.says("UID")), ("CANCEL".into(), interview.uid));
        assert_eq!(mails.len(), 4, "and whoever drafted the offer hears of the hire");
        app.check_invariants().await;
    }

    async fn a_meeting_set_while_the_application_ends_does_not_outlive_it(app: TestApp) {
        for _ in 0..crate::race::rounds(8) {
            let meet = app.meet().await;
            let bob = app.colleague().await;
            let act = app.act(&meet.recruiter);
            let set = meet.schedule("talk", vec![coming(&bob)]);
            let (set, ended) = futures_util::join!(set, decline(act, declined(meet.ada.id, Notice::Mail)));
            ended.unwrap();
            if let Err(failure) = set {
                assert_eq!(refused::<()>(Err(failure)), Refusal::NotActive);
            }
            app.check_invariants().await;
        }
    }
}
