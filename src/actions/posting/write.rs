//! What a posting says, who it hires for, and by which plan.

use chrono::{DateTime, Utc};

use super::{editable, save, vacancies};
use crate::actions::Act;
use crate::domain::Refusal;
use crate::domain::clock::Chance;
use crate::domain::country::Country;
use crate::domain::event::{Change, EventKind};
use crate::domain::id::{PlanId, PostingId, PostingTeamId, TeamId, UserId};
use crate::domain::money::PayRange;
use crate::domain::opening::{OpeningKind, Openings, adjust};
use crate::domain::place::{Location, Workplace};
use crate::domain::policy::posting::may_create;
use crate::domain::posting::{
    Content, EmploymentType, PlanVersion, Posting, PostingStatus, Reading, Requirement, Section, slug,
};
use crate::domain::question::Question;
use crate::domain::team::PostingTeam;
use crate::storage::posting::Sight;
use crate::storage::{Failure, Tx, plan, posting, posting_team, team, user};

/// A team a posting hires for. Its rank is its place in the list, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamEntry {
    /// The team.
    pub team: TeamId,
    /// Who manages those hired into it.
    pub manager: Option<UserId>,
}

/// A team a new posting hires for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewTeam {
    /// The team.
    pub entry: TeamEntry,
    /// With how many open seats.
    pub vacancies: u32,
}

/// A posting to be drafted.
#[derive(Debug, Clone)]
pub struct Create {
    /// What it says.
    pub content: Content,
    /// Whether it is shown to everyone while open.
    pub listed: bool,
    /// The plan its applications follow, in its newest version.
    pub plan: PlanId,
    /// The hiring manager of those not yet allotted.
    pub lead: Option<UserId>,
    /// Its deadline.
    pub expires_at: Option<DateTime<Utc>>,
    /// The teams it hires for, in their order.
    pub teams: Vec<NewTeam>,
}

/// What is to change of a posting; what is `None` stays. Of an `Option` in it, `None` takes the value away.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Its title; the slug follows, and the old one still finds it.
    pub title: Option<String>,
    /// Its text.
    pub sections: Option<Vec<Section>>,
    /// What is needed.
    pub requirements: Option<Vec<Requirement>>,
    /// What to read beside it.
    pub links: Option<Vec<Reading>>,
    /// Where the job is done.
    pub locations: Option<Vec<Location>>,
    /// Where somebody may work from.
    pub remote_countries: Option<Vec<Country>>,
    /// What else is said about the place.
    pub place_labels: Option<Vec<String>>,
    /// How much is done at a location.
    pub workplace: Option<Workplace>,
    /// The kind of employment.
    pub employment_type: Option<EmploymentType>,
    /// The pay.
    pub pay_ranges: Option<Vec<PayRange>>,
    /// What new applicants are asked.
    pub questions: Option<Vec<Question>>,
    /// Whether it is shown to everyone while open.
    pub listed: Option<bool>,
    /// The plan new applications follow, in its newest version.
    pub plan: Option<PlanId>,
    /// The hiring manager of those not yet allotted.
    pub lead: Option<Option<UserId>>,
    /// Its deadline.
    pub expires_at: Option<Option<DateTime<Utc>>>,
    /// All teams it hires for, in their order.
    pub teams: Option<Vec<TeamEntry>>,
}

impl Changes {
    /// The names of what is to change, for the event.
    fn fields(&self) -> Vec<&'static str> {
        let said = [
            ("title", self.title.is_some()),
            ("sections", self.sections.is_some()),
            ("requirements", self.requirements.is_some()),
            ("links", self.links.is_some()),
            ("locations", self.locations.is_some()),
            ("remoteCountries", self.remote_countries.is_some()),
            ("placeLabels", self.place_labels.is_some()),
            ("workplace", self.workplace.is_some()),
            ("employmentType", self.employment_type.is_some()),
            ("payRanges", self.pay_ranges.is_some()),
            ("questions", self.questions.is_some()),
            ("listed", self.listed.is_some()),
            ("plan", self.plan.is_some()),
            ("lead", self.lead.is_some()),
            ("expiresAt", self.expires_at.is_some()),
            ("teams", self.teams.is_some()),
        ];
        said.into_iter().filter_map(|(name, given)| given.then_some(name)).collect()
    }

    /// What the posting says with these changes, unchecked.
    fn content(&self, before: &Content) -> Content {
        fn or<T: Clone>(given: Option<&T>, before: &T) -> T {
            given.unwrap_or(before).clone()
        }
        Content {
            title: or(self.title.as_ref(), &before.title),
            sections: or(self.sections.as_ref(), &before.sections),
            requirements: or(self.requirements.as_ref(), &before.requirements),
            links: or(self.links.as_ref(), &before.links),
            locations: or(self.locations.as_ref(), &before.locations),
            remote_countries: or(self.remote_countries.as_ref(), &before.remote_countries),
            place_labels: or(self.place_labels.as_ref(), &before.place_labels),
            workplace: self.workplace.unwrap_or(before.workplace),
            employment_type: self.employment_type.unwrap_or(before.employment_type),
            pay_ranges: or(self.pay_ranges.as_ref(), &before.pay_ranges),
            questions: or(self.questions.as_ref(), &before.questions),
        }
    }
}

/// Drafts a posting.
///
/// # Errors
/// `FORBIDDEN`, `REQUIRED` or `INVALID` on every field at fault, `NOT_FOUND` for a plan, team or user.
pub async fn create(act: Act<'_>, input: Create) -> Result<Posting, Failure> {
    may_create(act.viewer)?;
    let change = &act.change();
    let content = input.content.checked(&[], act.chance)?;
    let entries: Vec<TeamEntry> = input.teams.iter().map(|new| new.entry).collect();
    named_once(&entries)?;
    let mut seats = Vec::with_capacity(entries.len());
    for (place, new) in input.teams.iter().enumerate() {
        seats.push(adjust(Openings::default(), &format!("teams.{place}.vacancies"), new.vacancies)?);
    }
    let id = posting::free_id(act.store, change.at, act.chance).await?;
    let draft = &Posting {
        id,
        slug: slug(&content.title, id),
        status: PostingStatus::Draft,
        listed: input.listed,
        content,
        // Its number is looked up below.
        plan: PlanVersion { plan: input.plan, number: 0 },
        lead: input.lead,
        published_at: None,
        reopened_at: None,
        apply_url: None,
        expires_at: input.expires_at,
        close_reason: None,
        created_at: change.at,
        updated_at: change.at,
        revision: 1,
    };
    let (seats, entries) = (&seats, &entries);
    let work = |tx: Tx| async move {
        let draft = Posting { plan: newest(&tx, draft.plan.plan).await?, ..draft.clone() };
        known_people(&tx, draft.lead, entries).await?;
        posting::insert(&tx, &draft).await?;
        let placed = place_teams(&tx, act, change, draft.id, entries).await?;
        for (team, seats) in placed.iter().zip(seats) {
            vacancies::adjusted(&tx, act, change, team, OpeningKind::New, *seats).await?;
        }
        tx.record(super::moved(change, EventKind::PostingCreated, &draft).posting(draft.id));
        Ok(draft)
    };
    act.store.write(work).await
}

/// Changes what a posting says and whom it hires for. A published posting stays where anyone can find it.
///
/// # Errors
/// As [`create`], `STALE`, `POSTING_STATUS` once archived, `PLACE_MISSING` for an open posting that would lose its place, or
/// `TEAM_IN_USE` for a team that would leave it with seats or applications.
pub async fn update(
    act: Act<'_>,
    id: PostingId,
    expected_revision: Option<i32>,
    changes: Changes,
) -> Result<Posting, Failure> {
    let (change, changes) = (&act.change(), &changes);
    named_once(changes.teams.as_deref().unwrap_or_default())?;
    let work = |tx: Tx| async move {
        let before = editable(&tx, act.viewer, id, expected_revision, change).await?;
        before.may_change()?;
        let fields = changes.fields();
        if fields.is_empty() {
            return Ok(before);
        }
        let after = changed(&tx, act.chance, &before, changes, change.at).await?;
        if let Some(entries) = &changes.teams {
            place_teams(&tx, act, change, id, entries).await?;
        }
        let event = change.event(EventKind::PostingUpdated).word("fields", fields.join(","));
        save(&tx, change, &before, after, event).await
    };
    act.store.write(work).await
}

async fn changed(
    tx: &Tx,
    chance: &dyn Chance,
    before: &Posting,
    changes: &Changes,
    now: DateTime<Utc>,
) -> Result<Posting, Failure> {
    let content = changes.content(&before.content).checked(&before.content.locations, chance)?;
    if before.status == PostingStatus::Open {
        content.has_place()?;
    }
    let lead = changes.lead.unwrap_or(before.lead);
    known_people(tx, lead, changes.teams.as_deref().unwrap_or_default()).await?;
    let plan = match changes.plan {
        Some(id) => newest(tx, id).await?,
        None => before.plan,
    };
    Ok(Posting {
        slug: slug(&content.title, before.id),
        listed: changes.listed.unwrap_or(before.listed),
        content,
        plan,
        lead,
        expires_at: changes.expires_at.unwrap_or(before.expires_at),
        updated_at: now,
        ..before.clone()
    })
}

fn named_once(entries: &[TeamEntry]) -> Result<(), Refusal> {
    for (place, entry) in entries.iter().enumerate() {
        if entries[..place].iter().any(|earlier| earlier.team == entry.team) {
            return Err(Refusal::invalid(&format!("teams.{place}.teamId"), "each team once"));
        }
    }
    Ok(())
}

async fn newest(tx: &Tx, id: PlanId) -> Result<PlanVersion, Failure> {
    Ok(plan::find(tx, id).await?.ok_or(Refusal::NotFound("plan"))?.plan.version)
}

/// # Errors
/// `NOT_FOUND` unless all whom a posting names are users.
async fn known_people(tx: &Tx, lead: Option<UserId>, entries: &[TeamEntry]) -> Result<(), Failure> {
    let named: Vec<UserId> = entries.iter().filter_map(|entry| entry.manager).chain(lead).collect();
    let known = user::of(tx, &named).await?;
    if named.iter().all(|id| known.contains_key(id)) {
        return Ok(());
    }
    Err(Refusal::NotFound("user").into())
}

/// Makes these the posting's teams, in this order.
pub(in crate::actions) async fn place_teams(
    tx: &Tx,
    act: Act<'_>,
    change: &Change,
    posting: PostingId,
    entries: &[TeamEntry],
) -> Result<Vec<PostingTeam>, Failure> {
    let ids: Vec<TeamId> = entries.iter().map(|entry| entry.team).collect();
    if team::of(tx, &Sight::of(act.viewer, change.at), &ids).await?.len() != ids.len() {
        return Err(Refusal::NotFound("team").into());
    }
    let before = posting_team::of_posting(tx, posting).await?;
    for gone in before.iter().filter(|known| !ids.contains(&known.team)) {
        if !posting_team::remove(tx, gone.id).await? {
            return Err(Refusal::TeamInUse.into());
        }
    }
    let mut placed = Vec::with_capacity(entries.len());
    for (rank, entry) in (1..).zip(entries) {
        let known = before.iter().find(|known| known.team == entry.team);
        let id = known.map_or_else(|| PostingTeamId::new(change.at, act.chance), |known| known.id);
        let team = PostingTeam { id, posting, team: entry.team, rank, manager: entry.manager };
        match known {
            Some(known) if *known == team => {}
            Some(_) => posting_team::save(tx, &team).await?,
            None => posting_team::insert(tx, &team).await?,
        }
        placed.push(team);
    }
    Ok(placed)
}
