//! Applications, the people behind them, and their moves.

use super::{Scope, Subject, allow, changing, posting, reading};
use crate::domain::Refusal;
use crate::domain::id::{PostingId, UserId};
use crate::domain::viewer::{Grant, Role, Staff, TokenScope, Viewer};

/// The right to read applications, their steps and their candidates' names.
#[derive(Debug, Clone)]
pub enum Applications {}
/// The right to read what a candidate is told of their application.
#[derive(Debug, Clone)]
pub enum Outlooks {}
/// The right to read how to reach a candidate.
#[derive(Debug, Clone)]
pub enum Contacts {}
/// The right to read what a candidate answered.
#[derive(Debug, Clone)]
pub enum Answers {}
/// The right to answer the questions of a step.
#[derive(Debug, Clone)]
pub enum Answering {}
/// The right to read what a candidate was asked: to name people, by when, and why.
#[derive(Debug, Clone)]
pub enum Requests {}
/// The right to name people who may be asked about the candidate.
#[derive(Debug, Clone)]
pub enum Nominating {}
/// The right to read who the referees are, how to reach them, and what they wrote.
#[derive(Debug, Clone)]
pub enum References {}
/// The right to answer as a referee.
#[derive(Debug, Clone)]
pub enum Refereeing {}
/// The right to read internal reasons: outcomes, step reasons, justifications.
#[derive(Debug, Clone)]
pub enum Reasons {}
/// The right to move an application: advance, return, decline, pass a step.
#[derive(Debug, Clone)]
pub enum Moving {}
/// The right to waive, skip, reopen, reinstate, allot, enter applications.
#[derive(Debug, Clone)]
pub enum Recruiting {}
/// The right to write why to hire.
#[derive(Debug, Clone)]
pub enum Justifying {}
/// The right to read what colleagues noted for each other.
#[derive(Debug, Clone)]
pub enum Notes {}
/// The right to note something, and to say that one has read what mentions one.
#[derive(Debug, Clone)]
pub enum Noting {}
/// The right to read an application's tags.
#[derive(Debug, Clone)]
pub enum Tags {}
/// The right to give an application tags.
#[derive(Debug, Clone)]
pub enum Tagging {}
/// The right to read when people meet the candidate, and who they are.
#[derive(Debug, Clone)]
pub enum Interviews {}
/// The right to read which times a candidate may choose from, and whom they would meet.
#[derive(Debug, Clone)]
pub enum Choices {}
/// The right to pick one of those times, or to ask for others.
#[derive(Debug, Clone)]
pub enum Choosing {}
/// The right to withdraw an application or state its preferred teams.
#[derive(Debug, Clone)]
pub enum Speaking {}
/// The right to read the state of messages.
#[derive(Debug, Clone)]
pub enum Emails {}
/// The right to have messages sent now, or to take them back.
#[derive(Debug, Clone)]
pub enum Mailing {}

/// The right to read what came in by mail about an application.
#[derive(Debug, Clone)]
pub enum Messages {}
/// The right to say that one has read it.
#[derive(Debug, Clone)]
pub enum Corresponding {}

fn with_own<Of>(scope: Scope<Of>, viewer: &Viewer) -> Scope<Of> {
    match viewer {
        Viewer::Applicant { application, .. } | Viewer::Offeree { application, .. } => {
            scope.and_application(*application)
        }
        _ => scope,
    }
}

fn with_asked<Of>(scope: Scope<Of>, viewer: &Viewer) -> Scope<Of> {
    match viewer.staff() {
        Some(staff) if staff.is_somewhere(Role::Approver) => scope.and_asked_of(staff.user),
        _ => scope,
    }
}

fn with_met<Of>(scope: Scope<Of>, viewer: &Viewer) -> Scope<Of> {
    match viewer.user() {
        Some(user) => scope.and_met_by(user),
        None => scope,
    }
}

/// All staff who work on an application, or are asked to approve its offers or to interview.
fn by_staff<Of>(viewer: &Viewer) -> Scope<Of> {
    let scope = reading(viewer, &[Role::Admin, Role::Recruiter, Role::HiringManager, Role::Interviewer]);
    with_met(with_asked(scope, viewer), viewer)
}

/// Applications: all who work on them, those asked to approve their offers or to interview, and the candidate.
#[must_use]
pub fn applications(viewer: &Viewer) -> Scope<Applications> {
    with_own(by_staff(viewer), viewer)
}

/// What the candidate is told: the candidate, and the recruiters and hiring managers who answer for it.
#[must_use]
pub fn outlooks(viewer: &Viewer) -> Scope<Outlooks> {
    with_own(reading(viewer, &[Role::Recruiter, Role::HiringManager]), viewer)
}

/// Contact details: recruiters, hiring managers, the candidate. Not administrators.
#[must_use]
pub fn contacts(viewer: &Viewer) -> Scope<Contacts> {
    with_own(reading(viewer, &[Role::Recruiter, Role::HiringManager]), viewer)
}

fn with_asked_candidate<Of>(scope: Scope<Of>, viewer: &Viewer) -> Scope<Of> {
    match viewer {
        Viewer::Respondent { application, .. } => scope.and_application(*application),
        _ => with_own(scope, viewer),
    }
}

/// Answers: all who work on the application or interview for it, and the candidate, also by the link to questions of a
/// step.
#[must_use]
pub fn answers(viewer: &Viewer) -> Scope<Answers> {
    let scope = reading(viewer, &[Role::Recruiter, Role::HiringManager, Role::Interviewer]);
    with_asked_candidate(with_met(scope, viewer), viewer)
}

/// Interviews: all who work on the application, and those who come. The candidate has a page and invitations.
#[must_use]
pub fn interviews(viewer: &Viewer) -> Scope<Interviews> {
    let roles = [Role::Admin, Role::Recruiter, Role::HiringManager, Role::Interviewer];
    with_met(reading(viewer, &roles), viewer)
}

/// Answering the questions of a step: the candidate, and recruiters who were told.
#[must_use]
pub fn answering(viewer: &Viewer) -> Scope<Answering> {
    with_asked_candidate(changing(viewer, &[Role::Recruiter]), viewer)
}

fn with_nominator<Of>(scope: Scope<Of>, viewer: &Viewer) -> Scope<Of> {
    match viewer {
        Viewer::Nominator { application, .. } => scope.and_application(*application),
        _ => with_own(scope, viewer),
    }
}

fn with_chooser<Of>(scope: Scope<Of>, viewer: &Viewer) -> Scope<Of> {
    match viewer {
        Viewer::Chooser { application, .. } => scope.and_application(*application),
        _ => with_own(scope, viewer),
    }
}

/// Times to choose from: whoever sees the interviews, and the candidate, also by the link that was sent with them.
#[must_use]
pub fn choices(viewer: &Viewer) -> Scope<Choices> {
    let roles = [Role::Admin, Role::Recruiter, Role::HiringManager, Role::Interviewer];
    with_chooser(with_met(reading(viewer, &roles), viewer), viewer)
}

/// Picking a time: the candidate, and recruiters who were told.
#[must_use]
pub fn choosing(viewer: &Viewer) -> Scope<Choosing> {
    with_chooser(changing(viewer, &[Role::Recruiter]), viewer)
}

/// What a candidate was asked: recruiters, hiring managers, and the candidate, also by the link that was sent with it.
#[must_use]
pub fn requests(viewer: &Viewer) -> Scope<Requests> {
    with_nominator(reading(viewer, &[Role::Recruiter, Role::HiringManager]), viewer)
}

/// Naming people: the candidate, and recruiters who were told.
#[must_use]
pub fn nominating(viewer: &Viewer) -> Scope<Nominating> {
    with_nominator(changing(viewer, &[Role::Recruiter]), viewer)
}

/// Referees and what they wrote: recruiters and hiring managers. Never the candidate, never interviewers.
#[must_use]
pub fn references(viewer: &Viewer) -> Scope<References> {
    reading(viewer, &[Role::Recruiter, Role::HiringManager])
}

/// Answering as a referee: whoever holds the link to a reference of the application; nobody answers for them.
#[must_use]
pub fn refereeing(viewer: &Viewer) -> Scope<Refereeing> {
    match viewer {
        Viewer::Referee { application, .. } => Scope::nothing().and_application(*application),
        _ => Scope::nothing(),
    }
}

/// Internal reasons and justifications: recruiters, hiring managers, those asked to approve.
#[must_use]
pub fn reasons(viewer: &Viewer) -> Scope<Reasons> {
    with_asked(reading(viewer, &[Role::Recruiter, Role::HiringManager]), viewer)
}

/// Moving on or declining: recruiters, and hiring managers where they manage.
#[must_use]
pub fn moving(viewer: &Viewer) -> Scope<Moving> {
    changing(viewer, &[Role::Recruiter, Role::HiringManager])
}

/// Waiving, skipping, reopening, reinstating, allotting: recruiters.
#[must_use]
pub fn recruiting(viewer: &Viewer) -> Scope<Recruiting> {
    changing(viewer, &[Role::Recruiter])
}

/// Justifying: recruiters and hiring managers.
#[must_use]
pub fn justifying(viewer: &Viewer) -> Scope<Justifying> {
    changing(viewer, &[Role::Recruiter, Role::HiringManager])
}

/// Notes: recruiters and hiring managers. Never the candidate; never interviewers, who might read there what others think
/// before they have written their own scorecard. To be mentioned gives nobody more.
#[must_use]
pub fn notes(viewer: &Viewer) -> Scope<Notes> {
    reading(viewer, &[Role::Recruiter, Role::HiringManager])
}

/// What came in by mail: recruiters and hiring managers, who read how to reach the candidate anyway. Never the candidate:
/// anybody can write that they are somebody.
#[must_use]
pub fn messages(viewer: &Viewer) -> Scope<Messages> {
    reading(viewer, &[Role::Recruiter, Role::HiringManager])
}

/// Saying that one has read it: those who read it.
#[must_use]
pub fn corresponding(viewer: &Viewer) -> Scope<Corresponding> {
    changing(viewer, &[Role::Recruiter, Role::HiringManager])
}

/// Noting: those who read notes.
#[must_use]
pub fn noting(viewer: &Viewer) -> Scope<Noting> {
    changing(viewer, &[Role::Recruiter, Role::HiringManager])
}

/// Whether a colleague with these roles reads the notes of this application.
#[must_use]
pub fn reads_notes(user: UserId, grants: Vec<Grant>, subject: &Subject) -> bool {
    let colleague = Viewer::Staff(Staff { user, grants, scopes: vec![TokenScope::Read] });
    notes(&colleague).covers(subject)
}

/// Tags: all staff who see the application. Never the candidate.
#[must_use]
pub fn tags(viewer: &Viewer) -> Scope<Tags> {
    by_staff(viewer)
}

/// Tagging: recruiters and hiring managers.
#[must_use]
pub fn tagging(viewer: &Viewer) -> Scope<Tagging> {
    changing(viewer, &[Role::Recruiter, Role::HiringManager])
}

/// Speaking for the candidate: the candidate, and recruiters who were told.
#[must_use]
pub fn speaking(viewer: &Viewer) -> Scope<Speaking> {
    with_own(changing(viewer, &[Role::Recruiter]), viewer)
}

/// The state of messages: administrators, recruiters, hiring managers.
#[must_use]
pub fn emails(viewer: &Viewer) -> Scope<Emails> {
    reading(viewer, &[Role::Admin, Role::Recruiter, Role::HiringManager])
}

/// Sending messages now or taking them back: administrators, recruiters.
#[must_use]
pub fn mailing(viewer: &Viewer) -> Scope<Mailing> {
    changing(viewer, &[Role::Admin, Role::Recruiter])
}

/// Whether the viewer may bring applications to this posting. `visible`: anybody may see it.
///
/// # Errors
/// `NOT_FOUND` or `FORBIDDEN`.
pub fn may_bring_to(viewer: &Viewer, posting: PostingId, visible: bool) -> Result<(), Refusal> {
    posting::may(viewer, posting, visible, &recruiting(viewer))
}

/// Whether the viewer may do to this application what `may` reaches.
///
/// # Errors
/// `NOT_FOUND` or `FORBIDDEN`.
pub fn may<Of>(viewer: &Viewer, subject: &Subject, may: &Scope<Of>) -> Result<(), Refusal> {
    allow("application", subject, &applications(viewer), may)
}
