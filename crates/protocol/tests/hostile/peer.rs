//! Servers made for a test, and doors that lead to them.

use kindred_protocol::{
    Uri,
    keys::{KeyPair, PublicKey, SigningKey},
    network::{Network, NetworkSettings},
    signature::{RequestParts, SignatureError, begin},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub(crate) const JSON: &str = "application/activity+json";

/// A request as a peer got it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Got {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What a peer does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers with these bytes.
    Bytes(Vec<u8>),
    /// Says these bytes and then the others for ever.
    Endless(Vec<u8>, Vec<u8>),
    /// Says one byte of a header a second.
    Trickle,
    /// Says nothing.
    Silence,
    /// Closes the connection without a word.
    Hangup,
}

pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        for part in [*name, ": ", *value, "\r\n"] {
            text.push_str(part);
        }
    }
    text.push_str("\r\n");
    Reply::Bytes([text.as_bytes(), body].concat())
}

pub(crate) fn document(body: &str) -> Reply {
    answer(200, &[("content-type", JSON)], body)
}

pub(crate) fn redirect(to: &str) -> Reply {
    answer(302, &[("location", to)], "")
}

pub(crate) type Routes = Arc<dyn Fn(&Got) -> Reply + Send + Sync>;

/// A server under a made-up name.
pub(crate) struct Peer {
    pub(crate) seen: Arc<Mutex<Vec<Got>>>,
    pub(crate) connections: Arc<AtomicUsize>,
    pub(crate) address: std::net::SocketAddr,
}

impl Peer {
    pub(crate) async fn start(routes: impl Fn(&Got) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let peer = Self {
            seen: Arc::default(),
            connections: Arc::default(),
            address,
        };
        let (seen, connections, routes) = (
            Arc::clone(&peer.seen),
            Arc::clone(&peer.connections),
            Arc::new(routes) as Routes,
        );
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&routes)));
            }
        });
        peer
    }

    pub(crate) fn seen(&self) -> Vec<Got> {
        self.seen.lock().unwrap().clone()
    }
}

pub(crate) async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<Got>>>, routes: Routes) {
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
            Reply::Hangup => return,
            Reply::Silence => tokio::time::sleep(Duration::from_mins(1)).await,
        }
    }
}

pub(crate) async fn read(stream: &mut TcpStream) -> Option<Got> {
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
    let mut got = Got {
        method: first.next()?.to_owned(),
        target: first.next()?.to_owned(),
        ..Got::default()
    };
    for line in lines {
        let (name, value) = line.split_once(": ")?;
        got.headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length: usize = got
        .header("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
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
pub(crate) fn door(peer: &Peer) -> Network {
    door_to(&[("peer.example", peer)])
}

pub(crate) fn door_to(peers: &[(&str, &Peer)]) -> Network {
    let hosts: HashMap<_, _> = peers
        .iter()
        .map(|(name, peer)| ((*name).to_owned(), peer.address))
        .collect();
    let user_agent = "Kindred/0.1 (+https://kindred.example)".to_owned();
    Network::new(NetworkSettings {
        hosts,
        user_agent,
        deadline: Duration::from_millis(700),
        ..NetworkSettings::default()
    })
    .unwrap()
}

pub(crate) fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap()
}

pub(crate) fn note(id: &str) -> String {
    format!(r#"{{"id":"{id}","type":"Note"}}"#)
}

pub(crate) const NOTE: &str = "http://peer.example/o/1";

pub(crate) fn key() -> (SigningKey, PublicKey) {
    let pair = KeyPair::generate_rsa().unwrap();
    let key =
        SigningKey::from_pem("https://kindred.example/actor#main-key", pair.private_pem()).unwrap();
    (key, PublicKey::from_pem(pair.public_pem()).unwrap())
}

pub(crate) fn verified(
    got: &Got,
    public: &PublicKey,
    body: Option<&[u8]>,
) -> Result<(), SignatureError> {
    let parts = RequestParts {
        method: &got.method,
        path_and_query: &got.target,
        headers: got
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect(),
        scheme_authority: "http://peer.example",
        body,
    };
    begin(&parts, SystemTime::now())?.verify(public)
}
