//! How hiring goes, in numbers: told by the events of applications, one by one, and by nothing else.
//!
//! What each number means stands in docs/reports.md. Nothing here holds a person or an id of one: an application's way is
//! added up and forgotten.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::application::{ApplicationStatus, Source};
use super::event::{EventKind, Fact};
use super::feed::Channel;
use super::id::{OfferId, PlanId};
use super::plan::HiringPlan;
use super::posting::PlanVersion;

text_enum! {
    /// A table of a report.
    Table {
        /// What became of applications in each stage.
        Funnel = "funnel",
        /// Where they came from.
        Sources = "sources",
        /// What became of offers.
        Offers = "offers",
        /// The seats that were filled.
        TimeToFill = "time-to-fill",
        /// How much is late.
        Overdue = "overdue",
    }
}

/// An event, as far as reports listen.
#[derive(Debug, Clone)]
pub struct Told {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: DateTime<Utc>,
    /// The offer it concerns.
    pub offer: Option<OfferId>,
    /// The rest, named.
    pub facts: Vec<(String, Fact)>,
}

impl Told {
    fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|(known, _)| known == name).map(|(_, fact)| fact)
    }

    /// The fact of this name, as what it is an id, a state or a code of.
    #[must_use]
    pub fn word<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        match self.fact(name)? {
            Fact::Word(word) => word.parse().ok(),
            Fact::Count(_) => None,
        }
    }

    /// The count of this name.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<i32> {
        match self.fact(name)? {
            Fact::Count(count) => i32::try_from(*count).ok(),
            Fact::Word(_) => None,
        }
    }
}

/// How lengths of time are spread, to the minute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    minutes: BTreeMap<i64, u64>,
    count: u64,
}

impl Spread {
    /// Adds the time between two instants.
    pub fn add(&mut self, from: DateTime<Utc>, until: DateTime<Utc>) {
        *self.minutes.entry((until - from).num_minutes()).or_default() += 1;
        self.count += 1;
    }

    fn join(&mut self, other: Self) {
        for (minutes, count) in other.minutes {
            *self.minutes.entry(minutes).or_default() += count;
        }
        self.count += other.count;
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The shortest time, in minutes, that at least so many in a hundred do not exceed (the nearest rank).
    #[must_use]
    pub fn percentile(&self, percent: u64) -> Option<i64> {
        let rank = (self.count * percent).div_ceil(100);
        let mut so_far = 0;
        self.minutes.iter().find_map(|(minutes, count)| {
            so_far += count;
            (so_far >= rank.max(1)).then_some(*minutes)
        })
    }
}

/// A part of a whole, from 0 to 1; none of nothing.
#[must_use]
pub fn rate(part: u64, whole: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What became of applications in one stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StageTally {
    /// How many ever came into it.
    pub entered: u64,
    /// How many of them ever went on from it, or are hired from it.
    pub advanced: u64,
    /// How many are in it now.
    pub active: u64,
    /// How many were declined in it.
    pub declined: u64,
    /// How many withdrew in it.
    pub withdrawn: u64,
    /// How long each stay that is over took.
    pub stays: Spread,
}

impl StageTally {
    fn join(&mut self, other: Self) {
        self.entered += other.entered;
        self.advanced += other.advanced;
        self.active += other.active;
        self.declined += other.declined;
        self.withdrawn += other.withdrawn;
        self.stays.join(other.stays);
    }
}

/// Where an application came from, and by which feed if that is known.
pub type Origin = (Source, Option<Channel>);

/// What became of applications from one source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SourceTally {
    /// How many came in.
    pub applications: u64,
    /// How many of them were ever sent an offer.
    pub reached_offer: u64,
    /// How many of them are hired.
    pub hired: u64,
}

/// What became of offers that were sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OfferTally {
    /// How many were sent, in whatever number of versions.
    pub sent: u64,
    /// How many were accepted, those whose hire was undone included.
    pub accepted: u64,
    /// How many were declined.
    pub declined: u64,
    /// How many expired.
    pub expired: u64,
    /// How many were taken back.
    pub rescinded: u64,
    /// How many of the accepted ones ended in a hire that was undone.
    pub undone: u64,
}

impl OfferTally {
    /// How many are over.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.accepted + self.declined + self.expired + self.rescinded
    }
}

/// What became of applications.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many there are.
    pub applications: u64,
    /// How many of them are hired.
    pub hired: u64,
    /// By where they came from.
    pub sources: BTreeMap<Origin, SourceTally>,
    /// The offers to them.
    pub offers: OfferTally,
    stages: BTreeMap<Place, StageTally>,
}

/// One stage of a plan, over all versions of the plan that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageOfPlan {
    /// The newest of those versions.
    pub plan: PlanVersion,
    /// The stage's key.
    pub key: String,
    /// What people call it there.
    pub title: String,
    /// What became of applications in it.
    pub tally: StageTally,
}

impl Tally {
    /// The versions of plans that the applications go through.
    #[must_use]
    pub fn plans(&self) -> Vec<PlanVersion> {
        let versions: BTreeSet<_> = self.stages.keys().map(|(plan, number, _)| (*plan, *number)).collect();
        versions.into_iter().map(|(plan, number)| PlanVersion { plan, number }).collect()
    }

    /// The stages of these versions, plan by plan, as the newest version has them in order; stages that only older ones
    /// have come behind.
    #[must_use]
    pub fn stages(&self, mut plans: Vec<HiringPlan>) -> Vec<StageOfPlan> {
        plans.sort_by_key(|plan| (plan.version.plan, std::cmp::Reverse(plan.version.number)));
        let mut stages: Vec<StageOfPlan> = Vec::new();
        for plan in plans {
            let PlanVersion { plan: id, number } = plan.version;
            for (place, stage) in (0..).zip(plan.stages) {
                let tally = self.stages.get(&(id, number, place)).cloned().unwrap_or_default();
                match stages.iter_mut().find(|known| known.plan.plan == id && known.key == stage.key) {
                    Some(known) => known.tally.join(tally),
                    None => stages.push(StageOfPlan {
                        plan: plan.version,
                        key: stage.key,
                        title: stage.title,
                        tally,
                    }),
                }
            }
        }
        stages
    }
}

/// A stage, counted from 0, of a version of a plan.
type Place = (PlanId, i32, i32);

/// The place that an event names, if it names one.
fn place(told: &Told, stage: &str) -> Option<Place> {
    Some((told.word("plan")?, told.count("planVersion")?, told.count(stage)?))
}

/// One application's way, as far as it was told.
#[derive(Debug, Clone)]
pub struct Way {
    origin: Origin,
    status: ApplicationStatus,
    at: Place,
    /// Since when it is there; not while it has ended.
    since: DateTime<Utc>,
    entered: BTreeSet<Place>,
    advanced: BTreeSet<Place>,
    stays: Vec<(Place, DateTime<Utc>, DateTime<Utc>)>,
    offers: BTreeMap<OfferId, EventKind>,
    undone: u64,
}

impl Way {
    /// An application whose first event this is; none when it is no submission.
    #[must_use]
    pub fn begin(told: &Told) -> Option<Self> {
        if told.kind != EventKind::ApplicationSubmitted {
            return None;
        }
        let at = place(told, "stage")?;
        Some(Self {
            origin: (told.word("source")?, told.word("channel")),
            status: ApplicationStatus::Active,
            at,
            since: told.at,
            entered: BTreeSet::from([at]),
            advanced: BTreeSet::new(),
            stays: Vec::new(),
            offers: BTreeMap::new(),
            undone: 0,
        })
    }

    /// Goes on as told.
    pub fn hear(&mut self, told: &Told) {
        match told.kind {
            EventKind::ApplicationAdvanced | EventKind::ApplicationReturned => {
                let (plan, number, _) = self.at;
                self.moves(told, told.count("to").map(|to| (plan, number, to)));
            }
            EventKind::ApplicationTransferred => self.moves(told, place(told, "stage")),
            EventKind::ApplicationDeclined => self.ends(ApplicationStatus::Declined, told.at),
            EventKind::ApplicationWithdrawn => self.ends(ApplicationStatus::Withdrawn, told.at),
            EventKind::ApplicationHired => self.ends(ApplicationStatus::Hired, told.at),
            EventKind::ApplicationReinstated | EventKind::ApplicationHireUndone => {
                self.status = ApplicationStatus::Active;
                self.since = told.at;
            }
            EventKind::OfferUndone => self.undone += 1,
            EventKind::OfferSent
            | EventKind::OfferAccepted
            | EventKind::OfferDeclined
            | EventKind::OfferExpired
            | EventKind::OfferRescinded => self.offers.extend(told.offer.map(|offer| (offer, told.kind))),
            _ => {}
        }
    }

    fn moves(&mut self, told: &Told, to: Option<Place>) {
        let Some(to) = to else { return };
        self.leaves(told.at);
        if told.kind == EventKind::ApplicationAdvanced {
            self.advanced.insert(self.at);
        }
        (self.at, self.since) = (to, told.at);
        self.entered.insert(to);
    }

    /// One that was declined may still be withdrawn by a candidate who is not told yet; it left its stage before.
    fn ends(&mut self, status: ApplicationStatus, at: DateTime<Utc>) {
        if self.status == ApplicationStatus::Active {
            self.leaves(at);
        }
        self.status = status;
    }

    fn leaves(&mut self, at: DateTime<Utc>) {
        self.stays.push((self.at, self.since, at));
    }

    /// Adds what became of it.
    pub fn add_to(self, tally: &mut Tally) {
        let hired = u64::from(self.status == ApplicationStatus::Hired);
        tally.applications += 1;
        tally.hired += hired;
        let source = tally.sources.entry(self.origin).or_default();
        source.applications += 1;
        source.reached_offer += u64::from(!self.offers.is_empty());
        source.hired += hired;
        tally.offers.undone += self.undone;
        for kind in self.offers.values() {
            let offers = &mut tally.offers;
            offers.sent += 1;
            match kind {
                EventKind::OfferAccepted => offers.accepted += 1,
                EventKind::OfferDeclined => offers.declined += 1,
                EventKind::OfferExpired => offers.expired += 1,
                EventKind::OfferRescinded => offers.rescinded += 1,
                _ => {}
            }
        }
        self.add_stages_to(tally);
    }

    fn add_stages_to(self, tally: &mut Tally) {
        let mut stage =
            |place: Place, add: &dyn Fn(&mut StageTally)| add(tally.stages.entry(place).or_default());
        let mut advanced = self.advanced;
        match self.status {
            ApplicationStatus::Active => stage(self.at, &|tally| tally.active += 1),
            ApplicationStatus::Declined => stage(self.at, &|tally| tally.declined += 1),
            ApplicationStatus::Withdrawn => stage(self.at, &|tally| tally.withdrawn += 1),
            ApplicationStatus::Hired => _ = advanced.insert(self.at),
        }
        for place in self.entered {
            stage(place, &|tally| tally.entered += 1);
        }
        for place in advanced {
            stage(place, &|tally| tally.advanced += 1);
        }
        for (place, from, until) in self.stays {
            stage(place, &|tally| tally.stays.add(from, until));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let mut spread = Spread::default();
        assert_eq!(spread.percentile(50), None);
        for minutes in [1, 2, 3, 4, 5, 6, 7, 8, 9, 60] {
            spread.add(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes));
        }
        assert_eq!((spread.percentile(50), spread.percentile(90)), (Some(5), Some(9)));
        assert_eq!((spread.percentile(91), spread.percentile(0)), (Some(60), Some(1)));
    }

    #[test]
    fn a_rate_of_nothing_is_none() {
        assert_eq!((rate(0, 0), rate(1, 4)), (None, Some(0.25)));
    }
}
