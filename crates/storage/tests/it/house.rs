//! What the house tells everybody, and pictures of its own.

use std::time::Duration;

use kindred_storage::announcements::{self, Announcement};
use kindred_storage::emojis::{self, CustomEmoji};
use kindred_storage::testing::both;
use kindred_storage::testing::sample::{self, THEN};
use kindred_storage::{ActorId, AnnouncementId, EmojiId, Json, ListId, PostId, posts, watchers};

use crate::people::town;

const NADIA: ActorId = ActorId(1);
const TOMAS: ActorId = ActorId(2);

fn announcement(id: i64) -> Announcement {
    Announcement {
        id: AnnouncementId(id),
        source: "Hello".to_owned(),
        content: "<p>Hello</p>".to_owned(),
        mentions: Json(vec![NADIA]),
        tags: Json(Vec::new()),
        starts_at: Some(THEN),
        ends_at: None,
        all_day: false,
        published_at: THEN,
        updated_at: THEN,
    }
}

#[tokio::test]
async fn an_announcement_is_read_answered_changed_and_taken_away() {
    both(|db| async move {
        town(&db).await;
        let (one, two) = (AnnouncementId(1), AnnouncementId(2));
        let over = Announcement {
            ends_at: Some(THEN),
            ..announcement(2)
        };
        let kept = over.clone();
        tell!(db, |db| {
            announcements::insert(db, &announcement(1))?;
            announcements::insert(db, &over)
        });
        assert_eq!(
            ask!(db, |db| announcements::current(db, THEN, 10)),
            [announcement(1)]
        );
        assert_eq!(
            ask!(db, |db| announcements::all(db, 10)),
            [kept, announcement(1)]
        );
        assert_eq!(ask!(db, |db| announcements::count(db)), 2);
        tell!(db, |db| {
            announcements::read(db, one, NADIA, THEN)?;
            announcements::read(db, one, NADIA, THEN)
        });
        assert_eq!(
            ask!(db, |db| announcements::read_by(db, &[one, two], NADIA)),
            [one]
        );
        assert_eq!(
            ask!(db, |db| announcements::read_by(db, &[one, two], TOMAS)),
            []
        );
        let later = THEN + Duration::from_secs(1);
        let said = tell!(db, |db| {
            let first = announcements::react(db, one, "🦀", NADIA, THEN)?;
            let again = announcements::react(db, one, "🦀", NADIA, later)?;
            announcements::react(db, one, "🦀", TOMAS, later)?;
            announcements::react(db, one, "a", TOMAS, later)?;
            Ok::<_, kindred_storage::QueryError>((first, again))
        });
        assert_eq!(said, (true, false));
        let counted = vec![(one, "🦀".to_owned(), 2), (one, "a".to_owned(), 1)];
        assert_eq!(
            ask!(db, |db| announcements::reactions(db, &[one, two])),
            counted
        );
        assert_eq!(
            ask!(db, |db| announcements::reactions_by(db, &[one], NADIA)),
            [(one, "🦀".to_owned())]
        );
        let taken = tell!(db, |db| {
            let first = announcements::unreact(db, one, "a", TOMAS)?;
            let again = announcements::unreact(db, one, "a", TOMAS)?;
            Ok::<_, kindred_storage::QueryError>((first, again))
        });
        assert_eq!(taken, (true, false));
        let changed = Announcement {
            starts_at: None,
            ends_at: Some(later),
            all_day: true,
            ..announcement(1)
        };
        let kept = changed.clone();
        tell!(db, |db| announcements::rewrite(db, &changed));
        assert_eq!(ask!(db, |db| announcements::find(db, one)), Some(kept));
        tell!(db, |db| announcements::erase(db, one));
        assert_eq!(ask!(db, |db| announcements::find(db, one)), None);
        assert_eq!(ask!(db, |db| announcements::reactions(db, &[one])), []);
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_found_by_its_word_and_by_its_files() {
    both(|db| async move {
        let emoji = |id: i64, word: &str| CustomEmoji {
            id: EmojiId(id),
            shortcode: word.to_owned(),
            category: Some("Animals".to_owned()),
            file: format!("{word}.gif"),
            still: format!("{word}.small.png"),
            media_type: "image/gif".to_owned(),
            in_picker: true,
            disabled_at: None,
            created_at: THEN,
            updated_at: THEN,
        };
        let (crab, loaf) = (emoji(1, "crab"), emoji(2, "loaf"));
        let off = CustomEmoji {
            category: None,
            disabled_at: Some(THEN),
            ..loaf.clone()
        };
        let (kept, known) = (off.clone(), crab.clone());
        tell!(db, |db| {
            emojis::insert(db, &crab)?;
            emojis::insert(db, &loaf)?;
            emojis::rewrite(db, &off)
        });
        assert_eq!(
            ask!(db, |db| emojis::usable(db, &["crab", "loaf", "none"])),
            std::slice::from_ref(&known)
        );
        assert_eq!(
            ask!(db, |db| emojis::by_shortcode(db, "loaf")),
            Some(kept.clone())
        );
        for file in ["crab.gif", "crab.small.png"] {
            assert_eq!(
                ask!(db, |db| emojis::by_file(db, file)),
                Some(known.clone())
            );
        }
        assert_eq!(ask!(db, |db| emojis::all(db)).len(), 2);
        assert_eq!(ask!(db, |db| emojis::count(db)), 2);
        assert_eq!(ask!(db, |db| emojis::find(db, EmojiId(2))), Some(kept));
        tell!(db, |db| emojis::erase(db, EmojiId(2)));
        assert_eq!(ask!(db, |db| emojis::find(db, EmojiId(2))), None);
        let again = db
            .write(move |db| Ok::<_, kindred_storage::Error>(emojis::insert(db, &known)?))
            .await;
        assert!(again.is_err(), "a word has one picture");
    })
    .await;
}

#[tokio::test]
async fn those_who_look_are_found_by_the_post_and_by_their_lists() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| posts::insert(db, &sample::post(100, NADIA)));
        assert_eq!(
            ask!(db, |db| watchers::having(db, PostId(100), &[NADIA, TOMAS])),
            []
        );
        assert_eq!(
            ask!(db, |db| watchers::lists_with(db, &[ListId(1)], &[NADIA])),
            []
        );
    })
    .await;
}
