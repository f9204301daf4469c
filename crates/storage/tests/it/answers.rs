//! What hangs on posts: boosts, reactions, polls, topics.

use kindred_storage::boosts::{self, Boost};
use kindred_storage::polls::{self, Poll, PollOption, Voters};
use kindred_storage::posts::{self, Post};
use kindred_storage::reactions::{self, Reaction};
use kindred_storage::testing::both;
use kindred_storage::testing::sample::{self, THEN};
use kindred_storage::topics::{self, Topic};
use kindred_storage::{
    ActorId, BoostId, Json, Moment, Page, PostId, ReactionId, ReactionKind, TopicId, Visibility,
};

use crate::people::town;

const NADIA: ActorId = ActorId(1);
const MEI: ActorId = ActorId(3);
const RUST: ActorId = ActorId(10);

fn ids(posts: &[Post]) -> Vec<i64> {
    posts.iter().map(|post| post.id.0).collect()
}

#[tokio::test]
async fn passing_on_twice_is_passing_on_once_and_after_taking_it_back_it_is_new() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| posts::insert(db, &sample::post(100, NADIA)));
        assert!(tell!(db, |db| boosts::record(
            db,
            &sample::boost(1, RUST, PostId(100))
        )));
        assert!(!tell!(db, |db| boosts::record(
            db,
            &sample::boost(2, RUST, PostId(100))
        )));
        let kept = sample::boost(1, RUST, PostId(100));
        assert_eq!(
            ask!(db, |db| boosts::find(db, RUST, PostId(100))),
            Some(kept.clone())
        );
        let uri = kept.uri.clone();
        assert_eq!(ask!(db, |db| boosts::by_uri(db, &uri)), Some(kept.clone()));
        assert_eq!(
            ask!(db, |db| boosts::find_by_id(db, BoostId(1))),
            Some(kept.clone())
        );
        assert_eq!(
            ask!(db, |db| boosts::by_ids(db, &[BoostId(1), BoostId(2)])),
            [kept]
        );
        assert_eq!(
            ask!(db, |db| boosts::find_many(db, RUST, &[PostId(100)])).len(),
            1
        );
        assert_eq!(
            ask!(db, |db| boosts::of_post(db, PostId(100), &Page::first(5))).len(),
            1
        );

        assert!(tell!(db, |db| boosts::undo(db, BoostId(1), Moment(5))));
        assert!(!tell!(db, |db| boosts::undo(db, BoostId(1), Moment(6))));
        assert_eq!(
            ask!(db, |db| boosts::find(db, RUST, PostId(100)))
                .unwrap()
                .undone_at,
            Some(Moment(5))
        );
        assert_eq!(
            ask!(db, |db| boosts::page_of_actor(db, RUST, &Page::first(5))),
            []
        );
        assert_eq!(
            ask!(db, |db| boosts::find_many(db, RUST, &[PostId(100)])),
            []
        );

        let again = Boost {
            relay_uri: Some("https://kindred.example/relays/3".to_owned()),
            ..sample::boost(3, RUST, PostId(100))
        };
        let new = again.clone();
        assert!(tell!(db, |db| boosts::record(db, &new)));
        assert_eq!(
            ask!(db, |db| boosts::page_of_actor(db, RUST, &Page::first(5))),
            [again]
        );
    })
    .await;
}

#[tokio::test]
async fn a_reaction_counts_once() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| posts::insert(db, &sample::post(100, NADIA)));
        let like = Reaction {
            id: ReactionId(1),
            post_id: PostId(100),
            actor_id: MEI,
            kind: ReactionKind::Like,
            emoji: None,
            uri: Some("https://acme.example/likes/1".to_owned()),
            created_at: THEN,
        };
        let first = like.clone();
        assert!(tell!(db, |db| reactions::record(db, &first)));
        let again = Reaction {
            id: ReactionId(2),
            ..like.clone()
        };
        assert!(!tell!(db, |db| reactions::record(db, &again)));
        let dislike = Reaction {
            id: ReactionId(3),
            kind: ReactionKind::Dislike,
            uri: None,
            ..like.clone()
        };
        assert!(tell!(db, |db| reactions::record(db, &dislike)));
        assert_eq!(
            ask!(db, |db| reactions::by(db, MEI, &[PostId(100), PostId(101)])).len(),
            2
        );
        assert_eq!(
            ask!(db, |db| reactions::by_uri(
                db,
                "https://acme.example/likes/1"
            )),
            Some(like.clone())
        );
        let page = Page::first(10);
        assert_eq!(
            ask!(db, |db| reactions::of_post(
                db,
                PostId(100),
                ReactionKind::Like,
                &page
            ))
            .len(),
            1
        );
        assert_eq!(
            ask!(db, |db| reactions::of_actor(
                db,
                MEI,
                ReactionKind::Like,
                &page
            ))[0]
                .1
                .id,
            PostId(100)
        );
        assert_eq!(
            tell!(db, |db| reactions::remove(
                db,
                PostId(100),
                MEI,
                ReactionKind::Like
            )),
            Some(like)
        );
        assert_eq!(
            tell!(db, |db| reactions::remove(
                db,
                PostId(100),
                MEI,
                ReactionKind::Like
            )),
            None
        );
    })
    .await;
}

#[tokio::test]
async fn a_poll_is_answered_and_closed_in_time() {
    both(|db| async move {
        town(&db).await;
        let poll = Poll {
            post_id: PostId(100),
            options: Json(vec![
                PollOption {
                    title: "Crabs".to_owned(),
                    votes: 0,
                },
                PollOption {
                    title: "Snakes".to_owned(),
                    votes: 0,
                },
            ]),
            multiple: true,
            closes_at: Some(Moment(50)),
            closed_at: None,
            voters: 0,
            hide_totals: false,
            tell_at: None,
        };
        let asked = poll.clone();
        tell!(db, |db| {
            posts::insert(db, &sample::post(100, NADIA))?;
            polls::record(db, &asked)
        });
        assert!(tell!(db, |db| polls::vote(db, PostId(100), MEI, 0)));
        assert!(!tell!(db, |db| polls::vote(db, PostId(100), MEI, 0)));
        assert!(tell!(db, |db| polls::vote(db, PostId(100), MEI, 1)));
        assert_eq!(ask!(db, |db| polls::choices(db, PostId(100), MEI)), [0, 1]);
        assert_eq!(
            ask!(db, |db| polls::choices_in(db, &[PostId(100)], MEI)).len(),
            2
        );
        assert_eq!(
            ask!(db, |db| polls::voters(
                db,
                PostId(100),
                Voters::Elsewhere,
                9
            )),
            [MEI]
        );
        assert_eq!(
            ask!(db, |db| polls::voters(db, PostId(100), Voters::Here, 9)),
            []
        );
        let counted = Poll { voters: 1, ..poll };
        let known = counted.clone();
        tell!(db, |db| polls::record(db, &known));
        assert_eq!(
            ask!(db, |db| polls::find(db, PostId(100))),
            Some(counted.clone())
        );
        assert_eq!(
            ask!(db, |db| polls::of_posts(db, &[PostId(100)])),
            [counted]
        );
        assert!(tell!(db, |db| polls::close(db, PostId(100), Moment(50))));
        assert!(!tell!(db, |db| polls::close(db, PostId(100), Moment(51))));
        tell!(db, |db| polls::forget_votes(db, PostId(100)));
        assert!(ask!(db, |db| polls::choices(db, PostId(100), MEI)).is_empty());
    })
    .await;
}

#[tokio::test]
async fn topics_tie_groups_and_posts_together() {
    both(|db| async move {
        town(&db).await;
        let topic = |id, slug: &str| Topic {
            id: TopicId(id),
            slug: slug.to_owned(),
            name: slug.to_uppercase(),
            created_at: THEN,
        };
        let (rust, crabs) = (topic(1, "rust"), topic(2, "crabs"));
        assert_eq!(tell!(db, |db| topics::ensure(db, &rust)).id, TopicId(1));
        assert_eq!(tell!(db, |db| topics::ensure(db, &crabs)).id, TopicId(2));
        let again = topic(3, "rust");
        assert_eq!(tell!(db, |db| topics::ensure(db, &again)).id, TopicId(1));
        tell!(db, |db| {
            topics::set_group(db, RUST, &[TopicId(1)])?;
            topics::set_group(db, RUST, &[TopicId(2), TopicId(1), TopicId(2)])?;
            posts::insert(db, &sample::post(100, NADIA))?;
            posts::insert(
                db,
                &Post {
                    visibility: Visibility::Members,
                    ..sample::post(101, NADIA)
                },
            )?;
            topics::set_post(db, PostId(100), &[TopicId(1)])?;
            topics::set_post(db, PostId(101), &[TopicId(1)])
        });
        let of_group = ask!(db, |db| topics::of_group(db, RUST));
        assert_eq!(
            of_group
                .iter()
                .map(|topic| topic.slug.as_str())
                .collect::<Vec<_>>(),
            ["crabs", "rust"]
        );
        assert_eq!(ask!(db, |db| topics::of_groups(db, &[RUST])).len(), 2);
        assert_eq!(
            ask!(db, |db| topics::groups_about(db, TopicId(2), 10)),
            [RUST]
        );
        assert_eq!(
            ids(&ask!(db, |db| topics::posts_about(
                db,
                TopicId(1),
                &[Visibility::Public],
                None,
                &Page::first(10)
            ))),
            [100]
        );
        let popular = ask!(db, |db| topics::popular(db, 10));
        assert_eq!(
            popular
                .iter()
                .map(|(topic, n)| (topic.id.0, *n))
                .collect::<Vec<_>>(),
            [(1, 1), (2, 1)]
        );
        tell!(db, |db| topics::set_group(db, RUST, &[]));
        assert_eq!(ask!(db, |db| topics::of_group(db, RUST)), []);
    })
    .await;
}
