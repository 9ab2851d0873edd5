//! Postings: what anyone may read of them, and what only staff may.

mod life;
mod seats;
mod write;

pub use life::PostingLifeMutation;
pub use seats::{Openings, PostingTeam};
pub use write::{OpeningKind, PostingMutation};

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, InputObject, Object, OneofObject};

use self::seats::seats;
use super::application::{Application, ApplicationFilter};
use super::asking::{Asking, asking};
use super::batch::Load;
use super::board::{self, PipelineStage};
use super::connection::{Connection, Paging};
use super::error::{bad_argument, bounded, fault};
use super::feed::{self, FeedChannel, FeedReadiness, PostingFeed};
use super::plan::{HiringPlan, PlanByVersion, ProcessStage, process};
use super::posting_content::{
    EmploymentType, Location, PayRange, PostingLink, Question, Requirement, Section, Workplace,
};
use super::posting_source::{self, PostingSource};
use super::scalar::{CountryCode, DateTime, Url};
use super::user::{User, user};
use crate::domain::country::Country;
use crate::domain::id::PostingId;
use crate::domain::policy::organisation::sees_settings;
use crate::domain::{self, Refusal};
use crate::storage::posting::{Sight, Wanted};
use crate::storage::{self, Fault};

/// Where a posting is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::posting::PostingStatus")]
pub enum PostingStatus {
    /// Being written.
    Draft,
    /// Waits for approval to open.
    PendingApproval,
    /// Taking applications.
    Open,
    /// Not taking applications for now.
    Paused,
    /// Not taking applications any more.
    Closed,
    /// Put away for good.
    Archived,
}

/// Why a posting was closed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::posting::CloseReason")]
pub enum CloseReason {
    /// Everyone needed was hired.
    Filled,
    /// Nobody is needed any more.
    NoLongerNeeded,
    /// Its deadline passed.
    Deadline,
    /// Anything else.
    Other,
}

/// The job as advertised.
#[derive(Debug, Clone)]
pub struct Posting(pub domain::posting::Posting);

impl From<domain::posting::Posting> for Posting {
    fn from(posting: domain::posting::Posting) -> Self {
        Self(posting)
    }
}

/// The job as advertised.
#[Object]
impl Posting {
    /// Id of the posting.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name of the posting in web addresses. It ends in a key that finds the posting whatever its title was.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Title of the job.
    async fn title(&self) -> &str {
        &self.0.content.title
    }

    /// Where the posting is in its life.
    async fn status(&self) -> PostingStatus {
        self.0.status.into()
    }

    /// Indicates whether everyone is shown the posting while it is open.
    async fn listed(&self) -> bool {
        self.0.listed
    }

    /// Text of the posting, in order.
    async fn sections(&self) -> Vec<Section> {
        self.0.content.sections.iter().map(Section::from).collect()
    }

    /// What somebody needs for the job, in order.
    async fn requirements(&self) -> Vec<Requirement> {
        self.0.content.requirements.iter().map(Requirement::from).collect()
    }

    /// What to read beside the posting.
    async fn links(&self) -> Vec<PostingLink> {
        self.0.content.links.iter().map(PostingLink::from).collect()
    }

    /// Places the job is done at; empty if it is fully remote.
    async fn locations(&self) -> Vec<Location> {
        self.0.content.locations.iter().map(Location::from).collect()
    }

    /// Countries somebody may work from, if the job is fully remote.
    async fn remote_countries(&self) -> Vec<CountryCode> {
        self.0.content.remote_countries.iter().map(|country| (*country).into()).collect()
    }

    /// Words about the place that an imported posting came with and that are neither a location nor a country.
    async fn place_labels(&self) -> &[String] {
        &self.0.content.place_labels
    }

    /// How much of the work is done at a location.
    async fn workplace(&self) -> Workplace {
        self.0.content.workplace.into()
    }

    /// Kind of employment.
    async fn employment_type(&self) -> EmploymentType {
        self.0.content.employment_type.into()
    }

    /// Pay that the posting offers, per jurisdiction.
    async fn pay_ranges(&self) -> Vec<PayRange> {
        self.0.content.pay_ranges.iter().map(PayRange::from).collect()
    }

    /// What applicants are asked.
    async fn questions(&self) -> Vec<Question> {
        self.0.content.questions.iter().map(Question::from).collect()
    }

    /// Timestamp of the first publication; it never moves.
    async fn published_at(&self) -> Option<DateTime> {
        self.0.published_at.map(Into::into)
    }

    /// Timestamp of when the posting was last opened again after closing.
    async fn reopened_at(&self) -> Option<DateTime> {
        self.0.reopened_at.map(Into::into)
    }

    /// Timestamp of the deadline.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(Into::into)
    }

    /// Timestamp of the last change of a public fact.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Address of the posting's page.
    async fn url(&self, ctx: &Context<'_>) -> Url {
        Url(asking(ctx).shared.site.posting_url(&self.0.slug))
    }

    /// Address of the page where somebody applies. It may belong to another system; `applicationSubmit` is refused then
    /// (`APPLIES_ELSEWHERE`).
    async fn apply_url(&self, ctx: &Context<'_>) -> Url {
        Url(asking(ctx).shared.site.applying_at(&self.0))
    }

    /// Teams that the posting hires for, in rank order.
    async fn teams(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PostingTeam>> {
        Ok(seats(ctx, self.0.id).await?.iter().cloned().map(PostingTeam).collect())
    }

    /// Seats of all teams that are not yet filled; always the sum over `teams`.
    async fn open_vacancies(&self, ctx: &Context<'_>) -> async_graphql::Result<u32> {
        Ok(seats(ctx, self.0.id).await?.iter().map(|team| team.vacancies).sum())
    }

    /// What applicants can expect: the stages and the length of calls.
    async fn process(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProcessStage>> {
        let plan = asking(ctx).load::<PlanByVersion>(self.0.plan).await?;
        Ok(plan.map(|plan| process(&plan)).unwrap_or_default())
    }

    /// Plan that new applications follow; for staff.
    async fn plan(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<HiringPlan>> {
        if !Self::is_for_staff(ctx) {
            return Ok(None);
        }
        Ok(asking(ctx).load::<PlanByVersion>(self.0.plan).await?.map(HiringPlan))
    }

    /// Hiring manager of those not yet allotted to a team; for staff.
    async fn lead(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(asking(ctx), self.0.lead).await
    }

    /// Why the posting was closed; for staff.
    async fn close_reason(&self, ctx: &Context<'_>) -> Option<CloseReason> {
        self.0.close_reason.filter(|_| Self::is_for_staff(ctx)).map(Into::into)
    }

    /// Applications to the posting that the viewer works on, the newest first.
    async fn applications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which applications.")] filter: Option<ApplicationFilter>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Application>> {
        let paging = Paging { first, after, last, before };
        board::of_posting(asking(ctx), self.0.id, &filter.unwrap_or_default(), &paging).await
    }

    /// The board: the stages in order, each with the active applications in it that the viewer works on.
    async fn pipeline(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<PipelineStage>>> {
        if !Self::is_for_staff(ctx) {
            return Ok(None);
        }
        board::pipeline(asking(ctx), &self.0).await.map(Some)
    }

    /// Active applications that wait for somebody's decision, because the posting was filled or the person was hired
    /// elsewhere; for staff.
    async fn needs_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Application>> {
        let paging = Paging { first, after, last, before };
        board::undecided(asking(ctx), self.0.id, &paging).await
    }

    /// How the posting stands in a feed, before it is published too, and why.
    async fn feed_readiness(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which feed.")] channel: FeedChannel,
    ) -> async_graphql::Result<Option<FeedReadiness>> {
        feed::readiness_of(asking(ctx), self.0.id, channel).await
    }

    /// How the posting stands in each feed, before it is published too, and why: what to ask for with `postingPublish`.
    async fn feeds(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PostingFeed>> {
        feed::feeds_of(asking(ctx), self.0.id).await
    }

    /// What the posting's page tells search engines: a `JobPosting` of schema.org as JSON, safe inside a script
    /// element. Only while everyone may see the posting, and if it has what they require: a text and a country.
    async fn json_ld(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        feed::json_ld_of(asking(ctx), self.0.id).await
    }

    /// Where the posting was imported from; for administrators and recruiters.
    async fn source(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PostingSource>> {
        posting_source::of(asking(ctx), self.0.id).await
    }

    /// Revision of the posting: what `expectedRevision` is compared with; for staff.
    async fn revision(&self, ctx: &Context<'_>) -> Option<i32> {
        Self::is_for_staff(ctx).then_some(self.0.revision)
    }
}

impl Posting {
    fn is_for_staff(ctx: &Context<'_>) -> bool {
        sees_settings(&asking(ctx).viewer)
    }
}

/// Postings by their ids, as far as the viewer sees them.
pub(super) struct PostingById;

impl Load for PostingById {
    type Key = PostingId;
    type Value = domain::posting::Posting;

    async fn load(asking: &Asking, keys: Vec<PostingId>) -> Result<HashMap<PostingId, Self::Value>, Fault> {
        storage::posting::of(asking.store(), &Sight::of(&asking.viewer, asking.now()), &keys).await
    }
}

/// What a posting is looked up by: exactly one.
#[derive(OneofObject, Debug)]
pub enum PostingBy {
    /// Id of the posting.
    Id(ID),
    /// Present or former slug of the posting.
    Slug(String),
}

/// Which postings to list: those that match every part that is given. A list means any of it.
#[derive(InputObject, Debug, Default)]
pub struct PostingFilter {
    /// Where the posting is in its life.
    statuses: Option<Vec<PostingStatus>>,
    /// Ids of teams that the posting hires for.
    teams: Option<Vec<ID>>,
    /// Countries of the locations, or that somebody may work from.
    countries: Option<Vec<CountryCode>>,
    /// How much of the work is done at a location.
    workplaces: Option<Vec<Workplace>>,
    /// Words in the title.
    title: Option<String>,
}

impl PostingFilter {
    /// What to look for; `None` when nothing can match, because an id or a country names nothing.
    fn parse(self) -> Result<Wanted, Refusal> {
        let (statuses, teams) = (self.statuses.unwrap_or_default(), self.teams.unwrap_or_default());
        let (countries, workplaces) =
            (self.countries.unwrap_or_default(), self.workplaces.unwrap_or_default());
        bounded("filter.statuses", &statuses)?;
        bounded("filter.teams", &teams)?;
        bounded("filter.countries", &countries)?;
        bounded("filter.workplaces", &workplaces)?;
        let team = |id: &ID| id.parse().map_err(|_| Refusal::invalid("filter.teams", "ids of teams"));
        Ok(Wanted {
            statuses: statuses.into_iter().map(Into::into).collect(),
            teams: teams.iter().map(team).collect::<Result<_, _>>()?,
            countries: countries
                .iter()
                .map(|code| Country::parse("filter.countries", &code.0))
                .collect::<Result<_, _>>()?,
            workplaces: workplaces.into_iter().map(Into::into).collect(),
            title: domain::text::optional_line("filter.title", self.title.as_deref(), 100)?,
        })
    }
}

/// Queries about postings.
#[derive(Debug, Default)]
pub struct PostingQuery;

#[Object]
impl PostingQuery {
    /// A posting. Anyone sees visible ones; staff also those they work on.
    async fn posting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the posting is looked up by.")] by: PostingBy,
    ) -> async_graphql::Result<Option<Posting>> {
        let asking = asking(ctx);
        match by {
            PostingBy::Id(id) => match id.parse() {
                Ok(id) => Ok(asking.load::<PostingById>(id).await?.map(Posting)),
                Err(_) => Ok(None),
            },
            PostingBy::Slug(slug) => {
                let sight = Sight::of(&asking.viewer, asking.now());
                let found = storage::posting::find_by_slug(asking.store(), &sight, &slug).await;
                found.map(|found| found.map(Posting)).map_err(|broken| fault(&broken))
            }
        }
    }

    /// Postings, the newest first. Anyone sees visible ones; staff also those they work on.
    async fn postings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which postings.")] filter: Option<PostingFilter>,
        #[graphql(desc = "How many from the start: 1 to 100, 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries ahead of this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Posting>> {
        let asking = asking(ctx);
        let refused = |refusal: Refusal| bad_argument(&refusal);
        let page = Paging { first, after, last, before }.page().map_err(refused)?;
        let wanted = filter.unwrap_or_default().parse().map_err(refused)?;
        let sight = Sight::of(&asking.viewer, asking.now());
        let part = storage::posting::listed(asking.store(), &sight, &wanted, &page).await;
        let part = part.map_err(|broken| fault(&broken))?;
        Ok(Connection::new(&page, part, |posting| (posting.since(), posting.id.to_string()), Posting))
    }
}
