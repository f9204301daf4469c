//! People of other servers: those who move, those who leave, private words, and everything that can be pasted into a search field.

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Peer, Somebody, card, on_both, on_sqlite};

struct Stage {
    ours: Instance,
    far: Peer,
    bo: Somebody,
}

async fn stage(fediverse: &Fediverse) -> Stage {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("tomas")
        .start()
        .await;
    let far = fediverse.peer("far.example", "mastodon");
    let bo = far.person("bo");
    Stage { ours, far, bo }
}

impl Stage {
    fn publish(&self, document: &Value) {
        let id = document["id"].as_str().expect("an id");
        let path = id
            .strip_prefix("http://far.example")
            .expect("an address there");
        self.far.publish(path, document);
    }

    async fn tomas_follows(&self, fediverse: &Fediverse) {
        self.ours.person("tomas").follows("@bo@far.example").await;
        fediverse.settle().await;
        let follow = self
            .far
            .new_letters()
            .into_iter()
            .find(|letter| letter["type"] == "Follow")
            .expect("a question");
        self.bo
            .tells(&self.ours, &self.bo.activity("Accept", follow))
            .await;
        fediverse.settle().await;
    }
}

#[tokio::test]
async fn whoever_moves_is_followed_when_the_new_address_says_so_and_the_follower_is_told() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let tomas = stage.ours.person("tomas");
        stage.tomas_follows(fediverse).await;
        let near = fediverse.peer("near.example", "mastodon");
        let new = near.person("bo");
        let mut moving = stage.bo.activity("Move", json!(stage.bo.uri));
        moving["target"] = json!(new.uri);
        stage.bo.tells(&stage.ours, &moving).await;
        fediverse.settle().await;
        assert!(
            near.letters().is_empty(),
            "the new address does not know the old one"
        );
        assert_eq!(tomas.stands_to("@bo@far.example").await, (true, false));

        let mut described = card("Person", "bo", &new.uri, new.public_pem());
        described["alsoKnownAs"] = json!([stage.bo.uri]);
        near.publish("/users/bo", &described);
        moving["id"] = json!(stage.bo.fresh("moves"));
        stage.bo.tells(&stage.ours, &moving).await;
        fediverse.settle().await;
        let letters = near.new_letters();
        assert_eq!((letters.len(), &letters[0]["type"]), (1, &json!("Follow")));
        assert_eq!(stage.far.new_letters()[0]["type"], "Undo");
        assert_eq!(tomas.stands_to("@bo@near.example").await, (false, true));
        let owner = tomas.actor.id;
        let notices = stage
            .ours
            .asks(move |db| {
                Ok(kindred_storage::notifications::page(
                    db,
                    owner,
                    &kindred_storage::notifications::Sieve::default(),
                    &kindred_storage::Page::first(9),
                )?)
            })
            .await;
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].kind.to_string(), "moved");
        let old = stage.ours.actor_at(&stage.bo.uri).await.unwrap();
        assert_eq!(old.moved_to.as_deref(), Some(new.uri.as_str()));
    })
    .await;
}

#[tokio::test]
async fn private_words_reach_those_who_are_named_and_nobody_else() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (nadia, tomas) = (stage.ours.person("nadia"), stage.ours.person("tomas"));
        let near = fediverse.peer("near.example", "mastodon");
        let fan = near.person("fan");
        fan.tells(&stage.ours, &fan.activity("Follow", json!(nadia.actor.uri)))
            .await;
        fediverse.settle().await;
        near.new_letters();
        let said = nadia
            .publishes(json!({ "status": "@bo@far.example between us", "visibility": "direct" }))
            .await;
        fediverse.settle().await;
        assert!(near.new_letters().is_empty());
        let letters = stage.far.new_letters();
        assert_eq!(letters.len(), 1);
        for thing in [&letters[0], &letters[0]["object"]] {
            assert_eq!(
                (&thing["to"], &thing["cc"]),
                (&json!([stage.bo.uri]), &json!([]))
            );
        }
        assert_eq!(said["quote_approval"]["automatic"], json!([]));
        assert_eq!(
            tomas
                .calls(
                    "GET",
                    &format!("/api/v1/statuses/{}", said["id"].as_str().unwrap()),
                    None
                )
                .await
                .status,
            404
        );

        let mut answer = stage.bo.note("<p>And back</p>", &[&nadia.actor.uri]);
        answer["to"] = json!([nadia.actor.uri]);
        answer["cc"] = json!([]);
        answer["inReplyTo"] = said["uri"].clone();
        stage.bo.tells(&stage.ours, &stage.bo.create(&answer)).await;
        fediverse.settle().await;
        let uri = answer["id"].as_str().unwrap();
        assert_eq!(nadia.post_at(uri).await.unwrap()["visibility"], "direct");
        assert!(tomas.post_at(uri).await.is_none());
        assert_eq!(tomas.home().await, [""; 0]);
        assert_eq!(
            stage
                .ours
                .document(said["uri"].as_str().unwrap())
                .await
                .status,
            404
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_the_fediverse_takes_everything_along() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let tomas = stage.ours.person("tomas");
        stage.tomas_follows(fediverse).await;
        let note = stage.bo.note("<p>Words of mine</p>", &[]);
        stage.publish(&note);
        stage.bo.tells(&stage.ours, &stage.bo.create(&note)).await;
        fediverse.settle().await;
        assert_eq!(tomas.home().await.len(), 1);
        stage
            .bo
            .tells(
                &stage.ours,
                &stage.bo.activity("Delete", json!(stage.bo.uri)),
            )
            .await;
        fediverse.settle().await;
        assert_eq!(tomas.home().await, [""; 0]);
        let gone = stage.ours.actor_at(&stage.bo.uri).await.unwrap();
        assert!(gone.deleted_at.is_some() && gone.name.is_empty() || gone.summary.is_empty());
        let found = tomas.searches("@bo@far.example").await;
        assert_eq!(found["accounts"], json!([]));
        let post = stage
            .ours
            .post_at(note["id"].as_str().unwrap())
            .await
            .unwrap();
        assert!(post.deleted_at.is_some() && post.content.is_empty());
    })
    .await;
}

#[tokio::test]
async fn pictures_used_as_letters_come_along_and_nonsense_does_not() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let tomas = stage.ours.person("tomas");
        let picture = |name: &str| json!({ "type": "Emoji", "name": name, "icon": { "type": "Image", "url": "http://far.example/crab.png" } });
        let mut described = card("Person", "bo", &stage.bo.uri, stage.bo.public_pem());
        described["name"] = json!("Bo :crab:");
        described["tag"] = json!([picture(":crab:"), picture(":crab:"), picture(":no good:"), { "type": "Emoji", "name": ":bare:" }]);
        described["memorial"] = json!(true);
        stage.far.publish("/users/bo", &described);
        let mut note = stage.bo.note("<p>Hello :crab:</p>", &[&tomas.actor.uri]);
        note["tag"].as_array_mut().unwrap().push(picture(":crab:"));
        note["contentMap"] = json!({ "pt": "<p>Hello :crab:</p>" });
        note["summary"] = json!("Animals");
        note["sensitive"] = json!(true);
        stage.bo.tells(&stage.ours, &stage.bo.create(&note)).await;
        fediverse.settle().await;
        let seen = tomas.post_at(note["id"].as_str().unwrap()).await.unwrap();
        let crab = json!([{
            "shortcode": "crab", "url": "http://far.example/crab.png", "static_url": "http://far.example/crab.png",
            "visible_in_picker": false, "category": null
        }]);
        assert_eq!((&seen["emojis"], &seen["account"]["emojis"]), (&crab, &crab));
        assert_eq!(
            (&seen["language"], &seen["spoiler_text"], &seen["sensitive"]),
            (&json!("pt"), &json!("Animals"), &json!(true))
        );
        assert_eq!(seen["account"]["memorial"], json!(true));
    })
    .await;
}

#[tokio::test]
async fn a_reaction_with_a_picture_counts_as_a_like() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let nadia = stage.ours.person("nadia");
        let post = nadia.says("Crabs").await;
        let mut react = stage.bo.activity("EmojiReact", post["uri"].clone());
        react["content"] = json!(":crab:");
        react["tag"] = json!([{ "type": "Emoji", "name": ":crab:", "icon": { "url": "http://far.example/crab.png" } }]);
        stage.bo.tells(&stage.ours, &react).await;
        let mut like = stage.far.person("li").activity("Like", post["uri"].clone());
        like["_misskey_reaction"] = json!("🦀");
        let li = stage.far.person("li");
        like["actor"] = json!(li.uri);
        li.tells(&stage.ours, &like).await;
        fediverse.settle().await;
        let seen = nadia.post_at(post["uri"].as_str().unwrap()).await.unwrap();
        assert_eq!(seen["favourites_count"], 2);
    })
    .await;
}

#[tokio::test]
async fn the_page_of_a_post_leads_to_the_post() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let tomas = stage.ours.person("tomas");
        let note = stage.bo.note("<p>Behind a page</p>", &[]);
        stage.publish(&note);
        let id = note["id"].as_str().unwrap();
        let linked = stage.far.page(
            "/@bo/1",
            &[],
            &format!(r#"<html><head><LINK href="{id}?a=1&amp;b=2" type="text/html" rel="alternate"><link rel='alternate nofollow' type="application/activity+json" href="{id}"></head></html>"#),
        );
        let relative = id.strip_prefix("http://far.example").unwrap();
        let header = stage.far.page(
            "/@bo/2",
            &[("link", &format!("<{relative}>; rel=\"alternate\"; type=\"application/activity+json\""))],
            "<html></html>",
        );
        for page in [linked, header] {
            let found = tomas.searches(&page).await;
            assert_eq!(found["statuses"][0]["uri"], note["id"], "{page}");
        }
        let nothing = stage.far.page("/@bo/3", &[], "<html><link rel=alternate type=application/activity+json href=javascript:alert(1)>");
        assert_eq!(tomas.searches(&nothing).await["statuses"], json!([]));
        let circle = stage.far.uri("/@bo/4");
        stage.far.page("/@bo/4", &[], &format!("<link rel=alternate type=application/activity+json href={circle}>"));
        assert_eq!(tomas.searches(&circle).await["statuses"], json!([]));
        // A stranger cannot send us anywhere.
        let before = stage.far.got().len();
        let query: String = url::form_urlencoded::byte_serialize(circle.as_bytes()).collect();
        stage.ours.page(&format!("/api/v2/search?resolve=true&q={query}")).await;
        assert_eq!(stage.far.got().len(), before);
    })
    .await;
}
