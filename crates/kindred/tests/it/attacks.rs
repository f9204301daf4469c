//! Tricks that need several steps: taking what is somebody else's by passing it on, coming in through a thread, sending us to
//! strangers' doors, reading what was taken back.

use kindred_storage::{BanId, JoinPolicy, Moment, Visibility, actors, memberships};
use serde_json::{Value, json};

use crate::support::{PUBLIC, on_both};

#[tokio::test]
async fn passing_a_post_on_makes_it_nobody_elses() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let far = fediverse.peer("far.example", "lemmy");
        let grabbers = far.actor("Group", "grabbers");
        let nadia = ours.person("nadia");
        let post = nadia.says("A word of mine").await;
        let uri = post["uri"].as_str().unwrap().to_owned();
        for _ in 0..2 {
            let announce = grabbers.activity("Announce", json!(uri));
            grabbers.tells(&ours, &announce).await;
            fediverse.settle().await;
            assert_eq!(ours.post_at(&uri).await.unwrap().group_id, None);
            grabbers
                .tells(&ours, &grabbers.activity("Undo", announce))
                .await;
            fediverse.settle().await;
        }
        assert_eq!(ours.post_at(&uri).await.unwrap().boosts_count, 0);
    })
    .await;
}

#[tokio::test]
async fn nobody_comes_into_a_room_through_a_thread() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_group("rust")
            .with_group_like("den", Visibility::Members, JoinPolicy::Ask)
            .start()
            .await;
        let far = fediverse.peer("far.example", "mastodon");
        let robert = far.person("robert");
        let nadia = ours.person("nadia");
        let (open, closed) = (
            nadia.says("@rust An open word").await,
            nadia.says("@den A quiet word").await,
        );
        // Robert may not speak in the open group any more, and never could in the closed one.
        robert
            .tells(&ours, &robert.activity("Like", json!(far.uri("/nothing"))))
            .await;
        let (group, him) = (ours.group("rust").actor.id, robert.uri.clone());
        ours.kindred()
            .write(move |ledger| {
                let him = actors::by_uri(ledger.db, &him)?.expect("he is known");
                let ban = memberships::Ban {
                    id: BanId(1),
                    group_id: group,
                    actor_id: him.id,
                    by_id: None,
                    reason: None,
                    until: None,
                    created_at: Moment(1),
                };
                Ok(memberships::ban(ledger.db, &ban)?)
            })
            .await
            .unwrap();
        for post in [&open, &closed] {
            let uri = post["uri"].as_str().unwrap();
            let mut note = robert.note("Let me in", &[&nadia.actor.uri]);
            note["inReplyTo"] = json!(uri);
            robert.tells(&ours, &robert.create(&note)).await;
            robert
                .tells(&ours, &robert.activity("Like", json!(uri)))
                .await;
            fediverse.settle().await;
            assert_eq!(nadia.thread_below(uri).await, [""; 0]);
            let there = ours.post_at(uri).await.unwrap();
            assert_eq!((there.replies_count, there.likes_count), (0, 0), "{uri}");
        }
    })
    .await;
}

#[tokio::test]
async fn one_letter_sends_us_to_few_doors() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let far = fediverse.peer("far.example", "mastodon");
        let near = fediverse.peer("near.example", "mastodon");
        let robert = far.person("robert");
        let mine = ours.person("nadia").says("A word of mine").await;
        let mut all: Vec<Value> = (0..99)
            .map(|number| json!(near.uri(&format!("/notes/{number}"))))
            .collect();
        robert
            .tells(&ours, &robert.activity("Create", json!(all)))
            .await;
        fediverse.settle().await;
        assert_eq!(near.got().len(), 0, "what is not Robert's is not asked for");
        all.insert(0, mine["uri"].clone());
        robert
            .tells(&ours, &robert.activity("Announce", json!(all)))
            .await;
        fediverse.settle().await;
        assert!(near.got().len() <= 10, "{} questions", near.got().len());
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_back_is_not_read_at_the_activity_that_brought_it() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let far = fediverse.peer("far.example", "mastodon");
        let robert = far.person("robert");
        let nadia = ours.person("nadia");
        robert
            .tells(&ours, &robert.activity("Follow", json!(nadia.actor.uri)))
            .await;
        fediverse.settle().await;
        let post = nadia.says("Soon gone").await;
        fediverse.settle().await;
        let create = far
            .letters()
            .into_iter()
            .find(|letter| letter["type"] == "Create")
            .expect("Robert heard it");
        assert_eq!(create["to"][0], PUBLIC);
        let path = create["id"]
            .as_str()
            .unwrap()
            .strip_prefix(ours.origin())
            .unwrap()
            .to_owned();
        assert!(ours.document(&path).await.text().contains("Soon gone"));
        nadia.deletes(&post).await;
        fediverse.settle().await;
        let answer = ours.document(&path).await;
        assert_eq!(answer.status, 404, "{}", answer.text());
    })
    .await;
}
