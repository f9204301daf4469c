//! Finding each other with a browser alone, and what partners are told.

use kindred_community::{SessionId, accounts, views::Visitor};
use serde_json::json;

use super::{cares, glance, names, two_companies, two_partners};
use crate::support::{Browser, Fediverse, Instance, Person, on_both, on_sqlite, words};

const PASSWORD: &str = "correct horse battery";

/// Somebody with a browser, who has signed in for the first time.
pub(crate) async fn browser(instance: &Instance, handle: &str) -> (Browser, String) {
    let name = handle.to_owned();
    let (account, actor) = instance
        .asks(move |db| Ok(kindred_storage::accounts::by_handle(db, &name)?))
        .await
        .expect("an account");
    let me = Visitor {
        session: SessionId(0),
        account,
        actor,
        form: String::new(),
    };
    accounts::change_password(
        instance.kindred(),
        &me,
        String::new(),
        PASSWORD.to_owned(),
        false,
    )
    .await
    .expect("a password");
    let browser = Browser::at(instance);
    let led = browser.signs_in(handle, PASSWORD).await;
    (browser, led.header("location").to_owned())
}

/// Ines signs in for the first time, picks what Mei cares about, and says hello to her.
async fn greets(fediverse: &Fediverse, ours: &Instance, mei: &Person) -> Browser {
    // The first sign-in leads to the question, and the question answers at once.
    let (browser, led) = browser(ours, "ines").await;
    assert_eq!(led, "/welcome");
    let page = browser.opens("/welcome?q=sourd").await;
    assert!(
        page.text().contains("a few people at 1 other company"),
        "{}",
        page.text()
    );
    let picked = browser
        .submits(
            &page,
            "/passions",
            &[("topic", "Sourdough"), ("circle", "company")],
        )
        .await;
    assert_eq!(picked.status, 303, "{}", picked.text());
    assert!(picked.header("location").starts_with("/welcome"));
    let page = browser.opens("/welcome").await;
    let done = browser
        .submits(&page, "/welcome/done", &[("next", "/find")])
        .await;
    assert_eq!(done.header("location"), "/find");

    // There is a name, the words, and a way to say hello.
    let find = browser.opens("/find").await.text();
    assert!(
        find.contains("mei") && find.contains("You both care about Sourdough"),
        "{find}"
    );
    let topic = browser.opens("/topics/sourdough").await.text();
    assert!(topic.contains("Rye. Always rye"), "{topic}");
    let path = format!("/hello?uri={}&topic=Sourdough", mei.actor.uri);
    let page = browser.opens(&path).await;
    let said = browser
        .submits(&page, "/hello", &[("words", "Which flour?")])
        .await;
    assert_eq!(said.status, 200, "{}", said.text());
    fediverse.settle().await;
    let again = browser
        .submits(&page, "/hello", &[("words", "Hello?")])
        .await;
    assert_eq!(again.status, 422);
    browser
}

#[tokio::test]
async fn a_newcomer_finds_somebody_founds_a_group_and_they_talk_across_companies() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_partners(fediverse).await;
        let (ines, mei) = (ours.person("ines"), theirs.person("mei"));
        cares(&mei, "Sourdough", "partners", "Rye. Always rye").await;
        fediverse.settle().await;

        let browser = greets(fediverse, &ours, &mei).await;

        // A group, founded with a name and a topic; Mei finds it and walks in from her own server.
        let page = browser.opens("/groups/new?topic=Sourdough").await;
        let founded = browser
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
        let found = mei
            .sees("/api/kindred/v1/discover/groups?topic=sourdough")
            .await;
        let uri = found["elsewhere"][0]["uri"]
            .as_str()
            .expect("the group")
            .to_owned();
        assert_eq!(found["elsewhere"][0]["company"]["host"], "kindred.example");
        mei.follows("@rye_club@kindred.example").await;
        fediverse.settle().await;
        let begun = mei
            .says("@rye_club@kindred.example What do you feed yours?")
            .await;
        fediverse.settle().await;
        let begun = begun["uri"].as_str().expect("an address");
        let answer = ines.answers(begun, "Rye, at seven in the morning").await;
        fediverse.settle().await;
        let heard = mei
            .post_at(answer["uri"].as_str().expect("an address"))
            .await
            .expect("the answer has arrived");
        assert!(words(&heard).contains("seven in the morning"));

        // Whoever starts one like it is shown that it is there.
        let page = browser.opens("/groups/new").await;
        let alike = browser
            .submits(
                &page,
                "/groups/new",
                &[("name", "Bread"), ("topics", "Sourdough")],
            )
            .await;
        assert!(
            alike.text().contains("Rye club") && alike.status == 200,
            "{}",
            alike.text()
        );
        assert!(alike.text().contains(&uri));

        // Consent withdrawn: the name is gone. Agreement ended: everything is.
        cares(&mei, "Sourdough", "company", "").await;
        fediverse.settle().await;
        assert_eq!(names(&ines, "sourdough").await, ["ines"]);
        ours.person("nadia")
            .does("DELETE", "/api/kindred/v1/partners/acme.example", None)
            .await;
        fediverse.settle().await;
        assert_eq!(
            glance(&ines, "sourdough").await["elsewhere"]["companies"],
            0
        );
    })
    .await;
}

#[tokio::test]
async fn a_partner_that_agreed_to_numbers_sees_numbers_and_no_names() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_companies(fediverse).await;
        ours.person("nadia")
            .does(
                "POST",
                "/api/kindred/v1/partners",
                Some(&json!({ "host": "acme.example", "flows": ["counts"] })),
            )
            .await;
        fediverse.settle().await;
        for (who, circle) in [
            ("robert", "partners"),
            ("mei", "partners"),
            ("tomas", "partners"),
        ] {
            cares(&theirs.person(who), "Bread", circle, "a secret line").await;
        }
        cares(&theirs.person("mei"), "Chess", "partners", "").await;
        cares(&theirs.person("tomas"), "Knots", "company", "").await;
        theirs
            .person("robert")
            .does(
                "POST",
                "/api/kindred/v1/partners/kindred.example/accept",
                None,
            )
            .await;
        fediverse.settle().await;
        let ines = ours.person("ines");
        let elsewhere = |people| json!({ "people": people, "companies": 1 });
        let bread = glance(&ines, "bread").await;
        assert_eq!(
            bread["elsewhere"],
            elsewhere(json!({ "count": 3, "few": false }))
        );
        let chess = glance(&ines, "chess").await;
        assert_eq!(
            chess["elsewhere"],
            elsewhere(json!({ "count": null, "few": true }))
        );
        assert!(glance(&ines, "knots").await.is_null());
        assert_eq!(names(&ines, "bread").await, [""; 0]);
        // Not even somebody who changes their mind is told of.
        cares(&theirs.person("mei"), "Bread", "me", "").await;
        fediverse.settle().await;
        assert_eq!(names(&ines, "bread").await, [""; 0]);
        ours.person("nadia")
            .does("DELETE", "/api/kindred/v1/partners/acme.example", None)
            .await;
        fediverse.settle().await;
        assert!(glance(&ines, "bread").await.is_null());
    })
    .await;
}

#[tokio::test]
async fn a_partner_hears_nothing_of_those_who_said_nothing_to_it_and_a_change_has_a_receipt() {
    on_sqlite(async |fediverse| {
        let (ours, theirs) = two_partners(fediverse).await;
        let (ines, mei) = (ours.person("ines"), theirs.person("mei"));
        let told = async |instance: &Instance| {
            instance
                .asks(|db| {
                    let page = kindred_community::views::Page::first(100);
                    let record = kindred_storage::reports::whole_record(db, &page)?;
                    Ok(record
                        .into_iter()
                        .filter(|line| line.action.starts_with("passion."))
                        .map(|line| line.action)
                        .collect::<Vec<_>>())
                })
                .await
        };
        cares(&ines, "Knots", "company", "").await;
        ines.does("DELETE", "/api/kindred/v1/passions/knots", None)
            .await;
        fediverse.settle().await;
        assert_eq!(told(&ours).await, [""; 0]);
        assert!(theirs.actor_at(&ines.actor.uri).await.is_none());

        cares(&mei, "Bread", "partners", "").await;
        fediverse.settle().await;
        cares(&mei, "Bread", "me", "").await;
        fediverse.settle().await;
        assert_eq!(told(&theirs).await, ["passion.taken_back", "passion.told"]);
        let (browser, _) = browser(&theirs, "mei").await;
        let page = browser.opens("/passions").await.text();
        assert!(
            page.contains("kindred.example") && page.contains("has heard it"),
            "{page}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_topic_is_found_although_its_newest_posts_are_closed() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("ines")
            .with_group("open")
            .with_group_like(
                "den",
                kindred_community::Visibility::Members,
                kindred_community::JoinPolicy::Ask,
            )
            .start()
            .await;
        let nadia = ours.person("nadia");
        nadia.says("@open #Quince in the open").await;
        for number in 0..21 {
            nadia
                .says(&format!("@den #Quince behind doors {number}"))
                .await;
        }
        fediverse.settle().await;
        let page = ours.page("/topics/quince").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("in the open") && !page.text().contains("behind doors"));
        let feed = ours.page("/topics/quince/feed.atom").await;
        assert_eq!(
            feed.header("content-type"),
            "application/atom+xml; charset=utf-8"
        );
        assert!(feed.text().contains("in the open") && !feed.text().contains("behind doors"));
    })
    .await;
}

#[tokio::test]
async fn the_pages_of_admins_are_for_admins() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        cares(&ours.person("ines"), "Bread", "company", "").await;
        let (ines, _) = browser(&ours, "ines").await;
        let (nadia, _) = browser(&ours, "nadia").await;
        for path in ["/admin/partners", "/admin/topics", "/admin/topics/bread"] {
            assert_eq!(ines.opens(path).await.status, 403, "{path}");
            assert_eq!(nadia.opens(path).await.status, 200, "{path}");
            assert_eq!(ours.page(path).await.status, 302, "{path}");
        }
        let page = nadia.opens("/admin/topics/bread").await;
        let named = nadia
            .submits(
                &page,
                "/admin/topics/bread/name",
                &[("name", "Brot"), ("language", "de")],
            )
            .await;
        assert_eq!(named.status, 303, "{}", named.text());
        let page = nadia.opens("/admin/topics/bread").await.text();
        assert!(
            page.contains("Brot") && page.contains("gave it another name"),
            "{page}"
        );
        // A form without the secret of the session does nothing.
        let forged = ines
            .posts(
                "/passions",
                &[
                    ("topic".into(), "X".into()),
                    ("circle".into(), "company".into()),
                ],
                None,
            )
            .await;
        assert_eq!(forged.status, 403);
    })
    .await;
}
