//! What is said to admins about announcements and about pictures that stand for words.

pub(crate) const ANNOUNCEMENTS: &str = "Announcements";
pub(crate) const ANNOUNCEMENTS_LEDE: &str =
    "What everybody who lives here is told, in every app. It goes to nobody elsewhere.";
pub(crate) const NO_ANNOUNCEMENTS: &str = "Nothing is announced";
pub(crate) const NO_ANNOUNCEMENTS_MORE: &str =
    "Tell everybody when the house moves, closes for an evening, or celebrates.";
pub(crate) const ANNOUNCE: &str = "Tell everybody";
pub(crate) const ANNOUNCE_GO: &str = "Announce";
pub(crate) const TEXT: &str = "What you have to say (Markdown)";
pub(crate) const STARTS: &str = "Begins (UTC, if it has a beginning)";
pub(crate) const ENDS: &str = "Ends (UTC); nobody is told any more then";
pub(crate) const ALL_DAY: &str = "Only the days count";
pub(crate) const CHANGE: &str = "Change it";
pub(crate) const KEEP: &str = "Save";
pub(crate) const TAKE_BACK: &str = "Take it back";
pub(crate) const OVER: &str = "Over";

pub(crate) const EMOJIS: &str = "Emoji of this house";
pub(crate) const EMOJIS_LEDE: &str =
    "Small pictures that stand for a word between colons, in every app and on every server.";
pub(crate) const NO_EMOJIS: &str = "No pictures yet";
pub(crate) const NO_EMOJIS_MORE: &str = "A group often has one of its own: a crab, a loaf, a rope.";
pub(crate) const ADD_EMOJI: &str = "Add a picture";
pub(crate) const ADD_EMOJI_GO: &str = "Add it";
pub(crate) const SHORTCODE: &str = "The word, without colons";
pub(crate) const CATEGORY: &str = "Under which heading it is picked";
pub(crate) const PICTURE: &str = "PNG, WebP, GIF or JPEG of at most 256 KB";
pub(crate) const SWITCH_OFF: &str = "Switch it off";
pub(crate) const SWITCH_ON: &str = "Switch it on";
pub(crate) const REMOVE: &str = "Take it away";
pub(crate) const SWITCHED_OFF: &str = "Switched off: nobody can use it any more";
