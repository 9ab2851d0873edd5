//! Times that candidates pick from: offered, picked, taken by others, closed with what they were for.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::allotment;
use vacantia::actions::application::{GoBack, go_back, withdraw as withdraw_application};
use vacantia::actions::interview::{self, Cancel, Update, schedule};
use vacantia::actions::slot::{Offer, decline, offer, pick, withdraw};
use vacantia::actions::step::{Which, pass, waive};
use vacantia::domain::application::Application;
use vacantia::domain::email::LetterKind;
use vacantia::domain::event::EventKind;
use vacantia::domain::id::{SlotId, UserId};
use vacantia::domain::interview::{InterviewState, Invitee, Setting};
use vacantia::domain::slot::SlotsState;
use vacantia::domain::step::StepState;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::domain::{Refusal, Viewer};
use vacantia::storage;

use crate::app::TestApp;
use crate::application::withdrawing;
use crate::hire::sweep;
use crate::look::refused;
use crate::meeting::{coming, id, listening};
use crate::slotting::chooser;

fn fields(refusal: &Refusal) -> Vec<&str> {
    refusal.each().iter().filter_map(Refusal::field).collect()
}

async fn work(app: &TestApp, viewer: &Viewer) -> Vec<String> {
    let query = "{ work(first: 100) { nodes { kind since step { step { key } } } } }";
    let told = app.ask(viewer, query, json!({})).await;
    let nodes = told["data"]["work"]["nodes"].as_array().unwrap_or_else(|| panic!("{told}")).clone();
    let needed = nodes.iter().filter(|node| node["kind"] == "SLOTS_NEEDED");
    needed.map(|node| node["step"]["step"]["key"].as_str().unwrap().to_owned()).collect()
}

const STEPS: &str = "query($id: ID!) { application(id: $id) { steps { status slots { id stepId round status zone place videoLink \
    times { id startsAt endsAt free picked interview { id } } participants { user { id } name title shadow } \
    offeredAt offeredBy { id } remindedAt declinedAt note endedAt } } } }";

async fn told(app: &TestApp, viewer: &Viewer, of: &Application) -> Value {
    let told = app.ask(viewer, STEPS, json!({ "id": of.id.to_string() })).await;
    assert!(told.get("errors").is_none(), "{told}");
    told["data"]["application"]["steps"][0].clone()
}

both! {
    async fn a_pick_sets_the_meeting_as_a_recruiter_would(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo) = (app.colleague().await, app.colleague().await);
        let people = vec![coming(&bob), listening(&cleo)];
        let talk = meet.step("talk").await;
        let before = app.mails().await.len();
        let wanted = meet.offering(talk, &[26, 0, 3], people.clone());
        let slots = offer(app.act(&meet.recruiter), wanted).await.unwrap();
        assert_eq!((slots.state, slots.round, slots.zone.name()), (SlotsState::Open, 1, "Europe/Berlin"));
        assert_eq!(app.steps(meet.ada.id).await[0].state, StepState::Pending);
        assert_eq!(app.application(meet.ada.id).await.revision, meet.ada.revision + 1);
        let [letter] = &meet.since(before).await[..] else { panic!("one letter") };
        assert_eq!(letter.kind, "interviewSlots");
        let text = letter.text();
        for words in ["The talk, 45 minutes", "Saturday 16 January 2027, 10:00 to 10:45 (09:00 UTC)", "Europe/Berlin", "/interviews/"] {
            assert!(text.contains(words), "{words:?} is not in {text}");
        }
        let times = app.times(&slots).await;
        let own = chooser(&slots, &meet.ada);
        let eve = app.apply(meet.posted.id, "Eve").await;
        let before = app.mails().await.len();
        let picked = pick(app.act(&own), times[1].id).await.unwrap();
        assert_eq!((picked.state, picked.ended_at), (SlotsState::Picked, Some(app.now())));
        assert_eq!(app.steps(meet.ada.id).await[0].state, StepState::Scheduled);
        let set = app.times(&slots).await.iter().find_map(|time| time.interview).unwrap();
        let interview = app.interview(set).await;

        // What scheduling by hand makes of the same, for another candidate of the same posting.
        let mails = meet.since(before).await;
        let before = app.mails().await.len();
        let step = app.step(eve.id, "talk").await;
        let wanted = interview::Schedule { starts_at: times[1].starts_at, ..meet.wanted(step, people) };
        let by_hand = schedule(app.act(&meet.recruiter), wanted).await.unwrap();
        assert_eq!(interview.meeting, by_hand.meeting);
        assert_eq!((interview.state, interview.sequence), (by_hand.state, by_hand.sequence));
        assert_eq!(app.people(interview.id).await, app.people(by_hand.id).await);
        let kinds = |mails: &[crate::meeting::Mail]| mails.iter().map(|mail| mail.kind.clone()).collect::<Vec<_>>();
        assert_eq!(kinds(&mails), kinds(&meet.since(before).await));
        for mail in &mails {
            assert_eq!((mail.says("METHOD"), mail.says("UID")), ("REQUEST".to_owned(), interview.uid.clone()));
            assert_eq!(mail.says("DTSTART"), "20270116T120000Z");
        }
        assert_eq!(interview.created_by, meet.ada.candidate.to_string());

        // Once more changes nothing; another one is not to be had any more.
        let events = app.kinds().await.len();
        assert_eq!(pick(app.act(&own), times[1].id).await.unwrap(), picked);
        assert_eq!(refused(pick(app.act(&own), times[0].id).await), Refusal::AlreadyAnswered);
        assert_eq!(refused(decline(app.act(&own), slots.id, None).await), Refusal::AlreadyAnswered);
        assert_eq!(refused(withdraw(app.act(&meet.recruiter), slots.id).await), Refusal::AlreadyAnswered);
        assert_eq!(app.kinds().await.len(), events);
        app.check_invariants().await;
    }

    async fn what_cannot_be_offered_is_refused_by_field(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let (talk, act) = (meet.step("talk").await, app.act(&meet.recruiter));
        let wanted = |hours: &[i64]| meet.offering(talk, hours, vec![coming(&bob)]);
        assert_eq!(fields(&refused(offer(act, wanted(&[])).await)), ["slots"]);
        assert_eq!(fields(&refused(offer(act, wanted(&(0..21).collect::<Vec<_>>())).await)), ["slots"]);
        let odd = refused(offer(act, wanted(&[3, -30, 3])).await);
        assert_eq!(fields(&odd), ["slots.1.startsAt", "slots.2.startsAt"]);
        let place = Setting { place: Some("\0".into()), ..Setting::default() };
        assert_eq!(fields(&refused(offer(act, Offer { setting: place, ..wanted(&[0]) }).await)), ["place"]);
        let nobody = Invitee { user: UserId::new(app.now(), &*app.chance), shadow: false };
        for (people, expected) in [(vec![listening(&bob)], "participants"), (vec![coming(&bob), nobody], "participants.1.userId")] {
            assert_eq!(fields(&refused(offer(act, meet.offering(talk, &[0], people)).await)), [expected]);
        }
        let last = meet.offering(meet.step("offer").await, &[0], vec![coming(&bob)]);
        assert_eq!(fields(&refused(offer(act, last).await)), ["stepId"]);
        let stale = Offer { which: Which { step: talk, revision: Some(9) }, ..wanted(&[0]) };
        assert_eq!(refused(offer(act, stale).await), Refusal::Stale);
        // Nobody is offered what is taken already.
        let other = meet.busy("Frontend", meet.tomorrow() + TimeDelta::minutes(30), vec![coming(&bob)]).await;
        schedule(act, other).await.unwrap();
        assert_eq!(fields(&refused(offer(act, wanted(&[5, 0])).await)), ["slots.1.startsAt"]);
        assert_eq!(app.rows("slots").await, 0);
        meet.set(&[&bob]).await;
        assert_eq!(refused(offer(act, wanted(&[7])).await), Refusal::StepState("scheduled"));
    }

    async fn only_some_may_offer_and_choose(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let talk = meet.step("talk").await;
        let interviewer = app.staff(Role::Interviewer, Reach::Posting(meet.posted.id)).await;
        let own = TestApp::applicant(meet.ada.id, meet.ada.candidate);
        for viewer in [&interviewer, &own] {
            let wanted = meet.offering(talk, &[0], vec![coming(&bob)]);
            assert_eq!(refused(offer(app.act(viewer), wanted).await), Refusal::Forbidden);
        }
        let wanted = meet.offering(talk, &[0], vec![coming(&bob)]);
        assert_eq!(refused(offer(app.act(&bob), wanted).await), Refusal::NotFound("step"));
        let slots = meet.offered(&[0, 2], &[&bob]).await;
        let time = app.times(&slots).await[0].id;
        let eve = app.apply(meet.posted.id, "Eve").await;
        let theirs = TestApp::applicant(eve.id, eve.candidate);
        let panel = meet.offering(meet.step("panel").await, &[8], vec![coming(&bob), coming(&meet.recruiter)]);
        let panel = offer(app.act(&meet.recruiter), panel).await.unwrap();
        // The link to other times of the same application opens these no more than a stranger's does.
        let beside = chooser(&panel, &meet.ada);
        for viewer in [&theirs, &bob, &Viewer::Anonymous, &beside] {
            assert_eq!(refused(pick(app.act(viewer), time).await), Refusal::NotFound("slot"));
            assert_eq!(refused(decline(app.act(viewer), slots.id, None).await), Refusal::NotFound("slots"));
            assert_eq!(refused(withdraw(app.act(viewer), slots.id).await), Refusal::NotFound("slots"));
        }
        let absent = SlotId::new(app.now(), &*app.chance);
        assert_eq!(refused(pick(app.act(&meet.recruiter), absent).await), Refusal::NotFound("slot"));
        for viewer in [&interviewer, &app.staff(Role::HiringManager, Reach::Posting(meet.posted.id)).await] {
            assert_eq!(refused(pick(app.act(viewer), time).await), Refusal::Forbidden);
        }
        assert_eq!(refused(withdraw(app.act(&own), slots.id).await), Refusal::Forbidden);
        assert_eq!(app.rows("interview").await, 0);
        // By the link to the application, and by a recruiter who was told.
        assert_eq!(decline(app.act(&own), slots.id, Some("Any Friday.")).await.unwrap().declined_at, Some(app.now()));
        assert_eq!(pick(app.act(&meet.recruiter), time).await.unwrap().state, SlotsState::Picked);
    }

    async fn a_time_is_free_until_it_begins_or_somebody_is_elsewhere(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo) = (app.colleague().await, app.colleague().await);
        let slots = meet.offered(&[0, 1, 2, 3], &[&bob, &cleo]).await;
        assert_eq!(app.free(&slots).await, [0, 1, 2, 3]);
        let (own, act) = (chooser(&slots, &meet.ada), app.act(&meet.recruiter));
        let times = app.times(&slots).await;
        // From 10:30 to 11:15, which is over one time, and up to the beginning of another.
        let at = times[0].starts_at + TimeDelta::minutes(15);
        let other = schedule(act, meet.busy("Frontend", at, vec![coming(&meet.recruiter), listening(&cleo)]).await).await.unwrap();
        assert_eq!(app.free(&slots).await, [1, 2, 3]);
        assert_eq!(refused(pick(app.act(&own), times[0].id).await), Refusal::SlotTaken);
        let people = Some(vec![coming(&meet.recruiter)]);
        let without = Update { interview: other.id, revision: None, participants: people, video_link: None };
        interview::update(act, without).await.unwrap();
        assert_eq!(app.free(&slots).await, [0, 1, 2, 3]);
        let again = schedule(act, meet.busy("Design", at, vec![coming(&bob)]).await).await.unwrap();
        assert_eq!(app.free(&slots).await, [1, 2, 3]);
        interview::cancel(act, Cancel { interview: again.id, revision: None, reason: None }).await.unwrap();
        assert_eq!(app.free(&slots).await, [0, 1, 2, 3]);
        // The candidate's own: another step of the application, with other people.
        let dana = app.colleague().await;
        let panel = meet.wanted(meet.step("panel").await, vec![coming(&dana), coming(&meet.recruiter)]);
        schedule(act, interview::Schedule { starts_at: times[2].starts_at, ..panel }).await.unwrap();
        assert_eq!(app.free(&slots).await, [0, 1, 3]);
        app.clock.pass(times[1].starts_at - app.now());
        assert_eq!(app.free(&slots).await, [3]);
        assert_eq!(refused(pick(app.act(&own), times[1].id).await), Refusal::SlotTaken);
        pick(app.act(&own), times[3].id).await.unwrap();
        assert_eq!(app.rows("interview WHERE state = 'scheduled'").await, 3);
    }

    async fn new_times_replace_old_ones(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let old = meet.offered(&[0, 2], &[&bob]).await;
        let new = meet.offered(&[4], &[&bob]).await;
        assert_eq!((app.slots(old.id).await.state, app.slots(new.id).await.state), (SlotsState::Replaced, SlotsState::Open));
        let time = app.times(&old).await[0].id;
        assert_eq!(refused(pick(app.act(&chooser(&old, &meet.ada)), time).await), Refusal::Stale);
        assert_eq!(refused(decline(app.act(&chooser(&old, &meet.ada)), old.id, None).await), Refusal::Stale);
        let void = format!("link WHERE slots_id = '{}' AND revoked_at IS NULL", old.id);
        assert_eq!(app.rows(&void).await, 0);
        let closed = withdraw(app.act(&meet.recruiter), new.id).await.unwrap();
        assert_eq!(closed.state, SlotsState::Closed);
        assert_eq!(refused(withdraw(app.act(&meet.recruiter), new.id).await), Refusal::Stale);
        let slots: Vec<_> = app.kinds().await.into_iter().filter(|kind| kind.as_str().starts_with("slot")).collect();
        let expected = [EventKind::SlotsOffered, EventKind::SlotsReplaced, EventKind::SlotsOffered, EventKind::SlotsClosed];
        assert_eq!(slots, expected);
    }

    async fn times_close_with_what_they_are_for(app: TestApp) {
        let bob = app.colleague().await;
        for how in ["schedule", "pass", "waive", "end", "return"] {
            let meet = app.meet().await;
            let slots = meet.offered(&[0], &[&bob]).await;
            let (act, which) = (app.act(&meet.recruiter), Which { step: slots.step, revision: None });
            match how {
                "schedule" => drop(meet.set(&[&bob]).await),
                "pass" => drop(pass(act, which).await.unwrap()),
                "waive" => drop(waive(act, which, "Known well.").await.unwrap()),
                "end" => drop(withdraw_application(act, withdrawing(meet.ada.id)).await.unwrap()),
                _ => {
                    app.put(|tx| async move {
                        let sql = "UPDATE application SET stage = 1 WHERE id = $1";
                        storage::dialect::execute(&tx, sql, [meet.ada.id.into()]).await?;
                        Ok(())
                    })
                    .await;
                    let revision = app.application(meet.ada.id).await.revision;
                    let back = GoBack { application: meet.ada.id, revision, to: "meet".into(), reason: "Again.".into() };
                    go_back(act, back).await.unwrap();
                }
            }
            let now = app.slots(slots.id).await;
            assert_eq!((now.state, now.ended_at), (SlotsState::Closed, Some(app.now())), "{how}");
            let live = format!("link WHERE slots_id = '{}' AND revoked_at IS NULL", slots.id);
            assert_eq!(app.rows(&live).await, 0, "{how}");
            let closed = app.kinds().await.into_iter().filter(|kind| *kind == EventKind::SlotsClosed).count();
            assert_eq!(closed, usize::try_from(app.rows("slots WHERE state = 'closed'").await).unwrap(), "{how}");
            // Whoever has only this is not in anybody's way the next time.
            app.beside("UPDATE interview SET state = 'held' WHERE state = 'scheduled'").await;
        }
        app.check_invariants().await;
    }

    async fn recruiters_learn_that_other_times_are_needed(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo) = (app.colleague().await, app.colleague().await);
        let slots = meet.offered(&[0, 2], &[&bob]).await;
        assert_eq!(work(&app, &meet.recruiter).await, Vec::<String>::new());
        let own = chooser(&slots, &meet.ada);
        let long = "x".repeat(2001);
        assert_eq!(fields(&refused(decline(app.act(&own), slots.id, Some(&long)).await)), ["note"]);
        decline(app.act(&own), slots.id, Some("Any Friday.")).await.unwrap();
        assert_eq!(refused(decline(app.act(&own), slots.id, Some("Or Monday.")).await), Refusal::AlreadyAnswered);
        assert_eq!(work(&app, &meet.recruiter).await, ["talk"]);
        assert_eq!(work(&app, &bob).await, Vec::<String>::new());
        // Other times settle it; when all of them are taken, or over, others are needed again.
        let next = meet.offered(&[4, 6], &[&bob]).await;
        assert_eq!(work(&app, &meet.recruiter).await, Vec::<String>::new());
        let act = app.act(&meet.recruiter);
        let at = app.times(&next).await[1].starts_at;
        let other = schedule(act, meet.busy("Frontend", at, vec![coming(&bob)]).await).await.unwrap();
        app.clock.pass(at - TimeDelta::hours(1) - app.now());
        assert_eq!(work(&app, &meet.recruiter).await, ["talk"]);
        interview::cancel(act, Cancel { interview: other.id, revision: None, reason: None }).await.unwrap();
        assert_eq!(work(&app, &meet.recruiter).await, Vec::<String>::new());
        app.clock.pass(TimeDelta::hours(1));
        assert_eq!(work(&app, &meet.recruiter).await, ["talk"]);
        withdraw(act, next.id).await.unwrap();
        assert_eq!(work(&app, &meet.recruiter).await, Vec::<String>::new());
        let last = meet.offered(&[24], &[&cleo]).await;
        let time = app.times(&last).await[0].id;
        pick(app.act(&chooser(&last, &meet.ada)), time).await.unwrap();
        assert_eq!(work(&app, &meet.recruiter).await, Vec::<String>::new());
    }

    async fn one_reminder_goes_to_whoever_can_still_choose(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo) = (app.colleague().await, app.colleague().await);
        let count = async || {
            let letters = app.letters(meet.ada.id).await;
            letters.into_iter().filter(|kind| *kind == LetterKind::InterviewSlotsReminded).count()
        };
        // In 25 hours, and later: half way to the first.
        let slots = meet.offered(&[0, 2], &[&bob]).await;
        app.clock.pass(TimeDelta::minutes(12 * 60 + 29));
        sweep(&app).step().await.unwrap();
        assert_eq!(count().await, 0);
        let at = app.times(&slots).await[0].starts_at;
        schedule(app.act(&meet.recruiter), meet.busy("Frontend", at, vec![coming(&bob)]).await).await.unwrap();
        let before = app.mails().await.len();
        app.clock.pass(TimeDelta::minutes(1));
        for _ in 0..2 {
            sweep(&app).step().await.unwrap();
            assert_eq!(count().await, 1);
        }
        let mails = meet.since(before).await;
        let text = mails[0].text();
        assert!(text.contains("12:00 to 12:45 (11:00 UTC)") && !text.contains("10:00 to 10:45"), "{text}");
        assert_eq!(app.slots(slots.id).await.reminded_at, Some(app.now()));
        // Nobody who asked for other times is reminded of these, nor anybody who has none left.
        let next = meet.offered(&[24], &[&cleo]).await;
        decline(app.act(&chooser(&next, &meet.ada)), next.id, None).await.unwrap();
        app.clock.pass(TimeDelta::hours(20));
        sweep(&app).step().await.unwrap();
        assert_eq!(count().await, 1);
        let last = meet.offered(&[0], &[&cleo]).await;
        let at = app.times(&last).await[0].starts_at;
        schedule(app.act(&meet.recruiter), meet.busy("Design", at, vec![coming(&cleo)]).await).await.unwrap();
        app.clock.pass(TimeDelta::hours(13));
        sweep(&app).step().await.unwrap();
        assert_eq!(count().await, 1);
    }

    async fn staff_and_the_candidate_read_what_is_offered(app: TestApp) {
        let meet = app.meet().await;
        let (bob, cleo) = (app.colleague().await, app.colleague().await);
        let wanted = meet.offering(meet.step("talk").await, &[2, 0], vec![coming(&cleo), listening(&bob)]);
        let slots = offer(app.act(&meet.recruiter), wanted).await.unwrap();
        let own = chooser(&slots, &meet.ada);
        decline(app.act(&own), slots.id, Some("Any Friday.")).await.unwrap();
        let interviewer = app.staff(Role::Interviewer, Reach::Posting(meet.posted.id)).await;
        let own_page = TestApp::applicant(meet.ada.id, meet.ada.candidate);
        for (viewer, note, user) in [
            (&meet.recruiter, json!("Any Friday."), true),
            (&interviewer, Value::Null, true),
            (&own_page, Value::Null, false),
        ] {
            let seen = told(&app, viewer, &meet.ada).await;
            let told = &seen["slots"];
            assert_eq!((&seen["status"], &told["status"], &told["note"]), (&json!("PENDING"), &json!("OPEN"), &note));
            let first = app.times(&slots).await[0].starts_at;
            assert_eq!(told["times"][0]["startsAt"].as_str().unwrap().parse(), Ok(first));
            assert_eq!((&told["times"][1]["free"], &told["times"][1]["picked"]), (&json!(true), &json!(false)));
            let people = told["participants"].as_array().unwrap();
            assert_eq!((people.len(), &people[0]["shadow"], &people[1]["shadow"]), (2, &json!(false), &json!(true)));
            assert!(people[0]["name"].is_string());
            let expected = if user { json!(id(&cleo).to_string()) } else { Value::Null };
            assert_eq!(people[0]["user"]["id"], expected);
        }
        // By the link of its own: nothing but these times.
        let query = "{ viewer { kind slots { id status note times { id free interview { id } } participants { name user { id } } } } }";
        let seen = app.ask(&own, query, json!({})).await;
        let viewer = &seen["data"]["viewer"];
        assert_eq!((&viewer["kind"], &viewer["slots"]["id"]), (&json!("CHOOSER"), &json!(slots.id.to_string())), "{seen}");
        assert!(viewer["slots"]["note"].is_null() && viewer["slots"]["participants"][0]["user"].is_null());
        let nothing = app.ask(&own, STEPS, json!({ "id": meet.ada.id.to_string() })).await;
        assert!(nothing["data"]["application"].is_null(), "{nothing}");
        let text = "mutation($input: InterviewPickSlotInput!) { interviewPickSlot(input: $input) { slots { status times { id free picked \
                    interview { id } } } userErrors { code } } }";
        let time = viewer["slots"]["times"][1]["id"].clone();
        let done = app.ask(&own, text, json!({ "input": { "slotId": time } })).await;
        let done = &done["data"]["interviewPickSlot"];
        assert_eq!((&done["slots"]["status"], &done["userErrors"]), (&json!("PICKED"), &json!([])));
        let times = &done["slots"]["times"];
        assert_eq!((&times[1]["picked"], &times[0]["free"], &times[1]["interview"]), (&json!(true), &json!(false), &Value::Null));
        let seen = told(&app, &meet.recruiter, &meet.ada).await;
        assert!(seen["slots"]["times"][1]["interview"]["id"].is_string(), "{seen}");
        assert_eq!(seen["slots"]["offeredBy"]["id"], id(&meet.recruiter).to_string());
        assert_eq!(seen["slots"]["endedAt"].as_str().unwrap().parse(), Ok(app.now()));
        let none = app.ask(&own_page, "{ viewer { slots { id } } }", json!({})).await;
        assert!(none["data"]["viewer"]["slots"].is_null());
    }

    async fn another_team_since_the_offer_asks_for_a_look_at_the_people(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let slots = meet.offered(&[0], &[&bob]).await;
        app.clock.pass(TimeDelta::minutes(1));
        allotment::allot(app.act(&meet.recruiter), meet.ada.id, meet.posted.teams[1].team, None).await.unwrap();
        app.clock.pass(TimeDelta::minutes(1));
        let time = app.times(&slots).await[0].id;
        pick(app.act(&chooser(&slots, &meet.ada)), time).await.unwrap();
        let query = "query($id: ID!) { application(id: $id) { steps { interviews { checkParticipants } } } }";
        let answer = app.ask(&meet.recruiter, query, json!({ "id": meet.ada.id.to_string() })).await;
        assert_eq!(answer["data"]["application"]["steps"][0]["interviews"][0]["checkParticipants"], true);
        let set = app.times(&slots).await[0].interview.unwrap();
        assert_eq!(app.interview(set).await.state, InterviewState::Scheduled);
    }
}
