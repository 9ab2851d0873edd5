//! What a viewer may not see does not exist for them: every query as everyone, on a world full of canaries.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::cases::{absent, cases, request};
use crate::hearing::{BY_CHANGES, UNTOLD, is_among, may_hear};
use crate::paging::pages;
use crate::walk::{Question, Seen, Types};
use crate::world::{Canary, Scene, Who, World};

/// How many objects deep is asked.
pub const DEPTH: u32 = 3;

/// The canaries in an answer to somebody who may not hear them.
pub fn overheard<'a>(scene: &'a Scene, who: Who, answer: &str) -> Vec<&'a str> {
    let may = may_hear(who);
    scene.heard(answer).into_iter().filter(|label| !is_among(&may, label)).collect()
}

/// Everything somebody was answered.
#[derive(Default)]
pub struct Round {
    pub seen: Seen,
    heard: BTreeSet<String>,
    /// Answers that cannot be right, whoever asked.
    faults: Vec<String>,
}

impl Round {
    /// Asks every query there is.
    pub async fn of(world: &World, who: Who) -> Self {
        let types = Types::committed();
        let mut round = Self::default();
        for field in types.fields("Query") {
            let name = field.node.name.node.as_str();
            let mut of_nothing = BTreeMap::new();
            for question in types.questions(&field.node, &ids_for(&world.scene, name), DEPTH) {
                let answer = round.ask(world, who, name, &question).await;
                let Some(id) = question.variables["id"].as_str().filter(|_| answer["data"][name].is_null())
                else {
                    continue;
                };
                let (prefix, _) = id.split_once('_').unwrap();
                if !of_nothing.contains_key(prefix) {
                    let nothing = json!({ "id": absent(prefix) });
                    let answer = world.ask(who, &question.text, nothing).await;
                    of_nothing.insert(prefix.to_owned(), answer.to_string());
                }
                let said = answer.to_string();
                if of_nothing[prefix] != said {
                    round.faults.push(format!("hidden and absent differ: {name} of {id}"));
                }
            }
        }
        round
    }

    /// Asks one query, a list to its end.
    async fn ask(&mut self, world: &World, who: Who, name: &str, question: &Question) -> Value {
        let mut variables = question.variables.clone();
        loop {
            let answer = world.ask(who, &question.text, variables.clone()).await;
            self.take(world, question, &answer);
            let page = &answer["data"][name]["pageInfo"];
            if page["hasNextPage"] != true || !question.is_whole {
                return answer;
            }
            variables["after"] = page["endCursor"].clone();
        }
    }

    /// Takes note of an answer.
    fn take(&mut self, world: &World, question: &Question, answer: &Value) {
        let text = answer.to_string();
        self.heard.extend(world.scene.heard(&text).into_iter().map(ToOwned::to_owned));
        if !answer["errors"].is_null() {
            self.faults.push(format!("{}: {}", question.text, answer["errors"]));
        }
        counts_are_of_what_is_shown(answer, &mut self.faults);
        self.seen.keep(&answer["data"], &question.variables["id"].to_string());
    }
}

/// The ids a root field is asked with: those of its own kind and one of another; all kinds where any will do.
fn ids_for(scene: &Scene, field: &str) -> Vec<String> {
    let prefix = match field {
        "posting" => "post_",
        "team" => "team_",
        "plan" => "plan_",
        "user" => "user_",
        "candidate" => "cand_",
        "application" => "app_",
        "offer" => "offer_",
        "emailMessage" => "mail_",
        "node" => return one_of_each(scene),
        _ => "",
    };
    scene.ids(prefix)
}

fn one_of_each(scene: &Scene) -> Vec<String> {
    let names = [
        "open",
        "draft",
        "team z",
        "plan",
        "user admin",
        "token admin",
        "mine",
        "far",
        "mine candidate",
        "far candidate",
    ];
    names.iter().map(|name| scene.id(name).to_owned()).collect()
}

/// A number beside a list says no more than the list.
fn counts_are_of_what_is_shown(answer: &Value, faults: &mut Vec<String>) {
    match answer {
        Value::Array(items) => items.iter().for_each(|item| counts_are_of_what_is_shown(item, faults)),
        Value::Object(fields) => {
            if let (Some(count), Some(listed)) = (fields.get("count"), fields.get("applications")) {
                let shown = listed["edges"].as_array().map_or(0, Vec::len);
                if count.as_u64() != u64::try_from(shown).ok() {
                    faults.push(format!("{count} are counted, but {shown} shown: {answer}"));
                }
            }
            fields.values().for_each(|value| counts_are_of_what_is_shown(value, faults));
        }
        _ => {}
    }
}

/// Everything that is wrong with what somebody was answered.
fn faults(world: &World, who: Who, round: &Round) -> Vec<String> {
    let mut faults: Vec<String> = round.faults.clone();
    let may = may_hear(who);
    for Canary { label, .. } in &world.scene.canaries {
        match (is_among(&may, label), round.heard.contains(label)) {
            (false, true) => faults.push(format!("heard {label}")),
            (true, false) if BY_CHANGES.iter().any(|(by, told)| *by == who && is_among(&[told], label)) => {}
            (true, false) if !is_among(UNTOLD, label) => faults.push(format!("never heard {label}")),
            _ => {}
        }
    }
    faults
        .into_iter()
        .map(|fault| format!("{who:?}: {}", fault.chars().take(400).collect::<String>()))
        .collect()
}

/// Changes what is hidden from somebody: answered as if it were not there, and nothing changes.
async fn strays(world: &World, who: Who, seen: &Seen) -> Vec<String> {
    let types = Types::committed();
    let mut faults = Vec::new();
    let mut of_nothing: BTreeMap<(&str, String), String> = BTreeMap::new();
    for case in &cases(&world.scene) {
        let is_known = match case.mutation {
            // Administrators end tokens that they are not shown.
            "tokenRevoke" => who == Who::Admin,
            // Their link says which step their card is of.
            "scorecardSave" | "scorecardSubmit" => who == Who::Assessor,
            // Their pages say that they take no applications now.
            "applicationSubmit" => matches!(case.about.as_str(), "paused" | "closed"),
            // Each of the times is deeper than the round goes.
            "interviewPickSlot" => seen.has(world.scene.id(&case.about.replace("slot", "slots"))),
            // The link names the step, of which it shows no more.
            "referenceNominate" => who == Who::Nominator && case.about.starts_with("mine"),
            _ => false,
        };
        if is_known || case.about.is_empty() || seen.has(world.scene.id(&case.about)) {
            continue;
        }
        let text = request(&types, case.mutation, 1);
        let nothing = case.about_nothing(&world.scene);
        let before = world.events().await;
        let absent = match of_nothing.entry((case.mutation, nothing.to_string())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(world.ask(who, &text, json!({ "input": nothing })).await.to_string())
            }
        };
        let hidden = world.ask(who, &text, json!({ "input": case.input })).await.to_string();
        let what = format!("{who:?}: {} of {}", case.mutation, case.about);
        if hidden != *absent {
            faults.push(format!("{what} answers {hidden}, but when absent {absent}"));
        }
        if world.events().await != before {
            faults.push(format!("{what} changed something"));
        }
    }
    faults
}

both! {
    async fn nobody_hears_what_is_not_for_them(app: TestApp) {
        let world = World::found(app).await;
        let mut wrong = Vec::new();
        for (who, _) in &world.scene.viewers {
            let round = Round::of(&world, *who).await;
            wrong.extend(faults(&world, *who, &round));
            wrong.extend(strays(&world, *who, &round.seen).await);
            wrong.extend(pages(&world, *who).await);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
