//! Kindred itself: what every use case needs, and the unit of work in which it records what happened.
//!
//! Time and chance come from here ([`Clock`], [`Ids`]) so that tests can turn them by hand. It starts nothing: the worker and the
//! doors are started by the binary.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use kindred_protocol::network::Network;
use kindred_storage::{
    ActivityId, ActorId, Backend, Conn, Db, JobId, Moment, Page,
    actors::{self, Actor},
    jobs::{self, Job as Row},
};
use tokio::sync::{Notify, OnceCell};

use crate::{
    Result,
    happenings::{Bulletin, Happening},
    jobs::Job,
    keys::Keys,
    media::Studio,
    settings::Settings,
};

/// The whole application behind its doors. Cheap to clone.
#[derive(Clone)]
pub struct Kindred(Arc<Inner>);

struct Inner {
    db: Db,
    network: Network,
    clock: Clock,
    ids: Ids,
    settings: Arc<Settings>,
    keys: Keys,
    service: OnceCell<Actor>,
    complainer: OnceCell<Actor>,
    work_waits: Arc<Notify>,
    studio: Studio,
    bulletin: Bulletin,
}

/// Where the time comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// A clock that stands still until it is turned by hand, in milliseconds since the epoch.
    Hand(Arc<AtomicI64>),
}

impl Clock {
    /// This moment, in UTC.
    pub fn now(&self) -> Moment {
        match self {
            Self::System => Moment(
                chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now())
                    .timestamp_millis(),
            ),
            Self::Hand(hand) => Moment(hand.load(Ordering::Relaxed)),
        }
    }
}

/// Makes ids that sort like time: milliseconds, then a counter, then the number of this process.
///
/// 42 bits of milliseconds, 11 bits of counter and 10 bits of process make 63, so that several processes on one database never meet
/// and no id ever needs a question to the database.
#[derive(Debug)]
pub struct Ids {
    process: i64,
    last: AtomicI64,
    old: AtomicI64,
    under_way: Mutex<BTreeSet<i64>>,
}

const PROCESS_BITS: u32 = 10;
const COUNTER_BITS: u32 = 11;

/// What is older than this was not written just now.
const LONG_AGO: Duration = Duration::from_mins(10);

impl Ids {
    /// Ids of the process with this number, of which the lowest ten bits count.
    pub fn new(process: u32) -> Self {
        Self {
            process: i64::from(process) & ((1 << PROCESS_BITS) - 1),
            last: AtomicI64::new(0),
            old: AtomicI64::new(0),
            under_way: Mutex::default(),
        }
    }

    /// The next id: greater than every earlier one of this process.
    pub fn next(&self, now: Moment) -> i64 {
        let fresh = (now.0 << (PROCESS_BITS + COUNTER_BITS)) | self.process;
        let mut last = self.last.load(Ordering::Relaxed);
        loop {
            let id = if fresh > last {
                fresh
            } else {
                last + (1 << PROCESS_BITS)
            };
            match self
                .last
                .compare_exchange_weak(last, id, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return id,
                Err(seen) => last = seen,
            }
        }
    }
}

impl Ids {
    fn under_way<T>(&self, f: impl FnOnce(&mut BTreeSet<i64>) -> T) -> T {
        f(&mut self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner))
    }

    /// Below this, nothing of this process is still to come: everything is recorded, or was given up.
    fn settled_below(&self, now: Moment) -> i64 {
        self.under_way(|ids| {
            let next = self.last.load(Ordering::Relaxed) + 1;
            let first = ids.first().copied();
            first.unwrap_or_else(|| next.max(first_id_of(now)))
        })
    }

    /// An id for something of long ago: it sorts with what happened then. The upper half of that moment's numbers is kept for such ids,
    /// which a process never reaches by itself.
    fn long_ago(&self, moment: Moment) -> i64 {
        let half = 1 << (COUNTER_BITS - 1);
        let turn = half + self.old.fetch_add(1, Ordering::Relaxed) % half;
        first_id_of(Moment(moment.0.max(1))) | (turn << PROCESS_BITS) | self.process
    }
}

/// The entries of timelines that one unit of work makes, until it is recorded or given up.
struct UnderWay {
    app: Arc<Inner>,
    made: Mutex<Vec<i64>>,
}

impl UnderWay {
    fn next_id(&self, now: Moment) -> i64 {
        let ids = &self.app.ids;
        let id = ids.under_way(|under_way| {
            let id = ids.next(now);
            under_way.insert(id);
            id
        });
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.push(id);
        id
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let made = self.made.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !made.is_empty() {
            self.app.ids.under_way(|ids| {
                for id in made.iter() {
                    ids.remove(id);
                }
            });
        }
    }
}

/// The first id that can belong to this moment: for paging by time.
pub fn first_id_of(moment: Moment) -> i64 {
    moment.0 << (PROCESS_BITS + COUNTER_BITS)
}

impl Kindred {
    /// Puts the parts together. The database must have been migrated.
    pub fn new(db: Db, network: Network, settings: Settings, clock: Clock, process: u32) -> Self {
        let studio = Studio::new(&settings.media);
        Self(Arc::new(Inner {
            db,
            network,
            clock,
            ids: Ids::new(process),
            settings: Arc::new(settings),
            keys: Keys::default(),
            service: OnceCell::new(),
            complainer: OnceCell::new(),
            work_waits: Arc::new(Notify::new()),
            studio,
            bulletin: Bulletin::default(),
        }))
    }

    /// How this instance is set up.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The one door to other servers.
    pub fn network(&self) -> &Network {
        &self.0.network
    }

    /// Where media are worked on and kept.
    pub(crate) fn studio(&self) -> &Studio {
        &self.0.studio
    }

    /// Parsed keys, ours and others'.
    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// This moment.
    pub fn now(&self) -> Moment {
        self.0.clock.now()
    }

    /// Where it is told what just happened.
    pub(crate) fn bulletin(&self) -> &Bulletin {
        &self.0.bulletin
    }

    /// The database, for what is neither read nor written.
    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    /// The number that tells this process from others on one database.
    pub(crate) fn process(&self) -> i64 {
        self.0.ids.process
    }

    /// Rings when jobs were written by this process.
    pub(crate) fn work_waits(&self) -> &Notify {
        &self.0.work_waits
    }

    /// The instance's own Service actor, made at the first call ever.
    pub async fn service(&self) -> Result<&Actor> {
        self.0
            .service
            .get_or_try_init(async || {
                let service = crate::people::ensure_service(self).await?;
                if let Some(key) = &service.private_key_pem {
                    self.settings().seal.learn(key);
                }
                Ok(service)
            })
            .await
    }

    /// The actor in whose name complaints go to other servers, so that nobody learns who complains; made at the first complaint ever.
    pub(crate) async fn complainer(&self) -> Result<&Actor> {
        self.0
            .complainer
            .get_or_try_init(|| crate::people::ensure_complainer(self))
            .await
    }

    /// The same part of a list, up to what is still being written.
    ///
    /// On PostgreSQL units of work run beside each other, and what got its number first may be recorded last. Whoever asks for what is
    /// newer than the newest that they have seen would never see it. So a list that has no upper end stops below it for that moment. What
    /// other processes are writing is not known here; streams tell of it. Their clocks have to agree, as those of one machine do.
    pub(crate) fn settled(&self, page: Page) -> Page {
        if page.before.is_some() || self.0.db.backend() == Backend::Sqlite {
            return page;
        }
        Page {
            before: Some(self.0.ids.settled_below(self.now())),
            ..page
        }
    }

    /// Reads one snapshot.
    pub async fn read<T, F>(&self, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.0.db.read(question).await
    }

    /// Reads one snapshot for a question that may take long: it holds nobody else up.
    pub async fn read_apart<T, F>(&self, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        self.0.db.read_apart(question).await
    }

    /// Records one thing that happened, with its jobs, all or nothing.
    pub async fn write<T, F>(&self, record: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Ledger<'_>) -> Result<T> + Send + 'static,
    {
        let app = Arc::clone(&self.0);
        // It outlives the transaction: what is under way is so until it is recorded.
        let under_way = Arc::new(UnderWay {
            app: Arc::clone(&self.0),
            made: Mutex::default(),
        });
        let within = Arc::clone(&under_way);
        let (answer, work, happened) = self
            .0
            .db
            .write(move |db| {
                let now = app.clock.now();
                let mut ledger = Ledger {
                    db,
                    now,
                    ids: &app.ids,
                    under_way: &within,
                    settings: &app.settings,
                    jobs: Vec::new(),
                    happened: Vec::new(),
                };
                let answer = record(&mut ledger)?;
                let work = !ledger.jobs.is_empty();
                if work {
                    let jobs = std::mem::take(&mut ledger.jobs);
                    jobs::enqueue(ledger.db, &jobs)?;
                }
                Ok::<_, crate::Error>((answer, work, ledger.happened))
            })
            .await?;
        drop(under_way);
        if work {
            self.0.work_waits.notify_one();
        }
        if !happened.is_empty() {
            let several = self.0.db.backend() == Backend::Postgres;
            self.0.bulletin.tell(&happened, several);
        }
        Ok(answer)
    }
}

/// One unit of work: the open transaction, the moment it happens at, and the jobs it leaves behind.
pub struct Ledger<'a> {
    /// The open transaction.
    pub db: &'a mut Conn,
    /// When this happens.
    pub now: Moment,
    /// How this instance is set up.
    pub settings: &'a Settings,
    ids: &'a Ids,
    under_way: &'a UnderWay,
    jobs: Vec<Row>,
    happened: Vec<Happening>,
}

impl Ledger<'_> {
    /// A fresh id.
    pub fn next_id(&self) -> i64 {
        self.ids.next(self.now)
    }

    /// A fresh id for what will be an entry of a list that people read from its newest end.
    pub fn next_entry(&self) -> i64 {
        self.under_way.next_id(self.now)
    }

    /// A fresh id for something that happened at `moment`, when that was long ago: lists that are sorted by id show it where it belongs.
    pub fn id_at(&self, moment: Moment) -> i64 {
        if self.now.since(moment) > LONG_AGO {
            self.ids.long_ago(moment)
        } else {
            self.next_entry()
        }
    }

    /// Leaves work behind, which exists if and only if this unit of work does.
    pub fn enqueue(&mut self, lane: String, job: &Job) {
        let id = JobId(self.next_id());
        self.jobs.push(job.to_row(id, lane, self.now));
    }

    /// Leaves work behind that is not to be begun before `moment`. What comes after it in its lane does not wait for it.
    pub fn enqueue_later(&mut self, lane: String, job: &Job, moment: Moment) {
        let id = JobId(self.next_id());
        self.jobs
            .push(job.to_row(id, lane, self.now).not_before(moment));
    }

    /// Tells those who look at this moment, once this unit of work is recorded.
    pub fn happened(&mut self, happening: Happening) {
        self.happened.push(happening);
    }

    /// The actor with this number, which a foreign key promises.
    pub fn actor(&mut self, id: ActorId) -> Result<Actor> {
        Ok(actors::find(self.db, id)?.ok_or(crate::Refusal::NoSuchPerson)?)
    }

    /// A fresh number for an activity of ours.
    pub fn next_activity(&self) -> ActivityId {
        ActivityId(self.next_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_settled_above_what_is_under_way() {
        let ids = Ids::new(7);
        let now = Moment(1_700_000_000_000);
        let begin = || {
            ids.under_way(|under_way| {
                let id = ids.next(now);
                under_way.insert(id);
                id
            })
        };
        let (first, second) = (begin(), begin());
        assert_eq!(ids.settled_below(now), first);
        ids.under_way(|under_way| under_way.remove(&first));
        assert_eq!(ids.settled_below(now), second);
        ids.under_way(|under_way| under_way.remove(&second));
        let settled = ids.settled_below(now);
        assert!(settled > second, "everything is recorded");
        assert!(begin() >= settled, "what comes later is not settled");
        assert!(ids.settled_below(Moment(now.0 + 5)) <= first_id_of(Moment(now.0 + 5)));
    }

    #[test]
    fn ids_grow_even_when_the_clock_stands_still_or_goes_back() {
        let ids = Ids::new(7);
        let mut last = 0;
        for moment in [5, 5, 5, 4, 6, 6, 1] {
            let id = ids.next(Moment(moment));
            assert!(id > last);
            assert_eq!(id & 1023, 7, "the number of the process stays in its place");
            last = id;
        }
    }

    #[test]
    fn what_is_of_long_ago_sorts_with_what_happened_then() {
        let ids = Ids::new(7);
        let (before, then, after) = (Moment(9), Moment(10), Moment(11));
        let old = ids.long_ago(then);
        assert!(ids.next(before) < old && old < Ids::new(1).next(after));
        assert_ne!(ids.long_ago(then), old);
        assert!(ids.long_ago(Moment(-5)) > 0);
    }
}
