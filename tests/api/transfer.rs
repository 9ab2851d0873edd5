//! Applications that go on to another posting.

use serde_json::json;
use vacantia::actions::allotment;
use vacantia::actions::application::{GoBack, Onward, go_back, transfer};
use vacantia::actions::interview::schedule;
use vacantia::domain::email::{LetterKind, Omission};
use vacantia::domain::event::{EventKind, Fact};
use vacantia::domain::id::{ApplicationId, PostingId};
use vacantia::domain::posting::PostingStatus;
use vacantia::domain::step::StepState;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::domain::{Refusal, Viewer};
use vacantia::storage::event;

use crate::look::refused;
use crate::meeting::coming;
use crate::offering::{refused as code, short};

fn onward(application: ApplicationId, revision: i32, posting: PostingId) -> Onward {
    let (reason, note) = ("Closer to what they know.".into(), Some("We think this fits you better.".into()));
    Onward { application, revision, posting, reason, note, omit_mail: None }
}

const TOLD: &str =
    "query($id: ID!) { application(id: $id) { posting { title } currentTeam { name } preferredTeams { name }
    stage { key } returns { from { key } to { key } }
    transfers { from { title } to { title } reason by { id } } } }";

both! {
    async fn an_application_goes_on_with_all_its_history(app: TestApp) {
        let desk = app.desk().await;
        let from = app.posting("Backend").hiring("Create", 2).with_stages(short()).open().await;
        let to = app.posting("Platform").hiring("Plan", 1).open().await;
        let ada = desk.ready(&from, "Ada").await;
        let draft = desk.draft(&ada).await;
        let revision = app.application(ada.id).await.revision;
        let back = GoBack { application: ada.id, revision, to: "review".into(), reason: "Again.".into() };
        go_back(app.act(&desk.recruiter), back).await.unwrap();
        let own = crate::app::TestApp::applicant(ada.id, ada.candidate);
        allotment::prefer_teams(app.act(&own), ada.id, &[from.teams[0].team], None).await.unwrap();
        assert_eq!(app.count("application WHERE preference_since IS NOT NULL").await, 1);
        app.clock.pass(chrono::TimeDelta::hours(5));
        let (letters, revision) = (app.letters(ada.id).await.len(), app.application(ada.id).await.revision);
        let gone = transfer(app.act(&desk.recruiter), onward(ada.id, revision, to.id)).await.unwrap();

        assert_eq!((gone.posting, gone.stage, gone.revision), (to.id, 0, revision + 1));
        let steps = app.steps(ada.id).await;
        assert_eq!((steps[0].key.as_str(), steps[0].state), ("review", StepState::Passed), "what was done stays done");
        assert_eq!(steps.len(), 10, "all steps of the new plan");
        assert_eq!(app.count("application WHERE preference_since IS NOT NULL").await, 0, "that wish was of the old posting");
        assert_eq!(app.letters(ada.id).await[letters..], [LetterKind::ApplicationTransferred]);
        assert_eq!(app.count(&format!("offer WHERE id = '{}' AND status = 'cancelled'", draft.id)).await, 1);
        let told = app.ask(&desk.recruiter, TOLD, json!({ "id": ada.id.to_string() })).await;
        assert_eq!(told["data"]["application"], json!({
            "posting": { "title": "Platform" }, "currentTeam": null, "preferredTeams": [], "stage": { "key": "review" },
            "returns": [{ "from": { "key": "offer" }, "to": { "key": "review" } }],
            "transfers": [{ "from": { "title": "Backend" }, "to": { "title": "Platform" },
                "reason": "Closer to what they know.", "by": { "id": desk.recruiter.key() } }],
        }), "{told}");
        let own = app.ask(&own, TOLD, json!({ "id": ada.id.to_string() })).await;
        assert_eq!(own["data"]["application"]["transfers"], json!([]));
        let events = event::after(&app.store, 0, 1000).await.unwrap();
        let moved = events.iter().find(|event| event.kind == EventKind::ApplicationTransferred).unwrap();
        assert_eq!(moved.posting, Some(to.id));
        assert!(!moved.facts.contains(&("from".into(), Fact::Word(from.id.to_string()))));

        // It goes its way there: allotted, moved on, hired.
        allotment::allot(app.act(&desk.recruiter), ada.id, to.teams[0].team, None).await.unwrap();
        app.bring_to(&desk.recruiter, &to, ada.id, "screening").await;
        app.check_invariants().await;
        app.check_report().await;
    }

    async fn meetings_stay_where_the_new_plan_has_them_and_else_are_called_off(app: TestApp) {
        let meet = app.meet().await;
        let like = app.posting("Platform").hiring("Plan", 1).with_stages(crate::meeting::stages()).open().await;
        let other = app.posting("Sales").hiring("Plan", 1).with_stages(short()).open().await;
        let host = app.colleague().await;
        let wanted = meet.wanted(meet.step("talk").await, vec![coming(&host)]);
        let set = schedule(app.act(&meet.recruiter), wanted).await.unwrap();
        let go = async |posting| {
            let revision = app.application(meet.ada.id).await.revision;
            transfer(app.act(&meet.recruiter), onward(meet.ada.id, revision, posting)).await.unwrap()
        };
        let before = app.mails().await.len();
        go(like.id).await;
        assert_eq!(app.interview(set.id).await.state.as_str(), "scheduled");
        assert_eq!(app.mails().await.len(), before + 1, "only the news");
        go(other.id).await;
        assert_eq!(app.interview(set.id).await.state.as_str(), "cancelled");
        let kinds: Vec<_> = app.mails().await[before + 1..].iter().map(|mail| mail.kind.clone()).collect();
        for kind in ["interviewCancelled", "interviewUnassigned", "applicationTransferred"] {
            assert_eq!(kinds.iter().filter(|known| *known == kind).count(), 1, "{kinds:?}");
        }
        let steps = app.steps(meet.ada.id).await;
        let talk = steps.iter().find(|step| step.key == "talk").unwrap();
        assert_eq!((talk.state, talk.required), (StepState::Skipped, false));
        app.check_report().await;
    }

    async fn who_may_bring_whom_where(app: TestApp) {
        let desk = app.desk().await;
        let from = app.posting("Backend").hiring("Create", 1).with_stages(short()).open().await;
        let to = app.posting("Platform").hiring("Plan", 1).with_stages(short()).open().await;
        let draft = app.posting("Draft").hiring("Plan", 1).with_stages(short()).in_status(PostingStatus::Draft).await;
        let ada = app.apply(from.id, "Ada").await;
        let act = app.act(&desk.recruiter);
        let try_by = async |viewer: &Viewer, posting, revision| {
            code(transfer(app.act(viewer), onward(ada.id, revision, posting)).await)
        };
        let here = app.staff(Role::Recruiter, Reach::Posting(from.id)).await;
        let there = app.staff(Role::Recruiter, Reach::Posting(to.id)).await;
        let manager = app.staff(Role::HiringManager, Reach::Organisation).await;
        assert_eq!(try_by(&here, to.id, 1).await, "FORBIDDEN", "an open posting is seen by anybody");
        assert_eq!(try_by(&here, draft.id, 1).await, "NOT_FOUND");
        assert_eq!(try_by(&there, to.id, 1).await, "NOT_FOUND");
        assert_eq!(try_by(&manager, to.id, 1).await, "FORBIDDEN");
        assert_eq!(try_by(&crate::app::TestApp::applicant(ada.id, ada.candidate), to.id, 1).await, "FORBIDDEN");
        assert_eq!(try_by(&desk.recruiter, to.id, 7).await, "STALE");
        assert_eq!(try_by(&desk.recruiter, draft.id, 1).await, "POSTING_STATUS");
        let same = refused(transfer(act, onward(ada.id, 1, from.id)).await);
        assert_eq!(same.field(), Some("postingId"));
        let silent = Onward { omit_mail: Some(Omission::ToldOtherwise), ..onward(ada.id, 1, to.id) };
        assert_eq!(refused(transfer(act, silent.clone()).await).field(), Some("note"));
        // Whoever is there already is not there twice.
        let mut again = app.submission(to.id, "Ada");
        again.email = app.submission(from.id, "Ada").email;
        vacantia::actions::application::submit(act, again).await.unwrap();
        assert_eq!(try_by(&desk.recruiter, to.id, 1).await, "ALREADY_APPLIED");
        assert_eq!(app.application(ada.id).await.posting, from.id);
        let third = app.posting("Third").hiring("Plan", 1).with_stages(short()).open().await;
        transfer(act, Onward { note: None, posting: third.id, ..silent }).await.unwrap();
        assert_eq!(app.letters(ada.id).await, [LetterKind::ApplicationReceived]);
        // Nobody with a live offer goes anywhere, and nobody who ended.
        let offer = desk.sent(&from, "Bo").await;
        let at = app.application(offer.application).await.revision;
        assert_eq!(code(transfer(act, onward(offer.application, at, to.id)).await), "OFFER_LIVE");
        let hired = desk.hired(&third, "Cy").await;
        let at = app.application(hired.application).await.revision;
        assert_eq!(refused(transfer(act, onward(hired.application, at, to.id)).await), Refusal::NotActive);
        app.check_invariants().await;
    }
}
