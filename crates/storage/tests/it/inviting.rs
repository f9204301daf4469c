//! Links into groups, and posts that wait for a look.

use kindred_storage::held::{self, Held};
use kindred_storage::invitations::{self, Link};
use kindred_storage::testing::{both, sample};
use kindred_storage::{
    ActorId, Json, LinkId, Moment, Page, PostId, Visibility, actors, groups, posts,
};

const NADIA: ActorId = ActorId(1);
const RUST: ActorId = ActorId(2);

async fn town(db: &kindred_storage::Db) {
    tell!(db, |db| {
        actors::insert(db, &sample::person(1, "nadia"))?;
        let rust = sample::circle(2, "rust");
        actors::insert(db, &rust)?;
        groups::insert(db, &sample::group(&rust))?;
        posts::insert(db, &sample::post(7, NADIA))
    });
}

fn link(id: i64, most_uses: Option<i32>) -> Link {
    Link {
        id: LinkId(id),
        group_id: RUST,
        made_by: NADIA,
        token_hash: format!("hash {id}"),
        most_uses,
        uses: 0,
        expires_at: Moment(100),
        revoked_at: None,
        created_at: Moment(1),
    }
}

#[tokio::test]
async fn a_link_is_spent_as_often_as_it_was_made_for() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            invitations::insert(db, &link(1, Some(2)))?;
            invitations::insert(db, &link(2, None))
        });
        for (id, at, expected) in [
            (1, 50, true),
            (1, 99, true),
            (1, 99, false),
            (2, 99, true),
            (2, 100, false),
        ] {
            let spent = tell!(db, |db| invitations::spend(db, LinkId(id), Moment(at)));
            assert_eq!(spent, expected, "link {id} at {at}");
        }
        assert!(tell!(db, |db| invitations::revoke(
            db,
            RUST,
            LinkId(2),
            Moment(60)
        )));
        assert!(!tell!(db, |db| invitations::revoke(
            db,
            RUST,
            LinkId(2),
            Moment(61)
        )));
        assert!(!tell!(db, |db| invitations::spend(
            db,
            LinkId(2),
            Moment(62)
        )));
        let left = ask!(db, |db| invitations::page(db, RUST, &Page::first(9)));
        assert_eq!(left.len(), 1);
        assert_eq!((left[0].uses, left[0].holds(Moment(50))), (2, false));
        let known = ask!(db, |db| invitations::by_hash(db, "hash 2")).unwrap();
        assert_eq!(known.revoked_at, Some(Moment(60)));
        assert_eq!(
            tell!(db, |db| invitations::revoke_all_by(
                db,
                NADIA,
                None,
                Moment(70)
            )),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_post_waits_until_it_is_let_go() {
    both(|db| async move {
        town(&db).await;
        let waits = Held {
            post_id: PostId(7),
            group_id: RUST,
            author_id: NADIA,
            visibility: Visibility::Public,
            mentions: Json(vec![NADIA]),
            said: Some("{}".into()),
            changed: None,
            created_at: Moment(3),
        };
        let kept = waits.clone();
        tell!(db, |db| held::hold(db, &kept));
        assert_eq!(ask!(db, |db| held::find(db, PostId(7))), Some(waits));
        assert_eq!(ask!(db, |db| held::count_of(db, RUST, NADIA)), 1);
        assert!(tell!(db, |db| held::note_change(
            db,
            PostId(7),
            &[],
            Some("[]")
        )));
        let page = ask!(db, |db| held::page(db, RUST, &Page::first(9)));
        assert_eq!(page.len(), 1);
        assert_eq!(page[0].0.changed.as_deref(), Some("[]"));
        assert_eq!((page[0].1.id, page[0].2.id), (PostId(7), NADIA));
        assert!(tell!(db, |db| held::release(db, PostId(7))));
        assert!(!tell!(db, |db| held::release(db, PostId(7))));
        assert!(!tell!(db, |db| held::note_change(db, PostId(7), &[], None)));
    })
    .await;
}
