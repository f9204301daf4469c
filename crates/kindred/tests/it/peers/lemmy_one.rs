//! Bo is on Lemmy 1.0, where groups may be private or on no list.

use kindred_community::{JoinPolicy, Visibility};
use kindred_lab::peers::{LemmyOne, lemmy_one::names_the_public};
use serde_json::json;

use super::{Stage, id, uri};
use crate::support::{Fediverse, on_sqlite};

const OPEN: LemmyOne = LemmyOne {
    private: false,
    unlisted: false,
};

const PRIVATE: LemmyOne = LemmyOne {
    private: true,
    unlisted: false,
};

const UNLISTED: LemmyOne = LemmyOne {
    private: false,
    unlisted: true,
};

#[tokio::test]
async fn lemmy_one_takes_part_in_an_open_group() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, OPEN).await;
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        let post = nadia.says("@rust Who uses async closures?").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&post)).is_some());

        let comment = stage
            .bo
            .comment(&stage.rust.uri, (uri(&post), &author), "I do.");
        let inbox = stage.rust.nearest_inbox();
        stage
            .bo
            .publishes(&comment, &[inbox])
            .await
            .expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.thread_below(uri(&post)).await.len(), 1);
        stage.bo.reads_group(&stage.rust).await.expect("the lists");
        stage.ends_well().await;
    })
    .await;
}

/// A group for its members alone, in which Nadia has posted, and Bo who asks to belong.
async fn bo_at_the_door(fediverse: &Fediverse) -> Stage<'_, LemmyOne> {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("ines")
        .with_group_like("rust", Visibility::Members, JoinPolicy::Open)
        .start()
        .await;
    let far = fediverse.strict(OPEN, "far.example");
    let bo = far.person("bo");
    let rust = bo.finds("rust", "kindred.example").await.expect("its card");
    Stage {
        fediverse,
        ours,
        far,
        bo,
        rust,
    }
}

#[tokio::test]
async fn lemmy_one_keeps_what_is_said_in_a_private_group_inside() {
    on_sqlite(async |fediverse| {
        let stage = bo_at_the_door(fediverse).await;
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        assert!(stage.rust.locked, "that is how Lemmy knows a private group");

        let before = nadia.says("@rust Before Bo").await;
        stage.settle().await;
        assert!(stage.bo.reads(uri(&before)).await.is_err(), "no member yet");

        let follow = stage.bo.follows(&stage.rust).await.expect("a question");
        stage.settle().await;
        assert!(stage.far.follows(stage.bo.uri(), &stage.rust.uri));
        stage.far.heard();
        let post = nadia.says("@rust Between us").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("for members");
        assert!(!shown.public);
        stage.bo.reads(uri(&post)).await.expect("a member may");

        let comment = stage
            .bo
            .private_comment(&stage.rust.uri, (uri(&post), &author), "Us two.");
        let inbox = stage.rust.nearest_inbox();
        stage
            .bo
            .publishes(&comment, &[inbox])
            .await
            .expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.thread_below(uri(&post)).await, ["Us two."]);
        let seen = stage.ours.document(uri(&post)).await;
        assert_eq!(seen.status, 404, "for nobody in particular");
        let heard = stage.far.heard();
        assert!(!heard.iter().any(names_the_public), "{heard:#?}");

        stage
            .bo
            .leaves(&stage.rust, &follow)
            .await
            .expect("a letter");
        stage.settle().await;
        nadia.says("@rust Without Bo").await;
        stage.settle().await;
        assert_eq!(stage.far.heard(), [json!(null); 0]);
        assert!(
            stage.bo.reads(uri(&post)).await.is_err(),
            "no member any more"
        );
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn a_private_community_on_lemmy_one_lets_people_here_in_and_nothing_out() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, PRIVATE).await;
        let trains = stage.far.group("trains");
        trains.is_set_apart();
        let (nadia, ines) = (stage.ours.person("nadia"), stage.ours.person("ines"));

        nadia.follows("@trains@far.example").await;
        stage.settle().await;
        assert_eq!(nadia.stands_to("@trains@far.example").await, (false, true));
        let asked = stage.far.heard();
        let question = asked.iter().find(|letter| letter["type"] == "Follow");
        trains
            .welcomes(question.expect("a question"))
            .await
            .expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.stands_to("@trains@far.example").await, (true, false));

        let page = stage
            .bo
            .private_page(trains.uri(), "Night trains", "Which?");
        let create = stage.bo.publishes(&page, &[]).await.expect("a post");
        trains.keeps_inside(&page);
        trains.passes_on(&create).await.expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.home().await.len(), 1, "{:?}", nadia.home().await);
        assert!(ines.post_at(id(&page)).await.is_none(), "Ines is no member");

        let answer = nadia.answers(id(&page), "The one to Rome.").await;
        let post = nadia.says("@trains@far.example A second question").await;
        stage.settle().await;
        for status in [&answer, &post] {
            let shown = stage.far.shown(uri(status)).expect("taken");
            assert!(!shown.public, "{shown:?}");
        }
        assert!(ines.post_at(uri(&answer)).await.is_none());
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn a_community_that_never_says_yes_is_joined_when_it_speaks() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, UNLISTED).await;
        let trains = stage.far.group("trains");
        let nadia = stage.ours.person("nadia");
        nadia.follows("@trains@far.example").await;
        stage.settle().await;
        assert_eq!(nadia.stands_to("@trains@far.example").await, (false, true));

        let page = stage.bo.page(trains.uri(), "Night trains", "Which?");
        let create = stage.bo.publishes(&page, &[]).await.expect("a post");
        trains.counts_in(&nadia.actor.uri);
        trains.passes_on(&create).await.expect("a letter");
        stage.settle().await;
        assert_eq!(nadia.stands_to("@trains@far.example").await, (true, false));
        assert_eq!(nadia.home().await.len(), 1);
        stage.ends_well().await;
    })
    .await;
}
