//! Every known way to cheat with a signature, and that it does not work.

use super::*;

#[test]
fn a_second_header_of_a_kind_is_refused() {
    for form in [Form::Cavage, Form::Message] {
        for name in ONLY_ONCE.into_iter().chain(["content-type"]) {
            for at_the_front in [true, false] {
                let post = Arrived::post(form);
                // In the new form only what is covered counts.
                if !post.headers.iter().any(|(given, _)| given == name)
                    || (form == Form::Message && name == "content-type")
                {
                    continue;
                }
                let value = post.header(name);
                let at = if at_the_front { 0 } else { post.headers.len() };
                let refused = post.also(at, name, &value).begin();
                assert!(
                    matches!(refused, Err(SignatureError::Twice(_))),
                    "{form:?} {name} {refused:?}"
                );
            }
        }
        // Whatever their case.
        let post = Arrived::post(form).also(0, "Host", "kindred.example");
        assert_eq!(post.begin().unwrap_err(), SignatureError::Twice("host"));
    }
}

#[test]
fn another_body_with_a_digest_in_front_is_refused() {
    let mut captured = Arrived::post(Form::Cavage).also(0, "digest", &digest::digest(b"evil"));
    captured.body = Some(b"evil".to_vec());
    assert_eq!(
        captured.begin().unwrap_err(),
        SignatureError::Twice("digest")
    );
}

#[test]
fn the_body_must_be_the_signed_one() {
    for form in [Form::Cavage, Form::Message] {
        let mut post = Arrived::post(form);
        post.body = Some(b"evil".to_vec());
        assert_eq!(post.begin().unwrap_err(), SignatureError::WrongDigest);
        post.body = None;
        assert_eq!(post.begin().unwrap_err(), SignatureError::WrongDigest);
    }
    let mut exchanged = Arrived::post(Form::Cavage).with("digest", &digest::digest(b"evil"));
    exchanged.body = Some(b"evil".to_vec());
    assert_eq!(exchanged.believed(), Err(SignatureError::Wrong));
}

#[test]
fn digests_are_read_in_the_spellings_peers_use() {
    let sha512 = to_base64(&openssl::sha::sha512(BODY));
    let sha256 = to_base64(&openssl::sha::sha256(BODY));
    for (value, expected) in [
        (format!("SHA-256={sha256}"), Ok(())),
        (format!("sha-256={sha256}"), Ok(())),
        (format!("SHA-512={sha512}"), Ok(())),
        (format!("SHA-256={sha256},SHA-512={sha512}"), Ok(())),
        (format!("MD5=AAAA, SHA-256={sha256}"), Ok(())),
        (
            format!("SHA-256={sha256},SHA-512={sha256}"),
            Err(SignatureError::WrongDigest),
        ),
        (
            format!(
                "SHA-256={sha256},SHA-256={}",
                to_base64(&openssl::sha::sha256(b"evil"))
            ),
            Err(SignatureError::WrongDigest),
        ),
        ("MD5=AAAA".to_owned(), Err(SignatureError::Algorithm)),
        (
            "SHA-256".to_owned(),
            Err(SignatureError::Malformed("digest")),
        ),
        (
            "SHA-256=%%%".to_owned(),
            Err(SignatureError::Malformed("digest")),
        ),
        (String::new(), Err(SignatureError::Malformed("digest"))),
    ] {
        assert_eq!(digest::check_digest(&value, BODY), expected, "{value}");
        assert_eq!(
            by_hand(USUAL, &[("digest", &value)], "").believed(),
            expected,
            "{value}"
        );
    }
    for (value, expected) in [
        (format!("sha-256=:{sha256}:"), Ok(())),
        (format!("sha-512=:{sha512}:"), Ok(())),
        (format!("md5=:AAAA:, sha-512=:{sha512}:"), Ok(())),
        (
            format!("sha-256=:{sha256}:, sha-512=:{sha256}:"),
            Err(SignatureError::WrongDigest),
        ),
        ("md5=:AAAA:".to_owned(), Err(SignatureError::Algorithm)),
        (
            format!("sha-256={sha256}"),
            Err(SignatureError::Malformed("content-digest")),
        ),
        (
            "sha-256=1".to_owned(),
            Err(SignatureError::Malformed("content-digest")),
        ),
    ] {
        assert_eq!(
            digest::check_content_digest(&value, BODY),
            expected,
            "{value}"
        );
    }
}

#[test]
fn what_must_be_covered_must_be_covered() {
    for (covered, missing) in [
        ("host date digest", "(request-target)"),
        ("(request-target) date digest", "host"),
        ("(request-target) host digest", "date"),
        ("(request-target) host date", "digest"),
        ("date", "(request-target)"),
        ("", "(request-target)"),
    ] {
        assert_eq!(
            by_hand(covered, &[], "").begin().unwrap_err(),
            SignatureError::NotCovered(missing),
            "{covered}"
        );
    }
    assert_eq!(by_hand(USUAL, &[], "").believed(), Ok(()));
}

#[test]
fn a_signature_is_of_now() {
    let minutes = |minutes: u64| Duration::from_mins(minutes);
    for (at, expected) in [
        (now() - minutes(59), Ok(())),
        (now() + minutes(59), Ok(())),
        (now() - minutes(61), Err(SignatureError::TooOld)),
        (now() + minutes(61), Err(SignatureError::FromTheFuture)),
    ] {
        assert_eq!(
            by_hand(USUAL, &[("date", &date(at))], "").believed(),
            expected
        );
        for form in [Form::Cavage, Form::Message] {
            // Made at `now()` and read as long after it as `at` lies before.
            let then = match now().duration_since(at) {
                Ok(before) => now() + before,
                Err(after) => now() - after.duration(),
            };
            assert_eq!(
                begin(&Arrived::post(form).parts(), then).map(drop),
                expected,
                "{form:?}"
            );
        }
    }
    for unreadable in ["", "yesterday", "2026-01-15T10:00:00Z", "1768471200"] {
        let refused = by_hand(USUAL, &[("date", unreadable)], "").begin();
        assert_eq!(
            refused.unwrap_err(),
            SignatureError::Malformed("date"),
            "{unreadable}"
        );
    }
    assert!(matches!(
        Arrived::post(Form::Cavage).without("date").begin(),
        Err(SignatureError::Malformed("date"))
    ));
}

#[test]
fn created_and_expires_are_honoured() {
    let seconds = now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let covered = "(request-target) (created) host digest";
    for (covered, extra, expected) in [
        (covered, format!("created={seconds}"), Ok(())),
        (
            covered,
            format!("created={}", seconds - 4000),
            Err(SignatureError::TooOld),
        ),
        (
            covered,
            format!("created={}", seconds + 4000),
            Err(SignatureError::FromTheFuture),
        ),
        (
            covered,
            format!("created={}", u64::MAX),
            Err(SignatureError::Malformed("created")),
        ),
        (
            covered,
            format!("created={}", i64::MAX),
            Err(SignatureError::FromTheFuture),
        ),
        (
            covered,
            "created=soon".to_owned(),
            Err(SignatureError::Malformed("created")),
        ),
        (
            covered,
            "created=-1".to_owned(),
            Err(SignatureError::Malformed("created")),
        ),
        (
            covered,
            String::new(),
            Err(SignatureError::NotCovered("date")),
        ),
        (USUAL, format!("expires={}", seconds + 60), Ok(())),
        (
            USUAL,
            format!("expires={}", seconds - 1),
            Err(SignatureError::TooOld),
        ),
        (
            USUAL,
            format!("expires={}", u64::MAX),
            Err(SignatureError::Malformed("expires")),
        ),
        (
            "(request-target) (created) (expires) host digest",
            format!("created={seconds},expires={}", seconds + 300),
            Ok(()),
        ),
        (
            "(request-target) (expires) host digest",
            format!("expires={}", seconds + 300),
            Err(SignatureError::NotCovered("date")),
        ),
    ] {
        assert_eq!(
            by_hand(covered, &[], &extra).believed(),
            expected,
            "{covered} {extra}"
        );
    }
}

#[test]
fn a_request_for_another_host_is_refused() {
    for (host, expected) in [
        ("kindred.example", Ok(())),
        ("Kindred.Example", Ok(())),
        ("kindred.example:443", Ok(())),
        ("kindred.example:8443", Err(SignatureError::WrongHost)),
        ("other.example", Err(SignatureError::WrongHost)),
        ("", Err(SignatureError::WrongHost)),
    ] {
        assert_eq!(
            by_hand(USUAL, &[("host", host)], "").believed(),
            expected,
            "{host}"
        );
    }
    // The new form needs no Host header: the target was built from our own origin.
    let elsewhere = Arrived::signed(
        Form::Message,
        "POST",
        "https://other.example/inbox",
        Some(BODY),
    );
    assert_eq!(
        elsewhere.with("host", "kindred.example").believed(),
        Err(SignatureError::Wrong)
    );
}

#[test]
fn the_target_may_be_signed_without_its_query_and_not_otherwise() {
    let mut get = Arrived::signed(Form::Cavage, "GET", "https://kindred.example/g/rust", None);
    get.target = "/g/rust?page=2".to_owned();
    assert_eq!(get.believed(), Ok(()));
    for other in ["/g/other", "/g/rust/", "/g", "/"] {
        get.target = other.to_owned();
        assert_eq!(get.believed(), Err(SignatureError::Wrong), "{other}");
    }
    let mut post = Arrived::post(Form::Cavage);
    post.method = "PUT";
    assert_eq!(post.believed(), Err(SignatureError::Wrong));
}

#[test]
fn the_key_decides_the_algorithm() {
    for (extra, expected) in [
        ("", Ok(())),
        (r#"algorithm="rsa-sha256""#, Ok(())),
        (r#"algorithm="hs2019""#, Ok(())),
        (r#"algorithm="rsa-sha512""#, Err(SignatureError::Wrong)),
        (r#"algorithm="ed25519""#, Err(SignatureError::Wrong)),
        (r#"algorithm="rsa-sha1""#, Err(SignatureError::Algorithm)),
        (r#"algorithm="hmac-sha256""#, Err(SignatureError::Algorithm)),
        (r#"algorithm="none""#, Err(SignatureError::Algorithm)),
    ] {
        assert_eq!(by_hand(USUAL, &[], extra).believed(), expected, "{extra}");
    }
}

#[test]
fn a_list_of_headers_that_means_two_things_is_refused() {
    let twice = by_hand("(request-target) host date digest date", &[], "");
    assert!(matches!(twice.begin(), Err(SignatureError::Twice(_))));
    let absent = by_hand("(request-target) host date digest x-absent", &[], "");
    assert!(matches!(absent.begin(), Err(SignatureError::Malformed(_))));
    let invented = by_hand("(request-target) host date digest (hallo)", &[], "");
    assert!(matches!(
        invented.begin(),
        Err(SignatureError::Malformed(_))
    ));
    let many = format!(
        "{USUAL} {}",
        (0..40)
            .map(|n| format!("x-{n}"))
            .collect::<Vec<_>>()
            .join(" ")
    );
    assert!(matches!(
        by_hand(&many, &[], "").begin(),
        Err(SignatureError::Malformed(_))
    ));
    // The names may be written in any case.
    let post = Arrived::post(Form::Cavage);
    let loud = post.header("signature").replace(
        "host date digest content-type",
        "Host Date Digest Content-Type",
    );
    assert_eq!(post.with("signature", &loud).believed(), Ok(()));
}
