//! An instance of Kindred as `kindred serve` would start it, without the worker: tests run its queue themselves.

use std::{
    cell::RefCell,
    collections::HashMap,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::SystemTime,
};

use diesel::{
    QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{BigInt, Text},
};
use kindred::serve::{self, Doors};
use kindred_community::{
    AccountRole, Actor, Clock, GroupRole, JoinPolicy, Kindred, MembershipState, Result, Visibility,
    accounts, groups, happenings, people,
    seal::Seal,
    settings::{Federation, House, MediaSettings, Settings, SignUp},
};
use kindred_protocol::network::{Network, NetworkSettings};
use kindred_storage::{
    Agreement, Conn, Db, InstanceId, Page, Standing, actors, follows, instances, memberships, posts,
};
use kindred_web::DoorSettings;
use serde_json::Value;
use tokio::sync::watch;

use super::{
    fediverse::Fediverse,
    http::{Answer, Request},
    person::Person,
};

/// An instance that is about to start.
pub(crate) struct Builder<'a> {
    fediverse: &'a Fediverse,
    host: String,
    people: Vec<String>,
    keepers: Vec<(String, AccountRole)>,
    groups: Vec<(String, Visibility, JoinPolicy)>,
    partners: Vec<String>,
    federation: Federation,
    house: House,
    rate_limit: f64,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(fediverse: &'a Fediverse, host: &str) -> Self {
        Self {
            fediverse,
            host: host.to_owned(),
            people: Vec::new(),
            keepers: Vec::new(),
            groups: Vec::new(),
            partners: Vec::new(),
            federation: Federation::Open,
            house: House::default(),
            rate_limit: 0.0,
        }
    }

    /// Whoever runs it has said this about it.
    pub(crate) fn with_house(mut self, house: House) -> Self {
        self.house = house;
        self
    }

    pub(crate) fn with_person(mut self, handle: &str) -> Self {
        self.people.push(handle.to_owned());
        self
    }

    /// Somebody who may do everything here.
    pub(crate) fn with_admin(mut self, handle: &str) -> Self {
        self.keepers.push((handle.to_owned(), AccountRole::Admin));
        self
    }

    /// Somebody who keeps order on the whole server.
    pub(crate) fn with_keeper(mut self, handle: &str, role: AccountRole) -> Self {
        self.keepers.push((handle.to_owned(), role));
        self
    }

    /// A group that is open to all, organised by the first person.
    pub(crate) fn with_group(self, handle: &str) -> Self {
        self.with_group_like(handle, Visibility::Public, JoinPolicy::Open)
    }

    pub(crate) fn with_group_like(
        mut self,
        handle: &str,
        visibility: Visibility,
        join: JoinPolicy,
    ) -> Self {
        self.groups.push((handle.to_owned(), visibility, join));
        self
    }

    /// Both companies have agreed to share.
    pub(crate) fn with_partner(mut self, host: &str) -> Self {
        self.partners.push(host.to_owned());
        self
    }

    /// It counts how much is asked; so many times the usual is allowed.
    pub(crate) fn with_limits(mut self, factor: f64) -> Self {
        self.rate_limit = factor;
        self
    }

    /// It federates with those whom it has agreements with, and with nobody else.
    pub(crate) fn for_partners_only(mut self) -> Self {
        self.federation = Federation::Partners;
        self
    }

    pub(crate) async fn start(self) -> Instance {
        let origin = format!("http://{}", self.host);
        let hand = self.fediverse.hand();
        let clock = {
            let hand = Arc::clone(&hand);
            Arc::new(move || {
                let millis = hand.load(std::sync::atomic::Ordering::Relaxed);
                SystemTime::UNIX_EPOCH
                    + std::time::Duration::from_millis(millis.try_into().unwrap_or(0))
            })
        };
        let network = Network::new(NetworkSettings {
            user_agent: format!("Kindred (+{origin})"),
            hosts: self.fediverse.hosts().clone(),
            deadline: self.fediverse.deadline(),
            clock,
            ..NetworkSettings::default()
        })
        .expect("a way to other servers");
        let settings = Settings {
            origin: origin.clone(),
            name: format!("Kindred at {}", self.host),
            company: None,
            federation: self.federation,
            sign_up: SignUp::Closed,
            version: "0.0.0",
            source_url: "https://code.example/kindred".to_owned(),
            lab: false,
            media: MediaSettings {
                bucket: self.fediverse.bucket(),
                ..MediaSettings::in_folder(folder())
            },
            house: self.house.clone(),
            seal: Seal::default(),
        };
        let db = self.fediverse.database();
        let clock = Clock::Hand(hand);
        let kindred = Kindred::new(db.clone(), network, settings, clock.clone(), 1);
        kindred.service().await.expect("a Service actor");
        let doors = serve::doors(
            kindred.clone(),
            &DoorSettings {
                trusted_proxies: Vec::new(),
                rate_limit: self.rate_limit,
            },
            self.fediverse.take_listener(&self.host),
        )
        .expect("doors that open");
        let instance = Instance(Rc::new(Inner {
            kindred,
            db,
            clock,
            address: self.fediverse.address(&self.host),
            host: self.host.clone(),
            people: RefCell::default(),
            groups: RefCell::default(),
            doors: RefCell::new(Some(doors)),
        }));
        self.furnish(&instance).await;
        self.fediverse.remember(instance.clone());
        instance
    }

    async fn furnish(&self, instance: &Instance) {
        for host in &self.partners {
            instance.agrees_with(host).await;
        }
        for handle in &self.people {
            instance.takes_in(handle, AccountRole::Member).await;
        }
        for (handle, role) in &self.keepers {
            instance.takes_in(handle, *role).await;
        }
        for (handle, visibility, join) in &self.groups {
            let organiser = self
                .people
                .first()
                .expect("somebody to organise the group first");
            instance.founds(organiser, handle, *visibility, *join).await;
        }
    }
}

/// A folder for the files of one instance, which is made when it is needed.
fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("kindred-media-{}-{number}", std::process::id()))
}

/// A running instance. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Instance(Rc<Inner>);

struct Inner {
    kindred: Kindred,
    db: Db,
    clock: Clock,
    host: String,
    address: SocketAddr,
    people: RefCell<HashMap<String, (Actor, String)>>,
    groups: RefCell<HashMap<String, Actor>>,
    doors: RefCell<Option<Doors>>,
}

impl Instance {
    pub(crate) fn kindred(&self) -> &Kindred {
        &self.0.kindred
    }

    /// One more process on the same database, with doors of its own. Both carry to each other what happens for as long as the sender lives.
    pub(crate) fn beside(&self) -> (Self, watch::Sender<bool>) {
        let ours = &self.0;
        let settings = ours.kindred.settings().clone();
        let network = ours.kindred.network().clone();
        let kindred = Kindred::new(ours.db.clone(), network, settings, ours.clock.clone(), 2);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let settings = DoorSettings {
            trusted_proxies: Vec::new(),
            rate_limit: 0.0,
        };
        let doors = serve::doors(kindred.clone(), &settings, listener).expect("doors that open");
        let (stop, stopped) = watch::channel(false);
        for process in [&ours.kindred, &kindred] {
            tokio::spawn(happenings::carry(process.clone(), stopped.clone()));
        }
        let other = Self(Rc::new(Inner {
            kindred,
            db: ours.db.clone(),
            clock: ours.clock.clone(),
            address,
            host: ours.host.clone(),
            people: RefCell::new(ours.people.borrow().clone()),
            groups: RefCell::new(ours.groups.borrow().clone()),
            doors: RefCell::new(Some(doors)),
        }));
        (other, stop)
    }

    pub(crate) fn host(&self) -> &str {
        &self.0.host
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }

    pub(crate) fn origin(&self) -> &str {
        &self.kindred().settings().origin
    }

    /// Somebody with an account here.
    pub(crate) fn person(&self, handle: &str) -> Person {
        let (actor, token) = self.0.people.borrow()[handle].clone();
        Person {
            instance: self.clone(),
            actor,
            token,
        }
    }

    /// The same with another client, whose token may do this.
    pub(crate) async fn person_who_may(&self, handle: &str, scopes: &str) -> Person {
        let token = accounts::issue_token(self.kindred(), handle, scopes)
            .await
            .expect("a token");
        Person {
            token,
            ..self.person(handle)
        }
    }

    /// A group that was founded here.
    pub(crate) fn group(&self, handle: &str) -> Group {
        Group {
            instance: self.clone(),
            actor: self.0.groups.borrow()[handle].clone(),
        }
    }

    /// Asks the database.
    pub(crate) async fn asks<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> T {
        self.kindred()
            .read(question)
            .await
            .expect("an answer of the database")
    }

    /// Somebody arrives.
    pub(crate) async fn takes_in(&self, handle: &str, role: AccountRole) {
        let newcomer = people::Newcomer {
            handle: handle.to_owned(),
            name: None,
            email: format!("{handle}@{}", self.host()),
            password: None,
            role,
        };
        let (_, actor) = people::arrive(self.kindred(), newcomer)
            .await
            .expect("an account");
        // Everybody's token reaches as far as it can: what it may do depends on the role.
        let scopes = "read write follow admin:read admin:write";
        let token = accounts::issue_token(self.kindred(), handle, scopes)
            .await
            .expect("a token");
        self.0
            .people
            .borrow_mut()
            .insert(handle.to_owned(), (actor, token));
    }

    async fn founds(&self, by: &str, handle: &str, visibility: Visibility, join: JoinPolicy) {
        let founding = groups::Founding {
            handle: handle.to_owned(),
            name: format!("The {handle} group"),
            summary: format!("Everything about {handle}."),
            topics: vec![handle.to_owned()],
            visibility,
            join_policy: join,
        };
        let (_, actor) = groups::found(self.kindred(), &self.person(by).actor, founding)
            .await
            .expect("a group");
        self.0.groups.borrow_mut().insert(handle.to_owned(), actor);
    }

    /// Somebody keeps order in a group from now on; who decided that is not told here.
    pub(crate) async fn appoints(&self, group: &str, who: &str) {
        let (group, who) = (self.group(group).actor.id, who.to_owned());
        self.kindred()
            .write(move |ledger| {
                let who = actors::by_uri(ledger.db, &who)?.expect("a member");
                let role = GroupRole::Moderator;
                memberships::set_role(ledger.db, group, who.id, role, ledger.now)?;
                Ok(())
            })
            .await
            .expect("a moderator");
    }

    /// Nothing is taken from this server, or sent to it, from the beginning.
    pub(crate) async fn blocks(&self, host: &str) {
        let host = host.to_owned();
        self.kindred()
            .write(move |ledger| {
                let mut known =
                    instances::Instance::unknown(InstanceId(ledger.next_id()), host, ledger.now);
                known.standing = Standing::Blocked;
                instances::remember(ledger.db, &known)?;
                Ok(())
            })
            .await
            .expect("a block");
    }

    /// Both companies agreed; how they came to it is not told here.
    pub(crate) async fn agrees_with(&self, host: &str) {
        let host = host.to_owned();
        self.kindred()
            .write(move |ledger| {
                let mut known =
                    instances::Instance::unknown(InstanceId(ledger.next_id()), host, ledger.now);
                known.agreement = Agreement::Agreed;
                instances::remember(ledger.db, &known)?;
                Ok(())
            })
            .await
            .expect("an agreement");
    }

    /// Asks for something as a browser does.
    pub(crate) async fn page(&self, path: &str) -> Answer {
        self.get(path, "text/html").await
    }

    /// Asks for something as another server does, unsigned.
    pub(crate) async fn document(&self, path: &str) -> Answer {
        self.get(path, "application/activity+json").await
    }

    async fn get(&self, path: &str, accept: &str) -> Answer {
        let path = path.strip_prefix(self.origin()).unwrap_or(path);
        Request::new("GET", path)
            .with("host", self.host())
            .with("accept", accept)
            .send(self.address())
            .await
    }

    /// How many rows there are that a letter could have made. Equal before and after: nothing was stored and nothing sent.
    pub(crate) async fn traces(&self) -> Traces {
        self.asks(Traces::take).await
    }

    /// The post at this address, as it is known here.
    pub(crate) async fn post_at(&self, uri: &str) -> Option<kindred_community::Post> {
        let uri = uri.to_owned();
        self.asks(move |db| Ok(posts::by_uri(db, &uri)?)).await
    }

    /// The actor at this address, as they are known here.
    pub(crate) async fn actor_at(&self, uri: &str) -> Option<Actor> {
        let uri = uri.to_owned();
        self.asks(move |db| Ok(actors::by_uri(db, &uri)?)).await
    }

    /// The jobs that were left undone or set aside, as they stand in the table. What waits for its own time, like the end of a poll, is
    /// not left undone.
    pub(crate) async fn unfinished(&self) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Left {
            #[diesel(sql_type = Text)]
            words: String,
        }
        let question = sql_query(
            "SELECT lane || ': ' || payload || ' ' || coalesce(last_error, '') AS words FROM jobs \
             WHERE not_before IS NULL OR last_error IS NOT NULL ORDER BY id",
        );
        let left: Vec<Left> = self
            .asks(move |db| {
                Ok(match db {
                    Conn::Sqlite(conn) => question.load(conn),
                    Conn::Postgres(conn) => question.load(conn),
                }?)
            })
            .await;
        left.into_iter().map(|left| left.words).collect()
    }

    pub(crate) async fn close(&self) {
        let doors = self.0.doors.borrow_mut().take();
        if let Some(doors) = doors {
            doors.slam().await;
        }
        // There is one only if somebody has uploaded something.
        let _ = std::fs::remove_dir_all(&self.kindred().settings().media.folder);
    }
}

/// A group of an instance.
pub(crate) struct Group {
    instance: Instance,
    pub(crate) actor: Actor,
}

impl Group {
    /// The addresses of those who hear of it, in the order of the alphabet.
    pub(crate) async fn followers(&self) -> Vec<String> {
        let id = self.actor.id;
        let mut uris: Vec<String> = self
            .instance
            .asks(move |db| Ok(follows::followers(db, id, &Page::first(100))?))
            .await
            .into_iter()
            .map(|(_, actor)| actor.uri)
            .collect();
        uris.sort();
        uris
    }

    /// How somebody stands to it.
    pub(crate) async fn standing(&self, uri: &str) -> Option<(MembershipState, GroupRole)> {
        let (id, uri) = (self.actor.id, uri.to_owned());
        self.instance
            .asks(move |db| {
                let Some(who) = actors::by_uri(db, &uri)? else {
                    return Ok(None);
                };
                Ok(memberships::standing(db, id, who.id)?)
            })
            .await
            .map(|standing| (standing.state, standing.role))
    }

    /// What its timeline shows strangers.
    pub(crate) async fn statuses(&self) -> Vec<Value> {
        let path = format!("/api/v1/accounts/{}/statuses", self.actor.id);
        let answer = self.instance.page(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json().as_array().expect("a list").clone()
    }
}

/// Rows that letters make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Traces(Vec<(&'static str, i64)>);

impl Traces {
    fn take(db: &mut Conn) -> Result<Self> {
        let mut counts = Vec::new();
        for table in [
            "actors",
            "instances",
            "posts",
            "follows",
            "memberships",
            "boosts",
            "reactions",
            "notifications",
            "activities",
            "jobs",
            "tombstones",
            "reports",
            "blocks",
            "home_entries",
        ] {
            counts.push((table, count(db, table)?));
        }
        Ok(Self(counts))
    }

    /// How many there are of one kind.
    pub(crate) fn of(&self, table: &str) -> i64 {
        self.0
            .iter()
            .find(|(name, _)| *name == table)
            .map_or_else(|| panic!("no such table: {table}"), |(_, count)| *count)
    }
}

fn count(db: &mut Conn, table: &str) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let question = sql_query(format!("SELECT count(*) AS n FROM {table}"));
    let count: Count = match db {
        Conn::Sqlite(conn) => question.get_result(conn),
        Conn::Postgres(conn) => question.get_result(conn),
    }?;
    Ok(count.n)
}
