//! Postings as boards want them. Nothing here reads a database or a clock; only the files of [`snapshot`] are I/O.
//!
//! * [`item`]: a posting becomes the neutral [`FeedItem`].
//! * [`html`]: its text becomes HTML, cleaned by each channel's list of tags.
//! * [`dialect`]: each channel's elements as a table: what each holds, in which form, and who says so.
//! * [`fact`]: what an element can hold, how it is read, and what its text may look like.
//! * [`rendition`]: an item as one channel tells it: its entries, and what stands against it.
//! * [`issue`]: why a posting is withheld from a channel, or may fare badly there.
//! * [`writer`]: items become a document, in pieces.
//! * [`build`]: items become the [`Snapshot`] a channel serves, part by part; `press` packs a part, `check` reads it back,
//!   `report` says how each posting fared, and [`batch`] does it for all channels.
//! * [`snapshot`]: a document as it is kept; `pack` has its bytes, [`document`] reads them in a row.
//! * [`shelf`]: which document is current.
//! * [`grammar`]: a channel's table as a page to read, and as an XML Schema or a grammar in RELAX NG.
//! * [`channels`]: how the channels are set, and who fetched them, as far as this instance knows.
//! * [`changes`]: what has come, changed and left, for those who keep up.
//! * [`sitemap`]: the careers pages for search engines.
//! * [`json_ld`]: an item as schema.org's `JobPosting`, for careers pages.

pub mod batch;
#[cfg(test)]
mod board_tests;
pub mod build;
pub mod changes;
pub mod channels;
mod check;
pub mod dialect;
pub mod document;
pub mod fact;
#[cfg(test)]
mod fixture;
pub mod grammar;
mod hash;
pub mod html;
pub mod issue;
pub mod item;
pub mod json_ld;
mod maker;
mod pack;
mod press;
pub mod rendition;
mod report;
pub mod shelf;
pub mod sitemap;
pub mod snapshot;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod walk_tests;
pub mod writer;

pub use issue::readiness;
pub use item::FeedItem;
pub use maker::maker;
pub use shelf::Shelf;
pub use snapshot::Snapshot;
