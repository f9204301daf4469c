//! Links that let people into a group.
//!
//! What stands in a link is only kept as a hash; nothing here makes one. Invitations of somebody in particular are
//! [`memberships`](crate::memberships).

use diesel::prelude::*;

use crate::page::page;
use crate::schema::invitation_links;
use crate::types::{ActorId, LinkId, Moment};
use crate::{Conn, Page, on};

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = invitation_links, treat_none_as_default_value = false)]
pub struct Link {
    /// Our number for it.
    pub id: LinkId,
    /// The group that it leads into.
    pub group_id: ActorId,
    /// Who made it.
    pub made_by: ActorId,
    /// What its secret is compared with.
    pub token_hash: String,
    /// How often it can be used; without end, when empty.
    pub most_uses: Option<i32>,
    /// How often it was used.
    pub uses: i32,
    /// When it ends.
    pub expires_at: Moment,
    /// Since when it is void.
    pub revoked_at: Option<Moment>,
    /// When it was made.
    pub created_at: Moment,
}

impl Link {
    /// Whether it still lets anybody in.
    pub fn holds(&self, now: Moment) -> bool {
        self.revoked_at.is_none()
            && self.expires_at > now
            && self.most_uses.is_none_or(|most| self.uses < most)
    }
}

/// Adds a link.
pub fn insert(db: &mut Conn, link: &Link) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(invitation_links::table)
        .values(link)
        .execute(conn))
    .map(drop)
}

/// The link with this hash, whether or not it still holds.
pub fn by_hash(db: &mut Conn, hash: &str) -> QueryResult<Option<Link>> {
    on!(db, |conn| Link::query()
        .filter(invitation_links::token_hash.eq(hash))
        .first(conn)
        .optional())
}

/// Counts one more use. `false` when there is none left, or the link does not hold any more.
pub fn spend(db: &mut Conn, id: LinkId, now: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        invitation_links::table
            .filter(invitation_links::id.eq(id))
            .filter(invitation_links::revoked_at.is_null())
            .filter(invitation_links::expires_at.gt(now))
            .filter(
                invitation_links::most_uses
                    .is_null()
                    .or(invitation_links::most_uses.gt(invitation_links::uses.nullable()))
            )
    )
    .set(invitation_links::uses.eq(invitation_links::uses + 1))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Makes a link of a group void. `false` when there is none that is not.
pub fn revoke(db: &mut Conn, group: ActorId, id: LinkId, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        invitation_links::table
            .filter(invitation_links::id.eq(id))
            .filter(invitation_links::group_id.eq(group))
            .filter(invitation_links::revoked_at.is_null())
    )
    .set(invitation_links::revoked_at.eq(at))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Makes everything void that somebody made for a group; for all groups when none is named.
pub fn revoke_all_by(
    db: &mut Conn,
    made_by: ActorId,
    group: Option<ActorId>,
    at: Moment,
) -> QueryResult<usize> {
    let by = invitation_links::table
        .filter(invitation_links::made_by.eq(made_by))
        .filter(invitation_links::revoked_at.is_null());
    on!(db, |conn| match group {
        Some(group) => diesel::update(by.filter(invitation_links::group_id.eq(group)))
            .set(invitation_links::revoked_at.eq(at))
            .execute(conn),
        None => diesel::update(by)
            .set(invitation_links::revoked_at.eq(at))
            .execute(conn),
    })
}

/// The links of a group that are not void, the latest first.
pub fn page(db: &mut Conn, group: ActorId, page: &Page) -> QueryResult<Vec<Link>> {
    on!(db, |conn| page!(
        conn,
        Link::query()
            .filter(invitation_links::group_id.eq(group))
            .filter(invitation_links::revoked_at.is_null()),
        invitation_links::id,
        page
    ))
}
