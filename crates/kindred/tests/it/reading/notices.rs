//! Notices: who hears of what, in which words of the client API, one by one and in groups.

use serde_json::{Value, json};

use super::{each, house, id, pages};
use crate::support::{Person, on_both};

async fn notices(person: &Person, query: &str) -> Value {
    person.sees(&format!("/api/v1/notifications{query}")).await
}

fn told(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|notice| {
            format!(
                "{} by {}",
                notice["type"].as_str().unwrap_or_default(),
                notice["account"]["username"].as_str().unwrap_or_default()
            )
        })
        .collect()
}

#[tokio::test]
async fn everybody_hears_of_what_concerns_them_in_words_that_clients_know() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        tomas.follows("nadia@kindred.example").await;
        let post = nadia.says("A crab").await;
        let uri = post["uri"].as_str().unwrap();
        tomas.reacts(uri, "favourite").await;
        tomas.reacts(uri, "reblog").await;
        tomas
            .answers(uri, "@nadia@kindred.example a fine one")
            .await;
        tomas.says("Hello @nadia").await;
        let list = notices(&nadia, "").await;
        assert_eq!(
            told(&list),
            [
                "mention by tomas",
                "mention by tomas",
                "reblog by tomas",
                "favourite by tomas",
                "follow by tomas"
            ]
        );
        for notice in list.as_array().unwrap() {
            assert!(notice["id"].is_string() && notice["group_key"].is_string());
            assert!(notice["created_at"].as_str().unwrap().ends_with("000Z"));
            let with_status = notice["type"] != "follow";
            assert_eq!(notice["status"].is_object(), with_status, "{notice}");
        }
        assert_eq!(
            told(&notices(&nadia, "?types[]=follow&types[]=reblog").await),
            ["reblog by tomas", "follow by tomas"]
        );
        let without = notices(&nadia, "?exclude_types[]=mention&exclude_types[]=follow").await;
        assert_eq!(told(&without), ["reblog by tomas", "favourite by tomas"]);
        assert_eq!(told(&notices(&nadia, "?types[]=nonsense").await), [""; 0]);
        let nobody = notices(&nadia, &format!("?account_id={}", nadia.actor.id)).await;
        assert_eq!(told(&nobody), [""; 0]);
        // What is gone is told no more.
        nadia.deletes(&post).await;
        assert_eq!(
            told(&notices(&nadia, "").await),
            ["mention by tomas", "mention by tomas", "follow by tomas"]
        );
    })
    .await;
}

#[tokio::test]
async fn notices_are_counted_read_dismissed_and_cleared_by_their_owner_only() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        for n in 0..3 {
            tomas.says(&format!("Word {n} @nadia")).await;
        }
        let count =
            async || nadia.sees("/api/v1/notifications/unread_count").await["count"].clone();
        assert_eq!(count().await, json!(3));
        let list = notices(&nadia, "").await;
        let middle = id(&list[1]);
        let marked = nadia
            .does(
                "POST",
                "/api/v1/markers",
                Some(&json!({ "notifications": { "last_read_id": middle } })),
            )
            .await;
        assert_eq!(marked["notifications"]["version"], json!(1));
        assert_eq!(count().await, json!(1));
        // Going back is not going back.
        let first = id(&list[2]);
        let again = nadia
            .does(
                "POST",
                &format!("/api/v1/markers?notifications[last_read_id]={first}"),
                None,
            )
            .await;
        assert_eq!(again["notifications"]["last_read_id"], json!(middle));
        assert_eq!(again["notifications"]["version"], json!(1));
        let marks = nadia
            .sees("/api/v1/markers?timeline[]=notifications&timeline[]=home")
            .await;
        assert_eq!(marks.as_object().unwrap().len(), 1, "home was never marked");

        let path = format!("/api/v1/notifications/{middle}");
        assert_eq!(nadia.sees(&path).await["id"], json!(middle));
        assert_eq!(tomas.calls("GET", &path, None).await.status, 404);
        tomas.does("POST", &format!("{path}/dismiss"), None).await;
        assert_eq!(
            nadia.calls("GET", &path, None).await.status,
            200,
            "it is not his"
        );
        nadia.does("POST", &format!("{path}/dismiss"), None).await;
        assert_eq!(nadia.calls("GET", &path, None).await.status, 404);
        nadia
            .does("POST", "/api/v1/notifications/clear", None)
            .await;
        assert_eq!(notices(&nadia, "").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn the_pages_of_notices_lead_through_all_of_them_once() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        for n in 0..7 {
            tomas.says(&format!("Word {n} @nadia")).await;
        }
        let all: Vec<String> = each(&notices(&nadia, "").await, "id")
            .into_iter()
            .map(str::to_owned)
            .collect();
        let down = pages(
            &nadia,
            "/api/v1/notifications?limit=3&types[]=mention",
            "next",
        )
        .await;
        let sizes: Vec<usize> = down
            .iter()
            .map(|page| page.as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [3, 3, 1]);
        let found: Vec<&str> = down.iter().flat_map(|page| each(page, "id")).collect();
        assert_eq!(found, all);
    })
    .await;
}

#[tokio::test]
async fn who_asks_to_join_a_group_is_let_in_by_the_buttons_for_followers() {
    on_both(async |fediverse| {
        let house = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_group_like(
                "den",
                kindred_storage::Visibility::Public,
                kindred_storage::JoinPolicy::Ask,
            )
            .start()
            .await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        assert_eq!(tomas.stands_to("den@kindred.example").await, (false, true));
        let list = notices(&nadia, "").await;
        assert_eq!(told(&list), ["follow_request by tomas"]);
        let asker = id(&list[0]["account"]);
        nadia
            .does(
                "POST",
                &format!("/api/v1/follow_requests/{asker}/authorize"),
                None,
            )
            .await;
        assert_eq!(tomas.stands_to("den@kindred.example").await, (true, false));
        let again = format!("/api/v1/follow_requests/{asker}/authorize");
        assert_eq!(nadia.calls("POST", &again, None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn likes_of_one_post_are_told_as_one() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let nadia = house.person("nadia");
        let post = nadia.says("A crab").await;
        let uri = post["uri"].as_str().unwrap();
        for handle in ["tomas", "ines"] {
            house.person(handle).reacts(uri, "favourite").await;
        }
        house.person("ines").says("Hello @nadia").await;
        let found = nadia.sees("/api/v2/notifications").await;
        let groups = &found["notification_groups"];
        assert_eq!(each(groups, "type"), ["mention", "favourite"]);
        let likes = &groups[1];
        assert_eq!(likes["notifications_count"], json!(2));
        assert_eq!(likes["status_id"], post["id"]);
        assert!(likes["most_recent_notification_id"].is_number());
        let samples = likes["sample_account_ids"].as_array().unwrap();
        assert_eq!(samples.len(), 2);
        let accounts = each(&found["accounts"], "id");
        assert!(
            samples
                .iter()
                .all(|id| accounts.contains(&id.as_str().unwrap()))
        );
        assert!(each(&found["statuses"], "id").contains(&post["id"].as_str().unwrap()));

        let faces = nadia
            .sees("/api/v2/notifications?expand_accounts=partial_avatars")
            .await;
        assert_eq!(each(&faces["accounts"], "username"), ["ines"]);
        assert_eq!(each(&faces["partial_accounts"], "acct"), ["tomas"]);

        let alone = nadia
            .sees("/api/v2/notifications?grouped_types[]=reblog")
            .await;
        assert_eq!(
            each(&alone["notification_groups"], "type"),
            ["mention", "favourite", "favourite"]
        );
        let key = likes["group_key"].as_str().unwrap();
        let one = nadia.sees(&format!("/api/v2/notifications/{key}")).await;
        assert_eq!(
            one["notification_groups"][0]["notifications_count"],
            json!(2)
        );
        let who = nadia
            .sees(&format!("/api/v2/notifications/{key}/accounts"))
            .await;
        assert_eq!(each(&who, "username"), ["ines", "tomas"]);
        let count = nadia.sees("/api/v2/notifications/unread_count").await;
        assert_eq!(count, json!({ "count": 2 }));
        nadia
            .does(
                "POST",
                &format!("/api/v2/notifications/{key}/dismiss"),
                None,
            )
            .await;
        let left = nadia.sees("/api/v2/notifications").await;
        assert_eq!(each(&left["notification_groups"], "type"), ["mention"]);
        let key = left["notification_groups"][0]["group_key"]
            .as_str()
            .unwrap();
        nadia.sees(&format!("/api/v2/notifications/{key}")).await;
        for nonsense in [
            "x",
            "ungrouped-x",
            "favourite-1-2",
            "favourite-99999999999999999999-1",
        ] {
            let path = format!("/api/v2/notifications/{nonsense}");
            assert_eq!(
                nadia.calls("GET", &path, None).await.status,
                404,
                "{nonsense}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn notices_of_strangers_are_set_apart_when_somebody_wants_it() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let policy = nadia.sees("/api/v2/notifications/policy").await;
        assert_eq!(policy["for_not_following"], json!("accept"));
        let wish = json!({ "for_not_following": "filter" });
        let policy = nadia
            .does("PUT", "/api/v2/notifications/policy", Some(&wish))
            .await;
        assert_eq!(policy["for_not_following"], json!("filter"));
        let nonsense = json!({ "for_not_following": "perhaps" });
        let refused = nadia
            .calls("PATCH", "/api/v2/notifications/policy", Some(&nonsense))
            .await;
        assert_eq!(refused.status, 422);

        tomas.says("Hello @nadia").await;
        tomas.says("Are you there @nadia").await;
        assert_eq!(notices(&nadia, "").await, json!([]));
        assert_eq!(
            notices(&nadia, "?include_filtered=true")
                .await
                .as_array()
                .unwrap()
                .len(),
            2
        );
        let policy = nadia.sees("/api/v2/notifications/policy").await;
        assert_eq!(
            policy["summary"],
            json!({ "pending_requests_count": 1, "pending_notifications_count": 2 })
        );
        let waiting = nadia.sees("/api/v1/notifications/requests").await;
        assert_eq!(waiting[0]["notifications_count"], json!("2"));
        assert_eq!(waiting[0]["account"]["username"], json!("tomas"));
        assert!(waiting[0]["last_status"].is_object());
        let path = format!("/api/v1/notifications/requests/{}", id(&waiting[0]));
        assert_eq!(tomas.calls("GET", &path, None).await.status, 404, "not his");
        nadia.does("POST", &format!("{path}/accept"), None).await;
        assert_eq!(notices(&nadia, "").await.as_array().unwrap().len(), 2);
        let merged = nadia.sees("/api/v1/notifications/requests/merged").await;
        assert_eq!(merged, json!({ "merged": true }));
        // From now on he is heard.
        tomas.says("Good @nadia").await;
        assert_eq!(notices(&nadia, "").await.as_array().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn the_bell_rings_for_every_post_of_a_person_and_every_thread_of_a_group() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (
            house.person("nadia"),
            house.person("tomas"),
            house.person("ines"),
        );
        let bell = json!({ "notify": true });
        for acct in ["nadia@kindred.example", "rust@kindred.example"] {
            let target = ines.finds(acct).await;
            let path = format!("/api/v1/accounts/{target}/follow");
            assert_eq!(
                ines.does("POST", &path, Some(&bell)).await["notifying"],
                json!(true)
            );
        }
        tomas.follows("rust@kindred.example").await;
        nadia.says("About nothing").await;
        tomas.says("@rust A thread").await;
        assert_eq!(
            told(&notices(&ines, "").await),
            ["status by rust", "status by nadia"]
        );
        assert_eq!(told(&notices(&tomas, "").await), [""; 0], "he has no bell");
    })
    .await;
}
