//! Search: what is found by its words, by whom, and what stays hidden.

use serde_json::{Value, json};

use super::{each, house, said};
use crate::support::{Person, on_both};

async fn posts(person: &Person, what: &str) -> Vec<String> {
    said(&find(person, what, "&type=statuses").await["statuses"])
}

async fn find(person: &Person, what: &str, more: &str) -> Value {
    let what: String = url::form_urlencoded::byte_serialize(what.as_bytes()).collect();
    person.sees(&format!("/api/v2/search?q={what}{more}")).await
}

#[tokio::test]
async fn posts_are_found_by_their_words_in_any_script() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let nadia = house.person("nadia");
        for text in [
            "Ferris is a crab",
            "Crabs walk sideways",
            "統計的工程管理の話",
            "Ein schöner Tag in Köln",
            "A lobster, no crab at all",
        ] {
            nadia.says(text).await;
        }
        for (what, expected) in [
            ("crab", 3),
            ("CRAB ferris", 1),
            ("crab -ferris", 2),
            ("\"no crab\"", 1),
            ("工程管理", 1),
            ("話", 1),
            ("管工", 0),
            ("köln", 1),
            ("sideways crabs", 1),
            ("dolphin", 0),
            ("\"", 0),
            ("AND OR NOT ( ) * : '", 0),
        ] {
            assert_eq!(posts(&nadia, what).await.len(), expected, "{what}");
        }
        let down = find(&nadia, "crab", "&type=statuses&limit=2&offset=1").await;
        assert_eq!(said(&down["statuses"]).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn only_what_somebody_may_see_and_find_is_found() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        // She has not agreed to be found, so only what concerns him comes up.
        nadia.says("A needle in public").await;
        nadia
            .publishes(json!({ "status": "A needle for @tomas", "visibility": "direct" }))
            .await;
        nadia
            .publishes(json!({ "status": "A needle for nobody", "visibility": "direct" }))
            .await;
        nadia.says("@rust A needle in the group").await;
        let kept = nadia.says("A needle to keep").await;
        tomas
            .reacts(kept["uri"].as_str().unwrap(), "favourite")
            .await;
        assert_eq!(
            posts(&tomas, "needle").await,
            [
                "A needle to keep",
                "@rust A needle in the group",
                "A needle for @tomas"
            ]
        );
        assert_eq!(posts(&nadia, "needle").await.len(), 5);
        assert_eq!(posts(&tomas, "needle in:library").await.len(), 2);
        let stranger = house.page("/api/v2/search?q=needle").await.json();
        assert_eq!(said(&stranger["statuses"]), ["@rust A needle in the group"]);
        // What is taken back is found no more.
        nadia.deletes(&kept).await;
        assert_eq!(posts(&tomas, "needle").await.len(), 2);
        let edited = nadia.says("@rust A thimble").await;
        nadia.edits(&edited, "@rust A thread").await;
        assert_eq!(posts(&tomas, "thimble").await.len(), 0);
        assert_eq!(posts(&tomas, "thread").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn operators_narrow_what_is_found() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        tomas.follows("rust@kindred.example").await;
        let first = nadia.says("@rust needle one").await;
        tomas.says("@rust needle two").await;
        nadia
            .answers(first["uri"].as_str().unwrap(), "needle three")
            .await;
        nadia
            .publishes(json!({ "status": "@rust needle vier", "language": "de" }))
            .await;
        for (what, expected) in [
            ("needle", 4),
            ("needle from:tomas", 1),
            ("from:@nadia needle", 3),
            ("needle from:me", 3),
            ("needle -from:me", 1),
            ("needle from:stranger@nowhere.example", 0),
            ("needle is:reply", 1),
            ("needle -is:reply", 3),
            ("needle language:de", 1),
            ("needle has:media", 0),
            ("needle before:2026-01-31", 0),
            ("needle after:2026-01-30", 4),
            ("needle during:2026-01-31", 4),
            ("needle in:public", 4),
        ] {
            assert_eq!(posts(&nadia, what).await.len(), expected, "{what}");
        }
        let by = format!("&type=statuses&account_id={}", tomas.actor.id);
        assert_eq!(
            said(&find(&nadia, "needle", &by).await["statuses"]),
            ["@rust needle two"]
        );
    })
    .await;
}

#[tokio::test]
async fn names_complete_with_the_groups_first_that_one_is_in() {
    on_both(async |fediverse| {
        let house = fediverse
            .instance("kindred.example")
            .with_person("rudi")
            .with_person("ruth")
            .with_group("rumba")
            .with_group("rust")
            .start()
            .await;
        let ruth = house.person("ruth");
        ruth.follows("rust@kindred.example").await;
        let found = ruth.sees("/api/v1/accounts/search?q=@ru").await;
        let names = each(&found, "username");
        assert_eq!(names[..2], ["rust", "rumba"]);
        assert_eq!(names.len(), 4);
        let followed = ruth
            .sees("/api/v1/accounts/search?q=ru&following=true")
            .await;
        assert_eq!(each(&followed, "username"), ["rust"]);
        let all = ruth.sees("/api/v2/search?q=rus").await;
        assert_eq!(each(&all["accounts"], "username"), ["rust"]);
        assert_eq!(each(&all["hashtags"], "name"), ["rust"]);
        let only = ruth.sees("/api/v2/search?q=rus&type=hashtags").await;
        assert_eq!(only["accounts"], json!([]));
        let old = ruth.sees("/api/v1/search?q=rus").await;
        assert_eq!(old["hashtags"], json!(["rust"]));
        assert_eq!(ruth.calls("GET", "/api/v2/search", None).await.status, 400);
    })
    .await;
}
