//! What a group of ours says to its room: posts passed on and withdrawn, and what its moderators do.
//!
//! To microblogs the id of a post, to the threadiverse the activity as it was said. One address for each group and post, for ever.

use kindred_protocol::{
    vocabulary::PUBLIC,
    write::{self, ActivityCard},
};
use kindred_storage::{ActivityId, Visibility, actors::Actor, boosts::Boost, groups, posts::Post};
use serde_json::Value;

use super::{Saying, fresh, say};
use crate::{
    Ledger, Result,
    jobs::{Job, Parcel, lane_out},
};

/// A group of ours passes a post on: its id to microblogs (thread starters only: comments flood their homes), the `Create` as it was
/// said to the threadiverse.
///
/// `boost` holds both addresses, which stay the same for this group and post for ever.
pub(crate) fn passed_on(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: &Boost,
    create: &Value,
) -> Result<()> {
    if post.visibility == Visibility::Company {
        return Ok(());
    }
    let open = matches!(post.visibility, Visibility::Public | Visibility::Unlisted);
    let microblog = if open && post.parent_id.is_none() && post.parent_uri.is_none() {
        let body = announcement(ledger, group, post, boost)?;
        Some(say(
            ledger,
            &relay_of(&boost.uri, "Announce", group, post),
            &body,
        )?)
    } else {
        None
    };
    let relay = boost.relay_uri.clone().unwrap_or_else(|| fresh(ledger));
    let threadiverse = relay_activity(ledger, group, post, &relay, boost.created_at.0, create)?;
    spread(
        ledger,
        group,
        Parcel {
            signer: group.id,
            microblog,
            threadiverse: Some(threadiverse),
        },
    );
    Ok(())
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

/// A group of ours passes a post on again that it had withdrawn: microblogs need a fresh boost, the threadiverse hears of the
/// restoring itself.
pub(crate) fn passed_on_again(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    post: &Post,
    boost: &Boost,
) -> Result<()> {
    let open = matches!(post.visibility, Visibility::Public | Visibility::Unlisted);
    if !open || post.parent_id.is_some() || post.parent_uri.is_some() {
        return Ok(());
    }
    let body = announcement(ledger, group, post, boost)?;
    let microblog = say(
        ledger,
        &relay_of(&boost.uri, "Announce", group, post),
        &body,
    )?;
    spread(
        ledger,
        group,
        Parcel {
            signer: group.id,
            microblog: Some(microblog),
            threadiverse: None,
        },
    );
    Ok(())
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
    spread(
        ledger,
        group,
        Parcel {
            signer: group.id,
            microblog: None,
            threadiverse: Some(threadiverse),
        },
    );
    Ok(())
}

/// A group of ours passes on what its moderators did to the group itself: a ban, a new moderator, a pin.
pub(crate) fn passed_on_act(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    activity: &Value,
) -> Result<()> {
    let visibility = groups::find(ledger.db, group.id)?
        .map_or(Visibility::Members, |(group, _)| group.visibility);
    if visibility == Visibility::Company {
        return Ok(());
    }
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
    let threadiverse = say(ledger, &saying, &body)?;
    spread(
        ledger,
        group,
        Parcel {
            signer: group.id,
            microblog: None,
            threadiverse: Some(threadiverse),
        },
    );
    Ok(())
}

/// A group of ours withdraws a post: the boost is taken back at microblogs, the deletion is passed on to the threadiverse.
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
    let microblog = match boost.filter(|_| post.parent_id.is_none() && post.parent_uri.is_none()) {
        Some(boost) => {
            let announced = announcement(ledger, group, post, boost)?;
            let uri = fresh(ledger);
            let body = write::undo(
                &room(group, post.visibility, uri.clone(), ledger.now.0),
                &announced,
            );
            Some(say(ledger, &relay_of(&uri, "Undo", group, post), &body)?)
        }
        None => None,
    };
    let threadiverse = match deletion {
        Some(deletion) => {
            let (uri, at) = (fresh(ledger), ledger.now.0);
            Some(relay_activity(ledger, group, post, &uri, at, deletion)?)
        }
        None => None,
    };
    spread(
        ledger,
        group,
        Parcel {
            signer: group.id,
            microblog,
            threadiverse,
        },
    );
    Ok(())
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

fn spread(ledger: &mut Ledger<'_>, group: &Actor, parcel: Parcel) {
    let job = Job::FanOut {
        parcel,
        followers_of: Some(group.id),
        microblogs_of: None,
        also: Vec::new(),
    };
    ledger.enqueue(lane_out(group.id), &job);
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
