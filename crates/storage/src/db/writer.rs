//! The one thread that writes to a SQLite file, and commits in groups.
//!
//! SQLite lets one connection write at a time. Instead of letting many quarrel over the lock, all units of work are
//! handed to this thread. It takes everything that waits at that moment, up to [`GROUP`] units, runs them one after the
//! other in one transaction, each in a savepoint of its own, commits once and answers everybody. A unit that fails or
//! panics is rolled back alone. So a commit, which is most of the cost of a small change, is shared by those who would
//! otherwise have queued for it, while a unit that comes alone is committed at once: nobody waits for company.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::Conn;
use crate::Error;

/// How many units share a commit at most. More would save little and make the first of them wait for the last.
const GROUP: usize = 64;

/// The way to the writing thread. When it is dropped, what has been handed in is still done, and then the thread ends.
pub(super) struct Writer {
    /// Taken away when the writer is dropped: that is how the thread learns of it.
    inbox: Option<Sender<Box<dyn Unit>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread, which from now on owns the connection.
    pub(super) fn start(mut conn: Conn) -> Result<Self, Error> {
        let (inbox, waiting) = channel();
        let thread = thread::Builder::new()
            .name("db-writer".to_owned())
            .spawn(move || serve(&mut conn, &waiting))
            .map_err(|error| Error::Connection(format!("no thread for writing: {error}")))?;
        Ok(Self {
            inbox: Some(inbox),
            thread: Some(thread),
        })
    }

    /// Hands in a unit of work and waits until it is committed, or is known not to be.
    pub(super) async fn write<T, E>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let unit = Work {
            f: Some(f),
            outcome: None,
            reply,
        };
        let handed_in = self
            .inbox
            .as_ref()
            .is_some_and(|inbox| inbox.send(Box::new(unit)).is_ok());
        if !handed_in {
            return Err(gone().into());
        }
        answer.await.unwrap_or_else(|_| Err(gone().into()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            // The last handle may have been dropped by a unit of work, that is on this very thread.
            if thread.thread().id() != thread::current().id() {
                // It cannot have panicked in a way that we could still do something about.
                let _ = thread.join();
            }
        }
    }
}

fn gone() -> Error {
    Error::Connection("the writing thread has ended".to_owned())
}

/// A unit of work as the thread sees it: something to run, and somebody to answer afterwards.
trait Unit: Send {
    /// Runs it. `true` when what it did is to be kept.
    fn run(&mut self, conn: &mut Conn) -> bool;

    /// Tells the one who handed it in. A unit that refused by itself answers with that, whatever became of the others.
    fn answer(self: Box<Self>, kept: Result<(), &Error>);
}

struct Work<F, T, E> {
    f: Option<F>,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Unit for Work<F, T, E>
where
    F: FnOnce(&mut Conn) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> bool {
        let Some(f) = self.f.take() else { return false };
        let outcome = conn.shielded(f);
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, kept: Result<(), &Error>) {
        let answer = match (self.outcome, kept) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Err(refusal)), _) => Err(refusal),
            (_, Err(error)) => Err(error.retold().into()),
            (None, Ok(())) => Err(gone().into()),
        };
        // Nobody listens any more when the caller was cancelled. The work is done all the same.
        let _ = self.reply.send(answer);
    }
}

fn serve(conn: &mut Conn, waiting: &Receiver<Box<dyn Unit>>) {
    let mut group = Vec::with_capacity(GROUP);
    while let Ok(first) = waiting.recv() {
        group.push(first);
        group.extend(waiting.try_iter().take(GROUP - 1));
        while !group.is_empty() {
            if group.len() == 1 {
                alone(conn, &mut group);
            } else {
                together(conn, &mut group);
            }
        }
    }
}

/// One unit, one transaction: no savepoint is needed.
fn alone(conn: &mut Conn, group: &mut Vec<Box<dyn Unit>>) {
    let Some(mut unit) = group.pop() else { return };
    let settled = conn.say("BEGIN IMMEDIATE").and_then(|()| {
        let end = if unit.run(conn) { "COMMIT" } else { "ROLLBACK" };
        conn.say(end).inspect_err(|_| clear(conn))
    });
    match settled {
        Ok(()) => unit.answer(Ok(())),
        Err(error) => unit.answer(Err(&error.into())),
    }
}

/// Several units, one transaction. Takes those out of the group that have been answered: all of them, unless the
/// database took the transaction away in the middle. Then those that ran before are lost and told so, and the ones
/// that have not begun remain in the group.
fn together(conn: &mut Conn, group: &mut Vec<Box<dyn Unit>>) {
    let mut ran = 0;
    let settled = conn.say("BEGIN IMMEDIATE").and_then(|()| {
        for unit in group.iter_mut() {
            ran += 1;
            conn.say("SAVEPOINT unit")?;
            let keep = unit.run(conn);
            // SQLite may have rolled everything back by itself (a full disk does that). Then the savepoint is gone,
            // and saying so is how we notice.
            if !keep {
                conn.say("ROLLBACK TO unit")?;
            }
            conn.say("RELEASE unit")?;
        }
        conn.say("COMMIT")
    });
    match settled {
        Ok(()) => group.drain(..).for_each(|unit| unit.answer(Ok(()))),
        Err(error) => {
            clear(conn);
            let error = Error::from(error);
            // When not even the beginning succeeded, nobody's turn will come: the lock is held by another process.
            let told = if ran == 0 { group.len() } else { ran };
            group
                .drain(..told)
                .for_each(|unit| unit.answer(Err(&error)));
        }
    }
}

/// Leaves no transaction open. That there is none is no error here.
fn clear(conn: &mut Conn) {
    let _ = conn.say("ROLLBACK");
}
