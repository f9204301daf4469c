//! Bo is on GoToSocial: nobody is answered who does not sign, every follower is told apart, and keys have an address of their own.

use kindred_lab::peers::GoToSocial;
use serde_json::json;

use super::{Stage, id, uri};
use crate::support::on_sqlite;

#[tokio::test]
async fn gotosocial_follows_the_group_and_is_shown_its_threads_as_boosts() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, GoToSocial).await;
        let li = stage.far.person("li");
        li.follows(&stage.rust).await.expect("a question");
        stage.settle().await;
        stage.far.heard();
        let nadia = stage.ours.person("nadia");

        let post = nadia.says("@rust Who uses async closures?").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("a boost");
        assert!(shown.boosts.values().any(|by| *by == stage.rust.uri));
        assert_eq!(stage.far.heard().len(), 2, "one for each follower");
        // The second of the two letters tells nothing new.
        assert_eq!(stage.far.dropped().len(), 1);

        nadia.edits(&post, "@rust Who uses closures?").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&post)).expect("still there").edited);

        nadia.deletes(&post).await;
        stage.settle().await;
        assert_eq!(stage.far.shown(uri(&post)), None);
        assert_eq!(stage.far.faults(), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn gotosocial_posts_into_the_group_with_bare_lists() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, GoToSocial).await;
        let nadia = stage.ours.person("nadia");
        let inbox = stage.rust.inbox.as_str();

        let note = stage.bo.note("How do I start?", &[&stage.rust], None);
        stage.bo.publishes(&note, &[inbox]).await.expect("a letter");
        stage.settle().await;
        assert_eq!(
            nadia.home().await,
            ["@rust How do I start? by bo@far.example, from rust"]
        );
        assert_eq!(stage.far.shown(id(&note)).expect("Bo's").boosts.len(), 1);

        let answer = nadia.answers(id(&note), "With the book.").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&answer)).is_some(), "it is for Bo");
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

        stage
            .bo
            .deletes(&note, &json!(id(&note)), &[inbox])
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
async fn gotosocial_is_asked_with_signatures_and_a_name() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, GoToSocial).await;
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;

        nadia.follows("@bo@far.example").await;
        stage.bo.follows(&author).await.expect("a question");
        stage.settle().await;
        assert_eq!(nadia.stands_to("@bo@far.example").await, (true, false));

        // A boost of somebody whom nobody here knows: the post and its author are fetched.
        let li = stage.far.person("li");
        let note = li.note("Read this", &[], None);
        li.publishes(&note, &[]).await.expect("a post");
        stage.bo.boosts(id(&note), &author).await.expect("a letter");
        stage.settle().await;
        assert_eq!(
            nadia.home().await,
            ["Read this by li@far.example, from bo@far.example"]
        );
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn gotosocial_likes_boosts_reports_blocks_and_leaves() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, GoToSocial).await;
        let follow = stage.bo.follows(&stage.rust).await.expect("a question");
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        let post = nadia.says("@rust Hello").await;
        stage.settle().await;

        let like = stage.bo.likes(uri(&post), &author).await.expect("a letter");
        stage.settle().await;
        let seen = nadia.post_at(uri(&post)).await.expect("the post");
        assert_eq!(seen["favourites_count"], 1);
        let taken = stage.bo.takes_back(&author.inbox, &like).await;
        taken.expect("a letter");
        stage
            .bo
            .reports(&author, &[uri(&post)], "Too short")
            .await
            .expect("a letter");
        stage.bo.blocks(&author).await.expect("a letter");
        stage
            .bo
            .leaves(&stage.rust, &follow)
            .await
            .expect("a letter");
        stage.settle().await;
        let seen = nadia.post_at(uri(&post)).await.expect("the post");
        assert_eq!(seen["favourites_count"], 0);
        let traces = stage.ours.traces().await;
        assert_eq!((traces.of("reports"), traces.of("blocks")), (1, 1));
        stage.far.heard();

        nadia.says("@rust Anybody?").await;
        stage.settle().await;
        assert_eq!(stage.far.heard(), [json!(null); 0]);
        assert_eq!(stage.far.faults(), [""; 0]);
    })
    .await;
}
