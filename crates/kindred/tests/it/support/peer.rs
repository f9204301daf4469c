//! A server of another make: its people have real keys and can sign whatever the test wants, and it writes down all that it is sent.
//!
//! It understands nothing: what its people say, the test says.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use kindred_protocol::{
    Uri,
    keys::{KeyPair, PublicKey, SigningKey},
    signature::{self, Form, Outgoing, RequestParts},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncWriteExt, BufReader},
    net::TcpStream,
};

use super::{
    fediverse::Fediverse,
    http::{Answer, Request, find, read_body, read_head},
    instance::Instance,
};

pub(crate) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// A request as a peer got it.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// What stands at an address of a peer.
#[derive(Clone, Debug)]
enum Page {
    Document(Value),
    ForPeople(Vec<(String, String)>, String),
    File(&'static str, Vec<u8>),
    Redirect(String),
    Status(u16),
    Silence,
}

pub(crate) struct Peer {
    pub(crate) host: String,
    hand: Arc<std::sync::atomic::AtomicI64>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    pages: Mutex<HashMap<String, Page>>,
    got: Mutex<Vec<Got>>,
}

impl Fediverse {
    /// A server that says it runs this software.
    pub(crate) fn peer(&self, host: &str, software: &str) -> Peer {
        let listener = self.take_listener(host);
        listener
            .set_nonblocking(true)
            .expect("a listener that does not block");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        let shared = Arc::new(Shared::default());
        let peer = Peer {
            host: host.to_owned(),
            hand: self.hand(),
            shared: Arc::clone(&shared),
        };
        peer.introduce(software);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        peer
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let mut stream = BufReader::new(stream);
    while let Some((first, headers)) = read_head(&mut stream).await {
        let mut parts = first.split(' ').map(str::to_owned);
        let got = Got {
            method: parts.next().unwrap_or_default(),
            target: parts.next().unwrap_or_default(),
            body: read_body(&mut stream, &headers, false).await,
            headers,
        };
        let page = shared.answer(&got);
        shared.got.lock().expect("a lock").push(got);
        let answer = match page {
            Page::Document(document) => {
                let body = document.to_string();
                format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                )
            }
            Page::ForPeople(headers, body) => {
                let headers: Vec<String> = headers
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}\r\n"))
                    .collect();
                let headers = headers.concat();
                format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n{headers}content-length: {}\r\n\r\n{body}",
                    body.len()
                )
            }
            Page::File(kind, file) => {
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
                    file.len()
                );
                if stream.get_mut().write_all(head.as_bytes()).await.is_err()
                    || stream.get_mut().write_all(&file).await.is_err()
                {
                    return;
                }
                continue;
            }
            Page::Redirect(to) => {
                format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
            }
            Page::Status(status) => format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\n\r\n"),
            Page::Silence => std::future::pending().await,
        };
        if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

impl Shared {
    fn answer(&self, got: &Got) -> Page {
        let known = self.pages.lock().expect("a lock").get(&got.target).cloned();
        match (got.method.as_str(), known) {
            (_, Some(page)) => page,
            ("POST", None) => Page::Status(202),
            (_, None) => Page::Status(404),
        }
    }
}

impl Peer {
    fn introduce(&self, software: &str) {
        let schema = "http://nodeinfo.diaspora.software/ns/schema/2.0";
        self.publish(
            "/.well-known/nodeinfo",
            &json!({ "links": [{ "rel": schema, "href": self.uri("/nodeinfo/2.0") }] }),
        );
        self.publish(
            "/nodeinfo/2.0",
            &json!({
                "version": "2.0", "software": { "name": software, "version": "1.0" }, "protocols": ["activitypub"],
                "services": { "inbound": [], "outbound": [] }, "openRegistrations": false, "usage": { "users": {} }, "metadata": {}
            }),
        );
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    /// Lets a document stand at a path; answers its address.
    pub(crate) fn publish(&self, path: &str, document: &Value) -> String {
        self.put(path, Page::Document(document.clone()))
    }

    /// Lets a page for people stand at a path; answers its address.
    pub(crate) fn page(&self, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.put(path, Page::ForPeople(headers, body.to_owned()))
    }

    /// Lets a file stand at a path, served as this type; answers its address.
    pub(crate) fn show(&self, path: &str, kind: &'static str, file: Vec<u8>) -> String {
        self.put(path, Page::File(kind, file))
    }

    pub(crate) fn redirect(&self, path: &str, to: &str) -> String {
        self.put(path, Page::Redirect(to.to_owned()))
    }

    /// Answers every request for this path with a status and nothing else.
    pub(crate) fn answer_with(&self, path: &str, status: u16) -> String {
        self.put(path, Page::Status(status))
    }

    /// Takes requests for this path and never answers.
    pub(crate) fn keep_silent(&self, path: &str) -> String {
        self.put(path, Page::Silence)
    }

    fn put(&self, path: &str, page: Page) -> String {
        self.shared
            .pages
            .lock()
            .expect("a lock")
            .insert(path.to_owned(), page);
        self.uri(path)
    }

    /// Everything that was asked or sent, in order.
    pub(crate) fn got(&self) -> Vec<Got> {
        self.shared.got.lock().expect("a lock").clone()
    }

    /// The letters that arrived, in order.
    pub(crate) fn letters(&self) -> Vec<Value> {
        self.got()
            .iter()
            .filter(|got| got.method == "POST")
            .map(Got::json)
            .collect()
    }

    /// The letters that arrived since the last time, in order.
    pub(crate) fn new_letters(&self) -> Vec<Value> {
        let letters = self.letters();
        self.shared.got.lock().expect("a lock").clear();
        letters
    }

    /// Somebody who lives here, with a key of their own.
    pub(crate) fn person(&self, handle: &str) -> Somebody {
        self.actor("Person", handle)
    }

    pub(crate) fn actor(&self, kind: &str, handle: &str) -> Somebody {
        let path = format!("/users/{handle}");
        let (uri, keys) = (self.uri(&path), keys());
        let somebody = Somebody {
            key: SigningKey::from_pem(format!("{uri}#main-key"), keys.private_pem())
                .expect("a key"),
            uri: uri.clone(),
            host: self.host.clone(),
            hand: Arc::clone(&self.hand),
            said: AtomicU64::new(0),
            public_pem: keys.public_pem().to_owned(),
        };
        self.publish(&path, &card(kind, handle, &uri, keys.public_pem()));
        let acct: String =
            url::form_urlencoded::byte_serialize(format!("acct:{handle}@{}", self.host).as_bytes())
                .collect();
        let jrd = json!({
            "subject": format!("acct:{handle}@{}", self.host),
            "links": [{ "rel": "self", "type": "application/activity+json", "href": uri }]
        });
        self.publish(&format!("/.well-known/webfinger?resource={acct}"), &jrd);
        somebody
    }
}

/// An actor as Mastodon shows one.
pub(crate) fn card(kind: &str, handle: &str, uri: &str, public_key: &str) -> Value {
    let (origin, _) = uri.split_once("/users/").expect("an address of a peer");
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": uri, "type": kind, "preferredUsername": handle, "name": handle,
        "inbox": format!("{uri}/inbox"), "outbox": format!("{uri}/outbox"),
        "followers": format!("{uri}/followers"), "endpoints": { "sharedInbox": format!("{origin}/inbox") },
        "publicKey": { "id": format!("{uri}#main-key"), "owner": uri, "publicKeyPem": public_key }
    })
}

/// Making a key takes a while, so people of all tests share a few.
fn keys() -> &'static KeyPair {
    static KEYS: [OnceLock<KeyPair>; 6] = [const { OnceLock::new() }; 6];
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed) % KEYS.len();
    KEYS[next].get_or_init(|| KeyPair::generate_rsa().expect("a key"))
}

/// Somebody on a peer, who signs whatever they are told to.
pub(crate) struct Somebody {
    pub(crate) uri: String,
    pub(crate) host: String,
    key: SigningKey,
    hand: Arc<std::sync::atomic::AtomicI64>,
    said: AtomicU64,
    public_pem: String,
}

impl Somebody {
    pub(crate) fn public_pem(&self) -> &str {
        &self.public_pem
    }

    fn now(&self) -> SystemTime {
        let millis = self.hand.load(Ordering::Relaxed).try_into().unwrap_or(0);
        SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(millis)
    }

    /// A fresh address on their server.
    pub(crate) fn fresh(&self, what: &str) -> String {
        let number = self.said.fetch_add(1, Ordering::Relaxed);
        format!("{}/{what}/{number}", self.uri)
    }

    /// An activity of theirs with a fresh id.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "stories write the value where it is used"
    )]
    pub(crate) fn activity(&self, kind: &str, object: Value) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.fresh("activities"), "type": kind, "actor": self.uri, "object": object
        })
    }

    /// A public note of theirs that names these actors.
    pub(crate) fn note(&self, content: &str, names: &[&str]) -> Value {
        let tags: Vec<Value> = names
            .iter()
            .map(|uri| json!({ "type": "Mention", "href": uri, "name": uri }))
            .collect();
        let mut cc = vec![format!("{}/followers", self.uri)];
        cc.extend(names.iter().map(|name| (*name).to_owned()));
        json!({
            "id": self.fresh("notes"), "type": "Note", "attributedTo": self.uri, "content": content,
            "to": [PUBLIC], "cc": cc, "tag": tags, "published": "2026-01-31T12:00:00Z"
        })
    }

    /// The `Create` that brings a note.
    pub(crate) fn create(&self, note: &Value) -> Value {
        let mut create = self.activity("Create", note.clone());
        create["to"] = note["to"].clone();
        create["cc"] = note["cc"].clone();
        create
    }

    /// A letter to the shared inbox, correctly signed, ready to be sent or to be tampered with.
    pub(crate) fn letter(&self, to: &Instance, activity: &Value) -> Request {
        self.letter_at(to, activity.to_string().into_bytes(), self.now())
    }

    /// The same for any bytes and any moment.
    pub(crate) fn letter_at(&self, to: &Instance, body: Vec<u8>, now: SystemTime) -> Request {
        let url = Uri::parse(&format!("{}/inbox", to.origin())).expect("an address");
        let content_type = "application/activity+json";
        let outgoing = Outgoing {
            method: "POST",
            url: &url,
            now,
            body: Some((&body, content_type)),
        };
        let mut request = Request::new("POST", "/inbox").with("host", to.host());
        for (name, value) in
            signature::sign(&self.key, Form::Cavage, &outgoing).expect("a signature")
        {
            request = request.with(name, value);
        }
        if request.header("content-type").is_none() {
            request = request.with("content-type", content_type);
        }
        request.body(body)
    }

    /// Asks for a document, signed as a server does it.
    pub(crate) async fn reads(&self, from: &Instance, path: &str) -> Answer {
        let path = path.strip_prefix(from.origin()).unwrap_or(path);
        let url = Uri::parse(&format!("{}{path}", from.origin())).expect("an address");
        let outgoing = Outgoing {
            method: "GET",
            url: &url,
            now: self.now(),
            body: None,
        };
        let mut request = Request::new("GET", path)
            .with("host", from.host())
            .with("accept", "application/activity+json");
        for (name, value) in
            signature::sign(&self.key, Form::Cavage, &outgoing).expect("a signature")
        {
            request = request.with(name, value);
        }
        request.send(from.address()).await
    }

    /// Sends a letter as it should be sent.
    pub(crate) async fn sends(&self, to: &Instance, activity: &Value) -> Answer {
        self.letter(to, activity).send(to.address()).await
    }

    /// Sends a letter that has to be taken.
    pub(crate) async fn tells(&self, to: &Instance, activity: &Value) {
        let answer = self.sends(to, activity).await;
        assert_eq!(answer.status, 202, "{activity}: {}", answer.text());
    }
}

/// Fails unless a letter was signed by the actor that it names, over this very body.
pub(crate) fn must_be_signed_by_its_actor(
    got: &Got,
    host: &str,
    now: SystemTime,
    public_key_pem: &str,
) {
    let origin = format!("http://{host}");
    let parts = RequestParts {
        method: &got.method,
        path_and_query: &got.target,
        headers: got
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect(),
        scheme_authority: &origin,
        body: Some(&got.body),
    };
    let unverified = signature::begin(&parts, now).expect("a signature that covers what it must");
    let actor = got.json()["actor"].as_str().unwrap_or_default().to_owned();
    assert_eq!(unverified.key_id, format!("{actor}#main-key"));
    let key = PublicKey::from_pem(public_key_pem).expect("a key");
    unverified.verify(&key).expect("the signer's signature");
    assert!(find(&got.headers, "digest").is_some());
}
