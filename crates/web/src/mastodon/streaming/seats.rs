//! Who listens to what: a place for every connection, and what is handed to it.
//!
//! Whoever does not keep up is let go. What somebody gets to see is found out in [`hub`](super::hub).

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use actix_web::{rt, web::Data};
use kindred_community::{ActorId, Kindred, TokenId, views::SignedIn};
use tokio::sync::mpsc;

use super::{hub::watch, names::Name};

/// So many events wait for a connection that is slow; then it is let go.
const WAITING: usize = 64;

/// Everybody who listens. One for all workers: make it outside of the application's factory.
#[derive(Debug, Default)]
pub struct Streams {
    seats: Mutex<HashMap<u64, Listener>>,
    next: AtomicU64,
    watched: AtomicBool,
}

#[derive(Debug)]
struct Listener {
    me: Arc<SignedIn>,
    names: HashSet<Name>,
    out: mpsc::Sender<Frame>,
}

/// What a connection is given to send.
#[derive(Clone, Debug)]
pub(crate) enum Frame {
    /// Something happened.
    Event {
        /// On which stream.
        stream: Name,
        /// What.
        event: &'static str,
        /// The words that go with it.
        payload: Option<Arc<str>>,
    },
    /// The token is void.
    End,
}

/// A place in the hub; it is given up when it is dropped.
pub(crate) struct Seat {
    streams: Data<Streams>,
    number: u64,
    me: Arc<SignedIn>,
    frames: mpsc::Receiver<Frame>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.streams.with(|seats| seats.remove(&self.number));
    }
}

impl Seat {
    /// Somebody connects. The first one sets the watch.
    pub(crate) fn taken(streams: &Data<Streams>, kindred: &Data<Kindred>, me: SignedIn) -> Self {
        let (out, frames) = mpsc::channel(WAITING);
        let number = streams.next.fetch_add(1, Ordering::Relaxed);
        let me = Arc::new(me);
        let listener = Listener {
            me: Arc::clone(&me),
            names: HashSet::new(),
            out,
        };
        streams.with(|seats| seats.insert(number, listener));
        if !streams.watched.swap(true, Ordering::Relaxed) {
            rt::spawn(watch(kindred.clone(), streams.clone()));
        }
        Self {
            streams: streams.clone(),
            number,
            me,
            frames,
        }
    }

    /// Who sits here.
    pub(crate) fn me(&self) -> &SignedIn {
        &self.me
    }

    /// What to send next; `None` when this one was let go.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        self.frames.recv().await
    }

    /// Listens to one more stream.
    pub(crate) fn listen(&self, name: Name) {
        self.change(|names| {
            names.insert(name);
        });
    }

    /// Listens to a stream no more.
    pub(crate) fn leave(&self, name: &Name) {
        self.change(|names| {
            names.remove(name);
        });
    }

    /// To how many streams this one listens.
    pub(crate) fn listens_to(&self) -> usize {
        self.streams.with(|seats| {
            seats
                .get(&self.number)
                .map_or(0, |listener| listener.names.len())
        })
    }

    fn change(&self, change: impl FnOnce(&mut HashSet<Name>)) {
        self.streams.with(|seats| {
            if let Some(listener) = seats.get_mut(&self.number) {
                change(&mut listener.names);
            }
        });
    }
}

/// Somebody who may be concerned: who it is, and to what they listen, on all their connections.
pub(super) type Watchers = HashMap<ActorId, (Arc<SignedIn>, HashSet<Name>)>;

impl Streams {
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<u64, Listener>) -> T) -> T {
        f(&mut self.seats.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn watchers(&self) -> Watchers {
        self.with(|seats| {
            let mut watchers = Watchers::new();
            for listener in seats.values() {
                watchers
                    .entry(listener.me.actor.id)
                    .or_insert_with(|| (Arc::clone(&listener.me), HashSet::new()))
                    .1
                    .extend(listener.names.iter().cloned());
            }
            watchers
        })
    }

    /// Hands an event to the connections of this person that listen to one of these streams, as far as their tokens reach.
    pub(super) fn hand_out(
        &self,
        who: ActorId,
        names: &HashSet<Name>,
        scope: &str,
        event: &'static str,
        payload: Option<&Arc<str>>,
    ) {
        self.with(|seats| {
            seats.retain(|_, listener| {
                let concerned = listener.me.actor.id == who && listener.me.allows(scope);
                let wanted = listener.names.iter().filter(|name| names.contains(name));
                !concerned
                    || wanted.cloned().all(|stream| {
                        listener
                            .out
                            .try_send(Frame::Event {
                                stream,
                                event,
                                payload: payload.cloned(),
                            })
                            .is_ok()
                    })
            });
        });
    }

    /// Hands an event to whoever of this person looks at their home.
    pub(super) fn tell_at_home(
        &self,
        who: ActorId,
        event: &'static str,
        payload: Option<&Arc<str>>,
    ) {
        let user = HashSet::from([Name::User]);
        self.hand_out(who, &user, "read:statuses", event, payload);
    }

    pub(super) fn end(&self, token: TokenId) {
        self.with(|seats| {
            seats.retain(|_, listener| {
                let ended = listener.me.token.id == token;
                if ended {
                    // A full channel ends as well: with nothing, once it is read empty.
                    let _ = listener.out.try_send(Frame::End);
                }
                !ended
            });
        });
    }
}
