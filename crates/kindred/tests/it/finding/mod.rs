//! People who care about the same thing find each other, here and at other companies, as far as each of them lets it be known.

mod agreements;
mod consent;
mod hostile;
mod index;
mod journey;
mod keeping;
mod looking;
mod pages;
mod privacy;
mod topics;

pub(crate) use pages::browser;

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Person};

/// Two companies that know nothing of each other; Nadia and Robert look after the servers.
async fn two_companies(fediverse: &Fediverse) -> (Instance, Instance) {
    let ours = fediverse
        .instance("kindred.example")
        .with_admin("nadia")
        .with_person("ines")
        .start()
        .await;
    let theirs = fediverse
        .instance("acme.example")
        .with_admin("robert")
        .with_person("mei")
        .with_person("tomas")
        .start()
        .await;
    (ours, theirs)
}

/// The same, and they have agreed on everything.
async fn two_partners(fediverse: &Fediverse) -> (Instance, Instance) {
    let (ours, theirs) = two_companies(fediverse).await;
    let nadia = ours.person("nadia");
    nadia
        .does(
            "POST",
            "/api/kindred/v1/partners",
            Some(&json!({ "host": "acme.example" })),
        )
        .await;
    fediverse.settle().await;
    let robert = theirs.person("robert");
    robert
        .does(
            "POST",
            "/api/kindred/v1/partners/kindred.example/accept",
            None,
        )
        .await;
    fediverse.settle().await;
    (ours, theirs)
}

async fn cares(who: &Person, topic: &str, circle: &str, words: &str) -> Value {
    who.does(
        "POST",
        "/api/kindred/v1/passions",
        Some(&json!({ "topic": topic, "circle": circle, "words": words })),
    )
    .await
}

async fn glance(who: &Person, topic: &str) -> Value {
    let topic: String = url::form_urlencoded::byte_serialize(topic.as_bytes()).collect();
    let counts = who
        .sees(&format!("/api/kindred/v1/discover/counts?topic[]={topic}"))
        .await;
    counts[0].clone()
}

/// Whom somebody finds about a topic.
async fn names(who: &Person, topic: &str) -> Vec<String> {
    let found = who
        .sees(&format!("/api/kindred/v1/topics/{topic}/people"))
        .await;
    found
        .as_array()
        .expect("a list")
        .iter()
        .map(|person| person["acct"].as_str().expect("an acct").to_owned())
        .collect()
}
