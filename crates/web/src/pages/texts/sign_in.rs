//! What is said about signing in, about programs and about the keys that one has given away.

pub(crate) const SIGN_IN: &str = "Sign in";
pub(crate) const SIGN_IN_AGAIN: &str = "Please sign in once more";
pub(crate) const NAME: &str = "Your short name or mail address";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const NO_ACCOUNT: &str =
    "No account yet? Whoever looks after this place can make one for you.";
pub(crate) const SIGN_OUT: &str = "Sign out";
pub(crate) const SETTINGS: &str = "Settings";
pub(crate) const YOUR_PAGE: &str = "Your page";

pub(crate) fn wants_in(program: &str) -> String {
    format!("{program} would like to speak for you")
}
pub(crate) const CONSENT_LEDE: &str = "If you let it in, it may";
pub(crate) const CONSENT_NOTE: &str =
    "It never learns your password. You can turn it away at any time in your settings.";
pub(crate) const ALLOW: &str = "Let it in";
pub(crate) const DENY: &str = "No";
pub(crate) const ANOTHER_ACCOUNT: &str = "Sign in as somebody else";
pub(crate) fn signed_in_as(acct: &str) -> String {
    format!("You are signed in as @{acct}.")
}
pub(crate) fn leads_to(address: &str) -> String {
    format!("Afterwards you are sent to {address}")
}

pub(crate) const CODE: &str = "Your code";
pub(crate) const CODE_HELP: &str =
    "Copy it into the program that asked for it. It works once, within five minutes.";
pub(crate) const TURNED_DOWN: &str = "It was not let in";
pub(crate) const TURNED_DOWN_MORE: &str = "You can close this window.";

pub(crate) const CHANGE_PASSWORD: &str = "Change your password";
pub(crate) const OLD_PASSWORD: &str = "The password you have now";
pub(crate) const NEW_PASSWORD: &str = "A new one of at least 8 characters";
pub(crate) const PROGRAMS_TOO: &str = "Turn away all programs as well";
pub(crate) const PASSWORD_GO: &str = "Change it";
pub(crate) const PASSWORD_DONE: &str =
    "Your password is changed, and you are signed out everywhere else.";
pub(crate) const BROWSERS: &str = "Where you are signed in";
pub(crate) const THIS_BROWSER: &str = "this browser";
pub(crate) const SOME_BROWSER: &str = "A browser that says nothing about itself";
pub(crate) const END: &str = "Sign out there";
pub(crate) const PROGRAMS: &str = "Programs that you let in";
pub(crate) const NO_PROGRAMS: &str = "None so far.";
pub(crate) const COMMAND_LINE: &str = "Made at the command line";
pub(crate) const TURN_AWAY: &str = "Turn away";
pub(crate) const SINCE: &str = "since";
pub(crate) const LAST_USED: &str = "last used";

/// What a scope allows, to be read after "it may".
pub(crate) fn may(scope: &str) -> &'static str {
    match scope {
        "profile" => "see your name and your picture",
        "read" => "read everything that you can read here, direct messages included",
        "read:accounts" => "see people, groups and your own settings",
        "read:blocks" => "see whom you have blocked",
        "read:bookmarks" => "see your bookmarks",
        "read:favourites" => "see what you like",
        "read:filters" => "see your filters",
        "read:follows" => "see whom you follow and which groups you belong to",
        "read:groups" => "see members, requests and bans of your groups",
        "read:lists" => "see your lists",
        "read:mutes" => "see whom you have muted",
        "read:notifications" => "see your notifications",
        "read:search" => "search for you",
        "read:statuses" => "read all posts that you can read, direct messages included",
        "write" => "do everything in your name: post, delete, follow, join, change your profile",
        "write:accounts" => "change your profile and your settings",
        "write:blocks" => "block people and servers",
        "write:bookmarks" => "keep and drop bookmarks",
        "write:conversations" => "mark conversations as read and remove them",
        "write:favourites" => "like posts",
        "write:filters" => "make and change filters",
        "write:follows" => "follow people, join and leave groups",
        "write:groups" => "found groups and look after them",
        "write:lists" => "make and change lists",
        "write:media" => "upload pictures, sound and video",
        "write:mutes" => "mute people and conversations",
        "write:notifications" => "clear your notifications",
        "write:reports" => "report people and posts",
        "write:statuses" => "post, edit and delete in your name",
        "follow" => "see and change whom you follow, block and mute",
        "push" => "send you notifications",
        "admin:read" => "see everything that admins see, as far as you may",
        "admin:write" => "do everything that admins do, as far as you may",
        read if read.starts_with("admin:read:") => {
            "see what moderators see: accounts, reports or blocked servers"
        }
        _ => "do what moderators do: act on accounts, reports or servers",
    }
}
