//! What somebody keeps from others, nobody of them finds: not who, not what, not how many, at no door.
//!
//! Cases are drawn at random and played on one pair of companies. What each may know is worked out here from the promise that people
//! are given, and compared with what the doors say.

mod promise;

use std::time::Duration;

use kindred_community::Circle;
use kindred_storage::{AgreementState, InstanceId, agreements, instances};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use promise::{Bond, CASES, Case, Eyes, PEOPLE, TOPICS, cases, line, topic};

use super::{agreements::agreement, glance, names, pages::browser};
use crate::support::{Browser, Fediverse, Instance, Peer, Somebody, on_sqlite};

/// A number as the doors say it.
fn tally(n: usize) -> Value {
    match n {
        0 => json!({ "count": 0, "few": false }),
        1 | 2 => json!({ "count": null, "few": true }),
        n => json!({ "count": n, "few": false }),
    }
}

struct Stage<'a> {
    fediverse: &'a Fediverse,
    ours: Instance,
    theirs: Instance,
    near: Peer,
    /// The server of another partner, with which the same is agreed, as it reads by itself.
    partner: Somebody,
    stranger: Somebody,
    find: [Browser; 2],
}

impl Stage<'_> {
    async fn bind(&self, bond: &Bond) {
        let (nadia, robert) = (self.ours.person("nadia"), self.theirs.person("robert"));
        let flows = match bond {
            Bond::Nothing => return,
            Bond::Proposed => vec!["groups", "counts", "people"],
            Bond::Agreed(flows) | Bond::Ended(flows) => flows.clone(),
        };
        let offer = json!({ "host": "acme.example", "flows": flows });
        nadia
            .does("POST", "/api/kindred/v1/partners", Some(&offer))
            .await;
        self.fediverse.settle().await;
        if *bond != Bond::Proposed {
            let path = "/api/kindred/v1/partners/kindred.example/accept";
            robert.does("POST", path, None).await;
            self.fediverse.settle().await;
        }
        let state = match bond {
            Bond::Proposed | Bond::Nothing => AgreementState::Proposed,
            Bond::Agreed(_) | Bond::Ended(_) => AgreementState::Agreed,
        };
        self.bind_near(state, &flows).await;
    }

    /// The same with the server that is played by the test.
    async fn bind_near(&self, state: AgreementState, flows: &[&str]) {
        let flows: Vec<String> = flows.iter().map(|flow| (*flow).to_owned()).collect();
        self.ours
            .kindred()
            .write(move |ledger| {
                let at = ledger.now;
                let id = InstanceId(ledger.next_id());
                if instances::by_host(ledger.db, "near.example")?.is_none() {
                    let known = instances::Instance::unknown(id, "near.example", at);
                    instances::remember(ledger.db, &known)?;
                }
                let flows: Vec<&str> = flows.iter().map(String::as_str).collect();
                let agreement = agreements::Agreement {
                    state,
                    ..agreement("near.example", &flows, at)
                };
                Ok(agreements::record(ledger.db, &agreement)?)
            })
            .await
            .expect("an agreement");
    }

    async fn part(&self) {
        let known = self
            .ours
            .person("nadia")
            .sees("/api/kindred/v1/partners")
            .await;
        let open = |terms: &Value| terms["host"] == "acme.example" && terms["state"] != "ended";
        if known.as_array().is_some_and(|all| all.iter().any(open)) {
            let path = "/api/kindred/v1/partners/acme.example";
            self.ours.person("nadia").does("DELETE", path, None).await;
        }
        self.bind_near(AgreementState::Ended, &[]).await;
        self.fediverse.settle().await;
    }

    async fn play(&self, number: u32, case: &Case) {
        let (now, later) = case.said.split_at(case.before);
        self.say(number, 0, now).await;
        self.bind(&case.bond).await;
        self.say(number, case.before, later).await;
        // Numbers are read once a day.
        self.fediverse.turn(Duration::from_hours(25));
        self.fediverse.settle().await;
        if let Bond::Ended(_) = case.bond {
            self.part().await;
        }
    }

    async fn say(&self, number: u32, first: usize, said: &[Vec<Option<Circle>>]) {
        for (who, said) in PEOPLE.iter().skip(first).zip(said) {
            for (about, circle) in said.iter().enumerate() {
                if let Some(circle) = circle {
                    let words = line(number, who, about);
                    let circle = circle.to_string();
                    super::cares(
                        &self.ours.person(who),
                        &topic(number, about),
                        &circle,
                        &words,
                    )
                    .await;
                }
            }
        }
        self.fediverse.settle().await;
    }

    /// Everybody takes back what they said.
    async fn fall_silent(&self, number: u32, case: &Case) {
        for (who, said) in PEOPLE.iter().zip(&case.said) {
            for (about, _) in said.iter().enumerate().filter(|(_, said)| said.is_some()) {
                let path = format!("/api/kindred/v1/passions/{}", topic(number, about));
                self.ours.person(who).does("DELETE", &path, None).await;
            }
        }
        self.fediverse.settle().await;
    }

    /// Doors that are about one topic, as anybody finds them, with or without a client.
    async fn look_at_topics(&self, number: u32, case: &Case) {
        for about in 0..TOPICS {
            let name = topic(number, about);
            for path in [
                format!("/topics/{name}"),
                format!("/topics/{name}/feed.atom"),
                format!("/api/kindred/v1/topics/{name}"),
                format!("/api/kindred/v1/topics/{name}/people"),
                format!("/api/kindred/v1/discover/counts?topic[]={name}"),
                format!("/api/kindred/v1/discover/groups?topic={name}"),
                format!("/api/v1/tags/{name}"),
                format!("/api/v1/timelines/tag/{name}"),
                format!("/api/v2/search?q={name}"),
                format!("/groups?topic={name}"),
            ] {
                let text = self.ours.page(&path).await.text();
                case.must_keep(number, Eyes::Anybody, Some(about), &path, &text);
                let text = self.ours.document(&path).await.text();
                case.must_keep(number, Eyes::Anybody, Some(about), &path, &text);
                let text = self.stranger.reads(&self.ours, &path).await.text();
                case.must_keep(number, Eyes::Anybody, Some(about), &path, &text);
                for who in ["nadia", "ines"] {
                    let who = self.ours.person(who);
                    let text = who.calls("GET", &path, None).await.text();
                    case.must_keep(number, Eyes::Colleague, Some(about), &path, &text);
                }
                let mei = self.theirs.person("mei");
                let text = mei.calls("GET", &path, None).await.text();
                case.must_keep(number, Eyes::Partner, Some(about), &path, &text);
            }
            for (browser, eyes) in self.find.iter().zip([Eyes::Colleague, Eyes::Partner]) {
                let path = format!("/topics/{name}");
                let text = browser.opens(&path).await.text();
                case.must_keep(number, eyes, Some(about), &path, &text);
            }
        }
    }

    /// Doors that are about everything or about one person.
    async fn look_around(&self, number: u32, case: &Case) {
        for who in PEOPLE {
            let id = self.ours.person(who).actor.id;
            for path in [
                format!("/p/{who}"),
                format!("/p/{who}/tags"),
                format!("/p/{who}/outbox"),
                format!("/api/v1/accounts/{id}"),
                format!("/api/v1/accounts/{id}/featured_tags"),
                format!("/api/kindred/v1/accounts/{id}/passions"),
            ] {
                let text = self.ours.page(&path).await.text();
                case.must_keep(number, Eyes::Anybody, None, &path, &text);
                let text = self.ours.document(&path).await.text();
                case.must_keep(number, Eyes::Anybody, None, &path, &text);
                // A partner reads cards as everybody does; what is for partners stands in the directory.
                for somebody in [&self.stranger, &self.partner] {
                    let text = somebody.reads(&self.ours, &path).await.text();
                    case.must_keep(number, Eyes::Anybody, None, &path, &text);
                }
                let text = self
                    .ours
                    .person("ines")
                    .calls("GET", &path, None)
                    .await
                    .text();
                case.must_keep(number, Eyes::Colleague, None, &path, &text);
            }
            let own = self.ours.person(who).sees("/api/kindred/v1/passions").await;
            case.must_keep(number, Eyes::Own, Some(TOPICS), "own", &own.to_string());
        }
        for path in [
            "/api/v1/directory?limit=80",
            "/api/v1/trends/tags",
            "/api/v2/suggestions",
            "/api/kindred/v1/discover",
            "/api/v2/search?q=quark",
            "/api/v2/search?q=zz",
            "/api/kindred/v1/topics?q=quark",
            "/api/kindred/v1/discover/similar_groups?name=quark",
        ] {
            let text = self.ours.page(path).await.text();
            case.must_keep(number, Eyes::Anybody, None, path, &text);
            for who in ["nadia", "ines"] {
                let person = self.ours.person(who);
                let text = person.calls("GET", path, None).await.text();
                case.must_keep(number, Eyes::Colleague, None, path, &text);
            }
            let text = self
                .theirs
                .person("mei")
                .calls("GET", path, None)
                .await
                .text();
            case.must_keep(number, Eyes::Partner, None, path, &text);
        }
        for (browser, eyes) in self.find.iter().zip([Eyes::Colleague, Eyes::Partner]) {
            for path in ["/find", "/welcome", "/welcome?q=quar"] {
                let page = browser.opens(path).await;
                assert_eq!(page.status, 200, "{path}");
                case.must_keep(number, eyes, None, path, &page.text());
            }
        }
        for path in ["/actor/directory", "/actor/directory?after=0", "/"] {
            let text = self.stranger.reads(&self.ours, path).await.text();
            case.must_keep(number, Eyes::Anybody, None, path, &text);
            let text = self.ours.document(path).await.text();
            case.must_keep(number, Eyes::Anybody, None, path, &text);
        }
    }

    /// Numbers and names are those of the promise, no more and no less.
    async fn count(&self, number: u32, case: &Case) {
        let (nadia, ines) = (self.ours.person("nadia"), self.ours.person("ines"));
        for about in 0..TOPICS {
            let name = topic(number, about);
            let colleagues = case.known(Eyes::Colleague, about);
            for who in [&nadia, &ines] {
                let seen = glance(who, &name).await;
                if colleagues.is_empty() {
                    assert!(seen.is_null(), "{name}: {seen}");
                } else {
                    assert_eq!(seen["people"], tally(colleagues.len()), "{name}");
                    let mut found = names(who, &name).await;
                    found.sort();
                    assert_eq!(found, colleagues, "{name}");
                }
            }
            // Admins do not even learn that there is a topic that somebody keeps to themselves.
            let only_me = colleagues.is_empty() && case.how_many(about, Circle::Me) > 0;
            if only_me {
                let file = self.find[0].opens(&format!("/admin/topics/{name}")).await;
                assert_ne!(file.status, 200, "{name}");
            }
            let public = case.known(Eyes::Anybody, about).len();
            let path = format!("/api/kindred/v1/discover/counts?topic[]={name}");
            let seen = self.ours.page(&path).await.json();
            if public == 0 {
                assert_eq!(seen, json!([]), "{name}");
            } else {
                assert_eq!(seen[0]["people"], tally(public), "{name}");
            }
            self.count_at_partner(number, case, about).await;
        }
    }

    async fn count_at_partner(&self, number: u32, case: &Case, about: usize) {
        let (mei, name) = (self.theirs.person("mei"), topic(number, about));
        let told = if case.bond.lets("people") {
            case.known(Eyes::Partner, about).len()
        } else if case.bond.lets("counts") {
            // Three and four are said as three, so that one more is not seen.
            match case.how_many(about, Circle::Partners) {
                4 => 3,
                n => n,
            }
        } else {
            0
        };
        let seen = glance(&mei, &name).await;
        if told == 0 {
            assert!(seen.is_null(), "{name}: {seen}");
            return;
        }
        let expected = json!({ "people": tally(told), "companies": 1 });
        assert_eq!(seen["elsewhere"], expected, "{name}");
        assert_eq!(seen["people"], tally(0), "{name}");
        let mut found = names(&mei, &name).await;
        found.sort();
        let mut known: Vec<String> = Vec::new();
        if case.bond.lets("people") {
            let there = case.known(Eyes::Partner, about);
            known.extend(there.iter().map(|who| format!("{who}@kindred.example")));
        }
        assert_eq!(found, known, "{name}");
    }

    /// What the server of a partner gets by itself, and what it is sent.
    async fn read_along(&self, number: u32, case: &Case) {
        let path = "/actor/directory";
        let directory = self.partner.reads(&self.ours, path).await;
        let text = directory.text();
        let sent = Value::from(self.near.new_letters()).to_string();
        if case.bond.lets("people") {
            case.must_keep(number, Eyes::Partner, None, path, &text);
            for (who, said) in PEOPLE.iter().zip(&case.said) {
                let told = said
                    .iter()
                    .flatten()
                    .any(|circle| case.promises(Eyes::Partner, *circle));
                assert_eq!(text.contains(who), told, "{who}: {text}");
            }
            for (who, said) in PEOPLE.iter().zip(&case.said) {
                for (about, circle) in said.iter().enumerate() {
                    let known = circle.is_none_or(|circle| case.promises(Eyes::Partner, circle));
                    assert!(
                        known || !sent.contains(&line(number, who, about)),
                        "{who}: {sent}"
                    );
                }
            }
            return;
        }
        for who in PEOPLE {
            assert!(!text.contains(who), "{who}: {text}");
            if !matches!(case.bond, Bond::Ended(_)) {
                assert!(!sent.contains(who), "{who}: {sent}");
            }
        }
        for about in 0..TOPICS {
            let name = topic(number, about);
            let some = case.bond.lets("counts") && case.how_many(about, Circle::Partners) > 0;
            assert_eq!(text.contains(&name), some, "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn nobody_finds_what_somebody_keeps_from_them() {
    on_sqlite(async |fediverse| {
        let mut ours = fediverse
            .instance("kindred.example")
            .with_admin("nadia")
            .with_person("ines");
        for who in PEOPLE {
            ours = ours.with_person(who);
        }
        let ours = ours.start().await;
        let theirs = fediverse
            .instance("acme.example")
            .with_admin("robert")
            .with_person("mei")
            .start()
            .await;
        let near = fediverse.peer("near.example", "kindred");
        let partner = near.actor("Application", "service");
        // Where other Kindreds look for it.
        let mut card =
            crate::support::card("Application", "service", &partner.uri, partner.public_pem());
        card["id"] = json!("http://near.example/actor");
        card["inbox"] = json!("http://near.example/actor/inbox");
        card["publicKey"]["id"] = json!("http://near.example/actor#main-key");
        card["publicKey"]["owner"] = card["id"].clone();
        near.publish("/actor", &card);
        ours.person("nadia")
            .searches("http://near.example/actor")
            .await;
        let stranger = fediverse
            .peer("evil.example", "kindred")
            .actor("Application", "service");
        let (ours_at, theirs_at) = (
            browser(&ours, "nadia").await.0,
            browser(&theirs, "mei").await.0,
        );
        let stage = Stage {
            fediverse,
            ours,
            theirs,
            near,
            partner,
            stranger,
            find: [ours_at, theirs_at],
        };
        let mut runner = TestRunner::default();
        for number in 0..CASES {
            let case = cases().new_tree(&mut runner).expect("a case").current();
            eprintln!("{number}: {case:?}");
            stage.play(number, &case).await;
            stage.read_along(number, &case).await;
            stage.look_at_topics(number, &case).await;
            stage.look_around(number, &case).await;
            stage.count(number, &case).await;
            stage.fall_silent(number, &case).await;
            let silent = Case {
                said: vec![vec![None; TOPICS]; PEOPLE.len()],
                ..case
            };
            stage.fediverse.turn(Duration::from_hours(25));
            stage.fediverse.settle().await;
            stage.count(number, &silent).await;
            stage.part().await;
            stage.near.new_letters();
        }
    })
    .await;
}

#[tokio::test]
async fn joining_a_topic_oneself_does_not_tell_how_many_there_were_at_a_partner() {
    on_sqlite(async |fediverse| {
        let (ours, theirs) = super::two_companies(fediverse).await;
        let offer = json!({ "host": "acme.example", "flows": ["counts"] });
        ours.person("nadia")
            .does("POST", "/api/kindred/v1/partners", Some(&offer))
            .await;
        fediverse.settle().await;
        for who in ["robert", "mei", "tomas"] {
            super::cares(&theirs.person(who), "Bread", "partners", "").await;
        }
        let path = "/api/kindred/v1/partners/kindred.example/accept";
        theirs.person("robert").does("POST", path, None).await;
        fediverse.settle().await;
        let ines = ours.person("ines");
        let before = glance(&ines, "bread").await["elsewhere"].clone();
        assert_eq!(before["people"], tally(3));
        // Neither somebody here nor a fourth one there changes what is said of there.
        super::cares(&ines, "Bread", "company", "").await;
        theirs
            .takes_in("lena", kindred_community::AccountRole::Member)
            .await;
        super::cares(&theirs.person("lena"), "Bread", "partners", "").await;
        fediverse.turn(Duration::from_hours(25));
        fediverse.settle().await;
        assert_eq!(glance(&ines, "bread").await["elsewhere"], before);
    })
    .await;
}

#[tokio::test]
async fn how_somebody_spelled_a_topic_to_themselves_is_theirs() {
    on_sqlite(async |fediverse| {
        let (ours, _) = super::two_companies(fediverse).await;
        let (nadia, ines) = (ours.person("nadia"), ours.person("ines"));
        super::cares(&ines, "LiFe AfTeR wOrK", "me", "").await;
        let typed = nadia.sees("/api/kindred/v1/topics?q=life").await;
        assert_eq!(typed, json!([]));
        // An admin does not find it either, and may call another topic like it as if it were not there.
        let merge = json!({ "into": "life-after-work" });
        super::cares(&nadia, "Retirement", "company", "").await;
        let path = "/api/kindred/v1/topics/retirement/merge";
        assert_eq!(nadia.calls("POST", path, Some(&merge)).await.status, 404);
        let said = super::cares(&nadia, "life after work", "company", "").await;
        assert_eq!(said["topic"]["name"], "life after work");
        assert_eq!(
            ines.sees("/api/kindred/v1/passions").await[0]["topic"]["name"],
            "life after work"
        );
        super::cares(&ines, "Pottery", "me", "").await;
        let path = "/api/kindred/v1/topics/retirement/names";
        nadia
            .does("POST", path, Some(&json!({ "name": "pottery" })))
            .await;
        assert_eq!(
            ines.sees("/api/kindred/v1/passions").await[1]["topic"]["name"],
            "Retirement"
        );
    })
    .await;
}
