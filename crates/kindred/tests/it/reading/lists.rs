//! Lists: timelines of chosen people and groups.

use serde_json::{Value, json};

use super::{each, house, id, pages, said};
use crate::support::{Person, on_both};

async fn makes(person: &Person, wish: Value) -> String {
    id(&person.does("POST", "/api/v1/lists", Some(&wish)).await)
}

#[tokio::test]
async fn a_list_is_made_changed_and_thrown_away_by_its_owner_only() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let list = makes(
            &nadia,
            json!({ "title": " Friends ", "replies_policy": "none" }),
        )
        .await;
        let path = format!("/api/v1/lists/{list}");
        assert_eq!(
            nadia.sees(&path).await,
            json!({ "id": list, "title": "Friends", "replies_policy": "none", "exclusive": false })
        );
        let changed = nadia
            .does("PUT", &path, Some(&json!({ "exclusive": "1" })))
            .await;
        assert_eq!(changed["title"], json!("Friends"));
        assert_eq!(changed["exclusive"], json!(true));
        for method in ["GET", "PUT", "DELETE"] {
            assert_eq!(
                tomas.calls(method, &path, None).await.status,
                404,
                "{method}"
            );
        }
        for wish in [
            json!({}),
            json!({ "title": "  " }),
            json!({ "title": "x", "replies_policy": "all" }),
        ] {
            assert_eq!(
                nadia
                    .calls("POST", "/api/v1/lists", Some(&wish))
                    .await
                    .status,
                422,
                "{wish}"
            );
        }
        nadia.does("DELETE", &path, None).await;
        assert_eq!(nadia.sees("/api/v1/lists").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_list_with_a_group_is_the_tab_of_that_group() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (
            house.person("nadia"),
            house.person("tomas"),
            house.person("ines"),
        );
        let list = makes(&tomas, json!({ "title": "Rust" })).await;
        let group = house.group("rust").actor.id.to_string();
        let accounts = format!("/api/v1/lists/{list}/accounts");
        let whom = json!({ "account_ids": [group] });
        assert_eq!(
            tomas.calls("POST", &accounts, Some(&whom)).await.status,
            422,
            "follow first"
        );
        tomas.follows("rust@kindred.example").await;
        tomas.does("POST", &accounts, Some(&whom)).await;
        tomas.does("POST", &accounts, Some(&whom)).await;
        assert_eq!(each(&tomas.sees(&accounts).await, "username"), ["rust"]);
        ines.follows("rust@kindred.example").await;
        for n in 0..3 {
            ines.says(&format!("@rust Thread {n}")).await;
        }
        nadia.says("Elsewhere").await;
        let down = pages(
            &tomas,
            &format!("/api/v1/timelines/list/{list}?limit=2"),
            "next",
        )
        .await;
        let found: Vec<String> = down.iter().flat_map(said).collect();
        assert_eq!(
            found,
            ["@rust Thread 2", "@rust Thread 1", "@rust Thread 0"]
        );
        assert_eq!(down[0][0]["account"]["username"], json!("rust"));
        let on = tomas.sees(&format!("/api/v1/accounts/{group}/lists")).await;
        assert_eq!(each(&on, "title"), ["Rust"]);
        let timeline = format!("/api/v1/timelines/list/{list}");
        assert_eq!(
            nadia.calls("GET", &timeline, None).await.status,
            404,
            "it is not hers"
        );
        tomas.does("DELETE", &accounts, Some(&whom)).await;
        assert_eq!(said(&tomas.sees(&timeline).await), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn an_exclusive_list_takes_its_people_out_of_home() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (
            house.person("nadia"),
            house.person("tomas"),
            house.person("ines"),
        );
        for acct in ["nadia@kindred.example", "ines@kindred.example"] {
            tomas.follows(acct).await;
        }
        let list = makes(&tomas, json!({ "title": "Apart", "exclusive": true })).await;
        let whom = json!({ "account_ids": [nadia.actor.id.to_string()] });
        tomas
            .does(
                "POST",
                &format!("/api/v1/lists/{list}/accounts"),
                Some(&whom),
            )
            .await;
        nadia.says("From Nadia").await;
        ines.says("From Ines").await;
        assert_eq!(tomas.home().await, ["From Ines by ines"]);
        assert_eq!(
            said(&tomas.sees(&format!("/api/v1/timelines/list/{list}")).await),
            ["From Nadia"]
        );
        tomas.leaves("nadia@kindred.example").await;
        assert_eq!(
            tomas.sees(&format!("/api/v1/lists/{list}/accounts")).await,
            json!([])
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_shows_the_answers_that_it_was_asked_to() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (
            house.person("nadia"),
            house.person("tomas"),
            house.person("ines"),
        );
        tomas.follows("nadia@kindred.example").await;
        let own = nadia.says("A word").await;
        nadia
            .answers(own["uri"].as_str().unwrap(), "More of it")
            .await;
        let other = ines.says("Her word").await;
        nadia
            .answers(other["uri"].as_str().unwrap(), "@ines to Ines")
            .await;
        let whom = json!({ "account_ids": [nadia.actor.id.to_string()] });
        for (policy, count) in [("none", 2), ("list", 2), ("followed", 2)] {
            let list = makes(&tomas, json!({ "title": policy, "replies_policy": policy })).await;
            tomas
                .does(
                    "POST",
                    &format!("/api/v1/lists/{list}/accounts"),
                    Some(&whom),
                )
                .await;
            let found = tomas.sees(&format!("/api/v1/timelines/list/{list}")).await;
            assert_eq!(
                said(&found).len(),
                count,
                "{policy}: answers to herself only"
            );
        }
        tomas.follows("ines@kindred.example").await;
        let lists = tomas.sees("/api/v1/lists").await;
        for list in lists.as_array().unwrap() {
            let found = tomas
                .sees(&format!("/api/v1/timelines/list/{}", id(list)))
                .await;
            let expected = if list["title"] == "followed" { 3 } else { 2 };
            assert_eq!(said(&found).len(), expected, "{list}");
        }
    })
    .await;
}
