//! A decision that the candidate is to hear of later: until then they know nothing of it, and it can be taken back.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vacantia::actions::allotment::prefer_teams;
use vacantia::actions::application::{Decline, Notice, decline, reinstate, withdraw};
use vacantia::actions::email;
use vacantia::domain::application::ApplicationStatus;
use vacantia::domain::email::{EmailState, LetterKind};
use vacantia::domain::id::EmailMessageId;
use vacantia::domain::link::Purpose;
use vacantia::domain::{Refusal, Viewer};

use crate::app::TestApp;
use crate::application::{declining, withdrawing};
use crate::look::refused;
use crate::mailroom::Mailroom;
use crate::offering::short;

/// What a viewer is told of an application.
async fn known(app: &TestApp, viewer: &Viewer, id: &str) -> Value {
    let query =
        "query($id: ID!) { application(id: $id) { status outcome { side toldFrom } steps { status } } }";
    app.ask(viewer, query, json!({ "id": id })).await["data"]["application"].clone()
}

async fn message(app: &TestApp, state: &str) -> Vec<EmailMessageId> {
    let sql = format!(
        "SELECT id AS text FROM email_message WHERE kind = 'applicationDeclined' AND state = '{state}' ORDER BY id"
    );
    app.texts(&sql).await.iter().map(|id| id.parse().unwrap()).collect()
}

fn later(app: &TestApp, hours: i64) -> Notice {
    Notice::MailAt(app.now() + TimeDelta::hours(hours))
}

both! {
    async fn the_candidate_knows_when_the_mail_leaves(app: TestApp) {
        let room = Mailroom::new(app).await;
        let app = &room.app;
        let (recruiter, posted) = (app.recruiter().await, app.posting("Plumber").hiring("Pipes", 1).with_stages(short()).open().await);
        let ada = app.apply(posted.id, "Ada").await;
        room.drain().await;
        let (id, own) = (ada.id.to_string(), TestApp::applicant(ada.id, ada.candidate));
        let before = known(app, &own, &id).await;
        let link = format!("/applications/{}", app.link(ada.candidate, Purpose::Application(ada.id)).await);
        let page = app.get(&link).await.text();
        let at = "2027-01-17T09:00:00Z".parse().unwrap();
        decline(app.act(&recruiter), Decline { notice: Notice::MailAt(at), ..declining(ada.id) }).await.unwrap();

        assert_eq!(app.application(ada.id).await.status, ApplicationStatus::Declined);
        let staff = known(app, &recruiter, &id).await;
        assert_eq!((&staff["status"], &staff["outcome"]["toldFrom"]), (&json!("DECLINED"), &json!("2027-01-17T09:00:00Z")));
        assert_eq!(known(app, &own, &id).await, before);
        assert_eq!(app.get(&link).await.text(), page);
        let by_status = "{ applications(filter: { statuses: [DECLINED] }) { nodes { id } } }";
        assert_eq!(app.ask(&own, by_status, json!({})).await["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let teams = [posted.teams[0].team];
        prefer_teams(app.act(&own), ada.id, &teams, None).await.unwrap();
        let told = "mutation($id: ID!) { applicationPreferTeams(input: { applicationId: $id, teams: [] }) { application { status outcome { side } } } }";
        let told = app.ask(&own, told, json!({ "id": id })).await["data"]["applicationPreferTeams"]["application"].clone();
        assert_eq!(told, json!({ "status": "ACTIVE", "outcome": null }));

        let waiting = message(app, "queued").await[0];
        assert_eq!(room.drain().await, 0);
        let early = refused(email::retry(app.act(&recruiter), waiting).await);
        assert!(matches!(early, Refusal::EmailState(_)), "{early:?}");
        room.pass(TimeDelta::hours(49));
        assert_eq!(room.drain().await, 1);
        assert_eq!(room.state(waiting).await, EmailState::Sent);
        let mail = room.received().pop().unwrap();
        assert!(mail.contains("Date: Sun, 17 Jan 2027 09:00:00 +0000"), "{mail}");
        assert_eq!(known(app, &own, &id).await["status"], "DECLINED");
        assert!(app.get(&link).await.says("We will not go on with your application"));
        assert_eq!(refused(prefer_teams(app.act(&own), ada.id, &teams, None).await), Refusal::NotActive);
    }

    async fn a_decision_is_taken_back_with_its_mail(app: TestApp) {
        let room = Mailroom::new(app).await;
        let app = &room.app;
        let (recruiter, posted) = (app.recruiter().await, app.posting("Plumber").hiring("Pipes", 1).with_stages(short()).open().await);
        let ada = app.apply(posted.id, "Ada").await;
        room.drain().await;
        decline(app.act(&recruiter), Decline { notice: later(app, 1), ..declining(ada.id) }).await.unwrap();
        let back = reinstate(app.act(&recruiter), ada.id, None).await.unwrap();
        assert_eq!((back.status, back.outcome), (ApplicationStatus::Active, None));
        assert_eq!(message(app, "cancelled").await.len(), 1);
        room.pass(TimeDelta::hours(2));
        assert_eq!(room.drain().await, 0);
        // One that a worker took a moment ago looks again before it leaves.
        decline(app.act(&recruiter), declining(ada.id)).await.unwrap();
        room.sql("UPDATE email_message SET state = 'sending', fence = fence + 1, lease_owner = 'gone', lease_until = created_at \
                  WHERE kind = 'applicationDeclined' AND state = 'queued'").await;
        reinstate(app.act(&recruiter), ada.id, None).await.unwrap();
        room.pass(TimeDelta::hours(1));
        room.drain().await;
        assert_eq!(message(app, "cancelled").await.len(), 2);
        assert!(!room.received().iter().any(|mail| mail.contains("not go on")));
    }

    async fn whoever_does_not_know_may_still_withdraw(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Plumber").hiring("Pipes", 1).with_stages(short()).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let own = TestApp::applicant(ada.id, ada.candidate);
        decline(app.act(&recruiter), Decline { notice: later(&app, 24), ..declining(ada.id) }).await.unwrap();
        assert_eq!(refused(decline(app.act(&recruiter), declining(ada.id)).await), Refusal::NotActive);
        let gone = withdraw(app.act(&own), withdrawing(ada.id)).await.unwrap();
        assert_eq!(gone.status, ApplicationStatus::Withdrawn);
        assert_eq!(message(&app, "cancelled").await.len(), 1);
        assert_eq!(app.letters(ada.id).await.last(), Some(&LetterKind::ApplicationWithdrawn));
        assert_eq!(refused(withdraw(app.act(&own), withdrawing(ada.id)).await), Refusal::NotActive);
        app.check_report().await;
    }

    async fn nothing_of_ours_ends_without_a_word(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Plumber").hiring("Pipes", 1).with_stages(short()).open().await;
        let offer = desk.sent(&posted, "Ada").await;
        let late = |notice| Decline { notice, ..declining(offer.application) };
        let with_offer = refused(decline(app.act(&desk.recruiter), late(later(&app, 24))).await);
        assert_eq!(with_offer.field(), Some("mailAt"));
        for hours in [-1, 0, 7 * 24 + 1] {
            let wrong = refused(decline(app.act(&desk.recruiter), late(later(&app, hours))).await);
            assert_eq!((wrong.code(), wrong.field()), ("INVALID", Some("mailAt")), "{hours}");
        }
        decline(app.act(&desk.recruiter), late(Notice::Mail)).await.unwrap();
    }
}
