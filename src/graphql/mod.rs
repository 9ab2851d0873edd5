//! The GraphQL floor: the schema, and the door every query comes through.

pub mod guard;
