//! `vacantia schema`: prints the GraphQL schema.

/// Prints the schema in the schema definition language, as schema/schema.graphql has it.
///
/// # Errors
/// When it cannot be written.
pub fn run() -> anyhow::Result<()> {
    anyhow::bail!("the schema is not built yet")
}
