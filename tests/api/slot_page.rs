//! The page on which candidates pick a time, in each of its states.

use chrono::TimeDelta;
use vacantia::actions::interview::{self, Cancel};
use vacantia::actions::slot::withdraw;
use vacantia::domain::application::Application;
use vacantia::domain::link::Purpose;
use vacantia::domain::slot::{Slots, SlotsState};
use vacantia::storage;

use crate::app::TestApp;
use crate::meeting::id;

async fn page(app: &TestApp, slots: &Slots, of: &Application) -> String {
    let purpose = Purpose::Interview { slots: slots.id, application: of.id };
    format!("/interviews/{}", app.link(of.candidate, purpose).await)
}

both! {
    async fn a_candidate_picks_a_time_on_a_page(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let name = storage::user::find(&app.store, id(&bob)).await.unwrap().unwrap().name;
        let slots = meet.offered(&[0, 2], &[&bob]).await;
        let path = page(&app, &slots, &meet.ada).await;
        let kinds = app.kinds().await;
        let seen = app.get(&path).await;
        assert_eq!((seen.status, seen.header("cache-control"), seen.header("referrer-policy")), (200, "no-store", "no-referrer"));
        for words in [
            "When can we talk?", "The talk", "45 minutes", "a video call", &name, "Times, as clocks show them in Europe/Berlin",
            "Saturday 16 January 2027, 10:00 to 10:45", "09:00 UTC", "12:00 to 12:45", "None of these suits me",
        ] {
            assert!(seen.says(words), "{words:?} is not in {}", seen.text());
        }
        assert!(!seen.body.contains("meet.example.com") && !seen.body.contains("<script"), "{}", seen.body);
        app.head(&path).await;
        assert_eq!(app.kinds().await, kinds, "looking changes nothing");
        for fields in [&[][..], &[("slot", "")], &[("slot", "slot_00000000000000000000000000")], &[("slot", "<b>")]] {
            let again = app.post(&path, fields).await;
            assert!(again.status == 422 && again.body.contains("href=\"#slot\""), "{}", again.body);
        }
        let time = app.times(&slots).await[1].id.to_string();
        for _ in 0..2 {
            let done = app.post(&path, &[("decision", "pick"), ("slot", &time)]).await;
            assert_eq!((done.status, done.header("location")), (303, path.as_str()));
        }
        assert_eq!(app.rows("interview").await, 1, "sending twice sets one meeting");
        let seen = app.get(&path).await;
        assert_eq!(seen.status, 200);
        for words in ["We meet", "Saturday 16 January 2027, 12:00 (Europe/Berlin), 45 minutes", &name] {
            assert!(seen.says(words), "{words:?} is not in {}", seen.text());
        }
        let set = app.times(&slots).await[1].interview.unwrap();
        let off = Cancel { interview: set, revision: None, reason: None };
        interview::cancel(app.act(&meet.recruiter), off).await.unwrap();
        let seen = app.get(&path).await;
        assert!(seen.says("This conversation does not take place") && !seen.says(&name), "{}", seen.text());
        assert_eq!(app.get(&format!("{path}x")).await.status, 404);
    }

    async fn a_time_that_is_gone_is_said_and_others_can_be_asked_for(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let slots = meet.offered(&[0, 2], &[&bob]).await;
        let path = page(&app, &slots, &meet.ada).await;
        let times = app.times(&slots).await;
        // While the page was open.
        app.clock.pass(times[0].starts_at - app.now());
        let gone = app.post(&path, &[("decision", "pick"), ("slot", &times[0].id.to_string())]).await;
        assert_eq!(gone.status, 409);
        assert!(gone.says("has just been taken") && gone.says("Please pick another one") && gone.says("12:00 to 12:45"), "{}", gone.text());
        assert!(!gone.says("10:00 to 10:45"), "{}", gone.text());
        let long = "x".repeat(2001);
        let again = app.post(&path, &[("decision", "decline"), ("note", &long)]).await;
        assert!(again.status == 422 && again.body.contains("href=\"#note\"") && again.body.contains(&long), "{}", again.status);
        app.clock.pass(TimeDelta::hours(2));
        let seen = app.get(&path).await;
        assert!(seen.status == 200 && seen.says("None of the times we offered is left") && seen.says("Ask us for other times"), "{}", seen.text());
        assert!(!seen.body.contains("type=\"radio\""), "{}", seen.body);
        for _ in 0..2 {
            let done = app.post(&path, &[("decision", "decline"), ("note", "Any <Friday>")]).await;
            assert_eq!((done.status, done.header("location")), (303, path.as_str()));
        }
        assert_eq!(app.rows("event WHERE kind = 'slotsDeclined'").await, 1);
        assert_eq!(app.texts("SELECT note AS text FROM slots").await, ["Any <Friday>"]);
        let seen = app.get(&path).await;
        assert!(seen.says("You have asked us for other times") && !seen.says("Ask for other times") && !seen.body.contains("Friday"), "{}", seen.text());
    }

    async fn a_page_says_why_nothing_can_be_picked(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let old = meet.offered(&[0], &[&bob]).await;
        let path = page(&app, &old, &meet.ada).await;
        let time = app.times(&old).await[0].id.to_string();
        let new = meet.offered(&[3], &[&bob]).await;
        let seen = app.get(&path).await;
        assert!(seen.status == 410 && seen.says("We have sent you others"), "{}", seen.text());
        let late = app.post(&path, &[("decision", "pick"), ("slot", &time)]).await;
        assert_eq!((late.status, late.header("location")), (303, path.as_str()));
        let path = page(&app, &new, &meet.ada).await;
        withdraw(app.act(&meet.recruiter), new.id).await.unwrap();
        let seen = app.get(&path).await;
        assert!(seen.status == 410 && seen.says("otherwise you hear from us"), "{}", seen.text());
        assert_eq!((app.rows("interview").await, app.slots(old.id).await.state), (0, SlotsState::Replaced));
    }

    async fn the_page_of_the_application_leads_to_the_times(app: TestApp) {
        let meet = app.meet().await;
        let bob = app.colleague().await;
        let secret = app.link(meet.ada.candidate, Purpose::Application(meet.ada.id)).await;
        let talk = meet.step("talk").await;
        let (status, times) = (format!("/applications/{secret}"), format!("/applications/{secret}/interviews/{talk}"));
        assert_eq!(app.get(&times).await.status, 404);
        let slots = meet.offered(&[0, 2], &[&bob]).await;
        let link = format!("href=\"{times}\"");
        let seen = app.get(&status).await;
        assert!(seen.body.contains(&link) && seen.says("Pick a time to talk: The talk"), "{}", seen.text());
        let other = app.step(app.apply(meet.posted.id, "Bob").await.id, "talk").await;
        assert_eq!(app.get(&format!("/applications/{secret}/interviews/{other}")).await.status, 404);
        let time = app.times(&slots).await[0].id.to_string();
        let done = app.post(&times, &[("decision", "pick"), ("slot", &time)]).await;
        assert_eq!((done.status, done.header("location")), (303, times.as_str()));
        assert!(app.get(&times).await.says("We meet"));
        let seen = app.get(&status).await;
        assert!(!seen.body.contains(&link) && seen.says("We meet"), "{}", seen.text());
    }
}
