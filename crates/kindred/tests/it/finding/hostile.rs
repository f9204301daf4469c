//! What cannot be meant well: names that want to be mistaken, directories without an end, people of others, agreements that nobody
//! made. It is refused in words where somebody typed it, bounded where a server said it, and found in the record.

use serde_json::{Value, json};

use super::{cares, names, pages::browser, two_companies};
use crate::support::{Fediverse, Instance, Peer, Somebody, on_both, on_sqlite};

/// What nobody may call a topic, with a word of the sentence that they are told.
fn odd_names() -> Vec<(String, &'static str)> {
    vec![
        ("a".repeat(300), "at most 100 characters"),
        ("r\u{443}st".to_owned(), "one alphabet"),
        ("p\u{430}ssion".to_owned(), "one alphabet"),
        ("\u{202e}tsur".to_owned(), "cannot be seen"),
        ("bread\u{2066}".to_owned(), "cannot be seen"),
        ("bre\u{200b}ad".to_owned(), "cannot be seen"),
        ("br\u{0}ead".to_owned(), "cannot be seen"),
        ("br\u{7}ead".to_owned(), "cannot be seen"),
        ("#!".to_owned(), "letter or a digit"),
    ]
}

#[tokio::test]
async fn names_that_want_to_be_mistaken_are_refused_on_pages_in_words() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let (nadia, _) = browser(&ours, "nadia").await;
        cares(&ours.person("nadia"), "Bread", "company", "").await;
        for (name, why) in odd_names() {
            let page = nadia.opens("/passions").await;
            let told = [("topic", name.as_str()), ("circle", "company")];
            let answer = nadia.submits(&page, "/passions", &told).await;
            assert_eq!(answer.status, 422, "{name:?}");
            assert!(answer.text().contains(why), "{name:?}: {}", answer.text());

            let page = nadia.opens("/groups/new").await;
            let plan = [
                ("name", "Ovens"),
                ("topics", name.as_str()),
                ("visibility", "public"),
                ("join", "open"),
            ];
            let answer = nadia.submits(&page, "/groups/new", &plan).await;
            assert_eq!(answer.status, 422, "{name:?}");
            assert!(answer.text().contains(why), "{name:?}: {}", answer.text());

            for deed in ["name", "rename"] {
                let path = format!("/admin/topics/bread/{deed}");
                let page = nadia.opens("/admin/topics/bread").await;
                let answer = nadia
                    .submits(&page, &path, &[("name", name.as_str())])
                    .await;
                assert_eq!(answer.status, 422, "{deed} {name:?}");
                assert!(answer.text().contains(why), "{name:?}: {}", answer.text());
            }
        }
        let topics = ours
            .asks(|db| Ok(kindred_storage::topics::most_used(db, 100)?))
            .await;
        assert_eq!(topics.len(), 1, "{topics:?}");
    })
    .await;
}

#[tokio::test]
async fn lines_and_names_of_groups_do_not_turn_the_writing_around() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let (ines, _) = browser(&ours, "ines").await;
        for (words, why) in [
            ("rye \u{202e}always".to_owned(), "turn the writing around"),
            ("x".repeat(281), "at most 280 characters"),
        ] {
            let page = ines.opens("/passions").await;
            let told = [
                ("topic", "Bread"),
                ("circle", "company"),
                ("words", words.as_str()),
            ];
            let answer = ines.submits(&page, "/passions", &told).await;
            assert_eq!(answer.status, 422, "{words:?}");
            assert!(answer.text().contains(why), "{}", answer.text());
        }
        // A family of three and a heart are one picture each, and a line may be in any language.
        for words in ["👨‍👩‍👧 and ❤️", "سلام", "خبز و קמח", "می‌خواهم"]
        {
            cares(&ours.person("ines"), "Bread", "company", words).await;
            let own = ours.person("ines").sees("/api/kindred/v1/passions").await;
            assert_eq!(own[0]["words"], words);
        }
        let page = ines.opens("/groups/new").await;
        let plan = [
            ("name", "Br\u{435}ad club"),
            ("handle", "bread_club"),
            ("visibility", "public"),
            ("join", "open"),
        ];
        let answer = ines.submits(&page, "/groups/new", &plan).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains("one alphabet"), "{}", answer.text());
    })
    .await;
}

/// A company at near.example, played by the test, with which there is an agreement on everything.
async fn a_partner(fediverse: &Fediverse, ours: &Instance) -> (Peer, Somebody) {
    let near = fediverse.peer("near.example", "kindred");
    let service = near.actor("Application", "service");
    let mut card =
        crate::support::card("Application", "service", &service.uri, service.public_pem());
    card["id"] = json!("http://near.example/actor");
    card["inbox"] = json!("http://near.example/actor/inbox");
    card["publicKey"]["id"] = json!("http://near.example/actor#main-key");
    card["publicKey"]["owner"] = card["id"].clone();
    near.publish("/actor", &card);
    ours.person("nadia")
        .does(
            "POST",
            "/api/kindred/v1/partners",
            Some(&json!({ "host": "near.example" })),
        )
        .await;
    fediverse.settle().await;
    let offer = near.new_letters().pop().expect("a proposal");
    assert_eq!(offer["type"], "Offer");
    let mut yes = service.activity("Accept", offer);
    yes["name"] = json!("Near");
    service.tells(ours, &yes).await;
    (near, service)
}

fn entry(listed: &str, id: &str) -> Value {
    json!({
        "type": "Listing", "listed": listed, "id": id, "preferredUsername": "x", "name": "X",
        "tag": [{ "type": "Hashtag", "name": "#Bread" }]
    })
}

/// What the record says of a server, the latest first.
async fn record(ours: &Instance, host: &'static str) -> Vec<String> {
    ours.asks(move |db| {
        let acts = ["partner.refused", "partner.foreign", "partner.too_much"];
        let lines = kindred_storage::reports::record_of_subject(db, host, &acts, 50)?;
        Ok(lines.into_iter().map(|line| line.action).collect())
    })
    .await
}

#[tokio::test]
async fn a_directory_without_an_end_is_left_after_a_while_and_admins_are_told() {
    on_both(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let (near, _) = a_partner(fediverse, &ours).await;
        // Each page leads to itself, and has more entries than a page may have.
        let entries: Vec<Value> = (0..600)
            .map(|n| entry("Group", &format!("http://near.example/g/{n}")))
            .collect();
        let address = "http://near.example/actor/directory";
        near.publish(
            "/actor/directory",
            &json!({
                "id": address, "type": "OrderedCollection", "totalItems": 10_000_000, "digest": "x",
                "orderedItems": &entries, "next": format!("{address}?after=1")
            }),
        );
        near.publish(
            "/actor/directory?after=1",
            &json!({
                "id": format!("{address}?after=1"), "type": "OrderedCollectionPage", "totalItems": 10_000_000,
                "orderedItems": [entry("Group", "http://near.example/g/700")], "next": format!("{address}?after=1")
            }),
        );
        fediverse.settle().await;
        let asked = near.got();
        let asked = asked.iter().filter(|got| got.target.starts_with("/actor/directory"));
        assert_eq!(asked.count(), 40);
        let kept = ours
            .asks(|db| Ok(kindred_storage::directory::count_of(db, "near.example")?))
            .await;
        assert_eq!(kept, 501);
        assert_eq!(record(&ours, "near.example").await, ["partner.too_much"]);
        let (nadia, _) = browser(&ours, "nadia").await;
        let page = nadia.opens("/admin/partners").await.text();
        assert!(page.contains("they told more than one company can have"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_too_big_is_not_read() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let (near, _) = a_partner(fediverse, &ours).await;
        let mut whale = entry("Group", "http://near.example/g/whale");
        whale["summary"] = json!("w".repeat(5_000_000));
        near.publish(
            "/actor/directory",
            &json!({
                "id": "http://near.example/actor/directory", "type": "OrderedCollection", "orderedItems": [whale]
            }),
        );
        fediverse.settle().await;
        let kept = ours
            .asks(|db| Ok(kindred_storage::directory::count_of(db, "near.example")?))
            .await;
        assert_eq!(kept, 0);
    })
    .await;
}

#[tokio::test]
async fn people_and_groups_of_others_are_not_taken_from_a_directory() {
    on_both(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        cares(&ours.person("ines"), "Bread", "company", "").await;
        let (near, service) = a_partner(fediverse, &ours).await;
        let ids = [
            "http://globex.example/p/robert",
            "http://globex.example/g/bread",
            "http://kindred.example/p/nadia",
            "http://near.example.evil.example/p/x",
            "http://near.example@evil.example/p/x",
            "near.example",
            "",
        ];
        let mut entries: Vec<Value> = ids
            .iter()
            .flat_map(|id| [entry("Person", id), entry("Group", id)])
            .collect();
        entries.extend([json!(7), json!(null), json!({ "id": 5 }), entry("Note", "http://near.example/o/1")]);
        let mut odd = entry("Person", "http://near.example/p/odd");
        odd["name"] = json!("\u{202e}nibor");
        odd["tag"] = json!([
            { "type": "Hashtag", "name": "#br\u{435}ad" }, { "type": "Hashtag", "topic": "b".repeat(300) },
            { "type": "Hashtag", "name": "#Bread", "content": "x".repeat(10_000) }, { "name": { "a": 1 } }
        ]);
        entries.push(odd);
        near.publish(
            "/actor/directory",
            &json!({
                "id": "http://near.example/actor/directory", "type": "OrderedCollection", "orderedItems": &entries,
                "next": "http://globex.example/actor/directory"
            }),
        );
        fediverse.settle().await;
        let ines = ours.person("ines");
        assert_eq!(names(&ines, "bread").await, ["ines", "x@near.example"]);
        let found = ines.sees("/api/kindred/v1/topics/bread/people").await;
        assert_eq!(found[1]["name"], "nibor");
        assert_eq!(found[1]["words"], "");
        let groups = ines.sees("/api/kindred/v1/discover/groups").await;
        assert_eq!(groups["elsewhere"], json!([]));
        assert_eq!(record(&ours, "near.example").await, ["partner.foreign"]);
        // The same pushed, and once more on the same day.
        for id in ids {
            let mut push = service.activity("Add", entry("Person", id));
            push["target"] = json!(format!("{}/directory", service.uri));
            service.tells(&ours, &push).await;
        }
        fediverse.settle().await;
        assert_eq!(names(&ines, "bread").await, ["ines", "x@near.example"]);
        assert_eq!(record(&ours, "near.example").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_agreement_that_nobody_made_has_no_effect_and_stands_in_the_record_once_a_day() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_companies(fediverse).await;
        cares(&ours.person("ines"), "Bread", "partners", "").await;
        let far = fediverse.peer("far.example", "kindred");
        let (service, person) = (far.actor("Application", "service"), far.person("eve"));
        let acme = "http://acme.example/actor";
        let offer = |id: &str, actor: &str| {
            json!({
                "id": id, "type": "Offer", "actor": actor,
                "object": { "type": "PartnerAgreement", "name": "Far", "flows": ["groups", "counts", "people"] }
            })
        };
        // Something that was never proposed, something that was proposed to somebody else.
        ours.person("nadia")
            .does(
                "POST",
                "/api/kindred/v1/partners",
                Some(&json!({ "host": "acme.example" })),
            )
            .await;
        fediverse.settle().await;
        let real = ours
            .asks(|db| Ok(kindred_storage::agreements::with(db, "acme.example")?))
            .await
            .expect("a proposal")
            .uri;
        for _ in 0..3 {
            for kind in ["Accept", "Reject", "Undo"] {
                for id in ["http://kindred.example/a/1", real.as_str()] {
                    let forged = service.activity(kind, offer(id, "http://kindred.example/actor"));
                    service.tells(&ours, &forged).await;
                }
            }
            // In the name of somebody else, and by somebody who speaks for nobody.
            let mut forged = service.activity("Accept", offer(&real, acme));
            forged["actor"] = json!(acme);
            let answer = service.sends(&ours, &forged).await;
            assert!((400..500).contains(&answer.status), "{}", answer.text());
            let forged = person.activity("Offer", offer(&person.fresh("offers"), &person.uri));
            person.tells(&ours, &forged["object"]).await;
            fediverse.settle().await;
        }
        let partners = ours.person("nadia").sees("/api/kindred/v1/partners").await;
        let states: Vec<_> = partners
            .as_array()
            .expect("a list")
            .iter()
            .map(|terms| (terms["host"].as_str(), terms["state"].as_str()))
            .collect();
        assert_eq!(states, [(Some("acme.example"), Some("proposed"))]);
        assert_eq!(record(&ours, "far.example").await, ["partner.refused"]);
        let shown = service.reads(&ours, "/actor/directory").await.json();
        assert_eq!(shown["orderedItems"], json!([]));
        assert_eq!(far.new_letters(), [json!(null); 0]);
        fediverse.turn(std::time::Duration::from_hours(25));
        let forged = service.activity("Accept", offer(&real, &service.uri));
        service.tells(&ours, &forged).await;
        fediverse.settle().await;
        assert_eq!(record(&ours, "far.example").await.len(), 2);
        drop(theirs);
    })
    .await;
}
