//! Meetings with candidates: set, moved, changed, answered; what each calendar is told.

use chrono::TimeDelta;
use serde_json::json;
use vacantia::actions::allotment;
use vacantia::actions::application::{Submission, submit};
use vacantia::actions::interview::{self, Reschedule, Update, reschedule, respond, schedule, update};
use vacantia::actions::step::{Which, pass, waive};
use vacantia::domain::Refusal;
use vacantia::domain::Viewer;
use vacantia::domain::application::Source;
use vacantia::domain::id::UserId;
use vacantia::domain::interview::{InterviewState, Invitee, Response, Setting};
use vacantia::domain::link::Purpose;
use vacantia::domain::step::StepState;
use vacantia::domain::viewer::{Reach, Role, TokenScope};
use vacantia::storage;

use crate::app::TestApp;
use crate::look::refused;
use crate::meeting::{Mail, coming, id, listening};

/// The kinds and addressees of mails, in alphabetical order.
fn told(mails: &[Mail]) -> Vec<String> {
    let mut told: Vec<_> =
        mails.iter().map(|mail| format!("{} {}", mail.kind, mail.says("METHOD"))).collect();
    told.sort();
    told
}

const READS: &str = "query($id: ID!) { application(id: $id) { candidate { name } answers { key } posting { title } \
     steps { status interviews { id } } } }";

async fn reads(app: &TestApp, viewer: &Viewer, application: impl std::fmt::Display) -> bool {
    let answer = app.ask(viewer, READS, json!({ "id": application.to_string() })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let found = &answer["data"]["application"];
    let is_whole = found["candidate"]["name"] == "Ada" && found["posting"]["title"] == "Backend";
    assert!(found.is_null() || is_whole, "{answer}");
    !found.is_null()
}

both! {
    async fn everybody_who_comes_gets_an_invitation_of_their_own(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo) = (app.colleague().await, app.colleague().await);
        let before = app.mails().await.len();
        let people = vec![coming(&bob), listening(&cleo)];
        let interview = meet.schedule("talk", people).await.unwrap();
        assert_eq!((interview.state, interview.sequence), (InterviewState::Scheduled, 0));
        assert_eq!(interview.meeting.minutes(), 45);
        assert_eq!(app.steps(meet.ada.id).await[0].state, StepState::Scheduled);
        let mails = meet.since(before).await;
        assert_eq!(
            told(&mails),
            ["interviewAssigned REQUEST", "interviewAssigned REQUEST", "interviewScheduled REQUEST"]
        );
        for mail in &mails {
            assert_eq!(mail.says("UID"), interview.uid);
            assert_eq!(mail.says("SEQUENCE"), "0");
            assert_eq!(mail.says("DTSTART"), "20270116T090000Z");
            assert_eq!(mail.says("ORGANIZER"), "mailto:jobs@example.com");
            assert!(mail.says("ATTENDEE").ends_with(&format!(":mailto:{}", mail.to)), "{}", mail.says("ATTENDEE"));
            assert_eq!(mail.header("Reply-To"), None);
            let id = mail.header("Message-ID").unwrap();
            assert!(id.starts_with(&format!("<cal.{}.0.", interview.id.short())), "{id}");
            let calendars = mail.calendars();
            assert_eq!((calendars.len(), &calendars[0]), (2, &calendars[1]));
            assert!(mail.raw.contains("Content-Type: text/calendar; method=REQUEST; charset=utf-8"));
            // Nobody learns where the others' mail goes.
            let others = mails.iter().filter(|other| other.to != mail.to);
            for other in others {
                assert!(!format!("{}{}", mail.raw, calendars[0]).contains(&other.to), "{}", other.to);
            }
        }
        let to_cleo = mails.iter().find(|mail| mail.to.starts_with(&id(&cleo).short())).unwrap();
        assert!(to_cleo.says("ATTENDEE").contains("ROLE=OPT-PARTICIPANT"));
        let to_ada = mails.iter().find(|mail| mail.kind == "interviewScheduled").unwrap();
        let text = to_ada.text();
        assert!(text.contains("10:00 to 10:45 (Europe/Berlin)") && text.contains("begins at 09:00 UTC"), "{text}");
        assert_eq!(app.rows("interview").await, 1);
    }

    async fn what_cannot_be_met_is_refused_by_field(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo) = (app.colleague().await, app.colleague().await);
        let talk = meet.step("talk").await;
        let act = app.act(&meet.recruiter);
        let wanted = |people: Vec<Invitee>| meet.wanted(talk, people);
        let field = |refusal: &Refusal| refusal.field().map(str::to_owned);
        let past = interview::Schedule { starts_at: app.now(), ..wanted(vec![coming(&bob)]) };
        assert_eq!(field(&refused(schedule(act, past).await)).as_deref(), Some("startsAt"));
        for (setting, expected) in [
            (Setting { minutes: Some(4), ..Setting::default() }, "minutes"),
            (Setting { zone: Some("Berlin".into()), ..Setting::default() }, "zone"),
            (Setting { video_link: Some("javascript:alert(1)".into()), ..Setting::default() }, "videoLink"),
            (Setting { place: Some("\0".into()), ..Setting::default() }, "place"),
        ] {
            let odd = interview::Schedule { setting, ..wanted(vec![coming(&bob)]) };
            assert_eq!(field(&refused(schedule(act, odd).await)).as_deref(), Some(expected));
        }
        let nobody = Invitee { user: UserId::new(app.now(), &*app.chance), shadow: false };
        for (people, expected) in [
            (vec![], "participants"),
            (vec![listening(&bob)], "participants"),
            (vec![coming(&bob), coming(&bob)], "participants.1.userId"),
            (vec![coming(&bob), nobody], "participants.1.userId"),
        ] {
            assert_eq!(field(&refused(schedule(act, wanted(people)).await)).as_deref(), Some(expected));
        }
        let one = refused(meet.schedule("panel", vec![coming(&bob), listening(&cleo)]).await);
        assert_eq!(one, Refusal::invalid("participants", "at least 2 who do more than listen"));
        let offer = meet.wanted(meet.step("offer").await, vec![coming(&bob)]);
        assert_eq!(field(&refused(schedule(act, offer).await)).as_deref(), Some("stepId"));

        assert_eq!(refused(schedule(app.act(&bob), wanted(vec![coming(&bob)])).await), Refusal::NotFound("step"));
        let interviewer = app.staff(Role::Interviewer, Reach::Posting(meet.posted.id)).await;
        let own = TestApp::applicant(meet.ada.id, meet.ada.candidate);
        for viewer in [&interviewer, &own] {
            assert_eq!(refused(schedule(app.act(viewer), wanted(vec![coming(&bob)])).await), Refusal::Forbidden);
        }
        assert_eq!(app.rows("interview").await, 0);
        meet.set(&[&bob]).await;
        assert_eq!(refused(schedule(act, wanted(vec![coming(&bob)])).await), Refusal::StepState("scheduled"));
        app.check_invariants().await;
    }

    async fn nobody_interviews_whom_they_referred(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo) = (app.colleague().await, app.colleague().await);
        let referred = |referrer, source| Submission { referrer, source, ..app.submission(meet.posted.id, "Eve") };
        let anybody = submit(app.act(&Viewer::Anonymous), referred(bob.user(), None)).await;
        assert_eq!(refused(anybody).field(), Some("referrerId"));
        let act = app.act(&meet.recruiter);
        let board = submit(act, referred(bob.user(), Some(Source::Board))).await;
        assert_eq!(refused(board).field(), Some("source"));
        let unknown = Some(UserId::new(app.now(), &*app.chance));
        assert_eq!(refused(submit(act, referred(unknown, None)).await).field(), Some("referrerId"));
        let eve = submit(act, referred(bob.user(), None)).await.unwrap();
        let eve = app.application(eve).await;
        assert_eq!((eve.source, eve.referrer), (Source::Referral, bob.user()));

        let talk = app.step(eve.id, "talk").await;
        for people in [vec![coming(&cleo), coming(&bob)], vec![coming(&cleo), listening(&bob)]] {
            let refusal = refused(schedule(act, meet.wanted(talk, people)).await);
            assert_eq!((refusal.code(), refusal.field()), ("REFERRED_BY", Some("participants.1.userId")));
        }
        let interview = schedule(act, meet.wanted(talk, vec![coming(&cleo)])).await.unwrap();
        let people = Some(vec![coming(&bob)]);
        let changed = Update { interview: interview.id, revision: None, participants: people, video_link: None };
        assert_eq!(refused(update(act, changed).await).code(), "REFERRED_BY");
    }

    async fn a_moved_meeting_keeps_its_name_and_asks_everybody_anew(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let interview = meet.set(&[&bob]).await;
        respond(app.act(&bob), interview.id, Response::Accepted).await.unwrap();
        let before = app.mails().await.len();
        let act = app.act(&meet.recruiter);
        let moved = |revision, starts_at, setting| Reschedule { interview: interview.id, revision, starts_at, setting };
        let later = meet.tomorrow() + TimeDelta::hours(3);
        assert_eq!(refused(reschedule(act, moved(Some(7), later, Setting::default())).await), Refusal::Stale);
        assert_eq!(refused(reschedule(act, moved(None, app.now(), Setting::default())).await).field(), Some("startsAt"));
        assert_eq!(refused(reschedule(app.act(&bob), moved(None, later, Setting::default())).await), Refusal::Forbidden);
        assert_eq!(app.mails().await.len(), before);
        let setting = Setting { minutes: Some(30), zone: Some("America/New_York".into()), ..Setting::default() };
        let done = reschedule(act, moved(Some(1), later, setting)).await.unwrap();
        assert_eq!((done.sequence, done.revision, done.meeting.minutes()), (1, 2, 30));
        assert_eq!(done.meeting.video_link, interview.meeting.video_link);
        let mails = meet.since(before).await;
        assert_eq!(told(&mails), ["interviewAssigned REQUEST", "interviewScheduled REQUEST"]);
        for mail in &mails {
            assert_eq!((mail.says("UID"), mail.says("SEQUENCE")), (interview.uid.clone(), "1".to_owned()));
            assert_eq!(mail.says("DTSTART"), "20270116T120000Z");
            assert!(mail.text().contains("07:00 to 07:30 (America/New_York)"));
        }
        assert_eq!(app.people(interview.id).await[0].response, Response::NeedsAction);
    }

    async fn who_is_removed_is_told_and_sees_no_more(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo, dana) = (app.colleague().await, app.colleague().await, app.colleague().await);
        let interview = meet.set(&[&bob, &cleo]).await;
        for (viewer, expected) in [(&bob, true), (&cleo, true), (&dana, false)] {
            assert_eq!(reads(&app, viewer, meet.ada.id).await, expected);
        }
        let before = app.mails().await.len();
        let act = app.act(&meet.recruiter);
        let changed = |people: &[&Viewer], video_link: Option<&str>| Update {
            interview: interview.id,
            revision: None,
            participants: Some(people.iter().map(|one| coming(one)).collect()),
            video_link: video_link.map(str::to_owned),
        };
        let done = update(act, changed(&[&bob, &dana], None)).await.unwrap();
        assert_eq!(done.sequence, 1);
        let mails = meet.since(before).await;
        assert_eq!(
            told(&mails),
            ["interviewAssigned REQUEST", "interviewScheduled REQUEST", "interviewUnassigned CANCEL"]
        );
        for mail in &mails {
            let whom = match mail.kind.as_str() {
                "interviewAssigned" => id(&dana).short(),
                "interviewUnassigned" => id(&cleo).short(),
                _ => "ada".into(),
            };
            assert!(mail.to.starts_with(&whom), "{mail:?}");
            assert_eq!((mail.says("UID"), mail.says("SEQUENCE")), (interview.uid.clone(), "1".to_owned()));
        }
        for (viewer, expected) in [(&bob, true), (&cleo, false), (&dana, true)] {
            assert_eq!(reads(&app, viewer, meet.ada.id).await, expected);
        }
        let kept = app.people(interview.id).await;
        assert_eq!(kept.iter().filter(|one| one.removed_at.is_some()).map(|one| one.user).collect::<Vec<_>>(), [id(&cleo)]);
        // As they are: nobody is written to. Another call: everybody is. Back again: as new.
        let before = app.mails().await.len();
        assert_eq!(update(act, changed(&[&bob, &dana], None)).await.unwrap().sequence, 1);
        assert_eq!(app.mails().await.len(), before);
        update(act, changed(&[&bob, &dana], Some("https://meet.example.com/other"))).await.unwrap();
        assert_eq!(told(&meet.since(before).await).len(), 3);
        let before = app.mails().await.len();
        let last = update(act, changed(&[&bob, &dana, &cleo], Some(""))).await.unwrap();
        assert_eq!((last.sequence, last.meeting.video_link), (3, None));
        assert_eq!(told(&meet.since(before).await).len(), 4);
        assert!(reads(&app, &cleo, meet.ada.id).await);
        let bad = Update { video_link: Some("http://meet.example.com".into()), ..changed(&[&bob], None) };
        assert_eq!(refused(update(act, bad).await).field(), Some("videoLink"));
    }

    async fn everybody_answers_for_themselves(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo) = (app.colleague().await, app.colleague().await);
        let interview = meet.set(&[&bob]).await.id;
        let answer = |by, response| respond(app.act(by), interview, response);
        assert_eq!(refused(answer(&bob, Response::NeedsAction).await).field(), Some("response"));
        assert_eq!(refused(answer(&cleo, Response::Accepted).await), Refusal::NotFound("interview"));
        assert_eq!(refused(answer(&meet.recruiter, Response::Accepted).await), Refusal::Forbidden);
        assert_eq!(refused(answer(&Viewer::Anonymous, Response::Accepted).await), Refusal::NotFound("interview"));
        let Viewer::Staff(mut staff) = bob.clone() else { panic!("nobody of ours") };
        staff.scopes = vec![TokenScope::Read];
        let reads_only = Viewer::Staff(staff);
        assert_eq!(refused(answer(&reads_only, Response::Accepted).await), Refusal::Forbidden);
        for response in [Response::Tentative, Response::Declined, Response::Accepted] {
            answer(&bob, response).await.unwrap();
            assert_eq!(app.people(interview).await[0].response, response);
        }
    }

    async fn staff_read_who_comes_and_candidates_do_not(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo) = (app.colleague().await, app.colleague().await);
        meet.set(&[&bob, &cleo]).await;
        let query = "query($id: ID!) { application(id: $id) { steps { kit { purpose questions { key } attributes } \
                     interviews { participants { user { id } shadow response addedAt removedAt } \
                     application { id } step { id } } } } }";
        let ask = async |viewer: &Viewer| {
            let answer = app.ask(viewer, query, json!({ "id": meet.ada.id.to_string() })).await;
            assert!(answer.get("errors").is_none(), "{answer}");
            answer["data"]["application"]["steps"][0].clone()
        };
        for viewer in [&meet.recruiter, &bob] {
            let step = ask(viewer).await;
            let interview = &step["interviews"][0];
            assert_eq!(interview["application"]["id"], meet.ada.id.to_string());
            assert_eq!(interview["step"]["id"], meet.step("talk").await.to_string());
            let people = interview["participants"].as_array().unwrap();
            let mut users: Vec<_> = people.iter().map(|one| one["user"]["id"].as_str().unwrap().to_owned()).collect();
            let mut expected = [id(&bob).to_string(), id(&cleo).to_string()];
            users.sort();
            expected.sort();
            assert_eq!(users, expected);
            assert_eq!(people[0]["response"], "NEEDS_ACTION");
            assert!(step["kit"]["questions"].is_array());
        }
        let own = ask(&TestApp::applicant(meet.ada.id, meet.ada.candidate)).await;
        assert_eq!((own["interviews"].as_array().unwrap().len(), own["kit"].is_null()), (0, true));
    }

    async fn the_candidate_reads_whom_they_meet(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let name = storage::user::find(&app.store, id(&bob)).await.unwrap().unwrap().name;
        let purpose = Purpose::Application(meet.ada.id);
        let path = format!("/applications/{}", app.link(meet.ada.candidate, purpose).await);
        assert!(!app.get(&path).await.says("We meet"));
        let interview = meet.set(&[&bob]).await;
        let page = app.get(&path).await;
        for words in ["Saturday 16 January 2027, 10:00 (Europe/Berlin), 45 minutes", "16 January, 09:00 UTC", &name] {
            assert!(page.says(words), "{words:?} is not in {}", page.text());
        }
        let off = interview::Cancel { interview: interview.id, revision: None, reason: None };
        interview::cancel(app.act(&meet.recruiter), off).await.unwrap();
        assert!(!app.get(&path).await.says(&name));
    }

    async fn another_team_asks_for_a_look_at_the_people(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let interview = meet.set(&[&bob]).await;
        let check = async || {
            let query = "query($id: ID!) { application(id: $id) { steps { interviews { checkParticipants } } } }";
            let answer = app.ask(&meet.recruiter, query, json!({ "id": meet.ada.id.to_string() })).await;
            answer["data"]["application"]["steps"][0]["interviews"][0]["checkParticipants"].clone()
        };
        assert_eq!(check().await, false);
        app.clock.pass(TimeDelta::minutes(1));
        let act = app.act(&meet.recruiter);
        allotment::allot(act, meet.ada.id, meet.posted.teams[1].team, None).await.unwrap();
        assert_eq!(check().await, true);
        assert_eq!(app.interview(interview.id).await.state, InterviewState::Scheduled);
        app.clock.pass(TimeDelta::minutes(1));
        let participants = Some(vec![coming(&bob)]);
        let looked = Update { interview: interview.id, revision: None, participants, video_link: None };
        update(act, looked).await.unwrap();
        assert_eq!(check().await, false);
    }

    async fn a_step_that_ends_takes_its_meeting_along(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let act = app.act(&meet.recruiter);
        for (key, how) in [("talk", "pass"), ("panel", "waive")] {
            let people = vec![coming(&bob), coming(&meet.recruiter)];
            let interview = meet.schedule(key, people).await.unwrap();
            let before = app.mails().await.len();
            let which = Which { step: interview.step, revision: None };
            let moved = if how == "pass" { pass(act, which).await } else { waive(act, which, "Known").await };
            assert!(moved.unwrap().step.state.is_final());
            assert_eq!(app.interview(interview.id).await.state, InterviewState::Cancelled);
            let mails = meet.since(before).await;
            assert_eq!(
                told(&mails),
                ["interviewCancelled CANCEL", "interviewUnassigned CANCEL", "interviewUnassigned CANCEL"]
            );
        }
        app.check_invariants().await;
    }
}
