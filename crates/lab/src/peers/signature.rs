//! The old form of signatures, made and read by what each make demands.

use std::time::SystemTime;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use openssl::{hash::MessageDigest, pkey::PKey, sign::Verifier};
use serde_json::Value;

use super::{Fault, Make, Peer};
use crate::{
    http::Message,
    keys::{Keys, digest_of},
};

/// A request of ours that has no signature yet.
pub(crate) struct Unsigned<'a> {
    pub(crate) method: &'a str,
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) now: SystemTime,
    pub(crate) body: Option<&'a [u8]>,
}

/// The headers that sign a request: the covered ones and the signature over them.
pub(crate) fn headers(
    keys: &Keys,
    key_id: &str,
    covered: &[&str],
    algorithm: &str,
    request: &Unsigned<'_>,
) -> Result<Vec<(String, String)>, Fault> {
    let date = httpdate::fmt_http_date(request.now);
    let body = request.body.unwrap_or_default();
    let mut lines = Vec::new();
    let mut headers = vec![("date".to_owned(), date.clone())];
    for name in covered {
        let value = match *name {
            "(request-target)" => {
                format!("{} {}", request.method.to_lowercase(), request.path)
            }
            "host" => request.host.to_owned(),
            "date" => date.clone(),
            "digest" => digest_of(body),
            "content-type" => super::ACTIVITY_JSON.to_owned(),
            "content-length" => body.len().to_string(),
            other => return Err(Fault::new(500, format!("nobody covers {other}"))),
        };
        lines.push(format!("{name}: {value}"));
    }
    if request.body.is_some() {
        headers.push(("digest".to_owned(), digest_of(body)));
    }
    let signature = keys
        .sign(lines.join("\n").as_bytes())
        .map_err(|error| Fault::new(500, error.to_string()))?;
    headers.push((
        "signature".to_owned(),
        format!(
            "keyId=\"{key_id}\",algorithm=\"{algorithm}\",headers=\"{}\",signature=\"{}\"",
            covered.join(" "),
            BASE64_STANDARD.encode(signature)
        ),
    ));
    Ok(headers)
}

/// What a signature says about itself.
struct Parameters {
    key_id: String,
    covered: Vec<String>,
    signature: Vec<u8>,
}

impl Parameters {
    /// Takes the header apart as the simplest readers do: at every comma, with nothing between name, sign and quotes.
    fn read(header: &str) -> Result<Self, Fault> {
        let wrong = |what: &str| Fault::new(401, format!("{what} in the signature {header}"));
        let mut parameters = std::collections::BTreeMap::new();
        for part in header.split(',') {
            let (name, value) = part.split_once('=').ok_or_else(|| wrong("no value"))?;
            let value = value
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'))
                .ok_or_else(|| wrong("no quotes"))?;
            if name.trim() != name {
                return Err(wrong("a blank"));
            }
            parameters.insert(name, value);
        }
        if !header.starts_with("keyId=") {
            return Err(wrong("the key is not named first"));
        }
        let parameter = |name: &str| {
            parameters
                .get(name)
                .copied()
                .ok_or_else(|| wrong(&format!("no {name}")))
        };
        if !matches!(parameter("algorithm")?, "rsa-sha256" | "hs2019") {
            return Err(wrong("an unusual algorithm"));
        }
        Ok(Self {
            key_id: parameter("keyId")?.to_owned(),
            covered: parameter("headers")?
                .split(' ')
                .map(str::to_owned)
                .collect(),
            signature: BASE64_STANDARD
                .decode(parameter("signature")?)
                .map_err(|_| wrong("no base64"))?,
        })
    }
}

/// Who signed a request, by all that this make demands. `activity` is what a letter says.
pub(crate) async fn signer<M: Make>(
    peer: &Peer<M>,
    request: &Message,
    activity: Option<&Value>,
) -> Result<String, Fault> {
    let manners = M::MANNERS;
    let refuse = |words: String| Fault::new(manners.unsigned, words);
    let header = request
        .header("signature")
        .ok_or_else(|| Fault::new(401, "no signature"))?;
    let parameters = Parameters::read(header)?;
    let (method, path) = request.start();
    let letter = method == "POST";
    for name in manners.covered {
        let needed = letter || !matches!(*name, "digest" | "content-type");
        if needed && !parameters.covered.iter().any(|covered| covered == name) {
            return Err(refuse(format!("{name} is not covered")));
        }
    }
    let header = |name: &str| {
        request
            .header(name)
            .ok_or_else(|| refuse(format!("no {name}")))
    };
    if header("host")? != peer.host() {
        return Err(refuse(format!("for {}", header("host")?)));
    }
    let said = httpdate::parse_http_date(header("date")?)
        .map_err(|_| refuse("a date in another form".to_owned()))?;
    let now = peer.world().now();
    let late = now.duration_since(said).unwrap_or_default();
    let early = said.duration_since(now).unwrap_or_default();
    if late > manners.past || early > manners.ahead {
        return Err(refuse(format!("of another time: {late:?} {early:?}")));
    }
    if letter && header("digest")? != digest_of(&request.body) {
        return Err(refuse("over another body".to_owned()));
    }
    if let Some(activity) = activity {
        M::key_fits(&parameters.key_id, activity)?;
    }
    let mut lines = Vec::new();
    for name in &parameters.covered {
        lines.push(match name.as_str() {
            "(request-target)" => format!("{name}: {} {path}", method.to_ascii_lowercase()),
            name => format!("{name}: {}", header(name)?),
        });
    }
    let known = peer.key(&parameters.key_id).await?;
    let fits = verify(&known.key, &parameters.signature, &lines.join("\n"));
    if fits != Some(true) {
        return Err(refuse(format!("not signed by {}", parameters.key_id)));
    }
    Ok(known.uri)
}

fn verify(pem: &str, signature: &[u8], text: &str) -> Option<bool> {
    let key = PKey::public_key_from_pem(pem.as_bytes()).ok()?;
    let mut verifier = Verifier::new(MessageDigest::sha256(), &key).ok()?;
    verifier.verify_oneshot(signature, text.as_bytes()).ok()
}
