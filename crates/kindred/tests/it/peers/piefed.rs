//! Bo is on PieFed, which says that all is well whatever it thinks.

use kindred_lab::peers::PieFed;
use serde_json::json;

use super::{Stage, id, uri};
use crate::support::on_sqlite;

#[tokio::test]
async fn piefed_takes_part_in_the_group() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, PieFed).await;
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        let inbox = stage.bo.inbox_at(&stage.rust);

        let post = nadia.says("@rust Who uses async closures?").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&post)).is_some());
        let page = stage
            .bo
            .page(&stage.rust.uri, "Where to start", "Which book?");
        stage
            .bo
            .publishes(&page, &[&inbox])
            .await
            .expect("a letter");
        let comment = stage
            .bo
            .comment(&stage.rust.uri, (uri(&post), &author), "I do.");
        stage
            .bo
            .publishes(&comment, &[&inbox])
            .await
            .expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.home().await.len(), 2, "{:?}", nadia.home().await);
        assert_eq!(nadia.thread_below(uri(&post)).await.len(), 1);
        assert!(stage.far.shown(id(&page)).expect("it").group.is_some());

        let vote = stage
            .bo
            .acts("Dislike", &json!(uri(&post)), &stage.rust)
            .await;
        vote.expect("a letter");
        nadia.edits(&post, "@rust Who uses closures?").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("still there");
        assert!(shown.edited && shown.dislikes.len() == 1, "{shown:?}");
        let seen = nadia.post_at(uri(&post)).await.expect("the post");
        assert_eq!(seen["favourites_count"], 0, "a dislike is not shown");
        nadia.deletes(&post).await;
        stage.ends_well().await;
        assert_eq!(stage.far.shown(uri(&post)), None);
    })
    .await;
}

#[tokio::test]
async fn a_group_on_piefed_takes_what_people_here_write_and_counts_in_lists() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, PieFed).await;
        let trains = stage.far.group("trains");
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        nadia.follows("@trains@far.example").await;
        stage.settle().await;
        assert_eq!(nadia.stands_to("@trains@far.example").await, (true, false));

        let post = nadia.says("@trains@far.example Which is best?").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("taken");
        assert_eq!(shown.group.as_deref(), Some(trains.uri()));

        let votes: Vec<_> = ["li", "bo"]
            .iter()
            .map(|name| stage.far.person(name).activity("Like", &json!(uri(&post))))
            .collect();
        let inbox = stage.bo.inbox_at(&author);
        trains
            .passes_on_all(&votes, &inbox)
            .await
            .expect("a letter");
        stage.ends_well().await;
    })
    .await;
}
