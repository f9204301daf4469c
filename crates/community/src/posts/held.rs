//! First posts of newcomers that wait for a look, in groups that want that.
//!
//! Until a moderator has looked, such a post is seen by its author alone: it stands in no group, names nobody and is told to nobody.
//! Everything that makes it known happens when it is let in. Moderators see it through [`waiting`]. What it quotes stays a link.

use kindred_storage::{
    ActorId, EntryId, Json, MembershipState, NotificationKind, Page, PostId, Visibility,
    actors::Actor,
    groups::Group,
    held::{self, Held},
    memberships::{self, Membership},
    posts::{self, Post, PostPatch},
    timelines,
};
use serde_json::{Value, json};

use super::{
    Boosting, Publication, Said, answered, clear_away, make_known, pass_on_change,
    relay::{self, Room},
};
use crate::{
    Error, Kindred, Ledger, Refusal, Result, announce, audit, membership, moderation, notify,
    policy, polls, sections, sight,
    views::{PostView, Section, Viewer},
};

/// The most posts of one newcomer that wait in one group.
const MOST_WAITING: i64 = 5;

/// What a moderator thinks of a post that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It comes into the group.
    LetIn,
    /// It does not, for this reason.
    Decline(Option<String>),
}

/// Whether a post by this author waits in this group: until something of theirs stands there.
pub(super) fn must_wait(
    ledger: &mut Ledger<'_>,
    group: &Group,
    author: ActorId,
    standing: Option<&Membership>,
) -> Result<bool> {
    if !group.hold_newcomers {
        return Ok(false);
    }
    let has_posted = posts::any_in_group(ledger.db, group.actor_id, author)?;
    Ok(policy::waits_for_a_look(group, standing, has_posted))
}

/// Keeps a post for the moderators of a group. `visibility` is what it will have there.
pub(super) fn hold(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    room: &Actor,
    visibility: Visibility,
    publication: Publication,
) -> Result<Post> {
    let mut post = publication.post;
    post.group_id = None;
    post.parent_id = None;
    post.root_id = post.id;
    post.visibility = Visibility::Direct;
    posts::insert(ledger.db, &post)?;
    if publication.boosting == Boosting::Refused {
        posts::refuse_boosts(ledger.db, post.id)?;
    }
    if let Some(poll) = &publication.poll {
        polls::ask(ledger, poll, author)?;
    }
    let said = match publication.said {
        Said::Elsewhere(create) => Some(create.to_string()),
        Said::Here | Said::Fetched | Said::LongAgo => None,
    };
    keep(
        ledger,
        author,
        room,
        &Held {
            post_id: post.id,
            group_id: room.id,
            author_id: author.id,
            visibility,
            mentions: Json(publication.mentions),
            said,
            changed: None,
            created_at: ledger.now,
        },
    )?;
    if author.host.is_empty() {
        let entry = timelines::Entry {
            entry_id: EntryId::from(post.id),
            post_id: post.id,
            by_id: None,
        };
        timelines::put_home_of(ledger.db, entry, author.id)?;
    }
    Ok(post)
}

/// Keeps a post that was known here before its author meant it for the group. It stays where it is until it is let in.
pub(super) fn hold_known(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    room: &Actor,
    post: &Post,
    create: &Value,
) -> Result<()> {
    if post.group_id.is_some() || held::find(ledger.db, post.id)?.is_some() {
        return Ok(());
    }
    let held = Held {
        post_id: post.id,
        group_id: room.id,
        author_id: author.id,
        visibility: post.visibility,
        mentions: Json(Vec::new()),
        said: Some(create.to_string()),
        changed: None,
        created_at: ledger.now,
    };
    keep(ledger, author, room, &held)
}

fn keep(ledger: &mut Ledger<'_>, author: &Actor, room: &Actor, held: &Held) -> Result<()> {
    if held::count_of(ledger.db, room.id, author.id)? >= MOST_WAITING {
        return Err(Refusal::StillWaiting(room.name.clone()).into());
    }
    held::hold(ledger.db, held)?;
    membership::tell_moderators(
        ledger,
        room.id,
        NotificationKind::Held,
        author.id,
        Some(held.post_id),
    )
}

/// Notes that a post was changed while it waits; `false` when it does not wait.
pub(super) fn changed(
    ledger: &mut Ledger<'_>,
    post: PostId,
    mentions: &[ActorId],
    update: Option<&Value>,
) -> Result<bool> {
    let update = update.map(Value::to_string);
    Ok(held::note_change(
        ledger.db,
        post,
        mentions,
        update.as_deref(),
    )?)
}

/// A post that is gone waits no longer.
pub(super) fn forget(ledger: &mut Ledger<'_>, post: PostId) -> Result<()> {
    held::release(ledger.db, post)?;
    Ok(())
}

/// What waits for the moderators of a group, the latest first, each as it will be seen there.
pub async fn waiting(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    page: Page,
) -> Result<Section<PostView>> {
    let who = who.clone();
    kindred
        .read(move |db| {
            moderation::kept_by(db, &who, group)?;
            let waiting = sections::whole(
                db,
                page,
                |(held, ..): &(Held, Post, Actor)| held.post_id.0,
                |db, page| Ok(held::page(db, group, page)?),
            )?;
            let posts = waiting.map(|(held, post, _)| Post {
                visibility: held.visibility,
                group_id: Some(held.group_id),
                ..post
            });
            posts.dressed(|posts| sight::views(db, &Viewer::Local(who.id), posts))
        })
        .await
}

/// A moderator looked at a post that waits. Let in, it takes effect as if it had just been said.
pub async fn look_at(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    post: PostId,
    verdict: Verdict,
) -> Result<()> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let (group, face) = crate::groups::living(ledger, group)?;
            moderation::must_moderate(ledger.db, &who, &face)?;
            let room = Room { group, face };
            let held = held::find(ledger.db, post)?
                .filter(|held| held.group_id == room.face.id)
                .ok_or(Refusal::NoSuchPost)?;
            let post = super::living(ledger, post)?;
            held::release(ledger.db, post.id)?;
            match verdict {
                Verdict::LetIn => let_in(ledger, &who, &room, &post, &held),
                Verdict::Decline(reason) => decline(ledger, &who, &room.face, &post, reason),
            }
        })
        .await
}

fn let_in(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    room: &Room,
    post: &Post,
    held: &Held,
) -> Result<()> {
    let author = ledger.actor(post.author_id)?;
    let face = &room.face;
    // Much may have happened since it was written.
    let banned = membership::is_banned(ledger, face.id, author.id)?;
    let left = memberships::standing(ledger.db, face.id, author.id)?
        .is_none_or(|standing| standing.state != MembershipState::Active);
    if banned || (left && room.group.visibility != Visibility::Public) {
        return Err(Refusal::NotWelcome(face.name.clone()).into());
    }
    let parent = answered(ledger, &author, post.parent_uri.as_deref())?;
    let patch = PostPatch {
        visibility: Some(held.visibility),
        ..PostPatch::default()
    };
    posts::edit(ledger.db, post.id, &patch)?;
    posts::set_group(ledger.db, post.id, face.id)?;
    if let Some(parent) = &parent
        && post.parent_id.is_none()
    {
        posts::attach(ledger.db, post.id, parent.id, parent.root_id)?;
    }
    let known_before = post.visibility == held.visibility;
    let post = super::living(ledger, post.id)?;
    if !known_before {
        make_known(ledger, &author, &post, parent.as_ref(), &held.mentions)?;
    }
    let create = match &held.said {
        Some(said) => read_back(said)?,
        None => super::with_spoken(ledger, &post, |ledger, spoken| {
            announce::published(ledger, spoken)
        })?,
    };
    let boosting = if posts::refuses_boosts(ledger.db, post.id)? {
        Boosting::Refused
    } else {
        Boosting::Allowed
    };
    relay::pass_on(ledger, room, &post, &create, boosting)?;
    if let Some(changed) = &held.changed {
        let update = read_back(changed)?;
        pass_on_change(ledger, &post, &update)?;
    }
    audit::note(
        ledger,
        Some(who.id),
        Some(face.id),
        "post.let_in",
        &post.uri,
        json!({}),
    )
}

fn read_back(kept: &str) -> Result<Value> {
    serde_json::from_str(kept)
        .map_err(|error| Error::Broken(format!("a kept activity is unreadable: {error}")))
}

fn decline(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    room: &Actor,
    post: &Post,
    reason: Option<String>,
) -> Result<()> {
    let reason = reason.and_then(|reason| membership::worded(&reason));
    // What was known before it was meant for the group stays where it was.
    if post.visibility == Visibility::Direct {
        posts::mark_removed(
            ledger.db,
            post.id,
            Some(who.id),
            reason.as_deref(),
            ledger.now,
        )?;
        clear_away(ledger, post)?;
    }
    let author = ledger.actor(post.author_id)?;
    notify::tell(
        ledger,
        &author,
        NotificationKind::Removed,
        who.id,
        Some(post.id),
        Some(room.id),
    )?;
    audit::note(
        ledger,
        Some(who.id),
        Some(room.id),
        "post.decline",
        &post.uri,
        json!({ "reason": reason }),
    )
}
