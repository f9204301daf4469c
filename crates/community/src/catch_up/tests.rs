use super::*;
use serde_json::json;

#[test]
fn an_outbox_tells_what_was_published_in_many_ways() {
    let post = "https://far.example/post/1";
    for entry in [
        json!(post),
        json!({ "type": "Create", "id": "https://far.example/c/1", "object": post }),
        json!({ "type": "Create", "object": { "type": "Note", "id": post } }),
        json!({ "type": "Announce", "object": { "type": "Create", "object": { "type": "Page", "id": post } } }),
        json!({ "type": "Announce", "object": post }),
        json!({ "type": "Page", "id": post }),
    ] {
        assert_eq!(
            published(&entry)
                .map(|uri| uri.as_str().to_owned())
                .as_deref(),
            Some(post),
            "{entry}"
        );
    }
    for entry in [
        json!({ "type": "Like", "object": post }),
        json!({ "type": "Announce", "object": { "type": "Like", "object": post } }),
        json!({ "type": "Announce", "object": [post] }),
        json!(7),
        json!({ "type": "Create" }),
    ] {
        assert_eq!(published(&entry), None, "{entry}");
    }
}
