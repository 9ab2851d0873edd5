//! In whose words a letter is written: the organisation's own, for a language its reader knows, or this program's.

use url::Url;

use super::{Addressee, unwritable};
use crate::domain::letter_template::LANGUAGE;
use crate::domain::site::Site;
use crate::mail::letter::{Facts, House, Letter};
use crate::mail::line::Line;
use crate::mail::template;
use crate::storage::Failure;

/// The letter in the organisation's own words, and which those are; else in those of the program. Words that were good when they
/// were saved and are not any more, as with a newer program, hold up no letter.
pub(super) fn written(
    site: &Site,
    to: &Addressee,
    facts: &(impl Facts + ?Sized),
) -> Result<(Letter, Option<(String, i32)>), Failure> {
    let wanted = to.language.as_deref().unwrap_or(LANGUAGE);
    if let Some((template, wording)) = to.templates.choose(facts.kind(), wanted) {
        let house = house(site, &template.language);
        match template::write(wording, &facts.values(&house), &house) {
            Ok(letter) => return Ok((letter, Some((template.language.clone(), template.version)))),
            Err(flaw) => {
                let (kind, language, version) = (template.kind, &template.language, template.version);
                tracing::warn!(%kind, %language, version, part = flaw.part, "own words failed; the letter has the program's");
            }
        }
    }
    Ok((facts.write(&house(site, LANGUAGE)).map_err(unwritable)?, None))
}

/// Who writes, in this language.
pub(in crate::actions) fn house(site: &Site, language: &str) -> House {
    let (name, url) = (Line::cut(&site.name, 100), Url::parse(&site.url).ok());
    House { name, url, zone: site.zone, language: language.to_owned() }
}
