//! What has to be true of the database after whatever happened: seats, hires, offers, letters and history agree.
//!
//! Each line is one statement that finds the offenders. Call [`TestApp::check_invariants`] at the end of any test.

use std::collections::HashMap;

use sea_orm::FromQueryResult;
use vacantia::domain::event::{EventKind, Fact};
use vacantia::storage::event::chain;
use vacantia::storage::{dialect, event};

use crate::app::TestApp;

/// What must find nothing, and what it would mean.
const OFFENCES: &[(&str, &str)] = &[
    (
        "1: a hired application fills no seat",
        "SELECT a.id FROM application a WHERE a.status = 'hired' \
         AND (SELECT count(*) FROM opening o WHERE o.application_id = a.id AND o.state = 'filled') <> 1",
    ),
    (
        "1: a filled seat has no hired application of its posting",
        "SELECT o.id FROM opening o JOIN posting_team t ON t.id = o.posting_team_id WHERE o.state = 'filled' \
         AND NOT EXISTS (SELECT 1 FROM application a WHERE a.id = o.application_id AND a.status = 'hired' \
         AND a.posting_id = t.posting_id)",
    ),
    (
        "1: a live offer holds no seat of its own",
        "SELECT f.id FROM offer f WHERE f.status IN ('pendingApproval', 'approved', 'sent') \
         AND (SELECT count(*) FROM opening o WHERE o.offer_id = f.id AND o.state = 'held' AND o.id = f.opening_id) <> 1",
    ),
    (
        "8: people are to meet for an application or a step that does not wait for it",
        "SELECT i.id FROM interview i JOIN application a ON a.id = i.application_id \
         JOIN application_step s ON s.id = i.step_id WHERE i.state = 'scheduled' \
         AND (a.status <> 'active' OR s.state <> 'scheduled' OR s.round <> i.round)",
    ),
    (
        "8: a time can be picked for an application or a step that does not wait for it",
        "SELECT o.id FROM slots o JOIN application a ON a.id = o.application_id \
         JOIN application_step s ON s.id = o.step_id WHERE o.state = 'open' \
         AND (a.status <> 'active' OR s.state <> 'pending' OR s.round <> o.round)",
    ),
    (
        "8: a time was picked without a meeting, or a meeting came of times that nobody picked from",
        "SELECT o.id FROM slots o WHERE (o.state = 'picked') <> EXISTS (SELECT 1 FROM slot t \
         JOIN interview i ON i.id = t.interview_id AND i.step_id = o.step_id \
         WHERE t.slots_id = o.id)",
    ),
    (
        "2: a seat is held by an offer that is not live",
        "SELECT o.id FROM opening o WHERE o.state = 'held' AND NOT EXISTS (SELECT 1 FROM offer f \
         WHERE f.id = o.offer_id AND f.status IN ('pendingApproval', 'approved', 'sent'))",
    ),
    (
        "2: a seat is filled by an offer that is not the accepted one of its hire",
        "SELECT o.id FROM opening o WHERE o.state = 'filled' AND NOT EXISTS (SELECT 1 FROM offer f \
         WHERE f.id = o.offer_id AND f.status = 'accepted' AND f.undone_at IS NULL AND f.application_id = o.application_id)",
    ),
    (
        "3: several live offers to one person",
        "SELECT f.candidate_id AS id FROM offer f WHERE f.status IN ('pendingApproval', 'approved', 'sent') \
         GROUP BY f.candidate_id HAVING count(*) > 1",
    ),
    (
        "4: a live offer is not for its application's present team",
        "SELECT f.id FROM offer f WHERE f.status IN ('pendingApproval', 'approved', 'sent') \
         AND NOT EXISTS (SELECT 1 FROM allotment l JOIN posting_team t ON t.id = l.posting_team_id \
         JOIN application a ON a.id = l.application_id JOIN opening o ON o.posting_team_id = t.id \
         WHERE l.application_id = f.application_id AND l.until IS NULL AND l.posting_team_id = f.posting_team_id \
         AND t.posting_id = a.posting_id AND a.posting_id = f.posting_id AND o.id = f.opening_id)",
    ),
    (
        "8: a live offer to an application that is not active",
        "SELECT f.id FROM offer f JOIN application a ON a.id = f.application_id \
         WHERE f.status IN ('draft', 'pendingApproval', 'approved', 'sent') AND a.status <> 'active'",
    ),
    (
        "11: an open posting has no vacancies",
        "SELECT p.id FROM posting p WHERE p.status = 'open' AND NOT EXISTS (SELECT 1 FROM opening o \
         JOIN posting_team t ON t.id = o.posting_team_id WHERE t.posting_id = p.id AND o.state IN ('open', 'held'))",
    ),
    (
        "16: a version counts as sent that is not the offer's sent one",
        "SELECT f.id FROM offer f WHERE (SELECT count(*) FROM offer_version v WHERE v.offer_id = f.id \
         AND v.status = 'sent') <> (CASE WHEN f.sent_version IS NULL THEN 0 ELSE 1 END) \
         OR EXISTS (SELECT 1 FROM offer_version v WHERE v.offer_id = f.id AND v.status = 'sent' \
         AND v.number <> f.sent_version)",
    ),
    (
        "16: an offer that is over still has a version under way",
        "SELECT f.id FROM offer f WHERE f.status NOT IN ('draft', 'pendingApproval', 'approved', 'sent') \
         AND EXISTS (SELECT 1 FROM offer_version v WHERE v.offer_id = f.id \
         AND v.status IN ('draft', 'pendingApproval', 'approved'))",
    ),
    (
        "16: a version was sent without its plan's approval of these very terms",
        "SELECT v.offer_id AS id FROM offer_version v WHERE v.released_at IS NOT NULL \
         AND EXISTS (SELECT 1 FROM approval_request r WHERE r.offer_id = v.offer_id AND r.version = v.number) \
         AND NOT EXISTS (SELECT 1 FROM offer_approval p WHERE p.offer_id = v.offer_id AND p.version = v.number \
         AND p.decision = 'accepted' AND p.terms_hash = v.terms_hash AND p.approver_id <> v.drafted_by)",
    ),
    (
        "16: a version was sent though a group had not said yes often enough",
        "SELECT r.offer_id AS id FROM approval_request r JOIN offer_version v ON v.offer_id = r.offer_id \
         AND v.number = r.version WHERE v.released_at IS NOT NULL AND r.round = (SELECT max(n.round) \
         FROM approval_request n WHERE n.offer_id = r.offer_id AND n.version = r.version) AND r.needed > (SELECT count(*) \
         FROM approval_request y WHERE y.offer_id = r.offer_id AND y.version = r.version AND y.round = r.round \
         AND y.position = r.position AND y.state = 'approved')",
    ),
    (
        "16: somebody is asked about an offer that waits for nobody",
        "SELECT r.id FROM approval_request r JOIN offer_version v ON v.offer_id = r.offer_id AND v.number = r.version \
         WHERE r.ended_at IS NULL AND v.status <> 'pendingApproval'",
    ),
    (
        "17: a decided offer without the evidence, or evidence of another decision",
        "SELECT f.id FROM offer f JOIN offer_version v ON v.offer_id = f.id AND v.number = f.sent_version \
         WHERE (f.status IN ('accepted', 'declined')) <> (EXISTS (SELECT 1 FROM offer_decision d \
         WHERE d.offer_id = f.id AND d.decision = f.status AND d.version = v.number AND d.terms_hash = v.terms_hash))",
    ),
    (
        "17: a link still works to an offer that was taken back, or to a version that gave way",
        "SELECT l.id FROM link l JOIN offer f ON f.id = l.offer_id WHERE l.revoked_at IS NULL AND l.purpose = 'offer' \
         AND (f.status = 'rescinded' OR l.version <> f.sent_version)",
    ),
    (
        "18: a letter waits that speaks of an offer nobody can answer",
        "SELECT m.id FROM email_message m JOIN offer f ON f.id = m.offer_id \
         WHERE m.kind IN ('offer', 'offerExtended') AND m.state IN ('queued', 'deferred') \
         AND (f.status <> 'sent' OR m.version <> f.sent_version)",
    ),
    (
        "18: a version was sent without one first message of its own",
        "SELECT v.offer_id AS id FROM offer_version v WHERE v.released_at IS NOT NULL AND (SELECT count(*) \
         FROM email_message m WHERE m.offer_id = v.offer_id AND m.version = v.number AND m.kind = 'offer' \
         AND m.dedupe_key NOT LIKE '%/again-%') <> 1",
    ),
    (
        "18: what has left, came back or was cancelled still has its bytes",
        "SELECT id FROM email_message WHERE state IN ('sent', 'bounced', 'cancelled') AND raw IS NOT NULL",
    ),
];

#[derive(FromQueryResult)]
struct Offender {
    id: String,
}

#[derive(FromQueryResult)]
struct Standing {
    id: String,
    state: String,
}

impl TestApp {
    /// Panics unless seats, hires, offers, letters and history agree.
    pub async fn check_invariants(&self) {
        for (meaning, sql) in OFFENCES {
            let found = dialect::query_all::<Offender>(&self.store, sql, []).await.unwrap();
            let ids: Vec<_> = found.into_iter().map(|offender| offender.id).collect();
            assert!(ids.is_empty(), "invariant {meaning}: {ids:?}");
        }
        self.check_history().await;
        let followed = std::mem::take(&mut *self.chain.lock().unwrap());
        let chain = chain::go_on(&self.store, followed).await.unwrap();
        assert_eq!((chain.unchained, chain.broken_at), (0, None), "invariant 19: the chain of events");
        *self.chain.lock().unwrap() = chain;
    }

    /// Invariants 9 and 19: the events alone tell how everything stands, they say nothing a person wrote, and each end
    /// of an application told the candidate once or says why not.
    async fn check_history(&self) {
        let events = event::after(&self.store, 0, u32::MAX).await.unwrap();
        let (mut seats, mut offers, mut told) = (HashMap::new(), HashMap::new(), HashMap::new());
        for event in &events {
            if let (Some(state), Some(seat)) = (seat_state(event.kind), word(&event.facts, "opening")) {
                seats.insert(seat, state.to_owned());
            }
            if let (Some(offer), Some(status), true) =
                (event.offer, word(&event.facts, "status"), event.kind.as_str().starts_with("offer"))
            {
                offers.insert(offer.to_string(), status);
            }
            for (name, fact) in &event.facts {
                assert!(says_nothing_personal(fact), "invariant 19: {name} of {event:?}");
            }
            let (ends, letters) = told.entry(event.change.to_string()).or_insert((0, 0));
            *ends += i32::from(ends_application(event.kind));
            // Those of ours who were to meet the candidate, or drafted the offer, are told as well.
            let ours = ["interviewUnassigned", "offerEnded"];
            let is_ours = word(&event.facts, "kind").is_some_and(|kind| ours.contains(&kind.as_str()));
            let is_letter = matches!(event.kind, EventKind::EmailQueued | EventKind::EmailOmitted);
            *letters += i32::from(is_letter && !is_ours);
        }
        let mut standing = self.standing("SELECT id, state FROM opening").await;
        // A seat that a test's world began with has no event yet.
        standing.retain(|seat, state| seats.contains_key(seat) || state != "open");
        assert_eq!(seats, standing, "invariant 19: seats");
        assert_eq!(
            offers,
            self.standing("SELECT id, status AS state FROM offer").await,
            "invariant 19: offers"
        );
        for (change, (ends, letters)) in told {
            assert!(ends == 0 || letters == 1, "invariant 9: {change} ended {ends} with {letters} letters");
        }
    }

    async fn standing(&self, sql: &str) -> HashMap<String, String> {
        let rows = dialect::query_all::<Standing>(&self.store, sql, []).await.unwrap();
        rows.into_iter().map(|row| (row.id, row.state)).collect()
    }

    /// How many rows a condition finds, such as `offer WHERE status = 'sent'`.
    pub async fn count(&self, of: &str) -> i64 {
        #[derive(FromQueryResult)]
        struct Count {
            n: i64,
        }
        let sql = format!("SELECT count(*) AS n FROM {of}");
        dialect::query_one::<Count>(&self.store, &sql, []).await.unwrap().unwrap().n
    }
}

fn seat_state(kind: EventKind) -> Option<&'static str> {
    Some(match kind {
        EventKind::OpeningCreated | EventKind::OpeningFreed | EventKind::OpeningReopened => "open",
        EventKind::OpeningHeld => "held",
        EventKind::OpeningFilled => "filled",
        EventKind::OpeningCancelled => "cancelled",
        _ => return None,
    })
}

fn ends_application(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ApplicationDeclined | EventKind::ApplicationWithdrawn | EventKind::ApplicationHired
    )
}

/// Ids, states, codes and counts are single words.
fn says_nothing_personal(fact: &Fact) -> bool {
    match fact {
        Fact::Count(_) => true,
        Fact::Word(word) => word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.,".contains(&b)),
    }
}

fn word(facts: &[(String, Fact)], name: &str) -> Option<String> {
    facts.iter().find_map(|(known, fact)| match fact {
        Fact::Word(word) if known == name => Some(word.clone()),
        _ => None,
    })
}
