//! Looking for groups, and what stirs.

use kindred_community::{AccountRole, JoinPolicy, Visibility};
use serde_json::{Value, json};

use super::{cares, pages::browser, two_companies, two_partners};
use crate::support::{Instance, on_both, on_sqlite};

fn accts(found: &Value) -> Vec<String> {
    let mut accts: Vec<String> = found
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|group| group["acct"].as_str().map(str::to_owned))
        .collect();
    accts.sort();
    accts
}

/// Groups of several kinds at both companies.
async fn found_some(ours: &Instance, theirs: &Instance) {
    for (instance, who, name, topics, visibility, join) in [
        (
            &ours,
            "ines",
            "Rye club",
            "Bread",
            Visibility::Public,
            JoinPolicy::Open,
        ),
        (
            &ours,
            "ines",
            "Night bakers",
            "Bread",
            Visibility::Company,
            JoinPolicy::Ask,
        ),
        (
            &theirs,
            "mei",
            "Ovens and embers",
            "bread",
            Visibility::Partners,
            JoinPolicy::Ask,
        ),
        (
            &theirs,
            "mei",
            "Slow chess",
            "Chess",
            Visibility::Public,
            JoinPolicy::Open,
        ),
        (
            &theirs,
            "mei",
            "Board room",
            "Chess",
            Visibility::Company,
            JoinPolicy::Open,
        ),
        (
            &theirs,
            "mei",
            "Back room",
            "Chess",
            Visibility::Members,
            JoinPolicy::Invite,
        ),
    ] {
        let founding = kindred_community::groups::Founding {
            handle: name.to_lowercase().replace(' ', "_"),
            name: name.to_owned(),
            summary: format!("All about {topics}."),
            topics: vec![topics.to_owned()],
            visibility,
            join_policy: join,
        };
        let founder = instance.person(who).actor;
        kindred_community::groups::found(instance.kindred(), &founder, founding)
            .await
            .expect("a group");
    }
}

/// What is looked for, and what is found here and elsewhere.
fn questions() -> Vec<(&'static str, Vec<&'static str>, Vec<&'static str>)> {
    vec![
        (
            "",
            vec!["night_bakers", "rye_club"],
            vec!["ovens_and_embers@acme.example", "slow_chess@acme.example"],
        ),
        (
            "topic=BREAD",
            vec!["night_bakers", "rye_club"],
            vec!["ovens_and_embers@acme.example"],
        ),
        ("q=ember", vec![], vec!["ovens_and_embers@acme.example"]),
        ("q=about+chess", vec![], vec!["slow_chess@acme.example"]),
        ("company=here", vec!["night_bakers", "rye_club"], vec![]),
        (
            "company=acme.example",
            vec![],
            vec!["ovens_and_embers@acme.example", "slow_chess@acme.example"],
        ),
        ("company=globex.example", vec![], vec![]),
        ("language=de", vec!["rye_club"], vec![]),
        (
            "join=open",
            vec!["rye_club"],
            vec!["slow_chess@acme.example"],
        ),
        (
            "join=ask&topic=bread",
            vec!["night_bakers"],
            vec!["ovens_and_embers@acme.example"],
        ),
        ("topic=nothing+like+it", vec![], vec![]),
    ]
}

#[tokio::test]
async fn groups_are_found_by_words_topic_company_language_and_door() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_partners(fediverse).await;
        found_some(&ours, &theirs).await;
        fediverse.settle().await;
        let ines = ours.person("ines");
        let id = ines.finds("@rye_club").await;
        ines.does(
            "PATCH",
            &format!("/api/v1/groups/{id}"),
            Some(&json!({ "language": "de" })),
        )
        .await;
        fediverse.settle().await;
        for (question, here, elsewhere) in questions() {
            let path = format!("/api/kindred/v1/discover/groups?{question}");
            let found = ines.sees(&path).await;
            assert_eq!(accts(&found["here"]), here, "{question}");
            assert_eq!(accts(&found["elsewhere"]), elsewhere, "{question}");
        }
        // The liveliest first.
        ours.person("ines").says("@night_bakers Who is up?").await;
        fediverse.settle().await;
        let found = ines.sees("/api/kindred/v1/discover/groups").await;
        assert_eq!(found["here"][0]["acct"], "night_bakers");
        // Everybody's directory has what is for everybody, and no people.
        let directory = theirs.document("/actor/directory").await.json();
        let listed: Vec<_> = directory["orderedItems"]
            .as_array()
            .expect("entries")
            .iter()
            .map(|entry| {
                (
                    entry["listed"].as_str(),
                    entry["preferredUsername"].as_str(),
                )
            })
            .collect();
        assert_eq!(listed, [(Some("Group"), Some("slow_chess"))]);
    })
    .await;
}

#[tokio::test]
async fn what_several_people_begin_to_care_about_stirs_and_what_two_do_does_not() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        ours.takes_in("paula", AccountRole::Member).await;
        for (who, topic, circle) in [
            ("ines", "Bread", "company"),
            ("nadia", "Bread", "company"),
            ("paula", "Bread", "partners"),
            ("ines", "Chess", "company"),
            ("nadia", "Chess", "company"),
            ("paula", "Chess", "me"),
        ] {
            cares(&ours.person(who), topic, circle, "").await;
        }
        let (browser, _) = browser(&ours, "ines").await;
        let stirring = async || {
            let page = browser.opens("/find").await.text();
            page.split("id=\"stirring\"").nth(1).map(str::to_owned)
        };
        let shown = stirring().await.expect("something stirs");
        assert!(shown.contains("/topics/bread"), "{shown}");
        assert!(!shown.contains("/topics/chess"), "{shown}");
        fediverse.turn(std::time::Duration::from_hours(24 * 30));
        assert!(stirring().await.is_none());
    })
    .await;
}
