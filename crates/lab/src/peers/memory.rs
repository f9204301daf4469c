//! What a server of another make knows and shows: actors, posts, who follows whom, what was reported.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Fault,
    letters::{id, kind, required, same_host, text},
};

/// An actor elsewhere, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its address.
    pub uri: String,
    /// Person, Group, Application …
    pub kind: String,
    /// The name in its handle.
    pub handle: String,
    /// Its name for people.
    pub name: String,
    /// What it says about itself.
    pub summary: String,
    /// Its own inbox.
    pub inbox: String,
    /// The inbox of its whole server.
    pub shared_inbox: Option<String>,
    /// Its followers.
    pub followers: String,
    /// What it said.
    pub outbox: String,
    /// The list of its moderators.
    pub moderators: String,
    /// What it shows first.
    pub featured: String,
    /// Whether it says that somebody has to agree.
    pub locked: bool,
    /// The name of its key.
    pub key_id: String,
    /// Its key.
    pub key: String,
}

impl Known {
    /// Reads what no make can do without: addresses on one host, a name, an inbox, a key in the form that all can read.
    pub fn read(document: &Value) -> Result<Self, Fault> {
        let uri = required(document, "id")?.to_owned();
        let key = &document["publicKey"];
        let known = Self {
            kind: required(document, "type")?.to_owned(),
            handle: required(document, "preferredUsername")?.to_owned(),
            name: text(document, "name").to_owned(),
            summary: text(document, "summary").to_owned(),
            inbox: required(document, "inbox")?.to_owned(),
            shared_inbox: document["endpoints"]["sharedInbox"]
                .as_str()
                .map(str::to_owned),
            followers: text(document, "followers").to_owned(),
            outbox: text(document, "outbox").to_owned(),
            moderators: text(document, "attributedTo").to_owned(),
            featured: text(document, "featured").to_owned(),
            locked: document["manuallyApprovesFollowers"] == true,
            key_id: required(key, "id")?.to_owned(),
            key: required(key, "publicKeyPem")?.to_owned(),
            uri,
        };
        if required(key, "owner")? != known.uri {
            return Err(Fault::new(
                401,
                format!("{} does not own its key", known.uri),
            ));
        }
        if !known.key.starts_with("-----BEGIN PUBLIC KEY-----\n") {
            return Err(Fault::new(
                401,
                "a key in a form that is not read everywhere",
            ));
        }
        for address in [
            &known.inbox,
            &known.followers,
            &known.outbox,
            &known.featured,
            &known.key_id,
        ] {
            if !address.is_empty() && !same_host(address, &known.uri) {
                return Err(Fault::new(
                    400,
                    format!("{address} is not where {} lives", known.uri),
                ));
            }
        }
        for picture in ["icon", "image"] {
            let shown = &document[picture];
            let fine = shown.is_null() || (kind(shown) == "Image" && shown["url"].is_string());
            if !fine {
                return Err(Fault::new(
                    400,
                    format!("{picture} is not one Image: {shown}"),
                ));
            }
        }
        Ok(known)
    }
}

/// A post as people there see it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a mark of its own beside a post"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Note, Page, Article …
    pub kind: String,
    /// Who wrote it.
    pub author: String,
    /// Its title.
    pub title: Option<String>,
    /// What it says.
    pub content: String,
    /// What it answers.
    pub parent: Option<String>,
    /// The group that it stands in.
    pub group: Option<String>,
    /// Whether everybody may see it.
    pub public: bool,
    /// Who likes it.
    pub likes: BTreeSet<String>,
    /// Who does not.
    pub dislikes: BTreeSet<String>,
    /// Who passed it on, by the address of the act.
    pub boosts: BTreeMap<String, String>,
    /// Whether it was changed after it came.
    pub edited: bool,
    /// Whether nobody may answer any more.
    pub locked: bool,
    /// Whether it stands at the top of its group.
    pub pinned: bool,
    /// The choices of a poll, with what was counted.
    pub options: Vec<(String, u64)>,
}

/// A report that arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Who reports.
    pub by: String,
    /// What and whom.
    pub about: Vec<String>,
    /// Why.
    pub reason: String,
}

#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) actors: BTreeMap<String, Known>,
    pub(crate) posts: BTreeMap<String, Shown>,
    /// Posts and boosts that are gone: none of them comes back.
    pub(crate) gone: BTreeSet<String>,
    /// Posts that moderators took down and may bring back.
    pub(crate) hidden: BTreeMap<String, Shown>,
    /// Questions of people here, by their address: who asked to hear of whom.
    pub(crate) asked: BTreeMap<String, (String, String)>,
    /// Who hears of whom, both ways.
    pub(crate) follows: BTreeSet<(String, String)>,
    pub(crate) reports: Vec<Report>,
    pub(crate) banned: BTreeSet<(String, String)>,
    pub(crate) moderators: BTreeSet<(String, String)>,
    pub(crate) blocks: BTreeSet<(String, String)>,
    /// Activities that were worked through.
    pub(crate) seen: BTreeSet<String>,
}

impl Memory {
    pub(crate) fn post(&mut self, uri: &str) -> Result<&mut Shown, Fault> {
        self.posts
            .get_mut(uri)
            .ok_or_else(|| Fault::new(404, format!("{uri} is not known")))
    }

    /// Whether anybody here hears of this actor.
    pub(crate) fn heard_here(&self, host: &str, actor: &str) -> bool {
        self.follows
            .iter()
            .any(|(who, whom)| whom == actor && super::letters::host_of(who) == host)
    }

    /// Keeps a post, with what was known of it already.
    pub(crate) fn keep(&mut self, uri: &str, shown: Shown) {
        if self.gone.contains(uri) {
            return;
        }
        match self.posts.get_mut(uri) {
            Some(known) => {
                let group = known.group.clone().or(shown.group.clone());
                *known = Shown {
                    likes: std::mem::take(&mut known.likes),
                    dislikes: std::mem::take(&mut known.dislikes),
                    boosts: std::mem::take(&mut known.boosts),
                    edited: known.edited,
                    locked: known.locked,
                    pinned: known.pinned,
                    group,
                    ..shown
                };
            }
            None => {
                self.posts.insert(uri.to_owned(), shown);
            }
        }
    }

    /// Takes back the like, the boost, the follow or the ban with this address or shape; `false` when there is none.
    pub(crate) fn undo_of(&mut self, actor: &str, undone: &Value) -> bool {
        let object = id(&undone["object"]).to_owned();
        match kind(undone) {
            "Follow" | "Join" => self.follows.remove(&(actor.to_owned(), object)),
            "Like" | "Dislike" => self.posts.get_mut(&object).is_some_and(|post| {
                let liked = post.likes.remove(actor);
                post.dislikes.remove(actor) || liked
            }),
            "Announce" => self
                .posts
                .get_mut(&object)
                .is_some_and(|post| post.boosts.remove(id(undone)).is_some()),
            "Block" => {
                let target = id(&undone["target"]).to_owned();
                self.banned.remove(&(target, object.clone()))
                    || self.blocks.remove(&(actor.to_owned(), object))
            }
            _ => false,
        }
    }
}
