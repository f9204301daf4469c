//! What the house tells everybody, and pictures of its own that stand for words.

diesel::table! {
    /// What the house tells everybody.
    announcements (id) {
        id -> BigInt,
        source -> Text,
        content -> Text,
        mentions -> Text,
        tags -> Text,
        starts_at -> Nullable<BigInt>,
        ends_at -> Nullable<BigInt>,
        all_day -> Bool,
        published_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    /// Who has read one and put it away.
    announcement_reads (announcement_id, actor_id) {
        announcement_id -> BigInt,
        actor_id -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    /// Who says what to one, in one picture.
    announcement_reactions (announcement_id, name, actor_id) {
        announcement_id -> BigInt,
        name -> Text,
        actor_id -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    /// Pictures that stand for words between colons.
    emojis (id) {
        id -> BigInt,
        shortcode -> Text,
        category -> Nullable<Text>,
        file -> Text,
        still -> Text,
        media_type -> Text,
        in_picker -> Bool,
        disabled_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}
