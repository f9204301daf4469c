//! How what was said is kept: without the `@context` that all of it begins with, which is longer than most of what follows.
//!
//! Whatever has another one, and everything that was said by others, is kept word by word.

use std::sync::LazyLock;

use kindred_protocol::write;
use kindred_storage::{Direction, activities::Activity};
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::{Map, Value};

/// How every document begins that names its context.
const OPENING: &str = "{\"@context\":";

/// Our context as it is known by comparison, and how a document begins that has it.
static OURS: LazyLock<(Value, String)> = LazyLock::new(|| {
    let context = write::context();
    let opening = format!("{OPENING}{context},");
    (context, opening)
});

/// The text of something said, as it is kept.
pub(crate) fn text_of(body: &Value) -> String {
    match body.as_object() {
        Some(fields) if fields.get("@context") == Some(&OURS.0) => {
            serde_json::to_string(&WithoutContext(fields)).unwrap_or_default()
        }
        _ => body.to_string(),
    }
}

/// The text of something said or heard, as it goes to others.
pub(crate) fn whole(activity: Activity) -> Option<String> {
    let kept = activity.body?;
    match kept.strip_prefix('{') {
        Some(rest) if activity.direction == Direction::Said && !kept.starts_with(OPENING) => {
            Some(format!("{}{rest}", OURS.1))
        }
        _ => Some(kept),
    }
}

struct WithoutContext<'a>(&'a Map<String, Value>);

impl Serialize for WithoutContext<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0.iter().filter(|(key, _)| *key != "@context") {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use kindred_storage::testing::sample;
    use serde_json::json;

    use super::*;

    fn kept(direction: Direction, body: String) -> Activity {
        Activity {
            direction,
            body: Some(body),
            ..sample::activity(1, kindred_storage::ActorId(1), "Like")
        }
    }

    #[test]
    fn our_context_is_left_out_and_put_back() {
        let said =
            json!({ "@context": write::context(), "id": "https://a.example/1", "type": "Like" });
        let text = text_of(&said);
        assert_eq!(text, r#"{"id":"https://a.example/1","type":"Like"}"#);
        let whole = whole(kept(Direction::Said, text)).unwrap();
        assert_eq!(whole, said.to_string());
    }

    #[test]
    fn another_context_and_what_others_said_stay_as_they_are() {
        let other = json!({ "@context": "https://www.w3.org/ns/activitystreams", "type": "Like" });
        assert_eq!(text_of(&other), other.to_string());
        for (direction, text) in [
            (Direction::Said, other.to_string()),
            (Direction::Carried, r#"{"type":"Like"}"#.to_owned()),
            (Direction::Heard, r#"{"type":"Like"}"#.to_owned()),
        ] {
            assert_eq!(whole(kept(direction, text.clone())), Some(text));
        }
    }
}
