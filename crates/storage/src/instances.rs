//! Servers: what they run, how welcome they are, whether they answer.

use diesel::prelude::*;

use crate::page::page;
use crate::schema::instances;
use crate::types::{Agreement, Dialect, InstanceId, Moment, Standing};
use crate::{Conn, Page, on};

/// A server.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = instances, treat_none_as_default_value = false)]
pub struct Instance {
    /// Our number for it.
    pub id: InstanceId,
    /// Its name, in lower case; with a port when that is not the usual one.
    pub host: String,
    /// The company whose it is.
    pub company: Option<String>,
    /// The program it runs.
    pub software: Option<String>,
    /// The release of it.
    pub software_version: Option<String>,
    /// The shapes it understands best.
    pub dialect: Dialect,
    /// Whether that was learned from what it does, rather than guessed from its name.
    pub dialect_learned: bool,
    /// How far we have agreed to share what is not public.
    pub agreement: Agreement,
    /// How welcome it is.
    pub standing: Standing,
    /// The inbox for everybody there.
    pub shared_inbox: Option<String>,
    /// When it was last asked what it runs.
    pub nodeinfo_at: Option<Moment>,
    /// Whether it takes signatures by RFC 9421.
    pub speaks_rfc9421: bool,
    /// Since when nothing reaches it.
    pub failing_since: Option<Moment>,
    /// Since when we have stopped trying so often.
    pub asleep_since: Option<Moment>,
    /// When we last heard from it.
    pub last_heard_at: Option<Moment>,
    /// When we first heard of it.
    pub created_at: Moment,
    /// Whether it keeps among members what a closed group says, as far as its program is known for that.
    pub keeps_private: bool,
}

/// What may change about a server. What is `None` stays as it is; `Some(None)` empties it.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = instances)]
pub struct InstancePatch {
    /// The company whose it is.
    pub company: Option<Option<String>>,
    /// The program it runs.
    pub software: Option<Option<String>>,
    /// The release of it.
    pub software_version: Option<Option<String>>,
    /// The shapes it understands best.
    pub dialect: Option<Dialect>,
    /// Whether that was learned.
    pub dialect_learned: Option<bool>,
    /// How far we have agreed.
    pub agreement: Option<Agreement>,
    /// How welcome it is.
    pub standing: Option<Standing>,
    /// The inbox for everybody there.
    pub shared_inbox: Option<Option<String>>,
    /// When it was last asked what it runs.
    pub nodeinfo_at: Option<Option<Moment>>,
    /// Whether it takes signatures by RFC 9421.
    pub speaks_rfc9421: Option<bool>,
    /// Since when nothing reaches it.
    pub failing_since: Option<Option<Moment>>,
    /// Since when we have stopped trying so often.
    pub asleep_since: Option<Option<Moment>>,
    /// When we last heard from it.
    pub last_heard_at: Option<Option<Moment>>,
}

impl Instance {
    /// Whether both companies have agreed to share what is not public.
    pub fn is_partner(&self) -> bool {
        self.agreement == Agreement::Agreed
    }

    /// A server of which nothing but its name is known.
    pub fn unknown(id: InstanceId, host: impl Into<String>, at: Moment) -> Self {
        Self {
            id,
            host: host.into(),
            company: None,
            software: None,
            software_version: None,
            dialect: Dialect::Microblog,
            dialect_learned: false,
            agreement: Agreement::None,
            standing: Standing::Open,
            shared_inbox: None,
            nodeinfo_at: None,
            speaks_rfc9421: false,
            failing_since: None,
            asleep_since: None,
            last_heard_at: None,
            created_at: at,
            keeps_private: false,
        }
    }
}

/// The server with this number.
pub fn find(db: &mut Conn, id: InstanceId) -> QueryResult<Option<Instance>> {
    on!(db, |conn| Instance::query()
        .filter(instances::id.eq(id))
        .first(conn)
        .optional())
}

/// The server of this name.
pub fn by_host(db: &mut Conn, host: &str) -> QueryResult<Option<Instance>> {
    on!(db, |conn| Instance::query()
        .filter(instances::host.eq(host))
        .first(conn)
        .optional())
}

/// The servers of these names, in no particular order.
pub fn by_hosts(db: &mut Conn, hosts: &[String]) -> QueryResult<Vec<Instance>> {
    on!(db, |conn| Instance::query()
        .filter(instances::host.eq_any(hosts))
        .load(conn))
}

/// Remembers a server. If its name is known already, the answer is what is known, and nothing changes.
pub fn remember(db: &mut Conn, instance: &Instance) -> QueryResult<Instance> {
    // Looked up first: nearly always it is known, and reading is cheaper than failing to write.
    if let Some(known) = by_host(db, &instance.host)? {
        return Ok(known);
    }
    on!(db, |conn| diesel::insert_into(instances::table)
        .values(instance)
        .on_conflict(instances::host)
        .do_nothing()
        .execute(conn))?;
    by_host(db, &instance.host)?.ok_or(diesel::NotFound)
}

/// Changes what the patch names. A patch that names nothing changes nothing.
pub fn update(db: &mut Conn, id: InstanceId, patch: &InstancePatch) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        instances::table.filter(instances::id.eq(id))
    )
    .set(patch)
    .execute(conn)
    .optional_empty_changeset())
    .map(drop)
}

/// What a server says it runs, and what follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Software<'a> {
    /// The program.
    pub name: Option<&'a str>,
    /// The release of it.
    pub version: Option<&'a str>,
    /// The shapes it understands best.
    pub dialect: Dialect,
    /// Whether it keeps among members what a closed group says.
    pub keeps_private: bool,
}

/// Writes down what a server says it runs. The dialect stays if it was learned.
pub fn note_nodeinfo(
    db: &mut Conn,
    id: InstanceId,
    software: Software<'_>,
    at: Moment,
) -> QueryResult<()> {
    on!(db, |conn| {
        diesel::update(instances::table.filter(instances::id.eq(id)))
            .set((
                instances::software.eq(software.name),
                instances::software_version.eq(software.version),
                instances::keeps_private.eq(software.keeps_private),
                instances::nodeinfo_at.eq(at),
            ))
            .execute(conn)?;
        diesel::update(
            instances::table
                .filter(instances::id.eq(id))
                .filter(instances::dialect_learned.eq(false)),
        )
        .set(instances::dialect.eq(software.dialect))
        .execute(conn)
    })
    .map(drop)
}

/// Notes a dialect that a server showed by what it does, which counts for more than the name of its program.
pub fn note_dialect(db: &mut Conn, host: &str, dialect: Dialect) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        instances::table.filter(instances::host.eq(host))
    )
    .set((
        instances::dialect.eq(dialect),
        instances::dialect_learned.eq(true)
    ))
    .execute(conn))
    .map(drop)
}

/// Notes that a server answers. `true` when it had not for a while.
pub fn note_reached(db: &mut Conn, host: &str) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        instances::table.filter(instances::host.eq(host)).filter(
            instances::failing_since
                .is_not_null()
                .or(instances::asleep_since.is_not_null())
        )
    )
    .set((
        instances::failing_since.eq(None::<Moment>),
        instances::asleep_since.eq(None::<Moment>)
    ))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Notes that a server does not answer. `true` when it still did the last time.
pub fn note_unreachable(db: &mut Conn, host: &str, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        instances::table
            .filter(instances::host.eq(host))
            .filter(instances::failing_since.is_null())
    )
    .set(instances::failing_since.eq(at))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Notes that we have stopped trying so often. `true` when that is new.
pub fn note_asleep(db: &mut Conn, host: &str, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        instances::table
            .filter(instances::host.eq(host))
            .filter(instances::asleep_since.is_null())
    )
    .set(instances::asleep_since.eq(at))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Notes that we have heard from a server.
pub fn note_heard(db: &mut Conn, host: &str, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        instances::table.filter(instances::host.eq(host))
    )
    .set(instances::last_heard_at.eq(at))
    .execute(conn))
    .map(drop)
}

/// All servers, those first that were heard of last.
pub fn page(db: &mut Conn, page: &Page) -> QueryResult<Vec<Instance>> {
    on!(db, |conn| page!(
        conn,
        Instance::query(),
        instances::id,
        page
    ))
}

/// Servers with this standing, by name.
pub fn with_standing(db: &mut Conn, standing: Standing) -> QueryResult<Vec<Instance>> {
    on!(db, |conn| Instance::query()
        .filter(instances::standing.eq(standing))
        .order(instances::host)
        .load(conn))
}

/// Servers with which we are this far, by name.
pub fn with_agreement(db: &mut Conn, agreement: Agreement) -> QueryResult<Vec<Instance>> {
    on!(db, |conn| Instance::query()
        .filter(instances::agreement.eq(agreement))
        .order(instances::host)
        .load(conn))
}

/// The names of servers that are not blocked, in the order of the alphabet.
pub fn names(db: &mut Conn, limit: i64) -> QueryResult<Vec<String>> {
    on!(db, |conn| instances::table
        .filter(instances::standing.ne(Standing::Blocked))
        .order(instances::host)
        .limit(limit)
        .select(instances::host)
        .load(conn))
}

/// How many servers are known.
pub fn count(db: &mut Conn) -> QueryResult<i64> {
    on!(db, |conn| instances::table.count().get_result(conn))
}

/// Notes by which form of signature a server took what we said.
pub fn note_signature_form(db: &mut Conn, host: &str, rfc9421: bool) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        instances::table.filter(instances::host.eq(host))
    )
    .set(instances::speaks_rfc9421.eq(rfc9421))
    .execute(conn))
    .map(drop)
}

/// Whether a server is blocked, by its own name or by that of a domain above it.
pub fn is_blocked(db: &mut Conn, host: &str) -> QueryResult<bool> {
    let name = host.split(':').next().unwrap_or(host);
    let above = name.match_indices('.').map(|(dot, _)| &name[dot + 1..]);
    let names: Vec<&str> = [host, name].into_iter().chain(above).collect();
    on!(db, |conn| diesel::dsl::select(diesel::dsl::exists(
        instances::table
            .filter(instances::host.eq_any(&names))
            .filter(instances::standing.eq(Standing::Blocked))
    ))
    .get_result(conn))
}
