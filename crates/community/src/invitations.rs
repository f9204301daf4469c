//! Being asked to join: people are invited, or follow a link that somebody gave them.
//!
//! Servers that read `Invite` are told by it; everywhere else the guest gets a direct message of whoever invites. Whoever was
//! invited comes in without asking.

mod letters;
mod links;

pub use kindred_storage::invitations::Link;
pub(crate) use letters::{answered, arrived};
pub use links::{Invitation, LinkWish, NewLink, look, make_link, of_group, revoke, use_link};

use kindred_storage::{
    ActorId, GroupRole, MembershipId, MembershipState, NotificationKind, Page, Visibility,
    actors::{self, Actor},
    groups::{self, Group},
    instances,
    memberships::{self, Membership},
};
use serde_json::json;

use crate::{
    Kindred, Ledger, Refusal, Result, announce, audit, links as addresses,
    membership::{self, Wording, worded},
    notify, policy,
    posts::{compose, place},
    sections, servers,
    views::{Audience, Draft, Section, TextFormat},
};

/// An invitation that waits for an answer.
#[derive(Clone, Debug)]
pub struct Open {
    /// Our number for it.
    pub id: MembershipId,
    /// The group.
    pub group: Actor,
    /// Who invites.
    pub by: Option<Actor>,
}

/// Invites somebody to a group here: whoever was invited comes in without asking.
pub async fn invite(kindred: &Kindred, who: &Actor, group: ActorId, guest: ActorId) -> Result<()> {
    let (room, guest) = kindred
        .read(move |db| {
            let (_, room) = groups::find(db, group)?.ok_or(Refusal::NoSuchGroup)?;
            let guest = actors::find(db, guest)?
                .filter(|guest| guest.deleted_at.is_none())
                .ok_or(Refusal::NoSuchPerson)?;
            Ok((room, guest))
        })
        .await?;
    let note = if guest.host.is_empty() || reads_invitations(kindred, &guest.host).await? {
        None
    } else {
        let draft = message(kindred, &room, &guest);
        Some(Box::pin(compose::compose(kindred, who, &draft)).await?)
    };
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let (group, room) = crate::groups::living(ledger, room.id)?;
            let uri = announce::fresh(ledger);
            if !ask_in(ledger, &who, (&group, &room), &guest, &uri)? {
                return Ok(());
            }
            match note {
                None => announce::invited(ledger, &who, &room, &guest, &uri),
                Some(note) => {
                    let mut publication = note.into_publication(ledger, &who)?;
                    // It is for the guest alone, not for the group that it names.
                    publication.groups.clear();
                    publication.post.visibility = Visibility::Direct;
                    place(ledger, &who, publication).map(drop)
                }
            }
        })
        .await
}

/// What somebody is told whose server knows no invitations.
fn message(kindred: &Kindred, room: &Actor, guest: &Actor) -> Draft {
    let settings = kindred.settings();
    let group = addresses::full_acct(settings, room);
    let text = format!(
        "@{} I would like to invite you to {}. Follow @{group} from your account, and you are in: {}",
        addresses::full_acct(settings, guest),
        room.name,
        room.uri,
    );
    Draft {
        text,
        format: TextFormat::Plain,
        audience: Audience::Direct,
        ..Draft::default()
    }
}

/// Whether the software of this server shows invitations to its people. It is asked first when it is not known yet.
async fn reads_invitations(kindred: &Kindred, host: &str) -> Result<bool> {
    servers::dialect(kindred, host).await?;
    let host = host.to_owned();
    kindred
        .read(move |db| {
            Ok(instances::by_host(db, &host)?
                .and_then(|server| server.software)
                .is_some_and(|software| servers::reads_invitations(&software)))
        })
        .await
}

/// Records an invitation by somebody who may invite. Answers `false` when the guest belongs already, so that nobody has to be told.
pub(crate) fn ask_in(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    (group, room): (&Group, &Actor),
    guest: &Actor,
    uri: &str,
) -> Result<bool> {
    let own = memberships::standing(ledger.db, room.id, who.id)?;
    policy::may_invite(group, room, own.as_ref())?;
    if membership::is_banned(ledger, room.id, guest.id)? {
        return Err(Refusal::NotWelcome(room.name.clone()).into());
    }
    let partner = announce::is_partner(ledger, &guest.host)?;
    policy::may_be_invited(group, guest, partner)?;
    let standing = memberships::standing(ledger.db, room.id, guest.id)?;
    let state = standing.as_ref().map(|standing| standing.state);
    if state == Some(MembershipState::Active) {
        return Ok(false);
    }
    record(ledger, room.id, guest.id, who.id, standing, uri)?;
    notify::tell(
        ledger,
        guest,
        NotificationKind::Invitation,
        who.id,
        None,
        Some(room.id),
    )?;
    audit::note(
        ledger,
        Some(who.id),
        Some(room.id),
        "invite",
        &guest.uri,
        json!({}),
    )?;
    Ok(true)
}

fn record(
    ledger: &mut Ledger<'_>,
    group: ActorId,
    guest: ActorId,
    by: ActorId,
    standing: Option<Membership>,
    uri: &str,
) -> Result<()> {
    let invitation = Membership {
        id: standing.map_or_else(|| MembershipId(ledger.next_id()), |standing| standing.id),
        group_id: group,
        actor_id: guest,
        role: GroupRole::Member,
        state: MembershipState::Invited,
        reason: None,
        invited_by: Some(by),
        since: ledger.now,
        updated_at: ledger.now,
        uri: Some(uri.to_owned()),
        answer: None,
        role_since: ledger.now,
    };
    memberships::record(ledger.db, &invitation)?;
    Ok(())
}

/// The invitations that wait for somebody's answer, the latest first.
pub async fn waiting_for(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<Open>> {
    let who = who.id;
    kindred
        .read(move |db| {
            let invited = sections::whole(
                db,
                page,
                |(standing, _): &(Membership, Actor)| standing.id.0,
                |db, page| {
                    Ok(memberships::groups_of(
                        db,
                        who,
                        MembershipState::Invited,
                        page,
                    )?)
                },
            )?;
            invited.dressed(|invited| {
                let ids: Vec<ActorId> = invited
                    .iter()
                    .filter_map(|(standing, _)| standing.invited_by)
                    .collect();
                let hosts = actors::find_many(db, &ids)?;
                Ok(invited
                    .into_iter()
                    .map(|(standing, group)| Open {
                        id: standing.id,
                        by: standing
                            .invited_by
                            .and_then(|by| hosts.iter().find(|host| host.id == by).cloned()),
                        group,
                    })
                    .collect())
            })
        })
        .await
}

/// Somebody of ours comes where they were invited, here or elsewhere.
pub async fn accept(kindred: &Kindred, who: &Actor, group: ActorId) -> Result<()> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let (standing, room) = invitation(ledger, &who, group)?;
            if !room.host.is_empty() {
                announce::invitation_answered(ledger, &who, &room, &standing, Ok(()))?;
            }
            // The yes to the invitation makes a member; only hearing has to be asked for.
            membership::ask(ledger, &who, &room, Wording::Follow, None)
        })
        .await
}

/// Somebody of ours does not come, perhaps with a few words.
pub async fn decline(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    words: Option<String>,
) -> Result<()> {
    let who = who.clone();
    let words = words.and_then(|words| worded(&words));
    kindred
        .write(move |ledger| {
            let (standing, room) = invitation(ledger, &who, group)?;
            if !room.host.is_empty() {
                let no = Err(words.as_deref());
                announce::invitation_answered(ledger, &who, &room, &standing, no)?;
            }
            not_coming(ledger, &who, &room, &standing, words.as_deref())
        })
        .await
}

/// The invitation of somebody that waits for their answer.
fn invitation(ledger: &mut Ledger<'_>, who: &Actor, group: ActorId) -> Result<(Membership, Actor)> {
    let standing = memberships::standing(ledger.db, group, who.id)?
        .filter(|standing| standing.state == MembershipState::Invited)
        .ok_or(Refusal::NoSuchInvitation)?;
    Ok((standing, ledger.actor(group)?))
}

/// An invitation was declined: whoever invited is told.
fn not_coming(
    ledger: &mut Ledger<'_>,
    guest: &Actor,
    group: &Actor,
    standing: &Membership,
    words: Option<&str>,
) -> Result<()> {
    memberships::decline(ledger.db, group.id, guest.id, words, ledger.now)?;
    if let Some(by) = standing.invited_by {
        let host = ledger.actor(by)?;
        notify::tell(
            ledger,
            &host,
            NotificationKind::Declined,
            guest.id,
            None,
            Some(group.id),
        )?;
    }
    Ok(())
}
