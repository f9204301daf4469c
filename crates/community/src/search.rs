//! Finding: people and groups by name, anything by its address; here first, and elsewhere when asked to.

use kindred_protocol::{Uri, vocabulary::Document, webfinger};
use kindred_storage::{ActorKind, actors, posts};

use crate::{
    Error, Kindred, Refusal, Result, posts as writing, remote, servers, sight,
    views::{Found, Viewer},
};

/// Whether other servers are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolve {
    /// Only what is known here.
    Locally,
    /// Also the server that an address or a handle names.
    Elsewhere,
}

/// The most that one search answers of each kind.
const MOST: usize = 40;

/// Finds what the viewer may see. A handle (`@name@host`, `!group@host`) or an address finds exactly one.
pub async fn find(
    kindred: &Kindred,
    viewer: &Viewer,
    query: &str,
    resolve: Resolve,
    limit: usize,
) -> Result<Found> {
    let query = query.trim();
    let limit = if limit == 0 { 20 } else { limit.min(MOST) };
    if query.starts_with("https://") || query.starts_with("http://") {
        return Box::pin(by_address(kindred, viewer, query, resolve)).await;
    }
    if let Ok(handle) = query.parse::<webfinger::Handle>() {
        return by_handle(kindred, viewer, handle, resolve).await;
    }
    by_name(kindred, viewer, query.trim_start_matches(['@', '!']), limit).await
}

async fn by_name(kindred: &Kindred, viewer: &Viewer, name: &str, limit: usize) -> Result<Found> {
    if name.is_empty() {
        return Ok(Found::default());
    }
    let (viewer, name) = (viewer.clone(), name.to_lowercase());
    kindred
        .read_apart(move |db| {
            let mut found = Found::default();
            for actor in actors::names_like(db, &name, i64::try_from(limit).unwrap_or(20))? {
                if actor.kind != ActorKind::Application && sight::of_actor(db, &viewer, &actor)? {
                    found.actors.push(actor);
                }
            }
            found
                .actors
                .sort_by_key(|actor| actor.kind != ActorKind::Group);
            Ok(found)
        })
        .await
}

async fn by_handle(
    kindred: &Kindred,
    viewer: &Viewer,
    handle: webfinger::Handle,
    resolve: Resolve,
) -> Result<Found> {
    let host = if handle.host == kindred.settings().host() {
        String::new()
    } else {
        handle.host.clone()
    };
    let viewer = viewer.clone();
    let known = kindred
        .read({
            let (name, host) = (handle.name.clone(), host.clone());
            move |db| match actors::by_handle(db, &name, &host)? {
                Some(actor)
                    if actor.deleted_at.is_none() && sight::of_actor(db, &viewer, &actor)? =>
                {
                    Ok(Some(actor))
                }
                _ => Ok(None),
            }
        })
        .await?;
    if known.is_some() || host.is_empty() || resolve == Resolve::Locally {
        return Ok(Found {
            actors: known.into_iter().collect(),
            posts: Vec::new(),
        });
    }
    let looked = async {
        servers::welcome(kindred, &handle.host).await?;
        let found = Box::pin(webfinger::lookup(kindred.network(), &handle))
            .await
            .map_err(|_| Error::Refused(Refusal::NoSuchPerson))?;
        remote::actor(kindred, found.actor.as_str()).await
    };
    Ok(Found {
        actors: nothing_found(looked.await)?.into_iter().collect(),
        posts: Vec::new(),
    })
}

async fn by_address(
    kindred: &Kindred,
    viewer: &Viewer,
    address: &str,
    resolve: Resolve,
) -> Result<Found> {
    let Ok(uri) = Uri::parse(address) else {
        return Ok(Found::default());
    };
    let known = known_at(kindred, viewer, uri.as_str()).await?;
    if !known.actors.is_empty()
        || !known.posts.is_empty()
        || resolve == Resolve::Locally
        || kindred.settings().is_ours(uri.as_str())
    {
        return Ok(known);
    }
    let document = match nothing_found(Box::pin(remote::fetch_document(kindred, &uri)).await)? {
        Some(document) => Some(document),
        None => behind_the_page(kindred, &uri).await?,
    };
    match document {
        Some(Document::Actor(doc)) => {
            let actor = nothing_found(remote::remember(kindred, *doc).await)?;
            Ok(Found {
                actors: actor.into_iter().collect(),
                posts: Vec::new(),
            })
        }
        Some(Document::Note(note)) if note.is_at_home() => {
            let id = note.id.clone();
            nothing_found(writing::take_in::fetched(kindred, *note).await)?;
            known_at(kindred, viewer, id.as_str()).await
        }
        _ => Ok(Found::default()),
    }
}

/// The document that a page for people leads to.
async fn behind_the_page(kindred: &Kindred, page: &Uri) -> Result<Option<Document>> {
    let Some(uri) = nothing_found(Box::pin(remote::alternate(kindred, page)).await)?.flatten()
    else {
        return Ok(None);
    };
    if kindred.settings().is_ours(uri.as_str()) {
        return Ok(None);
    }
    nothing_found(Box::pin(remote::fetch_document(kindred, &uri)).await)
}

async fn known_at(kindred: &Kindred, viewer: &Viewer, uri: &str) -> Result<Found> {
    let (viewer, uri) = (viewer.clone(), uri.to_owned());
    kindred
        .read(move |db| {
            let mut found = Found::default();
            if let Some(actor) = actors::by_uri(db, &uri)?
                .filter(|actor| actor.deleted_at.is_none() && actor.kind != ActorKind::Application)
                && sight::of_actor(db, &viewer, &actor)?
            {
                found.actors.push(actor);
            }
            let posts = posts::by_uri(db, &uri)?.into_iter().collect();
            let posts = sight::of_posts(db, &viewer, posts)?;
            found.posts = sight::views(db, &viewer, posts)?;
            Ok(found)
        })
        .await
}

/// What cannot be found elsewhere, for whatever reason, is simply not found.
fn nothing_found<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Error::Refused(_) | Error::Unreachable { .. } | Error::Protocol(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
