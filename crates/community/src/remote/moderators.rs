//! Who keeps order in a group elsewhere, as its own server says.
//!
//! Their roles stand in our table like those of our own groups: whoever is not in it has no say about the group here, and our own people
//! in it may act there. The list is asked for when somebody here begins to follow the group, once a day, and when the group says that
//! it has changed.

use std::collections::HashSet;

use kindred_protocol::{
    Uri,
    vocabulary::{CollectionDoc, Document, Ref},
};
use kindred_storage::{
    ActorId, ActorKind, FollowState, GroupRole, MembershipId, MembershipState,
    actors::{self, Actor},
    follows,
    memberships::{self, Membership},
};

use super::{actor, fetch_document};
use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    jobs::{Job, lane_look},
};

/// The most moderators of one group that we know of.
const MOST: usize = 50;

/// The most of them that are asked for at once, because they are not known yet.
const MOST_ASKED: usize = 20;

/// Leaves a job that asks who keeps order in this group, if it is one, lives elsewhere, and somebody here hears of it.
pub(crate) fn look(ledger: &mut Ledger<'_>, group: &Actor) -> Result<()> {
    let has_list =
        group.kind == ActorKind::Group && !group.is_local() && group.moderators_uri.is_some();
    if has_list && follows::has_local_follower(ledger.db, group.id)? {
        let job = Job::Moderators {
            group: group.uri.clone(),
        };
        ledger.enqueue(lane_look(&group.host), &job);
    }
    Ok(())
}

/// Asks the group's own server, and writes down what it says.
pub(crate) async fn ask(kindred: &Kindred, group: &str) -> Result<()> {
    let address = group.to_owned();
    let group = kindred
        .read(move |db| Ok(actors::by_uri(db, &address)?))
        .await?
        .filter(|group| group.kind == ActorKind::Group && !group.is_local());
    let Some(group) = group else {
        return Ok(());
    };
    let Some(list) = group
        .moderators_uri
        .as_deref()
        .and_then(|list| Uri::parse(list).ok())
    else {
        return Ok(());
    };
    let named = named(kindred, &list).await?;
    let mut keepers: Vec<Actor> = Vec::new();
    let mut asked = 0;
    for uri in named {
        let known = kindred
            .read({
                let uri = uri.clone();
                move |db| Ok(actors::by_uri(db, &uri)?)
            })
            .await?;
        match known {
            Some(known) => keepers.push(known),
            None if asked < MOST_ASKED => {
                asked += 1;
                match Box::pin(actor(kindred, &uri)).await {
                    Ok(found) => keepers.push(found),
                    // Who cannot be had cannot act either.
                    Err(Error::Refused(_) | Error::Unreachable { .. } | Error::Protocol(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            None => {}
        }
    }
    keepers.retain(|keeper| keeper.deleted_at.is_none() && keeper.kind != ActorKind::Group);
    kindred
        .write(move |ledger| write_down(ledger, group.id, &keepers))
        .await
}

/// The addresses on the list, each once. The list is believed at its own address only.
async fn named(kindred: &Kindred, list: &Uri) -> Result<Vec<String>> {
    let mut page = collection(kindred, list).await?;
    if page.items.is_empty() {
        match page.first.take() {
            Some(Ref::Whole(first)) => page = *first,
            Some(Ref::Id(first)) if first.same_origin(list) => {
                page = collection(kindred, &first).await?;
            }
            _ => {}
        }
    }
    let mut seen = HashSet::new();
    Ok(page
        .item_ids()
        .map(|uri| uri.as_str().to_owned())
        .filter(|uri| seen.insert(uri.clone()))
        .take(MOST)
        .collect())
}

async fn collection(kindred: &Kindred, uri: &Uri) -> Result<CollectionDoc> {
    match Box::pin(fetch_document(kindred, uri)).await? {
        Document::Collection(list) => Ok(*list),
        _ => Err(Refusal::NotUnderstood("this is no list of moderators".into()).into()),
    }
}

/// Those who are on the list keep order, those who were and are not any more do not.
fn write_down(ledger: &mut Ledger<'_>, group: ActorId, keepers: &[Actor]) -> Result<()> {
    for (standing, actor) in memberships::moderators(ledger.db, group)? {
        if keepers.iter().all(|keeper| keeper.id != actor.id) {
            let state = if hears(ledger, actor.id, group)? {
                MembershipState::Active
            } else {
                MembershipState::Left
            };
            let plain = Membership {
                role: GroupRole::Member,
                state,
                updated_at: ledger.now,
                role_since: ledger.now,
                ..standing
            };
            memberships::record(ledger.db, &plain)?;
        }
    }
    for keeper in keepers {
        let known = memberships::standing(ledger.db, group, keeper.id)?;
        let keeps = known.as_ref().is_some_and(|known| {
            known.role != GroupRole::Member && known.state == MembershipState::Active
        });
        // A group elsewhere cannot make our people belong to it: they have to have come by themselves.
        if keeps || (keeper.is_local() && !hears(ledger, keeper.id, group)?) {
            continue;
        }
        let standing = Membership {
            id: known
                .as_ref()
                .map_or_else(|| MembershipId(ledger.next_id()), |known| known.id),
            group_id: group,
            actor_id: keeper.id,
            role: GroupRole::Moderator,
            state: MembershipState::Active,
            reason: None,
            invited_by: None,
            since: known.map_or(ledger.now, |known| known.since),
            updated_at: ledger.now,
            uri: None,
            answer: None,
            role_since: ledger.now,
        };
        memberships::record(ledger.db, &standing)?;
    }
    Ok(())
}

fn hears(ledger: &mut Ledger<'_>, who: ActorId, group: ActorId) -> Result<bool> {
    Ok(follows::find(ledger.db, who, group)?
        .is_some_and(|follow| follow.state == FollowState::Accepted))
}
