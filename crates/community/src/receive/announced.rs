//! What others pass on: boosts by people, and what groups elsewhere relay from their members.
//!
//! Nothing that is embedded is believed: a post is asked for at its own server. A relayed like or vote is the word of the group, so
//! it changes no count of ours; a relayed deletion counts once the post is really gone.

use kindred_protocol::{
    Uri,
    vocabulary::{Document, Envelope, Incoming, Note, Ref},
};
use kindred_storage::{
    ActorKind, BoostId, EntryId, Page, PostId, Visibility,
    actors::{self, Actor},
    boosts::{self, Boost},
    follows,
    posts::{self, Post},
    timelines, tombstones,
};

use crate::{
    Kindred, Ledger, Refusal, Result, membership,
    posts::{clear_away, reactions as react, take_in},
    remote,
};

/// The most follows that one announcement grants.
const MOST_WAITING: i64 = 1_000;

/// The most things of one announcement that may lead to questions. Each of them costs two at most: the post and its author.
const MOST_LOOKED_AT: usize = 5;

pub(super) async fn announced(
    kindred: &Kindred,
    sender: Actor,
    id: Option<Uri>,
    objects: Vec<Ref<Document>>,
) -> Result<()> {
    // An announcement concerns us when somebody here hears of its sender, or when it is about a post of ours.
    if !concerns_us(kindred, &sender, &objects).await? {
        return Ok(());
    }
    // An address belongs to one thing: where several are announced at once, each boost is known by its post instead.
    let id = id.filter(|_| objects.len() == 1);
    let thread = match objects.len() {
        1 => Thread::Wanted,
        _ => Thread::Left,
    };
    for object in objects.into_iter().take(MOST_LOOKED_AT) {
        match object {
            Ref::Whole(document) => match *document {
                Document::Activity(activity) => {
                    relayed(kindred, &sender, *activity, thread).await?;
                }
                Document::Note(note) => {
                    shared(kindred, &sender, id.as_ref(), &note.id, thread).await?;
                }
                _ => {}
            },
            Ref::Id(uri) => shared(kindred, &sender, id.as_ref(), &uri, thread).await?,
        }
    }
    Ok(())
}

/// Whether the posts above an announced one are looked for: only where one thing is announced, or one letter would cost us hundreds
/// of questions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Thread {
    Wanted,
    Left,
}

async fn concerns_us(kindred: &Kindred, sender: &Actor, objects: &[Ref<Document>]) -> Result<bool> {
    let ours = objects
        .iter()
        .filter_map(Ref::id)
        .any(|id| kindred.settings().is_ours(id.as_str()));
    if ours {
        return Ok(true);
    }
    let sender = sender.clone();
    kindred
        .write(move |ledger| {
            if follows::has_local_follower(ledger.db, sender.id)? {
                return Ok(true);
            }
            // Lemmy does not always say yes to a follow, but what it sends says so.
            let waiting = match sender.kind {
                ActorKind::Group => {
                    follows::requests(ledger.db, sender.id, &Page::first(MOST_WAITING))?
                }
                _ => Vec::new(),
            };
            for (follow, _) in &waiting {
                membership::accepted(ledger, follow)?;
            }
            Ok(!waiting.is_empty())
        })
        .await
}

/// Somebody passes a post on by its id.
async fn shared(
    kindred: &Kindred,
    sender: &Actor,
    id: Option<&Uri>,
    uri: &Uri,
    thread: Thread,
) -> Result<()> {
    let Some(post) = known_or_fetched(kindred, uri, thread).await? else {
        return Ok(());
    };
    let uri = id.map_or_else(
        || format!("{}#boost-{}", sender.uri, post.id),
        |id| id.as_str().to_owned(),
    );
    let sender = sender.clone();
    kindred
        .write(move |ledger| share(ledger, &sender, post.id, uri))
        .await
}

fn share(ledger: &mut Ledger<'_>, sender: &Actor, post: PostId, uri: String) -> Result<()> {
    let post = posts::find(ledger.db, post)?
        .filter(|post| post.deleted_at.is_none() && post.removed_at.is_none());
    let Some(post) = post else { return Ok(()) };
    // What a closed group passes on is for those here who belong to it; nobody else is told.
    let in_its_room = sender.kind == ActorKind::Group
        && post.group_id == Some(sender.id)
        && matches!(post.visibility, Visibility::Members | Visibility::Partners);
    let open = matches!(post.visibility, Visibility::Public | Visibility::Unlisted);
    if !open && !in_its_room {
        return Err(Refusal::NotForSharing.into());
    }
    if sender.kind == ActorKind::Group {
        return relayed_here(ledger, sender, &post, uri);
    }
    react::pass_on_personally(ledger, sender, &post, uri).map(drop)
}

/// A group elsewhere passed a post on: that is not praise by a person, and counts as none.
fn relayed_here(ledger: &mut Ledger<'_>, group: &Actor, post: &Post, uri: String) -> Result<()> {
    if post.group_id.is_none() && belongs_to(ledger, post, group)? {
        posts::set_group(ledger.db, post.id, group.id)?;
    }
    let boost = Boost {
        id: BoostId(ledger.next_id()),
        actor_id: group.id,
        post_id: post.id,
        uri,
        relay_uri: None,
        undone_at: None,
        created_at: ledger.now,
    };
    if boosts::record(ledger.db, &boost)? && post.parent_uri.is_none() {
        actors::note_post(ledger.db, group.id, ledger.now)?;
        let entry = timelines::Entry {
            entry_id: EntryId::from(boost.id),
            post_id: post.id,
            by_id: Some(group.id),
        };
        timelines::put_home(ledger.db, entry, group.id)?;
    }
    Ok(())
}

/// Takes back what [`share`] did.
pub(super) fn unshared(ledger: &mut Ledger<'_>, sender: &Actor, post: &Post) -> Result<()> {
    if sender.kind != ActorKind::Group {
        return react::undo_boost(ledger, sender, post).map(drop);
    }
    match boosts::find(ledger.db, sender.id, post.id)?.filter(|boost| boost.undone_at.is_none()) {
        Some(boost) => {
            boosts::undo(ledger.db, boost.id, ledger.now)?;
            timelines::forget_entry(ledger.db, EntryId::from(boost.id))?;
            Ok(())
        }
        None => Ok(()),
    }
}

/// Whether a post that a group elsewhere passed on is the group's: it lives there, names the group, or answers what stands in it.
/// Passing on alone makes nothing one's own: likes and answers go where a post belongs.
fn belongs_to(ledger: &mut Ledger<'_>, post: &Post, group: &Actor) -> Result<bool> {
    let lives_there = match (Uri::parse(&post.uri), Uri::parse(&group.uri)) {
        (Ok(post), Ok(group)) => post.same_origin(&group),
        _ => false,
    };
    if lives_there || post.tags.iter().any(|tag| tag.href == group.uri) {
        return Ok(true);
    }
    Ok(match post.parent_id {
        Some(parent) => {
            posts::find(ledger.db, parent)?.is_some_and(|parent| parent.group_id == Some(group.id))
        }
        None => false,
    })
}

/// The post at this address: ours, known, or as its own server shows it.
async fn known_or_fetched(kindred: &Kindred, uri: &Uri, thread: Thread) -> Result<Option<Post>> {
    let address = uri.as_str().to_owned();
    if let Some(post) = kindred
        .read(move |db| Ok(posts::by_uri(db, &address)?))
        .await?
    {
        return Ok(Some(post));
    }
    if kindred.settings().is_ours(uri.as_str()) {
        return Ok(None);
    }
    match Box::pin(remote::fetch_document(kindred, uri)).await? {
        Document::Note(note) if note.is_at_home() => {
            Box::pin(take_in(kindred, *note, thread)).await
        }
        // Some announce the activity that brought the post.
        Document::Activity(activity) => match activity.activity {
            Incoming::Create { objects } => match objects.into_iter().next() {
                Some(Ref::Whole(note)) if note.is_vouched_by(&activity.actor) => {
                    Box::pin(take_in(kindred, *note, thread)).await
                }
                Some(Ref::Id(uri)) => {
                    let note = Box::pin(remote::fetch_note(kindred, &uri)).await?;
                    Box::pin(take_in(kindred, note, thread)).await
                }
                _ => Ok(None),
            },
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

/// Takes a fetched post in. What stands above it is looked for by a job of its own: a thread may be long and its servers slow.
async fn take_in(kindred: &Kindred, note: Note, thread: Thread) -> Result<Option<Post>> {
    let post = take_in::fetched(kindred, note).await?;
    if let Some(orphan) = post
        .clone()
        .filter(|post| thread == Thread::Wanted && post.parent_id.is_none())
    {
        kindred
            .write(move |ledger| {
                take_in::look_above(ledger, &orphan);
                Ok(())
            })
            .await?;
    }
    Ok(post)
}

/// A group elsewhere passes on what one of its members did.
async fn relayed(
    kindred: &Kindred,
    group: &Actor,
    activity: Envelope,
    thread: Thread,
) -> Result<()> {
    if group.kind != ActorKind::Group {
        return Ok(());
    }
    match activity.activity {
        Incoming::Create { objects } => {
            for object in objects.iter().take(1) {
                if let Some(uri) = object.id() {
                    let Some(post) = known_or_fetched(kindred, uri, thread).await? else {
                        continue;
                    };
                    let (group, uri) = (group.clone(), format!("{}#relay-{}", group.uri, post.id));
                    kindred
                        .write(move |ledger| share(ledger, &group, post.id, uri))
                        .await?;
                }
            }
            Ok(())
        }
        Incoming::Update { object } => match object.id() {
            Some(uri) => refreshed(kindred, uri).await,
            None => Ok(()),
        },
        Incoming::Delete { object, .. } => gone_at_home(kindred, group, &object).await,
        _ => Ok(()),
    }
}

/// Asks a post's own server how it looks now.
async fn refreshed(kindred: &Kindred, uri: &Uri) -> Result<()> {
    let address = uri.as_str().to_owned();
    let known = kindred
        .read(move |db| Ok(posts::by_uri(db, &address)?))
        .await?;
    let Some(known) = known.filter(|_| !kindred.settings().is_ours(uri.as_str())) else {
        return Ok(());
    };
    let note = remote::fetch_note(kindred, uri).await?;
    kindred
        .write(move |ledger| {
            let author = ledger.actor(known.author_id)?;
            if note.author().is_none_or(|uri| uri.as_str() != author.uri) {
                return Err(Refusal::NotYours.into());
            }
            take_in::changed(ledger, &author, &note, None)
        })
        .await
}

/// A group says that a post is gone. It is, once its own server says so too; until then the group only does not show it any more.
async fn gone_at_home(kindred: &Kindred, group: &Actor, uri: &Uri) -> Result<()> {
    let address = uri.as_str().to_owned();
    let known = kindred
        .read(move |db| Ok(posts::by_uri(db, &address)?))
        .await?;
    let Some(post) =
        known.filter(|post| post.deleted_at.is_none() && !kindred.settings().is_ours(uri.as_str()))
    else {
        return Ok(());
    };
    let gone = remote::is_gone_at_home(kindred, uri).await?;
    let group = group.clone();
    kindred
        .write(move |ledger| {
            if gone {
                posts::mark_deleted(ledger.db, post.id, ledger.now)?;
                tombstones::add(ledger.db, &post.uri, ledger.now)?;
                return clear_away(ledger, &post);
            }
            unshared(ledger, &group, &post)
        })
        .await
}
