//! Where a job is done.

use std::fmt;

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

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.city)?;
        if let Some(region) = &self.region {
            write!(f, "{region}, ")?;
        }
        f.write_str(self.country.name())
    }
}
