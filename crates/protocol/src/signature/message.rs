//! The new form: HTTP Message Signatures (RFC 9421) with `Content-Digest` (RFC 9530).
//!
//! The profile that the fediverse uses: one signature, over the method, the target and the digest of the body. Signatures
//! of responses, signatures over parts of header values and query parameters one by one are not read.

use super::{
    Form, Outgoing, RequestParts, SignatureError, SignedHeaders, Unverified, digest, fresh,
    from_seconds, to_base64,
};
use crate::{
    Error,
    keys::{Algorithm, SigningKey},
};
use sfv::{BareItem, Dictionary, FieldType as _, InnerList, Item, List, ListEntry, Parser};
use std::time::{SystemTime, UNIX_EPOCH};

/// A signature never covers more than this many components.
const MOST_COMPONENTS: usize = 32;

const UNREADABLE: SignatureError = SignatureError::Malformed("signature-input");

pub(super) fn begin(
    parts: &RequestParts<'_>,
    now: SystemTime,
) -> Result<Unverified, SignatureError> {
    let (input, signature) = only_signature(parts)?;
    check_coverage(parts, &input)?;
    check_times(&input, now)?;
    if parts.has_body() {
        let header = parts
            .only("content-digest")?
            .ok_or(SignatureError::NotCovered("content-digest"))?;
        digest::check_content_digest(header, parts.body.unwrap_or_default())?;
    }
    let (rsa, ed25519) = usable(text(&input, "alg")?)?;
    let key_id = text(&input, "keyid")?
        .filter(|key_id| !key_id.is_empty())
        .ok_or(SignatureError::Malformed("keyid"))?
        .to_owned();
    Ok(Unverified {
        key_id,
        form: Form::Message,
        bases: vec![base(parts, input)?],
        signature,
        rsa,
        ed25519,
    })
}

/// What the one signature says that it covers, and its bytes. Of two signatures nobody could tell which one counts.
fn only_signature(parts: &RequestParts<'_>) -> Result<(InnerList, Vec<u8>), SignatureError> {
    let inputs: Dictionary = Parser::new(parts.only("signature-input")?.ok_or(UNREADABLE)?)
        .parse()
        .map_err(|_| UNREADABLE)?;
    let mut signatures: Dictionary =
        Parser::new(parts.only("signature")?.ok_or(SignatureError::Missing)?)
            .parse()
            .map_err(|_| SignatureError::Malformed("signature"))?;
    if inputs.len() > 1 || signatures.len() > 1 {
        return Err(SignatureError::Twice("a signature"));
    }
    let Some((label, ListEntry::InnerList(input))) = inputs.into_iter().next() else {
        return Err(UNREADABLE);
    };
    match signatures.swap_remove(&label) {
        Some(ListEntry::Item(Item {
            bare_item: BareItem::ByteSequence(signature),
            ..
        })) => Ok((input, signature)),
        _ => Err(SignatureError::Malformed("signature")),
    }
}

fn check_coverage(parts: &RequestParts<'_>, input: &InnerList) -> Result<(), SignatureError> {
    if input.items.len() > MOST_COMPONENTS {
        return Err(UNREADABLE);
    }
    let names = input
        .items
        .iter()
        .map(component)
        .collect::<Result<Vec<_>, _>>()?;
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            return Err(SignatureError::Twice("a signed component"));
        }
    }
    let covers = |name| names.contains(&name);
    if !covers("@method") {
        return Err(SignatureError::NotCovered("@method"));
    }
    if !covers("@target-uri")
        && !(covers("@authority") && (covers("@path") || covers("@request-target")))
    {
        return Err(SignatureError::NotCovered("@target-uri"));
    }
    if parts.has_body() && !covers("content-digest") {
        return Err(SignatureError::NotCovered("content-digest"));
    }
    if covers("host") {
        parts.check_host(parts.only("host")?.unwrap_or_default())?;
    }
    Ok(())
}

/// The name of a component; refuses parameters, since each would change what the name stands for.
fn component(item: &Item) -> Result<&str, SignatureError> {
    match &item.bare_item {
        BareItem::String(name) if item.params.is_empty() => Ok(name.as_str()),
        _ => Err(UNREADABLE),
    }
}

fn check_times(input: &InnerList, now: SystemTime) -> Result<(), SignatureError> {
    fresh(
        seconds(input, "created")?.ok_or(SignatureError::NotCovered("created"))?,
        now,
    )?;
    match seconds(input, "expires")? {
        Some(expires) if expires < now => Err(SignatureError::TooOld),
        _ => Ok(()),
    }
}

fn seconds(input: &InnerList, name: &'static str) -> Result<Option<SystemTime>, SignatureError> {
    match input.params.get(name) {
        None => Ok(None),
        Some(BareItem::Integer(seconds)) => {
            let seconds = u64::try_from(i64::from(*seconds)).ok();
            seconds
                .and_then(from_seconds)
                .map(Some)
                .ok_or(SignatureError::Malformed(name))
        }
        Some(_) => Err(SignatureError::Malformed(name)),
    }
}

fn text<'a>(input: &'a InnerList, name: &'static str) -> Result<Option<&'a str>, SignatureError> {
    match input.params.get(name) {
        None => Ok(None),
        Some(BareItem::String(value)) => Ok(Some(value.as_str())),
        Some(_) => Err(SignatureError::Malformed(name)),
    }
}

/// What an RSA key may have done, and whether an Ed25519 key may have signed. The kind of the key decides the rest.
fn usable(named: Option<&str>) -> Result<(&'static [Algorithm], bool), SignatureError> {
    match named {
        None => Ok((&[Algorithm::RsaSha256, Algorithm::RsaPssSha512], true)),
        Some("rsa-v1_5-sha256") => Ok((&[Algorithm::RsaSha256], false)),
        Some("rsa-pss-sha512") => Ok((&[Algorithm::RsaPssSha512], false)),
        Some("ed25519") => Ok((&[], true)),
        Some(_) => Err(SignatureError::Algorithm),
    }
}

/// The text that was signed (RFC 9421, section 2.5): a line for each component, then the parameters.
fn base(parts: &RequestParts<'_>, input: InnerList) -> Result<String, SignatureError> {
    let mut base = String::with_capacity(512);
    for item in &input.items {
        let name = component(item)?;
        base.push('"');
        base.push_str(name);
        base.push_str("\": ");
        push_value(&mut base, parts, name)?;
        base.push('\n');
    }
    let written = List::from([ListEntry::InnerList(input)])
        .serialize()
        .ok_or(UNREADABLE)?;
    base.push_str("\"@signature-params\": ");
    base.push_str(&written);
    Ok(base)
}

fn push_value(
    base: &mut String,
    parts: &RequestParts<'_>,
    name: &str,
) -> Result<(), SignatureError> {
    match name {
        "@method" => base.push_str(parts.method),
        "@authority" => base.push_str(&parts.authority().to_ascii_lowercase()),
        "@scheme" => base.push_str(parts.scheme()),
        "@target-uri" => {
            base.push_str(parts.scheme_authority);
            base.push_str(parts.path_and_query);
        }
        "@request-target" => base.push_str(parts.path_and_query),
        "@path" => base.push_str(if parts.path().is_empty() {
            "/"
        } else {
            parts.path()
        }),
        "@query" => {
            base.push('?');
            base.push_str(
                parts
                    .path_and_query
                    .split_once('?')
                    .map_or("", |(_, query)| query),
            );
        }
        name if name.starts_with('@') || name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            return Err(UNREADABLE);
        }
        name => {
            let value = parts
                .only_named(name)
                .map_err(|fault| fault.named("a signed header"))?;
            base.push_str(value.ok_or(SignatureError::Malformed("a signed header"))?);
        }
    }
    Ok(())
}

/// Signs over what every reader of this form asks for.
pub(super) fn sign(key: &SigningKey, request: &Outgoing<'_>) -> Result<SignedHeaders, Error> {
    let url = request.url.as_url();
    let target = &url[..url::Position::AfterQuery];
    let created = request
        .now
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let mut covered = r#"("@method" "@target-uri")"#;
    let mut text = format!(
        "\"@method\": {}\n\"@target-uri\": {target}\n",
        request.method
    );
    let mut headers = Vec::with_capacity(5);
    if let Some((body, content_type)) = request.body {
        let digest = digest::content_digest(body);
        covered = r#"("@method" "@target-uri" "content-digest")"#;
        text.push_str("\"content-digest\": ");
        text.push_str(&digest);
        text.push('\n');
        headers.push(("content-digest", digest));
        headers.push(("content-type", content_type.to_owned()));
    }
    let parameters = format!(
        r#"{covered};created={created};keyid="{}";alg="rsa-v1_5-sha256""#,
        key.key_id()
    );
    text.push_str("\"@signature-params\": ");
    text.push_str(&parameters);
    let signature = to_base64(&key.sign(text.as_bytes())?);
    headers.push(("date", httpdate::fmt_http_date(request.now)));
    headers.push(("signature-input", format!("sig1={parameters}")));
    headers.push(("signature", format!("sig1=:{signature}:")));
    Ok(headers)
}

/// The text of a request's signature and its bytes, without any of the checks.
#[cfg(test)]
pub(super) fn base_of(parts: &RequestParts<'_>) -> Result<(String, Vec<u8>), SignatureError> {
    let (input, signature) = only_signature(parts)?;
    Ok((base(parts, input)?, signature))
}
