//! Groups as those who look at them see them: what they are, who is in them, how one stands in them.

use kindred_storage::{
    ActorId, Conn, FollowState, GroupRole, MembershipState, Page,
    actors::{self, Actor},
    follows,
    groups::{self, Group},
    memberships::{self, Membership},
};

use crate::{
    Kindred, Refusal, Result,
    membership::MOST_AT_ONCE,
    policy, search, sections, sight,
    views::{Section, Viewer},
};

/// A group with its face and what is shown beside it.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// The group.
    pub group: Group,
    /// Its face.
    pub face: Actor,
    /// How many belong to it.
    pub members: i64,
    /// Who has organised it for longest, when somebody here knows.
    pub organiser: Option<Actor>,
}

/// How somebody stands in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of its own for clients"
)]
pub struct Standing {
    /// The group.
    pub id: ActorId,
    /// Their role, when they belong to it.
    pub role: Option<GroupRole>,
    /// They asked to belong and wait.
    pub requested: bool,
    /// They were invited and have not answered.
    pub invited: bool,
    /// They hear of it.
    pub hears: bool,
    /// They are told of every post.
    pub notifying: bool,
    /// They are shut out.
    pub banned: bool,
    /// Why they were declined when they last asked.
    pub declined: Option<String>,
    /// Somebody waits at its door, and they may answer.
    pub pending_requests: bool,
}

/// The groups that somebody of ours belongs to, the latest first.
pub async fn mine(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<GroupView>> {
    let who = who.id;
    kindred
        .read(move |db| {
            let belongs = sections::whole(
                db,
                page,
                |(of, _): &(Membership, Actor)| of.id.0,
                |db, page| {
                    Ok(memberships::groups_of(
                        db,
                        who,
                        MembershipState::Active,
                        page,
                    )?)
                },
            )?;
            belongs.dressed(|belongs| {
                let ids: Vec<ActorId> = belongs.iter().map(|(of, _)| of.group_id).collect();
                let views = views(db, &ids)?;
                Ok(ids
                    .iter()
                    .filter_map(|id| views.iter().find(|view| view.face.id == *id).cloned())
                    .collect())
            })
        })
        .await
}

/// A group, if the viewer may know of it.
pub async fn show(kindred: &Kindred, viewer: &Viewer, id: ActorId) -> Result<GroupView> {
    let viewer = viewer.clone();
    kindred
        .read(move |db| {
            seen(db, &viewer, id)?;
            views(db, &[id])?
                .pop()
                .ok_or_else(|| Refusal::NoSuchGroup.into())
        })
        .await
}

/// Groups by name, handle or address.
pub async fn find(
    kindred: &Kindred,
    viewer: &Viewer,
    query: &str,
    resolve: search::Resolve,
    limit: usize,
) -> Result<Vec<GroupView>> {
    // On the heap, because the way to other servers makes it large.
    let found = Box::pin(search::find(kindred, viewer, query, resolve, limit)).await?;
    let ids: Vec<ActorId> = found.actors.iter().map(|actor| actor.id).collect();
    kindred
        .read(move |db| {
            let views = views(db, &ids)?;
            // In the order in which they were found.
            Ok(ids
                .iter()
                .filter_map(|id| views.iter().find(|view| view.face.id == *id).cloned())
                .collect())
        })
        .await
}

/// Those who belong to a group, or those of them with a role, the latest first.
///
/// Who looks after it is told to everybody who may see the group; who else belongs only to people here, and in a group for its
/// members only to them.
pub async fn members(
    kindred: &Kindred,
    viewer: &Viewer,
    id: ActorId,
    role: Option<GroupRole>,
    page: Page,
) -> Result<Section<(Membership, Actor)>> {
    let viewer = viewer.clone();
    kindred
        .read(move |db| {
            let group = seen(db, &viewer, id)?;
            if matches!(role, None | Some(GroupRole::Member)) {
                let standing = match viewer.actor() {
                    Some(who) => memberships::standing(db, id, who)?,
                    None => None,
                };
                let eyes = sight::eyes(db, &viewer)?;
                policy::may_list_members(&group, eyes, standing.as_ref())?;
            }
            sections::whole(
                db,
                page,
                |(standing, _): &(Membership, Actor)| standing.id.0,
                |db, page| {
                    Ok(match role {
                        Some(role) => memberships::with_role(db, id, role, page)?,
                        None => memberships::members(db, id, MembershipState::Active, page)?,
                    })
                },
            )
        })
        .await
}

/// How somebody of ours stands in these groups, in the order asked for. What is no group that they may know of is left out.
pub async fn standings(kindred: &Kindred, who: &Actor, ids: Vec<ActorId>) -> Result<Vec<Standing>> {
    let who = who.id;
    let now = kindred.now();
    kindred
        .read(move |db| {
            let mut standings = Vec::new();
            for id in ids.into_iter().take(MOST_AT_ONCE) {
                if seen(db, &Viewer::Local(who), id).is_err() {
                    continue;
                }
                let standing = memberships::standing(db, id, who)?;
                let state = standing.as_ref().map(|standing| standing.state);
                let follow = follows::find(db, who, id)?;
                let banned = memberships::ban_of(db, id, who)?
                    .is_some_and(|ban| ban.until.is_none_or(|until| until > now));
                let answers = policy::moderates(standing.as_ref());
                standings.push(Standing {
                    id,
                    role: policy::role_of(standing.as_ref()),
                    requested: state == Some(MembershipState::Requested),
                    invited: state == Some(MembershipState::Invited),
                    hears: follow
                        .as_ref()
                        .is_some_and(|follow| follow.state == FollowState::Accepted),
                    notifying: follow.is_some_and(|follow| follow.notify),
                    banned,
                    declined: standing.and_then(|standing| standing.answer),
                    pending_requests: answers
                        && memberships::count(db, id, MembershipState::Requested)? > 0,
                });
            }
            Ok(standings)
        })
        .await
}

/// The group, if it is there and the viewer may know of it.
fn seen(db: &mut Conn, viewer: &Viewer, id: ActorId) -> Result<Group> {
    let (group, face) = groups::find(db, id)?.ok_or(Refusal::NoSuchGroup)?;
    if face.deleted_at.is_some() || !sight::of_group(db, viewer, &group)? {
        return Err(Refusal::NoSuchGroup.into());
    }
    Ok(group)
}

/// Groups with what is shown beside them, in a handful of questions however many they are.
fn views(db: &mut Conn, ids: &[ActorId]) -> Result<Vec<GroupView>> {
    let found = groups::find_many(db, ids)?;
    let counts = memberships::counts(db, ids)?;
    let lead = memberships::organisers(db, ids)?;
    let organisers: Vec<ActorId> = lead.iter().map(|(_, who)| *who).collect();
    let faces = actors::find_many(db, &organisers)?;
    Ok(found
        .into_iter()
        .map(|(group, face)| {
            let first = lead.iter().find(|(of, _)| *of == face.id);
            GroupView {
                members: counts
                    .iter()
                    .find(|(of, _)| *of == face.id)
                    .map_or(0, |(_, count)| *count),
                organiser: first
                    .and_then(|(_, who)| faces.iter().find(|face| face.id == *who).cloned()),
                group,
                face,
            }
        })
        .collect())
}
