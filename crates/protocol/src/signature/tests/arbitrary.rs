//! Nonsense of all kinds: refused, never stumbled over.

use super::*;
use proptest::prelude::*;

fn arbitrary_header() -> impl Strategy<Value = (String, Vec<u8>)> {
    let names = prop::sample::select(vec![
        "signature",
        "signature-input",
        "digest",
        "content-digest",
        "host",
        "date",
        "content-type",
        "authorization",
        "x-other",
    ]);
    let values = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..80),
        "[ -~]{0,80}".prop_map(String::into_bytes),
        r#"(keyId|headers|signature|created|expires|algorithm)="?[a-z0-9() ]{0,20}"?,?(keyId|headers|signature|created)=[0-9]{0,22}"#
            .prop_map(String::into_bytes),
        r#"sig1=\(("@method"|"@path"|"date"|"x"| ){0,4}\)(;(created|expires|keyid|alg)=("[a-z]{0,4}"|-?[0-9]{0,16}|:[a-z]{0,4}:)){0,4}"#
            .prop_map(String::into_bytes),
    ];
    (names.prop_map(str::to_owned), values)
}

proptest! {
    #[test]
    fn nothing_that_arrives_makes_us_stumble(
        headers in prop::collection::vec(arbitrary_header(), 0..6),
        target in "[ -~]{0,40}",
        body in prop::option::of(prop::collection::vec(any::<u8>(), 0..20)),
    ) {
        let arrived = Arrived { method: "POST", target, headers, body };
        prop_assert!(arrived.believed().is_err());
    }

    #[test]
    fn a_signed_request_with_anything_changed_is_not_believed(
        form in prop::sample::select(vec![Form::Cavage, Form::Message]),
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        flip in 1..=255u8,
    ) {
        let post = Arrived::post(form);
        let mut changed = post.clone();
        let (name, value) = &mut changed.headers[which.index(post.headers.len())];
        // What the new form does not cover may change; so may letters of the host, and bits after the end of base64.
        prop_assume!(form == Form::Cavage || !matches!(name.as_str(), "host" | "date" | "content-type"));
        let at = at.index(value.len());
        value[at] ^= flip;
        let before = post.begin().unwrap();
        match changed.begin() {
            Err(_) => {}
            Ok(after) if (&after.bases, &after.signature) == (&before.bases, &before.signature) => {}
            Ok(after) => prop_assert_eq!(after.verify(&public()), Err(SignatureError::Wrong)),
        }
    }
}
