//! What people read.

use kindred_storage::boosts;
use kindred_storage::follows::{self, Follow};
use kindred_storage::posts::{self, Post};
use kindred_storage::testing::sample;
use kindred_storage::testing::{both, sqlite};
use kindred_storage::timelines::{self, Entry, Line, Scope};
use kindred_storage::{
    ActorId, BoostId, Db, EntryId, Error, FollowState, Moment, Page, PostId, Visibility,
};
use proptest::prelude::*;

use crate::people::town;

const NADIA: ActorId = ActorId(1);
const TOMAS: ActorId = ActorId(2);
const MEI: ActorId = ActorId(3);
const RUST: ActorId = ActorId(10);

fn places(lines: &[Line]) -> Vec<i64> {
    lines.iter().map(|line| line.entry_id.0).collect()
}

fn own(id: i64) -> Entry {
    Entry {
        entry_id: EntryId(id),
        post_id: PostId(id),
        by_id: None,
    }
}

fn passed_on(id: i64, post: i64, by: ActorId) -> Entry {
    Entry {
        entry_id: EntryId(id),
        post_id: PostId(post),
        by_id: Some(by),
    }
}

/// Nadia follows Mei and the group, Tomás only the group. Mei's posts 100 to 104; the group has passed on 100 to 102 as
/// 200 to 202.
async fn reading(db: &Db) {
    town(db).await;
    db.write(|db| {
        follows::record(db, &sample::follow(1, NADIA, MEI))?;
        follows::record(db, &sample::follow(2, NADIA, RUST))?;
        follows::record(db, &sample::follow(3, TOMAS, RUST))?;
        follows::record(
            db,
            &Follow {
                state: FollowState::Pending,
                ..sample::follow(4, TOMAS, MEI)
            },
        )?;
        for n in 100..105 {
            posts::insert(db, &sample::post(n, MEI))?;
        }
        for n in 200..203 {
            boosts::record(db, &sample::boost(n, RUST, PostId(n - 100)))?;
        }
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_post_stands_in_a_home_timeline_once_whoever_brought_it() {
    both(|db| async move {
        reading(&db).await;
        assert_eq!(
            tell!(db, |db| timelines::put_home(db, own(100), MEI, None)),
            1
        );
        assert_eq!(
            tell!(db, |db| timelines::put_home(db, own(100), MEI, None)),
            0
        );
        assert_eq!(
            tell!(db, |db| timelines::put_home(
                db,
                passed_on(200, 100, RUST),
                RUST,
                None
            )),
            1,
            "Nadia has it"
        );
        assert_eq!(
            tell!(db, |db| timelines::put_home(
                db,
                passed_on(201, 101, RUST),
                RUST,
                None
            )),
            2
        );
        tell!(db, |db| timelines::put_home_of(db, own(104), TOMAS));
        tell!(db, |db| timelines::put_home_of(db, own(104), TOMAS));
        let nadia = ask!(db, |db| timelines::home(db, NADIA, &Page::first(20)));
        assert_eq!(places(&nadia), [201, 100]);
        assert_eq!((nadia[0].by, nadia[0].post.id), (Some(RUST), PostId(101)));
        assert_eq!(
            (nadia[1].by, &nadia[1].post),
            (None, &sample::post(100, MEI))
        );
        let tomas = ask!(db, |db| timelines::home(db, TOMAS, &Page::first(20)));
        assert_eq!(places(&tomas), [201, 200, 104]);
    })
    .await;
}

#[tokio::test]
async fn who_does_not_want_what_others_pass_on_does_not_get_it() {
    both(|db| async move {
        reading(&db).await;
        tell!(db, |db| follows::wish(
            db,
            TOMAS,
            RUST,
            &follows::Wish {
                show_boosts: Some(false),
                ..follows::Wish::default()
            }
        ));
        assert_eq!(
            tell!(db, |db| timelines::put_home(
                db,
                passed_on(200, 100, RUST),
                RUST,
                None
            )),
            1
        );
        assert_eq!(
            tell!(db, |db| timelines::put_home(db, own(101), RUST, None)),
            2
        );
    })
    .await;
}

#[tokio::test]
async fn an_answer_reaches_those_who_hear_of_both() {
    both(|db| async move {
        reading(&db).await;
        assert_eq!(
            tell!(db, |db| timelines::put_home_of_both(
                db,
                own(100),
                MEI,
                RUST
            )),
            1
        );
        assert_eq!(
            places(&ask!(db, |db| timelines::home(db, NADIA, &Page::first(20)))),
            [100]
        );
        assert_eq!(
            tell!(db, |db| timelines::put_home_of_both(
                db,
                own(101),
                MEI,
                TOMAS
            )),
            0
        );
        assert_eq!(
            tell!(db, |db| timelines::put_home_of_both(
                db,
                own(102),
                MEI,
                NADIA
            )),
            1,
            "an answer to herself"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_hidden_or_undone_is_in_no_timeline() {
    both(|db| async move {
        reading(&db).await;
        tell!(db, |db| {
            for n in 100..105 {
                timelines::put_home(db, own(n), MEI, None)?;
            }
            posts::mark_deleted(db, PostId(100), Moment(1))?;
            posts::mark_removed(db, PostId(101), None, None, Moment(1))?;
            boosts::undo(db, BoostId(202), Moment(1))
        });
        assert_eq!(
            places(&ask!(db, |db| timelines::home(db, NADIA, &Page::first(20)))),
            [104, 103, 102]
        );
        assert_eq!(
            places(&ask!(db, |db| timelines::boosted_by(
                db,
                RUST,
                &Page::first(20)
            ))),
            [0; 0]
        );
        assert_eq!(
            places(&ask!(db, |db| timelines::written_by(
                db,
                MEI,
                &Page::first(20)
            ))),
            [104, 103, 102]
        );
        assert_eq!(
            places(&ask!(db, |db| timelines::author_page(
                db,
                MEI,
                &Page::first(2)
            ))),
            [104, 103]
        );
        assert_eq!(
            places(&ask!(db, |db| timelines::public(
                db,
                Scope::Everywhere,
                false,
                &Page::first(20)
            ))),
            [104, 103, 102]
        );
    })
    .await;
}

#[tokio::test]
async fn a_persons_page_holds_what_they_wrote_and_what_they_passed_on() {
    both(|db| async move {
        reading(&db).await;
        tell!(db, |db| {
            let answer = sample::reply(110, MEI, &sample::post(100, MEI));
            posts::insert(db, &answer)?;
            posts::insert(db, &sample::post(111, TOMAS))?;
            boosts::record(db, &sample::boost(112, MEI, PostId(111)))
        });
        let page = ask!(db, |db| timelines::author_page(db, MEI, &Page::first(4)));
        assert_eq!(places(&page), [112, 110, 104, 103]);
        assert_eq!((page[0].by, page[0].post.id), (Some(MEI), PostId(111)));
        assert_eq!(
            places(&ask!(db, |db| timelines::author_page(
                db,
                MEI,
                &Page::above(103, 2)
            ))),
            [110, 104]
        );
        let page = Page::first(3);
        assert_eq!(
            places(&ask!(db, |db| timelines::starters_page(
                db, MEI, &page, true
            ))),
            [112, 104, 103]
        );
        assert_eq!(
            places(&ask!(db, |db| timelines::starters_page(
                db, MEI, &page, false
            ))),
            [104, 103, 102]
        );
    })
    .await;
}

#[tokio::test]
async fn the_public_timeline_holds_what_is_for_everybody() {
    both(|db| async move {
        reading(&db).await;
        tell!(db, |db| {
            posts::insert(
                db,
                &Post {
                    visibility: Visibility::Unlisted,
                    ..sample::post(105, MEI)
                },
            )?;
            posts::insert(
                db,
                &Post {
                    visibility: Visibility::Members,
                    ..sample::post(106, NADIA)
                },
            )?;
            posts::insert(db, &sample::post(107, NADIA))?;
            timelines::note_here(db, PostId(107))
        });
        assert_eq!(
            places(&ask!(db, |db| timelines::public(
                db,
                Scope::Everywhere,
                false,
                &Page::first(3)
            ))),
            [107, 104, 103]
        );
        assert_eq!(
            places(&ask!(db, |db| timelines::public(
                db,
                Scope::Here,
                false,
                &Page::first(3)
            ))),
            [107]
        );
    })
    .await;
}

#[tokio::test]
async fn a_home_timeline_is_filled_when_somebody_is_followed_and_swept_when_they_no_longer_are() {
    both(|db| async move {
        reading(&db).await;
        tell!(db, |db| {
            posts::insert(
                db,
                &Post {
                    visibility: Visibility::Direct,
                    ..sample::post(105, MEI)
                },
            )?;
            boosts::record(db, &sample::boost(112, MEI, PostId(104)))
        });
        assert_eq!(
            tell!(db, |db| timelines::backfill_home(db, TOMAS, MEI, 3)),
            1,
            "one is direct, two are the same"
        );
        assert_eq!(
            tell!(db, |db| timelines::backfill_home(db, TOMAS, RUST, 20)),
            3
        );
        assert_eq!(
            places(&ask!(db, |db| timelines::home(db, TOMAS, &Page::first(20)))),
            [202, 201, 200, 112]
        );
        tell!(db, |db| timelines::put_home_of(db, own(103), TOMAS));
        assert_eq!(tell!(db, |db| timelines::drop_from_home(db, TOMAS, MEI)), 2);
        assert_eq!(
            places(&ask!(db, |db| timelines::home(db, TOMAS, &Page::first(20)))),
            [202, 201, 200]
        );
        assert_eq!(
            tell!(db, |db| timelines::backfill_home(db, NADIA, TOMAS, 20)),
            0
        );

        tell!(db, |db| timelines::backfill_home(db, NADIA, RUST, 20));
        assert_eq!(tell!(db, |db| timelines::forget_post(db, PostId(102))), 2);
        assert_eq!(tell!(db, |db| timelines::forget_entry(db, EntryId(201))), 2);
        assert_eq!(
            places(&ask!(db, |db| timelines::home(db, NADIA, &Page::first(20)))),
            [200]
        );
    })
    .await;
}

#[tokio::test]
async fn a_home_timeline_can_be_shortened() {
    both(|db| async move {
        reading(&db).await;
        tell!(db, |db| {
            for n in 100..105 {
                timelines::put_home(db, own(n), MEI, None)?;
            }
            Ok::<_, Error>(())
        });
        assert_eq!(tell!(db, |db| timelines::trim_home(db, NADIA, 9)), 0);
        assert_eq!(tell!(db, |db| timelines::trim_home(db, NADIA, 2)), 3);
        assert_eq!(
            places(&ask!(db, |db| timelines::home(db, NADIA, &Page::first(20)))),
            [104, 103]
        );
    })
    .await;
}

/// What a page must hold, said as plainly as can be: `ids` is the whole list, newest first.
fn expected(ids: &[i64], page: &Page) -> Vec<i64> {
    let inside: Vec<i64> = ids
        .iter()
        .copied()
        .filter(|id| page.before.is_none_or(|end| *id < end))
        .filter(|id| page.since.is_none_or(|end| *id > end))
        .filter(|id| page.above.is_none_or(|end| *id > end))
        .collect();
    let limit = usize::try_from(page.limit).unwrap();
    let from = if page.above.is_some() {
        inside.len().saturating_sub(limit)
    } else {
        0
    };
    inside.into_iter().skip(from).take(limit).collect()
}

#[test]
fn every_page_of_every_list_holds_what_it_should() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let db = sqlite();
    let mut written: Vec<i64> = (100..160).rev().filter(|id| id % 3 != 0).collect();
    let boosted: Vec<i64> = (100..160).rev().filter(|id| id % 3 == 0).collect();
    runtime.block_on(async {
        town(&db).await;
        let (written, boosted) = (written.clone(), boosted.clone());
        tell!(db, |db| {
            posts::insert(db, &sample::post(1, TOMAS))?;
            for id in &written {
                posts::insert(db, &sample::post(*id, MEI))?;
            }
            for id in &boosted {
                let other = sample::post(*id + 1000, TOMAS);
                posts::insert(db, &other)?;
                boosts::record(db, &sample::boost(*id, MEI, other.id))?;
            }
            Ok::<_, Error>(())
        });
    });
    written.extend(&boosted);
    written.sort_unstable_by(|a, b| b.cmp(a));
    let end = || proptest::option::of(95..165_i64);
    proptest!(|(before in end(), since in end(), above in end(), limit in 0..70_i64)| {
        let page = Page { before, since, above, limit };
        let got = runtime.block_on(async { ask!(db, |db| timelines::author_page(db, MEI, &page)) });
        prop_assert_eq!(places(&got), expected(&written, &page), "{:?}", page);
        let got = runtime.block_on(async { ask!(db, |db| timelines::boosted_by(db, MEI, &page)) });
        prop_assert_eq!(places(&got), expected(&boosted, &page), "{:?}", page);
    });
}
