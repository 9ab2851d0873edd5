//! Postings as boards want them. Pure: nothing here reads a database or a clock.
//!
//! * [`item`]: a posting becomes the neutral [`FeedItem`].
//! * [`html`]: its text becomes HTML, cleaned by each channel's list of tags.
//! * [`json_ld`]: an item as schema.org's `JobPosting`, for careers pages.

#[cfg(test)]
mod fixture;
pub mod html;
pub mod item;
pub mod json_ld;

pub use item::FeedItem;
