//! Filters: how they are made, in both forms, and how they mark what somebody would rather not read.

use std::time::Duration;

use serde_json::{Value, json};

use super::{house, id};
use crate::support::{Person, on_both};

async fn makes(person: &Person, wish: Value) -> Value {
    person.does("POST", "/api/v2/filters", Some(&wish)).await
}

#[tokio::test]
async fn a_filter_marks_what_it_is_about_also_inside_a_boost() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (house.person("nadia"), house.person("tomas"), house.person("ines"));
        for acct in ["tomas@kindred.example", "ines@kindred.example"] {
            nadia.follows(acct).await;
        }
        makes(
            &nadia,
            json!({
                "title": "Crabs", "context": ["home", "thread"], "filter_action": "hide", "expires_in": 3600,
                "keywords_attributes": [{ "keyword": "crab", "whole_word": true }, { "keyword": "claw" }],
            }),
        )
        .await;
        let crab = tomas.says("A CRAB and its claws").await;
        tomas.says("Many crabs").await;
        ines.reacts(crab["uri"].as_str().unwrap(), "reblog").await;
        let home = nadia.sees("/api/v1/timelines/home").await;
        let filtered: Vec<&Value> = home.as_array().unwrap().iter().map(|it| &it["filtered"]).collect();
        assert_eq!(filtered[0], &json!([]), "another word");
        let found = &filtered[1][0];
        assert_eq!(found["filter"]["title"], json!("Crabs"));
        assert_eq!(found["filter"]["filter_action"], json!("hide"));
        assert_eq!(found["keyword_matches"], json!(["crab", "claw"]));
        assert_eq!(found["status_matches"], json!(null));
        let one = nadia.sees(&format!("/api/v1/statuses/{}", id(&crab))).await;
        assert_eq!(one["filtered"].as_array().unwrap().len(), 1);
        let page = nadia.sees(&format!("/api/v1/accounts/{}/statuses", ines.actor.id)).await;
        assert_eq!(page[0]["filtered"].as_array().unwrap().len(), 1, "the boost");
        assert_eq!(page[0]["reblog"]["filtered"].as_array().unwrap().len(), 1, "and what is in it");
        let his = tomas.sees(&format!("/api/v1/statuses/{}", id(&crab))).await;
        assert_eq!(his["filtered"], json!([]), "it is her filter");
        fediverse.turn(Duration::from_secs(3601));
        let one = nadia.sees(&format!("/api/v1/statuses/{}", id(&crab))).await;
        assert_eq!(one["filtered"], json!([]), "it has ended");
    })
    .await;
}

#[tokio::test]
async fn words_and_posts_are_added_changed_and_taken_out_one_by_one() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let filter = makes(&nadia, json!({ "title": "Noise", "context": ["public"] })).await;
        assert_eq!(filter["filter_action"], json!("warn"));
        assert_eq!(filter["expires_at"], json!(null));
        let path = format!("/api/v2/filters/{}", id(&filter));
        let keyword = nadia
            .does(
                "POST",
                &format!("{path}/keywords"),
                Some(&json!({ "keyword": "bang" })),
            )
            .await;
        assert_eq!(keyword["whole_word"], json!(false));
        let one = format!("/api/v2/filters/keywords/{}", id(&keyword));
        let changed = nadia
            .does("PUT", &one, Some(&json!({ "whole_word": "true" })))
            .await;
        assert_eq!(
            (&changed["keyword"], &changed["whole_word"]),
            (&json!("bang"), &json!(true))
        );
        assert_eq!(nadia.sees(&one).await, changed);
        assert_eq!(tomas.calls("GET", &one, None).await.status, 404);
        assert_eq!(tomas.calls("DELETE", &one, None).await.status, 404);

        let post = tomas.says("Nothing of it").await;
        let named = json!({ "status_id": id(&post) });
        let line = nadia
            .does("POST", &format!("{path}/statuses"), Some(&named))
            .await;
        assert_eq!(line["status_id"], post["id"]);
        let seen = nadia.sees(&format!("/api/v1/statuses/{}", id(&post))).await;
        assert_eq!(seen["filtered"][0]["status_matches"], json!([id(&post)]));
        assert_eq!(nadia.sees(&format!("{path}/statuses")).await, json!([line]));
        nadia
            .does(
                "DELETE",
                &format!("/api/v2/filters/statuses/{}", id(&line)),
                None,
            )
            .await;

        let update = json!({ "keywords_attributes": [
            { "id": id(&keyword), "_destroy": true },
            { "keyword": "boom", "whole_word": "0" },
        ]});
        let whole = nadia.does("PUT", &path, Some(&update)).await;
        assert_eq!(whole["keywords"].as_array().unwrap().len(), 1);
        assert_eq!(whole["keywords"][0]["keyword"], json!("boom"));
        assert_eq!(whole["statuses"], json!([]));
        assert_eq!(nadia.sees("/api/v2/filters").await, json!([whole]));
        nadia.does("DELETE", &path, None).await;
        assert_eq!(nadia.sees("/api/v2/filters").await, json!([]));
        for wish in [
            json!({ "title": "x" }),
            json!({ "title": "", "context": ["home"] }),
            json!({ "title": "x", "context": ["everywhere"] }),
            json!({ "title": "x", "context": ["home"], "filter_action": "burn" }),
        ] {
            assert_eq!(
                nadia
                    .calls("POST", "/api/v2/filters", Some(&wish))
                    .await
                    .status,
                422,
                "{wish}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn clients_of_old_see_each_word_as_a_filter() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let nadia = house.person("nadia");
        let wish =
            json!({ "phrase": "bang", "context": ["home", "notifications"], "irreversible": true });
        let made = nadia.does("POST", "/api/v1/filters", Some(&wish)).await;
        assert_eq!(made["phrase"], json!("bang"));
        assert_eq!(made["irreversible"], json!(true));
        assert_eq!(made["whole_word"], json!(false));
        assert_eq!(made["context"], json!(["home", "notifications"]));
        let path = format!("/api/v1/filters/{}", id(&made));
        let wish = json!({ "phrase": "boom", "context": ["home"], "whole_word": true });
        let changed = nadia.does("PUT", &path, Some(&wish)).await;
        assert_eq!(
            (&changed["phrase"], &changed["context"]),
            (&json!("boom"), &json!(["home"]))
        );
        let new = nadia.sees("/api/v2/filters").await;
        assert_eq!(new[0]["keywords"][0]["keyword"], json!("boom"));
        nadia.does("DELETE", &path, None).await;
        assert_eq!(nadia.sees("/api/v1/filters").await, json!([]));
        assert_eq!(
            nadia.sees("/api/v2/filters").await,
            json!([]),
            "the last word took it along"
        );
    })
    .await;
}
