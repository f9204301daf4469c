//! Walking through timelines while others write: gaps never, doubles never.

use std::{cell::Cell, collections::HashSet};

use serde_json::{Value, json};

use super::{house, id, target};
use crate::support::{Fediverse, Person, on_both};

/// How many write at the same time, and how often each does.
const WRITERS: usize = 4;
const EACH: usize = 12;

/// The numbers on a page.
fn numbers(page: &Value) -> Vec<i64> {
    let entries = page.as_array().expect("a list").iter();
    entries
        .map(|entry| id(entry).parse().expect("a number"))
        .collect()
}

/// A page, and where its link of this kind leads.
async fn page(who: &Person, path: &str, rel: &str) -> (Vec<i64>, Option<String>) {
    let answer = who.calls("GET", path, None).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    (numbers(&answer.json()), target(answer.header("link"), rel))
}

/// Says many things, and tells when it is done; every fourth word is taken back at once.
async fn writes(who: Person, text: String, at_work: &Cell<usize>) -> Vec<i64> {
    let mut stays = Vec::new();
    for number in 0..EACH {
        let said = who
            .publishes(json!({ "status": format!("{text} {number} #walk") }))
            .await;
        if number % 4 == 3 {
            who.deletes(&said).await;
        } else {
            stays.push(id(&said).parse().expect("a number"));
        }
    }
    at_work.set(at_work.get() - 1);
    stays
}

/// Goes down from the top by `rel="next"` again and again while others write: each way down is sorted, has nothing twice, and has
/// everything that was there before it began.
async fn goes_down(who: &Person, path: &str, before: &[i64], at_work: &Cell<usize>) {
    loop {
        let last = at_work.get() == 0;
        let mut found = Vec::new();
        let mut next = Some(format!("{path}?limit=5"));
        while let Some(asked) = next.take() {
            let (numbers, further) = page(who, &asked, "next").await;
            assert!(
                !numbers.is_empty() || further.is_none(),
                "{path}: a page without an end"
            );
            found.extend(numbers);
            next = further;
        }
        assert!(found.is_sorted_by(|a, b| a > b), "{path}: {found:?}");
        let seen: HashSet<&i64> = found.iter().collect();
        let missing: Vec<&i64> = before
            .iter()
            .filter(|known| !seen.contains(known))
            .collect();
        assert!(missing.is_empty(), "{path}: {missing:?} of {found:?}");
        if last {
            return;
        }
    }
}

/// Goes up from one entry by `rel="prev"`, as a client does that asks for what is new: what was found, from below.
async fn goes_up(who: &Person, path: &str, from: i64, at_work: &Cell<usize>) -> Vec<i64> {
    let mut found = Vec::new();
    let mut asked = format!("{path}?limit=3&min_id={from}");
    loop {
        let last = at_work.get() == 0;
        let (mut numbers, further) = page(who, &asked, "prev").await;
        let empty = numbers.is_empty();
        numbers.reverse();
        found.extend(numbers);
        if let Some(further) = further {
            asked = further;
        }
        if last && empty {
            return found;
        }
    }
}

#[tokio::test]
async fn walks_up_and_down_have_no_gaps_and_no_doubles_while_many_write() {
    on_both(async |fediverse: &Fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (
            house.person("nadia"),
            house.person("tomas"),
            house.person("ines"),
        );
        for whom in ["@nadia", "@tomas"] {
            ines.follows(whom).await;
        }
        let mut before = Vec::new();
        for number in 0..12 {
            let said = nadia.says(&format!("Before {number} #walk")).await;
            before.push(id(&said).parse().expect("a number"));
        }
        let top = *before.last().expect("something was said");
        let paths = [
            "/api/v1/timelines/home",
            "/api/v1/timelines/public",
            "/api/v1/timelines/tag/walk",
        ];
        let at_work = Cell::new(WRITERS);
        let writers = (0..WRITERS).map(|number| {
            let who = if number % 2 == 0 {
                nadia.clone()
            } else {
                tomas.clone()
            };
            writes(who, format!("Writer {number}"), &at_work)
        });
        let (stays, ups, _) = tokio::join!(
            futures_util::future::join_all(writers),
            futures_util::future::join_all(paths.map(|path| goes_up(&ines, path, top, &at_work))),
            futures_util::future::join_all(
                paths.map(|path| goes_down(&ines, path, &before, &at_work))
            ),
        );
        let stays: Vec<i64> = stays.concat();
        for (path, found) in paths.iter().zip(ups) {
            assert!(found.is_sorted_by(|a, b| a < b), "{path}: {found:?}");
            let seen: HashSet<&i64> = found.iter().collect();
            let missing: Vec<&i64> = stays.iter().filter(|said| !seen.contains(said)).collect();
            assert!(
                missing.is_empty(),
                "{path}: {missing:?} were passed over in {found:?}"
            );
        }
        fediverse.settle().await;
    })
    .await;
}
