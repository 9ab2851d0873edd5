//! Opens the pools and refuses an engine or a setting that the rest does not rely on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteLockingMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};

use super::dialect::Kind;
use super::fault::Fault;
use super::store::{StoreOptions, Synchronous};

/// The oldest SQLite whose write-ahead log has no known way to corrupt a database
/// (<https://www.sqlite.org/wal.html>, "The WAL-Reset Bug").
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];
/// `server_version_num` of the oldest PostgreSQL the tests are run on or near.
const OLDEST_POSTGRES: i64 = 140_000;
/// How long a caller waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(8);
/// A write-ahead log larger than this, in bytes, is cut back at the next checkpoint.
const LOG_KEPT: &str = "67108864";
/// What each connection that reads may keep of the database in memory: 512 KiB (`PRAGMA cache_size`). The kernel keeps the rest for
/// all of them at once; with four times as much requests took no less, and the program 30 MB more.
const READER_CACHE: &str = "-512";
/// The same of the one connection that writes: 2,000 KiB, as SQLite has it.
const WRITER_CACHE: &str = "-2000";

/// Which database a URL names.
pub(super) fn kind_of(url: &str) -> Result<Kind, Fault> {
    match url.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Kind::Sqlite),
        Some(("postgres" | "postgresql", _)) => Ok(Kind::Postgres),
        _ => Err(Fault::unfit("the database URL is neither sqlite://PATH nor postgres://..")),
    }
}

/// The file a `sqlite://` URL names.
pub(super) fn file(url: &str) -> PathBuf {
    PathBuf::from(url.trim_start_matches("sqlite://"))
}

/// Connections stay. sqlx looks for those that are old or idle in a loop over a count that may wrap around while one is given back
/// (`spawn_maintenance_tasks` of 0.9), and then never ends: without either limit it does not look.
fn lasting(options: &mut ConnectOptions) {
    options.acquire_timeout(ACQUIRE).test_before_acquire(false).sqlx_logging(false);
    options.max_lifetime(None).idle_timeout(None);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Writer,
    Reader,
}

async fn sqlite(options: &StoreOptions, role: Role) -> Result<DatabaseConnection, Fault> {
    let path = file(&options.url);
    let synchronous = match options.synchronous {
        Synchronous::Full => SqliteSynchronous::Full,
        Synchronous::Off => SqliteSynchronous::Off,
    };
    let lock_wait = options.lock_wait;
    // The URL only picks the driver: the path is set below, unaltered by URL decoding.
    let mut connect = ConnectOptions::new("sqlite::memory:");
    lasting(&mut connect);
    connect
        .max_connections(if role == Role::Writer { 1 } else { options.connections.max(1) })
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .in_memory(false)
                .shared_cache(false)
                .filename(&path)
                .create_if_missing(role == Role::Writer)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(synchronous)
                .busy_timeout(lock_wait)
                .foreign_keys(true)
                .pragma("journal_size_limit", LOG_KEPT);
            match role {
                Role::Writer => sqlite.pragma("cache_size", WRITER_CACHE),
                Role::Reader => {
                    sqlite.pragma("query_only", "ON").pragma("cache_size", READER_CACHE).row_buffer_size(1000)
                }
            }
        });
    let db = Database::connect(connect).await?;
    inspect_sqlite(&db, options, role).await?;
    Ok(db)
}

/// The one connection that writes. Also replaces one whose transaction broke.
pub(super) async fn sqlite_writer(options: &StoreOptions) -> Result<DatabaseConnection, Fault> {
    if let Some(folder) = file(&options.url).parent().filter(|folder| *folder != Path::new("")) {
        tokio::fs::create_dir_all(folder)
            .await
            .map_err(|error| Fault::unfit(format!("cannot create {}: {error}", folder.display())))?;
    }
    sqlite(options, Role::Writer).await
}

/// The connections that can only read.
pub(super) async fn sqlite_readers(options: &StoreOptions) -> Result<DatabaseConnection, Fault> {
    sqlite(options, Role::Reader).await
}

/// A connection that nobody else can be beside. Leaving WAL mode needs the file to oneself and folds the log into it.
pub(super) async fn sqlite_alone(file: &Path) -> Result<DatabaseConnection, Fault> {
    let path = file.to_owned();
    let mut connect = ConnectOptions::new("sqlite::memory:");
    lasting(&mut connect);
    connect.max_connections(1).map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .in_memory(false)
            .shared_cache(false)
            .filename(&path)
            .create_if_missing(false)
            .locking_mode(SqliteLockingMode::Exclusive)
            .journal_mode(SqliteJournalMode::Delete)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(1))
    });
    let db = Database::connect(connect).await?;
    // A database that was not in WAL mode is locked by this, and for good: see its locking mode.
    db.execute_unprepared("BEGIN EXCLUSIVE; COMMIT").await?;
    Ok(db)
}

/// One pool for reads and writes.
pub(super) async fn postgres(options: &StoreOptions) -> Result<DatabaseConnection, Fault> {
    let mut connect = ConnectOptions::new(options.url.clone());
    lasting(&mut connect);
    let lock_wait = options.lock_wait.as_millis().to_string();
    connect
        .max_connections(options.connections.max(2))
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .map_sqlx_postgres_opts(move |postgres| {
            postgres.options([
                ("statement_timeout", "5000"),
                ("lock_timeout", lock_wait.as_str()),
                ("idle_in_transaction_session_timeout", "10000"),
                ("timezone", "UTC"),
            ])
        });
    let db = Database::connect(connect).await?;
    let version = ask(&db, "SHOW server_version_num").await?;
    if version.parse().is_ok_and(|version: i64| version >= OLDEST_POSTGRES) {
        Ok(db)
    } else {
        Err(Fault::unfit(format!("PostgreSQL {version} is older than {OLDEST_POSTGRES}")))
    }
}

/// Reads back what the connection was told, since SQLite ignores a pragma it does not know.
async fn inspect_sqlite(db: &DatabaseConnection, options: &StoreOptions, role: Role) -> Result<(), Fault> {
    let version = ask(db, "SELECT sqlite_version()").await?;
    if !is_new_enough(&version) {
        return Err(Fault::unfit(format!("SQLite {version} is older than {OLDEST_SQLITE:?}")));
    }
    let synchronous = match options.synchronous {
        Synchronous::Full => "2",
        Synchronous::Off => "0",
    };
    let lock_wait = options.lock_wait.as_millis().to_string();
    let expected = [
        ("journal_mode", "wal"),
        ("synchronous", synchronous),
        ("busy_timeout", &lock_wait),
        ("foreign_keys", "1"),
        ("journal_size_limit", LOG_KEPT),
        ("query_only", if role == Role::Writer { "0" } else { "1" }),
        ("cache_size", if role == Role::Writer { WRITER_CACHE } else { READER_CACHE }),
    ];
    for (pragma, wanted) in expected {
        let column = if pragma == "busy_timeout" { "timeout" } else { pragma };
        let sql = format!("SELECT CAST({column} AS TEXT) FROM pragma_{pragma}");
        let found = ask(db, &sql).await?;
        if found != wanted {
            return Err(Fault::unfit(format!("SQLite's {pragma} is {found}, not {wanted}")));
        }
    }
    Ok(())
}

async fn ask(db: &DatabaseConnection, sql: &str) -> Result<String, Fault> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Fault::unfit(format!("no answer to {sql}")))?;
    Ok(row.try_get_by_index(0)?)
}

fn is_new_enough(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    parts.as_slice() >= OLDEST_SQLITE.as_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        for fit in ["3.51.3", "3.51.10", "3.100.0", "4.0.0"] {
            assert!(is_new_enough(fit), "{fit}");
        }
        for old in ["3.51.2", "3.9.99", "3.51", ""] {
            assert!(!is_new_enough(old), "{old}");
        }
    }

    #[test]
    fn a_url_names_one_of_two_databases() {
        assert_eq!(kind_of("sqlite://data/vacantia.db").unwrap(), Kind::Sqlite);
        assert_eq!(kind_of("postgres://localhost/hiring").unwrap(), Kind::Postgres);
        for bad in ["", "sqlite://", "mysql://localhost/x", "vacantia.db"] {
            assert!(kind_of(bad).is_err(), "{bad}");
        }
    }
}
