//! Mutations that write a posting and set its seats.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};

use super::Posting;
use crate::actions::posting::{
    self as actions, Changes, Create, NewTeam, TeamEntry, TeamVacancies, VacanciesSet,
};
use crate::domain::posting::Content;
use crate::domain::{self, Refusal};
use crate::graphql::asking::asking;
use crate::graphql::error::{bounded, id, optional_id};
use crate::graphql::payload::{answer, payload};
use crate::graphql::posting_content::{
    EmploymentType, LocationInput, PayRangeInput, PostingLink, QuestionInput, Requirement, Section,
    Workplace, countries, links, locations, pay_ranges, questions, requirements, sections,
};
use crate::graphql::scalar::{CountryCode, DateTime};

/// What a seat is there for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::opening::OpeningKind")]
pub enum OpeningKind {
    /// The team grows.
    New,
    /// Somebody left.
    Backfill,
}

/// A team that a new posting is to hire for. Its rank is its place in the list.
#[derive(InputObject, Debug)]
pub struct PostingCreateTeamInput {
    /// Id of the team.
    team_id: ID,
    /// Id of the user who manages those hired into the team.
    manager_id: Option<ID>,
    /// How many open seats the team begins with.
    #[graphql(default)]
    vacancies: i32,
}

/// A team that a posting is to hire for. Its rank is its place in the list.
#[derive(InputObject, Debug)]
pub struct PostingUpdateTeamInput {
    /// Id of the team.
    team_id: ID,
    /// Id of the user who manages those hired into the team.
    manager_id: Option<ID>,
}

/// A posting to be drafted.
#[derive(InputObject, Debug)]
pub struct PostingCreateInput {
    /// Title of the job.
    title: String,
    /// Text of the posting, in order.
    #[graphql(default)]
    sections: Vec<Section>,
    /// What somebody needs for the job, in order.
    #[graphql(default)]
    requirements: Vec<Requirement>,
    /// What to read beside the posting.
    #[graphql(default)]
    links: Vec<PostingLink>,
    /// Places the job is done at; none if it is fully remote.
    #[graphql(default)]
    locations: Vec<LocationInput>,
    /// Countries somebody may work from; only if the job is fully remote.
    #[graphql(default)]
    remote_countries: Vec<CountryCode>,
    /// How much of the work is done at a location.
    workplace: Workplace,
    /// Kind of employment.
    employment_type: EmploymentType,
    /// Pay that the posting offers, one range for each jurisdiction.
    #[graphql(default)]
    pay_ranges: Vec<PayRangeInput>,
    /// What applicants are asked.
    #[graphql(default)]
    questions: Vec<QuestionInput>,
    /// Indicates whether everyone is shown the posting while it is open.
    #[graphql(default = true)]
    listed: bool,
    /// Id of the plan that applications follow, in its newest version.
    plan_id: ID,
    /// Id of the user who is hiring manager of those not yet allotted to a team.
    lead_id: Option<ID>,
    /// Timestamp of the deadline.
    expires_at: Option<DateTime>,
    /// Teams that the posting hires for, in rank order.
    #[graphql(default)]
    teams: Vec<PostingCreateTeamInput>,
}

impl PostingCreateInput {
    fn parse(self) -> Result<Create, Refusal> {
        bounded("teams", &self.teams)?;
        let team = |(place, new): (usize, &PostingCreateTeamInput)| {
            let entry = entry(&new.team_id, new.manager_id.as_ref())?;
            Ok(NewTeam { entry, vacancies: vacancies(place, new.vacancies)? })
        };
        Ok(Create {
            content: Content {
                title: self.title,
                sections: sections(self.sections)?,
                requirements: requirements(self.requirements)?,
                links: links(self.links)?,
                locations: locations(self.locations)?,
                remote_countries: countries(&self.remote_countries)?,
                place_labels: Vec::new(),
                workplace: self.workplace.into(),
                employment_type: self.employment_type.into(),
                pay_ranges: pay_ranges(&self.pay_ranges)?,
                questions: questions(self.questions)?,
            },
            listed: self.listed,
            plan: id(&self.plan_id, "plan")?,
            lead: optional_id(self.lead_id.as_ref(), "user")?,
            expires_at: self.expires_at.map(|at| at.0),
            teams: self.teams.iter().enumerate().map(team).collect::<Result<_, Refusal>>()?,
        })
    }
}

fn entry(team: &ID, manager: Option<&ID>) -> Result<TeamEntry, Refusal> {
    Ok(TeamEntry { team: id(team, "team")?, manager: optional_id(manager, "user")? })
}

/// How many seats the team in this place is to have.
fn vacancies(place: usize, wanted: i32) -> Result<u32, Refusal> {
    let field = format!("teams.{place}.vacancies");
    u32::try_from(wanted).map_err(|_| Refusal::invalid(&field, "a number from 0"))
}

/// What is to change of a posting. What is left out stays; a list replaces the whole list.
#[derive(InputObject, Debug)]
pub struct PostingUpdateInput {
    /// Id of the posting.
    posting_id: ID,
    /// Revision that the caller read; the change is refused (`STALE`) if the posting has moved on since.
    expected_revision: Option<i32>,
    /// Title of the job; the slug follows it, and the former one still finds the posting.
    title: Option<String>,
    /// Text of the posting, in order.
    sections: Option<Vec<Section>>,
    /// What somebody needs for the job, in order.
    requirements: Option<Vec<Requirement>>,
    /// What to read beside the posting.
    links: Option<Vec<PostingLink>>,
    /// Places the job is done at; none if it is fully remote.
    locations: Option<Vec<LocationInput>>,
    /// Countries somebody may work from; only if the job is fully remote.
    remote_countries: Option<Vec<CountryCode>>,
    /// Words about the place that an imported posting came with; they can be left out, or mended.
    place_labels: Option<Vec<String>>,
    /// How much of the work is done at a location.
    workplace: Option<Workplace>,
    /// Kind of employment.
    employment_type: Option<EmploymentType>,
    /// Pay that the posting offers, one range for each jurisdiction.
    pay_ranges: Option<Vec<PayRangeInput>>,
    /// What applicants are asked.
    questions: Option<Vec<QuestionInput>>,
    /// Indicates whether everyone is shown the posting while it is open.
    listed: Option<bool>,
    /// Id of the plan that new applications follow, in its newest version.
    plan_id: Option<ID>,
    /// Id of the user who is hiring manager of those not yet allotted to a team; null for nobody.
    lead_id: MaybeUndefined<ID>,
    /// Timestamp of the deadline; null for none.
    expires_at: MaybeUndefined<DateTime>,
    /// Teams that the posting hires for, in rank order. A team that has seats or applications cannot be left out.
    teams: Option<Vec<PostingUpdateTeamInput>>,
}

impl PostingUpdateInput {
    fn parse(self) -> Result<Changes, Refusal> {
        bounded("teams", self.teams.as_deref().unwrap_or_default())?;
        bounded("placeLabels", self.place_labels.as_deref().unwrap_or_default())?;
        let team = |kept: &PostingUpdateTeamInput| entry(&kept.team_id, kept.manager_id.as_ref());
        let teams = self.teams.map(|teams| teams.iter().map(team).collect::<Result<_, _>>());
        let lead = match self.lead_id {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(lead) => Some(Some(id(&lead, "user")?)),
        };
        Ok(Changes {
            title: self.title,
            sections: self.sections.map(sections).transpose()?,
            requirements: self.requirements.map(requirements).transpose()?,
            links: self.links.map(links).transpose()?,
            locations: self.locations.map(locations).transpose()?,
            remote_countries: self.remote_countries.map(|codes| countries(&codes)).transpose()?,
            place_labels: self.place_labels,
            workplace: self.workplace.map(Into::into),
            employment_type: self.employment_type.map(Into::into),
            pay_ranges: self.pay_ranges.map(|ranges| pay_ranges(&ranges)).transpose()?,
            questions: self.questions.map(questions).transpose()?,
            listed: self.listed,
            plan: optional_id(self.plan_id.as_ref(), "plan")?,
            lead,
            expires_at: match self.expires_at {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(at) => Some(Some(at.0)),
            },
            teams: teams.transpose()?,
        })
    }
}

/// How many seats a team is to have that are not yet filled.
#[derive(InputObject, Debug)]
pub struct TeamVacanciesInput {
    /// Id of the team.
    team_id: ID,
    /// Seats that are not yet filled, those held by offers included.
    vacancies: i32,
    /// What seats are for that have to be added.
    #[graphql(default_with = "OpeningKind::New")]
    kind: OpeningKind,
}

/// The vacancies of a posting's teams, set together; those of teams not named stay.
#[derive(InputObject, Debug)]
pub struct PostingVacanciesSetInput {
    /// Id of the posting.
    posting_id: ID,
    /// Revision that the caller read; the change is refused (`STALE`) if the posting has moved on since.
    expected_revision: Option<i32>,
    /// Teams with their vacancies. To move a seat, name the team that loses it and the one that gains it.
    teams: Vec<TeamVacanciesInput>,
}

impl PostingVacanciesSetInput {
    fn parse(&self) -> Result<VacanciesSet, Refusal> {
        bounded("teams", &self.teams)?;
        let team = |(place, wanted): (usize, &TeamVacanciesInput)| {
            let (team, kind) = (id(&wanted.team_id, "team")?, wanted.kind.into());
            Ok(TeamVacancies { team, vacancies: vacancies(place, wanted.vacancies)?, kind })
        };
        Ok(VacanciesSet {
            posting: id(&self.posting_id, "posting")?,
            expected_revision: self.expected_revision,
            teams: self.teams.iter().enumerate().map(team).collect::<Result<_, Refusal>>()?,
        })
    }
}

payload! {
    /// Answer to `postingCreate`.
    PostingCreatePayload {
        /// The draft.
        posting: Posting
    }
}
payload! {
    /// Answer to `postingUpdate`.
    PostingUpdatePayload {
        /// The posting as it is now.
        posting: Posting
    }
}
payload! {
    /// Answer to `postingVacanciesSet`.
    PostingVacanciesSetPayload {
        /// The posting as it is now.
        posting: Posting
    }
}

/// Mutations that write a posting and set its seats.
#[derive(Debug, Default)]
pub struct PostingMutation;

#[Object]
impl PostingMutation {
    /// Drafts a posting; nobody but staff sees it until it is published.
    async fn posting_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the posting says and whom it hires for.")] input: PostingCreateInput,
    ) -> async_graphql::Result<Option<PostingCreatePayload>> {
        let work = async { actions::create(asking(ctx).act(), input.parse()?).await };
        answer(work.await)
    }

    /// Changes what a posting says and whom it hires for. Feeds and pages follow at once if it is open.
    async fn posting_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which posting, and what is to change.")] input: PostingUpdateInput,
    ) -> async_graphql::Result<Option<PostingUpdatePayload>> {
        let work = async {
            let (posting, revision) = (id(&input.posting_id, "posting")?, input.expected_revision);
            actions::update(asking(ctx).act(), posting, revision, input.parse()?).await
        };
        answer(work.await)
    }

    /// Sets the vacancies of several teams at once. Adding makes new seats, lowering cancels the newest open ones; seats
    /// held by offers cannot be taken away. With none left in all, an open posting is paused.
    async fn posting_vacancies_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which posting, and the vacancies of its teams.")] input: PostingVacanciesSetInput,
    ) -> async_graphql::Result<Option<PostingVacanciesSetPayload>> {
        let work = async { actions::set_vacancies(asking(ctx).act(), input.parse()?).await };
        answer(work.await)
    }
}
