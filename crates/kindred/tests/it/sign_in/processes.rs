//! Streams follow what happens wherever it happens: on lists, in groups, in other processes on the same database.

use serde_json::{Value, json};

use super::streams::{Line, a_house};
use crate::support::{Fediverse, Person, on_both, on_postgres, words};

/// A list of this person with these on it; its number.
async fn list_of(who: &Person, members: &[String]) -> String {
    let list = who
        .does("POST", "/api/v1/lists", Some(&json!({ "title": "Near" })))
        .await;
    let id = list["id"].as_str().expect("a number").to_owned();
    let path = format!("/api/v1/lists/{id}/accounts");
    who.does("POST", &path, Some(&json!({ "account_ids": members })))
        .await;
    id
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[actix_web::test]
async fn a_list_tells_of_what_changes_and_goes_like_home_does() {
    on_both(async |fediverse: &Fediverse| {
        let (ours, nadia, ines) = a_house(fediverse).await;
        ines.follows("nadia@kindred.example").await;
        let list = list_of(&ines, &[nadia.actor.id.to_string()]).await;
        let mut near = Line::socket(&ours, &format!("?stream=list&list={list}"), &ines.token).await;
        // Whoever knows the number of somebody else's list hears nothing by it.
        let mut foreign =
            Line::socket(&ours, &format!("?stream=list&list={list}"), &nadia.token).await;
        foreign
            .says(&json!({ "type": "subscribe", "stream": "user" }))
            .await;

        let said = nadia.says("Hello").await;
        assert_eq!(near.event().await.1, "update");
        nadia.edits(&said, "Hello again").await;
        let (stream, event, status) = near.event().await;
        assert_eq!(
            (&stream, event.as_str()),
            (&json!(["list", list]), "status.update")
        );
        assert_eq!(
            (&status["id"], words(&status).as_str()),
            (&said["id"], "Hello again")
        );
        nadia.deletes(&said).await;
        let (stream, event, gone) = near.event().await;
        assert_eq!(
            (&stream, event.as_str()),
            (&json!(["list", list]), "delete")
        );
        assert_eq!(gone.to_string(), text(&said["id"]));
        for expected in ["update", "status.update", "delete"] {
            let (stream, event, _) = foreign.event().await;
            assert_eq!((stream, event.as_str()), (json!(["user"]), expected));
        }
        fediverse.settle().await;
    })
    .await;
}

#[actix_web::test]
async fn a_post_that_a_group_passed_on_changes_at_home_and_on_the_list_of_the_group() {
    on_both(async |fediverse: &Fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("mei")
            .with_person("tomas")
            .with_group("rust")
            .start()
            .await;
        let (nadia, mei) = (ours.person("nadia"), ours.person("mei"));
        mei.follows("@rust").await;
        let list = list_of(&mei, &[ours.group("rust").actor.id.to_string()]).await;
        let mut home = Line::socket(&ours, "?stream=user", &mei.token).await;
        let mut tab = Line::socket(&ours, &format!("?stream=list&list={list}"), &mei.token).await;
        let said = nadia.says("@rust Borrowed").await;
        for line in [&mut home, &mut tab] {
            let (_, event, status) = line.event().await;
            assert_eq!(event, "update");
            assert_eq!(status["reblog"]["id"], said["id"]);
        }
        nadia.edits(&said, "@rust Owned").await;
        for line in [&mut home, &mut tab] {
            let (_, event, status) = line.event().await;
            assert_eq!(event, "status.update");
            assert_eq!(
                (&status["id"], words(&status).as_str()),
                (&said["id"], "@rust Owned")
            );
        }
        // What somebody passes on comes and goes under its own number.
        let own = nadia.says("For those who follow me").await;
        mei.follows("@tomas").await;
        let tomas = ours.person("tomas");
        let path = format!("/api/v1/statuses/{}", text(&own["id"]));
        let passed = tomas.does("POST", &format!("{path}/reblog"), None).await;
        let (_, event, status) = home.event().await;
        assert_eq!((event.as_str(), &status["id"]), ("update", &passed["id"]));
        tomas.does("POST", &format!("{path}/unreblog"), None).await;
        let (_, event, gone) = home.event().await;
        assert_eq!(
            (event.as_str(), gone.to_string().as_str()),
            ("delete", text(&passed["id"]))
        );

        nadia.deletes(&said).await;
        for line in [&mut home, &mut tab] {
            let (_, event, gone) = line.event().await;
            assert_eq!(
                (event.as_str(), gone.to_string().as_str()),
                ("delete", text(&said["id"]))
            );
        }
        fediverse.settle().await;
    })
    .await;
}

#[actix_web::test]
async fn whoever_changes_filters_or_lets_notices_in_hears_of_it_on_all_devices() {
    on_both(async |fediverse: &Fediverse| {
        let (ours, nadia, ines) = a_house(fediverse).await;
        let mut line = Line::socket(&ours, "?stream=user", &ines.token).await;
        let mut others = Line::socket(&ours, "?stream=user", &nadia.token).await;
        let filter = json!({
            "title": "Rain", "context": ["home"], "keywords_attributes": [{ "keyword": "rain" }]
        });
        let filter = ines.does("POST", "/api/v2/filters", Some(&filter)).await;
        let (stream, event, nothing) = line.event().await;
        assert_eq!(
            (stream, event.as_str(), nothing),
            (json!(["user"]), "filters_changed", Value::Null)
        );
        let path = format!("/api/v2/filters/{}", text(&filter["id"]));
        ines.does("DELETE", &path, None).await;
        assert_eq!(line.event().await.1, "filters_changed");

        let policy = json!({ "for_not_following": "filter" });
        ines.does("PATCH", "/api/v2/notifications/policy", Some(&policy))
            .await;
        nadia.says("@ines hello").await;
        fediverse.settle().await;
        let waiting = ines.sees("/api/v1/notifications/requests").await;
        let path = format!(
            "/api/v1/notifications/requests/{}/accept",
            text(&waiting[0]["id"])
        );
        ines.does("POST", &path, None).await;
        assert_eq!(line.event().await.1, "notifications_merged");
        let merged = ines.sees("/api/v1/notifications/requests/merged").await;
        assert_eq!(merged["merged"], true);
        assert_eq!(
            ines.sees("/api/v1/notifications").await[0]["type"],
            "mention"
        );
        // Nobody else heard of it: the first thing that Nadia hears is what is for her.
        nadia.says("To myself").await;
        for _ in 0..2 {
            let (_, event, status) = others.event().await;
            assert_eq!(event, "update");
            if words(&status) == "To myself" {
                break;
            }
        }
        fediverse.settle().await;
    })
    .await;
}

#[actix_web::test]
async fn what_happens_in_one_process_is_streamed_by_another_on_the_same_database() {
    on_postgres(async |fediverse: &Fediverse| {
        let (ours, nadia, ines) = a_house(fediverse).await;
        ines.follows("nadia@kindred.example").await;
        let (other, _stop) = ours.beside();
        let list = list_of(&ines, &[nadia.actor.id.to_string()]).await;
        let mut home = Line::socket(&other, "?stream=user", &ines.token).await;
        let mut near =
            Line::socket(&other, &format!("?stream=list&list={list}"), &ines.token).await;
        // The line between processes is up once something comes through it.
        let said = first_heard(&nadia, &mut home, &mut near).await;
        nadia.edits(&said, "Through the wall, again").await;
        for line in [&mut home, &mut near] {
            let (_, event, status) = line.event().await;
            assert_eq!(
                (event.as_str(), &status["id"]),
                ("status.update", &said["id"])
            );
        }
        nadia.deletes(&said).await;
        for line in [&mut home, &mut near] {
            assert_eq!(line.event().await.1, "delete");
        }
        // And the other way round: what is said at the other process is heard at the first one.
        let mut here = Line::socket(&ours, "?stream=user", &ines.token).await;
        let there = Person {
            instance: other.clone(),
            ..other.person("nadia")
        };
        let said = there.says("From the other side").await;
        let (_, event, status) = here.event().await;
        assert_eq!((event.as_str(), &status["id"]), ("update", &said["id"]));
        other.close().await;
        fediverse.settle().await;
    })
    .await;
}

/// Says something until both lines have heard it; the post that was heard last. Listening begins a moment after a process does.
async fn first_heard(nadia: &Person, home: &mut Line, near: &mut Line) -> Value {
    let mut said = Vec::new();
    let heard = loop {
        said.push(nadia.says("Through the wall").await);
        if let Some((_, event, status)) = home.soon().await {
            assert_eq!(event, "update");
            break status["id"].clone();
        }
        assert!(said.len() < 100, "nothing comes through");
    };
    let first = said
        .iter()
        .position(|said| said["id"] == heard)
        .expect("it was said");
    for later in &said[first + 1..] {
        assert_eq!(home.event().await.2["id"], later["id"]);
    }
    for each in &said[first..] {
        assert_eq!(near.event().await.2["id"], each["id"]);
    }
    said.pop().expect("something was said")
}
