//! The key by which push services know this house (VAPID, RFC 8292). It is made once and never changes: programs hold on to it.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kindred_protocol::Uri;
use kindred_storage::{Moment, house_keys};
use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    error::ErrorStack,
    nid::Nid,
    pkey::Private,
};
use serde_json::json;

use super::seal::point_of;
use crate::{Error, Kindred, Result};

const NAME: &str = "vapid";

/// A signature is good for so long; at most a day is allowed.
const GOOD_FOR: Duration = Duration::from_hours(12);

/// The key.
#[derive(Clone)]
pub(crate) struct Vapid {
    key: EcKey<Private>,
    public: String,
    contact: String,
}

fn broken(error: &ErrorStack) -> Error {
    Error::Broken(format!("the key for push services cannot be used: {error}"))
}

/// The public half, as clients need it to subscribe.
pub async fn public_key(kindred: &Kindred) -> Result<String> {
    Ok(of(kindred).await?.public.clone())
}

/// The key of this house, made at the first call ever.
pub(super) async fn of(kindred: &Kindred) -> Result<&Vapid> {
    kindred
        .keys()
        .vapid
        .get_or_try_init(|| async {
            let known = kindred.read(|db| Ok(house_keys::find(db, NAME)?)).await?;
            let pem = match known {
                Some(pem) => pem,
                None => make(kindred).await?,
            };
            let contact = kindred.settings().origin.clone();
            Vapid::read(&pem, contact).map_err(|error| broken(&error))
        })
        .await
}

/// Makes the key; another process may have been quicker, and then its key is the one.
async fn make(kindred: &Kindred) -> Result<String> {
    let fresh = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)
        .and_then(|group| EcKey::generate(&group))
        .and_then(|key| key.private_key_to_pem())
        .map_err(|error| broken(&error))?;
    let fresh = String::from_utf8(fresh).unwrap_or_default();
    kindred
        .write(move |ledger| {
            house_keys::keep(ledger.db, NAME, &fresh, ledger.now)?;
            Ok(house_keys::find(ledger.db, NAME)?.unwrap_or(fresh))
        })
        .await
}

impl Vapid {
    fn read(pem: &str, contact: String) -> Result<Self, ErrorStack> {
        let key = EcKey::private_key_from_pem(pem.as_bytes())?;
        let public = BASE64_URL_SAFE_NO_PAD.encode(point_of(&key)?);
        Ok(Self {
            key,
            public,
            contact,
        })
    }

    pub(super) fn public_key(&self) -> &str {
        &self.public
    }

    /// A token that says who sends, to this service alone.
    pub(super) fn sign(&self, endpoint: &Uri, now: Moment) -> Result<String> {
        let ends = (now + GOOD_FOR).0.div_euclid(1000);
        let audience = endpoint.as_url().origin().ascii_serialization();
        let claims = json!({ "aud": audience, "exp": ends, "sub": self.contact });
        let said = format!(
            "{}.{}",
            BASE64_URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#),
            BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()),
        );
        let signature = EcdsaSig::sign(&openssl::sha::sha256(said.as_bytes()), &self.key)
            .and_then(|signature| {
                let mut both = signature.r().to_vec_padded(32)?;
                both.extend(signature.s().to_vec_padded(32)?);
                Ok(both)
            })
            .map_err(|error| broken(&error))?;
        Ok(format!(
            "{said}.{}",
            BASE64_URL_SAFE_NO_PAD.encode(signature)
        ))
    }
}
