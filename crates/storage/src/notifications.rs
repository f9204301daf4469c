//! Notices for those who can sign in here.
//!
//! Who deserves one, and how gently, is decided elsewhere.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use crate::one_of::one_of_words;
use crate::page::page;
use crate::schema::{notifications, posts, thread_mutes};
use crate::statement::Statement;
use crate::types::{ActorId, Moment, NotificationId, NotificationKind, PostId};
use crate::{Conn, Page, on};

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = notifications, treat_none_as_default_value = false)]
pub struct Notification {
    /// Our number for it.
    pub id: NotificationId,
    /// Whom it tells.
    pub owner_id: ActorId,
    /// What it is about.
    pub kind: NotificationKind,
    /// Who did it.
    pub actor_id: ActorId,
    /// With which post.
    pub post_id: Option<PostId>,
    /// In which group.
    pub group_id: Option<ActorId>,
    /// When.
    pub created_at: Moment,
    /// When it was read.
    pub read_at: Option<Moment>,
    /// Whether it waits apart from the others.
    pub set_apart: bool,
}

/// Which notices are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sieve {
    /// Of these kinds.
    pub kinds: Vec<NotificationKind>,
    /// Only those of one actor.
    pub of: Option<ActorId>,
    /// Also those that wait apart.
    pub with_set_apart: bool,
}

impl Default for Sieve {
    fn default() -> Self {
        Self {
            kinds: NotificationKind::ALL.to_vec(),
            of: None,
            with_set_apart: false,
        }
    }
}

impl Sieve {
    fn words(&self) -> Vec<&'static str> {
        self.kinds.iter().map(|kind| kind.as_str()).collect()
    }
}

/// Adds a notice.
pub fn add(db: &mut Conn, notification: &Notification) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(notifications::table)
        .values(notification)
        .execute(conn))
    .map(drop)
}

/// Adds several notices at once.
pub fn add_many(db: &mut Conn, notifications: &[Notification]) -> QueryResult<()> {
    for batch in notifications.chunks(500) {
        on!(db, |conn| diesel::insert_into(notifications::table)
            .values(batch)
            .execute(conn))?;
    }
    Ok(())
}

/// Somebody's notices, the latest first.
pub fn page(
    db: &mut Conn,
    owner: ActorId,
    sieve: &Sieve,
    page: &Page,
) -> QueryResult<Vec<Notification>> {
    let all = sieve.with_set_apart;
    let kinds = one_of_words(notifications::kind, &sieve.words());
    on!(db, |conn| match sieve.of {
        None => page!(
            conn,
            Notification::query()
                .filter(notifications::owner_id.eq(owner))
                .filter(kinds.clone())
                .filter(
                    notifications::set_apart
                        .eq(false)
                        .or(all.into_sql::<Bool>())
                ),
            notifications::id,
            page
        ),
        Some(of) => page!(
            conn,
            Notification::query()
                .filter(notifications::owner_id.eq(owner))
                .filter(notifications::actor_id.eq(of))
                .filter(kinds.clone())
                .filter(
                    notifications::set_apart
                        .eq(false)
                        .or(all.into_sql::<Bool>())
                ),
            notifications::id,
            page
        ),
    })
}

/// Several notices that are told as one: of one kind, about one post (or none), within a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// What they are about.
    pub kind: NotificationKind,
    /// With which post.
    pub post_id: Option<PostId>,
    /// From then on.
    pub from: Moment,
    /// Before then.
    pub until: Moment,
}

/// Narrows notices down to a bundle of somebody's.
macro_rules! bundled {
    ($owner:expr, $bundle:expr) => {
        notifications::table
            .filter(notifications::owner_id.eq($owner))
            .filter(notifications::kind.eq($bundle.kind))
            .filter(
                sql::<BigInt>("coalesce(notifications.post_id, 0)")
                    .eq($bundle.post_id.map_or(0, |post| post.0)),
            )
            .filter(notifications::created_at.ge($bundle.from))
            .filter(notifications::created_at.lt($bundle.until))
    };
}

/// A page of a bundle, the latest first.
pub fn in_bundle(
    db: &mut Conn,
    owner: ActorId,
    bundle: &Bundle,
    page: &Page,
) -> QueryResult<Vec<Notification>> {
    on!(db, |conn| page!(
        conn,
        bundled!(owner, bundle).select(Notification::as_select()),
        notifications::id,
        page
    ))
}

/// How large a bundle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct BundleSize {
    /// What its notices are about.
    #[diesel(sql_type = Text)]
    pub kind: NotificationKind,
    /// With which post.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub post_id: Option<PostId>,
    /// Which span of time, counted from 1970.
    #[diesel(sql_type = BigInt)]
    pub span: i64,
    /// How many notices.
    #[diesel(sql_type = BigInt)]
    pub notices: i64,
    /// The latest of them.
    #[diesel(sql_type = BigInt)]
    pub latest: NotificationId,
}

/// How large somebody's bundles are between two moments, when they are made of spans of this many milliseconds.
pub fn bundle_sizes(
    db: &mut Conn,
    owner: ActorId,
    span: i64,
    from: Moment,
    until: Moment,
) -> QueryResult<Vec<BundleSize>> {
    let statement = Statement::new(
        "SELECT kind, post_id, created_at / ? AS span, count(*) AS notices, max(id) AS latest FROM notifications \
         WHERE owner_id = ? AND created_at >= ? AND created_at < ? GROUP BY 1, 2, 3",
    );
    on!(db, |conn| statement
        .with(span)
        .with(owner.0)
        .with(from.0)
        .with(until.0)
        .load(conn))
}

/// Throws a bundle away.
pub fn dismiss_bundle(db: &mut Conn, owner: ActorId, bundle: &Bundle) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(bundled!(owner, bundle))
        .execute(conn))
}

/// One of somebody's notices. Nobody else's, whatever the number.
pub fn find(
    db: &mut Conn,
    owner: ActorId,
    id: NotificationId,
) -> QueryResult<Option<Notification>> {
    on!(db, |conn| Notification::query()
        .filter(notifications::id.eq(id))
        .filter(notifications::owner_id.eq(owner))
        .first(conn)
        .optional())
}

/// Notes that somebody has read everything up to this notice.
pub fn mark_read(
    db: &mut Conn,
    owner: ActorId,
    up_to: NotificationId,
    at: Moment,
) -> QueryResult<usize> {
    on!(db, |conn| diesel::update(
        notifications::table
            .filter(notifications::owner_id.eq(owner))
            .filter(notifications::id.le(up_to))
            .filter(notifications::read_at.is_null())
    )
    .set(notifications::read_at.eq(at))
    .execute(conn))
}

/// Throws one of somebody's notices away. `false` when there is none.
pub fn dismiss(db: &mut Conn, owner: ActorId, id: NotificationId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        notifications::table
            .filter(notifications::id.eq(id))
            .filter(notifications::owner_id.eq(owner))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}

/// Throws all of somebody's notices away.
pub fn clear(db: &mut Conn, owner: ActorId) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(
        notifications::table.filter(notifications::owner_id.eq(owner))
    )
    .execute(conn))
}

/// Throws away everything that somebody was told of another.
pub fn clear_of(db: &mut Conn, owner: ActorId, of: ActorId) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(
        notifications::table
            .filter(notifications::owner_id.eq(owner))
            .filter(notifications::actor_id.eq(of))
    )
    .execute(conn))
}

/// Whether somebody has heard enough of the conversation in which a post stands.
pub fn heard_enough(db: &mut Conn, owner: ActorId, post: PostId) -> QueryResult<bool> {
    on!(db, |conn| thread_mutes::table
        .inner_join(posts::table.on(posts::root_id.eq(thread_mutes::root_id)))
        .filter(posts::id.eq(post))
        .filter(thread_mutes::actor_id.eq(owner))
        .count()
        .get_result::<i64>(conn))
    .map(|n| n > 0)
}

/// How many notices somebody got after this one, counted up to `limit`.
pub fn count_after(
    db: &mut Conn,
    owner: ActorId,
    sieve: &Sieve,
    after: NotificationId,
    limit: i64,
) -> QueryResult<usize> {
    page(db, owner, sieve, &Page::since(after.0, limit)).map(|rows| rows.len())
}

/// Takes back the notices of this kind about somebody: what they told no longer holds.
pub fn take_back(
    db: &mut Conn,
    owner: ActorId,
    kind: NotificationKind,
    actor: ActorId,
    post: Option<PostId>,
) -> QueryResult<usize> {
    let notices = notifications::table
        .filter(notifications::owner_id.eq(owner))
        .filter(notifications::kind.eq(kind))
        .filter(notifications::actor_id.eq(actor));
    on!(db, |conn| match post {
        Some(post) => diesel::delete(notices.filter(notifications::post_id.eq(post))).execute(conn),
        None => diesel::delete(notices.filter(notifications::post_id.is_null())).execute(conn),
    })
}
