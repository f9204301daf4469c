//! The old form: draft-cavage-http-signatures, drafts 6 to 12, with `Digest`.
//!
//! The text that was signed is put together by `http-signature-normalization`. That library asks for nothing unless told,
//! takes the last of two headers, takes times from the future and stumbles over blanks; so everything is checked here
//! first, and it is handed a header that was written anew and only the headers that the signature names.

use super::{
    Form, Outgoing, RequestParts, SignatureError, SignedHeaders, Unverified, digest, fresh,
    from_seconds, to_base64,
};
use crate::{
    Error,
    keys::{Algorithm, SigningKey},
};
use base64::Engine as _;
use http_signature_normalization_actix::verify::{
    Algorithm as Named, DeprecatedAlgorithm, ParsedHeader,
};
use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    time::{Duration, SystemTime},
};

/// A signature never names more headers than this.
const MOST_HEADERS: usize = 32;

/// The parameters of a `Signature` header.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parameters<'a> {
    key_id: Option<&'a str>,
    algorithm: Option<&'a str>,
    created: Option<&'a str>,
    expires: Option<&'a str>,
    headers: Option<&'a str>,
    signature: Option<&'a str>,
}

const UNREADABLE: SignatureError = SignatureError::Malformed("signature");

impl<'a> Parameters<'a> {
    /// Reads `name="value", name=value, …`; refuses what could be read in two ways.
    fn read(header: &'a str) -> Result<Self, SignatureError> {
        let mut found = Self::default();
        let mut rest = header.trim();
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=').ok_or(UNREADABLE)?;
            let value;
            if let Some(quoted) = after.trim_start().strip_prefix('"') {
                (value, rest) = quoted.split_once('"').ok_or(UNREADABLE)?;
            } else {
                let end = after.find(',').unwrap_or(after.len());
                (value, rest) = (after[..end].trim(), &after[end..]);
            }
            // Escapes and commas inside quotes are read differently by different servers.
            if value.contains(['"', '\\', ',']) {
                return Err(UNREADABLE);
            }
            found.take(name.trim(), value)?;
            rest = rest.trim_start();
            if let Some(next) = rest.strip_prefix(',') {
                rest = next.trim_start();
            } else if !rest.is_empty() {
                return Err(UNREADABLE);
            }
        }
        Ok(found)
    }

    fn take(&mut self, name: &str, value: &'a str) -> Result<(), SignatureError> {
        let place = match name {
            "keyId" => &mut self.key_id,
            "algorithm" => &mut self.algorithm,
            "created" => &mut self.created,
            "expires" => &mut self.expires,
            "headers" => &mut self.headers,
            "signature" => &mut self.signature,
            _ => return Ok(()),
        };
        if place.replace(value).is_some() {
            return Err(SignatureError::Twice("a parameter of the signature"));
        }
        Ok(())
    }

    fn created(&self) -> Result<Option<u64>, SignatureError> {
        seconds(self.created, "created")
    }

    fn expires(&self) -> Result<Option<u64>, SignatureError> {
        seconds(self.expires, "expires")
    }
}

fn seconds(text: Option<&str>, name: &'static str) -> Result<Option<u64>, SignatureError> {
    text.map(|text| text.parse().map_err(|_| SignatureError::Malformed(name)))
        .transpose()
}

pub(super) fn begin(
    parts: &RequestParts<'_>,
    now: SystemTime,
) -> Result<Unverified, SignatureError> {
    let header = parts.only("signature")?.ok_or(SignatureError::Missing)?;
    let given = Parameters::read(header)?;
    let key_id = given
        .key_id
        .filter(|key_id| !key_id.is_empty())
        .ok_or(SignatureError::Malformed("keyId"))?;
    let signature = given.signature.ok_or(UNREADABLE)?;
    let covered = covered(given.headers.unwrap_or_default())?;

    for name in ["(request-target)", "host"] {
        if !covered.iter().any(|covered| covered == name) {
            return Err(SignatureError::NotCovered(name));
        }
    }
    let host = parts.only("host")?;
    parts.check_host(host.ok_or(SignatureError::NotCovered("host"))?)?;
    check_times(parts, &given, &covered, now)?;
    check_body(parts, &covered)?;

    let signed = signed_values(parts, &given, &covered)?;
    let canonical = canonical(key_id, given.algorithm, &covered, signature);
    let mut rsa: &[Algorithm] = &[];
    let mut bases = Vec::with_capacity(2);
    for target in targets(parts) {
        let prepared = prepare(&canonical, parts.method, target, signed.clone())?;
        rsa = usable(prepared.algorithm())?;
        bases.push(prepared.signing_string().to_owned());
    }
    Ok(Unverified {
        key_id: key_id.to_owned(),
        form: Form::Cavage,
        bases,
        signature: digest::BASE64.decode(signature).map_err(|_| UNREADABLE)?,
        rsa,
        ed25519: !given.algorithm.is_some_and(|name| name.starts_with("rsa")),
    })
}

/// What may have been signed as the target: the path as received; and, since some servers leave it out, without the query.
fn targets<'a>(parts: &RequestParts<'a>) -> impl Iterator<Item = &'a str> {
    let bare = Some(parts.path()).filter(|path| *path != parts.path_and_query);
    [Some(parts.path_and_query), bare].into_iter().flatten()
}

fn check_body(parts: &RequestParts<'_>, covered: &[String]) -> Result<(), SignatureError> {
    const NOT_COVERED: SignatureError = SignatureError::NotCovered("digest");
    if !parts.has_body() {
        return Ok(());
    }
    if !covered.iter().any(|name| name == "digest") {
        return Err(NOT_COVERED);
    }
    let given = parts.only("digest")?.ok_or(NOT_COVERED)?;
    digest::check_digest(given, parts.body.unwrap_or_default())
}

/// The values of everything that the signature names, and nothing else.
fn signed_values(
    parts: &RequestParts<'_>,
    given: &Parameters<'_>,
    covered: &[String],
) -> Result<BTreeMap<String, String>, SignatureError> {
    const LIST: SignatureError = SignatureError::Malformed("the list of signed headers");
    let mut values = BTreeMap::new();
    for name in covered {
        let value = match name.as_str() {
            "(request-target)" => continue,
            // The library would compare these with a clock of its own, and cannot bear very large ones.
            "(created)" => given.created()?.ok_or(LIST)?.to_string(),
            "(expires)" => given.expires()?.ok_or(LIST)?.to_string(),
            name if name.starts_with('(') => return Err(LIST),
            name => {
                let value = parts.only_named(name);
                let value = value.map_err(|fault| fault.named("a signed header"))?;
                value.ok_or(LIST)?.to_owned()
            }
        };
        values.insert(name.clone(), value);
    }
    Ok(values)
}

/// The parameters in the one spelling that every reader understands alike.
fn canonical(key_id: &str, algorithm: Option<&str>, covered: &[String], signature: &str) -> String {
    let headers = covered.join(" ");
    let mut text = format!(r#"keyId="{key_id}",headers="{headers}",signature="{signature}""#);
    if let Some(algorithm) = algorithm {
        text.push_str(",algorithm=\"");
        text.push_str(algorithm);
        text.push('"');
    }
    text
}

/// The names that the signature covers, in order and lower-case. A name that comes twice has no defined meaning.
fn covered(list: &str) -> Result<Vec<String>, SignatureError> {
    let names: Vec<String> = list
        .split_ascii_whitespace()
        .take(MOST_HEADERS + 1)
        .map(str::to_ascii_lowercase)
        .collect();
    if names.len() > MOST_HEADERS {
        return Err(SignatureError::Malformed("the list of signed headers"));
    }
    if names.iter().collect::<HashSet<_>>().len() < names.len() {
        return Err(SignatureError::Twice("a signed header"));
    }
    Ok(names)
}

/// Refuses a signature that does not say when it was made, or was not made about now.
fn check_times(
    parts: &RequestParts<'_>,
    given: &Parameters<'_>,
    covered: &[String],
    now: SystemTime,
) -> Result<(), SignatureError> {
    let covers = |name: &str| covered.iter().any(|covered| covered == name);
    let created = given.created()?;
    if covers("date") {
        const UNREADABLE: SignatureError = SignatureError::Malformed("date");
        let date = parts.only("date")?.ok_or(UNREADABLE)?;
        fresh(
            httpdate::parse_http_date(date).map_err(|_| UNREADABLE)?,
            now,
        )?;
    } else if created.is_none() || !covers("(created)") {
        return Err(SignatureError::NotCovered("date"));
    }
    if let Some(created) = created {
        fresh(
            from_seconds(created).ok_or(SignatureError::Malformed("created"))?,
            now,
        )?;
    }
    match given.expires()?.map(from_seconds) {
        Some(Some(expires)) if expires < now => Err(SignatureError::TooOld),
        Some(None) => Err(SignatureError::Malformed("expires")),
        _ => Ok(()),
    }
}

fn prepare(
    canonical: &str,
    method: &str,
    target: &str,
    mut headers: BTreeMap<String, String>,
) -> Result<http_signature_normalization_actix::verify::Unverified, SignatureError> {
    // Freshness was judged by our clock and both ways; the library is not to judge it again by its own.
    const AGES: Duration = Duration::from_hours(100 * 365 * 24);
    let parsed: ParsedHeader = canonical.parse().map_err(|_| UNREADABLE)?;
    let required = HashSet::from(["(request-target)".to_owned(), "host".to_owned()]);
    parsed
        .into_unvalidated(method, target, &mut headers, required)
        .map_err(|_| SignatureError::Malformed("the list of signed headers"))?
        .validate(AGES)
        .map_err(|_| SignatureError::TooOld)
}

/// What an RSA key may have done under this name. The kind of the key decides the rest.
fn usable(named: Option<&Named>) -> Result<&'static [Algorithm], SignatureError> {
    match named {
        None | Some(Named::Hs2019) => Ok(&[Algorithm::RsaSha256, Algorithm::RsaSha512]),
        Some(Named::Deprecated(DeprecatedAlgorithm::RsaSha256)) => Ok(&[Algorithm::RsaSha256]),
        Some(Named::Deprecated(DeprecatedAlgorithm::RsaSha512)) => Ok(&[Algorithm::RsaSha512]),
        Some(Named::Unknown(name)) if name == "ed25519" => Ok(&[]),
        Some(_) => Err(SignatureError::Algorithm),
    }
}

/// Signs in the one shape that every server reads: `keyId` first, no blanks between parameters, only what is needed.
pub(super) fn sign(key: &SigningKey, request: &Outgoing<'_>) -> Result<SignedHeaders, Error> {
    let date = httpdate::fmt_http_date(request.now);
    let method = request.method.to_ascii_lowercase();
    let url = request.url;
    let mut text = format!(
        "(request-target): {method} {}\nhost: {}\ndate: {date}",
        url.path_and_query(),
        url.host()
    );
    let mut names = "(request-target) host date";
    let mut headers = Vec::with_capacity(4);
    if let Some((body, content_type)) = request.body {
        let digest = digest::digest(body);
        names = "(request-target) host date digest content-type";
        let _ = write!(text, "\ndigest: {digest}\ncontent-type: {content_type}");
        headers.push(("digest", digest));
        headers.push(("content-type", content_type.to_owned()));
    }
    let signature = to_base64(&key.sign(text.as_bytes())?);
    headers.push(("date", date));
    headers.push((
        "signature",
        format!(
            r#"keyId="{}",algorithm="rsa-sha256",headers="{names}",signature="{signature}""#,
            key.key_id()
        ),
    ));
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_with_and_without_blanks() {
        let expected = Parameters {
            key_id: Some("https://a.example/actor#main-key"),
            algorithm: Some("hs2019"),
            created: Some("12"),
            headers: Some("host date"),
            signature: Some("YQ=="),
            ..Parameters::default()
        };
        for text in [
            r#"keyId="https://a.example/actor#main-key",algorithm="hs2019",created=12,headers="host date",signature="YQ==""#,
            r#" keyId="https://a.example/actor#main-key", algorithm="hs2019" , created=12 ,headers="host date", signature="YQ==" "#,
            r#"signature="YQ==",created="12",unknown="x",algorithm=hs2019,headers="host date",keyId="https://a.example/actor#main-key","#,
        ] {
            assert_eq!(Parameters::read(text).as_ref(), Ok(&expected), "{text}");
        }
    }

    #[test]
    fn parameters_that_could_be_read_in_two_ways_are_refused() {
        for text in [
            r#"keyId="a,b""#,
            r#"keyId="a\"b""#,
            r#"keyId="a\b""#,
            r#"keyId="a"b"#,
            r#"keyId="a" created=1"#,
            r#"keyId="a"#,
            "keyId",
            r#"keyId=a"b"#,
        ] {
            assert_eq!(Parameters::read(text), Err(UNREADABLE), "{text}");
        }
        let twice = Parameters::read(r#"keyId="a",keyId="b""#);
        assert!(matches!(twice, Err(SignatureError::Twice(_))));
    }
}
