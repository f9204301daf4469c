//! What is mended, what is dropped, and that nothing is made up.

use super::{TABLE, straighten};
use crate::read::{self, pieces};
use activitystreams::{
    activity::ActorAndObjectOptOriginAndTarget,
    actor::{Actor, ApActor},
    collection::CollectionPage,
    object::Object,
};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one table of all that was ever seen bent"
)]
fn what_is_bent_is_mended_and_what_cannot_be_is_dropped() {
    let table = [
        (
            "nulls go",
            json!({"id": null, "name": null, "tag": [null, {"type": "Mention"}]}),
            json!({"tag": [{"type": "Mention"}]}),
        ),
        (
            "the context goes",
            json!({"@context": {"id": "@id"}, "type": "Note"}),
            json!({"type": "Note"}),
        ),
        (
            "a known type is picked",
            json!({"type": ["schema:Place", "Place"]}),
            json!({"type": "Place"}),
        ),
        (
            "else the first type",
            json!({"type": ["Zebra", "Giraffe"]}),
            json!({"type": "Zebra"}),
        ),
        (
            "expanded types shrink",
            json!({"type": "https://www.w3.org/ns/activitystreams#Note"}),
            json!({"type": "Note"}),
        ),
        (
            "older names are understood",
            json!({"@id": "https://a.example/1", "@type": "Note"}),
            json!({"id": "https://a.example/1", "type": "Note"}),
        ),
        (
            "the newer name wins",
            json!({"type": "Note", "objectType": "Person"}),
            json!({"type": "Note"}),
        ),
        (
            "collections become their id",
            json!({"likes": {"id": "https://a.example/likes", "totalItems": 3}}),
            json!({"likes": "https://a.example/likes"}),
        ),
        (
            "and go without one",
            json!({"likes": {"totalItems": 3}}),
            json!({}),
        ),
        (
            "blanks are encoded",
            json!({"icon": {"id": "https://a.example/a b"}}),
            json!({"icon": {"id": "https://a.example/a%20b"}}),
        ),
        (
            "relative ids go",
            json!({"icon": {"id": "emoji/1", "type": "Image"}}),
            json!({"icon": {"type": "Image"}}),
        ),
        (
            "empty ids go",
            json!({"id": "", "type": "Note"}),
            json!({"type": "Note"}),
        ),
        (
            "naive times are UTC",
            json!({"published": "2026-01-15T10:00:00"}),
            json!({"published": "2026-01-15T10:00:00Z"}),
        ),
        (
            "offsets are kept in mind",
            json!({"published": "2026-01-15T10:00:00.5+02:00"}),
            json!({"published": "2026-01-15T08:00:00.500Z"}),
        ),
        (
            "days are their first moment",
            json!({"endTime": "2026-01-15"}),
            json!({"endTime": "2026-01-15T00:00:00Z"}),
        ),
        (
            "other times go",
            json!({"published": "yesterday", "updated": 5}),
            json!({}),
        ),
        (
            "endpoints of one text go",
            json!({"endpoints": "https://a.example/inbox"}),
            json!({}),
        ),
        (
            "bad endpoints go",
            json!({"endpoints": {"sharedInbox": null, "x": "https://a.example/x"}}),
            json!({"endpoints": {"x": "https://a.example/x"}}),
        ),
        (
            "media types lose parameters",
            json!({"mediaType": "Text/HTML; charset=utf-8"}),
            json!({"mediaType": "text/html"}),
        ),
        (
            "and go when they are none",
            json!({"mediaType": "html"}),
            json!({}),
        ),
        (
            "numbers are texts",
            json!({"name": 42}),
            json!({"name": "42"}),
        ),
        (
            "texts with a language are texts",
            json!({"name": {"@value": "Rust", "@language": "en"}}),
            json!({"name": "Rust"}),
        ),
        (
            "counts may be texts",
            json!({"totalItems": "12"}),
            json!({"totalItems": 12}),
        ),
        ("negative counts go", json!({"totalItems": -1}), json!({})),
        (
            "numbers are no recipients",
            json!({"to": ["https://a.example/1", 7, true]}),
            json!({"to": ["https://a.example/1"]}),
        ),
        (
            "the public stays as spelled",
            json!({"to": "as:Public", "cc": ["Public"]}),
            json!({"to": "as:Public", "cc": ["Public"]}),
        ),
        (
            "durations are not read",
            json!({"duration": "P99999999999999999Y"}),
            json!({}),
        ),
        (
            "what we do not know stays",
            json!({"zebra": {"stripes": [1, null, 2]}}),
            json!({"zebra": {"stripes": [1, 2]}}),
        ),
    ];
    for (what, before, after) in table {
        assert_eq!(straighten(before), after, "{what}");
    }
}

#[test]
fn every_field_is_in_the_table_once() {
    let names: HashSet<_> = TABLE.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), TABLE.len());
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("https://acme.example/people/mei".to_owned()),
        Just("https://acme.example/a b".to_owned()),
        Just("https://acme.example/#a#b".to_owned()),
        Just("http://[::1".to_owned()),
        Just("as:Public".to_owned()),
        Just("Note".to_owned()),
        Just("Create".to_owned()),
        Just("Announce".to_owned()),
        Just("Group".to_owned()),
        Just("OrderedCollection".to_owned()),
        Just("Event".to_owned()),
        Just("2026-01-15T10:00:00+02:00".to_owned()),
        Just("2016-12-31T23:59:60Z".to_owned()),
        Just("text/html".to_owned()),
        Just(":cat:".to_owned()),
        ".{0,12}",
        "https://[a-z%|^ #?/\\\\]{1,20}",
    ]
}

fn key() -> impl Strategy<Value = String> {
    let names: Vec<&'static str> = TABLE.iter().map(|(name, _)| *name).collect();
    let others = [
        "type",
        "@id",
        "@type",
        "publicKey",
        "contentMap",
        "oneOf",
        "closed",
        "interactionPolicy",
        "canAnnounce",
        "organizers",
        "address",
        "source",
        "assertionMethod",
        "sensitive",
        "focalPoint",
        "@value",
        "totalItems",
    ];
    prop_oneof![4 => proptest::sample::select(names), 2 => proptest::sample::select(others.to_vec())].prop_map(str::to_owned)
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        4 => word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => proptest::collection::vec((key(), inner), 0..10).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn texts(value: &Value, found: &mut HashSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
            found.extend(pieces::mended_address(text));
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

fn ids(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| ids(item, found)),
        Value::Object(fields) => {
            found.extend(fields.get("id").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| ids(field, found));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn straightening_twice_is_straightening_once(value in anything()) {
        let once = straighten(value);
        prop_assert_eq!(straighten(once.clone()), once);
    }

    #[test]
    fn no_id_is_made_up(value in anything()) {
        let mut said = HashSet::new();
        texts(&value, &mut said);
        let mut found = Vec::new();
        ids(&straighten(value), &mut found);
        for id in found {
            prop_assert!(said.contains(&id), "{} was never said", id);
        }
    }

    #[test]
    fn the_types_of_the_vocabulary_take_whatever_is_left(value in anything()) {
        let clean = straighten(value);
        if clean.is_object() {
            prop_assert!(Object::<String>::deserialize(&clean).is_ok(), "{:?}", Object::<String>::deserialize(&clean).err());
            prop_assert!(CollectionPage::<String>::deserialize(&clean).is_ok(), "{:?}", CollectionPage::<String>::deserialize(&clean).err());
            if clean.get("inbox").is_some() {
                prop_assert!(ApActor::<Actor<String>>::deserialize(&clean).is_ok(), "{:?}", ApActor::<Actor<String>>::deserialize(&clean).err());
            }
            if clean.get("actor").is_some() && clean.get("object").is_some() {
                prop_assert!(ActorAndObjectOptOriginAndTarget::<String>::deserialize(&clean).is_ok(), "{:?}", ActorAndObjectOptOriginAndTarget::<String>::deserialize(&clean).err());
            }
        }
    }

    #[test]
    fn no_reading_panics(value in anything(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let body = value.to_string();
        let _ = read::peek(body.as_bytes());
        let _ = read::peek(&bytes);
        let _ = read::envelope(body.as_bytes());
        let _ = read::envelope(&bytes);
        let _ = read::document(&value);
    }
}
