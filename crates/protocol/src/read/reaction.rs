//! Which emoji a reaction is.
//!
//! An emoji is told from a text by its shape, not by a list of all emoji: new ones come every year.

use super::pieces;
use crate::vocabulary::Emoji;
use serde_json::Value;

/// The emoji of a Like or `EmojiReact`; none when it is a plain like or something longer than one emoji.
pub(super) fn emoji(clean: &Value) -> Option<Emoji> {
    let name = ["content", "_misskey_reaction"]
        .into_iter()
        .find_map(|key| pieces::text(pieces::field(clean, key)))?;
    let name = name.trim();
    if let Some(word) = name
        .strip_prefix(':')
        .and_then(|rest| rest.strip_suffix(':'))
    {
        let sound = (1..=100).contains(&word.len())
            && word.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'@' | b'.')
            });
        return sound.then(|| Emoji {
            name: name.to_owned(),
            icon: picture(clean, name),
        });
    }
    is_one_emoji(name).then(|| Emoji {
        name: name.to_owned(),
        icon: None,
    })
}

fn picture(clean: &Value, name: &str) -> Option<crate::uri::Uri> {
    let bare = |text: &str| text.trim_matches(':').to_owned();
    pieces::list(pieces::field(clean, "tag"))
        .find(|tag| {
            pieces::text(pieces::field(tag, "name")).is_some_and(|tag| bare(&tag) == bare(name))
        })
        .and_then(|tag| pieces::place_of(pieces::field(tag, "icon")))
}

/// Whether a text is exactly one emoji: one picture character, with what may be joined to it.
pub fn is_one_emoji(text: &str) -> bool {
    let mut pictures = 0;
    let mut joined = false;
    let mut flags = 0;
    let mut keycap = false;
    for letter in text.chars() {
        match letter {
            '\u{200D}' => joined = true,
            // Presentation, skin tones and the tags of regional flags belong to the picture before them.
            '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}' => {}
            '\u{20E3}' => keycap = true,
            '\u{1F1E6}'..='\u{1F1FF}' => flags += 1,
            '0'..='9' | '#' | '*' => pictures += 1,
            '\u{A9}' | '\u{AE}' | '\u{203C}'..='\u{3299}' | '\u{1F000}'..='\u{1FAFF}' => {
                if !std::mem::take(&mut joined) {
                    pictures += 1;
                }
            }
            _ => return false,
        }
    }
    let digits = text.starts_with(|c: char| c.is_ascii_digit() || c == '#' || c == '*');
    text.len() <= 64 && (pictures, flags) == (1, 0) && digits == keycap
        || (pictures, flags) == (0, 2)
}

#[cfg(test)]
mod tests {
    use super::is_one_emoji;

    #[test]
    fn one_emoji_is_told_from_texts_and_from_several() {
        for one in ["👌", "👍🏽", "❤️", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "3️⃣", "☃", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "©"]
        {
            assert!(is_one_emoji(one), "{one}");
        }
        for other in ["", "👌👌", "ok", "👍ok", "3", "#", "🇩", "🇩🇪🇫🇷", "<b>", "é"]
        {
            assert!(!is_one_emoji(other), "{other}");
        }
    }
}
