//! Hearing and belonging: following, joining, leaving.
//!
//! Following means hearing of somebody; joining means belonging to a group. They are two facts, in two tables. A person who follows
//! a group asks for both, since most servers know one word only; groups, programs and servers that follow only hear. How each peer's
//! words map to the two stands in `docs/federation/groups.md`.

mod elsewhere;
mod neighbours;
mod standings;
mod ties;

pub(crate) use elsewhere::{Wording, ask_again, wording_of};
pub use neighbours::{followed, followers};
pub use standings::relationships;
pub(crate) use standings::{MOST_AT_ONCE, standing_of};
pub(crate) use ties::{hear_from_now_on, is_banned, part};

use kindred_protocol::html;
use kindred_storage::{
    ActorId, ActorKind, Dialect, FollowState, GroupRole, Json, MembershipId, MembershipState,
    NotificationKind, Visibility, activities,
    actors::Actor,
    blocks, follows,
    follows::Follow,
    groups, instances,
    memberships::{self, Membership},
};

use self::ties::{Led, count, lay_earlier_posts};
use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    announce::{self, Ask},
    catch_up, links,
    moderation::{Act, Word},
    notify,
    policy::{self, Bond, Welcome},
    remote, roles, succession,
    views::Relationship,
};

/// What a follower would like to hear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowWish {
    /// Also what the other one passes on; unchanged when not said, at first yes.
    pub show_boosts: Option<bool>,
    /// Be told of every post; unchanged when not said, at first no.
    pub notify: Option<bool>,
    /// Only what is written in these languages, as two or three letters each; unchanged when not said, at first all. An empty list
    /// means all.
    pub languages: Option<Vec<String>>,
}

/// The most languages that a wish may name.
const MOST_LANGUAGES: usize = 50;

impl FollowWish {
    fn into_row(self) -> follows::Wish {
        let languages = self.languages.map(|mut languages| {
            languages.retain(|tag| {
                (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase())
            });
            languages.truncate(MOST_LANGUAGES);
            (!languages.is_empty()).then_some(Json(languages))
        });
        follows::Wish {
            show_boosts: self.show_boosts,
            notify: self.notify,
            languages,
        }
    }
}

/// What stays when somebody leaves a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// Nothing: it is neither belonged to nor heard of.
    Silence,
    /// It is still heard of.
    Hearing,
}

/// The longest words to those who answer at a door, in characters.
pub const LONGEST_REASON: usize = 500;

/// Lets somebody of ours hear of `target`; for a group that is asking to belong to it as well.
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
    let wording = wording_of(kindred, target).await?;
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let target = approached(ledger, &who, target)?;
            if follows::find(ledger.db, who.id, target.id)?.is_none() {
                ask(ledger, &who, &target, wording, None)?;
            }
            follows::wish(ledger.db, who.id, target.id, &wish.into_row())?;
            standing_of(ledger.db, ledger.now, who.id, target.id)
        })
        .await
}

/// Asks to belong to a group, with a few words to those who decide. Whoever heard of it already may have to wait all the same.
pub async fn join(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    words: Option<String>,
) -> Result<()> {
    let wording = wording_of(kindred, group).await?;
    let who = who.clone();
    let words = words.and_then(|words| worded(&words));
    kindred
        .write(move |ledger| {
            let target = approached(ledger, &who, group)?;
            groups::find(ledger.db, group)?.ok_or(Refusal::NoSuchGroup)?;
            ask(ledger, &who, &target, wording, words.as_deref())
        })
        .await
}

/// Somebody whom `who` may walk up to.
fn approached(ledger: &mut Ledger<'_>, who: &Actor, target: ActorId) -> Result<Actor> {
    let target = ledger.actor(target)?;
    if target.deleted_at.is_some()
        || target.suspended_at.is_some()
        || blocks::find(ledger.db, target.id, who.id)?.is_some()
    {
        return Err(Refusal::NoSuchPerson.into());
    }
    Ok(target)
}

/// Somebody of ours asks at a door, here or elsewhere.
pub(crate) fn ask(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    wording: Wording,
    words: Option<&str>,
) -> Result<()> {
    let uri = links::activity(ledger.settings, ledger.next_activity());
    if target.host.is_empty() {
        return knock(
            ledger,
            who,
            target,
            &Knock {
                uri,
                ask: Ask::Follow,
                words,
            },
        )
        .map(drop);
    }
    if follows::find(ledger.db, who.id, target.id)?
        .is_some_and(|known| known.state == FollowState::Accepted)
    {
        return Ok(());
    }
    if target.kind == ActorKind::Group {
        let standing = memberships::standing(ledger.db, target.id, who.id)?;
        let knock = Knock {
            uri: uri.clone(),
            ask: Ask::Follow,
            words,
        };
        belong(
            ledger,
            target.id,
            who.id,
            standing.as_ref(),
            MembershipState::Requested,
            &knock,
        )?;
    }
    hear_from_now_on(ledger, who.id, target.id, uri.clone(), FollowState::Pending)?;
    elsewhere::ask_there(ledger, who, target, &uri, wording, words)
}

/// Ends it: leaves the group, stops hearing of the person, takes back the question.
pub async fn unfollow(kindred: &Kindred, who: &Actor, target: ActorId) -> Result<Relationship> {
    let wording = wording_of(kindred, target).await?;
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let target = ledger.actor(target)?;
            go(ledger, &who, &target, wording)?;
            standing_of(ledger.db, ledger.now, who.id, target.id)
        })
        .await
}

/// Leaves a group. Whoever was its last organiser leaves it to somebody else, see [`crate::policy::heir`].
pub async fn leave(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    afterwards: Afterwards,
) -> Result<()> {
    let wording = wording_of(kindred, group).await?;
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let (_, face) = groups::find(ledger.db, group)?.ok_or(Refusal::NoSuchGroup)?;
            // A server elsewhere knows one relation only.
            if afterwards == Afterwards::Hearing && face.host.is_empty() {
                says_no_more(ledger, &who, &face)?;
                return belong_no_more(ledger, &who, &face);
            }
            go(ledger, &who, &face, wording)
        })
        .await
}

/// Somebody of ours goes, and says so.
fn go(ledger: &mut Ledger<'_>, who: &Actor, target: &Actor, wording: Wording) -> Result<()> {
    says_no_more(ledger, who, target)?;
    if let Some(follow) = part(ledger, who, target)?
        && !target.host.is_empty()
    {
        announce::asked_no_more(ledger, who, target, &follow.uri)?;
        if wording == Wording::FollowAndJoin {
            announce::left(ledger, who, target)?;
        }
    }
    Ok(())
}

/// Whoever led a group of ours and leaves it takes themself off the list of moderators.
fn says_no_more(ledger: &mut Ledger<'_>, who: &Actor, group: &Actor) -> Result<()> {
    let standing = memberships::standing(ledger.db, group.id, who.id)?;
    if group.is_local() && policy::moderates(standing.as_ref()) {
        let act = Act {
            who,
            group,
            word: Word::Ours,
        };
        roles::leads_no_more(ledger, act, who)?;
    }
    Ok(())
}

/// A question at a door of ours.
pub(crate) struct Knock<'a> {
    /// The id of the activity that asks.
    pub uri: String,
    /// By which word: with `Join` one that hears already asks to belong as well.
    pub ask: Ask,
    /// What the asker says to it.
    pub words: Option<&'a str>,
}

/// Words of one of ours, not too many.
pub(crate) fn worded(words: &str) -> Option<String> {
    let words: String = words.trim().chars().take(LONGEST_REASON).collect();
    Some(words).filter(|words| !words.is_empty())
}

/// Words that came from elsewhere, where they are HTML.
pub(crate) fn heard(words: &str) -> Option<String> {
    worded(&html::to_text(words, LONGEST_REASON))
}

/// Somebody elsewhere asks to hear of somebody here, or to belong to a group here.
///
/// Whoever asks again gets the same answer again: peers ask twice to repair what was lost.
pub(crate) fn knocked(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    asking: &Knock<'_>,
) -> Result<()> {
    let (uri, ask) = (asking.uri.as_str(), asking.ask);
    if target.suspended_at.is_some() || blocks::find(ledger.db, target.id, who.id)?.is_some() {
        return announce::turned_away(ledger, target, who, uri, ask, None);
    }
    let hears = follows::find(ledger.db, who.id, target.id)?
        .is_some_and(|known| known.state == FollowState::Accepted);
    match knock(ledger, who, target, asking) {
        Ok(Welcome::Now) => announce::welcomed(ledger, target, who, uri, ask),
        // Whoever must not know of it any more does not hear of it either, from now on.
        Err(Error::Refused(refusal @ Refusal::NoSuchGroup)) => {
            part(ledger, who, target)?;
            announce::turned_away(ledger, target, who, uri, ask, Some(&refusal.to_string()))
        }
        // Whoever hears already goes on hearing, whatever becomes of the wish to belong.
        Ok(Welcome::AfterApproval) | Err(Error::Refused(_)) if hears && ask == Ask::Follow => {
            announce::welcomed(ledger, target, who, uri, ask)
        }
        Ok(Welcome::AfterApproval) => Ok(()),
        Err(Error::Refused(refusal)) => {
            announce::turned_away(ledger, target, who, uri, ask, Some(&refusal.to_string()))
        }
        Err(error) => Err(error),
    }
}

/// Asks at a door of ours and records the answer.
pub(crate) fn knock(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    asking: &Knock<'_>,
) -> Result<Welcome> {
    let known = follows::find(ledger.db, who.id, target.id)?;
    let welcome = match groups::find(ledger.db, target.id)? {
        Some((group, _)) => {
            let partner = announce::is_partner(ledger, &who.host)?;
            let banned = is_banned(ledger, target.id, who.id)?;
            match policy::bond(who.kind) {
                Bond::Hearing => {
                    policy::may_hear(&group, target, who, partner, banned)?;
                    Welcome::Now
                }
                Bond::Belonging => {
                    let standing = memberships::standing(ledger.db, target.id, who.id)?;
                    let welcome =
                        policy::may_join(&group, target, who, partner, standing.as_ref(), banned)?;
                    let state = match welcome {
                        Welcome::Now => MembershipState::Active,
                        Welcome::AfterApproval => MembershipState::Requested,
                    };
                    belong(ledger, target.id, who.id, standing.as_ref(), state, asking)?;
                    let waited = standing
                        .is_some_and(|standing| standing.state == MembershipState::Requested);
                    if welcome == Welcome::AfterApproval && !waited {
                        tell_moderators(
                            ledger,
                            target.id,
                            NotificationKind::JoinRequest,
                            who.id,
                            None,
                        )?;
                    }
                    welcome
                }
            }
        }
        None if known
            .as_ref()
            .is_some_and(|known| known.state == FollowState::Accepted) =>
        {
            Welcome::Now
        }
        None if target.locked => Welcome::AfterApproval,
        None => Welcome::Now,
    };
    let state = match welcome {
        Welcome::Now => FollowState::Accepted,
        Welcome::AfterApproval => FollowState::Pending,
    };
    let first = known.is_none();
    // Whoever followed and joins as well may take back the one and keep the other: each is known by its own activity.
    let uri = match known {
        Some(known) if asking.ask == Ask::Join => known.uri,
        _ => asking.uri.clone(),
    };
    hear_from_now_on(ledger, who.id, target.id, uri, state)?;
    if target.kind == ActorKind::Person && first {
        let kind = if welcome == Welcome::Now {
            NotificationKind::Follow
        } else {
            NotificationKind::FollowRequest
        };
        notify::tell(ledger, target, kind, who.id, None, None)?;
    }
    Ok(welcome)
}

/// Leaves a notice for everybody who keeps order in a group of ours.
pub(crate) fn tell_moderators(
    ledger: &mut Ledger<'_>,
    group: ActorId,
    kind: NotificationKind,
    by: ActorId,
    post: Option<kindred_storage::PostId>,
) -> Result<()> {
    for (_, moderator) in memberships::moderators(ledger.db, group)? {
        notify::tell(ledger, &moderator, kind, by, post, Some(group))?;
    }
    Ok(())
}

/// Writes down that somebody belongs, or would like to. Who belongs already goes on as before.
pub(crate) fn belong(
    ledger: &mut Ledger<'_>,
    group: ActorId,
    who: ActorId,
    standing: Option<&Membership>,
    state: MembershipState,
    asking: &Knock<'_>,
) -> Result<()> {
    if let Some(standing) = standing.filter(|known| known.state == MembershipState::Active) {
        if asking.ask == Ask::Join {
            let joined = Membership {
                uri: Some(asking.uri.clone()),
                ..standing.clone()
            };
            memberships::record(ledger.db, &joined)?;
        }
        return Ok(());
    }
    let waits =
        standing.filter(|standing| standing.state == state && state == MembershipState::Requested);
    let membership = Membership {
        id: standing.map_or_else(|| MembershipId(ledger.next_id()), |standing| standing.id),
        group_id: group,
        actor_id: who,
        role: GroupRole::Member,
        state,
        reason: asking
            .words
            .map(str::to_owned)
            .or_else(|| waits.and_then(|standing| standing.reason.clone())),
        invited_by: standing.and_then(|standing| standing.invited_by),
        since: waits.map_or(ledger.now, |standing| standing.since),
        updated_at: ledger.now,
        uri: Some(asking.uri.clone()),
        answer: None,
        role_since: ledger.now,
    };
    memberships::record(ledger.db, &membership)?;
    Ok(())
}

/// By which word somebody elsewhere asked, so that the answer repeats it.
pub(crate) fn how_asked(ledger: &mut Ledger<'_>, question: &str) -> Result<Ask> {
    let heard = activities::by_uri(ledger.db, question)?;
    Ok(if heard.is_some_and(|heard| heard.kind == "Join") {
        Ask::Join
    } else {
        Ask::Follow
    })
}

/// The follow that was asked for is granted: by the other side, or by those who answer here.
pub(crate) fn granted(ledger: &mut Ledger<'_>, follow: &Follow) -> Result<()> {
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

/// The other side said yes to a question of ours, or began to send what we asked for (Lemmy does not always say yes). A group that
/// says yes to one of ours has a new member.
pub(crate) fn accepted(ledger: &mut Ledger<'_>, follow: &Follow) -> Result<()> {
    granted(ledger, follow)?;
    let (group, who) = (follow.target_id, follow.follower_id);
    if groups::find(ledger.db, group)?.is_some() {
        let standing = memberships::standing(ledger.db, group, who)?;
        let knock = Knock {
            uri: follow.uri.clone(),
            ask: Ask::Follow,
            words: None,
        };
        belong(
            ledger,
            group,
            who,
            standing.as_ref(),
            MembershipState::Active,
            &knock,
        )?;
    }
    Ok(())
}

/// The other side said no to one of ours, or took its yes back.
pub(crate) fn rejected(
    ledger: &mut Ledger<'_>,
    follow: &Follow,
    reason: Option<&str>,
) -> Result<()> {
    let (who, target) = (
        ledger.actor(follow.follower_id)?,
        ledger.actor(follow.target_id)?,
    );
    part(ledger, &who, &target)?;
    let reason = reason.and_then(heard);
    declined(ledger, &who, &target, reason.as_deref())
}

/// Keeps in which words somebody was declined, and tells them if they are ours.
pub(crate) fn declined(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    reason: Option<&str>,
) -> Result<()> {
    if group.kind != ActorKind::Group {
        return Ok(());
    }
    memberships::decline(ledger.db, group.id, who.id, reason, ledger.now)?;
    notify::tell(
        ledger,
        who,
        NotificationKind::Declined,
        group.id,
        None,
        Some(group.id),
    )
}

/// Somebody elsewhere says `Leave`. Mobilizon knows following and joining apart, so there a follow that was asked for by itself goes
/// on; everybody else knows one relation, which ends.
pub(crate) fn left(ledger: &mut Ledger<'_>, who: &Actor, group: &Actor) -> Result<()> {
    let knows_two = instances::by_host(ledger.db, &who.host)?
        .is_some_and(|server| server.dialect == Dialect::Mobilizon);
    if knows_two && let Some(follow) = follows::find(ledger.db, who.id, group.id)? {
        let joined = memberships::standing(ledger.db, group.id, who.id)?
            .is_some_and(|standing| standing.uri.as_deref() == Some(follow.uri.as_str()));
        if !joined || how_asked(ledger, &follow.uri)? == Ask::Follow {
            return belong_no_more(ledger, who, group);
        }
    }
    part(ledger, who, group).map(drop)
}

/// Ends belonging alone; what a group for its members says is heard by nobody else, so there hearing ends as well.
fn belong_no_more(ledger: &mut Ledger<'_>, who: &Actor, group: &Actor) -> Result<()> {
    if groups::visibility(ledger.db, group.id)? == Some(Visibility::Members) {
        return part(ledger, who, group).map(drop);
    }
    if ties::end_membership(ledger, who, group)? == Led::Organised {
        succession::see_to(ledger, group)?;
    }
    Ok(())
}
