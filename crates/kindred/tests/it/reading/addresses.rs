//! Every address of reading: strangers and narrow tokens are refused as clients expect, and whoever may come in is answered.

use kindred_community::accounts;

use super::house;
use crate::support::{http::Request, on_sqlite};

/// Addresses that need somebody signed in, with the scope that opens each.
const PRIVATE: &[(&str, &str)] = &[
    ("/api/v1/timelines/home", "read:statuses"),
    ("/api/v1/favourites", "read:favourites"),
    ("/api/v1/bookmarks", "read:bookmarks"),
    ("/api/v1/notifications", "read:notifications"),
    ("/api/v1/notifications/unread_count", "read:notifications"),
    ("/api/v1/notifications/requests", "read:notifications"),
    (
        "/api/v1/notifications/requests/merged",
        "read:notifications",
    ),
    ("/api/v2/notifications", "read:notifications"),
    ("/api/v2/notifications/unread_count", "read:notifications"),
    ("/api/v2/notifications/policy", "read:notifications"),
    ("/api/v1/markers", "read:statuses"),
    ("/api/v1/lists", "read:lists"),
    ("/api/v1/filters", "read:filters"),
    ("/api/v2/filters", "read:filters"),
    ("/api/v1/conversations", "read:statuses"),
    ("/api/v1/blocks", "read:blocks"),
    ("/api/v1/mutes", "read:mutes"),
    ("/api/v1/domain_blocks", "read:blocks"),
    ("/api/v1/endorsements", "read:accounts"),
    ("/api/v1/followed_tags", "read:follows"),
    ("/api/v1/featured_tags", "read:accounts"),
    ("/api/v1/featured_tags/suggestions", "read:accounts"),
    ("/api/v1/follow_requests", "read:follows"),
    ("/api/v1/accounts/search?q=n", "read:accounts"),
    ("/api/v1/accounts/familiar_followers", "read:follows"),
    ("/api/v1/suggestions", "read:accounts"),
    ("/api/v2/suggestions", "read:accounts"),
];

/// Addresses that are open to strangers.
const OPEN: &[&str] = &[
    "/api/v1/timelines/public",
    "/api/v1/timelines/tag/rust",
    "/api/v1/accounts?id[]=1",
    "/api/v1/statuses?id[]=1",
    "/api/v1/tags/rust",
    "/api/v1/directory",
    "/api/v1/trends",
    "/api/v1/trends/tags",
    "/api/v1/trends/statuses",
    "/api/v1/trends/links",
    "/api/v2/search?q=n",
];

#[tokio::test]
async fn each_address_asks_for_its_scope_and_no_other() {
    on_sqlite(async |fediverse| {
        let house = house(fediverse).await;
        let nadia = house.person("nadia");
        let token = async |scopes: &str| {
            accounts::issue_token(house.kindred(), "nadia", scopes)
                .await
                .expect("a token")
        };
        let elsewhere = token("write push").await;
        for (path, scope) in PRIVATE {
            let stranger = house.page(path).await;
            assert_eq!(stranger.status, 401, "{path}");
            assert!(stranger.json()["error"].is_string(), "{path}");
            let asked = async |token: &str| {
                Request::new("GET", path)
                    .with("host", house.host())
                    .with("authorization", format!("Bearer {token}"))
                    .send(house.address())
                    .await
            };
            let refused = asked(&elsewhere).await;
            assert_eq!(refused.status, 403, "{path}");
            assert!(refused.json()["error"].is_string(), "{path}");
            let narrow = token(scope).await;
            let answer = asked(&narrow).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            answer.json();
        }
        for path in OPEN {
            for answer in [house.page(path).await, nadia.calls("GET", path, None).await] {
                assert_eq!(answer.status, 200, "{path}: {}", answer.text());
                answer.json();
            }
        }
    })
    .await;
}
