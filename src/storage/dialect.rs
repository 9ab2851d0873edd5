//! The few texts that differ between the two databases, and raw SQL that serves both.

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};

use super::fault::Fault;
use super::source::Source;
use super::write::Tx;

/// Which database is behind a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The embedded one: one process, one writer.
    Sqlite,
    /// The one for several instances.
    Postgres,
}

impl Kind {
    pub(super) fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
        }
    }

    fn pick(self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }

    /// Ends a subselect whose row is about to be changed.
    ///
    /// Without the lock the second of two racers gets nothing although another row is free;
    /// with SKIP LOCKED it gets nothing when the first one rolls back. SQLite has one writer.
    #[must_use]
    pub fn for_update(self) -> &'static str {
        self.pick("", " FOR UPDATE")
    }

    /// Ends a select of rows that only one write at a time may go by. Others may still refer to them meanwhile.
    #[must_use]
    pub fn for_turn(self) -> &'static str {
        self.pick("", " FOR NO KEY UPDATE")
    }

    /// Ends the subselect of a claim: rows that another worker is claiming are passed over.
    #[must_use]
    pub fn for_claim(self) -> &'static str {
        self.pick("", " FOR UPDATE SKIP LOCKED")
    }

    /// Follows a text that is to be compared byte by byte, as SQLite compares all and both compare ids.
    #[must_use]
    pub fn bytewise(self) -> &'static str {
        self.pick("", " COLLATE \"C\"")
    }

    /// A subselect of the texts in the JSON array that parameter `$n` holds (see [`json_list`]).
    #[must_use]
    pub fn listed(self, n: usize) -> String {
        match self {
            Self::Sqlite => format!("(SELECT value FROM json_each(${n}))"),
            Self::Postgres => format!("(SELECT jsonb_array_elements_text(${n}::jsonb))"),
        }
    }

    /// The entries of the JSON array that parameter `$n` holds, as a table whose column is `p.value`; see
    /// [`Kind::part_of_parent`] where each is an array itself.
    #[must_use]
    pub fn entries(self, n: usize) -> String {
        match self {
            Self::Sqlite => format!("json_each(${n}) p"),
            Self::Postgres => format!("jsonb_array_elements_text(${n}::jsonb) p(value)"),
        }
    }

    /// The instant so many hours after another; both are SQL expressions, `hours` a whole number.
    #[must_use]
    pub fn hours_after(self, instant: &str, hours: &str) -> String {
        match self {
            // Whole seconds are moved and the rest is put back, since SQLite counts no finer than milliseconds.
            Self::Sqlite => format!(
                "strftime('%Y-%m-%dT%H:%M:%S', substr({instant}, 1, 19), {hours} || ' hours') || substr({instant}, 20)"
            ),
            Self::Postgres => format!("({instant} + make_interval(hours => {hours}))"),
        }
    }

    /// The first children of each parent in an order, from one statement.
    ///
    /// `child` says which; each parent costs as many index rows as are asked for, not all it has.
    #[must_use]
    pub fn newest_per_parent(self, child: &Children<'_>) -> String {
        let Children { columns, table, parents, wanted, order } = child;
        match self {
            // CROSS JOIN pins the order: left to itself the planner walks every child first.
            Self::Sqlite => format!(
                "SELECT {columns} FROM json_each(${parents}) p CROSS JOIN {table} c WHERE c.rowid IN \
                 (SELECT c.rowid FROM {table} c WHERE {wanted} {order})"
            ),
            Self::Postgres => format!(
                "SELECT {columns} FROM jsonb_array_elements_text(${parents}::jsonb) p(value) CROSS JOIN LATERAL \
                 (SELECT * FROM {table} c WHERE {wanted} {order}) c"
            ),
        }
    }

    /// Where the parents of [`Kind::newest_per_parent`] are told by several values: the one at `place`, as text.
    #[must_use]
    pub fn part_of_parent(self, place: usize) -> String {
        match self {
            Self::Sqlite => format!("json_extract(p.value, '$[{place}]')"),
            Self::Postgres => format!("(p.value::jsonb ->> {place})"),
        }
    }

    /// The member of this name in a column that holds a JSON object as text, as text.
    #[must_use]
    pub fn member(self, column: &str, name: &str) -> String {
        match self {
            Self::Sqlite => format!("({column} ->> '{name}')"),
            Self::Postgres => format!("({column}::jsonb ->> '{name}')"),
        }
    }
}

/// Which children [`Kind::newest_per_parent`] reads; the child table goes by the name `c`.
///
/// The rows come in no promised order: sort and group them in Rust.
#[derive(Debug, Clone, Copy)]
pub struct Children<'a> {
    /// What to select, such as `c.*`.
    pub columns: &'a str,
    /// The child table.
    pub table: &'a str,
    /// The number of the parameter that holds the parents, each once, as a JSON array (see [`json_list`]).
    pub parents: usize,
    /// The condition that ties `c` to its parent, `p.value`, and any other.
    pub wanted: &'a str,
    /// Which come first, and how many: `ORDER BY c.applied_at DESC, c.id DESC LIMIT $2`.
    pub order: &'a str,
}

/// Ids as one JSON text parameter: one statement text for any number of them, and no limit on it.
pub fn json_list<T: std::fmt::Display>(ids: impl IntoIterator<Item = T>) -> Value {
    let texts: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    serde_json::Value::from(texts).to_string().into()
}

/// The parameters of a statement that is put together from parts.
#[derive(Debug, Default)]
pub struct Binds(Vec<Value>);

impl Binds {
    /// Adds a parameter and says how it is written: `$3`.
    pub fn put(&mut self, value: impl Into<Value>) -> String {
        format!("${}", self.add(value))
    }

    /// Adds a parameter and says its number, as [`Kind::listed`] takes it.
    pub fn add(&mut self, value: impl Into<Value>) -> usize {
        self.0.push(value.into());
        self.0.len()
    }
}

impl IntoIterator for Binds {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The places of several rows of values in one INSERT: `($1, $2), ($3, $4)`.
///
/// SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535: insert in chunks.
#[must_use]
pub fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> =
            (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

fn statement(kind: Kind, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(kind.backend(), sql, values)
}

/// All rows of a statement with `$1`, `$2`.. in it.
///
/// Give as many values as there are parameters: SQLite takes a missing one for NULL.
pub async fn query_all<T: FromQueryResult>(
    db: &impl Source,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<T>, Fault> {
    let statement = statement(db.kind(), sql, values);
    let rows = db.link().query_all_raw(statement).await?;
    Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The first row of a statement, if it has any.
pub async fn query_one<T: FromQueryResult>(
    db: &impl Source,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Option<T>, Fault> {
    let statement = statement(db.kind(), sql, values);
    let row = db.link().query_one_raw(statement).await?;
    Ok(row.map(|row| T::from_query_result(&row, "")).transpose()?)
}

/// Runs a statement and says how many rows it changed.
pub async fn execute(
    tx: &Tx,
    sql: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<u64, Fault> {
    let statement = statement(tx.kind(), sql, values);
    Ok(tx.link().execute_raw(statement).await?.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_row_by_row() {
        assert_eq!(places(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(places(1, 1), "($1)");
    }
}
