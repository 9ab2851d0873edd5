//! The list's filters: by team and by place. Their values are readable, so that an address can be passed on. Feeds take
//! the same words.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::view::{Choice, counted, countries};
use crate::domain::country::Country;
use crate::domain::feed::{Advertised, TeamVacancies};
use crate::domain::text::slug;

/// What was asked for, as it came.
#[derive(Debug, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    team: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    page: String,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    team: Option<String>,
    place: Option<String>,
    workplace: Option<String>,
    pub page: usize,
}

impl Filter {
    pub fn of(query: &Query) -> Self {
        // People count pages from 1.
        let page = query.page.parse::<usize>().unwrap_or(1).saturating_sub(1);
        Self { team: given(&query.team), place: place(&query.place), workplace: None, page }
    }

    /// What is asked of a feed: `team`, `location` (or `place`, as in the list) and `workplace`, the first of each that
    /// says something.
    pub fn of_feed(query: &str) -> Self {
        let mut filter = Self::default();
        for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "team" => filter.team = filter.team.or_else(|| given(&text)),
                "location" | "place" => filter.place = filter.place.or_else(|| place(&text)),
                "workplace" => {
                    filter.workplace =
                        filter.workplace.or_else(|| given(&text).map(|word| word.to_lowercase()));
                }
                _ => {}
            }
        }
        filter
    }

    pub fn is_on(&self) -> bool {
        self.team.is_some() || self.place.is_some() || self.workplace.is_some()
    }

    /// What stands behind the address of the feed's part that this is, the same however it was asked for.
    pub fn part(&self) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("team", &self.team), ("location", &self.place), ("workplace", &self.workplace)]
        {
            if let Some(value) = value {
                pairs.append_pair(name, value);
            }
        }
        format!("?{}", pairs.finish())
    }

    /// How many bytes its words take.
    pub fn size(&self) -> usize {
        [&self.team, &self.place, &self.workplace].into_iter().flatten().map(String::len).sum()
    }

    pub fn takes(&self, job: &Advertised) -> bool {
        let by_team = |wanted: &String| hiring(job).any(|team| value(team) == *wanted);
        let by_place =
            |wanted: &String| countries(&job.posting.content).iter().any(|one| one.code() == wanted);
        let by_workplace = |wanted: &String| job.posting.content.workplace.as_str() == wanted;
        self.team.as_ref().is_none_or(by_team)
            && self.place.as_ref().is_none_or(by_place)
            && self.workplace.as_ref().is_none_or(by_workplace)
    }

    /// The teams that hire, by name, with how many jobs each has.
    pub fn teams(&self, all: &[Advertised]) -> Vec<Choice> {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for team in all.iter().flat_map(hiring) {
            *counts.entry((team.name.clone(), value(team))).or_default() += 1;
        }
        let choice = |((label, value), count)| Choice {
            chosen: self.team.as_ref() == Some(&value),
            label,
            value,
            count,
        };
        counts.into_iter().map(choice).collect()
    }

    /// The countries somebody may work from, by name, with how many jobs each has.
    pub fn places(&self, all: &[Advertised]) -> Vec<Choice> {
        let mut counts: BTreeMap<(&str, Country), usize> = BTreeMap::new();
        for country in all.iter().flat_map(|job| countries(&job.posting.content)) {
            *counts.entry((country.name(), country)).or_default() += 1;
        }
        let choice = |((name, country), count): ((&str, Country), usize)| Choice {
            chosen: self.place.as_deref() == Some(country.code()),
            label: name.to_owned(),
            value: country.code().to_owned(),
            count,
        };
        counts.into_iter().map(choice).collect()
    }

    /// Where page `number`, counted from 0, of the same list is.
    pub fn address(&self, number: usize) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("team", &self.team), ("place", &self.place)] {
            if let Some(value) = value {
                pairs.append_pair(name, value);
            }
        }
        format!("/jobs?{}", pairs.append_pair("page", &(number + 1).to_string()).finish())
    }
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn place(text: &str) -> Option<String> {
    given(text).map(|code| code.to_uppercase())
}

fn hiring(job: &Advertised) -> impl Iterator<Item = &TeamVacancies> {
    job.teams.iter().filter(|team| team.vacancies > 0)
}

/// A team's name as an address has it; its id where the name has no letters an address can carry.
fn value(team: &TeamVacancies) -> String {
    match slug(&team.name) {
        name if name.is_empty() => team.team.to_string(),
        name => name,
    }
}

/// How much is open, in one line.
pub fn summary(all: &[Advertised]) -> String {
    let vacancies: usize = all.iter().flat_map(hiring).map(|team| team.vacancies as usize).sum();
    if all.is_empty() {
        return "There is no open job at the moment.".to_owned();
    }
    let jobs = counted(all.len(), "open job", "open jobs");
    format!("{jobs} with {}.", counted(vacancies, "vacancy", "vacancies"))
}

/// How many the filter found.
pub fn found(count: usize) -> String {
    match count {
        0 => "No job matches.".to_owned(),
        1 => "1 job matches.".to_owned(),
        more => format!("{more} jobs match."),
    }
}
