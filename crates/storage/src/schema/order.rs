//! Keeping order: receipts, sanctions, domains.

use super::{accounts, actors};

diesel::table! {
    /// What became of a line of the record at each other server.
    receipts (line_id, host) {
        line_id -> BigInt,
        host -> Text,
        state -> Text,
        why -> Nullable<Text>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    /// Whom the keepers of this server hold back.
    sanctions (actor_id) {
        actor_id -> BigInt,
        silenced_at -> Nullable<BigInt>,
        sensitive_at -> Nullable<BigInt>,
        suspended_with -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    /// Posts that are hidden because their author is suspended.
    withheld (post_id) {
        post_id -> BigInt,
        author_id -> BigInt,
    }
}

diesel::table! {
    /// Domains that are held back.
    domain_blocks (id) {
        id -> BigInt,
        domain -> Text,
        severity -> Text,
        reject_media -> Bool,
        reject_reports -> Bool,
        obfuscate -> Bool,
        private_comment -> Nullable<Text>,
        public_comment -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Domains that are let in where only some are.
    domain_allows (id) {
        id -> BigInt,
        domain -> Text,
        created_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(accounts, sanctions);
diesel::allow_tables_to_appear_in_same_query!(actors, sanctions);
