//! RFC 9421: what has to be covered and said, and the examples of the standard itself.

use super::*;

const UNREADABLE: Option<SignatureError> = Some(SignatureError::Malformed("signature-input"));

/// Reads a signature over `FULL` coverage, made just now (`NOW`), unless the input says otherwise.
fn read(input: &str) -> Option<SignatureError> {
    let input = input
        .replace("FULL", r#"("@method" "@target-uri" "content-digest")"#)
        .replace("NOW", r#"created=1768471200;keyid="k""#);
    let post = Arrived::post(Form::Message).with("signature-input", &input);
    post.begin().err()
}

#[test]
fn the_new_form_must_cover_method_target_and_body() {
    let missing = |name| Some(SignatureError::NotCovered(name));
    for (input, expected) in [
        ("sig1=FULL;NOW", None),
        (
            r#"sig1=("@method" "@authority" "@path" "content-digest");NOW"#,
            None,
        ),
        (
            r#"sig1=("@method" "@authority" "@request-target" "content-digest" "@scheme" "@query");NOW"#,
            None,
        ),
        (
            r#"sig1=("@target-uri" "content-digest");NOW"#,
            missing("@method"),
        ),
        (
            r#"sig1=("@method" "content-digest");NOW"#,
            missing("@target-uri"),
        ),
        (
            r#"sig1=("@method" "@path" "content-digest");NOW"#,
            missing("@target-uri"),
        ),
        (
            r#"sig1=("@method" "@authority" "content-digest");NOW"#,
            missing("@target-uri"),
        ),
        (
            r#"sig1=("@method" "@target-uri");NOW"#,
            missing("content-digest"),
        ),
        ("sig1=();NOW", missing("@method")),
    ] {
        assert_eq!(read(input), expected, "{input}");
    }
}

#[test]
fn the_new_form_must_say_when_and_with_which_key() {
    let malformed = |name| Some(SignatureError::Malformed(name));
    for (input, expected) in [
        (
            r#"sig1=FULL;keyid="k""#,
            Some(SignatureError::NotCovered("created")),
        ),
        ("sig1=FULL;created=1768471200", malformed("keyid")),
        ("sig1=FULL;created=1768471200;keyid=k", malformed("keyid")),
        (
            r#"sig1=FULL;created=1768471200;keyid="""#,
            malformed("keyid"),
        ),
        (
            r#"sig1=FULL;created="1768471200";keyid="k""#,
            malformed("created"),
        ),
        (r#"sig1=FULL;created=-5;keyid="k""#, malformed("created")),
        (
            r#"sig1=FULL;created=1768467000;keyid="k""#,
            Some(SignatureError::TooOld),
        ),
        (
            r#"sig1=FULL;created=1768475000;keyid="k""#,
            Some(SignatureError::FromTheFuture),
        ),
        (
            r#"sig1=FULL;created=999999999999999;keyid="k""#,
            Some(SignatureError::FromTheFuture),
        ),
        (
            "sig1=FULL;NOW;expires=1768471199",
            Some(SignatureError::TooOld),
        ),
        ("sig1=FULL;NOW;expires=soon", malformed("expires")),
        (
            r#"sig1=FULL;NOW;expires=1768471260;nonce="n";tag="t""#,
            None,
        ),
        (r#"sig1=FULL;NOW;alg="rsa-v1_5-sha256""#, None),
        (
            r#"sig1=FULL;NOW;alg="hmac-sha256""#,
            Some(SignatureError::Algorithm),
        ),
    ] {
        assert_eq!(read(input), expected, "{input}");
    }
}

#[test]
fn the_new_form_must_mean_one_thing() {
    for (input, expected) in [
        (
            r#"sig1=("@method" "@method" "@target-uri" "content-digest");NOW"#,
            Some(SignatureError::Twice("a signed component")),
        ),
        (
            r#"sig1=("@method";req "@target-uri" "content-digest");NOW"#,
            UNREADABLE,
        ),
        (
            r#"sig1=("@method" "@target-uri" "content-digest";sf);NOW"#,
            UNREADABLE,
        ),
        (
            r#"sig1=("@method" "@target-uri" "content-digest" "@status");NOW"#,
            UNREADABLE,
        ),
        (
            r#"sig1=("@method" "@target-uri" "content-digest" "Host");NOW"#,
            UNREADABLE,
        ),
        (
            r#"sig1=("@method" "@target-uri" "content-digest" "x-absent");NOW"#,
            Some(SignatureError::Malformed("a signed header")),
        ),
        (
            "sig1=FULL;NOW,sig2=FULL;NOW",
            Some(SignatureError::Twice("a signature")),
        ),
        (
            "other=FULL;NOW",
            Some(SignatureError::Malformed("signature")),
        ),
        ("sig1=1", UNREADABLE),
        ("nonsense(", UNREADABLE),
        ("", UNREADABLE),
    ] {
        assert_eq!(read(input), expected, "{input}");
    }
    let post = Arrived::post(Form::Message);
    let two = format!("{}, b=:YQ==:", post.header("signature"));
    let refused = post.with("signature", &two).begin();
    assert_eq!(refused.unwrap_err(), SignatureError::Twice("a signature"));
}

/// The key and the request of RFC 9421, appendix B.
const RFC_REQUEST: [(&str, &str); 5] = [
    ("host", "example.com"),
    ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
    ("content-type", "application/json"),
    (
        "content-digest",
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
    ),
    ("content-length", "18"),
];
const RFC_BODY: &[u8] = br#"{"hello": "world"}"#;
const RFC_CREATED: u64 = 1_618_884_473;
const RFC_RSA_PSS: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----";
const RFC_ED25519: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----";

fn rfc_request<'a>(input: &'a str, signature: &'a str, body: Option<&'a [u8]>) -> RequestParts<'a> {
    let mut headers: Vec<(&str, &[u8])> = RFC_REQUEST
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    headers.push(("signature-input", input.as_bytes()));
    headers.push(("signature", signature.as_bytes()));
    let (method, target) = ("POST", "/foo?param=Value&Pet=dog");
    RequestParts {
        method,
        path_and_query: target,
        headers,
        scheme_authority: "https://example.com",
        body,
    }
}

#[test]
fn the_full_example_of_the_rfc_is_believed() {
    let input = concat!(
        r#"sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")"#,
        r#";created=1618884473;keyid="test-key-rsa-pss""#
    );
    let signature = concat!(
        "sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768Zr",
        "CUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CC",
        "oC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5f",
        "TIztsDZKEgM4cUA==:"
    );
    let parts = rfc_request(input, signature, Some(RFC_BODY));
    let unverified = begin(&parts, from_seconds(RFC_CREATED + 5).unwrap()).unwrap();
    assert_eq!(unverified.key_id, "test-key-rsa-pss");
    assert_eq!(
        unverified.verify(&PublicKey::from_pem(RFC_RSA_PSS).unwrap()),
        Ok(())
    );
    assert_eq!(unverified.verify(&public()), Err(SignatureError::Wrong));
    assert_eq!(begin(&parts, now()).unwrap_err(), SignatureError::TooOld);
}

#[test]
fn the_ed25519_example_of_the_rfc_has_the_right_base() {
    let input = r#"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#;
    let signature = "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:";
    let soon = from_seconds(RFC_CREATED).unwrap();
    // It leaves the body out, which we do not accept …
    let with_body = rfc_request(input, signature, Some(RFC_BODY));
    assert_eq!(
        begin(&with_body, soon).unwrap_err(),
        SignatureError::NotCovered("content-digest")
    );
    // … so only the last step is shown.
    let (base, made) = message::base_of(&with_body).unwrap();
    assert!(PublicKey::from_pem(RFC_ED25519).unwrap().verify(
        Algorithm::Ed25519,
        base.as_bytes(),
        &made
    ));
}
