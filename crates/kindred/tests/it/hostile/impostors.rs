//! Actors that are half somebody else: moved by others, with foreign doors, with names that look like others'.

use serde_json::{Value, json};

use super::stage;
use crate::support::{card, on_both, on_sqlite};

#[tokio::test]
async fn nobody_is_moved_but_by_themselves_to_where_they_are_known() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let nadia = stage.ours.person("nadia");
        nadia.follows("@bo@far.example").await;
        fediverse.settle().await;
        let question = stage.far.new_letters().pop().expect("a question");
        stage
            .bo
            .tells(&stage.ours, &stage.bo.activity("Accept", question))
            .await;
        let near = fediverse.peer("near.example", "mastodon");
        let evil = fediverse.peer("evil.example", "mastodon");
        let (carl, eve) = (near.person("carl"), evil.person("eve"));
        carl.tells(
            &stage.ours,
            &carl.activity("Like", json!("http://near.example/1")),
        )
        .await;
        eve.tells(
            &stage.ours,
            &eve.activity("Like", json!("http://evil.example/1")),
        )
        .await;
        fediverse.settle().await;
        stage.far.new_letters();

        // Eve's page names everybody as herself, and moves at once.
        let mut poisoned = card("Person", "eve", &eve.uri, eve.public_pem());
        poisoned["alsoKnownAs"] = json!([stage.bo.uri, nadia.actor.uri, carl.uri]);
        poisoned["movedTo"] = json!(carl.uri);
        evil.publish("/users/eve", &poisoned);
        evil.redirect("/users/away", &eve.uri);
        let other_id = card(
            "Person",
            "eve",
            &carl.uri.replace("near", "evil"),
            eve.public_pem(),
        );
        evil.publish("/users/liar", &other_id);
        let moves = |who: &str, to: &str| {
            let mut letter = eve.activity("Move", json!(who));
            letter["target"] = json!(to);
            letter
        };
        let liar = "http://evil.example/users/liar";
        let cases = [
            ("somebody else", moves(&stage.bo.uri, &eve.uri)),
            ("one of ours", moves(&nadia.actor.uri, &eve.uri)),
            ("our group", moves(&stage.group(), &eve.uri)),
            (
                "herself to whom does not know her",
                moves(&eve.uri, &carl.uri),
            ),
            ("herself to one of ours", moves(&eve.uri, &nadia.actor.uri)),
            (
                "herself to nowhere",
                moves(&eve.uri, "http://evil.example/users/nobody"),
            ),
            ("herself to a page of another id", moves(&eve.uri, liar)),
            ("herself to herself", moves(&eve.uri, &eve.uri)),
            (
                "herself along a redirect",
                moves(&eve.uri, "http://evil.example/users/away"),
            ),
        ];
        for (what, letter) in cases {
            stage.has_no_effect(fediverse, what, &eve, &letter).await;
            let bo = stage.ours.actor_at(&stage.bo.uri).await.expect("Bo");
            assert_eq!(bo.moved_to, None, "{what}");
            assert_eq!(nadia.stands_to("@bo@far.example").await, (true, false));
        }
        let mine = stage.ours.document("/p/nadia").await.json();
        assert_eq!(
            (&mine["movedTo"], &mine["alsoKnownAs"]),
            (&Value::Null, &Value::Null)
        );
    })
    .await;
}

#[tokio::test]
async fn an_actor_with_foreign_doors_or_a_misleading_name_is_nobody() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let evil = fediverse.peer("evil.example", "mastodon");
        let cases = [
            ("our inbox", "inbox", json!("http://kindred.example/inbox")),
            (
                "Nadia's inbox",
                "inbox",
                json!(format!("{}/inbox", stage.ours.person("nadia").actor.uri)),
            ),
            (
                "another's inbox",
                "inbox",
                json!("http://near.example/inbox"),
            ),
            ("no inbox", "inbox", Value::Null),
            ("another's id", "id", json!(stage.bo.uri)),
            ("an id of ours", "id", json!(stage.group())),
            (
                "a name with a host in it",
                "preferredUsername",
                json!("nadia@kindred.example"),
            ),
            (
                "a name that is read backwards",
                "preferredUsername",
                json!("eve\u{202e}elpmaxe.derdnik"),
            ),
            (
                "a name that is read backwards, newer",
                "preferredUsername",
                json!("\u{2067}aidan"),
            ),
            (
                "a name with nothing in it",
                "preferredUsername",
                json!("nadia\u{200b}"),
            ),
            (
                "a name with a joiner in it",
                "preferredUsername",
                json!("na\u{2060}dia"),
            ),
            (
                "a name with a soft hyphen",
                "preferredUsername",
                json!("na\u{ad}dia"),
            ),
            ("a name of nothing", "preferredUsername", json!("")),
            ("a name in two lines", "preferredUsername", json!("na\ndia")),
        ];
        for (number, (what, field, value)) in cases.into_iter().enumerate() {
            let handle = format!("eve{number}");
            let eve = evil.person(&handle);
            let mut face = card("Person", &handle, &eve.uri, eve.public_pem());
            face[field] = value;
            evil.publish(&format!("/users/{handle}"), &face);
            let letter = eve.letter(&stage.ours, &eve.activity("Follow", json!(stage.group())));
            stage
                .is_refused(fediverse, what, letter, &[400, 401, 403])
                .await;
            assert!(stage.ours.actor_at(&eve.uri).await.is_none(), "{what}");
        }
        // Doors that only lie elsewhere are left out.
        let eve = evil.person("eve");
        let mut face = card("Person", "eve", &eve.uri, eve.public_pem());
        face["endpoints"] = json!({ "sharedInbox": "http://kindred.example/inbox" });
        face["outbox"] = json!("http://near.example/outbox");
        evil.publish("/users/eve", &face);
        eve.tells(&stage.ours, &eve.activity("Follow", json!(stage.group())))
            .await;
        fediverse.settle().await;
        let known = stage.ours.actor_at(&eve.uri).await.expect("Eve");
        assert_eq!((known.shared_inbox, known.outbox), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_new_key_counts_when_its_owner_shows_it_and_the_old_one_no_more() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        // Bo's server makes him a new key: the same address, another card.
        let renewed = stage.far.person("bo");
        assert_ne!(renewed.public_pem(), stage.bo.public_pem());
        let like = |number: u32| {
            let mut like = renewed.activity("Like", stage.post["uri"].clone());
            like["id"] = json!(format!("{}/likes/{number}", renewed.uri));
            like
        };
        let (one, other) = (like(1), like(2));
        let (by_new, by_old) = tokio::join!(
            renewed.sends(&stage.ours, &one),
            stage.bo.sends(&stage.ours, &other)
        );
        assert_eq!(by_new.status, 202, "{}", by_new.text());
        assert!(matches!(by_old.status, 202 | 401), "{}", by_old.text());
        fediverse.settle().await;
        let letter = stage.bo.letter(&stage.ours, &like(3));
        stage
            .is_refused(fediverse, "the old key", letter, &[401])
            .await;
        // And nobody who shows neither makes us ask his server again and again.
        stage.far.new_letters();
        let stranger = fediverse.peer("near.example", "mastodon").person("eve");
        for number in 4..12 {
            let forged = stage.bo.letter(&stage.ours, &like(number));
            let by_eve = stranger.letter(&stage.ours, &like(number));
            for letter in [forged, by_eve] {
                let answer = letter.send(stage.ours.address()).await;
                assert!(matches!(answer.status, 401 | 403), "{}", answer.text());
            }
        }
        let asked = stage.far.got().len();
        assert!(asked <= 1, "{asked} questions");
        let answer = renewed.sends(&stage.ours, &like(20)).await;
        assert_eq!(answer.status, 202, "the new key goes on counting");
        fediverse.settle().await;
    })
    .await;
}
