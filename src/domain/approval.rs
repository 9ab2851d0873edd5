//! Who approves an offer: groups, one after another, of whom enough have to say yes to exactly the same terms.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::Refusal;
use super::faults::Faults;
use super::id::{ApprovalId, ApprovalRequestId, OfferId, UserId};
use super::offer::Decision;
use super::terms::TermsHash;
use super::text;

/// The most groups of a chain, and the most people of a group.
pub const MOST: usize = 10;

/// How long an approver has before they are reminded.
pub const REMINDED_AFTER: Duration = Duration::hours(24);

/// People of whom some have to approve; the groups of a plan are asked in their order. A plan without groups asks nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalGroup {
    /// What people call it.
    pub title: String,
    /// How many of them have to say yes.
    pub needed: i32,
    /// Who they are; whoever submits an offer names them where it is empty.
    pub approvers: Vec<UserId>,
}

impl ApprovalGroup {
    /// One approver, whom whoever submits the offer names.
    #[must_use]
    pub fn one() -> Self {
        Self { title: "Approval".to_owned(), needed: 1, approvers: Vec::new() }
    }
}

text_enum! {
    /// The word for what a plan's groups amount to.
    ApprovalRule {
        /// Nobody approves; the event says so.
        None = "none",
        /// One approver, named on submission.
        One = "one",
        /// Groups of approvers, one after another.
        Chain = "chain",
    }
}

/// The word for these groups.
#[must_use]
pub fn rule(groups: &[ApprovalGroup]) -> ApprovalRule {
    match groups {
        [] => ApprovalRule::None,
        [group] if *group == ApprovalGroup::one() => ApprovalRule::One,
        _ => ApprovalRule::Chain,
    }
}

/// A plan's groups, checked, apart from whether their people may approve.
///
/// # Errors
/// `REQUIRED` or `INVALID` on each part of `approvalGroups` at fault.
pub fn checked(groups: Vec<ApprovalGroup>) -> Result<Vec<ApprovalGroup>, Refusal> {
    let mut faults = Faults::default();
    faults.most("approvalGroups", &groups, MOST);
    let checked = groups.into_iter().enumerate().map(|(place, group)| {
        let field = |name: &str| format!("approvalGroups.{place}.{name}");
        faults.most(&field("approverIds"), &group.approvers, MOST);
        faults.twice(&group.approvers, |at| field(&format!("approverIds.{at}")), "each person once");
        let most = if group.approvers.is_empty() { MOST } else { group.approvers.len() };
        if !usize::try_from(group.needed).is_ok_and(|needed| (1..=most).contains(&needed)) {
            faults.push(Refusal::invalid(
                &field("needed"),
                &format!("from 1 to {most}, the people of the group"),
            ));
        }
        ApprovalGroup { title: faults.keep(text::line(&field("title"), &group.title, 80)), ..group }
    });
    let checked = checked.collect();
    faults.end()?;
    Ok(checked)
}

/// A plan's groups with everybody in them: `named` are the people of those groups of the plan that name nobody, in their order.
/// Where the plan asks nobody, it does not matter who is named.
///
/// # Errors
/// `APPROVER_REQUIRED` when a group lacks people or all of them is whoever drafted the offer; `INVALID` on `approverIds` for
/// more groups than there are to fill, more people than a group may have, or somebody twice.
pub fn filled(
    groups: &[ApprovalGroup],
    named: Vec<Vec<UserId>>,
    drafter: UserId,
) -> Result<Vec<ApprovalGroup>, Refusal> {
    let open = groups.iter().filter(|group| group.approvers.is_empty()).count();
    if named.len() > open && !groups.is_empty() {
        let expected = format!("the approvers of {open} groups: the others' are named by the plan");
        return Err(Refusal::invalid("approverIds", &expected));
    }
    for (place, people) in named.iter().enumerate() {
        let mut faults = Faults::default();
        faults.most(&format!("approverIds.{place}"), people, MOST);
        faults.twice(people, |at| format!("approverIds.{place}.{at}"), "each person once");
        faults.end()?;
    }
    let mut named = named.into_iter();
    let filled: Vec<_> = groups
        .iter()
        .map(|group| {
            let of_plan = !group.approvers.is_empty();
            let approvers = if of_plan { group.approvers.clone() } else { named.next().unwrap_or_default() };
            ApprovalGroup { approvers, ..group.clone() }
        })
        .collect();
    let lacks = |group: &ApprovalGroup| group.approvers.len() < usize::try_from(group.needed).unwrap_or(MOST);
    let somebody_else = filled.iter().flat_map(|group| &group.approvers).any(|asked| *asked != drafter);
    if filled.iter().any(lacks) || (!filled.is_empty() && !somebody_else) {
        return Err(Refusal::ApproverRequired);
    }
    Ok(filled)
}

/// A decision on one version's terms: kept for good, also when the terms changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// On which offer.
    pub offer: OfferId,
    /// On which version.
    pub version: i32,
    /// By whom.
    pub approver: UserId,
    /// What was decided.
    pub decision: Decision,
    /// On exactly these terms.
    pub terms_hash: TermsHash,
    /// Why, when rejected.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

text_enum! {
    /// How it stands with one approver who is, or was, to decide on a version.
    RequestState {
        /// An earlier group is asked first.
        Waiting = "waiting",
        /// It is their turn.
        Asked = "asked",
        /// They said yes.
        Approved = "approved",
        /// They said no.
        Rejected = "rejected",
        /// Somebody else decides in their place.
        Delegated = "delegated",
        /// Their word is not needed any more: enough others gave theirs, or what they were asked about is void.
        Released = "released",
    }
}

/// One approver who is, or was, to decide on a version of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRequest {
    /// Its id.
    pub id: ApprovalRequestId,
    /// Of which offer.
    pub offer: OfferId,
    /// Of which version.
    pub version: i32,
    /// How often the version was submitted by then.
    pub round: i32,
    /// Which group of the chain, from 0.
    pub position: i32,
    /// What the group is called.
    pub title: String,
    /// How many of the group have to say yes.
    pub needed: i32,
    /// Who decides.
    pub approver: UserId,
    /// How it stands.
    pub state: RequestState,
    /// When their turn came.
    pub asked_at: Option<DateTime<Utc>>,
    /// When they were reminded.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When it was decided, handed on, or not needed any more.
    pub ended_at: Option<DateTime<Utc>>,
    /// In whose place they decide.
    pub in_place_of: Option<UserId>,
}

impl ApprovalRequest {
    /// Whether a word of theirs may still be wanted.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, RequestState::Waiting | RequestState::Asked)
    }

    fn end(&mut self, state: RequestState, at: DateTime<Utc>) {
        (self.state, self.ended_at) = (state, Some(at));
    }
}

/// The chain of one version: everybody who is, or was, to decide on its present terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Who drafted the terms.
    pub drafter: UserId,
    /// The requests, by position.
    pub requests: Vec<ApprovalRequest>,
}

impl Chain {
    /// Everybody in it.
    #[must_use]
    pub fn people(&self) -> Vec<UserId> {
        self.requests.iter().map(|one| one.approver).collect()
    }

    /// The open request of this approver whose turn it is.
    #[must_use]
    pub fn asked(&self, approver: UserId) -> Option<&ApprovalRequest> {
        self.requests.iter().find(|one| one.approver == approver && one.state == RequestState::Asked)
    }

    /// Who is asked when the group that is asked now has approved.
    fn next(&self) -> Vec<&ApprovalRequest> {
        let waiting = || self.requests.iter().filter(|one| one.state == RequestState::Waiting);
        let next = waiting().map(|one| one.position).min();
        waiting().filter(|one| Some(one.position) == next).collect()
    }

    /// The turn of the first group that still waits.
    fn ask_next(&mut self, at: DateTime<Utc>) {
        let next: Vec<_> = self.next().iter().map(|one| one.id).collect();
        for one in self.requests.iter_mut().filter(|one| next.contains(&one.id)) {
            (one.state, one.asked_at) = (RequestState::Asked, Some(at));
        }
    }

    /// The chain of a version that is submitted: its first group is asked.
    #[must_use]
    pub fn begin(mut self, at: DateTime<Utc>) -> Self {
        self.ask_next(at);
        self
    }

    /// Whether each group has said yes as often as it has to.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let mut given: BTreeMap<i32, (i32, i32)> = BTreeMap::new();
        for one in &self.requests {
            let group = given.entry(one.position).or_insert((one.needed, 0));
            group.1 += i32::from(one.state == RequestState::Approved);
        }
        given.values().all(|(needed, yes)| yes >= needed)
    }

    /// This approver's yes. Once enough of a group have said it, the others of it are released and the next group is asked.
    ///
    /// # Errors
    /// `OFFER_STATUS` unless it is their turn; `APPROVER_REQUIRED` when nobody but whoever drafted the terms would have
    /// approved them.
    pub fn approve(mut self, by: UserId, at: DateTime<Utc>) -> Result<Self, Refusal> {
        let position = self.decide(by, RequestState::Approved, at)?;
        let group = || self.requests.iter().filter(|one| one.position == position);
        let yes = group().filter(|one| one.state == RequestState::Approved).count();
        if group().all(|one| usize::try_from(one.needed).is_ok_and(|needed| yes >= needed)) {
            for one in self.requests.iter_mut().filter(|one| one.position == position && one.is_open()) {
                one.end(RequestState::Released, at);
            }
            self.ask_next(at);
        }
        let by_others =
            |one: &ApprovalRequest| one.state == RequestState::Approved && one.approver != self.drafter;
        if self.is_complete() && !self.requests.iter().any(by_others) {
            return Err(Refusal::ApproverRequired);
        }
        Ok(self)
    }

    /// This approver's no, which ends the chain.
    ///
    /// # Errors
    /// `OFFER_STATUS` unless it is their turn.
    pub fn reject(mut self, by: UserId, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.decide(by, RequestState::Rejected, at)?;
        Ok(self.release(at))
    }

    /// Nobody's word is wanted any more.
    #[must_use]
    pub fn release(mut self, at: DateTime<Utc>) -> Self {
        for one in self.requests.iter_mut().filter(|one| one.is_open()) {
            one.end(RequestState::Released, at);
        }
        self
    }

    /// Somebody else decides in an approver's place, `id` names their request.
    ///
    /// # Errors
    /// `OFFER_STATUS` unless a word of the approver's is still wanted; `INVALID` on `toId` for somebody who is in the group already;
    /// `APPROVER_REQUIRED` when only whoever drafted the terms would be left.
    pub fn delegate(
        mut self,
        from: UserId,
        to: UserId,
        id: ApprovalRequestId,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        // Where they are asked more than once, what they are asked now is handed on first.
        let open = |one: &&mut ApprovalRequest| one.approver == from && one.is_open();
        let given = self.requests.iter_mut().filter(open).min_by_key(|one| one.position);
        let given = given.ok_or(Refusal::OfferStatus("not waiting for this approver"))?;
        let asked = ApprovalRequest {
            id,
            approver: to,
            in_place_of: Some(from),
            asked_at: given.asked_at.map(|_| at),
            reminded_at: None,
            ..given.clone()
        };
        given.end(RequestState::Delegated, at);
        let already = |one: &ApprovalRequest| {
            one.position == asked.position && one.approver == to && one.state != RequestState::Delegated
        };
        if from == to || self.requests.iter().any(already) {
            return Err(Refusal::invalid("toId", "somebody whom this group does not ask already"));
        }
        self.requests.push(asked);
        let others = |one: &ApprovalRequest| {
            one.approver != self.drafter && (one.is_open() || one.state == RequestState::Approved)
        };
        if self.requests.iter().any(others) { Ok(self) } else { Err(Refusal::ApproverRequired) }
    }

    fn decide(&mut self, by: UserId, state: RequestState, at: DateTime<Utc>) -> Result<i32, Refusal> {
        let asked = |one: &&mut ApprovalRequest| one.approver == by && one.state == RequestState::Asked;
        let one = self.requests.iter_mut().find(asked);
        let one = one.ok_or(Refusal::OfferStatus("not waiting for this approver"))?;
        one.end(state, at);
        Ok(one.position)
    }
}
