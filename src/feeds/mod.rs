//! Postings as boards want them. Pure: nothing here reads a database or a clock.
//!
//! * [`item`]: a posting becomes the neutral [`FeedItem`].
//! * [`html`]: its text becomes HTML, cleaned by each channel's list of tags.
//! * [`dialect`]: each channel's elements as a table: what each holds, in which form, and who says so.
//! * [`fact`]: what an element can hold, and how it is read.
//! * [`rendition`]: an item as one channel tells it: its entries, and what stands against it.
//! * [`issue`]: why a posting is withheld from a channel, or may fare badly there.
//! * [`writer`]: items become a document, streamed.
//! * [`grammar`]: a channel's table as a page to read.
//! * [`json_ld`]: an item as schema.org's `JobPosting`, for careers pages.

pub mod dialect;
pub mod fact;
#[cfg(test)]
mod fixture;
pub mod grammar;
pub mod html;
pub mod issue;
pub mod item;
pub mod json_ld;
pub mod rendition;
#[cfg(test)]
mod tests;
pub mod writer;

pub use issue::readiness;
pub use item::FeedItem;
