//! Whom and what somebody would rather not hear: people, conversations, whole servers. Nobody else learns of it.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::schema::{actors, mutes, shunned_hosts, thread_mutes};
use crate::types::{ActorId, Moment, PostId, TieId};
use crate::{Conn, Page, on};

/// One person's wish not to hear another.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = mutes, treat_none_as_default_value = false)]
pub struct Mute {
    /// Our number for it.
    pub id: TieId,
    /// Who would rather not hear.
    pub actor_id: ActorId,
    /// Whom.
    pub target_id: ActorId,
    /// Whether that goes for notices as well.
    pub notices: bool,
    /// When it ends by itself.
    pub until: Option<Moment>,
    /// Since when.
    pub created_at: Moment,
}

impl Mute {
    /// Whether it holds at this moment.
    pub fn holds(&self, now: Moment) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

/// Writes down that somebody would rather not hear another. A newer wish replaces an older one.
pub fn record(db: &mut Conn, mute: &Mute) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(mutes::table)
        .values(mute)
        .on_conflict((mutes::actor_id, mutes::target_id))
        .do_update()
        .set((
            mutes::notices.eq(excluded(mutes::notices)),
            mutes::until.eq(excluded(mutes::until)),
        ))
        .execute(conn))
    .map(drop)
}

/// Ends it.
pub fn remove(db: &mut Conn, actor: ActorId, target: ActorId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        mutes::table
            .filter(mutes::actor_id.eq(actor))
            .filter(mutes::target_id.eq(target))
    )
    .execute(conn))
    .map(drop)
}

/// Those among `others` whom somebody would rather not hear, ended ones as well.
pub fn among(db: &mut Conn, actor: ActorId, others: &[ActorId]) -> QueryResult<Vec<Mute>> {
    on!(db, |conn| Mute::query()
        .filter(mutes::actor_id.eq(actor))
        .filter(one_of(mutes::target_id, others))
        .load(conn))
}

/// Those whom somebody would rather not hear at this moment, the latest first. Pages go by the number of the mute.
pub fn page(
    db: &mut Conn,
    actor: ActorId,
    now: Moment,
    page: &Page,
) -> QueryResult<Vec<(Mute, Actor)>> {
    on!(db, |conn| page!(
        conn,
        mutes::table
            .inner_join(actors::table.on(actors::id.eq(mutes::target_id)))
            .filter(mutes::actor_id.eq(actor))
            .filter(mutes::until.is_null().or(mutes::until.gt(now)))
            .select((Mute::as_select(), Actor::as_select())),
        mutes::id,
        page
    ))
}

/// Somebody has heard enough of a conversation.
pub fn mute_thread(db: &mut Conn, actor: ActorId, root: PostId, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(thread_mutes::table)
        .values((
            thread_mutes::actor_id.eq(actor),
            thread_mutes::root_id.eq(root),
            thread_mutes::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// They would like to hear of it again.
pub fn unmute_thread(db: &mut Conn, actor: ActorId, root: PostId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        thread_mutes::table
            .filter(thread_mutes::actor_id.eq(actor))
            .filter(thread_mutes::root_id.eq(root))
    )
    .execute(conn))
    .map(drop)
}

/// Somebody wants to hear nothing from a server.
pub fn shun(db: &mut Conn, id: TieId, actor: ActorId, host: &str, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(shunned_hosts::table)
        .values((
            shunned_hosts::id.eq(id),
            shunned_hosts::actor_id.eq(actor),
            shunned_hosts::host.eq(host),
            shunned_hosts::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// They do again.
pub fn unshun(db: &mut Conn, actor: ActorId, host: &str) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        shunned_hosts::table
            .filter(shunned_hosts::actor_id.eq(actor))
            .filter(shunned_hosts::host.eq(host))
    )
    .execute(conn))
    .map(drop)
}

/// The servers from which somebody wants to hear nothing, the latest first.
pub fn shunned(db: &mut Conn, actor: ActorId, page: &Page) -> QueryResult<Vec<(TieId, String)>> {
    on!(db, |conn| page!(
        conn,
        shunned_hosts::table
            .filter(shunned_hosts::actor_id.eq(actor))
            .select((shunned_hosts::id, shunned_hosts::host)),
        shunned_hosts::id,
        page
    ))
}
