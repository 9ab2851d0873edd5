//! Floor 0: the rules of hiring. Pure: std, chrono, chrono-tz, uuid, thiserror and getrandom; no I/O, no framework.

#[macro_use]
mod text_enum;

pub mod allotment;
pub mod application;
pub mod approval;
pub mod candidate;
pub mod channel_setting;
pub mod clock;
pub mod content;
pub mod country;
pub mod decision;
pub mod delivery;
pub mod email;
pub mod event;
mod faults;
pub mod feed;
pub mod form;
pub mod id;
pub mod interview;
pub mod justification;
pub mod link;
pub mod money;
pub mod note;
pub mod offer;
pub mod opening;
pub mod outlook;
pub mod ping;
pub mod place;
pub mod plan;
pub mod plan_reference;
pub mod plan_template;
pub mod policy;
pub mod posting;
pub mod posting_source;
pub mod progress;
pub mod question;
pub mod reference;
pub mod reference_request;
pub mod refusal;
pub mod report;
pub mod scorecard;
pub mod site;
pub mod slot;
pub mod step;
pub mod tag;
pub mod team;
pub mod terms;
pub mod text;
pub mod token;
pub mod transfer;
pub mod user;
pub mod viewer;
pub mod work;

pub use refusal::Refusal;
pub use viewer::Viewer;
