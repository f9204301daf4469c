//! Uploads, earlier versions, what waits, and copies.

use kindred_storage::idempotency::{self, Key};
use kindred_storage::media_copies::{self, Copy};
use kindred_storage::posts::Attachment;
use kindred_storage::scheduled::{self, Scheduled};
use kindred_storage::testing::both;
use kindred_storage::testing::sample::{self, THEN};
use kindred_storage::uploads::{self, Upload};
use kindred_storage::versions::{self, Version};
use kindred_storage::{
    ActorId, Json, Page, PostId, Purpose, ScheduledId, UploadId, VersionId, posts,
};
use std::time::Duration;

use crate::people::town;

const NADIA: ActorId = ActorId(1);
const TOMAS: ActorId = ActorId(2);

fn upload(id: i64, owner: ActorId) -> Upload {
    Upload {
        id: UploadId(id),
        owner_id: owner,
        name: format!("name{id}"),
        file: format!("name{id}.png"),
        preview: None,
        purpose: Purpose::Post,
        bytes: 7,
        post_id: None,
        scheduled_id: None,
        freed_at: None,
        created_at: THEN,
        attachment: Json(Attachment {
            id: Some(UploadId(id)),
            url: format!("https://kindred.example/media/name{id}.png"),
            small: Some((3, 4)),
            ..Attachment::default()
        }),
    }
}

#[tokio::test]
async fn an_upload_is_given_to_one_post_of_its_owner() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            posts::insert(db, &sample::post(100, NADIA))?;
            posts::insert(db, &sample::post(101, NADIA))?;
            uploads::insert(db, &upload(1, NADIA))?;
            uploads::insert(db, &upload(2, NADIA))?;
            uploads::insert(db, &upload(3, TOMAS))
        });
        assert_eq!(
            ask!(db, |db| uploads::by_name(db, "name1")),
            Some(upload(1, NADIA))
        );
        assert_eq!(ask!(db, |db| uploads::count_loose(db, NADIA)), 2);
        let all = [UploadId(1), UploadId(2), UploadId(3)];
        let given = tell!(db, |db| uploads::attach(db, NADIA, &all, PostId(100), None));
        assert_eq!(given, 2, "the third is not hers");
        let taken = tell!(db, |db| uploads::attach(db, NADIA, &all, PostId(101), None));
        assert_eq!(taken, 0);
        assert_eq!(ask!(db, |db| uploads::of_post(db, PostId(100))).len(), 2);
        tell!(db, |db| uploads::free(db, &[UploadId(1)], THEN));
        let kept = tell!(db, |db| uploads::keep_for(db, NADIA, &all, ScheduledId(9)));
        assert_eq!(kept, 1);
        let other = tell!(db, |db| uploads::attach(db, NADIA, &all, PostId(101), None));
        assert_eq!(other, 0, "it is kept for another");
        let own = tell!(db, |db| uploads::attach(
            db,
            NADIA,
            &[UploadId(1)],
            PostId(101),
            Some(ScheduledId(9))
        ));
        assert_eq!(own, 1);
        tell!(db, |db| uploads::erase(db, UploadId(2)));
        assert_eq!(ask!(db, |db| uploads::find(db, UploadId(2))), None);
    })
    .await;
}

#[tokio::test]
async fn versions_and_what_waits_are_kept_in_their_order() {
    both(|db| async move {
        town(&db).await;
        let version = |id: i64| Version {
            id: VersionId(id),
            post_id: PostId(100),
            written_at: THEN,
            title: None,
            warning: Some("food".to_owned()),
            sensitive: true,
            attachments: Json(Vec::new()),
            options: Json(vec!["yes".to_owned()]),
            content: "<p>Crabs</p>".to_owned(),
        };
        let waits = |id: i64| Scheduled {
            id: ScheduledId(id),
            owner_id: NADIA,
            due_at: THEN,
            created_at: THEN,
            draft: "{}".to_owned(),
        };
        tell!(db, |db| {
            posts::insert(db, &sample::post(100, NADIA))?;
            versions::insert(db, &version(1))?;
            versions::insert(db, &version(2))?;
            scheduled::insert(db, &waits(5))?;
            scheduled::insert(db, &waits(6))
        });
        assert_eq!(
            ask!(db, |db| versions::of_post(db, PostId(100))),
            [version(1), version(2)]
        );
        assert_eq!(ask!(db, |db| versions::count(db, PostId(100))), 2);
        tell!(db, |db| versions::erase(db, PostId(100)));
        assert_eq!(ask!(db, |db| versions::count(db, PostId(100))), 0);
        let page = ask!(db, |db| scheduled::of_owner(db, NADIA, &Page::first(1)));
        assert_eq!(page, [waits(6)]);
        assert_eq!(ask!(db, |db| scheduled::count(db, NADIA)), 2);
        let later = THEN + Duration::from_secs(1);
        tell!(db, |db| scheduled::move_to(db, ScheduledId(5), later));
        assert_eq!(
            ask!(db, |db| scheduled::find(db, ScheduledId(5))).map(|row| row.due_at),
            Some(later)
        );
        assert!(tell!(db, |db| scheduled::erase(db, ScheduledId(5))));
        assert!(!tell!(db, |db| scheduled::erase(db, ScheduledId(5))));
    })
    .await;
}

#[tokio::test]
async fn a_key_is_taken_once_and_a_copy_is_counted() {
    both(|db| async move {
        town(&db).await;
        let key = Key {
            actor_id: NADIA,
            key: "k".to_owned(),
            post_id: None,
            scheduled_id: None,
            created_at: THEN,
        };
        let (first, again, later) = (key.clone(), key.clone(), key.clone());
        assert!(tell!(db, |db| idempotency::take(db, &first, THEN)));
        assert!(!tell!(db, |db| idempotency::take(db, &again, THEN)));
        tell!(db, |db| idempotency::note(
            db,
            NADIA,
            "k",
            Some(PostId(7)),
            None
        ));
        let found = ask!(db, |db| idempotency::find(db, NADIA, "k", THEN));
        assert_eq!(found.and_then(|key| key.post_id), Some(PostId(7)));
        let since = THEN + Duration::from_secs(1);
        assert!(
            tell!(db, |db| idempotency::take(db, &later, since)),
            "old keys are forgotten"
        );

        let copy = |key: &str, seconds: u64| Copy {
            key: key.to_owned(),
            media_type: "image/png".to_owned(),
            bytes: 10,
            fetched_at: THEN,
            used_at: THEN + Duration::from_secs(seconds),
        };
        tell!(db, |db| {
            media_copies::record(db, &copy("a", 2))?;
            media_copies::record(db, &copy("b", 1))?;
            media_copies::record(db, &copy("b", 3))
        });
        assert_eq!(ask!(db, |db| media_copies::total(db)), 20);
        assert_eq!(
            ask!(db, |db| media_copies::least_used(db, 1)),
            [copy("a", 2)]
        );
        tell!(db, |db| media_copies::touch(
            db,
            "a",
            THEN + Duration::from_secs(9)
        ));
        assert_eq!(
            ask!(db, |db| media_copies::least_used(db, 1)),
            [copy("b", 3)]
        );
        tell!(db, |db| media_copies::erase(db, &["b".to_owned()]));
        assert_eq!(ask!(db, |db| media_copies::find(db, "b")), None);
        assert_eq!(ask!(db, |db| media_copies::total(db)), 10);
    })
    .await;
}
