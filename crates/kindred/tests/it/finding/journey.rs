//! From two companies that agree to two people who talk; and back, until nothing is left of it.

use serde_json::{Value, json};

use super::{cares, glance, names, two_companies, two_partners};
use crate::support::{on_both, words};

#[tokio::test]
async fn two_companies_agree_and_their_people_find_each_other_talk_and_part() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_partners(fediverse).await;
        let (nadia, ines, mei) = (
            ours.person("nadia"),
            ours.person("ines"),
            theirs.person("mei"),
        );

        // Mei says what she cares about, to partners.
        cares(&mei, "Statistical process control", "partners", "I collect control charts that lied").await;
        fediverse.settle().await;

        // The newcomer picks the same topic, and sees that there is somebody.
        cares(&ines, "statistical process control", "company", "").await;
        let seen = glance(&ines, "statistical process control").await;
        assert_eq!(seen["people"], json!({ "count": null, "few": true }));
        assert_eq!(
            seen["elsewhere"],
            json!({ "people": { "count": null, "few": true }, "companies": 1 })
        );

        // Mei chose that partners may know, so there is a name, and her words.
        let found = ines
            .sees("/api/kindred/v1/topics/statistical-process-control/people")
            .await;
        assert_eq!(found[1]["acct"], "mei@acme.example");
        assert_eq!(found[1]["words"], "I collect control charts that lied");
        let suggested = ines.sees("/api/kindred/v1/discover").await;
        assert_eq!(suggested["people"][0]["acct"], "mei@acme.example");
        assert_eq!(
            suggested["people"][0]["because"],
            json!(["Statistical process control"])
        );

        // Hello.
        let uri = found[1]["uri"].as_str().expect("an address").to_owned();
        let said = ines
            .does(
                "POST",
                "/api/kindred/v1/hellos",
                Some(&json!({ "uri": uri, "topic": "statistical process control", "words": "Which one lied best?" })),
            )
            .await;
        assert_eq!(said["visibility"], "direct");
        fediverse.settle().await;
        let heard = mei
            .post_at(said["uri"].as_str().expect("an address"))
            .await
            .expect("the hello has arrived");
        assert!(words(&heard).contains("Which one lied best?"), "{heard}");
        let again = ines
            .calls("POST", "/api/kindred/v1/hellos", Some(&json!({ "uri": uri, "words": "Hello?" })))
            .await;
        assert_eq!(again.status, 403, "{}", again.text());

        // A name that is withdrawn is gone on the other side.
        cares(&mei, "Statistical process control", "company", "").await;
        fediverse.settle().await;
        assert_eq!(names(&ines, "statistical-process-control").await, ["ines"]);
        let seen = glance(&ines, "statistical process control").await;
        assert_eq!(seen["elsewhere"]["companies"], 0);

        // And when the agreement ends, so is everything that was received.
        cares(&mei, "Bouldering", "partners", "").await;
        fediverse.settle().await;
        cares(&ines, "Bouldering", "me", "").await;
        assert_eq!(glance(&ines, "bouldering").await["elsewhere"]["companies"], 1);
        nadia
            .does("DELETE", "/api/kindred/v1/partners/acme.example", None)
            .await;
        fediverse.settle().await;
        assert_eq!(glance(&ines, "bouldering").await["elsewhere"]["companies"], 0);
        for instance in [&ours, &theirs] {
            let left = instance
                .asks(|db| Ok(kindred_storage::directory::count_of(db, "acme.example")?
                    + kindred_storage::directory::count_of(db, "kindred.example")?))
                .await;
            assert_eq!(left, 0, "{} keeps what it was told", instance.host());
        }
        let partners = theirs
            .person("robert")
            .sees("/api/kindred/v1/partners")
            .await;
        assert_eq!(partners[0]["state"], "ended");
        assert_eq!(partners[0]["ended_by"], "nadia");
    })
    .await;
}

#[tokio::test]
async fn a_passion_is_seen_by_its_circle_and_by_nobody_else() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_partners(fediverse).await;
        let third = fediverse
            .instance("globex.example")
            .with_person("robert")
            .start()
            .await;
        let (nadia, ines, mei) = (
            ours.person("nadia"),
            ours.person("ines"),
            theirs.person("mei"),
        );
        cares(&ines, "me only", "me", "").await;
        cares(&ines, "company only", "company", "").await;
        cares(&ines, "partners too", "partners", "").await;
        cares(&ines, "everyone", "everyone", "").await;
        fediverse.settle().await;

        let topics = |list: &Value| -> Vec<String> {
            list.as_array()
                .expect("a list")
                .iter()
                .map(|passion| {
                    passion["topic"]["name"]
                        .as_str()
                        .expect("a name")
                        .to_owned()
                })
                .collect()
        };
        let own = ines.sees("/api/kindred/v1/passions").await;
        assert_eq!(topics(&own).len(), 4);
        let of_ines = format!("/api/kindred/v1/accounts/{}/passions", ines.actor.id);
        assert_eq!(
            topics(&nadia.sees(&of_ines).await),
            ["company only", "partners too", "everyone"]
        );
        // The partner has a copy of what is for partners, and the card says what is for everyone.
        for (topic, seen) in [
            ("me-only", false),
            ("company-only", false),
            ("partners-too", true),
            ("everyone", true),
        ] {
            let glance = glance(&mei, topic).await;
            assert_eq!(
                !glance.is_null() && glance["elsewhere"]["companies"] == 1,
                seen,
                "{topic}"
            );
        }
        let card = ours.document("/p/ines").await.json();
        assert_eq!(card["tag"][0]["name"], "#everyone");
        assert_eq!(card["tag"].as_array().map(Vec::len), Some(1));
        // A third company, and nobody in particular, see groups for everybody and no people.
        let directory = ours.document("/actor/directory").await.json();
        assert_eq!(directory["orderedItems"], json!([]));
        assert!(
            glance(&third.person("robert"), "partners too")
                .await
                .is_null()
        );
        assert_eq!(
            ours.page(&of_ines).await.json().as_array().map(Vec::len),
            Some(1)
        );
    })
    .await;
}

#[tokio::test]
async fn a_directory_that_has_not_changed_is_one_question_a_day() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_partners(fediverse).await;
        cares(&theirs.person("mei"), "Bread", "partners", "").await;
        fediverse.settle().await;
        let before = ours
            .asks(|db| Ok(kindred_storage::agreements::with(db, "acme.example")?))
            .await
            .expect("an agreement");
        for _ in 0..2 {
            fediverse.turn(std::time::Duration::from_hours(25));
            fediverse.settle().await;
        }
        let after = ours
            .asks(|db| Ok(kindred_storage::agreements::with(db, "acme.example")?))
            .await
            .expect("an agreement");
        assert!(after.synced_at > before.synced_at);
        assert_ne!(after.digest, before.digest, "Mei has come in between");
        assert_eq!(
            names(&ours.person("ines"), "bread").await,
            ["mei@acme.example"]
        );
    })
    .await;
}

#[tokio::test]
async fn who_would_rather_not_be_greeted_is_not() {
    on_both(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let (nadia, ines) = (ours.person("nadia"), ours.person("ines"));
        ines.does("POST", "/api/kindred/v1/hellos/refuse", None)
            .await;
        let hello = json!({ "uri": ines.actor.uri, "words": "Hello!" });
        let answer = nadia
            .calls("POST", "/api/kindred/v1/hellos", Some(&hello))
            .await;
        assert_eq!(answer.status, 403);
        ines.does("POST", "/api/kindred/v1/hellos/welcome", None)
            .await;
        nadia
            .does("POST", "/api/kindred/v1/hellos", Some(&hello))
            .await;
        let oneself = json!({ "uri": nadia.actor.uri, "words": "Hello!" });
        let answer = nadia
            .calls("POST", "/api/kindred/v1/hellos", Some(&oneself))
            .await;
        assert_eq!(answer.status, 422);
    })
    .await;
}
