//! Mail: what a letter says, what it tells a calendar ([`invite`]), the bytes it becomes, how a relay is spoken to, and
//! what comes back ([`inbound`]) to addresses that only we can have made ([`seal`]). The only floor that names `lettre`,
//! `icalendar` and `mail_parser`.
//!
//! A letter is written once ([`letter`]), frozen into bytes once ([`message`]) and then handed over as it is, as often
//! as needed ([`driver`]); [`delivery`] holds the table that says what each answer of a relay means.

pub mod delivery;
pub mod driver;
pub mod inbound;
pub mod invite;
pub mod letter;
pub mod line;
pub mod login;
pub mod message;
pub mod relay;
pub mod seal;
pub mod template;
pub mod tls;
pub mod transport;
mod wire;
