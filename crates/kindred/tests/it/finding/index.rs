//! What is found of the rest of the fediverse: groups and people of other makes, from what they say in public and as far as they want.

use kindred_lab::peers::{Lemmy, Make, Mbin, Mobilizon, PieFed};
use serde_json::{Value, json};

use super::{cares, glance, names, two_companies};
use crate::support::{Fediverse, Instance, Peer, Somebody, on_both, on_sqlite};

/// Names of groups elsewhere about a topic, as somebody finds them who has a browser or a client.
async fn groups_about(ours: &Instance, topic: &str) -> Vec<String> {
    let path = format!("/api/kindred/v1/discover/groups?topic={topic}");
    let found = ours.person("ines").sees(&path).await;
    found["elsewhere"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|group| group["acct"].as_str().expect("an acct").to_owned())
        .collect()
}

async fn a_group_of_this_make<M: Make + Copy>(make: M) {
    on_sqlite(async |fediverse: &Fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let ines = ours.person("ines");
        cares(&ines, "Trains", "company", "").await;
        let far = fediverse.strict(make, "far.example");
        let trains = far.group("trains");
        // Nobody follows it: that it was looked at once is enough.
        ines.finds("@trains@far.example").await;
        fediverse.settle().await;
        assert_eq!(groups_about(&ours, "trains").await, ["trains@far.example"]);
        let found = ines.sees("/api/kindred/v1/discover/groups?q=trai").await;
        assert_eq!(found["elsewhere"][0]["uri"], trains.uri());
        assert_eq!(glance(&ines, "trains").await["groups"], 1);
        // A company is not what it is.
        assert_eq!(glance(&ines, "trains").await["elsewhere"]["companies"], 0);
        let alike = ines
            .sees("/api/kindred/v1/discover/similar_groups?name=Trains")
            .await;
        assert_eq!(alike["groups"][0]["acct"], "trains@far.example");
        let suggested = ines.sees("/api/kindred/v1/discover").await;
        assert_eq!(suggested["groups"][0]["because"], json!(["Trains"]));
        // It is public, so strangers find it, too.
        let page = ours.page("/groups?topic=trains").await.text();
        assert!(page.contains(trains.uri()), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_community_on_lemmy_is_found_by_what_it_is_called() {
    a_group_of_this_make(Lemmy).await;
}

#[tokio::test]
async fn a_community_on_piefed_is_found_by_what_it_is_called() {
    a_group_of_this_make(PieFed).await;
}

#[tokio::test]
async fn a_magazine_on_mbin_is_found_by_what_it_is_called() {
    a_group_of_this_make(Mbin).await;
}

#[tokio::test]
async fn a_group_on_mobilizon_is_found_by_what_it_is_called() {
    a_group_of_this_make(Mobilizon).await;
}

/// Lets somebody on Mastodon show these topics on their page; answers their card.
fn features(far: &Peer, somebody: &Somebody, change: &Value, tags: &[&str]) -> Value {
    let path = somebody.uri.strip_prefix("http://far.example");
    let (path, handle) = (path.expect("a path"), somebody.uri.rsplit('/').next());
    let handle = handle.expect("a handle");
    let mut card = crate::support::card("Person", handle, &somebody.uri, somebody.public_pem());
    let collection = format!("{path}/collections/tags");
    card["featuredTags"] = json!(far.uri(&collection));
    for (key, value) in change.as_object().expect("what is different") {
        card[key] = value.clone();
    }
    far.publish(path, &card);
    let items: Vec<Value> = tags
        .iter()
        .map(|tag| json!({ "type": "Hashtag", "name": format!("#{tag}"), "href": far.uri(&format!("/tags/{tag}")) }))
        .collect();
    far.publish(
        &collection,
        &json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": far.uri(&collection), "type": "Collection",
            "totalItems": items.len(), "items": items
        }),
    );
    card
}

#[tokio::test]
async fn who_features_a_topic_on_mastodon_and_wants_to_be_found_is() {
    on_both(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let ines = ours.person("ines");
        cares(&ines, "Sourdough", "company", "").await;
        let far = fediverse.peer("far.example", "mastodon");
        let amir = far.person("amir");
        let found = json!({ "discoverable": true });
        features(&far, &amir, &found, &["Sourdough", "bread"]);
        for (handle, change) in [
            ("zoe", json!({ "discoverable": false, "indexable": true })),
            ("ivo", json!({})),
        ] {
            features(&far, &far.person(handle), &change, &["Sourdough"]);
        }
        for handle in ["amir", "zoe", "ivo"] {
            ines.finds(&format!("@{handle}@far.example")).await;
        }
        fediverse.settle().await;
        assert_eq!(
            names(&ines, "sourdough").await,
            ["ines", "amir@far.example"]
        );
        assert_eq!(names(&ines, "bread").await, ["amir@far.example"]);
        // Nobody there is at a company that we know.
        let seen = glance(&ines, "bread").await;
        assert_eq!(
            seen["elsewhere"],
            json!({ "people": { "count": null, "few": true }, "companies": 0 })
        );
        // Whoever does not want to be found is not even asked for more.
        let asked: Vec<String> = far.got().into_iter().map(|got| got.target).collect();
        let was_asked = |path: &str| asked.iter().any(|asked| asked == path);
        assert!(was_asked("/users/amir/collections/tags"));
        assert!(!was_asked("/users/zoe/collections/tags"));

        // They change their mind, and say so.
        let says_so = async |card: &Value| {
            amir.tells(&ours, &amir.activity("Update", card.clone()))
                .await;
            fediverse.settle().await;
        };
        says_so(&features(&far, &amir, &found, &["bread"])).await;
        assert_eq!(names(&ines, "sourdough").await, ["ines"]);
        assert_eq!(names(&ines, "bread").await, ["amir@far.example"]);
        let hidden = json!({ "discoverable": false });
        says_so(&features(&far, &amir, &hidden, &["bread"])).await;
        assert!(glance(&ines, "bread").await.is_null());
    })
    .await;
}

#[tokio::test]
async fn what_somebody_says_to_everybody_stands_where_mastodon_reads_it() {
    on_both(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let ines = ours.person("ines");
        cares(&ines, "Statistical process control", "everyone", "Charts").await;
        cares(&ines, "Chess", "partners", "").await;
        let card = ours.document("/p/ines").await.json();
        let address = card["featuredTags"]
            .as_str()
            .expect("an address")
            .to_owned();
        let shown = ours.document(&address).await;
        assert_eq!(shown.header("content-type"), "application/activity+json");
        let shown = shown.json();
        assert_eq!(shown["id"], json!(address));
        assert_eq!(shown["type"], "Collection");
        assert_eq!(shown["totalItems"], 1);
        assert_eq!(
            shown["items"],
            json!([{
                "type": "Hashtag", "name": "#StatisticalProcessControl",
                "href": "http://kindred.example/topics/statistical-process-control"
            }])
        );
        assert_eq!(shown["items"], card["tag"]);
        ines.does(
            "DELETE",
            "/api/kindred/v1/passions/statistical-process-control",
            None,
        )
        .await;
        assert_eq!(ours.document(&address).await.json()["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_group_elsewhere_that_keeps_its_door_or_says_no_is_not_shown() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let ines = ours.person("ines");
        cares(&ines, "Trains", "company", "").await;
        let far = fediverse.peer("far.example", "lemmy");
        for (handle, change) in [
            ("trains", json!({ "manuallyApprovesFollowers": true })),
            ("ferries", json!({ "discoverable": false })),
            (
                "trams",
                json!({ "tag": [{ "type": "Hashtag", "name": "#Trains" }] }),
            ),
        ] {
            let group = far.actor("Group", handle);
            let mut card = crate::support::card("Group", handle, &group.uri, group.public_pem());
            for (key, value) in change.as_object().expect("what is different") {
                card[key] = value.clone();
            }
            far.publish(&format!("/users/{handle}"), &card);
            ines.finds(&format!("@{handle}@far.example")).await;
        }
        fediverse.settle().await;
        let found = ines.sees("/api/kindred/v1/discover/groups").await;
        let found = found["elsewhere"].as_array().expect("a list").clone();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["acct"], "trams@far.example");
        assert_eq!(groups_about(&ours, "trains").await, ["trams@far.example"]);
    })
    .await;
}

#[tokio::test]
async fn words_of_those_who_do_not_want_them_searched_are_not_found() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let ines = ours.person("ines");
        let far = fediverse.peer("far.example", "mastodon");
        for (handle, indexable) in [("amir", true), ("zoe", false)] {
            let somebody = far.person(handle);
            let mut card =
                crate::support::card("Person", handle, &somebody.uri, somebody.public_pem());
            card["indexable"] = json!(indexable);
            far.publish(&format!("/users/{handle}"), &card);
            let words = format!("<p>Quittenbrot by {handle}</p>");
            let note = somebody.note(&words, &[&ines.actor.uri]);
            somebody.tells(&ours, &somebody.create(&note)).await;
        }
        fediverse.settle().await;
        let nadia = ours.person("nadia");
        let found = nadia
            .sees("/api/v2/search?q=Quittenbrot&type=statuses")
            .await;
        let authors: Vec<&str> = found["statuses"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|status| status["account"]["acct"].as_str())
            .collect();
        assert_eq!(authors, ["amir@far.example"]);
    })
    .await;
}
