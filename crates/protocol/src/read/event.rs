//! Meetups and places.
//!
//! Every event server has words of its own for the same things; each word here was seen on the wire.

use super::pieces;
use crate::{
    limits::ATTACHMENTS,
    vocabulary::{Address, EventDetails, EventStatus, JoinMode, Place},
};
use serde_json::Value;

/// Time, place and rules of a meetup.
pub(super) fn details(clean: &Value) -> EventDetails {
    let get = |key: &str| pieces::field(clean, key);
    let places: Vec<Place> = pieces::list(get("location"))
        .filter_map(place)
        .take(ATTACHMENTS)
        .collect();
    let online_link = ["onlineLink", "virtualLocation"]
        .iter()
        .find_map(|key| pieces::place_of(get(key)))
        .or_else(|| {
            places
                .iter()
                .filter(|place| place.address.is_none())
                .find_map(|place| place.url.clone())
        });
    EventDetails {
        starts_at: pieces::moment(get("startTime")),
        ends_at: pieces::moment(get("endTime")),
        timezone: pieces::text(get("timezone")).filter(|zone| zone.len() <= 64),
        organiser: pieces::only_address(get("actor")),
        organisers: people(get("organizers")),
        join_mode: pieces::text(get("joinMode")).and_then(|mode| join_mode(&mode)),
        external_url: pieces::place_of(get("externalParticipationUrl")),
        online: pieces::flag(get("isOnline")).unwrap_or(online_link.is_some()),
        online_link,
        capacity: pieces::count(get("maximumAttendeeCapacity")).filter(|places| *places > 0),
        remaining: pieces::count(get("remainingAttendeeCapacity")),
        participants: pieces::count(get("participantCount"))
            .or_else(|| pieces::count(pieces::field(get("attendees"), "totalItems"))),
        status: ["status", "ical:status", "eventStatus"]
            .iter()
            .find_map(|key| status(&pieces::text(get(key))?)),
        category: pieces::name(get("category")),
        places,
    }
}

fn people(value: &Value) -> Vec<crate::uri::Uri> {
    let inner = ["items", "orderedItems"]
        .into_iter()
        .map(|key| pieces::field(value, key))
        .find(|items| !items.is_null());
    let collection = value.get("totalItems").is_some() || inner.is_some();
    let items = inner.unwrap_or(if collection { &Value::Null } else { value });
    pieces::list(items)
        .filter_map(pieces::address)
        .take(ATTACHMENTS)
        .collect()
}

fn join_mode(word: &str) -> Option<JoinMode> {
    Some(match word {
        "free" => JoinMode::Free,
        "restricted" => JoinMode::Restricted,
        "invite" => JoinMode::Invite,
        "external" => JoinMode::External,
        "none" => JoinMode::None,
        _ => return None,
    })
}

fn status(word: &str) -> Option<EventStatus> {
    let word = word
        .rsplit(['/', '#', ':'])
        .next()
        .unwrap_or(word)
        .to_ascii_lowercase();
    Some(match word.as_str() {
        "confirmed" | "eventscheduled" | "eventrescheduled" | "eventmovedonline" => {
            EventStatus::Confirmed
        }
        "tentative" | "eventpostponed" => EventStatus::Tentative,
        "cancelled" | "canceled" | "eventcancelled" => EventStatus::Cancelled,
        _ => return None,
    })
}

/// A place: an object, the address of a meeting room on the net, or a plain name.
pub(super) fn place(value: &Value) -> Option<Place> {
    let Value::Object(_) = value else {
        let text = value.as_str()?;
        let url = text
            .starts_with("http")
            .then(|| pieces::web_address(text))
            .flatten();
        let name = if url.is_none() {
            pieces::name(value)
        } else {
            None
        };
        return (url.is_some() || name.is_some()).then(|| Place {
            name,
            url,
            ..Place::default()
        });
    };
    let get = |key: &str| pieces::field(value, key);
    let degrees = |keys: [&str; 2], most: f64| {
        let geo = pieces::field(value, "geo");
        keys.iter()
            .find_map(|key| {
                pieces::number(get(key)).or_else(|| pieces::number(pieces::field(geo, key)))
            })
            .filter(|degrees| degrees.abs() <= most)
    };
    Some(Place {
        id: pieces::address(value),
        name: pieces::name(get("name")),
        address: address(get("address")),
        latitude: degrees(["latitude", "lat"], 90.0),
        longitude: degrees(["longitude", "lon"], 180.0),
        url: pieces::place_of(get("url")),
    })
}

fn address(value: &Value) -> Option<Address> {
    let get = |key: &str| pieces::name(pieces::field(value, key));
    let found = match value {
        Value::String(_) => Address {
            street: pieces::name(value),
            ..Address::default()
        },
        Value::Object(_) => Address {
            street: get("streetAddress")
                .or_else(|| get("street"))
                .or_else(|| get("name")),
            postal_code: get("postalCode"),
            locality: get("addressLocality").or_else(|| get("locality")),
            region: get("addressRegion").or_else(|| get("region")),
            country: get("addressCountry").or_else(|| get("country")),
        },
        _ => return None,
    };
    (found != Address::default()).then_some(found)
}
