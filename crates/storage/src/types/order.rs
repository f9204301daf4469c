//! The words of keeping order.

use std::{fmt, str::FromStr};

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use serde::{Deserialize, Serialize};

use super::UnknownWord;

ids! {
    /// A domain that is held back.
    DomainBlockId;
    /// A domain that is let in where only some are.
    DomainAllowId;
}

text_enums! {
    /// What became of an act at another server.
    pub enum ReceiptState {
        /// It is on its way.
        Waiting = "waiting",
        /// Their server took it.
        Applied = "applied",
        /// Their software has no form for it.
        Unspeakable = "unspeakable",
        /// It was refused, or not taken for too long.
        GaveUp = "gave_up",
    }

    /// What a complaint is about.
    pub enum ReportCategory {
        /// Advertising and the like.
        Spam = "spam",
        /// It may be against the law.
        Legal = "legal",
        /// It is against the rules of the house.
        Violation = "violation",
        /// Anything else.
        Other = "other",
    }

    /// How far a domain is held back.
    pub enum Severity {
        /// Not at all: only what else is said of it counts.
        Noop = "noop",
        /// It is heard only by those who follow somebody there.
        Silence = "silence",
        /// Nothing is taken from it or sent to it.
        Suspend = "suspend",
    }

    /// With what somebody was suspended, which tells what lifts it again.
    pub enum SuspendedWith {
        /// They themselves were meant.
        Person = "person",
        /// All of their domain was.
        Domain = "domain",
    }
}
