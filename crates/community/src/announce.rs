//! From a change to an activity, its audience and its fan-out.
//!
//! Every function here writes down what is said (an activity with an address of its own) and leaves the jobs that carry it. A group
//! speaks two dialects: microblogs are told the id of a post (`Announce{id}`), the threadiverse the activity itself
//! (`Announce{Create}`); never both to one server.

use kindred_protocol::{
    Uri,
    vocabulary::PUBLIC,
    write::{self, ActivityCard},
};
use kindred_storage::{
    ActivityId, ActorId, Direction, Visibility,
    activities::{self, Activity},
    actors::Actor,
    boosts::Boost,
    groups, instances,
    posts::Post,
};
use serde_json::Value;

use crate::{
    Ledger, Result,
    jobs::{Job, Parcel, lane_out, lane_to},
    links,
    speech::Spoken,
};

/// How somebody asked to come in, which the answer has to repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// `Follow`: what nearly everybody sends.
    Follow,
    /// `Join`: Mobilizon's and Hubzilla's word for groups.
    Join,
}

/// Somebody of ours asks somebody elsewhere.
pub(crate) fn asked(ledger: &mut Ledger<'_>, who: &Actor, target: &Actor, uri: &str) -> Result<()> {
    let body = write::follow(&personal(uri.to_owned(), who, target), &target.uri);
    let activity = say(
        ledger,
        Saying {
            uri,
            kind: "Follow",
            actor: who.id,
            object: &target.uri,
            group: None,
            visibility: Visibility::Direct,
        },
        &body,
    )?;
    send_to(ledger, Parcel::alike(who.id, activity), target);
    Ok(())
}

/// Somebody of ours takes the question back, or leaves.
pub(crate) fn asked_no_more(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    follow: &str,
) -> Result<()> {
    let inner = write::follow(&personal(follow.to_owned(), who, target), &target.uri);
    undo(ledger, who, target, &inner, follow)
}

fn undo(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    inner: &Value,
    object: &str,
) -> Result<()> {
    let uri = fresh(ledger);
    let body = write::undo(&personal(uri.clone(), who, target), inner);
    let activity = say(
        ledger,
        Saying {
            uri: &uri,
            kind: "Undo",
            actor: who.id,
            object,
            group: None,
            visibility: Visibility::Direct,
        },
        &body,
    )?;
    send_to(ledger, Parcel::alike(who.id, activity), target);
    Ok(())
}

/// A group or person of ours says yes to somebody elsewhere.
pub(crate) fn welcomed(
    ledger: &mut Ledger<'_>,
    target: &Actor,
    who: &Actor,
    uri: &str,
    ask: Ask,
) -> Result<()> {
    answer(ledger, target, who, uri, ask, "Accept", write::accept)
}

/// A group or person of ours says no to somebody elsewhere.
pub(crate) fn turned_away(
    ledger: &mut Ledger<'_>,
    target: &Actor,
    who: &Actor,
    uri: &str,
    ask: Ask,
) -> Result<()> {
    answer(ledger, target, who, uri, ask, "Reject", write::reject)
}

fn answer(
    ledger: &mut Ledger<'_>,
    target: &Actor,
    who: &Actor,
    uri: &str,
    ask: Ask,
    kind: &'static str,
    shape: fn(&ActivityCard, &Value) -> Value,
) -> Result<()> {
    if who.host.is_empty() {
        return Ok(());
    }
    // The question stands in the answer whole, with its own id: Lemmy 0.19 reads nothing else.
    let question = match ask {
        Ask::Follow => {
            serde_json::json!({ "id": uri, "type": "Follow", "actor": who.uri, "object": target.uri })
        }
        Ask::Join => {
            serde_json::json!({ "id": uri, "type": "Join", "actor": who.uri, "object": target.uri })
        }
    };
    let id = fresh(ledger);
    let body = shape(&personal(id.clone(), target, who), &question);
    let activity = say(
        ledger,
        Saying {
            uri: &id,
            kind,
            actor: target.id,
            object: uri,
            group: None,
            visibility: Visibility::Direct,
        },
        &body,
    )?;
    send_to(ledger, Parcel::alike(target.id, activity), who);
    Ok(())
}

/// Somebody of ours published: told to their followers and to those they name; their group passes it on by itself.
///
/// Answers the `Create`, which a group of ours embeds.
pub(crate) fn published(ledger: &mut Ledger<'_>, spoken: &Spoken<'_>) -> Result<Value> {
    let note = spoken.note(ledger.settings);
    let (uri, card) = activity_of(ledger, spoken, spoken.post.published_at.0);
    let body = write::create(&card, &note);
    let activity = say(ledger, about(&uri, "Create", spoken), &body)?;
    tell_author_side(ledger, spoken, activity, None);
    Ok(body)
}

/// Somebody of ours changed a post: told to all who had it. Microblogs believe only the author, so the followers of its group there
/// hear it from the author too.
pub(crate) fn edited(ledger: &mut Ledger<'_>, spoken: &Spoken<'_>) -> Result<Value> {
    let note = spoken.note(ledger.settings);
    let (uri, card) = activity_of(ledger, spoken, ledger.now.0);
    let body = write::update(&card, &note);
    let activity = say(ledger, about(&uri, "Update", spoken), &body)?;
    tell_author_side(ledger, spoken, activity, local_public_group(spoken));
    Ok(body)
}

/// Somebody of ours took a post back.
pub(crate) fn deleted(ledger: &mut Ledger<'_>, spoken: &Spoken<'_>) -> Result<Value> {
    let (uri, card) = activity_of(ledger, spoken, ledger.now.0);
    let body = write::delete(&card, &spoken.post.uri, None);
    let activity = say(ledger, about(&uri, "Delete", spoken), &body)?;
    tell_author_side(ledger, spoken, activity, local_public_group(spoken));
    Ok(body)
}

fn local_public_group(spoken: &Spoken<'_>) -> Option<ActorId> {
    let open = matches!(
        spoken.post.visibility,
        Visibility::Public | Visibility::Unlisted
    );
    spoken
        .group
        .filter(|group| open && group.host.is_empty())
        .map(|group| group.id)
}

fn activity_of(ledger: &Ledger<'_>, spoken: &Spoken<'_>, published: i64) -> (String, ActivityCard) {
    let uri = fresh(ledger);
    let addresses = spoken.addresses();
    let card = ActivityCard {
        id: uri.clone(),
        actor: spoken.author.uri.clone(),
        published: Some(published),
        to: addresses.to,
        cc: addresses.cc,
        audience: addresses.audience,
    };
    (uri, card)
}

fn about<'a>(uri: &'a str, kind: &'static str, spoken: &Spoken<'a>) -> Saying<'a> {
    Saying {
        uri,
        kind,
        actor: spoken.author.id,
        object: &spoken.post.uri,
        group: spoken.group.map(|group| group.id),
        visibility: spoken.post.visibility,
    }
}

/// To whom the author's own server tells it, apart from what a group of ours passes on.
fn tell_author_side(
    ledger: &mut Ledger<'_>,
    spoken: &Spoken<'_>,
    activity: ActivityId,
    microblogs_of: Option<ActorId>,
) {
    let closed = matches!(
        spoken.post.visibility,
        Visibility::Partners | Visibility::Company | Visibility::Members
    );
    let remote_group = spoken.group.filter(|group| !group.host.is_empty());
    let mut also: Vec<ActorId> = Vec::new();
    if !closed {
        also.extend(
            spoken
                .mentions
                .iter()
                .chain(spoken.parent_author)
                .filter(|actor| !actor.host.is_empty())
                .map(|actor| actor.id),
        );
    }
    also.extend(remote_group.map(|group| group.id));
    also.sort_unstable();
    also.dedup();
    let followers_of = matches!(
        spoken.post.visibility,
        Visibility::Public | Visibility::Unlisted | Visibility::Followers
    )
    .then_some(spoken.author.id);
    if followers_of.is_none() && also.is_empty() {
        return;
    }
    let job = Job::FanOut {
        parcel: Parcel::alike(spoken.author.id, activity),
        followers_of,
        microblogs_of,
        also,
    };
    ledger.enqueue(lane_out(spoken.author.id), &job);
}

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
        let body = write::announce_object(
            &room(
                group,
                post.visibility,
                boost.uri.clone(),
                boost.created_at.0,
            ),
            &post.uri,
        );
        Some(say(
            ledger,
            relay_of(&boost.uri, "Announce", group, post),
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
    let threadiverse = say(ledger, saying, &body)?;
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
    deletion: &Value,
) -> Result<()> {
    if post.visibility == Visibility::Company {
        return Ok(());
    }
    let microblog = match boost.filter(|_| post.parent_id.is_none() && post.parent_uri.is_none()) {
        Some(boost) => {
            let announced = write::announce_object(
                &room(
                    group,
                    post.visibility,
                    boost.uri.clone(),
                    boost.created_at.0,
                ),
                &post.uri,
            );
            let uri = fresh(ledger);
            let body = write::undo(
                &room(group, post.visibility, uri.clone(), ledger.now.0),
                &announced,
            );
            Some(say(ledger, relay_of(&uri, "Undo", group, post), &body)?)
        }
        None => None,
    };
    let uri = fresh(ledger);
    let at = ledger.now.0;
    let threadiverse = relay_activity(ledger, group, post, &uri, at, deletion)?;
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
    say(ledger, relay_of(uri, "Announce", group, post), &body)
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
fn room(group: &Actor, visibility: Visibility, uri: String, at: i64) -> ActivityCard {
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

/// Somebody of ours likes a post: its author is told, and the group where it lives.
pub(crate) fn liked(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    post: &Post,
    author: &Actor,
    group: Option<&Actor>,
    uri: &str,
) -> Result<Value> {
    let body = write::like(&reaction_card(uri, who, author, group), &post.uri);
    tell_of_reaction(
        ledger,
        Saying {
            uri,
            kind: "Like",
            actor: who.id,
            object: &post.uri,
            group: post.group_id,
            visibility: Visibility::Direct,
        },
        &body,
        author,
        group,
    )?;
    Ok(body)
}

/// Somebody of ours likes it no more.
pub(crate) fn liked_no_more(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    post: &Post,
    author: &Actor,
    group: Option<&Actor>,
    like: &str,
) -> Result<Value> {
    let inner = write::like(&reaction_card(like, who, author, group), &post.uri);
    let uri = fresh(ledger);
    let body = write::undo(&reaction_card(&uri, who, author, group), &inner);
    tell_of_reaction(
        ledger,
        Saying {
            uri: &uri,
            kind: "Undo",
            actor: who.id,
            object: like,
            group: post.group_id,
            visibility: Visibility::Direct,
        },
        &body,
        author,
        group,
    )?;
    Ok(body)
}

fn reaction_card(uri: &str, who: &Actor, author: &Actor, group: Option<&Actor>) -> ActivityCard {
    ActivityCard {
        id: uri.to_owned(),
        actor: who.uri.clone(),
        published: None,
        to: vec![author.uri.clone()],
        cc: Vec::new(),
        audience: group.map(|group| group.uri.clone()),
    }
}

fn tell_of_reaction(
    ledger: &mut Ledger<'_>,
    saying: Saying<'_>,
    body: &Value,
    author: &Actor,
    group: Option<&Actor>,
) -> Result<()> {
    let who = saying.actor;
    let activity = say(ledger, saying, body)?;
    // Where a group elsewhere looks after the thread, it is the group that passes the like on to the author.
    let to = group
        .filter(|group| !group.host.is_empty())
        .unwrap_or(author);
    send_to(ledger, Parcel::alike(who, activity), to);
    Ok(())
}

/// Somebody of ours passes a post on to their followers; its author hears of it.
pub(crate) fn boosted(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    post: &Post,
    author: &Actor,
    boost: &Boost,
) -> Result<()> {
    let body = write::announce_object(
        &boost_card(who, author, boost.uri.clone(), boost.created_at.0),
        &post.uri,
    );
    let saying = Saying {
        uri: &boost.uri,
        kind: "Announce",
        actor: who.id,
        object: &post.uri,
        group: None,
        visibility: Visibility::Public,
    };
    tell_followers(ledger, saying, &body, author)
}

/// Somebody of ours takes that back.
pub(crate) fn boosted_no_more(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    post: &Post,
    author: &Actor,
    boost: &Boost,
) -> Result<()> {
    let inner = write::announce_object(
        &boost_card(who, author, boost.uri.clone(), boost.created_at.0),
        &post.uri,
    );
    let uri = fresh(ledger);
    let body = write::undo(&boost_card(who, author, uri.clone(), ledger.now.0), &inner);
    let saying = Saying {
        uri: &uri,
        kind: "Undo",
        actor: who.id,
        object: &boost.uri,
        group: None,
        visibility: Visibility::Public,
    };
    tell_followers(ledger, saying, &body, author)
}

fn boost_card(who: &Actor, author: &Actor, uri: String, at: i64) -> ActivityCard {
    let cc = who
        .followers_uri
        .clone()
        .into_iter()
        .chain([author.uri.clone()])
        .collect();
    ActivityCard {
        id: uri,
        actor: who.uri.clone(),
        published: Some(at),
        to: vec![PUBLIC.to_owned()],
        cc,
        audience: None,
    }
}

fn tell_followers(
    ledger: &mut Ledger<'_>,
    saying: Saying<'_>,
    body: &Value,
    author: &Actor,
) -> Result<()> {
    let who = saying.actor;
    let activity = say(ledger, saying, body)?;
    let also = if author.host.is_empty() {
        Vec::new()
    } else {
        vec![author.id]
    };
    let job = Job::FanOut {
        parcel: Parcel::alike(who, activity),
        followers_of: Some(who),
        microblogs_of: None,
        also,
    };
    ledger.enqueue(lane_out(who), &job);
    Ok(())
}

/// What is said from one actor to another and to nobody else.
fn personal(uri: String, who: &Actor, to: &Actor) -> ActivityCard {
    ActivityCard {
        id: uri,
        actor: who.uri.clone(),
        published: None,
        to: vec![to.uri.clone()],
        cc: Vec::new(),
        audience: None,
    }
}

/// The facts about something said, beside its words.
struct Saying<'a> {
    uri: &'a str,
    kind: &'static str,
    actor: ActorId,
    object: &'a str,
    group: Option<ActorId>,
    visibility: Visibility,
}

/// Writes down what is said, so that it can be carried, fetched and never said differently.
fn say(ledger: &mut Ledger<'_>, saying: Saying<'_>, body: &Value) -> Result<ActivityId> {
    let id =
        links::activity_id(ledger.settings, saying.uri).unwrap_or_else(|| ledger.next_activity());
    let activity = Activity {
        id,
        uri: saying.uri.to_owned(),
        direction: Direction::Said,
        kind: saying.kind.to_owned(),
        actor_id: Some(saying.actor),
        object_uri: Some(saying.object.to_owned()),
        group_id: saying.group,
        body: Some(body.to_string()),
        visibility: saying.visibility,
        host: None,
        created_at: ledger.now,
    };
    activities::say(ledger.db, &activity)?;
    Ok(id)
}

/// The address of something that is about to be said.
pub(crate) fn fresh(ledger: &Ledger<'_>) -> String {
    links::activity(ledger.settings, ledger.next_activity())
}

/// Straight to one actor's own inbox, in the order of everything that goes to that server.
fn send_to(ledger: &mut Ledger<'_>, parcel: Parcel, to: &Actor) {
    if to.host.is_empty() || to.inbox.is_empty() {
        return;
    }
    if let Ok(inbox) = Uri::parse(&to.inbox) {
        ledger.enqueue(
            lane_to(inbox.host()),
            &Job::Deliver {
                parcel,
                inbox: to.inbox.clone(),
            },
        );
    }
}

/// Whether there is an agreement with this server. Our own people are always partners.
pub(crate) fn is_partner(ledger: &mut Ledger<'_>, host: &str) -> Result<bool> {
    Ok(host.is_empty()
        || instances::by_host(ledger.db, host)?.is_some_and(|instance| instance.is_partner()))
}
