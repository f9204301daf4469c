//! All addresses that the doors answer at, as the program itself knows them.

use actix_web::{
    App,
    dev::Service as _,
    test::{TestRequest, call_service, init_service},
    web::Data,
};
use kindred_web::DoorSettings;
use std::{cell::RefCell, rc::Rc};

use crate::support::Instance;

/// The patterns of all routes, each once, without the twin that ends in a slash.
pub(crate) async fn there_are(instance: &Instance) -> Vec<String> {
    let map = Rc::new(RefCell::new(String::new()));
    let seen = Rc::clone(&map);
    let app = init_service(
        App::new()
            .app_data(Data::new(instance.kindred().clone()))
            .app_data(Data::new(DoorSettings {
                trusted_proxies: Vec::new(),
                rate_limit: 0.0,
            }))
            .wrap_fn(move |req, service| {
                *seen.borrow_mut() = format!("{:?}", req.resource_map());
                service.call(req)
            })
            .configure(kindred_web::configure),
    )
    .await;
    call_service(&app, TestRequest::with_uri("/health/live").to_request()).await;
    let map = map.borrow();
    let mut found = Vec::new();
    let mut rest = map.as_str();
    node(&mut rest, "", &mut found);
    found.sort();
    found.dedup();
    found
}

/// Reads one node of the map as it is printed: its patterns, then the nodes below it.
fn node(rest: &mut &str, above: &str, found: &mut Vec<String>) {
    skip(rest, "patterns: ");
    let patterns = patterns(rest);
    skip(rest, "nodes: ");
    if rest.starts_with("None") {
        found.extend(patterns.iter().map(|own| full(above, own)));
        skip(rest, "}");
        return;
    }
    let own = patterns.first().map(String::as_str).unwrap_or_default();
    let below = format!("{above}{own}");
    skip(rest, "Some([");
    while !rest.starts_with("])") {
        node(rest, &below, found);
        *rest = rest.trim_start_matches(", ");
    }
    skip(rest, "}");
}

fn full(above: &str, own: &str) -> String {
    let path = format!("{above}{own}");
    match path.strip_suffix('/') {
        Some(without) if !without.is_empty() => without.to_owned(),
        _ => path,
    }
}

fn skip(rest: &mut &str, to: &str) {
    let at = rest
        .find(to)
        .unwrap_or_else(|| panic!("the map of routes is printed otherwise now: {rest:.200}"));
    *rest = &rest[at + to.len()..];
}

/// `Single("/inbox")` or `List(["/inbox", "/inbox/"])`.
fn patterns(rest: &mut &str) -> Vec<String> {
    let end = if rest.starts_with("List") {
        rest.find("])")
    } else {
        rest.find("\")")
    };
    let text = &rest[..=end.expect("the end of the patterns")];
    let patterns = text
        .split('"')
        .skip(1)
        .step_by(2)
        .map(|pattern| pattern.replace("\\\\", "\\"))
        .collect();
    *rest = &rest[text.len()..];
    patterns
}
