//! How much of the Mastodon client API is here: every documented endpoint is asked for, and `docs/client-api.md` says how that went.
//!
//! `UPDATE_DOCS=1 cargo test --all-features -p kindred --test it client_api` writes the page anew.

mod house;

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use serde_json::json;

use crate::support::{Person, on_sqlite};

const ENDPOINTS: &str = include_str!("endpoints.txt");

/// What is left out on purpose, by how its address begins, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "/api/v1/emails/",
        "no mail is sent, so no address is confirmed",
    ),
    (
        "/api/v1/statuses/:id/translate",
        "nothing is sent to translators",
    ),
    (
        "/api/v1/statuses/:id/card",
        "taken out of Mastodon; cards are part of posts",
    ),
    (
        "/api/v1/timelines/direct",
        "taken out of Mastodon; conversations are the same",
    ),
    (
        "/api/v1/accounts/:id/identity_proofs",
        "taken out of Mastodon",
    ),
    ("/api/proofs", "taken out of Mastodon"),
    (
        "/api/v2_alpha/",
        "had its day: `/api/v2/notifications` is the same",
    ),
    (
        "/api/v1/annual_reports",
        "no year in review: nobody is counted here",
    ),
    ("/api/v1/collections", "newer than what is spoken here"),
    (
        "/api/v1/accounts/:account_id/collections",
        "newer than what is spoken here",
    ),
    (
        "/api/v1/accounts/:account_id/in_collections",
        "newer than what is spoken here",
    ),
    (
        "/api/v1_alpha/async_refreshes",
        "nothing is refreshed behind an answer",
    ),
    (
        "/api/v1/admin/canonical_email_blocks",
        "accounts are made by hand or by the company",
    ),
    (
        "/api/v1/admin/email_domain_blocks",
        "accounts are made by hand or by the company",
    ),
    ("/api/v1/admin/ip_blocks", "a firewall does that better"),
    ("/api/v1/admin/dimensions", "nobody is measured here"),
    ("/api/v1/admin/measures", "nobody is measured here"),
    ("/api/v1/admin/retention", "nobody is measured here"),
    ("/api/v1/admin/trends", "trends need no approval"),
];

/// What became of an endpoint.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Here,
    LeftOut(&'static str),
    NotYet,
}

/// Asks for an endpoint. Its numbers belong to nothing, so what is here answers something else than "no such address".
async fn look(who: &Person, method: &str, path: &str) -> Found {
    let asked: String = path
        .split('/')
        .map(|part| match part {
            ":name" | ":hashtag" | ":group_key" => "rust",
            ":year" => "2026",
            part if part.starts_with(':') => "1",
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/");
    if path.starts_with("/api/v1/streaming/") && !path.ends_with("/health") {
        // A stream never ends: a stranger is told so at once.
        let answer = who.instance.page(&asked).await;
        return if answer.status == 401 {
            Found::Here
        } else {
            Found::NotYet
        };
    }
    let body = (method != "GET").then(|| json!({}));
    let answer = who.calls(method, &asked, body.as_ref()).await;
    assert!(
        answer.status < 500 || answer.status == 503,
        "{method} {asked}: {}",
        answer.text()
    );
    let nowhere = answer.status == 405
        || (answer.status == 404 && answer.text().contains("there is nothing at this address"));
    if !nowhere {
        return Found::Here;
    }
    LEFT_OUT
        .iter()
        .find(|(start, _)| path.starts_with(start))
        .map_or(Found::NotYet, |(_, why)| Found::LeftOut(why))
}

#[actix_web::test]
async fn the_page_about_the_client_api_says_what_is_here() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let scopes = "read write follow push profile admin:read admin:write";
        let mut page = String::new();
        let mut count = (0, 0);
        let mut here = BTreeSet::new();
        for line in ENDPOINTS.lines() {
            if let Some(chapter) = line.strip_prefix("## ") {
                let _ = write!(page, "\n## {chapter}\n\n| endpoint | since | here |\n|---|---|---|\n");
            }
            let [method, path, since] = line.split(' ').collect::<Vec<_>>()[..] else {
                continue;
            };
            if line.starts_with('#') {
                continue;
            }
            // What ends a token or changes the asker gets a fresh one each time.
            let nadia = ours.person_who_may("nadia", scopes).await;
            let found = look(&nadia, method, path).await;
            count.1 += 1;
            let words = match found {
                Found::Here => {
                    count.0 += 1;
                    here.insert(format!("| {method} `{path}` |"));
                    "yes".to_owned()
                }
                Found::LeftOut(why) => format!("left out: {why}"),
                Found::NotYet => "not yet".to_owned(),
            };
            let _ = writeln!(page, "| {method} `{path}` | {since} | {words} |");
        }
        let page = format!(
            "# The client API\n\nKindred speaks the client API of Mastodon. Of {} documented endpoints {} are here. The table is made by a test \
             that asks\nfor each of them; what Mastodon's API has no word for is described under `/api/kindred/v1/`.\n{page}",
            count.1, count.0
        );
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/client-api.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&file, &page).expect("a page");
        }
        let written = std::fs::read_to_string(&file).expect("the page");
        let promised = written
            .lines()
            .filter(|line| line.ends_with("| yes |"))
            .filter(|line| !here.iter().any(|start| line.starts_with(start.as_str())))
            .collect::<Vec<_>>();
        assert!(promised.is_empty(), "promised, and not here: {promised:?}");
    })
    .await;
}
