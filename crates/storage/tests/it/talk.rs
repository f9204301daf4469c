//! Posts and what hangs on them; what was said and heard.

use kindred_storage::activities::{self, Activity};
use kindred_storage::posts::{self, Attachment, Count, Post, PostPatch, Tag, TagKind};
use kindred_storage::testing::both;
use kindred_storage::testing::sample::{self};
use kindred_storage::{
    ActivityId, ActorId, Direction, Json, Moment, Page, PostId, Visibility, tombstones,
};

use crate::people::town;

const NADIA: ActorId = ActorId(1);
const TOMAS: ActorId = ActorId(2);
const MEI: ActorId = ActorId(3);
const RUST: ActorId = ActorId(10);

fn ids(posts: &[Post]) -> Vec<i64> {
    posts.iter().map(|post| post.id.0).collect()
}

fn in_group(post: Post) -> Post {
    Post {
        group_id: Some(RUST),
        ..post
    }
}

#[tokio::test]
async fn a_post_reads_back_as_it_was_written() {
    both(|db| async move {
        town(&db).await;
        let post = Post {
            title: Some("Crabs".to_owned()),
            tags: Json(vec![Tag {
                kind: TagKind::Mention,
                name: "@mei@acme.example".to_owned(),
                href: "https://acme.example/actors/mei".to_owned(),
            }]),
            attachments: Json(vec![Attachment {
                url: "https://kindred.example/media/1.png".to_owned(),
                width: Some(640),
                ..Attachment::default()
            }]),
            ..in_group(sample::post(100, NADIA))
        };
        let written = post.clone();
        tell!(db, |db| posts::insert(db, &written));
        assert_eq!(
            ask!(db, |db| posts::find(db, PostId(100))),
            Some(post.clone())
        );
        let uri = post.uri.clone();
        assert_eq!(ask!(db, |db| posts::by_uri(db, &uri)), Some(post.clone()));
        let uris = vec![post.uri.clone()];
        assert_eq!(ids(&ask!(db, |db| posts::by_uris(db, &uris))), [100]);
        assert_eq!(
            ids(&ask!(db, |db| posts::find_many(
                db,
                &[PostId(100), PostId(101)]
            ))),
            [100]
        );
        assert_eq!(
            ask!(db, |db| posts::authors_of(db, &[PostId(100)])),
            [(PostId(100), NADIA)]
        );
        let again = Post {
            id: PostId(101),
            root_id: PostId(101),
            ..post
        };
        assert!(!tell!(db, |db| posts::insert_new(db, &again)));
        assert!(tell!(db, |db| posts::insert_new(
            db,
            &sample::post(102, MEI)
        )));
        assert_eq!(ask!(db, |db| posts::count_public(db)), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_thread_is_read_in_order_and_its_replies_are_counted() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            let starter = in_group(sample::post(100, NADIA));
            posts::insert(db, &starter)?;
            let answer = sample::reply(101, MEI, &starter);
            posts::insert(db, &answer)?;
            posts::insert(db, &sample::reply(102, NADIA, &answer))?;
            posts::insert(db, &sample::reply(103, TOMAS, &starter))?;
            posts::insert(db, &in_group(sample::post(104, TOMAS)))?;
            posts::adjust(db, PostId(100), Count::Replies, 2)?;
            posts::adjust(db, PostId(100), Count::Likes, 3)?;
            posts::adjust(db, PostId(100), Count::Boosts, 4)?;
            posts::adjust(db, PostId(100), Count::Likes, -1)
        });
        assert_eq!(
            ids(&ask!(db, |db| posts::thread(db, PostId(100), 100))),
            [100, 101, 102, 103]
        );
        assert_eq!(
            ids(&ask!(db, |db| posts::thread(db, PostId(100), 2))),
            [100, 101]
        );
        assert_eq!(
            ids(&ask!(db, |db| posts::replies(
                db,
                PostId(100),
                &Page::first(10)
            ))),
            [103, 101]
        );
        assert_eq!(
            ids(&ask!(db, |db| posts::page_of_author(
                db,
                NADIA,
                &Page::first(10)
            ))),
            [102, 100]
        );
        assert_eq!(
            ids(&ask!(db, |db| posts::page_of_group(
                db,
                RUST,
                &Page::first(2)
            ))),
            [104, 103]
        );
        assert_eq!(
            ids(&ask!(db, |db| posts::threads_of_group(
                db,
                RUST,
                &Page::first(10)
            ))),
            [104, 100]
        );
        let post = ask!(db, |db| posts::find(db, PostId(100))).unwrap();
        assert_eq!(
            (post.replies_count, post.likes_count, post.boosts_count),
            (2, 2, 4)
        );
    })
    .await;
}

#[tokio::test]
async fn a_reply_that_came_first_finds_its_place_later() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            let early = Post {
                parent_uri: Some("https://kindred.example/posts/100".to_owned()),
                ..sample::post(90, MEI)
            };
            posts::insert(db, &early)?;
            posts::insert(db, &sample::reply(91, NADIA, &early))?;
            posts::insert(db, &sample::post(100, TOMAS))
        });
        let waiting = ask!(db, |db| posts::waiting_for(
            db,
            "https://kindred.example/posts/100"
        ));
        assert_eq!(ids(&waiting), [90]);
        tell!(db, |db| posts::attach(
            db,
            PostId(90),
            PostId(100),
            PostId(100)
        ));
        assert_eq!(
            ids(&ask!(db, |db| posts::thread(db, PostId(100), 10))),
            [90, 91, 100]
        );
        assert_eq!(
            ids(&ask!(db, |db| posts::replies(
                db,
                PostId(100),
                &Page::first(10)
            ))),
            [90]
        );
        assert_eq!(
            ask!(db, |db| posts::waiting_for(
                db,
                "https://kindred.example/posts/100"
            )),
            []
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_or_hidden_is_in_no_list_and_what_is_hidden_can_come_back() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            posts::insert(db, &in_group(sample::post(100, NADIA)))?;
            posts::insert(db, &in_group(sample::post(101, NADIA)))
        });
        assert!(tell!(db, |db| posts::mark_deleted(
            db,
            PostId(100),
            Moment(5)
        )));
        assert!(!tell!(db, |db| posts::mark_deleted(
            db,
            PostId(100),
            Moment(6)
        )));
        let gone = ask!(db, |db| posts::find(db, PostId(100))).unwrap();
        assert_eq!(
            (gone.content.as_str(), gone.deleted_at, gone.is_standing()),
            ("", Some(Moment(5)), false)
        );
        assert!(tell!(db, |db| posts::mark_removed(
            db,
            PostId(101),
            Some(TOMAS),
            Some("off topic"),
            Moment(5)
        )));
        assert!(!tell!(db, |db| posts::mark_removed(
            db,
            PostId(101),
            None,
            None,
            Moment(6)
        )));
        let hidden = ask!(db, |db| posts::find(db, PostId(101))).unwrap();
        assert_eq!(
            (hidden.removed_by, hidden.removed_reason.as_deref()),
            (Some(TOMAS), Some("off topic"))
        );
        assert_eq!(
            ask!(db, |db| posts::page_of_group(db, RUST, &Page::first(10))),
            []
        );
        assert_eq!(
            ask!(db, |db| posts::page_of_author(db, NADIA, &Page::first(10))),
            []
        );
        assert!(tell!(db, |db| posts::mark_restored(db, PostId(101))));
        assert!(!tell!(db, |db| posts::mark_restored(db, PostId(101))));
        assert_eq!(
            ids(&ask!(db, |db| posts::page_of_group(
                db,
                RUST,
                &Page::first(10)
            ))),
            [101]
        );
    })
    .await;
}

#[tokio::test]
async fn a_post_is_edited_locked_and_pinned() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            posts::insert(db, &sample::post(100, NADIA))?;
            posts::edit(db, PostId(100), &PostPatch::default())?;
            let patch = PostPatch {
                content: Some("<p>Crabs!</p>".to_owned()),
                language: Some(None),
                edited_at: Some(Some(Moment(5))),
                ..PostPatch::default()
            };
            posts::edit(db, PostId(100), &patch)?;
            posts::lock(db, PostId(100), Some(Moment(6)))?;
            posts::pin(db, PostId(100), Some(Moment(7)))
        });
        let post = ask!(db, |db| posts::find(db, PostId(100))).unwrap();
        let expected = Post {
            content: "<p>Crabs!</p>".to_owned(),
            language: None,
            edited_at: Some(Moment(5)),
            locked_at: Some(Moment(6)),
            pinned_at: Some(Moment(7)),
            ..sample::post(100, NADIA)
        };
        assert_eq!(post, expected);
        assert_eq!(
            ids(&ask!(db, |db| posts::pinned_by_author(db, NADIA))),
            [100]
        );
        tell!(db, |db| posts::set_group(db, PostId(100), RUST));
        assert_eq!(ids(&ask!(db, |db| posts::pinned_in_group(db, RUST))), [100]);
        assert_eq!(ask!(db, |db| posts::pinned_by_author(db, NADIA)), []);
        tell!(db, |db| posts::pin(db, PostId(100), None));
        tell!(db, |db| posts::lock(db, PostId(100), None));
        assert_eq!(ask!(db, |db| posts::pinned_in_group(db, RUST)), []);
    })
    .await;
}

#[tokio::test]
async fn whom_a_post_names_is_known() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            posts::insert(db, &sample::post(100, NADIA))?;
            posts::mention(db, PostId(100), &[])?;
            posts::mention(db, PostId(100), &[TOMAS, MEI, TOMAS])?;
            posts::mention(db, PostId(100), &[MEI])
        });
        let named = ask!(db, |db| posts::mentioned(db, &[PostId(100), PostId(101)]));
        assert_eq!(
            named.iter().map(|(_, actor)| actor.id).collect::<Vec<_>>(),
            [TOMAS, MEI]
        );
        assert_eq!(
            ask!(db, |db| posts::naming(db, &[PostId(100)], MEI)),
            [PostId(100)]
        );
        tell!(db, |db| posts::mention_only(db, PostId(100), &[NADIA]));
        assert_eq!(ask!(db, |db| posts::naming(db, &[PostId(100)], MEI)), []);
    })
    .await;
}

#[tokio::test]
async fn what_was_heard_is_heard_once() {
    both(|db| async move {
        town(&db).await;
        let heard = Activity {
            direction: Direction::Heard,
            host: Some("acme.example".to_owned()),
            ..sample::activity(1, MEI, "Create")
        };
        let first = heard.clone();
        assert!(tell!(db, |db| activities::hear(db, &first)));
        let again = Activity {
            id: ActivityId(2),
            ..heard.clone()
        };
        assert!(!tell!(db, |db| activities::hear(db, &again)));
        let uri = heard.uri.clone();
        assert!(ask!(db, |db| activities::is_known(db, &uri)));
        assert_eq!(
            ask!(db, |db| activities::find(db, ActivityId(1))),
            Some(heard.clone())
        );
        tell!(db, |db| activities::forget_body(db, &[ActivityId(1)]));
        let uri = heard.uri.clone();
        assert_eq!(
            ask!(db, |db| activities::by_uri(db, &uri)),
            Some(Activity {
                body: None,
                ..heard.clone()
            })
        );
        let kept = Activity {
            id: ActivityId(5),
            uri: "https://acme.example/5".to_owned(),
            ..heard
        };
        tell!(db, |db| activities::hear(db, &kept));
        assert_eq!(
            tell!(db, |db| activities::forget_bodies(db, ActivityId(5))),
            0
        );
        assert_eq!(
            tell!(db, |db| activities::forget_bodies(db, ActivityId(6))),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn an_outbox_holds_what_was_told_to_everybody() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            activities::say(db, &sample::activity(1, RUST, "Announce"))?;
            activities::say(db, &sample::activity(2, RUST, "Accept"))?;
            activities::say(
                db,
                &Activity {
                    visibility: Visibility::Members,
                    ..sample::activity(3, RUST, "Announce")
                },
            )?;
            activities::hear(
                db,
                &Activity {
                    direction: Direction::Heard,
                    ..sample::activity(4, RUST, "Announce")
                },
            )?;
            activities::say(
                db,
                &Activity {
                    visibility: Visibility::Unlisted,
                    ..sample::activity(5, RUST, "Create")
                },
            )?;
            let about = Some("https://kindred.example/posts/1".to_owned());
            activities::say(
                db,
                &Activity {
                    object_uri: about,
                    ..sample::activity(6, NADIA, "Create")
                },
            )
        });
        let outbox = ask!(db, |db| activities::outbox(db, RUST, &Page::first(10)));
        assert_eq!(
            outbox
                .iter()
                .map(|activity| activity.id.0)
                .collect::<Vec<_>>(),
            [5, 1]
        );
        let about = ask!(db, |db| activities::about(
            db,
            NADIA,
            "Create",
            "https://kindred.example/posts/1"
        ));
        assert_eq!(about.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_gone_stays_gone() {
    both(|db| async move {
        assert!(!ask!(db, |db| tombstones::is_gone(
            db,
            "https://acme.example/1"
        )));
        tell!(db, |db| tombstones::add(
            db,
            "https://acme.example/1",
            Moment(1)
        ));
        tell!(db, |db| tombstones::add(
            db,
            "https://acme.example/1",
            Moment(2)
        ));
        assert!(ask!(db, |db| tombstones::is_gone(
            db,
            "https://acme.example/1"
        )));
        assert_eq!(
            ask!(db, |db| tombstones::gone_since(
                db,
                "https://acme.example/1"
            )),
            Some(Moment(1))
        );
        assert_eq!(
            ask!(db, |db| tombstones::gone_since(
                db,
                "https://acme.example/2"
            )),
            None
        );
    })
    .await;
}
