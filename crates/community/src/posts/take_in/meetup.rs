//! Meetups of others, as posts that say when and where.
//!
//! Clients and pages know nothing of meetups, so that time and place stand above the text. Nobody takes part from here: the page of the
//! meetup leads on.

use chrono::{DateTime, FixedOffset, TimeZone as _, Utc};
use kindred_protocol::{
    html,
    vocabulary::{EventDetails, EventStatus, Note, Place},
};

/// The most places that are told.
const MOST_PLACES: usize = 3;

/// When and where, as clean HTML; nothing of what is no meetup.
pub(super) fn facts(note: &Note) -> String {
    let Some(event) = &note.event else {
        return String::new();
    };
    let mut lines: Vec<String> = Vec::new();
    match event.status {
        Some(EventStatus::Cancelled) => lines.push("<strong>Cancelled</strong>".to_owned()),
        Some(EventStatus::Tentative) => lines.push("<strong>Not certain yet</strong>".to_owned()),
        _ => {}
    }
    lines.extend(time(note, event));
    lines.extend(event.places.iter().take(MOST_PLACES).filter_map(place));
    let online = event.online_link.as_ref().or(event.external_url.as_ref());
    lines.extend(online.map(|online| link(online.as_str())));
    if lines.is_empty() {
        return String::new();
    }
    html::clean(&format!("<p>{}</p>", lines.join("<br>")))
}

/// `Thursday, 22 January 2026, 09:00 to 10:30 (UTC+01:00)`, by the clocks of whoever wrote it.
fn time(note: &Note, event: &EventDetails) -> Option<String> {
    let clock = |key: &str, at: Option<i64>| {
        let told = note.raw[key]
            .as_str()
            .and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        told.or_else(|| Some(Utc.timestamp_millis_opt(at?).single()?.fixed_offset()))
    };
    let start = clock("startTime", event.starts_at)?;
    let end = clock("endTime", event.ends_at)
        .map(|end| end.with_timezone(start.offset()))
        .filter(|end| *end > start);
    let day = |at: &DateTime<FixedOffset>| at.format("%A, %-d %B %Y").to_string();
    let until = match end {
        Some(end) if end.date_naive() == start.date_naive() => {
            format!(" to {}", end.format("%H:%M"))
        }
        Some(end) => format!(" to {}, {}", day(&end), end.format("%H:%M")),
        None => String::new(),
    };
    let zone = match start.offset().local_minus_utc() {
        0 => "UTC".to_owned(),
        _ => format!("UTC{}", start.offset()),
    };
    Some(format!(
        "{}, {}{until} ({zone})",
        day(&start),
        start.format("%H:%M")
    ))
}

/// Name and address in one line.
fn place(place: &Place) -> Option<String> {
    let address = place.address.clone().unwrap_or_default();
    let town: Vec<String> = [address.postal_code, address.locality]
        .into_iter()
        .flatten()
        .collect();
    let mut parts: Vec<String> = Vec::new();
    let told = [
        place.name.clone(),
        address.street,
        Some(town.join(" ")),
        address.country,
    ];
    for part in told.into_iter().flatten() {
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then(|| html::escape(&parts.join(", ")))
}

fn link(address: &str) -> String {
    let address = html::escape(address);
    format!("<a href=\"{address}\">{address}</a>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kindred_protocol::{read, vocabulary::Document};
    use serde_json::{Value, json};

    fn told(more: &Value) -> String {
        let mut event = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "type": "Event",
            "id": "https://mob.example/events/1", "attributedTo": "https://mob.example/@bo", "name": "Breakfast"
        });
        for (key, value) in more.as_object().expect("fields") {
            event[key] = value.clone();
        }
        match read::document(&event) {
            Ok(Document::Note(note)) => facts(&note),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_meetup_says_when_and_where_and_whether_it_takes_place() {
        let place = json!({
            "type": "Place", "name": "Canteen <2>",
            "address": {
                "type": "PostalAddress", "streetAddress": "Main St 1", "postalCode": "10115", "addressLocality": "Berlin",
                "addressCountry": "Germany"
            }
        });
        let cases = [
            (json!({}), ""),
            (
                json!({ "startTime": "2026-01-22T09:00:00+01:00", "endTime": "2026-01-22T10:30:00+01:00", "location": place }),
                "<p>Thursday, 22 January 2026, 09:00 to 10:30 (UTC+01:00)<br>Canteen &lt;2&gt;, Main St 1, 10115 Berlin, Germany</p>",
            ),
            (
                json!({
                    "startTime": "2026-01-22T23:00:00Z", "endTime": "2026-01-23T01:00:00Z", "location": "The roof", "status": "CANCELLED"
                }),
                "<p><strong>Cancelled</strong><br>Thursday, 22 January 2026, 23:00 to Friday, 23 January 2026, 01:00 (UTC)<br>The roof</p>",
            ),
            (
                json!({ "startTime": "2026-01-22T09:00:00Z", "endTime": "2025-01-22T09:00:00Z" }),
                "<p>Thursday, 22 January 2026, 09:00 (UTC)</p>",
            ),
        ];
        for (more, expected) in cases {
            assert_eq!(told(&more), expected, "{more}");
        }
        let online = told(&json!({ "onlineLink": "https://meet.example/a?b=1&c=2" }));
        assert!(
            online.contains("href=\"https://meet.example/a?b=1&amp;c=2\""),
            "{online}"
        );
    }
}
