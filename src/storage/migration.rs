//! Bringing the schema up, down, and telling where it stands.

use std::path::PathBuf;

use migrations::Migrator;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigrationStatus, MigratorTrait, SchemaManager};

use super::connect;
use super::fault::Fault;
use super::store::{Store, Writes};

/// PostgreSQL: one instance migrates at a time, and may take as long as it needs. The number is
/// this program's own, chosen at random.
const LOCK_SCHEMA: &str = "SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0; \
     SELECT pg_advisory_xact_lock(7311402568)";

/// A step of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name, which starts with its date; steps are applied in the order of their names.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// Whether this program knows the step of this name.
#[must_use]
pub fn is_known(step: &str) -> bool {
    Migrator::migrations().iter().any(|known| known.name() == step)
}

/// A transaction that alone may change the schema; others wait for it.
struct SchemaLock {
    transaction: DatabaseTransaction,
    alone: Option<DatabaseConnection>,
}

impl SchemaLock {
    async fn commit(self) -> Result<(), Fault> {
        self.transaction.commit().await?;
        // Left to itself it would close a little later, and then be the one that folds the
        // write-ahead log into the file, behind the back of whoever closed the store and copies it.
        if let Some(alone) = self.alone {
            alone.close().await?;
        }
        Ok(())
    }
}

impl Store {
    /// Applies every step the database lacks and names those it applied.
    ///
    /// All or nothing, and one instance at a time. A database that holds a step this program does
    /// not know is refused.
    pub async fn migrate(&self) -> Result<Vec<String>, Fault> {
        let pending = self.pending().await?;
        if pending.is_empty() {
            return Ok(pending);
        }
        let lock = self.lock_schema().await?;
        // Another instance may have been faster while this one waited for the lock.
        Migrator::up(&lock.transaction, None).await?;
        lock.commit().await?;
        Ok(pending)
    }

    /// Whether there is something stored that a migration could spoil: the schema exists and lacks a step.
    pub async fn is_behind(&self) -> Result<bool, Fault> {
        let steps = self.migrations().await?;
        let missing = steps.iter().filter(|step| !step.applied).count();
        Ok(missing > 0 && missing < steps.len())
    }

    /// Copies a SQLite database beside itself, under a name that ends in `.until-` and the newest step it holds. `None`
    /// on PostgreSQL, whose operators have their own backups, and when such a copy is there already.
    pub async fn copy_beside(&self) -> Result<Option<PathBuf>, Fault> {
        let Writes::Turns(_) = &self.shared.writes else { return Ok(None) };
        let version = self.schema_version().await?.unwrap_or_default();
        let mut copy = connect::file(&self.shared.options.url).into_os_string();
        copy.push(format!(".until-{version}"));
        let copy = PathBuf::from(copy);
        if copy.exists() {
            return Ok(None);
        }
        self.copy_into(&copy).await?;
        Ok(Some(copy))
    }

    /// Takes back the newest `steps` steps, with everything stored in what they added.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), Fault> {
        self.refuse_newer().await?;
        let lock = self.lock_schema().await?;
        Migrator::down(&lock.transaction, Some(steps)).await?;
        lock.commit().await
    }

    /// Every step this program knows. Changes nothing.
    pub async fn migrations(&self) -> Result<Vec<Step>, Fault> {
        self.refuse_newer().await?;
        let steps = Migrator::get_migration_with_status_read_only(self.pool()).await?;
        Ok(steps
            .iter()
            .map(|step| Step {
                name: step.name().to_owned(),
                applied: step.status() == MigrationStatus::Applied,
            })
            .collect())
    }

    /// The newest step the database holds, known to this program or not.
    pub async fn schema_version(&self) -> Result<Option<String>, Fault> {
        Ok(self.applied().await?.pop())
    }

    async fn pending(&self) -> Result<Vec<String>, Fault> {
        let steps = self.migrations().await?;
        Ok(steps.into_iter().filter(|step| !step.applied).map(|step| step.name).collect())
    }

    async fn refuse_newer(&self) -> Result<(), Fault> {
        let unknown = self.applied().await?.into_iter().find(|name| !is_known(name));
        unknown.map_or(Ok(()), |name| Err(Fault::newer(name)))
    }

    /// Names of the applied steps, oldest first. Unlike the migrator's own listing this does not
    /// fail on a step it does not know, and creates nothing.
    async fn applied(&self) -> Result<Vec<String>, Fault> {
        let table = Migrator::migration_table_name().to_string();
        if !SchemaManager::new(self.pool()).has_table(&table).await? {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT version FROM {table} ORDER BY version");
        let rows = self.pool().query_all_raw(Statement::from_string(self.kind().backend(), sql));
        Ok(rows.await?.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
    }

    async fn lock_schema(&self) -> Result<SchemaLock, Fault> {
        match &self.shared.writes {
            Writes::Pool(pool) => {
                let transaction = pool.begin().await?;
                transaction.execute_unprepared(LOCK_SCHEMA).await?;
                Ok(SchemaLock { transaction, alone: None })
            }
            Writes::Turns(_) => {
                // Beside the writer, whose statements are then all prepared for the new schema.
                let alone = connect::sqlite_writer(&self.shared.options).await?;
                let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
                let mode = TransactionOptions { sqlite_transaction_mode, ..Default::default() };
                let transaction = alone.begin_with_options(mode).await?;
                Ok(SchemaLock { transaction, alone: Some(alone) })
            }
        }
    }
}
