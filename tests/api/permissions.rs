//! `schema/permissions.md` says who gets what from each field and may use each mutation. It is checked against what
//! happens: every query and every mutation as everyone, in a world that has one of everything.
//!
//! On SQLite alone: each mutation that is let through has its own copy of the world.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};
use vacantia::storage::Kind;

use crate::app::TestApp;
use crate::canary::{DEPTH, Round, overheard};
use crate::cases::{Case, cases, request};
use crate::harness::{Database, run_on};
use crate::walk::{Seen, Types};
use crate::world::{Copies, Who, World};

const COLUMNS: [(&str, Who); 15] = [
    ("anyone", Who::Anyone),
    ("applicant link", Who::Applicant),
    ("form link", Who::Respondent),
    ("scorecard link", Who::Assessor),
    ("approval link", Who::Approving),
    ("naming link", Who::Nominator),
    ("time link", Who::Chooser),
    ("referee link", Who::Referee),
    ("offer link", Who::Offeree),
    ("interviewer", Who::Interviewer),
    ("hiring manager", Who::HiringManager),
    ("posting recruiter", Who::PostingRecruiter),
    ("recruiter", Who::Recruiter),
    ("approver", Who::Approver),
    ("admin", Who::Admin),
];

const HEAD: &str = "\
# Who sees and does what

Every field of every object, every query and every mutation has one row. `tests/api/permissions.rs` checks each cell against
what happens in a world with one of everything; `UPDATE_PERMISSIONS=1 cargo test --test api permissions` writes the file
anew. What decides is `src/domain/policy`; read the difference as a change of it.

- `yes`: all there is. `own`: what is within reach: postings that everyone sees, one's own account, the records of a link,
  or those a role holds on. `-`: nothing; it answers as if there were none.
- A field of an object is only reached through objects that are seen.
- Columns: *applicant link* holds the link to one application, *form link* the one to questions of a
  step, *naming link* the one to naming people in a step, *time link* the one to times to pick from, *offer link* the one to its offer; *referee link* is held by
  somebody who was named, *scorecard link* by a colleague who was asked for one, *approval link* by one who was asked to approve
  an offer. *Interviewer* and *posting
  recruiter* have their role on one posting, the *hiring manager* on one team, *recruiter* and *admin* everywhere. The
  *approver* is asked about one offer.
";

/// Fields that no world shows, with the reason.
const UNSEEN: &[(&str, &str)] = &[
    ("ApprovalGroup.approvers", "the world's plans name nobody; tests/api/approval.rs reads them"),
    ("ApprovalRequest.approver", "deeper than the walk goes; tests/api/approval.rs reads it"),
    ("ApprovalRequest.inPlaceOf", "deeper than the walk goes; tests/api/approval.rs reads it"),
    ("ApprovalRequest.remindedAt", "nobody in the world waits for days; tests/api/approval.rs reads it"),
    ("Feed.builtGeneration", "no feed is built in the world; tests/api/channel_setting.rs reads it"),
    ("Feed.counts", "no feed is built in the world; tests/api/channel_setting.rs reads them"),
    ("Feed.lastModified", "no feed is built in the world; tests/api/channel_setting.rs reads it"),
    ("Feed.validUntil", "no feed is built in the world; tests/api/channel_setting.rs reads it"),
    ("FeedCounts.entries", "no feed is built in the world; tests/api/channel_setting.rs reads them"),
    ("FeedCounts.listed", "no feed is built in the world; tests/api/channel_setting.rs reads them"),
    ("FeedCounts.warned", "no feed is built in the world; tests/api/channel_setting.rs reads them"),
    ("FeedCounts.withheld", "no feed is built in the world; tests/api/channel_setting.rs reads them"),
    ("FilledOpening.posting", "deeper than the walk goes; tests/api/report.rs reads it"),
    ("FilledOpening.team", "deeper than the walk goes; tests/api/report.rs reads it"),
    ("Form.remindedAt", "nobody in the world waits for days"),
    ("Form.answers", "deeper than the walk goes; tests/api/form.rs reads them"),
    ("Form.sentBy", "deeper than the walk goes; tests/api/form.rs reads it"),
    ("FormQuestion.about", "deeper than the walk goes; tests/api/form.rs reads it"),
    ("FormQuestion.options", "no question of the world is a choice"),
    ("OfferDocument.createdAt", "only programs with PDF make any; tests/api/offer_document.rs reads it"),
    ("OfferDocument.fingerprint", "only programs with PDF make any; tests/api/offer_document.rs reads it"),
    ("OfferDocument.size", "only programs with PDF make any; tests/api/offer_document.rs reads it"),
    ("OfferDocument.unprintable", "only programs with PDF make any; tests/api/offer_document.rs reads it"),
    ("OfferDocument.url", "only programs with PDF make any; tests/api/offer_document.rs reads it"),
    ("OfferVersion.document", "only programs with PDF make any; tests/api/offer_document.rs reads it"),
    ("Message.readAt", "nobody in the world has read their mail; tests/api/inbound.rs reads it"),
    ("Message.readBy", "nobody in the world has read their mail; tests/api/inbound.rs reads it"),
    ("Message.response", "no calendar answers in the world; tests/api/inbound.rs reads it"),
    (
        "OfferSchedule.expiresAt",
        "no offer of the world is set to leave; tests/api/offer_schedule.rs reads it",
    ),
    ("OfferSchedule.sendAt", "no offer of the world is set to leave; tests/api/offer_schedule.rs reads it"),
    ("Offer.schedule", "no offer of the world is set to leave; tests/api/offer_schedule.rs reads it"),
    (
        "EmailMessage.templateLanguage",
        "nobody in the world reads German; tests/api/letter_template.rs reads them",
    ),
    (
        "EmailMessage.templateVersion",
        "nobody in the world reads German; tests/api/letter_template.rs reads them",
    ),
    ("Application.language", "nobody in the world says one; tests/api/letter_template.rs writes by it"),
    ("Message.offerQuestion", "nobody in the world asks on a page; tests/api/offer_page.rs reads it"),
    ("OfferQuestion.kind", "nobody in the world asks on a page; tests/api/offer_page.rs reads it"),
    ("OfferQuestion.offerId", "nobody in the world asks on a page; tests/api/offer_page.rs reads it"),
    ("OfferQuestion.version", "nobody in the world asks on a page; tests/api/offer_page.rs reads it"),
    ("OfferEvidence.codeSentAt", "the world asks for no code; tests/api/offer_page.rs tries it"),
    ("Message.author", "nobody in the world has written to a candidate; tests/api/inbound/sent.rs reads it"),
    (
        "Message.emailMessage",
        "nobody in the world has written to a candidate; tests/api/inbound/sent.rs reads it",
    ),
    ("Scorecard.author", "deeper than the walk goes; tests/api/scorecard.rs reads it"),
    ("ScorecardRequest.submittedAt", "the chief has not written yet"),
    ("ScorecardRequest.user", "deeper than the walk goes; tests/api/scorecard.rs reads it"),
    ("StepKit.attributes", "no step of the world has a kit"),
    ("StepKit.purpose", "no step of the world has a kit"),
    ("StepKit.questions", "no step of the world has a kit"),
    ("ScorecardRequest.remindedAt", "nobody in the world waits for days"),
    ("Interview.application", "deeper than the walk goes; tests/api/interview.rs reads it"),
    ("Interview.participants", "deeper than the walk goes; tests/api/interview.rs reads it"),
    ("Interview.step", "deeper than the walk goes; tests/api/interview.rs reads it"),
    ("InterviewSlot.interview", "deeper than the walk goes; tests/api/slot.rs reads it"),
    ("InterviewSlots.endedAt", "nobody in the world has picked yet; tests/api/slot.rs reads it"),
    ("InterviewSlots.offeredBy", "deeper than the walk goes; tests/api/slot.rs reads it"),
    ("InterviewSlots.remindedAt", "nobody in the world waits for days"),
    ("InterviewSlotsParticipant.user", "deeper than the walk goes; tests/api/slot.rs reads it"),
    ("InterviewParticipant.addedAt", "deeper than the walk goes; tests/api/interview.rs reads it"),
    ("InterviewParticipant.removedAt", "deeper than the walk goes; tests/api/interview.rs reads it"),
    ("InterviewParticipant.response", "deeper than the walk goes; tests/api/interview.rs reads it"),
    ("InterviewParticipant.shadow", "deeper than the walk goes; tests/api/interview.rs reads it"),
    ("InterviewParticipant.user", "deeper than the walk goes; tests/api/interview.rs reads it"),
    ("Form.answers", "deeper than the walk goes; tests/api/form.rs reads them"),
    ("Form.sentBy", "deeper than the walk goes; tests/api/form.rs reads it"),
    ("FormQuestion.about", "deeper than the walk goes; tests/api/form.rs reads it"),
    ("FormQuestion.options", "no question of the world is a choice"),
    ("Reference.answers", "deeper than the walk goes; tests/api/reference.rs reads them"),
    ("Reference.remindedAt", "nobody in the world waits for days"),
    ("ReferenceRequest.remindedAt", "nobody in the world waits for days"),
    ("ReferenceRequest.sentBy", "deeper than the walk goes; tests/api/reference.rs reads it"),
    ("StepKit.attributes", "deeper than the walk goes; whoever sees a plan sees all of it"),
    ("StepKit.purpose", "deeper than the walk goes; whoever sees a plan sees all of it"),
    ("StepKit.questions", "deeper than the walk goes; whoever sees a plan sees all of it"),
    ("OutlookTask.step", "deeper than the walk goes; tests/api/outlook.rs reads it"),
    ("EmailAttempt.code", "nothing is delivered in the world; tests/api/email_message.rs reads it"),
    ("EmailAttempt.endedAt", "nothing is delivered in the world; tests/api/email_message.rs reads it"),
    ("EmailAttempt.enhancedCode", "nothing is delivered in the world; tests/api/email_message.rs reads it"),
    ("EmailAttempt.outcome", "nothing is delivered in the world; tests/api/email_message.rs reads it"),
    ("EmailAttempt.phase", "nothing is delivered in the world; tests/api/email_message.rs reads it"),
    ("EmailAttempt.reply", "nothing is delivered in the world; tests/api/email_message.rs reads it"),
    ("EmailAttempt.startedAt", "nothing is delivered in the world; tests/api/email_message.rs reads it"),
    ("EmailMessage.attemptLog", "nothing is delivered in the world; tests/api/email_message.rs reads it"),
    ("EmailMessage.replacedAt", "no offer of the world is sent again; tests/api/offer_again.rs reads it"),
    ("OfferEvidence.reason", "nobody in the world declined an offer"),
    ("NoteMention.user", "deeper than the walk goes; tests/api/note.rs reads it"),
    ("PostingSource.missingSince", "the board still has what was imported"),
];

/// What only wraps others, whoever asks: its rows are the same for all.
fn is_wrapping(row: &str) -> bool {
    let (kind, field) = row.split_once('.').unwrap();
    match kind {
        "PageInfo" | "UserError" => true,
        _ if kind.ends_with("Edge") => true,
        _ if kind.ends_with("Connection") => matches!(field, "nodes" | "edges" | "pageInfo"),
        _ if kind.ends_with("Payload") => field == "userErrors",
        _ => false,
    }
}

/// What everyone was answered, and let do.
struct Observed {
    by: BTreeMap<Who, Seen>,
    all: Seen,
}

impl Observed {
    fn cell(&self, row: &str, who: Who) -> &'static str {
        let seen = |seen: &Seen| seen.0.get(row).map_or(0, BTreeSet::len);
        match (seen(&self.by[&who]), seen(&self.all)) {
            _ if is_wrapping(row) => "yes",
            (0, _) => "-",
            (some, all) if some == all => "yes",
            _ => "own",
        }
    }

    fn table(&self, rows: &BTreeSet<String>) -> String {
        let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        let mut text = format!("| | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
        for row in rows {
            let cells: Vec<&str> = COLUMNS.iter().map(|(_, who)| self.cell(row, *who)).collect();
            let _ = writeln!(text, "| `{row}` | {} |", cells.join(" | "));
        }
        text
    }

    fn page(&self) -> String {
        let (roots, objects): (BTreeSet<_>, BTreeSet<_>) = Types::committed()
            .all_fields()
            .into_iter()
            .partition(|row| row.starts_with("Query.") || row.starts_with("Mutation."));
        let (mutations, queries): (BTreeSet<_>, _) = roots.into_iter().partition(|row| row.starts_with('M'));
        format!(
            "{HEAD}\n## Queries\n\n{}\n## Mutations\n\n{}\n## Fields\n\n{}",
            self.table(&queries),
            self.table(&mutations),
            self.table(&objects)
        )
    }
}

fn is_refused(answer: &Value, mutation: &str) -> bool {
    let errors = answer["data"][mutation]["userErrors"].as_array();
    let code = |error: &Value| matches!(error["code"].as_str(), Some("NOT_FOUND" | "FORBIDDEN"));
    errors.is_none_or(|errors| errors.iter().any(code))
}

/// The mutations as somebody, each on the world as it was founded.
struct Trial<'a> {
    copies: &'a Copies,
    types: &'a Types,
    world: World,
    succeeded: BTreeSet<&'static str>,
    faults: Vec<String>,
}

impl Trial<'_> {
    async fn of(&mut self, who: Who, place: usize, case: &Case, seen: &mut Seen) {
        let mutation = case.mutation;
        let text = request(self.types, mutation, DEPTH);
        let before = self.world.events().await;
        let answer = self.world.ask(who, &text, json!({ "input": case.input })).await;
        let has_changed = self.world.events().await != before;
        let answered = answer.to_string();
        let about = &case.about;
        for label in overheard(&self.world.scene, who, &answered) {
            self.faults.push(format!("{who:?} heard {label} from {mutation} of {about}"));
        }
        if is_refused(&answer, mutation) {
            if has_changed || !answer["errors"].is_null() {
                self.faults.push(format!("{who:?}, {mutation} of {about}: {answered}"));
            }
        } else {
            seen.0.entry(format!("Mutation.{mutation}")).or_default().insert(format!("case {place}"));
            let payload = answer["data"][mutation].clone();
            seen.keep_shallow(&payload, &format!("case {place}"));
            if payload["userErrors"].as_array().is_some_and(Vec::is_empty) {
                self.succeeded.insert(mutation);
            }
        }
        if has_changed {
            self.world = self.copies.another().await;
        }
    }
}

async fn observed(database: Database) -> (Observed, Vec<String>) {
    let types = Types::committed();
    let copies = Copies::of(World::found(TestApp::new(database).await).await).await;
    let world = copies.another().await;
    let viewers: Vec<Who> = world.scene.viewers.iter().map(|(who, _)| *who).collect();
    let cases = cases(&world.scene);
    let (mut by, mut all) = (BTreeMap::new(), Seen::default());
    for (place, case) in cases.iter().enumerate() {
        all.0.entry(format!("Mutation.{}", case.mutation)).or_default().insert(format!("case {place}"));
    }
    let mut trial =
        Trial { copies: &copies, types: &types, world, succeeded: BTreeSet::new(), faults: Vec::new() };
    for who in viewers {
        let mut seen = Round::of(&trial.world, who).await.seen;
        for (place, case) in cases.iter().enumerate() {
            trial.of(who, place, case, &mut seen).await;
        }
        all.join(&seen);
        by.insert(who, seen);
    }
    let mut faults = trial.faults;
    for field in types.fields("Mutation") {
        let name = field.node.name.node.as_str();
        if !trial.succeeded.contains(name) {
            faults.push(format!("nobody succeeds with {name}: no case, or none that is plausible"));
        }
    }
    (Observed { by, all }, faults)
}

/// What those do who may do nothing: a token that may only read, and staff without a role, who have their tokens.
fn overreach(observed: &Observed) -> Vec<String> {
    let mut faults = Vec::new();
    for who in [Who::Reader, Who::Newcomer] {
        let done = observed.by[&who].0.keys().filter_map(|row| row.strip_prefix("Mutation."));
        let done = done.filter(|mutation| who == Who::Reader || !mutation.starts_with("token"));
        faults.extend(done.map(|mutation| format!("{who:?} may {mutation}")));
    }
    faults
}

fn file() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/permissions.md")
}

#[test]
fn every_field_and_mutation_has_one_row() {
    let page = std::fs::read_to_string(file()).unwrap();
    let rows: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let once: BTreeSet<String> = rows.iter().map(|row| (*row).to_owned()).collect();
    assert_eq!(once.len(), rows.len(), "a row stands twice");
    let fields = Types::committed().all_fields();
    let missing: Vec<_> = fields.difference(&once).collect();
    let stale: Vec<_> = once.difference(&fields).collect();
    assert!(missing.is_empty() && stale.is_empty(), "rows missing: {missing:?}, stale: {stale:?}");
}

#[test]
fn the_committed_matrix_is_what_happens() {
    run_on(Database::new(Kind::Sqlite), |database| async {
        let (observed, mut faults) = observed(database).await;
        faults.extend(overreach(&observed));
        let unseen = Types::committed().all_fields().into_iter().filter(|row| {
            let known = UNSEEN.iter().any(|(field, _)| field == row);
            !is_wrapping(row) && known == observed.all.0.contains_key(row)
        });
        faults.extend(unseen.map(|row| format!("{row} is seen by nobody, or is said to be and is not")));
        let page = observed.page();
        if std::env::var_os("UPDATE_PERMISSIONS").is_some() {
            std::fs::write(file(), &page).unwrap();
        }
        let committed = std::fs::read_to_string(file()).unwrap_or_default();
        let lines = |text: &str| text.lines().map(ToOwned::to_owned).collect::<BTreeSet<_>>();
        let (now, then) = (lines(&page), lines(&committed));
        faults.extend(now.difference(&then).map(|line| format!("now       {line}")));
        faults.extend(then.difference(&now).map(|line| format!("committed {line}")));
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}
