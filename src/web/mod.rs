//! HTTP: routes, and what they have in common.

pub mod cors;
pub mod graphql;
pub mod media;
pub mod viewer;
