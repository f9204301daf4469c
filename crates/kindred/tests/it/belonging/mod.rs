//! Belonging to a group and governing it: how one comes in and goes, who leads, what a group says of itself, and how it ends.

mod coming;
mod doors;
mod faces;
mod inviting;
mod leading;
mod looking;

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Peer, Somebody};

/// Nadia's group, and Bo from a microblog and Lea from a group server, who both belong to it.
struct Stage {
    ours: Instance,
    far: Peer,
    bo: Somebody,
    near: Peer,
    lea: Somebody,
}

async fn stage(fediverse: &Fediverse) -> Stage {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("tomas")
        .with_group("rust")
        .start()
        .await;
    let far = fediverse.peer("far.example", "mastodon");
    let bo = far.person("bo");
    let near = fediverse.peer("near.example", "lemmy");
    let lea = near.person("lea");
    let group = ours.group("rust").actor.uri;
    for somebody in [&bo, &lea] {
        somebody
            .tells(&ours, &somebody.activity("Follow", json!(group)))
            .await;
    }
    fediverse.settle().await;
    far.new_letters();
    near.new_letters();
    Stage {
        ours,
        far,
        bo,
        near,
        lea,
    }
}

impl Stage {
    /// The group's number, as the API knows it.
    fn group_id(&self) -> String {
        self.ours.group("rust").actor.id.to_string()
    }

    /// The number by which clients here know somebody.
    async fn id_of(&self, somebody: &Somebody) -> String {
        let known = self.ours.actor_at(&somebody.uri).await;
        known.expect("somebody we know").id.to_string()
    }
}

/// The letters of one kind that a server got since it was last asked.
fn new_of(peer: &Peer, kind: &str) -> Vec<Value> {
    peer.new_letters()
        .into_iter()
        .filter(|letter| letter["type"] == json!(kind))
        .collect()
}
