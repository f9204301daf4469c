//! One connection to either database, and the words that begin and end a unit of work on it.
//!
//! It does not decide when a unit begins or ends: the writer, the readers and the pool do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, SqliteConnection};

use super::Options;
use crate::Error;
use crate::statement::Statement;

/// A connection to either database. Queries are written once with [`on!`](crate::on).
#[expect(
    missing_debug_implementations,
    reason = "diesel's connections have none"
)]
pub enum Conn {
    /// To a file on this machine.
    Sqlite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

impl Conn {
    /// Does a part of the work that may fail alone: what `f` did is undone when it answers `Err`, and the unit of work
    /// around it goes on.
    ///
    /// On PostgreSQL a failed query spoils the whole unit unless it happened in here. Such parts may be nested.
    pub fn attempt<T, E>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        self.say("SAVEPOINT attempt").map_err(Error::from)?;
        match f(self) {
            Ok(value) => {
                self.say("RELEASE SAVEPOINT attempt").map_err(Error::from)?;
                Ok(value)
            }
            Err(error) => {
                self.say("ROLLBACK TO SAVEPOINT attempt")
                    .map_err(Error::from)?;
                self.say("RELEASE SAVEPOINT attempt").map_err(Error::from)?;
                Err(error)
            }
        }
    }

    /// Runs `f` and turns a panic into an error.
    pub(super) fn shielded<T, E>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<Error>,
    {
        // Asserting is right: what `f` did to the connection is rolled back, and `f` itself is gone.
        catch_unwind(AssertUnwindSafe(|| f(self))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(Error::Panicked(text.unwrap_or_else(|| "without words".to_owned())).into())
        })
    }

    /// Says one of the words that begin and end a unit of work. On PostgreSQL it may be several at once.
    pub(super) fn say(&mut self, sql: &'static str) -> QueryResult<()> {
        match self {
            // Prepared once: parsing such a word anew every time costs as much as a small query.
            Self::Sqlite(conn) => Statement::new(sql).execute(conn).map(drop),
            Self::Postgres(conn) => conn.batch_execute(sql),
        }
    }
}

/// Opens the connection that writes, and makes the file when it is missing.
pub(super) fn open_writer(path: &Path, options: &Options) -> Result<Conn, Error> {
    let mut conn = open(path, options)?;
    // NORMAL: a power cut may lose the last commits but never damages the file; every commit survives a crash of the
    // program. The log is cut back after a burst, or it would stay as long as the longest one.
    conn.batch_execute("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 16777216;")?;
    Ok(Conn::Sqlite(conn))
}

/// Opens a connection that can only read.
pub(super) fn open_reader(path: &Path, options: &Options) -> Result<Conn, Error> {
    let mut conn = open(path, options)?;
    conn.batch_execute("PRAGMA query_only = ON;")?;
    Ok(Conn::Sqlite(conn))
}

fn open(path: &Path, options: &Options) -> Result<SqliteConnection, Error> {
    let text = path
        .to_str()
        .ok_or_else(|| Error::Url(path.display().to_string()))?;
    let mut conn = SqliteConnection::establish(text)
        .map_err(|error| Error::Connection(format!("{text}: {error}")))?;
    // The busy time-out comes first, because turning on the log takes a lock.
    conn.batch_execute(&format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA cache_size = -{}; PRAGMA mmap_size = 0; \
         PRAGMA temp_store = MEMORY;",
        options.patience.as_millis(),
        options.cache_kib,
    ))?;
    Ok(conn)
}
