//! Letters about approving offers, and about what becomes of those that are out.

use vacantia::mail::letter::{
    ApprovalGiven, ApprovalRefused, ApprovalReminded, ApprovalRequested, Ending, OfferCode, OfferEnded,
    OfferExpired, OfferReminded,
};
use vacantia::mail::line::Line;

use super::{HOSTILE_NAME, Named, deadline, hostile, link, named};

pub fn about_answers() -> Vec<Named> {
    let (reader, role, team, _) = hostile();
    let (deadline, link, candidate) = (deadline(), link(), Line::cut(HOSTILE_NAME, 80));
    let (r, ro, te) = (reader.clone(), role.clone(), team.clone());
    let reminded = OfferReminded { reader: r, role: ro, team: te, deadline, link };
    let (r, ro, te) = (reader.clone(), role.clone(), team.clone());
    let expired = OfferExpired { reader: r, role: ro, team: te, deadline };
    let (r, ro, te) = (reader.clone(), role.clone(), team.clone());
    let code = OfferCode { reader: r, role: ro, team: te, code: Line::new("048151"), until: deadline };
    let ended = OfferEnded { reader, candidate, role, team, ending: Ending::Declined };
    vec![
        named("offer_code", code),
        named("offer_reminded", reminded),
        named("offer_expired", expired),
        named("offer_ended", ended),
    ]
}

pub fn about_approvals() -> Vec<Named> {
    let (reader, role, team, _) = hostile();
    let (candidate, approver) = (Line::cut(HOSTILE_NAME, 80), Line::cut(HOSTILE_NAME, 80));
    let given = ApprovalGiven {
        reader: reader.clone(),
        candidate: candidate.clone(),
        role: role.clone(),
        team: team.clone(),
    };
    let refused = ApprovalRefused {
        reader: reader.clone(),
        candidate: candidate.clone(),
        role: role.clone(),
        team: team.clone(),
        approver,
    };
    let (deadline, link, drafter) = (deadline(), link(), candidate.clone());
    let requested = ApprovalRequested { reader, candidate, role, team, drafter, deadline, link };
    let reminded = ApprovalReminded::from(requested.clone());
    vec![
        named("approval_requested", requested),
        named("approval_reminded", reminded),
        named("approval_given", given),
        named("approval_refused", refused),
    ]
}
