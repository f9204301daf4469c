//! Who may make agreements, and what a server may not do about them.

use kindred_storage::{AgreementState, Json, Moment, agreements};
use serde_json::{Value, json};

use super::{cares, names, two_companies};
use crate::support::{Somebody, on_both, on_sqlite};

#[tokio::test]
async fn both_sides_see_the_same_terms_and_either_can_say_no() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_companies(fediverse).await;
        let (nadia, robert) = (ours.person("nadia"), theirs.person("robert"));
        nadia
            .does(
                "POST",
                "/api/kindred/v1/partners",
                Some(&json!({ "host": "acme.example", "flows": ["groups", "people"] })),
            )
            .await;
        fediverse.settle().await;
        let asked = robert.sees("/api/kindred/v1/partners").await;
        assert_eq!(asked[0]["state"], "proposed");
        assert_eq!(asked[0]["proposed_by"], "nadia");
        assert_eq!(asked[0]["flows"], json!(["groups", "people"]));
        // Nothing flows before both said yes, and others do not hear of proposals.
        assert_eq!(
            theirs.person("mei").sees("/api/kindred/v1/partners").await,
            json!([])
        );
        robert
            .does("DELETE", "/api/kindred/v1/partners/kindred.example", None)
            .await;
        fediverse.settle().await;
        assert_eq!(
            nadia.sees("/api/kindred/v1/partners").await[0]["state"],
            "ended"
        );
        // Asked the other way round, and accepted.
        robert
            .does(
                "POST",
                "/api/kindred/v1/partners",
                Some(&json!({ "host": "kindred.example", "flows": ["people"] })),
            )
            .await;
        fediverse.settle().await;
        nadia
            .does("POST", "/api/kindred/v1/partners/acme.example/accept", None)
            .await;
        fediverse.settle().await;
        for admin in [&nadia, &robert] {
            let terms = admin.sees("/api/kindred/v1/partners").await;
            assert_eq!(terms[0]["state"], "agreed");
            assert_eq!(terms[0]["flows"], json!(["people"]));
            assert_eq!(terms[0]["accepted_by"], "nadia");
        }
    })
    .await;
}

#[tokio::test]
async fn two_proposals_that_cross_are_an_agreement_on_what_both_want() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_companies(fediverse).await;
        let propose = |host: &str, flows: Value| json!({ "host": host, "flows": flows });
        ours.person("nadia")
            .does(
                "POST",
                "/api/kindred/v1/partners",
                Some(&propose("acme.example", json!(["groups", "people"]))),
            )
            .await;
        theirs
            .person("robert")
            .does(
                "POST",
                "/api/kindred/v1/partners",
                Some(&propose("kindred.example", json!(["people", "counts"]))),
            )
            .await;
        fediverse.settle().await;
        for admin in [ours.person("nadia"), theirs.person("robert")] {
            let terms = admin.sees("/api/kindred/v1/partners").await;
            assert_eq!(terms[0]["state"], "agreed", "{terms}");
            assert_eq!(terms[0]["flows"], json!(["people"]), "{terms}");
        }
    })
    .await;
}

#[tokio::test]
async fn only_admins_make_and_end_agreements() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let ines = ours.person("ines");
        for (method, path) in [
            ("POST", "/api/kindred/v1/partners"),
            ("POST", "/api/kindred/v1/partners/acme.example/accept"),
            ("DELETE", "/api/kindred/v1/partners/acme.example"),
            ("POST", "/api/kindred/v1/topics/rust/merge"),
        ] {
            let body = json!({ "host": "acme.example", "into": "go" });
            let answer = ines.calls(method, path, Some(&body)).await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
        }
        let nadia = ours.person("nadia");
        for (body, status) in [
            (json!({}), 400),
            (json!({ "host": "kindred.example" }), 422),
            (json!({ "host": "not a host" }), 400),
            (json!({ "host": "acme.example", "flows": ["money"] }), 400),
        ] {
            let answer = nadia
                .calls("POST", "/api/kindred/v1/partners", Some(&body))
                .await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text());
        }
        let nobody = nadia
            .calls(
                "POST",
                "/api/kindred/v1/partners/globex.example/accept",
                None,
            )
            .await;
        assert_eq!(nobody.status, 404);
    })
    .await;
}

/// An agreement that holds; how it came about is not told here.
pub(super) fn agreement(host: &str, flows: &[&str], at: Moment) -> agreements::Agreement {
    agreements::Agreement {
        host: host.to_owned(),
        uri: "http://kindred.example/a/1".into(),
        company: None,
        ours: true,
        flows: Json(flows.iter().map(|flow| (*flow).to_owned()).collect()),
        state: AgreementState::Agreed,
        proposed_by: "nadia".into(),
        proposed_at: at,
        accepted_by: None,
        agreed_at: Some(at),
        ended_by: None,
        ended_at: None,
        digest: None,
        synced_at: None,
    }
}

/// An entry of a directory, as the server's own actor tells of it.
fn add(from: &Somebody, id: &str) -> Value {
    let mut activity = from.activity(
        "Add",
        json!({
            "type": "Listing", "listed": "Person", "id": id, "preferredUsername": "x", "name": "X",
            "tag": [{ "type": "Hashtag", "name": "#Bread" }]
        }),
    );
    activity["target"] = json!(format!("{}/directory", from.uri));
    activity
}

#[tokio::test]
async fn a_server_speaks_for_its_own_people_only_and_only_under_an_agreement() {
    on_both(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let ines = ours.person("ines");
        cares(&ines, "Bread", "company", "").await;
        let partner = fediverse.peer("far.example", "kindred").actor("Application", "service");
        let stranger = fediverse.peer("evil.example", "kindred").actor("Application", "service");
        // They knock once, so that they are known.
        for service in [&partner, &stranger] {
            service.tells(&ours, &add(service, &format!("http://{}/p/x", service.host))).await;
        }
        fediverse.settle().await;
        assert_eq!(names(&ines, "bread").await, ["ines"]);
        ours.kindred()
            .write(|ledger| {
                let at = ledger.now;
                let agreed = agreement("far.example", &["people"], at);
                Ok(agreements::record(ledger.db, &agreed)?)
            })
            .await
            .expect("an agreement");

        // A third company's person, one of ours, and somebody of their own.
        for id in [
            "http://globex.example/p/robert",
            "http://kindred.example/p/ines",
            "http://evil.example/p/x",
            "far.example",
            "",
            "http://far.example/p/mei",
        ] {
            partner.tells(&ours, &add(&partner, id)).await;
        }
        stranger.tells(&ours, &add(&stranger, "http://evil.example/p/x")).await;
        stranger.tells(&ours, &add(&stranger, "http://far.example/p/y")).await;
        fediverse.settle().await;
        assert_eq!(names(&ines, "bread").await, ["ines", "x@far.example"]);

        // Nobody else takes them out again, ends the agreement, or accepts what was never proposed.
        let mut gone = stranger.activity("Remove", json!("http://far.example/p/mei"));
        gone["target"] = json!(format!("{}/directory", stranger.uri));
        stranger.tells(&ours, &gone).await;
        let terms = json!({ "id": "http://kindred.example/a/1", "type": "Offer", "actor": "http://kindred.example/actor",
            "object": { "type": "PartnerAgreement", "flows": ["people"] } });
        for kind in ["Accept", "Undo", "Reject"] {
            stranger.tells(&ours, &stranger.activity(kind, terms.clone())).await;
        }
        // A proposal that is full of nonsense waits for an admin like any other.
        let mut odd = stranger.activity("Offer", json!({ "type": "PartnerAgreement", "flows": [1, {}, "money"], "name": 7 }));
        odd["summary"] = json!({ "a": "b" });
        stranger.tells(&ours, &odd).await;
        fediverse.settle().await;
        assert_eq!(names(&ines, "bread").await, ["ines", "x@far.example"]);
        let partners = ours.person("nadia").sees("/api/kindred/v1/partners").await;
        let states: Vec<_> = partners
            .as_array()
            .expect("a list")
            .iter()
            .map(|terms| (terms["host"].as_str(), terms["state"].as_str()))
            .collect();
        assert_eq!(
            states,
            [
                (Some("evil.example"), Some("proposed")),
                (Some("far.example"), Some("agreed"))
            ]
        );
        assert_eq!(partners[0]["flows"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn an_instance_for_partners_shows_strangers_its_key_and_the_way_in_and_nothing_else() {
    on_both(async |fediverse| {
        let closed = fediverse
            .instance("kindred.example")
            .for_partners_only()
            .with_partner("acme.example")
            .with_person("nadia")
            .with_group("rust")
            .start()
            .await;
        let post = closed.person("nadia").says("@rust Hello").await;
        let partner = fediverse.peer("acme.example", "kindred").person("mei");
        let stranger = fediverse.peer("evil.example", "mastodon").person("eve");
        fediverse.settle().await;
        let post = post["uri"].as_str().expect("an address");

        for path in [
            "/g/rust/outbox",
            "/g/rust/followers",
            "/g/rust/moderators",
            "/p/nadia/outbox",
            post,
            "/actor/directory",
        ] {
            assert_eq!(closed.document(path).await.status, 401, "{path}");
            let path = path.strip_prefix(closed.origin()).unwrap_or(path);
            let asked = stranger.reads(&closed, path).await;
            assert_eq!(
                asked.status,
                403,
                "{path} signed by a stranger: {}",
                asked.text()
            );
            assert_eq!(
                partner.reads(&closed, path).await.status,
                200,
                "{path} for a partner"
            );
        }
        for path in [
            "/",
            "/g/rust",
            "/p/nadia",
            "/topics/rust",
            post,
            "/g/rust/outbox",
        ] {
            let page = closed.page(path).await;
            assert_eq!(page.status, 302, "{path}");
            assert!(page.header("location").contains("/login"), "{path}");
        }
        for path in [
            "/api/v2/search?q=rust",
            "/api/v1/accounts/lookup?acct=rust",
            "/api/kindred/v1/topics/rust",
        ] {
            assert_eq!(closed.page(path).await.status, 401, "{path}");
        }
        for path in [
            "/actor",
            "/.well-known/nodeinfo",
            "/nodeinfo/2.1",
            "/.well-known/webfinger?resource=acct:rust@kindred.example",
        ] {
            assert_eq!(closed.document(path).await.status, 200, "{path}");
        }
        assert_eq!(closed.page("/api/v2/instance").await.status, 200);
        let card = closed.document("/g/rust").await.json();
        assert!(card["publicKey"]["publicKeyPem"].is_string() && card["inbox"].is_string());
        assert!(card["summary"].is_null() && card["name"].is_null() && card["tag"].is_null());
        let whole = partner.reads(&closed, "/g/rust").await.json();
        assert_eq!(whole["name"], "The rust group");
    })
    .await;
}

#[tokio::test]
async fn an_instance_for_partners_tells_others_nothing_not_even_former_partners() {
    on_both(async |fediverse| {
        let closed = fediverse
            .instance("kindred.example")
            .for_partners_only()
            .with_partner("acme.example")
            .with_partner("evil.example")
            .with_person("nadia")
            .with_admin("ines")
            .with_group("rust")
            .start()
            .await;
        let acme = fediverse.peer("acme.example", "mastodon");
        let evil = fediverse.peer("evil.example", "mastodon");
        let (mei, eve) = (acme.person("mei"), evil.person("eve"));
        for who in [&mei, &eve] {
            let follow = who.activity("Follow", json!(closed.group("rust").actor.uri));
            who.tells(&closed, &follow).await;
        }
        fediverse.settle().await;
        assert_eq!(closed.group("rust").followers().await.len(), 3);
        closed
            .kindred()
            .write(|ledger| {
                let at = ledger.now;
                Ok(agreements::record(
                    ledger.db,
                    &agreement("evil.example", &["groups"], at),
                )?)
            })
            .await
            .expect("an agreement");
        closed
            .person("ines")
            .does("DELETE", "/api/kindred/v1/partners/evil.example", None)
            .await;
        fediverse.settle().await;
        for peer in [&acme, &evil] {
            peer.new_letters();
        }
        let nadia = closed.person("nadia");
        let post = nadia.says("@rust Hello").await;
        nadia.edits(&post, "@rust Hello all").await;
        nadia.calls(
            "POST",
            "/api/v1/statuses",
            Some(&json!({ "status": "@eve@evil.example are you there?", "visibility": "direct" })),
        )
        .await;
        fediverse.settle().await;
        assert!(!acme.new_letters().is_empty());
        assert_eq!(evil.got().len(), 0, "{:?}", evil.got());
        let late = eve
            .sends(&closed, &eve.activity("Like", post["uri"].clone()))
            .await;
        assert_eq!(late.status, 403, "{}", late.text());
    })
    .await;
}
