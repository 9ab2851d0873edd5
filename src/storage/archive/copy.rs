//! Records out of one state of the database.

use sea_orm::{ConnectionTrait, Statement, Value};

use super::Noun;
use super::nouns::NOUNS;
use crate::storage::backup::count;
use crate::storage::dialect::{Binds, Kind};
use crate::storage::fault::Fault;
use crate::storage::source::{Snapshot, Source};
use crate::storage::store::Store;

/// Records read at once. Each holds one letter at most, so this many fit into memory anywhere.
const PAGE: u64 = 64;

/// Every record of one state of the database, page by page.
pub struct Copy {
    snapshot: Snapshot,
    nouns: std::slice::Iter<'static, Noun>,
    noun: Option<&'static Noun>,
    after: Option<Vec<Value>>,
}

/// Some records of one kind.
#[derive(Debug)]
pub struct Records {
    /// Which kind.
    pub noun: &'static Noun,
    /// How many.
    pub count: u64,
    /// A line for each, with its line break.
    pub lines: String,
}

impl Copy {
    /// Takes the state of now, however long reading it takes.
    pub async fn begin(store: &Store) -> Result<Self, Fault> {
        // Whoever takes the records may be slow.
        let snapshot = store.long_snapshot().await?;
        let mut nouns = NOUNS.iter();
        Ok(Self { snapshot, noun: nouns.next(), nouns, after: None })
    }

    /// How many records there are.
    pub async fn total(&self) -> Result<u64, Fault> {
        let mut total = 0;
        for noun in NOUNS {
            total += count(&self.snapshot, noun.table).await?;
        }
        Ok(total.unsigned_abs())
    }

    /// The next records; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Records>, Fault> {
        while let Some(noun) = self.noun {
            let records = self.page(noun).await?;
            if records.count < PAGE {
                (self.noun, self.after) = (self.nouns.next(), None);
            }
            if records.count > 0 {
                return Ok(Some(records));
            }
        }
        Ok(None)
    }

    async fn page(&mut self, noun: &'static Noun) -> Result<Records, Fault> {
        let (sql, binds) = self.statement(noun);
        let kind = self.snapshot.kind();
        let statement = Statement::from_sql_and_values(kind.backend(), sql, binds);
        let rows = self.snapshot.link().query_all_raw(statement).await?;
        let mut records = Records { noun, count: 0, lines: String::new() };
        let names: Vec<String> = noun.fields.iter().map(|field| format!(",\"{}\":", field.name())).collect();
        for row in &rows {
            let values = noun.fields.iter().map(|field| field.read(row)).collect::<Result<Vec<_>, _>>()?;
            records.lines.extend(["{\"type\":\"", noun.name, "\""]);
            for ((field, name), value) in noun.fields.iter().zip(&names).zip(&values) {
                records.lines.push_str(name);
                field.write(value, &mut records.lines)?;
            }
            records.lines.push_str("}\n");
            records.count += 1;
            self.after = Some(noun.key_of(values));
        }
        Ok(records)
    }

    fn statement(&self, noun: &Noun) -> (String, Binds) {
        let mut binds = Binds::default();
        let keys = noun.keys(self.snapshot.kind());
        let wanted: Vec<String> = noun.fields.iter().map(super::Field::wanted).collect();
        let after = self.after.as_ref().map(|after| {
            let places: Vec<String> = after.iter().map(|value| binds.put(value.clone())).collect();
            format!(" WHERE ({keys}) > ({})", places.join(", "))
        });
        let (wanted, after, table) = (wanted.join(", "), after.unwrap_or_default(), noun.table);
        (format!("SELECT {wanted} FROM {table}{after} ORDER BY {keys} LIMIT {PAGE}"), binds)
    }
}

impl Noun {
    /// Its key's columns, compared byte by byte on either database, as ids are anyway. With the table's name, since
    /// the bare one would mean what was asked for, which has no index.
    fn keys(&self, kind: Kind) -> String {
        let keys = self.key.iter().map(|column| {
            let plain = self.fields.iter().any(|field| field.column == *column && field.is_text());
            format!("{}.{column}{}", self.table, if plain { kind.bytewise() } else { "" })
        });
        keys.collect::<Vec<_>>().join(", ")
    }

    fn key_of(&self, values: Vec<Value>) -> Vec<Value> {
        let mut named: Vec<_> = self.fields.iter().map(|field| field.column).zip(values).collect();
        let take = |column: &&str| {
            let at = named.iter().position(|(name, _)| name == column)?;
            Some(named.swap_remove(at).1)
        };
        self.key.iter().filter_map(take).collect()
    }
}
