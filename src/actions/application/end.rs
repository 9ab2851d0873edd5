//! How an application ends without a hire, and how it comes back. Silence by accident is impossible: the candidate gets
//! exactly one mail, or it is recorded why not.

use super::super::interview::CallOff;
use super::super::letter::{About, Addressee, addressee, prepare_with, role};
use super::super::{Act, anew, email, offer, step};
use super::{MOST_OF_REASON, event, held, kept};
use crate::domain::application::Application;
use crate::domain::email::{LetterKind, NewEmail, Omission};
use crate::domain::event::{Change, EventKind};
use crate::domain::id::ApplicationId;
use crate::domain::policy::application::{applications, moving, recruiting, speaking};
use crate::domain::{Refusal, text};
use crate::mail::invite::Invite;
use crate::mail::letter::{ApplicationDeclined, ApplicationWithdrawn, Reader};
use crate::mail::line::{Line, Words};
use crate::storage::{Failure, Fault, Tx, posting};

/// Whether the candidate is told by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// They get exactly one mail.
    Mail,
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
    /// Whether the candidate is told by mail.
    pub notice: Notice,
}

/// Declines an application: its steps end, meetings are called off, a live offer is taken back, its seat freed, the
/// candidate told.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`; `REQUIRED` or `INVALID` on `reason` or `note`.
pub async fn decline(act: Act<'_>, input: Decline) -> Result<Application, Failure> {
    let reason = text::prose("reason", &input.reason, MOST_OF_REASON)?;
    let note = text::optional_prose("note", input.note.as_deref(), 5_000)?;
    if note.is_some() && input.notice != Notice::Mail {
        return Err(Refusal::invalid("note", "nothing where no mail is sent").into());
    }
    let (change, right) = (&act.change(), &moving(act.viewer));
    let (input, reason, words) = (&input, &reason, &note.as_deref().map(Words::new));
    anew(|| async move {
        let ending = &ending(act, input.application, input.notice, |who, ends_offer| {
            let (reader, role, ends_meeting) = (who.reader.clone(), who.role.clone(), who.ends_meeting());
            let facts = ApplicationDeclined { reader, role, words: words.clone(), ends_offer, ends_meeting };
            prepare_with(act, &who.addressee, who.about, &occasion("declined", change), &facts, &who.invites)
        })
        .await?;
        act.store
            .write(|tx| async move {
                let application = held(&tx, act.viewer, right, input.application, "application").await?;
                application.active()?;
                input.revision.map_or(Ok(()), |revision| application.is_at(revision))?;
                let application = application.decline(reason.clone(), change.actor.clone(), change.at)?;
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
/// As [`decline`].
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
                application.active()?;
                input.revision.map_or(Ok(()), |revision| application.is_at(revision))?;
                let application = application.withdraw(reason.clone(), change.actor.clone(), change.at)?;
                let kind = (EventKind::ApplicationWithdrawn, LetterKind::ApplicationWithdrawn);
                close(&tx, change, application, kind, ending).await
            })
            .await
    })
    .await
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
    let addressee = addressee(store, application.candidate).await?;
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
        Told::Omitted(why) => {
            let omitted = event(change, EventKind::EmailOmitted, &application);
            tx.record(omitted.word("kind", letter).word("reason", why));
        }
    }
    Ok(application)
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
            let application = kept::save(&tx, application).await?;
            step::restore(&tx, change, &application).await?;
            tx.record(event(change, EventKind::ApplicationReinstated, &application).word("from", was));
            Ok(application)
        })
        .await
}
