//! What a group of ours does with a post: passes it on, tells what becomes of it, withdraws it.
//!
//! Groups of ours that hear of another group pass its posts on as well (FEP-d36d): each post once for each group, to people only, and
//! only what stands in the other group itself. So nothing runs in circles, and nobody is sent back what came from them.

use kindred_storage::{
    ActorId, BoostId, Direction, EntryId, Moment, Visibility,
    activities::{self, Activity},
    actors::{self, Actor},
    boosts::{self, Boost},
    group_follows,
    groups::Group,
    posts::{self, Post},
    timelines,
};
use serde_json::Value;

use super::{Boosting, hearers};
use crate::{
    Ledger, Result,
    announce::{self, Microblogs},
    jobs::{Hearers, Job, Parcel, lane_out},
    membership,
    receive::own_name,
};

/// A group of ours, with its rules and its face.
pub(crate) struct Room {
    pub group: Group,
    pub face: Actor,
}

/// A group of ours passes a post on, once and for ever under the same address.
pub(crate) fn pass_on(
    ledger: &mut Ledger<'_>,
    room: &Room,
    post: &Post,
    create: &Value,
    boosting: Boosting,
) -> Result<()> {
    let at = not_before(ledger.now, create);
    let Some(boost) = boost(ledger, room.face.id, post, at)? else {
        return Ok(());
    };
    let microblogs = if is_open(post)
        && boosting == Boosting::Allowed
        && (starts_a_thread(post) || room.group.boosts_comments)
    {
        Microblogs::Told
    } else {
        Microblogs::Spared
    };
    announce::passed_on(ledger, &room.face, post, &boost, create, microblogs)?;
    if room.group.heard_by_groups {
        echo(ledger, room.face.id, post)?;
    }
    Ok(())
}

/// Other servers may be a little ahead of us, and Misskey shows no boost that is older than its post.
const MOST_AHEAD: std::time::Duration = std::time::Duration::from_hours(1);

/// This moment, or the one at which the post says it was published when that is a little later.
fn not_before(now: Moment, create: &Value) -> Moment {
    let said = create["object"]["published"]
        .as_str()
        .and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
    said.map(|at| Moment(at.timestamp_millis()))
        .filter(|at| *at > now && at.since(now) < MOST_AHEAD)
        .unwrap_or(now)
}

/// Writes down that a group of ours passes a post on; `None` when it had already. Followers here find a new thread at home.
fn boost(
    ledger: &mut Ledger<'_>,
    group: ActorId,
    post: &Post,
    at: Moment,
) -> Result<Option<Boost>> {
    let boost = Boost {
        id: BoostId(ledger.next_entry()),
        actor_id: group,
        post_id: post.id,
        uri: announce::fresh(ledger),
        relay_uri: Some(announce::fresh(ledger)),
        undone_at: None,
        created_at: at,
    };
    if !boosts::record(ledger.db, &boost)? {
        return Ok(None);
    }
    actors::note_post(ledger.db, group, ledger.now)?;
    if starts_a_thread(post) {
        let entry = timelines::Entry {
            entry_id: EntryId::from(boost.id),
            post_id: post.id,
            by_id: Some(group),
        };
        timelines::put_home(ledger.db, entry, group, post.language.as_deref())?;
        ledger.tell_of_entry(entry.entry_id, entry.post_id);
        hearers::tell_the_eager(ledger, group, post)?;
    }
    Ok(Some(boost))
}

fn is_open(post: &Post) -> bool {
    matches!(post.visibility, Visibility::Public | Visibility::Unlisted)
}

fn starts_a_thread(post: &Post) -> bool {
    post.parent_id.is_none() && post.parent_uri.is_none()
}

/// Groups of ours that hear of the group in which a post stands pass it on as well.
pub(crate) fn echo(ledger: &mut Ledger<'_>, of: ActorId, post: &Post) -> Result<()> {
    if !is_open(post) || post.group_id != Some(of) {
        return Ok(());
    }
    let hearing = group_follows::hearing(ledger.db, of)?;
    if hearing.is_empty() {
        return Ok(());
    }
    let microblogs = if starts_a_thread(post) && !posts::refuses_boosts(ledger.db, post.id)? {
        Microblogs::Told
    } else {
        Microblogs::Spared
    };
    for face in hearing {
        // What its own moderators took out, or whom they shut out, does not come back through another door.
        if boosts::find(ledger.db, face.id, post.id)?.is_some()
            || membership::is_banned(ledger, face.id, post.author_id)?
        {
            continue;
        }
        let now = ledger.now;
        if let Some(boost) = boost(ledger, face.id, post, now)? {
            announce::echoed(ledger, &face, post, &boost, microblogs)?;
        }
    }
    Ok(())
}

/// The group of ours in which a post stands passes on what somebody did to it.
pub(crate) fn pass_on_activity(
    ledger: &mut Ledger<'_>,
    post: &Post,
    activity: &Value,
) -> Result<()> {
    match room_of(ledger, post)? {
        Some(group) => announce::passed_on_activity(ledger, &group, post, activity),
        None => Ok(()),
    }
}

/// The same for an edit by the author, which groups that heard of the post from there tell as well.
pub(crate) fn pass_on_change(ledger: &mut Ledger<'_>, post: &Post, update: &Value) -> Result<()> {
    pass_on_activity(ledger, post, update)?;
    carry_on(ledger, post, update)?;
    match update["id"].as_str() {
        Some(id) => echo_change(ledger, post, "Update", id),
        None => Ok(()),
    }
}

/// Groups of ours that heard of a post from another group tell that it was edited.
pub(crate) fn echo_change(
    ledger: &mut Ledger<'_>,
    post: &Post,
    kind: &str,
    id: &str,
) -> Result<()> {
    for (_, face) in echoes(ledger, post)? {
        announce::echo_changed(ledger, &face, post, kind, id)?;
    }
    Ok(())
}

/// How groups of ours in which a post does not stand passed it on.
fn echoes(ledger: &mut Ledger<'_>, post: &Post) -> Result<Vec<(Boost, Actor)>> {
    if post.group_id.is_none() {
        return Ok(Vec::new());
    }
    let mut passed_on = boosts::by_groups_here(ledger.db, post.id)?;
    passed_on.retain(|(boost, _)| Some(boost.actor_id) != post.group_id);
    Ok(passed_on)
}

/// The group of ours in which a post stands.
pub(crate) fn room_of(ledger: &mut Ledger<'_>, post: &Post) -> Result<Option<Actor>> {
    let Some(id) = post.group_id else {
        return Ok(None);
    };
    Ok(actors::find(ledger.db, id)?
        .filter(|group| group.host.is_empty() && group.deleted_at.is_none()))
}

/// The groups of ours that passed a post on withdraw it.
pub(crate) fn withdraw(
    ledger: &mut Ledger<'_>,
    post: &Post,
    deletion: Option<&Value>,
) -> Result<()> {
    if let Some(group) = room_of(ledger, post)? {
        let boost = withdrawn_boost(ledger, &group, post)?;
        announce::withdrawn(ledger, &group, post, boost.as_ref(), deletion)?;
    }
    if let Some(deletion) = deletion {
        carry_on(ledger, post, deletion)?;
    }
    withdraw_echoes(ledger, post, deletion)
}

/// Takes back that a group of ours passed a post on. Answers the boost that it was, if it was one.
pub(crate) fn withdrawn_boost(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
) -> Result<Option<Boost>> {
    if !group.is_local() {
        return Ok(None);
    }
    let boost =
        boosts::find(ledger.db, group.id, post.id)?.filter(|boost| boost.undone_at.is_none());
    if let Some(boost) = &boost {
        undo(ledger, boost)?;
    }
    Ok(boost)
}

/// A group of ours passes a post on again that it had withdrawn, under fresh addresses: microblogs remember that the old boost was
/// undone. Answers it when they had been told of the old one.
pub(crate) fn boost_again(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
) -> Result<Option<Boost>> {
    let told = match boosts::find(ledger.db, group.id, post.id)? {
        Some(withdrawn) => announce::was_told_to_microblogs(ledger, &withdrawn)?,
        None => false,
    };
    let boost = Boost {
        id: BoostId(ledger.next_entry()),
        actor_id: group.id,
        post_id: post.id,
        uri: announce::fresh(ledger),
        relay_uri: Some(announce::fresh(ledger)),
        undone_at: None,
        created_at: ledger.now,
    };
    if boosts::record(ledger.db, &boost)? {
        actors::adjust(ledger.db, group.id, actors::Count::Posts, 1)?;
    }
    Ok(Some(boost).filter(|_| told))
}

/// Groups of ours that heard of a post from another group withdraw it; a deletion by its author is told as well.
pub(crate) fn withdraw_echoes(
    ledger: &mut Ledger<'_>,
    post: &Post,
    deletion: Option<&Value>,
) -> Result<()> {
    for (boost, face) in echoes(ledger, post)? {
        undo(ledger, &boost)?;
        timelines::forget_entry(ledger.db, EntryId::from(boost.id))?;
        ledger.tell_of_withdrawal(&boost);
        announce::echo_withdrawn(ledger, &face, post, &boost, boosted_everywhere(post))?;
        let author = ledger.actor(post.author_id)?.uri;
        let by_author = deletion.filter(|deletion| deletion["actor"] == author.as_str());
        if let Some(id) = by_author.and_then(|deletion| deletion["id"].as_str()) {
            announce::echo_changed(ledger, &face, post, "Delete", id)?;
        }
    }
    Ok(())
}

/// A group of ours takes a post out again that it had heard of another group; `false` when it never passed it on.
pub(crate) fn take_out(ledger: &mut Ledger<'_>, face: &Actor, post: &Post) -> Result<bool> {
    let known = match post.group_id {
        Some(group) if group == face.id => None,
        _ => boosts::find(ledger.db, face.id, post.id)?,
    };
    let Some(boost) = known.filter(|boost| boost.undone_at.is_none()) else {
        return Ok(false);
    };
    undo(ledger, &boost)?;
    timelines::forget_entry(ledger.db, EntryId::from(boost.id))?;
    ledger.tell_of_withdrawal(&boost);
    announce::echo_withdrawn(ledger, face, post, &boost, boosted_everywhere(post))?;
    Ok(true)
}

fn boosted_everywhere(post: &Post) -> Microblogs {
    if starts_a_thread(post) {
        Microblogs::Told
    } else {
        Microblogs::Spared
    }
}

/// Carries a letter of somebody elsewhere on, byte for byte, to those on microblogs who had the post from its group or speak in its
/// thread. They believe nobody but its author, so only a letter goes that proves by itself who wrote it; all others hear of it from
/// its author or from the group.
pub(crate) fn carry_on(ledger: &mut Ledger<'_>, post: &Post, letter: &Value) -> Result<()> {
    let proves_itself = letter["signature"].is_object() || letter["proof"].is_object();
    if !proves_itself || !is_open(post) {
        return Ok(());
    }
    let (Some(group), Some(uri)) = (room_of(ledger, post)?, letter["id"].as_str()) else {
        return Ok(());
    };
    let author = ledger.actor(post.author_id)?;
    let heard = activities::by_uri(ledger.db, uri)?
        .filter(|heard| heard.direction == Direction::Heard && heard.body.is_some());
    let Some(heard) = heard.filter(|_| !author.host.is_empty()) else {
        return Ok(());
    };
    let carried = Activity {
        id: ledger.next_activity(),
        uri: own_name("carried on", uri),
        direction: Direction::Carried,
        group_id: Some(group.id),
        visibility: post.visibility,
        created_at: ledger.now,
        ..heard
    };
    // The letter may be worked through twice, and is carried on once.
    if !activities::hear(ledger.db, &carried)? {
        return Ok(());
    }
    let told = match boosts::find(ledger.db, group.id, post.id)? {
        Some(boost) => announce::was_told_to_microblogs(ledger, &boost)?,
        None => false,
    };
    let on_microblogs = if post.parent_id.is_some() {
        posts::voices_elsewhere(ledger.db, post.root_id, announce::MOST_VOICES)?
    } else {
        Vec::new()
    };
    let hearers = Hearers {
        microblogs_of: told.then_some(group.id),
        on_microblogs,
        except: Some(author.host),
        ..Hearers::default()
    };
    let parcel = Parcel {
        signer: group.id,
        microblog: Some(carried.id),
        threadiverse: None,
        small_talk: false,
    };
    ledger.enqueue(lane_out(group.id), &Job::FanOut { parcel, hearers });
    Ok(())
}

fn undo(ledger: &mut Ledger<'_>, boost: &Boost) -> Result<()> {
    boosts::undo(ledger.db, boost.id, ledger.now)?;
    actors::adjust(ledger.db, boost.actor_id, actors::Count::Posts, -1)?;
    Ok(())
}
