//! The tables as diesel sees them, one description for both databases.
//!
//! It is written by hand beside the migrations, and a test compares it with what they leave behind. Only the pairs of
//! tables that really meet in a query are allowed to: the list grows with the queries. What came with later stories has a
//! file for each of them.

mod belonging;
mod elsewhere;
mod finding;
mod house;
mod media;
mod order;
mod reading;
mod relay;
mod sign_in;
mod wire;

pub(crate) use belonging::*;
pub(crate) use elsewhere::*;
pub(crate) use finding::*;
pub(crate) use house::*;
pub(crate) use media::*;
pub(crate) use order::*;
pub(crate) use reading::*;
pub(crate) use relay::*;
pub(crate) use sign_in::*;
pub(crate) use wire::*;

diesel::table! {
    /// Servers.
    instances (id) {
        id -> BigInt,
        host -> Text,
        company -> Nullable<Text>,
        software -> Nullable<Text>,
        software_version -> Nullable<Text>,
        dialect -> Text,
        dialect_learned -> Bool,
        agreement -> Text,
        standing -> Text,
        shared_inbox -> Nullable<Text>,
        nodeinfo_at -> Nullable<BigInt>,
        speaks_rfc9421 -> Bool,
        failing_since -> Nullable<BigInt>,
        asleep_since -> Nullable<BigInt>,
        last_heard_at -> Nullable<BigInt>,
        created_at -> BigInt,
        keeps_private -> Bool,
    }
}

diesel::table! {
    /// Everybody and everything with an inbox, here (host is empty) and elsewhere. Handles are kept in lower case.
    actors (id) {
        id -> BigInt,
        kind -> Text,
        handle -> Text,
        host -> Text,
        uri -> Text,
        url -> Nullable<Text>,
        inbox -> Text,
        shared_inbox -> Nullable<Text>,
        outbox -> Nullable<Text>,
        followers_uri -> Nullable<Text>,
        following_uri -> Nullable<Text>,
        featured_uri -> Nullable<Text>,
        moderators_uri -> Nullable<Text>,
        name -> Text,
        icon_url -> Nullable<Text>,
        image_url -> Nullable<Text>,
        key_id -> Text,
        public_key_pem -> Text,
        private_key_pem -> Nullable<Text>,
        locked -> Bool,
        discoverable -> Bool,
        indexable -> Bool,
        memorial -> Bool,
        suspended_at -> Nullable<BigInt>,
        moved_to -> Nullable<Text>,
        followers_count -> Integer,
        following_count -> Integer,
        posts_count -> Integer,
        last_post_at -> Nullable<BigInt>,
        published_at -> BigInt,
        updated_at -> BigInt,
        fetched_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        also_known_as -> Text,
        fields -> Text,
        topics -> Text,
        summary -> Text,
        summary_source -> Nullable<Text>,
        emojis -> Text,
        hide_collections -> Bool,
    }
}

diesel::table! {
    /// Those who can sign in here.
    accounts (id) {
        id -> BigInt,
        actor_id -> BigInt,
        email -> Text,
        password_hash -> Nullable<Text>,
        role -> Text,
        owner -> Text,
        external_id -> Nullable<Text>,
        state -> Text,
        locale -> Nullable<Text>,
        created_at -> BigInt,
        last_seen_at -> Nullable<BigInt>,
        habits -> Text,
    }
}

diesel::table! {
    /// What a group has beyond being an actor. Groups of other servers have a row as well.
    groups (actor_id) {
        actor_id -> BigInt,
        visibility -> Text,
        join_policy -> Text,
        posting -> Text,
        hold_newcomers -> Bool,
        rules -> Text,
        language -> Nullable<Text>,
        founder_id -> Nullable<BigInt>,
        archived_at -> Nullable<BigInt>,
        created_at -> BigInt,
        boosts_comments -> Bool,
        heard_by_groups -> Bool,
    }
}

diesel::table! {
    /// Who belongs to which group.
    memberships (id) {
        id -> BigInt,
        group_id -> BigInt,
        actor_id -> BigInt,
        role -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        invited_by -> Nullable<BigInt>,
        since -> BigInt,
        updated_at -> BigInt,
        uri -> Nullable<Text>,
        answer -> Nullable<Text>,
        role_since -> BigInt,
    }
}

diesel::table! {
    /// Who is shut out of which group.
    bans (id) {
        id -> BigInt,
        group_id -> BigInt,
        actor_id -> BigInt,
        by_id -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        until -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Who hears of whom.
    follows (id) {
        id -> BigInt,
        follower_id -> BigInt,
        target_id -> BigInt,
        state -> Text,
        uri -> Text,
        show_boosts -> Bool,
        notify -> Bool,
        created_at -> BigInt,
        languages -> Nullable<Text>,
    }
}

diesel::table! {
    /// What people write. The long columns come last, so that the short ones are found without reading past them.
    posts (id) {
        id -> BigInt,
        uri -> Text,
        url -> Nullable<Text>,
        author_id -> BigInt,
        group_id -> Nullable<BigInt>,
        parent_id -> Nullable<BigInt>,
        parent_uri -> Nullable<Text>,
        root_id -> BigInt,
        context_uri -> Nullable<Text>,
        kind -> Text,
        title -> Nullable<Text>,
        warning -> Nullable<Text>,
        sensitive -> Bool,
        language -> Nullable<Text>,
        visibility -> Text,
        link_url -> Nullable<Text>,
        published_at -> BigInt,
        edited_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        removed_at -> Nullable<BigInt>,
        removed_by -> Nullable<BigInt>,
        removed_reason -> Nullable<Text>,
        locked_at -> Nullable<BigInt>,
        pinned_at -> Nullable<BigInt>,
        replies_count -> Integer,
        likes_count -> Integer,
        boosts_count -> Integer,
        tags -> Text,
        attachments -> Text,
        content -> Text,
        source -> Nullable<Text>,
        quote_uri -> Nullable<Text>,
        quote_policy -> Nullable<Text>,
        quotes_count -> Integer,
        boosts_refused -> Bool,
        application -> Nullable<Text>,
        card -> Nullable<Text>,
        here -> Bool,
    }
}

diesel::table! {
    /// Whom a post names.
    mentions (post_id, actor_id) {
        post_id -> BigInt,
        actor_id -> BigInt,
    }
}

diesel::table! {
    /// Posts passed on. What a group relays is passed on by the group.
    boosts (id) {
        id -> BigInt,
        actor_id -> BigInt,
        post_id -> BigInt,
        uri -> Text,
        relay_uri -> Nullable<Text>,
        undone_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// The home timelines of those who can sign in here, one line each.
    home_entries (owner_id, entry_id) {
        owner_id -> BigInt,
        entry_id -> BigInt,
        post_id -> BigInt,
        by_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// Likes and dislikes.
    reactions (id) {
        id -> BigInt,
        post_id -> BigInt,
        actor_id -> BigInt,
        kind -> Text,
        emoji -> Nullable<Text>,
        uri -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// The question part of a post.
    polls (post_id) {
        post_id -> BigInt,
        options -> Text,
        multiple -> Bool,
        closes_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
        voters -> Integer,
        hide_totals -> Bool,
        tell_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// Who chose what.
    poll_votes (post_id, actor_id, choice) {
        post_id -> BigInt,
        actor_id -> BigInt,
        choice -> Integer,
    }
}

diesel::table! {
    /// What groups and posts are about.
    topics (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        created_at -> BigInt,
        forbidden_at -> Nullable<BigInt>,
        merged_into -> Nullable<BigInt>,
        uses -> Integer,
    }
}

diesel::table! {
    /// Which topics a group has chosen.
    group_topics (group_id, topic_id) {
        group_id -> BigInt,
        topic_id -> BigInt,
    }
}

diesel::table! {
    /// Which topics a post names.
    post_topics (post_id, topic_id) {
        post_id -> BigInt,
        topic_id -> BigInt,
    }
}

diesel::table! {
    /// What was said to other servers and heard from them.
    activities (id) {
        id -> BigInt,
        uri -> Text,
        direction -> Text,
        kind -> Text,
        actor_id -> Nullable<BigInt>,
        object_uri -> Nullable<Text>,
        group_id -> Nullable<BigInt>,
        visibility -> Text,
        host -> Nullable<Text>,
        created_at -> BigInt,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    /// Queues: jobs of one lane run one after the other, lanes run side by side.
    lanes (name) {
        name -> Text,
        due_at -> BigInt,
        leased_until -> BigInt,
        version -> BigInt,
        failures -> Integer,
        failing_since -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    /// What is left to do.
    jobs (id) {
        id -> BigInt,
        lane -> Text,
        kind -> Text,
        attempts -> Integer,
        not_before -> Nullable<BigInt>,
        created_at -> BigInt,
        last_error -> Nullable<Text>,
        set_aside_at -> Nullable<BigInt>,
        payload -> Text,
    }
}

diesel::table! {
    /// Addresses of what is gone for good.
    tombstones (uri) {
        uri -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    /// Notices for those who can sign in here.
    notifications (id) {
        id -> BigInt,
        owner_id -> BigInt,
        kind -> Text,
        actor_id -> BigInt,
        post_id -> Nullable<BigInt>,
        group_id -> Nullable<BigInt>,
        created_at -> BigInt,
        read_at -> Nullable<BigInt>,
        set_apart -> Bool,
    }
}

diesel::table! {
    /// Complaints.
    reports (id) {
        id -> BigInt,
        uri -> Nullable<Text>,
        reporter_id -> BigInt,
        target_id -> Nullable<BigInt>,
        group_id -> Nullable<BigInt>,
        posts -> Text,
        comment -> Text,
        state -> Text,
        created_at -> BigInt,
        handled_at -> Nullable<BigInt>,
        handled_by -> Nullable<BigInt>,
        category -> Text,
        rules -> Text,
        forwarded -> Bool,
        assigned_to -> Nullable<BigInt>,
        site_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// What those who keep order did.
    audit (id) {
        id -> BigInt,
        at -> BigInt,
        actor_id -> Nullable<BigInt>,
        action -> Text,
        subject -> Text,
        group_id -> Nullable<BigInt>,
        detail -> Text,
    }
}

diesel::table! {
    /// Programs that people use to reach us.
    apps (id) {
        id -> BigInt,
        client_id -> Text,
        secret_hash -> Text,
        name -> Text,
        website -> Nullable<Text>,
        redirect_uris -> Text,
        scopes -> Text,
        created_at -> BigInt,
        confidential -> Bool,
    }
}

diesel::table! {
    /// What such programs show instead of a password. Only hashes are kept.
    tokens (id) {
        id -> BigInt,
        account_id -> Nullable<BigInt>,
        app_id -> Nullable<BigInt>,
        token_hash -> Text,
        scopes -> Text,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// Signed-in browsers.
    sessions (id) {
        id -> BigInt,
        account_id -> BigInt,
        token_hash -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    /// Who wants nothing to do with whom.
    blocks (actor_id, target_id) {
        actor_id -> BigInt,
        target_id -> BigInt,
        uri -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(accounts, actors);
diesel::allow_tables_to_appear_in_same_query!(accounts, follows);
diesel::allow_tables_to_appear_in_same_query!(accounts, sessions);
diesel::allow_tables_to_appear_in_same_query!(accounts, tokens);
diesel::allow_tables_to_appear_in_same_query!(actors, bans);
diesel::allow_tables_to_appear_in_same_query!(actors, blocks);
diesel::allow_tables_to_appear_in_same_query!(actors, follows);
diesel::allow_tables_to_appear_in_same_query!(actors, groups);
diesel::allow_tables_to_appear_in_same_query!(actors, instances);
diesel::allow_tables_to_appear_in_same_query!(actors, memberships);
diesel::allow_tables_to_appear_in_same_query!(actors, mentions);
diesel::allow_tables_to_appear_in_same_query!(actors, reactions);
diesel::allow_tables_to_appear_in_same_query!(actors, sessions);
diesel::allow_tables_to_appear_in_same_query!(actors, tokens);
diesel::allow_tables_to_appear_in_same_query!(boosts, actors);
diesel::allow_tables_to_appear_in_same_query!(boosts, posts);
diesel::allow_tables_to_appear_in_same_query!(follows, instances);
diesel::allow_tables_to_appear_in_same_query!(group_topics, groups);
diesel::allow_tables_to_appear_in_same_query!(group_topics, topics);
diesel::allow_tables_to_appear_in_same_query!(groups, memberships);
diesel::allow_tables_to_appear_in_same_query!(instances, memberships);
diesel::allow_tables_to_appear_in_same_query!(actors, poll_votes);
diesel::allow_tables_to_appear_in_same_query!(actors, posts);
diesel::allow_tables_to_appear_in_same_query!(apps, tokens);
diesel::allow_tables_to_appear_in_same_query!(posts, quotes);
diesel::allow_tables_to_appear_in_same_query!(posts, reactions);
diesel::allow_tables_to_appear_in_same_query!(accounts, home_entries);
diesel::allow_tables_to_appear_in_same_query!(home_entries, posts);
diesel::allow_tables_to_appear_in_same_query!(post_topics, posts);
diesel::allow_tables_to_appear_in_same_query!(post_topics, topics);
