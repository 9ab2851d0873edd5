//! What a board's text about places means: locations, countries to work from, or words that stay words.
//!
//! A text names several places, apart by `;`, `/`, `or`, `and`, or commas. A city of the gazetteer is itself. Any other
//! city counts when its state or country follows it. `Remote` counts with a country. A country alone is no place to go to,
//! and `EMEA` is no country: such words are kept as labels, with the reason.

use super::gazetteer::{City, city, country, country_or_code, is_nothing, is_region, state};
use crate::domain::country::Country;
use crate::domain::place::{Location, Workplace};

/// Where a job is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// How much at a location.
    pub workplace: Workplace,
    /// At which.
    pub locations: Vec<Location>,
    /// From which countries, if fully remote.
    pub remote_countries: Vec<Country>,
    /// What is left as words.
    pub labels: Vec<Label>,
}

/// Words about a place that are kept as words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The board's words.
    pub text: String,
    /// Why they are no more than that.
    pub reason: &'static str,
}

/// What the record says beside the words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stated {
    /// How much is done at a location.
    pub workplace: Option<Workplace>,
    /// In which country the first place is.
    pub country: Option<Country>,
}

/// A place in parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// Street and number.
    pub street: Option<&'a str>,
    /// City or town.
    pub city: Option<&'a str>,
    /// State, province or region.
    pub region: Option<&'a str>,
    /// Postal code.
    pub postal_code: Option<&'a str>,
    /// Country, by name or code.
    pub country: Option<&'a str>,
}

/// One place of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    text: String,
    meant: Meant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Meant {
    At(Location),
    RemoteIn(Country),
    Country(Country),
    RemoteSomewhere(&'static str),
    Unclear(&'static str),
}

/// The first tokens of a list that mean something together: how many, and what.
type Read = Option<(usize, Meant)>;

const REGION: &str = "a part of the world, not a country";
const NO_COUNTRY: &str = "remote, without a country";
const NOT_WHOLE: &str = "remote, but not from a whole country";
const UNKNOWN: &str = "not in the table of places";

/// What a text about places means.
#[must_use]
pub fn read(text: &str, stated: &Stated) -> Places {
    Places::of(spots(text, &Address::default()), stated)
}

/// The places of a text; an address with city and country says better where a single one is.
#[must_use]
pub fn spots(text: &str, address: &Address<'_>) -> Vec<Spot> {
    let words = text.replace(['(', ')'], " ");
    if let Some(location) = located(address)
        && remote_rest(&words).is_none()
    {
        return vec![Spot { text: folded(text), meant: Meant::At(location) }];
    }
    let mut spots = Vec::new();
    for piece in pieces(&words) {
        let tokens: Vec<&str> = piece.split(',').map(str::trim).filter(|token| !token.is_empty()).collect();
        let mut rest = tokens.as_slice();
        while let Some((first, after)) = rest.split_first() {
            let (used, meant) = meaning(first, after);
            spots.push(Spot { text: rest[..used].join(", "), meant });
            rest = &rest[used..];
        }
    }
    spots
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text apart at `;`, `/`, `|` and the words that join places.
fn pieces(text: &str) -> Vec<String> {
    if is_nothing(text.trim()) {
        return vec![text.trim().to_owned()];
    }
    let joins = |word: &&str| !["or", "and", "&"].contains(&word.to_lowercase().as_str());
    let mut pieces = Vec::new();
    for part in text.split([';', '/', '|', '\n']) {
        let words: Vec<&str> = part.split_whitespace().collect();
        pieces.extend(words.split(|word| !joins(word)).map(|words| words.join(" ")));
    }
    pieces
}

fn located(address: &Address<'_>) -> Option<Location> {
    let country = country_or_code(address.country?)?;
    let known = city(address.city?).filter(|known| known.country == country);
    let name = known.map_or(address.city?, |known| known.name);
    let region = address.region.map(|region| match state(region.trim()) {
        Some((code, of)) if of == country => code.to_owned(),
        _ => folded(region),
    });
    Some(Location {
        street: address.street.map(str::to_owned),
        region: region.or_else(|| known?.region.map(str::to_owned)),
        postal_code: address.postal_code.map(str::to_owned),
        ..at(name, None, country)
    })
}

fn at(city: &str, region: Option<&str>, country: Country) -> Location {
    Location {
        key: String::new(),
        street: None,
        city: city.to_owned(),
        region: region.map(str::to_owned),
        postal_code: None,
        country,
    }
}

fn meaning(first: &str, after: &[&str]) -> (usize, Meant) {
    remote(first, after)
        .or_else(|| in_city(office(first), after))
        .or_else(|| prefixed(office(first)))
        .or_else(|| country_first(first, after))
        .or_else(|| stated_city(office(first), after))
        .unwrap_or_else(|| (1, Meant::Unclear(unclear(first))))
}

fn unclear(word: &str) -> &'static str {
    match word {
        _ if is_region(word) => REGION,
        _ if is_nothing(word) => "names no place",
        _ => UNKNOWN,
    }
}

/// What is left of a text that says remote; `None` if it does not.
fn remote_rest(text: &str) -> Option<String> {
    let plain = text.to_lowercase().replace("home based", "remote").replace("home-based", "remote");
    let is_remote = |word: &&str| *word == "remote";
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| c.is_whitespace() || c == '-').map(str::to_owned).collect()
    };
    let all = words(&plain);
    if !all.iter().any(|word| is_remote(&word.as_str())) {
        return None;
    }
    let filler = |word: &&String| !["", "remote", "in", "the", "fully", "from"].contains(&word.as_str());
    Some(all.iter().filter(filler).cloned().collect::<Vec<_>>().join(" "))
}

/// `Remote`, `Remote, Italy`, `US-Remote`, `Remote in the US`, `Home based - EMEA`.
fn remote(first: &str, after: &[&str]) -> Read {
    let rest = remote_rest(first)?;
    let next = after.first().copied().unwrap_or_default();
    Some(match country(&rest) {
        Some(country) => (1, Meant::RemoteIn(country)),
        None if rest.is_empty() => match country(next) {
            Some(country) => (2, Meant::RemoteIn(country)),
            None if is_region(next) => (2, Meant::RemoteSomewhere(REGION)),
            None => (1, Meant::RemoteSomewhere(NO_COUNTRY)),
        },
        None if is_region(&rest) => (1, Meant::RemoteSomewhere(REGION)),
        None if country(next).is_some() => (2, Meant::RemoteSomewhere(NOT_WHOLE)),
        None => (1, Meant::RemoteSomewhere(NOT_WHOLE)),
    })
}

/// The place behind `Office Based -`, without a headquarters' mark.
fn office(text: &str) -> &str {
    let prefix = "office based";
    let text = match text.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => {
            text[prefix.len()..].trim_start_matches([' ', '-'])
        }
        _ => text,
    };
    text.strip_suffix("HQ").map_or(text, |text| text.trim_end_matches([' ', '-']))
}

/// A city of the gazetteer, with the state and country that may follow.
fn in_city(first: &str, after: &[&str]) -> Read {
    let known = city(first)?;
    let next = after.first().copied().unwrap_or_default();
    if let (None, Some((region, country)), None) = (known.region, state(next), city(next)) {
        // A namesake: `Paris, TX`.
        return Some((2, Meant::At(at(known.name, Some(region), country))));
    }
    let mut used = 1;
    if known.region.is_some() && state(next).map(|(region, _)| region) == known.region {
        used += 1;
    }
    if after.get(used - 1).and_then(|word| country(word)) == Some(known.country) {
        used += 1;
    }
    Some((used, Meant::At(of(known))))
}

fn of(city: City) -> Location {
    at(city.name, city.region, city.country)
}

/// `US-Chicago`, `IN - Bengaluru`, `London - United Kingdom`: both have to agree.
fn prefixed(text: &str) -> Read {
    let (one, other) = text.split_once(['-', ':'])?;
    let (one, other) = (one.trim(), office(other.trim()));
    let agrees = |known: &City, word: &str| country_or_code(word) == Some(known.country);
    let known = city(other).filter(|known| agrees(known, one));
    let known = known.or_else(|| city(one).filter(|known| agrees(known, other)))?;
    Some((1, Meant::At(of(known))))
}

/// `India, Bangalore`, or a country alone.
fn country_first(first: &str, after: &[&str]) -> Read {
    let named = country(first)?;
    let known = after.first().and_then(|next| city(next)).filter(|known| known.country == named);
    Some(known.map_or((1, Meant::Country(named)), |known| (2, Meant::At(of(known)))))
}

/// Any other city with its state or country: `Ghent, Belgium`; `Reno, NV, United States`.
fn stated_city(first: &str, after: &[&str]) -> Read {
    let next = *after.first()?;
    // A state or part of the world is no city of the next one.
    if state(first).is_some() || is_region(first) || is_nothing(first) || first.contains(['-', ':']) {
        return None;
    }
    if let (Some((region, of)), None) = (state(next), city(next)) {
        let more = after.get(1).and_then(|word| country(word)) == Some(of);
        return Some((2 + usize::from(more), Meant::At(at(first, Some(region), of))));
    }
    country(next).map(|country| (2, Meant::At(at(first, None, country))))
}

impl Places {
    /// What these places are together. A job at places may also be remote; a posting says one of the two, so the other is
    /// kept as words.
    #[must_use]
    pub fn of(spots: Vec<Spot>, stated: &Stated) -> Self {
        let somewhere = spots.iter().any(|spot| matches!(spot.meant, Meant::At(_)));
        let remotely = |spot: &Spot| matches!(spot.meant, Meant::RemoteIn(_) | Meant::RemoteSomewhere(_));
        let workplace = match stated.workplace {
            Some(stated) => stated,
            None if !somewhere && spots.iter().any(remotely) => Workplace::Remote,
            None => Workplace::Onsite,
        };
        let mut places =
            Self { workplace, locations: Vec::new(), remote_countries: Vec::new(), labels: Vec::new() };
        for spot in spots {
            match workplace {
                Workplace::Remote => places.anywhere(spot),
                Workplace::Onsite | Workplace::Hybrid => places.at_place(spot),
            }
        }
        if workplace == Workplace::Remote && places.remote_countries.is_empty() {
            places.remote_countries.extend(stated.country);
        }
        places
    }

    fn anywhere(&mut self, spot: Spot) {
        let country = match spot.meant {
            Meant::RemoteIn(country) | Meant::Country(country) => country,
            Meant::At(location) => {
                self.label(spot.text, "remote, though a city is named");
                location.country
            }
            Meant::RemoteSomewhere(reason) | Meant::Unclear(reason) => return self.label(spot.text, reason),
        };
        if !self.remote_countries.contains(&country) {
            self.remote_countries.push(country);
        }
    }

    fn at_place(&mut self, spot: Spot) {
        match spot.meant {
            Meant::At(location) if self.locations.contains(&location) => {}
            Meant::At(location) => self.locations.push(location),
            Meant::RemoteIn(_) | Meant::RemoteSomewhere(_) => {
                self.label(spot.text, "the posting is done at places; this other way stays in words");
            }
            Meant::Country(_) => self.label(spot.text, "a country without a city"),
            Meant::Unclear(reason) => self.label(spot.text, reason),
        }
    }

    fn label(&mut self, text: String, reason: &'static str) {
        if self.labels.iter().all(|known| known.text != text) {
            self.labels.push(Label { text, reason });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let places = read(text, &Stated::default());
        let mut parts: Vec<String> = places.locations.iter().map(ToString::to_string).collect();
        parts.extend(places.remote_countries.iter().map(|country| format!("from {country}")));
        parts.extend(places.labels.iter().map(|label| format!("\"{}\"", label.text)));
        parts.join(" + ")
    }

    #[test]
    fn texts_of_real_boards_are_understood() {
        for (text, expected) in [
            ("Remote, Italy", "from IT"),
            ("Remote in the US, Remote in Canada", "from US + from CA"),
            ("Home based - EMEA", "\"Home based - EMEA\""),
            ("Remote", "\"Remote\""),
            ("Dublin ", "Dublin, Ireland"),
            ("Dublin OR London", "Dublin, Ireland + London, United Kingdom"),
            (
                "San Francisco, CA; Chicago, IL & New York, NY",
                "San Francisco, CA, United States + Chicago, IL, United States + New York, NY, United States",
            ),
            (
                "SF, NYC, remote",
                "San Francisco, CA, United States + New York, NY, United States + \"remote\"",
            ),
            ("San Francisco, NY", "San Francisco, CA, United States + New York, NY, United States"),
            ("US-SF-HQ, CA-Toronto", "San Francisco, CA, United States + Toronto, ON, Canada"),
            ("Germany, Berlin, Munich", "Berlin, Germany + Munich, Germany"),
            ("Ghent, Belgium", "Ghent, Belgium"),
            ("Reno, NV, United States", "Reno, NV, United States"),
            ("Paris, TX", "Paris, TX, United States"),
            ("Office Based - London, UK", "London, United Kingdom"),
            ("Toronto, Ontario, Canada", "Toronto, ON, Canada"),
            ("US", "\"US\""),
            ("N/A", "\"N/A\""),
            ("(Bengaluru, India)", "Bengaluru, India"),
            ("", ""),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn what_a_record_states_weighs_more_than_words() {
        let remote = Stated { workplace: Some(Workplace::Remote), country: Country::find("US") };
        assert_eq!(read("United States", &remote).remote_countries, [Country::find("US").unwrap()]);
        let anywhere = read("Remote", &remote);
        assert_eq!(anywhere.remote_countries, [Country::find("US").unwrap()]);
        assert_eq!(anywhere.labels.len(), 1);
    }

    #[test]
    fn an_address_says_better_where_a_place_is() {
        let address = Address {
            city: Some("San Fransisco"),
            region: Some("California "),
            country: Some("USA"),
            ..Address::default()
        };
        let spots = spots("Our HQ", &address);
        let places = Places::of(spots, &Stated::default());
        assert_eq!(places.locations[0].to_string(), "San Francisco, CA, United States");
    }
}
