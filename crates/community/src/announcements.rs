//! What the house tells everybody who lives in it: written by an admin, read, put away, answered in one picture.
//!
//! An announcement is for those who live here. It goes to no other server, and is over when its time is.

use std::collections::{HashMap, HashSet};

use kindred_protocol::{html, read::is_one_emoji};
use kindred_storage::{
    ActorId, AnnouncementId, Conn, Json, Moment,
    actors::{self, Actor},
    announcements::{self, Announcement},
    emojis::{self, CustomEmoji},
    posts::{Tag, TagKind},
};
use serde_json::json;

use crate::{
    Kindred, Ledger, Refusal, Result, audit,
    emojis::tags,
    happenings::Happening,
    jobs::{Job, LANE_HOUSE},
    links, posts, site, topics,
};

/// The longest announcement, in characters.
pub const LONGEST: usize = 5_000;
/// So many are shown at once.
const MOST: i64 = 100;
/// So many are kept.
const MOST_KEPT: usize = 100;
/// So many different pictures are said to one: room for what is meant, not for a mosaic.
pub const MOST_REACTIONS: usize = 8;
/// The longest emoji has joined parts of four bytes each; a word is no longer than this. Units: bytes.
const LONGEST_NAME: usize = 64;

/// How an announcement is to be. What is `None` stays as it is; of a new one, only the text is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The text, in Markdown.
    pub text: Option<String>,
    /// When what it tells of begins; `Some(None)` takes it away.
    pub starts_at: Option<Option<Moment>>,
    /// When what it tells of ends; `Some(None)` takes it away.
    pub ends_at: Option<Option<Moment>>,
    /// Whether only the days count.
    pub all_day: Option<bool>,
}

/// What some people say to an announcement in one picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The emoji, or the word of a picture of ours.
    pub name: String,
    /// How many people say so.
    pub count: i64,
    /// Whether the reader is one of them.
    pub me: bool,
    /// The picture, when it is one of ours.
    pub picture: Option<CustomEmoji>,
}

/// An announcement as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// The announcement.
    pub announcement: Announcement,
    /// Those who are named in it.
    pub named: Vec<Actor>,
    /// Whether the reader has put it away.
    pub read: bool,
    /// What people say to it.
    pub reactions: Vec<Reaction>,
}

/// Tells everybody something.
pub async fn publish(kindred: &Kindred, who: &Actor, wish: Wish) -> Result<Announced> {
    if wish.text.is_none() {
        return Err(Refusal::Needed("a text").into());
    }
    written(kindred, who, None, wish).await
}

/// Changes what was told. Whoever looks at this moment sees it change.
pub async fn change(
    kindred: &Kindred,
    who: &Actor,
    id: AnnouncementId,
    wish: Wish,
) -> Result<Announced> {
    written(kindred, who, Some(id), wish).await
}

async fn written(
    kindred: &Kindred,
    who: &Actor,
    id: Option<AnnouncementId>,
    wish: Wish,
) -> Result<Announced> {
    site::admins_only(kindred, who).await?;
    let rendered = match &wish.text {
        Some(text) => Some(rendered(kindred, who, text).await?),
        None => None,
    };
    let who = who.clone();
    kindred
        .write(move |ledger| {
            site::must_administer(ledger, &who)?;
            let mut announcement = match id {
                Some(id) => found(ledger.db, id)?,
                None => blank(ledger)?,
            };
            if let Some(text) = wish.text {
                announcement.source = text;
            }
            if let Some(rendered) = rendered {
                let mut tags = tags(ledger.db, ledger.settings, &[&announcement.source])?;
                tags.extend(rendered.hashtags.iter().map(|name| {
                    Tag {
                        kind: TagKind::Hashtag,
                        name: name.clone(),
                        href: topics::slug(name)
                            .map(|slug| links::topic(ledger.settings, &slug))
                            .unwrap_or_default(),
                    }
                }));
                announcement.content = rendered.html;
                announcement.mentions = Json(rendered.named);
                announcement.tags = Json(tags);
            }
            announcement.starts_at = wish.starts_at.unwrap_or(announcement.starts_at);
            announcement.ends_at = wish.ends_at.unwrap_or(announcement.ends_at);
            announcement.all_day = wish.all_day.unwrap_or(announcement.all_day);
            check_times(&announcement, ledger.now)?;
            announcement.updated_at = ledger.now;
            let action = if id.is_some() {
                announcements::rewrite(ledger.db, &announcement)?;
                "announcement.change"
            } else {
                announcements::insert(ledger.db, &announcement)?;
                "announcement.publish"
            };
            told(ledger, &who, action, announcement.id)?;
            ledger.happened(Happening::Announced {
                announcement: announcement.id,
            });
            if let Some(end) = announcement.ends_at {
                let job = Job::EndAnnouncement {
                    announcement: announcement.id,
                };
                ledger.enqueue_later(LANE_HOUSE.to_owned(), &job, end);
            }
            one_of(ledger.db, who.id, announcement)
        })
        .await
}

fn blank(ledger: &mut Ledger<'_>) -> Result<Announcement> {
    let kept = announcements::count(ledger.db)?;
    if usize::try_from(kept).unwrap_or(MOST_KEPT) >= MOST_KEPT {
        return Err(Refusal::TooMany("announcements", MOST_KEPT).into());
    }
    Ok(Announcement {
        id: AnnouncementId(ledger.next_id()),
        source: String::new(),
        content: String::new(),
        mentions: Json(Vec::new()),
        tags: Json(Vec::new()),
        starts_at: None,
        ends_at: None,
        all_day: false,
        published_at: ledger.now,
        updated_at: ledger.now,
    })
}

fn check_times(announcement: &Announcement, now: Moment) -> Result<(), Refusal> {
    let Some(end) = announcement.ends_at else {
        return Ok(());
    };
    if end <= now {
        return Err(Refusal::Unfit("an announcement ends later than now".into()));
    }
    if announcement.starts_at.is_some_and(|start| start > end) {
        return Err(Refusal::Unfit("what begins ends after that".into()));
    }
    Ok(())
}

/// A text with its names looked up.
struct Rendered {
    html: String,
    named: Vec<ActorId>,
    hashtags: Vec<String>,
}

async fn rendered(kindred: &Kindred, who: &Actor, text: &str) -> Result<Rendered> {
    if text.trim().is_empty() {
        return Err(Refusal::Needed("a text").into());
    }
    if text.chars().count() > LONGEST {
        return Err(Refusal::TooLong("an announcement", LONGEST).into());
    }
    let directory =
        posts::look_up(kindred, who, html::mentions(text, html::Markup::Markdown)).await?;
    let rendered = html::from_markdown(text, &directory);
    Ok(Rendered {
        named: directory
            .meant_by(&rendered.mentions)
            .map(|actor| actor.id)
            .collect(),
        html: rendered.html,
        hashtags: rendered.hashtags,
    })
}

/// Takes an announcement back.
pub async fn take_back(kindred: &Kindred, who: &Actor, id: AnnouncementId) -> Result<()> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            site::must_administer(ledger, &who)?;
            found(ledger.db, id)?;
            announcements::erase(ledger.db, id)?;
            told(ledger, &who, "announcement.remove", id)?;
            ledger.happened(Happening::AnnouncementGone { announcement: id });
            Ok(())
        })
        .await
}

fn told(ledger: &mut Ledger<'_>, who: &Actor, action: &str, id: AnnouncementId) -> Result<()> {
    audit::note(
        ledger,
        Some(who.id),
        None,
        action,
        &id.to_string(),
        json!({}),
    )
}

/// An announcement whose time is over is shown to nobody any more. It may have got more time since.
pub(crate) async fn end(kindred: &Kindred, id: AnnouncementId) -> Result<()> {
    kindred
        .write(move |ledger| {
            let over = announcements::find(ledger.db, id)?
                .is_some_and(|announcement| !is_current(&announcement, ledger.now));
            if over {
                ledger.happened(Happening::AnnouncementGone { announcement: id });
            }
            Ok(())
        })
        .await
}

fn is_current(announcement: &Announcement, now: Moment) -> bool {
    announcement.ends_at.is_none_or(|end| end > now)
}

fn found(db: &mut Conn, id: AnnouncementId) -> Result<Announcement> {
    Ok(announcements::find(db, id)?.ok_or(Refusal::NoSuch("announcement"))?)
}

/// What people here are told at this moment, the first one first.
pub async fn current(kindred: &Kindred, who: &Actor) -> Result<Vec<Announced>> {
    let (who, now) = (who.id, kindred.now());
    kindred
        .read(move |db| {
            let rows = announcements::current(db, now, MOST)?;
            seen_by(db, who, rows)
        })
        .await
}

/// One announcement as somebody sees it, while it is not over.
pub async fn one(kindred: &Kindred, who: &Actor, id: AnnouncementId) -> Result<Announced> {
    let (who, now) = (who.id, kindred.now());
    kindred
        .read(move |db| {
            let row = standing(db, id, now)?;
            one_of(db, who, row)
        })
        .await
}

/// All announcements, the latest first, also those that are over, for admins.
pub async fn all(kindred: &Kindred, who: &Actor) -> Result<Vec<Announced>> {
    site::admins_only(kindred, who).await?;
    let who = who.id;
    kindred
        .read(move |db| {
            let rows = announcements::all(db, MOST)?;
            seen_by(db, who, rows)
        })
        .await
}

fn standing(db: &mut Conn, id: AnnouncementId, now: Moment) -> Result<Announcement> {
    let row = found(db, id)?;
    if is_current(&row, now) {
        Ok(row)
    } else {
        Err(Refusal::NoSuch("announcement").into())
    }
}

fn one_of(db: &mut Conn, who: ActorId, row: Announcement) -> Result<Announced> {
    let mut seen = seen_by(db, who, vec![row])?;
    Ok(seen.pop().ok_or(Refusal::NoSuch("announcement"))?)
}

/// A handful of questions, however many announcements there are.
fn seen_by(db: &mut Conn, who: ActorId, rows: Vec<Announcement>) -> Result<Vec<Announced>> {
    let ids: Vec<AnnouncementId> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let read: HashSet<AnnouncementId> =
        announcements::read_by(db, &ids, who)?.into_iter().collect();
    let mine: HashSet<(AnnouncementId, String)> = announcements::reactions_by(db, &ids, who)?
        .into_iter()
        .collect();
    let said = announcements::reactions(db, &ids)?;
    let words: Vec<&str> = said
        .iter()
        .map(|(_, name, _)| name.as_str())
        .filter(|name| name.is_ascii())
        .collect();
    let pictures: HashMap<String, CustomEmoji> = if words.is_empty() {
        HashMap::new()
    } else {
        let found = emojis::usable(db, &words)?.into_iter();
        found
            .map(|emoji| (emoji.shortcode.clone(), emoji))
            .collect()
    };
    let named: Vec<ActorId> = rows
        .iter()
        .flat_map(|row| row.mentions.iter().copied())
        .collect();
    let named = actors::find_many(db, &named)?;
    Ok(rows
        .into_iter()
        .map(|row| Announced {
            read: read.contains(&row.id),
            named: named
                .iter()
                .filter(|actor| row.mentions.contains(&actor.id) && actor.deleted_at.is_none())
                .cloned()
                .collect(),
            reactions: said
                .iter()
                .filter(|(id, _, _)| *id == row.id)
                .map(|(id, name, count)| Reaction {
                    count: *count,
                    me: mine.contains(&(*id, name.clone())),
                    picture: pictures.get(name).cloned(),
                    name: name.clone(),
                })
                .collect(),
            announcement: row,
        })
        .collect())
}

/// Puts an announcement away. Twice is once.
pub async fn dismiss(kindred: &Kindred, who: &Actor, id: AnnouncementId) -> Result<()> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            standing(ledger.db, id, ledger.now)?;
            announcements::read(ledger.db, id, who, ledger.now)?;
            Ok(())
        })
        .await
}

/// Says something to an announcement in one picture: an emoji, or the word of a picture of ours. Twice is once.
pub async fn react(kindred: &Kindred, who: &Actor, id: AnnouncementId, name: &str) -> Result<()> {
    let (who, name) = (who.id, name.trim().trim_matches(':').to_owned());
    kindred
        .write(move |ledger| {
            standing(ledger.db, id, ledger.now)?;
            let said = announcements::reactions(ledger.db, &[id])?;
            if said.iter().all(|(_, known, _)| *known != name) {
                let fits = name.len() <= LONGEST_NAME;
                let ours = fits
                    && emojis::by_shortcode(ledger.db, &name)?
                        .is_some_and(|emoji| emoji.disabled_at.is_none());
                let is_known = ours || (fits && is_one_emoji(&name));
                if !is_known {
                    return Err(Refusal::Unfit("that is no emoji".into()).into());
                }
                if said.len() >= MOST_REACTIONS {
                    return Err(Refusal::TooMany("different reactions", MOST_REACTIONS).into());
                }
            }
            if announcements::react(ledger.db, id, &name, who, ledger.now)? {
                ledger.happened(Happening::Reacted {
                    announcement: id,
                    name,
                });
            }
            Ok(())
        })
        .await
}

/// Takes back what somebody said to an announcement. What they did not say is taken back already.
pub async fn unreact(kindred: &Kindred, who: &Actor, id: AnnouncementId, name: &str) -> Result<()> {
    let (who, name) = (who.id, name.trim().trim_matches(':').to_owned());
    kindred
        .write(move |ledger| {
            standing(ledger.db, id, ledger.now)?;
            if announcements::unreact(ledger.db, id, &name, who)? {
                ledger.happened(Happening::Reacted {
                    announcement: id,
                    name,
                });
            }
            Ok(())
        })
        .await
}
