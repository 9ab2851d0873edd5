//! What feed formats for readers have no word for, in a namespace of our own: the same facts in RSS, Atom and JSON Feed.

use super::Element;
use crate::domain::feed::Severity;
use crate::domain::place::Workplace;
use crate::domain::posting::EmploymentType;
use crate::feeds::fact::{Fact, Words};

/// Where they are described: fixed for ever, whatever the address of the installation.
pub(super) const SOURCE: &str = "schema/feeds/rss/README.md";

const fn own(name: &'static str, holds: Fact, rule: &'static str) -> Element {
    Element::new(name, holds, rule, SOURCE)
}

pub(super) const LOCATION: Element =
    own("job:location", Fact::EachLocation, "City, region and country; once for each place, none if remote.");
pub(super) const REMOTE_COUNTRY: Element = own(
    "job:remoteCountry",
    Fact::EachRemoteCountry,
    "Where remote work may be done from; once for each country.",
);
pub(super) const WORKPLACE: Element =
    own("job:workplace", Fact::Workplace(WORKPLACES), "onsite, hybrid or remote.");
pub(super) const EMPLOYMENT_TYPE: Element =
    own("job:employmentType", Fact::Employment(EMPLOYMENT), "schema.org's words, such as FULL_TIME.");
pub(super) const SALARY: Element =
    own("job:salary", Fact::EachPay, "Amounts in whole units, currency, period; once for each jurisdiction.")
        .missing(Severity::Info);
pub(super) const OPENINGS: Element =
    own("job:openings", Fact::Openings, "Seats not yet filled, over all teams.");
pub(super) const TEAM: Element =
    own("job:team", Fact::EachTeamOpenings, "Seats not yet filled, for each team by rank.");
pub(super) const EXPIRES: Element = own("job:expires", Fact::ExpiresAt, "The deadline.");
pub(super) const REFERENCE: Element = own(
    "job:reference",
    Fact::Requisition,
    "What every channel calls the posting; the strictest board takes 40.",
)
.required()
.length(1, 40);
pub(super) const APPLY_URL: Element = own("job:applyUrl", Fact::ApplyUrl, "Where one applies.");

/// The words of schema.org.
const EMPLOYMENT: Words<EmploymentType> = &[
    (EmploymentType::FullTime, "FULL_TIME"),
    (EmploymentType::PartTime, "PART_TIME"),
    (EmploymentType::Contract, "CONTRACTOR"),
    (EmploymentType::Temporary, "TEMPORARY"),
    (EmploymentType::Intern, "INTERN"),
    (EmploymentType::Volunteer, "VOLUNTEER"),
    (EmploymentType::PerDiem, "PER_DIEM"),
];

const WORKPLACES: Words<Workplace> =
    &[(Workplace::Onsite, "onsite"), (Workplace::Hybrid, "hybrid"), (Workplace::Remote, "remote")];
