//! Bo is on Mbin: threads and short posts in magazines, and everything about one thing on one host.

use kindred_lab::peers::Mbin;
use serde_json::json;

use super::{Stage, id, uri};
use crate::support::on_sqlite;

#[tokio::test]
async fn mbin_takes_part_in_the_group() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mbin).await;
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        let (group, inbox) = (stage.rust.uri.as_str(), stage.rust.nearest_inbox());

        let post = nadia.says("@rust Who uses async closures?").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&post)).is_some());

        let page = stage.bo.page(group, "Where to start", "Which book?");
        let note = stage.bo.note(&stage.rust, "A short thought");
        let comment = stage.bo.comment(group, (uri(&post), &author), "I do.");
        for document in [&page, &note, &comment] {
            let told = stage.bo.publishes(document, &[inbox]).await;
            told.expect("a letter");
        }
        let like = stage.bo.acts("Like", &json!(uri(&post)), &stage.rust).await;
        like.expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.home().await.len(), 3, "{:?}", nadia.home().await);
        assert_eq!(nadia.thread_below(uri(&post)).await.len(), 1);
        let seen = nadia.post_at(uri(&post)).await.expect("the post");
        assert_eq!(seen["favourites_count"], 1);
        assert_eq!(stage.far.shown(uri(&post)).expect("it").likes.len(), 1);
        for document in [&page, &note] {
            let shown = stage.far.shown(id(document)).expect("Bo's own");
            assert_eq!(shown.group.as_deref(), Some(group));
        }

        nadia.edits(&post, "@rust Who uses closures?").await;
        nadia.deletes(&post).await;
        stage.ends_well().await;
        assert_eq!(stage.far.shown(uri(&post)), None);
    })
    .await;
}

#[tokio::test]
async fn a_magazine_on_mbin_takes_what_people_here_write() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Mbin).await;
        let trains = stage.far.group("trains");
        let nadia = stage.ours.person("nadia");
        nadia.follows("@trains@far.example").await;
        stage.settle().await;
        assert_eq!(nadia.stands_to("@trains@far.example").await, (true, false));

        let page = stage.bo.page(trains.uri(), "Night trains", "Which?");
        let create = stage.bo.publishes(&page, &[]).await.expect("a post");
        trains.passes_on(&create).await.expect("a letter");
        stage.settle().await;
        let answer = nadia.answers(id(&page), "The one to Rome.").await;
        nadia.reacts(id(&page), "favourite").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&answer)).expect("taken");
        assert_eq!(shown.group.as_deref(), Some(trains.uri()));
        assert_eq!(stage.far.shown(id(&page)).expect("it").likes.len(), 1);
        stage.ends_well().await;
    })
    .await;
}
