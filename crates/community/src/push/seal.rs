//! Sealing a message so that only the program can read it: RFC 8291, and for older relays the draft before it.
//!
//! Both agree on a key by the curve P-256, derive one key for this message alone, and seal it with AES-128-GCM.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use openssl::{
    bn::BigNumContext,
    derive::Deriver,
    ec::{EcGroup, EcKey, EcPoint, PointConversionForm},
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    sign::Signer,
    symm::{Cipher, encrypt_aead},
};

use crate::{Error, Refusal, Result};

/// The size of a record: a message is one record.
const RECORD: u32 = 4096;
const TAG: usize = 16;

/// A sealed message.
#[derive(Debug)]
pub(super) struct Sealed {
    /// What is sent.
    pub body: Vec<u8>,
    /// How it is sealed, as `Content-Encoding` says it.
    pub encoding: &'static str,
    /// The salt and our key, where they travel beside the message (the draft).
    pub beside: Option<(String, String)>,
}

fn broken(error: &ErrorStack) -> Error {
    Error::Broken(format!("a message could not be sealed: {error}"))
}

/// The bytes in a text, whichever of the alphabets of base64 it is in.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let text = text
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_");
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

/// Whether these are keys that a message can be sealed with.
pub(super) fn check(p256dh: &str, auth: &str) -> Result<(), Refusal> {
    let secret = bytes(auth).is_some_and(|secret| secret.len() == 16);
    let point = bytes(p256dh).is_some_and(|point| receiver(&point).is_ok());
    if secret && point {
        Ok(())
    } else {
        Err(Refusal::BadSubscription(
            "the keys are not a point on P-256 and 16 bytes, in base64url",
        ))
    }
}

fn receiver(point: &[u8]) -> Result<PKey<openssl::pkey::Public>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let mut context = BigNumContext::new()?;
    let point = EcPoint::from_bytes(&group, point, &mut context)?;
    let key = EcKey::from_public_key(&group, &point)?;
    key.check_key()?;
    PKey::from_ec_key(key)
}

/// Seals a message for the holder of these keys.
pub(super) fn seal(plain: &[u8], p256dh: &str, auth: &str, standard: bool) -> Result<Sealed> {
    let unreadable = || Error::Broken("a push subscription has unreadable keys".into());
    let (theirs, auth) = (
        bytes(p256dh).ok_or_else(unreadable)?,
        bytes(auth).ok_or_else(unreadable)?,
    );
    let mut salt = [0u8; 16];
    let sealed = openssl::rand::rand_bytes(&mut salt)
        .and_then(|()| EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?))
        .and_then(|ours| seal_with(plain, &theirs, &auth, &ours, salt, standard));
    sealed.map_err(|error| broken(&error))
}

fn seal_with(
    plain: &[u8],
    theirs: &[u8],
    auth: &[u8],
    ours: &EcKey<Private>,
    salt: [u8; 16],
    standard: bool,
) -> Result<Sealed, ErrorStack> {
    let our_point = point_of(ours)?;
    let our_key = PKey::from_ec_key(ours.clone())?;
    let their_key = receiver(theirs)?;
    let mut deriver = Deriver::new(&our_key)?;
    deriver.set_peer(&their_key)?;
    let agreed = hmac(auth, &[&deriver.derive_to_vec()?])?;
    if standard {
        let input = hmac(&agreed, &[b"WebPush: info\0", theirs, &our_point, &[1]])?;
        let secret = hmac(&salt, &[&input])?;
        let key = hmac(&secret, &[b"Content-Encoding: aes128gcm\0\x01"])?;
        let nonce = hmac(&secret, &[b"Content-Encoding: nonce\0\x01"])?;
        // One record, the last: the delimiter says so.
        let sealed = encrypted(&key, &nonce, &[plain, &[2]].concat())?;
        let mut body = Vec::with_capacity(sealed.len() + 86);
        body.extend_from_slice(&salt);
        body.extend_from_slice(&RECORD.to_be_bytes());
        body.push(65);
        body.extend_from_slice(&our_point);
        body.extend_from_slice(&sealed);
        return Ok(Sealed {
            body,
            encoding: "aes128gcm",
            beside: None,
        });
    }
    let input = hmac(&agreed, &[b"Content-Encoding: auth\0\x01"])?;
    let secret = hmac(&salt, &[&input])?;
    let keys = [b"P-256\0\0\x41", theirs, b"\0\x41", &our_point[..], &[1]].concat();
    let key = hmac(&secret, &[b"Content-Encoding: aesgcm\0", &keys])?;
    let nonce = hmac(&secret, &[b"Content-Encoding: nonce\0", &keys])?;
    Ok(Sealed {
        body: encrypted(&key, &nonce, &[&[0, 0], plain].concat())?,
        encoding: "aesgcm",
        beside: Some((
            BASE64_URL_SAFE_NO_PAD.encode(salt),
            BASE64_URL_SAFE_NO_PAD.encode(&our_point),
        )),
    })
}

/// The public half of a key, as an uncompressed point.
pub(super) fn point_of(key: &EcKey<Private>) -> Result<Vec<u8>, ErrorStack> {
    let mut context = BigNumContext::new()?;
    key.public_key()
        .to_bytes(key.group(), PointConversionForm::UNCOMPRESSED, &mut context)
}

/// One step of HKDF with SHA-256 (RFC 5869): all that is ever derived here fits into one.
fn hmac(key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, ErrorStack> {
    let key = PKey::hmac(key)?;
    let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
    for part in parts {
        signer.update(part)?;
    }
    signer.sign_to_vec()
}

fn encrypted(key: &[u8], nonce: &[u8], plain: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut tag = [0u8; TAG];
    let cipher = Cipher::aes_128_gcm();
    let mut sealed = encrypt_aead(cipher, &key[..16], Some(&nonce[..12]), &[], plain, &mut tag)?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use openssl::bn::BigNum;

    use super::*;

    const THEIRS: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    /// The example in appendix A of RFC 8291.
    #[test]
    fn a_message_is_sealed_as_the_specification_shows() {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let mut context = BigNumContext::new().unwrap();
        let secret = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw").unwrap();
        let number = BigNum::from_slice(&secret).unwrap();
        let mut point = EcPoint::new(&group).unwrap();
        point.mul_generator2(&group, &number, &mut context).unwrap();
        let ours = EcKey::from_private_components(&group, &number, &point).unwrap();
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").unwrap();
        let sealed = seal_with(
            b"When I grow up, I want to be a watermelon",
            &bytes(THEIRS).unwrap(),
            &bytes(AUTH).unwrap(),
            &ours,
            salt.try_into().unwrap(),
            true,
        )
        .unwrap();
        assert_eq!(
            BASE64_URL_SAFE_NO_PAD.encode(sealed.body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn keys_that_nobody_can_have_are_refused() {
        assert_eq!(check(THEIRS, AUTH), Ok(()));
        for (key, auth) in [
            ("", AUTH),
            ("AAAA", AUTH),
            (THEIRS, ""),
            (THEIRS, "AAAA"),
            (&format!("{}x", &THEIRS[..86]), AUTH),
            ("???", AUTH),
        ] {
            assert!(check(key, auth).is_err(), "{key} {auth}");
        }
    }
}
