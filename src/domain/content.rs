//! What a recruiter writes becomes what a posting says: every text cleaned, every list bounded, all faults at once.

use super::Refusal;
use super::clock::Chance;
use super::faults::{Faults, each};
use super::money::PayRange;
use super::place::{Location, Workplace, keyed};
use super::posting::{Content, EmploymentType, Reading, Requirement, Section};
use super::question;
use super::text;

impl EmploymentType {
    /// What people call it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::FullTime => "Full time",
            Self::PartTime => "Part time",
            Self::Contract => "Contract",
            Self::Temporary => "Temporary",
            Self::Intern => "Internship",
            Self::Volunteer => "Volunteering",
            Self::PerDiem => "By the day",
        }
    }
}

impl Content {
    /// Cleaned and checked; each location has a key, the one it had `before` where it is the same place.
    ///
    /// # Errors
    /// `REQUIRED` or `INVALID` on each field at fault, such as `sections.0.heading`.
    pub fn checked(self, before: &[Location], chance: &dyn Chance) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        match self.workplace {
            Workplace::Remote => faults.most("locations", &self.locations, 0),
            Workplace::Onsite | Workplace::Hybrid => {
                faults.most("remoteCountries", &self.remote_countries, 0);
            }
        }
        faults.most("sections", &self.sections, 20);
        faults.most("requirements", &self.requirements, 50);
        faults.most("links", &self.links, 20);
        faults.most("locations", &self.locations, 100);
        faults.most("remoteCountries", &self.remote_countries, 250);
        faults.most("placeLabels", &self.place_labels, 100);
        faults.most("payRanges", &self.pay_ranges, 50);
        faults.most("questions", &self.questions, 50);
        let countries = |place: usize| format!("remoteCountries.{place}");
        faults.twice(&self.remote_countries, countries, "each country once");
        let checked = Self {
            title: faults.keep(text::line("title", &self.title, 120)),
            sections: each(self.sections, |place, it| section(&mut faults, place, &it)),
            requirements: each(self.requirements, |place, it| requirement(&mut faults, place, &it)),
            links: each(self.links, |place, it| link(&mut faults, place, &it)),
            locations: locations(&mut faults, self.locations, before, chance),
            place_labels: each(self.place_labels, |place, it| {
                faults.keep(text::line(&format!("placeLabels.{place}"), &it, 200))
            }),
            pay_ranges: pay_ranges(&mut faults, self.pay_ranges),
            questions: question::checked(&mut faults, |place| format!("questions.{place}"), self.questions),
            ..self
        };
        faults.end()?;
        Ok(checked)
    }
}

fn section(faults: &mut Faults, place: usize, section: &Section) -> Section {
    let field = |name: &str| format!("sections.{place}.{name}");
    Section {
        heading: faults
            .keep(text::optional_line(&field("heading"), Some(&section.heading), 120))
            .unwrap_or_default(),
        body: faults.keep(text::prose(&field("body"), &section.body, 10_000)),
    }
}

fn requirement(faults: &mut Faults, place: usize, requirement: &Requirement) -> Requirement {
    let text = text::line(&format!("requirements.{place}.text"), &requirement.text, 500);
    Requirement { text: faults.keep(text), level: requirement.level }
}

fn link(faults: &mut Faults, place: usize, link: &Reading) -> Reading {
    Reading {
        label: faults.keep(text::line(&format!("links.{place}.label"), &link.label, 120)),
        url: faults.keep(text::web_address(&format!("links.{place}.url"), &link.url)),
    }
}

fn locations(
    faults: &mut Faults,
    asked: Vec<Location>,
    before: &[Location],
    chance: &dyn Chance,
) -> Vec<Location> {
    let cleaned = each(asked, |place, it| location(faults, place, it));
    faults.keep(keyed(cleaned, before, chance))
}

fn location(faults: &mut Faults, place: usize, location: Location) -> Location {
    let field = |name: &str| format!("locations.{place}.{name}");
    Location {
        street: faults.keep(text::optional_line(&field("street"), location.street.as_deref(), 120)),
        city: faults.keep(text::line(&field("city"), &location.city, 80)),
        region: faults.keep(text::optional_line(&field("region"), location.region.as_deref(), 80)),
        postal_code: faults.keep(text::optional_line(
            &field("postalCode"),
            location.postal_code.as_deref(),
            20,
        )),
        ..location
    }
}

fn pay_ranges(faults: &mut Faults, ranges: Vec<PayRange>) -> Vec<PayRange> {
    let places: Vec<_> = ranges.iter().map(|range| range.jurisdiction).collect();
    let jurisdiction = |place: usize| format!("payRanges.{place}.jurisdiction");
    faults.twice(&places, jurisdiction, "one range for each jurisdiction");
    each(ranges, |place, range| {
        let checked = range.clone().checked(&format!("payRanges.{place}"));
        faults.keep(checked.map(Some)).unwrap_or(range)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemChance;
    use crate::domain::country::Country;
    use crate::domain::money::{Currency, PayInterval};
    use crate::domain::place::Workplace;
    use crate::domain::posting::{EmploymentType, RequirementLevel};
    use crate::domain::question::{Question, QuestionType};

    fn content() -> Content {
        Content {
            title: " Backend\u{202E} Developer\n".into(),
            sections: vec![Section { heading: "The work".into(), body: "a\r\nb\u{7}".into() }],
            requirements: vec![Requirement { text: "Ruby".into(), level: RequirementLevel::Strict }],
            links: vec![Reading { label: "Handbook".into(), url: "https://example.com/h".into() }],
            locations: Vec::new(),
            place_labels: Vec::new(),
            remote_countries: vec![Country::find("DE").unwrap()],
            workplace: Workplace::Remote,
            employment_type: EmploymentType::FullTime,
            pay_ranges: Vec::new(),
            questions: Vec::new(),
        }
    }

    fn range(min: i64, max: i64) -> PayRange {
        let currency = Currency::find("EUR").unwrap();
        PayRange { jurisdiction: None, min, max, currency, interval: PayInterval::Year }
    }

    fn question(key: &str, kind: QuestionType, options: &[&str]) -> Question {
        let options = options.iter().map(|&option| option.into()).collect();
        Question { key: key.into(), label: "?".into(), kind, required: true, options }
    }

    #[test]
    fn texts_are_cleaned() {
        let checked = content().checked(&[], &SystemChance).unwrap();
        assert_eq!(
            (checked.title.as_str(), checked.sections[0].body.as_str()),
            ("Backend Developer", "a\nb")
        );
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let mut wrong = content();
        wrong.title = " ".into();
        wrong.links[0].url = "javascript:alert(1)".into();
        wrong.remote_countries.push(Country::find("DE").unwrap());
        wrong.pay_ranges = vec![range(2, 1), range(1, 2)];
        wrong.workplace = Workplace::Onsite;
        wrong.questions = vec![
            question("why", QuestionType::Prose, &["a"]),
            question("why", QuestionType::Choice, &[]),
            question("a b", QuestionType::Choice, &["x", "x"]),
        ];
        let refused = wrong.checked(&[], &SystemChance).unwrap_err();
        let mut fields: Vec<_> = refused.each().iter().filter_map(Refusal::field).collect();
        fields.sort_unstable();
        let expected = [
            "links.0.url",
            "payRanges.0.maxMinor",
            "payRanges.1.jurisdiction",
            "questions.0.options",
            "questions.1.key",
            "questions.1.options",
            "questions.2.key",
            "questions.2.options.1",
            "remoteCountries",
            "remoteCountries.1",
            "title",
        ];
        assert_eq!(fields, expected);
    }
}
