//! What candidates are told of their applications.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::application::ApplicationStatus;
use super::application_read::StepsOfApplication;
use super::asking::asking;
use super::batch::nested_read;
use super::plan::StepKind;
use super::scalar::DateTime;
use super::step::ApplicationStep;
use crate::domain::id::ApplicationId;
use crate::domain::outlook as rules;
use crate::domain::policy::application::outlooks;
use crate::storage;

/// Where a stage lies, as seen from the application.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::outlook::StopState")]
pub enum OutlookStageStatus {
    /// Behind it.
    Done,
    /// The application is there.
    Now,
    /// Ahead of it.
    Ahead,
}

/// How far a step is, as far as it is the candidate's to know: never how it went.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::outlook::Progress")]
pub enum OutlookStepStatus {
    /// Nothing happened yet.
    Ahead,
    /// The candidate or a referee was asked, and the answer is awaited.
    Asked,
    /// A meeting is set.
    Set,
    /// It took place, or the answers are in: the organisation is to say what came of it.
    WithUs,
    /// Over.
    Done,
}

/// What is asked of a candidate.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutlookTaskKind {
    /// To answer questions: `formAnswer`.
    AnswerQuestions,
    /// A piece of work, handed in by `formAnswer`.
    HandInWork,
    /// To name people who may be asked about the candidate: `referenceNominate`.
    NameReferees,
    /// To pick a time to meet, or to ask for others: `interviewPickSlot`.
    PickTime,
    /// To accept an offer or to decline it, by the link in the offer's mail.
    AnswerOffer,
}

/// A step on the way, as its candidate may know it.
#[derive(SimpleObject, Debug)]
pub struct OutlookStep {
    /// Title of the step.
    title: String,
    /// Kind of the step.
    kind: StepKind,
    /// Length of the step in minutes, where it is known.
    minutes: Option<i32>,
    /// How far the step is.
    status: OutlookStepStatus,
}

/// A stage on the way, as its candidate may know it.
#[derive(SimpleObject, Debug)]
pub struct OutlookStage {
    /// Title of the stage.
    title: String,
    /// Place of the stage in the plan, from 1.
    position: i32,
    /// Where the stage lies.
    status: OutlookStageStatus,
    /// Indicates whether the steps of the stage happen at once, in any order.
    parallel: bool,
    /// Indicates whether the stage may be left out.
    optional: bool,
    /// Steps of the stage, in order; those added for this application too.
    steps: Vec<OutlookStep>,
}

/// Somebody whom a candidate meets.
#[derive(SimpleObject, Debug)]
pub struct OutlookHost {
    /// What they are called.
    name: String,
    /// Their job title.
    title: Option<String>,
}

/// A meeting that is set, as its candidate may know it.
#[derive(SimpleObject, Debug)]
pub struct OutlookMeeting {
    /// Id of the interview.
    interview_id: ID,
    /// Title of the step that it is part of.
    title: String,
    /// Timestamp of when it begins.
    starts_at: DateTime,
    /// Timestamp of when it ends.
    ends_at: DateTime,
    /// Length of it in minutes.
    minutes: i32,
    /// IANA name of the zone in which its time is told.
    zone: &'static str,
    /// Where it is, in words.
    place: Option<String>,
    /// Web address of the video call.
    video_link: Option<String>,
    /// Who comes, in the order they were added.
    hosts: Vec<OutlookHost>,
}

/// A team that can be preferred.
#[derive(SimpleObject, Debug)]
pub struct OutlookTeam {
    /// Id of the team: what `applicationPreferTeams` takes.
    team_id: ID,
    /// Name of the team.
    name: String,
}

/// Something that is asked of a candidate. The link that opens its page is in the mail that asked; nobody else knows it.
#[derive(Debug, Clone)]
pub struct OutlookTask(ApplicationId, rules::Task);

/// Something that is asked of a candidate. The link that opens its page is in the mail that asked; nobody else knows it.
#[Object]
impl OutlookTask {
    /// What is asked.
    async fn kind(&self) -> OutlookTaskKind {
        match self.1.asked {
            rules::Asked::Answers(_) => OutlookTaskKind::AnswerQuestions,
            rules::Asked::Work(_) => OutlookTaskKind::HandInWork,
            rules::Asked::Names(_) => OutlookTaskKind::NameReferees,
            rules::Asked::Time(_) => OutlookTaskKind::PickTime,
            rules::Asked::Decision(_) => OutlookTaskKind::AnswerOffer,
        }
    }

    /// Id of what it is about: the form, the request for names, the times or the offer.
    async fn subject_id(&self) -> ID {
        match self.1.asked {
            rules::Asked::Answers(id) | rules::Asked::Work(id) => id.into(),
            rules::Asked::Names(id) => id.into(),
            rules::Asked::Time(id) => id.into(),
            rules::Asked::Decision(id) => id.into(),
        }
    }

    /// Title of the step that it is asked in; null for an offer.
    async fn title(&self) -> Option<&str> {
        self.1.title.as_deref()
    }

    /// Step that it is asked in, which has the questions, the request or the times; null for an offer.
    async fn step(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ApplicationStep>> {
        let Some(id) = self.1.step else { return Ok(None) };
        let steps = asking(ctx).load_all::<StepsOfApplication>(self.0).await?;
        Ok(steps.iter().find(|step| step.id == id).cloned().map(ApplicationStep))
    }

    /// Timestamp of until when. For times to pick from, of when the last of them begins.
    async fn due_at(&self) -> DateTime {
        self.1.due_at.into()
    }

    /// Indicates whether that is over. What comes late is taken all the same.
    async fn late(&self) -> bool {
        self.1.late
    }
}

/// What a candidate is told of their application: the same as on its page.
#[derive(Debug, Clone)]
pub struct ApplicationOutlook(ApplicationId, rules::Outlook);

/// What a candidate is told of their application: the same as on its page. To recruiters and hiring managers it says what
/// the candidate knows by now.
#[Object]
impl ApplicationOutlook {
    /// What the posting is called, also when it is no longer public.
    async fn title(&self) -> &str {
        &self.1.title
    }

    /// Where the application is in its life, as far as the candidate was told.
    async fn status(&self) -> ApplicationStatus {
        self.1.status.into()
    }

    /// Timestamp of when it ended.
    async fn ended_at(&self) -> Option<DateTime> {
        self.1.ended_at.map(Into::into)
    }

    /// Indicates whether something has changed around the posting or the person, and the organisation looks at what it means.
    async fn reconsidered(&self) -> bool {
        self.1.reconsidered
    }

    /// Place of the stage that the application is in, or ended in, from 1.
    async fn stage(&self) -> i32 {
        self.1.stage + 1
    }

    /// Stages of the plan, in order, with what was and what comes; none once the application ended.
    async fn stages(&self) -> Vec<OutlookStage> {
        (1..).zip(&self.1.way).map(|(position, stop)| stage(position, stop)).collect()
    }

    /// What is asked of the candidate now, an offer first; nothing once the application ended.
    async fn tasks(&self) -> Vec<OutlookTask> {
        self.1.tasks.iter().map(|task| OutlookTask(self.0, task.clone())).collect()
    }

    /// Meetings that are set, the earliest first.
    async fn meetings(&self) -> Vec<OutlookMeeting> {
        self.1.meetings.iter().map(meeting).collect()
    }

    /// Teams that the candidate would prefer, best first.
    async fn preferred_teams(&self) -> Vec<OutlookTeam> {
        self.1.preferred.iter().map(team).collect()
    }

    /// Teams that the candidate may name as preferred, in the posting's order; none where there is no choice, or none any
    /// more.
    async fn team_choices(&self) -> Vec<OutlookTeam> {
        self.1.choices.iter().map(team).collect()
    }
}

fn stage(position: i32, stop: &rules::Stop) -> OutlookStage {
    let step = |step: &rules::StopStep| OutlookStep {
        title: step.title.clone(),
        kind: step.kind.into(),
        minutes: step.minutes,
        status: step.progress.into(),
    };
    OutlookStage {
        title: stop.title.clone(),
        position,
        status: stop.state.into(),
        parallel: stop.parallel,
        optional: stop.optional,
        steps: stop.steps.iter().map(step).collect(),
    }
}

fn meeting(ahead: &rules::Encounter) -> OutlookMeeting {
    let meeting = &ahead.meeting;
    let host = |host: &rules::Host| OutlookHost { name: host.name.clone(), title: host.title.clone() };
    OutlookMeeting {
        interview_id: ahead.interview.into(),
        title: ahead.title.clone(),
        starts_at: meeting.starts_at.into(),
        ends_at: meeting.ends_at.into(),
        minutes: meeting.minutes(),
        zone: meeting.zone.name(),
        place: meeting.place.clone(),
        video_link: meeting.video_link.clone(),
        hosts: ahead.hosts.iter().map(host).collect(),
    }
}

fn team(choice: &rules::TeamChoice) -> OutlookTeam {
    OutlookTeam { team_id: choice.team.into(), name: choice.name.clone() }
}

nested_read! {
    /// What candidates are told of applications.
    pub(super) OutlookOfApplication(asking, keys: ApplicationId) -> ApplicationOutlook {
        let (scope, now) = (outlooks(&asking.viewer), asking.now());
        let found = storage::outlook::of_applications(asking.store(), &scope, &keys, now).await?;
        Ok(found.into_iter().map(|(id, outlook)| (id, ApplicationOutlook(id, outlook))).collect())
    }
}
