//! Bo is on Lemmy 0.19: letters are read into closed types, and whole activities are passed on.

use kindred_lab::peers::Lemmy;
use serde_json::json;

use super::{Stage, id, uri};
use crate::support::{on_sqlite, words};

#[tokio::test]
async fn lemmy_reads_the_group_with_all_its_lists() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Lemmy).await;
        let nadia = stage.ours.person("nadia");
        let post = nadia.says("@rust Before you came").await;
        stage.settle().await;

        stage.bo.reads_group(&stage.rust).await.expect("the lists");
        assert!(stage.far.is_moderator(&stage.rust.uri, &nadia.actor.uri));
        assert!(stage.far.shown(uri(&post)).is_some(), "from the outbox");
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn lemmy_is_told_everything_that_happens_in_the_group() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Lemmy).await;
        let (nadia, ines) = (stage.ours.person("nadia"), stage.ours.person("ines"));
        ines.follows("@rust").await;

        let post = nadia.says("@rust Who uses async closures?").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("a post");
        assert_eq!(shown.group.as_deref(), Some(stage.rust.uri.as_str()));

        let answer = ines.answers(uri(&post), "I do.").await;
        ines.reacts(uri(&post), "favourite").await;
        stage.settle().await;
        let comment = stage.far.shown(uri(&answer)).expect("a comment");
        assert_eq!(comment.parent.as_deref(), Some(uri(&post)));
        assert_eq!(stage.far.shown(uri(&post)).expect("a post").likes.len(), 1);

        ines.reacts(uri(&post), "unfavourite").await;
        nadia.edits(&post, "@rust Who uses closures?").await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("a post");
        assert!(shown.edited && shown.likes.is_empty());

        ines.deletes(&answer).await;
        nadia.deletes(&post).await;
        stage.ends_well().await;
        assert_eq!(stage.far.all_shown(), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn lemmy_posts_comments_and_votes_in_the_group() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Lemmy).await;
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        let (group, inbox) = (stage.rust.uri.as_str(), stage.rust.nearest_inbox());

        let page = stage.bo.page(group, "Where to start", "Which book?");
        stage.bo.publishes(&page, &[inbox]).await.expect("a letter");
        stage.settle().await;
        let seen = nadia.post_at(id(&page)).await.expect("the post");
        assert!(words(&seen).contains("Which book?"), "{seen}");
        let shown = stage.far.shown(id(&page)).expect("Bo's own");
        assert_eq!(shown.group.as_deref(), Some(group), "it came back relayed");

        let answer = nadia.answers(id(&page), "The first.").await;
        stage.settle().await;
        let comment = stage.bo.comment(group, (uri(&answer), &author), "Thanks!");
        stage
            .bo
            .publishes(&comment, &[inbox])
            .await
            .expect("a letter");
        stage.settle().await;
        assert_eq!(
            nadia.thread_below(id(&page)).await,
            ["The first.", "@nadia Thanks!"].map(|words| words.trim_start_matches("@nadia "))
        );

        let like = stage
            .bo
            .acts("Like", &json!(uri(&answer)), &stage.rust)
            .await;
        let like = like.expect("a letter");
        stage.settle().await;
        assert_eq!(stage.far.shown(uri(&answer)).expect("it").likes.len(), 1);
        let seen = nadia.post_at(uri(&answer)).await.expect("it");
        assert_eq!(seen["favourites_count"], 1);
        stage.bo.takes_back(inbox, &like).await.expect("a letter");
        let dislike = stage
            .bo
            .acts("Dislike", &json!(uri(&answer)), &stage.rust)
            .await;
        dislike.expect("a letter");
        stage.settle().await;
        let shown = stage.far.shown(uri(&answer)).expect("it");
        assert_eq!((shown.likes.len(), shown.dislikes.len()), (0, 1));

        let edited = stage
            .bo
            .edits(&page, "<p>Which book first?</p>", &[inbox])
            .await;
        edited.expect("a letter");
        stage.settle().await;
        let seen = nadia.post_at(id(&page)).await.expect("the post");
        assert!(words(&seen).contains("Which book first?"));

        let delete = stage
            .bo
            .acts("Delete", &json!(id(&page)), &stage.rust)
            .await;
        delete.expect("a letter");
        stage.ends_well().await;
        assert!(nadia.post_at(id(&page)).await.is_none());
        assert_eq!(stage.far.shown(id(&page)), None);
    })
    .await;
}

#[tokio::test]
async fn lemmy_reports_a_post_to_the_group_and_leaves() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Lemmy).await;
        let follow = stage.bo.follows(&stage.rust).await.expect("a question");
        let nadia = stage.ours.person("nadia");
        let post = nadia.says("@rust Buy this").await;
        stage.settle().await;

        let report = stage
            .bo
            .reports(uri(&post), &stage.rust, "Advertising")
            .await;
        report.expect("a letter");
        stage
            .bo
            .leaves(&stage.rust, &follow)
            .await
            .expect("a letter");
        stage.settle().await;
        assert_eq!(stage.ours.traces().await.of("reports"), 1);
        stage.far.heard();

        nadia.says("@rust Anybody?").await;
        stage.settle().await;
        assert_eq!(stage.far.heard(), [json!(null); 0]);
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn a_community_on_lemmy_takes_what_people_here_write_and_they_see_it_there() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Lemmy).await;
        let trains = stage.far.group("trains");
        let nadia = stage.ours.person("nadia");
        let inbox = format!("{}/inbox", trains.uri());

        nadia.follows("@trains@far.example").await;
        stage.settle().await;
        assert_eq!(nadia.stands_to("@trains@far.example").await, (true, false));

        let page = stage
            .bo
            .page(trains.uri(), "Night trains", "Which is best?");
        let create = stage.bo.publishes(&page, &[]).await.expect("a post");
        trains.passes_on(&create).await.expect("a letter");
        stage.settle().await;
        let home = nadia.home().await;
        assert_eq!(home.len(), 1, "{home:?}");
        assert!(home[0].ends_with("by bo@far.example, from trains@far.example"));

        let post = nadia
            .says("@trains@far.example What about sleeping cars?")
            .await;
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("taken");
        assert_eq!(shown.group.as_deref(), Some(trains.uri()));
        let answer = nadia.answers(id(&page), "The one to Rome.").await;
        nadia.reacts(id(&page), "favourite").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&answer)).is_some());
        assert_eq!(stage.far.shown(id(&page)).expect("it").likes.len(), 1);
        nadia.reacts(id(&page), "unfavourite").await;
        nadia.edits(&answer, "The one to Vienna.").await;
        stage.settle().await;
        assert!(stage.far.shown(uri(&answer)).expect("it").edited);
        assert_eq!(stage.far.shown(id(&page)).expect("it").likes.len(), 0);
        nadia.deletes(&answer).await;
        stage.settle().await;
        assert_eq!(stage.far.shown(uri(&answer)), None);

        nadia.leaves("@trains@far.example").await;
        stage.ends_well().await;
        assert!(!stage.far.follows(&nadia.actor.uri, trains.uri()));
        assert!(inbox.starts_with("http://far.example/c/"));
    })
    .await;
}

#[tokio::test]
async fn a_moderator_on_lemmy_keeps_order_here_and_nobody_else_there_does() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Lemmy).await;
        let li = stage.far.person("li");
        li.follows(&stage.rust).await.expect("a question");
        let nadia = stage.ours.person("nadia");
        let post = nadia.says("@rust Buy this").await;
        stage.settle().await;
        let (about, reason) = (json!(uri(&post)), json!({ "summary": "Advertising" }));
        let whom = json!(li.uri());
        let ban = json!({ "target": stage.rust.uri, "removeData": false, "summary": "Enough" });
        let pin = json!({ "target": stage.rust.featured });

        // Li says all that a moderator could say, and is not one.
        let acts = [
            ("Delete", &about, &reason),
            ("Lock", &about, &reason),
            ("Add", &about, &pin),
        ];
        for (what, object, more) in acts {
            let said = li.acts_with(what, object, &stage.rust, more).await;
            said.expect("a letter");
        }
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("still there");
        assert!(!shown.locked && !shown.pinned);

        stage.ours.appoints("rust", stage.bo.uri()).await;
        stage.bo.reads_group(&stage.rust).await.expect("the lists");
        assert!(stage.far.is_moderator(&stage.rust.uri, stage.bo.uri()));
        let inbox = stage.rust.nearest_inbox();
        let removed = stage
            .bo
            .acts_with("Delete", &about, &stage.rust, &reason)
            .await;
        let removed = removed.expect("a letter");
        stage.settle().await;
        assert_eq!(stage.far.shown(uri(&post)), None, "the group said so");
        assert_eq!(stage.ours.group("rust").statuses().await.len(), 0);
        stage
            .bo
            .takes_back(inbox, &removed)
            .await
            .expect("a letter");
        stage.settle().await;
        assert!(stage.far.shown(uri(&post)).is_some(), "it is back");
        assert_eq!(stage.ours.group("rust").statuses().await.len(), 1);

        for (what, object, more) in [
            ("Lock", &about, &reason),
            ("Add", &about, &pin),
            ("Block", &whom, &ban),
        ] {
            let said = stage.bo.acts_with(what, object, &stage.rust, more).await;
            said.expect("a letter");
        }
        stage.settle().await;
        let shown = stage.far.shown(uri(&post)).expect("it");
        assert!(shown.locked && shown.pinned, "{shown:?}");
        assert!(stage.far.is_banned(&stage.rust.uri, li.uri()));
        let page = li.page(&stage.rust.uri, "Still here", "Ha");
        li.publishes(&page, &[inbox]).await.expect("a letter");
        stage.settle().await;
        assert_eq!(stage.ours.group("rust").statuses().await.len(), 1);
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn people_here_and_on_lemmy_write_to_each_other_alone() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Lemmy).await;
        let nadia = stage.ours.person("nadia");
        let (to, inbox) = (nadia.actor.uri.clone(), nadia.actor.inbox.clone());
        let message = json!({
            "type": "ChatMessage", "id": stage.far.fresh("private_message"), "attributedTo": stage.bo.uri(), "to": [to],
            "content": "<p>Are you coming?</p>", "mediaType": "text/html",
            "source": { "content": "Are you coming?", "mediaType": "text/markdown" },
        });
        let told = stage.bo.publishes(&message, &[inbox.as_str()]).await;
        told.expect("a letter");
        stage.settle().await;
        let letters = nadia.does("GET", "/api/v1/conversations", None).await;
        let last = &letters[0]["last_status"];
        assert!(words(last).contains("Are you coming?"), "{letters}");
        assert_eq!(last["visibility"], "direct");

        let answer = json!({ "status": "@bo@far.example Gladly", "visibility": "direct", "in_reply_to_id": last["id"] });
        let answer = nadia.publishes(answer).await;
        stage.ends_well().await;
        assert!(stage.far.shown(uri(&answer)).is_some(), "he has it");
        let heard = stage.far.heard();
        let kind = |letter: &serde_json::Value| letter["object"]["type"] == "ChatMessage";
        assert!(heard.iter().any(kind), "{heard:?}");
    })
    .await;
}

#[tokio::test]
async fn lemmy_hears_from_an_organiser_how_the_group_looks_and_that_it_is_closed() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Lemmy).await;
        let nadia = stage.ours.person("nadia");
        let path = format!("/api/v1/groups/{}", stage.ours.group("rust").actor.id);
        stage.far.heard();

        let look = json!({ "display_name": "Rust before work" });
        nadia.does("PATCH", &path, Some(&look)).await;
        stage.settle().await;
        nadia.does("DELETE", &path, None).await;
        stage.ends_well().await;

        let said: Vec<_> = stage
            .far
            .heard()
            .iter()
            .filter(|letter| letter["type"] == "Announce")
            .map(|letter| {
                let inner = &letter["object"];
                (inner["type"].clone(), inner["actor"].clone())
            })
            .collect();
        let by = json!(nadia.actor.uri);
        assert_eq!(said, [(json!("Update"), by.clone()), (json!("Delete"), by)]);
        assert!(!stage.far.follows(stage.bo.uri(), &stage.rust.uri));
    })
    .await;
}

#[tokio::test]
async fn a_community_on_lemmy_that_was_renamed_is_asked_how_it_looks_now() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Lemmy).await;
        let trains = stage.far.group("trains");
        let nadia = stage.ours.person("nadia");
        nadia.follows("@trains@far.example").await;
        stage.settle().await;

        let mut look = stage.far.standing_at(trains.uri());
        let lie = {
            let mut lie = look.clone();
            lie["name"] = json!("Buses");
            stage.bo.activity("Update", &lie)
        };
        look["name"] = json!("Night trains");
        stage.far.publish("/c/trains", &look);
        trains.passes_on(&lie).await.expect("a letter");
        stage.settle().await;
        let found = nadia.searches("@trains@far.example").await;
        assert_eq!(found["accounts"][0]["display_name"], "Night trains");
    })
    .await;
}
