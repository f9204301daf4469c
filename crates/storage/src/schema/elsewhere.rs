//! The tables about our people elsewhere.

diesel::table! {
    /// Which post quotes which.
    quotes (post_id) {
        post_id -> BigInt,
        quoted_id -> Nullable<BigInt>,
        quoted_uri -> Text,
        state -> Text,
        request_uri -> Nullable<Text>,
        stamp_uri -> Nullable<Text>,
        created_at -> BigInt,
    }
}
