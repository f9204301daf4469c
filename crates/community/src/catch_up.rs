//! Catching up with what was said elsewhere before anybody here listened: outboxes, pinned posts, whole threads.
//!
//! What a server lists is a hint and nothing more: every post is asked for at its own address. Everything is bounded, goes through the
//! slow lanes of questions, keeps its old date, and tells nobody; only the newest few of an actor come into the homes of followers.

use std::collections::HashSet;

use kindred_protocol::{
    Uri,
    vocabulary::{CollectionDoc, Document, Incoming, Note, Ref},
};
use kindred_storage::{
    ActorId, ActorKind, BoostId, EntryId,
    actors::{self, Actor, Count},
    boosts::{self, Boost},
    follows,
    posts::{self, Post},
    timelines, tombstones,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Error, Kindred, Ledger, Result,
    jobs::{Job, lane_look},
    policy,
    posts::take_in,
    remote,
};

/// The most posts of an outbox that are asked for.
const MOST_ROOTS: usize = 50;

/// How many of them come into the homes of those who follow.
const MOST_AT_HOME: usize = 20;

/// The most posts that are pinned.
const MOST_PINNED: usize = 20;

/// The most pages of a collection that are read.
const MOST_PAGES: u8 = 5;

/// The most items of all these pages together.
const MOST_ITEMS: u32 = 200;

/// How many levels of answers are followed where a server tells only the answers to each post.
const DEEPEST: u8 = 3;

/// How long a server is left alone when it has been asked enough for an hour.
const LATER: std::time::Duration = std::time::Duration::from_hours(1);

/// Why a post is asked for, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Find {
    /// Whose outbox or thread it was found in.
    pub of: ActorId,
    /// Whether it comes into the homes of those who follow.
    #[serde(default)]
    pub at_home: bool,
    /// Whether it is pinned there.
    #[serde(default)]
    pub pinned: bool,
    /// How many levels of answers below it are asked for.
    #[serde(default)]
    pub deep: u8,
}

/// A page of a thread that is about to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The next page, when its beginning was read before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// How many pages were read.
    #[serde(default)]
    pub pages: u8,
    /// How many items were seen.
    #[serde(default)]
    pub items: u32,
    /// How many levels of answers are left.
    #[serde(default)]
    pub deep: u8,
}

/// The first of ours hears of somebody elsewhere: what they said before is looked for.
pub(crate) fn begin(ledger: &mut Ledger<'_>, actor: &Actor) -> Result<()> {
    let ours = follows::local_followers(ledger.db, actor.id)?;
    if actor.host.is_empty() || ours.len() > 1 {
        return Ok(());
    }
    for job in [
        Job::CatchUp { actor: actor.id },
        Job::ReadPinned { actor: actor.id },
    ] {
        ledger.enqueue(lane_look(&actor.host), &job);
    }
    Ok(())
}

/// Reads the outbox of an actor: of a group the threads it passed on, of a person the newest page.
pub(crate) async fn outbox(kindred: &Kindred, actor: ActorId) -> Result<()> {
    let Some(actor) = still_followed(kindred, actor).await? else {
        return Ok(());
    };
    let Some(outbox) = actor
        .outbox
        .as_deref()
        .and_then(|uri| at_home_of(&actor, uri))
    else {
        return Ok(());
    };
    let mut hints: Vec<Uri> = Vec::new();
    let mut next = Some(outbox);
    let pages = if actor.kind == ActorKind::Group {
        MOST_PAGES
    } else {
        1
    };
    for _ in 0..pages {
        let Some(address) = next.take() else { break };
        let (items, further) = page_of(kindred, &address).await?;
        hints.extend(items.iter().filter_map(published));
        if hints.len() >= MOST_ROOTS {
            break;
        }
        next = further.filter(|page| page.same_origin(&address));
    }
    let of = actor.id;
    let finds = first_of_each(hints, MOST_ROOTS)
        .into_iter()
        .enumerate()
        .map(|(place, uri)| {
            let find = Find {
                of,
                at_home: place < MOST_AT_HOME,
                pinned: false,
                deep: DEEPEST,
            };
            (uri, find)
        })
        .collect();
    look_for(kindred, finds).await
}

/// Reads what an actor has pinned.
pub(crate) async fn pinned(kindred: &Kindred, actor: ActorId) -> Result<()> {
    let Some(actor) = still_followed(kindred, actor).await? else {
        return Ok(());
    };
    let Some(featured) = actor
        .featured_uri
        .as_deref()
        .and_then(|uri| at_home_of(&actor, uri))
    else {
        return Ok(());
    };
    let (items, _) = page_of(kindred, &featured).await?;
    let hints = items.iter().filter_map(address_of).collect();
    let find = Find {
        of: actor.id,
        at_home: false,
        pinned: true,
        deep: 0,
    };
    let finds = first_of_each(hints, MOST_PINNED)
        .into_iter()
        .map(|uri| (uri, find))
        .collect();
    look_for(kindred, finds).await
}

/// Somebody of ours opens a thread that lives elsewhere: its answers are looked for, once in a while.
pub(crate) async fn thread_opened(kindred: &Kindred, root: &Post, author: &Actor) -> Result<()> {
    if author.host.is_empty()
        || policy::needs_ties(root.visibility)
        || kindred.keys().threads_read.contains_key(&root.id)
    {
        return Ok(());
    }
    kindred.keys().threads_read.insert(root.id, ());
    let (post, of, host) = (root.uri.clone(), author.id, author.host.clone());
    kindred
        .write(move |ledger| {
            let reading = Reading {
                page: None,
                pages: 0,
                items: 0,
                deep: DEEPEST,
            };
            ledger.enqueue(lane_look(&host), &Job::ReadThread { post, of, reading });
            Ok(())
        })
        .await
}

/// Reads one page of a thread, and goes on with the next in a job of its own.
pub(crate) async fn thread(
    kindred: &Kindred,
    post: &str,
    of: ActorId,
    reading: Reading,
) -> Result<()> {
    let Ok(starter) = Uri::parse(post) else {
        return Ok(());
    };
    let job = Job::ReadThread {
        post: post.to_owned(),
        of,
        reading: reading.clone(),
    };
    if !may_ask_now(kindred, &starter, &job).await? {
        return Ok(());
    }
    let (items, next, tells) = match &reading.page {
        Some(page) => {
            let Ok(page) = Uri::parse(page) else {
                return Ok(());
            };
            let (items, next) = page_of(kindred, &page).await?;
            let tells = match reading.deep {
                0 => Tells::Thread,
                _ => Tells::Answers,
            };
            (items, next, tells)
        }
        None => match beginning(kindred, &starter).await? {
            Some(found) => found,
            None => return Ok(()),
        },
    };
    let room = MOST_ITEMS.saturating_sub(reading.items);
    let hints: Vec<Uri> = items.iter().filter_map(address_of).collect();
    let seen = u32::try_from(hints.len()).unwrap_or(u32::MAX).min(room);
    let deep = match tells {
        Tells::Thread => 0,
        Tells::Answers => reading.deep.saturating_sub(1),
    };
    let find = Find {
        of,
        at_home: false,
        pinned: false,
        deep,
    };
    let finds = first_of_each(hints, usize::try_from(room).unwrap_or(0))
        .into_iter()
        .map(|uri| (uri, find))
        .collect();
    look_for(kindred, finds).await?;
    let further = Reading {
        page: next
            .filter(|page| {
                page.same_origin(&starter) && Some(page.as_str()) != reading.page.as_deref()
            })
            .map(|page| page.as_str().to_owned()),
        pages: reading.pages + 1,
        items: reading.items + seen,
        deep: if tells == Tells::Thread {
            0
        } else {
            reading.deep
        },
    };
    if further.page.is_none() || further.pages >= MOST_PAGES || further.items >= MOST_ITEMS {
        return Ok(());
    }
    let (post, host) = (post.to_owned(), starter.host().to_owned());
    kindred
        .write(move |ledger| {
            let job = Job::ReadThread {
                post,
                of,
                reading: further,
            };
            ledger.enqueue(lane_look(&host), &job);
            Ok(())
        })
        .await
}

/// The first items of a thread, the next page, and what is told there: the first of the post's collections that has any.
async fn beginning(
    kindred: &Kindred,
    root: &Uri,
) -> Result<Option<(Vec<Value>, Option<Uri>, Tells)>> {
    let note = Box::pin(remote::fetch_note(kindred, root)).await?;
    for (collection, tells) in collections_of(&note) {
        let (items, next) = page_of(kindred, &collection).await?;
        if !items.is_empty() || next.is_some() {
            return Ok(Some((items, next, tells)));
        }
    }
    Ok(None)
}

/// Asks for a post that was found somewhere, at its own address, and takes it in quietly.
pub(crate) async fn take(kindred: &Kindred, uri: &str, find: Find) -> Result<()> {
    let Ok(address) = Uri::parse(uri) else {
        return Ok(());
    };
    let job = Job::TakeIn {
        post: uri.to_owned(),
        find,
    };
    if let Some(post) = known(kindred, uri).await? {
        return stand(kindred, post, find).await;
    }
    if !may_ask_now(kindred, &address, &job).await? {
        return Ok(());
    }
    let note = match Box::pin(remote::fetch_document(kindred, &address)).await? {
        Document::Note(note) if note.is_at_home() => *note,
        // Some outboxes list only the ids of what was done.
        Document::Activity(activity) => match activity_brings(activity.activity) {
            Some(inner) if known(kindred, inner.as_str()).await?.is_none() => {
                Box::pin(remote::fetch_note(kindred, &inner)).await?
            }
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    if !note.is_public() {
        return Ok(());
    }
    let has_answers = find.deep > 0 && !collections_of(&note).is_empty();
    if let Some(post) = Box::pin(take_in::found(kindred, note)).await? {
        let uri = post.uri.clone();
        stand(kindred, post, find).await?;
        if has_answers {
            read_below(kindred, uri, find).await?;
        }
    }
    Ok(())
}

/// Where a post says that its thread is told: as a whole by its `context` (FEP-7888), which only its beginning is asked for, and one
/// level of it by its `replies`. What is elsewhere is not its own to tell.
fn collections_of(note: &Note) -> Vec<(Uri, Tells)> {
    let whole = note
        .context
        .clone()
        .filter(|_| note.in_reply_to.is_none())
        .map(|uri| (uri, Tells::Thread));
    let level = note.replies.clone().map(|uri| (uri, Tells::Answers));
    whole
        .into_iter()
        .chain(level)
        .filter(|(uri, _)| uri.same_origin(&note.id))
        .collect()
}

/// What a collection tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// A whole thread.
    Thread,
    /// The answers to one post.
    Answers,
}

async fn read_below(kindred: &Kindred, post: String, find: Find) -> Result<()> {
    let Ok(address) = Uri::parse(&post) else {
        return Ok(());
    };
    let host = address.host().to_owned();
    kindred
        .write(move |ledger| {
            let reading = Reading {
                page: None,
                pages: 0,
                items: 0,
                deep: find.deep,
            };
            let job = Job::ReadThread {
                post,
                of: find.of,
                reading,
            };
            ledger.enqueue(lane_look(&host), &job);
            Ok(())
        })
        .await
}

/// Lets a post stand where it was found: passed on by its group, pinned, in the homes of those who follow.
async fn stand(kindred: &Kindred, post: Post, find: Find) -> Result<()> {
    kindred
        .write(move |ledger| {
            let finder = actors::find(ledger.db, find.of)?
                .filter(|finder| !finder.host.is_empty() && finder.deleted_at.is_none());
            let Some(finder) = finder.filter(|_| post.is_standing()) else {
                return Ok(());
            };
            if finder.kind == ActorKind::Group {
                pass_on_late(ledger, &finder, &post, find)?;
            } else if find.at_home && post.author_id == finder.id && post.parent_uri.is_none() {
                let entry = timelines::Entry {
                    entry_id: EntryId::from(post.id),
                    post_id: post.id,
                    by_id: None,
                };
                timelines::put_home(ledger.db, entry, finder.id, post.language.as_deref())?;
            }
            let its_own = post.author_id == finder.id || post.group_id == Some(finder.id);
            if find.pinned && its_own && post.pinned_at.is_none() {
                posts::pin(ledger.db, post.id, Some(post.published_at))?;
            }
            Ok(())
        })
        .await
}

/// What a group passed on before anybody here heard of it, noted with the date that it had.
fn pass_on_late(ledger: &mut Ledger<'_>, group: &Actor, post: &Post, find: Find) -> Result<()> {
    if policy::needs_ties(post.visibility) || post.group_id != Some(group.id) {
        return Ok(());
    }
    let boost = Boost {
        id: BoostId(ledger.id_at(post.published_at)),
        actor_id: group.id,
        post_id: post.id,
        uri: format!("{}#relay-{}", group.uri, post.id),
        relay_uri: None,
        undone_at: None,
        created_at: post.published_at,
    };
    if !boosts::record(ledger.db, &boost)? || post.parent_uri.is_some() {
        return Ok(());
    }
    actors::adjust(ledger.db, group.id, Count::Posts, 1)?;
    if find.at_home {
        let entry = timelines::Entry {
            entry_id: EntryId::from(boost.id),
            post_id: post.id,
            by_id: Some(group.id),
        };
        timelines::put_home(ledger.db, entry, group.id, post.language.as_deref())?;
    }
    Ok(())
}

async fn known(kindred: &Kindred, uri: &str) -> Result<Option<Post>> {
    let uri = uri.to_owned();
    kindred.read(move |db| Ok(posts::by_uri(db, &uri)?)).await
}

/// Whoever is followed here still; the job may have waited.
async fn still_followed(kindred: &Kindred, actor: ActorId) -> Result<Option<Actor>> {
    kindred
        .read(move |db| {
            if !follows::has_local_follower(db, actor)? {
                return Ok(None);
            }
            Ok(actors::find(db, actor)?.filter(|actor| actor.deleted_at.is_none()))
        })
        .await
}

fn at_home_of(actor: &Actor, uri: &str) -> Option<Uri> {
    let (actor, uri) = (Uri::parse(&actor.uri).ok()?, Uri::parse(uri).ok()?);
    actor.same_origin(&uri).then_some(uri)
}

/// Whether this server may be asked once more within the hour; if not, the job waits.
async fn may_ask_now(kindred: &Kindred, address: &Uri, job: &Job) -> Result<bool> {
    if kindred.keys().may_look(address.host()) {
        return Ok(true);
    }
    let (job, host) = (job.clone(), address.host().to_owned());
    kindred
        .write(move |ledger| {
            let later = ledger.now + LATER;
            ledger.enqueue_later(lane_look(&host), &job, later);
            Ok(())
        })
        .await?;
    Ok(false)
}

/// Leaves a job for each post that is not known yet; what is known only finds its place.
async fn look_for(kindred: &Kindred, finds: Vec<(Uri, Find)>) -> Result<()> {
    if finds.is_empty() {
        return Ok(());
    }
    let app = kindred.clone();
    kindred
        .write(move |ledger| {
            for (uri, find) in finds {
                let ours = app.settings().is_ours(uri.as_str());
                if ours || tombstones::is_gone(ledger.db, uri.as_str())? {
                    continue;
                }
                let job = Job::TakeIn {
                    post: uri.as_str().to_owned(),
                    find,
                };
                ledger.enqueue(lane_look(uri.host()), &job);
            }
            Ok(())
        })
        .await
}

/// The items of a collection or of one of its pages, and the page after it. A collection without items of its own has them on its
/// first page.
async fn page_of(kindred: &Kindred, address: &Uri) -> Result<(Vec<Value>, Option<Uri>)> {
    let Some(whole) = collection(kindred, address).await? else {
        return Ok((Vec::new(), None));
    };
    if !whole.items.is_empty() || whole.first.is_none() {
        return Ok((whole.items, whole.next));
    }
    match whole.first {
        Some(Ref::Whole(first)) => Ok((first.items, first.next)),
        Some(Ref::Id(first)) if first.same_origin(address) => {
            match collection(kindred, &first).await? {
                Some(first) => Ok((first.items, first.next)),
                None => Ok((Vec::new(), None)),
            }
        }
        _ => Ok((Vec::new(), None)),
    }
}

async fn collection(kindred: &Kindred, address: &Uri) -> Result<Option<CollectionDoc>> {
    match Box::pin(remote::fetch_document(kindred, address)).await {
        Ok(Document::Collection(collection)) => Ok(Some(*collection)),
        Ok(_) | Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The address of an item, whole or bare.
fn address_of(item: &Value) -> Option<Uri> {
    let id = item.as_str().or_else(|| item.get("id")?.as_str())?;
    Uri::parse(id).ok()
}

/// The address of what an entry of an outbox published: the post within a `Create`, or within the `Announce` of one. An entry of
/// which only the id is told leads to the rest.
fn published(entry: &Value) -> Option<Uri> {
    let mut inner = entry;
    for _ in 0..3 {
        match inner.get("type").and_then(Value::as_str) {
            Some("Create" | "Announce") => inner = inner.get("object")?,
            Some(
                "Note" | "Page" | "Article" | "Question" | "Event" | "Video" | "Audio" | "Image",
            )
            | None => return address_of(inner),
            Some(_) => return None,
        }
    }
    None
}

fn activity_brings(activity: Incoming) -> Option<Uri> {
    match activity {
        Incoming::Create { objects } => objects.first().and_then(Ref::id).cloned(),
        Incoming::Announce { objects } => match objects.into_iter().next()? {
            Ref::Id(id) => Some(id),
            Ref::Whole(document) => match *document {
                Document::Note(note) => Some(note.id),
                Document::Activity(inner) => match inner.activity {
                    Incoming::Create { objects } => objects.first().and_then(Ref::id).cloned(),
                    _ => None,
                },
                _ => None,
            },
        },
        _ => None,
    }
}

fn first_of_each(uris: Vec<Uri>, most: usize) -> Vec<Uri> {
    let mut seen = HashSet::new();
    uris.into_iter()
        .filter(|uri| seen.insert(uri.as_str().to_owned()))
        .take(most)
        .collect()
}

#[cfg(test)]
mod tests;
