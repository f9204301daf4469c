//! Writes a picture of three colours as a PNG.
//!
//! Sixteen colours are enough for soft edges between three, so a dot takes half a byte. It does not compress beyond that
//! and reads no pictures at all.

/// The shades between two colours that soften an edge.
const STEPS: usize = 4;
/// The largest block of bytes that deflate stores as they are.
const BLOCK: usize = 65_535;

/// The picture whose colour (0, 1 or 2) at each point is told by `colour_at`, in units of dots.
pub(super) fn write(
    columns: usize,
    rows: usize,
    colours: [u32; 3],
    colour_at: impl Fn(f32, f32) -> usize,
) -> Vec<u8> {
    let mut dots = Vec::with_capacity(rows * (columns / 2 + 1));
    for row in 0..rows {
        dots.push(0);
        for pair in 0..columns / 2 {
            let left = shade(2 * pair, row, &colour_at);
            let right = shade(2 * pair + 1, row, &colour_at);
            dots.push(left << 4 | right);
        }
    }
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let mut header = [size(columns), size(rows)].concat();
    header.extend([4, 3, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"PLTE", &palette(colours));
    chunk(&mut png, *b"IDAT", &store(&dots));
    chunk(&mut png, *b"IEND", &[]);
    png
}

/// The three colours, then three shades between each two of them.
fn palette(colours: [u32; 3]) -> Vec<u8> {
    let channels = |colour: u32| [16, 8, 0].map(|shift| (colour >> shift) & 0xff);
    let mut mixed: Vec<[u32; 3]> = colours.map(channels).to_vec();
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        for part in 1..4 {
            let (one, other) = (channels(colours[one]), channels(colours[other]));
            mixed.push(
                [0, 1, 2].map(|channel| (one[channel] * (4 - part) + other[channel] * part) / 4),
            );
        }
    }
    mixed
        .into_iter()
        .flatten()
        .map(|channel| u8::try_from(channel).unwrap_or(u8::MAX))
        .collect()
}

/// Looks at several points within a dot and picks the shade that comes closest.
fn shade(column: usize, row: usize, colour_at: &impl Fn(f32, f32) -> usize) -> u8 {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred dots")]
    let at = |whole: usize, part: usize| whole as f32 + (part as f32 + 0.5) / STEPS as f32;
    let mut seen = [0_usize; 3];
    for x in 0..STEPS {
        for y in 0..STEPS {
            seen[colour_at(at(column, x), at(row, y)).min(2)] += 1;
        }
    }
    let rarest = (0..3).min_by_key(|colour| seen[*colour]).unwrap_or(2);
    let (one, other, first_mixed) = match rarest {
        2 => (0, 1, 3),
        1 => (0, 2, 6),
        _ => (1, 2, 9),
    };
    let both = seen[one] + seen[other];
    let quarters = (4 * seen[other] + both / 2) / both;
    let shade = match quarters {
        0 => one,
        4 => other,
        part => first_mixed + part - 1,
    };
    u8::try_from(shade).unwrap_or(0)
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) {
    png.extend(
        u32::try_from(content.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes(),
    );
    let named = [kind.as_slice(), content].concat();
    png.extend(&named);
    png.extend(crc(&named).to_be_bytes());
}

/// A zlib stream that stores its bytes as they are.
fn store(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    stream.extend((high << 16 | low).to_be_bytes());
    stream
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_are_those_of_the_standards() {
        assert_eq!(crc(b"IEND"), 0xae42_6082);
        assert!(store(b"Wikipedia").ends_with(&0x11e6_0398_u32.to_be_bytes()));
    }

    #[test]
    fn an_edge_is_soft() {
        assert_eq!(shade(0, 0, &|_, _| 1), 1);
        assert_eq!(shade(0, 0, &|x, _| usize::from(x > 0.5)), 4);
        assert_eq!(shade(0, 0, &|x, _| if x > 0.25 { 2 } else { 1 }), 11);
    }
}
