//! Questions at our doors and answers to our own: following, joining, leaving, invitations.

use super::{lives_with, local_actor};
use crate::{Kindred, Ledger, Refusal, Result, announce, invitations, membership, remote};
use kindred_protocol::{
    Uri,
    vocabulary::{Answer, Incoming},
};
use kindred_storage::{
    ActorKind, Direction, activities,
    actors::{self, Actor},
    follows::{self, Follow},
};

/// Somebody invites. The guest is named as the target, or, by some servers, only among the recipients.
///
/// A group elsewhere that is new to us is asked for only when it lives with whoever invites, and the guest is one of ours.
pub(super) async fn invited(
    kindred: &Kindred,
    sender: Actor,
    group: Uri,
    guest: Option<Uri>,
    id: Option<Uri>,
    recipients: Vec<String>,
) -> Result<()> {
    let named: Vec<String> = match guest {
        Some(guest) => vec![guest.as_str().to_owned()],
        None => recipients.into_iter().take(MOST_GUESTS).collect(),
    };
    let guests: Vec<Actor> = kindred
        .read(move |db| Ok(actors::by_uris(db, &named)?))
        .await?
        .into_iter()
        .filter(|guest| guest.deleted_at.is_none() && guest.kind == ActorKind::Person)
        .collect();
    let one_of_ours = guests.iter().any(|guest| guest.host.is_empty());
    if !kindred.settings().is_ours(group.as_str()) && one_of_ours && lives_with(&group, &sender) {
        remote::actor(kindred, group.as_str()).await?;
    }
    kindred
        .write(move |ledger| {
            for guest in &guests {
                invitations::arrived(ledger, &sender, &group, guest, id.as_ref())?;
            }
            Ok(())
        })
        .await
}

/// An `Invite` is for one person; whoever names a crowd is not listened to further.
const MOST_GUESTS: usize = 5;

pub(super) fn left(ledger: &mut Ledger<'_>, sender: &Actor, target: &str) -> Result<()> {
    match local_actor(ledger, target)? {
        Some(target) => membership::left(ledger, sender, &target),
        None => Ok(()),
    }
}

/// The follow that was asked for by this activity. Whoever was asked twice may answer the first question late.
fn question(ledger: &mut Ledger<'_>, target: &Actor, uri: &str) -> Result<Option<Follow>> {
    if let Some(follow) = follows::by_uri(ledger.db, uri)? {
        return Ok(Some(follow));
    }
    let ours = activities::by_uri(ledger.db, uri)?.filter(|said| {
        said.direction == Direction::Said
            && said.kind == "Follow"
            && said.object_uri.as_deref() == Some(target.uri.as_str())
    });
    match ours.and_then(|said| said.actor_id) {
        Some(who) => Ok(follows::find(ledger.db, who, target.id)?),
        None => Ok(None),
    }
}

/// An answer counts only for a question of ours, from the one who was asked.
pub(super) fn answered(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    answer: &Answer,
    yes: bool,
) -> Result<()> {
    if invitations::answered(ledger, sender, answer, yes)? {
        return Ok(());
    }
    let by_id = match answer.object.id() {
        Some(id) => question(ledger, sender, announce::asked_as(id.as_str()))?,
        None => None,
    };
    let follow = match (by_id, answer.object.whole()) {
        (Some(follow), _) => Some(follow),
        // Some servers answer with a copy whose id is their own: then the pair tells which question it was.
        (None, Some(question)) => match (
            &question.activity,
            local_actor(ledger, question.actor.as_str())?,
        ) {
            (Incoming::Follow { .. } | Incoming::Join { .. }, Some(asker)) => {
                follows::find(ledger.db, asker.id, sender.id)?
            }
            _ => None,
        },
        (None, None) => None,
    };
    match follow {
        Some(follow)
            if follow.target_id == sender.id
                && ledger.actor(follow.follower_id)?.host.is_empty() =>
        {
            if yes {
                membership::accepted(ledger, &follow)
            } else {
                membership::rejected(ledger, &follow, answer.reason.as_deref())
            }
        }
        _ => Err(Refusal::NotYours.into()),
    }
}
