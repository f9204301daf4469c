//! Pictures, developed: unpacked within limits, turned upright, freed of everything that cannot be seen, and packed again.
//!
//! Where a picture was taken, with what and by whom stands in its file, and nobody who posts one means to tell. Only the profile of
//! its colours is kept, since it would look different without. It works on the thread it is called on, and that can take a second.

use std::io::Cursor;

use image::{
    DynamicImage, ExtendedColorType, ImageDecoder as _, ImageEncoder, ImageFormat, ImageReader,
    Limits,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType as PngFilter, PngEncoder},
    },
    imageops::FilterType,
};

use super::gif;
use crate::Refusal;

/// Pictures with more pixels are not unpacked.
pub const MOST_PIXELS: u64 = 40_000_000;
/// What unpacking a picture may take in memory. Units: bytes.
const MOST_MEMORY: u64 = 320 * 1024 * 1024;
/// Pictures with more pixels are made smaller: more than any screen has.
const LARGE: u32 = 3840 * 2160;
/// How many pixels the small picture has.
const SMALL: u32 = 640 * 360;
/// The width from which the blurred preview is made.
const BLURRED: u32 = 32;
/// Profiles of colours are small; what is larger carries something else.
const LARGEST_PROFILE: usize = 4 * 1024;
const QUALITY: u8 = 88;

/// What shape a picture is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Its own.
    Own,
    /// Somebody's picture: a square.
    Avatar,
    /// The picture above somebody's page: three times as wide as it is high.
    Header,
}

/// A picture on paper.
#[derive(Debug)]
pub(crate) struct Print {
    /// The file.
    pub(crate) bytes: Vec<u8>,
    /// What it is.
    pub(crate) media_type: &'static str,
    /// How its name ends.
    pub(crate) ending: &'static str,
    /// Pixels from left to right.
    pub(crate) width: u32,
    /// Pixels from top to bottom.
    pub(crate) height: u32,
}

/// A picture as it is kept.
#[derive(Debug)]
pub(crate) struct Developed {
    /// The picture.
    pub(crate) large: Print,
    /// A small one.
    pub(crate) small: Print,
    /// A blurred one in a few letters.
    pub(crate) blurhash: Option<String>,
}

/// Develops a picture. Refuses what cannot be unpacked, or only into too much.
pub(crate) fn develop(
    file: &[u8],
    format: ImageFormat,
    shape: Shape,
) -> Result<Developed, Refusal> {
    let Unpacked { picture, profile } = unpack(file, format)?;
    let picture = shaped(picture, shape);
    let small = fitted(&picture, SMALL, FilterType::Triangle);
    let large = if format == ImageFormat::Gif && shape == Shape::Own {
        Print {
            bytes: gif::stripped(file).ok_or(Refusal::UnreadablePicture)?,
            media_type: "image/gif",
            ending: "gif",
            width: picture.width(),
            height: picture.height(),
        }
    } else {
        packed(&picture, format, profile.as_deref())?
    };
    Ok(Developed {
        large,
        small: packed(
            &small,
            if format == ImageFormat::Gif {
                ImageFormat::WebP
            } else {
                format
            },
            profile.as_deref(),
        )?,
        blurhash: blurred(&picture),
    })
}

/// Whether a picture has no more pixels than we show. It is not unpacked.
pub(crate) fn is_small_enough(file: &[u8], format: ImageFormat) -> bool {
    ImageReader::with_format(Cursor::new(file), format)
        .into_dimensions()
        .is_ok_and(|(width, height)| (1..=MOST_PIXELS).contains(&pixels(width, height)))
}

struct Unpacked {
    picture: DynamicImage,
    profile: Option<Vec<u8>>,
}

fn unpack(file: &[u8], format: ImageFormat) -> Result<Unpacked, Refusal> {
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if pixels(width, height) > MOST_PIXELS {
        return Err(Refusal::TooManyPixels(MOST_PIXELS));
    }
    let orientation = decoder.orientation().map_err(unreadable)?;
    let profile = decoder
        .icc_profile()
        .ok()
        .flatten()
        // One for other colours than those that are written here would make it look wrong.
        .filter(|profile| profile.len() <= LARGEST_PROFILE && profile.get(16..20) == Some(b"RGB "));
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(Unpacked { picture, profile })
}

fn pixels(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is handed over by map_err"
)]
fn unreadable(error: image::ImageError) -> Refusal {
    tracing::debug!(%error, "A picture cannot be read");
    Refusal::UnreadablePicture
}

/// The picture as it is used: what is for a profile is cut to its shape.
fn shaped(picture: DynamicImage, shape: Shape) -> DynamicImage {
    let (width, height) = match shape {
        Shape::Own => return fitted(&picture, LARGE, FilterType::CatmullRom),
        Shape::Avatar => (400, 400),
        Shape::Header => (1500, 500),
    };
    if picture.width() <= width && picture.height() <= height {
        picture
    } else {
        picture.resize_to_fill(width, height, FilterType::CatmullRom)
    }
}

/// The picture with at most so many pixels, in the same proportions.
fn fitted(picture: &DynamicImage, most: u32, filter: FilterType) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    if pixels(width, height) <= u64::from(most) {
        return picture.clone();
    }
    let by = (f64::from(most) / (f64::from(width) * f64::from(height))).sqrt();
    let (width, height) = (scaled(width, by), scaled(height, by));
    if filter == FilterType::Triangle {
        picture.thumbnail_exact(width, height)
    } else {
        picture.resize_exact(width, height, filter)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a side times a factor below one is a smaller side"
)]
fn scaled(side: u32, by: f64) -> u32 {
    ((f64::from(side) * by).round() as u32).max(1)
}

/// Packs a picture: what can be looked through or was lossless stays so, everything else becomes a JPEG.
fn packed(
    picture: &DynamicImage,
    format: ImageFormat,
    profile: Option<&[u8]>,
) -> Result<Print, Refusal> {
    let (width, height) = (picture.width(), picture.height());
    let mut bytes = Vec::new();
    let transparent = picture.color().has_alpha();
    let (media_type, ending) = if transparent || matches!(format, ImageFormat::Png) {
        let encoder =
            PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, PngFilter::Adaptive);
        if transparent {
            let pixels = picture.to_rgba8();
            write(
                encoder,
                profile,
                &pixels,
                width,
                height,
                ExtendedColorType::Rgba8,
            )?;
        } else {
            let pixels = picture.to_rgb8();
            write(
                encoder,
                profile,
                &pixels,
                width,
                height,
                ExtendedColorType::Rgb8,
            )?;
        }
        ("image/png", "png")
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        let pixels = picture.to_rgb8();
        write(
            encoder,
            profile,
            &pixels,
            width,
            height,
            ExtendedColorType::Rgb8,
        )?;
        ("image/jpeg", "jpg")
    };
    Ok(Print {
        bytes,
        media_type,
        ending,
        width,
        height,
    })
}

fn write(
    mut encoder: impl ImageEncoder,
    profile: Option<&[u8]>,
    pixels: &[u8],
    width: u32,
    height: u32,
    colors: ExtendedColorType,
) -> Result<(), Refusal> {
    if let Some(profile) = profile {
        // Without it the picture looks a little different, which is no reason to refuse it.
        let _ = encoder.set_icc_profile(profile.to_vec());
    }
    encoder
        .write_image(pixels, width, height, colors)
        .map_err(unreadable)
}

fn blurred(picture: &DynamicImage) -> Option<String> {
    let tiny = picture.thumbnail(BLURRED, BLURRED).to_rgba8();
    blurhash::encode(4, 3, tiny.width(), tiny.height(), &tiny).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, _| {
            if x < width / 2 {
                Rgb([250, 0, 0])
            } else {
                Rgb([0, 0, 250])
            }
        });
        let mut file = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut file), ImageFormat::Jpeg)
            .unwrap();
        file
    }

    /// The same with an EXIF block that says how to turn it and who took it.
    fn with_exif(file: &[u8], orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
        exif.extend_from_slice(&[0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        exif.extend_from_slice(&[0x3b, 1, 2, 0, 14, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend_from_slice(b"Nadia's camera");
        let mut marked = file[..2].to_vec();
        marked.extend_from_slice(&[0xff, 0xe1]);
        marked.extend_from_slice(&u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        marked.extend_from_slice(&exif);
        marked.extend_from_slice(&file[2..]);
        marked
    }

    fn contains(file: &[u8], words: &[u8]) -> bool {
        file.windows(words.len()).any(|window| window == words)
    }

    #[test]
    fn a_picture_stands_upright_and_tells_nothing_but_how_it_looks() {
        let file = with_exif(&jpeg(64, 32), 6);
        assert!(contains(&file, b"Nadia's camera"));
        let developed = develop(&file, ImageFormat::Jpeg, Shape::Own).unwrap();
        assert_eq!((developed.large.width, developed.large.height), (32, 64));
        for print in [&developed.large, &developed.small] {
            assert!(!contains(&print.bytes, b"Nadia") && !contains(&print.bytes, b"Exif"));
        }
        let again = image::load_from_memory(&developed.large.bytes)
            .unwrap()
            .to_rgb8();
        assert!(again.get_pixel(16, 4)[0] > 200, "what was left is above");
        assert!(developed.blurhash.is_some_and(|hash| hash.len() > 10));
    }

    #[test]
    fn a_large_picture_becomes_smaller_and_the_small_one_is_small() {
        let developed = develop(&jpeg(1600, 400), ImageFormat::Jpeg, Shape::Own).unwrap();
        assert_eq!((developed.large.width, developed.large.height), (1600, 400));
        assert_eq!((developed.small.width, developed.small.height), (960, 240));
    }

    #[test]
    fn what_can_be_looked_through_stays_so() {
        let mut file = Vec::new();
        RgbaImage::from_pixel(8, 8, Rgba([9, 9, 9, 0]))
            .write_to(&mut Cursor::new(&mut file), ImageFormat::WebP)
            .unwrap();
        let developed = develop(&file, ImageFormat::WebP, Shape::Own).unwrap();
        assert_eq!(developed.large.media_type, "image/png");
        let again = image::load_from_memory(&developed.large.bytes).unwrap();
        assert_eq!(again.to_rgba8().get_pixel(3, 3)[3], 0);
    }

    #[test]
    fn broken_pictures_and_bombs_are_refused_before_they_go_off() {
        let whole = jpeg(64, 64);
        for (file, format) in [
            (&whole[..40], ImageFormat::Jpeg),
            (&b"\x89PNG\r\n\x1a\n"[..], ImageFormat::Png),
            (b"RIFF\x10\0\0\0WEBPVP8 ", ImageFormat::WebP),
            (b"GIF89a\x01\0\x01\0\0\0\0\x3b", ImageFormat::Gif),
        ] {
            assert_eq!(
                develop(file, format, Shape::Own).unwrap_err(),
                Refusal::UnreadablePicture,
                "{format:?}"
            );
        }
        // A PNG that says it is enormous; nothing of it is unpacked to find out.
        let mut bomb = Vec::new();
        RgbImage::new(1, 1)
            .write_to(&mut Cursor::new(&mut bomb), ImageFormat::Png)
            .unwrap();
        bomb[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
        let crc = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(
            develop(&bomb, ImageFormat::Png, Shape::Own).unwrap_err(),
            Refusal::TooManyPixels(MOST_PIXELS)
        );
        assert!(!is_small_enough(&bomb, ImageFormat::Png));
        assert!(is_small_enough(&whole, ImageFormat::Jpeg));
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |mut crc, byte| {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 {
                    (crc >> 1) ^ 0xedb8_8320
                } else {
                    crc >> 1
                };
            }
            crc
        })
    }
}
