//! Servers that are slow, endless, lying or pointing inward: nothing of it gets through the one outgoing door.
//!
//! Every peer here is a real listener on loopback that is known to the door under a made-up name. The door is otherwise set
//! up as in production, so everything that leads to loopback by another way is refused.

use bytes::Bytes;
use kindred_protocol::{
    Uri,
    deliver::{Knock, Outcome, deliver},
    fetch::{FetchError, Gone, fetch_actor, fetch_object},
    keys::{KeyPair, PublicKey, SigningKey},
    network::{Get, LARGEST_DOCUMENT, Network, NetworkError, NetworkSettings, Redirects},
    nodeinfo,
    signature::{Form, RequestParts, begin},
    webfinger::{self, Handle},
};
use std::{
    collections::HashMap,
    io::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const JSON: &str = "application/activity+json";

/// A request as a peer got it.
#[derive(Clone, Debug, Default)]
struct Got {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

/// What a peer does with a request.
#[derive(Clone, Debug)]
enum Reply {
    /// Answers with these bytes.
    Bytes(Vec<u8>),
    /// Says these bytes and then the others for ever.
    Endless(Vec<u8>, Vec<u8>),
    /// Says one byte of a header a second.
    Trickle,
    /// Says nothing.
    Silence,
}

fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    Reply::Bytes([text.as_bytes(), body].concat())
}

fn document(body: &str) -> Reply {
    answer(200, &[("content-type", JSON)], body)
}

fn redirect(to: &str) -> Reply {
    answer(302, &[("location", to)], "")
}

type Routes = Arc<dyn Fn(&Got) -> Reply + Send + Sync>;

/// A server under a made-up name.
struct Peer {
    seen: Arc<Mutex<Vec<Got>>>,
    connections: Arc<AtomicUsize>,
    address: std::net::SocketAddr,
}

impl Peer {
    async fn start(routes: impl Fn(&Got) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let peer = Self { seen: Arc::default(), connections: Arc::default(), address };
        let (seen, connections, routes) = (Arc::clone(&peer.seen), Arc::clone(&peer.connections), Arc::new(routes) as Routes);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&routes)));
            }
        });
        peer
    }

    fn seen(&self) -> Vec<Got> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<Got>>>, routes: Routes) {
    while let Some(got) = read(&mut stream).await {
        seen.lock().unwrap().push(got.clone());
        match routes(&got) {
            Reply::Bytes(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Endless(first, then) => {
                let _ = stream.write_all(&first).await;
                while stream.write_all(&then).await.is_ok() {}
                return;
            }
            Reply::Trickle => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx-slow: ").await;
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                return;
            }
            Reply::Silence => tokio::time::sleep(Duration::from_mins(1)).await,
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let mut got = Got { method: first.next()?.to_owned(), target: first.next()?.to_owned(), ..Got::default() };
    for line in lines {
        let (name, value) = line.split_once(": ")?;
        got.headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length: usize = got.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    got.body = body;
    Some(got)
}

/// A door for which `peer.example` leads to the peer. Deadlines are short; nothing else differs from production.
fn door(peer: &Peer) -> Network {
    door_to(&[("peer.example", peer)])
}

fn door_to(peers: &[(&str, &Peer)]) -> Network {
    let hosts: HashMap<_, _> = peers.iter().map(|(name, peer)| ((*name).to_owned(), peer.address)).collect();
    let user_agent = "Kindred/0.1 (+https://kindred.example)".to_owned();
    Network::new(NetworkSettings { hosts, user_agent, deadline: Duration::from_millis(700), ..NetworkSettings::default() }).unwrap()
}

fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap()
}

fn note(id: &str) -> String {
    format!(r#"{{"id":"{id}","type":"Note"}}"#)
}

const NOTE: &str = "http://peer.example/o/1";

fn key() -> (SigningKey, PublicKey) {
    let pair = KeyPair::generate_rsa().unwrap();
    let key = SigningKey::from_pem("https://kindred.example/actor#main-key", pair.private_pem()).unwrap();
    (key, PublicKey::from_pem(pair.public_pem()).unwrap())
}

#[tokio::test]
async fn an_honest_document_is_fetched_with_a_signature_and_a_name() {
    let peer = Peer::start(|_| document(&note(NOTE))).await;
    let (key, public) = key();
    let fetched = fetch_object(&door(&peer), Some(&key), &uri(&format!("{NOTE}#anchor"))).await.unwrap();
    assert_eq!((fetched.id, &fetched.bytes[..]), (uri(NOTE), note(NOTE).as_bytes()));
    let got = peer.seen().remove(0);
    assert_eq!((got.method.as_str(), got.target.as_str()), ("GET", "/o/1"));
    assert_eq!(got.header("user-agent"), Some("Kindred/0.1 (+https://kindred.example)"));
    assert_eq!(got.header("host"), Some("peer.example"));
    assert!(got.header("accept").unwrap().starts_with("application/activity+json"));
    assert!(got.header("cookie").is_none() && got.header("referer").is_none());
    assert_eq!(verified(&got, &public, None), Ok(()));
}

fn verified(got: &Got, public: &PublicKey, body: Option<&[u8]>) -> Result<(), kindred_protocol::signature::SignatureError> {
    let parts = RequestParts {
        method: &got.method,
        path_and_query: &got.target,
        headers: got.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect(),
        scheme_authority: "http://peer.example",
        body,
    };
    begin(&parts, SystemTime::now())?.verify(public)
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_in_time() {
    for reply in [
        Reply::Silence,
        Reply::Trickle,
        Reply::Endless(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n".to_vec(), Vec::new()),
    ] {
        let peer = Peer::start(move |_| match &reply {
            // Headers, and then no body.
            Reply::Endless(first, _) => Reply::Bytes(first.clone()),
            other => other.clone(),
        })
        .await;
        let begun = Instant::now();
        let left = door(&peer).get(Get::new(&uri(NOTE), JSON)).await;
        assert!(matches!(left, Err(NetworkError::TooSlow)), "{left:?}");
        assert!(begun.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn redirects_do_not_buy_more_time() {
    let peer = Peer::start(|got| {
        std::thread::sleep(Duration::from_millis(300));
        redirect(&format!("{}x", got.target))
    })
    .await;
    let left = door(&peer).get(Get::new(&uri(NOTE), JSON)).await;
    assert!(matches!(left, Err(NetworkError::TooSlow)), "{left:?}");
}

#[tokio::test]
async fn an_endless_or_boastful_body_is_not_read() {
    let endless = |head: &str| Reply::Endless(head.as_bytes().to_vec(), vec![b' '; 64 * 1024]);
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    for reply in [
        endless("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"),
        endless("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n"),
        Reply::Endless(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(), chunk),
    ] {
        let peer = Peer::start(move |_| reply.clone()).await;
        let left = door(&peer).get(Get::new(&uri(NOTE), JSON)).await;
        assert!(matches!(left, Err(NetworkError::TooLarge)), "{left:?}");
    }
}

#[tokio::test]
async fn a_document_may_be_as_large_as_the_limit_and_no_larger() {
    for (size, fits) in [(LARGEST_DOCUMENT, true), (LARGEST_DOCUMENT + 1, false)] {
        let body = vec![b' '; size];
        let peer = Peer::start(move |_| answer(200, &[], &body)).await;
        let got = door(&peer).get(Get::new(&uri(NOTE), JSON)).await;
        assert_eq!(got.is_ok(), fits, "{size}");
    }
}

#[tokio::test]
async fn a_packed_bomb_is_cut_off_at_the_unpacked_size() {
    let bomb = packed(&vec![b' '; 8 * LARGEST_DOCUMENT]);
    assert!(bomb.len() < LARGEST_DOCUMENT / 4);
    let again = packed(&bomb);
    for (encoding, body) in [("gzip", bomb.clone()), ("gzip, gzip", again.clone()), ("gzip", again), ("deflate", bomb.clone()), ("zstd", bomb)] {
        let peer = Peer::start(move |_| answer(200, &[("content-encoding", encoding), ("content-type", JSON)], &body)).await;
        let refused = fetch_object(&door(&peer), None, &uri(NOTE)).await;
        assert!(matches!(refused, Err(FetchError::NotBelieved(_))), "{encoding} {refused:?}");
    }
    let small = packed(note(NOTE).as_bytes());
    let peer = Peer::start(move |_| answer(200, &[("content-encoding", "gzip"), ("content-type", JSON)], &small)).await;
    assert!(fetch_object(&door(&peer), None, &uri(NOTE)).await.is_ok());
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[tokio::test]
async fn nothing_leads_into_the_private_network() {
    let inner = Peer::start(|_| document(&note(NOTE))).await;
    let port = inner.address.port();
    let targets = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        "https://127.0.0.1/".to_owned(),
        "https://localhost/".to_owned(),
        "https://2130706433/".to_owned(),
        "https://0x7f000001/".to_owned(),
        "https://0177.1/".to_owned(),
        "https://[::1]/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        "https://0.0.0.0/".to_owned(),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://1.1.1.1/".to_owned(),
        "https://peer.invalid:8443/".to_owned(),
        "http://other.invalid/".to_owned(),
    ];
    for target in targets {
        let outside = door(&inner).get(Get::new(&uri(&target), JSON)).await;
        assert!(matches!(outside, Err(NetworkError::NotAllowed(_))), "{target} {outside:?}");
        let to = target.clone();
        let peer = Peer::start(move |_| redirect(&to)).await;
        let redirected = door(&peer).get(Get::new(&uri(NOTE), JSON)).await;
        assert!(matches!(redirected, Err(NetworkError::NotAllowed(_))), "{target} {redirected:?}");
        let (key, _) = key();
        let sent = deliver(&door(&inner), &key, &uri(&target), Bytes::from_static(b"{}"), Form::Cavage, Knock::Twice).await;
        assert!(matches!(sent.outcome, Outcome::Refused { status: 0, .. }), "{target} {sent:?}");
    }
    assert_eq!(inner.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_followed() {
    // The hosts file of every system knows this one; the door must look behind the name.
    let names = ["localhost.localdomain", "ip6-localhost.localdomain"];
    let door = Network::new(NetworkSettings::default()).unwrap();
    for name in names {
        let found = tokio::net::lookup_host((name, 443)).await.is_ok();
        let refused = door.get(Get::new(&uri(&format!("https://{name}/")), JSON)).await;
        match refused {
            Err(NetworkError::PrivateAddress) => {}
            Err(NetworkError::Connection(_)) if !found => {}
            other => panic!("{name} {other:?}"),
        }
    }
}

#[tokio::test]
async fn redirects_are_few_and_never_change_the_scheme() {
    let peer = Peer::start(|got| match got.target.as_str() {
        "/o/1" => redirect("/o/2"),
        "/o/2" => redirect("http://peer.example/o/3"),
        "/o/3" => redirect("//peer.example/o/4"),
        "/o/4" => document(&note("http://peer.example/o/4")),
        "/five" => redirect("/o/1"),
        "/loop" => redirect("/loop"),
        "/circle" => redirect("/elcric"),
        "/elcric" => redirect("/circle"),
        "/secure" => redirect("https://peer.example/o/4"),
        "/file" => redirect("file:///etc/passwd"),
        "/data" => redirect("data:application/activity+json,{}"),
        "/user" => redirect("http://a:b@peer.example/o/4"),
        "/nowhere" => answer(302, &[], ""),
        _ => answer(404, &[], ""),
    })
    .await;
    let door = door(&peer);
    let get = async |path: &str| door.get(Get::new(&uri(&format!("http://peer.example{path}")), JSON)).await;
    let landed = get("/o/1").await.unwrap();
    assert_eq!(landed.final_url, uri("http://peer.example/o/4"));
    for path in ["/five", "/loop", "/circle", "/nowhere"] {
        let left = get(path).await;
        assert!(matches!(left, Err(NetworkError::Redirects)), "{path} {left:?}");
    }
    for path in ["/secure", "/file", "/data", "/user"] {
        let left = get(path).await;
        assert!(matches!(left, Err(NetworkError::NotAllowed(_))), "{path} {left:?}");
    }
    let loops = peer.seen().iter().filter(|got| got.target == "/loop").count();
    assert_eq!(loops, 1);
}

#[tokio::test]
async fn every_hop_is_signed_anew() {
    let peer = Peer::start(|got| if got.target == "/o/1" { redirect("/o/2") } else { document(&note("http://peer.example/o/2")) }).await;
    let (key, public) = key();
    fetch_object(&door(&peer), Some(&key), &uri(NOTE)).await.unwrap();
    let seen = peer.seen();
    assert_eq!(seen.len(), 2);
    for got in seen {
        assert_eq!(verified(&got, &public, None), Ok(()), "{}", got.target);
    }
}

#[tokio::test]
async fn what_is_not_served_as_activitypub_is_a_file_somebody_uploaded() {
    for content_type in ["application/json", "text/html", "text/plain", "application/ld+json", "application/octet-stream", ""] {
        let peer = Peer::start(move |_| answer(200, &[("content-type", content_type)], note(NOTE))).await;
        let refused = fetch_object(&door(&peer), None, &uri(NOTE)).await;
        assert!(matches!(refused, Err(FetchError::NotBelieved("not served as ActivityPub"))), "{content_type} {refused:?}");
    }
    let peer = Peer::start(|_| answer(200, &[], note(NOTE))).await;
    assert!(fetch_object(&door(&peer), None, &uri(NOTE)).await.is_err());
}

#[tokio::test]
async fn an_id_is_believed_only_at_its_own_place() {
    let victim = Peer::start(|got| match got.target.as_str() {
        "/p/mei" => document(&note("http://victim.example/p/mei")),
        "/p/other" => document(&note("http://victim.example/p/somebody")),
        // A door left open on an honest server.
        "/away" => redirect("http://evil.example/claims-away"),
        _ => answer(404, &[], ""),
    })
    .await;
    let evil = Peer::start(|got| match got.target.as_str() {
        "/claims-mei" => document(&note("http://victim.example/p/mei")),
        "/claims-missing" => document(&note("http://victim.example/p/nobody")),
        "/claims-other" => document(&note("http://victim.example/p/other")),
        "/claims-away" => document(&note("http://victim.example/away")),
        "/no-id" => document(r#"{"type":"Note"}"#),
        "/null-id" => document(r#"{"id":null,"type":"Note"}"#),
        "/list-id" => document(r#"{"id":["http://evil.example/list-id"],"type":"Note"}"#),
        "/relative-id" => document(r#"{"id":"/relative-id","type":"Note"}"#),
        "/broken" => document("{\"id\":"),
        "/deep" => document(&"[".repeat(100_000)),
        "/short" => redirect("/long"),
        "/long" => document(&note("http://evil.example/long")),
        "/alias" => document(&note("http://evil.example/long")),
        "/ring" => document(&note("http://evil.example/ring-2")),
        "/ring-2" => document(&note("http://evil.example/ring-3")),
        "/ring-3" => document(&note("http://evil.example/ring-3")),
        "/elsewhere" => redirect("http://victim.example/p/mei"),
        "/inward" => document(&note("https://127.0.0.1/secret")),
        _ => answer(404, &[], ""),
    })
    .await;
    let door = door_to(&[("victim.example", &victim), ("evil.example", &evil)]);
    let object = async |path: &str| fetch_object(&door, None, &uri(&format!("http://{path}"))).await;
    let actor = async |path: &str| fetch_actor(&door, None, &uri(&format!("http://{path}"))).await;

    // What the victim says itself counts, however it was found; and it is the victim's word then.
    assert_eq!(object("evil.example/claims-mei").await.unwrap().json["id"], "http://victim.example/p/mei");
    let seen = victim.seen().len();
    assert_eq!(seen, 1);
    assert_eq!(object("evil.example/elsewhere").await.unwrap().id, uri("http://victim.example/p/mei"));
    for path in ["evil.example/short", "evil.example/alias", "evil.example/long"] {
        assert_eq!(object(path).await.unwrap().id, uri("http://evil.example/long"), "{path}");
        assert_eq!(actor(path).await.unwrap().id, uri("http://evil.example/long"), "{path}");
    }
    for path in [
        "evil.example/claims-other",
        "evil.example/claims-away",
        "victim.example/away",
        "evil.example/no-id",
        "evil.example/null-id",
        "evil.example/list-id",
        "evil.example/relative-id",
        "evil.example/broken",
        "evil.example/deep",
        "evil.example/ring",
    ] {
        let refused = object(path).await;
        assert!(matches!(refused, Err(FetchError::NotBelieved(_) | FetchError::NotAllowed(_))), "{path} {refused:?}");
    }
    assert!(matches!(object("evil.example/claims-missing").await, Err(FetchError::Gone(Gone::Missing))));
    assert!(matches!(object("evil.example/inward").await, Err(FetchError::NotAllowed(_))));
    // For actors and keys nothing leads to another server at all.
    for path in ["evil.example/claims-mei", "evil.example/elsewhere", "victim.example/away"] {
        let refused = actor(path).await;
        assert!(matches!(refused, Err(FetchError::NotBelieved(_) | FetchError::NotAllowed(_))), "{path} {refused:?}");
    }
}

#[tokio::test]
async fn gone_is_told_apart_from_out_of_reach() {
    let peer = Peer::start(|got| match got.target.as_str() {
        "/404" => answer(404, &[], ""),
        "/410" => answer(410, &[], ""),
        "/tombstone" => document(r#"{"id":"http://peer.example/tombstone","type":"Tombstone"}"#),
        "/401" => answer(401, &[], ""),
        "/429" => answer(429, &[("retry-after", "30")], ""),
        _ => answer(503, &[], ""),
    })
    .await;
    let door = door(&peer);
    let get = async |path: &str| fetch_object(&door, None, &uri(&format!("http://peer.example{path}"))).await.unwrap_err();
    assert!(matches!(get("/404").await, FetchError::Gone(Gone::Missing)));
    assert!(matches!(get("/410").await, FetchError::Gone(Gone::Deleted)));
    assert!(matches!(get("/tombstone").await, FetchError::Gone(Gone::Deleted)));
    assert!(matches!(get("/401").await, FetchError::Refused(401)));
    let half_a_minute = Some(Duration::from_secs(30));
    assert!(matches!(get("/429").await, FetchError::Unreachable { retry_after, .. } if retry_after == half_a_minute));
    assert!(get("/503").await.is_temporary());
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let hosts = HashMap::from([("peer.example".to_owned(), nobody)]);
    let door = Network::new(NetworkSettings { hosts, ..NetworkSettings::default() }).unwrap();
    let unreachable = fetch_object(&door, None, &uri(NOTE)).await.unwrap_err();
    assert!(unreachable.is_temporary(), "{unreachable}");
}

#[tokio::test]
async fn a_server_we_do_not_talk_to_is_not_asked_even_through_a_redirect() {
    let blocked = Peer::start(|_| document(&note("http://blocked.example/o/1"))).await;
    let peer = Peer::start(|_| redirect("http://blocked.example/o/1")).await;
    let hosts = HashMap::from([("peer.example".to_owned(), peer.address), ("blocked.example".to_owned(), blocked.address)]);
    let gate: kindred_protocol::network::Gate = Arc::new(|uri: &Uri| uri.host() != "blocked.example");
    let door = Network::new(NetworkSettings { hosts, gate: Some(gate), ..NetworkSettings::default() }).unwrap();
    for start in [NOTE, "http://blocked.example/o/1"] {
        let refused = fetch_object(&door, None, &uri(start)).await;
        assert!(matches!(refused, Err(FetchError::NotAllowed(_))), "{start} {refused:?}");
    }
    assert_eq!(blocked.connections.load(Ordering::SeqCst), 0);
    assert_eq!(peer.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_letter_is_delivered_signed_over_one_kept_connection() {
    let peer = Peer::start(|_| answer(202, &[], "thanks")).await;
    let (key, public) = key();
    let door = door(&peer);
    let body = Bytes::from_static(br#"{"type":"Follow"}"#);
    for form in [Form::Cavage, Form::Message, Form::Cavage] {
        let sent = deliver(&door, &key, &uri("http://peer.example/inbox"), body.clone(), form, Knock::Once).await;
        assert_eq!((sent.outcome, sent.form), (Outcome::Delivered, form));
        let got = peer.seen().pop().unwrap();
        assert_eq!((got.method.as_str(), got.target.as_str(), &got.body[..]), ("POST", "/inbox", &body[..]));
        assert_eq!(got.header("content-type"), Some(JSON));
        assert!(got.header("user-agent").unwrap().starts_with("Kindred/"));
        assert_eq!(verified(&got, &public, Some(&got.body)), Ok(()), "{form:?}");
    }
    assert_eq!(peer.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_second_knock_is_in_the_other_form() {
    for status in [400, 401, 403] {
        let modern = Peer::start(move |got| answer(if got.header("signature-input").is_some() { 202 } else { status }, &[], "no")).await;
        let (key, _) = key();
        let inbox = uri("http://peer.example/inbox");
        let body = Bytes::from_static(b"{}");
        let once = deliver(&door(&modern), &key, &inbox, body.clone(), Form::Cavage, Knock::Once).await;
        assert!(matches!(once.outcome, Outcome::Denied { .. } | Outcome::Refused { status: 400, .. }));
        let twice = deliver(&door(&modern), &key, &inbox, body.clone(), Form::Cavage, Knock::Twice).await;
        assert_eq!((twice.outcome, twice.form), (Outcome::Delivered, Form::Message));

        let never = Peer::start(move |_| answer(status, &[], "no")).await;
        let refused = deliver(&door(&never), &key, &inbox, body, Form::Cavage, Knock::Twice).await;
        assert_eq!(refused.form, Form::Cavage);
        assert!(!matches!(refused.outcome, Outcome::Delivered));
        assert_eq!(never.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_delivery_follows_no_redirect_and_reads_no_long_answer() {
    let peer = Peer::start(|got| match got.target.as_str() {
        "/away" => answer(307, &[("location", "http://127.0.0.1/inbox")], ""),
        "/endless" => Reply::Endless(b"HTTP/1.1 202 OK\r\n\r\n".to_vec(), vec![b'x'; 4096]),
        "/busy" => answer(503, &[("retry-after", "Thu, 15 Jan 2026 10:01:00 GMT")], ""),
        _ => Reply::Silence,
    })
    .await;
    let hosts = HashMap::from([("peer.example".to_owned(), peer.address)]);
    let clock: kindred_protocol::network::Clock = Arc::new(|| SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_471_200));
    let settings = NetworkSettings { hosts, clock, deadline: Duration::from_millis(700), ..NetworkSettings::default() };
    let door = Network::new(settings).unwrap();
    let (key, _) = key();
    let send = async |path: &str| {
        let inbox = uri(&format!("http://peer.example{path}"));
        deliver(&door, &key, &inbox, Bytes::from_static(b"{}"), Form::Cavage, Knock::Twice).await.outcome
    };
    assert!(matches!(send("/away").await, Outcome::TryLater { host_level: true, .. }));
    assert_eq!(send("/endless").await, Outcome::Delivered);
    let a_minute = Some(Duration::from_mins(1));
    assert!(matches!(send("/busy").await, Outcome::TryLater { retry_after, host_level: true, .. } if retry_after == a_minute));
    assert!(matches!(send("/silent").await, Outcome::TryLater { retry_after: None, host_level: true, .. }));
}

#[tokio::test]
async fn a_name_is_found_by_webfinger_or_by_the_older_document() {
    let jrd = |subject: &str, actor: &str| {
        let body = format!(
            r#"{{"subject":"{subject}","links":[{{"rel":"self","type":"text/html","href":"http://x.example/"}},
            {{"rel":"self","type":"application/activity+json","href":"{actor}"}},
            {{"rel":"self","type":"application/activity+json","href":"http://last.example/"}}]}}"#
        );
        answer(200, &[("content-type", "application/jrd+json")], body)
    };
    let peer = Peer::start(move |got| match (got.header("host").unwrap(), got.target.as_str()) {
        (_, "/.well-known/webfinger?resource=acct%3Amei%40peer.example") => jrd("acct:mei@peer.example", "http://peer.example/p/mei"),
        (_, "/.well-known/webfinger?resource=acct%3Athief%40peer.example") => jrd("acct:thief@peer.example", "http://peer.example/p/mei"),
        (_, "/.well-known/webfinger?resource=acct%3Aines%40peer.example") => jrd("acct:ines@short.example", "http://peer.example/p/ines"),
        ("short.example", "/.well-known/host-meta") => answer(
            200,
            &[],
            r#"<XRD><Link rel="lrdd" template="http://peer.example/find?who={uri}"/></XRD>"#,
        ),
        (_, "/find?who=acct%3Aines%40short.example") => jrd("acct:ines@short.example", "http://peer.example/p/ines"),
        (_, "/.well-known/webfinger?resource=acct%3Aboast%40peer.example") => jrd("acct:boast@famous.example", "http://peer.example/p/boast"),
        (_, "/.well-known/webfinger?resource=acct%3Agone%40peer.example") => answer(410, &[], ""),
        (_, "/.well-known/webfinger?resource=acct%3Aodd%40peer.example") => answer(200, &[], "<html>"),
        (_, "/.well-known/webfinger?resource=acct%3Ainward%40peer.example") => redirect("http://127.0.0.1/"),
        _ => answer(404, &[], ""),
    })
    .await;
    let door = door_to(&[("peer.example", &peer), ("short.example", &peer), ("famous.example", &peer)]);
    let handle = |text: &str| text.parse::<Handle>().unwrap();
    let lookup = async |text: &str| webfinger::lookup(&door, &handle(text)).await;
    assert_eq!(lookup("@mei@peer.example").await.unwrap().actor, uri("http://peer.example/p/mei"));
    assert_eq!(lookup("ines@short.example").await.unwrap().actor, uri("http://peer.example/p/ines"));
    assert!(matches!(lookup("nobody@peer.example").await, Err(FetchError::Gone(Gone::Missing))));
    assert!(matches!(lookup("gone@peer.example").await, Err(FetchError::Gone(Gone::Deleted))));
    assert!(matches!(lookup("odd@peer.example").await, Err(FetchError::NotBelieved(_))));
    assert!(matches!(lookup("inward@peer.example").await, Err(FetchError::NotAllowed(_))));

    let confirmed = async |actor: &str, name: &str| webfinger::confirmed(&door, &uri(actor), name).await;
    assert_eq!(confirmed("http://peer.example/p/mei", "Mei").await.unwrap(), handle("mei@peer.example"));
    assert_eq!(confirmed("http://peer.example/p/ines", "ines").await.unwrap(), handle("ines@short.example"));
    // A name at a famous server that knows nothing of it: the server that serves the actor is shown.
    assert_eq!(confirmed("http://peer.example/p/boast", "boast").await.unwrap(), handle("boast@peer.example"));
    assert!(confirmed("http://peer.example/p/thief", "thief").await.is_err());
    assert!(confirmed("http://peer.example/p/mei", "mei@famous.example/").await.is_err());
}

#[tokio::test]
async fn nodeinfo_tells_the_software_and_leads_nowhere_else() {
    let peer = Peer::start(|got| match (got.header("host").unwrap(), got.target.as_str()) {
        ("peer.example", "/.well-known/nodeinfo") => answer(
            200,
            &[],
            r#"{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"http://peer.example/nodeinfo/2.0"},
            {"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"/nodeinfo/2.1"},{"rel":7},null,
            {"rel":"https://www.w3.org/ns/activitystreams#Application","href":"http://peer.example/actor"}]}"#,
        ),
        ("peer.example", "/nodeinfo/2.1") => answer(200, &[], r#"{"version":"2.1","software":{"name":"Lemmy","version":"0.19.5"}}"#),
        ("inward.example", _) => answer(
            200,
            &[],
            r#"{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"http://127.0.0.1/nodeinfo"}]}"#,
        ),
        ("data.example", _) => answer(
            200,
            &[],
            r#"{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"data:application/json,{}"}]}"#,
        ),
        _ => answer(200, &[], "[]"),
    })
    .await;
    let names = ["peer.example", "inward.example", "data.example", "odd.example"];
    let door = door_to(&names.map(|name| (name, &peer)));
    let told = nodeinfo::nodeinfo(&door, "peer.example").await.unwrap();
    assert_eq!((told.software.as_str(), told.version.as_str()), ("lemmy", "0.19.5"));
    assert_eq!(told.actor, Some(uri("http://peer.example/actor")));
    assert!(matches!(nodeinfo::nodeinfo(&door, "inward.example").await, Err(FetchError::NotAllowed(_))));
    for name in ["data.example", "odd.example"] {
        assert!(matches!(nodeinfo::nodeinfo(&door, name).await, Err(FetchError::NotBelieved(_))), "{name}");
    }
}

#[tokio::test]
async fn a_company_proxy_is_used_and_names_of_the_inner_network_are_not_given_to_it() {
    let proxy = Peer::start(|_| answer(200, &[("content-type", JSON)], "{}")).await;
    let settings = NetworkSettings { proxy: Some(format!("http://{}", proxy.address)), deadline: Duration::from_secs(2), ..NetworkSettings::default() };
    let door = Network::new(settings).unwrap();
    for name in ["wiki.corp", "metadata.google.internal", "printer.local", "nas.home.arpa"] {
        let refused = door.get(Get::new(&uri(&format!("https://{name}/")), JSON)).await;
        assert!(matches!(refused, Err(NetworkError::NotAllowed(_))), "{name} {refused:?}");
    }
    assert_eq!(proxy.connections.load(Ordering::SeqCst), 0);
    // The tunnel is asked for by name: the proxy looks it up, not we.
    let _ = door.get(Get::new(&uri("https://kindred.invalid/"), JSON)).await;
    let got = proxy.seen().remove(0);
    assert_eq!((got.method.as_str(), got.target.as_str()), ("CONNECT", "kindred.invalid:443"));
}

#[tokio::test]
async fn in_a_laboratory_loopback_and_ports_are_fine() {
    let peer = Peer::start(|_| document("{}")).await;
    let door = Network::new(NetworkSettings { lab: true, ..NetworkSettings::default() }).unwrap();
    let url = uri(&format!("http://{}/", peer.address));
    let get = Get { redirects: Redirects::SameOrigin, ..Get::new(&url, JSON) };
    assert_eq!(door.get(get).await.unwrap().status, 200);
    assert_eq!(door.schemes("peer.example"), ["https", "http"]);
}
