//! Posts, their threads and whom they name.

mod parts;

pub use parts::{Application, Attachment, Card, Focus, Tag, TagKind};

use diesel::prelude::*;

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::schema::{actors, mentions, posts};
use crate::types::{ActorId, Json, Moment, PostId, PostKind, QuotePolicy, Visibility};
use crate::{Conn, Page, on};

/// A post.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = posts, treat_none_as_default_value = false)]
pub struct Post {
    /// Our number for it.
    pub id: PostId,
    /// Its id on the wire.
    pub uri: String,
    /// Its page for people, when that is another address.
    pub url: Option<String>,
    /// Who wrote it.
    pub author_id: ActorId,
    /// The group it was written in.
    pub group_id: Option<ActorId>,
    /// What it replies to, when we have it.
    pub parent_id: Option<PostId>,
    /// The id of what it replies to.
    pub parent_uri: Option<String>,
    /// The post that began the thread; itself, when it did.
    pub root_id: PostId,
    /// The address of the thread as a collection.
    pub context_uri: Option<String>,
    /// What it is.
    pub kind: PostKind,
    /// Its title.
    pub title: Option<String>,
    /// What is shown instead until somebody asks for more.
    pub warning: Option<String>,
    /// Whether its pictures are covered at first.
    pub sensitive: bool,
    /// The language it is written in.
    pub language: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// What it links to, for posts that are about a link.
    pub link_url: Option<String>,
    /// When it was published.
    pub published_at: Moment,
    /// When it was last edited.
    pub edited_at: Option<Moment>,
    /// Since when it is gone, by its author.
    pub deleted_at: Option<Moment>,
    /// Since when it is hidden, by a moderator.
    pub removed_at: Option<Moment>,
    /// By whom.
    pub removed_by: Option<ActorId>,
    /// Why.
    pub removed_reason: Option<String>,
    /// Since when nobody can reply.
    pub locked_at: Option<Moment>,
    /// Since when it stands at the top of its group.
    pub pinned_at: Option<Moment>,
    /// How many replies it has.
    pub replies_count: i32,
    /// How many like it.
    pub likes_count: i32,
    /// How many have passed it on.
    pub boosts_count: i32,
    /// What its text names.
    pub tags: Json<Vec<Tag>>,
    /// What comes with it.
    pub attachments: Json<Vec<Attachment>>,
    /// Its text as clean HTML.
    pub content: String,
    /// The text as it was written.
    pub source: Option<String>,
    /// The id of what it quotes.
    pub quote_uri: Option<String>,
    /// Who may quote it, where its author said so.
    pub quote_policy: Option<QuotePolicy>,
    /// How many quote it.
    pub quotes_count: i32,
    /// The program that it was written with.
    pub application: Option<Json<Application>>,
    /// What the page says about itself that it links to.
    pub card: Option<Json<Card>>,
}

/// What may change about a post. What is `None` stays as it is; `Some(None)` empties it.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = posts)]
pub struct PostPatch {
    /// Its page for people.
    pub url: Option<Option<String>>,
    /// What it is.
    pub kind: Option<PostKind>,
    /// Its title.
    pub title: Option<Option<String>>,
    /// What is shown instead until somebody asks for more.
    pub warning: Option<Option<String>>,
    /// Whether its pictures are covered at first.
    pub sensitive: Option<bool>,
    /// The language it is written in.
    pub language: Option<Option<String>>,
    /// Who may see it.
    pub visibility: Option<Visibility>,
    /// What it links to.
    pub link_url: Option<Option<String>>,
    /// When it was last edited.
    pub edited_at: Option<Option<Moment>>,
    /// What its text names.
    pub tags: Option<Json<Vec<Tag>>>,
    /// What comes with it.
    pub attachments: Option<Json<Vec<Attachment>>>,
    /// Its text as clean HTML.
    pub content: Option<String>,
    /// The text as it was written.
    pub source: Option<Option<String>>,
    /// Who may quote it.
    pub quote_policy: Option<Option<QuotePolicy>>,
    /// What the page says about itself that it links to.
    pub card: Option<Option<Json<Card>>>,
}

/// One of the numbers that are shown with a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// How many replies it has.
    Replies,
    /// How many like it.
    Likes,
    /// How many have passed it on.
    Boosts,
    /// How many quote it.
    Quotes,
}

impl Post {
    /// Whether it is still there for people to read: neither deleted nor removed.
    pub const fn is_standing(&self) -> bool {
        self.deleted_at.is_none() && self.removed_at.is_none()
    }
}

/// Adds a post.
pub fn insert(db: &mut Conn, post: &Post) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(posts::table)
        .values(post)
        .execute(conn))
    .map(drop)
}

/// Adds a post unless there is one with its id on the wire. `false` when there was: then nothing changes.
pub fn insert_new(db: &mut Conn, post: &Post) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(posts::table)
        .values(post)
        .on_conflict(posts::uri)
        .do_nothing()
        .execute(conn))
    .map(|added| added > 0)
}

/// The post with this number.
pub fn find(db: &mut Conn, id: PostId) -> QueryResult<Option<Post>> {
    on!(db, |conn| Post::query()
        .filter(posts::id.eq(id))
        .first(conn)
        .optional())
}

/// The posts with these numbers, in no particular order.
pub fn find_many(db: &mut Conn, ids: &[PostId]) -> QueryResult<Vec<Post>> {
    on!(db, |conn| Post::query()
        .filter(one_of(posts::id, ids))
        .load(conn))
}

/// The post with this id on the wire.
pub fn by_uri(db: &mut Conn, uri: &str) -> QueryResult<Option<Post>> {
    on!(db, |conn| Post::query()
        .filter(posts::uri.eq(uri))
        .first(conn)
        .optional())
}

/// The posts with these ids on the wire, in no particular order.
pub fn by_uris(db: &mut Conn, uris: &[String]) -> QueryResult<Vec<Post>> {
    on!(db, |conn| Post::query()
        .filter(posts::uri.eq_any(uris))
        .load(conn))
}

/// Changes what the patch names. A patch that names nothing changes nothing.
pub fn edit(db: &mut Conn, id: PostId, patch: &PostPatch) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        posts::table.filter(posts::id.eq(id))
    )
    .set(patch)
    .execute(conn)
    .optional_empty_changeset())
    .map(drop)
}

/// Notes that its author took a post back, and forgets what it said. `false` when that was so already.
pub fn mark_deleted(db: &mut Conn, id: PostId, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        posts::table
            .filter(posts::id.eq(id))
            .filter(posts::deleted_at.is_null())
    )
    .set((
        posts::deleted_at.eq(at),
        posts::title.eq(None::<String>),
        posts::warning.eq(None::<String>),
        posts::link_url.eq(None::<String>),
        posts::content.eq(""),
        posts::source.eq(None::<String>),
        posts::tags.eq("[]"),
        posts::attachments.eq("[]"),
        posts::application.eq(None::<String>),
        posts::card.eq(None::<String>),
    ))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Hides a post. `false` when it is hidden already.
pub fn mark_removed(
    db: &mut Conn,
    id: PostId,
    by: Option<ActorId>,
    reason: Option<&str>,
    at: Moment,
) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        posts::table
            .filter(posts::id.eq(id))
            .filter(posts::removed_at.is_null())
    )
    .set((
        posts::removed_at.eq(at),
        posts::removed_by.eq(by),
        posts::removed_reason.eq(reason)
    ))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Shows a post again that was hidden. `false` when it was not.
pub fn mark_restored(db: &mut Conn, id: PostId) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        posts::table
            .filter(posts::id.eq(id))
            .filter(posts::removed_at.is_not_null())
    )
    .set((
        posts::removed_at.eq(None::<Moment>),
        posts::removed_by.eq(None::<ActorId>),
        posts::removed_reason.eq(None::<String>),
    ))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Ends the talk under a post, or with `None` lets it go on.
pub fn lock(db: &mut Conn, id: PostId, at: Option<Moment>) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        posts::table.filter(posts::id.eq(id))
    )
    .set(posts::locked_at.eq(at))
    .execute(conn))
    .map(drop)
}

/// Puts a post at the top of its group or of its author's page, or with `None` back in line.
pub fn pin(db: &mut Conn, id: PostId, at: Option<Moment>) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        posts::table.filter(posts::id.eq(id))
    )
    .set(posts::pinned_at.eq(at))
    .execute(conn))
    .map(drop)
}

/// The first `limit` posts of a thread in the order of their numbers, deleted and hidden ones among them.
pub fn thread(db: &mut Conn, root: PostId, limit: i64) -> QueryResult<Vec<Post>> {
    on!(db, |conn| Post::query()
        .filter(posts::root_id.eq(root))
        .order(posts::id)
        .limit(limit)
        .load(conn))
}

/// The replies to a post, newest first.
pub fn replies(db: &mut Conn, id: PostId, page: &Page) -> QueryResult<Vec<Post>> {
    on!(db, |conn| page!(
        conn,
        Post::query()
            .filter(posts::parent_id.eq(id))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null()),
        posts::id,
        page
    ))
}

/// What somebody wrote, newest first.
pub fn page_of_author(db: &mut Conn, author: ActorId, page: &Page) -> QueryResult<Vec<Post>> {
    on!(db, |conn| page!(
        conn,
        Post::query()
            .filter(posts::author_id.eq(author))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null()),
        posts::id,
        page
    ))
}

/// Whether anything that somebody wrote stands in a group.
pub fn any_in_group(db: &mut Conn, group: ActorId, author: ActorId) -> QueryResult<bool> {
    on!(db, |conn| diesel::dsl::select(diesel::dsl::exists(
        posts::table
            .filter(posts::author_id.eq(author))
            .filter(posts::group_id.eq(group))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
    ))
    .get_result(conn))
}

/// What was written in a group, newest first: threads and replies.
pub fn page_of_group(db: &mut Conn, group: ActorId, page: &Page) -> QueryResult<Vec<Post>> {
    on!(db, |conn| page!(
        conn,
        Post::query()
            .filter(posts::group_id.eq(group))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null()),
        posts::id,
        page
    ))
}

/// What somebody wrote in a group and still stands there, newest first.
pub fn standing_of_author_in_group(
    db: &mut Conn,
    author: ActorId,
    group: ActorId,
    limit: i64,
) -> QueryResult<Vec<Post>> {
    on!(db, |conn| Post::query()
        .filter(posts::author_id.eq(author))
        .filter(posts::group_id.eq(group))
        .filter(posts::deleted_at.is_null())
        .filter(posts::removed_at.is_null())
        .order(posts::id.desc())
        .limit(limit)
        .load(conn))
}

/// The threads that were begun in a group, newest first.
pub fn threads_of_group(db: &mut Conn, group: ActorId, page: &Page) -> QueryResult<Vec<Post>> {
    on!(db, |conn| page!(
        conn,
        Post::query()
            .filter(posts::group_id.eq(group))
            .filter(posts::root_id.eq(posts::id))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null()),
        posts::id,
        page
    ))
}

/// What stands at the top of a group, the latest first.
pub fn pinned_in_group(db: &mut Conn, group: ActorId) -> QueryResult<Vec<Post>> {
    on!(db, |conn| Post::query()
        .filter(posts::group_id.eq(group))
        .filter(posts::pinned_at.is_not_null())
        .filter(posts::deleted_at.is_null())
        .filter(posts::removed_at.is_null())
        .order((posts::pinned_at.desc(), posts::id.desc()))
        .load(conn))
}

/// What somebody put at the top of their own page, the latest first.
pub fn pinned_by_author(db: &mut Conn, author: ActorId) -> QueryResult<Vec<Post>> {
    on!(db, |conn| Post::query()
        .filter(posts::author_id.eq(author))
        .filter(posts::group_id.is_null())
        .filter(posts::pinned_at.is_not_null())
        .filter(posts::deleted_at.is_null())
        .filter(posts::removed_at.is_null())
        .order((posts::pinned_at.desc(), posts::id.desc()))
        .load(conn))
}

/// The replies that came before what they reply to, whose id on the wire this is.
pub fn waiting_for(db: &mut Conn, parent_uri: &str) -> QueryResult<Vec<Post>> {
    on!(db, |conn| Post::query()
        .filter(posts::parent_uri.eq(parent_uri))
        .filter(posts::parent_id.is_null())
        .order(posts::id)
        .load(conn))
}

/// Gives a reply its place below a post; what hangs below the reply moves along.
pub fn attach(db: &mut Conn, reply: PostId, parent: PostId, root: PostId) -> QueryResult<()> {
    on!(db, |conn| {
        diesel::update(posts::table.filter(posts::root_id.eq(reply)))
            .set(posts::root_id.eq(root))
            .execute(conn)?;
        diesel::update(posts::table.filter(posts::id.eq(reply)))
            .set((posts::parent_id.eq(parent), posts::root_id.eq(root)))
            .execute(conn)
    })
    .map(drop)
}

/// Adds `by` to one of the numbers that are shown with a post.
pub fn adjust(db: &mut Conn, id: PostId, count: Count, by: i32) -> QueryResult<()> {
    let post = posts::table.filter(posts::id.eq(id));
    on!(db, |conn| match count {
        Count::Replies => diesel::update(post)
            .set(posts::replies_count.eq(posts::replies_count + by))
            .execute(conn),
        Count::Likes => diesel::update(post)
            .set(posts::likes_count.eq(posts::likes_count + by))
            .execute(conn),
        Count::Boosts => diesel::update(post)
            .set(posts::boosts_count.eq(posts::boosts_count + by))
            .execute(conn),
        Count::Quotes => diesel::update(post)
            .set(posts::quotes_count.eq(posts::quotes_count + by))
            .execute(conn),
    })
    .map(drop)
}

/// Notes whom a post names. Naming somebody twice is naming them once.
pub fn mention(db: &mut Conn, post: PostId, actors: &[ActorId]) -> QueryResult<()> {
    let rows: Vec<_> = actors
        .iter()
        .map(|actor| (mentions::post_id.eq(post), mentions::actor_id.eq(*actor)))
        .collect();
    match rows.as_slice() {
        [] => Ok(()),
        rows => on!(db, |conn| diesel::insert_into(mentions::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(conn))
        .map(drop),
    }
}

/// Notes whom a post names now, and forgets whom it named before.
pub fn mention_only(db: &mut Conn, post: PostId, actors: &[ActorId]) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        mentions::table.filter(mentions::post_id.eq(post))
    )
    .execute(conn))?;
    mention(db, post, actors)
}

/// Whom these posts name.
pub fn mentioned(db: &mut Conn, posts: &[PostId]) -> QueryResult<Vec<(PostId, Actor)>> {
    on!(db, |conn| mentions::table
        .inner_join(actors::table.on(actors::id.eq(mentions::actor_id)))
        .filter(one_of(mentions::post_id, posts))
        .order((mentions::post_id, mentions::actor_id))
        .select((mentions::post_id, Actor::as_select()))
        .load(conn))
}

/// Which of these posts name somebody.
pub fn naming(db: &mut Conn, posts: &[PostId], actor: ActorId) -> QueryResult<Vec<PostId>> {
    on!(db, |conn| mentions::table
        .filter(one_of(mentions::post_id, posts))
        .filter(mentions::actor_id.eq(actor))
        .select(mentions::post_id)
        .load(conn))
}

/// Who wrote these posts.
pub fn authors_of(db: &mut Conn, ids: &[PostId]) -> QueryResult<Vec<(PostId, ActorId)>> {
    on!(db, |conn| posts::table
        .filter(one_of(posts::id, ids))
        .select((posts::id, posts::author_id))
        .load(conn))
}

/// Notes that a post belongs to a group of another server, which passed it on.
pub fn set_group(db: &mut Conn, id: PostId, group: ActorId) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        posts::table.filter(posts::id.eq(id))
    )
    .set(posts::group_id.eq(group))
    .execute(conn))
    .map(drop)
}

/// Notes that its author lets nobody pass a post on.
pub fn refuse_boosts(db: &mut Conn, id: PostId) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        posts::table.filter(posts::id.eq(id))
    )
    .set(posts::boosts_refused.eq(true))
    .execute(conn))
    .map(drop)
}

/// Whether its author lets nobody pass a post on.
pub fn refuses_boosts(db: &mut Conn, id: PostId) -> QueryResult<bool> {
    on!(db, |conn| posts::table
        .filter(posts::id.eq(id))
        .select(posts::boosts_refused)
        .first(conn)
        .optional())
    .map(|refused| refused.unwrap_or(false))
}

/// Those of other servers who speak in a thread, the first ones first.
pub fn voices_elsewhere(db: &mut Conn, root: PostId, limit: i64) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| posts::table
        .inner_join(actors::table.on(actors::id.eq(posts::author_id)))
        .filter(posts::root_id.eq(root))
        .filter(posts::deleted_at.is_null())
        .filter(posts::removed_at.is_null())
        .filter(actors::host.ne(""))
        .group_by(posts::author_id)
        .order(diesel::dsl::min(posts::id))
        .limit(limit)
        .select(posts::author_id)
        .load(conn))
}

/// How many thread starters and how many replies people here have written for everybody.
pub fn count_public(db: &mut Conn) -> QueryResult<(i64, i64)> {
    let mut count = |reply: bool| {
        on!(db, |conn| posts::table
            .inner_join(actors::table.on(actors::id.eq(posts::author_id)))
            .filter(actors::host.eq(""))
            .filter(posts::deleted_at.is_null())
            .filter(posts::visibility.eq_any([Visibility::Public, Visibility::Unlisted]))
            .filter(posts::parent_uri.is_not_null().eq(reply))
            .count()
            .get_result(conn))
    };
    Ok((count(false)?, count(true)?))
}
