//! What those who keep order say: removals, locks, pins, bans, and each of them taken back.
//!
//! A person says it and the group passes it on, because the threadiverse believes a person whom the group announces. A group elsewhere
//! is told at its home, and passes it on by itself. Microblogs have no words for any of it but a boost withdrawn or said anew; above
//! all they never hear of a `Block`, which to them is one person hiding from another.

use kindred_protocol::{
    Uri,
    vocabulary::PUBLIC,
    write::{self, ActivityCard},
};
use kindred_storage::{
    ActivityId, ActorId, AuditId, Moment, ReceiptState, Visibility,
    actors::Actor,
    acts_heard::{self, ActHeard},
    groups,
    receipts::{self, Receipt},
};
use serde_json::Value;

use super::{Saying, fresh, relay, say};
use crate::{
    Ledger, Result,
    jobs::{Job, Parcel, lane_out, lane_to},
    moderation::{Act, Word},
};

/// An act in words.
pub(crate) struct Told {
    body: Value,
    /// The activity of ours, when the words are ours.
    said: Option<ActivityId>,
}

/// Takes a post down. A moderator always gives a reason, since peers tell a removal from a deletion by it.
pub(crate) fn removal(
    post: &str,
    reason: Option<&str>,
) -> impl FnOnce(&ActivityCard) -> Value + use<> {
    let (post, reason) = (post.to_owned(), reason.unwrap_or("removed").to_owned());
    move |card| write::delete(card, &post, Some(&reason))
}

/// Closes a thread.
pub(crate) fn lock(
    post: &str,
    reason: Option<&str>,
) -> impl FnOnce(&ActivityCard) -> Value + use<> {
    let (post, reason) = (post.to_owned(), reason.map(str::to_owned));
    move |card| write::lock(card, &post, reason.as_deref())
}

/// Puts something on a list of the group, or takes it off.
pub(crate) fn listed(
    object: &str,
    list: &str,
    added: bool,
) -> impl FnOnce(&ActivityCard) -> Value + use<> {
    let (object, list) = (object.to_owned(), list.to_owned());
    let shape = if added { write::add } else { write::remove };
    move |card| shape(card, &object, &list)
}

/// Shuts somebody out of the group.
pub(crate) fn ban(
    group: &Actor,
    whom: &Actor,
    takes_content: bool,
    until: Option<Moment>,
    reason: Option<String>,
) -> impl FnOnce(&ActivityCard) -> Value + use<> {
    let (group, whom) = (group.uri.clone(), whom.uri.clone());
    move |card| {
        let until = until.map(|until| until.0);
        write::block(card, &whom, &group, takes_content, until, reason.as_deref())
    }
}

/// Takes an act back, which stands in it whole.
pub(crate) fn undone(
    shape: impl FnOnce(&ActivityCard) -> Value,
) -> impl FnOnce(&ActivityCard) -> Value {
    move |card| {
        // Who undoes it may be somebody else than who did it, but peers want one actor for both: so it is said anew, inside.
        let inner = ActivityCard {
            id: format!("{}#undone", card.id),
            ..card.clone()
        };
        write::undo(card, &shape(&inner))
    }
}

/// The words of an act: those that were heard, or ours. What happens in a room of the company alone is told to nobody.
pub(crate) fn words(
    ledger: &mut Ledger<'_>,
    act: Act<'_>,
    subject: &str,
    shape: impl FnOnce(&ActivityCard) -> Value,
) -> Result<Option<Told>> {
    let visibility = visibility_of(ledger, act.group)?;
    if visibility == Visibility::Company {
        return Ok(None);
    }
    if let Word::Heard(raw) = act.word {
        remember(ledger, act, subject, raw)?;
        return Ok(Some(Told {
            body: raw.clone(),
            said: None,
        }));
    }
    let uri = fresh(ledger);
    let group = act.group.uri.clone();
    let (to, cc) = if visibility == Visibility::Public {
        (vec![PUBLIC.to_owned()], vec![group.clone()])
    } else {
        let followers = act.group.followers_uri.clone();
        (
            [group.clone()].into_iter().chain(followers).collect(),
            Vec::new(),
        )
    };
    let card = ActivityCard {
        id: uri.clone(),
        actor: act.who.uri.clone(),
        published: Some(ledger.now.0),
        to,
        cc,
        audience: Some(group),
    };
    let body = shape(&card);
    let saying = Saying {
        uri: &uri,
        kind: kind_of(&body),
        actor: act.who.id,
        object: subject,
        group: Some(act.group.id),
        visibility,
    };
    let said = say(ledger, &saying, &body)?;
    Ok(Some(Told {
        body,
        said: Some(said),
    }))
}

/// The words of an act as a group of ours passes them on.
pub(super) fn announced(ledger: &mut Ledger<'_>, group: &Actor, told: &Told) -> Result<ActivityId> {
    relay::act_announced(ledger, group, &told.body)
}

/// Remembers an act by the id of the letter that told of it: it may be taken back by that id alone.
fn remember(ledger: &mut Ledger<'_>, act: Act<'_>, subject: &str, raw: &Value) -> Result<()> {
    let id = raw["id"].as_str().and_then(|id| Uri::parse(id).ok());
    let kind = raw["type"]
        .as_str()
        .filter(|kind| REVERSIBLE.contains(kind));
    if let (Some(id), Some(kind)) = (id, kind) {
        let done = ActHeard {
            uri: id.as_str().to_owned(),
            group_id: act.group.id,
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            heard_at: ledger.now,
        };
        acts_heard::record(ledger.db, &done)?;
    }
    Ok(())
}

/// The acts that can be taken back.
const REVERSIBLE: [&str; 5] = ["Delete", "Lock", "Add", "Remove", "Block"];

/// Tells an act to everybody who has to know: the followers of a group of ours, those whom it concerns (`also`), or the home of a group
/// elsewhere. `microblog` is what microblogs are told instead, if anything. Every server that is told has a receipt.
pub(crate) fn spread(
    ledger: &mut Ledger<'_>,
    act: Act<'_>,
    line: AuditId,
    told: Option<Told>,
    microblog: Option<ActivityId>,
    also: &[ActorId],
) -> Result<()> {
    let Some(told) = told else {
        return Ok(());
    };
    if act.group.is_local() {
        let parcel = Parcel {
            signer: act.group.id,
            microblog,
            threadiverse: Some(announced(ledger, act.group, &told)?),
            small_talk: true,
        };
        let job = Job::SpreadAct {
            act: line,
            parcel,
            room: act.group.id,
            also: also.to_vec(),
        };
        ledger.enqueue(lane_out(act.group.id), &job);
        return Ok(());
    }
    match told.said {
        Some(said) => tell_home(ledger, act, line, said),
        // A moderator elsewhere acted in a group elsewhere: its own server has told everybody.
        None => Ok(()),
    }
}

fn tell_home(ledger: &mut Ledger<'_>, act: Act<'_>, line: AuditId, said: ActivityId) -> Result<()> {
    let Ok(inbox) = Uri::parse(&act.group.inbox) else {
        return Ok(());
    };
    let receipt = Receipt {
        line_id: line,
        host: inbox.host().to_owned(),
        state: ReceiptState::Waiting,
        why: None,
        changed_at: ledger.now,
    };
    receipts::open(ledger.db, &[receipt])?;
    let job = Job::DeliverAct {
        act: line,
        parcel: Parcel::alike(act.who.id, said),
        inbox: act.group.inbox.clone(),
    };
    ledger.enqueue(lane_to(inbox.host()), &job);
    Ok(())
}

fn visibility_of(ledger: &mut Ledger<'_>, group: &Actor) -> Result<Visibility> {
    Ok(groups::visibility(ledger.db, group.id)?.unwrap_or(Visibility::Members))
}

/// The word under which an act of ours is kept.
fn kind_of(body: &Value) -> &'static str {
    match body["type"].as_str() {
        Some("Delete") => "Delete",
        Some("Lock") => "Lock",
        Some("Add") => "Add",
        Some("Remove") => "Remove",
        Some("Block") => "Block",
        Some("Update") => "Update",
        _ => "Undo",
    }
}
