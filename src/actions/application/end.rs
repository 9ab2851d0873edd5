//! How an application ends without a hire, and how it comes back. Silence by accident is impossible: the candidate gets
//! exactly one mail, or it is recorded why not.

use chrono::{DateTime, Utc};

use super::super::interview::CallOff;
use super::super::letter::{About, Addressee, addressee, prepare_for, prepare_with, role};
use super::super::{Act, anew, email, offer, step};
use super::{MOST_OF_REASON, event, held, kept};
use crate::domain::application::{Application, LONGEST_SILENCE};
use crate::domain::email::{LetterKind, NewEmail, Omission};
use crate::domain::event::{Change, EventKind};
use crate::domain::id::ApplicationId;
use crate::domain::offer::Offer;
use crate::domain::policy::application::{applications, moving, recruiting, speaking};
use crate::domain::step::StepState;
use crate::domain::{Refusal, text};
use crate::mail::invite::Invite;
use crate::mail::letter::{ApplicationDeclined, ApplicationWithdrawn, Reader};
use crate::mail::line::{Line, Words};
use crate::storage::{Failure, Fault, Tx, offer as offer_kept, posting, slot, step as step_kept};

/// Whether the candidate is told by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// They get exactly one mail.
    Mail,
    /// They get it, and know, from this instant on.
    MailAt(DateTime<Utc>),
    /// They get none, for this reason.
    Omitted(Omission),
}

/// Ends an application by our decision.
#[derive(Debug, Clone)]
pub struct Decline {
    /// Which application.
    pub application: ApplicationId,
    /// The revision it is declined at, where that matters.
    pub revision: Option<i32>,
    /// Why: internal.
    pub reason: String,
    /// What the candidate is told beside the decision.
    pub note: Option<String>,
    /// Whether, and when, the candidate is told by mail.
    pub notice: Notice,
}

/// What is right by itself about a decline, whatever it is of.
pub(super) struct Checked {
    reason: String,
    note: Option<String>,
    /// From when on the candidate knows, where that is not at once.
    told_from: Option<DateTime<Utc>>,
}

impl Decline {
    /// # Errors
    /// `REQUIRED` or `INVALID` on `reason`, `note` or `mailAt`.
    pub(super) fn checked(&self, now: DateTime<Utc>) -> Result<Checked, Refusal> {
        let reason = text::prose("reason", &self.reason, MOST_OF_REASON)?;
        let note = text::optional_prose("note", self.note.as_deref(), 5_000)?;
        if note.is_some() && matches!(self.notice, Notice::Omitted(_)) {
            return Err(Refusal::invalid("note", "nothing where no mail is sent"));
        }
        let told_from = match self.notice {
            Notice::MailAt(at) if now < at && at <= now + LONGEST_SILENCE => Some(at),
            Notice::MailAt(_) => return Err(Refusal::invalid("mailAt", "an instant within the next 7 days")),
            Notice::Mail | Notice::Omitted(_) => None,
        };
        Ok(Checked { reason, note, told_from })
    }
}

/// Declines an application: its steps end, meetings are called off, a live offer is taken back, its seat freed, the
/// candidate told. To a candidate who is to be told later it stays as it was until then, and taking it up again until
/// then takes the mail back.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`; `REQUIRED` or `INVALID` on `reason` or `note`; `INVALID` on `mailAt`
/// unless it is near, or while the candidate has something of ours that would end without a word.
pub async fn decline(act: Act<'_>, input: Decline) -> Result<Application, Failure> {
    decline_in(act, &act.change(), input).await
}

/// As [`decline`], as part of a greater change.
pub(super) async fn decline_in(
    act: Act<'_>,
    change: &Change,
    input: Decline,
) -> Result<Application, Failure> {
    let Checked { reason, note, told_from } = input.checked(change.at)?;
    let right = &moving(act.viewer);
    let (input, reason, words) = (&input, &reason, &note.as_deref().map(Words::new));
    anew(|| async move {
        let ending = &ending(act, input.application, input.notice, |who, ends_offer| {
            let (reader, role, ends_meeting) = (who.reader.clone(), who.role.clone(), who.ends_meeting());
            let facts = ApplicationDeclined { reader, role, words: words.clone(), ends_offer, ends_meeting };
            let (to, about, occasion) = (&who.addressee, who.about, &occasion("declined", change));
            match told_from {
                Some(at) => prepare_for(act, to, about, occasion, &facts, at),
                None => prepare_with(act, to, about, occasion, &facts, &who.invites),
            }
        })
        .await?;
        act.store
            .write(|tx| async move {
                let application = held(&tx, act.viewer, right, input.application, "application").await?;
                application.active()?;
                input.revision.map_or(Ok(()), |revision| application.is_at(revision))?;
                if told_from.is_some() {
                    has_nothing_of_ours(&tx, application.id).await?;
                }
                let by = change.actor.clone();
                let application = application.decline(reason.clone(), by, change.at, told_from)?;
                let kind = (EventKind::ApplicationDeclined, LetterKind::ApplicationDeclined);
                close(&tx, change, application, kind, ending).await
            })
            .await
    })
    .await
}

/// Ends an application by the candidate's decision.
#[derive(Debug, Clone)]
pub struct Withdraw {
    /// Which application.
    pub application: ApplicationId,
    /// The revision it is withdrawn at, where that matters.
    pub revision: Option<i32>,
    /// Why, if they say so.
    pub reason: Option<String>,
    /// Whether the candidate gets a confirmation; a candidate who withdraws by themselves always does.
    pub notice: Notice,
}

/// Withdraws an application, by the candidate's link or by a recruiter who was told.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` also for a candidate who wants no mail, `NOT_ACTIVE`, `STALE`; `INVALID` on `reason`.
pub async fn withdraw(act: Act<'_>, input: Withdraw) -> Result<Application, Failure> {
    let reason = text::optional_prose("reason", input.reason.as_deref(), MOST_OF_REASON)?.unwrap_or_default();
    if act.viewer.staff().is_none() && input.notice != Notice::Mail {
        return Err(Refusal::Forbidden.into());
    }
    let (change, right) = (&act.change(), &speaking(act.viewer));
    let (input, reason) = (&input, &reason);
    anew(|| async move {
        let ending = &ending(act, input.application, input.notice, |who, ends_offer| {
            let (reader, role, ends_meeting) = (who.reader.clone(), who.role.clone(), who.ends_meeting());
            let facts = ApplicationWithdrawn { reader, role, ends_offer, ends_meeting };
            prepare_with(act, &who.addressee, who.about, &occasion("withdrawn", change), &facts, &who.invites)
        })
        .await?;
        act.store
            .write(|tx| async move {
                let application = held(&tx, act.viewer, right, input.application, "application").await?;
                application.active_to_candidate(change.at)?;
                input.revision.map_or(Ok(()), |revision| application.is_at(revision))?;
                email::take_back_decline(&tx, change, application.id).await?;
                let application = application.withdraw(reason.clone(), change.actor.clone(), change.at)?;
                let kind = (EventKind::ApplicationWithdrawn, LetterKind::ApplicationWithdrawn);
                close(&tx, change, application, kind, ending).await
            })
            .await
    })
    .await
}

/// Nothing that the candidate has of ours may end before they know why.
async fn has_nothing_of_ours(tx: &Tx, id: ApplicationId) -> Result<(), Failure> {
    let steps = step_kept::of_locked(tx, id).await?;
    let is_asked = steps.iter().any(|step| matches!(step.state, StepState::Requested | StepState::Scheduled));
    let picks = !slot::open_in_application(tx, id).await?.is_empty();
    let offers = offer_kept::lock_unended(tx, id).await?;
    if is_asked || picks || offers.iter().any(Offer::is_out) {
        let nothing = "nothing while the candidate has an offer, a meeting or a request of ours";
        return Err(Refusal::invalid("mailAt", nothing).into());
    }
    Ok(())
}

/// An occasion of its own for each change, since an application may end more than once.
fn occasion(what: &str, change: &Change) -> String {
    format!("{what}-{}", change.id.short())
}

/// Whom the letter about the end goes to, and about what.
struct Who {
    addressee: Addressee,
    about: About,
    reader: Reader,
    role: Line,
    /// What takes meetings out of the candidate's calendar.
    invites: Vec<Invite>,
}

impl Who {
    /// Whether a meeting is called off with the application, which the letter says too.
    fn ends_meeting(&self) -> bool {
        !self.invites.is_empty()
    }
}

/// What is ready for the end of an application.
struct Ending {
    call_off: CallOff,
    told: Told,
}

/// How the candidate is told.
enum Told {
    /// By one of two letters.
    Letters(Box<Letters>),
    /// Not at all.
    Omitted(Omission),
}

/// Both are written before it is known which one is true.
struct Letters {
    /// No offer is out.
    plain: NewEmail,
    /// An offer that is out ends as well.
    with_offer: NewEmail,
}

async fn ending(
    act: Act<'_>,
    id: ApplicationId,
    notice: Notice,
    write: impl Fn(&Who, bool) -> Result<NewEmail, Failure>,
) -> Result<Ending, Failure> {
    let store = act.store;
    let found = kept::find(store, &applications(act.viewer), id).await?;
    let application = found.ok_or(Refusal::NotFound("application"))?;
    let call_off = CallOff::with_application(act, id).await?;
    if let Notice::Omitted(why) = notice {
        return Ok(Ending { call_off, told: Told::Omitted(why) });
    }
    let addressee = addressee(store, application.candidate, application.id).await?;
    let who = Who {
        reader: Reader::new(&addressee.name),
        role: role(act, application.posting).await?,
        addressee,
        about: About { posting: application.posting, application: application.id, offer: None },
        invites: call_off.invites(),
    };
    let letters = Letters { plain: write(&who, false)?, with_offer: write(&who, true)? };
    Ok(Ending { call_off, told: Told::Letters(Box::new(letters)) })
}

/// What every end without a hire does beside the end itself.
async fn close(
    tx: &Tx,
    change: &Change,
    application: Application,
    (kind, letter): (EventKind, LetterKind),
    ending: &Ending,
) -> Result<Application, Failure> {
    let ended = offer::end_live(tx, change, application.id, kind.as_str()).await?;
    ending.call_off.carry_out(tx, change, &application).await?;
    step::cancel_unfinished(tx, change, &application).await?;
    let application = kept::save(tx, application).await?;
    tx.record(event(change, kind, &application).count("stage", application.stage.into()));
    match &ending.told {
        Told::Letters(letters) => {
            let was_out = ended.is_some_and(|ended| ended.was_out);
            email::queue(tx, change, if was_out { &letters.with_offer } else { &letters.plain }).await?;
        }
        Told::Omitted(why) => omitted(tx, change, &application, letter, *why),
    }
    Ok(application)
}

/// Records that the candidate gets no mail where one is usual, and why.
pub(super) fn omitted(
    tx: &Tx,
    change: &Change,
    application: &Application,
    letter: LetterKind,
    why: Omission,
) {
    let omitted = event(change, EventKind::EmailOmitted, application);
    tx.record(omitted.word("kind", letter).word("reason", why));
}

/// Takes up a declined or withdrawn application again, in the stage it ended in.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `STALE`, `APPLICATION_STATUS`; `ALREADY_APPLIED` when the person has another current one;
/// `POSTING_STATUS` when the posting was put away.
pub async fn reinstate(
    act: Act<'_>,
    id: ApplicationId,
    revision: Option<i32>,
) -> Result<Application, Failure> {
    let (change, right) = (&act.change(), &recruiting(act.viewer));
    let found = kept::find(act.store, &applications(act.viewer), id).await?;
    let posting = found.ok_or(Refusal::NotFound("application"))?.posting;
    act.store
        .write(|tx| async move {
            let posting =
                posting::lock(&tx, posting).await?.ok_or_else(|| Fault::missing("posting", posting))?;
            let application = held(&tx, act.viewer, right, id, "application").await?;
            revision.map_or(Ok(()), |revision| application.is_at(revision))?;
            let was = application.status;
            let application = application.reinstate()?;
            posting.may_change()?;
            email::take_back_decline(&tx, change, id).await?;
            let application = kept::save(&tx, application).await?;
            step::restore(&tx, change, &application).await?;
            tx.record(event(change, EventKind::ApplicationReinstated, &application).word("from", was));
            Ok(application)
        })
        .await
}
