//! The page on which candidates say which teams they would prefer.

use serde_json::json;
use vacantia::actions::allotment::prefer_teams;
use vacantia::domain::Viewer;
use vacantia::domain::application::Application;
use vacantia::domain::event::EventKind;
use vacantia::domain::id::TeamId;
use vacantia::domain::link::Purpose;
use vacantia::domain::policy::application::applications;
use vacantia::storage;

use crate::app::TestApp;
use crate::browser::form;
use crate::offering::short;

async fn path(app: &TestApp, of: &Application) -> String {
    format!("/applications/{}", app.link(of.candidate, Purpose::Application(of.id)).await)
}

async fn preferred(app: &TestApp, of: &Application) -> Vec<TeamId> {
    let scope = applications(&Viewer::System);
    let found = storage::allotment::preferred(&app.store, &scope, &[of.id]).await.unwrap();
    found.get(&of.id).cloned().unwrap_or_default()
}

async fn stated(app: &TestApp) -> usize {
    app.kinds().await.iter().filter(|kind| **kind == EventKind::ApplicationTeamsPreferred).count()
}

both! {
    async fn a_candidate_states_and_orders_teams(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).hiring("Plan", 2).hiring("<Share>", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let path = path(&app, &ada).await;
        let seen = app.get(&path).await;
        assert!(seen.says("You have named none.") && seen.body.contains(&format!("href=\"{path}/teams\"")), "{}", seen.body);
        let page = app.get(&format!("{path}/teams")).await;
        assert_eq!((page.status, page.header("cache-control"), page.header("referrer-policy")), (200, "no-store", "no-referrer"));
        assert!(page.says("First choice (optional) No answer Create Plan &#60;Share&#62;"), "{}", page.text());
        app.head(&format!("{path}/teams")).await;
        assert_eq!(stated(&app).await, 0, "looking changes nothing");
        let [create, plan, share] = [0, 1, 2].map(|place| posted.teams[place].team.to_string());
        let nonce = page.hidden("nonce");
        // A choice left out makes no gap; twice is once.
        let fields = [("nonce", nonce), ("preferredTeams.0", ""), ("preferredTeams.1", &share), ("preferredTeams.2", &create)];
        for _ in 0..2 {
            let done = app.post(&format!("{path}/teams"), &fields).await;
            assert_eq!((done.status, done.header("location")), (303, path.as_str()));
        }
        assert_eq!(preferred(&app, &ada).await, [posted.teams[2].team, posted.teams[0].team]);
        assert_eq!((stated(&app).await, app.application(ada.id).await.revision), (1, 2));
        let seen = app.get(&path).await;
        assert!(seen.says("Teams you would prefer &#60;Share&#62; Create Change them"), "{}", seen.text());
        let page = app.get(&format!("{path}/teams")).await;
        assert!(page.body.contains(&format!("<option value=\"{share}\" selected>")), "{}", page.body);
        // Another order, and none.
        for (teams, expected) in [(vec![create.as_str(), &plan, &share], 3), (vec![], 0)] {
            let names = ["preferredTeams.0", "preferredTeams.1", "preferredTeams.2"];
            let fields: Vec<_> = [("nonce", page.hidden("nonce"))].into_iter().chain(names.into_iter().zip(teams)).collect();
            assert_eq!(app.post(&format!("{path}/teams"), &fields).await.status, 303);
            assert_eq!(preferred(&app, &ada).await.len(), expected);
        }
        assert_eq!(stated(&app).await, 3);
    }

    async fn what_is_wrong_is_said_at_its_field(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).hiring("Plan", 2).open().await;
        let elsewhere = app.posting("Frontend").hiring("Far", 1).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let path = format!("{}/teams", path(&app, &ada).await);
        let page = app.get(&path).await;
        let nonce = page.hidden("nonce");
        let [create, plan, far] = [posted.teams[0].team, posted.teams[1].team, elsewhere.team()].map(|team| team.to_string());
        let fields = [("nonce", nonce), ("preferredTeams.0", &create), ("preferredTeams.1", &create)];
        let twice = app.post(&path, &fields).await;
        assert_eq!(twice.status, 422);
        for part in [
            "href=\"#preferredTeams.1\"", "id=\"preferredTeams.1-wrong\"", "aria-describedby=\"preferredTeams.1-wrong\"",
            "You have chosen Create before.", &format!("<option value=\"{create}\" selected>"),
        ] {
            assert!(twice.body.contains(part), "{part} is not in {}", twice.body);
        }
        assert!(!twice.body.contains("preferredTeams.0-wrong"), "{}", twice.body);
        for wrong in [far.as_str(), "x", "<b>", "team_00000000000000000000000000"] {
            let again = app.post(&path, &[("nonce", nonce), ("preferredTeams.0", wrong)]).await;
            assert!(again.status == 422 && again.body.contains("id=\"preferredTeams.0-wrong\""), "{wrong}: {}", again.body);
            assert!(!again.body.contains(">Far<") && !again.body.contains("<b>"), "{}", again.body);
        }
        for nonce in ["", "1800000000-aaaa-bbbb"] {
            let old = app.post(&path, &[("nonce", nonce), ("preferredTeams.0", &plan)]).await;
            assert!(old.status == 422 && old.says("This page had been open for long."), "{}", old.text());
            assert!(old.body.contains(&format!("<option value=\"{plan}\" selected>")), "what was chosen is kept");
        }
        let fields = [("nonce", nonce), ("preferredTeams.0", plan.as_str())];
        let from_elsewhere = form(&path, &fields).insert_header(("sec-fetch-site", "cross-site"));
        assert_eq!(app.send(from_elsewhere).await.status, 403);
        assert_eq!((preferred(&app, &ada).await, stated(&app).await), (vec![], 0));
        assert_eq!(app.get(&path.replace("/teams", "x/teams")).await.status, 404);
    }

    async fn teams_are_chosen_until_there_is_an_offer(app: TestApp) {
        let desk = app.desk().await;
        let posted = app.posting("Backend").hiring("Create", 2).hiring("Plan", 2).with_stages(short()).open().await;
        let submitted = desk.submitted(&posted, "Ada").await;
        let ada = app.application(submitted.application).await;
        let at = path(&app, &ada).await;
        // Nothing on the page speaks of an offer that is not out.
        let page = app.get(&format!("{at}/teams")).await;
        let plan = posted.teams[1].team.to_string();
        let fields = [("nonce", page.hidden("nonce")), ("preferredTeams.0", plan.as_str())];
        let refused = app.post(&format!("{at}/teams"), &fields).await;
        assert!(refused.status == 422 && refused.says("can&#39;t be changed just now") && !refused.says("approv"), "{}", refused.text());
        let sent = desk.sent(&posted, "Bob").await;
        let bob = app.application(sent.application).await;
        let at = path(&app, &bob).await;
        assert!(!app.get(&at).await.body.contains("/teams"));
        let gone = app.get(&format!("{at}/teams")).await;
        assert_eq!((gone.status, gone.header("location")), (303, at.as_str()));
        let fields = [("preferredTeams.0", plan.as_str())];
        assert_eq!(app.post(&format!("{at}/teams"), &fields).await.status, 303);
        assert_eq!(preferred(&app, &bob).await, []);
        // One team is no choice.
        let one = app.posting("Single").hiring("Create", 1).open().await;
        let cleo = app.apply(one.id, "Cleo").await;
        let at = path(&app, &cleo).await;
        assert!(!app.get(&at).await.says("Teams you would prefer"));
        assert_eq!(app.get(&format!("{at}/teams")).await.status, 303);
    }

    async fn saying_the_same_again_changes_nothing(app: TestApp) {
        let posted = app.posting("Backend").hiring("Create", 1).hiring("Plan", 2).open().await;
        let ada = app.apply(posted.id, "Ada").await;
        let own = TestApp::applicant(ada.id, ada.candidate);
        let change = "mutation($input: ApplicationPreferTeamsInput!) { applicationPreferTeams(input: $input) { \
                      application { revision preferredTeams { id } } userErrors { code } } }";
        let team = posted.teams[1].team;
        for _ in 0..2 {
            let input = json!({ "input": { "applicationId": ada.id.to_string(), "teams": [team.to_string()] } });
            let told = app.ask(&own, change, input).await["data"]["applicationPreferTeams"].clone();
            assert_eq!(told["application"], json!({ "revision": 2, "preferredTeams": [{ "id": team.to_string() }] }), "{told}");
        }
        assert_eq!(stated(&app).await, 1);
        prefer_teams(app.act(&own), ada.id, &[], None).await.unwrap();
        prefer_teams(app.act(&own), ada.id, &[], None).await.unwrap();
        assert_eq!(stated(&app).await, 2);
    }
}
