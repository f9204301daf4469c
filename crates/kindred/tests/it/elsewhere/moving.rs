//! Our people move: away from here, and to us.

use std::time::Duration;

use kindred_community::people;
use serde_json::{Value, json};

use crate::{
    sign_in::{PASSWORD, give_nadia_a_key},
    support::{Browser, Fediverse, Instance, Person, on_both, on_sqlite},
};

/// Nadia leaves one company for another. Tomás is at the old one, Mei at the new one.
async fn two_companies(fediverse: &Fediverse) -> (Instance, Instance) {
    let old = fediverse
        .instance("kindred.example")
        .with_person("tomas")
        .start()
        .await;
    give_nadia_a_key(&old).await;
    let new = fediverse
        .instance("acme.example")
        .with_person("nadia")
        .with_person("mei")
        .start()
        .await;
    (old, new)
}

/// Fills in a form of the page about moving; answers what the page says afterwards.
async fn fills_in(browser: &Browser, form: &str, filled_in: &[(&str, &str)]) -> String {
    let page = browser.opens("/settings/moving").await;
    assert_eq!(page.status, 200);
    let answer = browser
        .submits(&page, &format!("/settings/moving{form}"), filled_in)
        .await;
    match answer.status {
        303 => browser.opens("/settings/moving").await.text(),
        _ => answer.text(),
    }
}

/// Whether somebody hears of somebody, without asking for it.
async fn hears(who: &Person, acct: &str) -> bool {
    let id = who.finds(acct).await;
    let path = format!("/api/v1/accounts/relationships?id[]={id}");
    who.sees(&path).await[0]["following"] == json!(true)
}

fn kinds(letters: &[Value]) -> Vec<&str> {
    letters
        .iter()
        .filter_map(|letter| letter["type"].as_str())
        .collect()
}

#[tokio::test]
async fn whoever_moves_to_another_company_is_followed_there_by_everybody() {
    on_both(async |fediverse| {
        let (old, new) = two_companies(fediverse).await;
        let (tomas, mei) = (old.person("tomas"), new.person("mei"));
        let far = fediverse.peer("far.example", "mastodon");
        let bo = far.person("bo");
        let (from, to) = (
            "http://kindred.example/p/nadia".to_owned(),
            new.person("nadia").actor.uri,
        );
        tomas.follows("@nadia@kindred.example").await;
        mei.follows("@nadia@kindred.example").await;
        bo.tells(&old, &bo.activity("Follow", json!(from))).await;
        fediverse.settle().await;
        far.new_letters();

        let browser = Browser::at(&old);
        browser.signs_in("nadia", PASSWORD).await;
        let wish = [("address", "@nadia@acme.example"), ("password", PASSWORD)];
        let said = fills_in(&browser, "/go", &wish).await;
        assert!(said.contains("does not say that it was yours"), "{said}");
        fediverse.settle().await;
        assert_eq!(kinds(&far.new_letters()), [""; 0]);

        let there = new.person("nadia").actor;
        let known = people::be_known_as(new.kindred(), &there, "@nadia@kindred.example")
            .await
            .expect("an alias");
        assert_eq!(json!(known.also_known_as.0), json!([from]));
        fediverse.settle().await;
        let shown = new.document("/p/nadia").await.json();
        assert_eq!(shown["alsoKnownAs"], json!([from]));

        let wrong = [("address", "@nadia@acme.example"), ("password", "guess")];
        let said = fills_in(&browser, "/go", &wrong).await;
        assert!(said.contains("do not belong together"), "{said}");
        let said = fills_in(&browser, "/go", &wish).await;
        assert!(said.contains("You have moved to"), "{said}");
        fediverse.settle().await;

        let letters = far.new_letters();
        assert_eq!(kinds(&letters), ["Update", "Move"]);
        assert_eq!(letters[0]["object"]["movedTo"], json!(to));
        let moving = &letters[1];
        assert_eq!(
            (&moving["actor"], &moving["object"], &moving["target"]),
            (&json!(from), &json!(from), &json!(to))
        );
        assert!(
            moving["to"].is_array() && moving["cc"].is_array(),
            "{moving}"
        );
        assert_eq!(old.document("/p/nadia").await.json()["movedTo"], json!(to));
        for (who, how) in [(&tomas, "by a job"), (&mei, "by a letter")] {
            assert!(hears(who, "@nadia@acme.example").await, "along {how}");
            assert!(!hears(who, "@nadia@kindred.example").await, "away {how}");
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_came_from_mastodon_brings_their_followers_along() {
    on_both(async |fediverse| {
        let (_, new) = two_companies(fediverse).await;
        let mei = new.person("mei");
        let far = fediverse.peer("far.example", "mastodon");
        let bo = far.person("bo");
        mei.follows("@bo@far.example").await;
        fediverse.settle().await;
        let question = far.new_letters().pop().expect("a question");
        bo.tells(&new, &bo.activity("Accept", question)).await;
        fediverse.settle().await;

        let nadia = new.person("nadia").actor;
        let mut moving = bo.activity("Move", json!(bo.uri));
        moving["target"] = json!(nadia.uri);
        bo.tells(&new, &moving).await;
        fediverse.settle().await;
        assert!(!hears(&mei, "@nadia@acme.example").await, "not yet hers");
        people::be_known_as(new.kindred(), &nadia, "http://far.example/users/bo")
            .await
            .expect("an alias");
        moving["id"] = json!(bo.fresh("moves"));
        bo.tells(&new, &moving).await;
        fediverse.settle().await;
        assert!(hears(&mei, "@nadia@acme.example").await);
        assert!(!hears(&mei, "@bo@far.example").await);
        assert_eq!(kinds(&far.new_letters()), ["Undo"]);
        // The alias can go again, and with it the claim.
        let nadia = people::be_known_no_more_as(new.kindred(), &nadia, bo.uri.clone())
            .await
            .expect("no alias");
        assert!(nadia.also_known_as.is_empty());
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_moves_to_where_they_are_nor_twice_in_a_week() {
    on_sqlite(async |fediverse| {
        let (old, new) = two_companies(fediverse).await;
        for (instance, alias) in [(&new, "@nadia@kindred.example")] {
            let nadia = instance.person("nadia").actor;
            people::be_known_as(instance.kindred(), &nadia, alias)
                .await
                .expect("an alias");
        }
        let browser = Browser::at(&old);
        browser.signs_in("nadia", PASSWORD).await;
        let go = async |address: &str| {
            let wish = [("address", address), ("password", PASSWORD)];
            fills_in(&browser, "/go", &wish).await
        };
        for (address, words) in [
            ("@nadia@kindred.example", "cannot be done to oneself"),
            ("@nobody@acme.example", "there is nobody of that name"),
            ("nadia", "there is nobody of that name"),
            ("@tomas", "does not say that it was yours"),
        ] {
            let said = go(address).await;
            assert!(said.contains(words), "{address}: {said}");
        }
        assert!(
            go("@nadia@acme.example")
                .await
                .contains("You have moved to")
        );
        let said = fills_in(&browser, "/return", &[]).await;
        assert!(said.contains("Move away from here"), "{said}");
        assert!(
            go("@nadia@acme.example")
                .await
                .contains("within the last week")
        );
        fediverse.turn(Duration::from_hours(24 * 8));
        assert!(
            go("@nadia@acme.example")
                .await
                .contains("You have moved to")
        );
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn old_addresses_are_named_on_the_page_and_are_few() {
    on_sqlite(async |fediverse| {
        let (old, _) = two_companies(fediverse).await;
        let far = fediverse.peer("far.example", "mastodon");
        let browser = Browser::at(&old);
        browser.signs_in("nadia", PASSWORD).await;
        for number in 0..=people::MOST_ALIASES {
            far.person(&format!("bo{number}"));
            let address = format!("@bo{number}@far.example");
            let said = fills_in(&browser, "/aliases", &[("address", &address)]).await;
            let taken = said.contains(&format!("http://far.example/users/bo{number}"));
            assert_eq!(taken, number < people::MOST_ALIASES, "{number}: {said}");
        }
        let first = [("address", "http://far.example/users/bo0")];
        let fields: Vec<(String, String)> = first
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let unasked = browser
            .posts(
                "/settings/moving/aliases/remove",
                &fields,
                Some("http://evil.example"),
            )
            .await;
        assert_eq!(unasked.status, 403, "a form of another site");
        let page = browser.opens("/settings/moving").await.text();
        assert!(page.contains("http://far.example/users/bo0"));
        fediverse.settle().await;
    })
    .await;
}
