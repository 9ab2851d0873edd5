//! Invitations as calendars read them: iCalendar (RFC 5545) for one addressee, asked or called off (RFC 5546).
//!
//! Times are UTC, so no zone has to be described; what people read stands in the letter, in the zone they meet in.

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component, Event, EventLike, Property};

use super::line::Line;
use super::message::{Party, Unwritable, address};

/// What an invitation asks of a calendar (RFC 5546 section 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Put it in, or change what is there.
    Request,
    /// Take it out.
    Cancel,
}

impl Method {
    /// The method as calendars spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// A meeting, as one person's calendar is told.
#[derive(Clone, Debug)]
pub struct Meeting<'a> {
    /// The same for good, and for all who come.
    pub uid: &'a str,
    /// Rises with each change.
    pub sequence: i32,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// When this was written.
    pub written_at: DateTime<Utc>,
    /// What stands in the calendar.
    pub summary: Line,
    /// What stands below it, in lines.
    pub description: Vec<Line>,
    /// Where: a place, or the address of the call.
    pub location: Option<Line>,
    /// The address that invites, which the mail is from.
    pub organizer: &'a str,
    /// Whether the addressee only listens.
    pub optional: bool,
}

/// An invitation for one addressee, as it is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// What it asks; the part that carries it says the same (RFC 6047 section 2.4).
    pub method: Method,
    /// The iCalendar text, with its own line ends.
    pub text: String,
}

/// Writes an invitation. The same meeting gives the same text.
///
/// # Errors
/// `Address` when one of the two addresses is none.
pub fn write(meeting: &Meeting<'_>, method: Method, attendee: &Party) -> Result<Invite, Unwritable> {
    let lines: Vec<&str> = meeting.description.iter().map(Line::as_str).collect();
    let mut event = Event::new();
    event
        .uid(meeting.uid)
        .sequence(u32::try_from(meeting.sequence).unwrap_or_default())
        .timestamp(meeting.written_at)
        .starts(meeting.starts_at)
        .ends(meeting.ends_at)
        .summary(meeting.summary.as_str())
        .description(&lines.join("\n"))
        .append_property(Property::new("ORGANIZER", mailto(meeting.organizer)?))
        .append_multi_property(invited(meeting, method, attendee)?);
    if let Some(location) = &meeting.location {
        event.location(location.as_str());
    }
    let status = match method {
        Method::Request => icalendar::EventStatus::Confirmed,
        Method::Cancel => icalendar::EventStatus::Cancelled,
    };
    event.status(status);
    // An empty one, since the library's own would have a second PRODID.
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//Vacantia//Vacantia//EN"))
        .append_property(("METHOD", method.as_str()))
        .push(event);
    Ok(Invite { method, text: calendar.to_string() })
}

fn invited(meeting: &Meeting<'_>, method: Method, attendee: &Party) -> Result<Property, Unwritable> {
    let mut property = Property::new("ATTENDEE", mailto(&attendee.address)?);
    let name = parameter(&attendee.name);
    if !name.is_empty() {
        property.add_parameter("CN", &name);
    }
    property.add_parameter("ROLE", if meeting.optional { "OPT-PARTICIPANT" } else { "REQ-PARTICIPANT" });
    if method == Method::Request {
        property.add_parameter("PARTSTAT", "NEEDS-ACTION").add_parameter("RSVP", "TRUE");
    }
    Ok(property)
}

fn mailto(text: &str) -> Result<String, Unwritable> {
    Ok(format!("mailto:{}", address(text)?))
}

/// A parameter cannot hold a double quote, and the library takes what it is given; a backslash is no escape here, but some
/// read it as one, over the colon before the address too. A line has no controls any more.
fn parameter(name: &Line) -> String {
    name.as_str().replace('"', "'").replace('\\', "/")
}
