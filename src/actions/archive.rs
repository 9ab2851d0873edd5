//! Taking an export into an empty database: all of it or nothing.
//!
//! It is history that is put back, not a change, so it records no event and moves no revision: an export of the result
//! equals the file.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use crate::storage::archive::Noun;
use crate::storage::archive::file::{Flaw, Header, Lines};
use crate::storage::archive::load::{self, Record};
use crate::storage::{Failure, Fault, Store, Tx, migration};

/// Records that one statement adds at most.
const BATCH: usize = 100;
/// Bytes of the lines that one statement adds, about.
const BATCH_BYTES: usize = 1 << 20;
/// Flaws that are told at most.
const TOLD: usize = 20;

/// Why a file was not taken in. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NotLoaded {
    /// The database holds something: a record of this kind, for one.
    #[error("the database is not empty: it holds a {0} (hint: name a new one with VACANTIA_DATABASE_URL)")]
    Occupied(&'static str),
    /// The file is not whole or not sound.
    #[error("{}", in_words(.flaws, *.more))]
    Flawed {
        /// The first of what is wrong.
        flaws: Vec<Flaw>,
        /// How much else is.
        more: usize,
    },
    /// The database failed, or does not take a line.
    #[error(transparent)]
    Failed(#[from] Failure),
}

fn in_words(flaws: &[Flaw], more: usize) -> String {
    let told: Vec<String> = flaws.iter().map(Flaw::to_string).collect();
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    told.join("; ") + &more
}

impl From<Flaw> for NotLoaded {
    fn from(flaw: Flaw) -> Self {
        Self::Flawed { flaws: vec![flaw], more: 0 }
    }
}

/// A file that was read to its end and found sound.
#[derive(Debug)]
pub struct Checked<'a> {
    file: &'a Path,
    /// How many records it holds.
    pub records: u64,
}

/// Reads the whole file without touching the database; `reached` hears how many bytes of it are done.
///
/// # Errors
/// What is wrong with it: every line that is, up to a score.
pub fn check<'a>(file: &'a Path, reached: &(dyn Fn(u64) + Sync)) -> Result<Checked<'a>, NotLoaded> {
    let mut lines = open(file)?;
    let (mut flaws, mut more, mut bytes) = (Vec::new(), 0, 0);
    loop {
        bytes += lines.length() as u64;
        reached(bytes);
        match lines.read() {
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(flaw))) if flaws.len() < TOLD => flaws.push(flaw),
            Ok(Some(Err(_))) => more += 1,
            Ok(None) => break,
            Err(flaw) => {
                flaws.push(flaw);
                break;
            }
        }
    }
    if !flaws.is_empty() {
        return Err(NotLoaded::Flawed { flaws, more });
    }
    Ok(Checked { file, records: lines.records().values().sum() })
}

fn open(file: &Path) -> Result<Lines<BufReader<File>>, Flaw> {
    let unreadable =
        |error: std::io::Error| Flaw { line: 1, field: None, what: format!("cannot be read: {error}") };
    let (lines, Header { schema, .. }) = Lines::begin(BufReader::new(File::open(file).map_err(unreadable)?))?;
    if migration::is_known(&schema) {
        return Ok(lines);
    }
    let what =
        format!("is of the schema {schema:.80?}, which this program does not know: run a newer program");
    Err(Flaw { line: 1, field: None, what })
}

/// Takes a file in; `reached` hears how many records are. Open the store with a long turn limit: it is one write.
///
/// # Errors
/// When the database is not empty, or does not take a record; then nothing is changed.
pub async fn load(
    store: &Store,
    sound: &Checked<'_>,
    reached: &(dyn Fn(u64) + Sync),
) -> Result<(), NotLoaded> {
    // Read once more in each run of the closure: what was checked need not fit into memory.
    match store.write(|tx| async move { take_in(&tx, sound.file, reached).await }).await? {
        Some(occupant) => Err(NotLoaded::Occupied(occupant.name)),
        None => Ok(()),
    }
}

/// What occupies the database, in which case nothing is done.
async fn take_in(
    tx: &Tx,
    file: &Path,
    reached: &(dyn Fn(u64) + Sync),
) -> Result<Option<&'static Noun>, Failure> {
    load::keep_others_out(tx).await?;
    if let Some(occupant) = load::occupant(tx).await? {
        return Ok(Some(occupant));
    }
    load::make_room(tx).await?;
    // It was sound a moment ago.
    let changed = |flaw: Flaw| Fault::unfit(format!("the file changed while it was read: {flaw}"));
    let mut lines = open(file).map_err(changed)?;
    let mut batch = Batch::default();
    while let Some(next) = lines.read().map_err(changed)? {
        let (line, record) = next.map_err(changed)?;
        if !batch.takes(&record) {
            std::mem::take(&mut batch).put_in(tx).await?;
            reached(lines.records().values().sum::<u64>() - 1);
        }
        batch.add(line, record, lines.length());
    }
    batch.put_in(tx).await?;
    Ok(None)
}

/// Records of one kind, of lines that follow each other.
#[derive(Default)]
struct Batch {
    first: u64,
    records: Vec<Record>,
    bytes: usize,
}

impl Batch {
    fn takes(&self, record: &Record) -> bool {
        let alike = self.records.first().is_none_or(|first| first.noun.name == record.noun.name);
        alike && self.records.len() < BATCH && self.bytes < BATCH_BYTES
    }

    fn add(&mut self, line: u64, record: Record, bytes: usize) {
        if self.records.is_empty() {
            self.first = line;
        }
        self.records.push(record);
        self.bytes += bytes;
    }

    async fn put_in(self, tx: &Tx) -> Result<(), Fault> {
        load::insert(tx, &self.records).await.map_err(|(place, fault)| {
            // Another try may fare better, and then it has to be known for what it is.
            if fault.is_passing() {
                return fault;
            }
            let name = self.records.get(place).map_or("record", |record| record.noun.name);
            Fault::unfit(format!(
                "line {}: the database does not take this {name}: {fault}",
                self.first + place as u64
            ))
        })
    }
}
