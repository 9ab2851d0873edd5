//! Many applications moved by one request. Each is written by itself, so that one that may not be moved holds up no other;
//! what was done is one change in the history.

use super::end::decline_in;
use super::{Advance, Decline, advance_in};
use crate::actions::Act;
use crate::domain::Refusal;
use crate::domain::application::Application;
use crate::storage::Failure;

/// What became of each application, at the place where it was named.
pub type Each = Vec<Result<Application, Failure>>;

/// Moves each of these applications to its next stage, in this order.
pub async fn advance_each(act: Act<'_>, moves: &[Advance]) -> Each {
    let change = act.change();
    let mut ended = Vec::with_capacity(moves.len());
    for one in moves {
        ended.push(advance_in(act, &change, one).await);
    }
    ended
}

/// Declines each of these applications, in this order.
///
/// # Errors
/// `REQUIRED` or `INVALID` for what would be wrong of any application: nothing was done then.
pub async fn decline_each(act: Act<'_>, moves: Vec<Decline>) -> Result<Each, Refusal> {
    let change = act.change();
    for one in &moves {
        one.checked(change.at)?;
    }
    let mut ended = Vec::with_capacity(moves.len());
    for one in moves {
        ended.push(decline_in(act, &change, one).await);
    }
    Ok(ended)
}
