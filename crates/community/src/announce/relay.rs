//! What a group of ours says to its room: posts passed on and withdrawn, and what its moderators do.
//!
//! To microblogs the id of a post, to the threadiverse the activity as it was said. One address for each group and post, for ever.

use kindred_protocol::{
    vocabulary::PUBLIC,
    write::{self, ActivityCard},
};
use kindred_storage::{
    ActivityId, Visibility, activities, actors::Actor, boosts::Boost, groups, posts::Post,
};
use serde_json::{Value, json};

use super::{Saying, fresh, say};
use crate::{
    Ledger, Result,
    jobs::{Hearers, Job, Parcel, lane_out},
};

/// Whether microblogs are told that a post was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Microblogs {
    /// They are.
    Told,
    /// They are not: it is not public, its author lets nobody pass it on, or it is one of the answers that would flood their homes.
    Spared,
}

/// A group of ours passes a post on: its id to microblogs, the `Create` as it was said to the threadiverse.
///
/// `boost` holds both addresses, which stay the same for this group and post for ever.
pub(crate) fn passed_on(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: &Boost,
    create: &Value,
    microblogs: Microblogs,
) -> Result<()> {
    if post.visibility == Visibility::Company {
        return Ok(());
    }
    let microblog = match microblogs {
        Microblogs::Told => Some(boosted_by_group(ledger, group, post, boost)?),
        Microblogs::Spared => None,
    };
    let relay = boost.relay_uri.clone().unwrap_or_else(|| fresh(ledger));
    let threadiverse = relay_activity(ledger, group, post, &relay, boost.created_at.0, create)?;
    spread(ledger, group, microblog, Some(threadiverse));
    Ok(())
}

/// Says to microblogs that a group passes a post on.
fn boosted_by_group(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: &Boost,
) -> Result<ActivityId> {
    let body = announcement(ledger, group, post, boost)?;
    say(
        ledger,
        &relay_of(&boost.uri, "Announce", group, post),
        &body,
    )
}

/// What microblogs are told of a post: its id. Its author is told too.
fn announcement(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: &Boost,
) -> Result<Value> {
    let mut card = room(
        group,
        post.visibility,
        boost.uri.clone(),
        boost.created_at.0,
    );
    card.cc.push(ledger.actor(post.author_id)?.uri);
    Ok(write::announce_object(&card, &post.uri))
}

/// Whether microblogs were told of a boost by a group of ours.
pub(crate) fn was_told_to_microblogs(ledger: &mut Ledger<'_>, boost: &Boost) -> Result<bool> {
    Ok(activities::is_known(ledger.db, &boost.uri)?)
}

/// What microblogs are told of a post that a group of ours shows again: a fresh boost. The threadiverse hears of the restoring itself.
pub(crate) fn boosted_again(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: &Boost,
) -> Result<ActivityId> {
    boosted_by_group(ledger, group, post, boost)
}

/// A group of ours passes on what it heard of another group (FEP-d36d): by its id, since the words are those of a third server. It
/// goes to people only; groups that want to hear of the other group follow it themselves.
pub(crate) fn echoed(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: &Boost,
    microblogs: Microblogs,
) -> Result<()> {
    let activity = boosted_by_group(ledger, group, post, boost)?;
    let parcel = Parcel {
        signer: group.id,
        microblog: (microblogs == Microblogs::Told).then_some(activity),
        threadiverse: Some(activity),
        small_talk: false,
    };
    spread_to(ledger, group, parcel, people_of(group));
    Ok(())
}

/// The same for what became of such a post: `kind` by its author, without any words.
pub(crate) fn echo_changed(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    kind: &str,
    id: &str,
) -> Result<()> {
    let author = ledger.actor(post.author_id)?.uri;
    let inner = json!({ "id": id, "type": kind, "actor": author, "object": post.uri });
    let (uri, at) = (fresh(ledger), ledger.now.0);
    let threadiverse = relay_activity(ledger, group, post, &uri, at, &inner)?;
    let parcel = Parcel {
        signer: group.id,
        microblog: None,
        threadiverse: Some(threadiverse),
        small_talk: false,
    };
    spread_to(ledger, group, parcel, people_of(group));
    Ok(())
}

/// A group of ours takes back what it had passed on of another group.
pub(crate) fn echo_withdrawn(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: &Boost,
    microblogs: Microblogs,
) -> Result<()> {
    let undo = unboosted_by_group(ledger, group, post, boost)?;
    let parcel = Parcel {
        signer: group.id,
        microblog: (microblogs == Microblogs::Told).then_some(undo),
        threadiverse: Some(undo),
        small_talk: false,
    };
    spread_to(ledger, group, parcel, people_of(group));
    Ok(())
}

/// Says that a group has taken a boost back.
fn unboosted_by_group(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: &Boost,
) -> Result<ActivityId> {
    let announced = announcement(ledger, group, post, boost)?;
    let uri = fresh(ledger);
    let card = room(group, post.visibility, uri.clone(), ledger.now.0);
    let body = write::undo(&card, &announced);
    say(ledger, &relay_of(&uri, "Undo", group, post), &body)
}

fn people_of(group: &Actor) -> Hearers {
    Hearers {
        people_of: Some(group.id),
        ..Hearers::default()
    }
}

/// A group of ours passes on whatever else happened to a post (an edit, a like, a lock), to the threadiverse alone.
pub(crate) fn passed_on_activity(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    activity: &Value,
) -> Result<()> {
    if post.visibility == Visibility::Company {
        return Ok(());
    }
    let uri = fresh(ledger);
    let at = ledger.now.0;
    let threadiverse = relay_activity(ledger, group, post, &uri, at, activity)?;
    let parcel = Parcel {
        signer: group.id,
        microblog: None,
        threadiverse: Some(threadiverse),
        small_talk: activity["type"] != "Update",
    };
    spread_to(ledger, group, parcel, followers_of(group));
    Ok(())
}

/// What the threadiverse is told of an act of those who keep order in a group of ours.
pub(super) fn act_announced(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    activity: &Value,
) -> Result<ActivityId> {
    let visibility = groups::visibility(ledger.db, group.id)?.unwrap_or(Visibility::Members);
    let uri = fresh(ledger);
    let mut card = room(group, visibility, uri.clone(), ledger.now.0);
    card.audience = Some(group.uri.clone());
    let body = write::announce_activity(&card, activity);
    let saying = Saying {
        uri: &uri,
        kind: "Announce",
        actor: group.id,
        object: &group.uri,
        group: Some(group.id),
        visibility,
    };
    say(ledger, &saying, &body)
}

/// A group of ours withdraws a post: the boost is taken back at microblogs that were told of it, the deletion is passed on to the
/// threadiverse.
pub(crate) fn withdrawn(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: Option<&Boost>,
    deletion: Option<&Value>,
) -> Result<()> {
    if post.visibility == Visibility::Company {
        return Ok(());
    }
    let microblog = boost_undone(ledger, group, post, boost)?;
    let threadiverse = match deletion {
        Some(deletion) => {
            let (uri, at) = (fresh(ledger), ledger.now.0);
            Some(relay_activity(ledger, group, post, &uri, at, deletion)?)
        }
        None => None,
    };
    if microblog.is_some() || threadiverse.is_some() {
        spread(ledger, group, microblog, threadiverse);
    }
    Ok(())
}

/// What microblogs are told of a post that a group of ours withdraws: its boost is taken back, if they were told of it.
pub(crate) fn boost_undone(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: Option<&Boost>,
) -> Result<Option<ActivityId>> {
    match boost {
        Some(boost) if was_told_to_microblogs(ledger, boost)? => {
            unboosted_by_group(ledger, group, post, boost).map(Some)
        }
        _ => Ok(None),
    }
}

fn relay_activity(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    uri: &str,
    at: i64,
    inner: &Value,
) -> Result<ActivityId> {
    let mut card = room(group, post.visibility, uri.to_owned(), at);
    card.audience = Some(group.uri.clone());
    let body = write::announce_activity(&card, inner);
    say(ledger, &relay_of(uri, "Announce", group, post), &body)
}

fn relay_of<'a>(uri: &'a str, kind: &'static str, group: &Actor, post: &'a Post) -> Saying<'a> {
    Saying {
        uri,
        kind,
        actor: group.id,
        object: &post.uri,
        group: Some(group.id),
        visibility: post.visibility,
    }
}

/// To everybody who follows the group, in two forms.
fn spread(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    microblog: Option<ActivityId>,
    threadiverse: Option<ActivityId>,
) {
    let parcel = Parcel {
        signer: group.id,
        microblog,
        threadiverse,
        small_talk: false,
    };
    spread_to(ledger, group, parcel, followers_of(group));
}

fn followers_of(group: &Actor) -> Hearers {
    Hearers {
        followers_of: Some(group.id),
        ..Hearers::default()
    }
}

fn spread_to(ledger: &mut Ledger<'_>, group: &Actor, parcel: Parcel, hearers: Hearers) {
    ledger.enqueue(lane_out(group.id), &Job::FanOut { parcel, hearers });
}

/// What a group says to its whole room. Only an open group speaks to the public.
pub(crate) fn room(group: &Actor, visibility: Visibility, uri: String, at: i64) -> ActivityCard {
    let followers = group.followers_uri.clone().unwrap_or_default();
    let (to, cc) = match visibility {
        Visibility::Public => (vec![PUBLIC.to_owned()], vec![followers]),
        Visibility::Unlisted => (vec![followers], vec![PUBLIC.to_owned()]),
        _ => (vec![group.uri.clone(), followers], Vec::new()),
    };
    ActivityCard {
        id: uri,
        actor: group.uri.clone(),
        published: Some(at),
        to,
        cc,
        audience: None,
    }
}
