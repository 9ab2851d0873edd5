//! Which team an application is for: allotted by recruiting, preferred by the candidate.

use super::Act;
use super::application::{event, held};
use crate::domain::Refusal;
use crate::domain::allotment::Allotment;
use crate::domain::application::Application;
use crate::domain::event::EventKind;
use crate::domain::id::{AllotmentId, ApplicationId, PostingId, PostingTeamId, TeamId};
use crate::domain::policy::application::{applications, recruiting, speaking};
use crate::domain::team::PostingTeam;
use crate::domain::viewer::Viewer;
use crate::storage::{Failure, Tx, allotment, application, offer, posting_team};

/// Allots an application to a team of its posting, also to a full one. The allotment before ends and is kept; one to the same
/// team stays, and says that the candidate's newest wish was looked at.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `OFFER_LIVE`; `INVALID` on `teamId` unless the posting hires for it.
pub async fn allot(
    act: Act<'_>,
    id: ApplicationId,
    team: TeamId,
    revision: Option<i32>,
) -> Result<Application, Failure> {
    let (change, right) = (&act.change(), &recruiting(act.viewer));
    let new = AllotmentId::new(change.at, act.chance);
    act.store
        .write(|tx| async move {
            let application = held(&tx, act.viewer, right, id, "application").await?;
            application.active()?;
            revision.map_or(Ok(()), |revision| application.is_at(revision))?;
            has_no_live_offer(&tx, id).await?;
            let to = hiring_for(&tx, application.posting, &[team], "teamId").await?[0];
            let current = allotment::current(&tx, id).await?;
            let stays = current.as_ref().is_some_and(|current| current.posting_team == to);
            let awaited = allotment::looked(&tx, id).await?;
            if stays && !awaited {
                return Ok(application);
            }
            if !stays {
                let (by, since) = (change.actor.clone(), change.at);
                let allotment =
                    Allotment { id: new, application: id, posting_team: to, team, by, since, until: None };
                allotment::replace(&tx, &allotment).await?;
            }
            let stage = application.stage;
            let application = application::save(&tx, application.move_to(stage)?).await?;
            let mut allotted = event(change, EventKind::ApplicationAllotted, &application).word("to", to);
            if let Some(before) = current {
                allotted = allotted.word("from", before.posting_team);
            }
            tx.record(allotted);
            Ok(application)
        })
        .await
}

/// States which teams the candidate would prefer, best first; none is a statement too. One of the candidate's own waits for
/// recruiting to look at it; what they have said already changes nothing.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `OFFER_LIVE`; `INVALID` on `teams` unless the posting hires for each,
/// or when one is named twice.
pub async fn prefer_teams(
    act: Act<'_>,
    id: ApplicationId,
    teams: &[TeamId],
    revision: Option<i32>,
) -> Result<Application, Failure> {
    let (change, right) = (&act.change(), &speaking(act.viewer));
    act.store
        .write(|tx| async move {
            let application = held(&tx, act.viewer, right, id, "application").await?;
            application.active_to_candidate(change.at)?;
            revision.map_or(Ok(()), |revision| application.is_at(revision))?;
            has_no_live_offer(&tx, id).await?;
            let preferred = hiring_for(&tx, application.posting, teams, "teams").await?;
            let before = allotment::preferred(&tx, &applications(&Viewer::System), &[id]).await?;
            if before.get(&id).map_or(&[][..], Vec::as_slice) == teams {
                return Ok(application);
            }
            allotment::prefer(&tx, id, &preferred).await?;
            if act.viewer.user().is_none() {
                allotment::await_look(&tx, id, change.at).await?;
            }
            let application = application::save(&tx, application).await?;
            let count = i64::try_from(preferred.len()).unwrap_or_default();
            tx.record(
                event(change, EventKind::ApplicationTeamsPreferred, &application).count("teams", count),
            );
            Ok(application)
        })
        .await
}

/// Until an offer is live, teams may change.
async fn has_no_live_offer(tx: &Tx, application: ApplicationId) -> Result<(), Failure> {
    let unended = offer::lock_unended(tx, application).await?;
    if unended.iter().any(|offer| offer.status.is_live()) { Err(Refusal::OfferLive.into()) } else { Ok(()) }
}

/// The posting's entries for these teams, in this order.
///
/// # Errors
/// `INVALID` on the field.
pub(super) async fn hiring_for(
    tx: &Tx,
    posting: PostingId,
    teams: &[TeamId],
    field: &str,
) -> Result<Vec<PostingTeamId>, Failure> {
    let entries: Vec<PostingTeam> =
        if teams.is_empty() { Vec::new() } else { posting_team::of_posting(tx, posting).await? };
    Ok(entries_of(&entries, teams, field)?)
}

fn entries_of(entries: &[PostingTeam], teams: &[TeamId], field: &str) -> Result<Vec<PostingTeamId>, Refusal> {
    let mut found = Vec::new();
    for team in teams {
        let entry = entries.iter().find(|entry| entry.team == *team);
        let entry = entry.ok_or_else(|| Refusal::invalid(field, "a team this posting hires for"))?;
        if found.contains(&entry.id) {
            return Err(Refusal::invalid(field, "each team once"));
        }
        found.push(entry.id);
    }
    Ok(found)
}
