//! Reading from a SQLite file: a few connections that cannot write, used wherever somebody asks.
//!
//! A question is answered on the thread that asks it. Most take some millionths of a second, because the pages they
//! look at are in memory; carrying such a question to another thread and its answer back costs several times as much
//! as answering it (`benches/units.rs` tells both). What takes long is asked apart, on a thread that may be kept busy.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::warn;

use super::{Conn, Options, connection};
use crate::Error;

/// A question that keeps its thread for longer should have been asked apart.
const LONG: Duration = Duration::from_millis(50);

/// Connections for reading. As many are opened as there are questions at the same moment, and a few are kept.
#[derive(Clone)]
pub(super) struct Readers {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    options: Options,
    idle: Mutex<Vec<Conn>>,
}

impl Readers {
    /// No connection is opened yet.
    pub(super) fn new(path: PathBuf, options: &Options) -> Self {
        Self {
            shared: Arc::new(Shared {
                path,
                options: options.clone(),
                idle: Mutex::default(),
            }),
        }
    }

    /// Runs `f` on a snapshot, right here.
    pub(super) async fn read<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let begun = Instant::now();
        let answer = self.snapshot(f);
        let took = begun.elapsed();
        if took > LONG {
            warn!(
                millis = took.as_millis(),
                "A question has kept everybody on its thread waiting for {took:?}"
            );
        }
        // Whoever asks again and again without ever waiting for anything must let others have their turn.
        tokio::task::consume_budget().await;
        answer
    }

    /// Runs `f` on a snapshot, on a thread that may be kept busy.
    pub(super) async fn read_apart<T, E>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let readers = self.clone();
        tokio::task::spawn_blocking(move || readers.snapshot(f))
            .await
            .unwrap_or_else(|error| Err(Error::Panicked(error.to_string()).into()))
    }

    /// Lets all queries of `f` see the database as it was at the first of them.
    fn snapshot<T, E: From<Error>>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.shared.take()?;
        conn.say("BEGIN").map_err(Error::from)?;
        let answer = conn.shielded(f);
        // Nothing was written, so nothing can be lost; a connection that cannot even end is closed, which ends it too.
        if conn.say("COMMIT").is_ok() {
            self.shared.put_back(conn);
        }
        answer
    }
}

impl Shared {
    fn take(&self) -> Result<Conn, Error> {
        // The one used last: its memory holds what was asked for a moment ago.
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        idle.map_or_else(|| connection::open_reader(&self.path, &self.options), Ok)
    }

    fn put_back(&self, conn: Conn) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.options.readers {
            idle.push(conn);
        }
    }
}
