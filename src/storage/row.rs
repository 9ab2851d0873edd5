//! Rows by the names of their columns: how a noun is put in and saved.

use sea_orm::Value;

use super::dialect::{self, Binds};
use super::fault::{Failure, Fault};
use super::write::Tx;
use crate::domain::Refusal;

/// Values under the names of their columns.
pub(super) type Cells = Vec<(&'static str, Value)>;

/// Values under the names of their columns: `cells! { id: team.id, name: team.name.as_str() }`.
macro_rules! cells {
    ($($column:ident: $value:expr),+ $(,)?) => {
        vec![$((stringify!($column), sea_orm::Value::from($value))),+]
    };
}

pub(super) use cells;

/// Adds a row.
pub(super) async fn insert(tx: &Tx, table: &str, cells: Cells) -> Result<(), Fault> {
    let (columns, values): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
    let places = dialect::places(1, columns.len());
    let sql = format!("INSERT INTO {table} ({}) VALUES {places}", columns.join(", "));
    dialect::execute(tx, &sql, values).await?;
    Ok(())
}

/// Changes the rows whose cells are as in `wanted`, and says how many those were.
pub(super) async fn update(tx: &Tx, table: &str, cells: Cells, wanted: Cells) -> Result<u64, Fault> {
    let mut binds = Binds::default();
    let mut equal = |(column, value): (&str, Value)| format!("{column} = {}", binds.put(value));
    let cells: Vec<_> = cells.into_iter().map(&mut equal).collect();
    let wanted: Vec<_> = wanted.into_iter().map(&mut equal).collect();
    let sql = format!("UPDATE {table} SET {} WHERE {}", cells.join(", "), wanted.join(" AND "));
    dialect::execute(tx, &sql, binds).await
}

/// Saves the one row with this id, if it is still at revision `from`; it goes to the next one.
///
/// # Errors
/// `STALE` when it moved on meanwhile.
pub(super) async fn save(
    tx: &Tx,
    table: &str,
    id: impl Into<Value>,
    from: i32,
    mut cells: Cells,
) -> Result<(), Failure> {
    cells.extend(cells! { revision: from + 1 });
    match update(tx, table, cells, vec![("id", id.into()), ("revision", from.into())]).await? {
        1 => Ok(()),
        _ => Err(Refusal::Stale.into()),
    }
}
