//! Posts by their words: whole ones, beginnings, and those that must not be there.

use kindred_storage::testing::both;
use kindred_storage::words::{self, Term};
use kindred_storage::{Page, PostId};

fn word(word: &str) -> Term {
    Term::Word(word.to_owned())
}

fn beginning(word: &str) -> Term {
    Term::Beginning(word.to_owned())
}

fn without(word: &str) -> Term {
    Term::Not(word.to_owned())
}

fn posts(range: impl DoubleEndedIterator<Item = i64>) -> Vec<PostId> {
    range.rev().map(PostId).collect()
}

#[tokio::test]
async fn a_word_is_found_by_its_beginning_the_latest_post_first() {
    both(|db| async move {
        tell!(db, |db| {
            words::put(db, PostId(1), "crab rust")?;
            words::put(db, PostId(2), "crabs")?;
            words::put(db, PostId(3), "crawl rust")?;
            words::put(db, PostId(4), "計学 統計")
        });
        let all = Page::first(10);
        for (terms, expected) in [
            (vec![word("crab")], vec![1]),
            (vec![beginning("crab")], vec![2, 1]),
            (vec![beginning("cra")], vec![3, 2, 1]),
            (vec![beginning("cra"), word("rust")], vec![3, 1]),
            (vec![beginning("cra"), without("rust")], vec![2]),
            (vec![beginning("統")], vec![4]),
            (vec![beginning("crabby")], vec![]),
            (vec![beginning("zebra"), word("rust")], vec![]),
            (vec![without("rust")], vec![]),
        ] {
            let asked = terms.clone();
            let found = ask!(db, |db| words::find(db, &asked, &all));
            let expected: Vec<PostId> = expected.into_iter().map(PostId).collect();
            assert_eq!(found, expected, "{terms:?}");
        }
        tell!(db, |db| words::forget(db, PostId(2)));
        let found = ask!(db, |db| words::find(db, &[beginning("crab")], &all));
        assert_eq!(found, [PostId(1)]);
    })
    .await;
}

#[tokio::test]
async fn a_beginning_of_more_words_than_are_looked_at_one_by_one_finds_all_of_them() {
    both(|db| async move {
        tell!(db, |db| {
            for id in 1..=200 {
                words::put(db, PostId(id), &format!("crab{id}"))?;
            }
            kindred_storage::QueryResult::Ok(())
        });
        let all = ask!(db, |db| words::find(
            db,
            &[beginning("crab")],
            &Page::first(500)
        ));
        assert_eq!(all, posts(1..=200));
        let older = ask!(db, |db| words::find(
            db,
            &[beginning("crab")],
            &Page::before(50, 500)
        ));
        assert_eq!(older, posts(1..50));
        // As long as the page gets full, it need not be all of them; what is there comes in its order.
        let some = ask!(db, |db| words::find(
            db,
            &[beginning("crab")],
            &Page::first(20)
        ));
        assert_eq!(some.len(), 20);
        assert!(some.is_sorted_by(|one, next| one > next));
    })
    .await;
}
