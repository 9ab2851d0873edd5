//! The pages on which candidates name people, and on which those answer.

use vacantia::domain::link::Purpose;
use vacantia::domain::reference::{AGREEMENT, CONSENT, ReferenceState};

use crate::reference::Story;

both! {
    async fn a_candidate_names_people_on_a_page(app: TestApp) {
        let story = Story::begin(&app).await;
        story.requested(&app).await;
        let path = story.page(&app).await;
        let kinds = app.kinds().await;
        let seen = app.get(&path).await;
        assert_eq!((seen.status, seen.header("cache-control")), (200, "no-store"));
        for words in ["Whom may we ask about you?", "2 people who have worked with you, at least one of whom managed you", "Please name them by", "Somebody from your last team", "Person 2", AGREEMENT.text] {
            assert!(seen.says(words), "{words:?} is not in {}", seen.text());
        }
        assert_eq!(app.kinds().await, kinds, "looking changes nothing");
        // The first row stays empty; what is wrong is said beside the second.
        let again = app.post(&path, &[("referees.0.name", ""), ("referees.1.name", "Maud <b>"), ("referees.1.email", "maud")]).await;
        assert_eq!(again.status, 422);
        for shown in ["href=\"#referees.1.email\"", "href=\"#referees.1.relation\"", "href=\"#consent\"", "Maud &#60;b&#62;"] {
            assert!(again.body.contains(shown), "{shown} is not in {}", again.body);
        }
        let again = app.post(&path, &[("consent", AGREEMENT.id)]).await;
        assert!(again.status == 422 && again.body.contains("href=\"#referees.0.name\""), "{}", again.body);
        let fields = [
            ("referees.1.name", "Maud <b>"), ("referees.1.email", "maud@example.com"), ("referees.1.relation", "manager"), ("consent", AGREEMENT.id),
        ];
        for _ in 0..2 {
            let done = app.post(&path, &fields).await;
            assert!(done.status == 303 && done.header("location") == path || done.status == 422, "{}", done.status);
        }
        assert_eq!(story.all(&app).await.len(), 1, "sending twice asks once");
        let seen = app.get(&path).await;
        assert!(seen.says("Maud &#60;b&#62;, who managed you") && !seen.body.contains("maud@example.com"), "{}", seen.text());
        assert_eq!(app.get(&format!("{path}x")).await.status, 404);
    }

    async fn a_referee_answers_on_a_page_once(app: TestApp) {
        let (story, maud, paul) = Story::asked(&app).await;
        let path = story.page_of(&app, &maud).await;
        let kinds = app.kinds().await;
        let seen = app.get(&path).await;
        assert_eq!((seen.status, seen.header("cache-control")), (200, "no-store"));
        for words in ["Zoë has applied with us for Backend and named you as somebody who managed them", "When and on what did you work together?", CONSENT.text] {
            assert!(seen.says(words), "{words:?} is not in {}", seen.text());
        }
        let own = app.submission(story.posted.id, "Zoë").email;
        assert!(!seen.body.contains(&own) && !seen.says("Paul"), "nothing else of the candidate");
        assert_eq!(app.kinds().await, kinds, "looking changes nothing");
        let short = app.post(&path, &[("answers.together", "Kept <as> typed"), ("consent", CONSENT.id)]).await;
        assert!(short.status == 422 && short.body.contains("href=\"#answers.again\"") && short.body.contains("Kept &#60;as&#62; typed"), "{}", short.body);
        let fields = [
            ("answers.together", "At Acme."), ("answers.strengths", "Listens."), ("answers.growth", "Estimates."),
            ("answers.again", "yes"), ("recommendation", "yes"), ("consent", CONSENT.id),
        ];
        for _ in 0..2 {
            let done = app.post(&path, &fields).await;
            assert_eq!((done.status, done.header("location")), (303, path.as_str()));
        }
        assert_eq!(app.rows("reference_answer").await, 4);
        let seen = app.get(&path).await;
        assert!(seen.status == 200 && seen.says("Your answers have arrived") && !seen.says("At Acme."), "{}", seen.text());
        let other = story.page_of(&app, &paul).await;
        app.post(&other, &[("decision", "decline")]).await;
        assert!(app.get(&other).await.says("You have told us that you would rather not answer"));
        assert_eq!(story.of(&app, "Paul").await.state, ReferenceState::Declined);
        assert_eq!(app.get(&format!("{path}x")).await.status, 404);
    }

    async fn the_page_of_the_application_leads_to_naming(app: TestApp) {
        let story = Story::begin(&app).await;
        let secret = app.link(story.application.candidate, Purpose::Application(story.application.id)).await;
        let (status, names) = (format!("/applications/{secret}"), format!("/applications/{secret}/references/{}", story.step));
        assert_eq!(app.get(&names).await.status, 404);
        story.requested(&app).await;
        let link = format!("href=\"{names}\"");
        assert!(app.get(&status).await.body.contains(&link) && app.get(&status).await.says("Name people we may ask by"));
        let other = app.step(app.apply(story.posted.id, "Bob").await.id, "references").await;
        assert_eq!(app.get(&format!("/applications/{secret}/references/{other}")).await.status, 404);
        for (name, more) in [("Maud", true), ("Paul", false)] {
            let email = format!("{name}@example.com");
            let fields = [("referees.0.name", name), ("referees.0.email", &email), ("referees.0.relation", "peer"), ("consent", AGREEMENT.id)];
            let done = app.post(&names, &fields).await;
            assert_eq!((done.status, done.header("location")), (303, names.as_str()));
            assert_eq!(app.get(&status).await.body.contains(&link), more, "{name}");
        }
    }
}
