//! Keeping order on the whole server: people who are held back, domains that are blocked or let in.
//!
//! Whoever does so is named in the record, and so is whoever reads what others told in confidence. What holds for a server is asked by
//! [`crate::policy::may_talk`] alone; here it is only decided.

mod domains;
mod people;

pub use domains::{
    Orders, allow, allowed, allows, block, blocked, blocks, change, digest, disallow, unblock,
};
pub(crate) use domains::{refuses_reports, sweep};
pub use people::{Lifted, Measure, PersonView, approve, erase, hold_back, lift, person, search};

pub use kindred_storage::{
    AccountState, Severity,
    domains::{DomainAllow, DomainBlock},
    sanctions::{Sanction, Search, Status},
};

use kindred_storage::{
    AccountRole, ActorId, Conn, Page, accounts,
    actors::Actor,
    reports::{self, AuditLine},
};

use crate::{
    Kindred, Ledger, Refusal, Result,
    moderation::{LineView, with_faces},
    policy, sections,
    views::Section,
};

/// The role that somebody of ours has on this server.
fn role(ledger: &mut Ledger<'_>, who: &Actor) -> Result<AccountRole> {
    role_of(ledger.db, who.id)
}

fn role_of(db: &mut Conn, who: ActorId) -> Result<AccountRole> {
    let account = accounts::by_actor(db, who)?.ok_or(Refusal::KeepersOnly)?;
    Ok(account.role)
}

/// Refuses whoever is no admin, before anybody is asked anything.
pub(crate) async fn admins_only(kindred: &Kindred, who: &Actor) -> Result<()> {
    let who = who.id;
    kindred
        .read(move |db| Ok(policy::may_administer(role_of(db, who)?)?))
        .await
}

/// Refuses whoever does not keep order on this server.
pub(crate) fn must_keep_order(ledger: &mut Ledger<'_>, who: &Actor) -> Result<AccountRole> {
    let role = role(ledger, who)?;
    policy::may_keep_order(role)?;
    Ok(role)
}

/// Refuses whoever is no admin.
pub(crate) fn must_administer(ledger: &mut Ledger<'_>, who: &Actor) -> Result<()> {
    Ok(policy::may_administer(role(ledger, who)?)?)
}

/// The whole record, the latest first, for those who keep order on this server.
pub async fn record(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<LineView>> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            must_keep_order(ledger, &who)?;
            let lines = sections::whole(
                ledger.db,
                page,
                |line: &AuditLine| line.id.0,
                |db, page| Ok(reports::whole_record(db, page)?),
            )?;
            lines.dressed(|lines| with_faces(ledger.db, lines))
        })
        .await
}
