//! Teams: named, renamed, and seen.

use vacantia::actions::team::{create, update};
use vacantia::domain::event::EventKind;
use vacantia::domain::id::TeamId;
use vacantia::domain::posting::PostingStatus;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::domain::{Refusal, Viewer};
use vacantia::storage::posting::Sight;
use vacantia::storage::{self, Page};

use crate::look::refused;

both! {
    async fn a_team_is_named_once(app: TestApp) {
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let made = create(app.act(&admin), " Verify\u{202E}  (CI) ").await.unwrap();
        assert_eq!((made.name.as_str(), made.revision), ("Verify (CI)", 1));
        assert_eq!(refused(create(app.act(&admin), "VERIFY (ci)").await), Refusal::Taken("name"));
        assert_eq!(refused(create(app.act(&admin), " ").await), Refusal::required("name"));
        let other = create(app.act(&admin), "Plan").await.unwrap();
        assert_eq!(refused(update(app.act(&admin), other.id, None, "verify (CI)").await), Refusal::Taken("name"));
        let renamed = update(app.act(&admin), made.id, Some(1), "verify (CI)").await.unwrap();
        assert_eq!((renamed.name.as_str(), renamed.revision), ("verify (CI)", 2));
        assert_eq!(app.kinds().await, [EventKind::TeamCreated, EventKind::TeamCreated, EventKind::TeamUpdated]);
    }

    async fn invariant_07_a_team_changes_from_a_named_revision(app: TestApp) {
        let recruiter = app.recruiter().await;
        let made = create(app.act(&recruiter), "Plan").await.unwrap();
        update(app.act(&recruiter), made.id, Some(1), "Plans").await.unwrap();
        assert_eq!(refused(update(app.act(&recruiter), made.id, Some(1), "Planned").await), Refusal::Stale);
        let same = update(app.act(&recruiter), made.id, Some(2), "Plans").await.unwrap();
        assert_eq!((same.revision, app.kinds().await.len()), (2, 2), "nothing to do is nothing done");
        let nothing = TeamId::new(app.now(), &*app.chance);
        assert_eq!(refused(update(app.act(&recruiter), nothing, None, "x").await), Refusal::NotFound("team"));
    }

    async fn invariant_23_only_those_who_set_things_up_name_teams(app: TestApp) {
        let team = app.team("Plan").await;
        let mut read_only = app.staff(Role::Admin, Reach::Organisation).await;
        if let Viewer::Staff(staff) = &mut read_only {
            staff.scopes = vec![vacantia::domain::viewer::TokenScope::Read];
        }
        for viewer in [
            Viewer::Anonymous,
            app.staff(Role::HiringManager, Reach::Organisation).await,
            app.staff(Role::Recruiter, Reach::Team(team)).await,
            read_only,
        ] {
            assert_eq!(refused(create(app.act(&viewer), "New").await), Refusal::Forbidden);
            assert_eq!(refused(update(app.act(&viewer), team, None, "New").await), Refusal::Forbidden);
        }
    }

    async fn invariant_23_anyone_sees_the_teams_of_visible_postings(app: TestApp) {
        let open = app.posting("Open").hiring("Create", 1).open().await;
        let hidden = app.posting("Hidden").hiring("Plan", 1).in_status(PostingStatus::Draft).await;
        let names = async |viewer: &Viewer| {
            let sight = Sight::of(viewer, app.now());
            let part = storage::team::listed(&app.store, &sight, &Page::newest(10)).await.unwrap();
            let ids = [open.team(), hidden.team()];
            assert_eq!(storage::team::of(&app.store, &sight, &ids).await.unwrap().len(), part.items.len());
            let mut names: Vec<_> = part.items.into_iter().map(|team| team.name).collect();
            names.sort();
            names
        };
        assert_eq!(names(&Viewer::Anonymous).await, ["Create"]);
        assert_eq!(names(&app.staff(Role::Interviewer, Reach::Posting(open.id)).await).await, ["Create", "Plan"]);
    }

    async fn teams_over_graphql(app: TestApp) {
        let recruiter = app.recruiter().await;
        let query = "mutation($name: String!) { teamCreate(input: {name: $name}) \
             { team { id name revision } userErrors { code field message } } }";
        let named = |name: &str| serde_json::json!({ "name": name });
        let made = app.ask(&recruiter, query, named("Monitor")).await;
        assert_eq!(made["data"]["teamCreate"]["team"]["name"], "Monitor", "{made}");
        let id = &made["data"]["teamCreate"]["team"]["id"];
        let taken = app.ask(&recruiter, query, named("monitor")).await;
        let error = &taken["data"]["teamCreate"]["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&"TAKEN".into(), &serde_json::json!(["name"])), "{taken}");
        let rename = "mutation($id: ID!, $at: Int) { teamUpdate(input: {teamId: $id, expectedRevision: $at, name: \"M\"}) \
             { team { name } userErrors { code } } }";
        let renamed = app.ask(&recruiter, rename, serde_json::json!({ "id": id, "at": 1 })).await;
        assert_eq!(renamed["data"]["teamUpdate"]["team"]["name"], "M", "{renamed}");
        let stale = app.ask(&recruiter, rename, serde_json::json!({ "id": id, "at": 1 })).await;
        assert_eq!(stale["data"]["teamUpdate"]["userErrors"][0]["code"], "STALE");
        let wrong = app.ask(&recruiter, rename, serde_json::json!({ "id": "post_x", "at": 1 })).await;
        assert_eq!(wrong["data"]["teamUpdate"]["userErrors"][0]["code"], "NOT_FOUND");
        let anonymous = app.ask(&Viewer::Anonymous, query, named("x")).await;
        assert_eq!(anonymous["data"]["teamCreate"]["userErrors"][0]["code"], "FORBIDDEN");
    }
}
