//! The document of an offer, made before its version is sent and kept with it.

use chrono::{DateTime, Utc};

use crate::actions::Act;
use crate::domain::offer::{Offer, OfferVersion};
use crate::domain::offer_document::{OfferDocument, OfferLetter, Print};
use crate::mail::line::Line;
use crate::print::{Unprintable, print};
use crate::storage::digest::sha256;
use crate::storage::{Failure, Fault, Tx, offer_document};

/// A document with its bytes, if it has any.
pub(super) struct Document(OfferDocument, Option<Vec<u8>>);

impl Document {
    /// The document of a version that is to be sent to somebody of this name; none in a program that makes none. One that should
    /// have been made and was not holds up no offer: the page says everything.
    pub(super) async fn of(
        act: Act<'_>,
        offer: &Offer,
        version: &OfferVersion,
        name: &str,
    ) -> Result<Option<Self>, Failure> {
        let now = act.clock.now();
        let letter = letter(act, version, name, now);
        let printed = tokio::task::spawn_blocking(move || print(&letter)).await;
        let printed = printed.map_err(|error| Fault::unfit(format!("printing ended: {error}")))?;
        let (print, content) = match printed {
            Ok(content) => {
                let size = i32::try_from(content.len()).unwrap_or(i32::MAX);
                (Print::Made { sha256: sha256(&content), size }, Some(content))
            }
            Err(Unprintable::Characters(characters)) => (Print::Unprintable(characters), None),
            Err(Unprintable::Never) => return Ok(None),
            Err(Unprintable::Failed(error)) => {
                tracing::error!(offer = %offer.id, version = version.number, error, "no document was made of an offer");
                return Ok(None);
            }
        };
        let document = OfferDocument { offer: offer.id, version: version.number, made_at: now, print };
        Ok(Some(Self(document, content)))
    }

    pub(super) async fn keep(&self, tx: &Tx) -> Result<(), Fault> {
        offer_document::insert(tx, &self.0, self.1.as_deref()).await
    }

    /// The SHA-256 of its bytes.
    pub(super) fn sha256(&self) -> Option<&str> {
        self.0.sha256()
    }
}

fn letter(act: Act<'_>, version: &OfferVersion, name: &str, now: DateTime<Utc>) -> OfferLetter {
    OfferLetter {
        offer: version.offer,
        version: version.number,
        organisation: act.site.name.clone(),
        name: Line::cut(name, 80).to_string(),
        day: act.site.day(now).format("%-d %B %Y").to_string(),
        terms: version.terms.clone(),
        terms_hash: version.terms_hash.clone(),
    }
}
