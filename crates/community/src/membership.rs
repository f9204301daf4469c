//! Following, joining and leaving.
//!
//! Following means hearing of somebody; joining means belonging to a group. For people of servers that know only one of the two,
//! following a group is joining it; leaving is both again.

use std::time::Duration;

use kindred_storage::{
    ActorId, ActorKind, Conn, Dialect, FollowId, FollowState, GroupRole, MembershipId,
    MembershipState, NotificationKind,
    actors::{self, Actor, Count},
    blocks, follows,
    follows::Follow,
    groups,
    memberships::{self, Membership},
    timelines,
};

use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    announce::{self, Ask},
    catch_up,
    jobs::{Job, lane_look},
    links, notify,
    policy::{self, Welcome},
    remote, servers,
    views::Relationship,
};

/// What a follower would like to hear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowWish {
    /// Also what the other one passes on; unchanged when not said, at first yes.
    pub show_boosts: Option<bool>,
    /// Be told of every post; unchanged when not said, at first no.
    pub notify: Option<bool>,
}

/// How many earlier posts a new follower finds in the home timeline.
const BACKFILL: i64 = 20;

/// Lets somebody of ours hear of `target`; for a group that is asking to belong to it.
///
/// Following twice is following once: the second call changes only the wish. Where an answer has to be waited for, the relationship
/// says so.
pub async fn follow(
    kindred: &Kindred,
    who: &Actor,
    target: ActorId,
    wish: FollowWish,
) -> Result<Relationship> {
    if who.id == target {
        return Err(Refusal::Oneself.into());
    }
    let words = words_of(kindred, target).await?;
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let target = ledger.actor(target)?;
            if target.deleted_at.is_some()
                || target.suspended_at.is_some()
                || blocks::find(ledger.db, target.id, who.id)?.is_some()
            {
                return Err(Refusal::NoSuchPerson.into());
            }
            let known = follows::find(ledger.db, who.id, target.id)?;
            if known.is_none() {
                let uri = links::activity(ledger.settings, ledger.next_activity());
                if target.host.is_empty() {
                    knock(ledger, &who, &target, uri)?;
                } else {
                    hear_from_now_on(ledger, who.id, target.id, uri.clone(), FollowState::Pending)?;
                    ask_elsewhere(ledger, &who, &target, &uri, words)?;
                }
            }
            follows::wish(ledger.db, who.id, target.id, wish.show_boosts, wish.notify)?;
            standing_of(ledger.db, who.id, target.id)
        })
        .await
}

/// With which words one comes into a group and leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    /// Following is everything.
    Follow,
    /// Following is hearing; belonging is asked for by `Join`, as Mobilizon does.
    FollowAndJoin,
}

/// The words that the server of an actor knows. One that does not tell its software knows the usual ones.
async fn words_of(kindred: &Kindred, target: ActorId) -> Result<Words> {
    let target = kindred
        .read(move |db| Ok(actors::find(db, target)?))
        .await?
        .filter(|target| target.kind == ActorKind::Group && !target.host.is_empty());
    let Some(target) = target else {
        return Ok(Words::Follow);
    };
    match servers::dialect(kindred, &target.host).await {
        Ok(Dialect::Mobilizon) => Ok(Words::FollowAndJoin),
        Ok(_) | Err(Error::Refused(_) | Error::Unreachable { .. } | Error::Protocol(_)) => {
            Ok(Words::Follow)
        }
        Err(error) => Err(error),
    }
}

/// Asks somebody elsewhere. A group that does not answer is asked once more: Lemmy never sends what it owes to a server that it has
/// just met.
fn ask_elsewhere(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    follow: &str,
    words: Words,
) -> Result<()> {
    announce::asked(ledger, who, target, follow)?;
    if words == Words::FollowAndJoin {
        announce::asked_to_join(ledger, who, target, follow)?;
    }
    if target.kind == ActorKind::Group {
        let job = Job::AskAgain {
            follow: follow.to_owned(),
        };
        let later = ledger.now + PATIENCE;
        ledger.enqueue_later(lane_look(&target.host), &job, later);
    }
    Ok(())
}

/// How long we wait for a group's answer before we ask again.
const PATIENCE: Duration = Duration::from_mins(2);

/// Asks again where no answer came. It is a new question, for whoever remembers the first one's address would not read it twice.
pub(crate) async fn ask_again(kindred: &Kindred, follow: &str) -> Result<()> {
    let follow = follow.to_owned();
    kindred
        .write(move |ledger| {
            let Some(waiting) = follows::by_uri(ledger.db, &follow)?
                .filter(|follow| follow.state == FollowState::Pending)
            else {
                return Ok(());
            };
            let (who, target) = (
                ledger.actor(waiting.follower_id)?,
                ledger.actor(waiting.target_id)?,
            );
            let uri = links::activity(ledger.settings, ledger.next_activity());
            announce::asked(ledger, &who, &target, &uri)?;
            follows::record(ledger.db, &Follow { uri, ..waiting })?;
            Ok(())
        })
        .await
}

/// Ends it: leaves the group, stops hearing of the person, takes back the question.
pub async fn unfollow(kindred: &Kindred, who: &Actor, target: ActorId) -> Result<Relationship> {
    let words = words_of(kindred, target).await?;
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let target = ledger.actor(target)?;
            if let Some(follow) = part(ledger, &who, &target)?
                && !target.host.is_empty()
            {
                announce::asked_no_more(ledger, &who, &target, &follow.uri)?;
                if words == Words::FollowAndJoin {
                    announce::left(ledger, &who, &target)?;
                }
            }
            standing_of(ledger.db, who.id, target.id)
        })
        .await
}

/// How somebody of ours stands to others, in the order asked for. Unknown ones are left out.
pub async fn relationships(
    kindred: &Kindred,
    who: &Actor,
    others: Vec<ActorId>,
) -> Result<Vec<Relationship>> {
    let who = who.id;
    kindred
        .read(move |db| {
            let known = actors::find_many(db, &others)?;
            let asked = others
                .into_iter()
                .take(MOST_AT_ONCE)
                .filter(|id| known.iter().any(|actor| actor.id == *id));
            asked.map(|id| standing_of(db, who, id)).collect()
        })
        .await
}

/// The most relationships that one question may ask for.
const MOST_AT_ONCE: usize = 100;

/// Somebody elsewhere asks to hear of somebody here, or to belong to a group here.
///
/// Whoever asks again gets the same answer again: peers ask twice to repair what was lost.
pub(crate) fn knocked(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    uri: &str,
    ask: Ask,
) -> Result<()> {
    if target.suspended_at.is_some() || blocks::find(ledger.db, target.id, who.id)?.is_some() {
        return announce::turned_away(ledger, target, who, uri, ask);
    }
    let known = follows::find(ledger.db, who.id, target.id)?;
    let outcome = match known {
        Some(known) if known.state == FollowState::Accepted => {
            follows::record(
                ledger.db,
                &Follow {
                    uri: uri.to_owned(),
                    ..known
                },
            )?;
            Ok(Welcome::Now)
        }
        // Who waits already goes on waiting, and nobody has to be told twice; whoever was invited meanwhile comes in.
        Some(known)
            if known.state == FollowState::Pending && !is_invited(ledger, target.id, who.id)? =>
        {
            follows::record(
                ledger.db,
                &Follow {
                    uri: uri.to_owned(),
                    ..known
                },
            )?;
            return Ok(());
        }
        _ => knock(ledger, who, target, uri.to_owned()),
    };
    match outcome {
        Ok(Welcome::Now) => announce::welcomed(ledger, target, who, uri, ask),
        Ok(Welcome::AfterApproval) => Ok(()),
        Err(Error::Refused(_)) => announce::turned_away(ledger, target, who, uri, ask),
        Err(error) => Err(error),
    }
}

fn is_invited(ledger: &mut Ledger<'_>, group: ActorId, who: ActorId) -> Result<bool> {
    let standing = memberships::standing(ledger.db, group, who)?;
    Ok(standing.is_some_and(|standing| standing.state == MembershipState::Invited))
}

/// Asks at a door of ours and records the answer.
pub(crate) fn knock(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    uri: String,
) -> Result<Welcome> {
    let welcome = match groups::find(ledger.db, target.id)? {
        Some((group, _)) => {
            let standing = memberships::standing(ledger.db, target.id, who.id)?;
            let banned = is_banned(ledger, target.id, who.id)?;
            let partner = announce::is_partner(ledger, &who.host)?;
            let welcome =
                policy::may_join(&group, target, who, partner, standing.as_ref(), banned)?;
            let state = match welcome {
                Welcome::Now => MembershipState::Active,
                Welcome::AfterApproval => MembershipState::Requested,
            };
            belong(ledger, target.id, who.id, standing, state)?;
            if welcome == Welcome::AfterApproval {
                for (_, organiser) in memberships::moderators(ledger.db, target.id)? {
                    notify::tell(
                        ledger,
                        &organiser,
                        NotificationKind::JoinRequest,
                        who.id,
                        None,
                        Some(target.id),
                    )?;
                }
            }
            welcome
        }
        None if target.locked => Welcome::AfterApproval,
        None => Welcome::Now,
    };
    let state = match welcome {
        Welcome::Now => FollowState::Accepted,
        Welcome::AfterApproval => FollowState::Pending,
    };
    hear_from_now_on(ledger, who.id, target.id, uri, state)?;
    if target.kind == ActorKind::Person {
        let kind = if welcome == Welcome::Now {
            NotificationKind::Follow
        } else {
            NotificationKind::FollowRequest
        };
        notify::tell(ledger, target, kind, who.id, None, None)?;
    }
    Ok(welcome)
}

fn belong(
    ledger: &mut Ledger<'_>,
    group: ActorId,
    who: ActorId,
    standing: Option<Membership>,
    state: MembershipState,
) -> Result<()> {
    if standing
        .as_ref()
        .is_some_and(|standing| standing.state == MembershipState::Active)
    {
        return Ok(());
    }
    let membership = Membership {
        id: standing.map_or_else(|| MembershipId(ledger.next_id()), |standing| standing.id),
        group_id: group,
        actor_id: who,
        role: GroupRole::Member,
        state,
        reason: None,
        invited_by: None,
        since: ledger.now,
        updated_at: ledger.now,
        uri: None,
        answer: None,
        role_since: ledger.now,
    };
    memberships::record(ledger.db, &membership)?;
    Ok(())
}

/// Records who hears of whom, and lays earlier posts into the home timeline of a follower of ours.
pub(crate) fn hear_from_now_on(
    ledger: &mut Ledger<'_>,
    who: ActorId,
    target: ActorId,
    uri: String,
    state: FollowState,
) -> Result<Follow> {
    let follow = Follow {
        id: FollowId(ledger.next_id()),
        follower_id: who,
        target_id: target,
        state,
        uri,
        show_boosts: true,
        notify: false,
        created_at: ledger.now,
    };
    let before = follows::find(ledger.db, who, target)?.map(|follow| follow.state);
    let follow = follows::record(ledger.db, &follow)?;
    if state == FollowState::Accepted && before != Some(FollowState::Accepted) {
        count(ledger, who, target, 1)?;
        lay_earlier_posts(ledger, who, target)?;
    }
    Ok(follow)
}

/// Lays earlier posts into the home of somebody who hears of the author from now on. Groups that hear of groups have no home.
fn lay_earlier_posts(ledger: &mut Ledger<'_>, who: ActorId, of: ActorId) -> Result<()> {
    if ledger.actor(who)?.kind != ActorKind::Group {
        timelines::backfill_home(ledger.db, who, of, BACKFILL)?;
    }
    Ok(())
}

/// The other side said yes to a question of ours, or began to send what we asked for (Lemmy does not always say yes).
pub(crate) fn accepted(ledger: &mut Ledger<'_>, follow: &Follow) -> Result<()> {
    if follow.state == FollowState::Accepted {
        return Ok(());
    }
    follows::accept(ledger.db, follow.id)?;
    let target = ledger.actor(follow.target_id)?;
    catch_up::begin(ledger, &target)?;
    count(ledger, follow.follower_id, follow.target_id, 1)?;
    remote::moderators::look(ledger, &target)?;
    lay_earlier_posts(ledger, follow.follower_id, follow.target_id)
}

/// The other side said no, or took its yes back.
pub(crate) fn rejected(ledger: &mut Ledger<'_>, follow: &Follow) -> Result<()> {
    let (who, target) = (
        ledger.actor(follow.follower_id)?,
        ledger.actor(follow.target_id)?,
    );
    part(ledger, &who, &target)?;
    Ok(())
}

/// Ends hearing and belonging together. Answers the follow that was, if there was one.
pub(crate) fn part(ledger: &mut Ledger<'_>, who: &Actor, target: &Actor) -> Result<Option<Follow>> {
    if let Some(standing) = memberships::standing(ledger.db, target.id, who.id)?
        && standing.state != MembershipState::Left
    {
        let alone = standing.role == GroupRole::Organiser && organisers(ledger, target.id)? == 1;
        if alone && who.host.is_empty() && target.host.is_empty() {
            return Err(Refusal::LastOrganiser.into());
        }
        memberships::set_state(
            ledger.db,
            target.id,
            who.id,
            MembershipState::Left,
            ledger.now,
        )?;
    }
    let Some(follow) = follows::remove(ledger.db, who.id, target.id)? else {
        return Ok(None);
    };
    if follow.state == FollowState::Accepted {
        count(ledger, who.id, target.id, -1)?;
    }
    timelines::drop_from_home(ledger.db, who.id, target.id)?;
    Ok(Some(follow))
}

fn organisers(ledger: &mut Ledger<'_>, group: ActorId) -> Result<usize> {
    let leaders = memberships::moderators(ledger.db, group)?;
    Ok(leaders
        .iter()
        .filter(|(membership, _)| membership.role == GroupRole::Organiser)
        .count())
}

fn count(ledger: &mut Ledger<'_>, who: ActorId, target: ActorId, by: i32) -> Result<()> {
    actors::adjust(ledger.db, target, Count::Followers, by)?;
    actors::adjust(ledger.db, who, Count::Following, by)?;
    Ok(())
}

/// Whether a ban that has not ended keeps somebody out.
pub(crate) fn is_banned(ledger: &mut Ledger<'_>, group: ActorId, who: ActorId) -> Result<bool> {
    let now = ledger.now;
    Ok(memberships::ban_of(ledger.db, group, who)?
        .is_some_and(|ban| ban.until.is_none_or(|until| until > now)))
}

/// How one stands to another.
pub(crate) fn standing_of(db: &mut Conn, who: ActorId, other: ActorId) -> Result<Relationship> {
    let follow = follows::find(db, who, other)?;
    let back = follows::find(db, other, who)?;
    let state = follow.as_ref().map(|follow| follow.state);
    Ok(Relationship {
        id: other,
        following: state == Some(FollowState::Accepted),
        requested: state == Some(FollowState::Pending),
        followed_by: back.is_some_and(|back| back.state == FollowState::Accepted),
        show_boosts: follow.as_ref().is_some_and(|follow| follow.show_boosts),
        notifying: follow.is_some_and(|follow| follow.notify),
        blocking: blocks::find(db, who, other)?.is_some(),
    })
}
