//! Servers that hang, send us elsewhere, or come in floods.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use super::stage;
use crate::support::on_sqlite;

const DEADLINE: Duration = Duration::from_millis(500);

#[tokio::test]
async fn a_host_that_never_answers_holds_up_nobody_but_itself() {
    on_sqlite(async |fediverse| {
        fediverse.be_impatient(DEADLINE);
        let stage = stage(fediverse).await;
        let silent = fediverse.peer("silent.example", "mastodon");
        let people: Vec<_> = (0..40)
            .map(|number| {
                let person = silent.person(&format!("p{number}"));
                silent.keep_silent(&format!("/users/p{number}"));
                person
            })
            .collect();
        let letters: Vec<_> = people
            .iter()
            .map(|person| {
                person.letter(
                    &stage.ours,
                    &person.activity("Follow", json!(stage.group())),
                )
            })
            .collect();
        let before = stage.ours.traces().await;

        let began = Instant::now();
        let flood = join_all(
            letters
                .iter()
                .map(|letter| letter.send(stage.ours.address())),
        );
        let others = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let began = Instant::now();
            let page = stage.ours.page("/g/rust").await;
            let like = stage
                .bo
                .sends(
                    &stage.ours,
                    &stage.bo.activity("Like", stage.post["uri"].clone()),
                )
                .await;
            (page.status, like.status, began.elapsed())
        };
        let (flood, (page, like, meanwhile)) = tokio::join!(flood, others);

        for answer in flood {
            assert!(
                matches!(answer.status, 401 | 503),
                "{} {}",
                answer.status,
                answer.text()
            );
        }
        assert!(began.elapsed() < DEADLINE * 10, "{:?}", began.elapsed());
        assert_eq!((page, like), (200, 202));
        assert!(meanwhile < DEADLINE, "others waited {meanwhile:?}");
        fediverse.settle().await;
        let after = stage.ours.traces().await;
        assert_eq!(after.of("actors"), before.of("actors"));
        assert_eq!(after.of("follows"), before.of("follows"));

        // Asked once, it is left in peace for a while.
        let asked = silent.got().len();
        let again = letters[0].send(stage.ours.address()).await;
        assert!(matches!(again.status, 401 | 503));
        assert_eq!(silent.got().len(), asked);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_sent_into_the_private_network() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        // A server inside: nobody may come to its door by address.
        let inside = fediverse.peer("near.example", "mastodon");
        let eve = inside.person("eve");
        let address = fediverse.address("near.example");
        let evil = fediverse.peer("evil.example", "mastodon");

        // A key that is said to be inside.
        let mallory = evil.person("mallory");
        evil.redirect("/users/mallory", &format!("http://{address}/users/eve"));
        let follow = mallory.activity("Follow", json!(stage.group()));
        stage
            .is_refused(
                fediverse,
                "a redirected key",
                mallory.letter(&stage.ours, &follow),
                &[401, 403],
            )
            .await;

        // A parent, a quoted post, an announced post that are said to be inside.
        let door = format!("http://{address}/notes/1");
        let mut note = stage.bo.note("An answer", &[&stage.group()]);
        note["inReplyTo"] = json!(door);
        stage.bo.tells(&stage.ours, &stage.bo.create(&note)).await;
        stage
            .bo
            .tells(&stage.ours, &stage.bo.activity("Announce", json!(door)))
            .await;
        stage
            .bo
            .tells(&stage.ours, &stage.bo.activity("Create", json!(door)))
            .await;
        stage
            .bo
            .tells(&stage.ours, &stage.bo.activity("Update", json!(door)))
            .await;
        let parent = evil.redirect("/notes/1", &door);
        let mut note = stage.bo.note("Another answer", &[&stage.group()]);
        note["inReplyTo"] = json!(parent);
        stage.bo.tells(&stage.ours, &stage.bo.create(&note)).await;
        fediverse.settle().await;

        // An inbox that is said to be inside.
        let trudy = evil.person("trudy");
        let card = evil.got();
        assert!(card.iter().all(|got| got.method != "POST"));
        let mut face = crate::support::card("Person", "trudy", &trudy.uri, trudy.public_pem());
        face["inbox"] = json!(format!("http://{address}/inbox"));
        face["endpoints"] = json!({ "sharedInbox": format!("http://{address}/inbox") });
        evil.publish("/users/trudy", &face);
        trudy
            .sends(&stage.ours, &trudy.activity("Follow", json!(stage.group())))
            .await;
        fediverse.settle().await;
        stage
            .ours
            .person("nadia")
            .says("@rust For those who follow")
            .await;
        fediverse.settle().await;

        // What a person of ours looks for.
        let nadia = stage.ours.person("nadia");
        for what in [
            door.clone(),
            parent,
            format!("@eve@{address}"),
            "http://localhost/".to_owned(),
        ] {
            let found = nadia.searches(&what).await;
            assert_eq!(found["statuses"], json!([]), "{what}");
            assert_eq!(found["accounts"], json!([]), "{what}");
        }
        assert!(inside.got().is_empty(), "{:?}", inside.got());
        assert_eq!(eve.host, "near.example");
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_farewells_by_unknown_people_costs_nothing() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let near = fediverse.peer("near.example", "mastodon");
        let before = stage.ours.traces().await;
        for number in 0..50 {
            let gone = near.person(&format!("gone{number}"));
            let answer = gone
                .sends(&stage.ours, &gone.activity("Delete", json!(gone.uri)))
                .await;
            assert_eq!(answer.status, 202, "{}", answer.text());
        }
        fediverse.settle().await;
        assert_eq!(stage.ours.traces().await, before);
        assert!(near.got().is_empty(), "nobody was asked for a key");
    })
    .await;
}

#[tokio::test]
async fn whoever_says_farewell_and_was_known_is_forgotten() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        stage
            .bo
            .tells(
                &stage.ours,
                &stage.bo.activity("Delete", json!(stage.bo.uri)),
            )
            .await;
        fediverse.settle().await;
        assert_eq!(
            stage.ours.group("rust").statuses().await.len(),
            1,
            "only what Nadia wrote"
        );
        assert_eq!(
            stage.ours.group("rust").followers().await,
            ["http://kindred.example/p/nadia"]
        );
        // Whatever is answered: nobody speaks after their own farewell.
        let follow = stage.bo.activity("Follow", json!(stage.group()));
        let note = stage.bo.note("Still here", &[&stage.group()]);
        for letter in [follow, stage.bo.create(&note)] {
            stage
                .has_no_effect(fediverse, "a ghost", &stage.bo, &letter)
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn one_letter_makes_us_ask_a_handful_of_questions_at_most() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let near = fediverse.peer("near.example", "mastodon");
        let names: Vec<String> = (0..400)
            .map(|number| near.uri(&format!("/users/n{number}")))
            .collect();
        let mut all: Vec<&str> = names.iter().map(String::as_str).collect();
        let group = stage.group();
        all.push(&group);
        let note = stage.bo.note("Hello all", &all);
        stage.bo.tells(&stage.ours, &stage.bo.create(&note)).await;
        let many = |count: usize| -> Vec<String> {
            (0..count)
                .map(|number| near.uri(&format!("/notes/{number}")))
                .collect()
        };
        for kind in ["Announce", "Create", "Flag"] {
            for count in [90, 400] {
                let letter = stage.bo.activity(kind, json!(many(count)));
                let answer = stage.bo.sends(&stage.ours, &letter).await;
                assert!(matches!(answer.status, 202 | 400), "{}", answer.text());
                fediverse.settle().await;
                let asked = near.got().len();
                assert!(asked <= 20, "{count} in one {kind}: {asked} questions");
                near.new_letters();
            }
        }
    })
    .await;
}
