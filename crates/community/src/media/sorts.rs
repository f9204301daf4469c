//! What a file is, found by looking at its first bytes. What it is called or said to be counts for nothing.

use image::ImageFormat;

/// How many bytes are looked at.
pub(crate) const HEAD: usize = 8 * 1024;

/// What can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Something to look at.
    Picture(ImageFormat),
    /// Something to look at that moves.
    Film,
    /// Something to listen to.
    Recording,
}

/// A file of a kind that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// What can be shown of it.
    pub(crate) sort: Sort,
    /// Its media type.
    pub(crate) media_type: &'static str,
    /// The end of its name.
    pub(crate) ending: &'static str,
}

/// The kinds of files that are taken in, by the media type that their first bytes speak of.
const KINDS: [(&str, Kind); 14] = [
    (
        "image/jpeg",
        kind(Sort::Picture(ImageFormat::Jpeg), "image/jpeg", "jpg"),
    ),
    (
        "image/png",
        kind(Sort::Picture(ImageFormat::Png), "image/png", "png"),
    ),
    (
        "image/gif",
        kind(Sort::Picture(ImageFormat::Gif), "image/gif", "gif"),
    ),
    (
        "image/webp",
        kind(Sort::Picture(ImageFormat::WebP), "image/webp", "webp"),
    ),
    ("video/mp4", kind(Sort::Film, "video/mp4", "mp4")),
    ("video/x-m4v", kind(Sort::Film, "video/mp4", "mp4")),
    (
        "video/quicktime",
        kind(Sort::Film, "video/quicktime", "mov"),
    ),
    ("video/webm", kind(Sort::Film, "video/webm", "webm")),
    ("audio/mpeg", kind(Sort::Recording, "audio/mpeg", "mp3")),
    ("audio/m4a", kind(Sort::Recording, "audio/mp4", "m4a")),
    ("audio/ogg", kind(Sort::Recording, "audio/ogg", "ogg")),
    ("audio/opus", kind(Sort::Recording, "audio/ogg", "ogg")),
    ("audio/x-flac", kind(Sort::Recording, "audio/flac", "flac")),
    ("audio/x-wav", kind(Sort::Recording, "audio/wav", "wav")),
];

const fn kind(sort: Sort, media_type: &'static str, ending: &'static str) -> Kind {
    Kind {
        sort,
        media_type,
        ending,
    }
}

/// What a file is that begins like this; nothing when it is of no kind that is shown.
pub(crate) fn of(head: &[u8]) -> Option<Kind> {
    let found = infer::get(head)?;
    KINDS
        .iter()
        .find(|(name, _)| *name == found.mime_type())
        .map(|(_, kind)| *kind)
}

/// The media types that are taken in, as clients are told.
pub fn media_types() -> Vec<&'static str> {
    let mut types: Vec<_> = KINDS.iter().map(|(_, kind)| kind.media_type).collect();
    types.dedup();
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let found = |head: &[u8]| of(head).map(|kind| kind.media_type);
        assert_eq!(found(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some("image/jpeg"));
        assert_eq!(found(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some("image/png"));
        assert_eq!(found(b"GIF89a\x01\0\x01\0"), Some("image/gif"));
        assert_eq!(found(b"RIFF\x10\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(
            found(b"\0\0\0\x18ftypisom\0\0\0\0isommp42"),
            Some("video/mp4")
        );
        assert_eq!(found(b"OggS\0\x02\0\0\0\0\0\0\0\0"), Some("audio/ogg"));
        for not_shown in [
            &b""[..],
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
            b"<!DOCTYPE html><html></html>",
            b"PK\x03\x04\x14\0\0\0",
            b"%PDF-1.7",
            b"\x7fELF\x02\x01\x01",
            b"words",
        ] {
            assert_eq!(of(not_shown), None, "{not_shown:?}");
        }
    }
}
