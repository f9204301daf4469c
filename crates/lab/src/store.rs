//! A store of files that speaks as much of S3 as Kindred asks for, kept in memory: put, look, fetch a part, take away.
//!
//! It believes nobody who has not signed: every signature (version 4, in the query) is made anew from the request and compared, and it
//! ends when it says it does.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::{Bytes, BytesMut};
use chrono::{NaiveDateTime, TimeDelta, Utc};
use openssl::{hash::MessageDigest, memcmp, pkey::PKey, sign::Signer};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
};

use crate::http::{self, Message};

/// Who may do anything here, and what they sign with.
pub const ACCESS_KEY: &str = "kindred";
/// The secret half.
pub const SECRET_KEY: &str = "a secret that only two know";
/// The one bucket there is.
pub const BUCKET: &str = "media";
/// Where it says it stands.
pub const REGION: &str = "eu-lab-1";

/// A running store. Cheap to clone; it ends with the runtime.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    authority: String,
    files: Mutex<HashMap<String, (String, Bytes)>>,
    refused: Mutex<Vec<String>>,
    used: Mutex<bool>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is answered: a status, headers, and a body.
struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Reply {
    fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    fn refused(status: u16, code: &str) -> Self {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>");
        Self {
            headers: vec![("content-type", "application/xml".to_owned())],
            body: body.into(),
            ..Self::new(status)
        }
    }
}

impl Store {
    /// Opens a store on a free port of this machine.
    pub async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let store = Self(Arc::new(Inner {
            authority: listener.local_addr()?.to_string(),
            files: Mutex::default(),
            refused: Mutex::default(),
            used: Mutex::default(),
        }));
        let server = store.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(stream));
            }
        });
        Ok(store)
    }

    /// Where it is found.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.0.authority)
    }

    /// How many files there are.
    pub fn count(&self) -> usize {
        lock(&self.0.files).len()
    }

    /// Whether anything was ever kept here.
    pub fn was_used(&self) -> bool {
        *lock(&self.0.used)
    }

    /// What was refused, and why.
    pub fn refused(&self) -> Vec<String> {
        lock(&self.0.refused).clone()
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut buffer = BytesMut::new();
        while let Ok(Some(message)) = http::read(&mut stream, &mut buffer).await {
            let silent = message.start().0 == "HEAD";
            let reply = self.answer(&message);
            if send(&mut stream, &reply, silent).await.is_err() {
                return;
            }
        }
    }

    fn answer(&self, message: &Message) -> Reply {
        let (method, target) = message.start();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if let Err(why) = self.is_signed(message, method, path, query) {
            lock(&self.0.refused).push(format!("{method} {path}: {why}"));
            return Reply::refused(403, why);
        }
        let Some(name) = path.strip_prefix(&format!("/{BUCKET}/")) else {
            return Reply::refused(404, "NoSuchBucket");
        };
        let mut files = lock(&self.0.files);
        match method {
            "PUT" => {
                // Without a length nobody knows whether all of it came.
                if message.header("content-length").is_none() {
                    return Reply::refused(411, "MissingContentLength");
                }
                let kind = message.header("content-type").unwrap_or_default();
                *lock(&self.0.used) = true;
                files.insert(name.to_owned(), (kind.to_owned(), message.body.clone()));
                Reply::new(200)
            }
            "DELETE" => {
                files.remove(name);
                Reply::new(204)
            }
            "GET" | "HEAD" => match files.get(name) {
                Some((kind, bytes)) => part(kind, bytes, message.header("range")),
                None => Reply::refused(404, "NoSuchKey"),
            },
            _ => Reply::refused(405, "MethodNotAllowed"),
        }
    }

    /// Makes the signature anew from what came, and compares.
    fn is_signed(
        &self,
        message: &Message,
        method: &str,
        path: &str,
        query: &str,
    ) -> Result<(), &'static str> {
        let pairs: BTreeMap<&str, &str> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let said = |name: &str| pairs.get(name).copied().ok_or("AccessDenied");
        let (date, shown) = (said("X-Amz-Date")?, said("X-Amz-Signature")?);
        let day = date.get(..8).ok_or("AccessDenied")?;
        let scope = format!("{day}/{REGION}/s3/aws4_request");
        let credential = format!("{ACCESS_KEY}%2F{}", scope.replace('/', "%2F"));
        if said("X-Amz-Algorithm")? != "AWS4-HMAC-SHA256" || said("X-Amz-Credential")? != credential
        {
            return Err("InvalidAccessKeyId");
        }
        if said("X-Amz-SignedHeaders")? != "host"
            || message.header("host") != Some(&self.0.authority)
        {
            return Err("AccessDenied");
        }
        let begins = NaiveDateTime::parse_from_str(date, "%Y%m%dT%H%M%SZ")
            .map_err(|_| "AccessDenied")?
            .and_utc();
        let lasts = said("X-Amz-Expires")?.parse().map_err(|_| "AccessDenied")?;
        if begins + TimeDelta::seconds(lasts) < Utc::now() {
            return Err("AccessDenied");
        }
        let canonical: Vec<String> = pairs
            .iter()
            .filter(|(name, _)| **name != "X-Amz-Signature")
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let asked = format!(
            "{method}\n{path}\n{}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD",
            canonical.join("&"),
            self.0.authority
        );
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
            hex(&openssl::sha::sha256(asked.as_bytes()))
        );
        let mut key = format!("AWS4{SECRET_KEY}").into_bytes();
        for word in [day, REGION, "s3", "aws4_request"] {
            key = hmac(&key, word.as_bytes()).ok_or("InternalError")?;
        }
        let made = hex(&hmac(&key, to_sign.as_bytes()).ok_or("InternalError")?);
        let same = made.len() == shown.len() && memcmp::eq(made.as_bytes(), shown.as_bytes());
        if same {
            Ok(())
        } else {
            Err("SignatureDoesNotMatch")
        }
    }
}

fn hmac(key: &[u8], words: &[u8]) -> Option<Vec<u8>> {
    let key = PKey::hmac(key).ok()?;
    let mut signer = Signer::new(MessageDigest::sha256(), &key).ok()?;
    signer.update(words).ok()?;
    signer.sign_to_vec().ok()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A file, or the part of it that was asked for.
fn part(kind: &str, bytes: &Bytes, range: Option<&str>) -> Reply {
    let typed = ("content-type", kind.to_owned());
    let wanted = range
        .and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
        .and_then(|(first, last)| {
            Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?))
        });
    let Some((first, last)) = wanted else {
        return Reply {
            headers: vec![typed],
            body: bytes.clone(),
            ..Reply::new(200)
        };
    };
    let last = last.min(bytes.len().saturating_sub(1));
    if first > last || first >= bytes.len() {
        return Reply::refused(416, "InvalidRange");
    }
    let told = format!("bytes {first}-{last}/{}", bytes.len());
    Reply {
        headers: vec![typed, ("content-range", told)],
        body: bytes.slice(first..=last),
        ..Reply::new(206)
    }
}

async fn send(stream: &mut TcpStream, reply: &Reply, silent: bool) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} -\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.extend([*name, ": ", value.as_str(), "\r\n"]);
    }
    // A 204 has no body and says nothing about its length.
    if reply.status != 204 {
        head.extend(["content-length: ", &reply.body.len().to_string(), "\r\n"]);
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    if !silent {
        stream.write_all(&reply.body).await?;
    }
    Ok(())
}
