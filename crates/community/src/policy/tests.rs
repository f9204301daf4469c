//! Every rule in a table.

use kindred_storage::{ActorKind, Json, MembershipId, Moment};
use proptest::prelude::*;

use super::*;

fn face(host: &str) -> Actor {
    Actor {
        id: ActorId(1),
        kind: ActorKind::Group,
        handle: "rust".into(),
        host: host.into(),
        uri: "https://kindred.example/g/rust".into(),
        url: None,
        inbox: String::new(),
        shared_inbox: None,
        outbox: None,
        followers_uri: None,
        following_uri: None,
        featured_uri: None,
        moderators_uri: None,
        name: "Rust lovers".into(),
        summary: String::new(),
        summary_source: None,
        emojis: Vec::new().into(),
        hide_collections: false,
        icon_url: None,
        image_url: None,
        key_id: String::new(),
        public_key_pem: String::new(),
        private_key_pem: None,
        locked: false,
        discoverable: true,
        indexable: true,
        memorial: false,
        suspended_at: None,
        moved_to: None,
        also_known_as: Json(Vec::new()),
        fields: Json(Vec::new()),
        topics: Json(Vec::new()),
        followers_count: 0,
        following_count: 0,
        posts_count: 0,
        last_post_at: None,
        published_at: Moment(0),
        updated_at: Moment(0),
        fetched_at: None,
        deleted_at: None,
    }
}

fn group(visibility: Visibility, join_policy: JoinPolicy, posting: Posting) -> Group {
    Group {
        actor_id: ActorId(1),
        visibility,
        join_policy,
        posting,
        hold_newcomers: false,
        rules: String::new(),
        language: None,
        founder_id: None,
        archived_at: None,
        created_at: Moment(0),
        boosts_comments: false,
        heard_by_groups: false,
    }
}

fn standing(role: Role, state: MembershipState) -> Membership {
    Membership {
        id: MembershipId(1),
        group_id: ActorId(1),
        actor_id: ActorId(2),
        role,
        state,
        reason: None,
        invited_by: None,
        since: Moment(0),
        updated_at: Moment(0),
        uri: None,
        answer: None,
        role_since: Moment(0),
    }
}

/// Somebody's standing, by whom and since when.
fn since(actor: i64, role: Role, moment: i64) -> Membership {
    Membership {
        id: MembershipId(actor),
        actor_id: ActorId(actor),
        role_since: Moment(moment),
        ..standing(role, MembershipState::Active)
    }
}

#[test]
fn roles_are_given_by_equals_and_taken_by_seniors() {
    use Role::{Member, Moderator, Organiser};
    let group = face("");
    let (founder, second) = (since(1, Organiser, 1), since(2, Organiser, 5));
    let (old, young) = (since(3, Moderator, 2), since(4, Moderator, 6));
    let (member, other) = (since(5, Member, 3), since(6, Member, 1));
    for (own, theirs, to, allowed) in [
        (&founder, &member, Organiser, true),
        (&young, &member, Moderator, true),
        (&young, &member, Organiser, false),
        (&member, &other, Moderator, false),
        (&member, &member, Moderator, false),
        (&founder, &second, Member, true),
        (&second, &founder, Member, false),
        (&second, &old, Member, true),
        (&old, &young, Member, true),
        (&young, &old, Member, false),
        (&old, &founder, Moderator, false),
        (&member, &young, Member, false),
        (&founder, &founder, Member, true),
        (&young, &young, Member, true),
    ] {
        assert_eq!(
            may_set_role(&group, Some(own), theirs, to).is_ok(),
            allowed,
            "{own:?} {theirs:?} {to:?}"
        );
    }
    assert!(may_set_role(&group, None, &member, Moderator).is_err());
    let left = Membership {
        state: MembershipState::Left,
        ..founder.clone()
    };
    assert!(may_set_role(&group, Some(&left), &member, Moderator).is_err());
    assert_eq!(heir([&member, &young, &old].into_iter()), Some(ActorId(3)));
    assert_eq!(heir([&member].into_iter()), None);
}

#[test]
fn people_belong_and_machines_hear() {
    for kind in ActorKind::ALL {
        let expected = match kind {
            ActorKind::Person | ActorKind::Organization => Bond::Belonging,
            ActorKind::Group | ActorKind::Service | ActorKind::Application => Bond::Hearing,
        };
        assert_eq!(bond(*kind), expected, "{kind}");
    }
}

#[test]
fn an_admin_appoints_only_where_nobody_is_left() {
    use kindred_storage::AccountRole::{Admin, Member, Moderator};
    for (office, orphaned, allowed) in [
        (Some(Admin), true, true),
        (Some(Admin), false, false),
        (Some(Moderator), true, false),
        (Some(Member), true, false),
        (None, true, false),
    ] {
        assert_eq!(may_appoint(office, orphaned).is_ok(), allowed);
    }
}

const NADIA: Eyes = Eyes::Local(ActorId(2));
const PARTNER: Eyes = Eyes::Server { partner: true };
const OTHER: Eyes = Eyes::Server { partner: false };

#[test]
fn who_may_see_a_post_without_any_tie_to_it() {
    //                                   stranger, ours, partner, other server
    for (visibility, expected) in [
        (Visibility::Public, [true, true, true, true]),
        (Visibility::Unlisted, [true, true, true, true]),
        (Visibility::Followers, [false, false, false, false]),
        (Visibility::Direct, [false, false, false, false]),
        (Visibility::Members, [false, false, false, false]),
        (Visibility::Company, [false, true, false, false]),
        (Visibility::Partners, [false, true, true, false]),
    ] {
        let seen = [Eyes::Stranger, NADIA, PARTNER, OTHER]
            .map(|eyes| may_see(eyes, visibility, Ties::default()));
        assert_eq!(seen, expected, "{visibility}");
    }
}

#[test]
fn a_tie_opens_what_it_is_for_and_nothing_else() {
    let member = Ties {
        member: true,
        ..Ties::default()
    };
    let named = Ties {
        named: true,
        ..Ties::default()
    };
    let follower = Ties {
        follows_author: true,
        ..Ties::default()
    };
    for (ties, visibility, expected) in [
        (member, Visibility::Members, true),
        (member, Visibility::Direct, false),
        (member, Visibility::Followers, false),
        (named, Visibility::Direct, true),
        (named, Visibility::Followers, true),
        (named, Visibility::Members, false),
        (follower, Visibility::Followers, true),
        (follower, Visibility::Direct, false),
        (follower, Visibility::Members, false),
    ] {
        assert_eq!(
            may_see(NADIA, visibility, ties),
            expected,
            "{visibility} with {ties:?}"
        );
    }
}

#[test]
fn an_author_sees_what_they_wrote() {
    let author = Ties {
        author: true,
        ..Ties::default()
    };
    assert!(
        Visibility::ALL
            .iter()
            .all(|visibility| may_see(NADIA, *visibility, author))
    );
}

#[test]
fn how_people_are_let_into_a_group() {
    use JoinPolicy::{Ask, Invite, Open};
    use MembershipState::{Active, Invited, Left, Requested};
    let nadia = face("");
    for (policy, state, expected) in [
        (Open, None, Ok(Welcome::Now)),
        (Ask, None, Ok(Welcome::AfterApproval)),
        (Ask, Some(Requested), Ok(Welcome::AfterApproval)),
        (Ask, Some(Invited), Ok(Welcome::Now)),
        (
            Invite,
            None,
            Err(Refusal::InvitationOnly("Rust lovers".into())),
        ),
        (
            Invite,
            Some(Left),
            Err(Refusal::InvitationOnly("Rust lovers".into())),
        ),
        (Invite, Some(Invited), Ok(Welcome::Now)),
        (Invite, Some(Active), Ok(Welcome::Now)),
    ] {
        let standing = state.map(|state| standing(Role::Member, state));
        let group = group(Visibility::Public, policy, Posting::Anyone);
        let answer = may_join(&group, &face(""), &nadia, false, standing.as_ref(), false);
        assert_eq!(answer, expected, "{policy} as {state:?}");
    }
}

#[test]
fn a_ban_goes_before_everything() {
    let group = group(Visibility::Public, JoinPolicy::Open, Posting::Anyone);
    let organiser = standing(Role::Organiser, MembershipState::Active);
    let refusal = Refusal::NotWelcome("Rust lovers".into());
    assert_eq!(
        may_join(&group, &face(""), &face(""), true, Some(&organiser), true),
        Err(refusal.clone())
    );
    assert_eq!(
        may_post(&group, &face(""), Some(&organiser), true, Thread::New),
        Err(refusal)
    );
}

#[test]
fn closed_groups_do_not_exist_for_those_outside() {
    let stranger = face("far.example");
    for (visibility, partner, expected) in [
        (Visibility::Company, true, Err(Refusal::NoSuchGroup)),
        (Visibility::Partners, false, Err(Refusal::NoSuchGroup)),
        (Visibility::Partners, true, Ok(Welcome::Now)),
    ] {
        let group = group(visibility, JoinPolicy::Open, Posting::Members);
        assert_eq!(
            may_join(&group, &face(""), &stranger, partner, None, false),
            expected,
            "{visibility}"
        );
    }
}

#[test]
fn who_may_post_in_a_group() {
    use Posting::{Anyone, Members, Organisers};
    let role = |role| Some(standing(role, MembershipState::Active));
    for (posting, standing, thread, allowed) in [
        (Anyone, None, Thread::New, true),
        (Members, None, Thread::New, false),
        (Members, role(Role::Member), Thread::New, true),
        (Organisers, role(Role::Member), Thread::New, false),
        (Organisers, role(Role::Member), Thread::Open, true),
        (Organisers, None, Thread::Open, false),
        (Organisers, role(Role::Moderator), Thread::New, true),
        (Anyone, role(Role::Member), Thread::Locked, false),
        (Anyone, role(Role::Moderator), Thread::Locked, true),
    ] {
        let group = group(Visibility::Public, JoinPolicy::Open, posting);
        let answer = may_post(&group, &face(""), standing.as_ref(), false, thread);
        assert_eq!(answer.is_ok(), allowed, "{posting}, {thread:?}: {answer:?}");
    }
    for closed in [
        Visibility::Partners,
        Visibility::Company,
        Visibility::Members,
    ] {
        let group = group(closed, JoinPolicy::Open, Anyone);
        let answer = may_post(&group, &face("far.example"), None, false, Thread::Open);
        assert!(
            answer.is_err(),
            "{closed}: a stranger speaks in a closed room"
        );
    }
}

#[test]
fn a_private_word_stays_private() {
    use Visibility::{Direct, Followers, Members, Public};
    for (group, own, here, addressed, expected) in [
        (Members, Direct, false, false, None),
        (Members, Direct, true, false, None),
        (Members, Direct, false, true, Some(Members)),
        (Members, Followers, false, true, None),
        (Members, Followers, true, false, Some(Members)),
        (Members, Members, false, false, Some(Members)),
        (Members, Public, false, true, None),
        (Public, Direct, true, true, None),
        (Public, Followers, false, true, None),
    ] {
        assert_eq!(
            visibility_in_group(group, own, here, addressed),
            expected,
            "{own} in {group}, here: {here}, addressed: {addressed}"
        );
    }
}

#[test]
fn those_who_left_lead_nothing() {
    let gone = standing(Role::Organiser, MembershipState::Left);
    assert_eq!(role_of(Some(&gone)), None);
    assert!(!moderates(Some(&gone)));
}

#[test]
fn who_may_shut_out_whom() {
    use Role::{Member, Moderator, Organiser};
    let group = face("");
    //               outsider, member, moderator, organiser
    for (own, expected) in [
        (Some(Moderator), [true, true, false, false]),
        (Some(Organiser), [true, true, true, false]),
        // Somebody who keeps order on the whole server.
        (None, [true, true, true, false]),
    ] {
        let may = [None, Some(Member), Some(Moderator), Some(Organiser)]
            .map(|theirs| may_act_on(&group, own, theirs).is_ok());
        assert_eq!(may, expected, "{own:?}");
    }
}

#[test]
fn who_keeps_order_on_the_whole_server() {
    use AccountRole::{Admin, Member, Moderator};
    //          keeps order, administers, holds back: outsider, member, moderator, admin
    for (own, expected) in [
        (Member, [false, false, false, false, false, false]),
        (Moderator, [true, false, true, true, false, false]),
        (Admin, [true, true, true, true, true, false]),
    ] {
        let over = |theirs| may_sanction(own, theirs).is_ok();
        let may = [
            may_keep_order(own).is_ok(),
            may_administer(own).is_ok(),
            over(None),
            over(Some(Member)),
            over(Some(Moderator)),
            over(Some(Admin)),
        ];
        assert_eq!(may, expected, "{own}");
    }
}

#[test]
fn with_whom_letters_are_exchanged() {
    use Federation::{Off, Open, Partners};
    let unwelcome = || Err(Refusal::HostNotWelcome("far.example".into()));
    for (federation, blocked, partner, expected) in [
        (Open, false, false, Ok(())),
        (Open, true, false, unwelcome()),
        (Open, true, true, unwelcome()),
        (Partners, false, false, unwelcome()),
        (Partners, false, true, Ok(())),
        (Off, false, true, Err(Refusal::FederationOff)),
    ] {
        assert_eq!(
            may_talk(federation, "far.example", blocked, partner),
            expected,
            "{federation:?}"
        );
    }
}

#[test]
fn handles_that_work_everywhere() {
    assert_eq!(handle(" Rust_2 "), Ok("rust_2".into()));
    for bad in ["", "ru-st", "rüst", "a b", "@rust", &"a".repeat(31)] {
        assert!(handle(bad).is_err(), "{bad}");
    }
}

fn visibilities() -> impl Strategy<Value = Visibility> {
    proptest::sample::select(Visibility::ALL)
}

/// Everybody who may look, with every tie that they can have.
fn lookers() -> impl Strategy<Value = (Eyes, Ties)> {
    let eyes = prop_oneof![
        Just(Eyes::Stranger),
        Just(NADIA),
        Just(PARTNER),
        Just(OTHER)
    ];
    let ties = (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(named, follows_author, member)| Ties {
            author: false,
            named,
            follows_author,
            member,
        },
    );
    (eyes, ties).prop_map(|(eyes, ties)| match eyes {
        // A stranger has no ties: nobody knows who it is.
        Eyes::Stranger => (eyes, Ties::default()),
        _ => (eyes, ties),
    })
}

proptest! {
    /// Standing in a group never shows a post to anybody outside who could not have seen it before.
    #[test]
    fn a_group_never_widens_a_post(
        group in visibilities(), own in visibilities(), here in any::<bool>(), addressed in any::<bool>(),
        (eyes, ties) in lookers(),
    ) {
        let groups = [Visibility::Public, Visibility::Partners, Visibility::Company, Visibility::Members];
        prop_assume!(groups.contains(&group));
        if let Some(settled) = visibility_in_group(group, own, here, addressed) {
            let outside = Ties { member: false, ..ties };
            let open = matches!(own, Visibility::Public | Visibility::Unlisted);
            let seen_there = may_see(eyes, settled, outside);
            // A closed room shows to those whom the room is for; an open one only what was open already.
            prop_assert!(!seen_there || open || group != Visibility::Public);
            prop_assert!(group != Visibility::Members || !seen_there);
            prop_assert!(group != Visibility::Company || !seen_there || matches!(eyes, Eyes::Local(_)));
        }
    }

    /// What everybody may see needs no ties, and nothing else may be seen by a stranger.
    #[test]
    fn strangers_see_exactly_what_needs_no_ties(visibility in visibilities()) {
        prop_assert_eq!(may_see(Eyes::Stranger, visibility, Ties::default()), !needs_ties(visibility));
    }
}

#[test]
fn distance_keeps_words_away_where_nobody_asked_for_them() {
    let (host, other) = (ActorId(1), ActorId(2));
    let at_hosts = Place::PageOf(host);
    for (distance, home, list, open, page_of_host, page_of_other, notices) in [
        (
            Distance::BlockedBy,
            false,
            false,
            false,
            false,
            false,
            false,
        ),
        (Distance::Blocks, false, false, false, true, false, false),
        (Distance::Shuns, false, false, false, true, false, false),
        (Distance::Mutes, false, false, false, true, false, true),
        (
            Distance::MutesNotices,
            false,
            false,
            false,
            true,
            false,
            false,
        ),
        (Distance::ReadsApart, false, true, true, true, true, true),
    ] {
        assert_eq!(reaches(Place::Home, host, distance), home, "{distance:?}");
        assert_eq!(reaches(Place::List, host, distance), list, "{distance:?}");
        assert_eq!(reaches(Place::Open, host, distance), open, "{distance:?}");
        assert_eq!(
            reaches(at_hosts, host, distance),
            page_of_host,
            "{distance:?}"
        );
        assert_eq!(
            reaches(at_hosts, other, distance),
            page_of_other,
            "{distance:?}"
        );
        assert_eq!(
            reaches(Place::Notices, host, distance),
            notices,
            "{distance:?}"
        );
    }
}

#[test]
fn the_strictest_word_of_a_policy_holds_for_strangers_only() {
    let policy = Policy {
        owner_id: ActorId(1),
        not_following: Reception::Filter,
        not_followers: Reception::Accept,
        new_accounts: Reception::Drop,
        private_mentions: Reception::Filter,
        limited_accounts: Reception::Accept,
    };
    let stranger = Teller::default();
    let new = Teller {
        new: true,
        ..stranger
    };
    let friend = Teller {
        followed: true,
        new: true,
        private: true,
        ..stranger
    };
    let permitted = Teller {
        permitted: true,
        ..new
    };
    for (kind, teller, expected) in [
        (Kind::Mention, stranger, Reception::Filter),
        (Kind::Mention, new, Reception::Drop),
        (Kind::Mention, friend, Reception::Accept),
        (Kind::Mention, permitted, Reception::Accept),
        (Kind::Like, new, Reception::Drop),
        // What concerns order in a group is never dropped.
        (Kind::JoinRequest, new, Reception::Accept),
        (Kind::Report, new, Reception::Accept),
        (Kind::Poll, stranger, Reception::Accept),
    ] {
        assert_eq!(
            reception(&policy, kind, teller),
            expected,
            "{kind:?} {teller:?}"
        );
    }
}
