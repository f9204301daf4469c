//! Moving pictures of the old kind, copied without anything but their frames.
//!
//! Frames stay as they were packed, so nothing is lost; comments, texts of programs and whatever stands behind the end are left
//! out. It does not unpack a frame: whether they can be shown is found out by whoever shows them.

/// More frames than this are no little film any more.
const MOST_FRAMES: usize = 2_000;

/// A copy with nothing in it but how it looks; nothing when it is not built like one.
pub(crate) fn stripped(file: &[u8]) -> Option<Vec<u8>> {
    let mut from = Reader(file);
    let mut copy = Vec::with_capacity(file.len());
    let head = from.take(13)?;
    if !(head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a")) {
        return None;
    }
    copy.extend_from_slice(head);
    copy.extend_from_slice(from.take(table(head[10]))?);
    let mut frames = 0;
    loop {
        match from.take(1)?[0] {
            // A frame.
            0x2c => {
                let place = from.take(9)?;
                copy.push(0x2c);
                copy.extend_from_slice(place);
                copy.extend_from_slice(from.take(table(place[8]) + 1)?);
                copy.extend_from_slice(from.blocks()?);
                frames += 1;
                if frames > MOST_FRAMES {
                    return None;
                }
            }
            // Something else: only how long a frame stays and how often all is repeated has to do with looks.
            0x21 => {
                let label = from.take(1)?[0];
                let blocks = from.blocks()?;
                let repeats = label == 0xff && blocks.starts_with(b"\x0bNETSCAPE2.0\x03\x01");
                if label == 0xf9 || (repeats && blocks.len() == 17) {
                    copy.extend_from_slice(&[0x21, label]);
                    copy.extend_from_slice(blocks);
                }
            }
            0x3b if frames > 0 => {
                copy.push(0x3b);
                return Some(copy);
            }
            _ => return None,
        }
    }
}

/// How many bytes the table of colours has that these flags speak of.
fn table(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A row of blocks, each with its length in front, the last one empty.
    fn blocks(&mut self) -> Option<&'a [u8]> {
        let all = self.0;
        let mut length = 0;
        loop {
            let block = usize::from(*all.get(length)?);
            length += block + 1;
            if block == 0 {
                return self.take(length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stripped;

    /// One red dot, with words of ours at the given places.
    fn dot(before: &[u8], behind: &[u8]) -> Vec<u8> {
        let mut file = b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\0".to_vec();
        file.extend_from_slice(before);
        file.extend_from_slice(b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b");
        file.extend_from_slice(behind);
        file
    }

    #[test]
    fn only_what_can_be_seen_is_copied() {
        let plain = dot(b"", b"");
        assert_eq!(stripped(&plain), Some(plain.clone()));
        let comment = b"\x21\xfe\x06secret\0";
        let program = b"\x21\xff\x0bXMP DataXMP\x05<xml>\0";
        for hidden in [&comment[..], program] {
            assert_eq!(stripped(&dot(hidden, b"")), Some(plain.clone()));
        }
        assert_eq!(
            stripped(&dot(b"", b"PK\x03\x04<script>")),
            Some(plain.clone())
        );
        let repeated = dot(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0", b"");
        assert_eq!(stripped(&repeated), Some(repeated.clone()));
    }

    #[test]
    fn what_is_not_built_like_one_is_refused() {
        let plain = dot(b"", b"");
        for length in 0..plain.len() {
            assert_eq!(stripped(&plain[..length]), None, "{length}");
        }
        assert_eq!(stripped(b"GIF89a\x01\0\x01\0\0\0\0\x3b"), None, "no frame");
    }
}
