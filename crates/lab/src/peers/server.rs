//! The server itself: what stands at which address, what happens to a letter, what is remembered.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::BytesMut;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::{
    ACTIVITY_JSON, Fault, Letter, Make, Report, Shown, Somebody, Taken, World,
    letters::{host_of, id, text},
    memory::Memory,
    signature,
};
use crate::{
    Keys,
    http::{self, Message},
};

/// A running server of another make. Cheap to clone; it ends with the runtime.
#[derive(Debug)]
pub struct Peer<M>(Arc<Inner<M>>);

impl<M> Clone for Peer<M> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Inner<M> {
    make: M,
    host: String,
    world: World,
    pages: Mutex<BTreeMap<String, Value>>,
    /// Pages that are for followers of a group alone, by their path.
    closed: Mutex<BTreeMap<String, String>>,
    memory: Mutex<Memory>,
    heard: Mutex<Vec<Value>>,
    faults: Mutex<Vec<String>>,
    dropped: Mutex<Vec<String>>,
    count: AtomicU64,
    away: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Making a key takes a while, and no server compares the keys of others: everybody has the same one.
pub(crate) fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| match Keys::generate() {
        Ok(keys) => keys,
        Err(error) => panic!("OpenSSL makes no key: {error}"),
    })
}

impl<M: Make> Peer<M> {
    /// Opens a server under this name.
    pub fn open(
        make: M,
        host: &str,
        world: World,
        listener: std::net::TcpListener,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let peer = Self(Arc::new(Inner {
            make,
            host: host.to_owned(),
            world,
            pages: Mutex::default(),
            closed: Mutex::default(),
            memory: Mutex::default(),
            heard: Mutex::default(),
            faults: Mutex::default(),
            dropped: Mutex::default(),
            count: AtomicU64::new(1),
            away: AtomicBool::new(false),
        }));
        peer.introduce();
        let server = peer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(stream));
            }
        });
        Ok(peer)
    }

    fn introduce(&self) {
        let software = M::MANNERS.software;
        let schema = "http://nodeinfo.diaspora.software/ns/schema/2.0";
        let links = json!({ "links": [{ "rel": schema, "href": self.uri("/nodeinfo/2.0") }] });
        self.publish("/.well-known/nodeinfo", &links);
        let about = json!({
            "version": "2.0", "software": { "name": software, "version": "1.0.0" },
            "protocols": ["activitypub"], "services": { "inbound": [], "outbound": [] },
            "openRegistrations": false, "usage": { "users": {} }, "metadata": {},
        });
        self.publish("/nodeinfo/2.0", &about);
        self.settle_in("Application", "/actor", self.host());
    }

    /// Its name.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// What makes it special.
    pub fn make(&self) -> &M {
        &self.0.make
    }

    /// An address on it.
    pub fn uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.0.host)
    }

    /// An address that was not used yet.
    pub fn fresh(&self, what: &str) -> String {
        let number = self.0.count.fetch_add(1, Ordering::Relaxed);
        self.uri(&format!("/{what}/{number}"))
    }

    pub(crate) fn world(&self) -> &World {
        &self.0.world
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        lock(&self.0.memory)
    }

    /// The actor that asks in the name of the server.
    pub(crate) fn own_actor(&self) -> String {
        self.uri("/actor")
    }

    /// What the key of an actor here is called.
    pub(crate) fn key_name(actor: &str) -> String {
        format!("{actor}{}", M::MANNERS.key)
    }

    /// Lets a document stand at a path.
    pub fn publish(&self, path: &str, document: &Value) {
        lock(&self.0.pages).insert(path.to_owned(), document.clone());
    }

    /// Lets a document stand at its own id.
    pub(crate) fn show(&self, document: &Value) {
        let path = id(document)
            .strip_prefix(&self.uri(""))
            .unwrap_or_default()
            .to_owned();
        self.publish(&path, document);
    }

    /// Shows what stands at an address to servers with a follower of this group alone.
    pub fn close(&self, uri: &str, group: &str) {
        let path = uri.strip_prefix(&self.uri("")).unwrap_or_default();
        lock(&self.0.closed).insert(path.to_owned(), group.to_owned());
    }

    /// What stands at an address here; null when nothing does.
    pub fn standing_at(&self, uri: &str) -> Value {
        let path = uri.strip_prefix(&self.uri("")).unwrap_or_default();
        lock(&self.0.pages).get(path).cloned().unwrap_or_default()
    }

    /// Takes away what stood at an address.
    pub(crate) fn hide(&self, uri: &str) {
        let path = uri.strip_prefix(&self.uri("")).unwrap_or_default();
        lock(&self.0.pages).remove(path);
    }

    /// Somebody with an account here.
    pub fn person(&self, name: &str) -> Somebody<M> {
        let uri = self.settle_in("Person", &M::person_path(name), name);
        Somebody::new(self.clone(), uri)
    }

    /// A group here.
    pub fn group(&self, name: &str) -> Somebody<M> {
        let path = M::group_path(name).unwrap_or_else(|| format!("/groups/{name}"));
        let uri = self.settle_in("Group", &path, name);
        Somebody::new(self.clone(), uri)
    }

    fn settle_in(&self, kind: &str, path: &str, name: &str) -> String {
        let uri = self.uri(path);
        let mut card = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": uri, "type": kind, "preferredUsername": name, "name": name,
            "summary": "<p>Somebody from elsewhere.</p>", "url": uri,
            "inbox": format!("{uri}/inbox"), "outbox": format!("{uri}/outbox"),
            "followers": format!("{uri}/followers"), "following": format!("{uri}/following"),
            "publicKey": { "id": Self::key_name(&uri), "owner": uri, "publicKeyPem": keys().public_pem() },
        });
        if M::MANNERS.shared_inbox {
            card["endpoints"] = json!({ "sharedInbox": self.uri("/inbox") });
        }
        M::dress(&mut card);
        self.publish(path, &card);
        if !M::MANNERS.key.starts_with('#') {
            // Such a key has a page of its own, with little on it.
            let stub = json!({
                "@context": card["@context"], "id": uri, "type": kind, "preferredUsername": name,
                "publicKey": card["publicKey"],
            });
            self.publish(&format!("{path}{}", M::MANNERS.key), &stub);
        }
        let found = json!({
            "subject": format!("acct:{name}@{}", self.host()), "aliases": [uri],
            "links": [{ "rel": "self", "type": ACTIVITY_JSON, "href": uri }],
        });
        let acct = format!(
            "/.well-known/webfinger?resource=acct:{name}@{}",
            self.host()
        );
        self.publish(&acct, &found);
        uri
    }

    /// From now on it takes no letters, or takes them again.
    pub fn is_away(&self, away: bool) {
        self.0.away.store(away, Ordering::Relaxed);
    }

    /// An actor here, as others would read it.
    pub fn own(&self, uri: &str) -> super::Known {
        super::Known::read(&self.standing_at(uri)).unwrap_or_default()
    }

    /// A post as people here see it; nothing when it is not there.
    pub fn shown(&self, uri: &str) -> Option<Shown> {
        self.memory().posts.get(uri).cloned()
    }

    /// The addresses of all posts that people here see, in the order of the alphabet.
    pub fn all_shown(&self) -> Vec<String> {
        self.memory().posts.keys().cloned().collect()
    }

    /// Whether one hears of the other, as far as this server knows.
    pub fn follows(&self, who: &str, whom: &str) -> bool {
        let pair = (who.to_owned(), whom.to_owned());
        self.memory().follows.contains(&pair)
    }

    /// Whether somebody is banned from a group, as far as this server knows.
    pub fn is_banned(&self, group: &str, who: &str) -> bool {
        let pair = (group.to_owned(), who.to_owned());
        self.memory().banned.contains(&pair)
    }

    /// Whether somebody leads a group, as far as this server knows.
    pub fn is_moderator(&self, group: &str, who: &str) -> bool {
        let pair = (group.to_owned(), who.to_owned());
        self.memory().moderators.contains(&pair)
    }

    /// Reports that arrived.
    pub fn reports(&self) -> Vec<Report> {
        self.memory().reports.clone()
    }

    /// What is known of an actor elsewhere.
    pub fn known(&self, uri: &str) -> Option<super::Known> {
        self.memory().actors.get(uri).cloned()
    }

    /// Letters that arrived since the last time, signed or not.
    pub fn heard(&self) -> Vec<Value> {
        std::mem::take(&mut *lock(&self.0.heard))
    }

    /// What this server could not take, since the last time.
    pub fn faults(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.0.faults))
    }

    /// What this server read and had no use for, since the last time.
    pub fn dropped(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.0.dropped))
    }

    async fn serve(self, mut stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut buffer = BytesMut::new();
        while let Ok(Some(message)) = http::read(&mut stream, &mut buffer).await {
            let (status, kind, body) = match message.start().0 {
                "POST" => (self.receive(&message).await, "text/plain", String::new()),
                _ => self.page(&message).await,
            };
            let answered = http::answer(&mut stream, status, kind, body.as_bytes()).await;
            if answered.is_err() {
                return;
            }
        }
    }

    async fn page(&self, request: &Message) -> (u16, &'static str, String) {
        let (_, path) = request.start();
        let path = path.replace("%3A", ":").replace("%40", "@");
        let known = lock(&self.0.pages).get(&path).cloned();
        let Some(page) = known else {
            return (404, "text/plain", String::new());
        };
        if path.starts_with("/.well-known/webfinger") {
            return (200, "application/jrd+json", page.to_string());
        }
        if path.starts_with("/.well-known/") || path.starts_with("/nodeinfo/") {
            return (200, "application/json", page.to_string());
        }
        let closed = lock(&self.0.closed).get(&path).cloned();
        if M::MANNERS.signed_gets || closed.is_some() {
            if request.header("user-agent").is_none() {
                return (418, "text/plain", String::new());
            }
            let signer = match signature::signer(self, request, None).await {
                Ok(signer) => signer,
                Err(fault) => {
                    lock(&self.0.faults).push(format!("GET {path}: {fault}"));
                    return (401, "text/plain", String::new());
                }
            };
            let belongs = |group: &String| self.memory().heard_here(host_of(&signer), group);
            if !closed.as_ref().is_none_or(belongs) {
                return (404, "text/plain", String::new());
            }
        }
        (200, ACTIVITY_JSON, page.to_string())
    }

    async fn receive(&self, request: &Message) -> u16 {
        if self.0.away.load(Ordering::Relaxed) {
            return 503;
        }
        let (_, path) = request.start();
        let activity: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        lock(&self.0.heard).push(activity.clone());
        match self.taken(request, path, activity.clone()).await {
            Ok(Taken::Applied) => 202,
            Ok(Taken::Dropped(why)) => {
                lock(&self.0.dropped).push(why);
                202
            }
            Err(fault) => {
                lock(&self.0.faults).push(format!("{fault}, in {activity}"));
                fault.status
            }
        }
    }

    async fn taken(&self, request: &Message, path: &str, activity: Value) -> Result<Taken, Fault> {
        if path == "/inbox" && !M::MANNERS.shared_inbox {
            return Err(Fault::new(404, "there is no inbox for everybody"));
        }
        if !path.ends_with("/inbox") {
            return Err(Fault::new(405, format!("{path} is no inbox")));
        }
        if request.header("content-type") != Some(ACTIVITY_JSON) {
            return Err(Fault::new(406, "another type of letter"));
        }
        let context = match &activity["@context"] {
            Value::Array(list) => list.first().and_then(Value::as_str),
            one => one.as_str(),
        };
        if context != Some("https://www.w3.org/ns/activitystreams") {
            return Err(Fault::new(400, "the context begins with something else"));
        }
        let signer = signature::signer(self, request, Some(&activity)).await?;
        if text(&activity, "actor") != signer {
            return Err(Fault::new(401, format!("signed by {signer}")));
        }
        let seen = format!("{path} {}", id(&activity));
        if !super::letters::same_host(id(&activity), &signer) {
            return Err(Fault::new(400, "the id lies elsewhere"));
        }
        if !self.memory().seen.insert(seen) {
            return super::dropped(format!("{} came before", id(&activity)));
        }
        let letter = Letter {
            path: path.to_owned(),
            signer,
            activity,
        };
        M::take(self, &letter).await
    }
}
