//! Copies of what other servers show: fetched when somebody looks, kept while somebody looks, and no more of them than there is room
//! for.
//!
//! Who looks is known to us and not to the other server. Only what we gave out a sealed address for is fetched, so this is no way
//! to have us ask anybody for anything.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use kindred_protocol::{
    Uri,
    network::{Get, NetworkError},
};
use kindred_storage::media_copies::{self, Copy};

use super::{
    Opened,
    pictures::is_small_enough,
    sorts::{self, Sort},
};
use crate::{Error, Kindred, Refusal, Result, delivery, links, servers};

/// The largest picture or film that is copied. Units: bytes.
const LARGEST: usize = 10 * 1024 * 1024;
/// How many are fetched at the same time.
pub(super) const AT_ONCE: usize = 16;
/// After so long a copy is fetched anew.
const FRESH_FOR: Duration = Duration::from_hours(30 * 24);
/// That somebody looked is noted once a day.
const A_DAY: Duration = Duration::from_hours(24);
/// What nobody has looked at for so long is forgotten.
const UNUSED_FOR: Duration = Duration::from_hours(60 * 24);
/// How many copies are forgotten at once.
const BATCH: i64 = 200;

/// Where something of another server is to be seen.
#[derive(Debug)]
pub enum Shown {
    /// Here, as a copy.
    Here(Opened),
    /// There: it is too large to be copied.
    Elsewhere(String),
}

/// Shows a picture or a film of another server at the address that [`links::copy`] made.
///
/// Refuses addresses that we did not make, servers that are not welcome, and what is neither picture nor film nor recording.
pub async fn copy(kindred: &Kindred, mark: &str, address: &str) -> Result<Shown> {
    let url = links::copied(kindred.settings(), mark, address).ok_or(Refusal::NoSuchFile)?;
    let uri = Uri::parse(&url).map_err(|_| Refusal::NoSuchFile)?;
    servers::welcome(kindred, uri.host())
        .await
        .map_err(|_| Refusal::NoSuchFile)?;
    let key = BASE64_URL_SAFE_NO_PAD.encode(openssl::sha::sha256(url.as_bytes()));
    if let Some(opened) = known(kindred, &key).await? {
        return Ok(Shown::Here(opened));
    }
    // Whoever asks for the same waits for the first answer.
    let flight = kindred.keys().flights.get_with(key.clone(), Arc::default);
    let _turn = flight.lock().await;
    if let Some(opened) = known(kindred, &key).await? {
        return Ok(Shown::Here(opened));
    }
    if kindred.keys().not_to_be_had.contains_key(&key) {
        return Err(Refusal::NoSuchFile.into());
    }
    // On the heap: what a request needs is large.
    match Box::pin(fetch(kindred, &uri)).await? {
        Fetched::Copy(media_type, bytes) => {
            keep(kindred, &key, media_type, &bytes).await?;
            let opened = known(kindred, &key).await?;
            Ok(Shown::Here(opened.ok_or(Refusal::NoSuchFile)?))
        }
        Fetched::TooLarge => Ok(Shown::Elsewhere(url)),
        Fetched::Nothing => {
            kindred.keys().not_to_be_had.insert(key, ());
            Err(Refusal::NoSuchFile.into())
        }
    }
}

/// The copy under this key, when it is here and not too old.
async fn known(kindred: &Kindred, key: &str) -> Result<Option<Opened>> {
    let name = key.to_owned();
    let Some(copy) = kindred
        .read(move |db| Ok(media_copies::find(db, &name)?))
        .await?
    else {
        return Ok(None);
    };
    let now = kindred.now();
    if copy.fetched_at + FRESH_FOR < now {
        return Ok(None);
    }
    let Some(content) = kindred.studio().files.open(key).await? else {
        return Ok(None);
    };
    if copy.used_at + A_DAY < now {
        let key = copy.key;
        kindred
            .write(move |ledger| Ok(media_copies::touch(ledger.db, &key, ledger.now)?))
            .await?;
    }
    Ok(Some(Opened {
        content,
        media_type: copy.media_type,
        for_everybody: true,
    }))
}

/// What came of asking another server.
enum Fetched {
    /// Something that can be shown, of this type.
    Copy(&'static str, Bytes),
    /// Something too large.
    TooLarge,
    /// Nothing that can be shown.
    Nothing,
}

async fn fetch(kindred: &Kindred, uri: &Uri) -> Result<Fetched> {
    let _errand = kindred
        .studio()
        .errands
        .acquire()
        .await
        .map_err(|_| Error::Broken("nobody fetches anything any more".to_owned()))?;
    // Signed, since what is shown to few is asked for by a server in their name.
    let service = kindred.service().await?.id;
    let key = delivery::signing_key(kindred, service).await?;
    let get = Get {
        sign_with: Some(&key),
        largest: LARGEST,
        ..Get::new(uri, "image/*, video/*, audio/*, */*;q=0.1")
    };
    Ok(match kindred.network().get(get).await {
        Ok(answer) if answer.status == 200 => match sorts::of(&answer.body) {
            Some(kind) if shows(kind.sort, &answer.body) => {
                Fetched::Copy(kind.media_type, answer.body)
            }
            _ => Fetched::Nothing,
        },
        Err(NetworkError::TooLarge) => Fetched::TooLarge,
        Ok(_) | Err(_) => Fetched::Nothing,
    })
}

fn shows(sort: Sort, file: &[u8]) -> bool {
    match sort {
        Sort::Picture(format) => is_small_enough(file, format),
        Sort::Film | Sort::Recording => true,
    }
}

/// Keeps a copy, and makes room when there are too many.
async fn keep(kindred: &Kindred, key: &str, media_type: &str, bytes: &[u8]) -> Result<()> {
    kindred.studio().files.keep(key, bytes).await?;
    let (key, media_type) = (key.to_owned(), media_type.to_owned());
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    kindred
        .write(move |ledger| {
            let copy = Copy {
                key,
                media_type,
                bytes: size,
                fetched_at: ledger.now,
                used_at: ledger.now,
            };
            Ok(media_copies::record(ledger.db, &copy)?)
        })
        .await?;
    make_room(kindred).await
}

/// Forgets what nobody has looked at for long, and as much more as it takes until there is room. One batch at a time: what is left
/// over goes with the next copy.
async fn make_room(kindred: &Kindred) -> Result<()> {
    let most = i64::try_from(kindred.settings().media.copies).unwrap_or(i64::MAX);
    let long_ago = kindred.now() - UNUSED_FOR;
    let (total, oldest) = kindred
        .read_apart(|db| {
            Ok((
                media_copies::total(db)?,
                media_copies::least_used(db, BATCH)?,
            ))
        })
        .await?;
    let mut left = total;
    let gone: Vec<String> = oldest
        .into_iter()
        .take_while(|copy| {
            let goes = left > most || copy.used_at < long_ago;
            left -= copy.bytes;
            goes
        })
        .map(|copy| copy.key)
        .collect();
    if gone.is_empty() {
        return Ok(());
    }
    let keys = gone.clone();
    kindred
        .write(move |ledger| Ok(media_copies::erase(ledger.db, &keys)?))
        .await?;
    super::remove(kindred, &gone).await
}
