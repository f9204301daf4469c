//! One pair of RSA keys for everybody who is played, and the old form of signatures made and read with OpenSSL alone.
//!
//! Making a key takes longer than signing a thousand letters, and no server compares the keys of two others.

use std::time::SystemTime;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use openssl::{
    error::ErrorStack,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    sha::sha256,
    sign::{Signer, Verifier},
};

use crate::http::Message;

/// The keys that all played actors share.
#[derive(Clone, Debug)]
pub struct Keys {
    private: PKey<Private>,
    public_pem: String,
}

/// Whether a letter was signed by whom we were told to believe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// Nobody said which key to believe.
    Unchecked,
    /// The signature fits the letter and the key.
    Well,
    /// It does not, or something that counts is not covered.
    Badly,
}

impl Keys {
    /// Makes a pair.
    pub fn generate() -> Result<Self, ErrorStack> {
        let rsa = Rsa::generate(2048)?;
        let public_pem =
            String::from_utf8(rsa.public_key_to_pem()?).map_err(|_| ErrorStack::get())?;
        Ok(Self {
            private: PKey::from_rsa(rsa)?,
            public_pem,
        })
    }

    /// The public half, as actors show it.
    pub fn public_pem(&self) -> &str {
        &self.public_pem
    }

    /// Signs with RSASSA-PKCS1-v1_5 and SHA-256.
    pub fn sign(&self, text: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        Signer::new(MessageDigest::sha256(), &self.private)?.sign_oneshot_to_vec(text)
    }

    /// The headers of a letter that was signed now.
    pub(crate) fn headers(
        &self,
        key_id: &str,
        host: &str,
        path: &str,
        body: &[u8],
    ) -> Result<String, ErrorStack> {
        let date = httpdate::fmt_http_date(SystemTime::now());
        let digest = digest_of(body);
        let text =
            format!("(request-target): post {path}\nhost: {host}\ndate: {date}\ndigest: {digest}");
        let signature = BASE64_STANDARD.encode(self.sign(text.as_bytes())?);
        Ok(format!(
            "date: {date}\r\ndigest: {digest}\r\nsignature: keyId=\"{key_id}\",algorithm=\"rsa-sha256\",\
             headers=\"(request-target) host date digest\",signature=\"{signature}\"\r\n"
        ))
    }
}

pub(crate) fn digest_of(body: &[u8]) -> String {
    format!("SHA-256={}", BASE64_STANDARD.encode(sha256(body)))
}

/// Judges the signature of a letter, as a strict server would.
pub(crate) fn judge(public_pem: &str, letter: &Message) -> Signed {
    match verify(public_pem, letter) {
        Some(true) => Signed::Well,
        _ => Signed::Badly,
    }
}

fn verify(public_pem: &str, letter: &Message) -> Option<bool> {
    let said = letter.header("signature")?;
    let parameter = |name: &str| {
        said.split(',')
            .filter_map(|part| part.split_once('='))
            .find(|(given, _)| given.trim() == name)
            .map(|(_, value)| value.trim().trim_matches('"'))
    };
    let covered: Vec<&str> = parameter("headers")?.split(' ').collect();
    let all = ["(request-target)", "host", "date", "digest"]
        .iter()
        .all(|name| covered.contains(name));
    let (method, path) = letter.start();
    let lines: Option<Vec<String>> = covered
        .iter()
        .map(|name| match *name {
            "(request-target)" => Some(format!("{name}: {} {path}", method.to_ascii_lowercase())),
            name => Some(format!("{name}: {}", letter.header(name)?)),
        })
        .collect();
    let signature = BASE64_STANDARD.decode(parameter("signature")?).ok()?;
    let key = PKey::public_key_from_pem(public_pem.as_bytes()).ok()?;
    let mut verifier = Verifier::new(MessageDigest::sha256(), &key).ok()?;
    let fits = verifier
        .verify_oneshot(&signature, lines?.join("\n").as_bytes())
        .ok()?;
    Some(fits && all && letter.header("digest")? == digest_of(&letter.body))
}
