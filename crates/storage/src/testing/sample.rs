//! Rows to test with: valid in every column, and as plain as can be. Tests change what they are about.

use crate::accounts::Account;
use crate::activities::Activity;
use crate::actors::Actor;
use crate::boosts::Boost;
use crate::follows::Follow;
use crate::groups::Group;
use crate::memberships::Membership;
use crate::posts::Post;
use crate::types::{
    AccountId, AccountOwner, AccountRole, AccountState, ActivityId, ActorId, ActorKind, BoostId,
    Direction, FollowId, FollowState, GroupRole, JoinPolicy, Json, MembershipId, MembershipState,
    Moment, PostId, PostKind, Posting, Visibility,
};

/// When everything in these rows happened.
pub const THEN: Moment = Moment(1_700_000_000_000);

/// A person here.
pub fn person(id: i64, handle: &str) -> Actor {
    actor(id, ActorKind::Person, handle, "")
}

/// A person on another server.
pub fn stranger(id: i64, handle: &str, host: &str) -> Actor {
    actor(id, ActorKind::Person, handle, host)
}

/// The actor of a group here.
pub fn circle(id: i64, handle: &str) -> Actor {
    actor(id, ActorKind::Group, handle, "")
}

/// An actor of any kind; an empty host means here.
pub fn actor(id: i64, kind: ActorKind, handle: &str, host: &str) -> Actor {
    let here = if host.is_empty() {
        "kindred.example"
    } else {
        host
    };
    let uri = format!("https://{here}/actors/{handle}");
    Actor {
        id: ActorId(id),
        kind,
        handle: handle.to_owned(),
        host: host.to_owned(),
        url: Some(format!("https://{here}/@{handle}")),
        inbox: format!("{uri}/inbox"),
        shared_inbox: Some(format!("https://{here}/inbox")),
        outbox: Some(format!("{uri}/outbox")),
        followers_uri: Some(format!("{uri}/followers")),
        following_uri: None,
        featured_uri: None,
        moderators_uri: None,
        name: handle.to_owned(),
        icon_url: None,
        image_url: None,
        key_id: format!("{uri}#main-key"),
        public_key_pem: "a public key".to_owned(),
        private_key_pem: host.is_empty().then(|| "a private key".to_owned()),
        locked: false,
        discoverable: true,
        indexable: true,
        memorial: false,
        suspended_at: None,
        moved_to: None,
        followers_count: 0,
        following_count: 0,
        posts_count: 0,
        last_post_at: None,
        published_at: THEN,
        updated_at: THEN,
        fetched_at: None,
        deleted_at: None,
        also_known_as: Json(Vec::new()),
        fields: Json(Vec::new()),
        topics: Json(Vec::new()),
        summary: String::new(),
        summary_source: None,
        emojis: Json(Vec::new()),
        hide_collections: false,
        uri,
    }
}

/// The account of a person here.
pub fn account(id: i64, person: &Actor) -> Account {
    Account {
        id: AccountId(id),
        actor_id: person.id,
        email: format!("{}@kindred.example", person.handle),
        password_hash: None,
        role: AccountRole::Member,
        owner: AccountOwner::Local,
        external_id: None,
        state: AccountState::Active,
        locale: None,
        created_at: THEN,
        last_seen_at: None,
        habits: Json::default(),
    }
}

/// What makes a group of an actor: open to all.
pub fn group(actor: &Actor) -> Group {
    Group {
        actor_id: actor.id,
        visibility: Visibility::Public,
        join_policy: JoinPolicy::Open,
        posting: Posting::Members,
        hold_newcomers: false,
        rules: String::new(),
        language: None,
        founder_id: None,
        archived_at: None,
        boosts_comments: false,
        heard_by_groups: false,
        created_at: THEN,
    }
}

/// An ordinary membership.
pub fn membership(id: i64, group: ActorId, actor: ActorId) -> Membership {
    Membership {
        id: MembershipId(id),
        group_id: group,
        actor_id: actor,
        role: GroupRole::Member,
        state: MembershipState::Active,
        reason: None,
        invited_by: None,
        since: THEN,
        updated_at: THEN,
        uri: None,
        answer: None,
        role_since: THEN,
    }
}

/// A granted follow.
pub fn follow(id: i64, follower: ActorId, target: ActorId) -> Follow {
    Follow {
        id: FollowId(id),
        follower_id: follower,
        target_id: target,
        state: FollowState::Accepted,
        uri: format!("https://kindred.example/follows/{id}"),
        show_boosts: true,
        notify: false,
        created_at: THEN,
        languages: None,
    }
}

/// A public note that starts a thread.
pub fn post(id: i64, author: ActorId) -> Post {
    Post {
        id: PostId(id),
        uri: format!("https://kindred.example/posts/{id}"),
        url: None,
        author_id: author,
        group_id: None,
        parent_id: None,
        parent_uri: None,
        root_id: PostId(id),
        context_uri: None,
        kind: PostKind::Note,
        title: None,
        warning: None,
        sensitive: false,
        language: Some("en".to_owned()),
        visibility: Visibility::Public,
        link_url: None,
        published_at: THEN,
        edited_at: None,
        deleted_at: None,
        removed_at: None,
        removed_by: None,
        removed_reason: None,
        locked_at: None,
        pinned_at: None,
        replies_count: 0,
        likes_count: 0,
        boosts_count: 0,
        tags: Json(Vec::new()),
        attachments: Json(Vec::new()),
        content: "<p>Who else likes crabs?</p>".to_owned(),
        source: None,
        quote_uri: None,
        quote_policy: None,
        quotes_count: 0,
        application: None,
        card: None,
    }
}

/// A reply to a post.
pub fn reply(id: i64, author: ActorId, parent: &Post) -> Post {
    Post {
        parent_id: Some(parent.id),
        parent_uri: Some(parent.uri.clone()),
        root_id: parent.root_id,
        group_id: parent.group_id,
        ..post(id, author)
    }
}

/// A boost that holds.
pub fn boost(id: i64, actor: ActorId, post: PostId) -> Boost {
    Boost {
        id: BoostId(id),
        actor_id: actor,
        post_id: post,
        uri: format!("https://kindred.example/boosts/{id}"),
        relay_uri: None,
        undone_at: None,
        created_at: THEN,
    }
}

/// Something said to everybody.
pub fn activity(id: i64, actor: ActorId, kind: &str) -> Activity {
    Activity {
        id: ActivityId(id),
        uri: format!("https://kindred.example/activities/{id}"),
        direction: Direction::Said,
        kind: kind.to_owned(),
        actor_id: Some(actor),
        object_uri: None,
        group_id: None,
        visibility: Visibility::Public,
        host: None,
        created_at: THEN,
        body: Some("{}".to_owned()),
    }
}
