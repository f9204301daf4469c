//! What a group elsewhere passes on of its members: posts, edits, deletions, likes, and what its moderators do (FEP-1b12).
//!
//! A group's word is not its members' word. Posts and edits are asked for at their own servers; a deletion counts when the post is gone
//! there, or when a moderator of the group took it down; a like counts without naming anybody; what moderators do is believed of those
//! who are known to moderate that group, about what stands in it. Reports are never passed on, so none is taken from here.

use kindred_protocol::{
    Uri,
    vocabulary::{Envelope, Incoming, Ref},
};
use kindred_storage::{
    ActorKind, Moment, ReactionKind,
    actors::{self, Actor},
    acts_heard, hearsay, memberships,
    posts::{self, Count, Post},
    reactions, tombstones,
};

use super::announced::{Found, Looks, known_or_fetched, share, unshared};
use crate::{
    Kindred, Ledger, Refusal, Result,
    moderation::{self, Act, Sentence, Word},
    policy,
    posts::{clear_away, relay, take_in},
    remote, servers,
};

/// A group elsewhere passes on what somebody did.
pub(super) async fn relayed(
    kindred: &Kindred,
    group: &Actor,
    activity: Envelope,
    looks: &mut Looks,
) -> Result<()> {
    if group.kind != ActorKind::Group || !activity.is_consistent() {
        return Ok(());
    }
    let ours = kindred.settings().is_ours(activity.actor.as_str());
    if !ours {
        // Whom we do not talk to is not heard through others either.
        servers::welcome(kindred, activity.actor.host()).await?;
    }
    match &activity.activity {
        // A person tells how a community of Lemmy looks now, or that it is gone. Nobody is believed in that: its own server is asked.
        Incoming::Update { object } if object.id().is_some_and(|uri| uri.as_str() == group.uri) => {
            look_at_it(kindred, group, looks).await
        }
        Incoming::Delete { object, .. } if object.as_str() == group.uri => {
            look_at_it(kindred, group, looks).await
        }
        Incoming::Create { objects } => match objects.first().and_then(Ref::id) {
            Some(uri) => created(kindred, group, uri, looks).await,
            None => Ok(()),
        },
        Incoming::Update { object } => match object.id() {
            Some(uri) => refreshed(kindred, uri, &activity, looks).await,
            None => Ok(()),
        },
        Incoming::Delete { object, .. } => {
            deleted(kindred, group, object.clone(), activity, looks).await
        }
        Incoming::Add { object, .. } => {
            // A pinned post, or a new moderator, may be new to us.
            if let Some(uri) = object.id() {
                meet(kindred, uri, looks).await?;
            }
            look_again(kindred, group, &activity).await?;
            record(kindred, group, activity).await
        }
        Incoming::Remove { .. } => {
            look_again(kindred, group, &activity).await?;
            record(kindred, group, activity).await
        }
        Incoming::Undo(done) => {
            if let Some(inner) = done.whole() {
                look_again(kindred, group, inner).await?;
            }
            record(kindred, group, activity).await
        }
        Incoming::Like { .. } | Incoming::Lock { .. } | Incoming::Block { .. } => {
            record(kindred, group, activity).await
        }
        // Dislikes are taken and never shown; an announced announcement is a loop in the making.
        _ => Ok(()),
    }
}

/// How a group looks now, and whether it is there at all.
async fn look_at_it(kindred: &Kindred, group: &Actor, looks: &mut Looks) -> Result<()> {
    if looks.take() {
        remote::refresh(kindred, &group.uri).await?;
    }
    Ok(())
}

/// Where it is about who keeps order, the list itself is read again, whatever was said of it.
async fn look_again(kindred: &Kindred, group: &Actor, activity: &Envelope) -> Result<()> {
    let (Incoming::Add { target, .. } | Incoming::Remove { target, .. }) = &activity.activity
    else {
        return Ok(());
    };
    if target.as_ref().map(Uri::as_str) != group.moderators_uri.as_deref() {
        return Ok(());
    }
    let group = group.clone();
    kindred
        .write(move |ledger| remote::moderators::look(ledger, &group))
        .await
}

async fn created(kindred: &Kindred, group: &Actor, uri: &Uri, looks: &mut Looks) -> Result<()> {
    let Found::Post(post) = known_or_fetched(kindred, uri, looks).await? else {
        return Ok(());
    };
    let (group, uri) = (group.clone(), format!("{}#relay-{}", group.uri, post.id));
    kindred
        .write(move |ledger| share(ledger, &group, post.id, uri))
        .await
}

/// Asks a post's own server how it looks now. Groups of ours that heard of it from there tell that it was edited.
async fn refreshed(
    kindred: &Kindred,
    uri: &Uri,
    activity: &Envelope,
    looks: &mut Looks,
) -> Result<()> {
    let Some(known) = known(kindred, uri).await? else {
        return Ok(());
    };
    if kindred.settings().is_ours(uri.as_str()) || known.deleted_at.is_some() || !looks.take() {
        return Ok(());
    }
    let note = remote::fetch_note(kindred, uri).await?;
    let id = activity.id.as_ref().map(|id| id.as_str().to_owned());
    kindred
        .write(move |ledger| {
            let author = ledger.actor(known.author_id)?;
            if note.author().is_none_or(|uri| uri.as_str() != author.uri) {
                return Err(Refusal::NotYours.into());
            }
            take_in::changed(ledger, &author, &note, None)?;
            let newer = posts::find(ledger.db, known.id)?
                .is_some_and(|post| post.edited_at != known.edited_at);
            match id {
                Some(id) if newer => relay::echo_change(ledger, &known, "Update", &id),
                _ => Ok(()),
            }
        })
        .await
}

/// A group says that a post is gone. A moderator of the group may take down what stands in it. Otherwise it is gone once its own
/// server says so too; until then the group only does not show it any more.
async fn deleted(
    kindred: &Kindred,
    group: &Actor,
    uri: Uri,
    activity: Envelope,
    looks: &mut Looks,
) -> Result<()> {
    let Some(post) = known(kindred, &uri)
        .await?
        .filter(|post| post.deleted_at.is_none())
    else {
        return Ok(());
    };
    let (room, who, raw) = (group.clone(), activity.actor.clone(), activity.raw.clone());
    let reason = match &activity.activity {
        Incoming::Delete { reason, .. } => reason.clone(),
        _ => None,
    };
    let taken_down = kindred
        .write({
            let post = post.clone();
            move |ledger| match moderator(ledger, &room, &who, &post)? {
                Some(moderator) => {
                    let act = Act {
                        who: &moderator,
                        group: &room,
                        word: Word::Heard(&raw),
                    };
                    moderation::take_down(ledger, act, &post, reason.as_deref())?;
                    Ok(true)
                }
                None => Ok(false),
            }
        })
        .await?;
    if taken_down || kindred.settings().is_ours(uri.as_str()) || !looks.take() {
        return Ok(());
    }
    let gone = remote::is_gone_at_home(kindred, &uri).await?;
    let group = group.clone();
    kindred
        .write(move |ledger| {
            if gone {
                posts::mark_deleted(ledger.db, post.id, ledger.now)?;
                tombstones::add(ledger.db, &post.uri, ledger.now)?;
                clear_away(ledger, &post)?;
                return relay::withdraw_echoes(ledger, &post, Some(&activity.raw));
            }
            unshared(ledger, &group, &post)
        })
        .await
}

async fn known(kindred: &Kindred, uri: &Uri) -> Result<Option<Post>> {
    let address = uri.as_str().to_owned();
    kindred
        .read(move |db| Ok(posts::by_uri(db, &address)?))
        .await
}

/// Learns what is about to be added to a collection: a post, or somebody.
async fn meet(kindred: &Kindred, uri: &Uri, looks: &mut Looks) -> Result<()> {
    let address = uri.as_str().to_owned();
    let known = kindred
        .read(move |db| {
            Ok(posts::by_uri(db, &address)?.is_some() || actors::by_uri(db, &address)?.is_some())
        })
        .await?;
    if known || kindred.settings().is_ours(uri.as_str()) || !looks.take() {
        return Ok(());
    }
    match Box::pin(remote::fetch_document(kindred, uri)).await? {
        kindred_protocol::vocabulary::Document::Note(note) if note.is_at_home() => {
            Box::pin(take_in::fetched(kindred, *note)).await.map(drop)
        }
        kindred_protocol::vocabulary::Document::Actor(actor) if actor.id == *uri => {
            remote::remember(kindred, *actor).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// Everything that needs no question to another server.
async fn record(kindred: &Kindred, group: &Actor, activity: Envelope) -> Result<()> {
    let group = group.clone();
    kindred
        .write(move |ledger| match &activity.activity {
            Incoming::Like { object, .. } => liked(ledger, &group, &activity.actor, object),
            Incoming::Undo(done) => {
                let known = match done.id() {
                    Some(id) => acts_heard::by_uri(ledger.db, id.as_str())?,
                    None => None,
                };
                match (known, done.whole()) {
                    (Some(known), _) => ordered(ledger, &group, &activity, |ledger, by| {
                        moderation::reverse(ledger, by, &known)
                    }),
                    (None, Some(inner)) => undo(ledger, &group, &activity, inner),
                    (None, None) => Ok(()),
                }
            }
            Incoming::Add { object, target } => pinned(
                ledger,
                &group,
                &activity,
                object.id(),
                target.as_ref(),
                true,
            ),
            Incoming::Remove { object, target } => pinned(
                ledger,
                &group,
                &activity,
                object.id(),
                target.as_ref(),
                false,
            ),
            Incoming::Lock { object, reason } => {
                let shut = |ledger: &mut Ledger<'_>, act: Act<'_>, post: &Post| {
                    moderation::close(ledger, act, post, true, reason.as_deref())
                };
                on_a_post(ledger, &group, &activity, object, shut)
            }
            Incoming::Block {
                object,
                target: Some(target),
                until,
                reason,
                removes_data,
            } if target.as_str() == group.uri => {
                let sentence = Sentence {
                    until: until.map(Moment),
                    reason: reason.clone(),
                    takes_content: *removes_data,
                };
                on_somebody(ledger, &group, &activity, object, |ledger, act, whom| {
                    moderation::shut_out(ledger, act, whom, &sentence)
                })
            }
            _ => Ok(()),
        })
        .await
}

fn undo(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    activity: &Envelope,
    inner: &Envelope,
) -> Result<()> {
    match &inner.activity {
        Incoming::Like { object, .. } if inner.actor == activity.actor => {
            liked_no_more(ledger, group, object, &activity.actor)
        }
        Incoming::Lock { object, .. } => {
            on_a_post(ledger, group, activity, object, |ledger, act, post| {
                moderation::close(ledger, act, post, false, None)
            })
        }
        Incoming::Delete { object, .. } => {
            on_a_post(ledger, group, activity, object, |ledger, act, post| {
                moderation::bring_back(ledger, act, post)
            })
        }
        Incoming::Add { object, target } => {
            pinned(ledger, group, activity, object.id(), target.as_ref(), false)
        }
        Incoming::Remove { object, target } => {
            pinned(ledger, group, activity, object.id(), target.as_ref(), true)
        }
        Incoming::Block {
            object,
            target: Some(target),
            ..
        } if target.as_str() == group.uri => {
            on_somebody(ledger, group, activity, object, moderation::take_in_again)
        }
        _ => Ok(()),
    }
}

/// Something is put at the top of the group, or taken down from there. Who keeps order is read from the group's own list.
fn pinned(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    activity: &Envelope,
    object: Option<&Uri>,
    target: Option<&Uri>,
    added: bool,
) -> Result<()> {
    match object {
        Some(object) if target.map(Uri::as_str) == group.featured_uri.as_deref() => {
            on_a_post(ledger, group, activity, object, |ledger, act, post| {
                moderation::highlight(ledger, act, post, added)
            })
        }
        _ => Ok(()),
    }
}

/// What somebody who keeps order in the group does to a post that stands in it.
fn on_a_post(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    activity: &Envelope,
    post: &Uri,
    act: impl FnOnce(&mut Ledger<'_>, Act<'_>, &Post) -> Result<()>,
) -> Result<()> {
    match standing_in(ledger, group, post)? {
        Some(post) => ordered(ledger, group, activity, |ledger, by| act(ledger, by, &post)),
        None => Ok(()),
    }
}

/// What somebody who keeps order in the group does to somebody that we know.
fn on_somebody(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    activity: &Envelope,
    whom: &Uri,
    act: impl FnOnce(&mut Ledger<'_>, Act<'_>, &Actor) -> Result<()>,
) -> Result<()> {
    match actors::by_uri(ledger.db, whom.as_str())? {
        Some(whom) => ordered(ledger, group, activity, |ledger, by| act(ledger, by, &whom)),
        None => Ok(()),
    }
}

/// An act as the group tells of it, if we know who acts.
fn ordered(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    activity: &Envelope,
    act: impl FnOnce(&mut Ledger<'_>, Act<'_>) -> Result<()>,
) -> Result<()> {
    let Some(who) = actors::by_uri(ledger.db, activity.actor.as_str())? else {
        return Ok(());
    };
    let by = Act {
        who: &who,
        group,
        word: Word::Heard(&activity.raw),
    };
    act(ledger, by)
}

/// How many likes of one post may be hearsay. Beyond that nobody counts any more, and a lying group fills no table.
const MOST_HEARSAY: i32 = 10_000;

/// A group tells of somebody's like. It counts, once, and nobody is told whose it is: it was not they who told us.
fn liked(ledger: &mut Ledger<'_>, group: &Actor, who: &Uri, object: &Uri) -> Result<()> {
    // Who likes here has said so here.
    let Some(post) = standing_in(ledger, group, object)?
        .filter(|post| !ledger.settings.is_ours(who.as_str()) && post.likes_count < MOST_HEARSAY)
    else {
        return Ok(());
    };
    if !hearsay::record(ledger.db, post.id, who.as_str(), group.id, ledger.now)? {
        return Ok(());
    }
    // Counted first, so that whoever likes it themselves at this moment waits.
    posts::adjust(ledger.db, post.id, Count::Likes, 1)?;
    if first_hand(ledger, &post, who)? {
        hearsay::forget(ledger.db, post.id, who.as_str())?;
        posts::adjust(ledger.db, post.id, Count::Likes, -1)?;
    }
    Ok(())
}

/// Whether somebody has said themselves that they like a post.
fn first_hand(ledger: &mut Ledger<'_>, post: &Post, who: &Uri) -> Result<bool> {
    let Some(known) = actors::by_uri(ledger.db, who.as_str())? else {
        return Ok(false);
    };
    Ok(reactions::by(ledger.db, known.id, &[post.id])?
        .iter()
        .any(|reaction| reaction.kind == ReactionKind::Like))
}

fn liked_no_more(ledger: &mut Ledger<'_>, group: &Actor, object: &Uri, who: &Uri) -> Result<()> {
    let Some(post) = standing_in(ledger, group, object)? else {
        return Ok(());
    };
    if hearsay::forget(ledger.db, post.id, who.as_str())? {
        posts::adjust(ledger.db, post.id, Count::Likes, -1)?;
    }
    Ok(())
}

/// A post that stands in this group: a group's word reaches no further.
fn standing_in(ledger: &mut Ledger<'_>, group: &Actor, uri: &Uri) -> Result<Option<Post>> {
    Ok(posts::by_uri(ledger.db, uri.as_str())?
        .filter(|post| post.group_id == Some(group.id) && post.deleted_at.is_none()))
}

/// The one who takes a post down, unless it is its author's own deletion, or they do not keep order in the group.
fn moderator(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    who: &Uri,
    post: &Post,
) -> Result<Option<Actor>> {
    let Some(who) = actors::by_uri(ledger.db, who.as_str())? else {
        return Ok(None);
    };
    // The author's own deletion is one for good.
    if post.group_id != Some(group.id) || post.author_id == who.id {
        return Ok(None);
    }
    let standing = memberships::standing(ledger.db, group.id, who.id)?;
    Ok(policy::moderates(standing.as_ref()).then_some(who))
}
