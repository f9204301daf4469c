//! What the client API consists of: every endpoint, and every shape that is answered. The one truth for the `OpenAPI` document, for
//! `docs/client-api.md`, and for the tests that call each endpoint and look at each attribute.
//!
//! Two tables tell it, in `description/`. Nothing is decided by them: which token may do what stands in the types of the handlers, and a
//! test sees to it that both say the same.

mod openapi;
mod shapes;

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web::ServiceConfig};

pub use openapi::document;
pub use shapes::{Attribute, Kind, Shape, shape, shapes};

use crate::{assets, at, read};

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever likes.
    Anybody,
    /// A program with a token, its own or a person's.
    Program,
    /// A person, by a token of theirs.
    Person,
}

/// What comes back when all is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// JSON of this kind.
    Json(Kind),
    /// A page.
    Page,
    /// A word.
    Text,
    /// Events, one after another.
    Stream,
    /// A `WebSocket`.
    Socket,
}

/// Something that is asked with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its name.
    pub name: &'static str,
    /// What it should be.
    pub kind: Kind,
    /// Whether it has to be there.
    pub needed: bool,
}

/// What can be said of an endpoint that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Who may ask.
    pub who: Who,
    /// The scopes of which one is needed, if a token is shown; none when any token will do.
    pub scopes: Vec<&'static str>,
    /// What comes back.
    pub answer: Answer,
    /// What is asked with it.
    pub asked: Vec<Asked>,
}

/// One thing that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// What it is about.
    pub chapter: &'static str,
    /// The method.
    pub method: &'static str,
    /// The address; what begins with a colon stands for something.
    pub path: &'static str,
    /// The release of Mastodon that first had it, or `kindred`.
    pub since: &'static str,
    /// On which terms it is here; or why it is not.
    pub here: Result<Terms, &'static str>,
}

impl Endpoint {
    /// Whether other servers have it too.
    pub fn is_common(&self) -> bool {
        self.since != "kindred"
    }
}

/// All endpoints, here or not, in chapters.
pub fn endpoints() -> &'static [Endpoint] {
    static ALL: LazyLock<Vec<Endpoint>> =
        LazyLock::new(|| listed(include_str!("description/endpoints.txt")));
    &ALL
}

fn listed(table: &'static str) -> Vec<Endpoint> {
    let mut chapter = "";
    let mut all: Vec<Endpoint> = Vec::new();
    for line in table.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            chapter = name;
        } else if line.starts_with("  ") {
            if let Some(Ok(terms)) = all.last_mut().map(|last| &mut last.here) {
                terms
                    .asked
                    .extend(line.split_whitespace().filter_map(asked));
            }
        } else if let Some(endpoint) = endpoint(chapter, line) {
            all.push(endpoint);
        }
    }
    all
}

fn endpoint(chapter: &'static str, line: &'static str) -> Option<Endpoint> {
    let mut words = line.splitn(4, ' ');
    let (method, path, since) = (words.next()?, words.next()?, words.next()?);
    let rest = words.next()?;
    if line.starts_with('#') {
        return None;
    }
    let here = match rest.strip_prefix("- ") {
        Some(why) => Err(why),
        None => Ok(terms(rest)?),
    };
    Some(Endpoint {
        chapter,
        method,
        path,
        since,
        here,
    })
}

fn terms(text: &'static str) -> Option<Terms> {
    let mut words = text.split(' ');
    let (who, scopes, answer) = (words.next()?, words.next()?, words.next()?);
    Some(Terms {
        who: match who {
            "anybody" => Who::Anybody,
            "program" => Who::Program,
            "person" => Who::Person,
            _ => return None,
        },
        scopes: match scopes {
            "-" => Vec::new(),
            scopes => scopes.split('|').collect(),
        },
        answer: match answer {
            "html" => Answer::Page,
            "text" => Answer::Text,
            "stream" => Answer::Stream,
            "socket" => Answer::Socket,
            kind => Answer::Json(Kind::named(kind)),
        },
        asked: Vec::new(),
    })
}

/// `limit:integer`, or `q!:string`.
fn asked(text: &'static str) -> Option<Asked> {
    let (name, kind) = text.split_once(':')?;
    let (name, needed) = match name.strip_suffix('!') {
        Some(name) => (name, true),
        None => (name, false),
    };
    Some(Asked {
        name,
        kind: Kind::named(kind),
        needed,
    })
}

/// The address of the description.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/openapi.json").route(read(openapi_json)));
}

/// `GET /api/openapi.json`
async fn openapi_json(req: HttpRequest) -> HttpResponse {
    assets::kept(&req, document())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_line_of_the_table_is_understood() {
        let table = include_str!("description/endpoints.txt");
        let lines = table
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with(['#', ' ']))
            .count();
        assert_eq!(endpoints().len(), lines);
        let asked: usize = endpoints()
            .iter()
            .filter_map(|endpoint| endpoint.here.as_ref().ok())
            .map(|terms| terms.asked.len())
            .sum();
        let words: usize = table
            .lines()
            .filter(|line| line.starts_with("  "))
            .map(|line| line.split_whitespace().count())
            .sum();
        assert_eq!(asked, words);
    }

    #[test]
    fn nothing_stands_in_the_table_twice() {
        let mut seen = BTreeSet::new();
        for endpoint in endpoints() {
            assert!(
                seen.insert((endpoint.method, endpoint.path)),
                "{} {}",
                endpoint.method,
                endpoint.path
            );
        }
    }

    #[test]
    fn every_shape_that_is_named_is_described() {
        let mut named: BTreeSet<&str> = BTreeSet::new();
        for endpoint in endpoints() {
            if let Ok(Terms {
                answer: Answer::Json(kind),
                ..
            }) = &endpoint.here
            {
                named.extend(kind.names());
            }
        }
        for shape in shapes() {
            named.extend(shape.attributes.iter().flat_map(|at| at.kind.names()));
            named.extend(shape.adds_to);
        }
        for name in named {
            assert!(shape(name).is_some(), "{name}");
        }
    }
}
