//! The threads that read from a SQLite file.
//!
//! Each has a connection of its own, that cannot write. They are started when they are needed and not before, because
//! a small community is served by one.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::{Conn, Options, connection};
use crate::Error;

/// What a reading thread is asked to do. It is given the connection, or the reason why there is none.
type Question = Box<dyn FnOnce(Result<&mut Conn, &Error>) + Send>;

/// The way to the reading threads. When it is dropped, they finish what waits and end.
pub(super) struct Readers {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    most: usize,
}

struct Shared {
    path: PathBuf,
    options: Options,
    state: Mutex<State>,
    /// Rings when a question has been added, or when there will be none any more.
    bell: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Question>,
    /// How many threads have been started.
    started: usize,
    /// How many of them wait for the bell.
    idle: usize,
    closed: bool,
}

impl Readers {
    /// No thread is started yet.
    pub(super) fn new(path: PathBuf, options: &Options) -> Self {
        let shared =
            Shared { path, options: options.clone(), state: Mutex::default(), bell: Condvar::new() };
        Self { shared: Arc::new(shared), threads: Mutex::default(), most: options.readers.max(1) }
    }

    /// Runs `f` on a snapshot.
    pub(super) async fn read<T, E>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.ask(Box::new(move |conn| {
            // Nobody listens any more when the caller was cancelled while waiting: the question is not asked then.
            if !reply.is_closed() {
                let _ = reply.send(conn.map_err(|error| error.retold().into()).and_then(|conn| snapshot(conn, f)));
            }
        }))?;
        answer.await.unwrap_or_else(|_| Err(Error::Connection("the reading thread has ended".to_owned()).into()))
    }

    fn ask(&self, question: Question) -> Result<(), Error> {
        let mut state = self.shared.lock();
        state.waiting.push_back(question);
        if state.waiting.len() > state.idle && state.started < self.most {
            state.started += 1;
            drop(state);
            return self.start();
        }
        drop(state);
        self.shared.bell.notify_one();
        Ok(())
    }

    fn start(&self) -> Result<(), Error> {
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new()
            .name("db-reader".to_owned())
            .spawn(move || shared.serve())
            .map_err(|error| Error::Connection(format!("no thread for reading: {error}")))?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.bell.notify_all();
        for thread in self.threads.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // The last handle may have been dropped by a question, that is on one of these threads.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Questions run outside the lock, so a panic cannot have left the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        let mut conn = None;
        while let Some(question) = self.next() {
            // A connection that could not be opened is tried again with every question.
            let opened = match conn.take() {
                Some(conn) => Ok(conn),
                None => connection::open_reader(&self.path, &self.options),
            };
            match opened {
                Ok(mut open) => {
                    question(Ok(&mut open));
                    conn = Some(open);
                }
                Err(error) => question(Err(&error)),
            }
        }
    }

    /// The next question; waits for one. `None` when there will be none any more.
    fn next(&self) -> Option<Question> {
        let mut state = self.lock();
        loop {
            if let Some(question) = state.waiting.pop_front() {
                return Some(question);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}

/// Lets all queries of `f` see the database as it was at the first of them.
fn snapshot<T, E: From<Error>>(conn: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    conn.say("BEGIN").map_err(Error::from)?;
    let outcome = conn.shielded(f);
    // Nothing was written, so there is nothing to lose; an end that fails would keep the snapshot open, and is told.
    conn.say("COMMIT").map_err(Error::from)?;
    outcome
}
