//! The played servers: where they listen, what they show, and how their inboxes behave.
//!
//! Every server is one task on the runtime of the caller, and one address of loopback. What arrives is noted with the time and
//! never acted upon, except that a server may be told to agree to every `Follow`.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64},
    },
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use crate::{
    Actor, Keys, Sender, Signed,
    http::{self, Message},
    keys,
    letters::authority_and_path,
};

const ACTIVITY_JSON: &str = "application/activity+json";

/// The software that a played server says it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Software {
    /// Mastodon: a microblog.
    #[default]
    Mastodon,
    /// Lemmy: of the threadiverse.
    Lemmy,
    /// Something else.
    Other(&'static str),
    /// Nobody knows: there is no NodeInfo.
    Silent,
}

impl Software {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Mastodon => Some("mastodon"),
            Self::Lemmy => Some("lemmy"),
            Self::Other(name) => Some(name),
            Self::Silent => None,
        }
    }
}

/// How a server treats who comes to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes letters at once: 202.
    #[default]
    Welcoming,
    /// Takes letters, after a while.
    Slow(Duration),
    /// Answers letters with this status.
    Status(u16),
    /// Reads letters and never answers.
    Hanging,
    /// Accepts no connections, and ends those that are open.
    Refusing,
}

/// What is to be played.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// How many servers.
    pub hosts: usize,
    /// Made-up names for the first of them; the others are called by address and port.
    pub names: Vec<String>,
    /// The software of all of them.
    pub software: Software,
    /// Whether they agree to every `Follow`.
    pub agreeable: bool,
}

/// A letter that arrived at a played server.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The number of the server.
    pub host: usize,
    /// The path that it was sent to.
    pub path: String,
    /// The activity's id.
    pub id: String,
    /// The activity's type.
    pub kind: String,
    /// The id of what it is about.
    pub object: String,
    /// When it was there completely.
    pub at: Instant,
    /// What it was answered; 0 when nothing.
    pub answered: u16,
    /// Whether its signature is right.
    pub signed: Signed,
    /// The activity itself.
    pub body: Bytes,
}

/// Many servers, played by this process.
#[derive(Debug)]
pub struct Lab {
    hosts: Vec<Host>,
    shared: Arc<Shared>,
    /// Ends all servers when it is dropped.
    _tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    keys: Arc<Keys>,
    heard: Mutex<Vec<Heard>>,
    count: watch::Sender<usize>,
    trusted: Mutex<Option<String>>,
}

/// One played server.
#[derive(Clone, Debug)]
pub struct Host {
    number: usize,
    address: SocketAddr,
    authority: String,
    origin: String,
    software: Software,
    agreeable: Arc<AtomicBool>,
    behaviour: watch::Sender<Behaviour>,
    count: Arc<AtomicU64>,
    shared: Arc<Shared>,
}

impl Lab {
    /// Plays this many microblogs.
    pub async fn start(hosts: usize) -> io::Result<Self> {
        Self::play(&Plan {
            hosts,
            ..Plan::default()
        })
        .await
    }

    /// Plays what is planned.
    pub async fn play(plan: &Plan) -> io::Result<Self> {
        let keys = Keys::generate().map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            keys: Arc::new(keys),
            heard: Mutex::default(),
            count: watch::Sender::new(0),
            trusted: Mutex::default(),
        });
        let mut tasks = JoinSet::new();
        let mut hosts = Vec::with_capacity(plan.hosts);
        for number in 0..plan.hosts.max(plan.names.len()) {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let address = listener.local_addr()?;
            let name = plan.names.get(number);
            let authority = name.map_or_else(|| address.to_string(), Clone::clone);
            let host = Host {
                number,
                address,
                origin: format!("http://{authority}"),
                authority,
                software: plan.software,
                agreeable: Arc::new(AtomicBool::new(plan.agreeable)),
                behaviour: watch::Sender::new(Behaviour::Welcoming),
                count: Arc::default(),
                shared: Arc::clone(&shared),
            };
            tasks.spawn(listen(host.clone(), listener));
            hosts.push(host);
        }
        Ok(Self {
            hosts,
            shared,
            _tasks: tasks,
        })
    }

    /// All servers.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// The server with this number.
    pub fn host(&self, number: usize) -> &Host {
        &self.hosts[number]
    }

    /// The keys that everybody here signs with.
    pub fn keys(&self) -> &Keys {
        &self.shared.keys
    }

    /// From now on letters are checked against this public key.
    pub fn trust(&self, public_pem: &str) {
        *lock(&self.shared.trusted) = Some(public_pem.to_owned());
    }

    /// Everything that arrived so far, in the order of arrival.
    pub fn heard(&self) -> Vec<Heard> {
        lock(&self.shared.heard).clone()
    }

    /// How much arrived so far.
    pub fn count(&self) -> usize {
        *self.shared.count.borrow()
    }

    /// Forgets what arrived so far.
    pub fn forget(&self) {
        let mut heard = lock(&self.shared.heard);
        heard.clear();
        self.shared.count.send_replace(0);
    }

    /// Waits until this many letters have arrived since [`Lab::forget`]; answers whether they have.
    pub async fn until_count(&self, count: usize, patience: Duration) -> bool {
        let mut counted = self.shared.count.subscribe();
        let enough = counted.wait_for(|heard| *heard >= count);
        tokio::time::timeout(patience, enough)
            .await
            .is_ok_and(|found| found.is_ok())
    }

    /// Waits until what arrived is as wished; answers whether it is. Looks again whenever something has arrived.
    pub async fn until(&self, patience: Duration, mut wish: impl FnMut(&[Heard]) -> bool) -> bool {
        let mut counted = self.shared.count.subscribe();
        let found = counted.wait_for(|_| wish(&lock(&self.shared.heard)));
        tokio::time::timeout(patience, found)
            .await
            .is_ok_and(|found| found.is_ok())
    }
}

impl Shared {
    fn note(&self, heard: Heard) {
        let mut all = lock(&self.heard);
        all.push(heard);
        let count = all.len();
        drop(all);
        self.count.send_replace(count);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host {
    /// Its number, from zero.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its name in addresses, with the port if that belongs to it.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The beginning of all its ids.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Somebody who lives there. Everybody does.
    pub fn person(&self, name: &str) -> Actor {
        self.actor(&format!("{}/u/{name}", self.origin))
    }

    /// A group that lives there. Every group does.
    pub fn group(&self, name: &str) -> Actor {
        self.actor(&format!("{}/g/{name}", self.origin))
    }

    fn actor(&self, uri: &str) -> Actor {
        Actor {
            origin: self.origin.clone(),
            uri: uri.to_owned(),
            keys: Arc::clone(&self.shared.keys),
            count: Arc::clone(&self.count),
        }
    }

    /// From now on it behaves like this.
    pub fn behave(&self, behaviour: Behaviour) {
        self.behaviour.send_replace(behaviour);
    }

    /// From now on it agrees to every `Follow`, or to none.
    pub fn agree(&self, agreeable: bool) {
        self.agreeable
            .store(agreeable, std::sync::atomic::Ordering::Relaxed);
    }

    /// What arrived here so far.
    pub fn heard(&self) -> Vec<Heard> {
        lock(&self.shared.heard)
            .iter()
            .filter(|heard| heard.host == self.number)
            .cloned()
            .collect()
    }
}

/// Listens until the lab ends, and not while it is told to refuse.
async fn listen(host: Host, listener: TcpListener) {
    let mut behaviour = host.behaviour.subscribe();
    let mut listener = Some(listener);
    let mut guests = JoinSet::new();
    loop {
        let refuses = *behaviour.borrow_and_update() == Behaviour::Refusing;
        if refuses {
            listener = None;
            guests.abort_all();
        } else if listener.is_none() {
            // The address is ours to take again; should somebody else have it, we stay away.
            listener = TcpListener::bind(host.address).await.ok();
        }
        let guest = async {
            match &listener {
                Some(listener) => listener.accept().await.ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            guest = guest => if let Some((stream, _)) = guest {
                guests.spawn(receive(host.clone(), stream));
            },
            changed = behaviour.changed() => if changed.is_err() {
                return;
            },
            Some(_) = guests.join_next() => {}
        }
    }
}

async fn receive(host: Host, mut stream: TcpStream) {
    // Whoever breaks a connection off has nothing more to say.
    let _ = stream.set_nodelay(true);
    let mut buffer = BytesMut::new();
    while let Ok(Some(message)) = http::read(&mut stream, &mut buffer).await {
        let answered = match message.start() {
            ("POST", _) => host.take_letter(&mut stream, &message).await,
            (_, path) => match host.show(path) {
                Some((kind, page)) => {
                    http::answer(&mut stream, 200, kind, page.to_string().as_bytes()).await
                }
                None => http::answer(&mut stream, 404, "text/plain", b"").await,
            },
        };
        if answered.is_err() {
            return;
        }
    }
}

#[derive(Deserialize)]
struct Outline {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    object: Value,
}

impl Host {
    async fn take_letter(&self, stream: &mut TcpStream, letter: &Message) -> io::Result<()> {
        let at = Instant::now();
        let behaviour = *self.behaviour.borrow();
        let outline = serde_json::from_slice::<Outline>(&letter.body).ok();
        let trusted = lock(&self.shared.trusted).clone();
        let (id, kind, object) = outline.map_or_else(Default::default, |outline| {
            let object = outline.object["id"].as_str().or(outline.object.as_str());
            (
                outline.id.unwrap_or_default(),
                outline.kind.unwrap_or_default(),
                object.unwrap_or_default().to_owned(),
            )
        });
        let status = match behaviour {
            Behaviour::Welcoming | Behaviour::Slow(_) => 202,
            Behaviour::Status(status) => status,
            Behaviour::Hanging | Behaviour::Refusing => 0,
        };
        let agrees = kind == "Follow"
            && status == 202
            && self.agreeable.load(std::sync::atomic::Ordering::Relaxed);
        if let Behaviour::Slow(pause) = behaviour {
            tokio::time::sleep(pause).await;
        }
        self.shared.note(Heard {
            host: self.number,
            path: letter.start().1.to_owned(),
            id,
            kind,
            object,
            at,
            answered: status,
            signed: trusted.map_or(Signed::Unchecked, |pem| keys::judge(&pem, letter)),
            body: letter.body.clone(),
        });
        if status == 0 {
            return std::future::pending().await;
        }
        if agrees {
            tokio::spawn(agree(self.clone(), letter.body.clone()));
        }
        http::answer(stream, status, "text/plain", b"").await
    }

    /// The page at this path, with its type.
    fn show(&self, path: &str) -> Option<(&'static str, Value)> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let page = match path {
            "/.well-known/nodeinfo" => {
                self.software.name()?;
                let href = format!("{}/nodeinfo/2.1", self.origin);
                let rel = "http://nodeinfo.diaspora.software/ns/schema/2.1";
                json!({ "links": [{ "rel": rel, "href": href }] })
            }
            "/nodeinfo/2.1" => json!({
                "version": "2.1",
                "software": { "name": self.software.name()?, "version": "1.0.0" },
                "protocols": ["activitypub"],
                "services": { "inbound": [], "outbound": [] },
                "usage": { "users": { "total": 3 } },
                "openRegistrations": false,
                "metadata": {},
            }),
            "/.well-known/webfinger" => return self.webfinger(query),
            _ => return Some((ACTIVITY_JSON, self.actor_page(path)?)),
        };
        Some(("application/json", page))
    }

    fn webfinger(&self, query: &str) -> Option<(&'static str, Value)> {
        let acct = query.strip_prefix("resource=acct")?;
        let acct = acct.strip_prefix(':').or(acct.strip_prefix("%3A"))?;
        let name = acct.split(['@', '%']).next()?;
        let sort = if name.starts_with("group") { "g" } else { "u" };
        let uri = format!("{}/{sort}/{name}", self.origin);
        let found = json!({
            "subject": format!("acct:{name}@{}", self.authority),
            "links": [{ "rel": "self", "type": ACTIVITY_JSON, "href": uri }],
        });
        Some(("application/jrd+json", found))
    }

    fn actor_page(&self, path: &str) -> Option<Value> {
        let (kind, name) = match path.strip_prefix("/u/") {
            Some(name) => ("Person", name),
            None => ("Group", path.strip_prefix("/g/")?),
        };
        if name.is_empty() || name.contains('/') {
            return None;
        }
        let uri = format!("{}{path}", self.origin);
        Some(json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": uri,
            "type": kind,
            "preferredUsername": name,
            "name": name,
            "summary": "<p>Likes trains and short answers.</p>",
            "url": uri,
            "inbox": format!("{uri}/inbox"),
            "outbox": format!("{uri}/outbox"),
            "followers": format!("{uri}/followers"),
            "following": format!("{uri}/following"),
            "manuallyApprovesFollowers": false,
            "discoverable": true,
            "published": "2026-01-02T03:04:05Z",
            "endpoints": { "sharedInbox": format!("{}/inbox", self.origin) },
            "publicKey": {
                "id": format!("{uri}#main-key"),
                "owner": uri,
                "publicKeyPem": self.shared.keys.public_pem(),
            },
        }))
    }
}

/// Agrees to a `Follow`, at the shared inbox of whoever asked.
async fn agree(host: Host, question: Bytes) {
    let Ok(question) = serde_json::from_slice::<Value>(&question) else {
        return;
    };
    let (Some(asker), Some(whom)) = (question["actor"].as_str(), question["object"].as_str())
    else {
        return;
    };
    let (authority, _) = authority_and_path(asker);
    let actor = host.actor(whom);
    let answer = actor.accept(&question);
    // A played server does not try twice; whoever waits for its answer will notice.
    if let Ok(letter) = actor.letter(&format!("http://{authority}/inbox"), &answer) {
        let _ = Sender::new(authority).send(&letter.bytes).await;
    }
}
