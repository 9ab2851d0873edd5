//! What proves acceptances.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;

use super::decision;
use super::dialect::{self, Binds, json_list};
use super::fault::Fault;
use super::source::Source;
use crate::domain::certificate::{Mail, Proof};
use crate::domain::decision::Evidence;
use crate::domain::email::LetterKind;
use crate::domain::event::EventKind;
use crate::domain::id::OfferId;
use crate::domain::offer::Decision;
use crate::domain::policy::Scope;
use crate::domain::policy::offer::Offering;

#[derive(FromQueryResult)]
struct Row {
    offer_id: OfferId,
    first_viewed_at: Option<DateTime<Utc>>,
    document: Option<String>,
    seq: i64,
    hash: Option<String>,
    envelope_to: Option<String>,
    message_id: Option<String>,
    sent_at: Option<DateTime<Utc>>,
    last_reply: Option<String>,
}

impl Row {
    fn proof(self, evidence: Evidence) -> Proof {
        let (sent_at, reply) = (self.sent_at, self.last_reply);
        let mail = self.envelope_to.zip(self.message_id);
        Proof {
            evidence_hash: decision::hash(&evidence),
            evidence,
            first_viewed_at: self.first_viewed_at,
            mail: mail.map(|(to, message_id)| Mail { to, message_id, sent_at, reply }),
            document: self.document,
            event: (self.seq, self.hash),
        }
    }
}

/// What proves that these offers were accepted, for those who make them; nothing for offers that were not.
pub async fn proofs(
    db: &impl Source,
    scope: &Scope<Offering>,
    offers: &[OfferId],
) -> Result<HashMap<OfferId, Proof>, Fault> {
    let mut evidence = decision::of_offers(db, scope, offers).await?;
    evidence.retain(|_, evidence| evidence.decision == Decision::Accepted);
    let mut binds = Binds::default();
    let listed = db.kind().listed(binds.add(json_list(evidence.keys().copied())));
    let (accepted, offer) = (binds.put(EventKind::OfferAccepted), binds.put(LetterKind::Offer));
    let sql = format!(
        "SELECT d.offer_id, o.first_viewed_at, e.seq, e.hash, m.envelope_to, m.message_id, m.sent_at, m.last_reply, \
         p.sha256 AS document \
         FROM offer_decision d JOIN offer o ON o.id = d.offer_id \
         JOIN event e ON e.offer_id = d.offer_id AND e.kind = {accepted} \
         LEFT JOIN offer_document p ON p.offer_id = d.offer_id AND p.version = d.version \
         LEFT JOIN email_message m ON m.id = (SELECT n.id FROM email_message n WHERE n.offer_id = d.offer_id \
         AND n.version = d.version AND n.kind = {offer} AND n.replaced_at IS NULL \
         ORDER BY n.created_at DESC, n.id DESC LIMIT 1) WHERE d.offer_id IN {listed}"
    );
    let rows = dialect::query_all::<Row>(db, &sql, binds).await?;
    let proof = |row: Row| evidence.remove(&row.offer_id).map(|evidence| (row.offer_id, row.proof(evidence)));
    Ok(rows.into_iter().filter_map(proof).collect())
}
