//! The client API as a whole: every endpoint is called, every attribute of what it answers is looked at, every wrong question is
//! refused with words, and the pages that describe it say what is so.
//!
//! `UPDATE_DOCS=1 cargo test --all-features -p kindred --test it client_api` writes `docs/client-api.md` anew.

mod fuzz;
mod house;
mod nonsense;
mod shapes;
mod stage;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

use kindred_web::description::{Answer, Endpoint, Kind, document, endpoints};
use serde_json::Value;

use crate::{
    relay::routes,
    support::{Instance, http::Request, on_both, on_sqlite},
};
use stage::Stage;

pub(crate) use stage::ALL_SCOPES;

/// What is answered with another status than 200 although all is well, and why.
const REFUSED: &[(&str, &str, u16)] = &[
    // This house is closed; signing up is tried where people arrive.
    ("POST", "/api/v1/accounts", 403),
    // Nothing translates.
    ("POST", "/api/v1/statuses/:id/translate", 503),
    // Nobody waits for approval, since nobody comes without an invitation.
    ("POST", "/api/v1/admin/accounts/:id/approve", 403),
    ("POST", "/api/v1/admin/accounts/:id/reject", 403),
    // The program that asks is not known; signing in is tried where people sign in.
    ("GET", "/oauth/authorize", 401),
];

/// Lists that are empty in this house, and why.
const EMPTY: &[&str] = &[
    // Nothing translates.
    "/api/v1/instance/translation_languages",
    "/api/v1/accounts/:id/identity_proofs",
    // Nobody from elsewhere has handed in a page.
    "/api/v1/timelines/link",
    // Nobody elsewhere hears of this group.
    "/api/kindred/v1/groups/:id/audit/:line/receipts",
    // What few talk about is no trend, and figures below three are not told.
    "/api/v1/trends",
    "/api/v1/trends/tags",
    "/api/v1/trends/statuses",
    "/api/v1/trends/links",
];

/// Whether a route that is served, as it is written in the program, is meant by an address of the table.
fn serves(route: &str, path: &str) -> bool {
    if let Some(start) = route.strip_suffix("{name:.*}") {
        return path.starts_with(start);
    }
    let (route, path): (Vec<&str>, Vec<&str>) = (parts(route), path.split('/').collect());
    route.len() == path.len()
        && route.iter().zip(&path).all(|(served, asked)| {
            let inside = served
                .strip_prefix('{')
                .and_then(|served| served.strip_suffix('}'));
            match inside.map(|inside| inside.split_once(':')) {
                None => served == asked,
                Some(None) => asked.starts_with(':'),
                Some(Some((_, words))) => words.split('|').any(|word| word == *asked),
            }
        })
}

/// The parts of a route; what stands in braces is one.
fn parts(route: &str) -> Vec<&str> {
    route.split('/').collect()
}

/// The addresses that the program serves, whatever the table says.
async fn served(ours: &Instance) -> Vec<String> {
    let routes = routes::there_are(ours).await.into_iter();
    routes
        .filter(|route| route.starts_with("/api/") || described_elsewhere(route))
        .collect()
}

fn described_elsewhere(route: &str) -> bool {
    matches!(
        route,
        "/oauth/authorize"
            | "/oauth/token"
            | "/oauth/revoke"
            | "/oauth/userinfo"
            | "/health"
            | "/.well-known/oauth-authorization-server"
    )
}

#[actix_web::test]
async fn every_address_that_is_served_is_described_with_its_methods_and_nothing_else_is() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_admin("ines")
            .start()
            .await;
        let routes = served(&ours).await;
        let ines = ours.person_who_may("ines", stage::ALL_SCOPES).await;
        let mut methods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut wrong = Vec::new();
        for endpoint in endpoints().iter().filter(|endpoint| endpoint.here.is_ok()) {
            methods
                .entry(endpoint.path)
                .or_default()
                .insert(endpoint.method);
            if !routes.iter().any(|route| serves(route, endpoint.path)) {
                wrong.push(format!(
                    "{} {} is described and not served",
                    endpoint.method, endpoint.path
                ));
            }
        }
        for route in routes.iter().filter(|route| route.starts_with("/api/")) {
            if !methods.keys().any(|path| serves(route, path)) {
                wrong.push(format!("{route} is served and not described"));
            }
        }
        for (path, described) in methods
            .iter()
            .filter(|(path, _)| path.starts_with("/api/") && !path.contains("/streaming"))
        {
            let asked: Vec<&str> = path
                .split('/')
                .map(|part| if part.starts_with(':') { "0" } else { part })
                .collect();
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                let answer = ines.calls(method, &asked.join("/"), None).await;
                let taken = answer.status != 405;
                if taken != described.contains(method) {
                    wrong.push(format!(
                        "{method} {path}: described {}, taken {taken}",
                        !taken
                    ));
                }
            }
        }
        assert_eq!(wrong, [""; 0]);
    })
    .await;
}

#[actix_web::test]
async fn every_endpoint_answers_in_the_shape_that_is_promised() {
    on_both(async |fediverse| {
        let stage = Stage::set(fediverse).await;
        let mut wrong = Vec::new();
        for endpoint in endpoints() {
            let Ok(terms) = &endpoint.here else {
                continue;
            };
            let name = format!("{} {}", endpoint.method, endpoint.path);
            let call = stage.call(endpoint).await;
            let answer = stage.send(endpoint, &call).await;
            let refused = REFUSED
                .iter()
                .find(|(method, path, _)| (*method, *path) == (endpoint.method, endpoint.path))
                .map(|(_, _, status)| *status);
            let streams = matches!(terms.answer, Answer::Stream | Answer::Socket);
            let expected = refused.unwrap_or(if streams { 401 } else { 200 });
            if answer.status != expected {
                wrong.push(format!(
                    "{name}: {} instead of {expected}: {:.300}",
                    answer.status,
                    answer.text()
                ));
                continue;
            }
            let kind = match &terms.answer {
                Answer::Page | Answer::Text => {
                    if answer.body.is_empty() {
                        wrong.push(format!("{name} EMPTY"));
                    }
                    continue;
                }
                _ if expected != 200 => &Kind::Shape(vec!["Error"]),
                Answer::Json(kind) => kind,
                Answer::Stream | Answer::Socket => continue,
            };
            if !answer
                .header("content-type")
                .starts_with("application/json")
            {
                wrong.push(format!("{name} TYPE"));
                continue;
            }
            let value = answer.json();
            let faults = shapes::faults(kind, &value);
            wrong.extend(faults.iter().map(|fault| format!("{name}: {fault}")));
            let empty = value.as_array().is_some_and(Vec::is_empty)
                || (matches!(kind, Kind::Map(_))
                    && value.as_object().is_some_and(serde_json::Map::is_empty));
            if empty != EMPTY.contains(&endpoint.path) {
                wrong.push(format!("{name}: empty is {empty}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        fediverse.settle().await;
    })
    .await;
}

/// The page, made of the table.
fn page() -> String {
    let common: Vec<&Endpoint> = endpoints()
        .iter()
        .filter(|endpoint| documented(endpoint))
        .collect();
    let here = common
        .iter()
        .filter(|endpoint| endpoint.here.is_ok())
        .count();
    let mut page = format!(
        "# The client API\n\nKindred speaks the client API of Mastodon, and has words of its own for what that has none for: groups, and \
         finding each\nother. Of {} documented endpoints {here} are here; each is called by a test that looks at every attribute of what it\n\
         answers. The same table as an OpenAPI document: `/api/openapi.json`.\n",
        common.len()
    );
    let mut chapter = "";
    for endpoint in endpoints() {
        if endpoint.chapter != chapter {
            chapter = endpoint.chapter;
            let _ = write!(
                page,
                "\n## {chapter}\n\n| endpoint | since | scope | answer |\n|---|---|---|---|\n"
            );
        }
        let (scopes, answer) = match &endpoint.here {
            Ok(terms) => (terms.scopes.join(", "), told(&terms.answer)),
            Err(why) => (String::new(), format!("left out: {why}")),
        };
        let _ = writeln!(
            page,
            "| {} `{}` | {} | {scopes} | {answer} |",
            endpoint.method, endpoint.path, endpoint.since
        );
    }
    page
}

/// Those that Mastodon's documentation names.
fn documented(endpoint: &Endpoint) -> bool {
    endpoint.is_common() && !endpoint.chapter.starts_with("Called by")
}

fn told(answer: &Answer) -> String {
    match answer {
        Answer::Json(kind) => told_kind(kind),
        Answer::Page => "a page".to_owned(),
        Answer::Text => "a word".to_owned(),
        Answer::Stream => "events".to_owned(),
        Answer::Socket => "a WebSocket".to_owned(),
    }
}

fn told_kind(kind: &Kind) -> String {
    match kind {
        Kind::Shape(names) => names.join(" or "),
        Kind::List(each) => format!("list of {}", told_kind(each)),
        Kind::Map(each) => format!("{} by name", told_kind(each)),
        Kind::Object(_) => "`{}`".to_owned(),
        Kind::Text => "text".to_owned(),
        _ => "JSON".to_owned(),
    }
}

#[test]
fn the_page_about_the_client_api_says_what_is_here() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/client-api.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, page()).expect("a page");
    }
    let written = std::fs::read_to_string(&file).expect("the page");
    assert!(
        written == page(),
        "docs/client-api.md is stale; UPDATE_DOCS=1 writes it anew"
    );
    let common = endpoints()
        .iter()
        .filter(|endpoint| documented(endpoint))
        .count();
    assert_eq!(common, 265);
}

#[actix_web::test]
async fn the_openapi_document_is_sound_and_served() {
    on_sqlite(async |fediverse| {
        let ours = fediverse.instance("kindred.example").start().await;
        let answer = Request::new("GET", "/api/openapi.json")
            .with("host", ours.host())
            .send(ours.address())
            .await;
        let document = answer.json();
        assert_eq!(&document, document_of());
        assert!(
            document["openapi"]
                .as_str()
                .is_some_and(|version| version.starts_with("3.1"))
        );
        let mut names = BTreeSet::new();
        let mut methods = 0;
        for (path, item) in document["paths"].as_object().expect("paths") {
            let wanted: BTreeSet<&str> = path
                .split('/')
                .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
                .collect();
            for (method, operation) in item.as_object().expect("operations") {
                methods += 1;
                let id = operation["operationId"].as_str().expect("a name");
                assert!(names.insert(id), "{id} is there twice");
                let told: BTreeSet<&str> = operation["parameters"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter(|parameter| parameter["in"] == "path")
                    .filter_map(|parameter| parameter["name"].as_str())
                    .collect();
                assert_eq!(told, wanted, "{method} {path}");
                assert!(
                    operation["responses"]["200"]["content"].is_object(),
                    "{method} {path}"
                );
            }
        }
        let here = endpoints()
            .iter()
            .filter(|endpoint| endpoint.here.is_ok())
            .count();
        assert_eq!(methods, here);
        every_reference_leads_somewhere(&document, &document);
    })
    .await;
}

fn document_of() -> &'static Value {
    document()
}

fn every_reference_leads_somewhere(whole: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(to)) = members.get("$ref") {
                let found = to.strip_prefix('#').and_then(|to| whole.pointer(to));
                assert!(found.is_some(), "{to} leads nowhere");
            }
            members
                .values()
                .for_each(|member| every_reference_leads_somewhere(whole, member));
        }
        Value::Array(elements) => {
            for element in elements {
                every_reference_leads_somewhere(whole, element);
            }
        }
        _ => {}
    }
}
