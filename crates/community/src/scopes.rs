//! What a token may be good for: the scopes of the client API, and which includes which.
//!
//! Pure words. Who may do a thing at all is decided by [`crate::policy`]; a scope only says how much of that a program was handed.

use crate::Refusal;

/// All scopes there are, wide ones before the finer ones that they include.
pub const ALL: &[&str] = &[
    "profile",
    "read",
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:groups",
    "read:lists",
    "read:mutes",
    "read:notifications",
    "read:search",
    "read:statuses",
    "write",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:conversations",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:groups",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:reports",
    "write:statuses",
    "follow",
    "push",
    "admin:read",
    "admin:read:accounts",
    "admin:read:canonical_email_blocks",
    "admin:read:domain_allows",
    "admin:read:domain_blocks",
    "admin:read:email_domain_blocks",
    "admin:read:ip_blocks",
    "admin:read:reports",
    "admin:write",
    "admin:write:accounts",
    "admin:write:canonical_email_blocks",
    "admin:write:domain_allows",
    "admin:write:domain_blocks",
    "admin:write:email_domain_blocks",
    "admin:write:ip_blocks",
    "admin:write:reports",
];

/// What a program gets that names no scope: Mastodon's default.
pub const DEFAULT: &str = "read";

/// Whether whoever has `have` has `wanted` as well: `read` includes `read:accounts`, the old `follow` includes reading and writing of
/// follows, blocks and mutes.
pub fn includes(have: &str, wanted: &str) -> bool {
    let finer = wanted
        .strip_prefix(have)
        .is_some_and(|rest| rest.starts_with(':'));
    let social = || {
        ["read:", "write:"].iter().any(|way| {
            matches!(
                wanted.strip_prefix(way),
                Some("follows" | "blocks" | "mutes")
            )
        })
    };
    have == wanted || finer || (have == "follow" && social())
}

/// Whether all of `wanted` is included in `have`. Both are lists with spaces between.
pub fn cover(have: &str, wanted: &str) -> bool {
    wanted
        .split_whitespace()
        .all(|wanted| have.split_whitespace().any(|have| includes(have, wanted)))
}

/// The scopes that somebody listed, each once, in their order. Spaces, commas and plus signs may stand between.
///
/// Refuses a list with an unknown scope in it, and an empty one.
pub fn checked(list: &str) -> Result<String, Refusal> {
    let mut found: Vec<&str> = Vec::new();
    for scope in list
        .split([' ', ',', '+', '\n'])
        .filter(|scope| !scope.is_empty())
    {
        let Some(known) = ALL.iter().find(|known| **known == scope) else {
            let shown: String = scope.chars().take(60).collect();
            return Err(Refusal::NotUnderstood(format!(
                "there is no scope {shown:?}"
            )));
        };
        if !found.contains(known) {
            found.push(known);
        }
    }
    if found.is_empty() {
        return Err(Refusal::NotUnderstood(
            "a token needs at least one scope".into(),
        ));
    }
    Ok(found.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_scope_includes_its_finer_ones_and_nothing_else() {
        let cases = [
            ("read", "read:accounts", true),
            ("read", "read", true),
            ("read", "write:accounts", false),
            ("read", "readable", false),
            ("read:accounts", "read", false),
            ("write", "write:media", true),
            ("follow", "write:blocks", true),
            ("follow", "read:mutes", true),
            ("follow", "read:statuses", false),
            ("follow", "admin:read:blocks", false),
            ("admin:read", "admin:read:reports", true),
            ("read", "admin:read", false),
            ("admin:write", "write:statuses", false),
            ("read", "profile", false),
            ("push", "push", true),
        ];
        for (have, wanted, expected) in cases {
            assert_eq!(includes(have, wanted), expected, "{have} → {wanted}");
        }
        assert!(cover("read write:media", "read:lists write:media"));
        assert!(!cover("read write:media", "read:lists write"));
    }

    #[test]
    fn a_list_of_scopes_is_read_in_every_spelling_and_an_unknown_one_is_refused() {
        assert_eq!(checked("read  write,push read").unwrap(), "read write push");
        assert_eq!(checked("read+follow").unwrap(), "read follow");
        for wrong in ["", " ", "read everything", "admin", "READ", "read:"] {
            assert!(checked(wrong).is_err(), "{wrong:?}");
        }
    }
}
