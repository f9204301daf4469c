//! What groups pass on: here and elsewhere, to whom, and what they keep to themselves.

mod arrival;
mod closed;
mod companions;
mod dialects;
mod elsewhere;
mod leaks;
mod properties;
mod rings;
pub(crate) mod routes;

use serde_json::{Value, json};

use crate::support::{Peer, Somebody};

/// Lets a document of a peer stand at its own address.
fn publish(peer: &Peer, document: &Value) {
    let id = document["id"].as_str().expect("an id");
    let path = id
        .strip_prefix(&peer.uri(""))
        .expect("a document of this peer");
    peer.publish(path, document);
}

/// A group on a peer, with the collections that group servers show.
fn group_of(peer: &Peer, handle: &str) -> Somebody {
    let group = peer.actor("Group", handle);
    let mut card = crate::support::card("Group", handle, &group.uri, group.public_pem());
    card["featured"] = json!(format!("{}/featured", group.uri));
    card["attributedTo"] = json!(format!("{}/moderators", group.uri));
    publish(peer, &card);
    group
}

/// `Announce of Create`, `Announce of an id`, `Delete of an id`: what a letter is, in short.
fn gist(letter: &Value) -> String {
    let object = letter["object"]["type"].as_str().unwrap_or("an id");
    format!("{} of {object}", letter["type"].as_str().unwrap_or("?"))
}

fn gists(letters: &[Value]) -> Vec<String> {
    letters.iter().map(gist).collect()
}
