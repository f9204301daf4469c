//! Actors, groups, who belongs to them, who hears of whom.

use kindred_storage::actors::{self, Actor, ActorPatch, Count, Field};
use kindred_storage::groups::{self, Group};
use kindred_storage::memberships::{self};
use kindred_storage::testing::both;
use kindred_storage::testing::sample::{self, THEN};
use kindred_storage::{ActorId, Db, Error, JoinPolicy, Json, Moment, Page, Visibility, accounts};

const NADIA: ActorId = ActorId(1);
const TOMAS: ActorId = ActorId(2);
const MEI: ActorId = ActorId(3);
const RUST: ActorId = ActorId(10);

/// Nadia and Tomás here, Mei at acme.example, and a group here.
pub(crate) async fn town(db: &Db) {
    db.write(|db| {
        let (nadia, tomas) = (sample::person(1, "nadia"), sample::person(2, "tomas"));
        actors::insert(db, &nadia)?;
        actors::insert(db, &tomas)?;
        actors::insert(db, &sample::stranger(3, "mei", "acme.example"))?;
        let rust = sample::circle(10, "rust");
        actors::insert(db, &rust)?;
        groups::insert(db, &sample::group(&rust))?;
        accounts::insert(db, &sample::account(1, &nadia))?;
        accounts::insert(db, &sample::account(2, &tomas))?;
        Ok::<_, Error>(())
    })
    .await
    .unwrap();
}

fn ids<'a, T: 'a>(rows: &'a [(T, Actor)]) -> Vec<i64> {
    rows.iter().map(|(_, actor)| actor.id.0).collect()
}

#[tokio::test]
async fn an_actor_is_found_by_everything_it_is_known_by() {
    both(|db| async move {
        town(&db).await;
        let mei = sample::stranger(3, "mei", "acme.example");
        assert_eq!(ask!(db, |db| actors::find(db, MEI)), Some(mei.clone()));
        assert_eq!(ask!(db, |db| actors::find(db, ActorId(99))), None);
        assert_eq!(
            ask!(db, |db| actors::find_many(db, &[NADIA, MEI, ActorId(99)])).len(),
            2
        );
        assert_eq!(ask!(db, |db| actors::find_many(db, &[])), []);
        let uri = mei.uri.clone();
        assert_eq!(ask!(db, |db| actors::by_uri(db, &uri)), Some(mei.clone()));
        let uris = vec![
            mei.uri.clone(),
            "https://acme.example/actors/nobody".to_owned(),
        ];
        assert_eq!(
            ask!(db, |db| actors::by_uris(db, &uris)),
            std::slice::from_ref(&mei)
        );
        let key = mei.key_id.clone();
        assert_eq!(
            ask!(db, |db| actors::by_key_id(db, &key)),
            Some(mei.clone())
        );
        assert_eq!(
            ask!(db, |db| actors::by_handle(db, "mei", "acme.example")),
            Some(mei)
        );
        assert_eq!(ask!(db, |db| actors::by_handle(db, "mei", "")), None);
        assert!(ask!(db, |db| actors::handle_taken(db, "nadia")));
        assert!(!ask!(db, |db| actors::handle_taken(db, "mei")));
    })
    .await;
}

#[tokio::test]
async fn a_handle_is_given_once_here_but_servers_may_share_one_between_a_person_and_a_group() {
    both(|db| async move {
        town(&db).await;
        let again = db
            .write(|db| {
                Ok::<_, Error>(actors::insert(
                    db,
                    &Actor {
                        uri: "https://kindred.example/x".to_owned(),
                        ..sample::person(77, "nadia")
                    },
                )?)
            })
            .await;
        assert!(again.unwrap_err().is_duplicate());
        let group = Actor {
            uri: "https://acme.example/c/mei".to_owned(),
            ..sample::stranger(78, "mei", "acme.example")
        };
        tell!(db, |db| actors::insert(db, &group));
        assert_eq!(
            ask!(db, |db| actors::by_handle(db, "mei", "acme.example"))
                .unwrap()
                .id,
            MEI
        );
        assert_eq!(
            ask!(db, |db| actors::all_by_handle(db, "mei", "acme.example")).len(),
            2
        );
        tell!(db, |db| actors::mark_deleted(db, MEI, THEN));
        assert_eq!(
            ask!(db, |db| actors::by_handle(db, "mei", "acme.example"))
                .unwrap()
                .id,
            ActorId(78)
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_remembered_of_a_stranger_is_refreshed_but_what_is_ours_stays() {
    both(|db| async move {
        let seen = Actor {
            followers_count: 7,
            ..sample::stranger(3, "mei", "acme.example")
        };
        let remembered = tell!(db, |db| actors::remember(db, &seen));
        assert_eq!(remembered.id, MEI);
        tell!(db, |db| actors::update(
            db,
            MEI,
            &ActorPatch {
                suspended_at: Some(Some(THEN)),
                ..ActorPatch::default()
            }
        ));
        let again = Actor {
            id: ActorId(4),
            name: "Mei Lin".to_owned(),
            fields: Json(vec![Field {
                name: "Team".to_owned(),
                value: "Crabs".to_owned(),
                ..Field::default()
            }]),
            topics: Json(vec!["rust".to_owned()]),
            shared_inbox: None,
            followers_count: 0,
            ..sample::stranger(3, "mei", "acme.example")
        };
        let refreshed = tell!(db, |db| actors::remember(db, &again));
        assert_eq!(
            refreshed,
            Actor {
                id: MEI,
                name: "Mei Lin".to_owned(),
                fields: Json(vec![Field {
                    name: "Team".to_owned(),
                    value: "Crabs".to_owned(),
                    ..Field::default()
                }]),
                topics: Json(vec!["rust".to_owned()]),
                shared_inbox: None,
                followers_count: 7,
                suspended_at: Some(THEN),
                ..sample::stranger(3, "mei", "acme.example")
            }
        );
        assert_eq!(ask!(db, |db| actors::find(db, ActorId(4))), None);
    })
    .await;
}

#[tokio::test]
async fn nobody_who_lives_here_is_overwritten_by_what_was_heard() {
    both(|db| async move {
        town(&db).await;
        let forged = Actor {
            id: ActorId(66),
            public_key_pem: "mine".to_owned(),
            host: "evil.example".to_owned(),
            ..sample::person(66, "nadia")
        };
        let answer = tell!(db, |db| actors::remember(db, &forged));
        assert_eq!(answer, sample::person(1, "nadia"));
    })
    .await;
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_nothing_else() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| actors::update(db, NADIA, &ActorPatch::default()));
        assert_eq!(
            ask!(db, |db| actors::find(db, NADIA)),
            Some(sample::person(1, "nadia"))
        );
        tell!(db, |db| {
            let patch = ActorPatch {
                name: Some("Nadia".to_owned()),
                locked: Some(true),
                ..ActorPatch::default()
            };
            actors::update(db, NADIA, &patch)?;
            actors::adjust(db, NADIA, Count::Followers, 3)?;
            actors::adjust(db, NADIA, Count::Following, 2)?;
            actors::adjust(db, NADIA, Count::Posts, 2)?;
            actors::adjust(db, NADIA, Count::Followers, -1)?;
            actors::note_post(db, NADIA, Moment(9))
        });
        let expected = Actor {
            name: "Nadia".to_owned(),
            locked: true,
            followers_count: 2,
            following_count: 2,
            posts_count: 3,
            last_post_at: Some(Moment(9)),
            ..sample::person(1, "nadia")
        };
        assert_eq!(ask!(db, |db| actors::find(db, NADIA)), Some(expected));
    })
    .await;
}

#[tokio::test]
async fn who_is_gone_has_nothing_to_say_but_keeps_the_handle() {
    both(|db| async move {
        town(&db).await;
        assert!(tell!(db, |db| actors::mark_deleted(db, NADIA, Moment(9))));
        assert!(!tell!(db, |db| actors::mark_deleted(db, NADIA, Moment(10))));
        let gone = ask!(db, |db| actors::find(db, NADIA)).unwrap();
        assert_eq!((gone.deleted_at, gone.name.as_str()), (Some(Moment(9)), ""));
        assert!(
            gone.private_key_pem.is_some(),
            "its farewell has to be signed"
        );
        assert!(ask!(db, |db| actors::handle_taken(db, "nadia")));
    })
    .await;
}

#[tokio::test]
async fn names_are_found_by_their_beginning() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            actors::insert(
                db,
                &Actor {
                    name: "Nathan".to_owned(),
                    followers_count: 5,
                    ..sample::person(4, "robert")
                },
            )?;
            actors::insert(
                db,
                &Actor {
                    suspended_at: Some(THEN),
                    ..sample::person(5, "nasty")
                },
            )
        });
        let found = ask!(db, |db| actors::names_like(db, "na", 10));
        assert_eq!(
            found.iter().map(|actor| actor.id.0).collect::<Vec<_>>(),
            [4, 1]
        );
        assert_eq!(ask!(db, |db| actors::names_like(db, "na", 1)).len(), 1);
        assert_eq!(ask!(db, |db| actors::names_like(db, "%", 10)), []);
    })
    .await;
}

#[tokio::test]
async fn a_group_is_found_listed_and_changed() {
    both(|db| async move {
        town(&db).await;
        let rust = sample::circle(10, "rust");
        assert_eq!(
            ask!(db, |db| groups::find(db, RUST)),
            Some((sample::group(&rust), rust.clone()))
        );
        assert_eq!(ask!(db, |db| groups::find(db, NADIA)), None);
        assert_eq!(
            ask!(db, |db| groups::by_handle(db, "rust", ""))
                .unwrap()
                .1
                .id,
            RUST
        );
        tell!(db, |db| {
            let hidden = sample::circle(11, "board");
            actors::insert(db, &hidden)?;
            groups::insert(
                db,
                &Group {
                    visibility: Visibility::Members,
                    ..sample::group(&hidden)
                },
            )?;
            let far = sample::stranger(12, "crabs", "acme.example");
            actors::insert(db, &far)?;
            groups::remember(db, &sample::group(&far))?;
            groups::remember(
                db,
                &Group {
                    join_policy: JoinPolicy::Ask,
                    rules: "theirs".to_owned(),
                    ..sample::group(&far)
                },
            )
        });
        let far = ask!(db, |db| groups::find(db, ActorId(12))).unwrap().0;
        assert_eq!((far.join_policy, far.rules.as_str()), (JoinPolicy::Ask, ""));
        assert_eq!(
            ids(&ask!(db, |db| groups::public_page(db, &Page::first(10)))),
            [10]
        );
        assert_eq!(
            ids(&ask!(db, |db| groups::local_page(db, &Page::first(10)))),
            [11, 10]
        );
        assert_eq!(
            ids(&ask!(db, |db| groups::find_many(
                db,
                &[RUST, ActorId(12), NADIA]
            )))
            .len(),
            2
        );
        assert_eq!(ask!(db, |db| groups::count_public(db)), 1);
        tell!(db, |db| {
            groups::update(
                db,
                &Group {
                    archived_at: Some(THEN),
                    language: Some("de".to_owned()),
                    ..sample::group(&sample::circle(10, "rust"))
                },
            )?;
            actors::note_post(db, ActorId(11), THEN)?;
            memberships::record(db, &sample::membership(1, RUST, NADIA))
        });
        let changed = ask!(db, |db| groups::find(db, RUST)).unwrap().0;
        assert_eq!(
            (changed.archived_at, changed.language.as_deref()),
            (Some(THEN), Some("de"))
        );
        assert_eq!(ids(&ask!(db, |db| groups::liveliest(db, 10))), [11]);
        assert_eq!(ids(&ask!(db, |db| groups::of_member(db, NADIA))), [10]);
        assert_eq!(ids(&ask!(db, |db| groups::of_member(db, TOMAS))), [0; 0]);
    })
    .await;
}
