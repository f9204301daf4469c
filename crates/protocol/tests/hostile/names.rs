//! Who stands behind a name, and what a server says it is.

use crate::peer::*;
use kindred_protocol::{
    fetch::{FetchError, Gone},
    nodeinfo, webfinger,
    webfinger::Handle,
};

#[tokio::test]
async fn a_name_is_found_by_webfinger_or_by_the_older_document() {
    let jrd = |subject: &str, actor: &str| {
        let body = format!(
            r#"{{"subject":"{subject}","links":[{{"rel":"self","type":"text/html","href":"http://x.example/"}},
            {{"rel":"self","type":"application/activity+json","href":"{actor}"}},
            {{"rel":"self","type":"application/activity+json","href":"http://last.example/"}}]}}"#
        );
        answer(200, &[("content-type", "application/jrd+json")], body)
    };
    let peer = Peer::start(
        move |got| match (got.header("host").unwrap(), got.target.as_str()) {
            (_, "/.well-known/webfinger?resource=acct%3Amei%40peer.example") => {
                jrd("acct:mei@peer.example", "http://peer.example/p/mei")
            }
            (_, "/.well-known/webfinger?resource=acct%3Athief%40peer.example") => {
                jrd("acct:thief@peer.example", "http://peer.example/p/mei")
            }
            (_, "/.well-known/webfinger?resource=acct%3Aines%40peer.example") => {
                jrd("acct:ines@short.example", "http://peer.example/p/ines")
            }
            ("short.example", "/.well-known/host-meta") => answer(
                200,
                &[],
                r#"<XRD><Link rel="lrdd" template="http://peer.example/find?who={uri}"/></XRD>"#,
            ),
            (_, "/find?who=acct%3Aines%40short.example") => {
                jrd("acct:ines@short.example", "http://peer.example/p/ines")
            }
            (_, "/.well-known/webfinger?resource=acct%3Aboast%40peer.example") => {
                jrd("acct:boast@famous.example", "http://peer.example/p/boast")
            }
            (_, "/.well-known/webfinger?resource=acct%3Agone%40peer.example") => {
                answer(410, &[], "")
            }
            (_, "/.well-known/webfinger?resource=acct%3Aodd%40peer.example") => {
                answer(200, &[], "<html>")
            }
            (_, "/.well-known/webfinger?resource=acct%3Ainward%40peer.example") => {
                redirect("http://127.0.0.1/")
            }
            _ => answer(404, &[], ""),
        },
    )
    .await;
    let door = door_to(&[
        ("peer.example", &peer),
        ("short.example", &peer),
        ("famous.example", &peer),
    ]);
    let handle = |text: &str| text.parse::<Handle>().unwrap();
    let lookup = async |text: &str| webfinger::lookup(&door, &handle(text)).await;
    assert_eq!(
        lookup("@mei@peer.example").await.unwrap().actor,
        uri("http://peer.example/p/mei")
    );
    assert_eq!(
        lookup("ines@short.example").await.unwrap().actor,
        uri("http://peer.example/p/ines")
    );
    assert!(matches!(
        lookup("nobody@peer.example").await,
        Err(FetchError::Gone(Gone::Missing))
    ));
    assert!(matches!(
        lookup("gone@peer.example").await,
        Err(FetchError::Gone(Gone::Deleted))
    ));
    assert!(matches!(
        lookup("odd@peer.example").await,
        Err(FetchError::NotBelieved(_))
    ));
    assert!(matches!(
        lookup("inward@peer.example").await,
        Err(FetchError::NotAllowed(_))
    ));

    let confirmed =
        async |actor: &str, name: &str| webfinger::confirmed(&door, &uri(actor), name).await;
    assert_eq!(
        confirmed("http://peer.example/p/mei", "Mei").await.unwrap(),
        handle("mei@peer.example")
    );
    assert_eq!(
        confirmed("http://peer.example/p/ines", "ines")
            .await
            .unwrap(),
        handle("ines@short.example")
    );
    // A name at a famous server that knows nothing of it: the server that serves the actor is shown.
    assert_eq!(
        confirmed("http://peer.example/p/boast", "boast")
            .await
            .unwrap(),
        handle("boast@peer.example")
    );
    assert!(
        confirmed("http://peer.example/p/thief", "thief")
            .await
            .is_err()
    );
    assert!(
        confirmed("http://peer.example/p/mei", "mei@famous.example/")
            .await
            .is_err()
    );
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
