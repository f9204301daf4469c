//! Groups that hear of other groups, so that two groups of two companies on one topic become one room (FEP-d36d).
//!
//! An organiser lets a group here follow another group, here or elsewhere. What stands in the other group is then passed on here as
//! well; answers go to where the thread lives. How it is passed on without circles and doubles is told in `posts::relay`.

use kindred_storage::{
    ActorId, ActorKind, FollowState, GroupRole, Moment, Page, Visibility,
    actors::Actor,
    follows,
    group_follows::{self, GroupFollow},
    groups, memberships,
};

use crate::{
    Kindred, Ledger, Refusal, Result,
    announce::{self, Ask},
    links, membership, policy,
    sections::bounded,
    sight,
    views::Viewer,
};

/// The most groups that one group hears of.
pub const MOST_COMPANIONS: i64 = 50;

/// Another group of which a group here is to hear.
#[derive(Clone, Debug)]
pub struct Companion {
    /// The other group.
    pub group: Actor,
    /// How far it has come.
    pub standing: Standing,
    /// Since when it is wanted.
    pub since: Moment,
}

/// How far a group has come in hearing of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The other group has not answered yet.
    Waiting,
    /// It hears of it.
    Hears,
    /// The other group said no, or took its yes back.
    Declined,
}

/// The groups of which a group here is to hear, as far as the viewer may see the group; those first that were known last.
pub async fn of_group(
    kindred: &Kindred,
    viewer: &Viewer,
    group: ActorId,
    page: Page,
) -> Result<Vec<Companion>> {
    let (viewer, page) = (viewer.clone(), bounded(page));
    kindred
        .read(move |db| {
            let (row, face) = groups::find(db, group)?.ok_or(Refusal::NoSuchGroup)?;
            if !face.host.is_empty()
                || face.deleted_at.is_some()
                || !sight::of_group(db, &viewer, &row)?
            {
                return Err(Refusal::NoSuchGroup.into());
            }
            let wanted = group_follows::of(db, group, &page)?;
            let targets: Vec<ActorId> = wanted.iter().map(|(wish, _)| wish.target_id).collect();
            let agreed = follows::find_many(db, group, &targets)?;
            Ok(wanted
                .into_iter()
                .map(|(wish, group)| {
                    let follow = agreed.iter().find(|follow| follow.target_id == group.id);
                    Companion {
                        standing: standing(follow.map(|follow| follow.state)),
                        since: wish.created_at,
                        group,
                    }
                })
                .collect())
        })
        .await
}

fn standing(follow: Option<FollowState>) -> Standing {
    match follow {
        Some(FollowState::Accepted) => Standing::Hears,
        Some(FollowState::Pending) => Standing::Waiting,
        None => Standing::Declined,
    }
}

/// Lets a group here hear of another group. Asking again after a no asks again.
///
/// Only organisers decide it, and both groups have to be open to everybody: what a closed group says is not for the people of another.
pub async fn follow(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    other: ActorId,
) -> Result<Companion> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let face = must_run(ledger, &who, group)?;
            let target = must_be_open(ledger, other)?;
            if target.id == face.id {
                return Err(Refusal::Oneself.into());
            }
            if group_follows::count(ledger.db, face.id)? >= MOST_COMPANIONS {
                return Err(Refusal::NotUnderstood(format!(
                    "a group hears of at most {MOST_COMPANIONS} others"
                ))
                .into());
            }
            let wish = GroupFollow {
                target_id: target.id,
                follower_id: face.id,
                by_id: Some(who.id),
                created_at: ledger.now,
            };
            group_follows::record(ledger.db, &wish)?;
            if follows::find(ledger.db, face.id, target.id)?.is_none() {
                ask(ledger, &face, &target)?;
            }
            let follow = follows::find(ledger.db, face.id, target.id)?;
            Ok(Companion {
                group: target,
                standing: standing(follow.map(|follow| follow.state)),
                since: wish.created_at,
            })
        })
        .await
}

fn ask(ledger: &mut Ledger<'_>, face: &Actor, target: &Actor) -> Result<()> {
    let uri = links::activity(ledger.settings, ledger.next_activity());
    if target.host.is_empty() {
        let knock = membership::Knock {
            uri,
            ask: Ask::Follow,
            words: None,
        };
        return membership::knock(ledger, face, target, &knock).map(drop);
    }
    membership::hear_from_now_on(
        ledger,
        face.id,
        target.id,
        uri.clone(),
        FollowState::Pending,
    )?;
    announce::asked(ledger, face, target, &uri, None)
}

/// A group here hears of the other one no more. What it passed on before stays.
pub async fn unfollow(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    other: ActorId,
) -> Result<()> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let face = must_run(ledger, &who, group)?;
            if !group_follows::remove(ledger.db, face.id, other)? {
                return Err(Refusal::NoSuchGroup.into());
            }
            let target = ledger.actor(other)?;
            if let Some(follow) = membership::part(ledger, &face, &target)?
                && !target.host.is_empty()
            {
                announce::asked_no_more(ledger, &face, &target, &follow.uri)?;
            }
            Ok(())
        })
        .await
}

/// Says whether microblogs hear of answers in a group too, and not only of new threads. Organisers decide it.
pub async fn boost_comments(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    wanted: bool,
) -> Result<()> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let face = must_run(ledger, &who, group)?;
            Ok(groups::boost_comments(ledger.db, face.id, wanted)?)
        })
        .await
}

/// The face of a group here that this person organises.
fn must_run(ledger: &mut Ledger<'_>, who: &Actor, group: ActorId) -> Result<Actor> {
    let (row, face) = groups::find(ledger.db, group)?
        .filter(|(_, face)| face.host.is_empty() && face.deleted_at.is_none())
        .ok_or(Refusal::NoSuchGroup)?;
    if !sight::of_group(ledger.db, &Viewer::Local(who.id), &row)? {
        return Err(Refusal::NoSuchGroup.into());
    }
    let standing = memberships::standing(ledger.db, group, who.id)?;
    if policy::role_of(standing.as_ref()) != Some(GroupRole::Organiser) {
        return Err(Refusal::OrganisersAlone.into());
    }
    if row.visibility != Visibility::Public {
        return Err(not_open().into());
    }
    Ok(face)
}

/// Refuses to hear of a group that is not open to everybody, before anything else is done.
pub(crate) async fn must_open_to_all(kindred: &Kindred, group: ActorId) -> Result<()> {
    kindred
        .write(move |ledger| must_be_open(ledger, group).map(drop))
        .await
}

/// The face of a group, anywhere, that is open to everybody.
fn must_be_open(ledger: &mut Ledger<'_>, group: ActorId) -> Result<Actor> {
    let (row, face) = groups::find(ledger.db, group)?
        .filter(|(_, face)| face.deleted_at.is_none() && face.kind == ActorKind::Group)
        .ok_or(Refusal::NoSuchGroup)?;
    match row.visibility {
        Visibility::Public => Ok(face),
        // What cannot be seen does not exist.
        Visibility::Company | Visibility::Members | Visibility::Partners
            if face.host.is_empty() =>
        {
            Err(Refusal::NoSuchGroup.into())
        }
        _ => Err(not_open().into()),
    }
}

fn not_open() -> Refusal {
    Refusal::NotUnderstood("only groups that are open to everybody hear of each other".into())
}
