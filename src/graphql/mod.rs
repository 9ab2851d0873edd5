//! The GraphQL floor: the schema, and the door every query comes through.

mod recent;

pub mod answer;
pub mod endpoint;
pub mod extension;
pub mod guard;
pub mod request;

pub use async_graphql::Executor;
