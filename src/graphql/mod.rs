//! Floor 4: the schema, and the door every query comes through. The only floor that names `async_graphql`.
//!
//! * `guard`, `request`, `endpoint`, `answer`, `extension`: from text to what may be executed, and back.
//! * `values`: how much may be said in return.
//! * [`asking`]: what a request may use; [`batch`]: nested reads, one statement a level.
//! * [`connection`], [`payload`], [`scalar`], [`error`]: the shapes all nouns share.
//!
//! Every other file is a noun: its object, inputs, payloads, and its part of the queries and mutations that
//! [`schema()`] merges.

mod recent;
mod values;

pub mod answer;
pub mod application;
mod application_each;
mod application_input;
mod application_move;
mod application_parts;
mod application_read;
mod approval;
mod approval_input;
pub mod asking;
pub mod batch;
pub mod board;
pub mod candidate;
pub mod channel_setting;
pub mod connection;
mod email_attempt;
pub mod email_message;
pub mod endpoint;
pub mod error;
pub mod event;
pub mod extension;
pub mod feed;
pub mod form;
pub mod guard;
pub mod interview;
mod interview_move;
pub mod letter_template;
pub mod message;
pub mod node;
pub mod note;
pub mod offer;
mod offer_input;
mod offer_move;
mod offer_part;
mod offer_read;
mod offer_terms;
pub mod organisation;
mod outlook;
pub mod payload;
pub mod ping;
pub mod plan;
pub mod posting;
pub mod posting_content;
pub mod posting_source;
pub mod reference;
mod reference_move;
pub mod report;
pub mod request;
pub mod saved_reply;
pub mod scalar;
pub mod schema;
pub mod scorecard;
pub mod slot;
mod slot_move;
pub mod step;
mod step_move;
pub mod tag;
pub mod team;
pub mod token;
pub mod user;
pub mod viewer;
pub mod work;

pub use asking::{Asking, Origin, Shared};
pub use async_graphql::Executor;
pub use schema::{Schema, discreet_schema, schema, sdl};
