//! Hiring plans: made, kept as they were, followed by version.

use vacantia::actions::plan::{Create, create};
use vacantia::domain::event::EventKind;
use vacantia::domain::plan::{ApprovalRule, HiringPlan, ReferenceRule};
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
        approval: plan_reference::APPROVAL,
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
        let second = &HiringPlan { version, approval: ApprovalRule::None, ..first.clone() };
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
