//! A policy's [`Scope`] as a WHERE condition: what a viewer may not see is not even read.

use super::dialect::{Binds, Kind, json_list};
use crate::domain::policy::Scope;

/// By which columns of a statement a record says what it belongs to; `None` for what it does not carry.
///
/// Each is an SQL expression such as `a.posting_id`. Give all that the record has: the narrowest one decides, so that
/// a grant on a team reaches an application by its current allotment, and a posting only by its teams.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Columns<'a> {
    /// Its posting's id.
    pub(super) posting: Option<&'a str>,
    /// Its team's id, when it belongs to one by itself.
    pub(super) team: Option<&'a str>,
    /// Its application's id.
    pub(super) application: Option<&'a str>,
    /// Its offer's id.
    pub(super) offer: Option<&'a str>,
}

/// The condition that a record lies within the scope.
pub(super) fn within<Of>(scope: &Scope<Of>, columns: &Columns<'_>, kind: Kind, binds: &mut Binds) -> String {
    if scope.is_everything() {
        return "true".to_owned();
    }
    let mut ways = Vec::new();
    if let (Some(posting), false) = (columns.posting, scope.postings().is_empty()) {
        ways.push(format!("{posting} IN {}", kind.listed(binds.add(json_list(scope.postings())))));
    }
    if !scope.teams().is_empty() {
        ways.extend(of_teams(columns, || kind.listed(binds.add(json_list(scope.teams())))));
    }
    if let Some(application) = scope.application() {
        ways.extend(of_application(columns, || binds.put(application)));
    }
    if let (Some(offer), Some(column)) = (scope.offer(), columns.offer) {
        ways.push(format!("{column} = {}", binds.put(offer)));
    }
    if let (Some(offer), Some(column)) = (scope.approving(), columns.offer) {
        ways.push(format!("{column} = {}", binds.put(offer)));
    }
    if let Some(approver) = scope.approver() {
        ways.extend(of_approver(columns, || binds.put(approver)));
    }
    if let Some(participant) = scope.participant() {
        ways.extend(of_participant(columns, || binds.put(participant)));
    }
    if ways.is_empty() { "false".to_owned() } else { format!("({})", ways.join(" OR ")) }
}

// The parameter is made by the closure, since PostgreSQL refuses one that the statement does not use.

fn of_teams(columns: &Columns<'_>, teams: impl FnOnce() -> String) -> Option<String> {
    if let Some(team) = columns.team {
        return Some(format!("{team} IN {}", teams()));
    }
    if let Some(application) = columns.application {
        return Some(format!(
            "{application} IN (SELECT l.application_id FROM allotment l JOIN posting_team t \
             ON t.id = l.posting_team_id WHERE l.until IS NULL AND t.team_id IN {})",
            teams()
        ));
    }
    let posting = columns.posting?;
    Some(format!("{posting} IN (SELECT t.posting_id FROM posting_team t WHERE t.team_id IN {})", teams()))
}

fn of_application(columns: &Columns<'_>, application: impl FnOnce() -> String) -> Option<String> {
    if let Some(column) = columns.application {
        return Some(format!("{column} = {}", application()));
    }
    let posting = columns.posting?;
    Some(format!("{posting} = (SELECT n.posting_id FROM application n WHERE n.id = {})", application()))
}

fn of_approver(columns: &Columns<'_>, approver: impl FnOnce() -> String) -> Option<String> {
    let (column, key) = match (columns.offer, columns.application, columns.posting) {
        (Some(offer), _, _) => (offer, "id"),
        (None, Some(application), _) => (application, "application_id"),
        (None, None, posting) => (posting?, "posting_id"),
    };
    Some(format!(
        "{column} IN (SELECT f.{key} FROM offer f JOIN approval_request r ON r.offer_id = f.id \
         WHERE r.approver_id = {} AND r.asked_at IS NOT NULL)",
        approver()
    ))
}

/// Interviews that were called off give nobody anything to read.
fn of_participant(columns: &Columns<'_>, participant: impl FnOnce() -> String) -> Option<String> {
    let (column, key) = match (columns.application, columns.posting) {
        (Some(application), _) => (application, "id"),
        (None, posting) => (posting?, "posting_id"),
    };
    Some(format!(
        "{column} IN (SELECT n.{key} FROM application n JOIN interview i ON i.application_id = n.id \
         JOIN interview_participant r ON r.interview_id = i.id \
         WHERE r.user_id = {} AND r.removed_at IS NULL AND i.state <> 'cancelled')",
        participant()
    ))
}
