//! What can be wrong with any request, tried with every mutation there is.

use std::sync::Arc;

use serde_json::{Value, json};

use super::asker::{Asker, Told};
use super::bend::{Bend, How, bends, blank};
use crate::cases::{Case, cases};
use crate::walk::Types;
use crate::world::{Copies, Scene, Who};

/// Who may do most of it.
const USUAL: Who = Who::Recruiter;

/// Who may do the rest, as holders of links, as those who were asked, or as those who administer.
const OTHERS: [Who; 6] =
    [Who::Approver, Who::Offeree, Who::Referee, Who::PostingRecruiter, Who::Interviewer, Who::Admin];

/// Who may do none of it, but see much: a recruiter with a token that may only read, staff without a role, and anybody.
const POWERLESS: [Who; 3] = [Who::Reader, Who::Newcomer, Who::Anyone];

/// Texts that are compared with what is kept rather than kept: whatever they say, they do not fit.
const COMPARED: &[&str] = &[
    "applicationAdvance.stage",
    "applicationReturn.toStage",
    "applicationsAdvance.stage",
    "offerAccept.termsHash",
    "offerApprove.termsHash",
    "offerDecline.termsHash",
    "offerReject.termsHash",
    "stepAdd.stage",
];

/// Texts that are always given, and may be blank: a first section has no heading.
const MAY_BE_BLANK: &[&str] = &["postingCreate.sections.0.heading", "postingUpdate.sections.0.heading"];

/// Mutations that tell the first value at fault only.
const ONE_BY_ONE: &[&str] = &["offerAccept", "planCreate", "referenceAnswer"];

/// About how many other records each mutation is tried at most.
const MOST_OTHERS: usize = 24;

/// Everything, with some of the mutations.
pub async fn run(copies: Arc<Copies>, ended: Arc<Copies>, types: Arc<Types>, part: (usize, usize)) -> Asker {
    let mut asker = Asker::new(Arc::clone(&copies), Arc::clone(&types)).await;
    let mut late = Asker::new(ended, Arc::clone(&types)).await;
    let scene = Arc::clone(&asker.world.scene);
    let all = cases(&scene);
    for (place, field) in types.fields("Mutation").iter().enumerate() {
        let mutation = field.node.name.node.as_str();
        if place % part.1 != part.0 {
            continue;
        }
        let cases: Vec<&Case> = all.iter().filter(|case| case.mutation == mutation).collect();
        let Some((who, case)) = plausible(&mut asker, &cases).await else {
            asker.faults.push(format!("nobody succeeds with {mutation}: no case, or none that is plausible"));
            continue;
        };
        bent(&mut asker, who, case).await;
        about_others(&mut asker, &scene, who, case).await;
        twice(&mut asker, who, case).await;
        for case in &cases {
            late.ask(who, mutation, &case.input).await;
        }
        late.begin_anew().await;
    }
    asker.join(late);
    asker
}

/// Tries every case; the first that succeeds, and by whom.
async fn plausible<'a>(asker: &mut Asker, cases: &[&'a Case]) -> Option<(Who, &'a Case)> {
    let mut found = None;
    for case in cases {
        let told = asker.try_out(USUAL, case.mutation, &case.input).await;
        if told.codes.is_empty() && found.is_none() {
            found = Some((USUAL, *case));
        }
        for who in POWERLESS {
            let told = asker.try_out(who, case.mutation, &case.input).await;
            let may = matches!(case.mutation, "applicationSubmit" | "tokenCreate" | "tokenRevoke");
            if !may && !told.codes.iter().all(|code| code == "FORBIDDEN" || code == "NOT_FOUND") {
                let codes = told.codes;
                asker.faults.push(format!("{who:?} {} of {}: {codes:?}", case.mutation, case.about));
            }
        }
    }
    for who in OTHERS {
        for case in cases {
            if found.is_none() && asker.try_out(who, case.mutation, &case.input).await.codes.is_empty() {
                found = Some((who, *case));
            }
        }
    }
    found
}

async fn bent(asker: &mut Asker, who: Who, case: &Case) {
    let kind = asker.input_of(case.mutation).to_owned();
    let bends = bends(&asker.types, &kind, &case.input);
    all_blank(asker, who, case, blank(&bends, &case.input)).await;
    for Bend { how, path, input } in bends {
        let told = asker.try_out(who, case.mutation, &input).await;
        let place = format!("{}.{path}", case.mutation);
        let path = named(&path, &input);
        let is_right = match how {
            _ if COMPARED.contains(&place.as_str()) => !told.codes.is_empty(),
            How::Blank if MAY_BE_BLANK.contains(&place.as_str()) => told.codes.is_empty(),
            How::Stale => told.codes == ["STALE"],
            How::Absent | How::OtherKind => !told.codes.is_empty(),
            How::Blank => told.says(&["REQUIRED", "INVALID"], &path),
            How::Long | How::Nul | How::Malformed => told.says(&["INVALID"], &path),
            How::Many | How::Odd => true,
        };
        if !is_right {
            asker.faults.push(format!("{how:?} {place}: {:?} {:?}", told.codes, told.fields));
        }
    }
}

/// Several values at fault are told together, unless the first of them ends the look at the others.
async fn all_blank(asker: &mut Asker, who: Who, case: &Case, (places, input): (Vec<String>, Value)) {
    let is_kept = |path: &&String| {
        let place = format!("{}.{path}", case.mutation);
        !COMPARED.contains(&place.as_str()) && !MAY_BE_BLANK.contains(&place.as_str())
    };
    let due: Vec<&String> = places.iter().filter(is_kept).collect();
    if due.len() < 2 {
        return;
    }
    let told = asker.try_out(who, case.mutation, &input).await;
    let are_told = due.iter().all(|path| told.says(&["REQUIRED", "INVALID"], &named(path, &input)));
    if told.codes.is_empty() || are_told == ONE_BY_ONE.contains(&case.mutation) {
        let Told { codes, fields, .. } = told;
        asker.faults.push(format!("{} with {due:?} blank: {codes:?} {fields:?}", case.mutation));
    }
}

/// How refusals name the field in this place: an answer by the key of its question, as on a page with fields.
fn named(path: &str, input: &Value) -> String {
    if path.starts_with("answers.0.") {
        return format!("answers.{}", input["answers"][0]["key"].as_str().unwrap());
    }
    path.to_owned()
}

/// The same about other records of its kind, one after the other.
async fn about_others(asker: &mut Asker, scene: &Scene, who: Who, case: &Case) {
    if case.about.is_empty() {
        return;
    }
    let known = scene.id(&case.about);
    let prefix = known.split_once('_').unwrap().0;
    let all = scene.ids(&format!("{prefix}_"));
    // Of steps and messages there are hundreds, most of them alike.
    let others = all.iter().filter(|id| *id != known).step_by(all.len().div_ceil(MOST_OTHERS));
    for other in others {
        let text = case.input.to_string().replace(known, other);
        let mut input: Value = serde_json::from_str(&text).unwrap();
        if prefix == "app" && !input["expectedRevision"].is_null() {
            input["expectedRevision"] = scene.revision(other).into();
        }
        asker.ask(who, case.mutation, &input).await;
    }
    asker.begin_anew().await;
}

/// The same request twice; under one key, if it takes one; and another one under that key.
async fn twice(asker: &mut Asker, who: Who, case: &Case) {
    let mutation = case.mutation;
    asker.ask(who, mutation, &case.input).await;
    asker.ask(who, mutation, &case.input).await;
    asker.begin_anew().await;
    let kind = asker.input_of(mutation).to_owned();
    if !asker.types.inputs(&kind).iter().any(|field| field.node.name.node == "idempotencyKey") {
        return;
    }
    let mut input = case.input.clone();
    input["idempotencyKey"] = "one".into();
    asker.does(who, mutation, input.clone()).await;
    let told = asker.ask(who, mutation, &input).await;
    if told.has_changed || !told.codes.is_empty() {
        asker.faults.push(format!("{mutation} under its key again: {told:?}"));
    }
    let other = match mutation {
        "applicationSubmit" => ("name", json!("Another")),
        "noteAdd" | "messageSend" => ("text", json!("Another")),
        "offerResend" => ("email", json!("another.address@example.com")),
        "feedUpdate" => ("enabled", json!(true)),
        _ => ("expiresAt", json!("2027-02-01T12:00:00Z")),
    };
    input[other.0] = other.1;
    asker.is_refused(who, "IDEMPOTENCY_MISMATCH", mutation, input).await;
    asker.begin_anew().await;
}

/// The world after every application that was active was declined.
pub async fn ended(copies: &Copies) -> Copies {
    let world = copies.another().await;
    let all = "SELECT id AS text FROM application WHERE status = 'active' ORDER BY id";
    for id in world.app.texts(all).await {
        let query = "mutation($input: ApplicationDeclineInput!) { applicationDecline(input: $input) { userErrors { code } } }";
        let input = json!({ "applicationId": id, "reason": "Ended." });
        let answer = world.ask(USUAL, query, json!({ "input": input })).await;
        assert_eq!(answer["data"]["applicationDecline"]["userErrors"], json!([]), "{answer}");
    }
    Copies::of(world).await
}
