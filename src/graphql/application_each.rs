//! Moves of many applications by one request.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::application::Application;
use super::application_input::{MailOmission, notice_at};
use super::asking::asking;
use super::error::{bounded, fault, id};
use super::payload::UserError;
use super::scalar::DateTime;
use crate::actions;
use crate::actions::application::{Advance, Decline};
use crate::domain::id::ApplicationId;
use crate::domain::{self, Refusal};
use crate::storage::Failure;

/// An application, as the caller read it.
#[derive(InputObject, Debug)]
pub struct ApplicationItemInput {
    /// Id of the application.
    application_id: ID,
    /// Revision of the application that the caller read.
    expected_revision: i32,
}

/// What `applicationsAdvance` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationsAdvanceInput {
    /// The applications: each once, at most 100.
    items: Vec<ApplicationItemInput>,
    /// Key of the stage that they are in.
    stage: String,
    /// Indicates whether the optional stages ahead are to be stepped over.
    #[graphql(default)]
    pass_over: bool,
}

/// What `applicationsDecline` takes.
#[derive(InputObject, Debug)]
pub struct ApplicationsDeclineInput {
    /// The applications: each once, at most 100.
    items: Vec<ApplicationItemInput>,
    /// Why, for colleagues; no candidate ever reads it.
    reason: String,
    /// What each candidate reads beside the decision.
    note: Option<String>,
    /// Why the candidates are not written to; without it each gets a mail.
    omit_mail: Option<MailOmission>,
    /// Timestamp of when the mails are to leave, within 7 days; at once without it.
    mail_at: Option<DateTime>,
}

/// Answer to `applicationsAdvance`.
#[derive(SimpleObject, Debug)]
pub struct ApplicationsAdvancePayload {
    /// The applications as they stand now, in the order of `items`; null for each that was refused.
    applications: Vec<Option<Application>>,
    /// Why some were refused: `field` tells which, as in `["items", "3"]`; empty when all were moved.
    user_errors: Vec<UserError>,
}

/// Answer to `applicationsDecline`.
#[derive(SimpleObject, Debug)]
pub struct ApplicationsDeclinePayload {
    /// The applications as they stand now, in the order of `items`; null for each that was refused.
    applications: Vec<Option<Application>>,
    /// Why some were refused: `field` tells which, as in `["items", "3"]`; empty when all were declined.
    user_errors: Vec<UserError>,
}

/// Moves of many applications by one request.
#[derive(Debug, Default)]
pub struct ApplicationsMutation;

#[Object]
impl ApplicationsMutation {
    /// Moves applications to the next stage, each through a complete gate; one that is refused holds up no other.
    async fn applications_advance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which applications, from which stage.")] input: ApplicationsAdvanceInput,
    ) -> Option<ApplicationsAdvancePayload> {
        let ended = async {
            let (stage, pass_over) = (&input.stage, input.pass_over);
            let advance =
                |(application, revision)| Advance { application, stage: stage.clone(), revision, pass_over };
            let moves: Vec<_> = named(&input.items)?.into_iter().map(advance).collect();
            Ok(actions::application::advance_each(asking(ctx).act(), &moves).await)
        };
        let (applications, user_errors) = applications(told(ctx, "items", ended.await));
        Some(ApplicationsAdvancePayload { applications, user_errors })
    }

    /// Ends applications by our decision, as `applicationDecline` does with one; one that is refused holds up no other.
    async fn applications_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which applications, and why.")] input: ApplicationsDeclineInput,
    ) -> Option<ApplicationsDeclinePayload> {
        let ended = async {
            let notice = notice_at(input.omit_mail, input.mail_at)?;
            let decline = |(application, revision)| Decline {
                application,
                revision: Some(revision),
                reason: input.reason.clone(),
                note: input.note.clone(),
                notice,
            };
            let moves = named(&input.items)?.into_iter().map(decline).collect();
            Ok(actions::application::decline_each(asking(ctx).act(), moves).await?)
        };
        let (applications, user_errors) = applications(told(ctx, "items", ended.await));
        Some(ApplicationsDeclinePayload { applications, user_errors })
    }
}

fn applications(
    (moved, errors): (Vec<Option<domain::application::Application>>, Vec<UserError>),
) -> (Vec<Option<Application>>, Vec<UserError>) {
    (moved.into_iter().map(|one| one.map(Application)).collect(), errors)
}

/// Why nothing was done at all.
pub(super) struct Nothing(Vec<UserError>);

impl From<Refusal> for Nothing {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.each().iter().map(UserError::from).collect())
    }
}

/// The applications that are named, each once, with the revision that was read.
fn named(items: &[ApplicationItemInput]) -> Result<Vec<(ApplicationId, i32)>, Nothing> {
    bounded("items", items)?;
    if items.is_empty() {
        return Err(Refusal::required("items").into());
    }
    let applications = each_once("items", items.iter().map(|item| &item.application_id))?;
    Ok(applications.into_iter().zip(items.iter().map(|item| item.expected_revision)).collect())
}

/// What these ids name, each once; `list` is what the input calls them.
pub(super) fn each_once<'a>(
    list: &str,
    ids: impl Iterator<Item = &'a ID>,
) -> Result<Vec<ApplicationId>, Nothing> {
    let mut found = Vec::new();
    for (place, given) in ids.enumerate() {
        let wrong = |refusal: Refusal| Nothing(vec![UserError::of_item(list, place, &refusal)]);
        let application = id(given, "application").map_err(wrong)?;
        if found.contains(&application) {
            return Err(Refusal::invalid(&format!("{list}.{place}"), "each application once").into());
        }
        found.push(application);
    }
    Ok(found)
}

/// What became of each in the list, and why some were refused. Our own fault with one is an error of the answer beside the others.
pub(super) fn told<T>(
    ctx: &Context<'_>,
    list: &str,
    ended: Result<Vec<Result<T, Failure>>, Nothing>,
) -> (Vec<Option<T>>, Vec<UserError>) {
    let each = match ended {
        Ok(each) => each,
        Err(Nothing(errors)) => return (Vec::new(), errors),
    };
    let mut errors = Vec::new();
    let tell = |(place, one)| match one {
        Ok(done) => Some(done),
        Err(Failure::Refused(refusal)) => {
            errors.extend(refusal.each().iter().map(|refusal| UserError::of_item(list, place, refusal)));
            None
        }
        Err(Failure::Fault(broken)) => {
            ctx.add_error(fault(&broken).into_server_error(ctx.item.pos));
            None
        }
    };
    let done = each.into_iter().enumerate().map(tell).collect();
    (done, errors)
}
