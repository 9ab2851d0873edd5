//! What a worker does to a message it delivers: takes it, marks that it leaves, says what became of it.
//!
//! No transaction is open while a relay is spoken to. What counts is committed before: nothing leaves unless the message
//! is marked as leaving under the worker's own fence (see [`crate::storage::delivery`]).

use chrono::TimeDelta;

use super::{Act, email};
use crate::domain::application::ApplicationStatus;
use crate::domain::delivery::{Outcome, RetryRule, Tried, Verdict};
use crate::domain::email::{EmailState, LetterKind};
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::{ApplicationId, OfferId, PostingId};
use crate::domain::message::is_of_dead_address;
use crate::domain::policy::application::emails;
use crate::domain::viewer::Viewer;
use crate::mail::delivery::Phase;
use crate::storage::delivery::{self, Claimed, Ended, Left};
use crate::storage::{Failure, Tx, application, email_message};

/// Whether the body may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// It is marked as leaving: go on.
    Marked,
    /// Somebody else has the message by now, or the lease has run out: drop it.
    Lost,
    /// What it says is no longer so; it was taken back.
    Outdated,
}

/// How a try went, as the worker tells it.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What it means for the message.
    pub tried: Tried,
    /// How far it got, if it began.
    pub phase: Option<&'a str>,
    /// The relay's reply code.
    pub code: Option<u16>,
    /// Its enhanced status code.
    pub enhanced: Option<&'a str>,
    /// Its words, or ours.
    pub reply: &'a str,
}

/// Takes the message that has been due longest.
pub async fn claim(act: Act<'_>, worker: &str, lease: TimeDelta) -> Result<Option<Claimed>, Failure> {
    let now = act.clock.now();
    act.store.write(|tx| async move { Ok(delivery::claim(&tx, worker, now, now + lease).await?) }).await
}

/// Prolongs the lease; `false` when the message is somebody else's by now.
pub async fn keep(act: Act<'_>, claimed: &Claimed, lease: TimeDelta) -> Result<bool, Failure> {
    let until = act.clock.now() + lease;
    act.store.write(|tx| async move { Ok(delivery::keep(&tx, claimed, until).await?) }).await
}

/// Marks the message as leaving, after a last look at whether what it says still holds.
pub async fn begin(act: Act<'_>, claimed: &Claimed, lease: TimeDelta) -> Result<Beginning, Failure> {
    let change = act.change();
    let change = &change;
    act.store
        .write(|tx| async move {
            if !still_holds(&tx, claimed, change).await? {
                take_back(&tx, claimed, change).await?;
                return Ok(Beginning::Outdated);
            }
            let marked = delivery::begin(&tx, claimed, change.at, change.at + lease).await?;
            Ok(if marked { Beginning::Marked } else { Beginning::Lost })
        })
        .await
}

/// An offer, or more time for one, is sent only while that very version can be accepted; a decline only while it stands.
async fn still_holds(tx: &Tx, claimed: &Claimed, change: &Change) -> Result<bool, Failure> {
    match (claimed.kind, claimed.offer) {
        (LetterKind::Offer | LetterKind::OfferExtended | LetterKind::OfferReminded, Some(offer)) => {
            Ok(delivery::is_offer_out(tx, offer, change.at).await?)
        }
        (LetterKind::ApplicationDeclined, _) => {
            let found = application::lock(tx, claimed.application).await?;
            Ok(found.is_some_and(|found| found.status == ApplicationStatus::Declined))
        }
        _ => Ok(true),
    }
}

/// Takes back what was not sent. What may have been sent before stays in doubt: to call it taken back would be a lie.
async fn take_back(tx: &Tx, claimed: &Claimed, change: &Change) -> Result<(), Failure> {
    let held = claimed.standing.in_doubt;
    let state = if held { EmailState::Unknown } else { EmailState::Cancelled };
    let verdict = Verdict { state, attempts: claimed.standing.attempts, run_at: change.at, held };
    let ended = Ended {
        at: change.at,
        phase: None,
        outcome: Outcome::Failed,
        code: None,
        enhanced: None,
        reply: "what it says no longer holds",
    };
    if delivery::settle(tx, claimed, &verdict, &ended).await? {
        tx.record(updated(change, claimed, state));
    }
    Ok(())
}

/// Says what became of the message, by the one rule. A worker that lost its claim can still prove that the message was
/// sent; nothing else it says counts.
pub async fn settle(
    act: Act<'_>,
    claimed: &Claimed,
    rule: &RetryRule,
    report: Report<'_>,
) -> Result<(), Failure> {
    let change = act.change();
    let verdict = rule.after(&claimed.standing, report.tried, change.at, roll(act));
    let Report { tried, phase, code, enhanced, reply } = report;
    let ended = Ended { at: change.at, phase, outcome: tried.outcome, code, enhanced, reply };
    let (change, verdict, ended) = (&change, &verdict, &ended);
    act.store
        .write(|tx| async move {
            let is_sent = verdict.state == EmailState::Sent;
            let written = delivery::settle(&tx, claimed, verdict, ended).await?
                || (is_sent && delivery::prove(&tx, claimed, ended).await?);
            if !written {
                return Ok(());
            }
            // A message that waits because the relay is down has not changed for anybody.
            if verdict.state != EmailState::Queued {
                tx.record(updated(change, claimed, verdict.state));
            }
            if let (true, LetterKind::Offer, Some(offer)) = (is_sent, claimed.kind, claimed.offer) {
                offer_delivered(&tx, change, (claimed.posting, claimed.application), offer).await?;
            }
            if verdict.state == EmailState::Failed
                && ended.phase == Some(Phase::Recipient.as_str())
                && ended.enhanced.is_some_and(is_of_dead_address)
                && let Some(message) = email_message::lock(&tx, &emails(&Viewer::System), claimed.id).await?
            {
                email::give_up_address(&tx, change, &message).await?;
            }
            Ok(())
        })
        .await
}

/// Notes that the mail of an offer's version arrived at the relay, the first time that is known.
pub(super) async fn offer_delivered(
    tx: &Tx,
    change: &Change,
    (posting, application): (PostingId, ApplicationId),
    (offer, version): (OfferId, i32),
) -> Result<(), Failure> {
    if delivery::offer_delivered(tx, (offer, version), change.at).await? {
        let event = change.event(EventKind::OfferDelivered).posting(posting);
        tx.record(event.application(application).offer(offer).count("version", version.into()));
    }
    Ok(())
}

/// Takes messages from workers whose lease has run out. Says how many there were.
pub async fn reap(act: Act<'_>, rule: &RetryRule) -> Result<usize, Failure> {
    take_over(act, rule, false).await
}

/// Takes the messages of a predecessor, whatever its leases say: for a program that knows it is the only one.
pub async fn reclaim(act: Act<'_>, rule: &RetryRule) -> Result<usize, Failure> {
    take_over(act, rule, true).await
}

async fn take_over(act: Act<'_>, rule: &RetryRule, everybodys: bool) -> Result<usize, Failure> {
    let change = act.change();
    let (change, grace_over) = (&change, change.at + rule.grace);
    act.store
        .write(|tx| async move {
            let left = delivery::reap(&tx, change.at, grace_over, everybodys).await?;
            for one in left.iter().filter(|one| one.state == EmailState::Unknown) {
                tx.record(left_behind(change, one));
            }
            Ok(left.len())
        })
        .await
}

fn roll(act: Act<'_>) -> u16 {
    let mut bytes = [0; 2];
    act.chance.fill(&mut bytes);
    u16::from_le_bytes(bytes)
}

fn updated(change: &Change, claimed: &Claimed, state: EmailState) -> Event {
    let mut event = change.event(EventKind::EmailUpdated).posting(claimed.posting);
    event = event.application(claimed.application);
    if let Some((offer, _)) = claimed.offer {
        event = event.offer(offer);
    }
    event.word("email", claimed.id).word("state", state)
}

fn left_behind(change: &Change, left: &Left) -> Event {
    let mut event = change.event(EventKind::EmailUpdated).posting(left.posting).application(left.application);
    if let Some(offer) = left.offer {
        event = event.offer(offer);
    }
    event.word("email", left.id).word("state", left.state)
}
