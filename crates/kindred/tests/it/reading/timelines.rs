//! Timelines: what is on them, for whom, and how one walks through them.

use serde_json::json;

use super::{each, follows, house, id, pages, said, target};
use crate::support::{on_both, on_sqlite};

#[tokio::test]
async fn the_pages_of_home_lead_through_it_both_ways_without_gaps_and_doubles() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let nadia = house.person("nadia");
        for n in 0..10 {
            nadia.says(&format!("Word {n}")).await;
        }
        let down = pages(&nadia, "/api/v1/timelines/home?limit=4", "next").await;
        let found: Vec<String> = down.iter().flat_map(said).collect();
        let all: Vec<String> = (0..10).rev().map(|n| format!("Word {n}")).collect();
        assert_eq!(found, all);
        assert_eq!(down.len(), 3);
        // And up again from the last page.
        let oldest = id(&down[2][1]);
        let from = format!("/api/v1/timelines/home?limit=4&min_id={oldest}");
        let up = pages(&nadia, &from, "prev").await;
        let mut found: Vec<String> = up.iter().rev().flat_map(said).collect();
        found.push("Word 0".to_owned());
        assert_eq!(found, all);
    })
    .await;
}

#[tokio::test]
async fn the_page_of_everybody_tells_here_from_elsewhere_and_leaves_answers_out() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let far = fediverse.peer("far.example", "mastodon");
        let robert = far.person("robert");
        let (nadia, ines) = (house.person("nadia"), house.person("ines"));
        follows(fediverse, &house, &ines, &robert, "robert@far.example").await;
        let post = nadia.says("From here").await;
        nadia
            .answers(post["uri"].as_str().unwrap(), "An answer")
            .await;
        nadia
            .publishes(json!({ "status": "Quietly", "visibility": "unlisted" }))
            .await;
        robert
            .tells(&house, &robert.create(&robert.note("From there", &[])))
            .await;
        fediverse.settle().await;
        for (query, expected) in [
            ("", vec!["From there", "From here"]),
            ("?local=true", vec!["From here"]),
            ("?remote=1", vec!["From there"]),
            ("?only_media=true", vec![]),
        ] {
            let found = ines.sees(&format!("/api/v1/timelines/public{query}")).await;
            assert_eq!(said(&found), expected, "{query}");
        }
        let stranger = house.page("/api/v1/timelines/public").await;
        assert_eq!(said(&stranger.json()), ["From there", "From here"]);
    })
    .await;
}

#[tokio::test]
async fn nonsense_in_cursors_and_limits_is_never_a_failure() {
    on_sqlite(async |fediverse| {
        let house = house(fediverse).await;
        let nadia = house.person("nadia");
        nadia.says("One word").await;
        for path in [
            "/api/v1/timelines/home",
            "/api/v1/timelines/public",
            "/api/v1/timelines/tag/rust",
            "/api/v1/notifications",
            "/api/v2/notifications",
            "/api/v1/bookmarks",
            "/api/v1/favourites",
            "/api/v1/blocks",
            "/api/v1/mutes",
            "/api/v1/conversations",
            "/api/v1/followed_tags",
            "/api/v1/directory",
            "/api/v2/suggestions",
            "/api/v1/trends/tags",
            "/api/v2/search?q=word",
        ] {
            let join = if path.contains('?') { '&' } else { '?' };
            for query in [
                "limit=0",
                "limit=-1",
                "limit=abc",
                "limit=99999999999999999999999",
                "max_id=-5",
                "min_id=abc&since_id=zz",
                "max_id=9223372036854775807&min_id=-9223372036854775808",
                "offset=-1",
                "offset=18446744073709551615",
            ] {
                let asked = format!("{path}{join}{query}");
                let answer = nadia.calls("GET", &asked, None).await;
                assert_eq!(answer.status, 200, "{asked}: {}", answer.text());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_group_shows_what_it_passed_on_whatever_clients_leave_out() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        tomas.follows("rust@kindred.example").await;
        tomas.follows("nadia@kindred.example").await;
        let post = nadia.says("@rust A thread about #crabs").await;
        tomas
            .answers(post["uri"].as_str().unwrap(), "An answer")
            .await;
        let group = house.group("rust").actor.id;
        let path = format!("/api/v1/accounts/{group}/statuses");
        for query in [
            "",
            "?exclude_reblogs=true",
            "?exclude_replies=true",
            "?tagged=crabs",
        ] {
            let found = tomas.sees(&format!("{path}{query}")).await;
            assert_eq!(said(&found), ["@rust A thread about #crabs"], "{query}");
            assert_eq!(found[0]["account"]["username"], json!("rust"));
            assert_eq!(found[0]["reblog"]["account"]["username"], json!("nadia"));
        }
        assert_eq!(
            said(&tomas.sees(&format!("{path}?tagged=lobsters")).await),
            [""; 0]
        );
        assert_eq!(
            said(&tomas.sees(&format!("{path}?only_media=true")).await),
            [""; 0]
        );
        let bare = tomas
            .sees(&format!("/api/v1/timelines/group/{group}"))
            .await;
        assert_eq!(bare[0]["reblog"], json!(null));
        assert_eq!(bare[0]["id"], post["id"]);
        // He hears of it from her and from the group, and reads it once.
        assert_eq!(
            tomas
                .home()
                .await
                .iter()
                .filter(|line| line.contains("A thread"))
                .count(),
            1
        );
        let person = format!("/api/v1/timelines/group/{}", nadia.actor.id);
        assert_eq!(
            tomas.calls("GET", &person, None).await.status,
            404,
            "no group"
        );
    })
    .await;
}

#[tokio::test]
async fn several_posts_and_accounts_are_asked_for_by_number_in_that_order() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let one = id(&nadia.says("One").await);
        let two = id(&nadia.says("Two").await);
        let secret = nadia
            .publishes(json!({ "status": "Secret", "visibility": "direct" }))
            .await;
        let path = format!(
            "/api/v1/statuses?id[]={two}&id[]={one}&id[]={}&id[]=x&id[]=7",
            id(&secret)
        );
        assert_eq!(said(&tomas.sees(&path).await), ["Two", "One"]);
        let path = format!(
            "/api/v1/accounts?id[]={}&id[]=9&id[]={}",
            tomas.actor.id, nadia.actor.id
        );
        assert_eq!(
            each(&tomas.sees(&path).await, "username"),
            ["tomas", "nadia"]
        );
        // The same address still takes new posts.
        tomas.says("Three").await;
    })
    .await;
}

#[tokio::test]
async fn followers_are_shown_to_people_of_ours_page_by_page() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (
            house.person("nadia"),
            house.person("tomas"),
            house.person("ines"),
        );
        tomas.follows("nadia@kindred.example").await;
        ines.follows("nadia@kindred.example").await;
        let path = format!("/api/v1/accounts/{}/followers", nadia.actor.id);
        let down = pages(&ines, &format!("{path}?limit=1"), "next").await;
        let names: Vec<&str> = down
            .iter()
            .flat_map(|page| each(page, "username"))
            .collect();
        assert_eq!(names, ["ines", "tomas"]);
        assert_eq!(
            house.page(&path).await.json(),
            json!([]),
            "strangers learn numbers only"
        );
        let path = format!("/api/v1/accounts/{}/following", tomas.actor.id);
        assert_eq!(each(&ines.sees(&path).await, "username"), ["nadia"]);
    })
    .await;
}

#[tokio::test]
async fn members_of_a_closed_group_are_shown_to_members_only() {
    on_both(async |fediverse| {
        let house = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_group_like(
                "den",
                kindred_storage::Visibility::Members,
                kindred_storage::JoinPolicy::Ask,
            )
            .start()
            .await;
        let path = format!("/api/v1/accounts/{}/followers", house.group("den").actor.id);
        assert_eq!(
            each(&house.person("nadia").sees(&path).await, "username"),
            ["nadia"]
        );
        assert_eq!(house.person("tomas").sees(&path).await, json!([]));
        assert_eq!(
            house.page(&path).await.status,
            404,
            "there is no such group for strangers"
        );
    })
    .await;
}

#[test]
fn links_are_taken_apart_rightly() {
    let link = "<http://a.b/api?max_id=1>; rel=\"next\", <http://a.b/api?min_id=2>; rel=\"prev\"";
    assert_eq!(target(link, "prev").as_deref(), Some("/api?min_id=2"));
    assert_eq!(target(link, "next").as_deref(), Some("/api?max_id=1"));
}

#[tokio::test]
async fn whoever_keeps_their_company_to_themself_is_shown_by_numbers_and_not_by_names() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (
            house.person("nadia"),
            house.person("tomas"),
            house.person("ines"),
        );
        ines.follows("@nadia").await;
        nadia.follows("@tomas").await;
        let lists = ["followers", "following"]
            .map(|list| format!("/api/v1/accounts/{}/{list}", nadia.actor.id));
        for path in &lists {
            assert!(!each(&tomas.sees(path).await, "id").is_empty(), "{path}");
        }
        let wish = json!({ "hide_collections": "true" });
        let me = nadia
            .does("PATCH", "/api/v1/accounts/update_credentials", Some(&wish))
            .await;
        assert_eq!(me["source"]["hide_collections"], true);
        for path in &lists {
            assert_eq!(tomas.sees(path).await, json!([]), "{path}");
            assert!(!each(&nadia.sees(path).await, "id").is_empty(), "{path}");
        }
        let seen = tomas
            .sees(&format!("/api/v1/accounts/{}", nadia.actor.id))
            .await;
        assert_eq!(
            (&seen["hide_collections"], &seen["followers_count"]),
            (&json!(true), &json!(1))
        );
        fediverse.settle().await;
    })
    .await;
}
