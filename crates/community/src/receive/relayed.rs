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
    ActorKind, BanId, FollowState, GroupRole, MembershipId, MembershipState, Moment,
    NotificationKind, ReactionKind,
    actors::{self, Actor},
    follows, hearsay,
    memberships::{self, Ban, Membership},
    posts::{self, Count, Post},
    reactions, tombstones,
};

use super::announced::{Found, Looks, known_or_fetched, share, unshared};
use crate::{
    Kindred, Ledger, Refusal, Result, notify, policy,
    posts::{clear_away, count_again, relay, take_in},
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
        Incoming::Like { .. }
        | Incoming::Undo(_)
        | Incoming::Lock { .. }
        | Incoming::Block { .. } => record(kindred, group, activity).await,
        // Dislikes are taken and never shown; an announced announcement is a loop in the making.
        _ => Ok(()),
    }
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
    let (room, who) = (group.clone(), activity.actor.clone());
    let reason = match &activity.activity {
        Incoming::Delete { reason, .. } => reason.clone(),
        _ => None,
    };
    let taken_down = kindred
        .write({
            let post = post.clone();
            move |ledger| match moderator(ledger, &room, &who, &post)? {
                Some(moderator) => {
                    take_down(ledger, &room, &moderator, &post, reason.as_deref())?;
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
        .write(move |ledger| {
            let who = &activity.actor;
            match &activity.activity {
                Incoming::Like { object, .. } => liked(ledger, &group, who, object),
                Incoming::Undo(undone) => match undone.whole() {
                    Some(inner) => undo(ledger, &group, who, inner),
                    None => Ok(()),
                },
                Incoming::Add { object, target } => {
                    collected(ledger, &group, who, object.id(), target.as_ref(), true)
                }
                Incoming::Remove { object, target } => {
                    collected(ledger, &group, who, object.id(), target.as_ref(), false)
                }
                Incoming::Lock { object, .. } => locked(ledger, &group, who, object, true),
                Incoming::Block {
                    object,
                    target: Some(target),
                    until,
                    reason,
                    ..
                } if target.as_str() == group.uri => {
                    banned(ledger, &group, who, object, *until, reason.as_deref())
                }
                _ => Ok(()),
            }
        })
        .await
}

fn undo(ledger: &mut Ledger<'_>, group: &Actor, who: &Uri, inner: &Envelope) -> Result<()> {
    match &inner.activity {
        Incoming::Like { object, .. } if inner.actor == *who => {
            liked_no_more(ledger, group, who, object)
        }
        Incoming::Lock { object, .. } => locked(ledger, group, who, object, false),
        Incoming::Delete { object, .. } => restored(ledger, group, who, object),
        Incoming::Block {
            object,
            target: Some(target),
            ..
        } if target.as_str() == group.uri => {
            must_moderate(ledger, group, who)?;
            if let Some(whom) = actors::by_uri(ledger.db, object.as_str())? {
                memberships::unban(ledger.db, group.id, whom.id)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
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
    if let Some(known) = actors::by_uri(ledger.db, who.as_str())? {
        let first_hand = reactions::by(ledger.db, known.id, &[post.id])?
            .iter()
            .any(|reaction| reaction.kind == ReactionKind::Like);
        if first_hand {
            return Ok(());
        }
    }
    if hearsay::record(ledger.db, post.id, who.as_str(), group.id, ledger.now)? {
        posts::adjust(ledger.db, post.id, Count::Likes, 1)?;
    }
    Ok(())
}

fn liked_no_more(ledger: &mut Ledger<'_>, group: &Actor, who: &Uri, object: &Uri) -> Result<()> {
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

/// The one who acts, if they are known to moderate the group in which the post stands.
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
    Ok(policy::may_moderate(standing.as_ref())
        .is_ok()
        .then_some(who))
}

fn must_moderate(ledger: &mut Ledger<'_>, group: &Actor, who: &Uri) -> Result<Actor> {
    let who = actors::by_uri(ledger.db, who.as_str())?.ok_or(Refusal::ModeratorsOnly)?;
    let standing = memberships::standing(ledger.db, group.id, who.id)?;
    policy::may_moderate(standing.as_ref())?;
    Ok(who)
}

/// A moderator took a post down: it is hidden here too, and can come back.
fn take_down(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    who: &Actor,
    post: &Post,
    reason: Option<&str>,
) -> Result<()> {
    let reason = reason.map(|reason| reason.chars().take(LONGEST_REASON).collect::<String>());
    if !posts::mark_removed(
        ledger.db,
        post.id,
        Some(who.id),
        reason.as_deref(),
        ledger.now,
    )? {
        return Ok(());
    }
    clear_away(ledger, post)?;
    let author = ledger.actor(post.author_id)?;
    notify::tell(
        ledger,
        &author,
        NotificationKind::Removed,
        who.id,
        Some(post.id),
        Some(group.id),
    )?;
    relay::withdraw_echoes(ledger, post, None)
}

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 500;

fn restored(ledger: &mut Ledger<'_>, group: &Actor, who: &Uri, object: &Uri) -> Result<()> {
    let Some(post) = standing_in(ledger, group, object)? else {
        return Ok(());
    };
    must_moderate(ledger, group, who)?;
    if posts::mark_restored(ledger.db, post.id)? {
        count_again(ledger, &post)?;
    }
    Ok(())
}

fn locked(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    who: &Uri,
    object: &Uri,
    closed: bool,
) -> Result<()> {
    let Some(post) = standing_in(ledger, group, object)? else {
        return Ok(());
    };
    let by_author = ledger.actor(post.author_id)?.uri == who.as_str();
    if !(by_author && closed) {
        must_moderate(ledger, group, who)?;
    }
    Ok(posts::lock(
        ledger.db,
        post.id,
        closed.then_some(ledger.now),
    )?)
}

/// Something is put into one of the group's own collections, or taken out: a pinned post, a moderator.
fn collected(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    who: &Uri,
    object: Option<&Uri>,
    target: Option<&Uri>,
    added: bool,
) -> Result<()> {
    let (Some(object), Some(target)) = (object, target.map(Uri::as_str)) else {
        return Ok(());
    };
    must_moderate(ledger, group, who)?;
    if Some(target) == group.featured_uri.as_deref() {
        if let Some(post) = standing_in(ledger, group, object)? {
            posts::pin(ledger.db, post.id, added.then_some(ledger.now))?;
        }
    } else if Some(target) == group.moderators_uri.as_deref()
        && let Some(whom) = actors::by_uri(ledger.db, object.as_str())?
    {
        name_moderator(ledger, group, &whom, added)?;
    }
    Ok(())
}

fn name_moderator(ledger: &mut Ledger<'_>, group: &Actor, whom: &Actor, added: bool) -> Result<()> {
    let known = memberships::standing(ledger.db, group.id, whom.id)?;
    if !added {
        if known.is_some() {
            memberships::set_role(ledger.db, group.id, whom.id, GroupRole::Member, ledger.now)?;
        }
        return Ok(());
    }
    // Nobody here is made to belong somewhere from outside: it takes their own follow.
    let asked = follows::find(ledger.db, whom.id, group.id)?;
    if whom.host.is_empty() && asked.is_none_or(|follow| follow.state != FollowState::Accepted) {
        return Ok(());
    }
    let membership = Membership {
        id: known.map_or_else(|| MembershipId(ledger.next_id()), |known| known.id),
        group_id: group.id,
        actor_id: whom.id,
        role: GroupRole::Moderator,
        state: MembershipState::Active,
        reason: None,
        invited_by: None,
        since: ledger.now,
        updated_at: ledger.now,
        uri: None,
        answer: None,
        role_since: ledger.now,
    };
    memberships::record(ledger.db, &membership)?;
    Ok(())
}

/// Somebody was shut out of the group. For our people that means: they can still read what is public, and speak there no more.
fn banned(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    who: &Uri,
    object: &Uri,
    until: Option<i64>,
    reason: Option<&str>,
) -> Result<()> {
    let moderator = must_moderate(ledger, group, who)?;
    let Some(whom) = actors::by_uri(ledger.db, object.as_str())? else {
        return Ok(());
    };
    let ban = Ban {
        id: BanId(ledger.next_id()),
        group_id: group.id,
        actor_id: whom.id,
        by_id: Some(moderator.id),
        reason: reason.map(|reason| reason.chars().take(LONGEST_REASON).collect()),
        until: until.map(Moment),
        created_at: ledger.now,
    };
    Ok(memberships::ban(ledger.db, &ban)?)
}
