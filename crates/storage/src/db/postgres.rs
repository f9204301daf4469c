//! Reading and writing on PostgreSQL: a pool of connections, each used on a blocking thread.
//!
//! Who waits for a connection waits without a thread. Nothing is tried twice here, since a unit of work is a closure
//! that can run once: deadlocks and the like come out as [`Error::Busy`], and the caller decides.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::{Connection, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Conn, Options};
use crate::Error;

/// Connections to one database. They are opened when they are first needed.
pub(super) struct Pool {
    shared: Arc<Shared>,
    places: Arc<Semaphore>,
    patience: Duration,
}

struct Shared {
    url: String,
    idle: Mutex<Vec<Conn>>,
}

impl Pool {
    /// Opens the first connection, so that a wrong address is noticed at once.
    pub(super) fn open(url: &str, options: &Options) -> Result<Self, Error> {
        let first = connect(url)?;
        Ok(Self {
            shared: Arc::new(Shared {
                url: url.to_owned(),
                idle: Mutex::new(vec![first]),
            }),
            places: Arc::new(Semaphore::new(
                usize::try_from(options.connections.max(1)).unwrap_or(1),
            )),
            patience: options.patience,
        })
    }

    /// The address of the database.
    pub(super) fn url(&self) -> &str {
        &self.shared.url
    }

    /// One snapshot for all queries of `f`, and no writing.
    pub(super) async fn read<T, E>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.unit("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", f)
            .await
    }

    /// All of `f` or nothing.
    pub(super) async fn write<T, E>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.unit("BEGIN", f).await
    }

    async fn unit<T, E>(
        &self,
        begin: &'static str,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let place = self.place().await?;
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || {
            let mut conn = shared.begin(begin)?;
            let outcome = conn.shielded(f);
            let settled = match &outcome {
                // When a query failed and `f` went on regardless, COMMIT would quietly undo everything and report
                // success. The query before it fails instead.
                Ok(_) => conn.say("SELECT 1; COMMIT"),
                Err(_) => conn.say("ROLLBACK"),
            };
            match settled {
                Ok(()) => shared.put_back(conn),
                // The connection is closed rather than put back, whatever state it is in; that also ends the work.
                Err(error) if outcome.is_ok() => return Err(E::from(Error::from(error))),
                Err(_) => {}
            }
            drop(place);
            outcome
        })
        .await
        .unwrap_or_else(|error| Err(E::from(Error::Panicked(error.to_string()))))
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        match tokio::time::timeout(self.patience, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(Error::Connection("the pool is closed".to_owned())),
            Err(_) => Err(Error::Busy(format!(
                "no connection became free within {:?}",
                self.patience
            ))),
        }
    }
}

impl Shared {
    /// A connection with a unit of work begun on it.
    fn begin(&self, begin: &'static str) -> Result<Conn, Error> {
        // Idle connections may have been cut meanwhile; beginning shows it, and nothing is lost by then.
        while let Some(mut conn) = self.take() {
            if conn.say(begin).is_ok() {
                return Ok(conn);
            }
        }
        let mut conn = connect(&self.url)?;
        conn.say(begin)?;
        Ok(conn)
    }

    fn take(&self) -> Option<Conn> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }

    fn put_back(&self, conn: Conn) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(conn);
    }
}

fn connect(url: &str) -> Result<Conn, Error> {
    PgConnection::establish(url)
        .map(Conn::Postgres)
        .map_err(|error| Error::Connection(error.to_string()))
}
