//! Every event that promises a mail has it in the same change, and no mail goes out that no event explains.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde_json::Value;
use vacantia::storage::dialect;

use crate::app::TestApp;

#[derive(FromQueryResult)]
struct Row {
    change_id: String,
    kind: String,
    facts: String,
}

/// What happened in one change.
type Change = Vec<(String, Value)>;

/// How often each kind of mail.
type Mails = BTreeMap<&'static str, i64>;

/// Panics unless promises and mails are the same, change by change.
pub async fn check(app: &TestApp) {
    let sql = "SELECT change_id, kind, facts FROM event ORDER BY seq";
    let mut changes: Vec<(String, Change)> = Vec::new();
    for Row { change_id, kind, facts } in dialect::query_all::<Row>(&app.store, sql, []).await.unwrap() {
        let event = (kind, serde_json::from_str(&facts).unwrap());
        match changes.last_mut() {
            Some((last, events)) if *last == change_id => events.push(event),
            _ => changes.push((change_id, vec![event])),
        }
    }
    let mut people = BTreeMap::new();
    let mut queued = 0;
    for (id, events) in &changes {
        let promised = promised(events, &mut people);
        let mails = mails(events);
        queued += mails.values().sum::<i64>();
        let words = |mails: &BTreeMap<String, i64>| format!("{mails:?}");
        let promised: BTreeMap<String, i64> = promised
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| (kind.to_owned(), count))
            .collect();
        // Whoever applies a second time is told so, and nothing else happens.
        let repeated = mails.len() == 1 && mails.get("applicationRepeated") == Some(&1) && events.len() == 1;
        assert!(
            repeated || promised == mails,
            "{id}: promised {}, mailed {}: {events:?}",
            words(&promised),
            words(&mails)
        );
    }
    assert_eq!(queued, app.count("email_message").await, "mails queued and kept");
}

fn mails(events: &Change) -> BTreeMap<String, i64> {
    let mut mails = BTreeMap::new();
    for (_, facts) in events.iter().filter(|(kind, _)| kind == "emailQueued") {
        *mails.entry(facts["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    mails
}

/// The mails that these events promise. `people` remembers how many come to each interview.
fn promised(events: &Change, people: &mut BTreeMap<String, i64>) -> Mails {
    let ends = ["applicationDeclined", "applicationWithdrawn", "applicationHired"];
    let ended = events.iter().any(|(kind, _)| ends.contains(&kind.as_str()));
    let mut mails = Mails::new();
    let mut promise = |kind: &'static str, count: i64| *mails.entry(kind).or_default() += count;
    for (kind, facts) in events {
        let coming = people.entry(facts["interview"].as_str().unwrap_or_default().to_owned()).or_default();
        let count = |name: &str| facts[name].as_i64().unwrap();
        match kind.as_str() {
            "applicationSubmitted" => promise("applicationReceived", 1),
            "applicationDeclined" => promise("applicationDeclined", 1),
            "applicationWithdrawn" => promise("applicationWithdrawn", 1),
            "messageSent" => promise("messageSent", 1),
            "formSent" => promise("formSent", 1),
            "formReminded" => promise("formReminded", 1),
            "scorecardRequested" => promise("scorecardRequested", 1),
            "scorecardReminded" => promise("scorecardReminded", 1),
            "referencesRequested" => promise("nominationRequested", 1),
            "referencesReminded" => promise("nominationReminded", 1),
            "referenceRequested" => promise("referenceRequested", 1),
            "referenceReminded" => promise("referenceReminded", 1),
            "offerSubmitted" | "approvalGiven" => promise("approvalRequested", count("asked")),
            "offerApproved" => promise("approvalGiven", i64::from(facts["rule"].is_null())),
            "offerRejected" => promise("approvalRefused", 1),
            "approvalReminded" => promise("approvalReminded", 1),
            "offerSent" => promise("offer", 1),
            "offerReminded" => promise("offerReminded", 1),
            "offerExpired" => {
                promise("offerExpired", 1);
                promise("offerEnded", 1);
            }
            "offerExtended" => promise("offerExtended", 1),
            "offerAccepted" => {
                promise("offerAccepted", 1);
                promise("offerEnded", 1);
            }
            "offerDeclined" => {
                promise("offerDeclined", 1);
                promise("offerEnded", 1);
            }
            "offerRescinded" if !ended => promise("offerRescinded", 1),
            "interviewScheduled" => {
                *coming = count("participants");
                promise("interviewScheduled", 1);
                promise("interviewAssigned", *coming);
            }
            "interviewRescheduled" => {
                promise("interviewScheduled", 1);
                promise("interviewAssigned", *coming);
            }
            "interviewUpdated" => {
                let (added, removed) = (count("added"), count("removed"));
                *coming += added - removed;
                promise("interviewScheduled", i64::from(added + removed > 0));
                promise("interviewAssigned", added);
                promise("interviewUnassigned", removed);
            }
            "interviewCancelled" => {
                promise("interviewUnassigned", *coming);
                promise("interviewCancelled", i64::from(!ended));
            }
            // It is said that there is none, and why.
            "emailOmitted" => match facts["kind"].as_str() {
                Some("applicationDeclined") => promise("applicationDeclined", -1),
                Some("applicationWithdrawn") => promise("applicationWithdrawn", -1),
                Some("offerExpired") => promise("offerExpired", -1),
                _ => promise("offerRescinded", -1),
            },
            _ => {}
        }
    }
    mails
}
