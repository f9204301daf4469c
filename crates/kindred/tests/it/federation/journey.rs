//! The way of a post between two companies: follow, post, answer, edit, like, pass on, delete, leave.

use kindred_community::{GroupRole, MembershipState};
use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, on_both, words};

const RUST: &str = "@rust@kindred.example";

/// Nadia has a group at one company, Mei and Tomás work at another.
async fn two_companies(fediverse: &Fediverse) -> (Instance, Instance) {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_group("rust")
        .start()
        .await;
    let theirs = fediverse
        .instance("acme.example")
        .with_person("mei")
        .with_person("tomas")
        .start()
        .await;
    (ours, theirs)
}

/// Mei belongs to the group already.
async fn with_mei_in_the_group(fediverse: &Fediverse) -> (Instance, Instance) {
    let (ours, theirs) = two_companies(fediverse).await;
    theirs.person("mei").follows(RUST).await;
    fediverse.settle().await;
    (ours, theirs)
}

fn uri(status: &Value) -> &str {
    status["uri"].as_str().expect("an address")
}

#[tokio::test]
async fn a_follow_from_another_company_is_accepted() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_companies(fediverse).await;
        let mei = theirs.person("mei");

        let asked = mei.follows(RUST).await;
        assert_eq!(
            (&asked["following"], &asked["requested"]),
            (&json!(false), &json!(true))
        );
        fediverse.settle().await;

        assert_eq!(mei.stands_to(RUST).await, (true, false));
        assert_eq!(
            ours.group("rust").followers().await,
            [
                "http://acme.example/p/mei",
                "http://kindred.example/p/nadia"
            ]
        );
        assert_eq!(
            ours.group("rust").standing(&mei.actor.uri).await,
            Some((MembershipState::Active, GroupRole::Member))
        );
    })
    .await;
}

#[tokio::test]
async fn a_post_in_the_group_is_at_home_with_its_follower_once() {
    on_both(async |fediverse| {
        let (ours, theirs) = with_mei_in_the_group(fediverse).await;
        let (nadia, mei) = (ours.person("nadia"), theirs.person("mei"));

        let post = nadia.says("@rust Who uses async closures?").await;
        fediverse.settle().await;

        assert_eq!(
            mei.home().await,
            ["@rust Who uses async closures? by nadia@kindred.example, from rust@kindred.example"]
        );
        assert_eq!(nadia.home().await.len(), 1, "once for its author, too");
        let shown = ours.group("rust").statuses().await;
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0]["reblog"]["uri"], post["uri"]);
        let page = ours.page("/g/rust").await.text();
        assert!(page.contains("Who uses async closures?"), "{page}");
        assert_eq!(theirs.person("tomas").home().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_follower_of_both_author_and_group_finds_a_post_once() {
    on_both(async |fediverse| {
        let (ours, theirs) = with_mei_in_the_group(fediverse).await;
        let mei = theirs.person("mei");
        mei.follows("@nadia@kindred.example").await;
        fediverse.settle().await;

        ours.person("nadia").says("@rust Hello").await;
        fediverse.settle().await;

        assert_eq!(mei.home().await.len(), 1, "{:?}", mei.home().await);
    })
    .await;
}

#[tokio::test]
async fn a_post_by_a_follower_elsewhere_reaches_everybody_in_the_group() {
    on_both(async |fediverse| {
        let (ours, theirs) = with_mei_in_the_group(fediverse).await;
        theirs.person("tomas").follows(RUST).await;
        fediverse.settle().await;

        let post = theirs
            .person("mei")
            .says("@rust@kindred.example How do I start?")
            .await;
        fediverse.settle().await;

        let home = ours.person("nadia").home().await;
        assert_eq!(home.len(), 1, "{home:?}");
        assert!(
            home[0].ends_with("by mei@acme.example, from rust"),
            "{home:?}"
        );
        let home = theirs.person("tomas").home().await;
        assert_eq!(home.len(), 1, "{home:?}");
        assert!(
            home[0].ends_with("by mei, from rust@kindred.example"),
            "{home:?}"
        );
        assert_eq!(theirs.person("mei").home().await.len(), 1);
        let shown = ours.group("rust").statuses().await;
        assert_eq!(shown[0]["reblog"]["uri"], post["uri"]);
    })
    .await;
}

#[tokio::test]
async fn an_answer_stands_in_the_thread_on_both_sides() {
    on_both(async |fediverse| {
        let (ours, theirs) = with_mei_in_the_group(fediverse).await;
        let (nadia, mei) = (ours.person("nadia"), theirs.person("mei"));
        let post = nadia.says("@rust Who is there?").await;
        fediverse.settle().await;

        let answer = mei.answers(uri(&post), "Mei is.").await;
        fediverse.settle().await;
        nadia.answers(uri(&answer), "Welcome!").await;
        fediverse.settle().await;

        for person in [&nadia, &mei] {
            assert_eq!(
                person.thread_below(uri(&post)).await,
                ["Mei is.", "Welcome!"],
                "for {}",
                person.actor.uri
            );
            let seen = person.post_at(uri(&post)).await.expect("the post");
            assert_eq!(seen["replies_count"], 1, "for {}", person.actor.uri);
        }
        let page = ours.page(uri(&post)).await.text();
        assert!(
            page.contains("Mei is.") && page.contains("Welcome!"),
            "{page}"
        );
        assert_eq!(
            ours.group("rust").statuses().await.len(),
            1,
            "answers are no news of the group"
        );
    })
    .await;
}

#[tokio::test]
async fn an_edit_is_seen_on_both_sides() {
    on_both(async |fediverse| {
        let (ours, theirs) = with_mei_in_the_group(fediverse).await;
        let (nadia, mei) = (ours.person("nadia"), theirs.person("mei"));
        let post = nadia.says("@rust Tuesday").await;
        let hers = mei.says("@rust@kindred.example Where?").await;
        fediverse.settle().await;

        nadia.edits(&post, "@rust Wednesday").await;
        mei.edits(&hers, "@rust@kindred.example Where exactly?")
            .await;
        fediverse.settle().await;

        for person in [&nadia, &mei] {
            let seen = person.post_at(uri(&post)).await.expect("the post");
            assert!(words(&seen).ends_with("Wednesday"), "{seen}");
            assert!(seen["edited_at"].is_string());
            let seen = person.post_at(uri(&hers)).await.expect("the other post");
            assert!(words(&seen).ends_with("exactly?"), "{seen}");
        }
        assert_eq!(mei.home().await.len(), 2, "an edit is no news");
    })
    .await;
}

#[tokio::test]
async fn likes_and_boosts_are_counted_where_the_post_lives() {
    on_both(async |fediverse| {
        let (ours, theirs) = with_mei_in_the_group(fediverse).await;
        let (nadia, mei) = (ours.person("nadia"), theirs.person("mei"));
        let post = nadia.says("@rust Something likeable").await;
        fediverse.settle().await;
        let counts = async || {
            let seen = nadia.post_at(uri(&post)).await.expect("the post");
            (
                seen["favourites_count"].clone(),
                seen["reblogs_count"].clone(),
            )
        };

        mei.reacts(uri(&post), "favourite").await;
        mei.reacts(uri(&post), "reblog").await;
        fediverse.settle().await;
        assert_eq!(counts().await, (json!(1), json!(1)));

        mei.reacts(uri(&post), "favourite").await;
        mei.reacts(uri(&post), "reblog").await;
        fediverse.settle().await;
        assert_eq!(counts().await, (json!(1), json!(1)), "once more is once");

        mei.reacts(uri(&post), "unfavourite").await;
        mei.reacts(uri(&post), "unreblog").await;
        fediverse.settle().await;
        assert_eq!(counts().await, (json!(0), json!(0)));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_post_is_gone_everywhere() {
    on_both(async |fediverse| {
        let (ours, theirs) = with_mei_in_the_group(fediverse).await;
        let (nadia, mei) = (ours.person("nadia"), theirs.person("mei"));
        let post = nadia.says("@rust A mistake").await;
        let hers = mei.says("@rust@kindred.example Another one").await;
        fediverse.settle().await;
        assert_eq!(mei.home().await.len(), 2);

        nadia.deletes(&post).await;
        mei.deletes(&hers).await;
        fediverse.settle().await;

        for person in [&nadia, &mei] {
            assert_eq!(person.home().await, [""; 0], "for {}", person.actor.uri);
            for status in [&post, &hers] {
                let known = person.instance.post_at(uri(status)).await;
                assert!(
                    known.is_none_or(|post| post.deleted_at.is_some()),
                    "for {}",
                    person.actor.uri
                );
            }
        }
        assert_eq!(ours.group("rust").statuses().await, [json!(null); 0]);
        assert_eq!(ours.document(uri(&post)).await.status, 410);
        assert_eq!(ours.page(uri(&post)).await.status, 410);
        let page = ours.page("/g/rust").await.text();
        assert!(!page.contains("A mistake") && !page.contains("Another one"));
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_hears_nothing_more() {
    on_both(async |fediverse| {
        let (ours, theirs) = with_mei_in_the_group(fediverse).await;
        let mei = theirs.person("mei");
        ours.person("nadia").says("@rust Before").await;
        fediverse.settle().await;
        assert_eq!(mei.home().await.len(), 1);

        let left = mei.leaves(RUST).await;
        assert_eq!(left["following"], false);
        fediverse.settle().await;
        let known = theirs.traces().await;
        ours.person("nadia").says("@rust After").await;
        fediverse.settle().await;

        assert_eq!(mei.home().await, [""; 0]);
        assert_eq!(theirs.traces().await, known, "nothing arrives any more");
        assert_eq!(
            ours.group("rust").followers().await,
            ["http://kindred.example/p/nadia"]
        );
        assert_eq!(
            ours.group("rust").standing(&mei.actor.uri).await,
            Some((MembershipState::Left, GroupRole::Member))
        );
    })
    .await;
}

#[tokio::test]
async fn a_person_is_followed_and_heard_of_without_any_group() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_companies(fediverse).await;
        let (nadia, mei) = (ours.person("nadia"), theirs.person("mei"));
        mei.follows("@nadia@kindred.example").await;
        fediverse.settle().await;

        nadia.says("Good morning").await;
        nadia
            .publishes(json!({ "status": "To my followers", "visibility": "private" }))
            .await;
        fediverse.settle().await;

        assert_eq!(
            mei.home().await,
            [
                "To my followers by nadia@kindred.example",
                "Good morning by nadia@kindred.example"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_direct_message_stays_between_two() {
    on_both(async |fediverse| {
        let (ours, theirs) = with_mei_in_the_group(fediverse).await;
        theirs
            .person("tomas")
            .follows("@nadia@kindred.example")
            .await;
        fediverse.settle().await;
        let (nadia, mei) = (ours.person("nadia"), theirs.person("mei"));

        let message = nadia
            .publishes(
                json!({ "status": "@mei@acme.example only for you", "visibility": "direct" }),
            )
            .await;
        fediverse.settle().await;

        let seen = mei.post_at(uri(&message)).await.expect("the message");
        assert_eq!(seen["visibility"], "direct");
        assert!(
            theirs
                .person("tomas")
                .post_at(uri(&message))
                .await
                .is_none()
        );
        assert_eq!(theirs.person("tomas").home().await, [""; 0]);
        assert_eq!(ours.document(uri(&message)).await.status, 404);
        assert_eq!(ours.page(uri(&message)).await.status, 404);

        let answer = mei
            .answers(uri(&message), "@nadia@kindred.example thanks")
            .await;
        assert_eq!(answer["visibility"], "direct");
        fediverse.settle().await;
        let heard = nadia.post_at(uri(&answer)).await.expect("the answer");
        assert_eq!(heard["visibility"], "direct");
        assert!(theirs.page(uri(&answer)).await.status == 404);
    })
    .await;
}
