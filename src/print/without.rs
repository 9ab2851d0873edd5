//! A program that makes no documents.

use super::Unprintable;
use crate::domain::offer_document::OfferLetter;

/// Makes none.
///
/// # Errors
/// Always.
pub fn print(_: &OfferLetter) -> Result<Vec<u8>, Unprintable> {
    Err(Unprintable::Never)
}
