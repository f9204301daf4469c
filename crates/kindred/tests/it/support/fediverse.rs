//! A small fediverse inside one test: instances and peers on loopback, under made-up names that all of them know.
//!
//! There is one clock for all, and it stands still unless the test turns it. Nothing here is a mock: doors, databases, keys and
//! signatures are those of the program.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

use kindred_community::{
    media::{Bucket, BucketSettings},
    work,
};
use kindred_lab::store::{self, Store};
use kindred_protocol::network::NetworkSettings;
use kindred_storage::{Backend, Db, testing};

use super::instance::{Builder, Instance};

/// Every name that a test can use. A name that nobody took answers nothing, like a server that hangs.
const NAMES: [&str; 7] = [
    "kindred.example",
    "acme.example",
    "globex.example",
    "far.example",
    "near.example",
    "evil.example",
    "silent.example",
];

/// Noon of the last day of January 2026.
const BEGINNING: i64 = 1_769_860_800_000;

pub(crate) struct Fediverse {
    backend: Backend,
    hosts: HashMap<String, SocketAddr>,
    listeners: RefCell<HashMap<String, TcpListener>>,
    hand: Arc<AtomicI64>,
    deadline: Cell<Duration>,
    instances: RefCell<Vec<Instance>>,
    store: RefCell<Option<Store>>,
}

/// Runs a test on both databases with files in folders, and once with all files in a store that speaks S3.
pub(crate) async fn on_both_and_in_a_store(test: impl AsyncFn(&Fediverse)) {
    on_both(&test).await;
    eprintln!("in a store");
    let store = Store::open().await.expect("a store");
    let fediverse = Fediverse::new(Backend::Sqlite);
    fediverse.store.replace(Some(store.clone()));
    test(&fediverse).await;
    fediverse.end().await;
    assert_eq!(store.refused(), [""; 0]);
    assert!(store.was_used(), "nothing was kept in the store");
}

/// Runs a test on a fresh SQLite, and on a fresh PostgreSQL where there is one.
pub(crate) async fn on_both(test: impl AsyncFn(&Fediverse)) {
    on(Backend::Sqlite, &test).await;
    if let Some(db) = testing::postgres() {
        drop(db);
        eprintln!("on PostgreSQL");
        on(Backend::Postgres, &test).await;
    }
}

/// Runs a test that is about several processes on one database: on a fresh PostgreSQL, where there is one.
pub(crate) async fn on_postgres(test: impl AsyncFn(&Fediverse)) {
    match testing::postgres() {
        Some(db) => {
            drop(db);
            on(Backend::Postgres, &test).await;
        }
        None => eprintln!("SKIPPED: there is no PostgreSQL"),
    }
}

/// Runs a test that has nothing to do with the kind of database.
pub(crate) async fn on_sqlite(test: impl AsyncFn(&Fediverse)) {
    on(Backend::Sqlite, &test).await;
}

async fn on(backend: Backend, test: &impl AsyncFn(&Fediverse)) {
    let fediverse = Fediverse::new(backend);
    test(&fediverse).await;
    fediverse.end().await;
}

impl Fediverse {
    fn new(backend: Backend) -> Self {
        let listeners: HashMap<String, TcpListener> = NAMES
            .iter()
            .map(|name| {
                let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
                ((*name).to_owned(), listener)
            })
            .collect();
        Self {
            backend,
            hosts: listeners
                .iter()
                .map(|(name, listener)| (name.clone(), listener.local_addr().expect("an address")))
                .collect(),
            listeners: RefCell::new(listeners),
            hand: Arc::new(AtomicI64::new(BEGINNING)),
            deadline: Cell::new(Duration::from_secs(10)),
            instances: RefCell::default(),
            store: RefCell::default(),
        }
    }

    /// Describes an instance that is about to start.
    pub(crate) fn instance(&self, host: &str) -> Builder<'_> {
        Builder::new(self, host)
    }

    pub(crate) fn hosts(&self) -> &HashMap<String, SocketAddr> {
        &self.hosts
    }

    pub(crate) fn address(&self, host: &str) -> SocketAddr {
        self.hosts[host]
    }

    /// The place at which one server is found; given once.
    pub(crate) fn take_listener(&self, host: &str) -> TcpListener {
        self.listeners
            .borrow_mut()
            .remove(host)
            .unwrap_or_else(|| panic!("{host} is no name of this fediverse, or is taken"))
    }

    /// A fresh database of the kind that this run is about.
    pub(crate) fn database(&self) -> Db {
        match self.backend {
            Backend::Sqlite => testing::sqlite(),
            Backend::Postgres => testing::postgres().expect("it was there a moment ago"),
        }
    }

    pub(crate) fn hand(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.hand)
    }

    pub(crate) fn now(&self) -> SystemTime {
        let millis = u64::try_from(self.hand.load(Ordering::Relaxed)).expect("a time after 1970");
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    }

    /// Turns the clock of everybody.
    pub(crate) fn turn(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).expect("a sensible time");
        self.hand.fetch_add(millis, Ordering::Relaxed);
    }

    /// How long instances that start from now on wait for an answer of another server.
    pub(crate) fn be_impatient(&self, deadline: Duration) {
        self.deadline.set(deadline);
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.deadline.get()
    }

    /// The store that files are kept in, in tests that have one.
    pub(crate) fn bucket(&self) -> Option<Bucket> {
        let store = self.store.borrow();
        let settings = BucketSettings {
            endpoint: store.as_ref()?.endpoint(),
            bucket: store::BUCKET.to_owned(),
            region: store::REGION.to_owned(),
            access_key: store::ACCESS_KEY.to_owned(),
            secret_key: store::SECRET_KEY.to_owned(),
            in_path: true,
        };
        Some(Bucket::new(settings, NetworkSettings::default()).expect("a bucket"))
    }

    pub(crate) fn remember(&self, instance: Instance) {
        self.instances.borrow_mut().push(instance);
    }

    /// Runs the queues of all instances until nothing is due anywhere, and lets a second pass.
    pub(crate) async fn settle(&self) {
        let instances = self.instances.borrow().clone();
        for _ in 0..100 {
            let mut done = 0;
            for instance in &instances {
                done += work::settle(instance.kindred())
                    .await
                    .expect("a queue that can be read");
            }
            if done == 0 {
                self.turn(Duration::from_secs(1));
                return;
            }
        }
        panic!("two servers answer each other for ever");
    }

    /// Fails when anybody still has something to do after doing what is due, and closes all doors.
    async fn end(self) {
        self.settle().await;
        for instance in self.instances.take() {
            let left = instance.unfinished().await;
            instance.close().await;
            assert!(
                left.is_empty(),
                "{} still has work to do: {left:#?}",
                instance.host()
            );
        }
    }
}
