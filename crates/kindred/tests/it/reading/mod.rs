//! Reading by the client API: timelines, notices, lists, filters, talks, topics, search, and who is kept at a distance.

mod addresses;
mod distance;
mod filters;
mod keeping;
mod lists;
mod notices;
mod search;
mod showcase;
mod talks;
mod timelines;
mod topics;
mod walking;

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Person, Somebody};

/// An instance with Nadia, Tomás and Ines, and a group about Rust that Nadia organises.
async fn house(fediverse: &Fediverse) -> Instance {
    fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("tomas")
        .with_person("ines")
        .with_group("rust")
        .start()
        .await
}

/// A follower of somebody elsewhere, who says yes.
async fn follows(
    fediverse: &Fediverse,
    house: &Instance,
    who: &Person,
    whom: &Somebody,
    acct: &str,
) {
    who.follows(acct).await;
    fediverse.settle().await;
    let follow = json!({ "type": "Follow", "actor": who.actor.uri, "object": whom.uri });
    whom.tells(house, &whom.activity("Accept", follow)).await;
    fediverse.settle().await;
}

/// What stands under one name in every element of a list.
fn each<'a>(list: &'a Value, name: &str) -> Vec<&'a str> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|element| element[name].as_str().unwrap_or_default())
        .collect()
}

fn id(entity: &Value) -> String {
    entity["id"].as_str().expect("an id").to_owned()
}

/// The words of the posts in a list, boosts unwrapped.
fn said(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|entry| match &entry["reblog"] {
            Value::Null => crate::support::words(entry),
            inner => crate::support::words(inner),
        })
        .collect()
}

/// Follows links of this kind from page to page and answers what was on each.
async fn pages(person: &Person, first: &str, rel: &str) -> Vec<Value> {
    let mut pages = Vec::new();
    let mut path = Some(first.to_owned());
    while let Some(asked) = path.take() {
        assert!(pages.len() < 30, "the links lead in a circle");
        let answer = person.calls("GET", &asked, None).await;
        assert_eq!(answer.status, 200, "{asked}: {}", answer.text());
        path = target(answer.header("link"), rel);
        pages.push(answer.json());
    }
    pages
}

/// Where a link of this kind leads, without the origin.
fn target(link: &str, rel: &str) -> Option<String> {
    let found = link
        .split(", ")
        .find(|part| part.ends_with(&format!("rel=\"{rel}\"")))?;
    let address = found.strip_prefix('<')?.split('>').next()?;
    let (_, path) = address.split_once("//")?.1.split_once('/')?;
    Some(format!("/{path}"))
}
