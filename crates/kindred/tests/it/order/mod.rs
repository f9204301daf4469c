//! Keeping order: in groups here and elsewhere, and on the whole server.

mod acts;
mod complaints;
mod elsewhere;
mod people;
mod servers;
mod undone;

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Peer, Person, Somebody};

/// Nadia's group, with Tomás in it; Bo on a server of the threadiverse and Eve on a microblog, who both belong to it.
struct Stage {
    ours: Instance,
    far: Peer,
    near: Peer,
    bo: Somebody,
    eve: Somebody,
    nadia: Person,
    tomas: Person,
}

async fn stage(fediverse: &Fediverse) -> Stage {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("tomas")
        .with_keeper("ines", kindred_community::AccountRole::Admin)
        .with_keeper("mei", kindred_community::AccountRole::Moderator)
        .with_group("rust")
        .start()
        .await;
    let far = fediverse.peer("far.example", "lemmy");
    let near = fediverse.peer("near.example", "mastodon");
    let (bo, eve) = (far.person("bo"), near.person("eve"));
    for person in [&bo, &eve] {
        let follow = person.activity("Follow", json!(ours.group("rust").actor.uri));
        person.tells(&ours, &follow).await;
    }
    fediverse.settle().await;
    let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
    tomas.follows("@rust@kindred.example").await;
    fediverse.settle().await;
    far.new_letters();
    near.new_letters();
    Stage {
        ours,
        far,
        near,
        bo,
        eve,
        nadia,
        tomas,
    }
}

impl Stage {
    fn group(&self) -> String {
        self.ours.group("rust").actor.uri
    }

    /// An address of the group in the client API.
    fn at(&self, path: &str) -> String {
        format!("/api/kindred/v1/groups/{}{path}", self.id())
    }

    fn id(&self) -> String {
        self.ours.group("rust").actor.id.to_string()
    }

    /// Bo writes into the group; answers the number that it has here.
    async fn bo_writes(&self, fediverse: &Fediverse, words: &str) -> (Value, String) {
        let note = self.bo.note(words, &[&self.group()]);
        self.bo.tells(&self.ours, &self.bo.create(&note)).await;
        fediverse.settle().await;
        self.far.new_letters();
        self.near.new_letters();
        let uri = note["id"].as_str().expect("an address").to_owned();
        let post = self.ours.post_at(&uri).await.expect("Bo's post");
        (note, post.id.to_string())
    }

    /// What each of the two servers was told since the last time, in short.
    async fn told(&self, fediverse: &Fediverse) -> (Vec<String>, Vec<String>) {
        fediverse.settle().await;
        (
            gists(&self.far.new_letters()),
            gists(&self.near.new_letters()),
        )
    }

    /// What became of the latest act, by server.
    async fn receipts(&self) -> Vec<String> {
        let record = self.nadia.sees(&self.at("/audit")).await;
        let line = record[0]["id"].as_str().expect("a line of the record");
        let receipts = self
            .nadia
            .sees(&self.at(&format!("/audit/{line}/receipts")))
            .await;
        receipts
            .as_array()
            .expect("a list")
            .iter()
            .map(|receipt| {
                let word = |name: &str| receipt[name].as_str().unwrap_or("-").to_owned();
                format!("{} {}", word("host"), word("state"))
            })
            .collect()
    }
}

fn gists(letters: &[Value]) -> Vec<String> {
    letters.iter().map(gist).collect()
}

/// `Announce of Delete`, `Undo of Announce`, `Announce of an id`: what a letter is, in short.
fn gist(letter: &Value) -> String {
    let object = letter["object"]["type"].as_str().unwrap_or("an id");
    format!("{} of {object}", letter["type"].as_str().unwrap_or("?"))
}
