//! Shutting people out of a group and letting them in again, sending them away, taking what they wrote with them.

use std::time::Duration;

use kindred_storage::{
    ActorId, BanId, Moment, Page,
    actors::Actor,
    memberships::{self, Ban},
    posts::{self, Post},
};
use serde_json::{Value, json};

use super::{Act, Word, kept_by, must_moderate, note, shortened};
use crate::{
    Kindred, Ledger, Refusal, Result,
    announce::{self, Ask, order},
    happenings::Happening,
    jobs::{Job, lane_out},
    membership, policy,
    posts::{clear_away, withdraw},
    roles, sections,
    views::Section,
};

/// How somebody is shut out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// Until when; for good, when empty.
    pub until: Option<Moment>,
    /// Why.
    pub reason: Option<String>,
    /// Whether everything that they wrote in the group goes with them.
    pub takes_content: bool,
}

/// The longest ban that has an end: a hundred years. What ends later does not end.
const LONGEST: Duration = Duration::from_hours(24 * 365 * 100);

/// Somebody of ours shuts somebody out of a group.
///
/// Refuses whoever does not keep order there, and those whom the rank of both does not allow: moderators shut out members, organisers
/// moderators too, nobody an organiser.
pub async fn ban(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    whom: ActorId,
    sentence: Sentence,
) -> Result<()> {
    acting(kindred, who, group, whom, move |ledger, act, whom| {
        shut_out(ledger, act, whom, &sentence)
    })
    .await
}

/// Somebody of ours lets somebody in again.
pub async fn unban(kindred: &Kindred, who: &Actor, group: ActorId, whom: ActorId) -> Result<()> {
    acting(kindred, who, group, whom, take_in_again).await
}

/// Somebody of ours sends a member away, who may come back by the usual way.
pub async fn kick(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    whom: ActorId,
    reason: Option<String>,
) -> Result<()> {
    acting(kindred, who, group, whom, move |ledger, act, whom| {
        send_away(ledger, act, whom, reason.as_deref())
    })
    .await
}

/// Those who are shut out of a group, the latest first, for those who keep order in it.
pub async fn banned(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    page: Page,
) -> Result<Section<(Ban, Actor)>> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            kept_by(ledger.db, &who, group)?;
            sections::whole(
                ledger.db,
                page,
                |(ban, _): &(Ban, Actor)| ban.id.0,
                |db, page| Ok(memberships::bans(db, group, page)?),
            )
        })
        .await
}

/// One act of somebody of ours on one person, in one unit of work.
async fn acting<F>(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    whom: ActorId,
    act: F,
) -> Result<()>
where
    F: FnOnce(&mut Ledger<'_>, Act<'_>, &Actor) -> Result<()> + Send + 'static,
{
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let face = kept_by(ledger.db, &who, group)?;
            let whom = ledger.actor(whom)?;
            let by = Act {
                who: &who,
                group: &face,
                word: Word::Ours,
            };
            act(ledger, by, &whom)
        })
        .await
}

/// Refuses an act on somebody whose rank forbids it.
fn must_outrank(ledger: &mut Ledger<'_>, act: Act<'_>, whom: &Actor) -> Result<()> {
    let own = memberships::standing(ledger.db, act.group.id, act.who.id)?;
    let theirs = memberships::standing(ledger.db, act.group.id, whom.id)?;
    Ok(policy::may_act_on(
        act.group,
        policy::role_of(own.as_ref()),
        policy::role_of(theirs.as_ref()),
    )?)
}

/// Shuts somebody out of a group, for good or until a moment.
pub(crate) fn shut_out(
    ledger: &mut Ledger<'_>,
    act: Act<'_>,
    whom: &Actor,
    sentence: &Sentence,
) -> Result<()> {
    must_moderate(ledger.db, act.who, act.group)?;
    // In a group elsewhere its own server has settled who may.
    if act.group.is_local() || matches!(act.word, Word::Ours) {
        must_outrank(ledger, act, whom)?;
    }
    let reason = shortened(sentence.reason.as_deref());
    let until = sentence.until.filter(|until| *until < ledger.now + LONGEST);
    if until.is_some_and(|until| until <= ledger.now) {
        return Err(Refusal::EndsBeforeItBegins.into());
    }
    let ban = Ban {
        id: BanId(ledger.next_id()),
        group_id: act.group.id,
        actor_id: whom.id,
        by_id: Some(act.who.id),
        reason: reason.clone(),
        until,
        created_at: ledger.now,
    };
    memberships::ban(ledger.db, &ban)?;
    // Who is ours leaves a group elsewhere when that group's server says so.
    if act.group.is_local() {
        show_the_door(ledger, act, whom, reason.as_deref())?;
    }
    let line = note(
        ledger,
        act.who,
        Some(act.group.id),
        "ban",
        &whom.uri,
        json!({ "until": until, "reason": reason, "content": sentence.takes_content }),
    )?;
    if sentence.takes_content {
        let job = Job::TakeContent {
            group: act.group.id,
            author: whom.id,
            by: act.who.id,
        };
        ledger.enqueue(lane_out(act.group.id), &job);
    }
    let shape = order::ban(act.group, whom, sentence.takes_content, until, reason);
    let told = order::words(ledger, act, &whom.uri, shape)?;
    order::spread(ledger, act, line, told, None, &[whom.id])
}

/// Lets somebody in again.
pub(crate) fn take_in_again(ledger: &mut Ledger<'_>, act: Act<'_>, whom: &Actor) -> Result<()> {
    must_moderate(ledger.db, act.who, act.group)?;
    if !memberships::unban(ledger.db, act.group.id, whom.id)? {
        return Ok(());
    }
    let line = note(
        ledger,
        act.who,
        Some(act.group.id),
        "unban",
        &whom.uri,
        Value::Null,
    )?;
    let shape = order::undone(order::ban(act.group, whom, false, None, None));
    let told = order::words(ledger, act, &whom.uri, shape)?;
    order::spread(ledger, act, line, told, None, &[whom.id])
}

/// Sends a member away. There is no activity for it but the answer that is taken back; a group elsewhere has no word for it at all.
fn send_away(
    ledger: &mut Ledger<'_>,
    act: Act<'_>,
    whom: &Actor,
    reason: Option<&str>,
) -> Result<()> {
    if !act.group.is_local() {
        return Err(Refusal::OnlyAtHome(act.group.host.clone()).into());
    }
    must_outrank(ledger, act, whom)?;
    let standing = memberships::standing(ledger.db, act.group.id, whom.id)?;
    if policy::role_of(standing.as_ref()).is_none() {
        return Err(Refusal::NoSuchPerson.into());
    }
    let reason = shortened(reason);
    show_the_door(ledger, act, whom, reason.as_deref())?;
    let detail = json!({ "reason": reason });
    note(
        ledger,
        act.who,
        Some(act.group.id),
        "kick",
        &whom.uri,
        detail,
    )
    .map(drop)
}

/// Ends somebody's belonging and hearing, with whatever they led, and says so to them.
fn show_the_door(
    ledger: &mut Ledger<'_>,
    act: Act<'_>,
    whom: &Actor,
    reason: Option<&str>,
) -> Result<()> {
    let standing = memberships::standing(ledger.db, act.group.id, whom.id)?;
    if policy::moderates(standing.as_ref()) {
        roles::leads_no_more(ledger, act.in_our_words(), whom)?;
    }
    let follow = membership::part(ledger, whom, act.group)?;
    if standing.is_some() {
        membership::declined(ledger, whom, act.group, reason)?;
    }
    match follow {
        // Or their server would go on believing that they belong here.
        Some(follow) => {
            announce::turned_away(ledger, act.group, whom, &follow.uri, Ask::Follow, reason)
        }
        None => Ok(()),
    }
}

/// How many posts are taken down at a time: nobody waits for somebody's life's work to go.
const AT_ONCE: i64 = 50;

/// Takes down what somebody wrote in a group, as part of a ban. The ban itself has told the threadiverse; microblogs see boosts withdrawn.
pub(crate) async fn take_content(
    kindred: &Kindred,
    group: ActorId,
    author: ActorId,
    by: ActorId,
) -> Result<()> {
    kindred
        .write(move |ledger| {
            let found = posts::standing_of_author_in_group(ledger.db, author, group, AT_ONCE)?;
            let more = i64::try_from(found.len()).unwrap_or(AT_ONCE) == AT_ONCE;
            for post in &found {
                take_along(ledger, by, post)?;
            }
            if more {
                ledger.enqueue(lane_out(group), &Job::TakeContent { group, author, by });
            }
            Ok(())
        })
        .await
}

fn take_along(ledger: &mut Ledger<'_>, by: ActorId, post: &Post) -> Result<()> {
    posts::mark_removed(ledger.db, post.id, Some(by), None, ledger.now)?;
    ledger.happened(Happening::Deleted { post: post.id });
    clear_away(ledger, post)?;
    withdraw(ledger, post, None)
}
