//! Who belongs to which group, who hears of whom, who wants nothing to do with whom.

use kindred_storage::actors::{self, Actor};
use kindred_storage::blocks::{self, Block};
use kindred_storage::follows::{self, Follow};
use kindred_storage::instances::{self, Instance, InstancePatch};
use kindred_storage::memberships::{self, Ban, Membership};
use kindred_storage::testing::both;
use kindred_storage::testing::sample::{self, THEN};
use kindred_storage::{
    ActorId, BanId, Dialect, Error, FollowId, FollowState, GroupRole, InstanceId, MembershipId,
    MembershipState, Moment, Page,
};

use crate::people::town;

const NADIA: ActorId = ActorId(1);
const TOMAS: ActorId = ActorId(2);
const MEI: ActorId = ActorId(3);
const RUST: ActorId = ActorId(10);

fn ids<'a, T: 'a>(rows: &'a [(T, Actor)]) -> Vec<i64> {
    rows.iter().map(|(_, actor)| actor.id.0).collect()
}

#[tokio::test]
async fn belonging_is_one_record_however_often_it_changes() {
    both(|db| async move {
        town(&db).await;
        let asked = Membership {
            state: MembershipState::Requested,
            reason: Some("I like crabs".to_owned()),
            ..sample::membership(1, RUST, NADIA)
        };
        let wish = asked.clone();
        assert_eq!(tell!(db, |db| memberships::record(db, &wish)), asked);
        let granted = tell!(db, |db| memberships::record(
            db,
            &sample::membership(2, RUST, NADIA)
        ));
        assert_eq!(
            granted,
            Membership {
                id: MembershipId(1),
                ..sample::membership(2, RUST, NADIA)
            }
        );
        assert!(tell!(db, |db| memberships::set_role(
            db,
            RUST,
            NADIA,
            GroupRole::Organiser,
            Moment(5)
        )));
        assert!(!tell!(db, |db| memberships::set_role(
            db,
            RUST,
            TOMAS,
            GroupRole::Organiser,
            Moment(5)
        )));
        tell!(db, |db| memberships::record(
            db,
            &sample::membership(3, RUST, TOMAS)
        ));
        tell!(db, |db| memberships::record(
            db,
            &sample::membership(4, RUST, MEI)
        ));
        assert!(ask!(db, |db| memberships::any_from_host(
            db,
            RUST,
            "acme.example"
        )));
        assert!(tell!(db, |db| memberships::set_state(
            db,
            RUST,
            MEI,
            MembershipState::Left,
            Moment(6)
        )));
        assert!(!ask!(db, |db| memberships::any_from_host(
            db,
            RUST,
            "acme.example"
        )));

        let standing = ask!(db, |db| memberships::standing(db, RUST, MEI)).unwrap();
        assert_eq!(
            (standing.state, standing.updated_at),
            (MembershipState::Left, Moment(6))
        );
        assert_eq!(
            ask!(db, |db| memberships::standing(db, ActorId(11), MEI)),
            None
        );
        assert_eq!(
            ask!(db, |db| memberships::standings(
                db,
                &[RUST, ActorId(11)],
                NADIA
            ))
            .len(),
            1
        );
        let active =
            |db: &mut _| memberships::members(db, RUST, MembershipState::Active, &Page::first(10));
        assert_eq!(ids(&ask!(db, |db| active(db))), [2, 1]);
        assert_eq!(
            ask!(db, |db| memberships::count(
                db,
                RUST,
                MembershipState::Active
            )),
            2
        );
        assert_eq!(ids(&ask!(db, |db| memberships::moderators(db, RUST))), [1]);
        assert_eq!(ask!(db, |db| memberships::of_actor(db, TOMAS)).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn who_is_gone_belongs_nowhere() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| memberships::record(
            db,
            &sample::membership(1, RUST, TOMAS)
        ));
        tell!(db, |db| memberships::end_all_of(db, TOMAS, Moment(7)));
        assert_eq!(
            ask!(db, |db| memberships::count(
                db,
                RUST,
                MembershipState::Active
            )),
            0
        );
    })
    .await;
}

#[tokio::test]
async fn the_latest_word_about_a_ban_counts() {
    both(|db| async move {
        town(&db).await;
        let ban = Ban {
            id: BanId(1),
            group_id: RUST,
            actor_id: MEI,
            by_id: Some(NADIA),
            reason: None,
            until: Some(Moment(9)),
            created_at: THEN,
        };
        let first = ban.clone();
        tell!(db, |db| memberships::ban(db, &first));
        let again = Ban {
            id: BanId(2),
            until: None,
            reason: Some("spam".to_owned()),
            ..ban.clone()
        };
        tell!(db, |db| memberships::ban(db, &again));
        let found = ask!(db, |db| memberships::ban_of(db, RUST, MEI)).unwrap();
        assert_eq!(
            found,
            Ban {
                until: None,
                reason: Some("spam".to_owned()),
                ..ban
            }
        );
        assert_eq!(
            ids(&ask!(db, |db| memberships::bans(
                db,
                RUST,
                &Page::first(10)
            ))),
            [3]
        );
        assert!(tell!(db, |db| memberships::unban(db, RUST, MEI)));
        assert!(!tell!(db, |db| memberships::unban(db, RUST, MEI)));
        assert_eq!(ask!(db, |db| memberships::ban_of(db, RUST, MEI)), None);
    })
    .await;
}

/// A follower who does not want what is passed on.
fn quiet() -> follows::Wish {
    follows::Wish {
        show_boosts: Some(false),
        ..follows::Wish::default()
    }
}

#[tokio::test]
async fn following_twice_is_following_once() {
    both(|db| async move {
        town(&db).await;
        let asked = Follow {
            state: FollowState::Pending,
            ..sample::follow(1, MEI, RUST)
        };
        tell!(db, |db| follows::record(db, &asked));
        assert_eq!(
            ids(&ask!(db, |db| follows::requests(
                db,
                RUST,
                &Page::first(10)
            ))),
            [3]
        );
        assert_eq!(
            ids(&ask!(db, |db| follows::followers(
                db,
                RUST,
                &Page::first(10)
            ))),
            [0; 0]
        );
        assert!(tell!(db, |db| follows::accept(db, FollowId(1))));
        assert!(!tell!(db, |db| follows::accept(db, FollowId(1))));
        let again = Follow {
            state: FollowState::Pending,
            uri: "https://acme.example/follows/again".to_owned(),
            notify: true,
            ..sample::follow(2, MEI, RUST)
        };
        let answer = tell!(db, |db| follows::record(db, &again));
        assert_eq!(
            (answer.id, answer.state, answer.notify),
            (FollowId(1), FollowState::Accepted, true)
        );
        assert_eq!(
            ask!(db, |db| follows::by_uri(
                db,
                "https://acme.example/follows/again"
            ))
            .unwrap(),
            answer
        );
        assert_eq!(
            ask!(db, |db| follows::by_uri(
                db,
                "https://kindred.example/follows/1"
            )),
            None
        );
        tell!(db, |db| follows::wish(db, MEI, RUST, &quiet()));
        let nothing = follows::Wish::default();
        tell!(db, |db| follows::wish(db, MEI, RUST, &nothing));
        let found = ask!(db, |db| follows::find(db, MEI, RUST)).unwrap();
        assert_eq!((found.show_boosts, found.notify), (false, true));
        assert_eq!(
            ask!(db, |db| follows::find_many(db, MEI, &[RUST, NADIA])).len(),
            1
        );
        assert_eq!(
            ids(&ask!(db, |db| follows::following(
                db,
                MEI,
                &Page::first(10)
            ))),
            [10]
        );
        assert_eq!(ask!(db, |db| follows::counts(db, RUST)), (1, 0));
        assert_eq!(ask!(db, |db| follows::counts(db, MEI)), (0, 1));
        assert_eq!(
            tell!(db, |db| follows::remove(db, MEI, RUST)).unwrap().id,
            FollowId(1)
        );
        assert_eq!(tell!(db, |db| follows::remove(db, MEI, RUST)), None);
        tell!(db, |db| {
            follows::record(db, &sample::follow(5, MEI, RUST))?;
            follows::record(db, &sample::follow(6, NADIA, MEI))?;
            follows::record(db, &sample::follow(7, NADIA, RUST))
        });
        assert!(ask!(db, |db| follows::has_local_follower(db, MEI)));
        assert_eq!(tell!(db, |db| follows::remove_all_of(db, MEI)).len(), 2);
        assert!(!ask!(db, |db| follows::has_local_follower(db, MEI)));
        assert_eq!(
            ask!(db, |db| follows::local_followers(db, RUST)),
            [sample::follow(7, NADIA, RUST)]
        );
        // A follow that another actor's activity asked for cannot be taken over.
        let stolen = Follow {
            uri: "https://kindred.example/follows/7".to_owned(),
            ..sample::follow(8, MEI, RUST)
        };
        let refused = db
            .write(move |db| Ok::<_, Error>(follows::record(db, &stolen)?))
            .await;
        assert!(refused.unwrap_err().is_duplicate());
    })
    .await;
}

#[tokio::test]
async fn followers_are_reached_at_each_inbox_once() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            instances::remember(db, &Instance::unknown(InstanceId(1), "acme.example", THEN))?;
            instances::update(
                db,
                InstanceId(1),
                &InstancePatch {
                    dialect: Some(Dialect::Threadiverse),
                    asleep_since: Some(Some(THEN)),
                    ..InstancePatch::default()
                },
            )?;
            for n in 20..30 {
                actors::insert(
                    db,
                    &sample::stranger(n, &format!("person{n}"), "acme.example"),
                )?;
                follows::record(db, &sample::follow(n, ActorId(n), RUST))?;
            }
            let alone = Actor {
                shared_inbox: None,
                ..sample::stranger(30, "ines", "lone.example")
            };
            actors::insert(db, &alone)?;
            follows::record(db, &sample::follow(30, alone.id, RUST))?;
            let gone = Actor {
                deleted_at: Some(THEN),
                ..sample::stranger(31, "robert", "gone.example")
            };
            actors::insert(db, &gone)?;
            follows::record(db, &sample::follow(31, gone.id, RUST))?;
            let waiting = sample::stranger(32, "robert", "waiting.example");
            actors::insert(db, &waiting)?;
            follows::record(
                db,
                &Follow {
                    state: FollowState::Pending,
                    ..sample::follow(32, waiting.id, RUST)
                },
            )?;
            follows::record(db, &sample::follow(33, NADIA, RUST))
        });
        let mut inboxes = ask!(db, |db| follows::inboxes_of_followers(db, RUST));
        inboxes.sort_by(|a, b| a.host.cmp(&b.host));
        assert_eq!(inboxes.len(), 2, "{inboxes:?}");
        assert_eq!(inboxes[0].inbox, "https://acme.example/inbox");
        assert_eq!(
            (inboxes[0].dialect, inboxes[0].asleep_since),
            (Some(Dialect::Threadiverse), Some(THEN))
        );
        assert_eq!(inboxes[1].inbox, "https://lone.example/actors/ines/inbox");
        assert_eq!((inboxes[1].dialect, inboxes[1].standing), (None, None));
        assert!(ask!(db, |db| follows::any_from_host(
            db,
            RUST,
            "lone.example"
        )));
        assert!(!ask!(db, |db| follows::any_from_host(
            db,
            RUST,
            "waiting.example"
        )));
        let inboxes = ask!(db, |db| follows::inboxes_of(
            db,
            &[NADIA, MEI, ActorId(20), ActorId(30)]
        ));
        assert_eq!(inboxes.len(), 2, "{inboxes:?}");
        assert_eq!(ask!(db, |db| follows::inboxes_of(db, &[])), []);
        assert_eq!(
            tell!(db, |db| follows::remove_by_inbox(
                db,
                "https://lone.example/actors/ines/inbox"
            )),
            1
        );
        assert_eq!(
            ask!(db, |db| follows::inboxes_of_followers(db, RUST)).len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_is_walked_down_and_up_by_key() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            for n in 21..=30 {
                actors::insert(
                    db,
                    &sample::stranger(n, &format!("person{n}"), "acme.example"),
                )?;
                follows::record(db, &sample::follow(n, ActorId(n), RUST))?;
            }
            Ok::<_, Error>(())
        });
        for (page, expected) in [
            (Page::first(3), vec![30, 29, 28]),
            (Page::before(28, 3), vec![27, 26, 25]),
            (Page::since(25, 3), vec![30, 29, 28]),
            (Page::above(25, 3), vec![28, 27, 26]),
            (Page::above(28, 3), vec![30, 29]),
            (
                Page {
                    since: Some(22),
                    ..Page::before(26, 10)
                },
                vec![25, 24, 23],
            ),
            (
                Page {
                    above: Some(22),
                    ..Page::before(30, 2)
                },
                vec![24, 23],
            ),
            (
                Page {
                    above: Some(22),
                    since: Some(24),
                    ..Page::first(2)
                },
                vec![26, 25],
            ),
            (Page::above(30, 3), vec![]),
            (Page::before(21, 3), vec![]),
            (Page::first(0), vec![]),
        ] {
            assert_eq!(
                ids(&ask!(db, |db| follows::followers(db, RUST, &page))),
                expected,
                "{page:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_block_stands_between_two_whoever_made_it() {
    both(|db| async move {
        town(&db).await;
        let block = Block {
            actor_id: NADIA,
            target_id: MEI,
            uri: None,
            created_at: THEN,
        };
        let first = block.clone();
        assert!(tell!(db, |db| blocks::record(db, &first)));
        let again = block.clone();
        assert!(!tell!(db, |db| blocks::record(db, &again)));
        assert!(
            ask!(db, |db| blocks::between(db, MEI, NADIA))
                && ask!(db, |db| blocks::between(db, NADIA, MEI))
        );
        assert!(!ask!(db, |db| blocks::between(db, TOMAS, NADIA)));
        assert_eq!(ask!(db, |db| blocks::find(db, MEI, NADIA)), None);
        assert_eq!(
            ask!(db, |db| blocks::find(db, NADIA, MEI)),
            Some(block.clone())
        );
        assert_eq!(
            ask!(db, |db| blocks::among(db, MEI, &[NADIA, TOMAS])).len(),
            1
        );
        assert_eq!(
            ids(&ask!(db, |db| blocks::page(db, NADIA, &Page::first(10)))),
            [3]
        );
        assert_eq!(tell!(db, |db| blocks::remove(db, NADIA, MEI)), Some(block));
        let named = Block {
            actor_id: MEI,
            target_id: NADIA,
            uri: Some("https://acme.example/blocks/1".to_owned()),
            created_at: THEN,
        };
        let again = named.clone();
        tell!(db, |db| blocks::record(db, &again));
        for (who, found) in [(MEI, Some(named)), (TOMAS, None)] {
            let uri = "https://acme.example/blocks/1";
            assert_eq!(ask!(db, |db| blocks::by_uri(db, who, uri)), found);
        }
        tell!(db, |db| blocks::remove(db, MEI, NADIA));
        assert!(!ask!(db, |db| blocks::between(db, MEI, NADIA)));
    })
    .await;
}
