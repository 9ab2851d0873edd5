//! How hiring goes, in numbers. Every number comes with its definition; docs/reports.md has them on one page.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::application::ApplicationSource;
use super::asking::asking;
use super::error::{bad_argument, fault, optional_id};
use super::feed::FeedChannel;
use super::plan::HiringPlan;
use super::posting::{Posting, PostingById};
use super::scalar::DateTime;
use super::team::{Team, TeamById};
use crate::domain::Refusal;
use crate::domain::policy::report::reports;
use crate::domain::report::{OfferTally, Origin, SourceTally, Spread, StageOfPlan, rate};
use crate::storage::report::{self, FilledSeat, Overdue, Wanted};

/// How many seats a report names.
const SEATS: usize = 100;

/// A count, which cannot pass what a frontend's numbers hold.
fn number(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "minutes are far below 2^52")]
fn hours(minutes: i64) -> f64 {
    minutes as f64 / 60.0
}

fn days(minutes: i64) -> f64 {
    hours(minutes) / 24.0
}

/// How long applications stay in a stage, over the stays that are over.
#[derive(SimpleObject, Debug)]
pub struct TimeInStage {
    /// How many stays are over. An application that came back has several.
    count: i32,
    /// Hours that half of the stays did not exceed.
    median_hours: Option<f64>,
    /// Hours that nine of ten stays did not exceed.
    p90_hours: Option<f64>,
}

impl From<&Spread> for TimeInStage {
    fn from(stays: &Spread) -> Self {
        Self {
            count: number(stays.count()),
            median_hours: stays.percentile(50).map(hours),
            p90_hours: stays.percentile(90).map(hours),
        }
    }
}

/// What became of applications in one stage.
#[derive(SimpleObject, Debug)]
pub struct StageReport {
    /// Key of the stage.
    key: String,
    /// Title of the stage.
    title: String,
    /// How many applications ever came into the stage, each counted once.
    entered: i32,
    /// How many of them ever went on from the stage to a later one, or are hired from it.
    advanced: i32,
    /// `advanced` of `entered`, from 0 to 1; null when none came into the stage.
    conversion: Option<f64>,
    /// How many are in the stage now.
    active: i32,
    /// How many ended in the stage by our decision.
    declined: i32,
    /// How many ended in the stage by the candidate's decision.
    withdrawn: i32,
    /// How long applications stay in the stage.
    time_in_stage: TimeInStage,
}

impl From<StageOfPlan> for StageReport {
    fn from(stage: StageOfPlan) -> Self {
        let tally = stage.tally;
        Self {
            key: stage.key,
            title: stage.title,
            entered: number(tally.entered),
            advanced: number(tally.advanced),
            conversion: rate(tally.advanced, tally.entered),
            active: number(tally.active),
            declined: number(tally.declined),
            withdrawn: number(tally.withdrawn),
            time_in_stage: (&tally.stays).into(),
        }
    }
}

/// What became of applications on their way through one plan.
#[derive(SimpleObject, Debug)]
pub struct FunnelReport {
    /// The plan, in the newest version that any of them follows.
    plan: HiringPlan,
    /// Stages of the plan, in order; those that only older versions have come behind.
    stages: Vec<StageReport>,
}

/// What became of applications from one source.
#[derive(SimpleObject, Debug)]
pub struct SourceReport {
    /// Where they came from.
    source: ApplicationSource,
    /// Feed that led to them, where that is known: the same source is counted for each feed, and once without.
    channel: Option<FeedChannel>,
    /// How many applications came in.
    applications: i32,
    /// How many of them were ever sent an offer.
    reached_offer: i32,
    /// How many of them are hired.
    hired: i32,
    /// `hired` of `applications`, from 0 to 1.
    hire_rate: Option<f64>,
}

impl From<(Origin, SourceTally)> for SourceReport {
    fn from(((source, channel), tally): (Origin, SourceTally)) -> Self {
        Self {
            source: source.into(),
            channel: channel.map(Into::into),
            applications: number(tally.applications),
            reached_offer: number(tally.reached_offer),
            hired: number(tally.hired),
            hire_rate: rate(tally.hired, tally.applications),
        }
    }
}

/// What became of offers that were sent to the applications.
#[derive(SimpleObject, Debug)]
pub struct OfferReport {
    /// How many offers were sent, in whatever number of versions.
    sent: i32,
    /// How many were accepted, those whose hire was undone included.
    accepted: i32,
    /// How many were declined.
    declined: i32,
    /// How many expired.
    expired: i32,
    /// How many were taken back.
    rescinded: i32,
    /// How many wait for the candidate.
    awaiting: i32,
    /// How many of the accepted ones ended in a hire that was undone.
    undone: i32,
    /// `accepted` of those that are over, from 0 to 1; null when none is.
    acceptance_rate: Option<f64>,
}

impl From<OfferTally> for OfferReport {
    fn from(tally: OfferTally) -> Self {
        Self {
            sent: number(tally.sent),
            accepted: number(tally.accepted),
            declined: number(tally.declined),
            expired: number(tally.expired),
            rescinded: number(tally.rescinded),
            awaiting: number(tally.sent.saturating_sub(tally.ended())),
            undone: number(tally.undone),
            acceptance_rate: rate(tally.accepted, tally.ended()),
        }
    }
}

/// A seat that is filled.
#[derive(Debug)]
pub struct FilledOpening(FilledSeat);

/// A seat that is filled.
#[Object]
impl FilledOpening {
    /// Posting of the seat.
    async fn posting(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Posting>> {
        Ok(asking(ctx).load::<PostingById>(self.0.posting).await?.map(Posting))
    }

    /// Team of the seat.
    async fn team(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Team>> {
        Ok(asking(ctx).load::<TeamById>(self.0.team).await?.map(Team))
    }

    /// Timestamp of when the seat was opened.
    async fn opened_at(&self) -> DateTime {
        self.0.opened_at.into()
    }

    /// Timestamp of when the seat was filled: of the acceptance that stands.
    async fn filled_at(&self) -> DateTime {
        self.0.filled_at.into()
    }

    /// Days from the one to the other.
    async fn days(&self) -> f64 {
        days((self.0.filled_at - self.0.opened_at).num_minutes())
    }
}

/// How long it takes to fill a seat, over the seats that are filled now and were filled within the period.
#[derive(SimpleObject, Debug)]
pub struct TimeToFill {
    /// How many seats were filled.
    count: i32,
    /// Days that half of the seats did not exceed.
    median_days: Option<f64>,
    /// Days that nine of ten seats did not exceed.
    p90_days: Option<f64>,
    /// The seats, those filled last first, a hundred at most.
    openings: Vec<FilledOpening>,
}

/// How much is late now, whoever it awaits.
#[derive(SimpleObject, Debug)]
pub struct OverdueReport {
    /// Applications that are in their stage for longer than `PlanStage.slaHours`.
    stalled_applications: i32,
    /// Scorecards that were asked for and are not in.
    scorecards: i32,
    /// Questions that candidates have not answered.
    forms: i32,
}

impl From<Overdue> for OverdueReport {
    fn from(overdue: Overdue) -> Self {
        Self {
            stalled_applications: number(overdue.stalled),
            scorecards: number(overdue.scorecards),
            forms: number(overdue.forms),
        }
    }
}

/// How hiring goes, in numbers: of the applications that came in within the period, whatever became of them until now.
#[derive(SimpleObject, Debug)]
pub struct Report {
    /// How many applications came in.
    applications: i32,
    /// How many of them are hired; a hire that was undone is none.
    hired: i32,
    /// Ways through the stages, one for each plan that they follow.
    funnels: Vec<FunnelReport>,
    /// Sources that they came from.
    sources: Vec<SourceReport>,
    /// Offers to them.
    offers: OfferReport,
    /// How long it took to fill the seats that were filled within the period.
    time_to_fill: TimeToFill,
    /// How much is late now, whenever it came in.
    overdue: OverdueReport,
}

impl From<report::Report> for Report {
    fn from(read: report::Report) -> Self {
        let mut stages = read.stages;
        let funnels = read.plans.into_iter().map(|plan| {
            let of_plan = stages.extract_if(.., |stage| stage.plan.plan == plan.version.plan);
            let stages = of_plan.map(StageReport::from).collect();
            FunnelReport { plan: HiringPlan(plan), stages }
        });
        let funnels = funnels.collect();
        let sources = read.tally.sources.into_iter().map(SourceReport::from).collect();
        let time_to_fill = TimeToFill {
            count: number(read.times.count()),
            median_days: read.times.percentile(50).map(days),
            p90_days: read.times.percentile(90).map(days),
            openings: read.filled.into_iter().take(SEATS).map(FilledOpening).collect(),
        };
        Self {
            applications: number(read.tally.applications),
            hired: number(read.tally.hired),
            funnels,
            sources,
            offers: read.tally.offers.into(),
            time_to_fill,
            overdue: read.overdue.into(),
        }
    }
}

/// What a report is about; every part that is given has to match.
#[derive(InputObject, Debug, Default)]
pub struct ReportFilter {
    /// Id of a posting.
    posting: Option<ID>,
    /// Id of a team: applications that are allotted to it now, and its seats.
    team: Option<ID>,
    /// Beginning of the period.
    from: Option<DateTime>,
    /// End of the period, which is not part of it.
    until: Option<DateTime>,
}

impl ReportFilter {
    fn parse(&self) -> Result<Wanted, Refusal> {
        let (from, until) = (self.from.map(|at| at.0), self.until.map(|at| at.0));
        let posting = optional_id(self.posting.as_ref(), "posting")?;
        Wanted { posting, team: optional_id(self.team.as_ref(), "team")?, from, until }.checked()
    }
}

/// Queries about how hiring goes.
#[derive(Debug, Default)]
pub struct ReportQuery;

#[Object]
impl ReportQuery {
    /// How hiring goes, in numbers, within what the viewer works on; for administrators, recruiters and hiring managers.
    /// docs/reports.md says what each number means; `GET /reports/{name}.csv` gives the same as tables.
    async fn report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the report is about: everything when nothing is said.")] filter: Option<
            ReportFilter,
        >,
    ) -> async_graphql::Result<Option<Report>> {
        let asking = asking(ctx);
        let wanted = filter.unwrap_or_default().parse().map_err(|refusal| bad_argument(&refusal))?;
        let scope = reports(&asking.viewer);
        if scope.is_nothing() {
            return Ok(None);
        }
        let read = report::read(asking.store(), &scope, &wanted, asking.now()).await;
        Ok(Some(read.map_err(|broken| fault(&broken))?.into()))
    }
}
