//! The heart of Kindred: what people do and what the community answers.
//!
//! One function per thing that people do, used by every door. A use case gathers what it needs (perhaps from other servers), decides
//! by the pure rules in [`policy`], and records everything in one unit of work, the jobs that follow from it included. Nothing here
//! knows HTTP or SQL: doors are above, tables below.

pub mod accounts;
mod announce;
pub mod announcements;
mod app;
mod attempts;
mod audit;
mod catch_up;
pub mod companions;
pub mod conversations;
mod delivery;
pub mod directory;
pub mod discovery;
pub mod distance;
pub mod documents;
pub mod emojis;
mod explain;
pub mod filters;
pub mod groups;
mod guests;
pub mod happenings;
pub mod health;
pub mod house;
pub mod interests;
pub mod invitations;
pub mod jobs;
mod keys;
pub mod letters;
pub mod links;
pub mod lists;
pub mod media;
pub mod membership;
pub mod moderation;
pub mod notices;
mod notify;
pub mod oauth;
pub mod pages;
pub mod partners;
pub mod passions;
mod passwords;
pub mod people;
pub mod policy;
pub mod polls;
pub mod posts;
pub mod push;
pub mod quotes;
pub mod receive;
mod refusal;
mod remote;
pub mod requests;
pub mod roles;
pub mod scopes;
pub mod seal;
pub mod search;
pub mod sections;
mod servers;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod showcase;
mod sight;
pub mod sign_up;
pub mod site;
mod speech;
mod succession;
pub mod timelines;
pub mod topics;
pub mod views;
pub mod work;

pub use app::{Clock, Ids, Kindred, Ledger, first_id_of};
pub use refusal::{Error, Refusal, Result};

pub use kindred_storage::{
    AccountRole, ActivityId, ActorId, ActorKind, AnnouncementId, AppId, Circle, ConversationId,
    EmojiId, FilterAction, FilterId, FilterPlace, FilterPostId, GroupRole, JoinPolicy, KeywordId,
    ListId, Marked, MembershipState, Moment, NoticeRequestId, NotificationId, NotificationKind,
    PostId, PostKind, Posting, QuotePolicy, QuoteState, Reception, RepliesShown, ScheduledId,
    SessionId, TieId, TokenId, UploadId, Visibility,
    accounts::Account,
    actors::Actor,
    announcements::Announcement,
    boosts::Boost,
    conversations::Conversation,
    emojis::CustomEmoji,
    filters::{Filter, FilterPost, Keyword},
    groups::Group,
    lists::List,
    markers::Marker,
    memberships::Membership,
    mutes::Mute,
    notice_policies::Policy,
    notifications::{Bundle, Notification, Sieve},
    polls::Poll,
    posts::{Application, Attachment, Card, Focus, Post, TagKind},
    uploads::Upload,
    versions::Version,
};
