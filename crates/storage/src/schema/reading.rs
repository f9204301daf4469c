//! The tables of reading: what each person keeps, would rather not hear, lists, filters and marks.

use super::{accounts, actors, home_entries, posts, topics};

diesel::table! {
    /// Posts that somebody keeps.
    bookmarks (id) {
        id -> BigInt,
        actor_id -> BigInt,
        post_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Whom somebody would rather not hear.
    mutes (id) {
        id -> BigInt,
        actor_id -> BigInt,
        target_id -> BigInt,
        notices -> Bool,
        until -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Conversations of which somebody has heard enough.
    thread_mutes (actor_id, root_id) {
        actor_id -> BigInt,
        root_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Servers from which somebody wants to hear nothing.
    shunned_hosts (id) {
        id -> BigInt,
        actor_id -> BigInt,
        host -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// What somebody notes about others, for themself.
    private_notes (actor_id, target_id) {
        actor_id -> BigInt,
        target_id -> BigInt,
        words -> Text,
    }
}

diesel::table! {
    /// Whom somebody recommends on their page.
    endorsements (id) {
        id -> BigInt,
        actor_id -> BigInt,
        target_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Timelines of chosen people and groups.
    lists (id) {
        id -> BigInt,
        owner_id -> BigInt,
        title -> Text,
        replies -> Text,
        exclusive -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Who is on them. The owner stands here again, so that "on which of my lists" is one look.
    list_members (id) {
        id -> BigInt,
        list_id -> BigInt,
        owner_id -> BigInt,
        actor_id -> BigInt,
    }
}

diesel::table! {
    /// What somebody would rather not read, or not at once.
    filters (id) {
        id -> BigInt,
        owner_id -> BigInt,
        title -> Text,
        places -> Text,
        action -> Text,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// The words by which such a post is known.
    filter_keywords (id) {
        id -> BigInt,
        filter_id -> BigInt,
        owner_id -> BigInt,
        keyword -> Text,
        whole_word -> Bool,
    }
}

diesel::table! {
    /// Single posts.
    filter_posts (id) {
        id -> BigInt,
        filter_id -> BigInt,
        owner_id -> BigInt,
        post_id -> BigInt,
    }
}

diesel::table! {
    /// Talks in private, one line for each who takes part and lives here.
    conversations (id) {
        id -> BigInt,
        owner_id -> BigInt,
        root_id -> BigInt,
        last_id -> BigInt,
        unread -> Bool,
    }
}

diesel::table! {
    /// Topics that bring posts home.
    followed_topics (id) {
        id -> BigInt,
        actor_id -> BigInt,
        topic_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// How far somebody has read.
    markers (owner_id, timeline) {
        owner_id -> BigInt,
        timeline -> Text,
        last_read_id -> BigInt,
        version -> Integer,
        updated_at -> BigInt,
    }
}

diesel::table! {
    /// Whose notices somebody takes as they come, looks at apart, or does not want.
    notice_policies (owner_id) {
        owner_id -> BigInt,
        not_following -> Text,
        not_followers -> Text,
        new_accounts -> Text,
        private_mentions -> Text,
        limited_accounts -> Text,
    }
}

diesel::table! {
    /// Whose notices are taken whatever the policy says.
    notice_permissions (owner_id, actor_id) {
        owner_id -> BigInt,
        actor_id -> BigInt,
    }
}

diesel::table! {
    /// Who has notices that were set apart.
    notice_requests (id) {
        id -> BigInt,
        owner_id -> BigInt,
        actor_id -> BigInt,
        post_id -> Nullable<BigInt>,
        notices -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    /// Whom somebody does not want to be shown again as a suggestion.
    dismissed_suggestions (actor_id, target_id) {
        actor_id -> BigInt,
        target_id -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(actors, endorsements);
diesel::allow_tables_to_appear_in_same_query!(actors, list_members);
diesel::allow_tables_to_appear_in_same_query!(actors, mutes);
diesel::allow_tables_to_appear_in_same_query!(actors, notice_requests);
diesel::allow_tables_to_appear_in_same_query!(accounts, followed_topics);
diesel::allow_tables_to_appear_in_same_query!(bookmarks, posts);
diesel::allow_tables_to_appear_in_same_query!(followed_topics, home_entries);
diesel::allow_tables_to_appear_in_same_query!(followed_topics, topics);
diesel::allow_tables_to_appear_in_same_query!(list_members, lists);
diesel::allow_tables_to_appear_in_same_query!(posts, thread_mutes);
