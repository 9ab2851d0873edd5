//! The schema is a contract: what is served is what is committed.

/// # Panics
/// When the two differ: read the difference, then `cargo run -q -- schema > schema/schema.graphql`.
#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/schema.graphql");
    let committed = std::fs::read_to_string(file).unwrap();
    assert!(
        committed == vacantia::graphql::sdl(),
        "schema/schema.graphql has drifted: cargo run -q -- schema > schema/schema.graphql"
    );
}
