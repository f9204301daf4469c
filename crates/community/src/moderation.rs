//! Keeping a group a good place: removing, locking, pinning, banning, naming moderators, reports.
//!
//! Every act is judged by the actor's own standing in the group, takes effect at once, and leaves a line in the audit.

use kindred_storage::{
    ActorId, AuditId, BanId, BoostId, GroupRole, Json, MembershipState, Moment, NotificationKind,
    ReportId, ReportState,
    actors::Actor,
    boosts::{self, Boost},
    memberships::{self, Ban},
    posts::{self, Post},
    reports::{self, AuditLine, Report},
};
use serde_json::{Value, json};

use crate::{
    Ledger, Refusal, Result,
    announce::{self, Ask},
    membership, notify, policy,
    posts::{clear_away, count_again, relay, withdraw},
};

fn must_moderate(ledger: &mut Ledger<'_>, who: &Actor, group: &Actor) -> Result<()> {
    let standing = memberships::standing(ledger.db, group.id, who.id)?;
    Ok(policy::may_moderate(standing.as_ref())?)
}

fn note(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    action: &str,
    subject: &str,
    detail: Value,
) -> Result<()> {
    let line = AuditLine {
        id: AuditId(ledger.next_id()),
        at: ledger.now,
        actor_id: Some(who.id),
        action: action.to_owned(),
        subject: subject.to_owned(),
        group_id: Some(group.id),
        detail: Json(detail),
    };
    Ok(reports::record(ledger.db, &line)?)
}

/// Whether a post stands in this group: a moderator's word reaches no further.
fn must_stand_in(post: &Post, group: &Actor) -> Result<(), Refusal> {
    if post.group_id == Some(group.id) {
        Ok(())
    } else {
        Err(Refusal::NoSuchPost)
    }
}

/// Takes a post down. It stays in the tables, with who did it and why, and can be brought back.
pub(crate) fn remove_post(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    post: &Post,
    reason: Option<&str>,
    deletion: &Value,
) -> Result<()> {
    must_moderate(ledger, who, group)?;
    // What a group heard of another group stands in that one: here it is only taken out again.
    if relay::take_out(ledger, group, post)? {
        let detail = json!({ "reason": reason.map(shortened) });
        return note(ledger, who, group, "post.take_out", &post.uri, detail);
    }
    must_stand_in(post, group)?;
    if post.removed_at.is_some() {
        return Ok(());
    }
    let reason = reason.map(shortened);
    let reason = reason.as_deref();
    posts::mark_removed(ledger.db, post.id, Some(who.id), reason, ledger.now)?;
    clear_away(ledger, post)?;
    note(
        ledger,
        who,
        group,
        "post.remove",
        &post.uri,
        json!({ "reason": reason }),
    )?;
    let author = ledger.actor(post.author_id)?;
    notify::tell(
        ledger,
        &author,
        NotificationKind::Removed,
        who.id,
        Some(post.id),
        Some(group.id),
    )?;
    withdraw(ledger, post, Some(deletion))
}

/// Brings a post back that was taken down.
pub(crate) fn restore_post(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    post: &Post,
) -> Result<()> {
    must_moderate(ledger, who, group)?;
    must_stand_in(post, group)?;
    if post.removed_at.is_none() {
        return Ok(());
    }
    posts::mark_restored(ledger.db, post.id)?;
    let told = match boosts::find(ledger.db, group.id, post.id)? {
        Some(withdrawn) => announce::was_told_to_microblogs(ledger, &withdrawn)?,
        None => false,
    };
    // A withdrawn boost is never said again under its old address: microblogs remember that it was undone.
    let boost = Boost {
        id: BoostId(ledger.next_id()),
        actor_id: group.id,
        post_id: post.id,
        uri: crate::announce::fresh(ledger),
        relay_uri: Some(crate::announce::fresh(ledger)),
        undone_at: None,
        created_at: ledger.now,
    };
    boosts::record(ledger.db, &boost)?;
    count_again(ledger, post)?;
    if told {
        announce::passed_on_again(ledger, group, post, &boost)?;
    }
    note(ledger, who, group, "post.restore", &post.uri, Value::Null)
}

/// Closes a thread for new answers, or opens it again.
pub(crate) fn lock(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    post: &Post,
    closed: bool,
) -> Result<()> {
    must_stand_in(post, group)?;
    // Whoever started a thread may close it too. Opening it might undo what a moderator did.
    if post.author_id != who.id || !closed {
        must_moderate(ledger, who, group)?;
    }
    posts::lock(ledger.db, post.id, closed.then_some(ledger.now))?;
    note(
        ledger,
        who,
        group,
        if closed { "post.lock" } else { "post.unlock" },
        &post.uri,
        Value::Null,
    )
}

/// Puts a post at the top of its group, or takes it down from there.
pub(crate) fn pin(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    post: &Post,
    pinned: bool,
) -> Result<()> {
    must_moderate(ledger, who, group)?;
    must_stand_in(post, group)?;
    posts::pin(ledger.db, post.id, pinned.then_some(ledger.now))?;
    note(
        ledger,
        who,
        group,
        if pinned { "post.pin" } else { "post.unpin" },
        &post.uri,
        Value::Null,
    )
}

/// Makes somebody a moderator, or a member again. Only a member can become one: nobody is made to belong from outside.
pub(crate) fn set_role(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    whom: &Actor,
    role: GroupRole,
) -> Result<()> {
    let own = memberships::standing(ledger.db, group.id, who.id)?;
    policy::may_moderate(own.as_ref())?;
    let Some(standing) = memberships::standing(ledger.db, group.id, whom.id)?
        .filter(|standing| standing.state == MembershipState::Active)
    else {
        return Err(Refusal::NoSuchPerson.into());
    };
    // Organisers are made and unmade by organisers.
    if standing.role == GroupRole::Organiser
        && policy::role_of(own.as_ref()) != Some(GroupRole::Organiser)
    {
        return Err(Refusal::ModeratorsOnly.into());
    }
    if standing.role == GroupRole::Organiser || standing.role == role {
        return Ok(());
    }
    memberships::set_role(ledger.db, group.id, whom.id, role, ledger.now)?;
    notify::tell(
        ledger,
        whom,
        NotificationKind::Role,
        who.id,
        None,
        Some(group.id),
    )?;
    note(
        ledger,
        who,
        group,
        "role",
        &whom.uri,
        json!({ "role": role }),
    )
}

/// Shuts somebody out of a group, for good or until a moment. Who leads it cannot be shut out.
pub(crate) fn ban(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    whom: &Actor,
    until: Option<Moment>,
    reason: Option<String>,
) -> Result<()> {
    must_moderate(ledger, who, group)?;
    let standing = memberships::standing(ledger.db, group.id, whom.id)?;
    if policy::may_moderate(standing.as_ref()).is_ok() {
        return Err(Refusal::ModeratorsOnly.into());
    }
    let reason = reason.map(|reason| shortened(&reason));
    let detail = json!({ "until": until, "reason": &reason });
    let ban = Ban {
        id: BanId(ledger.next_id()),
        group_id: group.id,
        actor_id: whom.id,
        by_id: Some(who.id),
        reason,
        until,
        created_at: ledger.now,
    };
    memberships::ban(ledger.db, &ban)?;
    if let Some(follow) = membership::part(ledger, whom, group)? {
        // Or their server would go on believing that they belong here.
        announce::turned_away(ledger, group, whom, &follow.uri, Ask::Follow)?;
    }
    note(ledger, who, group, "ban", &whom.uri, detail)
}

/// Lets somebody in again.
pub(crate) fn unban(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    whom: &Actor,
) -> Result<()> {
    must_moderate(ledger, who, group)?;
    memberships::unban(ledger.db, group.id, whom.id)?;
    note(ledger, who, group, "unban", &whom.uri, Value::Null)
}

/// Somebody complains: the moderators of the group hear of it.
pub(crate) fn report(
    ledger: &mut Ledger<'_>,
    by: &Actor,
    uri: Option<&str>,
    target: Option<ActorId>,
    about: &[Post],
    comment: &str,
) -> Result<()> {
    let group = about.iter().find_map(|post| post.group_id);
    let report = Report {
        id: ReportId(ledger.next_id()),
        uri: uri.map(str::to_owned),
        reporter_id: by.id,
        target_id: target,
        group_id: group,
        posts: Json(about.iter().map(|post| post.id).collect()),
        comment: comment.chars().take(LONGEST_COMMENT).collect(),
        state: ReportState::Open,
        created_at: ledger.now,
        handled_at: None,
        handled_by: None,
    };
    if !reports::insert(ledger.db, &report)? {
        return Ok(());
    }
    if let Some(group) = group {
        for (_, moderator) in memberships::moderators(ledger.db, group)? {
            notify::tell(
                ledger,
                &moderator,
                NotificationKind::Report,
                by.id,
                about.first().map(|post| post.id),
                Some(group),
            )?;
        }
    }
    Ok(())
}

/// The longest complaint that is kept, in characters.
const LONGEST_COMMENT: usize = 5_000;

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 500;

fn shortened(reason: &str) -> String {
    reason.chars().take(LONGEST_REASON).collect()
}
