//! Digests of bodies: `Digest` (RFC 3230) and `Content-Digest` (RFC 9530).
//!
//! SHA-256 and SHA-512 only. A header that names none of the two is refused rather than skipped.

use super::{SignatureError, to_base64};
use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use openssl::sha::{sha256, sha512};
use sfv::{BareItem, Dictionary, Item, ListEntry, Parser};

/// Reads base64 with or without the `=` at the end: peers write both.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The value of a `Digest` header for this body.
pub fn digest(body: &[u8]) -> String {
    format!("SHA-256={}", to_base64(&sha256(body)))
}

/// The value of a `Content-Digest` header for this body.
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", to_base64(&sha256(body)))
}

/// Whether a `Digest` header is that of the body: every digest in it that we know, and at least one.
pub fn check_digest(header: &str, body: &[u8]) -> Result<(), SignatureError> {
    let mut known = 0;
    for part in header.split(',') {
        let (name, value) = part
            .trim()
            .split_once('=')
            .ok_or(SignatureError::Malformed("digest"))?;
        if let Some(expected) = hash(&name.to_ascii_lowercase(), body) {
            let given = BASE64
                .decode(value)
                .map_err(|_| SignatureError::Malformed("digest"))?;
            compare(&given, &expected)?;
            known += 1;
        }
    }
    if known == 0 {
        Err(SignatureError::Algorithm)
    } else {
        Ok(())
    }
}

/// Whether a `Content-Digest` header is that of the body: every digest in it that we know, and at least one.
pub fn check_content_digest(header: &str, body: &[u8]) -> Result<(), SignatureError> {
    const UNREADABLE: SignatureError = SignatureError::Malformed("content-digest");
    let digests: Dictionary = Parser::new(header).parse().map_err(|_| UNREADABLE)?;
    let mut known = 0;
    for (name, value) in &digests {
        if let Some(expected) = hash(name.as_str(), body) {
            let ListEntry::Item(Item {
                bare_item: BareItem::ByteSequence(given),
                ..
            }) = value
            else {
                return Err(UNREADABLE);
            };
            compare(given, &expected)?;
            known += 1;
        }
    }
    if known == 0 {
        Err(SignatureError::Algorithm)
    } else {
        Ok(())
    }
}

fn hash(name: &str, body: &[u8]) -> Option<Vec<u8>> {
    match name {
        "sha-256" => Some(sha256(body).to_vec()),
        "sha-512" => Some(sha512(body).to_vec()),
        _ => None,
    }
}

fn compare(given: &[u8], expected: &[u8]) -> Result<(), SignatureError> {
    if given == expected {
        Ok(())
    } else {
        Err(SignatureError::WrongDigest)
    }
}
