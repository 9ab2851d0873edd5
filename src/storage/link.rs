//! One-purpose links, kept by the hash of their secret.

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};

use super::dialect;
use super::digest::sha256;
use super::fault::Fault;
use super::source::Source;
use super::write::Tx;
use crate::domain::id::{ApplicationId, CandidateId, LinkId, OfferId, ReferenceId, SlotsId, StepId, UserId};
use crate::domain::link::{Link, LinkKind, Purpose, is_shaped};

#[derive(FromQueryResult)]
struct Row {
    id: LinkId,
    purpose: LinkKind,
    candidate_id: CandidateId,
    application_id: ApplicationId,
    offer_id: Option<OfferId>,
    version: Option<i32>,
    step_id: Option<StepId>,
    user_id: Option<UserId>,
    reference_id: Option<ReferenceId>,
    slots_id: Option<SlotsId>,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Link {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let lacking = || Fault::unfit(format!("link {} lacks what it is for", row.id));
        let application = row.application_id;
        let purpose = match row.purpose {
            LinkKind::Application => Purpose::Application(application),
            LinkKind::Offer => {
                let (offer, version) = row.offer_id.zip(row.version).ok_or_else(lacking)?;
                Purpose::Offer { offer, version, application }
            }
            LinkKind::Form => Purpose::Form { step: row.step_id.ok_or_else(lacking)?, application },
            LinkKind::Scorecard => {
                let (step, user) = row.step_id.zip(row.user_id).ok_or_else(lacking)?;
                Purpose::Scorecard { step, user, application }
            }
            LinkKind::Approval => {
                let (offer, version) = row.offer_id.zip(row.version).ok_or_else(lacking)?;
                Purpose::Approval { offer, version, user: row.user_id.ok_or_else(lacking)?, application }
            }
            LinkKind::Nomination => {
                Purpose::Nomination { step: row.step_id.ok_or_else(lacking)?, application }
            }
            LinkKind::Interview => {
                Purpose::Interview { slots: row.slots_id.ok_or_else(lacking)?, application }
            }
            LinkKind::Reference => {
                Purpose::Reference { reference: row.reference_id.ok_or_else(lacking)?, application }
            }
        };
        Ok(Self {
            id: row.id,
            purpose,
            candidate: row.candidate_id,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        })
    }
}

/// The hash under which a link is kept.
#[must_use]
pub fn hash(secret: &str) -> String {
    sha256(secret)
}

/// The link with this secret, revoked or not: who asks decides what a revoked one still shows.
pub async fn find(db: &impl Source, secret: &str) -> Result<Option<Link>, Fault> {
    if !is_shaped(secret) {
        return Ok(None);
    }
    find_by_hash(db, &hash(secret)).await
}

/// The link that is kept under this hash, revoked or not.
pub async fn find_by_hash(db: &impl Source, hash: &str) -> Result<Option<Link>, Fault> {
    let sql = "SELECT * FROM link WHERE secret_hash = $1";
    dialect::query_one::<Row>(db, sql, [hash.into()]).await?.map(Link::try_from).transpose()
}

/// Keeps a new link under the hash of its secret.
pub async fn create(tx: &Tx, link: &Link, hash: &str) -> Result<(), Fault> {
    let (mut offer, mut step, mut user, mut reference, mut slots) = (None, None, None, None, None);
    match link.purpose {
        Purpose::Application(_) => {}
        Purpose::Offer { offer: of, version, .. } => offer = Some((of, version)),
        Purpose::Form { step: of, .. } | Purpose::Nomination { step: of, .. } => step = Some(of),
        Purpose::Scorecard { step: of, user: by, .. } => (step, user) = (Some(of), Some(by)),
        Purpose::Approval { offer: of, version, user: by, .. } => {
            (offer, user) = (Some((of, version)), Some(by));
        }
        Purpose::Interview { slots: of, .. } => slots = Some(of),
        Purpose::Reference { reference: of, .. } => reference = Some(of),
    }
    let values: [Value; 13] = [
        link.id.into(),
        link.purpose.kind().into(),
        hash.into(),
        link.candidate.into(),
        link.purpose.application().into(),
        offer.map(|(id, _)| id).into(),
        offer.map(|(_, version)| version).into(),
        step.into(),
        user.into(),
        reference.into(),
        slots.into(),
        link.created_at.into(),
        link.revoked_at.into(),
    ];
    let sql = format!(
        "INSERT INTO link (id, purpose, secret_hash, candidate_id, application_id, offer_id, version, step_id, user_id, \
         reference_id, slots_id, created_at, revoked_at) VALUES {}",
        dialect::places(1, values.len())
    );
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}

/// Revokes every link of this kind to this step; says how many.
pub async fn revoke_of_step(tx: &Tx, kind: LinkKind, step: StepId, at: DateTime<Utc>) -> Result<u64, Fault> {
    let sql = "UPDATE link SET revoked_at = $3 WHERE step_id = $1 AND purpose = $2 AND revoked_at IS NULL";
    let values: [Value; 3] = [step.into(), kind.into(), at.into()];
    dialect::execute(tx, sql, values).await
}

/// Revokes every link to these times; says how many.
pub async fn revoke_of_slots(tx: &Tx, slots: SlotsId, at: DateTime<Utc>) -> Result<u64, Fault> {
    let sql = "UPDATE link SET revoked_at = $2 WHERE slots_id = $1 AND revoked_at IS NULL";
    let values: [Value; 2] = [slots.into(), at.into()];
    dialect::execute(tx, sql, values).await
}

/// Revokes every link to this reference; says how many.
pub async fn revoke_of_reference(tx: &Tx, reference: ReferenceId, at: DateTime<Utc>) -> Result<u64, Fault> {
    let sql = "UPDATE link SET revoked_at = $2 WHERE reference_id = $1 AND revoked_at IS NULL";
    let values: [Value; 2] = [reference.into(), at.into()];
    dialect::execute(tx, sql, values).await
}

/// Revokes every link to this offer, whatever its version; says how many.
pub async fn revoke_of_offer(tx: &Tx, offer: OfferId, at: DateTime<Utc>) -> Result<u64, Fault> {
    let sql = "UPDATE link SET revoked_at = $2 WHERE offer_id = $1 AND revoked_at IS NULL";
    let values: [Value; 2] = [offer.into(), at.into()];
    dialect::execute(tx, sql, values).await
}

/// Revokes every link by which this user approves offers; says how many.
pub async fn revoke_of_approver(tx: &Tx, user: UserId, at: DateTime<Utc>) -> Result<u64, Fault> {
    let sql =
        "UPDATE link SET revoked_at = $2 WHERE user_id = $1 AND purpose = 'approval' AND revoked_at IS NULL";
    let values: [Value; 2] = [user.into(), at.into()];
    dialect::execute(tx, sql, values).await
}

/// Revokes every link to earlier versions of this offer; says how many.
pub async fn revoke_before(tx: &Tx, offer: OfferId, version: i32, at: DateTime<Utc>) -> Result<u64, Fault> {
    let sql = "UPDATE link SET revoked_at = $3 WHERE offer_id = $1 AND version < $2 AND revoked_at IS NULL";
    let values: [Value; 3] = [offer.into(), version.into(), at.into()];
    dialect::execute(tx, sql, values).await
}
