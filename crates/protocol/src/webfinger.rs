//! WebFinger: from a handle such as `nadia@acme.example` to an actor, and the same for others who look for ours.
//!
//! A handle is only believed when both sides agree: the server of the name points at the actor, and the actor's own name
//! leads back. Documents are built here; who may be found is decided elsewhere.

use crate::{
    Uri,
    fetch::{self, ACTIVITY_JSON, FetchError, Gone},
    network::{Get, Network},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{fmt, str::FromStr};

/// The content type of what WebFinger answers.
pub const JRD_JSON: &str = "application/jrd+json";
/// The content type of host-meta.
pub const XRD_XML: &str = "application/xrd+xml";

const PROFILE_PAGE: &str = "http://webfinger.net/rel/profile-page";
const ACTOR_TYPE: &str = "https://www.w3.org/ns/activitystreams#type";

/// The longest name before the `@`.
const LONGEST_NAME: usize = 128;
const LONGEST_HOST: usize = 255;

/// A name at a server.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle {
    /// The name, lower-case.
    pub name: String,
    /// The server, lower-case, with a port only in a laboratory.
    pub host: String,
}

/// The text is not a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name at a server, such as nadia@acme.example")]
pub struct NotAHandle;

impl FromStr for Handle {
    type Err = NotAHandle;

    /// Reads `name@host`, also with `acct:`, `@` or (as some group servers write it) `!` in front.
    fn from_str(text: &str) -> Result<Self, NotAHandle> {
        let text = text.trim();
        let text = text.strip_prefix("acct:").unwrap_or(text);
        let text = text.strip_prefix(['@', '!']).unwrap_or(text);
        let (name, host) = text.split_once('@').ok_or(NotAHandle)?;
        let fine =
            |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '~');
        if name.is_empty()
            || name.len() > LONGEST_NAME
            || !name.chars().all(fine)
            || host.len() > LONGEST_HOST
        {
            return Err(NotAHandle);
        }
        // The host must be nothing but a host: no path, no second name, no port that the parser would read differently.
        let origin = Uri::parse(&format!("https://{host}/")).map_err(|_| NotAHandle)?;
        if origin.path_and_query() != "/"
            || origin.fragment().is_some()
            || host.contains(['/', '?', '#', '@'])
        {
            return Err(NotAHandle);
        }
        Ok(Self {
            name: name.to_lowercase(),
            host: origin.host().to_owned(),
        })
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}@{}", self.name, self.host)
    }
}

/// What somebody asks our WebFinger for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// By name.
    Handle(Handle),
    /// By the address of the actor.
    Actor(Uri),
}

impl FromStr for Resource {
    type Err = NotAHandle;

    fn from_str(text: &str) -> Result<Self, NotAHandle> {
        if text.starts_with("https://") || text.starts_with("http://") {
            Uri::parse(text).map(Self::Actor).map_err(|_| NotAHandle)
        } else {
            text.parse().map(Self::Handle)
        }
    }
}

/// What a server said about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The name as the server itself writes it.
    pub subject: Option<Handle>,
    /// The actor it stands for.
    pub actor: Uri,
}

/// Asks the server of a handle which actor it stands for.
pub async fn lookup(network: &Network, handle: &Handle) -> Result<Found, FetchError> {
    let mut last = FetchError::NotBelieved("no address for this name");
    for scheme in network.schemes(&handle.host) {
        match ask(network, scheme, handle).await {
            Err(error @ FetchError::Unreachable { .. }) => last = error,
            answer => return answer,
        }
    }
    Err(last)
}

async fn ask(network: &Network, scheme: &str, handle: &Handle) -> Result<Found, FetchError> {
    let origin = format!("{scheme}://{}", handle.host);
    let resource = encoded(&format!("acct:{handle}"));
    let url = address(&format!(
        "{origin}/.well-known/webfinger?resource={resource}"
    ))?;
    let answer = network
        .get(Get::new(&url, "application/jrd+json, application/json"))
        .await?;
    match fetch::judge(&answer, network) {
        // The name may be served from another host, which the older document tells.
        Err(FetchError::Gone(Gone::Missing)) => {}
        judged => return judged.and_then(|()| read(&answer.body)),
    }
    let url = address(&format!("{origin}/.well-known/host-meta"))?;
    let answer = network
        .get(Get::new(&url, "application/xrd+xml, application/xml"))
        .await?;
    fetch::judge(&answer, network)?;
    let text =
        std::str::from_utf8(&answer.body).map_err(|_| FetchError::NotBelieved("not text"))?;
    let template = lrdd_template(text)
        .filter(|template| template.contains("{uri}"))
        .ok_or(FetchError::Gone(Gone::Missing))?;
    let next = address(&template.replace("{uri}", &resource))?;
    if next.host() == handle.host && next.path_and_query().starts_with("/.well-known/webfinger?") {
        return Err(FetchError::Gone(Gone::Missing));
    }
    let answer = network
        .get(Get::new(&next, "application/jrd+json, application/json"))
        .await?;
    fetch::judge(&answer, network)?;
    read(&answer.body)
}

fn address(text: &str) -> Result<Uri, FetchError> {
    Uri::parse(text).map_err(|_| FetchError::NotBelieved("not an address"))
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Reads what a server says about a name: the first link that leads to an actor.
pub fn read(body: &[u8]) -> Result<Found, FetchError> {
    let jrd: Jrd = serde_json::from_slice(body)
        .map_err(|_| FetchError::NotBelieved("not a WebFinger answer"))?;
    let actor = jrd
        .links
        .iter()
        .filter(|link| {
            link.rel == "self"
                && link
                    .media_type
                    .as_deref()
                    .is_some_and(fetch::is_activity_json)
        })
        .find_map(|link| Uri::parse(link.href.as_deref()?).ok())
        .ok_or(FetchError::NotBelieved("no link to an actor"))?;
    Ok(Found {
        subject: jrd.subject.parse().ok(),
        actor,
    })
}

/// The template of the first link with `rel="lrdd"`. Not an XML parser: it looks for one element and two attributes.
fn lrdd_template(xml: &str) -> Option<String> {
    xml.split("<Link").skip(1).find_map(|element| {
        let element = &element[..element.find('>')?];
        let attribute = |name: &str| {
            let rest = &element[element.find(&format!(" {name}="))? + name.len() + 2..];
            let quote = rest
                .chars()
                .next()
                .filter(|quote| matches!(quote, '"' | '\''))?;
            rest[1..].split_once(quote).map(|(value, _)| value)
        };
        (attribute("rel")? == "lrdd")
            .then(|| attribute("template"))
            .flatten()
            .map(|value| value.replace("&amp;", "&"))
    })
}

/// The handle under which an actor may be shown: one that leads to this very actor.
///
/// Starts from the actor's own name at its own host. When the server says that the name belongs to another host, that host
/// must say so too; otherwise the host that serves the actor is shown. Refuses when the name leads to somebody else.
pub async fn confirmed(
    network: &Network,
    actor: &Uri,
    preferred_username: &str,
) -> Result<Handle, FetchError> {
    const NOT_A_NAME: FetchError =
        FetchError::NotBelieved("its name is not one that can be looked up");
    let plain: Handle = format!("{preferred_username}@{}", actor.host())
        .parse()
        .map_err(|_| NOT_A_NAME)?;
    let found = lookup(network, &plain).await?;
    if found.actor != *actor {
        return Err(FetchError::NotBelieved("its name leads to another actor"));
    }
    match found.subject {
        Some(subject) if subject.host != plain.host => match lookup(network, &subject).await {
            Ok(back) if back.actor == *actor && back.subject.as_ref() == Some(&subject) => {
                Ok(subject)
            }
            _ => Ok(plain),
        },
        _ => Ok(plain),
    }
}

/// What WebFinger answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jrd {
    /// Whom this is about.
    #[serde(default)]
    pub subject: String,
    /// Other addresses of the same.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Where to go from here.
    #[serde(default)]
    pub links: Vec<JrdLink>,
}

/// One link of a WebFinger answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JrdLink {
    /// What the link means.
    #[serde(default)]
    pub rel: String,
    /// What is found there.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
}

impl Jrd {
    /// The answer for an actor of ours. `kind` is the actor's type, such as `Group`.
    pub fn of(handle: &Handle, actor: &Uri, page: &Uri, kind: &str) -> Self {
        let link = |rel: &str| JrdLink {
            rel: rel.to_owned(),
            ..JrdLink::default()
        };
        let mut aliases = vec![actor.to_string()];
        if page != actor {
            aliases.push(page.to_string());
        }
        let mut properties = Map::new();
        properties.insert(ACTOR_TYPE.to_owned(), json!(kind));
        Self {
            subject: format!("acct:{handle}"),
            aliases,
            links: vec![
                JrdLink {
                    media_type: Some("text/html".to_owned()),
                    href: Some(page.to_string()),
                    ..link(PROFILE_PAGE)
                },
                JrdLink {
                    media_type: Some(ACTIVITY_JSON.to_owned()),
                    href: Some(actor.to_string()),
                    properties,
                    ..link("self")
                },
            ],
        }
    }
}

/// The host-meta document of our origin: where our WebFinger is.
pub fn host_meta(origin: &str) -> String {
    format!(
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            r#"<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">"#,
            r#"<Link rel="lrdd" template="{origin}/.well-known/webfinger?resource={{uri}}"/>"#,
            "</XRD>\n"
        ),
        origin = origin
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(text: &str) -> Handle {
        text.parse().unwrap()
    }

    #[test]
    fn a_handle_is_read_in_the_ways_people_write_it() {
        for text in [
            "rust@kindred.example",
            "@rust@kindred.example",
            "!rust@kindred.example",
            "acct:Rust@Kindred.Example",
            " rust@kindred.example ",
        ] {
            assert_eq!(handle(text).to_string(), "rust@kindred.example", "{text}");
        }
        assert_eq!(handle("mei@bücher.example").host, "xn--bcher-kva.example");
        assert_eq!(handle("mei@localhost:8080").host, "localhost:8080");
        for text in [
            "",
            "rust",
            "@rust",
            "rust@",
            "@@kindred.example",
            "a@b@c.example",
            "rust@kindred.example/path",
            "rust@kindred.example?x",
            "rust@evil.example#@kindred.example",
            "ru st@kindred.example",
            "rust@kindred.example\\@b.example",
            "rust@kind red.example",
            "rust/../x@kindred.example",
            "rust@kindred.example.",
            "rust@user:pw@kindred.example",
            "<b>@kindred.example",
        ] {
            assert_eq!(text.parse::<Handle>(), Err(NotAHandle), "{text}");
        }
    }

    #[test]
    fn a_resource_is_a_handle_or_an_actor() {
        assert_eq!(
            "acct:ines@acme.example".parse(),
            Ok(Resource::Handle(handle("ines@acme.example")))
        );
        assert_eq!(
            "https://acme.example/p/ines".parse(),
            Ok(Resource::Actor(
                Uri::parse("https://acme.example/p/ines").unwrap()
            ))
        );
        assert_eq!("mailto:ines".parse::<Resource>(), Err(NotAHandle));
    }

    #[test]
    fn our_answer_has_one_shape() {
        let group = Uri::parse("https://kindred.example/g/rust").unwrap();
        let answer = Jrd::of(&handle("rust@kindred.example"), &group, &group, "Group");
        insta::assert_json_snapshot!(answer, @r#"
        {
          "subject": "acct:rust@kindred.example",
          "aliases": [
            "https://kindred.example/g/rust"
          ],
          "links": [
            {
              "rel": "http://webfinger.net/rel/profile-page",
              "type": "text/html",
              "href": "https://kindred.example/g/rust"
            },
            {
              "rel": "self",
              "type": "application/activity+json",
              "href": "https://kindred.example/g/rust",
              "properties": {
                "https://www.w3.org/ns/activitystreams#type": "Group"
              }
            }
          ]
        }
        "#);
        insta::assert_snapshot!(host_meta("https://kindred.example"), @r#"<?xml version="1.0" encoding="UTF-8"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" template="https://kindred.example/.well-known/webfinger?resource={uri}"/></XRD>"#);
    }

    #[test]
    fn the_template_of_host_meta_is_found() {
        assert_eq!(
            lrdd_template(&host_meta("https://kindred.example")).as_deref(),
            Some("https://kindred.example/.well-known/webfinger?resource={uri}")
        );
        let other = "<XRD>\n<Link template='https://a.example/?x=1&amp;r={uri}' type=\"application/xrd+xml\" rel='lrdd' /></XRD>";
        assert_eq!(
            lrdd_template(other).as_deref(),
            Some("https://a.example/?x=1&r={uri}")
        );
        for nothing in [
            "",
            "<Link",
            "<Link rel=\"lrdd\">",
            "<Link rel=lrdd template=x>",
            "<Link rel=\"other\" template=\"x\"/>",
            "<Link rel=\"",
        ] {
            assert_eq!(lrdd_template(nothing), None, "{nothing}");
        }
    }
}
