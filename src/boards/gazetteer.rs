//! The places that a word on a board is taken to mean: those that are called so nearly everywhere. What is not here is
//! never guessed.

use crate::domain::country::Country;

/// A well-known city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct City {
    pub name: &'static str,
    /// The code of its state or province, in the United States and Canada.
    pub region: Option<&'static str>,
    pub country: Country,
}

/// Names in lower case, with `|` between; the city; its state or province; its country.
const CITIES: &[(&str, &str, &str, &str)] = &[
    ("amsterdam", "Amsterdam", "", "NL"),
    ("athens", "Athens", "", "GR"),
    ("atlanta|atl", "Atlanta", "GA", "US"),
    ("auckland", "Auckland", "", "NZ"),
    ("austin", "Austin", "TX", "US"),
    ("bangkok", "Bangkok", "", "TH"),
    ("barcelona", "Barcelona", "", "ES"),
    ("beijing", "Beijing", "", "CN"),
    ("bengaluru|bangalore", "Bengaluru", "", "IN"),
    ("berlin", "Berlin", "", "DE"),
    ("boston", "Boston", "MA", "US"),
    ("brussels", "Brussels", "", "BE"),
    ("bucharest", "Bucharest", "", "RO"),
    ("chicago|chi", "Chicago", "IL", "US"),
    ("copenhagen", "Copenhagen", "", "DK"),
    ("denver", "Denver", "CO", "US"),
    ("dubai", "Dubai", "", "AE"),
    ("dublin|dub", "Dublin", "", "IE"),
    ("hong kong", "Hong Kong", "", "HK"),
    ("lisbon", "Lisbon", "", "PT"),
    ("london", "London", "", "GB"),
    ("los angeles", "Los Angeles", "CA", "US"),
    ("luxembourg", "Luxembourg", "", "LU"),
    ("madrid", "Madrid", "", "ES"),
    ("melbourne", "Melbourne", "", "AU"),
    ("mexico city", "Mexico City", "", "MX"),
    ("miami", "Miami", "FL", "US"),
    ("milan", "Milan", "", "IT"),
    ("montreal", "Montreal", "QC", "CA"),
    ("mumbai", "Mumbai", "", "IN"),
    ("munich", "Munich", "", "DE"),
    ("new york|new york city|new-york|nyc|ny", "New York", "NY", "US"),
    ("oslo", "Oslo", "", "NO"),
    ("paris", "Paris", "", "FR"),
    ("prague", "Prague", "", "CZ"),
    ("san francisco|san fransisco|sf", "San Francisco", "CA", "US"),
    ("sao paulo|são paulo", "São Paulo", "", "BR"),
    ("seattle|sea", "Seattle", "WA", "US"),
    ("seoul", "Seoul", "", "KR"),
    ("shanghai", "Shanghai", "", "CN"),
    ("shenzhen", "Shenzhen", "", "CN"),
    ("singapore", "Singapore", "", "SG"),
    ("south san francisco", "South San Francisco", "CA", "US"),
    ("stockholm", "Stockholm", "", "SE"),
    ("sydney", "Sydney", "", "AU"),
    ("taipei|taipei city", "Taipei", "", "TW"),
    ("tel aviv", "Tel Aviv", "", "IL"),
    ("tokyo", "Tokyo", "", "JP"),
    ("toronto|tor", "Toronto", "ON", "CA"),
    ("vancouver", "Vancouver", "BC", "CA"),
    ("vienna", "Vienna", "", "AT"),
    ("warsaw", "Warsaw", "", "PL"),
    ("washington dc|washington d.c.|washington, dc", "Washington", "DC", "US"),
    ("zurich|zürich", "Zurich", "", "CH"),
];

/// Names of countries beside those of ISO 3166, in lower case.
const COUNTRIES: &[(&str, &str)] = &[
    ("czech republic", "CZ"),
    ("great britain", "GB"),
    ("holland", "NL"),
    ("ksa", "SA"),
    ("phillipines", "PH"),
    ("south korea", "KR"),
    ("turkey", "TR"),
    ("u.k.", "GB"),
    ("u.s.", "US"),
    ("u.s.a.", "US"),
    ("uae", "AE"),
    ("uk", "GB"),
    ("united states of america", "US"),
    ("us", "US"),
    ("usa", "US"),
];

/// Parts of the world that are no country, in lower case.
const REGIONS: &[&str] = &[
    "africa",
    "amer",
    "americas",
    "anywhere",
    "apac",
    "asia",
    "emea",
    "eu",
    "europe",
    "global",
    "latam",
    "latin america",
    "middle east",
    "noram",
    "north america",
    "south america",
    "worldwide",
];

/// Words that stand where a place should, in lower case.
const NOTHING: &[&str] = &["location", "n/a", "na", "none", "tba", "tbd"];

/// States of the United States and provinces of Canada: code and name. Source: ISO 3166-2.
const STATES: &[(&str, &str, &str)] = &[
    ("US", "AL", "Alabama"),
    ("US", "AK", "Alaska"),
    ("US", "AZ", "Arizona"),
    ("US", "AR", "Arkansas"),
    ("US", "CA", "California"),
    ("US", "CO", "Colorado"),
    ("US", "CT", "Connecticut"),
    ("US", "DE", "Delaware"),
    ("US", "DC", "District of Columbia"),
    ("US", "FL", "Florida"),
    ("US", "GA", "Georgia"),
    ("US", "HI", "Hawaii"),
    ("US", "ID", "Idaho"),
    ("US", "IL", "Illinois"),
    ("US", "IN", "Indiana"),
    ("US", "IA", "Iowa"),
    ("US", "KS", "Kansas"),
    ("US", "KY", "Kentucky"),
    ("US", "LA", "Louisiana"),
    ("US", "ME", "Maine"),
    ("US", "MD", "Maryland"),
    ("US", "MA", "Massachusetts"),
    ("US", "MI", "Michigan"),
    ("US", "MN", "Minnesota"),
    ("US", "MS", "Mississippi"),
    ("US", "MO", "Missouri"),
    ("US", "MT", "Montana"),
    ("US", "NE", "Nebraska"),
    ("US", "NV", "Nevada"),
    ("US", "NH", "New Hampshire"),
    ("US", "NJ", "New Jersey"),
    ("US", "NM", "New Mexico"),
    ("US", "NY", "New York"),
    ("US", "NC", "North Carolina"),
    ("US", "ND", "North Dakota"),
    ("US", "OH", "Ohio"),
    ("US", "OK", "Oklahoma"),
    ("US", "OR", "Oregon"),
    ("US", "PA", "Pennsylvania"),
    ("US", "RI", "Rhode Island"),
    ("US", "SC", "South Carolina"),
    ("US", "SD", "South Dakota"),
    ("US", "TN", "Tennessee"),
    ("US", "TX", "Texas"),
    ("US", "UT", "Utah"),
    ("US", "VT", "Vermont"),
    ("US", "VA", "Virginia"),
    ("US", "WA", "Washington"),
    ("US", "WV", "West Virginia"),
    ("US", "WI", "Wisconsin"),
    ("US", "WY", "Wyoming"),
    ("CA", "AB", "Alberta"),
    ("CA", "BC", "British Columbia"),
    ("CA", "MB", "Manitoba"),
    ("CA", "NB", "New Brunswick"),
    ("CA", "NL", "Newfoundland and Labrador"),
    ("CA", "NS", "Nova Scotia"),
    ("CA", "ON", "Ontario"),
    ("CA", "PE", "Prince Edward Island"),
    ("CA", "QC", "Quebec"),
    ("CA", "SK", "Saskatchewan"),
];

pub(super) fn city(word: &str) -> Option<City> {
    let word = word.to_lowercase();
    let (_, name, region, country) =
        CITIES.iter().find(|(names, ..)| names.split('|').any(|name| name == word))?;
    let region = Some(*region).filter(|region| !region.is_empty());
    Some(City { name, region, country: Country::find(country)? })
}

/// A country by its name or a usual abbreviation, never by a bare code: `CA`, `DE` and `IN` are states too.
pub(super) fn country(word: &str) -> Option<Country> {
    let folded = word.to_lowercase();
    let alias = COUNTRIES.iter().find(|(name, _)| *name == folded);
    alias.map_or_else(|| Country::named(word), |(_, code)| Country::find(code))
}

/// A country by its name, a usual abbreviation or its code, where nothing else can be meant.
pub(super) fn country_or_code(word: &str) -> Option<Country> {
    country(word).or_else(|| Country::find(&word.to_uppercase()))
}

/// The code of a state or province, and its country.
pub(super) fn state(word: &str) -> Option<(&'static str, Country)> {
    let (country, code, _) =
        STATES.iter().find(|(_, code, name)| *code == word || name.eq_ignore_ascii_case(word))?;
    Some((code, Country::find(country)?))
}

pub(super) fn is_region(word: &str) -> bool {
    REGIONS.contains(&word.to_lowercase().as_str())
}

pub(super) fn is_nothing(word: &str) -> bool {
    NOTHING.contains(&word.to_lowercase().as_str())
}
