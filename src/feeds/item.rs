//! The neutral projection of a posting that every channel is written from.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::html::{self, Body};
use crate::domain::country::Country;
use crate::domain::feed::{Advertised, TeamVacancies};
use crate::domain::id::PostingId;
use crate::domain::money::PayRange;
use crate::domain::place::{Location, Workplace};
use crate::domain::posting::EmploymentType;
use crate::domain::site::Site;

/// How long the summary of a posting is, in characters.
const SUMMARY: usize = 300;

/// What the outside may know of a posting. Its texts hold only characters that XML 1.0 can carry; its times are in the
/// organisation's zone, so that every channel names the same day as the careers page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItem {
    /// Which posting.
    pub posting: PostingId,
    /// Whether anybody may see it now.
    pub visible: bool,
    /// The job's title.
    pub title: String,
    /// Whether it had another when it came into the feeds.
    pub retitled: bool,
    /// The whole text.
    pub body: Body,
    /// The beginning of the text, without markup.
    pub summary: String,
    /// Its careers page.
    pub url: String,
    /// Where one applies.
    pub apply_url: String,
    /// Whether one applies on our own page.
    pub applies_here: bool,
    /// A name that never changes and is no address: a `tag:` URI (RFC 4151). Only published postings have one.
    pub tag: Option<String>,
    /// Who hires.
    pub organisation: Organisation,
    /// When it was first published.
    pub published_at: Option<DateTime<Tz>>,
    /// When a public fact of it last changed.
    pub updated_at: DateTime<Tz>,
    /// Its deadline.
    pub expires_at: Option<DateTime<Tz>>,
    /// How much is done at a location.
    pub workplace: Workplace,
    /// Where, unless fully remote.
    pub locations: Vec<Location>,
    /// Where one may work from, if fully remote.
    pub remote_countries: Vec<Country>,
    /// The kind of employment.
    pub employment_type: EmploymentType,
    /// The pay, per jurisdiction.
    pub pay_ranges: Vec<PayRange>,
    /// The teams that still hire, by rank.
    pub teams: Vec<TeamVacancies>,
    /// Seats not yet filled, over all teams.
    pub openings: u32,
    /// Characters that had to go.
    pub removed: Vec<Removed>,
}

/// Who hires, and how a board reaches a person there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// What it is called.
    pub name: String,
    /// Its own web site.
    pub url: String,
    /// Where a person reads mail.
    pub contact_email: String,
    /// The number of its page on LinkedIn.
    pub linkedin_company: Option<String>,
}

/// Characters of a field that XML 1.0 can't carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Which field.
    pub field: &'static str,
    /// How many there were.
    pub count: usize,
}

impl FeedItem {
    /// What a posting looks like to the outside at `now`.
    #[must_use]
    pub fn project(advertised: &Advertised, site: &Site, now: DateTime<Utc>) -> Self {
        let posting = &advertised.posting;
        let content = &posting.content;
        let mut sieve = Sieve::default();
        let local = |at: DateTime<Utc>| at.with_timezone(&site.zone);
        let teams: Vec<TeamVacancies> =
            advertised.teams.iter().filter_map(|team| hiring(team, &mut sieve)).collect();
        Self {
            posting: posting.id,
            visible: posting.is_visible(now),
            title: sieve.line("title", &content.title),
            retitled: advertised.listed_title.as_ref().is_some_and(|listed| *listed != content.title),
            body: Body::of(content, &mut sieve),
            summary: sieve.line("sections", &html::summary(content, SUMMARY)),
            url: site.posting_url(&posting.slug),
            apply_url: sieve.line("applyUrl", &site.applying_at(posting)),
            applies_here: posting.apply_url.is_none(),
            tag: posting.published_at.map(|at| tag(site, posting.id, at)),
            organisation: organisation(site, &mut sieve),
            published_at: posting.published_at.map(local),
            updated_at: local(posting.updated_at),
            expires_at: posting.expires_at.map(local),
            workplace: content.workplace,
            locations: content.locations.iter().map(|location| place(location, &mut sieve)).collect(),
            remote_countries: content.remote_countries.clone(),
            employment_type: content.employment_type,
            pay_ranges: content.pay_ranges.clone(),
            openings: teams.iter().map(|team| team.vacancies).sum(),
            teams,
            removed: sieve.removed,
        }
    }

    /// What boards call the posting: 26 characters, the same for its whole life.
    #[must_use]
    pub fn requisition(&self) -> String {
        self.posting.short()
    }

    /// The pay for work in a country: its own range, or the one that holds everywhere.
    #[must_use]
    pub fn pay_in(&self, country: Country) -> Option<&PayRange> {
        let of = |jurisdiction| self.pay_ranges.iter().find(|range| range.jurisdiction == jurisdiction);
        of(Some(country)).or_else(|| of(None))
    }
}

fn hiring(team: &TeamVacancies, sieve: &mut Sieve) -> Option<TeamVacancies> {
    (team.vacancies > 0).then(|| TeamVacancies { name: sieve.line("teams.name", &team.name), ..team.clone() })
}

fn organisation(site: &Site, sieve: &mut Sieve) -> Organisation {
    Organisation {
        name: sieve.line("organisation.name", &site.name),
        url: sieve.line("organisation.url", &site.url),
        contact_email: sieve.line("organisation.contactEmail", site.contact_email.as_str()),
        linkedin_company: site.linkedin_company.clone(),
    }
}

fn place(location: &Location, sieve: &mut Sieve) -> Location {
    let mut optional = |field, text: &Option<String>| text.as_deref().map(|text| sieve.line(field, text));
    let street = optional("locations.street", &location.street);
    let region = optional("locations.region", &location.region);
    let postal_code = optional("locations.postalCode", &location.postal_code);
    let city = sieve.line("locations.city", &location.city);
    Location { key: location.key.clone(), street, city, region, postal_code, country: location.country }
}

/// What a posting is called for good: a `tag:` URI (RFC 4151) of an authority, a day on which it was ours, and a name that is
/// ours to give.
#[must_use]
pub fn tag(site: &Site, posting: PostingId, published_at: DateTime<Utc>) -> String {
    let address = url::Url::parse(&site.public_url).ok();
    let host = address.as_ref().and_then(url::Url::host_str).unwrap_or("localhost");
    format!("tag:{host},{}:{posting}", published_at.format("%Y-%m-%d"))
}

/// Whether XML 1.0 can carry this character (XML 1.0 section 2.2).
#[must_use]
pub fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Takes out what XML can't carry, and keeps count.
#[derive(Debug, Default)]
pub struct Sieve {
    removed: Vec<Removed>,
}

impl Sieve {
    /// One line, white space folded.
    pub fn line(&mut self, field: &'static str, text: &str) -> String {
        self.prose(field, text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Text of several lines, all of which end in `\n`.
    pub fn prose(&mut self, field: &'static str, text: &str) -> String {
        let kept: String = text.chars().filter(|c| is_legal(*c)).collect();
        let count = text.chars().count() - kept.chars().count();
        if count > 0 {
            self.count(field, count);
        }
        kept.replace("\r\n", "\n").replace('\r', "\n")
    }

    fn count(&mut self, field: &'static str, count: usize) {
        match self.removed.iter_mut().find(|removed| removed.field == field) {
            Some(removed) => removed.count += count,
            None => self.removed.push(Removed { field, count }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sieve_takes_what_xml_cannot_carry_and_counts_it() {
        let mut sieve = Sieve::default();
        let all: String = (0..0x20_u32).chain([0xFFFE, 0xFFFF]).filter_map(char::from_u32).collect();
        assert_eq!(sieve.prose("title", &format!("a{all}b")), "a\t\n\nb");
        assert_eq!(sieve.line("title", "c\u{B}\t d"), "c d");
        assert_eq!(sieve.removed, vec![Removed { field: "title", count: 32 }]);
        let kept = "\u{202E}שלום 🎉 e\u{301} \u{85}\u{FFFD}";
        assert_eq!(sieve.prose("x", kept), kept);
    }
}
