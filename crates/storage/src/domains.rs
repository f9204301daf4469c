//! Domains that are held back, and those that are let in where only some are.
//!
//! What holds for a server stands in [`instances`](crate::instances), which every way in and out asks; here stand the words of
//! the keepers about it.

use diesel::prelude::*;

use crate::page::page;
use crate::schema::{actors, domain_allows, domain_blocks, instances};
use crate::types::{ActorId, DomainAllowId, DomainBlockId, Moment, Severity, Standing};
use crate::{Conn, Page, on};

/// A domain that is held back, with everything below it.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = domain_blocks, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct DomainBlock {
    /// Our number for it.
    pub id: DomainBlockId,
    /// Its name, in lower case.
    pub domain: String,
    /// How far it is held back.
    pub severity: Severity,
    /// Whether pictures and the like from there are not shown.
    pub reject_media: bool,
    /// Whether complaints from there are not taken.
    pub reject_reports: bool,
    /// Whether its name is half hidden where blocks are shown to everybody.
    pub obfuscate: bool,
    /// What the keepers say among themselves.
    pub private_comment: Option<String>,
    /// What they say to everybody.
    pub public_comment: Option<String>,
    /// Since when.
    pub created_at: Moment,
}

/// A domain that is let in: exactly this one, or with `*.` in front everything below it.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = domain_allows, treat_none_as_default_value = false)]
pub struct DomainAllow {
    /// Our number for it.
    pub id: DomainAllowId,
    /// Its name, in lower case.
    pub domain: String,
    /// Since when.
    pub created_at: Moment,
}

/// Adds a block. `false` when there is one of that domain: then nothing changes.
pub fn insert_block(db: &mut Conn, block: &DomainBlock) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(domain_blocks::table)
        .values(block)
        .on_conflict_do_nothing()
        .execute(conn))
    .map(|added| added > 0)
}

/// The block with this number.
pub fn block(db: &mut Conn, id: DomainBlockId) -> QueryResult<Option<DomainBlock>> {
    on!(db, |conn| DomainBlock::query()
        .filter(domain_blocks::id.eq(id))
        .first(conn)
        .optional())
}

/// The blocks of any of these domains.
pub fn blocks_among(db: &mut Conn, domains: &[&str]) -> QueryResult<Vec<DomainBlock>> {
    on!(db, |conn| DomainBlock::query()
        .filter(domain_blocks::domain.eq_any(domains))
        .load(conn))
}

/// Writes a block down as it is now.
pub fn update_block(db: &mut Conn, block: &DomainBlock) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        domain_blocks::table.filter(domain_blocks::id.eq(block.id))
    )
    .set(block)
    .execute(conn))
    .map(drop)
}

/// Ends a block.
pub fn remove_block(db: &mut Conn, id: DomainBlockId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        domain_blocks::table.filter(domain_blocks::id.eq(id))
    )
    .execute(conn))
    .map(drop)
}

/// All blocks, the latest first.
pub fn blocks(db: &mut Conn, page: &Page) -> QueryResult<Vec<DomainBlock>> {
    on!(db, |conn| page!(
        conn,
        DomainBlock::query(),
        domain_blocks::id,
        page
    ))
}

/// Lets a domain in. Letting in twice is letting in once: the first one is answered.
pub fn insert_allow(db: &mut Conn, allow: &DomainAllow) -> QueryResult<DomainAllow> {
    on!(db, |conn| diesel::insert_into(domain_allows::table)
        .values(allow)
        .on_conflict_do_nothing()
        .execute(conn))?;
    on!(db, |conn| DomainAllow::query()
        .filter(domain_allows::domain.eq(&allow.domain))
        .first(conn))
}

/// The allow with this number.
pub fn allow(db: &mut Conn, id: DomainAllowId) -> QueryResult<Option<DomainAllow>> {
    on!(db, |conn| DomainAllow::query()
        .filter(domain_allows::id.eq(id))
        .first(conn)
        .optional())
}

/// Lets a domain in no longer.
pub fn remove_allow(db: &mut Conn, id: DomainAllowId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        domain_allows::table.filter(domain_allows::id.eq(id))
    )
    .execute(conn))
    .map(drop)
}

/// All domains that are let in, the latest first.
pub fn allows(db: &mut Conn, page: &Page) -> QueryResult<Vec<DomainAllow>> {
    on!(db, |conn| page!(
        conn,
        DomainAllow::query(),
        domain_allows::id,
        page
    ))
}

/// Whether a server is let in: by its own name, or by `*.` and the name of a domain above it.
pub fn is_allowed(db: &mut Conn, host: &str) -> QueryResult<bool> {
    let name = host.split(':').next().unwrap_or(host);
    let above = name
        .match_indices('.')
        .map(|(dot, _)| format!("*.{}", &name[dot + 1..]));
    let names: Vec<String> = [host.to_owned(), name.to_owned()]
        .into_iter()
        .chain(above)
        .collect();
    on!(db, |conn| diesel::dsl::select(diesel::dsl::exists(
        domain_allows::table.filter(domain_allows::domain.eq_any(&names))
    ))
    .get_result(conn))
}

/// The servers that we know of this domain: itself, and everything below it.
pub fn hosts_under(db: &mut Conn, domain: &str) -> QueryResult<Vec<String>> {
    let below = below(domain);
    on!(db, |conn| instances::table
        .filter(
            instances::host
                .eq(domain)
                .or(instances::host.like(&below).escape('\\'))
        )
        .select(instances::host)
        .load(conn))
}

/// The first `limit` people and groups of this domain that are suspended, or are not, in the order of their numbers.
pub fn actors_under(
    db: &mut Conn,
    domain: &str,
    suspended: bool,
    after: ActorId,
    limit: i64,
) -> QueryResult<Vec<ActorId>> {
    let below = below(domain);
    on!(db, |conn| actors::table
        .filter(
            actors::host
                .eq(domain)
                .or(actors::host.like(&below).escape('\\'))
        )
        .filter(actors::suspended_at.is_not_null().eq(suspended))
        .filter(actors::deleted_at.is_null())
        .filter(actors::id.gt(after))
        .order(actors::id)
        .limit(limit)
        .select(actors::id)
        .load(conn))
}

/// Writes down how welcome a server is. Its row is there already.
pub fn set_standing(db: &mut Conn, host: &str, standing: Standing) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        instances::table.filter(instances::host.eq(host))
    )
    .set(instances::standing.eq(standing))
    .execute(conn))
    .map(drop)
}

/// The pattern of all names below a domain.
fn below(domain: &str) -> String {
    let name = domain.replace('\\', "\\\\").replace('%', "\\%");
    format!("%.{}", name.replace('_', "\\_"))
}
