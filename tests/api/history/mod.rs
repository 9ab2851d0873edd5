//! Whole histories: people do what they do, in any order, and after each step the answer, the tables, the invariants and
//! the replayed events have to be what a small model of hiring says, and every feed has to tell of every visible posting. A failure tells the shortest story that shows it.
//!
//! `VACANTIA_HISTORIES=2000` tells more of them than the ordinary suite does, `VACANTIA_HISTORIES_SEED=7` others.

mod desk;
mod feeds;
mod hiring;
mod model;
mod moves;
mod offering;
mod story;
mod tables;
mod temptation;
mod world;

pub use tables::{events, replayed};
pub use world::content;
