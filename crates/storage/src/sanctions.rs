//! Whom the keepers of this server hold back, and what is hidden with them.
//!
//! Since when somebody is suspended stands with the [`actor`](crate::actors), where every way out looks anyway; here stands
//! what else there is to it.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::accounts::Account;
use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::schema::{accounts, actors, follows, instances, sanctions, withheld};
use crate::statement::Statement;
use crate::types::{
    AccountRole, AccountState, ActorId, ActorKind, FollowState, Moment, PostId, Standing,
    SuspendedWith,
};
use crate::{Conn, Page, on};

/// How somebody is held back.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = sanctions, primary_key(actor_id), treat_none_as_default_value = false)]
pub struct Sanction {
    /// Whom it is about.
    pub actor_id: ActorId,
    /// Since when only those who follow them hear them.
    pub silenced_at: Option<Moment>,
    /// Since when their pictures are covered at first.
    pub sensitive_at: Option<Moment>,
    /// With what they were suspended, if they are.
    pub suspended_with: Option<SuspendedWith>,
    /// Why.
    pub reason: Option<String>,
}

impl Sanction {
    /// Nothing at all.
    pub fn none(actor_id: ActorId) -> Self {
        Self {
            actor_id,
            silenced_at: None,
            sensitive_at: None,
            suspended_with: None,
            reason: None,
        }
    }
}

/// How somebody is held back, if they are or were.
pub fn find(db: &mut Conn, actor: ActorId) -> QueryResult<Option<Sanction>> {
    on!(db, |conn| Sanction::query()
        .filter(sanctions::actor_id.eq(actor))
        .first(conn)
        .optional())
}

/// How each of these is held back, if they are or were.
pub fn find_many(db: &mut Conn, actors: &[ActorId]) -> QueryResult<Vec<Sanction>> {
    on!(db, |conn| Sanction::query()
        .filter(one_of(sanctions::actor_id, actors))
        .load(conn))
}

/// Those of these who are to be heard only by people who follow them, and whom the reader does not follow: because they themselves are
/// silenced, or everybody on their server.
pub fn silenced(
    db: &mut Conn,
    among: &[ActorId],
    reader: Option<ActorId>,
) -> QueryResult<Vec<ActorId>> {
    if among.is_empty() {
        return Ok(Vec::new());
    }
    // A stranger follows nobody; no actor has the number 0.
    let reader = reader.unwrap_or(ActorId(0));
    on!(db, |conn| actors::table
        .filter(one_of(actors::id, among))
        .filter(
            exists(
                sanctions::table.filter(
                    sanctions::actor_id
                        .eq(actors::id)
                        .and(sanctions::silenced_at.is_not_null())
                )
            )
            .or(exists(
                instances::table.filter(
                    instances::host
                        .eq(actors::host)
                        .and(instances::standing.eq(Standing::Silenced))
                )
            ))
        )
        .filter(not(exists(
            follows::table.filter(
                follows::follower_id
                    .eq(reader)
                    .and(follows::target_id.eq(actors::id))
                    .and(follows::state.eq(FollowState::Accepted))
            )
        )))
        .select(actors::id)
        .load(conn))
}

/// Writes down how somebody is held back now, whatever was written before.
pub fn record(db: &mut Conn, sanction: &Sanction) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(sanctions::table)
        .values(sanction)
        .on_conflict(sanctions::actor_id)
        .do_update()
        .set((
            sanctions::silenced_at.eq(excluded(sanctions::silenced_at)),
            sanctions::sensitive_at.eq(excluded(sanctions::sensitive_at)),
            sanctions::suspended_with.eq(excluded(sanctions::suspended_with)),
            sanctions::reason.eq(excluded(sanctions::reason)),
        ))
        .execute(conn))
    .map(drop)
}

/// Where somebody stands, as those who keep order ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing holds them back.
    Active,
    /// They wait for approval, which nobody does.
    Pending,
    /// They cannot sign in.
    Disabled,
    /// They are heard only by those who follow them.
    Silenced,
    /// They are shut out.
    Suspended,
}

/// Whom those who keep order look for. What is `None` does not matter; texts are found at the beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Here, or elsewhere.
    pub local: Option<bool>,
    /// Where they stand.
    pub status: Option<Status>,
    /// Only those who keep order themselves.
    pub keepers: bool,
    /// Their handle, in lower case.
    pub handle: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Where they are written to.
    pub email: Option<String>,
    /// Their server.
    pub host: Option<String>,
}

/// Somebody with their account and how they are held back.
pub type Known = (Actor, Option<Account>, Option<Sanction>);

/// Those who are looked for, the latest first.
pub fn page(db: &mut Conn, search: &Search, page: &Page) -> QueryResult<Vec<Known>> {
    let start = |text: &str| format!("{}%", text.replace(['%', '_', '\\'], ""));
    on!(db, |conn| {
        let mut query = actors::table
            .left_join(accounts::table.on(accounts::actor_id.eq(actors::id)))
            .left_join(sanctions::table.on(sanctions::actor_id.eq(actors::id)))
            .filter(actors::kind.ne(ActorKind::Application))
            .filter(actors::deleted_at.is_null())
            .select((
                Actor::as_select(),
                Option::<Account>::as_select(),
                Option::<Sanction>::as_select(),
            ))
            .into_boxed();
        if let Some(local) = search.local {
            query = query.filter(actors::host.eq("").eq(local));
        }
        query = match search.status {
            None => query,
            Some(Status::Active) => query.filter(actors::suspended_at.is_null()).filter(
                accounts::state
                    .eq(AccountState::Active)
                    .or(accounts::id.is_null()),
            ),
            Some(Status::Pending) => query.filter(actors::id.lt(ActorId(0))),
            Some(Status::Disabled) => query.filter(accounts::state.eq(AccountState::Suspended)),
            Some(Status::Silenced) => query.filter(sanctions::silenced_at.is_not_null()),
            Some(Status::Suspended) => query.filter(actors::suspended_at.is_not_null()),
        };
        if search.keepers {
            query = query.filter(accounts::role.ne(AccountRole::Member));
        }
        if let Some(handle) = &search.handle {
            query = query.filter(actors::handle.like(start(handle)));
        }
        if let Some(name) = &search.name {
            query = query.filter(actors::name.like(start(name)));
        }
        if let Some(email) = &search.email {
            query = query.filter(accounts::email.like(start(email)));
        }
        if let Some(host) = &search.host {
            query = query.filter(actors::host.eq(host));
        }
        page!(conn, query, actors::id, page)
    })
}

/// Hides everything of an author that stands, and remembers what that was. Answers how many posts it were.
pub fn withhold(db: &mut Conn, author: ActorId, at: Moment) -> QueryResult<usize> {
    let note = Statement::new(
        "INSERT INTO withheld (post_id, author_id) SELECT id, author_id FROM posts \
         WHERE author_id = ? AND removed_at IS NULL AND deleted_at IS NULL ON CONFLICT DO NOTHING",
    )
    .with(author.0);
    let hide = Statement::new(
        "UPDATE posts SET removed_at = ? WHERE author_id = ? AND removed_at IS NULL AND deleted_at IS NULL",
    )
    .with(at.0)
    .with(author.0);
    on!(db, |conn| {
        note.execute(conn)?;
        hide.execute(conn)
    })
}

/// Shows again what [`withhold`] hid. Answers how many posts it were.
pub fn release(db: &mut Conn, author: ActorId) -> QueryResult<usize> {
    let show = Statement::new(
        "UPDATE posts SET removed_at = NULL WHERE removed_by IS NULL AND id IN \
         (SELECT post_id FROM withheld WHERE author_id = ?)",
    )
    .with(author.0);
    on!(db, |conn| {
        let shown = show.execute(conn)?;
        diesel::delete(withheld::table.filter(withheld::author_id.eq(author))).execute(conn)?;
        Ok(shown)
    })
}

/// Whether a post is hidden because its author is suspended.
pub fn is_withheld(db: &mut Conn, post: PostId) -> QueryResult<bool> {
    on!(db, |conn| diesel::dsl::select(diesel::dsl::exists(
        withheld::table.filter(withheld::post_id.eq(post))
    ))
    .get_result(conn))
}
