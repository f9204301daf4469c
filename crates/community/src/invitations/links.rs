//! Links that let people into a group: made by those who may invite, used as often and as long as they wanted.
//!
//! What stands in a link is a secret of 256 bits, shown once; only its hash is kept.

use std::time::Duration;

use kindred_storage::{
    ActorId, LinkId, MembershipState, Page, Visibility,
    actors::Actor,
    groups::{self, Group},
    invitations::{self, Link},
    memberships,
};
use serde_json::json;

use super::record;
use crate::{
    Kindred, Ledger, Refusal, Result,
    accounts::{fingerprint, fresh_secret},
    announce, audit, links as addresses,
    membership::{self, Wording},
    moderation, policy, sections,
    views::{Section, Viewer},
};

/// How long a link holds unless somebody says otherwise: a week.
const USUAL: Duration = Duration::from_hours(7 * 24);

/// The longest that a link can hold: a year.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// The most uses that a link can be given.
const MOST_USES: i32 = 100_000;

/// What a link is to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkWish {
    /// How often it can be used; without end, when not said.
    pub uses: Option<i32>,
    /// How long it holds; a week, when not said.
    pub lasts: Option<Duration>,
}

/// A link that was just made.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// The link as it is kept.
    pub link: Link,
    /// The address to give away. It is never shown again.
    pub address: String,
    /// What stands at its end, for programs.
    pub token: String,
}

/// Where a link leads.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The group.
    pub group: Group,
    /// Its face.
    pub face: Actor,
}

/// Makes a link into a group here.
pub async fn make_link(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    wish: LinkWish,
) -> Result<NewLink> {
    let token = fresh_secret()?;
    let hash = fingerprint(&token);
    let uses_fit = wish.uses.is_none_or(|uses| (1..=MOST_USES).contains(&uses));
    let lasts = wish.lasts.unwrap_or(USUAL);
    if !uses_fit || lasts.is_zero() || lasts > LONGEST {
        return Err(Refusal::NotUnderstood(format!(
            "a link holds for a year at most and for 1 to {MOST_USES} people"
        ))
        .into());
    }
    let who = who.id;
    kindred
        .write(move |ledger| {
            let (group, face) = crate::groups::living(ledger, group)?;
            let standing = memberships::standing(ledger.db, face.id, who)?;
            policy::may_invite(&group, &face, standing.as_ref())?;
            let link = Link {
                id: LinkId(ledger.next_id()),
                group_id: face.id,
                made_by: who,
                token_hash: hash,
                most_uses: wish.uses,
                uses: 0,
                expires_at: ledger.now.plus(lasts),
                revoked_at: None,
                created_at: ledger.now,
            };
            invitations::insert(ledger.db, &link)?;
            let detail = json!({ "uses": link.most_uses, "until": link.expires_at });
            let subject = link.id.to_string();
            audit::note(
                ledger,
                Some(who),
                Some(face.id),
                "link.make",
                &subject,
                detail,
            )?;
            let address = addresses::invitation(ledger.settings, &face.handle, &token);
            Ok(NewLink {
                link,
                address,
                token,
            })
        })
        .await
}

/// The links into a group that were not made void, the latest first. For its moderators.
pub async fn of_group(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    page: Page,
) -> Result<Section<Link>> {
    let who = who.clone();
    kindred
        .read(move |db| {
            moderation::kept_by(db, &who, group)?;
            sections::whole(
                db,
                page,
                |link: &Link| link.id.0,
                |db, page| Ok(invitations::page(db, group, page)?),
            )
        })
        .await
}

/// Makes a link void. Moderators of the group may.
pub async fn revoke(kindred: &Kindred, who: &Actor, group: ActorId, link: LinkId) -> Result<()> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            moderation::kept_by(ledger.db, &who, group)?;
            if !invitations::revoke(ledger.db, group, link, ledger.now)? {
                return Err(Refusal::NoSuchInvitation.into());
            }
            let subject = link.to_string();
            audit::note(
                ledger,
                Some(who.id),
                Some(group),
                "link.revoke",
                &subject,
                json!({}),
            )
        })
        .await
}

/// Where a link leads, for those who hold it. Rooms of the company are shown to its own people only.
pub async fn look(kindred: &Kindred, viewer: &Viewer, token: &str) -> Result<Invitation> {
    let (viewer, hash) = (viewer.clone(), fingerprint(token));
    let now = kindred.now();
    kindred
        .read(move |db| {
            let link = invitations::by_hash(db, &hash)?
                .filter(|link| link.holds(now))
                .ok_or(Refusal::NoSuchInvitation)?;
            let (group, face) = groups::find(db, link.group_id)?
                .filter(|(_, face)| face.deleted_at.is_none())
                .ok_or(Refusal::NoSuchInvitation)?;
            if group.visibility == Visibility::Company && viewer.actor().is_none() {
                return Err(Refusal::NoSuchInvitation.into());
            }
            Ok(Invitation { group, face })
        })
        .await
}

/// Somebody of ours comes in by a link. Whoever belongs already spends nothing of it.
pub async fn use_link(kindred: &Kindred, who: &Actor, token: &str) -> Result<ActorId> {
    let (who, hash) = (who.clone(), fingerprint(token));
    kindred
        .write(move |ledger| {
            let link = invitations::by_hash(ledger.db, &hash)?.ok_or(Refusal::NoSuchInvitation)?;
            let (_, face) = crate::groups::living(ledger, link.group_id)
                .map_err(|_| Refusal::NoSuchInvitation)?;
            let standing = memberships::standing(ledger.db, face.id, who.id)?;
            let state = standing.as_ref().map(|standing| standing.state);
            if state == Some(MembershipState::Active) {
                return Ok(face.id);
            }
            if membership::is_banned(ledger, face.id, who.id)? {
                return Err(Refusal::NotWelcome(face.name).into());
            }
            spend(ledger, &link)?;
            let uri = announce::fresh(ledger);
            record(ledger, face.id, who.id, link.made_by, standing, &uri)?;
            membership::ask(ledger, &who, &face, Wording::Follow, None)?;
            Ok(face.id)
        })
        .await
}

fn spend(ledger: &mut Ledger<'_>, link: &Link) -> Result<()> {
    if invitations::spend(ledger.db, link.id, ledger.now)? {
        Ok(())
    } else {
        Err(Refusal::NoSuchInvitation.into())
    }
}
