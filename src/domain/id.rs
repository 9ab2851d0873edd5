//! One typed id per noun: a `UUIDv7` as 26 Crockford base-32 characters behind a kind prefix (`post_01h...`).
//!
//! The text is the primary key, the GraphQL id and the feeds' reference; a wrong kind is caught when it is parsed.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::clock::Chance;

/// Crockford's base 32, lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// A text that is not an id of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {0}_ and 26 characters")]
pub struct BadId(pub &'static str);

fn encode(uuid: Uuid) -> String {
    let value = uuid.as_u128();
    (0..LENGTH).rev().map(|place| char::from(ALPHABET[((value >> (place * 5)) & 31) as usize])).collect()
}

fn decode(text: &str) -> Option<Uuid> {
    if text.len() != LENGTH {
        return None;
    }
    let mut value: u128 = 0;
    for (place, byte) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        // 26 digits hold 130 bits: the first one may not use its upper two.
        if place == 0 && digit > 7 {
            return None;
        }
        value = (value << 5) | digit as u128;
    }
    Some(Uuid::from_u128(value))
}

fn fresh(at: DateTime<Utc>, chance: &dyn Chance) -> Uuid {
    let mut bytes = [0; 10];
    chance.fill(&mut bytes);
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What stands before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id; ids of later instants sort later.
            #[must_use]
            pub fn new(at: DateTime<Utc>, chance: &dyn Chance) -> Self {
                Self(fresh(at, chance))
            }

            /// The 26 characters behind the prefix.
            #[must_use]
            pub fn short(self) -> String {
                encode(self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(BadId($prefix))
            }
        }
    )+ };
}

ids! {
    /// Of a posting.
    PostingId = "post";
    /// Of a team.
    TeamId = "team";
    /// Of a posting's hiring for a team.
    PostingTeamId = "pteam";
    /// Of one seat.
    OpeningId = "seat";
    /// Of a hiring plan; a version is the id and its number.
    PlanId = "plan";
    /// Of a person who applies.
    CandidateId = "cand";
    /// Of a candidate's application to a posting.
    ApplicationId = "app";
    /// Of a step as lived by one application.
    StepId = "step";
    /// Of an answer to a question of the posting.
    AnswerId = "ans";
    /// Of questions that were sent to a candidate.
    FormId = "form";
    /// Of one version of somebody's scorecard.
    ScorecardId = "card";
    /// Of a meeting with a candidate.
    InterviewId = "intv";
    /// Of times that a candidate may choose from.
    SlotsId = "slots";
    /// Of one of them.
    SlotId = "slot";
    /// Of what a candidate was asked: to name people.
    ReferenceRequestId = "refreq";
    /// Of one person who is asked about a candidate.
    ReferenceId = "ref";
    /// Of one allotment of an application to a posting's team.
    AllotmentId = "allot";
    /// Of a note about an application.
    NoteId = "note";
    /// Of an offer, over all its versions.
    OfferId = "offer";
    /// Of a decision on one version of an offer.
    ApprovalId = "appr";
    /// Of one approver who is, or was, to decide on a version of an offer.
    ApprovalRequestId = "apreq";
    /// Of a message that is to be, or was, sent.
    EmailMessageId = "mail";
    /// Of a message about an application, in or out.
    MessageId = "msg";
    /// Of a text that is kept for writing to candidates.
    SavedReplyId = "reply";
    /// Of a word to others that something is new.
    PingId = "ping";
    /// Of a member of staff.
    UserId = "user";
    /// Of a grant of a role to a user.
    GrantId = "grant";
    /// Of an API token.
    TokenId = "tok";
    /// Of a one-purpose link.
    LinkId = "link";
    /// Of one accepted change; all its events carry it.
    ChangeId = "chg";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemChance;

    #[test]
    fn text_round_trips_and_sorts_by_time() {
        let early = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let late = DateTime::from_timestamp(1_700_000_001, 0).unwrap();
        let (first, second) = (PostingId::new(early, &SystemChance), PostingId::new(late, &SystemChance));
        assert_eq!(first.to_string().parse(), Ok(first));
        assert!(first.to_string() < second.to_string());
        assert_eq!(first.to_string().len(), "post_".len() + LENGTH);
    }

    #[test]
    fn a_wrong_kind_or_shape_is_refused() {
        let id = TeamId::new(DateTime::UNIX_EPOCH, &SystemChance).to_string();
        assert_eq!(id.parse::<PostingId>(), Err(BadId("post")));
        for bad in
            ["", "team_", "team_01", "team_zzzzzzzzzzzzzzzzzzzzzzzzzz", "team_0000000000000000000000000i"]
        {
            assert!(bad.parse::<TeamId>().is_err(), "{bad}");
        }
    }
}
