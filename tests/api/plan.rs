//! Hiring plans: made, kept as they were, followed by version.

use vacantia::actions::plan::{Create, Original, Update, copy, create, update};
use vacantia::actions::posting::{self, Changes};
use vacantia::domain::event::EventKind;
use vacantia::domain::plan::{HiringPlan, ReferenceRule};
use vacantia::domain::plan_template::PlanTemplate;
use vacantia::domain::posting::PlanVersion;
use vacantia::domain::viewer::{Reach, Role};
use vacantia::domain::{Refusal, Viewer, plan_reference};
use vacantia::storage::{self, Page};

use crate::app::TestApp;
use crate::look::refused;

fn reference() -> Create {
    Create {
        name: plan_reference::NAME.into(),
        stages: plan_reference::stages(),
        approval: plan_reference::approval(),
        references: plan_reference::REFERENCES,
    }
}

impl TestApp {
    /// The reference process, made by the program itself.
    pub async fn reference_plan(&self) -> HiringPlan {
        create(self.system(), reference()).await.unwrap()
    }
}

both! {
    async fn a_plan_is_kept_as_it_was_made(app: TestApp) {
        let made = app.reference_plan().await;
        assert_eq!(made.version.number, 1);
        assert_eq!(storage::plan::get(&app.store, made.version).await.unwrap(), made);
        assert_eq!(made.stages.len(), 8);
        assert_eq!(app.kinds().await, [EventKind::PlanCreated]);
    }

    async fn the_newest_version_is_found_and_older_ones_stay(app: TestApp) {
        let (first, at) = (app.reference_plan().await, app.now());
        let version = PlanVersion { number: 2, ..first.version };
        let second = &HiringPlan { version, approval: Vec::new(), ..first.clone() };
        app.put(|tx| async move { storage::plan::insert(&tx, second, at).await }).await;
        let other = app.reference_plan().await;
        let newest = storage::plan::find(&app.store, version.plan).await.unwrap().unwrap();
        assert_eq!(&newest.plan, second);
        assert_eq!(storage::plan::get(&app.store, first.version).await.unwrap(), first);
        let listed = storage::plan::listed(&app.store, &Page::newest(10)).await.unwrap().items;
        let mut listed: Vec<_> = listed.into_iter().map(|made| made.plan.version).collect();
        listed.sort_by_key(|version| version.plan);
        let mut expected = [version, other.version];
        expected.sort_by_key(|version| version.plan);
        assert_eq!(listed, expected);
        let asked = [first.version, other.version, PlanVersion { number: 7, ..other.version }];
        let found = storage::plan::of(&app.store, &asked).await.unwrap();
        assert_eq!(found.len(), 2);
    }

    async fn a_new_version_is_for_those_who_come_later(app: TestApp) {
        let recruiter = app.recruiter().await;
        let posted = app.posting("Backend").hiring("Create", 1).open().await;
        let (early, first) = (app.apply(posted.id, "Ada").await, posted.plan.version);
        let mut stages = posted.plan.stages.clone();
        stages.remove(1);
        stages[0].sla_hours = Some(72);
        let shorter = |expected_version: i32| Update {
            plan: first.plan,
            expected_version,
            name: None,
            stages: Some(stages.clone()),
            approval: None,
            references: None,
        };
        let made = update(app.act(&recruiter), shorter(1)).await.unwrap();
        assert_eq!((made.version.number, made.stages.len(), made.stages[0].sla_hours), (2, 7, Some(72)));
        assert_eq!(refused(update(app.act(&recruiter), shorter(1)).await), Refusal::Stale);
        assert_eq!(update(app.act(&recruiter), shorter(2)).await.unwrap(), made, "nothing differs");
        assert_eq!(app.rows("plan").await, 2);

        let moved = Changes { plan: Some(first.plan), ..Changes::default() };
        let moved = posting::update(app.act(&recruiter), posted.id, None, moved).await.unwrap();
        assert_eq!(moved.plan, made.version);
        let late = app.apply(posted.id, "Bob").await;
        assert_eq!((app.application(early.id).await.plan, late.plan), (first, made.version));
        assert_eq!((app.steps(early.id).await.len(), app.steps(late.id).await.len()), (10, 9));
    }

    async fn of_two_who_update_a_plan_at_once_one_is_stale(app: TestApp) {
        let plan = app.reference_plan().await.version.plan;
        let rename = |name: &str| {
            let name = Some(name.to_owned());
            Update { plan, expected_version: 1, name, stages: None, approval: None, references: None }
        };
        let (one, other) = (rename("One"), rename("Other"));
        let (one, other) = tokio::join!(update(app.system(), one), update(app.system(), other));
        let (won, lost): (Vec<_>, Vec<_>) = [one, other].into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 1));
        assert_eq!(refused(lost.into_iter().next().unwrap()), Refusal::Stale);
        assert_eq!(app.rows("plan").await, 2);
    }

    async fn a_plan_begins_like_another_or_like_one_that_is_shipped(app: TestApp) {
        let recruiter = app.recruiter().await;
        let original = app.reference_plan().await;
        let like = Original::Plan(original.version.plan);
        let copied = copy(app.act(&recruiter), like, Some("Sales".into())).await.unwrap();
        let expected = HiringPlan { version: copied.version, name: "Sales".into(), ..original.clone() };
        assert_eq!(copied, expected);
        assert_ne!(copied.version.plan, original.version.plan);
        for template in PlanTemplate::ALL {
            let made = copy(app.act(&recruiter), Original::Template(*template), None).await.unwrap();
            assert_eq!(made, template.plan(made.version));
            assert_eq!(storage::plan::get(&app.store, made.version).await.unwrap(), made);
        }
        let unknown = Original::Plan("plan_00000000000000000000000000".parse().unwrap());
        assert_eq!(refused(copy(app.act(&recruiter), unknown, None).await), Refusal::NotFound("plan"));
        let query = "mutation($input: PlanCopyInput!) { planCopy(input: $input) { userErrors { code field } } }";
        for (input, code) in [
            (serde_json::json!({ "name": "Neither" }), "REQUIRED"),
            (serde_json::json!({ "planId": original.version.plan.to_string(), "template": "SHORT" }), "INVALID"),
        ] {
            let answer = app.ask(&recruiter, query, serde_json::json!({ "input": input })).await;
            assert_eq!(answer["data"]["planCopy"]["userErrors"][0]["code"], code, "{answer}");
        }
    }

    async fn a_plan_that_makes_no_sense_is_refused(app: TestApp) {
        let recruiter = app.recruiter().await;
        let fields = async |plan: Create| {
            let refusal = refused(create(app.act(&recruiter), plan).await);
            refusal.each().iter().filter_map(Refusal::field).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(fields(Create { stages: Vec::new(), ..reference() }).await, ["stages"]);
        assert_eq!(fields(Create { name: "\n".into(), ..reference() }).await, ["name"]);
        let references = ReferenceRule { least: 1, managers: 2 };
        assert_eq!(fields(Create { references, ..reference() }).await, ["references.managers"]);
        let mut stages = plan_reference::stages();
        stages[0].optional = true;
        stages[1].steps.clear();
        assert_eq!(fields(Create { stages, ..reference() }).await, ["stages.0.optional", "stages.1.steps"]);
        assert_eq!(app.rows("plan").await, 0);
    }

    async fn invariant_23_plans_are_for_staff(app: TestApp) {
        let plan = app.reference_plan().await.version.plan;
        for viewer in [Viewer::Anonymous, app.staff(Role::Interviewer, Reach::Organisation).await] {
            assert_eq!(refused(create(app.act(&viewer), reference()).await), Refusal::Forbidden);
        }
        let query = format!("{{ plan(id: \"{plan}\") {{ name }} plans {{ nodes {{ name }} }} node(id: \"{plan}\") {{ id }} }}");
        let hidden = app.ask(&Viewer::Anonymous, &query, serde_json::Value::Null).await;
        assert_eq!(hidden["data"], serde_json::json!({ "plan": null, "plans": { "nodes": [] }, "node": null }));
        let staff = app.staff(Role::Interviewer, Reach::Organisation).await;
        let shown = app.ask(&staff, &query, serde_json::Value::Null).await;
        assert_eq!(shown["data"]["plan"]["name"], plan_reference::NAME, "{shown}");
        assert_eq!(shown["data"]["plans"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(shown["data"]["node"]["id"], plan.to_string());
    }
}
