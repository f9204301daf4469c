//! What a house says about itself, to clients and on its pages.

use kindred_community::{
    Moment,
    settings::{House, Paper, Rule},
};
use serde_json::{Value, json};

use crate::support::{http::Request, on_both, on_sqlite};

fn paper(html: &str) -> Paper {
    Paper {
        html: html.to_owned(),
        written_at: Moment(1_767_225_600_000),
    }
}

pub(super) fn furnished() -> House {
    House {
        email: "office@kindred.example".to_owned(),
        contact: Some("ines".to_owned()),
        about: Some(paper("<p>For gardeners.</p>")),
        privacy: Some(paper("<p>Nothing is sold.</p>")),
        terms: Some(paper("<p>Be there.</p>")),
        rules: vec![
            Rule {
                text: "Be kind".to_owned(),
                hint: "Nobody is here to fight.".to_owned(),
            },
            Rule {
                text: "No advertising".to_owned(),
                hint: String::new(),
            },
        ],
    }
}

#[actix_web::test]
async fn what_a_house_says_about_itself_is_told_to_clients_and_on_pages() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_admin("ines")
            .with_house(furnished())
            .start()
            .await;
        let asks = async |path: &str| -> Value { ours.page(path).await.json() };
        let rules = asks("/api/v1/instance/rules").await;
        assert_eq!(
            rules[0],
            json!({ "id": "1", "text": "Be kind", "hint": "Nobody is here to fight.", "translations": {} })
        );
        for version in ["v1", "v2"] {
            let about = asks(&format!("/api/{version}/instance")).await;
            assert_eq!(about["rules"], rules);
            let contact = &about["contact_account"];
            let contact = contact.as_object().map_or(&about["contact"]["account"], |_| contact);
            assert_eq!(contact["username"], "ines");
        }
        let about = asks("/api/v2/instance").await;
        assert_eq!(about["contact"]["email"], "office@kindred.example");
        for (called, page) in [("about", "gardeners"), ("privacy_policy", "sold"), ("terms_of_service", "Be there")] {
            let url = about["configuration"]["urls"][called].as_str().expect("an address");
            let shown = ours.page(url).await;
            assert_eq!(shown.status, 200, "{url}");
            assert!(shown.text().contains(page), "{url}");
        }
        assert!(ours.page("/about").await.text().contains("mailto:office@kindred.example"));
        assert_eq!(asks("/api/v1/instance/extended_description").await["content"], "<p>For gardeners.</p>");
        let privacy = asks("/api/v1/instance/privacy_policy").await;
        assert_eq!(privacy["updated_at"], "2026-01-01T00:00:00.000Z");
        let terms = asks("/api/v1/instance/terms_of_service/2026-01-01").await;
        assert_eq!(terms, asks("/api/v1/instance/terms_of_service").await);
        assert_eq!(terms["effective"], true);
        assert_eq!(ours.page("/api/v1/instance/terms_of_service/2025-01-01").await.status, 404);

        // What has not changed is not sent again.
        let first = ours.page("/api/v2/instance").await;
        let again = Request::new("GET", "/api/v2/instance")
            .with("host", ours.host())
            .with("if-none-match", first.header("etag"))
            .send(ours.address())
            .await;
        assert_eq!((again.status, again.body.len()), (304, 0));
    })
    .await;
}

#[actix_web::test]
async fn a_house_that_says_nothing_says_so() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        for path in [
            "/api/v1/instance/privacy_policy",
            "/api/v1/instance/terms_of_service",
            "/api/v1/instance/terms_of_service/2026-01-01",
        ] {
            let answer = ours.page(path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert!(answer.json()["error"].is_string());
        }
        assert_eq!(ours.page("/privacy-policy").await.status, 404);
        assert_eq!(ours.page("/about").await.status, 200);
        let about = ours.page("/api/v2/instance").await.json();
        assert_eq!(
            about["configuration"]["urls"]["privacy_policy"],
            json!(null)
        );
        assert_eq!(about["contact"], json!({ "email": "", "account": null }));
    })
    .await;
}

#[actix_web::test]
async fn weeks_neighbours_and_blocks_are_told_to_those_who_may_know() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_admin("ines")
            .start()
            .await;
        let nadia = ours.person("nadia");
        nadia.says("Hello").await;
        nadia.says("Again").await;
        ours.agrees_with("acme.example").await;
        ours.person("ines")
            .does(
                "POST",
                "/api/v1/admin/domain_blocks",
                Some(&json!({
                    "domain": "spam.example", "severity": "suspend", "obfuscate": true, "public_comment": "Spam"
                })),
            )
            .await;
        let weeks = ours.page("/api/v1/instance/activity").await.json();
        assert_eq!(weeks.as_array().map(Vec::len), Some(12));
        assert_eq!(weeks[0]["statuses"], "2");
        assert_eq!(weeks[0]["registrations"], "2");
        assert_eq!(weeks[1]["statuses"], "0");
        // Noon of a Saturday: the week began on Monday at midnight.
        assert_eq!(weeks[0]["week"], "1769385600");
        let peers = ours.page("/api/v1/instance/peers").await.json();
        assert!(peers.as_array().expect("a list").contains(&json!("acme.example")));
        assert!(!peers.to_string().contains("spam.example"));
        assert_eq!(ours.page("/api/v1/instance/domain_blocks").await.status, 401);
        let blocks = nadia.sees("/api/v1/instance/domain_blocks").await;
        assert_eq!(blocks[0]["domain"], "spa*.****ple");
        assert_eq!(blocks[0]["comment"], "Spam");
        assert_eq!(blocks[0]["digest"].as_str().map(str::len), Some(64));
        fediverse.settle().await;
    })
    .await;
}

#[actix_web::test]
async fn a_public_post_can_be_shown_on_another_page_and_no_other() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let nadia = ours.person("nadia");
        let open = nadia.says("Look at this").await;
        let closed = nadia
            .publishes(json!({ "status": "Only for friends", "visibility": "private" }))
            .await;
        let told = async |uri: &Value, more: &str| {
            let uri = uri.as_str().expect("an address");
            ours.page(&format!("/api/oembed?url={uri}{more}")).await
        };
        let embed = told(&open["uri"], "&maxwidth=50").await.json();
        assert_eq!(embed["type"], "rich");
        assert_eq!(embed["width"], 100);
        assert!(
            embed["html"]
                .as_str()
                .is_some_and(|html| html.contains("Look at this"))
        );
        assert_eq!(told(&closed["uri"], "").await.status, 404);
        assert_eq!(told(&open["uri"], "&format=xml").await.status, 501);
        assert_eq!(ours.page("/api/oembed").await.status, 404);
        fediverse.settle().await;
    })
    .await;
}
