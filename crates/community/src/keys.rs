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

use bytes::Bytes;
use kindred_protocol::keys::{PublicKey, SigningKey};
use kindred_storage::{ActivityId, ActorId, PostId};
use moka::sync::Cache;
use tokio::sync::Mutex;

use crate::{servers::Server, views::About};

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
    /// How often a server was asked for keys within the minute: whoever invents key ids may not send us to somebody else's door.
    asked_for_keys: Cache<String, Arc<AtomicU32>>,
    /// Questions under way, by address: whoever asks the same waits for the first answer.
    pub flights: Cache<String, Arc<Mutex<()>>>,
    /// Our own, by actor.
    pub signing: Cache<ActorId, Arc<SigningKey>>,
    /// What was published under an idempotency key within the hour.
    pub published: Cache<(ActorId, String), PostId>,
    /// Servers that letters go to just now; a change of standing takes effect within seconds.
    pub servers: Cache<String, Arc<Server>>,
    /// The sums over the instance.
    pub about: Cache<(), About>,
    /// The secret part of the link for the first admin.
    pub setup: OnceLock<String>,
    /// Bodies on their way to many inboxes.
    pub bodies: Cache<ActivityId, Bytes>,
}

const MINUTES_BETWEEN_QUESTIONS: u64 = 5;

/// How many keys one server is asked for within a minute.
const KEYS_A_MINUTE: u32 = 30;

/// How much memory the bodies on their way may take, in bytes.
const LARGEST_PILE: u64 = 16 * 1024 * 1024;

impl Keys {
    /// Counts one question for a key of this server; `false` when it has been asked enough.
    pub(crate) fn may_ask(&self, host: &str) -> bool {
        let asked = self
            .asked_for_keys
            .get_with(host.to_owned(), Arc::default);
        asked.fetch_add(1, Ordering::Relaxed) < KEYS_A_MINUTE
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
            asked_for_keys: short(1),
            flights: Cache::builder()
                .max_capacity(10_000)
                .time_to_idle(Duration::from_mins(1))
                .build(),
            signing: Cache::builder()
                .max_capacity(1_000)
                .time_to_idle(Duration::from_hours(1))
                .build(),
            published: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_hours(1))
                .build(),
            servers: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_secs(10))
                .build(),
            about: Cache::builder()
                .max_capacity(1)
                .time_to_live(Duration::from_mins(1))
                .build(),
            setup: OnceLock::new(),
            bodies: Cache::builder()
                .weigher(|_, body: &Bytes| u32::try_from(body.len()).unwrap_or(u32::MAX))
                .max_capacity(LARGEST_PILE)
                .time_to_idle(Duration::from_mins(2))
                .build(),
        }
    }
}
