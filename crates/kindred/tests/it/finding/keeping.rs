//! What admins do with topics and organisers with groups, by pages and by clients; and what somebody does not want to see again.

use serde_json::json;

use super::{cares, names, pages::browser, two_companies, two_partners};
use crate::support::{Browser, on_both, on_sqlite};

async fn does(browser: &Browser, topic: &str, deed: &str, told: &[(&str, &str)]) -> u16 {
    let page = browser.opens(&format!("/admin/topics/{topic}")).await;
    let path = format!("/admin/topics/{topic}/{deed}");
    browser.submits(&page, &path, told).await.status
}

#[tokio::test]
async fn an_admin_names_renames_merges_and_forbids_topics_on_pages_and_all_of_it_is_remembered() {
    on_both(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let ines = ours.person("ines");
        cares(&ines, "Statistical process control", "company", "").await;
        cares(&ours.person("nadia"), "Control charts", "company", "").await;
        let (nadia, _) = browser(&ours, "nadia").await;
        let found = nadia.opens("/admin/topics?q=stat").await.text();
        assert!(
            found.contains("/admin/topics/statistical-process-control"),
            "{found}"
        );
        let topic = "statistical-process-control";
        for (name, language) in [
            ("statistische Prozesskontrolle", "de"),
            ("統計的工程管理", "ja"),
            ("SPC", ""),
        ] {
            let told = [("name", name), ("language", language)];
            assert_eq!(does(&nadia, topic, "name", &told).await, 303);
        }
        assert_eq!(
            does(&nadia, topic, "rename", &[("name", "Process control")]).await,
            303
        );
        // What is a topic of its own is not taken as a name, but can be brought together.
        let told = [("name", "Control charts")];
        assert_eq!(does(&nadia, topic, "name", &told).await, 422);
        assert_eq!(
            does(&nadia, topic, "merge", &[("into", "nothing like it")]).await,
            422
        );
        assert_eq!(
            does(&nadia, "control-charts", "merge", &[("into", "SPC")]).await,
            303
        );
        let page = nadia.opens("/admin/topics/spc").await.text();
        for said in [
            "<h1><bdi>Process control</bdi></h1>",
            "gave it another name",
            "“statistische Prozesskontrolle”",
            "renamed it",
            "“Process control”",
            "brought it together with another one",
            "“control-charts”",
            "(ja)",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let shown = ines.sees("/api/kindred/v1/topics/control-charts").await;
        assert_eq!(shown["topic"]["name"], "Process control");
        let all: Vec<&str> = shown["topic"]["names"]
            .as_array()
            .expect("names")
            .iter()
            .filter_map(|name| name["name"].as_str())
            .collect();
        for name in ["SPC", "統計的工程管理", "Control charts"] {
            assert!(all.contains(&name), "{all:?}");
        }
        let mut people = names(&ines, "spc").await;
        people.sort();
        assert_eq!(people, ["ines", "nadia"]);
        // On its page, too, with the language said where it is known.
        let (of_ines, _) = browser(&ours, "ines").await;
        let page = of_ines.opens("/topics/spc").await.text();
        assert!(
            page.contains("<bdi lang=\"de\">statistische Prozesskontrolle</bdi>"),
            "{page}"
        );

        assert_eq!(
            does(&nadia, topic, "forbid", &[("reason", "Too many charts")]).await,
            303
        );
        assert_eq!(of_ines.opens("/topics/spc").await.status, 404);
        let page = nadia.opens("/admin/topics").await.text();
        assert!(page.contains("Topics that nobody may choose"), "{page}");
        let page = nadia.opens(&format!("/admin/topics/{topic}")).await.text();
        assert!(
            page.contains("forbade it") && page.contains("“Too many charts”"),
            "{page}"
        );
        assert_eq!(does(&nadia, topic, "allow", &[]).await, 303);
        assert_eq!(of_ines.opens("/topics/spc").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_group_has_at_most_five_topics_in_any_spelling() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let (ines, _) = browser(&ours, "ines").await;
        let plan = |topics: &'static str| {
            [
                ("name", "Ovens"),
                ("topics", topics),
                ("visibility", "public"),
                ("join", "open"),
            ]
        };
        let page = ines.opens("/groups/new").await;
        let refused = ines
            .submits(&page, "/groups/new", &plan("a1, b2, c3, d4, e5, f6"))
            .await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text().contains("at most 5 topics"),
            "{}",
            refused.text()
        );
        let founded = ines
            .submits(
                &page,
                "/groups/new",
                &plan("Bread, #bread; Rye, ＢＲＥＡＤ"),
            )
            .await;
        assert_eq!(founded.header("location"), "/g/ovens", "{}", founded.text());
        let card = ours.document("/g/ovens").await.json();
        let tags: Vec<&str> = card["tag"]
            .as_array()
            .expect("tags")
            .iter()
            .filter_map(|tag| tag["name"].as_str())
            .collect();
        assert_eq!(tags, ["#Bread", "#Rye"]);
    })
    .await;
}

#[tokio::test]
async fn a_chapter_hears_what_its_model_at_another_company_says() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_partners(fediverse).await;
        let (of_mei, _) = browser(&theirs, "mei").await;
        let page = of_mei.opens("/groups/new").await;
        let founded = of_mei
            .submits(
                &page,
                "/groups/new",
                &[
                    ("name", "Rye club"),
                    ("topics", "Sourdough"),
                    ("visibility", "public"),
                    ("join", "open"),
                ],
            )
            .await;
        assert_eq!(
            founded.header("location"),
            "/g/rye_club",
            "{}",
            founded.text()
        );
        fediverse.settle().await;

        // Ines is shown it while she founds one of her own, and opens a chapter.
        let (of_ines, _) = browser(&ours, "ines").await;
        let plan = [
            ("name", "Bread at Kindred"),
            ("topics", "sourdough"),
            ("visibility", "public"),
            ("join", "open"),
        ];
        let page = of_ines.opens("/groups/new").await;
        let alike = of_ines.submits(&page, "/groups/new", &plan).await;
        assert!(
            alike.text().contains("acme.example has one with 1 person"),
            "{}",
            alike.text()
        );
        let mut fields = crate::support::form(&alike.text(), "/groups/new", &plan);
        fields.retain(|(name, _)| name != "fresh" && name != "chapter");
        let model = "http://acme.example/g/rye_club".to_owned();
        fields.push(("chapter".to_owned(), model.clone()));
        let origin = ours.origin().to_owned();
        let opened = of_ines.posts("/groups/new", &fields, Some(&origin)).await;
        assert_eq!(
            opened.header("location"),
            "/g/bread_at_kindred",
            "{}",
            opened.text()
        );
        fediverse.settle().await;
        let ines = ours.person("ines");
        let id = ines.finds("@bread_at_kindred").await;
        let path = format!("/api/kindred/v1/groups/{id}/follows");
        let hears = ines.sees(&path).await;
        assert_eq!(hears[0]["group"]["acct"], "rye_club@acme.example");
        assert_eq!(hears[0]["state"], "hears", "{hears}");
        theirs
            .person("mei")
            .says("@rye_club What do you feed yours?")
            .await;
        fediverse.settle().await;
        let page = of_ines.opens("/g/bread_at_kindred").await.text();
        assert!(page.contains("What do you feed yours?"), "{page}");

        // A chapter of what is not open to everybody, or of nothing, is not opened, and no group is left behind.
        for (model, visibility) in [
            (model.as_str(), "company"),
            ("http://acme.example/g/nothing", "public"),
            ("http://acme.example/p/mei", "public"),
            ("nonsense", "public"),
        ] {
            let mut wrong = fields.clone();
            wrong.retain(|(name, _)| !["chapter", "visibility", "name"].contains(&name.as_str()));
            for (name, value) in [
                ("chapter", model),
                ("visibility", visibility),
                ("name", "Another one"),
            ] {
                wrong.push((name.to_owned(), value.to_owned()));
            }
            let answer = of_ines.posts("/groups/new", &wrong, Some(&origin)).await;
            assert!(
                (400..500).contains(&answer.status),
                "{model}: {}",
                answer.status
            );
        }
        assert_eq!(of_ines.opens("/g/another_one").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn what_was_waved_away_is_not_suggested_again_by_any_door() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_partners(fediverse).await;
        let (ines, mei) = (ours.person("ines"), theirs.person("mei"));
        cares(&mei, "Sourdough", "partners", "Rye").await;
        cares(&ours.person("nadia"), "Sourdough", "company", "").await;
        cares(&ines, "Sourdough", "company", "").await;
        fediverse.settle().await;
        let suggested = async || {
            let found = ines.sees("/api/kindred/v1/discover").await;
            let mut people: Vec<String> = found["people"]
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|person| person["acct"].as_str().map(str::to_owned))
                .collect();
            people.sort();
            people
        };
        assert_eq!(suggested().await, ["mei@acme.example", "nadia"]);
        let (browser, _) = browser(&ours, "ines").await;
        let page = browser.opens("/find").await;
        let waved = browser
            .submits(&page, "/find/dismiss", &[("uri", mei.actor.uri.as_str())])
            .await;
        assert_eq!(waved.header("location"), "/find");
        assert_eq!(suggested().await, ["nadia"]);
        let uri = json!({ "uri": ours.person("nadia").actor.uri });
        ines.does("POST", "/api/kindred/v1/discover/dismiss", Some(&uri))
            .await;
        assert_eq!(suggested().await, [""; 0]);
        // For good: also after she says it anew, and after a long time.
        cares(&mei, "Sourdough", "me", "").await;
        fediverse.settle().await;
        cares(&mei, "Sourdough", "partners", "Still rye").await;
        fediverse.turn(std::time::Duration::from_hours(24 * 60));
        fediverse.settle().await;
        assert_eq!(suggested().await, [""; 0]);
        // Nobody else is concerned by it.
        let nadia = ours.person("nadia").sees("/api/kindred/v1/discover").await;
        assert!(nadia["people"].to_string().contains("mei@acme.example"));
        let nonsense = ines
            .calls("POST", "/api/kindred/v1/discover/dismiss", Some(&json!({})))
            .await;
        assert_eq!(nonsense.status, 400);
    })
    .await;
}

#[tokio::test]
async fn whom_somebody_has_blocked_they_are_not_asked_to_greet() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let (ines, nadia) = (ours.person("ines"), ours.person("nadia"));
        cares(&ines, "Chess", "company", "").await;
        cares(&nadia, "Chess", "company", "").await;
        let path = format!("/api/v1/accounts/{}/block", nadia.actor.id);
        ines.does("POST", &path, None).await;
        for (who, other) in [(&ines, "nadia"), (&nadia, "ines")] {
            let found = who.sees("/api/kindred/v1/discover").await;
            assert!(!found["people"].to_string().contains(other), "{found}");
            let named = names(who, "chess").await;
            assert!(!named.contains(&other.to_owned()), "{named:?}");
        }
    })
    .await;
}
