//! The tests, in one binary: `cargo test --test api`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop right there")]

mod fault_relay;
mod letter;
mod message;
mod smtp_faults;
