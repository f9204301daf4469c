//! Somebody elsewhere asks to hear of somebody here, or to belong to a group here.
//!
//! A group that is for its members alone takes people of those servers only that keep among members what is said there; the others are
//! told so. Who comes in otherwise is decided in [`crate::membership`].

use kindred_protocol::Uri;
use kindred_storage::{
    MembershipState, Visibility, actors::Actor, explanations, groups, groups::Group, instances,
    memberships, posts,
};

use super::local_actor;
use crate::{
    Kindred, Ledger, Result,
    announce::{self, Ask},
    explain, membership, servers,
};

/// What is done with somebody who knocks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    /// They have their answer.
    Answered,
    /// Nobody knows yet what their server runs, and that decides.
    WhoAreThey,
}

pub(super) async fn knocked(
    kindred: &Kindred,
    sender: Actor,
    (object, id, ask, message): (Uri, Option<Uri>, Ask, Option<String>),
) -> Result<()> {
    let knock = Knock {
        sender,
        object,
        id,
        ask,
        words: message.as_deref().and_then(membership::heard),
    };
    if knock.at(kindred).await? == Door::WhoAreThey {
        servers::learn(kindred, &knock.sender.host).await?;
        knock.at(kindred).await?;
    }
    Ok(())
}

#[derive(Clone)]
struct Knock {
    sender: Actor,
    object: Uri,
    id: Option<Uri>,
    ask: Ask,
    /// Why they would like to come in.
    words: Option<String>,
}

impl Knock {
    async fn at(&self, kindred: &Kindred) -> Result<Door> {
        let knock = self.clone();
        kindred.write(move |ledger| knock.answer(ledger)).await
    }

    /// A `Follow` of a post, as Friendica sends it, asks for nothing that we have; a `Join` of one is told that nobody is expected.
    fn answer(&self, ledger: &mut Ledger<'_>) -> Result<Door> {
        let Some(target) = local_actor(ledger, self.object.as_str())? else {
            if let (Ask::Join, Some(id)) = (self.ask, &self.id) {
                no_guests(ledger, &self.sender, &self.object, id)?;
            }
            return Ok(Door::Answered);
        };
        let uri = self.id.as_ref().map_or_else(
            || format!("{}#follow-{}", self.sender.uri, target.id),
            |id| id.as_str().to_owned(),
        );
        if let Some((group, _)) = groups::find(ledger.db, target.id)? {
            match discretion(ledger, &group, &self.sender)? {
                // A room of the company alone does not exist for others, so it does not say no either.
                Discretion::NoSuchRoom => return Ok(Door::Answered),
                Discretion::Unknown => return Ok(Door::WhoAreThey),
                Discretion::Missing => {
                    announce::turned_away(ledger, &target, &self.sender, &uri, self.ask, None)?;
                    if explanations::record(ledger.db, target.id, self.sender.id, ledger.now)? {
                        explain::members_only(ledger, &target, &self.sender)?;
                    }
                    return Ok(Door::Answered);
                }
                Discretion::Enough => {}
            }
        }
        let knock = membership::Knock {
            uri,
            ask: self.ask,
            words: self.words.as_deref(),
        };
        membership::knocked(ledger, &self.sender, &target, &knock)?;
        Ok(Door::Answered)
    }
}

/// Whether the server of somebody who knocks can be trusted with what a group says.
enum Discretion {
    NoSuchRoom,
    Unknown,
    Missing,
    Enough,
}

fn discretion(ledger: &mut Ledger<'_>, group: &Group, who: &Actor) -> Result<Discretion> {
    match group.visibility {
        Visibility::Company => return Ok(Discretion::NoSuchRoom),
        Visibility::Members => {}
        _ => return Ok(Discretion::Enough),
    }
    // Whom a moderator invited, or who is in already, is welcome wherever they live; their server is told nothing all the same.
    let standing = memberships::standing(ledger.db, group.actor_id, who.id)?;
    if standing.is_some_and(|standing| {
        matches!(
            standing.state,
            MembershipState::Active | MembershipState::Invited
        )
    }) {
        return Ok(Discretion::Enough);
    }
    let server = instances::by_host(ledger.db, &who.host)?;
    Ok(match server {
        Some(server) if server.nodeinfo_at.is_none() => Discretion::Unknown,
        Some(server) if server.keeps_private => Discretion::Enough,
        _ => Discretion::Missing,
    })
}

/// Somebody asks to come to a post of ours. Only what everybody may see says that it takes no guests.
fn no_guests(ledger: &mut Ledger<'_>, sender: &Actor, object: &Uri, id: &Uri) -> Result<()> {
    let post = posts::by_uri(ledger.db, object.as_str())?
        .filter(|post| post.deleted_at.is_none() && post.removed_at.is_none())
        .filter(|post| matches!(post.visibility, Visibility::Public | Visibility::Unlisted));
    let Some(post) = post else {
        return Ok(());
    };
    let author = ledger.actor(post.author_id)?;
    if author.host.is_empty() {
        announce::ignored(ledger, &author, sender, id.as_str(), object.as_str())?;
    }
    Ok(())
}
