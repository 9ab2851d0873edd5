//! The tests, in one binary: `cargo test --test api`. See [`harness`] for the databases.

#![expect(clippy::too_many_lines, reason = "a table of cases, or a story told in one go, reads best whole")]
#![expect(
    clippy::unused_self,
    clippy::case_sensitive_file_extension_comparisons,
    clippy::needless_pass_by_value,
    reason = "words of a test read as sentences; `.id` is a field, no file"
)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop right there")]

#[macro_use]
mod harness;

mod allotment;
mod app;
mod application;
mod approval;
mod archive;
mod backup;
mod board;
mod browser;
mod canary;
mod cases;
mod channel_setting;
mod cluster;
mod constraint;
mod crash;
mod dialect;
mod each;
mod email_message;
mod event;
mod fault_relay;
mod feed;
mod feed_change;
mod feed_http;
mod feed_parts;
mod feed_shelf;
mod feed_visit;
mod filling;
mod floors;
mod form;
mod graphql_application;
mod graphql_cors;
mod graphql_hostile;
mod graphql_http;
mod hearing;
mod hire;
mod history;
mod import;
mod import_boards;
mod inbound;
mod interview;
mod interview_end;
mod ledger;
mod letter;
mod letter_template;
mod look;
mod mailroom;
mod meeting;
mod message;
mod migration;
mod month;
mod newsstand;
mod note;
mod offer;
mod offer_again;
mod offer_document;
mod offer_end;
mod offer_graphql;
mod offer_page;
mod offer_race;
mod offer_schedule;
mod offering;
mod opening;
mod operator;
mod outbox;
mod outbox_offer;
mod outlook;
mod page;
mod page_candidate;
mod paging;
mod permissions;
mod ping;
mod ping_faults;
mod pinging;
mod plan;
mod posting;
mod race;
mod rate;
mod receiver;
mod recount;
mod reference;
mod reference_page;
mod refusal;
mod refusals;
mod report;
mod round;
mod saved_reply;
mod schema;
mod scorecard;
mod seed;
mod sight;
mod slot;
mod slot_page;
mod slotting;
mod slug;
mod smtp_faults;
mod smtp_login;
mod step;
mod store;
mod submission;
mod tag;
mod task;
mod team;
mod teams_page;
mod token;
mod told_later;
mod tracking;
mod transfer;
mod walk;
mod work;
mod world;
mod write;
