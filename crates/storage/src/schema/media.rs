//! What comes with posts, how they looked before, and what is not published yet.

diesel::table! {
    /// What people have uploaded.
    uploads (id) {
        id -> BigInt,
        owner_id -> BigInt,
        name -> Text,
        file -> Text,
        preview -> Nullable<Text>,
        purpose -> Text,
        bytes -> BigInt,
        post_id -> Nullable<BigInt>,
        scheduled_id -> Nullable<BigInt>,
        freed_at -> Nullable<BigInt>,
        created_at -> BigInt,
        attachment -> Text,
    }
}

diesel::table! {
    /// How posts looked before they were edited.
    post_versions (id) {
        id -> BigInt,
        post_id -> BigInt,
        written_at -> BigInt,
        title -> Nullable<Text>,
        warning -> Nullable<Text>,
        sensitive -> Bool,
        attachments -> Text,
        options -> Text,
        content -> Text,
    }
}

diesel::table! {
    /// What will be published later.
    scheduled_posts (id) {
        id -> BigInt,
        owner_id -> BigInt,
        due_at -> BigInt,
        created_at -> BigInt,
        draft -> Text,
    }
}

diesel::table! {
    /// What was published or scheduled under which key of a client.
    idempotency_keys (actor_id, key) {
        actor_id -> BigInt,
        key -> Text,
        post_id -> Nullable<BigInt>,
        scheduled_id -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Copies of pictures and films of other servers, by a hash of their address.
    media_copies (key) {
        key -> Text,
        media_type -> Text,
        bytes -> BigInt,
        fetched_at -> BigInt,
        used_at -> BigInt,
    }
}
