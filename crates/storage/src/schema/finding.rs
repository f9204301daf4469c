//! What people care about, and what is known of people and groups at other companies.

use super::{actors, group_topics, memberships, post_topics, posts, topics};

diesel::table! {
    /// Every name of a topic, in any language.
    topic_names (id) {
        id -> BigInt,
        topic_id -> BigInt,
        folded -> Text,
        name -> Text,
        language -> Nullable<Text>,
    }
}

diesel::table! {
    /// Where a name can be entered while it is typed.
    topic_words (word, topic_id) {
        word -> Text,
        topic_id -> BigInt,
    }
}

diesel::table! {
    /// A person's tie to a topic.
    passions (id) {
        id -> BigInt,
        actor_id -> BigInt,
        topic_id -> BigInt,
        words -> Text,
        circle -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    /// People and groups elsewhere, as they or their company told us.
    directory (id) {
        id -> BigInt,
        uri -> Text,
        host -> Text,
        kind -> Text,
        circle -> Text,
        handle -> Text,
        name -> Text,
        icon_url -> Nullable<Text>,
        summary -> Text,
        language -> Nullable<Text>,
        join_policy -> Nullable<Text>,
        members -> Integer,
        lively_at -> Nullable<BigInt>,
        seen_at -> BigInt,
        greetable -> Bool,
    }
}

diesel::table! {
    /// What they care about.
    directory_topics (topic_id, entry_id) {
        topic_id -> BigInt,
        entry_id -> BigInt,
        words -> Text,
    }
}

diesel::table! {
    /// How many people care about a topic at partners that tell numbers and no names.
    directory_numbers (host, topic_id) {
        host -> Text,
        topic_id -> BigInt,
        people -> Integer,
        seen_at -> BigInt,
    }
}

diesel::table! {
    /// What two companies have agreed.
    agreements (host) {
        host -> Text,
        uri -> Text,
        company -> Nullable<Text>,
        ours -> Bool,
        flows -> Text,
        state -> Text,
        proposed_by -> Text,
        proposed_at -> BigInt,
        accepted_by -> Nullable<Text>,
        agreed_at -> Nullable<BigInt>,
        ended_by -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
        digest -> Nullable<Text>,
        synced_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// Suggestions that somebody does not want to see again.
    dismissals (owner_id, uri) {
        owner_id -> BigInt,
        uri -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    /// Who said hello to whom.
    hellos (from_id, to_uri) {
        from_id -> BigInt,
        to_uri -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    /// Who would rather not be greeted by strangers.
    unlisted_for_hellos (actor_id) {
        actor_id -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(topic_names, topics);
diesel::allow_tables_to_appear_in_same_query!(topic_words, topics);
diesel::allow_tables_to_appear_in_same_query!(passions, topics);
diesel::allow_tables_to_appear_in_same_query!(passions, actors);
diesel::allow_tables_to_appear_in_same_query!(directory, directory_topics);
diesel::allow_tables_to_appear_in_same_query!(directory_topics, topics);
diesel::allow_tables_to_appear_in_same_query!(directory_numbers, topics);
diesel::allow_tables_to_appear_in_same_query!(group_topics, actors);

diesel::allow_tables_to_appear_in_same_query!(post_topics, memberships);
diesel::allow_tables_to_appear_in_same_query!(posts, memberships);

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    directory_topics::topic_id,
    directory::host
);
