//! What is handed over, and what an inbox may answer.

use crate::peer::*;
use bytes::Bytes;
use kindred_protocol::{
    deliver::{Knock, Outcome, deliver},
    network::{Clock, Network, NetworkSettings},
    signature::Form,
};
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

#[tokio::test]
async fn a_letter_is_delivered_signed_over_one_kept_connection() {
    let peer = Peer::start(|_| answer(202, &[], "thanks")).await;
    let (key, public) = key();
    let door = door(&peer);
    let body = Bytes::from_static(br#"{"type":"Follow"}"#);
    for form in [Form::Cavage, Form::Message, Form::Cavage] {
        let sent = deliver(
            &door,
            &key,
            &uri("http://peer.example/inbox"),
            body.clone(),
            form,
            Knock::Once,
        )
        .await;
        assert_eq!((sent.outcome, sent.form), (Outcome::Delivered, form));
        let got = peer.seen().pop().unwrap();
        assert_eq!(
            (got.method.as_str(), got.target.as_str(), &got.body[..]),
            ("POST", "/inbox", &body[..])
        );
        assert_eq!(got.header("content-type"), Some(JSON));
        assert!(got.header("user-agent").unwrap().starts_with("Kindred/"));
        assert_eq!(verified(&got, &public, Some(&got.body)), Ok(()), "{form:?}");
    }
    assert_eq!(peer.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_second_knock_is_in_the_other_form() {
    for status in [400, 401, 403] {
        let modern = Peer::start(move |got| {
            answer(
                if got.header("signature-input").is_some() {
                    202
                } else {
                    status
                },
                &[],
                "no",
            )
        })
        .await;
        let (key, _) = key();
        let inbox = uri("http://peer.example/inbox");
        let body = Bytes::from_static(b"{}");
        let once = deliver(
            &door(&modern),
            &key,
            &inbox,
            body.clone(),
            Form::Cavage,
            Knock::Once,
        )
        .await;
        assert!(matches!(
            once.outcome,
            Outcome::Denied { .. } | Outcome::Refused { status: 400, .. }
        ));
        let twice = deliver(
            &door(&modern),
            &key,
            &inbox,
            body.clone(),
            Form::Cavage,
            Knock::Twice,
        )
        .await;
        assert_eq!(
            (twice.outcome, twice.form),
            (Outcome::Delivered, Form::Message)
        );

        let never = Peer::start(move |_| answer(status, &[], "no")).await;
        let refused = deliver(
            &door(&never),
            &key,
            &inbox,
            body,
            Form::Cavage,
            Knock::Twice,
        )
        .await;
        assert_eq!(refused.form, Form::Cavage);
        assert!(!matches!(refused.outcome, Outcome::Delivered));
        assert_eq!(never.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_delivery_follows_no_redirect_and_reads_no_long_answer() {
    let peer = Peer::start(|got| match got.target.as_str() {
        "/away" => answer(307, &[("location", "http://127.0.0.1/inbox")], ""),
        "/endless" => Reply::Endless(b"HTTP/1.1 202 OK\r\n\r\n".to_vec(), vec![b'x'; 4096]),
        "/busy" => answer(503, &[("retry-after", "Thu, 15 Jan 2026 10:01:00 GMT")], ""),
        "/broken" => Reply::Hangup,
        _ => Reply::Silence,
    })
    .await;
    let hosts = HashMap::from([("peer.example".to_owned(), peer.address)]);
    let clock: Clock =
        Arc::new(|| httpdate::parse_http_date("Thu, 15 Jan 2026 10:00:00 GMT").unwrap());
    let settings = NetworkSettings {
        hosts,
        clock,
        deadline: Duration::from_millis(700),
        ..NetworkSettings::default()
    };
    let door = Network::new(settings).unwrap();
    let (key, _) = key();
    let send = async |path: &str| {
        let inbox = uri(&format!("http://peer.example{path}"));
        deliver(
            &door,
            &key,
            &inbox,
            Bytes::from_static(b"{}"),
            Form::Cavage,
            Knock::Twice,
        )
        .await
        .outcome
    };
    assert!(matches!(
        send("/away").await,
        Outcome::TryLater {
            host_level: true,
            ..
        }
    ));
    assert_eq!(send("/endless").await, Outcome::Delivered);
    assert!(matches!(
        send("/broken").await,
        Outcome::TryLater {
            host_level: false,
            ..
        }
    ));
    let a_minute = Some(Duration::from_mins(1));
    assert!(
        matches!(send("/busy").await, Outcome::TryLater { retry_after, host_level: true, .. } if retry_after == a_minute)
    );
    assert!(matches!(
        send("/silent").await,
        Outcome::TryLater {
            retry_after: None,
            host_level: true,
            ..
        }
    ));
}
