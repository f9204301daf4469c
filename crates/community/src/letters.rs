//! Letters and reading requests from other servers: who signed them, and whether we talk to that server.
//!
//! What a letter says is not looked at here beyond its envelope; [`crate::receive`] does that.

use std::{sync::Arc, time::SystemTime};

use kindred_protocol::{
    Uri,
    read::{self, Peek},
    signature::{self, RequestParts, Unverified},
};
use kindred_storage::{ActorId, Moment};

use crate::{
    Error, Kindred, Refusal, Result, keys::KnownKey, remote, servers, settings::Federation,
    views::Viewer,
};

/// A signed activity as it arrived. Whoever holds one knows that its sender really sent these bytes to us, now.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Who signed it.
    pub sender: ActorId,
    /// The sender's address.
    pub sender_uri: String,
    /// The sender's server.
    pub host: String,
    /// The activity, as received.
    pub body: String,
}

/// What a delivery to an inbox turned out to be.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// A letter to work through.
    Letter(Box<Letter>),
    /// The farewell of somebody whom we never knew: nothing to do, and nothing to ask for.
    Farewell,
}

/// Opens what was posted to an inbox: checks the signature, and that signer and speaker are one.
pub async fn open(kindred: &Kindred, parts: &RequestParts<'_>) -> Result<Delivery> {
    if kindred.settings().federation == Federation::Off {
        return Err(Refusal::FederationOff.into());
    }
    let unverified = signature::begin(parts, clock(kindred)).map_err(bad_signature)?;
    let body = parts.body.unwrap_or_default();
    let peek = read::peek(body);
    if is_farewell(&peek)
        && remote::known_key(kindred, &unverified.key_id)
            .await?
            .is_none()
    {
        return Ok(Delivery::Farewell);
    }
    let signer = verify(kindred, &unverified).await?;
    if peek.actor.as_ref().map(Uri::as_str) != Some(signer.owner_uri.as_str()) {
        return Err(Refusal::NotYours.into());
    }
    servers::welcome(kindred, &signer.host).await?;
    let body = std::str::from_utf8(body)
        .map_err(|_| Refusal::NotUnderstood("this is not UTF-8".into()))?
        .to_owned();
    Ok(Delivery::Letter(Box::new(Letter {
        sender: signer.owner,
        sender_uri: signer.owner_uri.clone(),
        host: signer.host.clone(),
        body,
    })))
}

/// Tells who reads: a stranger when nothing is signed, else the server that signed. A wrong signature is refused.
pub async fn reader(kindred: &Kindred, parts: &RequestParts<'_>) -> Result<Viewer> {
    let nameless = parts.headers.iter().all(|(name, _)| *name != "signature");
    if nameless || kindred.settings().federation == Federation::Off {
        return Ok(Viewer::Stranger);
    }
    let unverified = signature::begin(parts, clock(kindred)).map_err(bad_signature)?;
    let signer = verify(kindred, &unverified).await?;
    servers::welcome(kindred, &signer.host).await?;
    let readers = &kindred.keys().readers;
    readers.insert(signer.host.clone(), signer.owner_uri.clone());
    Ok(Viewer::Server(signer.host.clone()))
}

/// Checks the signature with the key we know, once more with the key asked for again, and never a third time.
async fn verify(kindred: &Kindred, unverified: &Unverified) -> Result<Arc<KnownKey>> {
    if kindred.settings().is_ours(&unverified.key_id) {
        return Err(Refusal::BadSignature("nobody here sends letters to us".into()).into());
    }
    let host = Uri::parse(&unverified.key_id)
        .map_err(bad_signature)?
        .host()
        .to_owned();
    let known = remote::known_key(kindred, &unverified.key_id).await?;
    if known.is_none() {
        servers::welcome(kindred, &host).await?;
    }
    if let Some(known) = &known
        && unverified.verify(&known.key).is_ok()
    {
        return Ok(Arc::clone(known));
    }
    let fresh = remote::ask_for_key(kindred, &unverified.key_id, known.is_some()).await?;
    let Some(fresh) = fresh else {
        return Err(
            Refusal::BadSignature("the key is not to be had, or not the signer's".into()).into(),
        );
    };
    unverified.verify(&fresh.key).map_err(bad_signature)?;
    Ok(fresh)
}

/// Somebody says that they themselves are gone.
fn is_farewell(peek: &Peek) -> bool {
    peek.kind.as_deref() == Some("Delete") && peek.object.is_some() && peek.object == peek.actor
}

fn clock(kindred: &Kindred) -> SystemTime {
    SystemTime::UNIX_EPOCH + kindred.now().since(Moment::START)
}

fn bad_signature(error: impl std::fmt::Display) -> Error {
    Refusal::BadSignature(error.to_string()).into()
}
