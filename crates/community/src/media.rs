//! Pictures, films and recordings: uploaded, described, shown to those who may see them, forgotten when nobody uses them.
//!
//! A file is found by a name of random letters, and that is not enough to see it: a file that comes with a post is shown to whoever
//! may see the post, asked anew each time. Nothing is turned into another format here but pictures.

mod bucket;
mod copies;
mod files;
mod gif;
mod glyphs;
mod pictures;
pub(crate) mod sorts;

use std::time::Duration;

use kindred_storage::{
    ActorId, Conn, Json, PostId, Purpose, ScheduledId, UploadId,
    actors::Actor,
    emojis,
    posts::{self, Attachment, Focus},
    uploads::{self, Upload},
};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    jobs::{Job, LANE_FILES},
    links, policy,
    settings::MediaSettings,
    sight,
    views::Viewer,
};

pub use bucket::{Bucket, BucketSettings};
pub use copies::{Shown, copy};
pub use files::{Content, Incoming};
pub(crate) use glyphs::glyph;
pub use pictures::{MOST_PIXELS, Shape};
pub use sorts::media_types;

use files::{Files, fresh_name};
use pictures::{Developed, Print};
use sorts::Sort;

/// The largest picture that can be uploaded. Units: bytes.
pub const LARGEST_PICTURE: u64 = 16 * 1024 * 1024;
/// The longest description. Units: characters.
pub const LONGEST_DESCRIPTION: usize = 5_000;
/// How many files a post can come with.
pub const MOST_FILES: usize = 4;
/// How much somebody can upload without using it.
const MOST_LOOSE: i64 = 60;
/// What nobody uses is kept so long.
const KEPT_FOR: Duration = Duration::from_hours(24);
/// How many pictures are developed at once: each may take some hundred megabytes for a moment.
const AT_ONCE: usize = 2;

/// Where media are worked on and kept.
pub(crate) struct Studio {
    files: Files,
    seats: Semaphore,
    errands: Semaphore,
}

impl Studio {
    pub(crate) fn new(settings: &MediaSettings) -> Self {
        Self {
            files: Files::new(settings.folder.clone(), settings.bucket.clone()),
            seats: Semaphore::new(AT_ONCE),
            errands: Semaphore::new(copies::AT_ONCE),
        }
    }
}

/// What is said about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// What can be seen or heard, in words; an empty text takes them away.
    pub description: Option<String>,
    /// The point to keep in view.
    pub focus: Option<Focus>,
}

impl Words {
    fn check(&self) -> Result<(), Refusal> {
        let length = |text: &String| text.chars().count();
        match &self.description {
            Some(text) if length(text) > LONGEST_DESCRIPTION => {
                Err(Refusal::DescriptionTooLong(LONGEST_DESCRIPTION))
            }
            _ => Ok(()),
        }
    }

    /// Puts them under a file. What is not said stays.
    pub(crate) fn put_under(&self, attachment: &mut Attachment) {
        if let Some(text) = &self.description {
            attachment.description = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        }
        if let Some(focus) = self.focus {
            attachment.focus = Some(focus);
        }
    }
}

/// Room for a file that is about to arrive.
pub async fn expect(kindred: &Kindred) -> Result<Incoming> {
    kindred.studio().files.incoming().await
}

/// Takes in what somebody of ours has uploaded. Unless it comes with a post within a day, it is forgotten.
///
/// What it is, is found by looking at it. Pictures are developed; films and recordings are kept as they are. Refuses what is not
/// shown here, what is too large, and pictures that cannot be read.
pub async fn upload(
    kindred: &Kindred,
    who: &Actor,
    file: Incoming,
    words: Words,
    thumbnail: Option<Incoming>,
) -> Result<Upload> {
    words.check()?;
    let owner = who.id;
    let loose = kindred
        .read(move |db| Ok(uploads::count_loose(db, owner)?))
        .await?;
    if loose >= MOST_LOOSE {
        return Err(Refusal::TooManyUploads.into());
    }
    let mut kept = keep(kindred, file, Shape::Own).await?;
    words.put_under(&mut kept.attachment);
    if let Some(file) = thumbnail.filter(|_| kept.preview.is_none()) {
        let still = still(kindred, &kept.name, file).await?;
        still.put_above(&mut kept.preview, &mut kept.attachment);
    }
    let files = kept.files();
    let recorded = kindred
        .write(move |ledger| {
            let upload = kept.into_upload(ledger, owner, Purpose::Post);
            uploads::insert(ledger.db, &upload)?;
            sweep_later(ledger, upload.id);
            Ok(upload)
        })
        .await;
    if recorded.is_err() {
        remove(kindred, &files).await?;
    }
    recorded
}

/// Keeps a picture for the profile of a person or a group of ours; answers where it is found. Unless it is worn within a day, it is
/// forgotten.
pub async fn portrait(
    kindred: &Kindred,
    of: ActorId,
    mut file: Incoming,
    shape: Shape,
) -> Result<String> {
    let kind = sorts::of(&file.head(sorts::HEAD).await?).ok_or(Refusal::NotShown)?;
    if !matches!(kind.sort, Sort::Picture(_)) {
        return Err(Refusal::UnreadablePicture.into());
    }
    let kept = keep(kindred, file, shape).await?;
    kindred
        .write(move |ledger| {
            let upload = kept.into_upload(ledger, of, Purpose::Face);
            uploads::insert(ledger.db, &upload)?;
            sweep_later(ledger, upload.id);
            Ok(upload.attachment.0.url)
        })
        .await
}

/// Forgets the picture that somebody of ours wore until now, found by its address.
pub(crate) fn take_down(ledger: &mut Ledger<'_>, of: ActorId, worn: &str) -> Result<()> {
    let name = links::file_name(ledger.settings, worn)
        .and_then(|file| file.split_once('.'))
        .map(|(name, _)| name.to_owned());
    if let Some(name) = name
        && let Some(picture) = uploads::by_name(ledger.db, &name)?
        && picture.owner_id == of
        && picture.purpose == Purpose::Face
    {
        erase(ledger, &picture)?;
    }
    Ok(())
}

/// A file that lies here, not written down yet.
struct Kept {
    name: String,
    file: String,
    preview: Option<String>,
    bytes: u64,
    attachment: Attachment,
}

impl Kept {
    fn files(&self) -> Vec<String> {
        std::iter::once(self.file.clone())
            .chain(self.preview.clone())
            .collect()
    }

    fn into_upload(self, ledger: &Ledger<'_>, owner: ActorId, purpose: Purpose) -> Upload {
        let id = UploadId(ledger.next_id());
        let mut attachment = self.attachment;
        attachment.id = Some(id);
        Upload {
            id,
            owner_id: owner,
            name: self.name,
            file: self.file,
            preview: self.preview,
            purpose,
            bytes: i64::try_from(self.bytes).unwrap_or(i64::MAX),
            post_id: None,
            scheduled_id: None,
            freed_at: None,
            created_at: ledger.now,
            attachment: Json(attachment),
        }
    }
}

/// Finds out what a file is and keeps it.
async fn keep(kindred: &Kindred, mut file: Incoming, shape: Shape) -> Result<Kept> {
    if file.length() == 0 {
        return Err(Refusal::NoFile.into());
    }
    let kind = sorts::of(&file.head(sorts::HEAD).await?).ok_or(Refusal::NotShown)?;
    let most = match kind.sort {
        Sort::Picture(_) => LARGEST_PICTURE,
        Sort::Film | Sort::Recording => kindred.settings().media.largest,
    };
    if file.length() > most {
        return Err(Refusal::FileTooLarge(most).into());
    }
    let name = fresh_name()?;
    match kind.sort {
        Sort::Picture(format) => {
            let developed = develop(kindred, &mut file, format, shape).await?;
            keep_prints(kindred, name, developed).await
        }
        Sort::Film | Sort::Recording => {
            let called = format!("{name}.{}", kind.ending);
            let bytes = file.length();
            kindred.studio().files.keep_incoming(&called, file).await?;
            Ok(Kept {
                attachment: Attachment {
                    url: links::file(kindred.settings(), &called),
                    media_type: Some(kind.media_type.to_owned()),
                    ..Attachment::default()
                },
                name,
                file: called,
                preview: None,
                bytes,
            })
        }
    }
}

/// Develops a picture where nobody waits for the thread, a few at a time.
async fn develop(
    kindred: &Kindred,
    file: &mut Incoming,
    format: image::ImageFormat,
    shape: Shape,
) -> Result<Developed> {
    let _seat = kindred
        .studio()
        .seats
        .acquire()
        .await
        .map_err(|_| Error::Broken("the studio is closed".to_owned()))?;
    let bytes = file.whole().await?;
    let developed = tokio::task::spawn_blocking(move || pictures::develop(&bytes, format, shape));
    // Somebody's picture that makes the decoder panic is one more that cannot be read.
    Ok(developed.await.unwrap_or(Err(Refusal::UnreadablePicture))?)
}

async fn keep_prints(kindred: &Kindred, name: String, developed: Developed) -> Result<Kept> {
    let files = &kindred.studio().files;
    let Developed {
        large,
        small,
        blurhash,
    } = developed;
    let called = |print: &Print, mark: &str| format!("{name}{mark}.{}", print.ending);
    let (file, preview) = (called(&large, ""), called(&small, ".small"));
    files.keep(&file, &large.bytes).await?;
    files.keep(&preview, &small.bytes).await?;
    Ok(Kept {
        attachment: Attachment {
            id: None,
            url: links::file(kindred.settings(), &file),
            preview: Some(links::file(kindred.settings(), &preview)),
            small: Some((small.width, small.height)),
            media_type: Some(large.media_type.to_owned()),
            description: None,
            width: Some(large.width),
            height: Some(large.height),
            blurhash,
            focus: None,
        },
        bytes: large.bytes.len() as u64,
        name,
        file,
        preview: Some(preview),
    })
}

/// One's own upload.
pub async fn find(kindred: &Kindred, who: &Actor, id: UploadId) -> Result<Upload> {
    let owner = who.id;
    kindred.read(move |db| own(db, owner, id)).await
}

fn own(db: &mut Conn, owner: ActorId, id: UploadId) -> Result<Upload> {
    uploads::find(db, id)?
        .filter(|upload| upload.owner_id == owner && upload.purpose == Purpose::Post)
        .ok_or_else(|| Refusal::NoSuchFile.into())
}

/// Says something else about an upload that comes with no post yet, or gives a film a small picture.
pub async fn describe(
    kindred: &Kindred,
    who: &Actor,
    id: UploadId,
    words: Words,
    thumbnail: Option<Incoming>,
) -> Result<Upload> {
    words.check()?;
    let owner = who.id;
    let known = find(kindred, who, id).await?;
    let above = match thumbnail {
        Some(file) => Some(still(kindred, &known.name, file).await?),
        None => None,
    };
    kindred
        .write(move |ledger| {
            let mut upload = own(ledger.db, owner, id)?;
            if upload.post_id.is_some() {
                return Err(Refusal::NoSuchFile.into());
            }
            words.put_under(&mut upload.attachment.0);
            if let Some(still) = above {
                still.put_above(&mut upload.preview, &mut upload.attachment.0);
            }
            uploads::describe(ledger.db, id, upload.preview.as_deref(), &upload.attachment)?;
            Ok(upload)
        })
        .await
}

/// A small picture of a film or a recording.
struct Still {
    file: String,
    url: String,
    small: (u32, u32),
    blurhash: Option<String>,
}

impl Still {
    fn put_above(self, preview: &mut Option<String>, attachment: &mut Attachment) {
        *preview = Some(self.file);
        attachment.preview = Some(self.url);
        attachment.small = Some(self.small);
        attachment.blurhash = self.blurhash;
    }
}

/// Keeps a picture that was sent along as the small picture of something else.
async fn still(kindred: &Kindred, name: &str, mut file: Incoming) -> Result<Still> {
    let kind = sorts::of(&file.head(sorts::HEAD).await?).ok_or(Refusal::NotShown)?;
    let Sort::Picture(format) = kind.sort else {
        return Err(Refusal::UnreadablePicture.into());
    };
    if file.length() > LARGEST_PICTURE {
        return Err(Refusal::FileTooLarge(LARGEST_PICTURE).into());
    }
    let developed = develop(kindred, &mut file, format, Shape::Own).await?;
    let small = developed.small;
    let called = format!("{name}.small.{}", small.ending);
    kindred.studio().files.keep(&called, &small.bytes).await?;
    Ok(Still {
        url: links::file(kindred.settings(), &called),
        file: called,
        small: (small.width, small.height),
        blurhash: developed.blurhash,
    })
}

/// Takes away an upload that comes with no post.
pub async fn discard(kindred: &Kindred, who: &Actor, id: UploadId) -> Result<()> {
    let owner = who.id;
    kindred
        .write(move |ledger| {
            let upload = own(ledger.db, owner, id)?;
            if !upload.is_loose() {
                return Err(Refusal::InUse.into());
            }
            erase(ledger, &upload)
        })
        .await
}

/// Forgets an upload; its files go when that is written down.
fn erase(ledger: &mut Ledger<'_>, upload: &Upload) -> Result<()> {
    uploads::erase(ledger.db, upload.id)?;
    let files = upload.files();
    ledger.enqueue(LANE_FILES.to_owned(), &Job::RemoveFiles { files });
    Ok(())
}

fn sweep_later(ledger: &mut Ledger<'_>, upload: UploadId) {
    let moment = ledger.now + KEPT_FOR;
    ledger.enqueue_later(LANE_FILES.to_owned(), &Job::SweepUpload { upload }, moment);
}

/// Forgets an upload that nobody used for a day.
pub(crate) async fn sweep(kindred: &Kindred, id: UploadId) -> Result<()> {
    kindred
        .write(move |ledger| {
            let Some(upload) = uploads::find(ledger.db, id)? else {
                return Ok(());
            };
            let since = upload.freed_at.unwrap_or(upload.created_at);
            let worn = upload.purpose == Purpose::Face && is_worn(ledger, &upload)?;
            if upload.is_loose() && !worn && since + KEPT_FOR <= ledger.now {
                erase(ledger, &upload)?;
            }
            Ok(())
        })
        .await
}

/// Whether a picture stands on the profile that it was uploaded for.
fn is_worn(ledger: &mut Ledger<'_>, picture: &Upload) -> Result<bool> {
    let face = ledger.actor(picture.owner_id)?;
    let url = Some(&picture.attachment.url);
    Ok(face.icon_url.as_ref() == url || face.image_url.as_ref() == url)
}

/// Takes files away whose upload is forgotten.
pub(crate) async fn remove(kindred: &Kindred, files: &[String]) -> Result<()> {
    for file in files {
        kindred.studio().files.remove(file).await?;
    }
    Ok(())
}

/// A file as somebody may see it.
#[derive(Debug)]
pub struct Opened {
    /// What is in it.
    pub content: Content,
    /// What it is.
    pub media_type: String,
    /// Whether everybody may see it, so that it may be kept on the way.
    pub for_everybody: bool,
}

/// Opens a file for somebody who may see what it comes with.
///
/// What comes with no post yet can be seen by whoever has its address, so that a client can show it while a post is written. What
/// came off a post again is shown to its owner only: the post may have been for few.
pub async fn open(kindred: &Kindred, viewer: &Viewer, file: &str) -> Result<Opened> {
    let (name, _) = file.split_once('.').ok_or(Refusal::NoSuchFile)?;
    let (name, viewer) = (name.to_owned(), viewer.clone());
    let called = file.to_owned();
    let (media_type, for_everybody) = kindred
        .read(move |db| {
            if let Some(upload) = uploads::by_name(db, &name)? {
                let for_everybody = may_see(db, &viewer, &upload)?;
                return Ok((type_of(&upload, &called)?, for_everybody));
            }
            // Pictures used as letters are for everybody.
            let glyph = emojis::by_file(db, &called)?.ok_or(Refusal::NoSuchFile)?;
            let media_type = if glyph.file == called {
                glyph.media_type
            } else {
                preview_type(&called).to_owned()
            };
            Ok((media_type, true))
        })
        .await?;
    let content = kindred.studio().files.open(file).await?;
    Ok(Opened {
        content: content.ok_or(Refusal::NoSuchFile)?,
        media_type,
        for_everybody,
    })
}

fn type_of(upload: &Upload, file: &str) -> Result<String, Refusal> {
    if upload.file == file {
        Ok(upload.attachment.media_type.clone().unwrap_or_default())
    } else if upload.preview.as_deref() == Some(file) {
        Ok(preview_type(file).to_owned())
    } else {
        Err(Refusal::NoSuchFile)
    }
}

fn preview_type(file: &str) -> &'static str {
    match file.rsplit_once('.') {
        Some((_, "png")) => "image/png",
        _ => "image/jpeg",
    }
}

/// Whether everybody may see an upload; refuses when the viewer may not.
fn may_see(db: &mut Conn, viewer: &Viewer, upload: &Upload) -> Result<bool> {
    if let Some(post) = upload.post_id {
        let post = posts::find(db, post)?.ok_or(Refusal::NoSuchFile)?;
        let open = !policy::needs_ties(post.visibility);
        sight::of_post(db, viewer, post).map_err(|_| Refusal::NoSuchFile)?;
        return Ok(open);
    }
    let loose = upload.scheduled_id.is_none() && upload.freed_at.is_none();
    if upload.purpose == Purpose::Face {
        Ok(true)
    } else if loose || viewer.actor() == Some(upload.owner_id) {
        Ok(false)
    } else {
        Err(Refusal::NoSuchFile.into())
    }
}

/// What a post is to come with, in the order in which it was asked for.
///
/// Refuses what is not the author's own, or comes with another post. Nothing is given away yet: see [`give`].
pub(crate) fn choose(
    ledger: &mut Ledger<'_>,
    author: ActorId,
    ids: &[UploadId],
    kept_for: Option<ScheduledId>,
    post: Option<PostId>,
) -> Result<Vec<Attachment>> {
    if ids.len() > MOST_FILES {
        return Err(Refusal::TooManyFiles(MOST_FILES).into());
    }
    let mut own = uploads::of_owner(ledger.db, author, ids)?;
    let mut chosen = Vec::with_capacity(ids.len());
    for id in ids {
        // Taken out once found, so that the same file does not come twice.
        let place = own
            .iter()
            .position(|upload| upload.id == *id)
            .ok_or(Refusal::NotAttachable)?;
        let upload = own.swap_remove(place);
        let free = upload.purpose == Purpose::Post
            && (upload.post_id.is_none() || upload.post_id == post)
            && (upload.scheduled_id.is_none() || upload.scheduled_id == kept_for);
        if !free {
            return Err(Refusal::NotAttachable.into());
        }
        chosen.push(upload.attachment.0);
    }
    Ok(chosen)
}

/// Gives a post what was chosen for it. Refuses when somebody was quicker.
pub(crate) fn give(
    ledger: &mut Ledger<'_>,
    author: ActorId,
    ids: &[UploadId],
    kept_for: Option<ScheduledId>,
    post: PostId,
) -> Result<()> {
    if !ids.is_empty() && uploads::attach(ledger.db, author, ids, post, kept_for)? != ids.len() {
        return Err(Refusal::NotAttachable.into());
    }
    Ok(())
}

/// Takes everything off a post but what it is to keep. The author may use it again for a day.
pub(crate) fn take_off(ledger: &mut Ledger<'_>, post: PostId, but: &[UploadId]) -> Result<()> {
    let ids: Vec<UploadId> = uploads::of_post(ledger.db, post)?
        .iter()
        .map(|upload| upload.id)
        .filter(|id| !but.contains(id))
        .collect();
    set_free(ledger, &ids)
}

/// Lets uploads be used again for a day, and then forgets them.
pub(crate) fn set_free(ledger: &mut Ledger<'_>, ids: &[UploadId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    uploads::free(ledger.db, ids, ledger.now)?;
    for id in ids {
        sweep_later(ledger, *id);
    }
    Ok(())
}
