//! Mobilizon: cuts the fragment off the name of a key and takes what is left as the actor, asks for keys without a signature, and says
//! 200 also to what it lets go of.
//!
//! Its people follow and join groups; `Join` is answered with itself inside. Of posts it reads events and discussions alone.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    ACTIVITY_JSON, Fault, Known, Letter, Make, Manners, Peer, Somebody, Taken, dropped,
    either_type,
    letters::{id, kind, required, text},
    microblog::agree,
    threadiverse,
};

/// A Mobilizon.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mobilizon;

impl Make for Mobilizon {
    const MANNERS: Manners = Manners {
        software: "mobilizon",
        accept: ACTIVITY_JSON,
        reads: either_type,
        key: "#main-key",
        signs: &[
            "(request-target)",
            "host",
            "content-length",
            "digest",
            "date",
        ],
        algorithm: "rsa-sha256",
        covered: &["(request-target)", "host", "date"],
        past: Duration::from_hours(12),
        ahead: Duration::from_hours(12),
        unsigned: 200,
        signed_gets: false,
        plain_keys: true,
        shared_inbox: true,
        loops_back: false,
    };

    fn person_path(name: &str) -> String {
        format!("/@{name}")
    }

    fn group_path(name: &str) -> Option<String> {
        Some(format!("/@{name}"))
    }

    fn dress(card: &mut Value) {
        let id = text(card, "id").to_owned();
        if kind(card) == "Group" {
            card["endpoints"]["members"] = json!(format!("{id}/members"));
            card["endpoints"]["discussions"] = json!(format!("{id}/discussions"));
            card["openness"] = json!("open");
        }
        card["manuallyApprovesFollowers"] = json!(false);
        card["discoverable"] = json!(true);
    }

    fn key_fits(key_id: &str, activity: &Value) -> Result<(), Fault> {
        let without = key_id.split('#').next().unwrap_or_default();
        let owner = without.strip_suffix("/publickey").unwrap_or(without);
        if owner == text(activity, "actor") {
            Ok(())
        } else {
            Err(Fault::new(200, format!("{key_id} is not the actor's")))
        }
    }

    async fn take(peer: &Peer<Self>, letter: &Letter) -> Result<Taken, Fault> {
        let (activity, object) = (&letter.activity, &letter.activity["object"]);
        match (letter.kind(), kind(object)) {
            ("Accept", "Join") => joined(peer, letter),
            ("Invite", _) => invited(peer, letter),
            ("Join", _) => agree(peer, letter).await,
            ("Announce", "Create" | "Update") if kind(&object["object"]) != "Event" => {
                // A discussion names a person and a group; everything else is nobody's.
                dropped(format!("a {} in a group", kind(&object["object"])))
            }
            ("Announce", inner) if !matches!(inner, "Create" | "Update") => {
                dropped(format!("{inner} passed on"))
            }
            ("Create" | "Update", "Note" | "Article" | "Page" | "Question") => {
                dropped(format!("{} by {}", kind(object), text(activity, "actor")))
            }
            ("Like" | "Dislike" | "Undo", "" | "Like" | "Announce") => dropped("nothing is liked"),
            _ => threadiverse::take(peer, letter).await,
        }
    }
}

/// Somebody here is a member now: the answer holds the whole `Join`.
fn joined(peer: &Peer<Mobilizon>, letter: &Letter) -> Result<Taken, Fault> {
    let join = &letter.activity["object"];
    required(join, "id")?;
    let (who, group) = (required(join, "actor")?, required(join, "object")?);
    if group != letter.signer {
        return Err(Fault::new(200, "somebody else was asked"));
    }
    let asked = peer.memory().asked.get(id(join)).cloned();
    let pair = (who.to_owned(), group.to_owned());
    if asked.as_ref() != Some(&pair) {
        return Err(Fault::new(200, format!("nobody asked {join}")));
    }
    peer.memory().follows.insert(pair);
    Ok(Taken::Applied)
}

/// Somebody here is invited; they are told, and answer by themselves.
fn invited(peer: &Peer<Mobilizon>, letter: &Letter) -> Result<Taken, Fault> {
    let target = required(&letter.activity, "target")?.to_owned();
    let group = id(&letter.activity["object"]).to_owned();
    let pair = (target, group);
    let invitation = id(&letter.activity).to_owned();
    peer.memory().asked.insert(invitation, pair);
    Ok(Taken::Applied)
}

impl Somebody<Mobilizon> {
    /// Asks to be a member, with nothing to say beside.
    pub async fn joins(&self, group: &Known) -> Result<Value, Fault> {
        let mut join = self.activity("Join", &json!(group.uri));
        join["participationMessage"] = Value::Null;
        let pair = (self.uri().to_owned(), group.uri.clone());
        self.peer()
            .memory()
            .asked
            .insert(id(&join).to_owned(), pair);
        self.tells(&group.inbox, &join).await?;
        Ok(join)
    }

    /// Asks to take part in an event.
    pub async fn asks_to_come(&self, event: &str, organiser: &Known) -> Result<Value, Fault> {
        let mut join = self.activity("Join", &json!(event));
        join["participationMessage"] = json!("Bringing cake");
        self.tells(&organiser.inbox, &join).await?;
        Ok(join)
    }

    /// Does not want to belong any more.
    pub async fn departs(&self, group: &Known) -> Result<(), Fault> {
        let leave = self.activity("Leave", &json!(group.uri));
        self.tells(&group.inbox, &leave).await
    }

    /// A meetup of a group here, with everything that belongs to one.
    pub fn event(&self, group: &str, name: &str) -> Value {
        let peer = self.peer();
        let event = peer.fresh("events");
        json!({
            "id": event, "type": "Event", "uuid": "0b1f2c3d-0000-4000-8000-000000000001", "name": name,
            "content": "<p>Bring a bug.</p>", "mediaType": "text/html", "actor": self.uri(), "attributedTo": group,
            "to": [crate::PUBLIC], "cc": [group, format!("{group}/followers")],
            "startTime": "2026-02-22T09:00:00+01:00", "endTime": "2026-02-22T10:30:00+01:00", "displayEndTime": true,
            "timezone": "Europe/Berlin", "joinMode": "free", "maximumAttendeeCapacity": 30, "participantCount": 2,
            "location": { "type": "Place", "name": "Canteen", "latitude": 52.53, "longitude": 13.38,
                "address": { "type": "PostalAddress", "addressLocality": "Berlin", "addressRegion": null } },
            "anonymousParticipationEnabled": false, "isOnline": false, "status": "CONFIRMED", "ical:status": "CONFIRMED",
            "commentsEnabled": true, "repliesModerationOption": "allow_all", "category": "MEETING", "inLanguage": "en",
            "attachment": [{ "type": "PropertyValue", "name": "mz:poll", "value": "no", "propertyID": "mz:poll" }],
            "contacts": [], "tag": [], "url": event, "draft": false, "published": peer.world().timestamp(),
        })
    }
}

/// What somebody was answered: the types of answers that hold this question, in order.
pub fn answers_to(letters: &[Value], question: &Value) -> Vec<String> {
    letters
        .iter()
        .filter(|letter| id(&letter["object"]) == id(question))
        .map(|letter| kind(letter).to_owned())
        .collect()
}
