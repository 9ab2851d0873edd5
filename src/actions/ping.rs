//! Pings: queued in the write that causes them, delivered by a worker, handled by the operator.

use chrono::TimeDelta;

use super::Act;
use crate::domain::Refusal;
use crate::domain::delivery::RetryRule;
use crate::domain::feed::Channel;
use crate::domain::id::PingId;
use crate::domain::ping::{Answer, MOST_URLS, Ping, PingKind, PingState, REST, verdict};
use crate::domain::policy::organisation::may_administer;
use crate::storage::ping::{self, Claimed, NewPing};
use crate::storage::{Failure, Fault, Tx, channel_setting, feed_change};

/// Queues a word to the hub of these feeds, as far as they have one, that they say something new, in the write that makes it
/// so.
pub(super) async fn tell_hub(tx: &Tx, act: Act<'_>, channels: &[Channel]) -> Result<(), Fault> {
    if act.site.pings.hub.is_none() || channels.is_empty() {
        return Ok(());
    }
    let settings = channel_setting::all(tx).await?;
    for channel in channels {
        if let Some(hub) = act.site.hub_of(*channel, settings.of(*channel)) {
            ping::push(tx, &new(act, PingKind::Websub, hub), &[act.site.feed_url(*channel)]).await?;
        }
    }
    Ok(())
}

/// Queues a word to search engines, if they are told, of the pages whose changes are noted behind this number, in the write
/// that notes them. One that waits already takes in what it has room for.
pub(super) async fn tell_engines(tx: &Tx, act: Act<'_>, since: i64) -> Result<(), Fault> {
    let Some(engines) = act.site.pings.target(PingKind::Indexnow) else { return Ok(()) };
    let changes = feed_change::since(tx, since, u32::MAX).await?;
    if changes.is_empty() {
        return Ok(());
    }
    let pages = changes.iter().map(|change| act.site.posting_url(&change.slug)).collect();
    let left = ping::join(tx, PingKind::Indexnow, engines, pages).await?;
    for pages in left.chunks(MOST_URLS) {
        ping::push(tx, &new(act, PingKind::Indexnow, engines), pages).await?;
    }
    Ok(())
}

fn new<'a>(act: Act<'_>, kind: PingKind, target: &'a str) -> NewPing<'a> {
    let now = act.clock.now();
    NewPing { id: PingId::new(now, act.chance), kind, target, created_at: now, run_at: now + REST }
}

/// Takes the ping that has been due longest.
pub async fn claim(act: Act<'_>, worker: &str, lease: TimeDelta) -> Result<Option<Claimed>, Failure> {
    let now = act.clock.now();
    act.store.write(|tx| async move { Ok(ping::claim(&tx, worker, now, now + lease).await?) }).await
}

/// Says what became of a ping; nothing where somebody else has it by now. Answers how it stands, if it was written.
pub async fn settle(
    act: Act<'_>,
    claimed: &Claimed,
    rule: &RetryRule,
    answer: &Answer,
) -> Result<Option<PingState>, Failure> {
    let (now, mut roll) = (act.clock.now(), [0; 2]);
    act.chance.fill(&mut roll);
    let verdict = verdict(rule, answer, claimed.ping.attempts, now, u16::from_le_bytes(roll));
    let settling =
        act.store.write(|tx| async move { Ok(ping::settle(&tx, claimed, verdict, answer, now).await?) });
    Ok(settling.await?.then_some(verdict.state))
}

/// Takes pings from workers whose lease has run out. Says how many there were.
pub async fn reap(act: Act<'_>, rule: &RetryRule) -> Result<usize, Failure> {
    take_over(act, rule, false).await
}

/// Takes the pings of a predecessor, whatever its leases say: for a program that knows it is the only one.
pub async fn reclaim(act: Act<'_>, rule: &RetryRule) -> Result<usize, Failure> {
    take_over(act, rule, true).await
}

async fn take_over(act: Act<'_>, rule: &RetryRule, everybodys: bool) -> Result<usize, Failure> {
    let (now, tries) = (act.clock.now(), rule.tries);
    act.store.write(|tx| async move { Ok(ping::reap(&tx, now, tries, everybodys).await?) }).await
}

/// Takes back what waits to go where nothing is sent any more, since the operator says otherwise now. Says how many there
/// were.
pub async fn cancel_other(act: Act<'_>) -> Result<u64, Failure> {
    let (now, pings) = (act.clock.now(), &act.site.pings);
    act.store
        .write(|tx| async move {
            let mut taken_back = 0;
            for kind in PingKind::ALL {
                taken_back += ping::cancel_other(&tx, *kind, pings.target(*kind), now).await?;
            }
            Ok(taken_back)
        })
        .await
}

/// Has a ping sent now: sooner than it would be, or again after it failed.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, or `INVALID` when it is under way, was sent, or was taken back.
pub async fn retry(act: Act<'_>, id: PingId) -> Result<Ping, Failure> {
    may_administer(act.viewer)?;
    let now = act.clock.now();
    act.store
        .write(|tx| async move {
            lock(&tx, id).await?.may_be_handled()?;
            ping::make_due(&tx, id, now).await?;
            lock(&tx, id).await
        })
        .await
}

/// Takes a ping back before it leaves, or gives up one that failed.
///
/// # Errors
/// `FORBIDDEN`, `NOT_FOUND`, or `INVALID` when it is under way, was sent, or was taken back.
pub async fn cancel(act: Act<'_>, id: PingId) -> Result<Ping, Failure> {
    may_administer(act.viewer)?;
    let now = act.clock.now();
    act.store
        .write(|tx| async move {
            lock(&tx, id).await?.may_be_handled()?;
            ping::cancel(&tx, id, now).await?;
            lock(&tx, id).await
        })
        .await
}

async fn lock(tx: &Tx, id: PingId) -> Result<Ping, Failure> {
    ping::lock(tx, id).await?.ok_or_else(|| Refusal::NotFound("ping").into())
}
