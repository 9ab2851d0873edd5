//! A database of its own for every test, on both engines.
//!
//! SQLite: a copy of a migrated file. PostgreSQL: a database copied from a migrated one, on a
//! server that lives as long as the test run (see [`crate::cluster`]).

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, Statement};
use tempfile::TempDir;
use vacantia::storage::{Kind, Store, StoreOptions, Synchronous};

use crate::app::TestApp;
use crate::cluster::{Cluster, cluster};

/// Makes two tests of one body: `name::sqlite` and `name::postgres`.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => { $(
        $(#[$meta])*
        async fn $name($app: $crate::app::TestApp) $body

        mod $name {
            #[test]
            fn sqlite() {
                $crate::harness::run(vacantia::storage::Kind::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                $crate::harness::run(vacantia::storage::Kind::Postgres, super::$name);
            }
        }
    )+ };
}

/// Runs a test on a fresh app; not at all where its database is missing (see [`cluster`]).
pub fn run<F: Future<Output = ()>>(kind: Kind, test: impl FnOnce(TestApp) -> F) {
    run_on(Database::new(kind), |database| async { test(TestApp::new(database).await).await });
}

/// Runs a test on a database, if there is one.
pub fn run_on<F: Future<Output = ()>>(database: Option<Database>, test: impl FnOnce(Database) -> F) {
    let Some(database) = database else { return };
    runtime().block_on(test(database));
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Work in a runtime of its own, whatever the caller runs in: a pool must not outlive its runtime.
fn apart<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| scope.spawn(|| runtime().block_on(work)).join().unwrap())
}

/// A migrated, empty database; gone when this is dropped.
pub struct Database {
    /// Where it is.
    pub url: String,
    pub kind: Kind,
    _folder: Option<TempDir>,
    name: Option<String>,
}

impl Database {
    /// One with the newest schema. None where its engine is missing.
    pub fn new(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Sqlite => Some(Self::sqlite(Some(template_file()))),
            Kind::Postgres => cluster()
                .map(|cluster| Self::postgres(cluster, &format!("TEMPLATE {}", template_database(cluster)))),
        }
    }

    /// One without any schema.
    pub fn bare(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Sqlite => Some(Self::sqlite(None)),
            Kind::Postgres => cluster().map(|cluster| Self::postgres(cluster, "")),
        }
    }

    /// A SQLite database with this content.
    pub fn holding(content: &[u8]) -> Self {
        Self::sqlite(Some(content))
    }

    fn sqlite(content: Option<&[u8]>) -> Self {
        let folder = tempfile::Builder::new().prefix("vacantia-test-").tempdir().unwrap();
        let file = folder.path().join("vacantia.db");
        if let Some(content) = content {
            std::fs::write(&file, content).unwrap();
        }
        let url = format!("sqlite://{}", file.display());
        Self { url, kind: Kind::Sqlite, _folder: Some(folder), name: None }
    }

    fn postgres(cluster: &'static Cluster, from: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("vacantia_test_{}_{count}", std::process::id());
        administer(cluster, &format!("CREATE DATABASE {name} {from}"));
        let url = cluster.url(&name);
        Self { url, kind: Kind::Postgres, _folder: None, name: Some(name) }
    }

    /// How tests open it: as in production, but a commit need not reach the disk.
    pub fn options(&self) -> StoreOptions {
        StoreOptions {
            connections: 4,
            synchronous: Synchronous::Off,
            measure: true,
            ..StoreOptions::new(&self.url)
        }
    }

    pub async fn open(&self) -> Store {
        Store::open(&self.options()).await.unwrap()
    }

    /// A connection beside the store's, for seeing what others see.
    pub async fn beside(&self) -> DatabaseConnection {
        connect(&self.url).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(name) = self.name.take() {
            sweep(name);
        }
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    // Without these limits sqlx does not look for old connections: see `lasting` in src/storage/connect.rs.
    options.max_connections(1).sqlx_logging(false).max_lifetime(None).idle_timeout(None);
    sea_orm::Database::connect(options).await.unwrap()
}

fn administer(cluster: &Cluster, sql: &str) {
    apart(async {
        let db = connect(&cluster.url(&cluster.admin)).await;
        db.execute_unprepared(sql).await.unwrap();
        db.close().await.unwrap();
    });
}

/// Drops databases in the background: each costs about 8 MB, and no test should wait for it.
fn sweep(name: String) {
    static SWEEPER: OnceLock<mpsc::Sender<String>> = OnceLock::new();
    let sweeper = SWEEPER.get_or_init(|| {
        let (sender, names) = mpsc::channel::<String>();
        std::thread::spawn(move || {
            for name in names {
                let cluster = cluster().unwrap();
                administer(cluster, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            }
        });
        sender
    });
    sweeper.send(name).unwrap();
}

async fn migrate(database: &Database) {
    let store = database.open().await;
    store.migrate().await.unwrap();
    // Leaves no write-ahead log beside the file, and nobody connected.
    store.close().await.unwrap();
}

fn template_file() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let database = Database::sqlite(None);
        apart(migrate(&database));
        std::fs::read(database.url.trim_start_matches("sqlite://")).unwrap()
    })
}

/// Drops what test runs of this machine left behind that are no more: on a server that outlives
/// them, the template and what was not swept in time.
fn sweep_old(cluster: &'static Cluster) {
    let names: Vec<String> = apart(async {
        let db = connect(&cluster.url(&cluster.admin)).await;
        let sql = "SELECT datname FROM pg_database WHERE datname LIKE 'vacantia!_test!_%' ESCAPE '!'";
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let rows = db.query_all_raw(statement).await.unwrap();
        db.close().await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    });
    for name in names {
        let process = name.split('_').nth(2).unwrap_or_default();
        if !Path::new("/proc").join(process).exists() {
            administer(cluster, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn template_database(cluster: &'static Cluster) -> &'static str {
    static TEMPLATE: OnceLock<Database> = OnceLock::new();
    let database = TEMPLATE.get_or_init(|| {
        sweep_old(cluster);
        let database = Database::postgres(cluster, "");
        apart(migrate(&database));
        database
    });
    database.name.as_deref().unwrap()
}
