//! The words that differ between the two databases; everything else in a migration is the same SQL.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Runs statements after putting each database's own words in place of the braces.
///
/// `{id}` keyed text in byte order, `{instant}` a UTC time, `{int}` 64 bits, `{flag}` a truth value, `{blob}` bytes,
/// `{strict}` the table option that makes SQLite check types.
pub async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let words: [(&str, &str); 6] = match manager.get_database_backend() {
        DbBackend::Postgres => [
            ("{id}", "TEXT COLLATE \"C\""),
            ("{instant}", "TIMESTAMPTZ"),
            ("{int}", "BIGINT"),
            ("{flag}", "BOOLEAN"),
            ("{blob}", "BYTEA"),
            ("{strict}", ""),
        ],
        _ => [
            ("{id}", "TEXT"),
            ("{instant}", "TEXT"),
            ("{int}", "INTEGER"),
            ("{flag}", "INTEGER"),
            ("{blob}", "BLOB"),
            ("{strict}", "STRICT"),
        ],
    };
    let text = words.iter().fold(sql.to_owned(), |text, (word, own)| text.replace(word, own));
    manager.get_connection().execute_unprepared(&text).await?;
    Ok(())
}

/// Drops tables, in the order given.
pub async fn drop(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
    }
    Ok(())
}
