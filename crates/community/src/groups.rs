//! Passion groups: founding, changing and closing them. Whoever founds a group is its first organiser.

mod closing;
mod profile;
mod views;

pub use closing::close;
pub use profile::{Change, LONGEST_RULES, change};
pub use views::{GroupView, Standing, find, members, mine, show, standings};

use kindred_protocol::html;
use kindred_storage::{
    ActorId, ActorKind, GroupRole, JoinPolicy, Json, MembershipId, MembershipState, Posting,
    Visibility,
    actors::{self, Actor},
    groups::{self, Group},
    memberships::{self, Membership},
    topics as store,
};

use crate::{
    Kindred, Ledger, Refusal, Result, companions, directory, discovery, links,
    people::{checked_group_name, free_handle, new_actor, new_keys},
    policy, topics,
};

/// What a group is to be.
#[derive(Clone, Debug)]
pub struct Founding {
    /// The name in addresses.
    pub handle: String,
    /// The name for people.
    pub name: String,
    /// What it is about, as Markdown.
    pub summary: String,
    /// One to five topics, in anybody's spelling.
    pub topics: Vec<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// How people get in.
    pub join_policy: JoinPolicy,
}

/// The most topics a group can have.
pub const MOST_TOPICS: usize = 5;

/// The longest summary of a group, in characters.
pub const LONGEST_SUMMARY: usize = 5_000;

/// Founds a group. The founder is its first organiser and hears of it from the start.
pub async fn found(
    kindred: &Kindred,
    founder: &Actor,
    founding: Founding,
) -> Result<(Group, Actor)> {
    let handle = policy::handle(&founding.handle)?;
    let name = checked_group_name(&founding.name)?;
    check(&founding)?;
    let keys = new_keys().await?;
    let founder = founder.id;
    kindred
        .write(move |ledger| {
            free_handle(ledger, &handle)?;
            let mut face = new_actor(ledger, ActorKind::Group, &handle, &name, &keys);
            let open = matches!(founding.visibility, Visibility::Public);
            // Lemmy reads a Group that approves followers by hand as a private community, so only closed groups say that of
            // themselves; a group that merely asks holds its answer back.
            face.locked = !open;
            face.discoverable = open;
            face.indexable = open;
            face.summary = html::from_markdown(&founding.summary, &html::NoLinks).html;
            face.summary_source = Some(founding.summary.clone());
            face.topics = Json(topics::distinct(&founding.topics));
            actors::insert(ledger.db, &face)?;
            let group = Group {
                actor_id: face.id,
                visibility: founding.visibility,
                join_policy: founding.join_policy,
                posting: if open {
                    Posting::Anyone
                } else {
                    Posting::Members
                },
                hold_newcomers: false,
                rules: String::new(),
                language: None,
                founder_id: Some(founder),
                archived_at: None,
                created_at: ledger.now,
                boosts_comments: false,
                heard_by_groups: false,
            };
            groups::insert(ledger.db, &group)?;
            tie_topics(ledger, face.id, &founding.topics)?;
            install_organiser(ledger, &face, founder)?;
            Ok((group, ledger.actor(face.id)?))
        })
        .await
}

/// Founds a group that hears of the group at this address from its first day: a chapter of it. Both have to be open to everybody.
pub async fn found_chapter(
    kindred: &Kindred,
    founder: &Actor,
    founding: Founding,
    of: &str,
) -> Result<(Group, Actor)> {
    let other = discovery::group_at(kindred, of).await?;
    companions::must_open_to_all(kindred, other.id).await?;
    if founding.visibility != Visibility::Public {
        return Err(Refusal::NotUnderstood(
            "a chapter is open to everybody, as its model is".into(),
        )
        .into());
    }
    let (group, face) = found(kindred, founder, founding).await?;
    companions::follow(kindred, founder, face.id, other.id).await?;
    Ok((group, face))
}

/// A group of ours that is there.
pub(crate) fn living(ledger: &mut Ledger<'_>, id: ActorId) -> Result<(Group, Actor)> {
    groups::find(ledger.db, id)?
        .filter(|(_, face)| face.host.is_empty() && face.deleted_at.is_none())
        .ok_or_else(|| Refusal::NoSuchGroup.into())
}

fn check(founding: &Founding) -> Result<(), Refusal> {
    if founding.summary.chars().count() > LONGEST_SUMMARY {
        return Err(Refusal::NotUnderstood(format!(
            "a summary has at most {LONGEST_SUMMARY} characters"
        )));
    }
    if founding.topics.len() > MOST_TOPICS {
        return Err(Refusal::NotUnderstood(format!(
            "a group has at most {MOST_TOPICS} topics"
        )));
    }
    match founding.visibility {
        Visibility::Public | Visibility::Partners | Visibility::Company | Visibility::Members => Ok(()),
        Visibility::Unlisted | Visibility::Followers | Visibility::Direct => {
            Err(Refusal::NotUnderstood("a group is for everyone (public), for partners, for the company, or for its members".into()))
        }
    }
}

fn tie_topics(ledger: &mut Ledger<'_>, group: ActorId, names: &[String]) -> Result<()> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(topics::ensure(ledger, name)?.id);
    }
    store::set_group(ledger.db, group, &ids)?;
    for id in ids {
        store::count_uses(ledger.db, id)?;
    }
    directory::tell_of_group(ledger, group)
}

fn install_organiser(ledger: &mut Ledger<'_>, face: &Actor, founder: ActorId) -> Result<()> {
    let membership = Membership {
        id: MembershipId(ledger.next_id()),
        group_id: face.id,
        actor_id: founder,
        role: GroupRole::Organiser,
        state: MembershipState::Active,
        reason: None,
        invited_by: None,
        since: ledger.now,
        updated_at: ledger.now,
        uri: None,
        answer: None,
        role_since: ledger.now,
    };
    memberships::record(ledger.db, &membership)?;
    let uri = links::activity(ledger.settings, ledger.next_activity());
    crate::membership::hear_from_now_on(
        ledger,
        founder,
        face.id,
        uri,
        kindred_storage::FollowState::Accepted,
    )?;
    Ok(())
}
