//! What is said of a person or group of ours themself: how they look now, and that they are gone.

use kindred_protocol::{
    vocabulary::PUBLIC,
    write::{self, ActivityCard},
};
use kindred_storage::{Visibility, actors::Actor, follows::Inbox, groups::Group};
use serde_json::Value;

use super::{Saying, fresh, order, say};
use crate::{
    Ledger, Result,
    delivery::{self, Why},
    jobs::{Hearers, Job, Parcel, lane_out},
    moderation::{Act, Word},
    speech,
};

/// Somebody of ours looks different now: their whole document goes to every server where somebody hears of them.
///
/// Peers keep an actor for a day and longer, so that only this lets a new name or picture be seen soon.
pub(crate) fn looks_different(
    ledger: &mut Ledger<'_>,
    face: &Actor,
    group: Option<&Group>,
) -> Result<()> {
    let Some(reach) = reach(group) else {
        return Ok(());
    };
    let uri = fresh(ledger);
    let card = to_all(face, uri.clone(), ledger.now.0, reach);
    let body = write::update(&card, &speech::actor(ledger.settings, face, group));
    tell_followers(ledger, face, &about(face, &uri, "Update", reach), &body)
}

/// A group of ours looks different now, by the hand of one of its organisers.
///
/// To all it is said by the group itself, as by anybody. Lemmy takes it of a person only, whom the group announces.
pub(crate) fn redecorated(
    ledger: &mut Ledger<'_>,
    face: &Actor,
    group: &Group,
    by: &Actor,
) -> Result<()> {
    looks_different(ledger, face, Some(group))?;
    let document = speech::actor(ledger.settings, face, Some(group));
    let shape = |card: &ActivityCard| write::update(card, &document);
    let Some(parcel) = by_a_person(ledger, face, by, shape)? else {
        return Ok(());
    };
    let hearers = Hearers {
        followers_of: Some(face.id),
        ..Hearers::default()
    };
    ledger.enqueue(lane_out(face.id), &Job::FanOut { parcel, hearers });
    Ok(())
}

/// A group of ours is closed for good by one of its organisers: told to these servers, in both ways as above.
pub(crate) fn closed(
    ledger: &mut Ledger<'_>,
    face: &Actor,
    group: &Group,
    by: &Actor,
    inboxes: Vec<Inbox>,
) -> Result<()> {
    let Some(reach) = reach(Some(group)) else {
        return Ok(());
    };
    let shape = |card: &ActivityCard| write::delete(card, &face.uri, None);
    if let Some(parcel) = by_a_person(ledger, face, by, shape)? {
        let threadiverse = followers(inboxes.clone());
        delivery::carry_to(ledger, parcel, reach, threadiverse);
    }
    gone(ledger, face, Some(group), inboxes)
}

/// What an organiser does to the group itself, for the threadiverse alone.
fn by_a_person(
    ledger: &mut Ledger<'_>,
    face: &Actor,
    by: &Actor,
    shape: impl FnOnce(&ActivityCard) -> Value,
) -> Result<Option<Parcel>> {
    let act = Act {
        who: by,
        group: face,
        word: Word::Ours,
    };
    let Some(told) = order::words(ledger, act, &face.uri, shape)? else {
        return Ok(None);
    };
    Ok(Some(Parcel {
        signer: face.id,
        microblog: None,
        threadiverse: Some(order::announced(ledger, face, &told)?),
        small_talk: true,
    }))
}

/// Somebody of ours lives at another address now: told to every server where somebody hears of them.
pub(crate) fn moved(ledger: &mut Ledger<'_>, face: &Actor, new: &Actor) -> Result<()> {
    let reach = Visibility::Public;
    let uri = fresh(ledger);
    let card = to_all(face, uri.clone(), ledger.now.0, reach);
    let body = write::moved(&card, &face.uri, &new.uri);
    tell_followers(ledger, face, &about(face, &uri, "Move", reach), &body)
}

fn tell_followers(
    ledger: &mut Ledger<'_>,
    face: &Actor,
    saying: &Saying<'_>,
    body: &Value,
) -> Result<()> {
    let activity = say(ledger, saying, body)?;
    let job = Job::FanOut {
        parcel: Parcel::alike(face.id, activity),
        hearers: Hearers {
            followers_of: Some(face.id),
            ..Hearers::default()
        },
    };
    ledger.enqueue(lane_out(face.id), &job);
    Ok(())
}

/// Somebody of ours is gone for good: told to these servers. Their key stays, so that it can still be signed.
pub(crate) fn gone(
    ledger: &mut Ledger<'_>,
    face: &Actor,
    group: Option<&Group>,
    inboxes: Vec<Inbox>,
) -> Result<()> {
    let Some(reach) = reach(group) else {
        return Ok(());
    };
    let uri = fresh(ledger);
    let card = to_all(face, uri.clone(), ledger.now.0, reach);
    let body = write::delete(&card, &face.uri, None);
    let activity = say(ledger, &about(face, &uri, "Delete", reach), &body)?;
    let parcel = Parcel::alike(face.id, activity);
    delivery::carry_to(ledger, parcel, reach, followers(inboxes));
    Ok(())
}

fn followers(inboxes: Vec<Inbox>) -> Vec<(Inbox, Why)> {
    inboxes
        .into_iter()
        .map(|inbox| (inbox, Why::Follower))
        .collect()
}

/// Who may read it: of a closed group those who hear of it, of one for the company nobody elsewhere.
fn reach(group: Option<&Group>) -> Option<Visibility> {
    match group.map(|group| group.visibility) {
        Some(Visibility::Company) => None,
        Some(Visibility::Members | Visibility::Partners) => Some(Visibility::Followers),
        _ => Some(Visibility::Public),
    }
}

fn to_all(face: &Actor, id: String, at: i64, reach: Visibility) -> ActivityCard {
    let followers = face.followers_uri.clone().into_iter();
    let (to, cc) = match reach {
        Visibility::Public => (vec![PUBLIC.to_owned()], followers.collect()),
        _ => (followers.collect(), Vec::new()),
    };
    ActivityCard {
        id,
        actor: face.uri.clone(),
        published: Some(at),
        to,
        cc,
        audience: None,
    }
}

fn about<'a>(face: &'a Actor, uri: &'a str, kind: &'static str, reach: Visibility) -> Saying<'a> {
    Saying {
        uri,
        kind,
        actor: face.id,
        object: &face.uri,
        group: None,
        visibility: reach,
    }
}
