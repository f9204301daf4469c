//! What was said elsewhere before anybody here listened.

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Peer, Somebody, card, on_both, on_sqlite, words};

struct Stage {
    ours: Instance,
    far: Peer,
    group: Somebody,
    bo: Somebody,
}

/// A group with an outbox, and Tomás, who does not follow it yet.
async fn stage(fediverse: &Fediverse) -> Stage {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("tomas")
        .start()
        .await;
    let far = fediverse.peer("far.example", "lemmy");
    let group = far.actor("Group", "rust");
    let mut described = card("Group", "rust", &group.uri, group.public_pem());
    described["featured"] = json!(format!("{}/featured", group.uri));
    far.publish("/users/rust", &described);
    let bo = far.person("bo");
    Stage {
        ours,
        far,
        group,
        bo,
    }
}

impl Stage {
    /// A thread of the group as it was told on a day of this month.
    fn thread(&self, words: &str, day: u32) -> Value {
        let mut note = self.bo.note(&format!("<p>{words}</p>"), &[&self.group.uri]);
        note["audience"] = json!(self.group.uri);
        note["published"] = json!(format!("2026-01-{day:02}T08:00:00Z"));
        self.publish(&note);
        note
    }

    fn answer(&self, to: &Value, words: &str, day: u32) -> Value {
        let mut note = self.bo.note(&format!("<p>{words}</p>"), &[]);
        note["inReplyTo"] = to["id"].clone();
        note["published"] = json!(format!("2026-01-{day:02}T09:00:00Z"));
        self.publish(&note);
        note
    }

    fn publish(&self, document: &Value) {
        let id = document["id"].as_str().expect("an id");
        let path = id
            .strip_prefix("http://far.example")
            .expect("an address there");
        self.far.publish(path, document);
    }

    fn outbox(&self, entries: &[Value]) {
        self.publish(&json!({
            "id": format!("{}/outbox", self.group.uri), "type": "OrderedCollection",
            "totalItems": entries.len(), "orderedItems": entries
        }));
    }

    fn announced(&self, note: &Value) -> Value {
        self.group.activity("Announce", self.bo.create(note))
    }

    async fn tomas_comes_in(&self, fediverse: &Fediverse) {
        self.ours.person("tomas").follows("!rust@far.example").await;
        fediverse.settle().await;
        let follow = self.far.new_letters()[0].clone();
        let accept = self.group.activity("Accept", follow);
        self.group.tells(&self.ours, &accept).await;
        fediverse.settle().await;
    }

    async fn group_page(&self) -> Vec<String> {
        let tomas = self.ours.person("tomas");
        let id = tomas.finds("!rust@far.example").await;
        let page = tomas.sees(&format!("/api/v1/accounts/{id}/statuses")).await;
        page.as_array()
            .expect("a list")
            .iter()
            .map(|entry| words(&entry["reblog"]))
            .collect()
    }
}

#[tokio::test]
async fn whoever_comes_in_finds_the_old_threads_with_their_dates_and_nobody_is_disturbed() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let tomas = stage.ours.person("tomas");
        let mut named = stage.thread("Third, for @tomas", 20);
        named["tag"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "type": "Mention", "href": tomas.actor.uri }));
        stage.publish(&named);
        let (second, first) = (stage.thread("Second", 12), stage.thread("First", 3));
        let mut lie = stage.thread("As it was told", 2);
        stage.publish(&lie);
        lie["content"] = json!("<p>As a liar shows it</p>");
        stage.outbox(&[
            stage.announced(&named),
            json!(second["id"]),
            stage.announced(&first),
            stage.announced(&lie),
            stage.group.activity("Announce", json!({ "type": "Like", "object": first["id"] })),
        ]);
        let pins = json!({ "id": format!("{}/featured", stage.group.uri), "type": "OrderedCollection", "orderedItems": [first] });
        stage.publish(&pins);
        let newest = tomas.says("Something of today").await;

        stage.tomas_comes_in(fediverse).await;
        assert_eq!(
            stage.group_page().await,
            ["Third, for @tomas", "Second", "First", "As it was told"],
            "in the order of their days, and as their home tells them"
        );
        let known = stage.ours.post_at(first["id"].as_str().unwrap()).await.unwrap();
        assert_eq!(known.published_at.0, 1_767_427_200_000);
        assert!(known.pinned_at.is_some());
        let home = tomas.home().await;
        assert_eq!(home.len(), 5);
        assert!(
            home[0].starts_with("Something of today"),
            "old threads do not push what is new aside: {home:?}"
        );
        assert_eq!(stage.ours.traces().await.of("notifications"), 0);
        tomas.deletes(&newest).await;

        // A second look changes nothing and asks nobody again.
        let before = stage.ours.traces().await;
        stage.far.new_letters();
        tomas.stands_to("!rust@far.example").await;
        fediverse.settle().await;
        assert_eq!(stage.ours.traces().await.of("posts"), before.of("posts"));
        assert_eq!(stage.far.got().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn whole_threads_come_along_by_their_context_or_by_their_answers() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (mut whole, mut levels) = (stage.thread("Told whole", 5), stage.thread("Told by levels", 4));
        let one = stage.answer(&whole, "One", 6);
        let two = stage.answer(&one, "Two", 7);
        let context = format!("{}/context", whole["id"].as_str().unwrap());
        whole["context"] = json!(context);
        stage.publish(&whole);
        stage.publish(&json!({
            "id": context, "type": "OrderedCollection",
            "first": { "type": "OrderedCollectionPage", "orderedItems": [two["id"], whole["id"]], "next": format!("{context}/2") }
        }));
        stage.publish(&json!({ "id": format!("{context}/2"), "type": "OrderedCollectionPage", "orderedItems": [one["id"]], "next": format!("{context}/2") }));
        let mut upper = stage.answer(&levels, "Upper", 6);
        let lower = stage.answer(&upper, "Lower", 7);
        for (post, below) in [(&mut levels, &upper["id"].clone()), (&mut upper, &lower["id"].clone())] {
            let replies = format!("{}/replies", post["id"].as_str().unwrap());
            post["replies"] = json!({ "id": replies, "type": "Collection", "first": format!("{replies}/1") });
            stage.publish(post);
            stage.publish(&json!({ "id": replies, "type": "Collection", "first": format!("{replies}/1") }));
            stage.publish(&json!({ "id": format!("{replies}/1"), "type": "CollectionPage", "items": [below] }));
        }
        stage.outbox(&[stage.announced(&whole), stage.announced(&levels)]);
        stage.tomas_comes_in(fediverse).await;
        let tomas = stage.ours.person("tomas");
        assert_eq!(tomas.thread_below(whole["id"].as_str().unwrap()).await, ["One", "Two"]);
        assert_eq!(tomas.thread_below(levels["id"].as_str().unwrap()).await, ["Upper", "Lower"]);
        assert_eq!(stage.ours.traces().await.of("notifications"), 0);
    })
    .await;
}

#[tokio::test]
async fn opening_a_thread_that_lives_elsewhere_looks_for_its_answers_once_in_a_while() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let tomas = stage.ours.person("tomas");
        let mut thread = stage.thread("A question", 20);
        let replies = format!("{}/replies", thread["id"].as_str().unwrap());
        thread["replies"] = json!(replies);
        stage.publish(&thread);
        stage.publish(&json!({ "id": replies, "type": "Collection", "items": [] }));
        let uri = thread["id"].as_str().unwrap();
        let id = tomas.finds_post(uri).await;
        fediverse.settle().await;
        let late = stage.answer(&thread, "An answer", 21);
        stage.publish(&json!({ "id": replies, "type": "Collection", "items": [late["id"]] }));

        let context = format!("/api/v1/statuses/{id}/context");
        stage.far.new_letters();
        assert_eq!(stage.ours.page(&context).await.status, 200);
        fediverse.settle().await;
        assert_eq!(stage.far.got().len(), 0, "a stranger's click asks nobody");
        assert_eq!(tomas.thread_below(uri).await, [""; 0]);
        fediverse.settle().await;
        assert_eq!(tomas.thread_below(uri).await, ["An answer"]);
        stage.far.new_letters();
        tomas.sees(&context).await;
        fediverse.settle().await;
        assert_eq!(stage.far.got().len(), 0, "it was read a moment ago");
    })
    .await;
}

#[tokio::test]
async fn an_outbox_without_end_is_read_to_a_point() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let outbox = format!("{}/outbox", stage.group.uri);
        stage.publish(&json!({ "id": outbox, "type": "OrderedCollection", "first": format!("{outbox}/0") }));
        for page in 0..20 {
            let ids: Vec<String> = (0..30)
                .map(|n| stage.far.uri(&format!("/posts/{page}-{n}")))
                .collect();
            stage.publish(&json!({ "id": format!("{outbox}/{page}"), "type": "OrderedCollectionPage", "orderedItems": ids, "next": format!("{outbox}/{}", page + 1) }));
        }
        stage.tomas_comes_in(fediverse).await;
        let asked = stage.far.got();
        let count = |part: &str| asked.iter().filter(|got| got.target.contains(part)).count();
        assert!((1..=6).contains(&count("/outbox")), "{}", count("/outbox"));
        assert_eq!(count("/posts/"), 50);
    })
    .await;
}

#[tokio::test]
async fn of_a_person_the_newest_page_is_read() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let tomas = stage.ours.person("tomas");
        let mut old = stage.bo.note("<p>My old words</p>", &[]);
        old["published"] = json!("2025-12-24T08:00:00Z");
        stage.publish(&old);
        let mut secret = stage.bo.note("<p>Not for all</p>", &[]);
        secret["to"] = json!([format!("{}/followers", stage.bo.uri)]);
        secret["cc"] = json!([]);
        stage.publish(&secret);
        let outbox = format!("{}/outbox", stage.bo.uri);
        stage.publish(&json!({ "id": outbox, "type": "OrderedCollection", "orderedItems": [stage.bo.create(&secret), stage.bo.create(&old)] }));
        tomas.follows("@bo@far.example").await;
        fediverse.settle().await;
        let follow = stage.far.new_letters()[0].clone();
        stage.bo.tells(&stage.ours, &stage.bo.activity("Accept", follow)).await;
        fediverse.settle().await;
        assert_eq!(tomas.home().await, ["My old words by bo@far.example"]);
    })
    .await;
}
