//! People and groups as those who keep order on this server see them, and what they do about them.
//!
//! A suspended one is neither heard nor told, and what they wrote is hidden until the suspension ends; a deleted one is gone for good.

use kindred_storage::{
    AccountId, AccountState, ActorId, ActorKind, Page, ReportId, SuspendedWith,
    accounts::{self, Account, AccountPatch},
    actors::{self, Actor, ActorPatch},
    apps, follows, groups, reports,
    sanctions::{self, Sanction, Search},
    sessions,
};
use serde_json::{Value, json};

use super::must_keep_order;
use crate::{
    Kindred, Ledger, Refusal, Result,
    announce::{self, Ask},
    directory, membership, moderation,
    people::{self, Words},
    policy, sections, succession,
    views::Section,
};

/// Somebody as those who keep order see them.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// The person or group.
    pub actor: Actor,
    /// Their account, when they have one here.
    pub account: Option<Account>,
    /// How they are held back.
    pub sanction: Sanction,
}

/// A measure against somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Only a word: it stands in the record.
    Warn,
    /// They cannot sign in. What they wrote stays.
    Disable,
    /// Their pictures are covered at first.
    Cover,
    /// Only those who follow them hear them.
    Silence,
    /// They are neither heard nor told, and what they wrote is hidden.
    Suspend,
}

/// The end of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifted {
    /// They can sign in again.
    Disabled,
    /// Their pictures are shown.
    Covered,
    /// Everybody hears them.
    Silenced,
    /// They and what they wrote are back.
    Suspended,
}

/// Those who are looked for, the latest first. That somebody looked is written down.
pub async fn search(
    kindred: &Kindred,
    who: &Actor,
    wanted: Search,
    page: Page,
) -> Result<Section<PersonView>> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            must_keep_order(ledger, &who)?;
            let looked_for = format!("{wanted:?}");
            moderation::note(
                ledger,
                &who,
                None,
                "accounts.read",
                "",
                json!({ "search": looked_for }),
            )?;
            let found = sections::whole(
                ledger.db,
                page,
                |(actor, ..): &(Actor, Option<Account>, Option<Sanction>)| actor.id.0,
                |db, page| Ok(sanctions::page(db, &wanted, page)?),
            )?;
            Ok(found.map(|(actor, account, sanction)| PersonView {
                sanction: sanction.unwrap_or_else(|| Sanction::none(actor.id)),
                actor,
                account,
            }))
        })
        .await
}

/// One of them. That somebody looked is written down.
pub async fn person(kindred: &Kindred, who: &Actor, id: ActorId) -> Result<PersonView> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            must_keep_order(ledger, &who)?;
            let view = find(ledger, id)?;
            moderation::note(
                ledger,
                &who,
                None,
                "account.read",
                &view.actor.uri,
                Value::Null,
            )?;
            Ok(view)
        })
        .await
}

fn find(ledger: &mut Ledger<'_>, id: ActorId) -> Result<PersonView> {
    let actor = actors::find(ledger.db, id)?
        .filter(|actor| actor.deleted_at.is_none() && actor.kind != ActorKind::Application)
        .ok_or(Refusal::NoSuchPerson)?;
    Ok(PersonView {
        account: accounts::by_actor(ledger.db, id)?,
        sanction: sanctions::find(ledger.db, id)?.unwrap_or_else(|| Sanction::none(id)),
        actor,
    })
}

/// Somebody whom this keeper may hold back.
fn within_reach(ledger: &mut Ledger<'_>, who: &Actor, id: ActorId) -> Result<PersonView> {
    let own = must_keep_order(ledger, who)?;
    let view = find(ledger, id)?;
    let theirs = view.account.as_ref().map(|account| account.role);
    policy::may_sanction(own, theirs)?;
    if view.actor.id == who.id {
        return Err(Refusal::Oneself.into());
    }
    Ok(view)
}

/// Takes a measure against somebody; a complaint that led to it is dealt with by it.
pub async fn hold_back(
    kindred: &Kindred,
    who: &Actor,
    id: ActorId,
    measure: Measure,
    reason: Option<String>,
    report: Option<ReportId>,
) -> Result<PersonView> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let PersonView {
                actor,
                account,
                mut sanction,
            } = within_reach(ledger, &who, id)?;
            let reason: Option<String> =
                reason.map(|reason| reason.chars().take(LONGEST_REASON).collect());
            let action = match measure {
                Measure::Warn => "account.warn",
                Measure::Disable => {
                    let account = account.ok_or(Refusal::NoSuchPerson)?;
                    shut(ledger, account.id)?;
                    "account.disable"
                }
                Measure::Cover => {
                    sanction.sensitive_at = Some(ledger.now);
                    "account.sensitive"
                }
                Measure::Silence => {
                    sanction.silenced_at = Some(ledger.now);
                    "account.silence"
                }
                Measure::Suspend => {
                    suspend(ledger, &actor, account.as_ref())?;
                    sanction.suspended_with = Some(SuspendedWith::Person);
                    "account.suspend"
                }
            };
            if reason.is_some() {
                sanction.reason.clone_from(&reason);
            }
            sanctions::record(ledger.db, &sanction)?;
            moderation::note(
                ledger,
                &who,
                None,
                action,
                &actor.uri,
                json!({ "reason": reason }),
            )?;
            if let Some(report) = report {
                reports::resolve(ledger.db, report, who.id, ledger.now)?;
            }
            find(ledger, id)
        })
        .await
}

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 5_000;

/// Ends a measure.
pub async fn lift(
    kindred: &Kindred,
    who: &Actor,
    id: ActorId,
    lifted: Lifted,
) -> Result<PersonView> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let PersonView {
                actor,
                account,
                mut sanction,
            } = within_reach(ledger, &who, id)?;
            let action = match lifted {
                Lifted::Disabled => {
                    let account = account.ok_or(Refusal::NoSuchPerson)?;
                    if actor.suspended_at.is_some() || account.state == AccountState::Left {
                        return Err(Refusal::NotInThatState("this account is not disabled").into());
                    }
                    set_state(ledger, account.id, AccountState::Active)?;
                    "account.enable"
                }
                Lifted::Covered => {
                    sanction.sensitive_at = None;
                    "account.unsensitive"
                }
                Lifted::Silenced => {
                    sanction.silenced_at = None;
                    "account.unsilence"
                }
                Lifted::Suspended => {
                    if actor.suspended_at.is_none() {
                        return Err(Refusal::NotInThatState("this account is not suspended").into());
                    }
                    unsuspend(ledger, &actor, account.as_ref())?;
                    sanction.suspended_with = None;
                    "account.unsuspend"
                }
            };
            sanctions::record(ledger.db, &sanction)?;
            moderation::note(ledger, &who, None, action, &actor.uri, Value::Null)?;
            find(ledger, id)
        })
        .await
}

/// Lets in, or turns away, somebody who waits for it. Nobody waits here: an account that exists can be used.
pub async fn approve(kindred: &Kindred, who: &Actor, id: ActorId) -> Result<PersonView> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            within_reach(ledger, &who, id)?;
            Err(Refusal::NotInThatState("this account does not wait for approval").into())
        })
        .await
}

/// Deletes somebody for good who is suspended already. Answers how they were.
pub async fn erase(kindred: &Kindred, who: &Actor, id: ActorId) -> Result<PersonView> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let view = within_reach(ledger, &who, id)?;
            if view.actor.suspended_at.is_none() || view.actor.kind == ActorKind::Group {
                return Err(
                    Refusal::NotInThatState("only a suspended account can be deleted").into(),
                );
            }
            // What is hidden has to be there to be taken away.
            sanctions::release(ledger.db, id)?;
            match &view.account {
                Some(account) => people::depart(ledger, account, &view.actor, Words::Erase)?,
                None => people::forget(ledger, &view.actor.uri)?,
            }
            moderation::note(
                ledger,
                &who,
                None,
                "account.delete",
                &view.actor.uri,
                Value::Null,
            )?;
            Ok(view)
        })
        .await
}

fn set_state(ledger: &mut Ledger<'_>, account: AccountId, state: AccountState) -> Result<()> {
    let patch = AccountPatch {
        state: Some(state),
        ..AccountPatch::default()
    };
    Ok(accounts::update(ledger.db, account, &patch)?)
}

/// Closes an account: what its holder gave to programs is void, and browsers are signed out.
fn shut(ledger: &mut Ledger<'_>, account: AccountId) -> Result<()> {
    set_state(ledger, account, AccountState::Suspended)?;
    sessions::end_all(ledger.db, account, None)?;
    apps::revoke_tokens_of(ledger.db, account, ledger.now)?;
    Ok(())
}

fn suspend(ledger: &mut Ledger<'_>, actor: &Actor, account: Option<&Account>) -> Result<()> {
    if actor.is_local() {
        if let Some(account) = account {
            shut(ledger, account.id)?;
        }
    } else {
        part_company(ledger, actor)?;
    }
    hide(ledger, actor)?;
    if actor.is_local() {
        show_anew(ledger, actor.id)?;
        // Their groups must not be without anybody who can act.
        for group in succession::organised_by(ledger, actor.id)? {
            succession::see_to(ledger, &group)?;
        }
    }
    Ok(())
}

/// Tells everybody who hears of somebody of ours how they look now.
fn show_anew(ledger: &mut Ledger<'_>, id: ActorId) -> Result<()> {
    let face = ledger.actor(id)?;
    let group = groups::find(ledger.db, id)?.map(|(group, _)| group);
    announce::looks_different(ledger, &face, group.as_ref())
}

/// Hides somebody and what they wrote. They are neither heard nor told from now on.
pub(super) fn hide(ledger: &mut Ledger<'_>, actor: &Actor) -> Result<()> {
    let patch = ActorPatch {
        suspended_at: Some(Some(ledger.now)),
        ..ActorPatch::default()
    };
    actors::update(ledger.db, actor.id, &patch)?;
    sanctions::withhold(ledger.db, actor.id, ledger.now)?;
    let hidden = ledger.actor(actor.id)?;
    directory::look_again(ledger, &hidden)
}

/// Shows somebody and what they wrote again.
pub(super) fn show(ledger: &mut Ledger<'_>, actor: &Actor) -> Result<()> {
    let patch = ActorPatch {
        suspended_at: Some(None),
        ..ActorPatch::default()
    };
    actors::update(ledger.db, actor.id, &patch)?;
    sanctions::release(ledger.db, actor.id)?;
    let shown = ledger.actor(actor.id)?;
    directory::look_again(ledger, &shown)
}

fn unsuspend(ledger: &mut Ledger<'_>, actor: &Actor, account: Option<&Account>) -> Result<()> {
    show(ledger, actor)?;
    if let Some(account) = account.filter(|account| account.state == AccountState::Suspended) {
        set_state(ledger, account.id, AccountState::Active)?;
    }
    if actor.is_local() {
        show_anew(ledger, actor.id)?;
    }
    Ok(())
}

/// Ends what our people and somebody elsewhere hear of each other, and says so while it may still be said.
fn part_company(ledger: &mut Ledger<'_>, actor: &Actor) -> Result<()> {
    for follow in follows::all_of(ledger.db, actor.id)? {
        let ours = if follow.follower_id == actor.id {
            ledger.actor(follow.target_id)?
        } else {
            ledger.actor(follow.follower_id)?
        };
        if follow.follower_id == actor.id {
            membership::part(ledger, actor, &ours)?;
            announce::turned_away(ledger, &ours, actor, &follow.uri, Ask::Follow, None)?;
        } else {
            membership::part(ledger, &ours, actor)?;
            announce::asked_no_more(ledger, &ours, actor, &follow.uri)?;
        }
    }
    Ok(())
}
