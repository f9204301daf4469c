//! Bo is on Friendica, where signatures are good for five minutes and terms without a context vanish.

use std::time::Duration;

use kindred_lab::peers::Friendica;
use serde_json::json;

use super::{Stage, id, uri};
use crate::support::on_sqlite;

#[tokio::test]
async fn friendica_takes_part_in_the_group() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Friendica).await;
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        let inbox = stage.rust.nearest_inbox();

        let post = nadia.says("@rust Who uses async closures?").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&post)).is_some());
        let note = stage.bo.note(&stage.rust, "How do I start?", None);
        stage.bo.publishes(&note, &[inbox]).await.expect("a letter");
        let answer = stage.bo.note(&stage.rust, "I do.", Some(uri(&post)));
        stage
            .bo
            .publishes(&answer, &[inbox])
            .await
            .expect("a letter");
        for kind in ["Like", "Dislike"] {
            let vote = stage.bo.acts(kind, &json!(uri(&post)), &stage.rust).await;
            vote.expect("a letter");
        }
        stage.settle().await;
        assert_eq!(nadia.home().await.len(), 2, "{:?}", nadia.home().await);
        assert_eq!(nadia.thread_below(uri(&post)).await.len(), 1);
        assert_eq!(
            stage.far.shown(id(&note)).expect("it").group.as_deref(),
            Some(stage.rust.uri.as_str())
        );

        // Whoever follows a thread there asks a question that needs no answer.
        stage.far.heard();
        let asked = stage.bo.follows_thread(uri(&post), &author).await;
        asked.expect("a letter that is taken");
        stage.settle().await;
        assert_eq!(stage.far.heard(), [json!(null); 0]);
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_brought_later_is_signed_later() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Friendica).await;
        stage.far.is_away(true);
        let post = stage.ours.person("nadia").says("@rust Hello").await;
        stage.settle().await;
        assert_eq!(stage.far.shown(uri(&post)), None);

        stage.far.is_away(false);
        fediverse.turn(Duration::from_mins(20));
        stage.settle().await;
        assert!(stage.far.shown(uri(&post)).is_some());
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn a_forum_on_friendica_takes_what_people_here_write() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Friendica).await;
        let trains = stage.far.group("trains");
        let nadia = stage.ours.person("nadia");
        nadia.follows("@trains@far.example").await;
        stage.settle().await;
        assert_eq!(nadia.stands_to("@trains@far.example").await, (true, false));

        let post = nadia.says("@trains@far.example Which is best?").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("taken");
        assert_eq!(shown.group.as_deref(), Some(trains.uri()));
        trains
            .boosts_to_followers(uri(&post))
            .await
            .expect("a letter");
        stage.ends_well().await;
        assert_eq!(nadia.home().await.len(), 1, "once, though it came back");
    })
    .await;
}
