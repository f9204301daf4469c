//! The rules of living together, as pure functions: who may see, follow, join, post, moderate.
//!
//! They take facts and give an answer; they read no clock and ask no database, so that every rule can be read and tested in a table.

mod moving;

pub use moving::may_move;

use kindred_storage::{
    AccountRole, ActorId, ActorKind, Circle, GroupRole as Role, JoinPolicy, MembershipState,
    NotificationKind as Kind, Posting, QuotePolicy, Reception, Visibility, actors::Actor,
    groups::Group, memberships::Membership, mine::Distance, notice_policies::Policy, posts::Post,
};

use crate::{Refusal, settings::Federation};

/// What is known about whoever looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// Nobody that we know.
    Stranger,
    /// Somebody with an account here.
    Local(ActorId),
    /// A server that proved who it is.
    Server {
        /// There is an agreement between the two companies.
        partner: bool,
    },
}

/// Whether whoever looks may know of a passion of somebody here. `own` says that it is their own.
pub fn may_see_passion(eyes: Eyes, circle: Circle, own: bool) -> bool {
    match circle {
        Circle::Everyone => true,
        Circle::Me => own,
        Circle::Company => matches!(eyes, Eyes::Local(_)),
        Circle::Partners => matches!(eyes, Eyes::Local(_) | Eyes::Server { partner: true }),
    }
}

/// Whether whoever looks may know what another server told of somebody or of a group there: what it told us as a partner is for our
/// own people.
pub fn may_see_listing(eyes: Eyes, circle: Circle) -> bool {
    match circle {
        Circle::Everyone => true,
        Circle::Partners => matches!(eyes, Eyes::Local(_)),
        Circle::Company | Circle::Me => false,
    }
}

/// What ties whoever looks to one post. For a server it is the tie of any of its people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent fact that the rule asks for"
)]
pub struct Ties {
    /// Wrote it.
    pub author: bool,
    /// Is named in it.
    pub named: bool,
    /// Follows its author, accepted.
    pub follows_author: bool,
    /// Belongs to its group.
    pub member: bool,
}

/// Whether a post may be seen. The one rule: every way out asks it.
pub fn may_see(eyes: Eyes, visibility: Visibility, ties: Ties) -> bool {
    if ties.author {
        return true;
    }
    match visibility {
        Visibility::Public | Visibility::Unlisted => true,
        Visibility::Followers => ties.follows_author || ties.named,
        Visibility::Direct => ties.named,
        Visibility::Members => ties.member,
        Visibility::Company => matches!(eyes, Eyes::Local(_)),
        Visibility::Partners => match eyes {
            Eyes::Stranger => false,
            Eyes::Local(_) => true,
            Eyes::Server { partner } => partner,
        },
    }
}

/// Whether the ties matter for this visibility: what everybody may see needs no further questions.
pub fn needs_ties(visibility: Visibility) -> bool {
    !matches!(visibility, Visibility::Public | Visibility::Unlisted)
}

/// Whether a group, its page and its collections may be seen. A group that is not for everyone does not exist for strangers.
pub fn may_see_group(eyes: Eyes, group: &Group, member: bool) -> bool {
    match group.visibility {
        Visibility::Company => matches!(eyes, Eyes::Local(_)),
        Visibility::Partners => may_see(eyes, Visibility::Partners, Ties::default()),
        Visibility::Members => member || matches!(eyes, Eyes::Local(_)),
        Visibility::Public | Visibility::Unlisted | Visibility::Followers | Visibility::Direct => {
            true
        }
    }
}

/// Where somebody of ours reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At home.
    Home,
    /// On a list of their own.
    List,
    /// What is for everybody: public timelines, topics, what a search finds, answers in a conversation.
    Open,
    /// On the page of this actor, which they went to see.
    PageOf(ActorId),
    /// Among the notices.
    Notices,
}

/// Whether the words of `whom` reach somebody who stands at this distance, in this place.
///
/// Whoever was shut out by the other hears nothing of them anywhere. Whoever goes to see somebody's page hears them there, muted and
/// blocked or not: they asked for it.
pub fn reaches(place: Place, whom: ActorId, distance: Distance) -> bool {
    match distance {
        Distance::BlockedBy => false,
        _ if place == Place::PageOf(whom) => true,
        Distance::Blocks | Distance::Shuns | Distance::MutesNotices => false,
        Distance::Mutes => place == Place::Notices,
        Distance::ReadsApart => place != Place::Home,
    }
}

/// What is known of somebody whose notice comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent fact that the rule asks for"
)]
pub struct Teller {
    /// Their notices are taken whatever the policy says.
    pub permitted: bool,
    /// The one who is told follows them.
    pub followed: bool,
    /// They follow the one who is told.
    pub follower: bool,
    /// They came less than a month ago.
    pub new: bool,
    /// They speak in private, unasked.
    pub private: bool,
    /// Their server is kept at a distance.
    pub limited: bool,
}

/// How a notice is received: the strictest word of the policy that fits holds.
pub fn reception(policy: &Policy, kind: Kind, teller: Teller) -> Reception {
    let by_strangers = matches!(
        kind,
        Kind::Mention | Kind::Reply | Kind::Follow | Kind::FollowRequest | Kind::Like | Kind::Boost
    );
    if teller.permitted || !by_strangers {
        return Reception::Accept;
    }
    let words = [
        (!teller.followed, policy.not_following),
        (!teller.follower, policy.not_followers),
        (teller.new && !teller.followed, policy.new_accounts),
        (teller.private && !teller.followed, policy.private_mentions),
        (teller.limited && !teller.followed, policy.limited_accounts),
    ];
    let fitting = words.iter().filter(|(fits, _)| *fits);
    fitting
        .map(|(_, word)| *word)
        .max()
        .unwrap_or(Reception::Accept)
}

/// Whether letters are exchanged with this server at all. Where only some are welcome, `invited` are those with an agreement and those
/// whom the admins let in.
pub fn may_talk(
    federation: Federation,
    host: &str,
    blocked: bool,
    invited: bool,
) -> Result<(), Refusal> {
    match federation {
        Federation::Off => Err(Refusal::FederationOff),
        _ if blocked => Err(Refusal::HostNotWelcome(host.to_owned())),
        Federation::Partners if !invited => Err(Refusal::HostNotWelcome(host.to_owned())),
        Federation::Open | Federation::Partners => Ok(()),
    }
}

/// How an asker is let into a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Welcome {
    /// Comes in at once.
    Now,
    /// Waits until somebody of the group agrees.
    AfterApproval,
}

/// Whether somebody may follow and join a group, and how.
pub fn may_join(
    group: &Group,
    face: &Actor,
    who: &Actor,
    partner: bool,
    standing: Option<&Membership>,
    banned: bool,
) -> Result<Welcome, Refusal> {
    if banned {
        return Err(Refusal::NotWelcome(face.name.clone()));
    }
    let local = who.host.is_empty();
    match group.visibility {
        Visibility::Company if !local => return Err(Refusal::NoSuchGroup),
        Visibility::Partners if !local && !partner => return Err(Refusal::NoSuchGroup),
        _ => {}
    }
    let state = standing.map(|membership| membership.state);
    match (group.join_policy, state) {
        (_, Some(MembershipState::Active | MembershipState::Invited)) | (JoinPolicy::Open, _) => {
            Ok(Welcome::Now)
        }
        (JoinPolicy::Ask, _) => Ok(Welcome::AfterApproval),
        (JoinPolicy::Invite, _) => Err(Refusal::InvitationOnly(face.name.clone())),
    }
}

/// What an asker can have of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bond {
    /// To hear what it says.
    Hearing,
    /// To be one of it, which includes hearing.
    Belonging,
}

/// What somebody of this kind asks for when they follow or join a group. People and companies belong; groups (NodeBB, Lemmy 1.0,
/// Discourse), servers (Mobilizon) and programs only hear.
pub fn bond(kind: ActorKind) -> Bond {
    match kind {
        ActorKind::Person | ActorKind::Organization => Bond::Belonging,
        ActorKind::Group | ActorKind::Service | ActorKind::Application => Bond::Hearing,
    }
}

/// Whether somebody may hear of a group without belonging to it. What is public may be heard by all, however people get in.
pub fn may_hear(
    group: &Group,
    face: &Actor,
    who: &Actor,
    partner: bool,
    banned: bool,
) -> Result<(), Refusal> {
    if banned {
        return Err(Refusal::NotWelcome(face.name.clone()));
    }
    let local = who.host.is_empty();
    match group.visibility {
        Visibility::Members => Err(Refusal::MembersOnly(face.name.clone())),
        Visibility::Company if !local => Err(Refusal::NoSuchGroup),
        Visibility::Partners if !local && !partner => Err(Refusal::NoSuchGroup),
        _ => Ok(()),
    }
}

/// Whether somebody may invite others to a group: where everybody may come in any member may, elsewhere those who keep order.
pub fn may_invite(
    group: &Group,
    face: &Actor,
    standing: Option<&Membership>,
) -> Result<(), Refusal> {
    match (group.join_policy, role_of(standing)) {
        (JoinPolicy::Open, Some(Role::Member)) => Ok(()),
        _ => may_moderate(face, standing),
    }
}

/// Whether somebody can be invited: only who could belong, on a server that may know of the group.
pub fn may_be_invited(group: &Group, guest: &Actor, partner: bool) -> Result<(), Refusal> {
    let abroad = match group.visibility {
        Visibility::Company => false,
        Visibility::Partners => partner,
        _ => true,
    };
    if bond(guest.kind) == Bond::Belonging && (guest.host.is_empty() || abroad) {
        Ok(())
    } else {
        Err(Refusal::NoSuchPerson)
    }
}

/// The role somebody has in a group, when they belong to it.
pub fn role_of(standing: Option<&Membership>) -> Option<Role> {
    standing
        .filter(|membership| membership.state == MembershipState::Active)
        .map(|membership| membership.role)
}

/// Whether somebody may start a thread or answer in a group.
pub fn may_post(
    group: &Group,
    face: &Actor,
    standing: Option<&Membership>,
    banned: bool,
    thread: Thread,
) -> Result<(), Refusal> {
    if banned {
        return Err(Refusal::NotWelcome(face.name.clone()));
    }
    if group.archived_at.is_some() {
        return Err(Refusal::Locked);
    }
    let role = role_of(standing);
    let leads = matches!(role, Some(Role::Organiser | Role::Moderator));
    if matches!(thread, Thread::Locked) && !leads {
        return Err(Refusal::Locked);
    }
    match group.posting {
        Posting::Anyone if group.visibility == Visibility::Public => Ok(()),
        // Nobody speaks in a closed room without being in it, whoever may.
        Posting::Anyone | Posting::Members if role.is_some() => Ok(()),
        Posting::Anyone | Posting::Members => Err(Refusal::MembersOnly(face.name.clone())),
        Posting::Organisers if leads => Ok(()),
        // Answering is not starting: an announcements-only group still talks below its posts.
        Posting::Organisers if thread == Thread::Open && role.is_some() => Ok(()),
        Posting::Organisers => Err(Refusal::OrganisersOnly(face.name.clone())),
    }
}

/// Whether a post starts a thread or belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thread {
    /// It starts one.
    New,
    /// It answers in one that is open.
    Open,
    /// It answers in one that was closed.
    Locked,
}

/// Whether somebody keeps order in a group: removes, locks, pins, bans.
pub fn moderates(standing: Option<&Membership>) -> bool {
    matches!(role_of(standing), Some(Role::Organiser | Role::Moderator))
}

/// Refuses whoever does not keep order in a group.
pub fn may_moderate(group: &Actor, standing: Option<&Membership>) -> Result<(), Refusal> {
    if moderates(standing) {
        Ok(())
    } else {
        Err(Refusal::NotAModerator(group.name.clone()))
    }
}

/// Whether somebody may give another member this role.
///
/// Roles are given by those who have at least that role themselves: organisers make organisers, moderators make moderators (as in
/// Lemmy). They are taken by those who stand higher, or have stood equally high for longer, so that nobody is put out by whom they
/// brought in. Everybody may step down by themselves.
pub fn may_set_role(
    group: &Actor,
    own: Option<&Membership>,
    theirs: &Membership,
    to: Role,
) -> Result<(), Refusal> {
    let outside = || Refusal::NotAModerator(group.name.clone());
    let rank = role_of(own).ok_or_else(outside)?;
    let own = own.ok_or_else(outside)?;
    if to < theirs.role {
        let oneself = own.actor_id == theirs.actor_id;
        let senior = (rank > Role::Member && rank == theirs.role)
            && (own.role_since, own.id) < (theirs.role_since, theirs.id);
        return if oneself || rank > theirs.role || senior {
            Ok(())
        } else {
            Err(Refusal::SeniorsOnly)
        };
    }
    match rank {
        Role::Member => Err(outside()),
        _ if rank >= to => Ok(()),
        _ => Err(Refusal::OrganisersAlone),
    }
}

/// Whether somebody may appoint an organiser without being one: an admin, when nobody is left who could.
pub fn may_appoint(role: Option<AccountRole>, orphaned: bool) -> Result<(), Refusal> {
    if orphaned && role == Some(AccountRole::Admin) {
        Ok(())
    } else {
        Err(Refusal::OrganisersAlone)
    }
}

/// Whether somebody may see by name who belongs to a group; who looks after it is told to everybody who may see it.
pub fn may_list_members(
    group: &Group,
    eyes: Eyes,
    standing: Option<&Membership>,
) -> Result<(), Refusal> {
    let here = matches!(eyes, Eyes::Local(_));
    match group.visibility {
        Visibility::Members if role_of(standing).is_none() => Err(Refusal::NoSuchGroup),
        _ if here => Ok(()),
        _ => Err(Refusal::NotSignedIn),
    }
}

/// Whether a post waits for a look: in a group that looks at newcomers first, until something of theirs stands there.
pub fn waits_for_a_look(group: &Group, standing: Option<&Membership>, has_posted: bool) -> bool {
    group.hold_newcomers && !has_posted && !moderates(standing)
}

/// Whether somebody may change what a group is, or close it.
pub fn may_lead(standing: Option<&Membership>) -> Result<(), Refusal> {
    match role_of(standing) {
        Some(Role::Organiser) => Ok(()),
        Some(Role::Moderator | Role::Member) | None => Err(Refusal::OrganisersAlone),
    }
}

/// Who becomes organiser of a group that has none left: the moderator who has kept order for longest.
pub fn heir<'a>(leaders: impl Iterator<Item = &'a Membership>) -> Option<ActorId> {
    leaders
        .filter(|standing| role_of(Some(standing)) == Some(Role::Moderator))
        .min_by_key(|standing| (standing.role_since, standing.id))
        .map(|standing| standing.actor_id)
}

/// Whether somebody who keeps order in a group may shut out or send away somebody else there: members by all of them, moderators by
/// organisers, organisers by nobody. Whoever has no role of their own acts for the whole server.
pub fn may_act_on(group: &Actor, own: Option<Role>, theirs: Option<Role>) -> Result<(), Refusal> {
    match (own, theirs) {
        (_, None | Some(Role::Member)) | (Some(Role::Organiser) | None, Some(Role::Moderator)) => {
            Ok(())
        }
        (_, Some(Role::Moderator | Role::Organiser)) => Err(Refusal::Outranked(group.name.clone())),
    }
}

/// Whether somebody with this role keeps order on the whole server: complaints and people.
pub fn may_keep_order(role: AccountRole) -> Result<(), Refusal> {
    match role {
        AccountRole::Moderator | AccountRole::Admin => Ok(()),
        AccountRole::Member => Err(Refusal::KeepersOnly),
    }
}

/// Whether somebody with this role decides with whom the whole server talks.
pub fn may_administer(role: AccountRole) -> Result<(), Refusal> {
    match role {
        AccountRole::Admin => Ok(()),
        AccountRole::Moderator | AccountRole::Member => Err(Refusal::AdminsOnly),
    }
}

/// Whether somebody who keeps order on the server may hold back somebody with an account of this role here: admins everybody but
/// admins, moderators only members. Nobody holds back themselves that way.
pub fn may_sanction(own: AccountRole, theirs: Option<AccountRole>) -> Result<(), Refusal> {
    may_keep_order(own)?;
    match theirs {
        None | Some(AccountRole::Member) => Ok(()),
        Some(AccountRole::Moderator) if own == AccountRole::Admin => Ok(()),
        Some(AccountRole::Moderator | AccountRole::Admin) => Err(Refusal::AdminsOnly),
    }
}

/// Whether somebody may edit or delete a post as their own: the stored author decides, exactly.
pub fn may_change(post: &Post, who: ActorId) -> Result<(), Refusal> {
    if post.author_id == who {
        Ok(())
    } else {
        Err(Refusal::AuthorOnly)
    }
}

/// Whether somebody may put a post at the top of their own page: one of theirs that is no private word and stands in no group.
pub fn may_pin(post: &Post, who: ActorId) -> Result<(), Refusal> {
    may_change(post, who)?;
    let open = matches!(
        post.visibility,
        Visibility::Public | Visibility::Unlisted | Visibility::Followers
    );
    if open && post.group_id.is_none() {
        Ok(())
    } else {
        Err(Refusal::NotForThePage)
    }
}

/// How a reader is tied to a post that a search came upon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// They wrote it, are named in it, like it, passed it on, or keep it.
    pub own: bool,
    /// Its author agreed to be found.
    pub indexable: bool,
    /// It stands in a group.
    pub in_group: bool,
}

/// Whether a search shows a post that its reader may see: what is theirs, what was said in a group, and the public words of those who
/// agreed to be found.
pub fn may_find(visibility: Visibility, trace: Trace) -> bool {
    trace.own || trace.in_group || (visibility == Visibility::Public && trace.indexable)
}

/// Whether a post may be passed on to others.
pub fn may_share(visibility: Visibility) -> Result<(), Refusal> {
    match visibility {
        Visibility::Public | Visibility::Unlisted => Ok(()),
        _ => Err(Refusal::NotForSharing),
    }
}

/// Whether somebody may quote a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quoting {
    /// Yes, without waiting for anybody.
    Automatic,
    /// When its author agrees.
    Manual,
    /// No.
    #[default]
    Denied,
}

/// Whether somebody may quote a post (FEP-044f). `here` tells whether its author is one of ours: they let everybody quote what is
/// public unless they say otherwise. Elsewhere silence is no consent, as Mastodon reads it.
pub fn may_quote(post: &Post, here: bool, own: bool, follows: bool) -> Quoting {
    let open = matches!(post.visibility, Visibility::Public | Visibility::Unlisted);
    if own {
        return match post.visibility {
            Visibility::Direct => Quoting::Denied,
            _ => Quoting::Automatic,
        };
    }
    let usual = here.then_some(QuotePolicy::Public);
    match post.quote_policy.or(usual).filter(|_| open) {
        Some(QuotePolicy::Public) => Quoting::Automatic,
        Some(QuotePolicy::Followers) if follows => Quoting::Automatic,
        Some(QuotePolicy::Asking) => Quoting::Manual,
        Some(QuotePolicy::Followers | QuotePolicy::Nobody) | None => Quoting::Denied,
    }
}

/// The visibility that a post has in a group, or `None` when it cannot stand there.
///
/// The group's word holds, but nothing becomes visible to more people than its author wanted: what its author kept among followers
/// or in a conversation stays out of a public group, and what was public elsewhere cannot be made a secret here (`here` tells
/// whether the author is one of ours, whose words have not gone out yet). A private word enters a closed group only when it was
/// `addressed` to the group; one that merely answers somebody there is for them alone.
pub fn visibility_in_group(
    group: Visibility,
    own: Visibility,
    here: bool,
    addressed: bool,
) -> Option<Visibility> {
    match (group, own) {
        (Visibility::Public, Visibility::Public | Visibility::Unlisted) => Some(own),
        (Visibility::Public, _) => None,
        (_, Visibility::Public | Visibility::Unlisted | Visibility::Followers) if !here => None,
        (_, Visibility::Direct) if !addressed => None,
        (closed, _) => Some(closed),
    }
}

/// A handle: 1 to 30 of `a`–`z`, `0`–`9`, `_`. The narrowest rule among the peers (Lemmy's), so that the name works everywhere.
pub fn handle(text: &str) -> Result<String, Refusal> {
    let handle = text.trim().to_ascii_lowercase();
    let fits = (1..=30).contains(&handle.len())
        && handle
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if fits {
        Ok(handle)
    } else {
        Err(Refusal::BadHandle(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
