//! Which team an application is for, and which its candidate would prefer.

use vacantia::actions::allotment::{allot, prefer_teams};
use vacantia::actions::justification;
use vacantia::domain::Refusal;
use vacantia::domain::Viewer;
use vacantia::domain::event::EventKind;
use vacantia::domain::policy::application::{applications, reasons};
use vacantia::domain::viewer::{Reach, Role};
use vacantia::storage::{self, application::Undecided};

use crate::app::TestApp;
use crate::look::refused;

both! {
    async fn allotments_keep_their_history(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).hiring("Full", 0).open().await;
        let recruiter = app.recruiter().await;
        let ada = app.apply(posted.id, "Ada").await;
        let [create, full] = [posted.teams[0].clone(), posted.teams[1].clone()];
        let first = allot(app.act(&recruiter), ada.id, create.team, Some(1)).await.unwrap();
        let since = app.now();
        assert_eq!(refused(allot(app.act(&recruiter), ada.id, full.team, Some(1)).await), Refusal::Stale);
        // To the same team again: nothing happens.
        assert_eq!(allot(app.act(&recruiter), ada.id, create.team, None).await.unwrap().revision, first.revision);
        app.clock.pass(chrono::TimeDelta::days(1));
        // A full team is a team.
        let second = allot(app.act(&recruiter), ada.id, full.team, None).await.unwrap();
        assert_eq!(second.revision, first.revision + 1);
        let scope = applications(&Viewer::System);
        let history = storage::allotment::of_applications(&app.store, &scope, &[ada.id]).await.unwrap();
        let history: Vec<_> = history[&ada.id].iter().map(|one| (one.team, one.since, one.until)).collect();
        assert_eq!(history, [(create.team, since, Some(app.now())), (full.team, app.now(), None)]);
        let kinds = app.kinds().await;
        assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::ApplicationAllotted).count(), 2);
    }

    async fn invariant_04_an_allotment_stays_within_the_posting(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let other = app.posting("Frontend").hiring("Plan", 1).open().await;
        let recruiter = app.recruiter().await;
        let ada = app.apply(posted.id, "Ada").await;
        for team in [other.team(), app.team("Nowhere").await] {
            let refusal = refused(allot(app.act(&recruiter), ada.id, team, None).await);
            assert_eq!((refusal.code(), refusal.field()), ("INVALID", Some("teamId")));
            let refusal = refused(prefer_teams(app.act(&recruiter), ada.id, &[team], None).await);
            assert_eq!((refusal.code(), refusal.field()), ("INVALID", Some("teams")));
        }
        assert_eq!(app.rows("allotment").await, 0);
    }

    async fn two_allotments_at_once_leave_one_current(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).hiring("Plan", 1).hiring("Share", 1).open().await;
        let recruiter = app.recruiter().await;
        let ada = app.apply(posted.id, "Ada").await;
        let to = |place: usize| allot(app.act(&recruiter), ada.id, posted.teams[place].team, None);
        let (a, b, c) = tokio::join!(to(0), to(1), to(2));
        for done in [a, b, c] {
            done.unwrap();
        }
        assert_eq!(app.rows("allotment").await, 3);
        assert_eq!(app.rows("allotment WHERE until IS NULL").await, 1);
        assert_eq!(app.application(ada.id).await.revision, 4);
    }

    async fn candidates_state_their_teams(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).hiring("Plan", 1).open().await;
        let [create, plan] = [posted.teams[0].team, posted.teams[1].team];
        let (ada, bob) = (app.apply(posted.id, "Ada").await, app.apply(posted.id, "Bob").await);
        let own = TestApp::applicant(ada.id, ada.candidate);
        let manager = app.staff(Role::HiringManager, Reach::Organisation).await;
        prefer_teams(app.act(&own), ada.id, &[plan, create], None).await.unwrap();
        let scope = applications(&Viewer::System);
        let kept = storage::allotment::preferred(&app.store, &scope, &[ada.id, bob.id]).await.unwrap();
        assert_eq!(kept[&ada.id], [plan, create]);
        assert!(!kept.contains_key(&bob.id));
        let twice = refused(prefer_teams(app.act(&own), ada.id, &[plan, plan], None).await);
        assert_eq!((twice.code(), twice.field()), ("INVALID", Some("teams")));
        assert_eq!(refused(prefer_teams(app.act(&own), ada.id, &[plan], Some(1)).await), Refusal::Stale);
        assert_eq!(refused(prefer_teams(app.act(&own), bob.id, &[plan], None).await), Refusal::NotFound("application"));
        assert_eq!(refused(prefer_teams(app.act(&manager), ada.id, &[plan], None).await), Refusal::Forbidden);
        assert_eq!(refused(allot(app.act(&own), ada.id, plan, None).await), Refusal::Forbidden);
        prefer_teams(app.act(&own), ada.id, &[], None).await.unwrap();
        assert_eq!(app.rows("preferred_team").await, 0);
    }

    async fn whoever_moves_it_has_decided(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).hiring("Plan", 1).open().await;
        let recruiter = app.recruiter().await;
        let (ada, bob) = (app.apply(posted.id, "Ada").await, app.apply(posted.id, "Bob").await);
        let elsewhere = app.posting("Frontend").hiring("Create", 1).open().await;
        let ada_too = app.apply(elsewhere.id, "Ada").await;
        let change = app.act(&recruiter).change();
        let change = &change;
        for which in [Undecided::OfPosting(posted.id), Undecided::BesideHired(ada.candidate, ada.id)] {
            app.put(|tx| async move {
                storage::application::mark_needs_decision(&tx, change, which).await?;
                // Twice is once.
                Ok(storage::application::mark_needs_decision(&tx, change, which).await?)
            })
            .await;
        }
        for id in [ada.id, bob.id, ada_too.id] {
            let now = app.application(id).await;
            assert_eq!((now.needs_decision_since, now.revision), (Some(change.at), 2));
        }
        let told = app.kinds().await;
        assert_eq!(told.iter().filter(|kind| **kind == EventKind::ApplicationNeedsDecision).count(), 3);
        let wanted = storage::application::Wanted { needs_decision: true, ..Default::default() };
        let (page, scope) = (storage::Page::newest(10), applications(&Viewer::System));
        let waiting = || storage::application::listed(&app.store, &scope, &wanted, &page);
        assert_eq!(waiting().await.unwrap().items.len(), 3);
        allot(app.act(&recruiter), ada.id, posted.team(), None).await.unwrap();
        let left: Vec<_> = waiting().await.unwrap().items.into_iter().map(|one| one.id).collect();
        assert_eq!(left, [ada_too.id, bob.id]);
    }

    async fn invariant_10_a_justification_is_somebodys_word(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).hiring("Plan", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let recruiter = app.recruiter().await;
        let here = app.staff(Role::HiringManager, Reach::Team(posted.team())).await;
        let interviewer = app.staff(Role::Interviewer, Reach::Organisation).await;
        let own = TestApp::applicant(ada.id, ada.candidate);
        // A team's manager has no part in it until it is allotted to the team.
        let save = |viewer, text| justification::save(app.act(viewer), ada.id, text);
        assert_eq!(refused(save(&here, "x").await), Refusal::NotFound("application"));
        allot(app.act(&recruiter), ada.id, posted.team(), None).await.unwrap();
        for viewer in [&interviewer, &own, &Viewer::System] {
            assert_eq!(refused(save(viewer, "x").await), Refusal::Forbidden, "{viewer:?}");
        }
        assert_eq!(refused(save(&here, " ").await), Refusal::required("text"));
        save(&here, "Clear thinking").await.unwrap();
        save(&recruiter, "Clear thinking,\r\nand kind").await.unwrap();
        let read = async |viewer: &Viewer| {
            let scope = reasons(viewer);
            storage::justification::of_applications(&app.store, &scope, &[ada.id]).await.unwrap().remove(&ada.id)
        };
        let kept = read(&here).await.unwrap();
        assert_eq!((kept.text.as_str(), Some(kept.author)), ("Clear thinking,\nand kind", recruiter.user()));
        for viewer in [&interviewer, &own, &Viewer::Anonymous] {
            assert_eq!(read(viewer).await, None, "{viewer:?}");
        }
    }
}
