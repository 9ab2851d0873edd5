//! What a candidate is told of their application: where it is, what comes, whom they meet, what is asked of them. Their
//! page and the API both tell this and nothing else, so that neither says what the other does not.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::application::{Application, ApplicationStatus};
use super::feed::TeamVacancies;
use super::form::Form;
use super::id::{FormId, InterviewId, OfferId, ReferenceRequestId, SlotsId, StepId, TeamId};
use super::interview::{Interview, Meeting};
use super::offer::Offer;
use super::plan::{HiringPlan, Stage, StageMode, StepKind};
use super::reference_request::ReferenceRequest;
use super::slot::{Slot, Slots};
use super::step::{ApplicationStep, StepState};
use super::user::User;

/// What a candidate is told of their application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// What the posting is called, whatever became of it.
    pub title: String,
    /// When the application came in.
    pub applied_at: DateTime<Utc>,
    /// Where it is in its life, as far as the candidate was told.
    pub status: ApplicationStatus,
    /// When it ended, if it did.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether something has changed around the posting or the person, such that we look at what it means.
    pub reconsidered: bool,
    /// The stage it is in, or ended in, counted from 0.
    pub stage: i32,
    /// The way through the plan; empty once it ended.
    pub way: Vec<Stop>,
    /// What is asked of the candidate; empty once it ended.
    pub tasks: Vec<Task>,
    /// Meetings that are set, the earliest first.
    pub meetings: Vec<Encounter>,
    /// Teams they would prefer, best first.
    pub preferred: Vec<TeamChoice>,
    /// Teams they may name instead, in the posting's order; empty while nothing can be changed.
    pub choices: Vec<TeamChoice>,
}

text_enum! {
    /// Where a stage lies, as seen from the application.
    StopState {
        /// Behind it.
        Done = "done",
        /// It is there.
        Now = "now",
        /// Ahead of it.
        Ahead = "ahead",
    }
}

/// A stage on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// What people call it.
    pub title: String,
    /// Whether its steps happen at once, in any order.
    pub parallel: bool,
    /// Whether it may be left out.
    pub optional: bool,
    /// Where it lies.
    pub state: StopState,
    /// What is done in it, in order; what was added for this application too.
    pub steps: Vec<StopStep>,
}

text_enum! {
    /// How far a step is, as far as it is the candidate's to know: never how it went.
    Progress {
        /// Nothing happened yet.
        Ahead = "ahead",
        /// Somebody was asked, and the answer is awaited.
        Asked = "asked",
        /// A meeting is set.
        Set = "set",
        /// It took place, or the answers are in: we are to say what came of it.
        WithUs = "withUs",
        /// Over.
        Done = "done",
    }
}

/// A step on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopStep {
    /// What people call it.
    pub title: String,
    /// What is done.
    pub kind: StepKind,
    /// How long it takes, in minutes, where that is known.
    pub minutes: Option<i32>,
    /// How far it is.
    pub progress: Progress,
}

/// Somebody the candidate meets. No more of a colleague is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// What they are called.
    pub name: String,
    /// Their job title.
    pub title: Option<String>,
}

impl From<&User> for Host {
    fn from(user: &User) -> Self {
        Self { name: user.name.clone(), title: user.title.clone() }
    }
}

/// A meeting that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encounter {
    /// Which one.
    pub interview: InterviewId,
    /// In which step.
    pub step: StepId,
    /// What it is called.
    pub title: String,
    /// When and where.
    pub meeting: Meeting,
    /// Who comes, in the order they were added.
    pub hosts: Vec<Host>,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To answer questions.
    Answers(FormId),
    /// To do a piece of work, and hand it in.
    Work(FormId),
    /// To name people who may be asked.
    Names(ReferenceRequestId),
    /// To pick a time to meet.
    Time(SlotsId),
    /// To accept an offer, or not.
    Decision(OfferId),
}

/// Something asked of the candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What.
    pub asked: Asked,
    /// In which step; none for an offer.
    pub step: Option<StepId>,
    /// What that step is called; for an offer, nothing.
    pub title: Option<String>,
    /// Until when. For times to pick from: when the last of them begins.
    pub due_at: DateTime<Utc>,
    /// Whether that is over. What comes late is taken all the same.
    pub late: bool,
}

/// A team that can be preferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamChoice {
    /// Which team.
    pub team: TeamId,
    /// What it is called.
    pub name: String,
}

/// What an outlook is made of, all of one application.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What the posting is called.
    pub title: String,
    /// The plan it follows.
    pub plan: &'a HiringPlan,
    /// Its steps, stage by stage.
    pub steps: Vec<ApplicationStep>,
    /// Those that ended with an application whose end is not told yet, and whose meetings took place or answers are in.
    pub happened: &'a HashSet<StepId>,
    /// The newest questions of each step.
    pub forms: Vec<Form>,
    /// The newest request for names of each step, with how many were named.
    pub requests: Vec<(ReferenceRequest, usize)>,
    /// The newest times that were offered in each step, with each of them.
    pub slots: Vec<(Slots, Vec<Slot>)>,
    /// Meetings that are set, the earliest first, with who comes.
    pub meetings: Vec<(Interview, Vec<User>)>,
    /// Its offers.
    pub offers: Vec<Offer>,
    /// The teams of the posting, by rank.
    pub teams: Vec<TeamVacancies>,
    /// The teams that are preferred, best first.
    pub preferred: Vec<TeamId>,
}

impl Outlook {
    /// What the candidate is told of an application now.
    #[must_use]
    pub fn of(application: Application, facts: Facts<'_>, now: DateTime<Utc>) -> Self {
        let application = application.as_told(now);
        let active = application.status == ApplicationStatus::Active;
        let lived = |step: ApplicationStep| if active { step.under_way(facts.happened) } else { step };
        let facts = Facts { steps: facts.steps.into_iter().map(lived).collect(), ..facts };
        let open = active && !facts.offers.iter().any(Offer::is_out);
        let tasks = if active { tasks(&facts, now) } else { Vec::new() };
        Self {
            way: if active { way(application.stage, &facts, &tasks) } else { Vec::new() },
            tasks,
            choices: if open { choices(&facts) } else { Vec::new() },
            preferred: facts.preferred.iter().filter_map(|team| choice(&facts.teams, *team)).collect(),
            meetings: meetings(&facts),
            title: facts.title,
            applied_at: application.applied_at,
            status: application.status,
            ended_at: application.outcome.map(|outcome| outcome.at),
            reconsidered: application.needs_decision_since.is_some(),
            stage: application.stage,
        }
    }

    /// The offer that is out with the candidate, if one is.
    #[must_use]
    pub fn offer(&self) -> Option<&Task> {
        self.tasks.iter().find(|task| matches!(task.asked, Asked::Decision(_)))
    }
}

fn way(stage: i32, facts: &Facts<'_>, tasks: &[Task]) -> Vec<Stop> {
    let is_asked = |step: &ApplicationStep, task: &Task| match task.asked {
        Asked::Decision(_) => step.kind == StepKind::Offer && step.stage == stage,
        _ => task.step == Some(step.id),
    };
    let lived = |step: &ApplicationStep| lived(step, tasks.iter().any(|task| is_asked(step, task)));
    let stop = |(place, planned): (i32, &Stage)| Stop {
        title: planned.title.clone(),
        parallel: planned.mode == StageMode::Parallel,
        optional: planned.optional,
        state: match place.cmp(&stage) {
            std::cmp::Ordering::Less => StopState::Done,
            std::cmp::Ordering::Equal => StopState::Now,
            std::cmp::Ordering::Greater => StopState::Ahead,
        },
        steps: facts.steps.iter().filter(|step| step.stage == place).map(lived).collect(),
    };
    (0..).zip(&facts.plan.stages).map(stop).collect()
}

fn lived(step: &ApplicationStep, is_asked: bool) -> StopStep {
    let progress = match step.state {
        // Times to pick from, and an offer, leave a step where it is, but the candidate was asked.
        StepState::Pending if is_asked => Progress::Asked,
        StepState::Pending => Progress::Ahead,
        StepState::Requested => Progress::Asked,
        StepState::Scheduled => Progress::Set,
        StepState::AwaitingFeedback => Progress::WithUs,
        StepState::Passed | StepState::Waived | StepState::Skipped | StepState::Cancelled => Progress::Done,
    };
    StopStep { title: step.title.clone(), kind: step.kind, minutes: step.minutes, progress }
}

fn tasks(facts: &Facts<'_>, now: DateTime<Utc>) -> Vec<Task> {
    let step = |id: StepId| facts.steps.iter().find(|step| step.id == id);
    let stands_at = |id: StepId, state: StepState| step(id).is_some_and(|step| step.state == state);
    let task = |asked: Asked, id: StepId, due_at: DateTime<Utc>| Task {
        asked,
        step: Some(id),
        title: step(id).map(|step| step.title.clone()),
        due_at,
        late: now > due_at,
    };
    let forms =
        facts.forms.iter().filter(|form| form.is_open() && stands_at(form.step, StepState::Requested));
    let requests = facts.requests.iter().filter(|(request, named)| {
        request.missing(*named) > 0 && stands_at(request.step, StepState::Requested)
    });
    let slots = facts.slots.iter().filter(|(slots, times)| {
        slots.is_open() && !times.is_empty() && stands_at(slots.step, StepState::Pending)
    });
    let offers = facts.offers.iter().filter(|offer| offer.is_out() && !offer.is_past_deadline(now));
    let decision = |offer: &Offer| {
        let (asked, due_at) = (Asked::Decision(offer.id), offer.expires_at);
        Task { asked, step: None, title: None, due_at, late: false }
    };
    let last = |times: &[Slot]| times.iter().map(|time| time.starts_at).max().unwrap_or(now);
    let is_work = |form: &Form| step(form.step).is_some_and(|step| step.kind == StepKind::Task);
    let asked = |form: &Form| if is_work(form) { Asked::Work(form.id) } else { Asked::Answers(form.id) };
    let forms = forms.map(|form| task(asked(form), form.step, form.due_at));
    let requests = requests.map(|(request, _)| task(Asked::Names(request.id), request.step, request.due_at));
    let slots = slots.map(|(slots, times)| task(Asked::Time(slots.id), slots.step, last(times)));
    offers.map(decision).chain(forms).chain(requests).chain(slots).collect()
}

fn meetings(facts: &Facts<'_>) -> Vec<Encounter> {
    let encounter = |(interview, people): &(Interview, Vec<User>)| {
        let step = facts.steps.iter().find(|step| step.id == interview.step)?;
        Some(Encounter {
            interview: interview.id,
            step: step.id,
            title: step.title.clone(),
            meeting: interview.meeting.clone(),
            hosts: people.iter().map(Host::from).collect(),
        })
    };
    facts.meetings.iter().filter_map(encounter).collect()
}

fn choice(teams: &[TeamVacancies], team: TeamId) -> Option<TeamChoice> {
    let found = teams.iter().find(|known| known.team == team)?;
    Some(TeamChoice { team, name: found.name.clone() })
}

/// Teams that still hire, and those that were named before. One team alone is no choice.
fn choices(facts: &Facts<'_>) -> Vec<TeamChoice> {
    let hires = |team: &&TeamVacancies| team.vacancies > 0 || facts.preferred.contains(&team.team);
    let teams: Vec<_> = facts.teams.iter().filter(hires).collect();
    if teams.len() < 2 {
        return Vec::new();
    }
    teams.iter().filter_map(|team| choice(&facts.teams, team.team)).collect()
}
