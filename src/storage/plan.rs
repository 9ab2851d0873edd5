//! Hiring plans as they are kept: each version a document, written once.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};
use serde::{Deserialize, Serialize};

use super::content::questions;
use super::dialect::{self, Binds, json_list};
use super::document::{self, lists, word};
use super::fault::{Failure, Fault};
use super::page::{Page, Part};
use super::source::Source;
use super::write::Tx;
use crate::domain::Refusal;
use crate::domain::approval::ApprovalGroup;
use crate::domain::id::{PlanId, StepId};
use crate::domain::plan::{
    HiringPlan, Kit, Participant, PlanStep, ReferenceRule, Stage, StageMode, StepKind,
};
use crate::domain::posting::PlanVersion;
use crate::domain::question::Question;

#[derive(Serialize, Deserialize)]
struct Definition {
    #[serde(with = "stages")]
    stages: Vec<Stage>,
    #[serde(with = "groups")]
    approval: Vec<ApprovalGroup>,
    #[serde(with = "ReferenceRuleMirror")]
    references: ReferenceRule,
}

/// Who approves: groups, or the word `none` or `one` in documents of before there were any.
mod groups {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::domain::approval::ApprovalGroup;

    #[derive(Serialize, Deserialize)]
    struct Group {
        title: String,
        needed: i32,
        approvers: Vec<String>,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kept {
        Word(String),
        Groups(Vec<Group>),
    }

    pub(super) fn serialize<S: Serializer>(groups: &[ApprovalGroup], to: S) -> Result<S::Ok, S::Error> {
        let kept = groups.iter().map(|group| Group {
            title: group.title.clone(),
            needed: group.needed,
            approvers: group.approvers.iter().map(ToString::to_string).collect(),
        });
        to.collect_seq(kept)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<ApprovalGroup>, D::Error> {
        let unknown = |text: &str| serde::de::Error::custom(format!("{text:?} approves nothing"));
        let group = |kept: Group| {
            let approvers = kept.approvers.iter().map(|id| id.parse().map_err(|_| unknown(id)));
            let approvers = approvers.collect::<Result<_, _>>()?;
            Ok(ApprovalGroup { title: kept.title, needed: kept.needed, approvers })
        };
        match Kept::deserialize(from)? {
            Kept::Word(word) if word == "none" => Ok(Vec::new()),
            Kept::Word(word) if word == "one" => Ok(vec![ApprovalGroup::one()]),
            Kept::Word(word) => Err(unknown(&word)),
            Kept::Groups(groups) => groups.into_iter().map(group).collect(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Stage")]
struct StageMirror {
    key: String,
    title: String,
    #[serde(with = "word")]
    mode: StageMode,
    optional: bool,
    #[serde(default)]
    sla_hours: Option<i32>,
    #[serde(with = "steps")]
    steps: Vec<PlanStep>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PlanStep")]
struct StepMirror {
    key: String,
    title: String,
    #[serde(with = "word")]
    kind: StepKind,
    required: bool,
    #[serde(with = "word")]
    participant: Participant,
    least_people: i32,
    minutes: Option<i32>,
    // Absent in documents of before it was thought of.
    #[serde(default, with = "KitMirror")]
    kit: Kit,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Kit")]
struct KitMirror {
    purpose: Option<String>,
    #[serde(with = "questions")]
    questions: Vec<Question>,
    attributes: Vec<String>,
}

/// A kit of a step beside those of a plan, as it is kept.
pub(super) fn kit_written(kit: &Kit) -> Result<String, Fault> {
    #[derive(Serialize)]
    struct Out<'a>(#[serde(with = "KitMirror")] &'a Kit);
    document::written(&Out(kit))
}

/// A kit of a step beside those of a plan, as it was kept.
pub(super) fn kit_read(step: StepId, text: &str) -> Result<Kit, Fault> {
    #[derive(Deserialize)]
    struct In(#[serde(with = "KitMirror")] Kit);
    document::read(format!("the kit of step {step}"), text).map(|In(kit)| kit)
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ReferenceRule")]
struct ReferenceRuleMirror {
    least: i32,
    managers: i32,
}

lists! {
    stages = Vec<Stage> as "StageMirror";
    steps = Vec<PlanStep> as "StepMirror";
}

/// A plan's version with the time it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The plan.
    pub plan: HiringPlan,
    /// When this version was made.
    pub at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Row {
    id: PlanId,
    version: i32,
    name: String,
    definition: String,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for Made {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let what = format!("version {} of plan {}", row.version, row.id);
        let Definition { stages, approval, references } = document::read(what, &row.definition)?;
        let version = PlanVersion { plan: row.id, number: row.version };
        let plan = HiringPlan { version, name: row.name, stages, approval, references };
        Ok(Self { plan, at: row.created_at })
    }
}

/// Only the newest version of each plan `p`.
const NEWEST: &str = "p.version = (SELECT max(v.version) FROM plan v WHERE v.id = p.id)";

/// The newest version of a plan. Whether the viewer may know is policy's `sees_settings`.
pub async fn find(db: &impl Source, id: PlanId) -> Result<Option<Made>, Fault> {
    let sql = format!("SELECT p.* FROM plan p WHERE p.id = $1 AND {NEWEST}");
    dialect::query_one::<Row>(db, &sql, [id.into()]).await?.map(Made::try_from).transpose()
}

/// One version of a plan, which something follows.
pub async fn get(db: &impl Source, version: PlanVersion) -> Result<HiringPlan, Fault> {
    let missing = || Fault::missing("plan", version.plan);
    of(db, &[version]).await?.remove(&version).map(|made| made.plan).ok_or_else(missing)
}

/// These versions. Whoever sees a posting or an application may know what it goes through.
pub async fn of(db: &impl Source, versions: &[PlanVersion]) -> Result<HashMap<PlanVersion, Made>, Fault> {
    let sql = format!(
        "SELECT p.* FROM plan p WHERE p.id IN {} AND p.id || ' ' || p.version IN {}",
        db.kind().listed(1),
        db.kind().listed(2)
    );
    let ids = json_list(versions.iter().map(|version| version.plan));
    let pairs = json_list(versions.iter().map(|version| format!("{} {}", version.plan, version.number)));
    let rows = dialect::query_all::<Row>(db, &sql, [ids, pairs]).await?;
    let made = rows.into_iter().map(|row| Made::try_from(row).map(|made| (made.plan.version, made)));
    made.collect()
}

/// The newest versions of all plans, by when they were made. Whether the viewer may know is policy's `sees_settings`.
pub async fn listed(db: &impl Source, page: &Page) -> Result<Part<Made>, Fault> {
    let mut binds = Binds::default();
    let bounds = page.bounds("p.created_at", "p.id", &mut binds);
    let sql = format!("SELECT p.* FROM plan p WHERE {NEWEST} AND {} {}", bounds.wanted, bounds.order);
    let Part { items, more } = page.part(dialect::query_all::<Row>(db, &sql, binds).await?);
    Ok(Part { items: items.into_iter().map(Made::try_from).collect::<Result<_, _>>()?, more })
}

/// Adds a version of a plan.
///
/// # Errors
/// `STALE` when somebody else added that version first.
pub async fn insert(tx: &Tx, plan: &HiringPlan, at: DateTime<Utc>) -> Result<(), Failure> {
    let definition = Definition {
        stages: plan.stages.clone(),
        approval: plan.approval.clone(),
        references: plan.references,
    };
    let sql = format!(
        "INSERT INTO plan (id, version, name, definition, created_at) VALUES {} ON CONFLICT DO NOTHING",
        dialect::places(1, 5)
    );
    let values: [Value; 5] = [
        plan.version.plan.into(),
        plan.version.number.into(),
        plan.name.as_str().into(),
        document::written(&definition)?.into(),
        at.into(),
    ];
    match dialect::execute(tx, &sql, values).await? {
        1 => Ok(()),
        _ => Err(Refusal::Stale.into()),
    }
}
