//! Whose word a fetched document is.

use crate::peer::*;
use kindred_protocol::{
    fetch::{FetchError, Gone, fetch_actor, fetch_object},
    network::{Network, NetworkSettings},
};
use std::{collections::HashMap, time::Duration};
use tokio::net::TcpListener;

#[tokio::test]
async fn an_honest_document_is_fetched_with_a_signature_and_a_name() {
    let peer = Peer::start(|_| document(&note(NOTE))).await;
    let (key, public) = key();
    let fetched = fetch_object(&door(&peer), Some(&key), &uri(&format!("{NOTE}#anchor")))
        .await
        .unwrap();
    assert_eq!(
        (fetched.id, &fetched.bytes[..]),
        (uri(NOTE), note(NOTE).as_bytes())
    );
    let got = peer.seen().remove(0);
    assert_eq!((got.method.as_str(), got.target.as_str()), ("GET", "/o/1"));
    assert_eq!(
        got.header("user-agent"),
        Some("Kindred/0.1 (+https://kindred.example)")
    );
    assert_eq!(got.header("host"), Some("peer.example"));
    assert!(
        got.header("accept")
            .unwrap()
            .starts_with("application/activity+json")
    );
    assert!(got.header("cookie").is_none() && got.header("referer").is_none());
    assert_eq!(verified(&got, &public, None), Ok(()));
}

#[tokio::test]
async fn every_hop_is_signed_anew() {
    let peer = Peer::start(|got| {
        if got.target == "/o/1" {
            redirect("/o/2")
        } else {
            document(&note("http://peer.example/o/2"))
        }
    })
    .await;
    let (key, public) = key();
    fetch_object(&door(&peer), Some(&key), &uri(NOTE))
        .await
        .unwrap();
    let seen = peer.seen();
    assert_eq!(seen.len(), 2);
    for got in seen {
        assert_eq!(verified(&got, &public, None), Ok(()), "{}", got.target);
    }
}

#[tokio::test]
async fn what_is_not_served_as_activitypub_is_a_file_somebody_uploaded() {
    for content_type in [
        "application/json",
        "text/html",
        "text/plain",
        "application/ld+json",
        "application/octet-stream",
        "",
    ] {
        let peer =
            Peer::start(move |_| answer(200, &[("content-type", content_type)], note(NOTE))).await;
        let refused = fetch_object(&door(&peer), None, &uri(NOTE)).await;
        assert!(
            matches!(
                refused,
                Err(FetchError::NotBelieved("not served as ActivityPub"))
            ),
            "{content_type} {refused:?}"
        );
    }
    let peer = Peer::start(|_| answer(200, &[], note(NOTE))).await;
    assert!(fetch_object(&door(&peer), None, &uri(NOTE)).await.is_err());
}

/// An honest server, and one that speaks in its name; and the door to both.
async fn victim_and_evil() -> (Peer, Network) {
    let victim = Peer::start(|got| match got.target.as_str() {
        "/p/mei" => document(&note("http://victim.example/p/mei")),
        "/p/other" => document(&note("http://victim.example/p/somebody")),
        // A door left open on an honest server.
        "/away" => redirect("http://evil.example/claims-away"),
        _ => answer(404, &[], ""),
    })
    .await;
    let evil = Peer::start(|got| match got.target.as_str() {
        "/claims-mei" => document(&note("http://victim.example/p/mei")),
        "/claims-missing" => document(&note("http://victim.example/p/nobody")),
        "/claims-other" => document(&note("http://victim.example/p/other")),
        "/claims-away" => document(&note("http://victim.example/away")),
        "/no-id" => document(r#"{"type":"Note"}"#),
        "/null-id" => document(r#"{"id":null,"type":"Note"}"#),
        "/list-id" => document(r#"{"id":["http://evil.example/list-id"],"type":"Note"}"#),
        "/relative-id" => document(r#"{"id":"/relative-id","type":"Note"}"#),
        "/broken" => document("{\"id\":"),
        "/deep" => document(&"[".repeat(100_000)),
        "/short" => redirect("/long"),
        "/long" | "/alias" => document(&note("http://evil.example/long")),
        "/ring" => document(&note("http://evil.example/ring-2")),
        "/ring-2" | "/ring-3" => document(&note("http://evil.example/ring-3")),
        "/elsewhere" => redirect("http://victim.example/p/mei"),
        "/inward" => document(&note("https://127.0.0.1/secret")),
        _ => answer(404, &[], ""),
    })
    .await;
    let door = door_to(&[("victim.example", &victim), ("evil.example", &evil)]);
    (victim, door)
}

#[tokio::test]
async fn an_id_is_believed_only_at_its_own_place() {
    let (victim, door) = victim_and_evil().await;
    let object = async |path: &str| {
        let fetched = fetch_object(&door, None, &uri(&format!("http://{path}"))).await;
        fetched.map(|fetched| fetched.json["id"].as_str().unwrap().to_owned())
    };
    // What the victim says itself counts, however it was found; and it is the victim's word then.
    let mei = "http://victim.example/p/mei";
    assert_eq!(object("evil.example/claims-mei").await.unwrap(), mei);
    assert_eq!(victim.seen().len(), 1);
    assert_eq!(object("evil.example/elsewhere").await.unwrap(), mei);
    for path in ["short", "alias", "long"] {
        let found = object(&format!("evil.example/{path}")).await;
        assert_eq!(found.unwrap(), "http://evil.example/long", "{path}");
    }
    for path in [
        "evil.example/claims-other",
        "evil.example/claims-away",
        "victim.example/away",
        "evil.example/no-id",
        "evil.example/null-id",
        "evil.example/list-id",
        "evil.example/relative-id",
        "evil.example/broken",
        "evil.example/deep",
        "evil.example/ring",
    ] {
        let refused = object(path).await.unwrap_err();
        assert!(is_refusal(&refused), "{path} {refused:?}");
    }
    let missing = object("evil.example/claims-missing").await;
    assert!(matches!(missing, Err(FetchError::Gone(Gone::Missing))));
    let inward = object("evil.example/inward").await;
    assert!(matches!(inward, Err(FetchError::NotAllowed(_))));
}

#[tokio::test]
async fn nothing_leads_from_an_actor_or_a_key_to_another_server() {
    let (victim, door) = victim_and_evil().await;
    let actor = async |path: &str| fetch_actor(&door, None, &uri(&format!("http://{path}"))).await;
    for path in ["short", "alias", "long"] {
        let found = actor(&format!("evil.example/{path}")).await.unwrap();
        assert_eq!(found.id, "http://evil.example/long", "{path}");
    }
    for path in ["claims-mei", "elsewhere", "claims-away"] {
        let refused = actor(&format!("evil.example/{path}")).await.unwrap_err();
        assert!(is_refusal(&refused), "{path} {refused:?}");
    }
    assert!(victim.seen().is_empty());
    let refused = actor("victim.example/away").await.unwrap_err();
    assert!(is_refusal(&refused), "{refused:?}");
}

fn is_refusal(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::NotBelieved(_) | FetchError::NotAllowed(_)
    )
}

#[tokio::test]
async fn gone_is_told_apart_from_out_of_reach() {
    let peer = Peer::start(|got| match got.target.as_str() {
        "/404" => answer(404, &[], ""),
        "/410" => answer(410, &[], ""),
        "/tombstone" => document(r#"{"id":"http://peer.example/tombstone","type":"Tombstone"}"#),
        "/401" => answer(401, &[], ""),
        "/429" => answer(429, &[("retry-after", "30")], ""),
        _ => answer(503, &[], ""),
    })
    .await;
    let door = door(&peer);
    let get = async |path: &str| {
        fetch_object(&door, None, &uri(&format!("http://peer.example{path}")))
            .await
            .unwrap_err()
    };
    assert!(matches!(get("/404").await, FetchError::Gone(Gone::Missing)));
    assert!(matches!(get("/410").await, FetchError::Gone(Gone::Deleted)));
    assert!(matches!(
        get("/tombstone").await,
        FetchError::Gone(Gone::Deleted)
    ));
    assert!(matches!(get("/401").await, FetchError::Refused(401)));
    let half_a_minute = Some(Duration::from_secs(30));
    assert!(
        matches!(get("/429").await, FetchError::Unreachable { retry_after, .. } if retry_after == half_a_minute)
    );
    assert!(get("/503").await.is_temporary());
    let nobody = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let hosts = HashMap::from([("peer.example".to_owned(), nobody)]);
    let door = Network::new(NetworkSettings {
        hosts,
        ..NetworkSettings::default()
    })
    .unwrap();
    let unreachable = fetch_object(&door, None, &uri(NOTE)).await.unwrap_err();
    assert!(unreachable.is_temporary(), "{unreachable}");
}
