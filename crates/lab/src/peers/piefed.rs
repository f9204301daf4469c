//! PieFed: answers 200 to nearly everything, brings letters to `/inbox` of a server without asking, and looks ids up in small letters.
//!
//! A group without a name is lost, and so is an actor with `endpoints` but no shared inbox. Of what a group passes on it wants the
//! activity: a post told by its address is let go of unless it lives with the group.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    ACTIVITY_JSON, Fault, Known, Letter, Make, Manners, Peer, Somebody, Taken, dropped,
    either_type, lemmy,
    letters::{host_of, id, kind, required, text},
    threadiverse,
};

/// A PieFed.
#[derive(Clone, Copy, Debug, Default)]
pub struct PieFed;

impl Make for PieFed {
    const MANNERS: Manners = Manners {
        software: "piefed",
        accept: ACTIVITY_JSON,
        reads: either_type,
        key: "#main-key",
        signs: &["(request-target)", "host", "date", "digest", "content-type"],
        algorithm: "rsa-sha256",
        covered: &["(request-target)", "digest"],
        past: Duration::from_hours(24),
        ahead: Duration::from_hours(24),
        unsigned: 200,
        signed_gets: false,
        plain_keys: true,
        shared_inbox: true,
        loops_back: false,
    };

    fn person_path(name: &str) -> String {
        format!("/u/{name}")
    }

    fn group_path(name: &str) -> Option<String> {
        Some(format!("/c/{name}"))
    }

    fn dress(card: &mut Value) {
        let id = text(card, "id").to_owned();
        if kind(card) == "Group" {
            card["attributedTo"] = json!(format!("{id}/moderators"));
            card["moderators"] = json!(format!("{id}/moderators"));
            card["featured"] = json!(format!("{id}/featured"));
            card["postingRestrictedToMods"] = json!(false);
        }
        card["name"] = json!(format!("{} at large", text(card, "preferredUsername")));
    }

    fn actor(document: &Value) -> Result<Known, Fault> {
        if kind(document) == "Group" {
            required(document, "name")?;
            required(document, "outbox")?;
        }
        if !document["endpoints"].is_null() {
            required(&document["endpoints"], "sharedInbox")?;
        }
        let known = Known::read(document)?;
        in_small_letters(&known.uri)?;
        Ok(known)
    }

    async fn take(peer: &Peer<Self>, letter: &Letter) -> Result<Taken, Fault> {
        // Whatever is wrong with a letter, its sender is told that all is well.
        receive(peer, letter).await.map_err(|fault| Fault {
            status: 200,
            ..fault
        })
    }
}

fn in_small_letters(uri: &str) -> Result<(), Fault> {
    if uri == uri.to_lowercase() {
        Ok(())
    } else {
        Err(Fault::new(400, format!("{uri} is looked up in vain")))
    }
}

async fn receive(peer: &Peer<PieFed>, letter: &Letter) -> Result<Taken, Fault> {
    let object = &letter.activity["object"];
    in_small_letters(id(&letter.activity))?;
    in_small_letters(id(object))?;
    match letter.kind() {
        "Announce" if object.is_string() && host_of(id(object)) != host_of(&letter.signer) => {
            return dropped(format!("{} lives elsewhere", id(object)));
        }
        "Announce" if object["actor"].is_null() => {
            return dropped(format!("a {} passed on as it is", kind(object)));
        }
        "Create" | "Update" | "Delete" | "Like" | "Dislike" => {
            let known = peer.known(&letter.signer);
            if known.is_some_and(|known| known.kind == "Group") && kind(object) != "Group" {
                return dropped("groups do nothing by themselves");
            }
        }
        _ => {}
    }
    threadiverse::take(peer, letter).await
}

impl Somebody<PieFed> {
    /// A post to a group.
    pub fn page(&self, group: &str, title: &str, words: &str) -> Value {
        let mut page = lemmy::page(self, group, title, words);
        page["commentsEnabled"] = json!(true);
        page["stickied"] = json!(false);
        page
    }

    /// An answer within a group.
    pub fn comment(&self, group: &str, parent: (&str, &Known), words: &str) -> Value {
        lemmy::comment(self, group, parent, words)
    }

    /// Where it brings letters for a server: always to the same place.
    pub fn inbox_at(&self, known: &Known) -> String {
        format!("http://{}/inbox", host_of(&known.uri))
    }

    /// As a group: passes on several votes at once.
    pub async fn passes_on_all(&self, votes: &[Value], inbox: &str) -> Result<(), Fault> {
        let mut announce = self.activity("Announce", &json!(votes));
        announce["to"] = json!([crate::PUBLIC]);
        announce["cc"] = json!([format!("{}/followers", self.uri())]);
        self.tells(inbox, &announce).await
    }
}
