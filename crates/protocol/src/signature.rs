//! Signed requests: what a request must show before a key is even looked up, and how ours are signed.
//!
//! Two forms are spoken: the old draft ([`cavage`]), which nearly everybody sends, and RFC 9421 ([`message`]). Reading has
//! two steps, because the key may have to be fetched in between: [`begin`] checks everything that needs no key, and
//! [`Unverified::verify`] the rest. This module does not decide whether the owner of the key may say what the body says.

pub mod cavage;
pub mod digest;
pub mod message;

use crate::{
    Error, Uri,
    keys::{Algorithm, PublicKey, SigningKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::time::{Duration, SystemTime};

/// How far a signature's time may lie from ours, in the past and in the future.
pub const WINDOW: Duration = Duration::from_hours(1);

/// No header that belongs to a signature is longer than this.
const LONGEST_HEADER: usize = 8 * 1024;

/// Headers of which a second one would let two readers see two different requests.
const ONLY_ONCE: [&str; 6] = [
    "signature",
    "signature-input",
    "digest",
    "content-digest",
    "host",
    "date",
];

/// What of an HTTP request a signature can cover.
#[derive(Clone, Debug)]
pub struct RequestParts<'a> {
    /// The method as received, such as `POST`.
    pub method: &'a str,
    /// The path with the query, as received.
    pub path_and_query: &'a str,
    /// Lower-case names and values as received, in order, duplicates kept.
    pub headers: Vec<(&'a str, &'a [u8])>,
    /// Our own origin as configured, such as `https://kindred.example`; never what the request says.
    pub scheme_authority: &'a str,
    /// The raw body; nothing for a request that cannot have one.
    pub body: Option<&'a [u8]>,
}

impl<'a> RequestParts<'a> {
    /// The one value of a header; refuses a second one and anything that is not plain text.
    fn only(&self, name: &'static str) -> Result<Option<&'a str>, SignatureError> {
        self.only_named(name).map_err(|fault| fault.named(name))
    }

    fn only_named(&self, name: &str) -> Result<Option<&'a str>, HeaderFault> {
        let mut values = self
            .headers
            .iter()
            .filter(|(given, _)| given.eq_ignore_ascii_case(name));
        let Some((_, value)) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(HeaderFault::Twice);
        }
        let text = std::str::from_utf8(value).map_err(|_| HeaderFault::Unreadable)?;
        if text.len() > LONGEST_HEADER
            || !text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
        {
            return Err(HeaderFault::Unreadable);
        }
        Ok(Some(text.trim_matches([' ', '\t'])))
    }

    fn authority(&self) -> &'a str {
        self.scheme_authority
            .split_once("://")
            .map_or(self.scheme_authority, |(_, authority)| authority)
    }

    fn scheme(&self) -> &'a str {
        self.scheme_authority
            .split_once("://")
            .map_or("https", |(scheme, _)| scheme)
    }

    fn path(&self) -> &'a str {
        self.path_and_query
            .split_once('?')
            .map_or(self.path_and_query, |(path, _)| path)
    }

    /// Whether the request carries something that the signature has to cover too.
    fn has_body(&self) -> bool {
        self.body.is_some() || !matches!(self.method, "GET" | "HEAD")
    }

    /// Refuses a `Host` header that does not name us.
    fn check_host(&self, host: &str) -> Result<(), SignatureError> {
        let default_port = if self.scheme() == "http" {
            ":80"
        } else {
            ":443"
        };
        let bare = |name: &str| {
            name.strip_suffix(default_port)
                .unwrap_or(name)
                .to_ascii_lowercase()
        };
        if bare(host) == bare(self.authority()) {
            Ok(())
        } else {
            Err(SignatureError::WrongHost)
        }
    }
}

enum HeaderFault {
    Twice,
    Unreadable,
}

impl HeaderFault {
    fn named(self, name: &'static str) -> SignatureError {
        match self {
            Self::Twice => SignatureError::Twice(name),
            Self::Unreadable => SignatureError::Malformed(name),
        }
    }
}

/// Why a request is not believed. Worded for the answer; every one of them is a 401.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature at all.
    #[error("the request is not signed")]
    Missing,
    /// Something is said twice that must be said once.
    #[error("{0} is there twice")]
    Twice(&'static str),
    /// A header or parameter cannot be read.
    #[error("{0} cannot be read")]
    Malformed(&'static str),
    /// Something is not covered by the signature that has to be.
    #[error("{0} is not covered by the signature")]
    NotCovered(&'static str),
    /// The signature was made too long ago, or its own end has passed.
    #[error("the signature is too old")]
    TooOld,
    /// The signature was made in the future.
    #[error("the signature is from the future: check the clock")]
    FromTheFuture,
    /// The digest is not that of the body.
    #[error("the digest is not that of the body")]
    WrongDigest,
    /// The request was meant for another server.
    #[error("the request is for another host")]
    WrongHost,
    /// An algorithm that we do not use.
    #[error("an algorithm that is not accepted here")]
    Algorithm,
    /// The signature does not fit the request or the key.
    #[error("the signature is wrong")]
    Wrong,
}

/// The form of a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// draft-cavage-http-signatures, as everybody in the fediverse reads it.
    #[default]
    Cavage,
    /// RFC 9421, HTTP Message Signatures.
    Message,
}

/// A signed request of which everything has been checked that can be checked without the key.
#[derive(Clone, Debug)]
pub struct Unverified {
    /// The name of the key that the request says it was signed with.
    pub key_id: String,
    /// In which form it was signed.
    pub form: Form,
    /// What may have been signed: some peers leave the query out.
    bases: Vec<String>,
    signature: Vec<u8>,
    /// What an RSA key may have done; an Ed25519 key can do only one thing.
    rsa: &'static [Algorithm],
    ed25519: bool,
}

impl Unverified {
    /// Whether the request was signed with the private half of this key.
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        let possible = match (key.is_rsa(), self.ed25519) {
            (true, _) => self.rsa,
            (false, true) => &[Algorithm::Ed25519],
            (false, false) => &[],
        };
        let fits = self.bases.iter().any(|base| {
            possible
                .iter()
                .any(|&algorithm| key.verify(algorithm, base.as_bytes(), &self.signature))
        });
        if fits {
            Ok(())
        } else {
            Err(SignatureError::Wrong)
        }
    }
}

/// Checks everything about a signed request that needs no key: that nothing is said twice, that the signature covers what
/// it has to, is of now and for us, and that the body is the one that was signed.
pub fn begin(parts: &RequestParts<'_>, now: SystemTime) -> Result<Unverified, SignatureError> {
    for name in ONLY_ONCE {
        if parts
            .headers
            .iter()
            .filter(|(given, _)| given.eq_ignore_ascii_case(name))
            .count()
            > 1
        {
            return Err(SignatureError::Twice(name));
        }
    }
    // Both forms use `Signature`, so the other header tells them apart.
    if parts
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("signature-input"))
    {
        message::begin(parts, now)
    } else {
        cavage::begin(parts, now)
    }
}

/// Refuses a time outside of [`WINDOW`].
fn fresh(made: SystemTime, now: SystemTime) -> Result<(), SignatureError> {
    match now.duration_since(made) {
        Ok(age) if age > WINDOW => Err(SignatureError::TooOld),
        Err(ahead) if ahead.duration() > WINDOW => Err(SignatureError::FromTheFuture),
        _ => Ok(()),
    }
}

/// A moment written as seconds since 1970; nothing for what no clock shows.
fn from_seconds(seconds: u64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// A request of ours that is about to be signed.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Where it goes.
    pub url: &'a Uri,
    /// When it is sent.
    pub now: SystemTime,
    /// The body and its content type.
    pub body: Option<(&'a [u8], &'a str)>,
}

/// The headers to add to a request: those of the signature and all that it covers, except `host`.
pub type SignedHeaders = Vec<(&'static str, String)>;

/// Signs a request in the form asked for.
pub fn sign(key: &SigningKey, form: Form, request: &Outgoing<'_>) -> Result<SignedHeaders, Error> {
    match form {
        Form::Cavage => cavage::sign(key, request),
        Form::Message => message::sign(key, request),
    }
}

fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests;
