//! Likes, boosts and votes by our people: the author hears of them, and whoever looks after the thread.

use kindred_protocol::{
    vocabulary::PUBLIC,
    write::{self, ActivityCard},
};
use kindred_storage::{Visibility, actors::Actor, boosts::Boost, posts::Post};
use serde_json::Value;

use super::{Saying, fresh, say, send_to};
use crate::{
    Ledger, Result,
    jobs::{Hearers, Job, Parcel, lane_out},
};

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
        &Saying {
            uri,
            kind: "Like",
            actor: who.id,
            object: &post.uri,
            group: post.group_id,
            visibility: heard_by(post),
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
        &Saying {
            uri: &uri,
            kind: "Undo",
            actor: who.id,
            object: like,
            group: post.group_id,
            visibility: heard_by(post),
        },
        &body,
        author,
        group,
    )?;
    Ok(body)
}

/// Who may read a like at its own address. A group passes it on to its whole room, and some servers take what is passed on only from there
/// (NodeBB); outside of groups it is between two.
fn heard_by(post: &Post) -> Visibility {
    match post.group_id {
        Some(_) => post.visibility,
        None => Visibility::Direct,
    }
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
    saying: &Saying<'_>,
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

/// Somebody of ours votes in a poll elsewhere: its author is told and nobody else, for a vote is a secret between the two.
pub(crate) fn voted(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    author: &Actor,
    post: &Post,
    choice: &str,
) -> Result<()> {
    let uri = fresh(ledger);
    let body = write::vote(&reaction_card(&uri, who, author, None), &post.uri, choice);
    let saying = Saying {
        uri: &uri,
        kind: "Create",
        actor: who.id,
        object: &post.uri,
        group: None,
        visibility: Visibility::Direct,
    };
    let activity = say(ledger, &saying, &body)?;
    send_to(ledger, Parcel::alike(who.id, activity), author);
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
    tell_followers(ledger, &saying, &body, author)
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
    tell_followers(ledger, &saying, &body, author)
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
    saying: &Saying<'_>,
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
        hearers: Hearers {
            followers_of: Some(who),
            also,
            ..Hearers::default()
        },
    };
    ledger.enqueue(lane_out(who), &job);
    Ok(())
}
