//! What a meetup says beyond what every post says.
//!
//! Twelve of the properties are there even when they are unknown, because one peer refuses an event without them.
//! Recurring meetups are told as one event per date; no peer reads rules of recurrence.

use super::{Fields, timestamp};
use crate::vocabulary::{EventStatus, JoinMode};
use serde_json::{Value, json};

/// Time, place and rules of a meetup.
#[derive(Clone, Debug, PartialEq)]
pub struct EventCard {
    /// The group that holds it; the post's author runs it.
    pub group: Option<String>,
    /// When it starts, as local time with offset (RFC 3339).
    pub starts: String,
    /// When it ends, likewise.
    pub ends: Option<String>,
    /// The time zone by name.
    pub timezone: Option<String>,
    /// Where. One place: a list would lose the event at one peer.
    pub place: Option<PlaceCard>,
    /// Where on the net.
    pub online_link: Option<String>,
    /// How one takes part.
    pub join_mode: JoinMode,
    /// Where one takes part, if not here.
    pub external_url: Option<String>,
    /// How many places there are.
    pub capacity: Option<u64>,
    /// How many take part.
    pub participants: u64,
    /// Whether it takes place.
    pub status: EventStatus,
    /// Everybody who helps to run it.
    pub organisers: Vec<String>,
    /// The collection of those who take part; only its size is public.
    pub attendees: Option<String>,
    /// The language tag.
    pub language: Option<String>,
    /// A stable identifier of the form other calendars use.
    pub uuid: Option<String>,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlaceCard {
    /// Its name.
    pub name: String,
    /// Street and number.
    pub street: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Town.
    pub locality: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Degrees north and east.
    pub coordinates: Option<(f64, f64)>,
}

impl PlaceCard {
    fn to_value(&self) -> Value {
        let mut fields = Fields::of("Place");
        fields.put("name", self.name.as_str()).put(
            "address",
            json!({
                "type": "PostalAddress",
                "streetAddress": self.street,
                "postalCode": self.postal_code,
                "addressLocality": self.locality,
                "addressRegion": self.region,
                "addressCountry": self.country,
            }),
        );
        if let Some((latitude, longitude)) = self.coordinates {
            // Written with a decimal point even when whole: one peer ignores integers.
            fields.put("latitude", latitude).put("longitude", longitude);
        }
        fields.into_value()
    }
}

impl EventCard {
    /// Who runs it and which group holds it: the person in `actor`, the group in `attributedTo`.
    pub(super) fn write_people(&self, doc: &mut Fields, author: &str) {
        doc.put("actor", author)
            .put("attributedTo", self.group.as_deref().unwrap_or(author));
        doc.maybe("uuid", self.uuid.as_deref());
    }

    /// The meeting room on the net, as an attachment that others show as a link.
    pub(super) fn online_attachment(&self) -> Option<Value> {
        let link = self.online_link.as_deref()?;
        Some(json!({"type": "Link", "name": "Website", "href": link, "mediaType": "text/html"}))
    }

    /// Time, place and rules.
    pub(super) fn write_details(&self, doc: &mut Fields) {
        let (status, schema_status) = match self.status {
            EventStatus::Confirmed => ("CONFIRMED", "EventScheduled"),
            EventStatus::Tentative => ("TENTATIVE", "EventScheduled"),
            EventStatus::Cancelled => ("CANCELLED", "EventCancelled"),
        };
        let join_mode = match self.join_mode {
            JoinMode::Free => "free",
            JoinMode::Restricted => "restricted",
            JoinMode::Invite => "invite",
            // "none" is a word that one peer does not know; it then refuses the event.
            JoinMode::External | JoinMode::None => "external",
        };
        doc.put("startTime", self.starts.as_str())
            .put("endTime", json!(self.ends))
            .put("displayEndTime", self.ends.is_some())
            .put("timezone", json!(self.timezone))
            .maybe("location", self.place.as_ref().map(PlaceCard::to_value))
            .put("joinMode", join_mode)
            .put("externalParticipationUrl", json!(self.external_url))
            .put("maximumAttendeeCapacity", json!(self.capacity))
            .maybe("remainingAttendeeCapacity", self.capacity.map(|all| all.saturating_sub(self.participants)))
            .put("participantCount", self.participants)
            .put("anonymousParticipationEnabled", false)
            .put("anonymousParticipation", false)
            .put("isOnline", self.online_link.is_some())
            .put("onlineLink", json!(self.online_link))
            .put("buyTicketsLink", Value::Null)
            .put("feeCurrency", Value::Null)
            .put("feeAmount", Value::Null)
            .put("status", status)
            .put("ical:status", status)
            .put("eventStatus", schema_status)
            .put("repliesModerationOption", "allow_all")
            .put("category", "MEETING")
            .maybe("inLanguage", self.language.as_deref())
            .put("contacts", Vec::<Value>::new())
            .put(
                "organizers",
                json!({"type": "Collection", "totalItems": self.organisers.len(), "items": self.organisers}),
            )
            .maybe(
                "attendees",
                self.attendees
                    .as_ref()
                    .map(|id| json!({"type": "Collection", "id": id, "totalItems": self.participants})),
            );
    }
}

impl EventCard {
    /// A card with a beginning and nothing else decided; everybody may take part.
    pub fn new(starts_at: i64) -> Self {
        Self {
            group: None,
            starts: timestamp(starts_at),
            ends: None,
            timezone: None,
            place: None,
            online_link: None,
            join_mode: JoinMode::Free,
            external_url: None,
            capacity: None,
            participants: 0,
            status: EventStatus::Confirmed,
            organisers: Vec::new(),
            attendees: None,
            language: None,
            uuid: None,
        }
    }
}
