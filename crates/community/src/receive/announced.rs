//! What others pass on: boosts by people, and what groups elsewhere relay from their members.
//!
//! Nothing that is embedded is believed: a post is asked for at its own server. What a group tells of its members beyond posts is read
//! in [`super::relayed`].

use kindred_protocol::{
    Uri, read,
    vocabulary::{Document, Incoming, Note, Ref},
};
use kindred_storage::{
    ActorKind, BoostId, EntryId, Page, PostId, Visibility,
    actors::{self, Actor},
    boosts::{self, Boost},
    follows, group_follows,
    posts::{self, Post},
    timelines,
};

use super::relayed;
use crate::{
    Error, Kindred, Ledger, Refusal, Result, membership,
    posts::{reactions as react, relay, take_in},
    remote, servers,
};

/// The most follows that one announcement grants.
const MOST_WAITING: i64 = 1_000;

/// The most things of one announcement that are looked at.
const MOST_AT_ONCE: usize = 100;

/// The most things of one announcement that lead to questions. Each of them costs two at most: the post and its author.
const MOST_LOOKED_AT: usize = 5;

pub(super) async fn announced(
    kindred: &Kindred,
    sender: Actor,
    id: Option<Uri>,
    objects: Vec<Ref<Document>>,
) -> Result<()> {
    let mut things = unfolded(objects);
    if !is_heard(kindred, &sender).await? {
        // Whoever is not followed may tell us of posts of ours, and of nothing else.
        things.retain(
            |thing| matches!(thing, Ref::Id(id) if kindred.settings().is_ours(id.as_str())),
        );
    }
    if things.is_empty() {
        return Ok(());
    }
    let relays = things.iter().any(
        |thing| matches!(thing, Ref::Whole(document) if matches!(**document, Document::Activity(_))),
    );
    if relays && sender.kind == ActorKind::Group {
        servers::passes_on_activities(kindred, &sender.host).await?;
    }
    // An address belongs to one thing: where several are announced at once, each boost is known by its post instead.
    let id = id.filter(|_| things.len() == 1);
    let mut looks = Looks {
        left: MOST_LOOKED_AT,
        thread: things.len() == 1,
    };
    let mut unreachable = None;
    for thing in things {
        match Box::pin(one(kindred, &sender, id.as_ref(), thing, &mut looks)).await {
            // What is refused, or cannot be had now, does not keep the others out.
            Ok(()) | Err(Error::Refused(_)) => {}
            Err(error @ Error::Unreachable { .. }) => unreachable = Some(error),
            Err(error) => return Err(error),
        }
    }
    unreachable.map_or(Ok(()), Err)
}

/// The things that are announced, be they one, several, or a collection of them.
fn unfolded(objects: Vec<Ref<Document>>) -> Vec<Ref<Document>> {
    let mut things = Vec::new();
    for object in objects {
        match object {
            Ref::Whole(document) => match *document {
                Document::Collection(collection) => {
                    let items = collection.items.iter().take(MOST_AT_ONCE);
                    things.extend(items.filter_map(item));
                }
                document => things.push(Ref::Whole(Box::new(document))),
            },
            id @ Ref::Id(_) => things.push(id),
        }
    }
    things.truncate(MOST_AT_ONCE);
    things
}

/// An item of an announced collection.
fn item(item: &serde_json::Value) -> Option<Ref<Document>> {
    if let Some(id) = item.as_str() {
        return Uri::parse(id).ok().map(Ref::Id);
    }
    match read::document(item) {
        // Collections of collections are nobody's way of telling something.
        Ok(Document::Collection(_)) | Err(_) => None,
        Ok(document) => Some(Ref::Whole(Box::new(document))),
    }
}

async fn one(
    kindred: &Kindred,
    sender: &Actor,
    id: Option<&Uri>,
    thing: Ref<Document>,
    looks: &mut Looks,
) -> Result<()> {
    match thing {
        Ref::Whole(document) => match *document {
            Document::Activity(activity) => {
                relayed::relayed(kindred, sender, *activity, looks).await
            }
            Document::Note(note) => shared(kindred, sender, id, &note.id, looks).await,
            _ => Ok(()),
        },
        Ref::Id(uri) => shared(kindred, sender, id, &uri, looks).await,
    }
}

/// How much may be asked of other servers because of one announcement.
pub(super) struct Looks {
    /// How many things may still be looked at.
    left: usize,
    /// Whether the posts above an announced one are looked for: only where one thing is announced, or one letter would cost us
    /// hundreds of questions.
    thread: bool,
}

impl Looks {
    /// Takes one of the questions that are left.
    pub(super) fn take(&mut self) -> bool {
        let any = self.left > 0;
        self.left = self.left.saturating_sub(1);
        any
    }
}

/// Whether somebody here, or a group of ours, hears of the sender.
async fn is_heard(kindred: &Kindred, sender: &Actor) -> Result<bool> {
    let sender = sender.clone();
    kindred
        .write(move |ledger| {
            if follows::has_local_follower(ledger.db, sender.id)? {
                return Ok(true);
            }
            if sender.kind != ActorKind::Group {
                return Ok(false);
            }
            // Lemmy does not always say yes to a follow, but what it sends says so.
            let waiting = follows::requests(ledger.db, sender.id, &Page::first(MOST_WAITING))?;
            for (follow, _) in &waiting {
                membership::accepted(ledger, follow)?;
            }
            Ok(!waiting.is_empty() || group_follows::any(ledger.db, sender.id)?)
        })
        .await
}

/// Somebody passes a post on by its id.
async fn shared(
    kindred: &Kindred,
    sender: &Actor,
    id: Option<&Uri>,
    uri: &Uri,
    looks: &mut Looks,
) -> Result<()> {
    let post = match known_or_fetched(kindred, uri, looks).await? {
        Found::Post(post) => *post,
        // Some announce an activity by its id; its own server has just told what it says.
        Found::Activity(activity) => {
            return Box::pin(relayed::relayed(kindred, sender, *activity, looks)).await;
        }
        Found::Nothing => return Ok(()),
    };
    let uri = id.map_or_else(
        || format!("{}#boost-{}", sender.uri, post.id),
        |id| id.as_str().to_owned(),
    );
    let sender = sender.clone();
    kindred
        .write(move |ledger| {
            // An address names one thing; whoever uses it again for another post gets one of ours.
            let taken = boosts::by_uri(ledger.db, &uri)?
                .is_some_and(|known| (known.actor_id, known.post_id) != (sender.id, post.id));
            let uri = if taken {
                format!("{}#boost-{}", sender.uri, post.id)
            } else {
                uri
            };
            share(ledger, &sender, post.id, uri)
        })
        .await
}

pub(super) fn share(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    post: PostId,
    uri: String,
) -> Result<()> {
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
        return relayed_here(ledger, sender, post, uri);
    }
    react::pass_on_personally(ledger, sender, &post, uri).map(drop)
}

/// A group elsewhere passed a post on: that is not praise by a person, and counts as none.
fn relayed_here(ledger: &mut Ledger<'_>, group: &Actor, mut post: Post, uri: String) -> Result<()> {
    if post.group_id.is_none() && belongs_to(ledger, &post, group)? {
        posts::set_group(ledger.db, post.id, group.id)?;
        post.group_id = Some(group.id);
    }
    let boost = Boost {
        id: BoostId(ledger.next_entry()),
        actor_id: group.id,
        post_id: post.id,
        uri,
        relay_uri: None,
        undone_at: None,
        created_at: ledger.now,
    };
    if !boosts::record(ledger.db, &boost)? {
        return Ok(());
    }
    if post.parent_uri.is_none() {
        actors::note_post(ledger.db, group.id, ledger.now)?;
        let entry = timelines::Entry {
            entry_id: EntryId::from(boost.id),
            post_id: post.id,
            by_id: Some(group.id),
        };
        timelines::put_home(ledger.db, entry, group.id, post.language.as_deref())?;
        ledger.tell_of_entry(entry.entry_id, post.id);
    }
    relay::echo(ledger, group.id, &post)
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
            ledger.tell_of_withdrawal(&boost);
            if post.group_id == Some(sender.id) {
                relay::withdraw_echoes(ledger, post, None)?;
            }
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

/// What stands at an address.
pub(super) enum Found {
    Post(Box<Post>),
    Activity(Box<kindred_protocol::vocabulary::Envelope>),
    Nothing,
}

impl Found {
    fn post(post: Option<Post>) -> Self {
        post.map_or(Self::Nothing, |post| Self::Post(Box::new(post)))
    }
}

/// The post at this address, ours or known, or what its own server shows there.
pub(super) async fn known_or_fetched(
    kindred: &Kindred,
    uri: &Uri,
    looks: &mut Looks,
) -> Result<Found> {
    let address = uri.as_str().to_owned();
    if let Some(post) = kindred
        .read(move |db| Ok(posts::by_uri(db, &address)?))
        .await?
    {
        return Ok(Found::post(Some(post)));
    }
    if kindred.settings().is_ours(uri.as_str()) || !looks.take() {
        return Ok(Found::Nothing);
    }
    let thread = looks.thread;
    match Box::pin(remote::fetch_document(kindred, uri)).await? {
        Document::Note(note) if note.is_at_home() => Ok(Found::post(
            Box::pin(take_in(kindred, *note, thread)).await?,
        )),
        Document::Activity(activity) => match &activity.activity {
            // Some announce the activity that brought the post.
            Incoming::Create { objects } => match objects.first() {
                Some(Ref::Whole(note)) if note.is_vouched_by(&activity.actor) => {
                    let note = note.as_ref().clone();
                    Ok(Found::post(Box::pin(take_in(kindred, note, thread)).await?))
                }
                Some(Ref::Id(uri)) => {
                    let note = Box::pin(remote::fetch_note(kindred, uri)).await?;
                    Ok(Found::post(Box::pin(take_in(kindred, note, thread)).await?))
                }
                _ => Ok(Found::Nothing),
            },
            _ => Ok(Found::Activity(activity)),
        },
        _ => Ok(Found::Nothing),
    }
}

/// Takes a fetched post in. What stands above it is looked for by a job of its own: a thread may be long and its servers slow.
async fn take_in(kindred: &Kindred, note: Note, thread: bool) -> Result<Option<Post>> {
    let post = take_in::fetched(kindred, note).await?;
    if let Some(orphan) = post
        .clone()
        .filter(|post| thread && post.parent_id.is_none())
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
