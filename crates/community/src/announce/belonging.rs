//! What is said about who belongs to a group and who leads it: questions, answers, invitations, moderators named and unnamed.

use kindred_protocol::write;
use kindred_storage::{ActorId, Visibility, actors::Actor, memberships::Membership};
use serde_json::{Value, json};

use super::{Ask, Saying, fresh, personal, say, send_to};
use crate::{Ledger, Result, jobs::Parcel};

/// Somebody of ours asks somebody elsewhere, perhaps with a few words.
pub(crate) fn asked(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    uri: &str,
    words: Option<&str>,
) -> Result<()> {
    let body = write::follow(&personal(uri.to_owned(), who, target), &target.uri);
    let body = write::in_words(body, words);
    tell(ledger, who, target, ("Follow", uri, &target.uri), &body)
}

/// Somebody of ours asks to belong to a group elsewhere that does not take following for it.
pub(crate) fn asked_to_join(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    follow: &str,
    words: Option<&str>,
) -> Result<()> {
    let uri = format!("{follow}#join");
    // Mobilizon passes the words of the asker on, and there have to be some.
    let words = Some(words.unwrap_or_default());
    let body = write::join(&personal(uri.clone(), who, target), &target.uri, words);
    tell(ledger, who, target, ("Join", &uri, &target.uri), &body)
}

/// Somebody of ours does not belong to a group elsewhere any more.
pub(crate) fn left(ledger: &mut Ledger<'_>, who: &Actor, target: &Actor) -> Result<()> {
    let uri = fresh(ledger);
    let body = write::leave(&personal(uri.clone(), who, target), &target.uri);
    tell(ledger, who, target, ("Leave", &uri, &target.uri), &body)
}

/// The question that an answer is to, whichever of the two wishes it names.
pub(crate) fn asked_as(question: &str) -> &str {
    question.strip_suffix("#join").unwrap_or(question)
}

/// Somebody of ours takes the question back, or leaves.
pub(crate) fn asked_no_more(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    follow: &str,
) -> Result<()> {
    let inner = write::follow(&personal(follow.to_owned(), who, target), &target.uri);
    let uri = fresh(ledger);
    let body = write::undo(&personal(uri.clone(), who, target), &inner);
    tell(ledger, who, target, ("Undo", &uri, follow), &body)
}

/// A group or person of ours says yes to somebody elsewhere.
pub(crate) fn welcomed(
    ledger: &mut Ledger<'_>,
    target: &Actor,
    who: &Actor,
    question: &str,
    ask: Ask,
) -> Result<()> {
    let uri = fresh(ledger);
    let card = personal(uri.clone(), target, who);
    let body = write::accept(&card, &question_of(who, target, question, ask));
    tell(ledger, target, who, ("Accept", &uri, question), &body)
}

/// A group or person of ours says no to somebody elsewhere, perhaps with the reason.
pub(crate) fn turned_away(
    ledger: &mut Ledger<'_>,
    target: &Actor,
    who: &Actor,
    question: &str,
    ask: Ask,
    reason: Option<&str>,
) -> Result<()> {
    let uri = fresh(ledger);
    let card = personal(uri.clone(), target, who);
    let body = write::reject(&card, &question_of(who, target, question, ask));
    let body = write::in_words(body, reason);
    tell(ledger, target, who, ("Reject", &uri, question), &body)
}

/// The question as it stands in the answer: whole, with its own id, since Lemmy 0.19 reads nothing else.
fn question_of(who: &Actor, target: &Actor, uri: &str, ask: Ask) -> Value {
    let kind = match ask {
        Ask::Follow => "Follow",
        Ask::Join => "Join",
    };
    json!({ "id": uri, "type": kind, "actor": who.uri, "object": target.uri })
}

/// Somebody of ours invites somebody elsewhere to a group of ours.
pub(crate) fn invited(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    guest: &Actor,
    uri: &str,
) -> Result<()> {
    let card = personal(uri.to_owned(), who, guest);
    let body = write::invite(&card, &group.uri, &guest.uri);
    tell(ledger, who, guest, ("Invite", uri, &group.uri), &body)
}

/// Somebody of ours answers an invitation to a group elsewhere: to whoever invited, and to the group.
pub(crate) fn invitation_answered(
    ledger: &mut Ledger<'_>,
    guest: &Actor,
    group: &Actor,
    invitation: &Membership,
    answer: Result<(), Option<&str>>,
) -> Result<()> {
    let host = match invitation.invited_by {
        Some(by) => ledger.actor(by)?,
        None => group.clone(),
    };
    let asked = invitation.uri.clone().unwrap_or_default();
    let invite = json!({
        "id": asked, "type": "Invite", "actor": host.uri, "object": group.uri, "target": guest.uri
    });
    let uri = fresh(ledger);
    let mut card = personal(uri.clone(), guest, &host);
    if host.id != group.id {
        card.cc.push(group.uri.clone());
    }
    let (kind, body) = match answer {
        Ok(()) => ("Accept", write::accept(&card, &invite)),
        Err(words) => (
            "Reject",
            write::in_words(write::reject(&card, &invite), words),
        ),
    };
    let saying = Saying {
        uri: &uri,
        kind,
        actor: guest.id,
        object: &asked,
        group: None,
        visibility: Visibility::Direct,
    };
    let activity = say(ledger, &saying, &body)?;
    let parcel = Parcel::alike(guest.id, activity);
    send_to(ledger, parcel, &host);
    if host.host != group.host {
        send_to(ledger, parcel, group);
    }
    Ok(())
}

/// Says something of one to another, about that other one.
pub(super) fn personally(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    uri: &str,
    kind: &'static str,
    body: &Value,
) -> Result<()> {
    tell(ledger, who, target, (kind, uri, &target.uri), body)
}

/// Somebody of ours wants nothing to do with somebody elsewhere any more: their server keeps the two apart, too.
pub(crate) fn shut_out(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    uri: &str,
) -> Result<()> {
    let body = write::shut_out(&personal(uri.to_owned(), who, target), &target.uri);
    tell(ledger, who, target, ("Block", uri, &target.uri), &body)
}

/// They have nothing against them any more.
pub(crate) fn shut_out_no_more(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    block: &str,
) -> Result<()> {
    let inner = write::shut_out(&personal(block.to_owned(), who, target), &target.uri);
    let uri = fresh(ledger);
    let body = write::undo(&personal(uri.clone(), who, target), &inner);
    tell(ledger, who, target, ("Undo", &uri, block), &body)
}

/// Says something from one to another and to nobody else. People of ours need no letter.
fn tell(
    ledger: &mut Ledger<'_>,
    from: &Actor,
    to: &Actor,
    (kind, uri, object): (&'static str, &str, &str),
    body: &Value,
) -> Result<()> {
    if to.host.is_empty() {
        return Ok(());
    }
    let saying = Saying {
        uri,
        kind,
        actor: from.id,
        object,
        group: None::<ActorId>,
        visibility: Visibility::Direct,
    };
    let activity = say(ledger, &saying, body)?;
    send_to(ledger, Parcel::alike(from.id, activity), to);
    Ok(())
}
