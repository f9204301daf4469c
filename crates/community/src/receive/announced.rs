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
    timelines,
};

use crate::{
    Error, Kindred, Ledger, Refusal, Result, membership,
    posts::{clear_away, reactions as react, take_in},
    remote,
};

/// The most things that one announcement may carry (PieFed bundles votes).
const MOST_ITEMS: usize = 100;

/// The most follows that one announcement grants.
const MOST_WAITING: i64 = 1_000;

/// The most questions that one letter may cost us.
const MOST_FETCHES: usize = 10;

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
    for (asked, object) in objects.into_iter().take(MOST_ITEMS).enumerate() {
        if asked >= MOST_FETCHES {
            break;
        }
        match object {
            Ref::Whole(document) => match *document {
                Document::Activity(activity) => relayed(kindred, &sender, *activity).await?,
                Document::Note(note) => shared(kindred, &sender, id.as_ref(), &note.id).await?,
                _ => {}
            },
            Ref::Id(uri) => shared(kindred, &sender, id.as_ref(), &uri).await?,
        }
    }
    Ok(())
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
async fn shared(kindred: &Kindred, sender: &Actor, id: Option<&Uri>, uri: &Uri) -> Result<()> {
    let Some(post) = known_or_fetched(kindred, uri).await? else {
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
    if !matches!(post.visibility, Visibility::Public | Visibility::Unlisted) {
        return Err(Refusal::NotForSharing.into());
    }
    if sender.kind == ActorKind::Group {
        return relayed_here(ledger, sender, &post, uri);
    }
    react::pass_on_personally(ledger, sender, &post, uri).map(drop)
}

/// A group elsewhere passed a post on: that is not praise by a person, and counts as none.
fn relayed_here(ledger: &mut Ledger<'_>, group: &Actor, post: &Post, uri: String) -> Result<()> {
    if post.group_id.is_none() {
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

/// The post at this address: ours, known, or as its own server shows it.
async fn known_or_fetched(kindred: &Kindred, uri: &Uri) -> Result<Option<Post>> {
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
            Box::pin(take_in_with_thread(kindred, *note)).await
        }
        // Some announce the activity that brought the post.
        Document::Activity(activity) => match activity.activity {
            Incoming::Create { objects } => match objects.into_iter().next() {
                Some(Ref::Whole(note)) if note.is_vouched_by(&activity.actor) => {
                    Box::pin(take_in_with_thread(kindred, *note)).await
                }
                Some(Ref::Id(uri)) => {
                    let note = Box::pin(remote::fetch_note(kindred, &uri)).await?;
                    Box::pin(take_in_with_thread(kindred, note)).await
                }
                _ => Ok(None),
            },
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

async fn take_in_with_thread(kindred: &Kindred, note: Note) -> Result<Option<Post>> {
    if let Some(parent) = &note.in_reply_to {
        match remote::ancestors(kindred, parent.as_str(), note.id.as_str()).await {
            Ok(()) | Err(Error::Refused(_) | Error::Unreachable { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    take_in::fetched(kindred, note).await
}

/// A group elsewhere passes on what one of its members did.
async fn relayed(kindred: &Kindred, group: &Actor, activity: Envelope) -> Result<()> {
    if group.kind != ActorKind::Group {
        return Ok(());
    }
    match activity.activity {
        Incoming::Create { objects } => {
            for object in objects.iter().take(1) {
                if let Some(uri) = object.id() {
                    let Some(post) = known_or_fetched(kindred, uri).await? else {
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
            take_in::changed(ledger, &author, &note, &serde_json::Value::Null)
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
    let gone = matches!(
        remote::fetch_document(kindred, uri).await,
        Err(Error::Refused(Refusal::Gone | Refusal::NoSuchPost)) | Ok(Document::Tombstone(_))
    );
    let group = group.clone();
    kindred
        .write(move |ledger| {
            if gone {
                posts::mark_deleted(ledger.db, post.id, ledger.now)?;
                return clear_away(ledger, &post);
            }
            match boosts::find(ledger.db, group.id, post.id)? {
                Some(boost) => {
                    boosts::undo(ledger.db, boost.id, ledger.now)?;
                    timelines::forget_entry(ledger.db, EntryId::from(boost.id))?;
                    Ok(())
                }
                None => Ok(()),
            }
        })
        .await
}
