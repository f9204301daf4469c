//! The database: opening it, reading from it, writing to it.
//!
//! A unit of reading sees one snapshot, a unit of writing happens as a whole or not at all. On SQLite one thread does
//! all the writing and everybody reads for themselves; on PostgreSQL a pool of connections does both. Nothing here knows a table.

mod bulletin;
mod connection;
mod migrate;
mod postgres;
mod readers;
mod writer;

pub use bulletin::LONGEST_CALL;
pub use connection::Conn;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::Error;

/// Runs one query on whichever database it is: the closure is written once and compiled for both.
#[macro_export]
macro_rules! on {
    ($db:expr, |$conn:ident| $query:expr) => {
        match $db {
            $crate::Conn::Sqlite($conn) => $query,
            $crate::Conn::Postgres($conn) => $query,
        }
    };
}

/// Which database is behind a [`Db`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// One file on this machine.
    Sqlite,
    /// A server.
    Postgres,
}

/// How much of the machine the database may use.
#[derive(Clone, Debug)]
pub struct Options {
    /// SQLite: how many connections for reading are kept open.
    pub readers: usize,
    /// SQLite: how much of the file each connection keeps in memory, in KiB.
    pub cache_kib: u32,
    /// PostgreSQL: how many connections are open at most.
    pub connections: u32,
    /// How long to wait for a lock or a connection before the answer is [`Error::Busy`].
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 4,
            cache_kib: 1024,
            connections: 8,
            patience: Duration::from_secs(5),
        }
    }
}

/// A database that can be read and written by many at once. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

/// What goes away when a database is closed: the folder or the database of a test.
type Keep = Box<dyn Send + Sync>;

/// The order matters: the engine stops before what it stands on goes away.
struct Inner {
    engine: Engine,
    _keep: Keep,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(postgres::Pool),
}

struct Sqlite {
    readers: readers::Readers,
    writer: writer::Writer,
    path: PathBuf,
}

impl Db {
    /// Opens the database at `sqlite://path` or `postgres://…`. A file that is missing is made, with its folder.
    ///
    /// Its tables are left as they are: see [`Db::migrate`].
    pub fn open(url: &str, options: &Options) -> Result<Self, Error> {
        Self::open_kept(url, options, Box::new(()))
    }

    /// Opens a database and holds on to `keep` until it is closed again.
    pub(crate) fn open_kept(url: &str, options: &Options, keep: Keep) -> Result<Self, Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = postgres::Pool::open(url, options)?;
            return Ok(Self {
                inner: Arc::new(Inner {
                    engine: Engine::Postgres(pool),
                    _keep: keep,
                }),
            });
        }
        match url.strip_prefix("sqlite://") {
            Some("" | ":memory:") | None => Err(Error::Url(url.to_owned())),
            Some(path) => Self::open_file(path.into(), options, keep),
        }
    }

    fn open_file(path: PathBuf, options: &Options, keep: Keep) -> Result<Self, Error> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder)
                .map_err(|error| Error::Connection(format!("{}: {error}", folder.display())))?;
        }
        // The writer comes first: it makes the file and turns on the write-ahead log that readers rely on.
        let writer = writer::Writer::start(connection::open_writer(&path, options)?)?;
        let readers = readers::Readers::new(path.clone(), options);
        let engine = Engine::Sqlite(Sqlite {
            readers,
            writer,
            path,
        });
        Ok(Self {
            inner: Arc::new(Inner {
                engine,
                _keep: keep,
            }),
        })
    }

    /// Brings the tables up to date and answers with the names of the migrations that were applied.
    ///
    /// On PostgreSQL processes that start together take turns. A database that is newer than this program is refused
    /// with [`Error::NewerSchema`] and left alone. This blocks; it is for the start of a program.
    pub fn migrate(&self) -> Result<Vec<String>, Error> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => migrate::sqlite(&sqlite.path),
            Engine::Postgres(pool) => migrate::postgres(pool.url()),
        }
    }

    /// Runs `f` on a snapshot of the database.
    ///
    /// On SQLite that happens on the thread that asks, so it is for questions that an index answers. What may take
    /// longer than a millisecond belongs into [`Db::read_apart`]. A panic in `f` ends as [`Error::Panicked`].
    pub async fn read<T, E>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.readers.read(f).await,
            Engine::Postgres(pool) => pool.read(f).await,
        }
    }

    /// Runs `f` on a snapshot of the database, on a thread that may be kept busy: for searching and counting.
    pub async fn read_apart<T, E>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.readers.read_apart(f).await,
            Engine::Postgres(pool) => pool.read(f).await,
        }
    }

    /// Runs `f` as one unit of work: all of it is kept, or none of it when `f` answers `Err` or panics.
    ///
    /// The answer comes after the commit; when the commit fails, that failure is the answer. Who stops waiting for the
    /// answer does not stop the work.
    pub async fn write<T, E>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.writer.write(f).await,
            Engine::Postgres(pool) => pool.write(f).await,
        }
    }

    /// The file, when it is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => Some(&sqlite.path),
            Engine::Postgres(_) => None,
        }
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        match &self.inner.engine {
            Engine::Sqlite(_) => Backend::Sqlite,
            Engine::Postgres(_) => Backend::Postgres,
        }
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db")
            .field("backend", &self.backend())
            .finish()
    }
}
