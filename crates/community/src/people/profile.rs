//! What people say about themselves, and changing it.

use kindred_protocol::html;
use kindred_storage::{
    ActorKind, Json,
    actors::{self, Actor, ActorPatch, Field},
};

use super::{checked_name, links};
use crate::{Kindred, Ledger, Refusal, Result, announce, directory, emojis, media, topics};

/// The longest note about oneself, in characters.
pub const LONGEST_NOTE: usize = 5_000;

/// The most pairs that somebody can say about themself: more are shown by few others.
pub const MOST_FIELDS: usize = 4;

/// The longest heading and the longest value of such a pair, in characters.
pub const LONGEST_FIELD: usize = 255;

/// The most topics that somebody can care about in public.
const MOST_TOPICS: usize = 20;

/// What somebody would like to change about themself. What is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The name for people; an empty one becomes the handle.
    pub name: Option<String>,
    /// A few words, as they were typed.
    pub note: Option<String>,
    /// Pairs of heading and value, as they were typed; pairs without heading and value are left out.
    pub fields: Option<Vec<(String, String)>>,
    /// Where their picture lies; an empty address takes it away.
    pub icon_url: Option<String>,
    /// Where their banner lies; an empty address takes it away.
    pub image_url: Option<String>,
    /// Whether they decide themself who may follow them.
    pub locked: Option<bool>,
    /// Whether they may be shown in directories.
    pub discoverable: Option<bool>,
    /// Whether their posts may be found by searching.
    pub indexable: Option<bool>,
    /// Whether a program speaks here rather than a person.
    pub bot: Option<bool>,
    /// Whether whom they follow and who follows them is kept to themself.
    pub hide_collections: Option<bool>,
    /// What they care about.
    pub topics: Option<Vec<String>>,
}

/// Changes what somebody of ours says about themself, and tells everybody who hears of them. Answers how they look now.
///
/// A change that changes nothing is told to nobody.
pub async fn change_profile(kindred: &Kindred, who: &Actor, wish: Profile) -> Result<Actor> {
    let wish = Checked::of(&wish)?;
    let who = who.id;
    kindred
        .write(move |ledger| {
            let before = ledger.actor(who)?;
            if before.deleted_at.is_some() || !before.host.is_empty() {
                return Err(Refusal::NoSuchPerson.into());
            }
            let after = wish.applied_to(before.clone());
            if after == before {
                return Ok(before);
            }
            let after = rewrite(ledger, after)?;
            if after.fields != before.fields {
                links::visit_later(ledger, &after);
            }
            announce::looks_different(ledger, &after, None)?;
            directory::tell_of_person(ledger, after.id, false)?;
            Ok(after)
        })
        .await
}

/// Writes down how an actor of ours looks from now on.
pub(crate) fn rewrite(ledger: &mut Ledger<'_>, mut face: Actor) -> Result<Actor> {
    // Later than every earlier version, or peers take it for the one that they have.
    face.updated_at = ledger.now.max(face.updated_at.plus(A_MILLISECOND));
    face.emojis = Json(emojis::of_face(ledger, &face)?);
    let before = ledger.actor(face.id)?;
    for (worn, wears) in [
        (&before.icon_url, &face.icon_url),
        (&before.image_url, &face.image_url),
    ] {
        if let Some(worn) = worn.as_deref().filter(|_| worn != wears) {
            media::take_down(ledger, face.id, worn)?;
        }
    }
    let patch = ActorPatch {
        kind: Some(face.kind),
        hide_collections: Some(face.hide_collections),
        name: Some(face.name.clone()),
        summary: Some(face.summary.clone()),
        summary_source: Some(face.summary_source.clone()),
        emojis: Some(face.emojis.clone()),
        icon_url: Some(face.icon_url.clone()),
        image_url: Some(face.image_url.clone()),
        locked: Some(face.locked),
        discoverable: Some(face.discoverable),
        indexable: Some(face.indexable),
        fields: Some(face.fields.clone()),
        topics: Some(face.topics.clone()),
        also_known_as: Some(face.also_known_as.clone()),
        moved_to: Some(face.moved_to.clone()),
        updated_at: Some(face.updated_at),
        ..ActorPatch::default()
    };
    actors::update(ledger.db, face.id, &patch)?;
    Ok(face)
}

const A_MILLISECOND: std::time::Duration = std::time::Duration::from_millis(1);

/// Refuses a wish that cannot be fulfilled.
pub fn check(wish: &Profile) -> Result<(), Refusal> {
    Checked::of(wish).map(drop)
}

/// A wish that can be fulfilled.
struct Checked {
    name: Option<String>,
    note: Option<(String, String)>,
    fields: Option<Vec<Field>>,
    icon_url: Option<String>,
    image_url: Option<String>,
    locked: Option<bool>,
    discoverable: Option<bool>,
    indexable: Option<bool>,
    bot: Option<bool>,
    hide_collections: Option<bool>,
    topics: Option<Vec<String>>,
}

impl Checked {
    fn of(wish: &Profile) -> Result<Self, Refusal> {
        let name = match wish.name.as_deref().map(str::trim) {
            Some("") => Some(String::new()),
            Some(name) => Some(checked_name(name)?),
            None => None,
        };
        let note = match &wish.note {
            Some(note) if note.chars().count() > LONGEST_NOTE => {
                return Err(Refusal::Unfit(format!(
                    "a note about oneself has at most {LONGEST_NOTE} characters"
                )));
            }
            Some(note) => Some((html::from_plain(note, &html::NoLinks).html, note.clone())),
            None => None,
        };
        Ok(Self {
            name,
            note,
            fields: wish.fields.as_deref().map(checked_fields).transpose()?,
            icon_url: wish.icon_url.clone(),
            image_url: wish.image_url.clone(),
            locked: wish.locked,
            discoverable: wish.discoverable,
            indexable: wish.indexable,
            bot: wish.bot,
            hide_collections: wish.hide_collections,
            topics: wish
                .topics
                .as_deref()
                .map(|topics| checked_topics(topics, MOST_TOPICS))
                .transpose()?,
        })
    }

    fn applied_to(self, mut face: Actor) -> Actor {
        if let Some(name) = self.name {
            face.name = if name.is_empty() {
                face.handle.clone()
            } else {
                name
            };
        }
        if let Some((html, typed)) = self.note {
            face.summary = html;
            face.summary_source = Some(typed);
        }
        if let Some(fields) = self.fields {
            face.fields = Json(still_verified(fields, &face.fields));
        }
        if let Some(topics) = self.topics {
            face.topics = Json(topics);
        }
        if let Some(icon) = self.icon_url {
            face.icon_url = said(icon);
        }
        if let Some(image) = self.image_url {
            face.image_url = said(image);
        }
        face.locked = self.locked.unwrap_or(face.locked);
        face.discoverable = self.discoverable.unwrap_or(face.discoverable);
        face.indexable = self.indexable.unwrap_or(face.indexable);
        face.hide_collections = self.hide_collections.unwrap_or(face.hide_collections);
        face.kind = match self.bot {
            Some(true) => ActorKind::Service,
            Some(false) => ActorKind::Person,
            None => face.kind,
        };
        face
    }
}

/// A value that was not changed still leads to a page that leads back.
fn still_verified(mut fields: Vec<Field>, before: &[Field]) -> Vec<Field> {
    for field in &mut fields {
        field.verified_at = before
            .iter()
            .find(|known| known.value == field.value)
            .and_then(|known| known.verified_at);
    }
    fields
}

/// What says nothing is nothing.
pub(crate) fn said(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}

/// Pairs as they are kept: headings as plain text, values as clean HTML in which addresses are links.
pub(crate) fn checked_fields(fields: &[(String, String)]) -> Result<Vec<Field>, Refusal> {
    let said: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, value)| !name.is_empty() || !value.is_empty())
        .collect();
    if said.len() > MOST_FIELDS {
        return Err(Refusal::Unfit(format!(
            "a profile has at most {MOST_FIELDS} fields"
        )));
    }
    said.into_iter()
        .map(|(name, value)| {
            let fits = |text: &str| text.chars().count() <= LONGEST_FIELD;
            if !fits(name) || !fits(value) {
                return Err(Refusal::Unfit(format!(
                    "a field of a profile has at most {LONGEST_FIELD} characters"
                )));
            }
            Ok(Field {
                name: name.split_whitespace().collect::<Vec<_>>().join(" "),
                value: in_one_line(value),
                source: Some(value.to_owned()),
                verified_at: None,
            })
        })
        .collect()
}

/// A value stands in the cell of a table, so it is no paragraph.
fn in_one_line(value: &str) -> String {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let html = html::from_plain(&value, &html::NoLinks).html;
    html.strip_prefix("<p>")
        .and_then(|html| html.strip_suffix("</p>"))
        .unwrap_or(&html)
        .to_owned()
}

/// Topics in the spelling in which they are shown, each once.
pub(crate) fn checked_topics(names: &[String], most: usize) -> Result<Vec<String>, Refusal> {
    if names.len() > most {
        return Err(Refusal::Unfit(format!(
            "these are too many topics: {most} are enough"
        )));
    }
    for name in names {
        topics::checked(name).map_err(|refusal| Refusal::Unfit(refusal.to_string()))?;
    }
    Ok(topics::distinct(names))
}
