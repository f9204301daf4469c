//! Tables about what is said to the letter: acts by the ids of the letters that told of them.

diesel::table! {
    /// What moderators elsewhere have done.
    acts_heard (uri) {
        uri -> Text,
        group_id -> BigInt,
        kind -> Text,
        subject -> Text,
        heard_at -> BigInt,
    }
}
