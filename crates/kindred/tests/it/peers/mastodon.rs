//! Bo is on Mastodon: a group is an account that boosts, whoever is mentioned is told, and only authors are believed.

use kindred_lab::peers::{Mastodon, mastodon::tombstone};
use serde_json::json;

use super::{Stage, id, uri};
use crate::support::{on_sqlite, words};

#[tokio::test]
async fn mastodon_follows_the_group_and_is_shown_its_threads_as_boosts() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mastodon).await;
        let nadia = stage.ours.person("nadia");

        let post = nadia.says("@rust Who uses async closures?").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("a boost");
        assert_eq!(shown.kind, "Note");
        assert!(shown.content.contains("Who uses async closures?"));
        let by: Vec<&String> = shown.boosts.values().collect();
        assert_eq!(by, [&stage.rust.uri]);

        nadia.answers(uri(&post), "I do.").await;
        nadia.reacts(uri(&post), "favourite").await;
        stage.settle().await;
        assert_eq!(stage.far.all_shown().len(), 1, "homes are not flooded");

        nadia.edits(&post, "@rust Who uses closures?").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("still there");
        assert!(shown.edited && shown.content.contains("Who uses closures?"));

        nadia.deletes(&post).await;
        stage.ends_well().await;
        assert_eq!(stage.far.shown(uri(&post)), None);
    })
    .await;
}

#[tokio::test]
async fn mastodon_posts_into_the_group_by_mention_and_answers_without_it() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mastodon).await;
        let nadia = stage.ours.person("nadia");
        let inbox = stage.rust.nearest_inbox();

        let note = stage.bo.note("How do I start?", &[&stage.rust], None);
        stage.bo.publishes(&note, &[inbox]).await.expect("a letter");
        stage.settle().await;
        assert_eq!(
            nadia.home().await,
            ["@rust How do I start? by bo@far.example, from rust"]
        );
        let shown = stage.far.shown(id(&note)).expect("Bo's own");
        assert_eq!(shown.boosts.len(), 1, "the group boosts it back");

        let answer = nadia.answers(id(&note), "With the book.").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&answer)).expect("it is for Bo");
        assert_eq!(shown.parent.as_deref(), Some(id(&note)));

        // Bo deletes the names from the answer.
        let thanks = stage.bo.note("Thanks!", &[], Some(uri(&answer)));
        stage
            .bo
            .publishes(&thanks, &[inbox])
            .await
            .expect("a letter");
        stage.settle().await;
        assert_eq!(
            nadia.thread_below(id(&note)).await,
            ["With the book.", "Thanks!"]
        );

        let edited = stage
            .bo
            .edits(&note, "<p>Where do I start?</p>", &[inbox])
            .await;
        edited.expect("a letter");
        stage.settle().await;
        let seen = nadia.post_at(id(&note)).await.expect("the post");
        assert_eq!(words(&seen), "Where do I start?");

        stage
            .bo
            .deletes(&note, &tombstone(&note), &[inbox])
            .await
            .expect("a letter");
        stage.settle().await;
        assert!(nadia.post_at(id(&note)).await.is_none());
        stage.far.dropped();
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn mastodon_likes_and_boosts_and_takes_both_back() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mastodon).await;
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        let post = nadia.says("@rust Hello").await;
        stage.settle().await;
        let counts = async || {
            stage.settle().await;
            let seen = nadia.post_at(uri(&post)).await.expect("the post");
            (
                seen["favourites_count"].clone(),
                seen["reblogs_count"].clone(),
            )
        };
        let before = counts().await;

        let like = stage.bo.likes(uri(&post), &author).await.expect("a letter");
        let boost = stage
            .bo
            .boosts(uri(&post), &author)
            .await
            .expect("a letter");
        assert_eq!(counts().await.0, json!(1));
        assert_ne!(counts().await.1, before.1);

        for act in [&like, &boost] {
            let taken = stage.bo.takes_back(&author.inbox, act).await;
            taken.expect("a letter");
        }
        assert_eq!(counts().await, before);
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn mastodon_and_a_person_here_follow_each_other() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Mastodon).await;
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;

        nadia.follows("@bo@far.example").await;
        stage.bo.follows(&author).await.expect("a question");
        stage.settle().await;
        assert_eq!(nadia.stands_to("@bo@far.example").await, (true, false));
        assert!(stage.far.follows(stage.bo.uri(), &author.uri));

        let note = stage.bo.note("Good morning", &[], None);
        let inbox = author.nearest_inbox();
        stage.bo.publishes(&note, &[inbox]).await.expect("a letter");
        let post = nadia.says("Good evening").await;
        stage.settle().await;
        assert_eq!(nadia.home().await.len(), 2, "{:?}", nadia.home().await);
        assert!(stage.far.shown(uri(&post)).is_some());

        nadia.reacts(id(&note), "favourite").await;
        nadia.reacts(id(&note), "reblog").await;
        stage.settle().await;
        let shown = stage.far.shown(id(&note)).expect("Bo's own");
        assert_eq!((shown.likes.len(), shown.boosts.len()), (1, 1));
        nadia.reacts(id(&note), "unfavourite").await;
        nadia.reacts(id(&note), "unreblog").await;
        stage.settle().await;
        let shown = stage.far.shown(id(&note)).expect("Bo's own");
        assert_eq!((shown.likes.len(), shown.boosts.len()), (0, 0));
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn mastodon_leaves_and_hears_no_more() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Mastodon).await;
        let follow = stage.bo.follows(&stage.rust).await.expect("a question");
        stage.settle().await;
        stage
            .bo
            .leaves(&stage.rust, &follow)
            .await
            .expect("a letter");
        stage.settle().await;
        stage.far.heard();

        stage.ours.person("nadia").says("@rust Anybody?").await;
        stage.settle().await;

        assert_eq!(stage.far.heard(), [json!(null); 0]);
        assert_eq!(
            stage.ours.group("rust").followers().await,
            ["http://kindred.example/p/nadia"]
        );
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn mastodon_reports_a_post_and_whom_it_blocks_cannot_follow() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mastodon).await;
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        let post = nadia.says("@rust Buy this").await;
        stage.settle().await;

        stage
            .bo
            .reports(&author, &[uri(&post)], "Advertising")
            .await
            .expect("a letter");
        stage.settle().await;
        assert_eq!(stage.ours.traces().await.of("reports"), 1);

        stage.bo.blocks(&author).await.expect("a letter");
        stage.settle().await;
        assert_eq!(stage.ours.traces().await.of("blocks"), 1);
        stage.ends_well().await;
    })
    .await;
}
