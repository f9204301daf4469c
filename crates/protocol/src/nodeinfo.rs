//! NodeInfo: which software a server runs, and what we say about ours.
//!
//! Others' documents are read for two things only, the software's name and version; numbers of users are not believed.

use crate::{
    Uri,
    fetch::{self, FetchError},
    network::{Get, Network},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

const SCHEMA: &str = "http://nodeinfo.diaspora.software/ns/schema/";
const APPLICATION: &str = "https://www.w3.org/ns/activitystreams#Application";
const LARGEST: usize = 256 * 1024;
const LONGEST_WORD: usize = 64;

/// What a server says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeInfo {
    /// The software's name, lower-case.
    pub software: String,
    /// Its version.
    pub version: String,
    /// The actor of the server itself, when it names one (FEP-2677).
    pub actor: Option<Uri>,
}

#[derive(Default, Deserialize)]
struct Links {
    #[serde(default)]
    links: Vec<Value>,
}

impl Links {
    /// The links of some kind, with their addresses.
    fn under(
        &self,
        base: &Uri,
        wanted: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (&str, Uri)> {
        self.links.iter().filter_map(move |link| {
            let rel = link["rel"].as_str().filter(|rel| wanted(rel))?;
            Some((rel, base.join(link["href"].as_str()?).ok()?))
        })
    }
}

#[derive(Deserialize)]
struct Answered {
    software: AnsweredSoftware,
}

#[derive(Deserialize)]
struct AnsweredSoftware {
    name: String,
    #[serde(default)]
    version: Value,
}

/// Asks a server what it is.
pub async fn nodeinfo(network: &Network, host: &str) -> Result<NodeInfo, FetchError> {
    let mut last = FetchError::NotBelieved("no address for this host");
    for scheme in network.schemes(host) {
        match ask(network, &format!("{scheme}://{host}")).await {
            Err(error @ FetchError::Unreachable { .. }) => last = error,
            answer => return answer,
        }
    }
    Err(last)
}

async fn ask(network: &Network, origin: &str) -> Result<NodeInfo, FetchError> {
    let url = Uri::parse(&format!("{origin}/.well-known/nodeinfo"))
        .map_err(|_| FetchError::NotBelieved("not an address"))?;
    let Listed { newest, actor } = listed(&url, &body(network, &url).await?)?;
    let told = software(&body(network, &newest).await?)?;
    Ok(NodeInfo { actor, ..told })
}

/// What the first of the two documents leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The document in the newest schema.
    pub newest: Uri,
    /// The actor of the server itself, when it is named and lives there.
    pub actor: Option<Uri>,
}

/// Reads the list of documents that a server has at `/.well-known/nodeinfo`.
pub fn listed(at: &Uri, body: &[u8]) -> Result<Listed, FetchError> {
    let links: Links = parsed(body)?;
    let (_, newest) = links
        .under(at, |rel| rel.starts_with(SCHEMA))
        .max_by(|(one, _), (other, _)| one.cmp(other))
        .ok_or(FetchError::NotBelieved("no NodeInfo document"))?;
    let actor = links
        .under(at, |rel| rel == APPLICATION)
        .map(|(_, href)| href)
        .find(|href| href.same_origin(at));
    Ok(Listed { newest, actor })
}

/// Reads the document itself, whatever its schema.
pub fn software(body: &[u8]) -> Result<NodeInfo, FetchError> {
    let Answered { software } = parsed(body)?;
    Ok(NodeInfo {
        software: word(&software.name).to_lowercase(),
        version: word(software.version.as_str().unwrap_or_default()),
        actor: None,
    })
}

async fn body(network: &Network, url: &Uri) -> Result<Bytes, FetchError> {
    let answer = network
        .get(Get {
            largest: LARGEST,
            ..Get::new(url, "application/json")
        })
        .await?;
    fetch::judge(&answer, network)?;
    Ok(answer.body)
}

fn parsed<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, FetchError> {
    serde_json::from_slice(body).map_err(|_| FetchError::NotBelieved("not a NodeInfo answer"))
}

fn word(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_WORD)
        .collect()
}

/// Where our documents are.
#[derive(Clone, Debug, Serialize)]
pub struct WellKnown {
    links: [WellKnownLink; 3],
}

#[derive(Clone, Debug, Serialize)]
struct WellKnownLink {
    rel: String,
    href: String,
}

impl WellKnown {
    /// The links of our origin; `instance_actor` is the actor of the server itself.
    pub fn of(origin: &str, instance_actor: &Uri) -> Self {
        let schema = |version: &str| WellKnownLink {
            rel: format!("{SCHEMA}{version}"),
            href: format!("{origin}/nodeinfo/{version}"),
        };
        let actor = WellKnownLink {
            rel: APPLICATION.to_owned(),
            href: instance_actor.to_string(),
        };
        Self {
            links: [schema("2.0"), schema("2.1"), actor],
        }
    }
}

/// What changes in our own document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Our version.
    pub version: String,
    /// Where the source code is.
    pub repository: String,
    /// Where the project is at home.
    pub homepage: String,
    /// Whether anybody may open an account.
    pub open_registrations: bool,
    /// People here.
    pub users_total: u64,
    /// People who were here in the last thirty days.
    pub users_month: u64,
    /// People who were here in the last half year.
    pub users_halfyear: u64,
    /// Posts that start a thread.
    pub posts: u64,
    /// Answers.
    pub comments: u64,
    /// More about us.
    pub metadata: Map<String, Value>,
}

/// The version of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 2.0
    V2_0,
    /// 2.1: also tells where the source code is.
    V2_1,
}

/// The content type of a document of this version.
pub fn content_type(version: Version) -> &'static str {
    match version {
        Version::V2_0 => {
            r#"application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.0#""#
        }
        Version::V2_1 => {
            r#"application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#""#
        }
    }
}

/// Our document.
pub fn document(version: Version, facts: &Facts) -> Value {
    let mut software = serde_json::json!({ "name": "kindred", "version": facts.version });
    let named = match version {
        Version::V2_0 => "2.0",
        Version::V2_1 => {
            for (name, value) in [
                ("repository", &facts.repository),
                ("homepage", &facts.homepage),
            ] {
                if !value.is_empty() {
                    software[name] = Value::from(value.as_str());
                }
            }
            "2.1"
        }
    };
    serde_json::json!({
        "version": named,
        "software": software,
        "protocols": ["activitypub"],
        "services": { "inbound": [], "outbound": [] },
        "openRegistrations": facts.open_registrations,
        "usage": {
            "users": { "total": facts.users_total, "activeMonth": facts.users_month, "activeHalfyear": facts.users_halfyear },
            "localPosts": facts.posts,
            "localComments": facts.comments,
        },
        "metadata": facts.metadata,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_documents_have_one_shape() {
        let facts = Facts {
            version: "0.1.0".to_owned(),
            repository: "https://code.example/kindred".to_owned(),
            users_total: 12,
            users_month: 7,
            users_halfyear: 9,
            posts: 40,
            comments: 160,
            ..Facts::default()
        };
        let actor = Uri::parse("https://kindred.example/actor").unwrap();
        insta::assert_json_snapshot!(WellKnown::of("https://kindred.example", &actor), @r#"
        {
          "links": [
            {
              "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
              "href": "https://kindred.example/nodeinfo/2.0"
            },
            {
              "rel": "http://nodeinfo.diaspora.software/ns/schema/2.1",
              "href": "https://kindred.example/nodeinfo/2.1"
            },
            {
              "rel": "https://www.w3.org/ns/activitystreams#Application",
              "href": "https://kindred.example/actor"
            }
          ]
        }
        "#);
        insta::assert_json_snapshot!(document(Version::V2_0, &facts), @r#"
        {
          "version": "2.0",
          "software": {
            "name": "kindred",
            "version": "0.1.0"
          },
          "protocols": [
            "activitypub"
          ],
          "services": {
            "inbound": [],
            "outbound": []
          },
          "openRegistrations": false,
          "usage": {
            "users": {
              "total": 12,
              "activeMonth": 7,
              "activeHalfyear": 9
            },
            "localPosts": 40,
            "localComments": 160
          },
          "metadata": {}
        }
        "#);
        insta::assert_json_snapshot!(document(Version::V2_1, &facts), @r#"
        {
          "version": "2.1",
          "software": {
            "name": "kindred",
            "version": "0.1.0",
            "repository": "https://code.example/kindred"
          },
          "protocols": [
            "activitypub"
          ],
          "services": {
            "inbound": [],
            "outbound": []
          },
          "openRegistrations": false,
          "usage": {
            "users": {
              "total": 12,
              "activeMonth": 7,
              "activeHalfyear": 9
            },
            "localPosts": 40,
            "localComments": 160
          },
          "metadata": {}
        }
        "#);
    }
}
