//! What the doors are given to show: rows gathered into the shape of a page, already judged by [`crate::policy`].
//!
//! A view holds no rule and asks nothing; whoever made it has decided that the viewer may see every part of it.

use std::time::Duration;

pub use kindred_storage::Page;
use kindred_storage::{
    ActorId, AppId, Moment, PostId, QuotePolicy, QuoteState, ScheduledId, SessionId, TokenId,
    UploadId,
    actors::Actor,
    boosts::Boost,
    filters::{Filter, FilterPost, Keyword},
    groups::Group,
    memberships::Membership,
    mutes::Mute,
    notifications::Notification,
    passions::Passion,
    polls::Poll,
    posts::Post,
    topics::Topic,
};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::{media::Words, policy::Quoting};

/// Who looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody that we know.
    Stranger,
    /// Somebody with an account here.
    Local(ActorId),
    /// Another server, which proved by a signature that it is this host.
    Server(String),
}

impl Viewer {
    /// The person who looks, when it is somebody of ours.
    pub fn actor(&self) -> Option<ActorId> {
        match self {
            Self::Local(id) => Some(*id),
            Self::Stranger | Self::Server(_) => None,
        }
    }
}

/// A post with everything that is needed to show it.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent deed of the viewer"
)]
pub struct PostView {
    /// The post itself.
    pub post: Post,
    /// Who wrote it.
    pub author: Actor,
    /// The group it belongs to.
    pub group: Option<Actor>,
    /// The author of the post that this one answers.
    pub parent_author: Option<ActorId>,
    /// The people and groups it names, in the order of its text.
    pub mentions: Vec<Actor>,
    /// Its poll.
    pub poll: Option<Poll>,
    /// What the viewer chose in it, by the places of the options.
    pub chosen: Vec<i32>,
    /// What it quotes.
    pub quote: Option<QuoteView>,
    /// Whether the viewer may quote it.
    pub quoting: Quoting,
    /// The viewer likes it.
    pub liked: bool,
    /// The viewer passed it on.
    pub boosted: bool,
    /// The viewer keeps it.
    pub kept: bool,
    /// The viewer has heard enough of the conversation.
    pub muted: bool,
    /// Why the viewer would rather not read it.
    pub filtered: Vec<Filtered>,
}

/// A filter of the viewer's and what of a post it is about. One that has ended counts no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// The filter.
    pub filter: Filter,
    /// The words of it that stand in the post.
    pub keywords: Vec<String>,
    /// The post itself, when it is one of those that the filter names.
    pub posts: Vec<PostId>,
}

/// A part of a long list, newest first, and where in the list it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section<T> {
    /// What of it the viewer is shown.
    pub items: Vec<T>,
    /// The cursors of its newest and its oldest line, whether shown or not; nothing when the part is empty.
    pub ends: Option<(i64, i64)>,
    /// Whether the list goes on below; for a part that was asked for from below, whether it goes on above.
    pub more: bool,
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            ends: None,
            more: false,
        }
    }
}

impl<T> Section<T> {
    /// The same part with other things in it.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Section<U> {
        Section {
            items: self.items.into_iter().map(change).collect(),
            ends: self.ends,
            more: self.more,
        }
    }

    /// The same part with what was made of all its things together.
    pub(crate) fn dressed<U>(
        self,
        dress: impl FnOnce(Vec<T>) -> crate::Result<Vec<U>>,
    ) -> crate::Result<Section<U>> {
        Ok(Section {
            items: dress(self.items)?,
            ends: self.ends,
            more: self.more,
        })
    }
}

/// What a post quotes, as far as it is shown.
#[derive(Clone, Debug)]
pub struct QuoteView {
    /// Whether the other side agrees.
    pub state: QuoteState,
    /// The address of what is quoted.
    pub uri: String,
    /// The number of the quoted post, when it is here.
    pub quoted_id: Option<PostId>,
    /// The quoted post, when the quote is agreed to and the viewer may see it.
    pub quoted: Option<Box<PostView>>,
    /// The quoted post was taken back or taken down.
    pub gone: bool,
    /// It stands inside of a quoted post, where no further one is shown.
    pub nested: bool,
}

/// One entry of a timeline: a post as somebody wrote it, or as somebody passed it on.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Sorts the timeline and pages it: the id of the post or of the boost.
    pub id: i64,
    /// The post.
    pub view: PostView,
    /// Who passed it on, and when; `None` for the author's own.
    pub boost: Option<(Boost, Actor)>,
}

impl Entry {
    /// A post as its author wrote it.
    pub fn of(view: PostView) -> Self {
        Self {
            id: view.post.id.0,
            view,
            boost: None,
        }
    }
}

/// How one person stands to another actor, as clients show it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of its own for clients"
)]
pub struct Relationship {
    /// The other one.
    pub id: ActorId,
    /// Follows (for a group: belongs).
    pub following: bool,
    /// Asked and waits for the answer.
    pub requested: bool,
    /// Is followed by the other one.
    pub followed_by: bool,
    /// Sees what the other one passes on.
    pub show_boosts: bool,
    /// Is told of every post.
    pub notifying: bool,
    /// In which languages the other one is wanted; in all when not said.
    pub languages: Option<Vec<String>>,
    /// The other one asked and waits for the answer.
    pub requested_by: bool,
    /// Blocks the other one.
    pub blocking: bool,
    /// Is blocked by the other one.
    pub blocked_by: bool,
    /// Would rather not hear the other one; whether that goes for notices, and until when.
    pub muting: Option<Mute>,
    /// Wants to hear nothing from the other one's server.
    pub shunning: bool,
    /// Recommends the other one.
    pub endorsed: bool,
    /// What they note about the other one, for themself.
    pub note: String,
}

/// A filter with the words and single posts by which it knows what somebody would rather not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeFilter {
    /// The filter.
    pub filter: Filter,
    /// Its words.
    pub keywords: Vec<Keyword>,
    /// Its single posts.
    pub posts: Vec<FilterPost>,
}

/// A notice and what it speaks of.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The notice.
    pub row: Notification,
    /// Who did it.
    pub by: Actor,
    /// With which post.
    pub post: Option<PostView>,
}

/// A talk in private, as one of those who take part sees it.
#[derive(Clone, Debug)]
pub struct Talk {
    /// Where it stands on their list.
    pub row: kindred_storage::conversations::Conversation,
    /// The others.
    pub with: Vec<Actor>,
    /// What was said last, when it is still there.
    pub last: Option<PostView>,
}

/// A group and what its page shows.
#[derive(Clone, Debug)]
pub struct GroupPage {
    /// The group's face.
    pub actor: Actor,
    /// Its rules of living together.
    pub group: Group,
    /// Organisers first, then moderators.
    pub organisers: Vec<(Membership, Actor)>,
    /// How many people hear of it.
    pub followers: i64,
    /// The names of its topics.
    pub topics: Vec<String>,
    /// Thread starters that it passed on, newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins, when there is one.
    pub older: Option<i64>,
    /// How the viewer stands to it.
    pub standing: Option<Relationship>,
}

/// A person and what their page shows.
#[derive(Clone, Debug)]
pub struct PersonPage {
    /// Who it is.
    pub actor: Actor,
    /// What they care about, in their own words, as far as the viewer may know.
    pub cares: Vec<(Passion, Topic)>,
    /// The public groups they organise or belong to, here.
    pub groups: Vec<Actor>,
    /// What they wrote and passed on, newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins, when there is one.
    pub older: Option<i64>,
}

/// A conversation around one post.
#[derive(Clone, Debug)]
pub struct ThreadPage {
    /// The posts above it, oldest first.
    pub ancestors: Vec<PostView>,
    /// The post that was asked for.
    pub focus: PostView,
    /// What was answered, in the order of the conversation, with depth below the focus (1 = direct answer).
    pub descendants: Vec<(u32, PostView)>,
}

impl ThreadPage {
    /// The post that started the conversation, as far as it is known and may be seen.
    pub fn starter(&self) -> &PostView {
        self.ancestors.first().unwrap_or(&self.focus)
    }
}

/// The front page: what there is to find here.
#[derive(Clone, Debug)]
pub struct FrontPage {
    /// Groups that anyone may see, liveliest first.
    pub groups: Vec<GroupTeaser>,
    /// How much there is.
    pub about: About,
}

/// One group in a list.
#[derive(Clone, Debug)]
pub struct GroupTeaser {
    /// The group's face.
    pub actor: Actor,
    /// The names of its topics.
    pub topics: Vec<String>,
}

/// Sums over the instance. Units: rows that a stranger may know of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Accounts in use.
    pub people: i64,
    /// People seen within a month.
    pub active_month: i64,
    /// People seen within half a year.
    pub active_half_year: i64,
    /// Groups founded here.
    pub groups: i64,
    /// Thread starters written here.
    pub posts: i64,
    /// Replies written here.
    pub comments: i64,
    /// Servers that we know.
    pub instances: i64,
}

/// What a search found, and the viewer may see.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Groups first, then people.
    pub actors: Vec<Actor>,
    /// Posts, newest first.
    pub posts: Vec<PostView>,
    /// Topics.
    pub topics: Vec<crate::interests::TopicView>,
}

/// Who is signed in, by which right.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The account.
    pub account: kindred_storage::accounts::Account,
    /// The face it acts with.
    pub actor: Actor,
    /// The token it shows, and the program that was handed it.
    pub token: Token,
}

impl SignedIn {
    /// Whether the token reaches `scope`; see [`crate::scopes::includes`].
    pub fn allows(&self, scope: &str) -> bool {
        self.token.allows(scope)
    }
}

/// Somebody who is signed in with a browser.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The session.
    pub session: SessionId,
    /// The account.
    pub account: kindred_storage::accounts::Account,
    /// The face it acts with.
    pub actor: Actor,
    /// What every form on a page of this session carries.
    pub form: String,
}

impl Visitor {
    /// Whether a form that carries this was made on a page of this session.
    pub fn made(&self, form: &str) -> bool {
        self.form.as_bytes().ct_eq(form.as_bytes()).into()
    }
}

/// A program that somebody let in.
#[derive(Clone, Debug)]
pub struct Access {
    /// The token that it was handed.
    pub token: TokenId,
    /// Its name; none, when the token was made at the command line.
    pub name: Option<String>,
    /// Where one learns more.
    pub website: Option<String>,
    /// What it may do, as OAuth scopes.
    pub scopes: String,
    /// Since when.
    pub since: Moment,
    /// When it was last here, to the day.
    pub last_used: Option<Moment>,
}

/// A token that is good, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: TokenId,
    /// The program that was handed it; none, when it was made at the command line.
    pub app: Option<AppId>,
    /// What it may do, as OAuth scopes.
    pub scopes: Vec<String>,
}

impl Token {
    /// Whether it reaches `scope`; see [`crate::scopes::includes`].
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes
            .iter()
            .any(|have| crate::scopes::includes(have, scope))
    }
}

/// What a token is good for: a program that speaks for a person, or one that speaks for itself alone.
#[derive(Clone, Debug)]
pub enum Bearing {
    /// For somebody with an account here.
    Person(Box<SignedIn>),
    /// For itself.
    Program(Token),
}

impl Bearing {
    /// The token that was shown.
    pub fn token(&self) -> &Token {
        match self {
            Self::Person(me) => &me.token,
            Self::Program(token) => token,
        }
    }

    /// The person behind it, if there is one.
    pub fn person(self) -> Option<SignedIn> {
        match self {
            Self::Person(me) => Some(*me),
            Self::Program(_) => None,
        }
    }
}

/// What somebody wants to publish. It is written down when it is published later, so new fields have to have a default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// What was written.
    pub text: String,
    /// How it was written.
    pub format: TextFormat,
    /// A title; without one it is a note.
    pub title: Option<String>,
    /// A content warning, which hides the text behind it.
    pub warning: Option<String>,
    /// Pictures are hidden until asked for.
    pub sensitive: bool,
    /// The language, as a BCP 47 tag.
    pub language: Option<String>,
    /// Who may see it, when it does not go into a group: a group decides by its own visibility.
    pub audience: Audience,
    /// The post that it answers.
    pub reply_to: Option<PostId>,
    /// The group it goes to, when that was chosen rather than mentioned.
    pub group: Option<ActorId>,
    /// What it asks. Of an edit: what it asks from now on; `None` leaves the question as it is.
    pub poll: Option<PollDraft>,
    /// The post that it quotes.
    pub quote: Option<PostId>,
    /// Who may quote it; `None` is the usual.
    pub quote_policy: Option<QuotePolicy>,
    /// The uploads that it comes with, in this order. Nothing said: none for a new post, for an edit what was there.
    pub media: Option<Vec<UploadId>>,
    /// What is said about these uploads beyond what is known.
    pub media_words: Vec<(UploadId, Words)>,
    /// The number under which it was kept until now.
    pub scheduled: Option<ScheduledId>,
    /// The program that it is written with.
    pub app: Option<AppId>,
}

/// What somebody wants to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollDraft {
    /// What can be chosen.
    pub options: Vec<String>,
    /// Whether more than one may be.
    pub multiple: bool,
    /// Whether the counts are shown only at the end.
    pub hide_totals: bool,
    /// How long people can vote.
    pub open_for: Duration,
}

/// How a text was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    /// As it stands.
    #[default]
    Plain,
    /// Markdown (`CommonMark`), HTML in it is shown as text.
    Markdown,
    /// HTML, of which only what is allowed stays.
    Html,
}

/// Who may see a post that goes into no group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everyone.
    #[default]
    Public,
    /// Everyone who comes across it; it is on no list.
    Unlisted,
    /// The author's followers.
    Followers,
    /// Only those who are named.
    Direct,
}

/// When something was last changed, for caches.
pub trait Dated {
    /// The moment of the last change.
    fn changed_at(&self) -> Moment;
}

impl Dated for Post {
    fn changed_at(&self) -> Moment {
        self.edited_at.unwrap_or(self.published_at)
    }
}
