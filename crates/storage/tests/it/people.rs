//! Actors, groups, who belongs to them, who hears of whom.

use kindred_storage::actors::{self, Actor, ActorPatch, Count, Field};
use kindred_storage::blocks::{self, Block};
use kindred_storage::follows::{self, Follow};
use kindred_storage::groups::{self, Group};
use kindred_storage::instances::{self, Instance, InstancePatch};
use kindred_storage::memberships::{self, Ban, Membership};
use kindred_storage::testing::sample::{self, THEN};
use kindred_storage::testing::both;
use kindred_storage::{
    ActorId, BanId, Db, Dialect, Error, FollowId, FollowState, GroupRole, InstanceId, JoinPolicy, Json, MembershipId,
    MembershipState, Moment, Page, Standing, Visibility, accounts,
};

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
        assert_eq!(ask!(db, |db| actors::find_many(db, &[NADIA, MEI, ActorId(99)])).len(), 2);
        assert_eq!(ask!(db, |db| actors::find_many(db, &[])), []);
        let uri = mei.uri.clone();
        assert_eq!(ask!(db, |db| actors::by_uri(db, &uri)), Some(mei.clone()));
        let uris = vec![mei.uri.clone(), "https://acme.example/actors/nobody".to_owned()];
        assert_eq!(ask!(db, |db| actors::by_uris(db, &uris)), [mei.clone()]);
        let key = mei.key_id.clone();
        assert_eq!(ask!(db, |db| actors::by_key_id(db, &key)), Some(mei.clone()));
        assert_eq!(ask!(db, |db| actors::by_handle(db, "mei", "acme.example")), Some(mei));
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
        let again = db.write(|db| Ok::<_, Error>(actors::insert(db, &Actor { uri: "https://kindred.example/x".to_owned(), ..sample::person(77, "nadia") })?)).await;
        assert!(again.unwrap_err().is_duplicate());
        let group = Actor { uri: "https://acme.example/c/mei".to_owned(), ..sample::stranger(78, "mei", "acme.example") };
        tell!(db, |db| actors::insert(db, &group));
        assert_eq!(ask!(db, |db| actors::by_handle(db, "mei", "acme.example")).unwrap().id, MEI);
        assert_eq!(ask!(db, |db| actors::all_by_handle(db, "mei", "acme.example")).len(), 2);
        tell!(db, |db| actors::mark_deleted(db, MEI, THEN));
        assert_eq!(ask!(db, |db| actors::by_handle(db, "mei", "acme.example")).unwrap().id, ActorId(78));
    })
    .await;
}

#[tokio::test]
async fn what_is_remembered_of_a_stranger_is_refreshed_but_what_is_ours_stays() {
    both(|db| async move {
        let seen = Actor { followers_count: 7, ..sample::stranger(3, "mei", "acme.example") };
        let remembered = tell!(db, |db| actors::remember(db, &seen));
        assert_eq!(remembered.id, MEI);
        tell!(db, |db| actors::update(db, MEI, &ActorPatch { suspended_at: Some(Some(THEN)), ..ActorPatch::default() }));
        let again = Actor {
            id: ActorId(4),
            name: "Mei Lin".to_owned(),
            fields: Json(vec![Field { name: "Team".to_owned(), value: "Crabs".to_owned() }]),
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
                fields: Json(vec![Field { name: "Team".to_owned(), value: "Crabs".to_owned() }]),
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
        assert_eq!(ask!(db, |db| actors::find(db, NADIA)), Some(sample::person(1, "nadia")));
        tell!(db, |db| {
            let patch =
                ActorPatch { name: Some("Nadia".to_owned()), locked: Some(true), ..ActorPatch::default() };
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
        assert!(gone.private_key_pem.is_some(), "its farewell has to be signed");
        assert!(ask!(db, |db| actors::handle_taken(db, "nadia")));
    })
    .await;
}

#[tokio::test]
async fn names_are_found_by_their_beginning() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            actors::insert(db, &Actor { name: "Nathan".to_owned(), followers_count: 5, ..sample::person(4, "robert") })?;
            actors::insert(db, &Actor { suspended_at: Some(THEN), ..sample::person(5, "nasty") })
        });
        let found = ask!(db, |db| actors::names_like(db, "na", 10));
        assert_eq!(found.iter().map(|actor| actor.id.0).collect::<Vec<_>>(), [4, 1]);
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
        assert_eq!(ask!(db, |db| groups::find(db, RUST)), Some((sample::group(&rust), rust.clone())));
        assert_eq!(ask!(db, |db| groups::find(db, NADIA)), None);
        assert_eq!(ask!(db, |db| groups::by_handle(db, "rust", "")).unwrap().1.id, RUST);
        tell!(db, |db| {
            let hidden = sample::circle(11, "board");
            actors::insert(db, &hidden)?;
            groups::insert(db, &Group { visibility: Visibility::Members, ..sample::group(&hidden) })?;
            let far = sample::stranger(12, "crabs", "acme.example");
            actors::insert(db, &far)?;
            groups::remember(db, &sample::group(&far))?;
            groups::remember(db, &Group { join_policy: JoinPolicy::Ask, rules: "theirs".to_owned(), ..sample::group(&far) })
        });
        let far = ask!(db, |db| groups::find(db, ActorId(12))).unwrap().0;
        assert_eq!((far.join_policy, far.rules.as_str()), (JoinPolicy::Ask, ""));
        assert_eq!(ids(&ask!(db, |db| groups::public_page(db, &Page::first(10)))), [10]);
        assert_eq!(ids(&ask!(db, |db| groups::local_page(db, &Page::first(10)))), [11, 10]);
        assert_eq!(ids(&ask!(db, |db| groups::find_many(db, &[RUST, ActorId(12), NADIA]))).len(), 2);
        assert_eq!(ask!(db, |db| groups::count_public(db)), 1);
        tell!(db, |db| {
            groups::update(db, &Group { archived_at: Some(THEN), language: Some("de".to_owned()), ..sample::group(&sample::circle(10, "rust")) })?;
            actors::note_post(db, ActorId(11), THEN)?;
            memberships::record(db, &sample::membership(1, RUST, NADIA))
        });
        let changed = ask!(db, |db| groups::find(db, RUST)).unwrap().0;
        assert_eq!((changed.archived_at, changed.language.as_deref()), (Some(THEN), Some("de")));
        assert_eq!(ids(&ask!(db, |db| groups::liveliest(db, 10))), [11]);
        assert_eq!(ids(&ask!(db, |db| groups::of_member(db, NADIA))), [10]);
        assert_eq!(ids(&ask!(db, |db| groups::of_member(db, TOMAS))), [0; 0]);
    })
    .await;
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
        let granted = tell!(db, |db| memberships::record(db, &sample::membership(2, RUST, NADIA)));
        assert_eq!(granted, Membership { id: MembershipId(1), ..sample::membership(2, RUST, NADIA) });
        assert!(tell!(db, |db| memberships::set_role(db, RUST, NADIA, GroupRole::Organiser, Moment(5))));
        assert!(!tell!(db, |db| memberships::set_role(db, RUST, TOMAS, GroupRole::Organiser, Moment(5))));
        tell!(db, |db| memberships::record(db, &sample::membership(3, RUST, TOMAS)));
        tell!(db, |db| memberships::record(db, &sample::membership(4, RUST, MEI)));
        assert!(ask!(db, |db| memberships::any_from_host(db, RUST, "acme.example")));
        assert!(tell!(db, |db| memberships::set_state(db, RUST, MEI, MembershipState::Left, Moment(6))));
        assert!(!ask!(db, |db| memberships::any_from_host(db, RUST, "acme.example")));

        let standing = ask!(db, |db| memberships::standing(db, RUST, MEI)).unwrap();
        assert_eq!((standing.state, standing.updated_at), (MembershipState::Left, Moment(6)));
        assert_eq!(ask!(db, |db| memberships::standing(db, ActorId(11), MEI)), None);
        assert_eq!(ask!(db, |db| memberships::standings(db, &[RUST, ActorId(11)], NADIA)).len(), 1);
        let active = |db: &mut _| memberships::members(db, RUST, MembershipState::Active, &Page::first(10));
        assert_eq!(ids(&ask!(db, |db| active(db))), [2, 1]);
        assert_eq!(ask!(db, |db| memberships::count(db, RUST, MembershipState::Active)), 2);
        assert_eq!(ids(&ask!(db, |db| memberships::moderators(db, RUST))), [1]);
        assert_eq!(ask!(db, |db| memberships::of_actor(db, TOMAS)).len(), 1);
        tell!(db, |db| memberships::end_all_of(db, TOMAS, Moment(7)));
        assert_eq!(ask!(db, |db| memberships::count(db, RUST, MembershipState::Active)), 1);
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
        let again = Ban { id: BanId(2), until: None, reason: Some("spam".to_owned()), ..ban.clone() };
        tell!(db, |db| memberships::ban(db, &again));
        let found = ask!(db, |db| memberships::ban_of(db, RUST, MEI)).unwrap();
        assert_eq!(found, Ban { until: None, reason: Some("spam".to_owned()), ..ban });
        assert_eq!(ids(&ask!(db, |db| memberships::bans(db, RUST, &Page::first(10)))), [3]);
        assert!(tell!(db, |db| memberships::unban(db, RUST, MEI)));
        assert!(!tell!(db, |db| memberships::unban(db, RUST, MEI)));
        assert_eq!(ask!(db, |db| memberships::ban_of(db, RUST, MEI)), None);
    })
    .await;
}

#[tokio::test]
async fn following_twice_is_following_once() {
    both(|db| async move {
        town(&db).await;
        let asked = Follow { state: FollowState::Pending, ..sample::follow(1, MEI, RUST) };
        tell!(db, |db| follows::record(db, &asked));
        assert_eq!(ids(&ask!(db, |db| follows::requests(db, RUST, &Page::first(10)))), [3]);
        assert_eq!(ids(&ask!(db, |db| follows::followers(db, RUST, &Page::first(10)))), [0; 0]);
        assert!(tell!(db, |db| follows::accept(db, FollowId(1))));
        assert!(!tell!(db, |db| follows::accept(db, FollowId(1))));
        let again = Follow {
            state: FollowState::Pending,
            uri: "https://acme.example/follows/again".to_owned(),
            notify: true,
            ..sample::follow(2, MEI, RUST)
        };
        let answer = tell!(db, |db| follows::record(db, &again));
        assert_eq!((answer.id, answer.state, answer.notify), (FollowId(1), FollowState::Accepted, true));
        assert_eq!(ask!(db, |db| follows::by_uri(db, "https://acme.example/follows/again")).unwrap(), answer);
        assert_eq!(ask!(db, |db| follows::by_uri(db, "https://kindred.example/follows/1")), None);
        tell!(db, |db| follows::wish(db, MEI, RUST, Some(false), None));
        tell!(db, |db| follows::wish(db, MEI, RUST, None, None));
        let found = ask!(db, |db| follows::find(db, MEI, RUST)).unwrap();
        assert_eq!((found.show_boosts, found.notify), (false, true));
        assert_eq!(ask!(db, |db| follows::find_many(db, MEI, &[RUST, NADIA])).len(), 1);
        assert_eq!(ids(&ask!(db, |db| follows::following(db, MEI, &Page::first(10)))), [10]);
        assert_eq!(ask!(db, |db| follows::counts(db, RUST)), (1, 0));
        assert_eq!(ask!(db, |db| follows::counts(db, MEI)), (0, 1));
        assert_eq!(tell!(db, |db| follows::remove(db, MEI, RUST)).unwrap().id, FollowId(1));
        assert_eq!(tell!(db, |db| follows::remove(db, MEI, RUST)), None);
        tell!(db, |db| {
            follows::record(db, &sample::follow(5, MEI, RUST))?;
            follows::record(db, &sample::follow(6, NADIA, MEI))?;
            follows::record(db, &sample::follow(7, NADIA, RUST))
        });
        assert!(ask!(db, |db| follows::has_local_follower(db, MEI)));
        assert_eq!(tell!(db, |db| follows::remove_all_of(db, MEI)).len(), 2);
        assert!(!ask!(db, |db| follows::has_local_follower(db, MEI)));
        assert_eq!(ask!(db, |db| follows::local_followers(db, RUST)), [sample::follow(7, NADIA, RUST)]);
        // A follow that another actor's activity asked for cannot be taken over.
        let stolen = Follow { uri: "https://kindred.example/follows/7".to_owned(), ..sample::follow(8, MEI, RUST) };
        let refused = db.write(move |db| Ok::<_, Error>(follows::record(db, &stolen)?)).await;
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
                actors::insert(db, &sample::stranger(n, &format!("person{n}"), "acme.example"))?;
                follows::record(db, &sample::follow(n, ActorId(n), RUST))?;
            }
            let alone = Actor { shared_inbox: None, ..sample::stranger(30, "ines", "lone.example") };
            actors::insert(db, &alone)?;
            follows::record(db, &sample::follow(30, alone.id, RUST))?;
            let gone = Actor { deleted_at: Some(THEN), ..sample::stranger(31, "robert", "gone.example") };
            actors::insert(db, &gone)?;
            follows::record(db, &sample::follow(31, gone.id, RUST))?;
            let waiting = sample::stranger(32, "robert", "waiting.example");
            actors::insert(db, &waiting)?;
            follows::record(db, &Follow { state: FollowState::Pending, ..sample::follow(32, waiting.id, RUST) })?;
            follows::record(db, &sample::follow(33, NADIA, RUST))
        });
        let mut inboxes = ask!(db, |db| follows::inboxes_of_followers(db, RUST));
        inboxes.sort_by(|a, b| a.host.cmp(&b.host));
        assert_eq!(inboxes.len(), 2, "{inboxes:?}");
        assert_eq!(inboxes[0].inbox, "https://acme.example/inbox");
        assert_eq!((inboxes[0].dialect, inboxes[0].asleep_since), (Some(Dialect::Threadiverse), Some(THEN)));
        assert_eq!(inboxes[1].inbox, "https://lone.example/actors/ines/inbox");
        assert_eq!((inboxes[1].dialect, inboxes[1].standing), (None, None));
        assert!(ask!(db, |db| follows::any_from_host(db, RUST, "lone.example")));
        assert!(!ask!(db, |db| follows::any_from_host(db, RUST, "waiting.example")));
        let inboxes = ask!(db, |db| follows::inboxes_of(db, &[NADIA, MEI, ActorId(20), ActorId(30)]));
        assert_eq!(inboxes.len(), 2, "{inboxes:?}");
        assert_eq!(ask!(db, |db| follows::inboxes_of(db, &[])), []);
        assert_eq!(tell!(db, |db| follows::remove_by_inbox(db, "https://lone.example/actors/ines/inbox")), 1);
        assert_eq!(ask!(db, |db| follows::inboxes_of_followers(db, RUST)).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_walked_down_and_up_by_key() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            for n in 21..=30 {
                actors::insert(db, &sample::stranger(n, &format!("person{n}"), "acme.example"))?;
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
            (Page { since: Some(22), ..Page::before(26, 10) }, vec![25, 24, 23]),
            (Page { above: Some(22), ..Page::before(30, 2) }, vec![24, 23]),
            (Page { above: Some(22), since: Some(24), ..Page::first(2) }, vec![26, 25]),
            (Page::above(30, 3), vec![]),
            (Page::before(21, 3), vec![]),
            (Page::first(0), vec![]),
        ] {
            assert_eq!(ids(&ask!(db, |db| follows::followers(db, RUST, &page))), expected, "{page:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_block_stands_between_two_whoever_made_it() {
    both(|db| async move {
        town(&db).await;
        let block = Block { actor_id: NADIA, target_id: MEI, uri: None, created_at: THEN };
        let first = block.clone();
        assert!(tell!(db, |db| blocks::record(db, &first)));
        let again = block.clone();
        assert!(!tell!(db, |db| blocks::record(db, &again)));
        assert!(ask!(db, |db| blocks::between(db, MEI, NADIA)) && ask!(db, |db| blocks::between(db, NADIA, MEI)));
        assert!(!ask!(db, |db| blocks::between(db, TOMAS, NADIA)));
        assert_eq!(ask!(db, |db| blocks::find(db, MEI, NADIA)), None);
        assert_eq!(ask!(db, |db| blocks::find(db, NADIA, MEI)), Some(block.clone()));
        assert_eq!(ask!(db, |db| blocks::among(db, MEI, &[NADIA, TOMAS])).len(), 1);
        assert_eq!(ids(&ask!(db, |db| blocks::page(db, NADIA, &Page::first(10)))), [3]);
        assert_eq!(tell!(db, |db| blocks::remove(db, NADIA, MEI)), Some(block));
        assert!(!ask!(db, |db| blocks::between(db, MEI, NADIA)));
    })
    .await;
}

#[tokio::test]
async fn a_server_is_remembered_once_and_watched() {
    both(|db| async move {
        let acme = Instance::unknown(InstanceId(1), "acme.example", THEN);
        let first = acme.clone();
        assert_eq!(tell!(db, |db| instances::remember(db, &first)), acme);
        let again = tell!(db, |db| instances::remember(db, &Instance::unknown(InstanceId(2), "acme.example", THEN)));
        assert_eq!(again, acme);
        assert_eq!(ask!(db, |db| instances::find(db, InstanceId(1))), Some(acme));
        assert_eq!(ask!(db, |db| instances::by_hosts(db, &["acme.example".to_owned(), "b.example".to_owned()])).len(), 1);
        assert_eq!(ask!(db, |db| instances::count(db)), 1);
        assert_eq!(ask!(db, |db| instances::page(db, &Page::first(5))).len(), 1);

        tell!(db, |db| instances::note_nodeinfo(db, InstanceId(1), Some("lemmy"), None, Dialect::Threadiverse, Moment(5)));
        let learned = InstancePatch {
            dialect: Some(Dialect::Mobilizon),
            dialect_learned: Some(true),
            agreement: Some(kindred_storage::Agreement::Agreed),
            ..InstancePatch::default()
        };
        tell!(db, |db| instances::update(db, InstanceId(1), &learned));
        tell!(db, |db| instances::note_nodeinfo(db, InstanceId(1), Some("lemmy"), Some("1.0"), Dialect::Threadiverse, Moment(6)));
        tell!(db, |db| instances::note_heard(db, "acme.example", Moment(7)));
        tell!(db, |db| instances::note_signature_form(db, "acme.example", true));
        let known = ask!(db, |db| instances::by_host(db, "acme.example")).unwrap();
        assert_eq!((known.dialect, known.software_version.as_deref()), (Dialect::Mobilizon, Some("1.0")));
        assert_eq!((known.nodeinfo_at, known.last_heard_at, known.speaks_rfc9421), (Some(Moment(6)), Some(Moment(7)), true));
        assert_eq!(ask!(db, |db| instances::with_agreement(db, kindred_storage::Agreement::Agreed)).len(), 1);

        assert!(!tell!(db, |db| instances::note_reached(db, "acme.example")));
        assert!(tell!(db, |db| instances::note_unreachable(db, "acme.example", Moment(8))));
        assert!(!tell!(db, |db| instances::note_unreachable(db, "acme.example", Moment(9))));
        assert!(tell!(db, |db| instances::note_asleep(db, "acme.example", Moment(9))));
        assert_eq!(ask!(db, |db| instances::by_host(db, "acme.example")).unwrap().failing_since, Some(Moment(8)));
        assert!(tell!(db, |db| instances::note_reached(db, "acme.example")));
        let known = ask!(db, |db| instances::by_host(db, "acme.example")).unwrap();
        assert_eq!((known.failing_since, known.asleep_since), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_block_of_a_server_covers_those_below_it() {
    both(|db| async move {
        tell!(db, |db| {
            let evil = Instance { standing: Standing::Blocked, ..Instance::unknown(InstanceId(1), "evil.example", THEN) };
            instances::remember(db, &evil)
        });
        assert_eq!(ask!(db, |db| instances::with_standing(db, Standing::Blocked)).len(), 1);
        for (host, blocked) in [
            ("evil.example", true),
            ("very.evil.example", true),
            ("evil.example:8443", true),
            ("devil.example", false),
            ("example", false),
            ("evil.example.org", false),
        ] {
            assert_eq!(ask!(db, |db| instances::is_blocked(db, host)), blocked, "{host}");
        }
    })
    .await;
}
