//! What just happened, for those who look at this very moment.
//!
//! Nothing is kept here and nothing promised: whoever was not looking finds it in timelines and notifications. A happening carries
//! ids; what somebody gets to see of it is asked anew for each of them. Between processes PostgreSQL carries it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use kindred_storage::{
    ActorId, AnnouncementId, Backend, EntryId, ListId, NotificationId, PostId, TokenId, Visibility,
    boosts::{self, Boost},
    posts, watchers,
};
use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, mpsc, watch};

use crate::{Kindred, Ledger, Result};

/// So many happenings wait for a listener that is slow.
const WAITING: usize = 1024;

/// So many happenings are carried to other processes at once: well within what PostgreSQL takes.
const CARRIED_AT_ONCE: usize = 50;

/// So many ways by which a post was passed on are looked at, the latest ones.
const MOST_WAYS: i64 = 50;

/// Something that somebody may be waiting for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happening {
    /// A post, or a post passed on, came into timelines.
    Entry {
        /// The entry: the id of the post or of the boost.
        entry: i64,
        /// The post.
        post: PostId,
    },
    /// A post says something else now.
    Edited {
        /// The post.
        post: PostId,
    },
    /// A post was taken away.
    Deleted {
        /// The post.
        post: PostId,
    },
    /// Somebody took back that they had passed a post on.
    Withdrawn {
        /// The entry: the id of the boost.
        entry: i64,
        /// Who.
        by: ActorId,
    },
    /// Somebody has a notice.
    Notified {
        /// Who.
        owner: ActorId,
        /// Which.
        notice: NotificationId,
    },
    /// Somebody let in notices that were set apart; they are among the others now.
    NoticesMerged {
        /// Who.
        owner: ActorId,
    },
    /// Somebody changed their filters.
    FiltersChanged {
        /// Who.
        owner: ActorId,
    },
    /// The house tells everybody something, or tells it differently.
    Announced {
        /// What.
        announcement: AnnouncementId,
    },
    /// Somebody said something to an announcement in one picture, or took it back.
    Reacted {
        /// To which.
        announcement: AnnouncementId,
        /// What: an emoji, or the word of a picture.
        name: String,
    },
    /// An announcement is over, or was taken back.
    AnnouncementGone {
        /// Which.
        announcement: AnnouncementId,
    },
    /// A token is void.
    Ended {
        /// Which.
        token: TokenId,
    },
}

/// Where happenings are told, here and to other processes.
pub(crate) struct Bulletin {
    here: broadcast::Sender<Happening>,
    elsewhere: mpsc::Sender<Happening>,
    carried: Mutex<Option<mpsc::Receiver<Happening>>>,
}

impl Default for Bulletin {
    fn default() -> Self {
        let (elsewhere, carried) = mpsc::channel(WAITING);
        Self {
            here: broadcast::Sender::new(WAITING),
            elsewhere,
            carried: Mutex::new(Some(carried)),
        }
    }
}

impl Bulletin {
    /// Tells everybody who listens. Nobody waits for it.
    pub(crate) fn tell(&self, happened: &[Happening], other_processes: bool) {
        for happening in happened {
            // Nobody has to listen, and a full channel means that nobody carries.
            let _ = self.here.send(happening.clone());
            if other_processes {
                let _ = self.elsewhere.try_send(happening.clone());
            }
        }
    }
}

/// What one process tells the others.
#[derive(Serialize, Deserialize)]
struct Call {
    from: i64,
    happened: Vec<Happening>,
}

/// Listens to what happens from now on.
pub fn listen(kindred: &Kindred) -> broadcast::Receiver<Happening> {
    kindred.bulletin().here.subscribe()
}

/// Carries happenings between the processes on one database until it is stopped; on SQLite there is nothing to carry.
pub async fn carry(kindred: Kindred, mut stop: watch::Receiver<bool>) {
    let carried = kindred
        .bulletin()
        .carried
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let Some(mut carried) = carried.filter(|_| kindred.db().backend() == Backend::Postgres) else {
        return;
    };
    let me = kindred.process();
    let (here, stopped) = (kindred.bulletin().here.clone(), stop.clone());
    kindred.db().overhear(move |words| {
        if let Some(Ok(call)) = words.map(serde_json::from_str::<Call>)
            && call.from != me
        {
            for happening in call.happened {
                let _ = here.send(happening);
            }
        }
        !*stopped.borrow() && stopped.has_changed().is_ok()
    });
    let mut happened = Vec::new();
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            some = carried.recv_many(&mut happened, CARRIED_AT_ONCE) => if some == 0 { return },
        }
        let call = Call {
            from: me,
            happened: std::mem::take(&mut happened),
        };
        let words = serde_json::to_string(&call).unwrap_or_default();
        if let Err(error) = kindred.db().call_out(words).await {
            tracing::warn!(%error, "Other processes could not be told what happened");
        }
    }
}

/// Where a post belongs, for those who look at this moment.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own, asked by a stream of its own"
)]
pub struct Reach {
    /// Whether somebody passed it on, rather than wrote it.
    pub boosted: bool,
    /// Whether everybody may see it on lists of everything.
    pub public: bool,
    /// Whether it was written here.
    pub local: bool,
    /// Whether it answers somebody else.
    pub answer: bool,
    /// Whether it comes with pictures and the like.
    pub media: bool,
    /// Whether it is for those who are named, and nobody else.
    pub direct: bool,
    /// The subjects it names, in small letters.
    pub tags: Vec<String>,
    /// Those of the watchers who have it at home.
    pub at_home: Vec<ActorId>,
    /// Those of the watchers who are named in it.
    pub named: Vec<ActorId>,
    /// Of what is gone: who brought it into timelines.
    pub by: Vec<ActorId>,
}

/// Where a new entry belongs. `None` when it is gone already.
pub async fn reach(
    kindred: &Kindred,
    entry: i64,
    post: PostId,
    watchers: Vec<ActorId>,
) -> Result<Option<Reach>> {
    kindred
        .read(move |db| {
            let Some(row) = posts::find(db, post)? else {
                return Ok(None);
            };
            if row.deleted_at.is_some() || row.removed_at.is_some() {
                return Ok(None);
            }
            let mut reach = of_row(db, &row, &watchers)?;
            reach.boosted = entry != post.0;
            reach.at_home = watchers::at_home(db, EntryId(entry), &watchers)?;
            Ok(Some(reach))
        })
        .await
}

/// A post that says something else now, and by which entries those who look have it.
#[derive(Clone, Debug)]
pub struct Edited {
    /// Where the post belongs.
    pub reach: Reach,
    /// By which entry each of those who have it at home has it.
    pub at_home: HashMap<ActorId, i64>,
    /// All entries by which it came into timelines: its own, and those of who passed it on.
    pub entries: Vec<i64>,
}

/// Where a post belongs that says something else now. `None` when it is gone already.
pub async fn reach_of_edited(
    kindred: &Kindred,
    post: PostId,
    watchers: Vec<ActorId>,
) -> Result<Option<Edited>> {
    kindred
        .read(move |db| {
            let Some(row) = posts::find(db, post)? else {
                return Ok(None);
            };
            if row.deleted_at.is_some() || row.removed_at.is_some() {
                return Ok(None);
            }
            let mut reach = of_row(db, &row, &watchers)?;
            let at_home: HashMap<ActorId, i64> = watchers::having(db, post, &watchers)?
                .into_iter()
                .map(|(who, entry)| (who, entry.0))
                .collect();
            reach.at_home = at_home.keys().copied().collect();
            let ways = boosts::ways(db, post, MOST_WAYS)?.into_iter();
            let entries = std::iter::once(post.0).chain(ways.map(|(boost, _)| boost.0));
            Ok(Some(Edited {
                reach,
                at_home,
                entries: entries.collect(),
            }))
        })
        .await
}

/// On which of these lists one of these stands, each with its owner.
pub async fn lists_with(
    kindred: &Kindred,
    lists: Vec<ListId>,
    members: Vec<ActorId>,
) -> Result<Vec<(ListId, ActorId)>> {
    kindred
        .read(move |db| Ok(watchers::lists_with(db, &lists, &members)?))
        .await
}

/// Those of the watchers to whom somebody had passed a post on.
pub async fn reach_of_withdrawn(
    kindred: &Kindred,
    by: ActorId,
    watchers: Vec<ActorId>,
) -> Result<Reach> {
    kindred
        .read(move |db| {
            let mut at_home = watchers::following(db, by, &watchers)?;
            at_home.extend(watchers::belonging(db, by, &watchers)?);
            if watchers.contains(&by) {
                at_home.push(by);
            }
            Ok(Reach {
                boosted: true,
                at_home,
                by: vec![by],
                ..Reach::default()
            })
        })
        .await
}

/// Those of the watchers who may have seen a post that is gone; everybody, when everybody may have.
pub async fn reach_of_gone(
    kindred: &Kindred,
    post: PostId,
    watchers: Vec<ActorId>,
) -> Result<Option<Reach>> {
    kindred
        .read(move |db| {
            let Some(row) = posts::find(db, post)? else {
                return Ok(None);
            };
            let mut reach = of_row(db, &row, &watchers)?;
            reach.at_home = if matches!(row.visibility, Visibility::Public | Visibility::Unlisted) {
                watchers
            } else {
                let mut could = watchers::following(db, row.author_id, &watchers)?;
                could.extend(&reach.named);
                if let Some(group) = row.group_id {
                    could.extend(watchers::belonging(db, group, &watchers)?);
                }
                if watchers.contains(&row.author_id) {
                    could.push(row.author_id);
                }
                could
            };
            let ways = boosts::ways(db, post, MOST_WAYS)?.into_iter();
            reach.by = std::iter::once(row.author_id)
                .chain(row.group_id)
                .chain(ways.map(|(_, who)| who))
                .collect();
            Ok(Some(reach))
        })
        .await
}

fn of_row(
    db: &mut kindred_storage::Conn,
    row: &posts::Post,
    watchers: &[ActorId],
) -> Result<Reach> {
    let parent = match row.parent_id {
        Some(parent) => posts::find(db, parent)?,
        None => None,
    };
    let answer = match parent {
        Some(parent) => parent.author_id != row.author_id,
        None => row.parent_uri.is_some(),
    };
    let tags = row
        .tags
        .iter()
        .filter(|tag| tag.kind == posts::TagKind::Hashtag)
        .map(|tag| tag.name.trim_start_matches('#').to_lowercase())
        .collect();
    Ok(Reach {
        public: row.visibility == Visibility::Public,
        local: kindred_storage::actors::find(db, row.author_id)?
            .is_some_and(|author| author.host.is_empty()),
        answer,
        media: !row.attachments.is_empty(),
        direct: row.visibility == Visibility::Direct,
        tags,
        named: watchers::named(db, row.id, watchers)?,
        ..Reach::default()
    })
}

impl Ledger<'_> {
    /// Tells that a post is passed on no more by somebody who did.
    pub(crate) fn tell_of_withdrawal(&mut self, boost: &Boost) {
        self.happened(Happening::Withdrawn {
            entry: boost.id.0,
            by: boost.actor_id,
        });
    }

    /// Tells of a post, or a post passed on, that comes into timelines.
    pub(crate) fn tell_of_entry(&mut self, entry: EntryId, post: PostId) {
        self.happened(Happening::Entry {
            entry: entry.0,
            post,
        });
    }
}
