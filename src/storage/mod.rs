//! What is kept, on SQLite or PostgreSQL. The only floor that names `sea_orm`.
//!
//! * [`store`]: opens a database, checks its engine, and reads from it.
//! * [`mod@write`]: the one way to change something: a closure that may run again, all of it or nothing.
//! * `turn`: how writes take turns on SQLite and share one COMMIT.
//! * [`source`]: where a statement goes (pool, snapshot, transaction) and how it is counted.
//! * [`tally`]: what one piece of work asked; [`gauge`]: how the installation stands, in numbers.
//! * [`migration`]: bringing the schema up, down, and telling where it stands.
//! * [`fault`]: how this floor fails, and which broken constraint means which refusal.
//! * [`dialect`]: the few texts that differ between the two databases.
//! * [`archive`]: the whole database as records, and back.
//! * [`backup`]: what copying a database needs to know of it.
//! * [`digest`]: what is kept of a secret instead of itself.
//! * [`page`]: a part of a list, by keyset.
//! * `row`: rows by the names of their columns; `document`: what is kept as JSON.
//! * `scope`: a policy's scope as a WHERE condition.
//! * `value`: the domain's ids and enums as column values.
//!
//! Every other file is a noun. A read takes `&impl Source` (the [`Store`], a [`Snapshot`], or a
//! [`Tx`]); a write takes `&Tx`.

pub mod advertised;
pub mod allotment;
pub mod answer;
pub mod application;
pub mod approval;
pub mod archive;
pub mod backup;
pub mod candidate;
pub mod certificate;
pub mod channel_setting;
mod connect;
mod content;
pub mod decision;
pub mod delivery;
pub mod dialect;
pub mod digest;
mod document;
pub mod email_message;
pub mod event;
pub mod fault;
pub mod feed;
pub mod feed_change;
pub mod form;
pub mod gauge;
pub mod idempotency;
pub mod inbound;
pub mod interview;
pub mod justification;
pub mod letter_template;
pub mod link;
pub mod message;
pub mod migration;
pub mod note;
pub mod offer;
pub mod offer_code;
pub mod offer_document;
pub mod offer_version;
pub mod opening;
pub mod outlook;
pub mod page;
pub mod ping;
pub mod pipeline;
pub mod plan;
pub mod posting;
pub mod posting_source;
pub mod posting_team;
pub mod reference;
pub mod reference_request;
pub mod report;
mod row;
pub mod saved_reply;
mod scope;
pub mod scorecard;
pub mod slot;
pub mod source;
pub mod stage_return;
pub mod step;
pub mod store;
pub mod tag;
pub mod tally;
pub mod team;
pub mod token;
pub mod transfer;
mod turn;
pub mod user;
mod value;
pub mod work;
pub mod write;

pub use dialect::Kind;
pub use fault::{Failure, Fault};
pub use page::{Page, Part, Place};
pub use source::{Snapshot, Source};
pub use store::{Store, StoreOptions, Synchronous};
pub use write::Tx;
