//! Posts that are written now and published later.
//!
//! What is kept is the draft. It is looked at once when it is written, so that its author hears at once what is wrong with it, and
//! once more when its time has come, since the world may have changed.

use std::time::Duration;

use kindred_storage::{
    ActorId, Conn, Moment, Page, PostId, ScheduledId, UploadId,
    actors::Actor,
    posts::Attachment,
    scheduled::{self, Scheduled},
    uploads,
};

use super::{compose, once};
use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    jobs::{Job, lane_later},
    media, polls,
    posts::once::Before,
    sections,
    views::{Draft, Section},
};

/// How far ahead a post is scheduled at least.
const AHEAD: Duration = Duration::from_mins(5);
/// How many posts of somebody wait at most.
const MOST_WAITING: i64 = 300;

/// A post that waits.
#[derive(Clone, Debug)]
pub struct Later {
    /// Our number for it.
    pub id: ScheduledId,
    /// When it is published.
    pub due_at: Moment,
    /// What was written.
    pub draft: Draft,
    /// What it will come with.
    pub files: Vec<Attachment>,
}

/// Keeps a post for later. With an idempotency key a second call within the hour answers with the first one's.
///
/// Refuses a time that is not five minutes away, and what would not be published now.
pub async fn schedule(
    kindred: &Kindred,
    who: &Actor,
    draft: Draft,
    due_at: Moment,
    idempotency: Option<String>,
) -> Result<Later> {
    compose::check(&draft)?;
    let draft = Draft {
        poll: draft.poll.as_ref().map(polls::draft).transpose()?,
        ..draft
    };
    let owner = who.id;
    kindred
        .write(move |ledger| {
            match once::take(ledger, owner, idempotency.as_deref())? {
                Before::Nothing => {}
                Before::Scheduled(id) => return own(ledger.db, owner, id),
                Before::Published(_) => return Err(Refusal::NoSuchPost.into()),
            }
            far_enough(ledger, due_at)?;
            if scheduled::count(ledger.db, owner)? >= MOST_WAITING {
                return Err(Refusal::TooManyScheduled(MOST_WAITING).into());
            }
            let id = ScheduledId(ledger.next_id());
            let ids = draft.media.clone().unwrap_or_default();
            media::choose(ledger, owner, &ids, None, None)?;
            let row = Scheduled {
                id,
                owner_id: owner,
                due_at,
                created_at: ledger.now,
                draft: written(&draft)?,
            };
            scheduled::insert(ledger.db, &row)?;
            if !ids.is_empty() && uploads::keep_for(ledger.db, owner, &ids, id)? != ids.len() {
                return Err(Refusal::NotAttachable.into());
            }
            once::note(ledger, owner, idempotency.as_deref(), None, Some(id))?;
            ledger.enqueue_later(lane_later(owner), &Job::Publish { scheduled: id }, due_at);
            read(ledger.db, &row)
        })
        .await
}

fn far_enough(ledger: &Ledger<'_>, due_at: Moment) -> Result<(), Refusal> {
    if due_at < ledger.now + AHEAD {
        Err(Refusal::TooSoon)
    } else {
        Ok(())
    }
}

fn written(draft: &Draft) -> Result<String> {
    serde_json::to_string(draft)
        .map_err(|error| Error::Broken(format!("a draft cannot be written down: {error}")))
}

fn read(db: &mut Conn, row: &Scheduled) -> Result<Later> {
    let draft: Draft = serde_json::from_str(&row.draft)
        .map_err(|error| Error::Broken(format!("a draft cannot be read back: {error}")))?;
    let mut files: Vec<(UploadId, Attachment)> = uploads::of_scheduled(db, row.id)?
        .into_iter()
        .map(|upload| (upload.id, upload.attachment.0))
        .collect();
    let order = draft.media.clone().unwrap_or_default();
    files.sort_by_key(|(id, _)| order.iter().position(|wanted| wanted == id));
    Ok(Later {
        id: row.id,
        due_at: row.due_at,
        draft,
        files: files.into_iter().map(|(_, file)| file).collect(),
    })
}

fn own(db: &mut Conn, owner: ActorId, id: ScheduledId) -> Result<Later> {
    let row = scheduled::find(db, id)?
        .filter(|row| row.owner_id == owner)
        .ok_or(Refusal::NoSuchPost)?;
    read(db, &row)
}

/// What somebody of ours will publish, the latest written first.
pub async fn waiting(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<Later>> {
    let owner = who.id;
    kindred
        .read(move |db| {
            let waiting = sections::whole(
                db,
                page,
                |row: &Scheduled| row.id.0,
                |db, page| Ok(scheduled::of_owner(db, owner, page)?),
            )?;
            waiting.dressed(|rows| rows.iter().map(|row| read(db, row)).collect())
        })
        .await
}

/// One of them.
pub async fn find(kindred: &Kindred, who: &Actor, id: ScheduledId) -> Result<Later> {
    let owner = who.id;
    kindred.read(move |db| own(db, owner, id)).await
}

/// Publishes it at another time.
pub async fn put_off(
    kindred: &Kindred,
    who: &Actor,
    id: ScheduledId,
    due_at: Moment,
) -> Result<Later> {
    let owner = who.id;
    kindred
        .write(move |ledger| {
            own(ledger.db, owner, id)?;
            far_enough(ledger, due_at)?;
            scheduled::move_to(ledger.db, id, due_at)?;
            // The job for the time that does not hold any more will find nothing due.
            ledger.enqueue_later(lane_later(owner), &Job::Publish { scheduled: id }, due_at);
            own(ledger.db, owner, id)
        })
        .await
}

/// Does not publish it at all. What it would have come with can be used again for a day.
pub async fn cancel(kindred: &Kindred, who: &Actor, id: ScheduledId) -> Result<()> {
    let owner = who.id;
    kindred
        .write(move |ledger| {
            own(ledger.db, owner, id)?;
            scheduled::erase(ledger.db, id)?;
            let kept: Vec<UploadId> = uploads::of_scheduled(ledger.db, id)?
                .iter()
                .map(|upload| upload.id)
                .collect();
            media::set_free(ledger, &kept)
        })
        .await
}

/// The time of a post may have come. It is published once, however often this is asked.
///
/// What is refused now, because the world has changed, stays among what waits, where its author finds it.
pub(crate) async fn publish(kindred: &Kindred, id: ScheduledId) -> Result<()> {
    let now = kindred.now();
    let found = kindred
        .read(move |db| {
            let Some(row) = scheduled::find(db, id)?.filter(|row| row.due_at <= now) else {
                return Ok(None);
            };
            let author = kindred_storage::actors::find(db, row.owner_id)?
                .filter(|author| author.deleted_at.is_none() && author.suspended_at.is_none());
            Ok(author.map(|author| (author, row.draft)))
        })
        .await?;
    let Some((author, draft)) = found else {
        return Ok(());
    };
    let mut draft: Draft = serde_json::from_str(&draft)
        .map_err(|error| Error::Broken(format!("a draft cannot be read back: {error}")))?;
    draft.scheduled = Some(id);
    let composed = compose::compose(kindred, &author, &draft).await?;
    kindred
        .write(move |ledger| {
            if scheduled::erase(ledger.db, id)? {
                super::publish_composed(ledger, &author, composed)?;
            }
            Ok(())
        })
        .await
}

/// What became of a key: for [`super::publish`], which may meet one under which something was scheduled.
pub(crate) fn published(before: Before) -> Result<Option<PostId>> {
    match before {
        Before::Nothing => Ok(None),
        Before::Published(id) => Ok(Some(id)),
        Before::Scheduled(_) => Err(Refusal::NoSuchPost.into()),
    }
}
