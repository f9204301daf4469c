//! Web Push: a notification reaches the device of somebody who is not looking, and only the program there can read it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use openssl::{
    bn::BigNumContext,
    derive::Deriver,
    ec::{EcGroup, EcKey, EcPoint, PointConversionForm},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    sign::Signer,
    symm::{Cipher, decrypt_aead},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncWriteExt as _, BufReader},
    net::TcpListener,
};

use crate::support::{Fediverse, find, on_both, on_sqlite, read_body, read_head};

const AUTH: [u8; 16] = [7; 16];

/// A phone: its key, and what it hears from its push service.
struct Phone {
    key: EcKey<Private>,
    service: TcpListener,
}

impl Phone {
    fn at(fediverse: &Fediverse, host: &str) -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("a curve");
        let listener = fediverse.take_listener(host);
        listener.set_nonblocking(true).expect("a listener");
        Self {
            key: EcKey::generate(&group).expect("a key"),
            service: TcpListener::from_std(listener).expect("a listener"),
        }
    }

    fn point(&self) -> Vec<u8> {
        let mut context = BigNumContext::new().expect("room");
        self.key
            .public_key()
            .to_bytes(
                self.key.group(),
                PointConversionForm::UNCOMPRESSED,
                &mut context,
            )
            .expect("a point")
    }

    fn subscription(&self, standard: bool) -> Value {
        json!({
            "subscription": {
                "endpoint": "http://far.example/push/phone",
                "standard": standard,
                "keys": {
                    "p256dh": BASE64_URL_SAFE_NO_PAD.encode(self.point()),
                    "auth": BASE64_URL_SAFE_NO_PAD.encode(AUTH),
                },
            },
            "data": { "alerts": { "mention": true, "follow": "false" }, "policy": "all" },
        })
    }

    /// Takes one message in, and answers with this status.
    async fn hears(&self, status: &str) -> (Vec<(String, String)>, Vec<u8>) {
        let (mut stream, _) = self.service.accept().await.expect("a message");
        let (incoming, mut outgoing) = stream.split();
        let mut reader = BufReader::new(incoming);
        let (_, headers) = read_head(&mut reader).await.expect("a head");
        let body = read_body(&mut reader, &headers, false).await;
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        outgoing
            .write_all(answer.as_bytes())
            .await
            .expect("an answer");
        (headers, body)
    }

    /// Opens a message as RFC 8291 says.
    fn opens(&self, body: &[u8]) -> Value {
        let (salt, theirs, sealed) = (&body[..16], &body[21..86], &body[86..]);
        let mut context = BigNumContext::new().expect("room");
        let point = EcPoint::from_bytes(self.key.group(), theirs, &mut context).expect("a point");
        let their_key = EcKey::from_public_key(self.key.group(), &point).expect("a key");
        let (ours, peer) = (
            PKey::from_ec_key(self.key.clone()).expect("a key"),
            PKey::from_ec_key(their_key).expect("a key"),
        );
        let mut deriver = Deriver::new(&ours).expect("a deriver");
        deriver.set_peer(&peer).expect("a peer");
        let agreed = hmac(&AUTH, &deriver.derive_to_vec().expect("a secret"));
        let info = [b"WebPush: info\0", &self.point()[..], theirs, &[1]].concat();
        let secret = hmac(salt, &hmac(&agreed, &info));
        let key = hmac(&secret, b"Content-Encoding: aes128gcm\0\x01");
        let nonce = hmac(&secret, b"Content-Encoding: nonce\0\x01");
        let (sealed, tag) = sealed.split_at(sealed.len() - 16);
        let plain = decrypt_aead(
            Cipher::aes_128_gcm(),
            &key[..16],
            Some(&nonce[..12]),
            &[],
            sealed,
            tag,
        )
        .expect("a message that was sealed for this phone");
        assert_eq!(plain.last(), Some(&2), "the delimiter of the last record");
        serde_json::from_slice(&plain[..plain.len() - 1]).expect("JSON")
    }
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let key = PKey::hmac(key).expect("a key");
    let mut signer = Signer::new(MessageDigest::sha256(), &key).expect("a signer");
    signer.update(message).expect("a message");
    signer.sign_to_vec().expect("a signature")
}

#[actix_web::test]
async fn a_mention_reaches_the_phone_and_only_the_phone_can_read_it() {
    on_both(async |fediverse: &Fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("ines")
            .start()
            .await;
        let phone = Phone::at(fediverse, "far.example");
        let ines = ours.person_who_may("ines", "read write push").await;
        let path = "/api/v1/push/subscription";
        assert_eq!(ines.calls("GET", path, None).await.status, 404);
        let made = ines
            .does("POST", path, Some(&phone.subscription(true)))
            .await;
        assert!(made["id"].is_i64(), "{made}");
        assert_eq!(made["alerts"]["mention"], true);
        assert_eq!(made["alerts"]["follow"], false);
        assert_eq!(made["standard"], true);
        let instance = ines.sees("/api/v2/instance").await;
        assert_eq!(
            made["server_key"],
            instance["configuration"]["vapid"]["public_key"]
        );

        ours.person("nadia").says("@ines are you there?").await;
        let ((headers, body), ()) = tokio::join!(phone.hears("201 Created"), fediverse.settle());
        assert_eq!(find(&headers, "content-encoding"), Some("aes128gcm"));
        let shown = find(&headers, "authorization").expect("a signature");
        assert!(
            shown.starts_with("vapid t=") && shown.contains(", k="),
            "{shown}"
        );
        let message = phone.opens(&body);
        assert_eq!(message["notification_type"], "mention");
        assert_eq!(message["access_token"], ines.token.as_str());
        assert_eq!(message["title"], "nadia spoke to you");
        assert!(
            message["body"]
                .as_str()
                .is_some_and(|text| text.contains("are you there?"))
        );

        // A device that is gone is forgotten.
        ours.person("nadia").says("@ines still there?").await;
        let (_, ()) = tokio::join!(phone.hears("410 Gone"), fediverse.settle());
        assert_eq!(ines.calls("GET", path, None).await.status, 404);
    })
    .await;
}

#[actix_web::test]
async fn what_cannot_be_pushed_to_is_refused_and_older_relays_get_the_older_form() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("ines")
            .start()
            .await;
        let phone = Phone::at(fediverse, "far.example");
        let path = "/api/v1/push/subscription";
        let without = ours.person("ines");
        let answer = without
            .calls("POST", path, Some(&phone.subscription(true)))
            .await;
        assert_eq!(answer.status, 403, "its token may not push");
        let ines = ours.person_who_may("ines", "read push").await;
        let mut inside = phone.subscription(true);
        inside["subscription"]["endpoint"] = json!("http://127.0.0.1:9/push");
        let mut keyless = phone.subscription(true);
        keyless["subscription"]["keys"] = json!({ "p256dh": "AAAA", "auth": "AAAA" });
        let mut odd = phone.subscription(true);
        odd["data"]["policy"] = json!("sometimes");
        for bad in [json!({}), inside, keyless, odd] {
            let answer = ines.calls("POST", path, Some(&bad)).await;
            assert_eq!(answer.status, 422, "{bad}");
        }
        ines.does("POST", path, Some(&phone.subscription(false)))
            .await;
        let other = json!({ "data": { "alerts": { "favourite": true } } });
        let changed = ines.does("PUT", path, Some(&other)).await;
        assert_eq!(
            (
                &changed["alerts"]["favourite"],
                &changed["alerts"]["mention"]
            ),
            (&json!(true), &json!(false))
        );
        ines.does("POST", path, Some(&phone.subscription(false)))
            .await;
        ours.person("nadia").says("@ines hello").await;
        let ((headers, _), ()) = tokio::join!(phone.hears("201 Created"), fediverse.settle());
        assert_eq!(find(&headers, "content-encoding"), Some("aesgcm"));
        let keys = find(&headers, "crypto-key").expect("keys beside it");
        assert!(
            keys.starts_with("dh=") && keys.contains(";p256ecdsa="),
            "{keys}"
        );
        assert_eq!(ines.does("DELETE", path, None).await, json!({}));
        assert_eq!(ines.calls("GET", path, None).await.status, 404);
    })
    .await;
}
