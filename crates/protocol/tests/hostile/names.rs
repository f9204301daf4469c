//! Who stands behind a name, and what a server says it is.

use crate::peer::*;
use kindred_protocol::{
    fetch::{FetchError, Gone},
    network::Network,
    nodeinfo, webfinger,
    webfinger::Handle,
};

/// A WebFinger answer; the first link that leads to an actor counts.
fn jrd(subject: &str, actor: &str) -> Reply {
    let body = format!(
        r#"{{"subject":"acct:{subject}","links":[{{"rel":"self","type":"text/html","href":"http://x.example/"}},
        {{"rel":"self","type":"application/activity+json","href":"http://peer.example{actor}"}},
        {{"rel":"self","type":"application/activity+json","href":"http://last.example/"}}]}}"#
    );
    answer(200, &[("content-type", "application/jrd+json")], body)
}

/// A server that knows several names, honest ones and others; and a door to it under three names.
async fn naming_peer() -> (Peer, Network) {
    const OLDER: &str =
        r#"<XRD><Link rel="lrdd" template="http://peer.example/find?who={uri}"/></XRD>"#;
    let peer = Peer::start(|got| {
        let target = got
            .target
            .replace("/.well-known/webfinger?resource=acct%3A", "");
        match (got.header("host").unwrap(), target.as_str()) {
            (_, "mei%40peer.example") => jrd("mei@peer.example", "/p/mei"),
            (_, "thief%40peer.example") => jrd("thief@peer.example", "/p/mei"),
            (_, "boast%40peer.example") => jrd("boast@famous.example", "/p/boast"),
            (_, "ines%40peer.example" | "/find?who=acct%3Aines%40short.example") => {
                jrd("ines@short.example", "/p/ines")
            }
            ("short.example", "/.well-known/host-meta") => answer(200, &[], OLDER),
            (_, "gone%40peer.example") => answer(410, &[], ""),
            (_, "odd%40peer.example") => answer(200, &[], "<html>"),
            (_, "inward%40peer.example") => redirect("http://127.0.0.1/"),
            _ => answer(404, &[], ""),
        }
    })
    .await;
    let names = ["peer.example", "short.example", "famous.example"];
    let door = door_to(&names.map(|name| (name, &peer)));
    (peer, door)
}

fn handle(text: &str) -> Handle {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_name_is_found_by_webfinger_or_by_the_older_document() {
    let (_peer, door) = naming_peer().await;
    let lookup = async |text: &str| webfinger::lookup(&door, &handle(text)).await;
    let mei = lookup("@mei@peer.example").await.unwrap();
    assert_eq!(mei.actor, "http://peer.example/p/mei");
    let ines = lookup("ines@short.example").await.unwrap();
    assert_eq!(ines.actor, "http://peer.example/p/ines");
    let refused = async |text: &str| lookup(text).await.unwrap_err();
    let missing = refused("nobody@peer.example").await;
    assert!(matches!(missing, FetchError::Gone(Gone::Missing)));
    let deleted = refused("gone@peer.example").await;
    assert!(matches!(deleted, FetchError::Gone(Gone::Deleted)));
    let odd = refused("odd@peer.example").await;
    assert!(matches!(odd, FetchError::NotBelieved(_)));
    let inward = refused("inward@peer.example").await;
    assert!(matches!(inward, FetchError::NotAllowed(_)));
}

#[tokio::test]
async fn a_name_is_shown_only_when_both_sides_agree() {
    let (_peer, door) = naming_peer().await;
    let confirmed = async |path: &str, name: &str| {
        let actor = uri(&format!("http://peer.example{path}"));
        webfinger::confirmed(&door, &actor, name).await
    };
    for (path, name, shown) in [
        ("/p/mei", "Mei", "mei@peer.example"),
        ("/p/ines", "ines", "ines@short.example"),
        // A famous server that knows nothing of it: the server that serves the actor is shown.
        ("/p/boast", "boast", "boast@peer.example"),
    ] {
        assert_eq!(confirmed(path, name).await.unwrap(), handle(shown));
    }
    assert!(confirmed("/p/thief", "thief").await.is_err());
    assert!(confirmed("/p/mei", "mei@famous.example/").await.is_err());
}

#[tokio::test]
async fn nodeinfo_tells_the_software_and_leads_nowhere_else() {
    let peer = Peer::start(|got| match (got.header("host").unwrap(), got.target.as_str()) {
        ("peer.example", "/.well-known/nodeinfo") => answer(
            200,
            &[],
            r#"{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"http://peer.example/nodeinfo/2.0"},
            {"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"/nodeinfo/2.1"},{"rel":7},null,
            {"rel":"https://www.w3.org/ns/activitystreams#Application","href":"http://peer.example/actor"}]}"#,
        ),
        ("peer.example", "/nodeinfo/2.1") => answer(200, &[], r#"{"version":"2.1","software":{"name":"Lemmy","version":"0.19.5"}}"#),
        ("inward.example", _) => answer(
            200,
            &[],
            r#"{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"http://127.0.0.1/nodeinfo"}]}"#,
        ),
        ("data.example", _) => answer(
            200,
            &[],
            r#"{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"data:application/json,{}"}]}"#,
        ),
        _ => answer(200, &[], "[]"),
    })
    .await;
    let names = [
        "peer.example",
        "inward.example",
        "data.example",
        "odd.example",
    ];
    let door = door_to(&names.map(|name| (name, &peer)));
    let told = nodeinfo::nodeinfo(&door, "peer.example").await.unwrap();
    assert_eq!(
        (told.software.as_str(), told.version.as_str()),
        ("lemmy", "0.19.5")
    );
    assert_eq!(told.actor, Some(uri("http://peer.example/actor")));
    assert!(matches!(
        nodeinfo::nodeinfo(&door, "inward.example").await,
        Err(FetchError::NotAllowed(_))
    ));
    for name in ["data.example", "odd.example"] {
        assert!(
            matches!(
                nodeinfo::nodeinfo(&door, name).await,
                Err(FetchError::NotBelieved(_))
            ),
            "{name}"
        );
    }
}
