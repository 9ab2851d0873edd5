//! What a posting says, checked: every text is safe to keep and to publish, every list bounded.

use super::Refusal;
use super::clock::{Chance, random_text};
use super::money::PayRange;
use super::place::{Location, Workplace};
use super::posting::{Content, Reading, Requirement, Section};
use super::question::{Question, QuestionType};
use super::text;

/// The most entries a list of a posting may have.
const MOST: usize = 50;
/// How long a location's key is.
const KEY: usize = 8;

impl Content {
    /// Checks every part. Locations without a known key get a new one; the others keep theirs.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID` on the part at fault: `sections.0.heading`.
    pub fn checked(self, known: &[Location], chance: &dyn Chance) -> Result<Self, Refusal> {
        if self.workplace != Workplace::Remote && !self.remote_countries.is_empty() {
            return Err(Refusal::invalid("remoteCountries", "no countries unless the workplace is remote"));
        }
        if self.workplace == Workplace::Remote && !self.locations.is_empty() {
            return Err(Refusal::invalid("locations", "no locations if the workplace is remote"));
        }
        let mut countries = self.remote_countries;
        countries.dedup();
        Ok(Self {
            title: text::line("title", &self.title, 150)?,
            sections: each("sections", self.sections, section)?,
            requirements: each("requirements", self.requirements, requirement)?,
            links: each("links", self.links, reading)?,
            locations: located(each("locations", self.locations, location)?, known, chance)?,
            remote_countries: bounded("remoteCountries", countries)?,
            pay_ranges: each("payRanges", self.pay_ranges, |field, range| PayRange::checked(range, field))?,
            questions: distinct(each("questions", self.questions, question)?)?,
            ..self
        })
    }
}

fn bounded<T>(field: &str, list: Vec<T>) -> Result<Vec<T>, Refusal> {
    if list.len() > MOST {
        return Err(Refusal::invalid(field, &format!("at most {MOST} entries")));
    }
    Ok(list)
}

fn each<T>(
    field: &str,
    list: Vec<T>,
    check: impl Fn(&str, T) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let list = bounded(field, list)?.into_iter().enumerate();
    list.map(|(place, entry)| check(&format!("{field}.{place}"), entry)).collect()
}

fn section(field: &str, section: Section) -> Result<Section, Refusal> {
    Ok(Section {
        heading: text::line(&format!("{field}.heading"), &section.heading, 150)?,
        body: text::prose(&format!("{field}.body"), &section.body, 20_000)?,
    })
}

fn requirement(field: &str, requirement: Requirement) -> Result<Requirement, Refusal> {
    Ok(Requirement { text: text::line(&format!("{field}.text"), &requirement.text, 500)?, ..requirement })
}

fn reading(field: &str, link: Reading) -> Result<Reading, Refusal> {
    Ok(Reading {
        label: text::line(&format!("{field}.label"), &link.label, 150)?,
        url: text::web_address(&format!("{field}.url"), &link.url)?,
    })
}

fn location(field: &str, location: Location) -> Result<Location, Refusal> {
    let optional = |name: &str, value: &Option<String>, max| {
        text::optional_line(&format!("{field}.{name}"), value.as_deref(), max)
    };
    Ok(Location {
        street: optional("street", &location.street, 150)?,
        city: text::line(&format!("{field}.city"), &location.city, 100)?,
        region: optional("region", &location.region, 100)?,
        postal_code: optional("postalCode", &location.postal_code, 20)?,
        ..location
    })
}

/// Gives each location its key: the one it names, else that of the same place, else a new one.
fn located(
    locations: Vec<Location>,
    known: &[Location],
    chance: &dyn Chance,
) -> Result<Vec<Location>, Refusal> {
    let mut placed: Vec<Location> = Vec::new();
    for (place, location) in locations.into_iter().enumerate() {
        let same = |there: &&Location| there.city == location.city && there.country == location.country;
        let named = known.iter().find(|there| there.key == location.key);
        if named.is_none() && !location.key.is_empty() {
            return Err(Refusal::invalid(
                &format!("locations.{place}.key"),
                "the key of a location of this posting",
            ));
        }
        let free = |there: &&Location| placed.iter().all(|taken| taken.key != there.key);
        let key = match named.or_else(|| known.iter().filter(same).find(free)) {
            Some(there) if free(&there) => there.key.clone(),
            Some(_) => return Err(Refusal::invalid(&format!("locations.{place}.key"), "a key used once")),
            None => random_text(chance, KEY),
        };
        placed.push(Location { key, ..location });
    }
    Ok(placed)
}

fn question(field: &str, question: Question) -> Result<Question, Refusal> {
    let options = match question.kind {
        QuestionType::Choice if question.options.len() < 2 => {
            return Err(Refusal::invalid(&format!("{field}.options"), "at least two options"));
        }
        QuestionType::Choice => {
            each(&format!("{field}.options"), question.options, |at, option| text::line(at, &option, 200))?
        }
        _ if question.options.is_empty() => Vec::new(),
        _ => {
            return Err(Refusal::invalid(&format!("{field}.options"), "no options unless the type is choice"));
        }
    };
    let key = text::line(&format!("{field}.key"), &question.key, 40)?;
    if !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return Err(Refusal::invalid(&format!("{field}.key"), "letters, digits, - and _"));
    }
    Ok(Question {
        key,
        label: text::line(&format!("{field}.label"), &question.label, 500)?,
        options,
        ..question
    })
}

fn distinct(questions: Vec<Question>) -> Result<Vec<Question>, Refusal> {
    for (place, question) in questions.iter().enumerate() {
        if questions[..place].iter().any(|earlier| earlier.key == question.key) {
            return Err(Refusal::invalid(&format!("questions.{place}.key"), "a key no other question has"));
        }
    }
    Ok(questions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemChance;
    use crate::domain::country::Country;
    use crate::domain::posting::EmploymentType;

    fn place(key: &str, city: &str) -> Location {
        Location {
            key: key.into(),
            street: None,
            city: city.into(),
            region: None,
            postal_code: None,
            country: Country::find("DE").unwrap(),
        }
    }

    fn content(locations: Vec<Location>) -> Content {
        Content {
            title: " Backend\nDeveloper ".into(),
            sections: vec![],
            requirements: vec![],
            links: vec![],
            locations,
            remote_countries: vec![],
            workplace: Workplace::Onsite,
            employment_type: EmploymentType::FullTime,
            pay_ranges: vec![],
            questions: vec![],
        }
    }

    #[test]
    fn a_location_keeps_its_key_through_reordering_and_editing() {
        let first =
            content(vec![place("", "Berlin"), place("", "Bonn")]).checked(&[], &SystemChance).unwrap();
        let [berlin, bonn] = &first.locations[..] else { panic!("two places") };
        let moved =
            vec![place("", "Bonn"), Location { city: "Potsdam".into(), ..berlin.clone() }, place("", "Kiel")];
        let second = content(moved).checked(&first.locations, &SystemChance).unwrap();
        assert_eq!(second.locations[0].key, bonn.key);
        assert_eq!(second.locations[1].key, berlin.key);
        assert!(second.locations[2].key.len() == KEY && second.locations[2].key != berlin.key);
    }

    #[test]
    fn each_part_is_named_when_it_is_wrong() {
        assert_eq!(content(vec![]).checked(&[], &SystemChance).unwrap().title, "Backend Developer");
        let question = |key: &str, options: &[&str]| Question {
            key: key.into(),
            label: "?".into(),
            kind: QuestionType::Choice,
            required: false,
            options: options.iter().map(|option| (*option).into()).collect(),
        };
        for (bad, field) in [
            (Content { title: " ".into(), ..content(vec![]) }, "title"),
            (content(vec![place("nonsense", "Bonn")]), "locations.0.key"),
            (content(vec![place("", "")]), "locations.0.city"),
            (Content { workplace: Workplace::Remote, ..content(vec![place("", "Bonn")]) }, "locations"),
            (Content { questions: vec![question("a", &["x"])], ..content(vec![]) }, "questions.0.options"),
            (
                Content {
                    questions: vec![question("a", &["x", "y"]), question("a", &["x", "y"])],
                    ..content(vec![])
                },
                "questions.1.key",
            ),
            (
                Content {
                    links: vec![Reading { label: "x".into(), url: "javascript:x".into() }],
                    ..content(vec![])
                },
                "links.0.url",
            ),
        ] {
            assert_eq!(bad.checked(&[], &SystemChance).unwrap_err().field(), Some(field));
        }
    }
}
