//! How an application comes in: from anybody, or entered by staff.
//!
//! To the public a repeat answers like a first time and changes nothing; only the address learns of it, by mail. So
//! nobody can find out who has applied, and nobody can change what is kept of another person.

use super::super::allotment::hiring_for;
use super::super::letter::{About, Addressee, NewLink, link_for, prepare};
use super::super::{Act, TRIES, email};
use super::origin::{Came, came, is_known, led_here};
use super::{event, kept};
use crate::domain::Refusal;
use crate::domain::application::{Application, ApplicationStatus, REPEAT_WINDOW, Source};
use crate::domain::candidate::{Applicant, Candidate};
use crate::domain::email::NewEmail;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{AnswerId, ApplicationId, CandidateId, PostingId, StepId, TeamId, UserId};
use crate::domain::letter_template::language;
use crate::domain::link::Purpose;
use crate::domain::plan::HiringPlan;
use crate::domain::policy::application::{contacts, recruiting};
use crate::domain::policy::{Subject, posting as postings};
use crate::domain::posting::Posting;
use crate::domain::question::{self, Answer, Given};
use crate::domain::step::ApplicationStep;
use crate::domain::viewer::Viewer;
use crate::mail::letter::{ApplicationReceived, ApplicationRepeated, Reader};
use crate::mail::line::Line;
use crate::storage::idempotency::{self, Request};
use crate::storage::posting::Sight;
use crate::storage::{
    Failure, Fault, Tx, allotment, answer, candidate, email_message, letter_template, link, plan, posting,
    step,
};

/// An application as it comes in.
#[derive(Debug, Clone)]
pub struct Submission {
    /// To which posting.
    pub posting: PostingId,
    /// What the person is called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their telephone number.
    pub phone: Option<String>,
    /// What they answer to the posting's questions.
    pub answers: Vec<Given>,
    /// Teams they would prefer, best first.
    pub preferred_teams: Vec<TeamId>,
    /// Where it comes from; the public may say only what it can know.
    pub source: Option<Source>,
    /// What the address was marked with that the person came by; a mark that no feed has says nothing.
    pub tracking_source: Option<String>,
    /// In which language they would be written to (BCP 47).
    pub language: Option<String>,
    /// Who of ours referred the person, where staff say so.
    pub referrer: Option<UserId>,
    /// By which a repeated request is known.
    pub idempotency_key: Option<String>,
}

/// Takes an application. The answer names it, or the one that was there already; only who may see it may be told.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `NOT_TAKING_APPLICATIONS`, `APPLIES_ELSEWHERE`, `IDEMPOTENCY_MISMATCH`; `REQUIRED` or `INVALID`
/// on every field at fault; `ALREADY_APPLIED` to staff and to that candidate, `STALE` when the posting kept changing.
pub async fn submit(act: Act<'_>, input: Submission) -> Result<ApplicationId, Failure> {
    let request = request(act.viewer, &input)?;
    let change = &act.change();
    for _ in 0..TRIES {
        if let Some(before) = done_before(act.store, request.as_ref(), change).await? {
            return Ok(before);
        }
        let (ready, request) = (&Ready::new(act, change, &input).await?, request.as_ref());
        let done = act.store.write(|tx| async move { ready.take(&tx, act.viewer, change, request).await });
        if let Some(id) = done.await? {
            return Ok(id);
        }
    }
    Err(Refusal::Stale.into())
}

fn request(viewer: &Viewer, input: &Submission) -> Result<Option<Request>, Refusal> {
    let Some(key) = input.idempotency_key.as_deref() else { return Ok(None) };
    let (posting, source) = (input.posting.to_string(), input.source.map(Source::as_str));
    let teams: Vec<String> = input.preferred_teams.iter().map(ToString::to_string).collect();
    let teams = teams.join(" ");
    let mut parts =
        vec![Some(posting.as_str()), Some(&input.name), Some(&input.email), input.phone.as_deref()];
    parts.extend([source, Some(&teams)]);
    let referrer = input.referrer.map(|referrer| referrer.to_string());
    if referrer.is_some() {
        parts.push(referrer.as_deref());
    }
    let mark = input.tracking_source.as_ref().map(|mark| format!("source={mark}"));
    if mark.is_some() {
        parts.push(mark.as_deref());
    }
    let language = input.language.as_ref().map(|language| format!("language={language}"));
    if language.is_some() {
        parts.push(language.as_deref());
    }
    parts.extend(
        input.answers.iter().flat_map(|given| [Some(given.key.as_str()), Some(given.value.as_str())]),
    );
    Request::new(viewer, "applicationSubmit", key, &parts).map(Some)
}

async fn done_before(
    db: &impl crate::storage::Source,
    request: Option<&Request>,
    change: &Change,
) -> Result<Option<ApplicationId>, Failure> {
    let Some(request) = request else { return Ok(None) };
    let Some(ids) = idempotency::find(db, request, change.at).await? else { return Ok(None) };
    let id = ids.first().and_then(|id| id.parse().ok());
    Ok(Some(id.ok_or_else(|| Fault::unfit("an idempotency key names no application"))?))
}

/// What the viewer may do at this posting now.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN` or `NOT_TAKING_APPLICATIONS`.
fn may_submit(viewer: &Viewer, posting: &Posting, change: &Change) -> Result<(), Refusal> {
    let subject = Subject { posting: Some(posting.id), ..Subject::default() };
    let by_staff = matches!(viewer, Viewer::Staff(_) | Viewer::System);
    if by_staff && !recruiting(viewer).covers(&subject) {
        let seen = posting.is_visible(change.at) || postings::postings(viewer).covers(&subject);
        return Err(if seen { Refusal::Forbidden } else { Refusal::NotFound("posting") });
    }
    if !by_staff && !posting.is_known_to_public() {
        return Err(Refusal::NotFound("posting"));
    }
    posting.takes_applications(change.at)
}

/// Whether this viewer may be told that this person has applied: staff, and the person.
fn may_be_told(viewer: &Viewer, of: CandidateId) -> bool {
    match viewer {
        Viewer::Staff(_) | Viewer::System => true,
        Viewer::Applicant { candidate, .. } | Viewer::Offeree { candidate, .. } => *candidate == of,
        // A link to one task says nothing about other applications.
        Viewer::Anonymous
        | Viewer::Respondent { .. }
        | Viewer::Assessor { .. }
        | Viewer::Approver { .. }
        | Viewer::Nominator { .. }
        | Viewer::Chooser { .. }
        | Viewer::Referee { .. } => false,
    }
}

/// All that is made before the write: valid as long as what it was made from is unchanged.
struct Ready {
    posting: Posting,
    applicant: Applicant,
    teams: Vec<TeamId>,
    known: Option<CandidateId>,
    current: Option<ApplicationId>,
    candidate: Candidate,
    application: Application,
    answers: Vec<Answer>,
    steps: Vec<ApplicationStep>,
    link: NewLink,
    mail: NewEmail,
}

impl Ready {
    async fn new(act: Act<'_>, change: &Change, input: &Submission) -> Result<Self, Failure> {
        let (store, now) = (act.store, change.at);
        let sight = Sight::of(&Viewer::System, now);
        let posting = posting::find(store, &sight, input.posting).await?;
        let posting = posting.ok_or(Refusal::NotFound("posting"))?;
        may_submit(act.viewer, &posting, change)?;
        let (applicant, asked, came, language) = checked(act.viewer, &posting, input)?;
        let (source, channel) = led_here(store, came).await?;
        is_known(store, input.referrer).await?;
        let plan = plan::get(store, posting.plan).await?;

        let person = candidate::of_email(store, &applicant.contact.email).await?;
        let known = person.as_ref().map(|person| person.id);
        let current = match known {
            Some(known) => kept::current(store, posting.id, known).await?,
            None => None,
        };
        let (candidate, mut to) = addressed(act, person, &applicant, change).await?;
        to.language = current.as_ref().map_or_else(|| language.clone(), |current| current.language.clone());
        let id = current.as_ref().map_or_else(|| ApplicationId::new(now, act.chance), |current| current.id);
        to.thread = email_message::threads(store, id).await?.remove(&(None, None));
        let link = link_for(act, candidate.id, Purpose::Application(id))?;
        let mail = letter(act, &posting, &to, id, &link, current.is_some())?;
        let answer = |(question, value): (question::Question, String)| Answer {
            id: AnswerId::new(now, act.chance),
            key: question.key,
            label: question.label,
            kind: question.kind,
            value,
        };
        Ok(Self {
            application: Application {
                referrer: input.referrer,
                channel,
                language,
                ..beginning(id, &posting, candidate.id, source, change)
            },
            answers: asked.into_iter().map(answer).collect(),
            steps: steps(act, &plan, id, change),
            current: current.map(|current| current.id),
            teams: input.preferred_teams.clone(),
            posting,
            applicant,
            known,
            candidate,
            link,
            mail,
        })
    }

    /// The write. `None` when what was prepared no longer fits, and has to be prepared again.
    async fn take(
        &self,
        tx: &Tx,
        viewer: &Viewer,
        change: &Change,
        request: Option<&Request>,
    ) -> Result<Option<ApplicationId>, Failure> {
        if let Some(before) = done_before(tx, request, change).await? {
            return Ok(Some(before));
        }
        let posting = posting::lock(tx, self.posting.id).await?.ok_or(Refusal::NotFound("posting"))?;
        let known = candidate::of_email(tx, &self.applicant.contact.email).await?.map(|known| known.id);
        let current = match known {
            Some(known) => kept::current(tx, posting.id, known).await?.map(|current| current.id),
            None => None,
        };
        if posting.revision != self.posting.revision || known != self.known || current != self.current {
            return Ok(None);
        }
        if current.is_some() && may_be_told(viewer, self.candidate.id) {
            return Err(Refusal::AlreadyApplied.into());
        }
        // Also for a repeat, so that it is refused what a first time is refused.
        let teams = hiring_for(tx, posting.id, &self.teams, "preferredTeams").await?;
        if current.is_none() {
            self.keep(tx, change, known.is_none()).await?;
            allotment::prefer(tx, self.application.id, &teams).await?;
        }
        if email::queue(tx, change, &self.mail).await? {
            link::create(tx, &self.link.link, &self.link.hash).await?;
        }
        if let Some(request) = request {
            idempotency::keep(tx, request, &[self.application.id.to_string()], change.at).await?;
        }
        Ok(Some(self.application.id))
    }

    async fn keep(&self, tx: &Tx, change: &Change, is_new: bool) -> Result<(), Failure> {
        let id = self.application.id;
        if is_new {
            candidate::insert(tx, &self.candidate, &self.applicant.contact).await?;
            let met = event(change, EventKind::CandidateCreated, &self.application);
            tx.record(met.word("candidate", self.candidate.id));
        }
        let since = change.at - REPEAT_WINDOW;
        let repeated = kept::ended_since(tx, self.posting.id, self.candidate.id, since).await?;
        let application = Application { repeated, ..self.application.clone() };
        kept::insert(tx, &application).await?;
        candidate::keep_submitted(tx, id, &self.applicant).await?;
        answer::insert(tx, id, &self.answers).await?;
        step::insert(tx, &self.steps).await?;
        let submitted = event(change, EventKind::ApplicationSubmitted, &application);
        let submitted = submitted.word("candidate", self.candidate.id).word("source", application.source);
        let submitted = submitted.word("plan", application.plan.plan);
        let submitted = match application.channel {
            Some(channel) => submitted.word("channel", channel),
            None => submitted,
        };
        tx.record(submitted.count("planVersion", application.plan.number.into()).count("stage", 0));
        Ok(())
    }
}

type Asked = Vec<(question::Question, String)>;

/// The values of a submission, with every fault in them found.
fn checked(
    viewer: &Viewer,
    posting: &Posting,
    input: &Submission,
) -> Result<(Applicant, Asked, Came, Option<String>), Refusal> {
    let applicant = Applicant::parse(&input.name, &input.email, input.phone.as_deref());
    let asked = question::check(&posting.content.questions, &input.answers);
    let language = input.language.as_deref().map(|tag| language("language", tag)).transpose();
    match (applicant, asked, came(viewer, input), language) {
        (Ok(applicant), Ok(asked), Ok(came), Ok(language)) => Ok((applicant, asked, came, language)),
        (applicant, asked, came, language) => {
            let faults = [applicant.err(), asked.err(), came.err(), language.err()];
            let faults: Vec<Refusal> = faults.into_iter().flatten().collect();
            Err(Refusal::all(faults).err().unwrap_or(Refusal::Forbidden))
        }
    }
}

/// The person, and where mail to them goes: what is kept of a known one, never what was typed this time.
async fn addressed(
    act: Act<'_>,
    person: Option<Candidate>,
    applicant: &Applicant,
    change: &Change,
) -> Result<(Candidate, Addressee), Failure> {
    let (candidate, email) = if let Some(person) = person {
        let all = &contacts(&Viewer::System);
        let contact = candidate::contacts(act.store, all, &[person.id]).await?.remove(&person.id);
        let contact = contact.ok_or_else(|| Fault::missing("contact of candidate", person.id))?;
        (person, contact.email)
    } else {
        let id = CandidateId::new(change.at, act.chance);
        let candidate = Candidate { id, name: applicant.name.clone(), created_at: change.at };
        (candidate, applicant.contact.email.clone())
    };
    let to = Addressee {
        candidate: candidate.id,
        user: None,
        reference: None,
        name: candidate.name.clone(),
        email,
        thread: None,
        language: None,
        templates: letter_template::in_force(act.store).await?,
    };
    Ok((candidate, to))
}

/// The letter to the address. A repeat is told at most once an hour, so that nobody can be flooded with them.
fn letter(
    act: Act<'_>,
    posting: &Posting,
    to: &Addressee,
    application: ApplicationId,
    link: &NewLink,
    is_repeat: bool,
) -> Result<NewEmail, Failure> {
    let about = About { posting: posting.id, application, offer: None };
    let (reader, role) = (Reader::new(&to.name), Line::new(&posting.content.title));
    let status_link = link.address.clone();
    if is_repeat {
        let occasion = format!("repeated-{}", act.clock.now().format("%Y%m%dT%H"));
        return prepare(act, to, about, &occasion, &ApplicationRepeated { reader, role, status_link });
    }
    prepare(act, to, about, "received", &ApplicationReceived { reader, role, status_link })
}

fn beginning(
    id: ApplicationId,
    posting: &Posting,
    candidate: CandidateId,
    source: Source,
    change: &Change,
) -> Application {
    Application {
        id,
        posting: posting.id,
        candidate,
        plan: posting.plan,
        status: ApplicationStatus::Active,
        stage: 0,
        revision: 1,
        applied_at: change.at,
        source,
        repeated: false,
        outcome: None,
        needs_decision_since: None,
        referrer: None,
        channel: None,
        language: None,
    }
}

/// The plan's steps, for this application.
fn steps(act: Act<'_>, plan: &HiringPlan, id: ApplicationId, change: &Change) -> Vec<ApplicationStep> {
    let mut steps = Vec::new();
    for (at, stage) in (0..).zip(&plan.stages) {
        for (position, step) in (0..).zip(&stage.steps) {
            let own = StepId::new(change.at, act.chance);
            steps.push(ApplicationStep::of_plan(own, id, at, position, step));
        }
    }
    steps
}
