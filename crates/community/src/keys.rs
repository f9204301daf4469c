//! What is kept in memory for a while, because making it anew costs more than keeping it: parsed keys above all.
//!
//! Nothing here is the truth. Losing all of it, or having several processes with a cache each, changes no answer.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use kindred_protocol::keys::{PublicKey, SigningKey};
use kindred_storage::{ActivityId, ActorId, PostId};
use moka::sync::Cache;
use tokio::sync::{Mutex, OnceCell};

use crate::{
    attempts::Attempts, delivery::Said, house::Week, push::Vapid, servers::Server,
    showcase::Trends, views::About,
};

/// A public key and the actor that it belongs to.
#[derive(Debug)]
pub(crate) struct KnownKey {
    /// The actor's row.
    pub owner: ActorId,
    /// The actor's address.
    pub owner_uri: String,
    /// The server that both live on.
    pub host: String,
    /// The key.
    pub key: PublicKey,
}

/// The caches.
pub(crate) struct Keys {
    /// By key id.
    pub known: Cache<String, Arc<KnownKey>>,
    /// Key ids that were asked for again a moment ago: at most once in five minutes, whatever is sent to us.
    pub asked_again: Cache<String, ()>,
    /// Keys and actors that could not be had a moment ago, so that a flood of letters by unknown actors costs one question each.
    pub not_to_be_had: Cache<String, ()>,
    /// How often a server was asked in vain for a key within the minute: whoever invents key ids may not send us to somebody else's
    /// door again and again.
    asked_in_vain: Cache<String, Arc<AtomicU32>>,
    /// Questions under way, by address: whoever asks the same waits for the first answer.
    pub flights: Cache<String, Arc<Mutex<()>>>,
    /// How often a server was asked within the hour for what was said before anybody here listened.
    asked_to_catch_up: Cache<String, Arc<AtomicU32>>,
    /// Threads that lie elsewhere and were read a moment ago.
    pub threads_read: Cache<PostId, ()>,
    /// Our own, by actor.
    pub signing: Cache<ActorId, Arc<SigningKey>>,
    /// Servers that letters go to just now; a change of standing takes effect within seconds.
    pub servers: Cache<String, Arc<Server>>,
    /// Who signed the latest question of a server.
    pub readers: Cache<String, String>,
    /// Whether the home of a closed group elsewhere says that a server has members there.
    pub vouched: Cache<(ActorId, String), bool>,
    /// The sums over the instance.
    pub about: Cache<(), About>,
    /// What happened here in the latest weeks.
    pub weeks: Cache<(), Arc<Vec<Week>>>,
    /// Wrong guesses at passwords.
    pub attempts: Attempts,
    /// The key by which push services know this house.
    pub vapid: OnceCell<Vapid>,
    /// What is talked about.
    pub trends: Cache<(), Trends>,
    /// The secret part of the link for the first admin.
    pub setup: OnceLock<String>,
    /// Bodies on their way to many inboxes.
    pub bodies: Cache<ActivityId, Said>,
}

const MINUTES_BETWEEN_QUESTIONS: u64 = 5;

/// How many keys that are not to be had one server is asked for within a minute.
const IN_VAIN_A_MINUTE: u32 = 30;

/// How many questions about the past one server is asked within an hour.
const PAST_AN_HOUR: u32 = 500;

/// How long a thread that lies elsewhere is not read again.
const MINUTES_BETWEEN_READINGS: u64 = 15;

/// How much memory the bodies on their way may take, in bytes.
const LARGEST_PILE: u64 = 16 * 1024 * 1024;

impl Keys {
    /// Whether this server may be asked for a key: not after many that it did not have.
    pub(crate) fn may_ask(&self, host: &str) -> bool {
        self.asked_in_vain
            .get(host)
            .is_none_or(|times| times.load(Ordering::Relaxed) < IN_VAIN_A_MINUTE)
    }

    /// Whether this server may be asked once more about the past, and counts that it is.
    pub(crate) fn may_look(&self, host: &str) -> bool {
        let asked = self
            .asked_to_catch_up
            .get_with(host.to_owned(), Arc::default);
        asked.fetch_add(1, Ordering::Relaxed) < PAST_AN_HOUR
    }

    /// Remembers that a key is not to be had, so that the next letter with it costs nothing.
    pub(crate) fn is_not_to_be_had(&self, key_id: &str, host: &str) {
        self.not_to_be_had.insert(key_id.to_owned(), ());
        self.asked_in_vain
            .get_with(host.to_owned(), Arc::default)
            .fetch_add(1, Ordering::Relaxed);
    }
}

impl Default for Keys {
    fn default() -> Self {
        let short = |minutes| {
            Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_mins(minutes))
                .build()
        };
        Self {
            known: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_hours(1))
                .build(),
            asked_again: short(MINUTES_BETWEEN_QUESTIONS),
            not_to_be_had: short(1),
            asked_in_vain: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_secs(10))
                .build(),
            flights: Cache::builder()
                .max_capacity(10_000)
                .time_to_idle(Duration::from_mins(1))
                .build(),
            asked_to_catch_up: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_hours(1))
                .build(),
            threads_read: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_mins(MINUTES_BETWEEN_READINGS))
                .build(),
            signing: Cache::builder()
                .max_capacity(1_000)
                .time_to_idle(Duration::from_hours(1))
                .build(),
            servers: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_secs(10))
                .build(),
            readers: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_mins(10))
                .build(),
            vouched: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_secs(10))
                .build(),
            about: Cache::builder()
                .max_capacity(1)
                .time_to_live(Duration::from_secs(10))
                .build(),
            weeks: Cache::builder()
                .max_capacity(1)
                .time_to_live(Duration::from_hours(1))
                .build(),
            attempts: Attempts::default(),
            vapid: OnceCell::new(),
            trends: Cache::builder()
                .max_capacity(1)
                .time_to_live(Duration::from_mins(5))
                .build(),
            setup: OnceLock::new(),
            bodies: Cache::builder()
                .weigher(|_, said: &Said| u32::try_from(said.body.len()).unwrap_or(u32::MAX))
                .max_capacity(LARGEST_PILE)
                .time_to_idle(Duration::from_mins(2))
                .build(),
        }
    }
}
