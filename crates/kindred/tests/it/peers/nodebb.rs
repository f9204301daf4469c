//! Bo is on NodeBB, which asks every server for what is passed on in its name.

use kindred_lab::peers::NodeBb;
use serde_json::json;

use super::{Stage, id, uri};
use crate::support::on_sqlite;

#[tokio::test]
async fn nodebb_fetches_what_the_group_passes_on() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, NodeBb).await;
        let (nadia, ines) = (stage.ours.person("nadia"), stage.ours.person("ines"));
        ines.follows("@rust").await;

        let post = nadia.says("@rust Who uses async closures?").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&post)).is_some());
        let answer = ines.answers(uri(&post), "I do.").await;
        ines.reacts(uri(&post), "favourite").await;
        nadia.edits(&post, "@rust Who uses closures?").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("it");
        assert!(shown.edited && shown.likes.len() == 1, "{shown:?}");
        assert!(stage.far.shown(uri(&answer)).is_some());
        ines.reacts(uri(&post), "unfavourite").await;
        ines.deletes(&answer).await;
        stage.ends_well().await;
        assert_eq!(stage.far.shown(uri(&answer)), None);
    })
    .await;
}

#[tokio::test]
async fn nodebb_posts_into_the_group_with_activities_that_stand_nowhere() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, NodeBb).await;
        let nadia = stage.ours.person("nadia");
        let inbox = stage.rust.nearest_inbox();

        let note = stage.bo.note(&stage.rust, None, "How do I start?");
        stage.bo.brings(&note, inbox).await.expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.home().await.len(), 1, "{:?}", nadia.home().await);
        let answer = nadia.answers(id(&note), "With the book.").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&answer)).is_some());
        let thanks = stage.bo.note(&stage.rust, Some(uri(&answer)), "Thanks!");
        stage.bo.brings(&thanks, inbox).await.expect("a letter");
        let like = stage
            .bo
            .acts("Like", &json!(uri(&answer)), &stage.rust)
            .await;
        like.expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.thread_below(id(&note)).await.len(), 2);

        stage.bo.takes_away(&thanks, inbox).await.expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.thread_below(id(&note)).await.len(), 1);
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn a_category_on_nodebb_speaks_in_both_dialects_and_is_heard_once() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, NodeBb).await;
        let trains = stage.far.group("trains");
        let nadia = stage.ours.person("nadia");
        nadia.follows("@trains@far.example").await;
        stage.settle().await;
        assert_eq!(nadia.stands_to("@trains@far.example").await, (true, false));

        let known = stage.far.own(trains.uri());
        let note = stage.bo.note(&known, None, "Which is best?");
        let create = stage.bo.publishes(&note, &[]).await.expect("a post");
        trains
            .boosts_to_followers(id(&note))
            .await
            .expect("a letter");
        trains.passes_on(&create).await.expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.home().await.len(), 1, "{:?}", nadia.home().await);

        let answer = nadia.answers(id(&note), "The one to Rome.").await;
        nadia.reacts(id(&note), "favourite").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&answer)).is_some());
        assert_eq!(stage.far.shown(id(&note)).expect("it").likes.len(), 1);
        stage.ends_well().await;
    })
    .await;
}
