//! Where everybody lives, and what time it is there.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

/// The names that lead somewhere, and the one clock of all.
#[derive(Clone, Debug)]
pub struct World {
    hosts: HashMap<String, SocketAddr>,
    hand: Arc<AtomicI64>,
}

impl World {
    /// A world of these names; the hand shows milliseconds since the epoch.
    pub fn new(hosts: HashMap<String, SocketAddr>, hand: Arc<AtomicI64>) -> Self {
        Self { hosts, hand }
    }

    pub(crate) fn now(&self) -> SystemTime {
        let millis = u64::try_from(self.hand.load(Ordering::Relaxed)).unwrap_or(0);
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    }

    /// This moment as ActivityPub writes it, to the second.
    pub(crate) fn timestamp(&self) -> String {
        chrono::DateTime::<chrono::Utc>::from(self.now())
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    pub(crate) fn address(&self, host: &str) -> Option<SocketAddr> {
        self.hosts.get(host).copied()
    }
}
