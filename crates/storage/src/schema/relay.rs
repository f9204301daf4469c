//! Tables about what groups pass on: groups that hear of groups, hearsay, explanations.

use super::{actors, follows, groups};

diesel::table! {
    /// Which groups of ours hear of which other groups.
    group_follows (target_id, follower_id) {
        target_id -> BigInt,
        follower_id -> BigInt,
        by_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Likes that only a group elsewhere tells of.
    hearsay (post_id, actor_uri) {
        post_id -> BigInt,
        actor_uri -> Text,
        group_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Who was told why a closed group cannot take them.
    explanations (group_id, actor_id) {
        group_id -> BigInt,
        actor_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(actors, group_follows);
diesel::allow_tables_to_appear_in_same_query!(follows, group_follows);
diesel::allow_tables_to_appear_in_same_query!(groups, group_follows);
diesel::allow_tables_to_appear_in_same_query!(follows, groups);
