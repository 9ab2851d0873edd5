//! Meetings that are moved, or to which others come.

use chrono::{DateTime, Utc};

use super::circle::Circle;
use super::{Held, Seen, are_known, queue, seen, told};
use crate::actions::Act;
use crate::domain::email::NewEmail;
use crate::domain::event::EventKind;
use crate::domain::id::InterviewId;
use crate::domain::interview::{self, Interview, Invitee, Meeting, Participant, Response, Setting, Usual};
use crate::mail::letter::News;
use crate::storage::{self, Failure};

/// A meeting at another time or place.
#[derive(Debug, Clone)]
pub struct Reschedule {
    /// Which interview.
    pub interview: InterviewId,
    /// The revision it is moved at, where that matters.
    pub revision: Option<i32>,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// How long and where; as before where nothing is said.
    pub setting: Setting,
}

/// Moves a meeting. Everybody gets the invitation anew, and is asked anew.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `INTERVIEW_STATE`; `INVALID` as [`Meeting::checked`] says.
pub async fn reschedule(act: Act<'_>, input: Reschedule) -> Result<Interview, Failure> {
    let change = act.change();
    let seen = seen(act, input.interview).await?;
    let before = &seen.interview.meeting;
    let setting = Setting {
        place: input.setting.place.or_else(|| before.place.clone()),
        video_link: input.setting.video_link.or_else(|| before.video_link.clone()),
        ..input.setting
    };
    let usual = Usual { minutes: Some(before.minutes()), zone: before.zone };
    let meeting = Meeting::checked(input.starts_at, &setting, usual, change.at)?;
    let interview = seen.interview.clone().reschedule(meeting)?;
    let circle = Circle::of(act, &seen.application, &seen.step, &seen.people).await?;
    let mails = circle.invitations(act, &interview, News::Moved, |_| true)?;
    let (change, seen, interview, mails) = (&change, &seen, &interview, &mails);
    act.store
        .write(|tx| async move {
            let held = Held::lock(&tx, act.viewer, seen, input.revision).await?;
            let saved = storage::interview::save(&tx, interview.clone()).await?;
            for one in storage::interview::coming(&tx, saved.id).await? {
                let one = Participant { response: Response::NeedsAction, ..one };
                storage::interview::keep_participant(&tx, saved.id, &one).await?;
            }
            queue(&tx, change, mails).await?;
            tx.record(told(change, EventKind::InterviewRescheduled, &held.application, &saved));
            Ok(saved)
        })
        .await
}

/// Other people, or another video call.
#[derive(Debug, Clone)]
pub struct Update {
    /// Which interview.
    pub interview: InterviewId,
    /// The revision it is changed at, where that matters.
    pub revision: Option<i32>,
    /// All who are to come, if that changes.
    pub participants: Option<Vec<Invitee>>,
    /// The address of the video call, if that changes; blank for none.
    pub video_link: Option<String>,
}

/// Changes who comes, or where the call is. Whoever is removed gets a cancellation and loses access, whoever is added an
/// invitation, and so does the candidate; those who stay get one when the call has moved.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `INTERVIEW_STATE`; `REFERRED_BY` or `INVALID` on each participant at
/// fault, `INVALID` on `videoLink`.
pub async fn update(act: Act<'_>, input: Update) -> Result<Interview, Failure> {
    let change = act.change();
    let seen = seen(act, input.interview).await?;
    let link = match input.video_link.as_deref() {
        Some(link) => interview::video_link(Some(link))?,
        None => seen.interview.meeting.video_link.clone(),
    };
    let moved = link != seen.interview.meeting.video_link;
    if let Some(asked) = &input.participants {
        are_known(act.store, &seen.application, &seen.step, asked).await?;
    }
    let changed = changed(&seen, input.participants.as_deref(), change.at);
    let (interview, mails) = if changed.is_empty() && !moved {
        (seen.interview.clone().confirm(change.at)?, Vec::new())
    } else {
        let interview = seen.interview.clone().rearrange(link, change.at)?;
        let mails = letters(act, &seen, &interview, &changed, moved).await?;
        (interview, mails)
    };
    let (change, seen, interview, changed, mails) = (&change, &seen, &interview, &changed, &mails);
    act.store
        .write(|tx| async move {
            let held = Held::lock(&tx, act.viewer, seen, input.revision).await?;
            let saved = storage::interview::save(&tx, interview.clone()).await?;
            for one in changed {
                storage::interview::keep_participant(&tx, saved.id, one).await?;
            }
            queue(&tx, change, mails).await?;
            let removed = changed.iter().filter(|one| one.removed_at.is_some()).count();
            let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            let told = told(change, EventKind::InterviewUpdated, &held.application, &saved);
            tx.record(told.count("removed", count(removed)).count("added", count(changed.len() - removed)));
            Ok(saved)
        })
        .await
}

/// To those who are concerned: all when the call has moved.
async fn letters(
    act: Act<'_>,
    seen: &Seen,
    interview: &Interview,
    changed: &[Participant],
    moved: bool,
) -> Result<Vec<NewEmail>, Failure> {
    let has_changed = |one: &Participant| changed.iter().any(|other| other.user == one.user);
    let stay = seen.people.iter().filter(|one| !has_changed(one));
    let people: Vec<_> = stay.chain(changed).cloned().collect();
    let circle = Circle::of(act, &seen.application, &seen.step, &people).await?;
    let mut mails = circle.invitations(act, interview, News::Changed, |one| moved || has_changed(one))?;
    mails.extend(circle.cancellations(act, interview, true, |one| one.removed_at.is_some())?);
    Ok(mails)
}

/// Those who are added, removed, or come in another part than before.
fn changed(seen: &Seen, asked: Option<&[Invitee]>, now: DateTime<Utc>) -> Vec<Participant> {
    let Some(asked) = asked else { return Vec::new() };
    let stays = |one: &Participant| asked.iter().any(|invitee| invitee.user == one.user);
    let is_there = |invitee: &Invitee| {
        seen.people.iter().any(|one| one.user == invitee.user && one.shadow == invitee.shadow)
    };
    let removed = seen.people.iter().filter(|one| !stays(one));
    let removed = removed.map(|one| Participant { removed_at: Some(now), ..one.clone() });
    let added = asked.iter().filter(|invitee| !is_there(invitee));
    removed.chain(added.map(|invitee| Participant::invited(*invitee, now))).collect()
}
