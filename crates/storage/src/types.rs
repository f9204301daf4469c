//! The small types that rows are made of: ids, moments, words from a closed list, and JSON in a text column.
//!
//! Every type has one shape on both databases: an id and a moment are a BIGINT, a word and a JSON value are TEXT.
//! Nothing here makes an id or reads a clock; that is the caller's business, so that tests can turn both by hand.

use std::fmt::{self, Debug};
use std::io::Write as _;
use std::str::FromStr;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Makes newtypes over `i64` that are stored as BIGINT.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, AsExpression, FromSqlRow,
        )]
        #[diesel(sql_type = BigInt)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        big_integer!($name);
    )*};
}

/// Reads and writes a newtype over `i64` as the BIGINT inside it.
macro_rules! big_integer {
    ($name:ident) => {
        impl<DB> ToSql<BigInt, DB> for $name
        where
            DB: diesel::backend::Backend,
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl<DB> FromSql<BigInt, DB> for $name
        where
            DB: diesel::backend::Backend,
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                i64::from_sql(bytes).map(Self)
            }
        }
    };
}

ids! {
    /// Anyone or anything with an inbox, here or elsewhere. A group is named by the id of its actor.
    ActorId;
    /// Somebody who can sign in here.
    AccountId;
    /// A server.
    InstanceId;
    /// One person's belonging to one group.
    MembershipId;
    /// A person shut out of a group.
    BanId;
    /// One actor hearing of another.
    FollowId;
    /// A post.
    PostId;
    /// A post passed on.
    BoostId;
    /// A line of somebody's home timeline: the number of the post, or of the boost that brought it there.
    EntryId;
    /// A like or a dislike.
    ReactionId;
    /// A subject that groups and posts are about.
    TopicId;
    /// One person's tie to one topic.
    PassionId;
    /// Somebody or a group elsewhere, as it stands in the directory.
    ListingId;
    /// Something said to other servers or heard from them.
    ActivityId;
    /// Something left to do.
    JobId;
    /// A notice for somebody who can sign in here.
    NotificationId;
    /// A complaint.
    ReportId;
    /// A line of the record of what moderators did.
    AuditId;
    /// A program that people use to reach us.
    AppId;
    /// What such a program shows instead of a password.
    TokenId;
    /// A signed-in browser.
    SessionId;
    /// Our number for a place to push to.
    PushId;
    /// A link that lets people into a group.
    LinkId;
    /// A picture, film or recording that somebody has uploaded.
    UploadId;
    /// A post as it was before it was edited.
    VersionId;
    /// A post that will be published later.
    ScheduledId;
    /// Something that the house tells everybody.
    AnnouncementId;
    /// A picture of ours that stands for a word.
    EmojiId;
}

impl From<PostId> for EntryId {
    fn from(id: PostId) -> Self {
        Self(id.0)
    }
}

impl From<BoostId> for EntryId {
    fn from(id: BoostId) -> Self {
        Self(id.0)
    }
}

mod moment;

pub use moment::Moment;

/// A text is none of the words of a closed list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is not a {list}")]
pub struct UnknownWord {
    /// What stood there.
    pub found: String,
    /// The list it should have been on.
    pub list: &'static str,
}

/// Makes enums that are stored as one word of text each, with the same words in JSON.
macro_rules! text_enums {
    ($($(#[$doc:meta])* pub enum $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, AsExpression, FromSqlRow,
        )]
        #[diesel(sql_type = Text)]
        pub enum $name {
            $($(#[$inner])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every word of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word as it is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(UnknownWord { found: text.to_owned(), list: stringify!($name) }),
                }
            }
        }

        impl<DB> ToSql<Text, DB> for $name
        where
            DB: diesel::backend::Backend,
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.as_str().to_sql(out)
            }
        }

        impl FromSql<Text, Sqlite> for $name {
            fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                Ok(<String as FromSql<Text, Sqlite>>::from_sql(value)?.parse()?)
            }
        }

        impl FromSql<Text, Pg> for $name {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                Ok(std::str::from_utf8(value.as_bytes())?.parse()?)
            }
        }
    )*};
}

text_enums! {
    /// What an actor is.
    pub enum ActorKind {
        /// A human being.
        Person = "person",
        /// A community.
        Group = "group",
        /// A bot or another program.
        Service = "service",
        /// A server speaking for itself.
        Application = "application",
        /// A company or a club speaking as one.
        Organization = "organization",
    }

    /// Which shapes a server understands best.
    pub enum Dialect {
        /// Mastodon and its relatives: people and notes.
        Microblog = "microblog",
        /// Lemmy and its relatives: groups that announce activities.
        Threadiverse = "threadiverse",
        /// Mobilizon and its relatives: groups and events.
        Mobilizon = "mobilizon",
    }

    /// How far two companies have agreed to share what is not public.
    pub enum Agreement {
        /// Not at all.
        None = "none",
        /// We have proposed it.
        Proposed = "proposed",
        /// They have asked for it.
        Asked = "asked",
        /// Both said yes.
        Agreed = "agreed",
    }

    /// How welcome a server is.
    pub enum Standing {
        /// Like everybody.
        Open = "open",
        /// Nothing is taken from it or sent to it.
        Blocked = "blocked",
        /// Heard only by those who follow somebody there.
        Silenced = "silenced",
    }

    /// What an account may do on this server.
    pub enum AccountRole {
        /// What everybody may.
        Member = "member",
        /// Keep order in all groups.
        Moderator = "moderator",
        /// Everything.
        Admin = "admin",
    }

    /// Who looks after an account.
    pub enum AccountOwner {
        /// Its holder, with a password.
        Local = "local",
        /// A single sign-on service.
        Oidc = "oidc",
        /// A directory.
        Ldap = "ldap",
        /// A provisioning service.
        Scim = "scim",
    }

    /// Whether an account can be used.
    pub enum AccountState {
        /// It can.
        Active = "active",
        /// Not until somebody lifts it.
        Suspended = "suspended",
        /// Its holder has left.
        Left = "left",
    }

    /// Who may see a post or a group. A post in a group that is not public carries the group's word.
    pub enum Visibility {
        /// Everybody, and it may be found.
        Public = "public",
        /// Everybody who has the address.
        Unlisted = "unlisted",
        /// The author's followers.
        Followers = "followers",
        /// Those it is addressed to.
        Direct = "direct",
        /// People of this company and of those it has an agreement with.
        Partners = "partners",
        /// People of this company.
        Company = "company",
        /// Members of the group.
        Members = "members",
    }

    /// Who may know what somebody cares about.
    pub enum Circle {
        /// Nobody else.
        Me = "me",
        /// People of this company.
        Company = "company",
        /// People of this company and of those it has an agreement with.
        Partners = "partners",
        /// Everybody.
        Everyone = "everyone",
    }

    /// How far two companies have come with an agreement.
    pub enum AgreementState {
        /// One has proposed it, the other has not answered.
        Proposed = "proposed",
        /// Both said yes.
        Agreed = "agreed",
        /// One has ended or declined it.
        Ended = "ended",
    }

    /// How one becomes a member of a group.
    pub enum JoinPolicy {
        /// By joining.
        Open = "open",
        /// By asking.
        Ask = "ask",
        /// By being invited.
        Invite = "invite",
    }

    /// Who may start a thread in a group.
    pub enum Posting {
        /// Its members.
        Members = "members",
        /// Everybody who may see it.
        Anyone = "anyone",
        /// Its organisers.
        Organisers = "organisers",
    }

    /// What a member may do in a group.
    pub enum GroupRole {
        /// Take part.
        Member = "member",
        /// Keep order.
        Moderator = "moderator",
        /// Run it.
        Organiser = "organiser",
    }

    /// How far somebody belongs to a group.
    pub enum MembershipState {
        /// They do.
        Active = "active",
        /// They would like to.
        Requested = "requested",
        /// They were asked to.
        Invited = "invited",
        /// They did.
        Left = "left",
    }

    /// Whether a follow holds.
    pub enum FollowState {
        /// Asked for.
        Pending = "pending",
        /// Granted.
        Accepted = "accepted",
    }

    /// What a post is.
    pub enum PostKind {
        /// A short text.
        Note = "note",
        /// A link or a text with a title, as groups have them.
        Page = "page",
        /// A long text.
        Article = "article",
        /// A poll.
        Question = "question",
        /// A meeting.
        Event = "event",
        /// A film.
        Video = "video",
        /// A recording.
        Audio = "audio",
        /// A picture.
        Image = "image",
        /// Anything else that was understood well enough to show.
        Other = "other",
    }

    /// What somebody thinks of a post.
    pub enum ReactionKind {
        /// Good.
        Like = "like",
        /// Not so good.
        Dislike = "dislike",
    }

    /// Whether an activity left here or came here.
    pub enum Direction {
        /// It left here.
        Said = "said",
        /// It came here.
        Heard = "heard",
        /// It came here and is carried on to others as it came.
        Carried = "carried",
    }

    /// What a notice is about.
    pub enum NotificationKind {
        /// Somebody named you.
        Mention = "mention",
        /// Somebody replied to you.
        Reply = "reply",
        /// Somebody follows you.
        Follow = "follow",
        /// Somebody asks to follow you.
        FollowRequest = "follow_request",
        /// Somebody liked a post of yours.
        Like = "like",
        /// Somebody passed on a post of yours.
        Boost = "boost",
        /// Somebody you wanted to hear of has posted.
        Post = "post",
        /// A poll you took part in has ended.
        Poll = "poll",
        /// A post you reacted to has changed.
        Edit = "edit",
        /// You are asked to join a group.
        Invitation = "invitation",
        /// Somebody asks to join a group that you look after.
        JoinRequest = "join_request",
        /// You have become a member of a group.
        Welcome = "welcome",
        /// Your place in a group has changed.
        Role = "role",
        /// A moderator has removed something of yours.
        Removed = "removed",
        /// Somebody complains, and you are to look at it.
        Report = "report",
        /// Your wish to join a group, or your invitation to one, was declined.
        Declined = "declined",
        /// The first post of a newcomer waits for you to look at it.
        Held = "held",
        /// A group has nobody left who looks after it: you are to find somebody.
        Orphaned = "orphaned",
        /// Somebody quotes a post of yours.
        Quote = "quote",
        /// Somebody you follow lives elsewhere now.
        Moved = "moved",
    }

    /// Who may quote a post.
    pub enum QuotePolicy {
        /// Everybody.
        Public = "public",
        /// Those who follow its author.
        Followers = "followers",
        /// Everybody whom its author allows when asked.
        Asking = "asking",
        /// Nobody but its author.
        Nobody = "nobody",
    }

    /// How a quote stands.
    pub enum QuoteState {
        /// The author of what is quoted has not answered yet.
        Pending = "pending",
        /// They agree, or need not be asked.
        Accepted = "accepted",
        /// They do not agree.
        Rejected = "rejected",
        /// They agreed and do not any more.
        Revoked = "revoked",
    }

    /// What an upload is for.
    pub enum Purpose {
        /// To come with a post.
        Post = "post",
        /// To be somebody's picture, or the one above somebody's page.
        Face = "face",
    }

    /// Whether a complaint has been dealt with.
    pub enum ReportState {
        /// Not yet.
        Open = "open",
        /// It has.
        Resolved = "resolved",
    }
}

mod order;
mod reading;

pub use order::*;
pub use reading::{
    ConversationId, FilterAction, FilterId, FilterPlace, FilterPostId, KeywordId, ListId, Marked,
    NoticeRequestId, Reception, RepliesShown, TieId,
};

/// A value kept as JSON in a TEXT column.
///
/// Both databases have JSON types of their own, but they differ; nothing of ours looks inside with SQL.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = Text)]
#[serde(transparent)]
pub struct Json<T: Debug>(pub T);

impl<T: Debug> std::ops::Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Debug> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Debug + Serialize> ToSql<Text, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl<T: Debug + Serialize> ToSql<Text, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&serde_json::to_vec(&self.0)?)?;
        Ok(IsNull::No)
    }
}

impl<T: Debug + DeserializeOwned> FromSql<Text, Sqlite> for Json<T> {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}

impl<T: Debug + DeserializeOwned> FromSql<Text, Pg> for Json<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_slice(value.as_bytes())?))
    }
}

#[cfg(test)]
mod tests;
