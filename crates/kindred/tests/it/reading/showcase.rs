//! The directory, suggestions, trends, friends in common.

use serde_json::json;

use super::each;
use crate::support::on_both;

#[tokio::test]
async fn suggestions_begin_with_groups_about_the_same_topics() {
    on_both(async |fediverse| {
        let house = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_person("ines")
            .with_group("rust")
            .with_group("chess")
            .start()
            .await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        tomas.does("POST", "/api/v1/tags/chess/follow", None).await;
        tomas.follows("ines@kindred.example").await;
        house.person("ines").follows("nadia@kindred.example").await;
        let found = tomas.sees("/api/v2/suggestions").await;
        let names: Vec<&str> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["account"]["username"].as_str().unwrap())
            .collect();
        assert_eq!(names[..2], ["chess", "nadia"]);
        assert!(!names.contains(&"ines"), "he follows her already");
        assert_eq!(found[0]["sources"], json!(["similar_to_recently_followed"]));
        assert_eq!(found[1]["sources"], json!(["friends_of_friends"]));
        tomas
            .does(
                "DELETE",
                &format!("/api/v1/suggestions/{}", nadia.actor.id),
                None,
            )
            .await;
        let left = tomas.sees("/api/v1/suggestions").await;
        assert!(!each(&left, "username").contains(&"nadia"));
        let familiar = tomas
            .sees(&format!(
                "/api/v1/accounts/familiar_followers?id[]={}",
                nadia.actor.id
            ))
            .await;
        assert_eq!(familiar[0]["id"], json!(nadia.actor.id.to_string()));
        assert_eq!(each(&familiar[0]["accounts"], "username"), ["ines"]);
    })
    .await;
}

#[tokio::test]
async fn the_directory_lists_people_and_groups_but_no_closed_ones_to_strangers() {
    on_both(async |fediverse| {
        let house = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_group("rust")
            .with_group_like(
                "den",
                kindred_storage::Visibility::Members,
                kindred_storage::JoinPolicy::Ask,
            )
            .start()
            .await;
        house.person("tomas").says("Here I am").await;
        let listed = house.page("/api/v1/directory?local=true").await.json();
        let names = each(&listed, "username");
        assert_eq!(names[0], "tomas", "who spoke last comes first");
        assert!(names.contains(&"rust") && !names.contains(&"den"));
        let new = house
            .page("/api/v1/directory?order=new&limit=1&offset=1")
            .await
            .json();
        assert_eq!(new.as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_only_a_few_talk_about_is_no_trend() {
    on_both(async |fediverse| {
        let house = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_person("ines")
            .with_person("mei")
            .start()
            .await;
        let nadia = house.person("nadia");
        for (handle, text) in [
            ("nadia", "#crab first"),
            ("tomas", "#crab second #lobster"),
            ("ines", "#Crab third #lobster"),
        ] {
            house.person(handle).says(text).await;
        }
        let post = nadia.says("Liked by all").await;
        for handle in ["tomas", "ines", "mei"] {
            house
                .person(handle)
                .reacts(post["uri"].as_str().unwrap(), "favourite")
                .await;
        }
        let tags = house.page("/api/v1/trends/tags").await.json();
        assert_eq!(each(&tags, "name"), ["crab"]);
        assert_eq!(tags[0]["history"][0]["accounts"], json!("3"));
        assert_eq!(house.page("/api/v1/trends").await.json(), tags);
        // She has not agreed to be found.
        assert_eq!(
            house.page("/api/v1/trends/statuses").await.json(),
            json!([])
        );
        assert_eq!(house.page("/api/v1/trends/links").await.json(), json!([]));
    })
    .await;
}
