//! Quotes between people here and elsewhere: asked for, allowed, refused, taken back.

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Peer, Person, Somebody, on_both, on_sqlite};

struct Stage {
    ours: Instance,
    far: Peer,
    bo: Somebody,
}

/// Nadia and Tomás here, Bo elsewhere, who follows both.
async fn stage(fediverse: &Fediverse) -> Stage {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("tomas")
        .start()
        .await;
    let far = fediverse.peer("far.example", "mastodon");
    let bo = far.person("bo");
    for name in ["nadia", "tomas"] {
        let follow = bo.activity("Follow", json!(ours.person(name).actor.uri));
        bo.tells(&ours, &follow).await;
    }
    fediverse.settle().await;
    far.new_letters();
    Stage { ours, far, bo }
}

fn text<'a>(entity: &'a Value, key: &str) -> &'a str {
    entity[key].as_str().unwrap_or_default()
}

fn path(status: &Value) -> String {
    format!("/api/v1/statuses/{}", text(status, "id"))
}

impl Stage {
    fn publish(&self, document: &Value) {
        let path = text(document, "id")
            .strip_prefix("http://far.example")
            .expect("an address there");
        self.far.publish(path, document);
    }

    /// A post of Bo's that everybody may quote, known here.
    async fn quotable(&self, fediverse: &Fediverse, policy: Value) -> Value {
        let nadia = self.ours.person("nadia");
        let mut note = self.bo.note("<p>Quote me</p>", &[&nadia.actor.uri]);
        note["interactionPolicy"] = json!({ "canQuote": policy });
        self.publish(&note);
        self.bo.tells(&self.ours, &self.bo.create(&note)).await;
        fediverse.settle().await;
        self.far.new_letters();
        note
    }

    fn quoting(&self, quoted: &str) -> Value {
        let mut note = self.bo.note("<p>Look at this</p>", &[]);
        note["quote"] = json!(quoted);
        self.publish(&note);
        note
    }

    /// The question that Mastodon asks.
    fn question(&self, note: &Value, quoted: &str) -> Value {
        let mut question = self.bo.activity("QuoteRequest", json!(quoted));
        question["instrument"] = note.clone();
        question
    }

    async fn asks(&self, fediverse: &Fediverse, question: &Value) -> Vec<Value> {
        self.bo.tells(&self.ours, question).await;
        fediverse.settle().await;
        self.far.new_letters()
    }
}

async fn quote_of(who: &Person, status: &Value) -> Value {
    who.sees(&path(status)).await["quote"].clone()
}

#[tokio::test]
async fn a_post_of_ours_may_be_quoted_with_a_stamp_until_its_author_takes_it_back() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (ours, nadia) = (&stage.ours, stage.ours.person("nadia"));
        let post = nadia.says("Quote me").await;
        fediverse.settle().await;
        let said = stage.far.new_letters()[0]["object"].clone();
        assert_eq!(
            said["interactionPolicy"]["canQuote"]["automaticApproval"],
            json!(["https://www.w3.org/ns/activitystreams#Public"])
        );
        let uri = text(&post, "uri");
        let note = stage.quoting(uri);
        let question = stage.question(&note, uri);
        for _ in 0..2 {
            let letters = stage.asks(fediverse, &question).await;
            assert!(letters.len() <= 1);
            for accept in letters {
                assert_eq!(
                    (&accept["type"], &accept["actor"]),
                    (&json!("Accept"), &json!(nadia.actor.uri))
                );
                assert_eq!(accept["object"]["id"], question["id"]);
                assert_eq!(accept["object"]["instrument"], note["id"]);
                let stamp = ours.document(text(&accept, "result")).await.json();
                assert_eq!(stamp["type"], "QuoteAuthorization");
                assert_eq!(stamp["attributedTo"], json!(nadia.actor.uri));
                assert_eq!(stamp["interactingObject"], note["id"]);
                assert_eq!(stamp["interactionTarget"], json!(uri));
            }
        }
        let mut quoted = nadia.sees(&format!("{}/quotes", path(&post))).await;
        let shown = quoted[0].take();
        assert_eq!(shown["quote"]["state"], "accepted");
        assert_eq!(shown["quote"]["quoted_status"]["id"], post["id"]);
        assert_eq!(nadia.sees(&path(&post)).await["quotes_count"], 1);
        assert_eq!(
            ours.traces().await.of("notifications"),
            3,
            "two follows and a quote"
        );

        let tomas = ours.person("tomas");
        let revoke = format!("{}/quotes/{}/revoke", path(&post), text(&shown, "id"));
        assert_eq!(tomas.calls("POST", &revoke, None).await.status, 403);
        let revoked = nadia.does("POST", &revoke, None).await;
        assert_eq!(
            (
                &revoked["quote"]["state"],
                &revoked["quote"]["quoted_status"]
            ),
            (&json!("revoked"), &Value::Null)
        );
        fediverse.settle().await;
        let letters = stage.far.new_letters();
        assert_eq!((letters.len(), &letters[0]["type"]), (1, &json!("Delete")));
        let gone = ours.document(text(&letters[0], "object")).await;
        assert_eq!(gone.status, 404, "the stamp does not hold any more");
        assert_eq!(nadia.sees(&path(&post)).await["quotes_count"], 0);
        let mut again = stage.question(&note, uri);
        again["id"] = json!(stage.bo.fresh("again"));
        assert_eq!(stage.asks(fediverse, &again).await[0]["type"], "Reject");
    })
    .await;
}

#[tokio::test]
async fn nobody_quotes_against_the_authors_will() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let nadia = stage.ours.person("nadia");
        let post = nadia
            .publishes(json!({ "status": "Not this", "quote_approval_policy": "nobody" }))
            .await;
        assert_eq!(
            post["quote_approval"],
            json!({ "automatic": [], "manual": [], "current_user": "automatic" })
        );
        let secret = nadia
            .publishes(json!({ "status": "For followers", "visibility": "private" }))
            .await;
        fediverse.settle().await;
        stage.far.new_letters();
        for (status, answers) in [(&post, 1), (&secret, 1)] {
            let uri = text(status, "uri");
            let note = stage.quoting(uri);
            let letters = stage.asks(fediverse, &stage.question(&note, uri)).await;
            assert_eq!(letters.len(), answers);
            assert_eq!(letters[0]["type"], "Reject");
            assert!(stage.ours.post_at(text(&note, "id")).await.is_none());
        }
        // What speaks for others, or quotes something else, is no question at all.
        let uri = text(&post, "uri");
        let (li, note) = (stage.far.person("li"), stage.quoting(uri));
        let mut foreign = li.activity("QuoteRequest", json!(uri));
        foreign["instrument"] = note.clone();
        li.tells(&stage.ours, &foreign).await;
        let mut other = stage.question(&note, uri);
        other["object"] = secret["uri"].clone();
        assert_eq!(stage.asks(fediverse, &other).await.len(), 0);

        let opened = nadia
            .does(
                "PUT",
                &format!("{}/interaction_policy", path(&post)),
                Some(&json!({ "quote_approval_policy": "public" })),
            )
            .await;
        assert_eq!(opened["quote_approval"]["automatic"], json!(["public"]));
        fediverse.settle().await;
        assert_eq!(stage.far.new_letters()[0]["type"], "Update");
        let letters = stage.asks(fediverse, &stage.question(&note, uri)).await;
        assert_eq!(letters[0]["type"], "Accept");
    })
    .await;
}

#[tokio::test]
async fn our_people_quote_when_the_author_agrees() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (nadia, tomas) = (stage.ours.person("nadia"), stage.ours.person("tomas"));
        let everybody =
            json!({ "automaticApproval": ["https://www.w3.org/ns/activitystreams#Public"] });
        let theirs = stage.quotable(fediverse, everybody).await;
        let quoted = tomas.finds_post(text(&theirs, "id")).await;
        let mine = tomas
            .publishes(json!({ "status": "Well said", "quoted_status_id": quoted }))
            .await;
        assert_eq!(
            mine["quote"],
            json!({ "state": "pending", "quoted_status": null })
        );
        fediverse.settle().await;
        let letters = stage.far.new_letters();
        let request = letters
            .iter()
            .find(|letter| letter["type"] == "QuoteRequest")
            .unwrap();
        assert_eq!(request["object"], theirs["id"]);
        assert_eq!(request["to"], json!([stage.bo.uri]));
        let note = &request["instrument"];
        assert_eq!(note["id"], mine["uri"]);
        for name in ["quote", "quoteUrl", "quoteUri", "_misskey_quote"] {
            assert_eq!(note[name], theirs["id"], "{name}");
        }
        assert!(text(note, "content").starts_with("<p class=\"quote-inline\">RE: <a href="));

        // Only the one who was asked can answer.
        let stamp = stage.bo.fresh("stamps");
        let li = stage.far.person("li");
        let mut forged = li.activity("Accept", request.clone());
        forged["result"] = json!(li.fresh("stamps"));
        li.tells(&stage.ours, &forged).await;
        fediverse.settle().await;
        assert_eq!(quote_of(&tomas, &mine).await["state"], "pending");

        let mut accept = stage.bo.activity("Accept", request.clone());
        accept["result"] = json!(stamp);
        let letters = stage.asks(fediverse, &accept).await;
        let shown = quote_of(&nadia, &mine).await;
        assert_eq!(shown["state"], "accepted");
        assert_eq!(shown["quoted_status"]["uri"], theirs["id"]);
        assert_eq!(
            (
                &letters[0]["type"],
                &letters[0]["object"]["quoteAuthorization"]
            ),
            (&json!("Update"), &json!(stamp)),
            "everybody is shown the stamp"
        );

        let gone = li.activity("Delete", json!(stamp));
        li.tells(&stage.ours, &gone).await;
        fediverse.settle().await;
        assert_eq!(
            quote_of(&nadia, &mine).await["state"],
            "accepted",
            "not theirs to take back"
        );
        stage
            .asks(fediverse, &stage.bo.activity("Delete", json!(stamp)))
            .await;
        assert_eq!(
            quote_of(&nadia, &mine).await,
            json!({ "state": "revoked", "quoted_status": null })
        );
    })
    .await;
}

#[tokio::test]
async fn our_people_do_not_quote_whom_they_may_not() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let (nadia, tomas) = (stage.ours.person("nadia"), stage.ours.person("tomas"));
        let himself = json!({ "automaticApproval": [stage.bo.uri] });
        let theirs = stage.quotable(fediverse, himself).await;
        let quoted = tomas.finds_post(text(&theirs, "id")).await;
        let refuse = async |who: &Person, id: &str, status: u16| {
            let said = json!({ "status": "Look", "quoted_status_id": id });
            let refused = who.calls("POST", "/api/v1/statuses", Some(&said)).await;
            assert_eq!(refused.status, status, "{}", refused.text());
        };
        refuse(&tomas, &quoted, 422).await;
        let asks = json!({ "manualApproval": ["https://www.w3.org/ns/activitystreams#Public"] });
        let third = stage.quotable(fediverse, asks).await;
        let seen = tomas.post_at(text(&third, "id")).await.unwrap();
        assert_eq!(
            seen["quote_approval"],
            json!({ "automatic": [], "manual": ["public"], "current_user": "manual" })
        );
        let secret = nadia
            .publishes(json!({ "status": "Secret", "visibility": "private" }))
            .await;
        refuse(&tomas, text(&secret, "id"), 404).await;
        refuse(&tomas, "1", 404).await;
        let few = nadia
            .publishes(
                json!({ "status": "For those who follow", "quote_approval_policy": "followers" }),
            )
            .await;
        refuse(&tomas, text(&few, "id"), 422).await;
        tomas.follows("@nadia@kindred.example").await;
        let mine = tomas
            .publishes(json!({ "status": "Look", "quoted_status_id": few["id"] }))
            .await;
        assert_eq!(
            mine["quote"]["state"], "accepted",
            "among ourselves nobody waits"
        );
        assert_eq!(mine["quote"]["quoted_status"]["id"], few["id"]);
        // A quote of a quote shows the number of the inner one.
        let outer = nadia
            .publishes(json!({ "status": "Ha", "quoted_status_id": mine["id"] }))
            .await;
        assert_eq!(
            outer["quote"]["quoted_status"]["quote"],
            json!({ "state": "accepted", "quoted_status_id": few["id"] })
        );
        nadia.deletes(&few).await;
        assert_eq!(
            quote_of(&tomas, &mine).await,
            json!({ "state": "deleted", "quoted_status": null })
        );
    })
    .await;
}

#[tokio::test]
async fn quotes_between_others_are_believed_with_the_stamp_of_the_quoted_author() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (tomas, li) = (stage.ours.person("tomas"), stage.far.person("li"));
        let original = stage.bo.note("<p>Original</p>", &[]);
        stage.publish(&original);
        let stamp = stage.bo.fresh("stamps");
        let mut quoting = Vec::new();
        for (shown, legacy) in [(Some(&stamp), false), (None, false), (None, true)] {
            let mut note = li.note("<p>Look</p>", &[&tomas.actor.uri]);
            let key = if legacy { "quoteUrl" } else { "quote" };
            note[key] = original["id"].clone();
            if let Some(stamp) = shown {
                note["quoteAuthorization"] = json!(stamp);
                stage.publish(&json!({
                    "id": stamp, "type": "QuoteAuthorization", "attributedTo": stage.bo.uri,
                    "interactingObject": note["id"], "interactionTarget": original["id"]
                }));
            }
            li.tells(&stage.ours, &li.create(&note)).await;
            fediverse.settle().await;
            let seen = tomas.post_at(text(&note, "id")).await.unwrap();
            quoting.push(text(&seen["quote"], "state").to_owned());
        }
        assert_eq!(
            quoting,
            ["accepted", "pending", "accepted"],
            "stamped, unstamped, and where nobody is asked"
        );
        // Somebody else's stamp, or one for another post, is none.
        let mut liar = li.note("<p>Lies</p>", &[&tomas.actor.uri]);
        liar["quote"] = original["id"].clone();
        liar["quoteAuthorization"] = json!(stamp);
        li.tells(&stage.ours, &li.create(&liar)).await;
        fediverse.settle().await;
        let seen = tomas.post_at(text(&liar, "id")).await.unwrap();
        assert_eq!(seen["quote"]["state"], "pending");
    })
    .await;
}
