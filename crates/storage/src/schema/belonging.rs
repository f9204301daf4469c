//! Tables about coming into a group and being heard there.

use super::{actors, posts};

diesel::table! {
    /// Links that let people into a group.
    invitation_links (id) {
        id -> BigInt,
        group_id -> BigInt,
        made_by -> BigInt,
        token_hash -> Text,
        most_uses -> Nullable<Integer>,
        uses -> Integer,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// First posts of newcomers that wait for a moderator.
    held_posts (post_id) {
        post_id -> BigInt,
        group_id -> BigInt,
        author_id -> BigInt,
        visibility -> Text,
        mentions -> Text,
        said -> Nullable<Text>,
        changed -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(held_posts, posts);
diesel::allow_tables_to_appear_in_same_query!(held_posts, actors);
