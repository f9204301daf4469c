//! Everything the pages say, in English.
//!
//! No words of ours stand anywhere else in the pages, so that another language needs one more file like this one.

pub(crate) mod finding;
pub(crate) mod house;
pub(crate) mod moving;
pub(crate) mod sign_in;

use kindred_community::{GroupRole, JoinPolicy, Moment, Visibility, settings::Federation};

/// The language of these texts.
pub(crate) const LANGUAGE: &str = "en";

pub(crate) const SETUP: &str = "Welcome to your Kindred";
pub(crate) const SETUP_LEDE: &str =
    "Nobody lives here yet. Whoever introduces themselves now looks after the house.";
pub(crate) const SETUP_HANDLE: &str = "Your short name, as in @nadia";
pub(crate) const SETUP_NAME: &str = "Your name";
pub(crate) const SETUP_EMAIL: &str = "Your mail address";
pub(crate) const SETUP_PASSWORD: &str = "A password of at least 8 characters";
pub(crate) const SETUP_GO: &str = "Move in";
pub(crate) const SETUP_NEXT: &str = "You are the first one here, and its admin.";
pub(crate) const SETUP_TOKEN: &str = "Your access token";
pub(crate) const SETUP_TOKEN_HELP: &str =
    "It opens the client API for programs of yours. It is shown only now; keep it like a password.";
pub(crate) const SETUP_GROUP: &str = "Found the first group";
pub(crate) const SETUP_PAGE: &str = "Your page";
pub(crate) const INVITATION: &str = "You are invited";
pub(crate) const INVITATION_HERE: &str = "If you have an account here";
pub(crate) const INVITATION_HERE_HELP: &str =
    "Open this link in an app that knows groups, or give the app this code:";
pub(crate) const INVITATION_ELSEWHERE: &str = "If you are at home elsewhere";
pub(crate) const INVITATION_LOOK: &str = "Look around in the group";

pub(crate) fn invited_to(group: &str) -> String {
    format!("You are invited to {group}")
}

pub(crate) fn setup_done(name: &str) -> String {
    format!("Hello, {name}!")
}

pub(crate) const SKIP: &str = "Skip to the content";
pub(crate) const HOME: &str = "Front page";
pub(crate) const NAV: &str = "Main";
pub(crate) const GROUPS: &str = "Groups";
pub(crate) const JOIN_IN: &str = "Join in";
pub(crate) const ABOUT: &str = "About this place";
pub(crate) const PRIVACY: &str = "Privacy";
pub(crate) const TERMS: &str = "Terms";
pub(crate) const HOUSE_RULES: &str = "What we ask of everybody";
pub(crate) const ASK: &str = "Whom to ask";
pub(crate) const THIS_PLACE: &str = "Who is here";
pub(crate) const FROM_AN_APP: &str = "From an app, too";
pub(crate) const FOOTER: &str = "Run with Kindred: people who care, share.";
pub(crate) const FOOTER_NOTE: &str = "No advertising, no tracking, nothing loaded from elsewhere.";

pub(crate) const HERO: &str = "Find the people who care about the same things.";
pub(crate) const HERO_GROUPS: &str = "Look around";
pub(crate) const HERO_JOIN: &str = "How to join in";
pub(crate) const GROUPS_INTRO: &str =
    "Come in and listen for a while. Nobody minds if you only read.";
pub(crate) const NO_GROUPS: &str = "No group has opened its doors yet";
pub(crate) const NO_GROUPS_MORE: &str =
    "The first one takes a good name and one person who cares. Come back soon.";
pub(crate) const IDEAS: &str = "How it works here";
pub(crate) const IDEA_PEOPLE: (&str, &str) = (
    "People first",
    "A group is a handful of people who love something. What they know comes out by itself once they talk.",
);
pub(crate) const IDEA_BORDERS: (&str, &str) = (
    "Beyond one company",
    "Groups here are open to people of other companies, each from their own server, and what is public is open to the whole fediverse.",
);
pub(crate) const IDEA_CALM: (&str, &str) = (
    "Calm on purpose",
    "No points, no rankings, no red dots. Newest first, and it ends where you have been before.",
);

pub(crate) const HOW: &str = "Follow from where you are";
pub(crate) const HOW_INTRO: &str = "You need no account here. Any account on Mastodon, GoToSocial, Lemmy, PieFed or another Kindred will do.";
pub(crate) const HOW_STEPS: [(&str, &str); 3] = [
    (
        "Copy the address",
        "Each group has one. Click it and it is all selected.",
    ),
    (
        "Search for it at home",
        "Paste it into the search of your own server or app. The group shows up like a person.",
    ),
    (
        "Follow, then say hello",
        "New conversations arrive in your timeline. Mention the group in a post to start one.",
    ),
];

pub(crate) const ADDRESS: &str = "Address";
pub(crate) const FOLLOW_BOX: &str = "Follow from anywhere";
pub(crate) const FOLLOW_GROUP: &str =
    "Paste this address into the search of Mastodon, Lemmy or your own Kindred and follow it.";
pub(crate) const FOLLOW_PERSON: &str =
    "Paste this address into the search of your own server and follow.";
pub(crate) const REPLY_BOX: &str = "Answer from anywhere";
pub(crate) const REPLY_HOW: &str =
    "Paste the address of this post into the search of your own server and answer there.";
pub(crate) const WRITE_HOW: &str = "To start a conversation, mention the group in a new post.";

pub(crate) const LOOKED_AFTER: &str = "Looked after by";
pub(crate) const RULES: &str = "House rules";
pub(crate) const CARES_ABOUT: &str = "Cares about";
pub(crate) const CONVERSATIONS: &str = "Conversations";
pub(crate) const POSTS: &str = "Posts";
pub(crate) const ANSWERS: &str = "Answers";
pub(crate) const OLDER: &str = "Older";
pub(crate) const NEWEST: &str = "Back to the newest";
pub(crate) const PAGES: &str = "Pages";
pub(crate) const QUIET_GROUP: &str = "It is quiet in here";
pub(crate) const QUIET_GROUP_MORE: &str =
    "Somebody has to be first: what got you hooked? A sentence is enough.";
pub(crate) const QUIET_PERSON: &str = "Nothing said in public yet";
pub(crate) const QUIET_PERSON_MORE: &str = "Some people listen first.";
pub(crate) const QUIET_TOPIC: &str = "Nobody has talked about this yet";
pub(crate) const QUIET_TOPIC_MORE: &str = "That only means the first word is still free.";
pub(crate) const CLOSED_ROOM: &str = "What is said here stays with its members.";
pub(crate) const ARCHIVED: &str =
    "This group has come to an end. Everything said in it can still be read.";

pub(crate) const PINNED: &str = "Pinned";
pub(crate) const EDITED: &str = "edited";
pub(crate) const REMOVED: &str = "This post was taken away by the group’s moderators.";
pub(crate) const DELETED: &str = "This post was deleted by its author.";
pub(crate) const LOCKED: &str = "This conversation is closed for new answers.";
pub(crate) const SENSITIVE: &str = "Sensitive pictures";
pub(crate) const NO_DESCRIPTION: &str = "Without a description";
pub(crate) const MEMORIAL: &str = "In loving memory";
pub(crate) const MOVED: &str = "Has moved to";
pub(crate) const WHOLE_CONVERSATION: &str = "See the whole conversation from its beginning";
pub(crate) const POLL_OVER: &str = "closed";
pub(crate) const IN_GROUP: &str = "in";

pub(crate) const NOTHING_HERE: &str = "there is nothing at this address";
pub(crate) const SOURCE: &str = "Source code";
pub(crate) const BACK_HOME: &str = "Back to the front page";

/// The words below the headline of the front page.
pub(crate) fn hero_lede(company: Option<&str>) -> String {
    match company {
        Some(company) => format!(
            "Here people of {company} meet others, from down the hall and from other companies, around whatever they cannot stop \
             talking about."
        ),
        None => "Here people meet others, from near and far, around whatever they cannot stop talking about.".to_owned(),
    }
}

/// What the instance is, in a sentence, for search engines and previews.
pub(crate) fn instance_description(name: &str) -> String {
    format!("{name}: groups for people who care about the same things, open to the fediverse.")
}

/// A count with its noun: `no answers`, `1 answer`, `12 answers`.
pub(super) fn counted(count: i64, none: &str, one: &str, many: &str) -> String {
    match count {
        ..=0 => none.to_owned(),
        1 => format!("1 {one}"),
        _ => format!("{} {many}", grouped(count)),
    }
}

/// `12 345`, with a narrow space that does not break.
fn grouped(count: i64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

pub(crate) fn answers(count: i32) -> String {
    counted(i64::from(count), "no answers yet", "answer", "answers")
}

pub(crate) fn likes(count: i32) -> String {
    counted(i64::from(count), "", "like", "likes")
}

/// Whose place this is, and with whom it talks.
pub(crate) fn whose_place(company: Option<&str>, federation: Federation) -> String {
    let whose = company.map_or_else(
        || "A place of its own".to_owned(),
        |company| format!("The place of people of {company}"),
    );
    let reach = match federation {
        Federation::Open => "it talks with the whole fediverse",
        Federation::Partners => "it talks with partner companies only",
        Federation::Off => "it keeps to itself",
    };
    format!("{whose}; {reach}.")
}

pub(crate) fn from_an_app(host: &str) -> String {
    format!("Whoever has an account here can use any app made for Mastodon: sign in at {host}.")
}

pub(crate) fn people_here(count: i64) -> String {
    counted(count, "waiting for its first member", "person", "people")
}

pub(crate) fn followers(count: i32) -> String {
    counted(
        i64::from(count),
        "no followers yet",
        "follower",
        "followers",
    )
}

pub(crate) fn groups(count: i64) -> String {
    counted(count, "no groups yet", "group", "groups")
}

pub(crate) fn people(count: i64) -> String {
    counted(count, "no people yet", "person", "people")
}

pub(crate) fn conversations(count: i64) -> String {
    counted(
        count,
        "no conversations yet",
        "conversation",
        "conversations",
    )
}

pub(crate) fn votes(count: i64) -> String {
    counted(count, "no votes yet", "vote", "votes")
}

pub(crate) fn since(moment: Moment) -> String {
    format!("Since {}", month(moment))
}

pub(crate) fn last_talk(now: Moment, last: Option<Moment>) -> String {
    last.map_or_else(
        || "nobody has spoken yet".to_owned(),
        |last| format!("last word {}", ago(now, last)),
    )
}

pub(crate) fn passed_on_by(name: &str) -> String {
    format!("{name} passed this on")
}

pub(crate) fn to_whom(name: &str) -> String {
    format!("to {name}")
}

pub(crate) fn post_by(name: &str) -> String {
    format!("{name} wrote")
}

pub(crate) fn warning(words: &str) -> String {
    format!("Hidden: {words}")
}

pub(crate) fn picture_elsewhere(host: &str) -> String {
    format!("Picture on {host}")
}

pub(crate) fn media_elsewhere(host: &str) -> String {
    format!("Recording or file on {host}")
}

pub(crate) fn groups_of(name: &str) -> String {
    format!("{name}’s groups")
}

pub(crate) fn topic_title(name: &str) -> String {
    format!("Who cares about {name}?")
}

pub(crate) fn poll_closes(now: Moment, at: Moment) -> String {
    format!("closes {}", ahead(now, at))
}

/// Who may see what is said in a group.
pub(crate) const fn seen_by(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public | Visibility::Unlisted => "Everyone can read along",
        Visibility::Partners => "For people of this company and its partners",
        Visibility::Company => "For people of this company",
        Visibility::Members | Visibility::Followers | Visibility::Direct => "For members only",
    }
}

/// How one gets into a group.
pub(crate) const fn joined_by(policy: JoinPolicy) -> &'static str {
    match policy {
        JoinPolicy::Open => "anyone can join",
        JoinPolicy::Ask => "ask to join",
        JoinPolicy::Invite => "by invitation",
    }
}

/// What somebody is in a group.
pub(crate) const fn role(role: GroupRole) -> &'static str {
    match role {
        GroupRole::Organiser => "Organiser",
        GroupRole::Moderator => "Moderator",
        GroupRole::Member => "Member",
    }
}

/// The headline of an error page, and what may help.
pub(crate) const fn failure(status: u16) -> (&'static str, &'static str) {
    match status {
        401 => (
            "We could not tell who you are",
            "Signing in again may help.",
        ),
        403 => (
            "This door is not open to you",
            "Somebody in there can let you in; we cannot.",
        ),
        404 => (
            "Nobody is here",
            "The address may have a typing mistake, or this room is only open to its members.",
        ),
        405 => (
            "That does not work here",
            "This address does not take this kind of request.",
        ),
        410 => (
            "This is gone",
            "It was here once and has been taken away for good.",
        ),
        429 => (
            "One moment, please",
            "That was a lot at once. Come back in a few minutes.",
        ),
        500..=599 => (
            "Something broke on our side",
            "It is not your fault. Please try again in a moment.",
        ),
        _ => (
            "That did not work",
            "Please check what you asked for and try again.",
        ),
    }
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How long ago, in words; after a month the date says more.
pub(crate) fn ago(now: Moment, then: Moment) -> String {
    match now.0.saturating_sub(then.0) {
        ..MINUTE => "just now".to_owned(),
        span @ MINUTE..HOUR => format!("{} ago", span_words(span / MINUTE, "minute")),
        span @ HOUR..DAY => format!("{} ago", span_words(span / HOUR, "hour")),
        span if span < 2 * DAY => "yesterday".to_owned(),
        span if span < 30 * DAY => format!("{} ago", span_words(span / DAY, "day")),
        _ => format!("on {}", day(then)),
    }
}

/// How far ahead, in words.
pub(crate) fn ahead(now: Moment, then: Moment) -> String {
    match then.0.saturating_sub(now.0) {
        ..MINUTE => "in a moment".to_owned(),
        span @ MINUTE..HOUR => format!("in {}", span_words(span / MINUTE, "minute")),
        span @ HOUR..DAY => format!("in {}", span_words(span / HOUR, "hour")),
        span if span < 30 * DAY => format!("in {}", span_words(span / DAY, "day")),
        _ => format!("on {}", day(then)),
    }
}

fn span_words(count: i64, unit: &str) -> String {
    if count == 1 {
        format!("1 {unit}")
    } else {
        format!("{count} {unit}s")
    }
}

fn format_utc(moment: Moment, pattern: &str) -> String {
    chrono::DateTime::from_timestamp_millis(moment.0)
        .unwrap_or_default()
        .format(pattern)
        .to_string()
}

/// `3 November 2026`
pub(crate) fn day(moment: Moment) -> String {
    format_utc(moment, "%-d %B %Y")
}

/// `November 2026`
pub(crate) fn month(moment: Moment) -> String {
    format_utc(moment, "%B %Y")
}

/// `3 November 2026, 14:05 UTC`
pub(crate) fn exactly(moment: Moment) -> String {
    format_utc(moment, "%-d %B %Y, %H:%M UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_as_people_tell_it() {
        let now = Moment(1_769_860_800_000);
        let cases = [
            (-5 * MINUTE, "just now"),
            (0, "just now"),
            (MINUTE - 1, "just now"),
            (MINUTE, "1 minute ago"),
            (59 * MINUTE, "59 minutes ago"),
            (HOUR, "1 hour ago"),
            (23 * HOUR, "23 hours ago"),
            (DAY, "yesterday"),
            (2 * DAY, "2 days ago"),
            (29 * DAY, "29 days ago"),
            (30 * DAY, "on 1 January 2026"),
        ];
        for (span, words) in cases {
            assert_eq!(ago(now, Moment(now.0 - span)), words);
        }
        assert_eq!(ago(now, Moment(i64::MIN)), "on 1 January 1970");
        assert_eq!(ahead(now, Moment(now.0 + 3 * HOUR)), "in 3 hours");
        assert_eq!(exactly(now), "31 January 2026, 12:00 UTC");
    }

    #[test]
    fn counts_know_their_plural() {
        assert_eq!(answers(0), "no answers yet");
        assert_eq!(answers(1), "1 answer");
        assert_eq!(answers(12), "12 answers");
        assert_eq!(people(1_234_567), "1\u{202f}234\u{202f}567 people");
        assert_eq!(likes(-3), "");
    }
}
