//! Where an application comes from.

use super::submit::Submission;
use crate::domain::application::Source;
use crate::domain::feed::Channel;
use crate::domain::id::UserId;
use crate::domain::viewer::Viewer;
use crate::domain::{Refusal, text};
use crate::storage::{self, Failure, Fault, channel_setting, user};

/// The longest mark that is looked at; no feed has one as long.
const LONGEST: usize = 100;

/// Where an application comes from, as far as the request alone tells.
pub(super) struct Came {
    source: Source,
    /// The mark that may say more.
    mark: Option<String>,
}

/// What the request says of where it comes from.
///
/// # Errors
/// `INVALID` on `source`, `referrerId` or `trackingSource`.
pub(super) fn came(viewer: &Viewer, input: &Submission) -> Result<Came, Refusal> {
    let source = source(viewer, input.source, input.referrer);
    let mark = text::optional_line("trackingSource", input.tracking_source.as_deref(), LONGEST);
    match (source, mark) {
        (Ok(source), Ok(mark)) => {
            let is_open = input.referrer.is_none() && matches!(input.source, None | Some(Source::Board));
            Ok(Came { source, mark: mark.filter(|_| is_open) })
        }
        (source, mark) => {
            let faults = [source.err(), mark.err()].into_iter().flatten().collect();
            Err(Refusal::all(faults).err().unwrap_or(Refusal::Forbidden))
        }
    }
}

/// Where an application comes from: the public can't enter one as staff or refer itself.
fn source(viewer: &Viewer, said: Option<Source>, referrer: Option<UserId>) -> Result<Source, Refusal> {
    let by_staff = matches!(viewer, Viewer::Staff(_) | Viewer::System);
    match (by_staff, said, referrer) {
        (true, None | Some(Source::Referral), Some(_)) => Ok(Source::Referral),
        (true, Some(_), Some(_)) => {
            Err(Refusal::invalid("source", "a referral, where somebody referred them"))
        }
        (false, _, Some(_)) => Err(Refusal::invalid("referrerId", "nobody: staff say who referred somebody")),
        (true, said, None) => Ok(said.unwrap_or(Source::Staff)),
        (false, None, None) => Ok(Source::Careers),
        (false, Some(source @ (Source::Careers | Source::Board)), None) => Ok(source),
        (false, Some(_), None) => Err(Refusal::invalid("source", "careers or board")),
    }
}

/// The feed that led the person here, as far as nothing else was said: an application that comes from a feed comes from
/// a job board.
pub(super) async fn led_here(
    db: &impl storage::Source,
    came: Came,
) -> Result<(Source, Option<Channel>), Fault> {
    let Some(mark) = came.mark else { return Ok((came.source, None)) };
    let channel = channel_setting::all(db).await?.marked(&mark);
    Ok(channel.map_or((came.source, None), |channel| (Source::Board, Some(channel))))
}

/// # Errors
/// `INVALID` on `referrerId` unless it is one of ours.
pub(super) async fn is_known(db: &impl storage::Source, referrer: Option<UserId>) -> Result<(), Failure> {
    let Some(referrer) = referrer else { return Ok(()) };
    match user::find(db, referrer).await? {
        Some(_) => Ok(()),
        None => Err(Refusal::invalid("referrerId", "a member of staff").into()),
    }
}
