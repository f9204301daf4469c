//! Consent follows the person: what was told is taken back from everybody who was told, with a receipt for each; and when companies
//! part, nothing is left.

use serde_json::{Value, json};

use super::{cares, glance, names, pages::browser, two_companies, two_partners};
use crate::support::{Fediverse, Instance, on_both, on_sqlite};

/// What is written down about what Mei lets partners know, the latest first, with what became of it at each partner.
async fn told(theirs: &Instance, handle: &str) -> Vec<(String, Vec<(String, String)>)> {
    let uri = theirs.person(handle).actor.uri;
    theirs
        .asks(move |db| {
            let acts = kindred_community::directory::CONSENT;
            let lines = kindred_storage::reports::record_of_subject(db, &uri, &acts, 10)?;
            let mut told = Vec::new();
            for line in lines {
                let receipts = kindred_storage::receipts::of_line(db, line.id, "", 10)?;
                let receipts = receipts
                    .into_iter()
                    .map(|receipt| (receipt.host, format!("{:?}", receipt.state)))
                    .collect();
                told.push((line.action, receipts));
            }
            Ok(told)
        })
        .await
}

/// Mei and Tomás at Acme care about bread, and Ines at the partner knows it.
async fn two_who_are_known(fediverse: &Fediverse) -> (Instance, Instance) {
    let (ours, theirs) = two_partners(fediverse).await;
    for who in ["mei", "tomas"] {
        cares(&theirs.person(who), "Bread", "partners", "Rye").await;
    }
    fediverse.settle().await;
    let mut known = names(&ours.person("ines"), "bread").await;
    known.sort();
    assert_eq!(known, ["mei@acme.example", "tomas@acme.example"]);
    (ours, theirs)
}

fn one_receipt(action: &str) -> (String, Vec<(String, String)>) {
    let receipt = ("kindred.example".to_owned(), "Applied".to_owned());
    (action.to_owned(), vec![receipt])
}

#[tokio::test]
async fn who_leaves_is_forgotten_at_every_partner() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_who_are_known(fediverse).await;
        let words = kindred_community::people::Words::Erase;
        kindred_community::people::leave_company(theirs.kindred(), "mei", words)
            .await
            .expect("a farewell");
        fediverse.settle().await;
        assert_eq!(
            names(&ours.person("ines"), "bread").await,
            ["tomas@acme.example"]
        );
        assert_eq!(
            told(&theirs, "mei").await[0],
            one_receipt("passion.taken_back")
        );
    })
    .await;
}

#[tokio::test]
async fn who_is_suspended_is_hidden_at_every_partner_until_it_ends() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_who_are_known(fediverse).await;
        let (robert, mei) = (theirs.person("robert"), theirs.person("mei"));
        let path = format!("/api/v1/admin/accounts/{}/action", mei.actor.id);
        robert
            .does("POST", &path, Some(&json!({ "type": "suspend" })))
            .await;
        fediverse.settle().await;
        let ines = ours.person("ines");
        assert_eq!(names(&ines, "bread").await, ["tomas@acme.example"]);
        assert_eq!(
            told(&theirs, "mei").await[0],
            one_receipt("passion.taken_back")
        );
        // At home, too.
        cares(&robert, "Bread", "me", "").await;
        assert_eq!(names(&robert, "bread").await, ["tomas"]);
        let suggested = robert.sees("/api/kindred/v1/discover").await;
        assert!(!suggested.to_string().contains("mei"), "{suggested}");

        let path = format!("/api/v1/admin/accounts/{}/unsuspend", mei.actor.id);
        robert.does("POST", &path, None).await;
        fediverse.settle().await;
        let mut known = names(&ines, "bread").await;
        known.sort();
        assert_eq!(known, ["mei@acme.example", "tomas@acme.example"]);
        assert_eq!(told(&theirs, "mei").await[0], one_receipt("passion.told"));
    })
    .await;
}

#[tokio::test]
async fn either_side_ends_it_and_both_forget() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_who_are_known(fediverse).await;
        let (ines, robert) = (ours.person("ines"), theirs.person("robert"));
        cares(&ines, "Chess", "partners", "").await;
        cares(&ines, "Bread", "me", "").await;
        fediverse.settle().await;
        let suggested = ines.sees("/api/kindred/v1/discover").await;
        assert!(suggested.to_string().contains("mei@acme.example"));
        // The side that was asked ends it this time.
        robert
            .does("DELETE", "/api/kindred/v1/partners/kindred.example", None)
            .await;
        fediverse.settle().await;
        for (instance, host) in [(&ours, "acme.example"), (&theirs, "kindred.example")] {
            let left = instance
                .asks(move |db| {
                    Ok(kindred_storage::directory::count_of(db, host)?
                        + kindred_storage::directory::numbers::count_of(db, host)?)
                })
                .await;
            assert_eq!(left, 0, "{} keeps what it was told", instance.host());
        }
        for path in [
            "/api/kindred/v1/discover",
            "/api/kindred/v1/topics/bread",
            "/api/kindred/v1/topics/bread/people",
            "/api/v2/search?q=mei",
            "/api/v1/directory",
            "/api/v2/suggestions",
            "/api/v1/notifications",
        ] {
            let text = ines.calls("GET", path, None).await.text();
            assert!(!text.contains("mei"), "{path}: {text}");
        }
        let (browser, _) = browser(&ours, "ines").await;
        for path in ["/find", "/welcome", "/topics/bread", "/groups"] {
            let text = browser.opens(path).await.text();
            assert!(!text.contains("mei@acme.example"), "{path}: {text}");
        }
        // What is said afterwards stays at home, and what was under way is not taken.
        cares(&theirs.person("mei"), "Bread", "partners", "still rye").await;
        fediverse.settle().await;
        assert_eq!(glance(&ines, "bread").await["elsewhere"]["companies"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_partner_whose_domain_is_blocked_is_gone_with_everything_below_it() {
    on_both(async |fediverse| {
        let (ours, _) = two_who_are_known(fediverse).await;
        let (nadia, ines) = (ours.person("nadia"), ours.person("ines"));
        cares(&ines, "Bread", "me", "").await;
        let body = json!({ "domain": "acme.example", "severity": "suspend" });
        let block = nadia
            .does("POST", "/api/v1/admin/domain_blocks", Some(&body))
            .await;
        fediverse.settle().await;
        assert_eq!(names(&ines, "bread").await, [""; 0]);
        assert_eq!(glance(&ines, "bread").await["elsewhere"]["companies"], 0);
        // When that ends, what is agreed holds again, and the directory is read within a day.
        let path = format!(
            "/api/v1/admin/domain_blocks/{}",
            block["id"].as_str().expect("an id")
        );
        nadia.does("DELETE", &path, None).await;
        fediverse.turn(std::time::Duration::from_hours(25));
        fediverse.settle().await;
        assert_eq!(names(&ines, "bread").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn who_would_rather_not_be_greeted_is_not_greeted_from_another_company_either() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_who_are_known(fediverse).await;
        let (ines, mei) = (ours.person("ines"), theirs.person("mei"));
        cares(&ines, "Bread", "me", "").await;
        mei.does("POST", "/api/kindred/v1/hellos/refuse", None)
            .await;
        fediverse.settle().await;
        let found = ines.sees("/api/kindred/v1/topics/bread/people").await;
        let of_mei = |found: &Value| {
            let all = found.as_array().expect("a list");
            all.iter()
                .find(|person| person["acct"] == "mei@acme.example")
                .expect("Mei")
                .clone()
        };
        assert_eq!(of_mei(&found)["greetable"], false);
        let suggested = ines.sees("/api/kindred/v1/discover").await;
        assert!(!suggested["people"].to_string().contains("mei"));
        let hello = json!({ "uri": mei.actor.uri, "words": "Hello!" });
        let answer = ines
            .calls("POST", "/api/kindred/v1/hellos", Some(&hello))
            .await;
        assert_eq!(answer.status, 403);
        let (browser, _) = browser(&ours, "ines").await;
        let page = browser.opens("/topics/bread").await.text();
        assert!(
            !page.contains("uri=http%3A%2F%2Facme.example%2Fp%2Fmei"),
            "{page}"
        );
        mei.does("POST", "/api/kindred/v1/hellos/welcome", None)
            .await;
        fediverse.settle().await;
        ines.does("POST", "/api/kindred/v1/hellos", Some(&hello))
            .await;
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_greets_more_than_a_few_strangers_a_day() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let ines = ours.person("ines");
        let mut greeted = Vec::new();
        for number in 0..12 {
            let handle = format!("stranger{number}");
            ours.takes_in(&handle, kindred_community::AccountRole::Member)
                .await;
            let hello = json!({ "uri": ours.person(&handle).actor.uri, "words": "Hello!" });
            let answer = ines
                .calls("POST", "/api/kindred/v1/hellos", Some(&hello))
                .await;
            greeted.push(answer.status);
        }
        assert_eq!(greeted[..10], [200; 10]);
        assert!(
            greeted[10..].iter().all(|status| *status != 200),
            "{greeted:?}"
        );
        fediverse.turn(std::time::Duration::from_hours(25));
        let hello = json!({ "uri": ours.person("stranger11").actor.uri, "words": "Hello!" });
        ines.does("POST", "/api/kindred/v1/hellos", Some(&hello))
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_topic_that_is_forbidden_leaves_cards_and_partners_at_once() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_partners(fediverse).await;
        let (robert, mei) = (theirs.person("robert"), theirs.person("mei"));
        cares(&mei, "Bread", "everyone", "Rye").await;
        cares(&mei, "Chess", "everyone", "").await;
        cares(&theirs.person("tomas"), "Bread", "me", "").await;
        fediverse.settle().await;
        let ines = ours.person("ines");
        assert_eq!(names(&ines, "bread").await, ["mei@acme.example"]);
        let card = |value: &Value| value["tag"].to_string();
        assert!(card(&theirs.document("/p/mei").await.json()).contains("#Bread"));
        robert
            .does("POST", "/api/kindred/v1/topics/bread/forbid", None)
            .await;
        fediverse.settle().await;
        let shown = card(&theirs.document("/p/mei").await.json());
        assert!(
            !shown.contains("#Bread") && shown.contains("#Chess"),
            "{shown}"
        );
        assert!(glance(&ines, "bread").await.is_null());
        assert_eq!(names(&ines, "chess").await, ["mei@acme.example"]);
        // Of whoever kept it to themselves, nothing was said.
        assert_eq!(told(&theirs, "tomas").await, []);
        robert
            .does("POST", "/api/kindred/v1/topics/bread/allow", None)
            .await;
        robert
            .does(
                "POST",
                "/api/kindred/v1/topics/bread/rename",
                Some(&json!({ "name": "Good bread" })),
            )
            .await;
        fediverse.settle().await;
        let shown = card(&theirs.document("/p/mei").await.json());
        assert!(shown.contains("#GoodBread"), "{shown}");
        assert_eq!(names(&ines, "good-bread").await, ["mei@acme.example"]);
        // What nobody has named yet can be forbidden as well.
        robert
            .does("POST", "/api/kindred/v1/topics/layoffs/forbid", None)
            .await;
        let refused = mei
            .calls(
                "POST",
                "/api/kindred/v1/passions",
                Some(&json!({ "topic": "Layoffs" })),
            )
            .await;
        assert_eq!(refused.status, 422);
    })
    .await;
}
