//! Bringing the tables up to date.
//!
//! Migrations only ever go forward here; the `down.sql` files are for those who develop.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::Error;

const FOR_SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const FOR_POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// What processes that start together on PostgreSQL hold while they migrate. Any number that nobody else uses.
const TURN: i64 = 0x006b_696e_6472_6564;

/// Migrates a SQLite file through a connection of its own, as one change.
pub(super) fn sqlite(path: &Path) -> Result<Vec<String>, Error> {
    let text = path
        .to_str()
        .ok_or_else(|| Error::Url(path.display().to_string()))?;
    let mut conn =
        SqliteConnection::establish(text).map_err(|error| Error::Connection(error.to_string()))?;
    conn.batch_execute("PRAGMA busy_timeout = 60000; PRAGMA foreign_keys = ON;")?;
    if let Some(next) = outdated(&mut conn)? {
        keep_a_copy(&mut conn, &format!("{text}.before-{next}"))?;
    }
    // Immediate: whoever comes second waits here, and then finds nothing left to do.
    conn.immediate_transaction(|conn| run(conn, FOR_SQLITE).map_err(Wrapped))
        .map_err(|Wrapped(error)| error)
}

/// Migrates a PostgreSQL database. Each migration is a change of its own; one process at a time.
pub(super) fn postgres(url: &str) -> Result<Vec<String>, Error> {
    let conn =
        &mut PgConnection::establish(url).map_err(|error| Error::Connection(error.to_string()))?;
    conn.batch_execute(&format!("SELECT pg_advisory_lock({TURN})"))?;
    let outcome = run(conn, FOR_POSTGRES);
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({TURN})"))?;
    outcome
}

/// Lets our error pass through diesel's transaction, which insists on being able to make one of its own.
struct Wrapped(Error);

impl From<diesel::result::Error> for Wrapped {
    fn from(error: diesel::result::Error) -> Self {
        Self(error.into())
    }
}

fn run<C, DB>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<Vec<String>, Error>
where
    C: MigrationHarness<DB>,
    DB: diesel::backend::Backend,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known = versions::<DB>(&migrations)?;
    for found in conn.applied_migrations().map_err(failed)? {
        if !known.contains(&found) {
            let known = known
                .iter()
                .max()
                .map_or_else(String::new, ToString::to_string);
            return Err(Error::NewerSchema {
                known,
                found: found.to_string(),
            });
        }
    }
    let applied = conn.run_pending_migrations(migrations).map_err(failed)?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

fn versions<DB: diesel::backend::Backend>(
    migrations: &EmbeddedMigrations,
) -> Result<Vec<MigrationVersion<'static>>, Error>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let all = migrations.migrations().map_err(failed)?;
    Ok(all
        .iter()
        .map(|migration| migration.name().version().as_owned())
        .collect())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "so it fits where errors are mapped"
)]
fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Migration(error.to_string())
}

/// The first migration that a file already in use is about to get, if any.
fn outdated(conn: &mut SqliteConnection) -> Result<Option<String>, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let tables: Count = sql_query("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'actors'")
        .get_result(conn)?;
    if tables.n == 0 {
        return Ok(None);
    }
    let pending = conn.pending_migrations(FOR_SQLITE).map_err(failed)?;
    Ok(pending
        .first()
        .map(|migration| migration.name().version().to_string()))
}

/// Leaves a copy of the file beside it, so that an upgrade can be taken back. An older copy of that name is kept.
fn keep_a_copy(conn: &mut SqliteConnection, path: &str) -> Result<(), Error> {
    if !Path::new(path).exists() {
        sql_query("VACUUM INTO ?")
            .bind::<diesel::sql_types::Text, _>(path)
            .execute(conn)?;
    }
    Ok(())
}
