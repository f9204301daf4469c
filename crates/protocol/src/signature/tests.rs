//! Both forms, out and in: what is signed is believed, and every known way to cheat is not.

mod arbitrary;
mod holes;
mod standard;

use super::*;
use crate::keys::KeyPair;
use std::sync::LazyLock;

const ORIGIN: &str = "https://kindred.example";
const KEY_ID: &str = "https://acme.example/p/mei#main-key";
const BODY: &[u8] = br#"{"type":"Follow"}"#;
const TYPE: &str = "application/activity+json";

static KEYS: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate_rsa().unwrap());
static OTHER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate_rsa().unwrap());

fn signing() -> SigningKey {
    SigningKey::from_pem(KEY_ID, KEYS.private_pem()).unwrap()
}

fn public() -> PublicKey {
    PublicKey::from_pem(KEYS.public_pem()).unwrap()
}

/// 15 January 2026, ten o'clock.
fn now() -> SystemTime {
    from_seconds(1_768_471_200).unwrap()
}

/// A request as it arrives, to be changed at will.
#[derive(Clone, Debug)]
struct Arrived {
    method: &'static str,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

impl Arrived {
    fn signed(form: Form, method: &'static str, url: &str, body: Option<&'static [u8]>) -> Self {
        let url = Uri::parse(url).unwrap();
        let body_and_type = body.map(|body| (body, TYPE));
        let outgoing = Outgoing {
            method,
            url: &url,
            now: now(),
            body: body_and_type,
        };
        let mut headers = vec![("host".to_owned(), url.host().as_bytes().to_vec())];
        for (name, value) in sign(&signing(), form, &outgoing).unwrap() {
            headers.push((name.to_owned(), value.into_bytes()));
        }
        let target = url.path_and_query().to_owned();
        Self {
            method,
            target,
            headers,
            body: body.map(<[u8]>::to_vec),
        }
    }

    fn post(form: Form) -> Self {
        Self::signed(form, "POST", "https://kindred.example/inbox", Some(BODY))
    }

    /// Signed by hand with the old form over exactly these headers.
    fn by_hand(covered: &str, headers: &[(&str, &str)], extra: &str) -> Self {
        let lines: Vec<String> = covered
            .split(' ')
            .map(|name| match name {
                "(request-target)" => "(request-target): post /inbox".to_owned(),
                "(created)" | "(expires)" => {
                    let name_only = name.trim_matches(['(', ')']);
                    let value = extra
                        .split(',')
                        .find_map(|part| part.strip_prefix(name_only)?.strip_prefix('='));
                    format!("{name}: {}", value.unwrap_or_default())
                }
                name => {
                    let value = headers
                        .iter()
                        .rfind(|(given, _)| *given == name)
                        .map_or("", |(_, value)| value);
                    format!("{name}: {value}")
                }
            })
            .collect();
        let signature = to_base64(&signing().sign(lines.join("\n").as_bytes()).unwrap());
        let mut header = format!(r#"keyId="{KEY_ID}",headers="{covered}",signature="{signature}""#);
        if !extra.is_empty() {
            header = format!("{header},{extra}");
        }
        let mut arrived = Self {
            method: "POST",
            target: "/inbox".to_owned(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
                .collect(),
            body: Some(BODY.to_vec()),
        };
        arrived
            .headers
            .push(("signature".to_owned(), header.into_bytes()));
        arrived
    }

    fn parts(&self) -> RequestParts<'_> {
        RequestParts {
            method: self.method,
            path_and_query: &self.target,
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_slice()))
                .collect(),
            scheme_authority: ORIGIN,
            body: self.body.as_deref(),
        }
    }

    fn begin(&self) -> Result<Unverified, SignatureError> {
        begin(&self.parts(), now())
    }

    fn believed(&self) -> Result<(), SignatureError> {
        self.begin()?.verify(&public())
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(given, _)| given != name);
        self.headers
            .push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(given, _)| given != name);
        self
    }

    fn also(mut self, at: usize, name: &str, value: &str) -> Self {
        self.headers
            .insert(at, (name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    fn header(&self, name: &str) -> String {
        let found = self
            .headers
            .iter()
            .find(|(given, _)| given == name)
            .unwrap();
        String::from_utf8(found.1.clone()).unwrap()
    }
}

fn date(at: SystemTime) -> String {
    httpdate::fmt_http_date(at)
}

fn hand_headers() -> Vec<(&'static str, String)> {
    vec![
        ("host", "kindred.example".to_owned()),
        ("date", date(now())),
        ("digest", digest::digest(BODY)),
    ]
}

fn by_hand(covered: &str, change: &[(&'static str, &str)], extra: &str) -> Arrived {
    let mut headers = hand_headers();
    for (name, value) in change {
        headers.retain(|(given, _)| given != name);
        headers.push((name, (*value).to_owned()));
    }
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    Arrived::by_hand(covered, &headers, extra)
}

const USUAL: &str = "(request-target) host date digest";

#[test]
fn what_is_signed_is_believed_in_both_forms() {
    for form in [Form::Cavage, Form::Message] {
        let post = Arrived::post(form);
        let unverified = post.begin().unwrap();
        assert_eq!(
            (unverified.key_id.as_str(), unverified.form),
            (KEY_ID, form)
        );
        assert_eq!(unverified.verify(&public()), Ok(()));
        let stranger = PublicKey::from_pem(OTHER.public_pem()).unwrap();
        assert_eq!(unverified.verify(&stranger), Err(SignatureError::Wrong));

        let get = Arrived::signed(form, "GET", "https://kindred.example/g/rust?page=2", None);
        assert_eq!(get.believed(), Ok(()));
    }
}

#[test]
fn the_old_form_has_the_one_shape_that_every_server_reads() {
    let post = Arrived::post(Form::Cavage);
    let header = post.header("signature");
    let (before, signature) = header.split_once("signature=").unwrap();
    assert_eq!(
        before,
        r#"keyId="https://acme.example/p/mei#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest content-type","#
    );
    assert!(signature.starts_with('"') && signature.ends_with('"'));
    assert_eq!(post.header("digest"), digest::digest(BODY));
    assert!(post.header("digest").starts_with("SHA-256="));
    assert_eq!(post.header("date"), "Thu, 15 Jan 2026 10:00:00 GMT");
    assert_eq!(post.header("content-type"), TYPE);

    let get = Arrived::signed(Form::Cavage, "GET", "https://kindred.example/g/rust", None);
    assert!(
        get.header("signature")
            .contains(r#",headers="(request-target) host date","#)
    );
}

#[test]
fn the_new_form_covers_method_target_and_body() {
    let post = Arrived::post(Form::Message);
    assert_eq!(
        post.header("signature-input"),
        r#"sig1=("@method" "@target-uri" "content-digest");created=1768471200;keyid="https://acme.example/p/mei#main-key";alg="rsa-v1_5-sha256""#
    );
    assert!(post.header("content-digest").starts_with("sha-256=:"));
}

#[test]
fn a_request_without_a_signature_is_refused() {
    let bare = Arrived::post(Form::Cavage).without("signature");
    assert_eq!(bare.begin().unwrap_err(), SignatureError::Missing);
    // Credentials are no signature, even when they look like one.
    let elsewhere = Arrived::post(Form::Cavage);
    let moved = format!("Signature {}", elsewhere.header("signature"));
    assert_eq!(
        elsewhere
            .without("signature")
            .with("authorization", &moved)
            .begin()
            .unwrap_err(),
        SignatureError::Missing
    );
    let beside = Arrived::post(Form::Cavage)
        .with("authorization", "Signature keyId=\"x\",signature=\"eA==\"");
    assert_eq!(beside.believed(), Ok(()));
}

#[test]
fn an_ed25519_key_is_believed_in_both_forms() {
    use openssl::{pkey::PKey, sign::Signer};
    let key = PKey::generate_ed25519().unwrap();
    let pem = String::from_utf8(key.public_key_to_pem().unwrap()).unwrap();
    let public = PublicKey::from_pem(&pem).unwrap();
    for form in [Form::Cavage, Form::Message] {
        let post = Arrived::post(form);
        let (old, new) = (r#"algorithm="rsa-sha256""#, r#"algorithm="hs2019""#);
        let post = match form {
            Form::Cavage => post
                .clone()
                .with("signature", &post.header("signature").replace(old, new)),
            Form::Message => post.clone().with(
                "signature-input",
                &post
                    .header("signature-input")
                    .replace("rsa-v1_5-sha256", "ed25519"),
            ),
        };
        let base = post.begin().unwrap().bases.swap_remove(0);
        let made = to_base64(
            &Signer::new_without_digest(&key)
                .unwrap()
                .sign_oneshot_to_vec(base.as_bytes())
                .unwrap(),
        );
        let header = post.header("signature");
        let signed = match form {
            Form::Cavage => format!(
                r#"{}signature="{made}""#,
                header.split_once("signature=").unwrap().0
            ),
            Form::Message => format!("sig1=:{made}:"),
        };
        let post = post.with("signature", &signed);
        assert_eq!(post.begin().unwrap().verify(&public), Ok(()), "{form:?}");
        assert_eq!(post.believed(), Err(SignatureError::Wrong), "{form:?}");
    }
}

#[test]
fn headers_that_nobody_signed_do_not_matter() {
    for form in [Form::Cavage, Form::Message] {
        let post = Arrived::post(form)
            .with("x-name", "Zoë")
            .also(0, "accept", "*/*")
            .also(0, "accept", "text/html");
        assert_eq!(post.believed(), Ok(()), "{form:?}");
    }
}
