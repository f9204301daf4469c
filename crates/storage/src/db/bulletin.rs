//! Words called out to the other processes on this database, which PostgreSQL carries (LISTEN and NOTIFY).
//!
//! Nothing is kept: whoever does not listen at that moment does not hear it. On SQLite there is one process, and nobody to tell.

use std::{thread, time::Duration};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, sql_query, sql_types::Text};

use super::{Backend, Conn, Db, Engine};
use crate::Error;

/// The name under which Kindred's processes call to each other.
const CHANNEL: &str = "kindred";

/// The longest words that PostgreSQL carries, in bytes, with some room.
pub const LONGEST_CALL: usize = 7900;

/// How often is listened. The connection has nothing else to do, and asking it costs no question to the server.
const LISTEN_EVERY: Duration = Duration::from_millis(100);

/// A connection that broke is made anew after so long.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

impl Db {
    /// Calls words out to all processes on this database, this one included. At most [`LONGEST_CALL`] bytes.
    pub async fn call_out(&self, words: String) -> Result<(), Error> {
        if self.backend() == Backend::Sqlite {
            return Ok(());
        }
        self.write(move |db| match db {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(conn) => {
                sql_query("SELECT pg_notify($1, $2)")
                    .bind::<Text, _>(CHANNEL)
                    .bind::<Text, _>(words)
                    .execute(conn)?;
                Ok::<_, Error>(())
            }
        })
        .await
    }

    /// Hears what processes on this database call out, on a thread and a connection of its own.
    ///
    /// `hear` is asked again and again, with words or without; once it answers `false`, the listening ends.
    pub fn overhear(&self, mut hear: impl FnMut(Option<&str>) -> bool + Send + 'static) {
        let Engine::Postgres(pool) = &self.inner.engine else {
            return;
        };
        let url = pool.url().to_owned();
        thread::spawn(move || {
            while hear(None) {
                match listen(&url, &mut hear) {
                    Ok(()) => return,
                    Err(error) => {
                        tracing::warn!(%error, "Other processes cannot be heard; trying again");
                        thread::sleep(AGAIN_AFTER);
                    }
                }
            }
        });
    }
}

fn listen(url: &str, hear: &mut impl FnMut(Option<&str>) -> bool) -> Result<(), Error> {
    let mut conn =
        PgConnection::establish(url).map_err(|error| Error::Connection(error.to_string()))?;
    conn.batch_execute(&format!("LISTEN {CHANNEL}"))?;
    loop {
        for call in conn.notifications_iter() {
            if !hear(Some(&call?.payload)) {
                return Ok(());
            }
        }
        if !hear(None) {
            return Ok(());
        }
        thread::sleep(LISTEN_EVERY);
    }
}
