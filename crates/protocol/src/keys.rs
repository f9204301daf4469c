//! Keys: made, read and used. RSA for everything we sign; RSA and Ed25519 for what others sign.
//!
//! The kind of a key decides how it is used, never what a request says about it. Keys are not looked up or kept here:
//! whoever holds one keeps it parsed, since parsing costs more than verifying.

use crate::Error;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use openssl::{
    hash::MessageDigest,
    pkey::{Id, PKey, Private, Public},
    rsa::{Padding, Rsa},
    sign::{RsaPssSaltlen, Signer, Verifier},
};
use std::fmt;

/// The smallest and the largest RSA key that is believed, in bits.
pub const RSA_BITS: std::ops::RangeInclusive<u32> = 2048..=8192;

/// How many bits our own keys have: what every server reads, and what signs quickly.
const OWN_RSA_BITS: u32 = 2048;

/// No key that we take is written in more bytes than this.
const LONGEST_PEM: usize = 8 * 1024;

/// A new pair of keys for an actor of ours, written as PEM.
#[derive(Clone)]
pub struct KeyPair {
    private_pem: String,
    public_pem: String,
}

impl KeyPair {
    /// Makes an RSA key. Takes about a tenth of a second of work: not for a thread that others wait for.
    pub fn generate_rsa() -> Result<Self, Error> {
        const FAILED: Error = Error::Key("OpenSSL could not make one");
        let rsa = Rsa::generate(OWN_RSA_BITS).map_err(|_| FAILED)?;
        let public = rsa.public_key_to_pem().map_err(|_| FAILED)?;
        let private = PKey::from_rsa(rsa)
            .and_then(|key| key.private_key_to_pem_pkcs8())
            .map_err(|_| FAILED)?;
        Ok(Self {
            private_pem: String::from_utf8(private).map_err(|_| FAILED)?,
            public_pem: String::from_utf8(public).map_err(|_| FAILED)?,
        })
    }

    /// The private half, PKCS#8.
    pub fn private_pem(&self) -> &str {
        &self.private_pem
    }

    /// The public half, as `BEGIN PUBLIC KEY`: the only form that every server reads.
    pub fn public_pem(&self) -> &str {
        &self.public_pem
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("KeyPair")
    }
}

/// A private key of ours together with the name under which others find its public half.
///
/// Cheap to clone, and worth keeping: the first signature with a key that was just read costs twice as much as the next.
#[derive(Clone)]
pub struct SigningKey {
    key_id: String,
    key: PKey<Private>,
}

impl SigningKey {
    /// Reads an RSA private key; `key_id` is what peers will look up, such as `https://kindred.example/actor#main-key`.
    pub fn from_pem(key_id: impl Into<String>, pem: &str) -> Result<Self, Error> {
        let key_id = key_id.into();
        // It is written between quotes, so it must not be able to end them.
        if !key_id
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b','))
        {
            return Err(Error::Key("its name cannot be written in a header"));
        }
        let rsa = match own_rsa_der(pem) {
            Some(der) => Rsa::private_key_from_der(&der),
            None => Rsa::private_key_from_pem(pem.as_bytes()),
        };
        let rsa = rsa.map_err(|_| Error::Key("not an RSA private key"))?;
        let key = PKey::from_rsa(rsa).map_err(|_| Error::Key("not an RSA private key"))?;
        Ok(Self { key_id, key })
    }

    /// The name under which others find the public half.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Signs with RSASSA-PKCS1-v1_5 and SHA-256.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Signer::new(MessageDigest::sha256(), &self.key)
            .and_then(|mut signer| signer.sign_oneshot_to_vec(message))
            .map_err(|_| Error::Key("OpenSSL could not sign with it"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey({})", self.key_id)
    }
}

/// The inner `RSAPrivateKey` of a PKCS#8 file as we write it; nothing for any other file.
///
/// OpenSSL takes two hundred times longer to find out by itself what kind of key it is given: longer than signing takes.
fn own_rsa_der(pem: &str) -> Option<Vec<u8>> {
    /// Version 0, rsaEncryption without parameters, then an octet string with two bytes of length.
    const HEAD: &[u8] = &[
        0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
        0x01, 0x05, 0x00, 0x04, 0x82,
    ];
    let inner = pem.trim().strip_prefix("-----BEGIN PRIVATE KEY-----")?;
    let inner = inner.strip_suffix("-----END PRIVATE KEY-----")?;
    let packed: Vec<u8> = inner
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let mut der = STANDARD.decode(packed).ok()?;
    let start = 4 + HEAD.len() + 2;
    (der.get(4..4 + HEAD.len())? == HEAD && der.len() > start).then(|| der.split_off(start))
}

/// How a signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: what nearly everybody sends.
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaSha512,
    /// RSASSA-PSS with SHA-512.
    RsaPssSha512,
    /// Ed25519.
    Ed25519,
}

/// The public key of somebody else. Cheap to clone.
#[derive(Clone)]
pub struct PublicKey(PKey<Public>);

impl PublicKey {
    /// Reads a key in any of the forms that servers publish: PEM (`PUBLIC KEY` or `RSA PUBLIC KEY`) or multibase (`z6Mk…`).
    ///
    /// Refuses RSA keys outside [`RSA_BITS`] and kinds other than RSA and Ed25519.
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST_PEM {
            return Err(Error::Key("too long"));
        }
        let text = text.trim();
        if text.starts_with('z') {
            return Self::from_multibase(text);
        }
        if let Ok(rsa) = Rsa::public_key_from_pem(text.as_bytes())
            .or_else(|_| Rsa::public_key_from_pem_pkcs1(text.as_bytes()))
        {
            return Self::from_rsa(rsa);
        }
        let key =
            PKey::public_key_from_pem(text.as_bytes()).map_err(|_| Error::Key("unreadable"))?;
        match key.id() {
            Id::ED25519 => Ok(Self(key)),
            _ => Err(Error::Key("neither RSA nor Ed25519")),
        }
    }

    fn from_rsa(rsa: Rsa<Public>) -> Result<Self, Error> {
        let bits = u32::try_from(rsa.n().num_bits()).unwrap_or(0);
        if !RSA_BITS.contains(&bits) {
            return Err(Error::Key("RSA, but not between 2048 and 8192 bit"));
        }
        // A huge or even exponent makes verifying slow or void.
        if rsa.e().num_bits() > 64 || !rsa.e().is_bit_set(0) || rsa.e().num_bits() < 2 {
            return Err(Error::Key("RSA with an exponent that nobody uses"));
        }
        PKey::from_rsa(rsa)
            .map(Self)
            .map_err(|_| Error::Key("unreadable"))
    }

    /// Reads an Ed25519 key written as a Multikey: `z`, then base58 of the bytes `ed 01` and the key.
    fn from_multibase(text: &str) -> Result<Self, Error> {
        let bytes = base58(text.trim_start_matches('z')).ok_or(Error::Key("not base58"))?;
        match bytes.as_slice() {
            [0xed, 0x01, key @ ..] if key.len() == 32 => {
                PKey::public_key_from_raw_bytes(key, Id::ED25519)
                    .map(Self)
                    .map_err(|_| Error::Key("unreadable"))
            }
            _ => Err(Error::Key("a Multikey other than Ed25519")),
        }
    }

    /// Whether this is an RSA key; otherwise it is an Ed25519 key.
    pub fn is_rsa(&self) -> bool {
        self.0.id() == Id::RSA
    }

    /// Whether `signature` was made over `message` with the private half. An algorithm of another kind of key never was.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let checked = match algorithm {
            Algorithm::Ed25519 if !self.is_rsa() => Verifier::new_without_digest(&self.0)
                .and_then(|mut verifier| verifier.verify_oneshot(signature, message)),
            Algorithm::RsaSha256 if self.is_rsa() => {
                self.verify_rsa(MessageDigest::sha256(), None, message, signature)
            }
            Algorithm::RsaSha512 if self.is_rsa() => {
                self.verify_rsa(MessageDigest::sha512(), None, message, signature)
            }
            Algorithm::RsaPssSha512 if self.is_rsa() => self.verify_rsa(
                MessageDigest::sha512(),
                Some(Padding::PKCS1_PSS),
                message,
                signature,
            ),
            _ => return false,
        };
        // OpenSSL reports a signature of the wrong length as an error: to us it is simply false.
        checked.unwrap_or(false)
    }

    fn verify_rsa(
        &self,
        digest: MessageDigest,
        padding: Option<Padding>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, openssl::error::ErrorStack> {
        let mut verifier = Verifier::new(digest, &self.0)?;
        if let Some(padding) = padding {
            verifier.set_rsa_padding(padding)?;
            verifier.set_rsa_mgf1_md(digest)?;
            verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
        }
        verifier.verify_oneshot(signature, message)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "PublicKey({})",
            if self.is_rsa() { "RSA" } else { "Ed25519" }
        )
    }
}

/// Decodes base58 in the Bitcoin alphabet; only for texts of a key's length.
fn base58(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    const LONGEST: usize = 64;
    if text.len() > LONGEST {
        return None;
    }
    let mut bytes: Vec<u8> = Vec::with_capacity(LONGEST);
    for letter in text.bytes() {
        let mut carry = ALPHABET.iter().position(|&known| known == letter)?;
        for byte in &mut bytes {
            carry += usize::from(*byte) * 58;
            *byte = u8::try_from(carry & 0xff).ok()?;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(u8::try_from(carry & 0xff).ok()?);
            carry >>= 8;
        }
    }
    bytes.extend(text.bytes().take_while(|&letter| letter == b'1').map(|_| 0));
    bytes.reverse();
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_key_of_ours_signs_and_its_public_half_agrees() {
        let pair = KeyPair::generate_rsa().unwrap();
        assert!(pair.public_pem().starts_with("-----BEGIN PUBLIC KEY-----"));
        assert!(
            pair.private_pem()
                .starts_with("-----BEGIN PRIVATE KEY-----")
        );
        assert_eq!(format!("{pair:?}"), "KeyPair");
        let key =
            SigningKey::from_pem("https://kindred.example/actor#main-key", pair.private_pem())
                .unwrap();
        assert_eq!(
            format!("{key:?}"),
            "SigningKey(https://kindred.example/actor#main-key)"
        );
        assert!(own_rsa_der(pair.private_pem()).is_some());
        let signature = key.sign(b"hello").unwrap();
        // Files that others wrote are read too, only slower.
        let rsa = Rsa::private_key_from_pem(pair.private_pem().as_bytes()).unwrap();
        let pkcs1 = pem(rsa.private_key_to_pem().unwrap());
        assert!(own_rsa_der(&pkcs1).is_none());
        let same = SigningKey::from_pem("k", &pkcs1).unwrap();
        assert_eq!(same.sign(b"hello").unwrap(), signature);
        let public = PublicKey::from_pem(pair.public_pem()).unwrap();
        assert!(public.verify(Algorithm::RsaSha256, b"hello", &signature));
        for (algorithm, message) in [
            (Algorithm::RsaSha256, &b"hallo"[..]),
            (Algorithm::RsaSha512, b"hello"),
            (Algorithm::RsaPssSha512, b"hello"),
            (Algorithm::Ed25519, b"hello"),
        ] {
            assert!(
                !public.verify(algorithm, message, &signature),
                "{algorithm:?}"
            );
        }
        for other in [&[][..], &[0; 256], &[0; 4096]] {
            assert!(!public.verify(Algorithm::RsaSha256, b"hello", other));
        }
    }

    #[test]
    fn a_key_id_cannot_break_out_of_its_quotes() {
        let pair = KeyPair::generate_rsa().unwrap();
        for key_id in ["a\"b", "a\\b", "a,b", "a b", "a\nb", "ä"] {
            assert!(
                SigningKey::from_pem(key_id, pair.private_pem()).is_err(),
                "{key_id}"
            );
        }
        assert!(SigningKey::from_pem("a", pair.public_pem()).is_err());
        assert!(SigningKey::from_pem("a", "").is_err());
    }

    #[test]
    fn public_keys_are_read_in_every_form_that_servers_publish() {
        let rsa = Rsa::generate(2048).unwrap();
        let ed25519 = PKey::generate_ed25519().unwrap();
        let spki = pem(rsa.public_key_to_pem().unwrap());
        for text in [
            spki.clone(),
            pem(rsa.public_key_to_pem_pkcs1().unwrap()),
            format!("\n  {spki}\n\n"),
            spki.replace('\n', "\r\n"),
        ] {
            assert!(PublicKey::from_pem(&text).unwrap().is_rsa(), "{text}");
        }
        assert!(
            !PublicKey::from_pem(&pem(ed25519.public_key_to_pem().unwrap()))
                .unwrap()
                .is_rsa()
        );
    }

    #[test]
    fn a_multikey_is_an_ed25519_key() {
        // Made by hand from the public key of RFC 9421, appendix B.1.4.
        let spki = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----";
        let known = PublicKey::from_pem(spki).unwrap();
        let raw = known.0.raw_public_key().unwrap();
        let multikey = format!(
            "z{}",
            encode_base58(&[&[0xed, 0x01], raw.as_slice()].concat())
        );
        assert!(multikey.starts_with("z6Mk"), "{multikey}");
        let read = PublicKey::from_pem(&multikey).unwrap();
        assert_eq!(read.0.raw_public_key().unwrap(), raw);
        for broken in [
            "z",
            "z6Mk",
            "z0",
            "zäö",
            &multikey[..40],
            &format!("{multikey}1"),
            &"z1".repeat(200),
        ] {
            assert!(PublicKey::from_pem(broken).is_err(), "{broken}");
        }
    }

    fn encode_base58(bytes: &[u8]) -> String {
        use openssl::bn::BigNum;
        let mut rest = BigNum::from_slice(bytes).unwrap();
        let mut letters = Vec::new();
        while rest.num_bits() > 0 {
            let digit = usize::try_from(rest.div_word(58).unwrap()).unwrap();
            letters.push(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit]);
        }
        letters.reverse();
        pem(letters)
    }

    #[test]
    fn keys_that_are_weak_slow_or_foreign_are_refused() {
        use openssl::{
            dsa::Dsa,
            ec::{EcGroup, EcKey},
            nid::Nid,
        };
        let weak = pem(Rsa::generate(1024).unwrap().public_key_to_pem().unwrap());
        let curve =
            EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap();
        let curve = pem(curve.public_key_to_pem().unwrap());
        let dsa = pem(Dsa::generate(1024).unwrap().public_key_to_pem().unwrap());
        let private = pem(Rsa::generate(2048).unwrap().private_key_to_pem().unwrap());
        let long = "-----BEGIN PUBLIC KEY-----".repeat(1000);
        for text in [
            "",
            "hello",
            "-----BEGIN PUBLIC KEY-----",
            &weak,
            &curve,
            &dsa,
            &private,
            &long,
        ] {
            assert!(PublicKey::from_pem(text).is_err(), "{text}");
        }
        let huge = openssl::bn::BigNum::from_slice(&[0xff; 1025]).unwrap();
        let three = openssl::bn::BigNum::from_u32(3).unwrap();
        let huge = Rsa::from_public_components(huge, three).unwrap();
        assert!(PublicKey::from_rsa(huge).is_err());
        let modulus = || Rsa::generate(2048).unwrap().n().to_owned().unwrap();
        for exponent in [1, 2, 4] {
            let exponent = openssl::bn::BigNum::from_u32(exponent).unwrap();
            assert!(
                PublicKey::from_rsa(Rsa::from_public_components(modulus(), exponent).unwrap())
                    .is_err()
            );
        }
    }
}
