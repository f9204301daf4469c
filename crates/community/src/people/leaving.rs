//! People who leave: the company, or, elsewhere, the fediverse.
//!
//! Their groups go on. Their name stays taken for ever, so that nobody can ever speak in it.

use kindred_storage::{
    AccountState, ActorId, FollowState,
    accounts::{self, Account, AccountPatch},
    actors::{self, Actor, Count},
    apps, follows, invitations, memberships, notifications, sessions, timelines, tombstones,
};
use serde_json::json;

use crate::{
    Kindred, Ledger, Refusal, Result, announce, audit, directory, passions, posts, succession,
};

/// What becomes of what somebody wrote when they leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// It stays, in the name of somebody who is not here any more. Other servers take it away nevertheless: they know no other
    /// way of leaving.
    Keep,
    /// It goes with them.
    Erase,
}

/// Somebody leaves the company: every door closes behind them, their groups are handed on, every server that we know is told.
///
/// Refuses nobody but those who are not here, or have left already.
pub async fn leave_company(kindred: &Kindred, handle: &str, words: Words) -> Result<Actor> {
    let handle = handle.trim_start_matches('@').to_lowercase();
    kindred
        .write(move |ledger| {
            let (account, who) =
                accounts::by_handle(ledger.db, &handle)?.ok_or(Refusal::NoSuchPerson)?;
            if who.deleted_at.is_some() {
                return Err(Refusal::Gone.into());
            }
            depart(ledger, &account, &who, words)?;
            let detail = json!({ "words": if words == Words::Erase { "erased" } else { "kept" } });
            audit::note(ledger, None, None, "person.leave", &who.uri, detail)?;
            Ok(who)
        })
        .await
}

/// Every door closes behind somebody of ours, whoever sends them away; every server that we know is told.
pub(crate) fn depart(
    ledger: &mut Ledger<'_>,
    account: &Account,
    who: &Actor,
    words: Words,
) -> Result<()> {
    // All servers, not only those of followers: posts travel further than to those who follow.
    let everybody = follows::inboxes_of_all(ledger.db)?;
    announce::gone(ledger, who, None, everybody)?;
    sessions::end_all(ledger.db, account.id, None)?;
    apps::revoke_tokens_of(ledger.db, account.id, ledger.now)?;
    if words == Words::Erase {
        posts::retract_all(ledger, who)?;
    }
    let patch = AccountPatch {
        // The address may be needed again, when somebody comes back under another name.
        email: Some(format!("{}@left.invalid", who.handle)),
        password_hash: Some(None),
        external_id: Some(None),
        state: Some(AccountState::Left),
        ..AccountPatch::default()
    };
    accounts::update(ledger.db, account.id, &patch)?;
    timelines::trim_home(ledger.db, who.id, 0)?;
    notifications::clear(ledger.db, who.id)?;
    vanish(ledger, who)
}

/// An actor elsewhere is gone: their words, follows and memberships go with them, their name stays taken.
pub(crate) fn forget(ledger: &mut Ledger<'_>, uri: &str) -> Result<()> {
    let Some(actor) = actors::by_uri(ledger.db, uri)?
        .filter(|actor| !actor.host.is_empty() && actor.deleted_at.is_none())
    else {
        return Ok(());
    };
    posts::retract_all(ledger, &actor)?;
    vanish(ledger, &actor)
}

/// Cuts everything that ties somebody to others, marks them as gone, and sees to the groups that they organised.
fn vanish(ledger: &mut Ledger<'_>, who: &Actor) -> Result<()> {
    let led = succession::organised_by(ledger, who.id)?;
    untie(ledger, who.id)?;
    memberships::end_all_of(ledger.db, who.id, ledger.now)?;
    invitations::revoke_all_by(ledger.db, who.id, None, ledger.now)?;
    actors::mark_deleted(ledger.db, who.id, ledger.now)?;
    tombstones::add(ledger.db, &who.uri, ledger.now)?;
    if who.is_local() {
        passions::forget(ledger, who.id)?;
    } else {
        directory::unlist(ledger, &who.uri)?;
    }
    for group in led {
        succession::see_to(ledger, &group)?;
    }
    Ok(())
}

/// Ends every follow from and to somebody, and takes it out of the counts.
pub(crate) fn untie(ledger: &mut Ledger<'_>, who: ActorId) -> Result<()> {
    for follow in follows::remove_all_of(ledger.db, who)? {
        if follow.state == FollowState::Accepted {
            actors::adjust(ledger.db, follow.target_id, Count::Followers, -1)?;
            actors::adjust(ledger.db, follow.follower_id, Count::Following, -1)?;
        }
    }
    Ok(())
}
