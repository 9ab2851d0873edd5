//! The schema is a contract: what is served is what is committed.

/// The page for operators lists every metric there is.
#[test]
fn the_metrics_on_the_page_are_those_that_are_served() {
    let page = include_str!("../../docs/operations.md");
    let is_row = |line: &&str| line.starts_with("| `vacantia_") && line.matches(" | ").count() == 3;
    let rows: String = page.lines().filter(is_row).flat_map(|line| [line, "\n"]).collect();
    assert_eq!(rows, vacantia::web::metrics::table());
}

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
