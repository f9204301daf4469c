//! The topics that people elsewhere show on their page. Mastodon keeps them in a collection beside the actor, `featuredTags`, and
//! nowhere else.

use kindred_protocol::{Uri, vocabulary::ActorDoc};
use kindred_storage::{
    ActorId, ActorKind, Json,
    actors::{self, Actor, ActorPatch},
    instances,
};
use serde_json::Value;

use crate::{Error, Kindred, Ledger, Result, directory, topics};

/// The most topics that are read of one person.
const MOST: usize = 20;

/// Where the topics of somebody elsewhere are to be read, when that is worth asking: they want to be found, and their own document
/// does not tell (another Kindred's does). Until then they keep those that we know.
pub(super) fn shown_apart(
    ledger: &mut Ledger<'_>,
    doc: &ActorDoc,
    row: &mut Actor,
) -> Result<Option<String>> {
    let Some(collection) = doc
        .featured_tags
        .as_ref()
        .filter(|_| row.discoverable && row.kind == ActorKind::Person && !doc.suspended)
    else {
        return Ok(None);
    };
    let tells = instances::by_host(ledger.db, &row.host)?
        .is_some_and(|server| server.software.as_deref() == Some("kindred"));
    if tells {
        return Ok(None);
    }
    if let Some(known) = actors::by_uri(ledger.db, &row.uri)? {
        row.topics = known.topics;
    }
    Ok(Some(collection.as_str().to_owned()))
}

/// Reads the topics of somebody elsewhere. A server that does not show them changes nothing; we ask again when they change.
pub(crate) async fn read(kindred: &Kindred, actor: ActorId, collection: &str) -> Result<()> {
    let Ok(address) = Uri::parse(collection) else {
        return Ok(());
    };
    let shown = match Box::pin(super::fetch_json(kindred, &address)).await {
        Ok(document) => names(&document),
        Err(Error::Refused(_) | Error::Unreachable { .. } | Error::Protocol(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    kindred
        .write(move |ledger| {
            let known = ledger.actor(actor)?;
            if known.is_local() || known.deleted_at.is_some() {
                return Ok(());
            }
            if *known.topics != shown {
                let patch = ActorPatch {
                    topics: Some(Json(shown)),
                    ..ActorPatch::default()
                };
                actors::update(ledger.db, actor, &patch)?;
            }
            let known = ledger.actor(actor)?;
            directory::met(ledger, &known)
        })
        .await
}

/// The names in a collection of hashtags; what we would not take from our own people is left out.
fn names(document: &Value) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let items = ["items", "orderedItems"]
        .iter()
        .find_map(|key| document[*key].as_array());
    for item in items.into_iter().flatten().take(10 * MOST) {
        let name = item["name"]
            .as_str()
            .filter(|_| item["type"] == "Hashtag")
            .and_then(|name| topics::checked(name).ok());
        if let Some(name) = name.filter(|name| !names.contains(name)) {
            names.push(name);
        }
        if names.len() == MOST {
            break;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_in_the_collection_is_read_within_bounds() {
        let hashtag = |name: &str| json!({ "type": "Hashtag", "name": name, "href": "x" });
        let shown = json!({ "items": [
            hashtag("#Rust"), hashtag("#Rust"), hashtag("#r\u{443}st"), hashtag(""), hashtag("#"), { "type": "Note", "name": "#Go" },
            "https://far.example/tags/go", 7, null, hashtag("#統計")
        ] });
        assert_eq!(names(&shown), ["Rust", "統計"]);
        for odd in [
            json!(null),
            json!([]),
            json!({ "items": "x" }),
            json!({ "items": {} }),
        ] {
            assert_eq!(names(&odd), [""; 0], "{odd}");
        }
        let many: Vec<Value> = (0..1_000).map(|n| hashtag(&format!("#t{n}"))).collect();
        assert_eq!(names(&json!({ "orderedItems": many })).len(), MOST);
    }
}
