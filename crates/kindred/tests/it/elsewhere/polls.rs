//! Asking, voting and counting, here and between servers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Person, Somebody, on_both, on_sqlite};

const HOUR: Duration = Duration::from_hours(1);
const COUNTS_ARE_TOLD_AFTER: Duration = Duration::from_mins(3);

fn bread() -> Value {
    json!({
        "status": "Which bread?",
        "poll": { "options": ["Rye", "Wheat"], "expires_in": 3600 }
    })
}

fn text<'a>(entity: &'a Value, key: &str) -> &'a str {
    entity[key].as_str().unwrap_or_default()
}

async fn votes(who: &Person, poll: &Value, chosen: &[usize]) -> (u16, Value) {
    let path = format!("/api/v1/polls/{}/votes", text(poll, "id"));
    let answer = who
        .calls("POST", &path, Some(&json!({ "choices": chosen })))
        .await;
    (answer.status, answer.json())
}

async fn sees_poll(who: &Person, poll: &Value) -> Value {
    who.sees(&format!("/api/v1/polls/{}", text(poll, "id")))
        .await
}

fn counts(poll: &Value) -> Vec<Option<i64>> {
    poll["options"]
        .as_array()
        .expect("options")
        .iter()
        .map(|option| option["votes_count"].as_i64())
        .collect()
}

/// A vote as Mastodon sends it.
fn vote(voter: &Somebody, poll: &str, author: &str, choice: &str) -> Value {
    let mut create = voter.activity(
        "Create",
        json!({
            "id": voter.fresh("votes"), "type": "Note", "attributedTo": voter.uri, "name": choice,
            "inReplyTo": poll, "to": author
        }),
    );
    create["to"] = json!(author);
    create
}

async fn notices(instance: &Instance, whom: &Person) -> Vec<(String, bool)> {
    let owner = whom.actor.id;
    instance
        .asks(move |db| {
            Ok(kindred_storage::notifications::page(
                db,
                owner,
                &kindred_storage::notifications::Sieve::default(),
                &kindred_storage::Page::first(20),
            )?)
        })
        .await
        .into_iter()
        .map(|notice| (notice.kind.to_string(), notice.post_id.is_some()))
        .collect()
}

async fn here(fediverse: &Fediverse) -> Instance {
    fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("tomas")
        .start()
        .await
}

#[tokio::test]
async fn people_here_vote_once_and_hear_of_the_end() {
    on_both(async |fediverse| {
        let ours = here(fediverse).await;
        let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
        let asked = nadia.publishes(bread()).await;
        let poll = &asked["poll"];
        assert_eq!(poll["expires_at"], "2026-01-31T13:00:00.000Z");
        assert_eq!(
            (&poll["voted"], &poll["own_votes"], &poll["expired"]),
            (&json!(true), &json!([]), &json!(false)),
            "whoever asks has nothing to say"
        );
        assert_eq!(sees_poll(&tomas, poll).await["voted"], json!(false));

        for wrong in [&[][..], &[2], &[0, 1]] {
            assert_eq!(votes(&tomas, poll, wrong).await.0, 422, "{wrong:?}");
        }
        let (status, after) = votes(&tomas, poll, &[1]).await;
        assert_eq!(status, 200);
        assert_eq!(counts(&after), [Some(0), Some(1)]);
        assert_eq!(
            (&after["voted"], &after["own_votes"], &after["voters_count"]),
            (&json!(true), &json!([1]), &json!(1))
        );
        let (status, refused) = votes(&tomas, poll, &[0]).await;
        assert_eq!(
            (status, text(&refused, "error")),
            (422, "you have voted already")
        );
        assert_eq!(votes(&nadia, poll, &[0]).await.0, 422);

        fediverse.turn(HOUR);
        fediverse.settle().await;
        assert_eq!(votes(&tomas, poll, &[0]).await.0, 422);
        assert_eq!(sees_poll(&nadia, poll).await["expired"], json!(true));
        for person in [&nadia, &tomas] {
            assert_eq!(notices(&ours, person).await, [("poll".to_owned(), true)]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_poll_of_ours_is_a_question_elsewhere_and_its_votes_come_back() {
    on_both(async |fediverse| {
        let ours = here(fediverse).await;
        let far = fediverse.peer("far.example", "mastodon");
        let (bo, li) = (far.person("bo"), far.person("li"));
        let nadia = ours.person("nadia");
        for person in [&bo, &li] {
            let follow = person.activity("Follow", json!(nadia.actor.uri));
            person.tells(&ours, &follow).await;
        }
        fediverse.settle().await;
        far.new_letters();

        let asked = nadia.publishes(bread()).await;
        let uri = text(&asked, "uri");
        fediverse.settle().await;
        let question = far.new_letters()[0]["object"].clone();
        assert_eq!(question["type"], "Question");
        assert_eq!(question["endTime"], "2026-01-31T13:00:01Z");
        assert_eq!(
            question["oneOf"][0],
            json!({ "type": "Note", "name": "Rye", "replies": { "type": "Collection", "totalItems": 0 } })
        );
        assert_eq!(question["votersCount"], 0);

        let first = vote(&bo, uri, &nadia.actor.uri, "Rye");
        bo.tells(&ours, &first).await;
        bo.tells(&ours, &first).await;
        bo.tells(&ours, &vote(&bo, uri, &nadia.actor.uri, "Wheat"))
            .await;
        li.tells(&ours, &vote(&li, uri, &nadia.actor.uri, "Spelt"))
            .await;
        let mut forged = vote(&li, uri, &nadia.actor.uri, "Wheat");
        forged["object"]["attributedTo"] = json!(bo.uri);
        assert_eq!(li.sends(&ours, &forged).await.status, 403);
        fediverse.settle().await;
        let now = sees_poll(&nadia, &asked["poll"]).await;
        assert_eq!(counts(&now), [Some(1), Some(0)], "one vote for each");
        assert_eq!(now["voters_count"], 1);
        assert!(
            ours.post_at(text(&first["object"], "id")).await.is_none(),
            "a vote is no post"
        );
        assert!(far.new_letters().is_empty(), "not every vote is news");

        fediverse.turn(COUNTS_ARE_TOLD_AFTER);
        fediverse.settle().await;
        let letters = far.new_letters();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0]["type"], "Update");
        assert_eq!(letters[0]["object"]["oneOf"][0]["replies"]["totalItems"], 1);
        assert_eq!(
            letters[0]["object"]["updated"],
            Value::Null,
            "nothing but the counts is new"
        );

        fediverse.turn(HOUR);
        fediverse.settle().await;
        let letters = far.new_letters();
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert_eq!(letters[0]["object"]["closed"], question["endTime"]);
        li.tells(&ours, &vote(&li, uri, &nadia.actor.uri, "Wheat"))
            .await;
        fediverse.settle().await;
        let end = sees_poll(&nadia, &asked["poll"]).await;
        assert_eq!(counts(&end), [Some(1), Some(0)], "it is over");
    })
    .await;
}

#[tokio::test]
async fn our_people_vote_elsewhere_and_only_the_author_is_told() {
    on_both(async |fediverse| {
        let ours = here(fediverse).await;
        let far = fediverse.peer("far.example", "mastodon");
        let (bo, tomas) = (far.person("bo"), ours.person("tomas"));
        let mut question = bo.note("<p>Which bread?</p>", &[&tomas.actor.uri]);
        question["type"] = json!("Question");
        question["endTime"] = json!("2026-01-31T13:00:00Z");
        question["votersCount"] = json!(4);
        question["anyOf"] =
            json!(["Rye", "Wheat", "Spelt"].map(
                |name| json!({ "type": "Note", "name": name, "replies": { "totalItems": 2 } })
            ));
        far.publish(
            text(&question, "id")
                .strip_prefix("http://far.example")
                .unwrap(),
            &question,
        );
        bo.tells(&ours, &bo.create(&question)).await;
        fediverse.settle().await;
        far.new_letters();
        let seen = tomas.post_at(text(&question, "id")).await.unwrap();
        let poll = &seen["poll"];
        assert_eq!(
            (&poll["multiple"], &poll["voted"], &poll["voters_count"]),
            (&json!(true), &json!(false), &json!(4))
        );

        let (status, after) = votes(&tomas, poll, &[0, 2]).await;
        assert_eq!(status, 200);
        assert_eq!(counts(&after), [Some(3), Some(2), Some(3)]);
        assert_eq!(after["own_votes"], json!([0, 2]));
        fediverse.settle().await;
        let letters = far.new_letters();
        assert_eq!(letters.len(), 2);
        for (letter, choice) in letters.iter().zip(["Rye", "Spelt"]) {
            let answer = &letter["object"];
            assert_eq!(letter["type"], "Create");
            assert_eq!(letter["to"], json!([bo.uri]));
            assert_eq!(answer["name"], choice);
            assert_eq!(answer["inReplyTo"], question["id"]);
            assert_eq!(answer["attributedTo"], json!(tomas.actor.uri));
            assert_eq!(
                (&answer["to"], &answer["cc"]),
                (&json!([bo.uri]), &json!([]))
            );
            assert_eq!(answer["content"], Value::Null);
        }

        let mut told = question.clone();
        told["anyOf"][0]["replies"]["totalItems"] = json!(9);
        told["votersCount"] = json!(11);
        bo.tells(&ours, &bo.activity("Update", told.clone())).await;
        fediverse.settle().await;
        let now = sees_poll(&tomas, poll).await;
        assert_eq!(counts(&now), [Some(9), Some(2), Some(2)]);
        assert_eq!(
            (&now["voters_count"], &now["own_votes"]),
            (&json!(11), &json!([0, 2]))
        );

        // Counts alone never change what was asked.
        told["anyOf"][0]["name"] = json!("Nothing at all");
        bo.tells(&ours, &bo.activity("Update", told)).await;
        question["closed"] = json!("2026-01-31T13:00:00Z");
        question["anyOf"][1]["replies"]["totalItems"] = json!(7);
        far.publish(
            text(&question, "id")
                .strip_prefix("http://far.example")
                .unwrap(),
            &question,
        );
        fediverse.turn(HOUR);
        fediverse.settle().await;
        let end = sees_poll(&tomas, poll).await;
        assert_eq!(end["options"][0]["title"], "Rye");
        assert_eq!(
            counts(&end),
            [Some(2), Some(7), Some(2)],
            "asked at its home"
        );
        assert_eq!(end["expired"], json!(true));
        assert_eq!(
            notices(&ours, &tomas).await,
            [("poll".to_owned(), true), ("mention".to_owned(), true)]
        );
    })
    .await;
}

#[tokio::test]
async fn hidden_counts_are_told_to_nobody_before_the_end() {
    on_sqlite(async |fediverse| {
        let ours = here(fediverse).await;
        let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
        let mut secret = bread();
        secret["poll"]["hide_totals"] = json!(true);
        let asked = nadia.publishes(secret).await;
        let (_, after) = votes(&tomas, &asked["poll"], &[0]).await;
        assert_eq!(counts(&after), [None, None]);
        let document = ours.document(text(&asked, "uri")).await.json();
        assert_eq!(
            document["oneOf"][0]["replies"],
            json!({ "type": "Collection" })
        );
        fediverse.turn(HOUR);
        fediverse.settle().await;
        let end = sees_poll(&tomas, &asked["poll"]).await;
        assert_eq!(counts(&end), [Some(1), Some(0)]);
    })
    .await;
}

#[tokio::test]
async fn an_edit_keeps_the_votes_when_it_keeps_the_options() {
    on_both(async |fediverse| {
        let ours = here(fediverse).await;
        let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
        let asked = nadia.publishes(bread()).await;
        votes(&tomas, &asked["poll"], &[0]).await;
        let path = format!("/api/v1/statuses/{}", text(&asked, "id"));
        let longer = json!({ "status": "Which bread, please?", "poll": { "options": ["Rye", "Wheat"], "expires_in": 7200 } });
        let edited = nadia.does("PUT", &path, Some(&longer)).await;
        assert_eq!(counts(&edited["poll"]), [Some(1), Some(0)]);
        assert_eq!(edited["poll"]["expires_at"], "2026-01-31T14:00:00.000Z");
        let edited = nadia.edits(&edited, "Which bread?").await;
        assert_eq!(counts(&edited["poll"]), [Some(1), Some(0)], "not spoken of");

        let other = json!({ "status": "Which bread?", "poll": { "options": ["Rye", "Spelt"], "expires_in": 3600 } });
        let edited = nadia.does("PUT", &path, Some(&other)).await;
        assert_eq!(counts(&edited["poll"]), [Some(0), Some(0)]);
        assert_eq!(votes(&tomas, &asked["poll"], &[1]).await.0, 200, "everybody votes anew");
        fediverse.turn(2 * HOUR);
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_poll_that_one_may_not_see_is_no_poll_at_all() {
    on_sqlite(async |fediverse| {
        let ours = here(fediverse).await;
        let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
        let mut secret = bread();
        secret["visibility"] = json!("private");
        let asked = nadia.publishes(secret).await;
        let plain = nadia.says("No question").await;
        for id in [text(&asked["poll"], "id"), text(&plain, "id"), "1", "x"] {
            let answer = tomas
                .calls("GET", &format!("/api/v1/polls/{id}"), None)
                .await;
            assert_eq!(answer.status, 404, "{id}");
            let path = format!("/api/v1/polls/{id}/votes");
            let answer = tomas
                .calls("POST", &path, Some(&json!({ "choices": [0] })))
                .await;
            assert_eq!(answer.status, 404, "{id}");
        }
        // A stranger's server cannot vote in what it may not see either.
        let far = fediverse.peer("far.example", "mastodon");
        let bo = far.person("bo");
        bo.tells(
            &ours,
            &vote(&bo, text(&asked, "uri"), &nadia.actor.uri, "Rye"),
        )
        .await;
        fediverse.settle().await;
        assert_eq!(
            counts(&sees_poll(&nadia, &asked["poll"]).await),
            [Some(0), Some(0)]
        );
        fediverse.turn(HOUR);
        fediverse.settle().await;
    })
    .await;
}
