//! Codes on their way to programs, keys of the house, and places to push to.

use super::{apps, tokens};

diesel::table! {
    /// What a program gets in exchange for somebody's consent, to be swapped for a token once and soon.
    codes (code_hash) {
        code_hash -> Text,
        app_id -> BigInt,
        account_id -> BigInt,
        redirect_uri -> Text,
        scopes -> Text,
        challenge -> Nullable<Text>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    /// Keys of the house itself.
    house_keys (name) {
        name -> Text,
        private_key -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Where a program wants to be told of notifications, one place per token.
    push_subscriptions (id) {
        id -> BigInt,
        token_id -> BigInt,
        owner_id -> BigInt,
        access_token -> Text,
        endpoint -> Text,
        p256dh -> Text,
        auth -> Text,
        standard -> Bool,
        alerts -> Text,
        policy -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(push_subscriptions, tokens);
diesel::allow_tables_to_appear_in_same_query!(apps, codes);
