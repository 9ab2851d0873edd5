//! Where a job is done.

use std::fmt;

use super::Refusal;
use super::clock::{Chance, random_text};
use super::country::Country;

text_enum! {
    /// How much of the work is done at a location.
    Workplace {
        /// At the location.
        Onsite = "onsite",
        /// Partly at the location.
        Hybrid = "hybrid",
        /// Anywhere in the remote countries.
        Remote = "remote",
    }
}

/// A place the job is done at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Eight characters that name this place in feeds; they survive reordering and editing.
    pub key: String,
    /// Street and number.
    pub street: Option<String>,
    /// City or town.
    pub city: String,
    /// State, province or region, as the post writes it.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Country,
}

/// Characters of a location's key.
const KEY: usize = 8;

impl Location {
    fn is_same_place(&self, other: &Self) -> bool {
        let place = |location: &Self| Self { key: String::new(), ..location.clone() };
        place(self) == place(other)
    }
}

/// The locations asked for, each with its key: the one it names, if the posting has it; else that of the same place
/// before; else a new one.
///
/// # Errors
/// `INVALID` on `locations.<n>.key`: a key the posting does not have, or one named twice.
pub fn keyed(
    asked: Vec<Location>,
    before: &[Location],
    chance: &dyn Chance,
) -> Result<Vec<Location>, Refusal> {
    let mut free: Vec<&Location> = before.iter().collect();
    let mut keyed = asked;
    for (place, location) in keyed.iter_mut().enumerate().filter(|(_, location)| !location.key.is_empty()) {
        let Some(at) = free.iter().position(|known| known.key == location.key) else {
            return Err(Refusal::invalid(&format!("locations.{place}.key"), "the key of a location it has"));
        };
        free.swap_remove(at);
    }
    for location in keyed.iter_mut().filter(|location| location.key.is_empty()) {
        location.key = match free.iter().position(|known| known.is_same_place(location)) {
            Some(at) => free.swap_remove(at).key.clone(),
            None => random_text(chance, KEY),
        };
    }
    Ok(keyed)
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.city)?;
        if let Some(region) = &self.region {
            write!(f, "{region}, ")?;
        }
        f.write_str(self.country.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemChance;

    fn location(key: &str, city: &str) -> Location {
        let country = Country::find("DE").unwrap();
        Location {
            key: key.into(),
            street: None,
            city: city.into(),
            region: None,
            postal_code: None,
            country,
        }
    }

    #[test]
    fn keys_survive_reordering_and_editing() {
        let before = keyed(vec![location("", "Berlin"), location("", "Jena")], &[], &SystemChance).unwrap();
        let asked = vec![location("", "Jena"), location(&before[0].key, "Potsdam"), location("", "Bonn")];
        let after = keyed(asked, &before, &SystemChance).unwrap();
        assert_eq!((&after[0].key, &after[1].key), (&before[1].key, &before[0].key));
        assert!(after[2].key.len() == KEY && before.iter().all(|known| known.key != after[2].key));
        let twice = vec![location(&before[0].key, "A"), location(&before[0].key, "B")];
        assert_eq!(keyed(twice, &before, &SystemChance).unwrap_err().field(), Some("locations.1.key"));
    }
}
