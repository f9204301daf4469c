//! Small pictures that are used as letters.
//!
//! They belong to nobody in particular and come with no post: everybody may see them, wherever they are used.

use super::{Incoming, Shape, Sort, keep, sorts};
use crate::{Error, Kindred, Refusal, Result};

/// A small picture that lies here, not written down yet.
pub(crate) struct Glyph {
    /// The file.
    pub(crate) file: String,
    /// The file of the same picture when it does not move.
    pub(crate) still: String,
    /// What it is.
    pub(crate) media_type: String,
}

/// Keeps a picture of at most so many bytes, freed of everything that cannot be seen.
pub(crate) async fn glyph(kindred: &Kindred, mut file: Incoming, most: u64) -> Result<Glyph> {
    let kind = sorts::of(&file.head(sorts::HEAD).await?).ok_or(Refusal::NotShown)?;
    if !matches!(kind.sort, Sort::Picture(_)) {
        return Err(Refusal::UnreadablePicture.into());
    }
    if file.length() > most {
        return Err(Refusal::FileTooLarge(most).into());
    }
    let kept = keep(kindred, file, Shape::Own).await?;
    let still = kept.preview.clone();
    Ok(Glyph {
        still: still.ok_or_else(|| Error::Broken("a picture without a small one".to_owned()))?,
        media_type: kept.attachment.media_type.unwrap_or_default(),
        file: kept.file,
    })
}
