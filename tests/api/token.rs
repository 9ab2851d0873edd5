//! API tokens, and the people behind them.

use chrono::TimeDelta;
use vacantia::actions::token::{Create, Created, create, revoke};
use vacantia::actions::user;
use vacantia::domain::event::EventKind;
use vacantia::domain::id::{PostingId, TeamId, TokenId, UserId};
use vacantia::domain::token::is_shaped;
use vacantia::domain::viewer::{Grant, Reach, Role, Staff, TokenScope};
use vacantia::domain::{Refusal, Viewer};
use vacantia::storage::digest::sha256;
use vacantia::storage::token::viewer_of;
use vacantia::storage::{self, Failure};

use crate::app::TestApp;
use crate::look::refused;

fn with(viewer: &Viewer, scopes: &[TokenScope]) -> Viewer {
    let staff = viewer.staff().unwrap().clone();
    Viewer::Staff(Staff { scopes: scopes.to_vec(), ..staff })
}

impl TestApp {
    async fn token(&self, viewer: &Viewer, owner: UserId, scopes: &[TokenScope]) -> Result<Created, Failure> {
        let scopes = scopes.to_vec();
        create(self.act(viewer), Create { owner, name: "script".into(), scopes, expires_at: None }).await
    }

    async fn behind(&self, secret: &str) -> Option<Viewer> {
        viewer_of(&self.store, &sha256(secret), self.now()).await.unwrap()
    }
}

both! {
    async fn a_token_stands_for_its_owner_while_it_is_good(app: TestApp) {
        let recruiter = app.recruiter().await;
        let owner = recruiter.user().unwrap();
        let made = app.token(&recruiter, owner, &[TokenScope::Write, TokenScope::Write]).await.unwrap();
        assert!(is_shaped(&made.secret) && made.secret.ends_with(&made.token.last_four));
        assert_eq!(app.behind(&made.secret).await, Some(recruiter.clone()));
        assert_eq!(app.behind(&made.secret.to_uppercase()).await, None);
        assert_eq!(app.behind(&sha256(&made.secret)).await, None, "the stored hash opens nothing");
        let nowhere = format!("api_token WHERE secret_hash = '{0}' OR name = '{0}'", made.secret);
        assert_eq!(app.rows(&nowhere).await, 0, "the secret is not kept");
        // Good to the last microsecond.
        app.clock.pass(made.token.expires_at - app.now() - TimeDelta::microseconds(1));
        assert!(app.behind(&made.secret).await.is_some());
        app.clock.pass(TimeDelta::microseconds(1));
        assert_eq!(app.behind(&made.secret).await, None);
    }

    async fn roles_are_those_of_now(app: TestApp) {
        let recruiter = app.recruiter().await;
        let owner = recruiter.user().unwrap();
        let team = app.team("Plan").await;
        let secret = app.token(&Viewer::System, owner, &[TokenScope::Read]).await.unwrap().secret;
        let grant = Grant { role: Role::Interviewer, reach: Reach::Team(team) };
        app.clock.pass(TimeDelta::seconds(1));
        user::grant(app.system(), owner, grant).await.unwrap();
        user::grant(app.system(), owner, grant).await.unwrap();
        let Some(Viewer::Staff(staff)) = app.behind(&secret).await else { panic!("nobody") };
        let recruits = Grant { role: Role::Recruiter, reach: Reach::Organisation };
        assert_eq!(staff.grants, [recruits, grant]);
        assert_eq!((staff.user, staff.scopes), (owner, vec![TokenScope::Read]));
        let granted = app.kinds().await.into_iter().filter(|kind| *kind == EventKind::RoleGranted).count();
        assert_eq!(granted, 1, "a role is given once");
    }

    async fn a_user_without_roles_is_staff_that_may_nothing(app: TestApp) {
        let new = user::Create { email: "New@Example.com".into(), name: "New".into(), title: None, grants: Vec::new() };
        let made = user::create(app.system(), new.clone()).await.unwrap();
        let secret = app.token(&Viewer::System, made.id, &[TokenScope::Admin]).await.unwrap().secret;
        let Some(Viewer::Staff(staff)) = app.behind(&secret).await else { panic!("nobody") };
        assert!(staff.grants.is_empty());
        let again = user::Create { email: "new@example.COM".into(), ..new.clone() };
        assert_eq!(refused(user::create(app.system(), again).await), Refusal::Taken("email"));
        let wrong = user::Create { email: "new".into(), ..new };
        assert_eq!(refused(user::create(app.system(), wrong).await).field(), Some("email"));
    }

    async fn a_token_is_ended_at_once_and_once(app: TestApp) {
        let recruiter = app.recruiter().await;
        let made = app.token(&recruiter, recruiter.user().unwrap(), &[TokenScope::Read]).await.unwrap();
        let ended = revoke(app.act(&recruiter), made.token.id).await.unwrap();
        assert_eq!(ended.revoked_at, Some(app.now()));
        assert_eq!(app.behind(&made.secret).await, None);
        app.clock.pass(TimeDelta::seconds(1));
        assert_eq!(revoke(app.act(&recruiter), made.token.id).await.unwrap(), ended);
        assert_eq!(app.kinds().await, [EventKind::TokenCreated, EventKind::TokenRevoked]);
    }

    async fn invariant_23_nobody_gets_more_than_they_have(app: TestApp) {
        let recruiter = app.recruiter().await;
        let (owner, other) = (recruiter.user().unwrap(), app.recruiter().await.user().unwrap());
        let admin = with(&app.staff(Role::Admin, Reach::Organisation).await, &[TokenScope::Admin]);
        let reader = with(&recruiter, &[TokenScope::Read]);
        for (viewer, owner, scopes) in [
            (&Viewer::Anonymous, owner, &[TokenScope::Read][..]),
            (&reader, owner, &[TokenScope::Read]),
            (&recruiter, owner, &[TokenScope::Admin]),
            (&recruiter, owner, &[TokenScope::Write, TokenScope::Admin]),
            (&recruiter, other, &[TokenScope::Write]),
            (&admin, owner, &[TokenScope::Read]),
        ] {
            assert_eq!(refused(app.token(viewer, owner, scopes).await), Refusal::Forbidden);
        }
        let made = app.token(&recruiter, owner, &[TokenScope::Write]).await.unwrap().token.id;
        let stranger = app.recruiter().await;
        let nothing = TokenId::new(app.now(), &*app.chance);
        for (viewer, id) in [(&stranger, made), (&Viewer::Anonymous, made), (&recruiter, nothing)] {
            assert_eq!(refused(revoke(app.act(viewer), id).await), Refusal::NotFound("token"));
        }
        assert!(revoke(app.act(&admin), made).await.unwrap().revoked_at.is_some());
    }

    async fn a_token_needs_a_name_a_use_and_an_end(app: TestApp) {
        let owner = app.recruiter().await.user().unwrap();
        let new = Create { owner, name: "x".into(), scopes: vec![TokenScope::Read], expires_at: None };
        let year = TimeDelta::days(365);
        for (wrong, field) in [
            (Create { name: " ".into(), ..new.clone() }, "name"),
            (Create { scopes: Vec::new(), ..new.clone() }, "scopes"),
            (Create { expires_at: Some(app.now()), ..new.clone() }, "expiresAt"),
            (Create { expires_at: Some(app.now() + year + TimeDelta::microseconds(1)), ..new.clone() }, "expiresAt"),
        ] {
            assert_eq!(refused(create(app.system(), wrong).await).field(), Some(field));
        }
        let longest = Create { expires_at: Some(app.now() + year), ..new.clone() };
        create(app.system(), longest).await.unwrap();
        let nobody = UserId::new(app.now(), &*app.chance);
        let refusal = refused(create(app.system(), Create { owner: nobody, ..new }).await);
        assert_eq!(refusal, Refusal::NotFound("user"));
    }

    async fn invariant_23_only_administrators_add_people(app: TestApp) {
        let admin = app.staff(Role::Admin, Reach::Organisation).await;
        let grant = Grant { role: Role::Admin, reach: Reach::Organisation };
        let new = |number: u32| user::Create {
            email: format!("person{number}@example.com"),
            name: "Person".into(),
            title: None,
            grants: vec![grant],
        };
        let someone = user::create(app.system(), new(0)).await.unwrap();
        assert_eq!(storage::user::grants_of(&app.store, someone.id).await.unwrap(), [grant]);
        for (number, viewer) in (1..).zip([Viewer::Anonymous, app.recruiter().await, admin.clone()]) {
            assert_eq!(refused(user::create(app.act(&viewer), new(number)).await), Refusal::Forbidden);
            assert_eq!(refused(user::grant(app.act(&viewer), someone.id, grant).await), Refusal::Forbidden);
        }
        let admin = with(&admin, &[TokenScope::Admin]);
        user::create(app.act(&admin), new(4)).await.unwrap();
        let posting = Reach::Posting(PostingId::new(app.now(), &*app.chance));
        let team = Reach::Team(TeamId::new(app.now(), &*app.chance));
        for (reach, what) in [(posting, "posting"), (team, "team")] {
            let grant = Grant { role: Role::Interviewer, reach };
            assert_eq!(refused(user::grant(app.act(&admin), someone.id, grant).await), Refusal::NotFound(what));
            let new = user::Create { grants: vec![grant], ..new(5) };
            assert_eq!(refused(user::create(app.act(&admin), new).await), Refusal::NotFound(what));
        }
        assert_eq!(app.rows("user_account WHERE email = 'person5@example.com'").await, 0);
        let nobody = UserId::new(app.now(), &*app.chance);
        assert_eq!(refused(user::grant(app.act(&admin), nobody, grant).await), Refusal::NotFound("user"));
    }

    async fn tokens_over_graphql(app: TestApp) {
        let recruiter = app.recruiter().await;
        let query = "mutation { tokenCreate(input: {name: \"ci\", scopes: [READ]}) \
             { token { id name scopes lastFour } secret userErrors { code } } }";
        let made = app.ask(&recruiter, query, serde_json::Value::Null).await;
        let made = &made["data"]["tokenCreate"];
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.ends_with(made["token"]["lastFour"].as_str().unwrap()));
        let reader = app.behind(secret).await.unwrap();
        assert_eq!(reader.staff().unwrap().scopes, [TokenScope::Read]);
        let who = "{ viewer { kind user { id } scopes grants { role posting { id } team { id } } tokens { id } } }";
        let viewer = app.ask(&reader, who, serde_json::Value::Null).await;
        let expected = serde_json::json!({
            "kind": "STAFF",
            "user": { "id": recruiter.user().unwrap().to_string() },
            "scopes": ["READ"],
            "grants": [{ "role": "RECRUITER", "posting": null, "team": null }],
            "tokens": [{ "id": made["token"]["id"] }],
        });
        assert_eq!(viewer["data"]["viewer"], expected, "{viewer}");
        let anonymous = app.ask(&Viewer::Anonymous, who, serde_json::Value::Null).await;
        let expected =
            serde_json::json!({ "kind": "ANONYMOUS", "user": null, "scopes": [], "grants": [], "tokens": [] });
        assert_eq!(anonymous["data"]["viewer"], expected);
        let refused = app.ask(&Viewer::Anonymous, query, serde_json::Value::Null).await;
        assert_eq!(refused["data"]["tokenCreate"]["userErrors"][0]["code"], "FORBIDDEN");
        let end = "mutation($id: ID!) { tokenRevoke(input: {tokenId: $id}) { token { revokedAt } userErrors { code } } }";
        let id = serde_json::json!({ "id": made["token"]["id"] });
        let ended = app.ask(&recruiter, end, id).await;
        assert!(ended["data"]["tokenRevoke"]["token"]["revokedAt"].is_string(), "{ended}");
        assert_eq!(app.behind(secret).await, None);
    }
}
