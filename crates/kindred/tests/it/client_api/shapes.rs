//! Whether what was answered has the shape that is promised: every attribute, its kind, whether it may be null or missing.
//!
//! More than is promised is fine; less, or something else, is not.

use chrono::{DateTime, NaiveDate};
use kindred_web::description::{Attribute, Kind, shape};
use serde_json::{Map, Value};

/// Everything that is wrong with a value, each with the way to it.
pub(super) fn faults(kind: &Kind, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look("", kind, value, &mut found);
    found
}

fn look(at: &str, kind: &Kind, value: &Value, found: &mut Vec<String>) {
    let text = value.as_str();
    let fine = match kind {
        Kind::Anything => true,
        Kind::Text => text.is_some(),
        Kind::Id => text.is_some_and(|text| !text.is_empty()),
        Kind::Url => text.is_some_and(|text| text.is_empty() || url::Url::parse(text).is_ok()),
        Kind::Integer => value.is_i64(),
        Kind::Number => value.is_number(),
        Kind::Flag => value.is_boolean(),
        // Some clients read exactly three digits of milliseconds.
        Kind::Moment => text.is_some_and(|text| {
            text.len() == 24 && text.ends_with('Z') && DateTime::parse_from_rfc3339(text).is_ok()
        }),
        Kind::Day => text.is_some_and(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()),
        Kind::Count => text.is_some_and(|text| text.parse::<i64>().is_ok()),
        Kind::Word(words) => text.is_some_and(|text| words.contains(&text)),
        Kind::File => false,
        Kind::List(each) => match value.as_array() {
            Some(elements) => {
                for (place, element) in elements.iter().enumerate() {
                    look(&format!("{at}[{place}]"), each, element, found);
                }
                true
            }
            None => false,
        },
        Kind::Map(each) => match value.as_object() {
            Some(members) => {
                for (name, member) in members {
                    look(&format!("{at}.{name}"), each, member, found);
                }
                true
            }
            None => false,
        },
        Kind::Object(attributes) => match value.as_object() {
            Some(members) => {
                look_inside(at, attributes.iter(), members, found);
                true
            }
            None => false,
        },
        Kind::Shape(names) => return look_like_one_of(at, names, value, found),
    };
    if !fine {
        found.push(format!("{at} is {value:.60}, not {kind:?}"));
    }
}

/// The first shape that fits will do; else what the first one misses is told.
fn look_like_one_of(at: &str, names: &[&str], value: &Value, found: &mut Vec<String>) {
    let Some(members) = value.as_object() else {
        found.push(format!("{at} is {value:.60}, not {names:?}"));
        return;
    };
    let mut first = None;
    for name in names {
        let mut faults = Vec::new();
        let shape = shape(name).unwrap_or_else(|| panic!("no such shape: {name}"));
        look_inside(
            &format!("{at} {name}"),
            shape.all().into_iter(),
            members,
            &mut faults,
        );
        if faults.is_empty() {
            return;
        }
        first.get_or_insert(faults);
    }
    found.extend(first.unwrap_or_default());
}

fn look_inside<'a>(
    at: &str,
    attributes: impl Iterator<Item = &'a Attribute>,
    members: &Map<String, Value>,
    found: &mut Vec<String>,
) {
    for attribute in attributes {
        let here = format!("{at}.{}", attribute.name);
        match members.get(attribute.name) {
            None if attribute.may_be_missing => {}
            None => found.push(format!("{here} is missing")),
            Some(Value::Null) if attribute.null => {}
            Some(value) => look(&here, &attribute.kind, value, found),
        }
    }
}

#[test]
fn what_is_missing_null_or_of_another_kind_is_noticed() {
    let tag = Kind::Shape(vec!["Tag"]);
    let whole = serde_json::json!({ "id": "1", "name": "rust", "url": "https://a.example/", "history": [
        { "day": "1", "uses": "2", "accounts": "3" }
    ] });
    assert_eq!(faults(&tag, &whole), [""; 0]);
    for (name, value) in [
        ("name", Value::Null),
        ("url", Value::from("nowhere")),
        (
            "history",
            serde_json::json!([{ "day": 1, "uses": "2", "accounts": "3" }]),
        ),
        ("following", Value::Null),
    ] {
        let mut other = whole.clone();
        other[name] = value;
        assert_eq!(faults(&tag, &other).len(), 1, "{name}");
    }
}
