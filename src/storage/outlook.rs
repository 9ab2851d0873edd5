//! What candidates are told of their applications, read together: the same statements for one application and for many.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use chrono::{DateTime, Utc};

use super::application::seen_by;
use super::plan::Made;
use super::posting::Sight;
use super::source::Source;
use super::{
    Fault, advertised, allotment, form, interview, offer, plan, posting, reference, reference_request, slot,
    step,
};
use crate::domain::application::Application;
use crate::domain::feed::Advertised;
use crate::domain::form::Form;
use crate::domain::id::{ApplicationId, PostingId, SlotsId, StepId, TeamId};
use crate::domain::interview::Interview;
use crate::domain::offer::Offer;
use crate::domain::outlook::{Facts, Outlook};
use crate::domain::plan::StepKind;
use crate::domain::policy::Scope;
use crate::domain::policy::application::{Outlooks, answers, applications, choices, requests};
use crate::domain::policy::offer::offers;
use crate::domain::posting::PlanVersion;
use crate::domain::reference_request::ReferenceRequest;
use crate::domain::slot::{Slot, Slots};
use crate::domain::step::{ApplicationStep, StepState};
use crate::domain::user::User;
use crate::domain::viewer::Viewer;

/// What the candidate is told of this application now, if the scope reaches it.
pub async fn find(
    db: &impl Source,
    scope: &Scope<Outlooks>,
    id: ApplicationId,
    now: DateTime<Utc>,
) -> Result<Option<Outlook>, Fault> {
    Ok(of_applications(db, scope, &[id], now).await?.remove(&id))
}

/// What the candidates are told of those of these applications that the scope reaches.
///
/// The right to an outlook is a right of its own: what is told in it is read whatever else its reader may read.
pub async fn of_applications(
    db: &impl Source,
    scope: &Scope<Outlooks>,
    ids: &[ApplicationId],
    now: DateTime<Utc>,
) -> Result<HashMap<ApplicationId, Outlook>, Fault> {
    let found = seen_by(db, scope, ids).await?;
    let mut read = Read::of(db, &found, now).await?;
    let outlook = |application: Application| Ok((application.id, read.outlook(application, now)?));
    found.into_iter().map(outlook).collect()
}

/// What was read of all the applications.
struct Read {
    plans: HashMap<PlanVersion, Made>,
    postings: HashMap<PostingId, Advertised>,
    steps: HashMap<ApplicationId, Vec<ApplicationStep>>,
    happened: HashSet<StepId>,
    preferred: HashMap<ApplicationId, Vec<TeamId>>,
    offers: HashMap<ApplicationId, Vec<Offer>>,
    meetings: HashMap<ApplicationId, Vec<(Interview, Vec<User>)>>,
    asked: Asked,
}

/// What is asked in steps.
struct Asked {
    forms: HashMap<StepId, Vec<Form>>,
    requests: HashMap<StepId, ReferenceRequest>,
    named: HashMap<StepId, usize>,
    slots: HashMap<StepId, Vec<Slots>>,
    times: HashMap<SlotsId, Vec<Slot>>,
}

impl Read {
    async fn of(db: &impl Source, found: &[Application], now: DateTime<Utc>) -> Result<Self, Fault> {
        let all = &applications(&Viewer::System);
        let ids: Vec<_> = found.iter().map(|application| application.id).collect();
        let versions = distinct(found.iter().map(|application| application.plan));
        let postings = distinct(found.iter().map(|application| application.posting));
        // Whatever became of the posting, its candidates may know what it was called.
        let postings = posting::of(db, &Sight::of(&Viewer::System, now), &postings).await?;
        let postings = advertised::with_teams(db, postings.into_values().collect()).await?;
        let steps = step::of_applications(db, all, &ids).await?;
        let offers = offer::of_applications(db, &offers(&Viewer::System), &ids).await?;
        Ok(Self {
            plans: plan::of(db, &versions).await?,
            postings: postings.into_iter().map(|job| (job.posting.id, job)).collect(),
            asked: Asked::of(db, steps.values().flatten()).await?,
            happened: happened(db, found, &steps, now).await?,
            steps,
            preferred: allotment::preferred(db, all, &ids).await?,
            offers: grouped(offers.into_iter().map(|offer| (offer.application, offer))),
            meetings: meetings(db, &ids).await?,
        })
    }

    fn outlook(&mut self, application: Application, now: DateTime<Utc>) -> Result<Outlook, Fault> {
        let (id, version) = (application.id, application.plan);
        let job = self.postings.get(&application.posting);
        let job = job.ok_or_else(|| Fault::missing("posting", application.posting))?;
        let plan = self.plans.get(&version).ok_or_else(|| Fault::missing("plan", version.plan))?;
        let steps = self.steps.remove(&id).unwrap_or_default();
        let facts = Facts {
            title: job.posting.content.title.clone(),
            plan: &plan.plan,
            forms: steps.iter().filter_map(|step| self.asked.form(step.id)).collect(),
            requests: steps.iter().filter_map(|step| self.asked.request(step.id)).collect(),
            slots: steps.iter().filter_map(|step| self.asked.slots(step.id)).collect(),
            steps,
            happened: &self.happened,
            meetings: self.meetings.remove(&id).unwrap_or_default(),
            offers: self.offers.remove(&id).unwrap_or_default(),
            teams: job.teams.clone(),
            preferred: self.preferred.remove(&id).unwrap_or_default(),
        };
        Ok(Outlook::of(application, facts, now))
    }
}

impl Asked {
    /// What is asked in those of the steps in which something can be.
    async fn of(
        db: &impl Source,
        steps: impl Iterator<Item = &ApplicationStep> + Clone + Send,
    ) -> Result<Self, Fault> {
        let of = |kinds: &[StepKind], state: StepState| -> Vec<StepId> {
            let like = steps.clone().filter(|step| kinds.contains(&step.kind) && step.state == state);
            like.map(|step| step.id).collect()
        };
        let (questions, naming, meeting) = (
            of(&[StepKind::Form, StepKind::Task], StepState::Requested),
            of(&[StepKind::Reference], StepState::Requested),
            of(&[StepKind::Interview], StepState::Pending),
        );
        let own = &requests(&Viewer::System);
        let named = reference::mentions(db, own, &naming).await?;
        let slots = slot::of_steps(db, &choices(&Viewer::System), &meeting).await?;
        let newest: Vec<_> = slots.values().filter_map(|slots| slots.first()).map(|slots| slots.id).collect();
        Ok(Self {
            forms: form::of_steps(db, &answers(&Viewer::System), &questions).await?,
            requests: reference_request::of_steps(db, own, &naming).await?,
            named: named.into_iter().map(|(step, people)| (step, people.len())).collect(),
            times: slot::times(db, &newest).await?,
            slots,
        })
    }

    fn form(&mut self, step: StepId) -> Option<Form> {
        self.forms.remove(&step)?.into_iter().next()
    }

    fn request(&mut self, step: StepId) -> Option<(ReferenceRequest, usize)> {
        let named = self.named.get(&step).copied().unwrap_or_default();
        Some((self.requests.remove(&step)?, named))
    }

    fn slots(&mut self, step: StepId) -> Option<(Slots, Vec<Slot>)> {
        let slots = self.slots.remove(&step)?.into_iter().next()?;
        let times = self.times.remove(&slots.id).unwrap_or_default();
        Some((slots, times))
    }
}

/// What took place in steps that ended with an application whose end its candidate does not know of yet.
async fn happened(
    db: &impl Source,
    found: &[Application],
    steps: &HashMap<ApplicationId, Vec<ApplicationStep>>,
    now: DateTime<Utc>,
) -> Result<HashSet<StepId>, Fault> {
    let untold = found.iter().filter(|application| application.is_untold(now));
    let steps = untold.filter_map(|application| steps.get(&application.id)).flatten();
    let ended = steps.filter(|step| step.state == StepState::Cancelled);
    let ended: Vec<_> = ended.map(|step| step.id).collect();
    if ended.is_empty() { Ok(HashSet::new()) } else { step::happened(db, &ended).await }
}

/// The meetings that are set, and who comes. What is told of them is in the invitation too.
async fn meetings(
    db: &impl Source,
    ids: &[ApplicationId],
) -> Result<HashMap<ApplicationId, Vec<(Interview, Vec<User>)>>, Fault> {
    let set = interview::scheduled_of(db, ids).await?;
    let met: Vec<_> = set.iter().map(|interview| interview.id).collect();
    let mut hosts = interview::hosts(db, &met).await?;
    let with_hosts = |interview: Interview| {
        let hosts = hosts.remove(&interview.id).unwrap_or_default();
        (interview.application, (interview, hosts))
    };
    Ok(grouped(set.into_iter().map(with_hosts)))
}

fn grouped<K: Hash + Eq, V>(rows: impl Iterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut found: HashMap<K, Vec<V>> = HashMap::new();
    for (key, row) in rows {
        found.entry(key).or_default().push(row);
    }
    found
}

fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for one in all {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}
