//! The small types of reading: lists, filters, marks, and who is heard how.

use std::fmt;
use std::str::FromStr;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use serde::{Deserialize, Serialize};

use super::UnknownWord;

ids! {
    /// What ties somebody to something: a bookmark, a mute, a place on a list. Pages of such things go by it.
    TieId;
    /// A timeline of chosen people and groups.
    ListId;
    /// What somebody would rather not read.
    FilterId;
    /// A word by which such a post is known.
    KeywordId;
    /// A single post that somebody would rather not read.
    FilterPostId;
    /// A talk in private, as one of those who take part sees it.
    ConversationId;
    /// Somebody whose notices were set apart.
    NoticeRequestId;
}

text_enums! {
    /// What happens to a post that somebody would rather not read.
    pub enum FilterAction {
        /// It is covered, with the name of the filter on the cover.
        Warn = "warn",
        /// It is left out.
        Hide = "hide",
        /// Its pictures are covered.
        Blur = "blur",
    }

    /// Where a filter is in force.
    pub enum FilterPlace {
        /// At home and on lists.
        Home = "home",
        /// Among the notices.
        Notifications = "notifications",
        /// On public timelines and those of topics.
        Public = "public",
        /// In conversations.
        Thread = "thread",
        /// On the pages of people and groups.
        Account = "account",
    }

    /// Which answers a list shows.
    pub enum RepliesShown {
        /// Answers to anybody whom one follows.
        Followed = "followed",
        /// Answers to others on the list.
        List = "list",
        /// None.
        None = "none",
    }

    /// How notices from strangers of some kind are received.
    pub enum Reception {
        /// As they come.
        Accept = "accept",
        /// Set apart, to be looked at when one likes.
        Filter = "filter",
        /// Not at all.
        Drop = "drop",
    }

    /// A timeline in which one can mark how far one has read.
    pub enum Marked {
        /// Home.
        Home = "home",
        /// The notices.
        Notifications = "notifications",
    }
}
