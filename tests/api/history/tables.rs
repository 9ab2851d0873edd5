//! The tables, and the model, as lines that can be laid side by side; and the events, replayed into such lines.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use vacantia::storage::dialect;

use super::model::{Model, STEPS, TEAMS};
use super::world::World;
use crate::app::TestApp;

/// How everything stands, one line a record, with ids where the story has numbers.
const STANDING: &str = "\
SELECT 'posting ' || id || ' ' || status AS line FROM posting \
UNION ALL SELECT 'seats ' || t.posting_id || ' ' || t.team_id \
 || ' open ' || count(CASE WHEN o.state = 'open' THEN 1 END) || ' held ' || count(CASE WHEN o.state = 'held' THEN 1 END) \
 || ' filled ' || count(CASE WHEN o.state = 'filled' THEN 1 END) \
 || ' cancelled ' || count(CASE WHEN o.state = 'cancelled' THEN 1 END) \
 FROM posting_team t LEFT JOIN opening o ON o.posting_team_id = t.id GROUP BY t.posting_id, t.team_id \
UNION ALL SELECT 'application ' || a.id || ' to ' || a.posting_id || ' ' || a.status || ' stage ' || a.stage || ' team ' \
 || coalesce((SELECT t.team_id FROM allotment l JOIN posting_team t ON t.id = l.posting_team_id \
 WHERE l.application_id = a.id AND l.until IS NULL), '-') \
 || CASE WHEN a.needs_decision_since IS NULL THEN '' ELSE ' undecided' END FROM application a \
UNION ALL SELECT 'step ' || key || ' of ' || application_id || ' ' || state || ' round ' || round FROM application_step \
UNION ALL SELECT 'offer ' || f.id || ' to ' || f.application_id || ' of ' || t.team_id || ' ' || f.status || ' version ' \
 || f.version || ' sent ' || coalesce(f.sent_version, 0) || CASE WHEN f.undone_at IS NULL THEN '' ELSE ' undone' END \
 || CASE WHEN f.first_viewed_at IS NULL THEN '' ELSE ' read' END \
 FROM offer f JOIN posting_team t ON t.id = f.posting_team_id \
UNION ALL SELECT 'version ' || number || ' of ' || offer_id || ' ' || status FROM offer_version \
UNION ALL SELECT 'mails ' || kind || ' ' || count(*) FROM email_message GROUP BY kind \
UNION ALL SELECT 'keys ' || count(*) FROM idempotency";

/// The part of it that events tell, by ids alone.
const TOLD: &str = "\
SELECT 'posting ' || id || ' ' || status AS line FROM posting \
UNION ALL SELECT 'seat ' || id || ' ' || posting_team_id || ' ' || state FROM opening \
UNION ALL SELECT 'application ' || a.id || ' ' || a.status || ' stage ' || a.stage || ' team ' \
 || coalesce((SELECT l.posting_team_id FROM allotment l WHERE l.application_id = a.id AND l.until IS NULL), '-') \
 FROM application a \
UNION ALL SELECT 'step ' || id || ' ' || state FROM application_step WHERE state <> 'pending' \
UNION ALL SELECT 'offer ' || id || ' ' || status FROM offer \
UNION ALL SELECT 'mail ' || id || ' ' || state FROM email_message";

#[derive(FromQueryResult)]
struct Line {
    line: String,
}

/// An event as it is kept, read past the program.
#[derive(FromQueryResult)]
pub struct Told {
    pub change_id: String,
    pub kind: String,
    posting_id: Option<String>,
    application_id: Option<String>,
    offer_id: Option<String>,
    facts: String,
}

async fn lines(app: &TestApp, sql: &str) -> BTreeSet<String> {
    let rows = dialect::query_all::<Line>(&app.store, sql, []).await.unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

pub async fn events(app: &TestApp) -> Vec<Told> {
    let sql = "SELECT change_id, kind, posting_id, application_id, offer_id, facts FROM event ORDER BY seq";
    dialect::query_all::<Told>(&app.store, sql, []).await.unwrap()
}

impl World {
    /// The tables in the words of the story.
    pub async fn standing(&self) -> BTreeSet<String> {
        let mut names = BTreeMap::new();
        let mut name = |ids: Vec<String>, word: &str| {
            names.extend(ids.into_iter().enumerate().map(|(number, id)| (id, format!("{word}{number}"))));
        };
        name(self.postings.iter().map(ToString::to_string).collect(), "p");
        name(self.apps.iter().map(ToString::to_string).collect(), "a");
        name(self.offers.iter().map(ToString::to_string).collect(), "o");
        for (id, team) in self.teams.iter().zip(TEAMS) {
            names.insert(id.to_string(), team.to_owned());
        }
        let worded = |line: &str| {
            let word = |word: &str| names.get(word).cloned().unwrap_or_else(|| word.to_owned());
            line.split(' ').map(word).collect::<Vec<_>>().join(" ")
        };
        lines(&self.app, STANDING).await.iter().map(|line| worded(line)).collect()
    }
}

impl Model {
    /// How everything ought to stand.
    pub fn standing(&self) -> BTreeSet<String> {
        let mut lines = BTreeSet::from([format!("keys {}", self.keys.len())]);
        for (p, posting) in self.postings.iter().enumerate() {
            lines.insert(format!("posting p{p} {}", posting.status));
            for (seats, team) in posting.seats.iter().zip(TEAMS) {
                let (open, held, filled, cancelled) = (seats.open, seats.held, seats.filled, seats.cancelled);
                lines.insert(format!(
                    "seats p{p} {team} open {open} held {held} filled {filled} cancelled {cancelled}"
                ));
            }
        }
        for (a, app) in self.apps.iter().enumerate() {
            let (posting, status, stage) = (app.posting, app.status, app.stage);
            let team = app.team.map_or("-", |team| TEAMS[team]);
            let undecided = if app.undecided { " undecided" } else { "" };
            lines.insert(format!(
                "application a{a} to p{posting} {status} stage {stage} team {team}{undecided}"
            ));
            for ((key, ..), (state, round)) in STEPS.iter().zip(&app.steps) {
                lines.insert(format!("step {key} of a{a} {state} round {round}"));
            }
        }
        for (o, offer) in self.offers.iter().enumerate() {
            let (app, team, status) = (offer.app, TEAMS[offer.team], offer.status);
            let (version, sent) = (offer.versions.len(), offer.sent.last().unwrap_or(&0));
            let undone = if offer.undone { " undone" } else { "" };
            let read = if offer.viewed { " read" } else { "" };
            lines.insert(format!(
                "offer o{o} to a{app} of {team} {status} version {version} sent {sent}{undone}{read}"
            ));
            for (number, version) in (1..).zip(&offer.versions) {
                lines.insert(format!("version {number} of o{o} {}", version.status));
            }
        }
        lines.extend(self.mails.iter().map(|(kind, count)| format!("mails {kind} {count}")));
        lines
    }
}

/// What differs, told from both sides; None when nothing does.
pub fn difference(left: (&str, &BTreeSet<String>), right: (&str, &BTreeSet<String>)) -> Option<String> {
    let only = |name: &str, these: &BTreeSet<String>, those: &BTreeSet<String>| {
        these.difference(those).map(|line| format!("\n   {name}: {line}")).collect::<Vec<_>>().concat()
    };
    let found = only(left.0, left.1, right.1) + &only(right.0, right.1, left.1);
    (!found.is_empty()).then_some(found)
}

/// Whether the events alone tell how everything stands.
pub async fn replayed(app: &TestApp, events: &[Told]) -> Option<String> {
    let mut tale = Tale::default();
    for event in events {
        tale.hear(event);
    }
    let told = tale.lines();
    difference(("by the events", &told), ("by the tables", &lines(app, TOLD).await))
}

#[derive(Default)]
struct Tale {
    postings: BTreeMap<String, String>,
    seats: BTreeMap<String, (String, &'static str)>,
    apps: BTreeMap<String, (&'static str, i64, String)>,
    steps: BTreeMap<String, String>,
    offers: BTreeMap<String, String>,
    mails: BTreeMap<String, String>,
}

impl Tale {
    fn hear(&mut self, event: &Told) {
        let facts: serde_json::Value = serde_json::from_str(&event.facts).unwrap();
        let word = |name: &str| facts[name].as_str().unwrap_or("?").to_owned();
        let kind = event.kind.as_str();
        if kind.starts_with("posting") && facts["status"].is_string() {
            self.postings.insert(event.posting_id.clone().unwrap_or_default(), word("status"));
        }
        let seat = match kind {
            "openingCreated" | "openingFreed" | "openingReopened" => Some("open"),
            "openingHeld" => Some("held"),
            "openingFilled" => Some("filled"),
            "openingCancelled" => Some("cancelled"),
            _ => None,
        };
        if let Some(state) = seat {
            self.seats.insert(word("opening"), (word("postingTeam"), state));
        }
        if kind.starts_with("step") {
            self.steps.insert(word("step"), word("to"));
        }
        // That its mail was delivered, or its page opened, is no other state.
        if kind.starts_with("offer") && facts["status"].is_string() {
            let offer = event.offer_id.clone().unwrap_or_default();
            self.offers.insert(offer, word("status"));
        }
        match kind {
            "emailQueued" => self.mails.insert(word("email"), "queued".into()),
            "emailUpdated" => self.mails.insert(word("email"), word("state")),
            _ => None,
        };
        if let Some(app) = &event.application_id {
            self.hear_of(app, kind, &facts);
        }
    }

    fn hear_of(&mut self, app: &str, kind: &str, facts: &serde_json::Value) {
        if kind == "applicationSubmitted" {
            self.apps.insert(app.to_owned(), ("active", 0, "-".to_owned()));
        }
        let Some((status, stage, team)) = self.apps.get_mut(app) else { return };
        match kind {
            "applicationAdvanced" | "applicationReturned" => *stage = facts["to"].as_i64().unwrap_or(-1),
            "applicationAllotted" => facts["to"].as_str().unwrap_or("?").clone_into(team),
            "applicationDeclined" => *status = "declined",
            "applicationWithdrawn" => *status = "withdrawn",
            "applicationHired" => *status = "hired",
            "applicationReinstated" | "applicationHireUndone" => *status = "active",
            _ => {}
        }
    }

    fn lines(&self) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        lines.extend(self.postings.iter().map(|(id, status)| format!("posting {id} {status}")));
        lines.extend(self.seats.iter().map(|(id, (team, state))| format!("seat {id} {team} {state}")));
        let app = |(id, (status, stage, team)): (&String, &(&str, i64, String))| {
            format!("application {id} {status} stage {stage} team {team}")
        };
        lines.extend(self.apps.iter().map(app));
        let moved = self.steps.iter().filter(|(_, state)| *state != "pending");
        lines.extend(moved.map(|(id, state)| format!("step {id} {state}")));
        lines.extend(self.offers.iter().map(|(id, status)| format!("offer {id} {status}")));
        lines.extend(self.mails.iter().map(|(id, state)| format!("mail {id} {state}")));
        lines
    }
}
