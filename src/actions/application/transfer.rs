//! How an application goes on to another posting, with all its history.

use super::super::interview::CallOff;
use super::super::letter::{About, WithLink, addressee, link_for, prepare, role};
use super::super::{Act, anew, offer, step};
use super::end::omitted;
use super::{MOST_OF_REASON, event, held, kept};
use crate::domain::application::{Application, Why};
use crate::domain::email::{LetterKind, Omission};
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{ApplicationId, PostingId, StepId};
use crate::domain::link::Purpose;
use crate::domain::plan::HiringPlan;
use crate::domain::policy::application::{applications, may_bring_to, recruiting};
use crate::domain::posting::Posting;
use crate::domain::step::ApplicationStep;
use crate::domain::transfer::{Laid, Transfer, lay, may_take};
use crate::domain::{Refusal, Viewer, text};
use crate::mail::letter::{ApplicationTransferred, Reader};
use crate::mail::line::{Line, Words};
use crate::storage::posting::Sight;
use crate::storage::{self, Failure, Tx, allotment, plan, posting, transfer as kept_transfer};

/// Brings an application to another posting.
#[derive(Debug, Clone)]
pub struct Onward {
    /// Which application.
    pub application: ApplicationId,
    /// The revision it is brought from.
    pub revision: i32,
    /// To which posting.
    pub posting: PostingId,
    /// Why: internal.
    pub reason: String,
    /// What the candidate is told beside the news.
    pub note: Option<String>,
    /// Why the candidate is not told by mail, if they are not.
    pub omit_mail: Option<Omission>,
}

/// Brings an application to another posting. It keeps its candidate, answers, interviews, scorecards, references and
/// events; its steps are laid into that posting's plan, and it goes on where its gates let it. Its allotment and
/// preferences, which are of the old posting, end; drafts of offers are dropped.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `OFFER_LIVE`, `ALREADY_APPLIED`; `POSTING_STATUS` unless the posting is
/// open or paused; `REQUIRED` or `INVALID` on `reason`, `note` or `postingId`.
pub async fn transfer(act: Act<'_>, input: Onward) -> Result<Application, Failure> {
    let reason = text::prose("reason", &input.reason, MOST_OF_REASON)?;
    let note = text::optional_prose("note", input.note.as_deref(), 5_000)?;
    if note.is_some() && input.omit_mail.is_some() {
        return Err(Refusal::invalid("note", "nothing where no mail is sent").into());
    }
    let change = &act.change();
    let (input, reason, words) = (&input, &reason, &note.as_deref().map(Words::new));
    anew(|| async move {
        let ready = &Ready::new(act, change, input, words.clone()).await?;
        act.store
            .write(|tx| async move { ready.carry_out(&tx, act.viewer, change, input, reason).await })
            .await
    })
    .await
}

/// What is made before the write: valid as long as what it was made from is unchanged.
struct Ready {
    from: HiringPlan,
    to: HiringPlan,
    /// Ids for the steps of the new plan that the application did not have.
    ids: Vec<StepId>,
    /// What is called off with each step that is left out.
    dropped: Vec<(StepId, CallOff)>,
    told: Told,
}

/// How the candidate is told.
enum Told {
    /// By a letter.
    Letter(Box<WithLink>),
    /// Not at all.
    Omitted(Omission),
}

impl Ready {
    async fn new(
        act: Act<'_>,
        change: &Change,
        input: &Onward,
        words: Option<Words>,
    ) -> Result<Self, Failure> {
        let (store, scope) = (act.store, applications(act.viewer));
        let found = kept::find(store, &scope, input.application).await?;
        let application = found.ok_or(Refusal::NotFound("application"))?;
        let posting = target(act, change, input.posting).await?;
        let (from, to) = (plan::get(store, application.plan).await?, plan::get(store, posting.plan).await?);
        let steps = storage::step::of_applications(store, &scope, &[application.id]).await?;
        let steps = steps.into_values().next().unwrap_or_default();
        let laid = lay(steps, application.stage, &from, &to);
        let mut dropped = Vec::new();
        for step in &laid.dropped {
            dropped.push((step.id, CallOff::with_step(act, step.id).await?));
        }
        Ok(Self {
            ids: laid.missing.iter().map(|_| StepId::new(change.at, act.chance)).collect(),
            told: told(act, change, &application, &posting, input, words).await?,
            from,
            to,
            dropped,
        })
    }

    async fn carry_out(
        &self,
        tx: &Tx,
        viewer: &Viewer,
        change: &Change,
        input: &Onward,
        reason: &str,
    ) -> Result<Application, Failure> {
        let posting = posting::lock(tx, input.posting).await?.ok_or(Refusal::NotFound("posting"))?;
        let before = held(tx, viewer, &recruiting(viewer), input.application, "application").await?;
        before.active()?;
        before.is_at(input.revision)?;
        if before.posting == posting.id {
            return Err(Refusal::invalid("postingId", "another posting").into());
        }
        may_take(&posting)?;
        let live = storage::offer::lock_unended(tx, before.id).await?;
        if live.iter().any(|offer| offer.status.is_live()) {
            return Err(Refusal::OfferLive.into());
        }
        let steps = storage::step::of_locked(tx, before.id).await?;
        let laid = lay(steps, before.stage, &self.from, &self.to);
        if (before.plan, posting.plan) != (self.from.version, self.to.version) || !self.fits(&laid) {
            return Err(Refusal::Stale.into());
        }
        offer::end_live(tx, change, before.id, EventKind::ApplicationTransferred.as_str()).await?;
        allotment::end(tx, before.id, change.at).await?;
        allotment::prefer(tx, before.id, &[]).await?;
        allotment::looked(tx, before.id).await?;
        let application = before.clone().go_to(posting.id, posting.plan, laid.stage)?;
        kept::put_under(tx, &application).await?;
        let application = kept::save(tx, application).await?;
        let transferred = event(change, EventKind::ApplicationTransferred, &application);
        // Not where it came from: who works on this posting need not see the other.
        let transferred = transferred.word("plan", posting.plan.plan);
        let transferred = transferred.count("planVersion", posting.plan.number.into());
        tx.record(transferred.count("stage", application.stage.into()));
        self.lay(tx, change, &application, laid).await?;
        kept_transfer::insert(tx, &brought(change, &before, &application, reason)).await?;
        match &self.told {
            Told::Letter(letter) => {
                letter.queue(tx, change).await?;
            }
            Told::Omitted(why) => {
                omitted(tx, change, &application, LetterKind::ApplicationTransferred, *why);
            }
        }
        Ok(application)
    }

    /// Whether what was made outside is for these steps.
    fn fits(&self, laid: &Laid) -> bool {
        let dropped = self.dropped.iter().map(|(step, _)| *step);
        laid.missing.len() == self.ids.len() && dropped.eq(laid.dropped.iter().map(|step| step.id))
    }

    async fn lay(
        &self,
        tx: &Tx,
        change: &Change,
        application: &Application,
        laid: Laid,
    ) -> Result<(), Failure> {
        for step in laid.kept.iter().chain(&laid.dropped) {
            storage::step::place(tx, step).await?;
        }
        for (step, (_, call_off)) in laid.dropped.into_iter().zip(&self.dropped) {
            call_off.carry_out(tx, change, application).await?;
            step::leave_out(tx, change, application, step.id).await?;
        }
        let missing = laid.missing.iter().zip(&self.ids);
        let new = missing.map(|((stage, position, planned), id)| {
            ApplicationStep::of_plan(*id, application.id, *stage, *position, planned)
        });
        storage::step::insert(tx, &new.collect::<Vec<_>>()).await?;
        Ok(())
    }
}

fn brought(change: &Change, before: &Application, after: &Application, reason: &str) -> Transfer {
    Transfer {
        application: after.id,
        revision: after.revision,
        from: before.posting,
        to: after.posting,
        from_plan: before.plan,
        from_stage: before.stage,
        to_stage: after.stage,
        why: Why { reason: reason.to_owned(), by: change.actor.clone() },
        at: change.at,
    }
}

/// The posting it is to go to, if the viewer may bring applications there.
async fn target(act: Act<'_>, change: &Change, id: PostingId) -> Result<Posting, Failure> {
    let found = posting::find(act.store, &Sight::of(&Viewer::System, change.at), id).await?;
    let posting = found.ok_or(Refusal::NotFound("posting"))?;
    let visible = posting::find(act.store, &Sight::of(act.viewer, change.at), id).await?.is_some();
    may_bring_to(act.viewer, id, visible)?;
    Ok(posting)
}

async fn told(
    act: Act<'_>,
    change: &Change,
    application: &Application,
    posting: &Posting,
    input: &Onward,
    words: Option<Words>,
) -> Result<Told, Failure> {
    if let Some(why) = input.omit_mail {
        return Ok(Told::Omitted(why));
    }
    let to = addressee(act.store, application.candidate, application.id).await?;
    let link = link_for(act, application.candidate, Purpose::Application(application.id))?;
    let facts = ApplicationTransferred {
        reader: Reader::new(&to.name),
        from: role(act, application.posting).await?,
        role: Line::cut(&posting.content.title, 150),
        words,
        status_link: link.address.clone(),
    };
    let about = About { posting: posting.id, application: application.id, offer: None };
    let occasion = format!("transferred-{}", change.id.short());
    let email = prepare(act, &to, about, &occasion, &facts)?;
    Ok(Told::Letter(Box::new(WithLink { email, link })))
}
