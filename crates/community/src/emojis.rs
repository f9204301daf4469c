//! Pictures of this house that stand for words between colons: `:crab:`.
//!
//! An admin adds them. Whoever writes such a word here uses the picture, and other servers are told of it in what was written. What
//! was written before a picture came does not change, and a picture that is switched off stays where it was used.

use kindred_storage::{
    Conn, EmojiId, Moment,
    actors::{Actor, Emoji},
    emojis::{self, CustomEmoji},
    posts::{Tag, TagKind},
};
use serde_json::json;

use crate::{
    Kindred, Ledger, Refusal, Result, audit,
    jobs::{Job, LANE_FILES},
    links,
    media::{self, Incoming},
    settings::Settings,
    site,
};

/// The largest picture, in bytes: others show no larger ones.
pub const LARGEST: u64 = 256 * 1024;
/// The longest word that a picture stands for, and the longest heading.
const LONGEST_WORD: usize = 50;
/// The most pictures of a house.
const MOST: usize = 1_000;
/// So many different pictures stand in one text.
const MOST_IN_A_TEXT: usize = 50;

/// What is to be changed about a picture. What is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The heading under which it is picked; an empty one takes it away.
    pub category: Option<String>,
    /// Whether it is offered for picking.
    pub in_picker: Option<bool>,
    /// Whether it can be used.
    pub enabled: Option<bool>,
}

impl Change {
    fn applied_to(self, emoji: &mut CustomEmoji, now: Moment) -> Result<(), Refusal> {
        if let Some(category) = self.category {
            let category = category.split_whitespace().collect::<Vec<_>>().join(" ");
            if category.chars().count() > LONGEST_WORD {
                return Err(Refusal::TooLong("a heading", LONGEST_WORD));
            }
            emoji.category = Some(category).filter(|category| !category.is_empty());
        }
        emoji.in_picker = self.in_picker.unwrap_or(emoji.in_picker);
        match self.enabled {
            Some(true) => emoji.disabled_at = None,
            Some(false) => emoji.disabled_at = emoji.disabled_at.or(Some(now)),
            None => {}
        }
        emoji.updated_at = now;
        Ok(())
    }
}

/// Adds a picture that stands for a word. Refuses a word that stands for one already, and what is no small picture.
pub async fn add(
    kindred: &Kindred,
    who: &Actor,
    shortcode: &str,
    change: Change,
    picture: Option<Incoming>,
) -> Result<CustomEmoji> {
    site::admins_only(kindred, who).await?;
    let shortcode = shortcode.trim().trim_matches(':').to_owned();
    if !(2..=LONGEST_WORD).contains(&shortcode.len()) || !shortcode.bytes().all(is_of_a_word) {
        return Err(Refusal::Unfit(format!(
            "such a word has 2 to {LONGEST_WORD} letters without accents, digits and underscores"
        ))
        .into());
    }
    let known = {
        let shortcode = shortcode.clone();
        kindred
            .read(move |db| Ok(emojis::by_shortcode(db, &shortcode)?))
            .await?
    };
    if known.is_some() {
        return Err(taken(&shortcode).into());
    }
    let glyph = media::glyph(kindred, picture.ok_or(Refusal::NoFile)?, LARGEST).await?;
    let files = vec![glyph.file.clone(), glyph.still.clone()];
    let who = who.clone();
    let added = kindred
        .write(move |ledger| {
            site::must_administer(ledger, &who)?;
            if emojis::by_shortcode(ledger.db, &shortcode)?.is_some() {
                return Err(taken(&shortcode).into());
            }
            let there_are = emojis::count(ledger.db)?;
            if usize::try_from(there_are).unwrap_or(MOST) >= MOST {
                return Err(Refusal::TooMany("pictures", MOST).into());
            }
            let mut emoji = CustomEmoji {
                id: EmojiId(ledger.next_id()),
                shortcode,
                category: None,
                file: glyph.file,
                still: glyph.still,
                media_type: glyph.media_type,
                in_picker: true,
                disabled_at: None,
                created_at: ledger.now,
                updated_at: ledger.now,
            };
            change.applied_to(&mut emoji, ledger.now)?;
            emojis::insert(ledger.db, &emoji)?;
            noted(ledger, &who, "emoji.add", &emoji)?;
            Ok(emoji)
        })
        .await;
    if added.is_err() {
        media::remove(kindred, &files).await?;
    }
    added
}

fn taken(shortcode: &str) -> Refusal {
    Refusal::Unfit(format!("there is a picture for :{shortcode}: already"))
}

fn noted(ledger: &mut Ledger<'_>, who: &Actor, action: &str, emoji: &CustomEmoji) -> Result<()> {
    let name = json!({ "name": emoji.shortcode });
    audit::note(
        ledger,
        Some(who.id),
        None,
        action,
        &emoji.id.to_string(),
        name,
    )
}

/// Changes where a picture is found, and whether it can be used.
pub async fn change(
    kindred: &Kindred,
    who: &Actor,
    id: EmojiId,
    change: Change,
) -> Result<CustomEmoji> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            site::must_administer(ledger, &who)?;
            let mut emoji = found(ledger.db, id)?;
            change.applied_to(&mut emoji, ledger.now)?;
            emojis::rewrite(ledger.db, &emoji)?;
            noted(ledger, &who, "emoji.change", &emoji)?;
            Ok(emoji)
        })
        .await
}

/// Takes a picture away, also from what was written with it: there its word is read from now on.
pub async fn remove(kindred: &Kindred, who: &Actor, id: EmojiId) -> Result<()> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            site::must_administer(ledger, &who)?;
            let emoji = found(ledger.db, id)?;
            emojis::erase(ledger.db, id)?;
            noted(ledger, &who, "emoji.remove", &emoji)?;
            let files = vec![emoji.file, emoji.still];
            ledger.enqueue(LANE_FILES.to_owned(), &Job::RemoveFiles { files });
            Ok(())
        })
        .await
}

fn found(db: &mut Conn, id: EmojiId) -> Result<CustomEmoji> {
    Ok(emojis::find(db, id)?.ok_or(Refusal::NoSuch("emoji"))?)
}

/// All pictures that can be used, by heading and word.
pub async fn usable(kindred: &Kindred) -> Result<Vec<CustomEmoji>> {
    let mut all = kindred.read(|db| Ok(emojis::all(db)?)).await?;
    all.retain(|emoji| emoji.disabled_at.is_none());
    Ok(all)
}

/// All pictures, also those that are switched off, for admins.
pub async fn all(kindred: &Kindred, who: &Actor) -> Result<Vec<CustomEmoji>> {
    site::admins_only(kindred, who).await?;
    kindred.read(|db| Ok(emojis::all(db)?)).await
}

/// The pictures that these texts use: one question, and none when they have no such word.
pub(crate) fn used_in(db: &mut Conn, texts: &[&str]) -> Result<Vec<CustomEmoji>> {
    let mut words: Vec<&str> = Vec::new();
    for word in texts.iter().flat_map(|text| words_in(text)) {
        if words.len() < MOST_IN_A_TEXT && !words.contains(&word) {
            words.push(word);
        }
    }
    if words.is_empty() {
        return Ok(Vec::new());
    }
    Ok(emojis::usable(db, &words)?)
}

/// The pictures that a post or an announcement uses, as they are kept beside it.
pub(crate) fn tags(db: &mut Conn, settings: &Settings, texts: &[&str]) -> Result<Vec<Tag>> {
    let used = used_in(db, texts)?;
    Ok(used
        .into_iter()
        .map(|emoji| Tag {
            kind: TagKind::Emoji,
            name: format!(":{}:", emoji.shortcode),
            href: links::file(settings, &emoji.file),
        })
        .collect())
}

/// The pictures that a profile uses, as they are kept beside it.
pub(crate) fn of_face(ledger: &mut Ledger<'_>, face: &Actor) -> Result<Vec<Emoji>> {
    let mut texts = vec![
        face.name.as_str(),
        face.summary_source.as_deref().unwrap_or_default(),
    ];
    for field in face.fields.iter() {
        texts.push(&field.name);
        texts.push(field.source.as_deref().unwrap_or_default());
    }
    let used = used_in(ledger.db, &texts)?;
    Ok(used
        .into_iter()
        .map(|emoji| Emoji {
            url: links::file(ledger.settings, &emoji.file),
            name: emoji.shortcode,
        })
        .collect())
}

fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The words between colons in a text; a colon or a letter right before or behind them makes them something else: `12:30:45`.
fn words_in(text: &str) -> impl Iterator<Item = &str> {
    let mut parts = text.split(':');
    let mut before = parts.next().unwrap_or_default();
    let mut inside = parts.next();
    std::iter::from_fn(move || {
        loop {
            let word = inside?;
            let behind = parts.next()?;
            let stands_alone = !before
                .chars()
                .next_back()
                .is_some_and(char::is_alphanumeric)
                && !behind.chars().next().is_some_and(char::is_alphanumeric);
            let fits = (2..=LONGEST_WORD).contains(&word.len()) && word.bytes().all(is_of_a_word);
            if stands_alone && fits {
                before = behind;
                inside = parts.next();
                return Some(word);
            }
            (before, inside) = (word, Some(behind));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_between_colons_are_found_where_they_stand_alone() {
        for (text, expected) in [
            ("", vec![]),
            ("hello", vec![]),
            (":crab:", vec!["crab"]),
            ("a :crab: b :blob_cat:", vec!["crab", "blob_cat"]),
            ("at 12:30:45 o'clock", vec![]),
            ("(:crab:)", vec!["crab"]),
            ("see: :crab:!", vec!["crab"]),
            (":a: :ab:", vec!["ab"]),
            (":crab::crab:", vec!["crab", "crab"]),
            ("über:crab:", vec![]),
            (":not a word:", vec![]),
            (":ca-ts: :cats", vec![]),
        ] {
            assert_eq!(words_in(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
