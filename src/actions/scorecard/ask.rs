//! Asking people for scorecards, and reminding them.

use chrono::{DateTime, Utc};

use crate::actions::application::event;
use crate::actions::letter::{self, About, NewLink};
use crate::actions::step::{Standing, Which, seen};
use crate::actions::{Act, email};
use crate::domain::Refusal;
use crate::domain::application::Application;
use crate::domain::email::NewEmail;
use crate::domain::event::{Change, Event, EventKind};
use crate::domain::id::UserId;
use crate::domain::link::Purpose;
use crate::domain::policy::application::moving;
use crate::domain::scorecard::{LEAST, Request, USUAL, deadline};
use crate::domain::step::ApplicationStep;
use crate::domain::viewer::Viewer;
use crate::mail::letter::{Facts, Reader, ScorecardReminded, ScorecardRequested};
use crate::mail::line::Line;
use crate::storage::{Failure, Fault, Tx, application as kept, interview, link, scorecard};

/// The most people who are asked at once.
const MOST: usize = 20;

/// Whom to ask for a scorecard.
#[derive(Debug, Clone)]
pub struct Ask {
    /// In which step.
    pub which: Which,
    /// Whom.
    pub users: Vec<UserId>,
    /// Until when; in 24 hours when nothing is said.
    pub due_at: Option<DateTime<Utc>>,
}

/// Asks members of staff for their scorecards, each by mail with a link. Whoever was asked before in this round is not
/// asked again.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_ACTIVE`, `STALE`, `STEP_NOT_REACHED`, `STEP_STATE`; `REQUIRED` or `INVALID` on `userIds`
/// or `dueAt`.
pub async fn ask(act: Act<'_>, input: Ask) -> Result<ApplicationStep, Failure> {
    let change = &act.change();
    let due_at = deadline(input.due_at, change.at)?;
    let (application, asked_in) = seen(act, input.which.step).await?;
    let mut asked = Vec::new();
    for user in unlike(&input.users)? {
        let request = Request {
            application: application.id,
            step: asked_in.id,
            round: asked_in.round,
            user,
            due_at,
            requested_at: change.at,
            reminded_at: None,
            submitted_at: None,
        };
        asked.push(prepare(act, &application, &asked_in, request, "requested").await?);
    }
    let (which, asked) = (input.which, &asked);
    act.store
        .write(|tx| async move {
            let standing = Standing::held(&tx, act.viewer, &moving(act.viewer), which).await?;
            if standing.step.state.is_final() {
                return Err(Refusal::StepState(standing.step.state.as_str()).into());
            }
            for letter in asked {
                if letter.request.round != standing.step.round {
                    return Err(Refusal::Stale.into());
                }
                if scorecard::ask(&tx, &letter.request).await? {
                    letter.queue(&tx, change).await?;
                    tx.record(letter.told(change, EventKind::ScorecardRequested, &standing.application));
                }
            }
            Ok(standing.step)
        })
        .await
}

fn unlike(users: &[UserId]) -> Result<Vec<UserId>, Refusal> {
    if users.is_empty() {
        return Err(Refusal::required("userIds"));
    }
    if users.len() > MOST {
        return Err(Refusal::invalid("userIds", &format!("at most {MOST} entries")));
    }
    let twice = users.iter().enumerate().find(|(place, user)| users[..*place].contains(user));
    match twice {
        Some((place, _)) => Err(Refusal::invalid(&format!("userIds.{place}"), "each person once")),
        None => Ok(users.to_vec()),
    }
}

/// A letter that brings somebody a link to their card.
struct Prepared {
    request: Request,
    email: NewEmail,
    link: NewLink,
}

impl Prepared {
    async fn queue(&self, tx: &Tx, change: &Change) -> Result<(), Failure> {
        link::create(tx, &self.link.link, &self.link.hash).await?;
        email::queue(tx, change, &self.email).await?;
        Ok(())
    }

    fn told(&self, change: &Change, kind: EventKind, application: &Application) -> Event {
        let Request { step, user, round, .. } = &self.request;
        event(change, kind, application).word("step", step).word("user", user).count("round", (*round).into())
    }
}

async fn prepare(
    act: Act<'_>,
    application: &Application,
    step: &ApplicationStep,
    request: Request,
    occasion: &str,
) -> Result<Prepared, Failure> {
    let unknown = || Refusal::invalid("userIds", "members of staff");
    let mut known =
        letter::colleagues(act.store, application.candidate, application.id, &[request.user]).await?;
    let (to, colleague) = known.remove(&request.user).ok_or_else(unknown)?;
    let candidate = letter::addressee(act.store, application.candidate, application.id).await?;
    let purpose = Purpose::Scorecard { step: step.id, user: request.user, application: application.id };
    let link = letter::link_for(act, application.candidate, purpose)?;
    let role = letter::role(act, application.posting).await?;
    let requested = ScorecardRequested {
        reader: Reader::new(&colleague.name),
        candidate: Line::cut(&candidate.name, 80),
        role,
        step: Line::cut(&step.title, 80),
        deadline: request.due_at,
        link: link.address.clone(),
    };
    let about = About { posting: application.posting, application: application.id, offer: None };
    let (round, name) = (request.round, request.user.short());
    let occasion = format!("scorecard-{}-r{round}-{name}-{occasion}", step.id.short());
    let written = |facts: &dyn Facts| letter::prepare(act, &to, about, &occasion, facts);
    let email = match request.reminded_at {
        None => written(&requested)?,
        Some(_) => written(&ScorecardReminded::from(requested))?,
    };
    Ok(Prepared { request, email, link })
}

/// Asks those who were at meetings that took place, and says of how many meetings. Shadows are left out, and whoever
/// wrote their card before the meeting was over.
///
/// # Errors
/// A fault of the look for them.
pub async fn ask_held(act: Act<'_>, most: u32) -> Result<usize, Failure> {
    let mut asked = 0;
    for held in interview::unasked(act.store, most).await? {
        let written = scorecard::authors(act.store, held.step, held.round).await?;
        let people = interview::coming(act.store, held.id).await?.into_iter();
        let owing = people.filter(|one| !one.shadow && !written.contains(&one.user));
        let users = owing.map(|one| one.user).collect();
        let due_at = (held.meeting.ends_at + USUAL).max(act.clock.now() + LEAST);
        let input = Ask { which: Which { step: held.step, revision: None }, users, due_at: Some(due_at) };
        match ask(act, input).await {
            Ok(_) => asked += 1,
            Err(failure) => {
                tracing::error!(%failure, interview = %held.id, "nobody was asked what came of an interview");
            }
        }
    }
    Ok(asked)
}

/// Excuses those who owe a card of this round, in the write in which its meeting does not take place.
pub(in crate::actions) async fn excuse(
    tx: &Tx,
    change: &Change,
    application: &Application,
    step: &ApplicationStep,
) -> Result<(), Failure> {
    for user in scorecard::excuse(tx, step.id, step.round).await? {
        let event = event(change, EventKind::ScorecardExcused, application).word("step", step.id);
        tx.record(event.word("user", user).count("round", step.round.into()));
    }
    Ok(())
}

/// Reminds those whose scorecards are overdue, once each, and says how many.
///
/// # Errors
/// A fault; those before it are reminded.
pub async fn remind_due(act: Act<'_>, most: u32) -> Result<usize, Failure> {
    let mut reminded = 0;
    for due in scorecard::due_requests(act.store, act.clock.now(), most).await? {
        reminded += usize::from(remind(act, due).await?);
    }
    Ok(reminded)
}

async fn remind(act: Act<'_>, due: Request) -> Result<bool, Failure> {
    let change = &act.change();
    let (application, step) = seen(Act { viewer: &Viewer::System, ..act }, due.step).await?;
    let due = Request { reminded_at: Some(change.at), ..due };
    let prepared = &prepare(act, &application, &step, due, "reminded").await?;
    act.store
        .write(|tx| async move {
            let locked = kept::lock(&tx, prepared.request.application).await?;
            let application =
                locked.ok_or_else(|| Fault::missing("application", prepared.request.application))?;
            // Submitted, or ended, while the letter was written.
            if application.active().is_err() || !scorecard::remind(&tx, &prepared.request, change.at).await? {
                return Ok(false);
            }
            prepared.queue(&tx, change).await?;
            tx.record(prepared.told(change, EventKind::ScorecardReminded, &application));
            Ok(true)
        })
        .await
}
