//! `vacantia schema`: prints the GraphQL schema.

use std::io::Write;

/// Prints the schema in the schema definition language, as schema/schema.graphql has it.
///
/// # Errors
/// When it cannot be written.
pub fn run() -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(crate::graphql::sdl().as_bytes())?)
}
