//! How much of anything we read from others.
//!
//! Each limit has a name and one place. It does not enforce anything: the readers do, where they meet the thing.

/// The largest activity or document that is read at all, in bytes.
pub const BODY_BYTES: usize = 1024 * 1024;
/// How deep JSON may be nested. Nothing real goes beyond ten; deep nesting is a way to exhaust a stack.
pub const JSON_DEPTH: usize = 64;
/// The longest address, in bytes.
pub const ADDRESS_BYTES: usize = 2048;
/// How many recipients (`to` and `cc` together) an activity or a post may name.
pub const RECIPIENTS: usize = 1000;
/// How many objects one activity may carry (votes of a poll, posts of a report, votes relayed together).
pub const OBJECTS: usize = 100;
/// How many tags of a post are looked at; the others are left out.
pub const TAGS: usize = 100;
/// How many of the people mentioned in a post are looked up.
pub const MENTIONS: usize = 20;
/// How many attachments of a post are kept; the others are left out.
pub const ATTACHMENTS: usize = 16;
/// How many options of a poll are kept; the others are left out.
pub const POLL_OPTIONS: usize = 20;
/// The longest text of a post or a profile, in bytes.
pub const CONTENT_BYTES: usize = 100 * 1024;
/// The longest name or title, in characters; longer ones are cut.
pub const NAME_CHARS: usize = 500;
/// The longest handle, in characters.
pub const HANDLE_CHARS: usize = 128;
/// How many fields of a profile are kept.
pub const PROFILE_FIELDS: usize = 50;
/// How many other addresses of itself an actor may name.
pub const ALIASES: usize = 256;
/// How many items of one page of a collection are looked at.
pub const COLLECTION_ITEMS: usize = 1000;
