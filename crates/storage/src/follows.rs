//! Who hears of whom.

use diesel::dsl::{exists, select, sql};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::upsert::excluded;

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::schema::{accounts, actors, follows, instances, memberships};
use crate::statement::Statement;
use crate::types::{
    ActorId, ActorKind, Agreement, Dialect, FollowId, FollowState, Json, Moment, Standing,
};
use crate::{Conn, Page, on};

/// One actor hearing of another.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = follows, treat_none_as_default_value = false)]
pub struct Follow {
    /// Our number for it.
    pub id: FollowId,
    /// Who hears.
    pub follower_id: ActorId,
    /// Of whom.
    pub target_id: ActorId,
    /// Whether it was granted.
    pub state: FollowState,
    /// The id of the activity that asked for it.
    pub uri: String,
    /// Whether what the target passes on is wanted as well.
    pub show_boosts: bool,
    /// Whether every post is worth a notice.
    pub notify: bool,
    /// When it was asked for.
    pub created_at: Moment,
    /// In which languages the target is wanted; in all when not said.
    pub languages: Option<Json<Vec<String>>>,
}

/// Where followers on one server are reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Queryable)]
pub struct Inbox {
    /// Their server.
    pub host: String,
    /// The inbox of the server, or their own when it has none for all.
    pub inbox: String,
    /// The shapes it understands best, when something is known about it.
    pub dialect: Option<Dialect>,
    /// How welcome it is.
    pub standing: Option<Standing>,
    /// How far it is a partner.
    pub agreement: Option<Agreement>,
    /// Since when nothing reaches it, when that has gone on for long.
    pub asleep_since: Option<Moment>,
    /// When it was last asked what it runs.
    pub nodeinfo_at: Option<Moment>,
    /// Whether it keeps among members what a closed group says.
    pub keeps_private: Option<bool>,
}

/// Whether and how one actor hears of another.
pub fn find(db: &mut Conn, follower: ActorId, target: ActorId) -> QueryResult<Option<Follow>> {
    on!(db, |conn| Follow::query()
        .filter(follows::follower_id.eq(follower))
        .filter(follows::target_id.eq(target))
        .first(conn)
        .optional())
}

/// Whether and how an actor hears of each of these.
pub fn find_many(
    db: &mut Conn,
    follower: ActorId,
    targets: &[ActorId],
) -> QueryResult<Vec<Follow>> {
    on!(db, |conn| Follow::query()
        .filter(follows::follower_id.eq(follower))
        .filter(one_of(follows::target_id, targets))
        .load(conn))
}

/// Whether and how each of these hears of an actor.
pub fn find_back(
    db: &mut Conn,
    target: ActorId,
    followers: &[ActorId],
) -> QueryResult<Vec<Follow>> {
    on!(db, |conn| Follow::query()
        .filter(follows::target_id.eq(target))
        .filter(one_of(follows::follower_id, followers))
        .load(conn))
}

/// The follow that the activity with this id asked for.
pub fn by_uri(db: &mut Conn, uri: &str) -> QueryResult<Option<Follow>> {
    on!(db, |conn| Follow::query()
        .filter(follows::uri.eq(uri))
        .first(conn)
        .optional())
}

/// Writes down that one actor would like to hear of another, or does.
///
/// Following twice is following once: the number stays, the newest wish replaces the older one, and what was granted
/// remains granted.
pub fn record(db: &mut Conn, follow: &Follow) -> QueryResult<Follow> {
    on!(db, |conn| diesel::insert_into(follows::table)
        .values(follow)
        .on_conflict((follows::follower_id, follows::target_id))
        .do_update()
        .set((
            follows::uri.eq(excluded(follows::uri)),
            follows::state.eq(sql::<Text>(
                "CASE WHEN follows.state = 'accepted' THEN follows.state ELSE excluded.state END"
            )),
            follows::show_boosts.eq(excluded(follows::show_boosts)),
            follows::notify.eq(excluded(follows::notify)),
        ))
        .returning(Follow::as_returning())
        .get_result(conn))
}

/// Grants a follow. `false` when it was granted before, or is gone.
pub fn accept(db: &mut Conn, id: FollowId) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        follows::table
            .filter(follows::id.eq(id))
            .filter(follows::state.eq(FollowState::Pending))
    )
    .set(follows::state.eq(FollowState::Accepted))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Ends a follow, and answers with what it was.
pub fn remove(db: &mut Conn, follower: ActorId, target: ActorId) -> QueryResult<Option<Follow>> {
    on!(db, |conn| diesel::delete(
        follows::table
            .filter(follows::follower_id.eq(follower))
            .filter(follows::target_id.eq(target))
    )
    .returning(Follow::as_returning())
    .get_result(conn)
    .optional())
}

/// Ends every follow from and to somebody, and answers with what they were.
pub fn remove_all_of(db: &mut Conn, actor: ActorId) -> QueryResult<Vec<Follow>> {
    on!(db, |conn| diesel::delete(
        follows::table.filter(
            follows::follower_id
                .eq(actor)
                .or(follows::target_id.eq(actor))
        )
    )
    .returning(Follow::as_returning())
    .get_results(conn))
}

/// Every follow from and to somebody.
pub fn all_of(db: &mut Conn, actor: ActorId) -> QueryResult<Vec<Follow>> {
    on!(db, |conn| Follow::query()
        .filter(
            follows::follower_id
                .eq(actor)
                .or(follows::target_id.eq(actor))
        )
        .order(follows::id)
        .load(conn))
}

/// Those who hear of somebody, the latest first. Pages go by the number of the follow.
pub fn followers(db: &mut Conn, target: ActorId, page: &Page) -> QueryResult<Vec<(Follow, Actor)>> {
    on!(db, |conn| page!(
        conn,
        follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
            .filter(follows::target_id.eq(target))
            .filter(follows::state.eq(FollowState::Accepted))
            .select((Follow::as_select(), Actor::as_select())),
        follows::id,
        page
    ))
}

/// How many ask to hear of somebody.
pub fn count_requests(db: &mut Conn, target: ActorId) -> QueryResult<i64> {
    on!(db, |conn| follows::table
        .filter(follows::target_id.eq(target))
        .filter(follows::state.eq(FollowState::Pending))
        .count()
        .get_result(conn))
}

/// Those who would like to hear of somebody and wait for an answer, the latest first.
pub fn requests(db: &mut Conn, target: ActorId, page: &Page) -> QueryResult<Vec<(Follow, Actor)>> {
    on!(db, |conn| page!(
        conn,
        follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
            .filter(follows::target_id.eq(target))
            .filter(follows::state.eq(FollowState::Pending))
            .select((Follow::as_select(), Actor::as_select())),
        follows::id,
        page
    ))
}

/// Those of whom somebody hears, the latest first. Pages go by the number of the follow.
pub fn following(
    db: &mut Conn,
    follower: ActorId,
    page: &Page,
) -> QueryResult<Vec<(Follow, Actor)>> {
    on!(db, |conn| page!(
        conn,
        follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::target_id)))
            .filter(follows::follower_id.eq(follower))
            .filter(follows::state.eq(FollowState::Accepted))
            .select((Follow::as_select(), Actor::as_select())),
        follows::id,
        page
    ))
}

/// How many hear of somebody, and of how many they hear.
pub fn counts(db: &mut Conn, actor: ActorId) -> QueryResult<(i64, i64)> {
    let accepted = follows::table.filter(follows::state.eq(FollowState::Accepted));
    on!(db, |conn| {
        let followers = accepted
            .filter(follows::target_id.eq(actor))
            .count()
            .get_result(conn)?;
        let following = accepted
            .filter(follows::follower_id.eq(actor))
            .count()
            .get_result(conn)?;
        Ok((followers, following))
    })
}

/// Loads where actors are reached, each place once. The query joins actors with what is known of their servers.
macro_rules! inboxes {
    ($conn:expr, $query:expr) => {
        $query
            .filter(actors::host.ne(""))
            .filter(actors::deleted_at.is_null())
            .filter(actors::suspended_at.is_null())
            .select((
                actors::host,
                sql::<Text>("coalesce(actors.shared_inbox, actors.inbox)"),
                instances::dialect.nullable(),
                instances::standing.nullable(),
                instances::agreement.nullable(),
                instances::asleep_since.nullable(),
                instances::nodeinfo_at.nullable(),
                instances::keeps_private.nullable(),
            ))
            .distinct()
            .load($conn)
    };
}

/// Where the followers of somebody on other servers are reached, each place once.
pub fn inboxes_of_followers(db: &mut Conn, target: ActorId) -> QueryResult<Vec<Inbox>> {
    on!(db, |conn| inboxes!(
        conn,
        follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
            .left_join(instances::table.on(instances::host.eq(actors::host)))
            .filter(follows::target_id.eq(target))
            .filter(follows::state.eq(FollowState::Accepted))
    ))
}

/// The same for people alone: what a group heard of another group is not passed on to further groups (FEP-d36d).
pub fn inboxes_of_people(db: &mut Conn, target: ActorId) -> QueryResult<Vec<Inbox>> {
    on!(db, |conn| inboxes!(
        conn,
        follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
            .left_join(instances::table.on(instances::host.eq(actors::host)))
            .filter(follows::target_id.eq(target))
            .filter(follows::state.eq(FollowState::Accepted))
            .filter(actors::kind.ne(ActorKind::Group))
    ))
}

/// Where these actors of other servers are reached, whoever follows them.
pub fn inboxes_of(db: &mut Conn, whom: &[ActorId]) -> QueryResult<Vec<Inbox>> {
    if whom.is_empty() {
        return Ok(Vec::new());
    }
    on!(db, |conn| inboxes!(
        conn,
        actors::table
            .left_join(instances::table.on(instances::host.eq(actors::host)))
            .filter(one_of(actors::id, whom))
    ))
}

/// Where everybody of every other server that we know is reached, as far as their servers have one inbox for all.
pub fn inboxes_of_all(db: &mut Conn) -> QueryResult<Vec<Inbox>> {
    on!(db, |conn| inboxes!(
        conn,
        actors::table
            .left_join(instances::table.on(instances::host.eq(actors::host)))
            .filter(actors::shared_inbox.is_not_null())
    ))
}

/// Where those on other servers are reached whom somebody follows, or asked to.
pub fn inboxes_of_followed(db: &mut Conn, follower: ActorId) -> QueryResult<Vec<Inbox>> {
    on!(db, |conn| inboxes!(
        conn,
        follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::target_id)))
            .left_join(instances::table.on(instances::host.eq(actors::host)))
            .filter(follows::follower_id.eq(follower))
    ))
}

/// Where those on other servers are reached who stand in a group in any way: who belong, asked to, were asked to, or did.
pub fn inboxes_of_members(db: &mut Conn, group: ActorId) -> QueryResult<Vec<Inbox>> {
    on!(db, |conn| inboxes!(
        conn,
        memberships::table
            .inner_join(actors::table.on(actors::id.eq(memberships::actor_id)))
            .left_join(instances::table.on(instances::host.eq(actors::host)))
            .filter(memberships::group_id.eq(group))
    ))
}

/// Whether anybody of this server hears of somebody.
pub fn any_from_host(db: &mut Conn, target: ActorId, host: &str) -> QueryResult<bool> {
    on!(db, |conn| select(exists(
        follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
            .filter(follows::target_id.eq(target))
            .filter(follows::state.eq(FollowState::Accepted))
            .filter(actors::host.eq(host))
    ))
    .get_result(conn))
}

/// Ends what those whom this inbox belongs to would hear: it is gone for good. A shared inbox belongs to nobody alone.
pub fn remove_by_inbox(db: &mut Conn, inbox: &str) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(
        follows::table.filter(
            follows::follower_id.eq_any(
                actors::table
                    .filter(actors::inbox.eq(inbox))
                    .filter(actors::host.ne(""))
                    .select(actors::id)
            )
        )
    )
    .execute(conn))
}

/// What may change about what a follower would like to hear. What is `None` stays as it is; `Some(None)` empties it.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = follows)]
pub struct Wish {
    /// Whether what the target passes on is wanted as well.
    pub show_boosts: Option<bool>,
    /// Whether every post is worth a notice.
    pub notify: Option<bool>,
    /// In which languages the target is wanted.
    pub languages: Option<Option<Json<Vec<String>>>>,
}

/// Those on a server whom somebody follows, or who follow them.
pub fn ties_with_host(db: &mut Conn, who: ActorId, host: &str) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| {
        let followed = follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::target_id)))
            .filter(follows::follower_id.eq(who))
            .filter(actors::host.eq(host))
            .select(follows::target_id);
        let followers = follows::table
            .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
            .filter(follows::target_id.eq(who))
            .filter(actors::host.eq(host))
            .select(follows::follower_id);
        followed.union(followers).load(conn)
    })
}

/// Changes what a follower would like to hear. A wish that names nothing changes nothing.
pub fn wish(db: &mut Conn, follower: ActorId, target: ActorId, wish: &Wish) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        follows::table
            .filter(follows::follower_id.eq(follower))
            .filter(follows::target_id.eq(target))
    )
    .set(wish)
    .execute(conn)
    .optional_empty_changeset())
    .map(drop)
}

/// Those with an account here who want to be told of every post of somebody.
pub fn to_be_told(db: &mut Conn, target: ActorId) -> QueryResult<Vec<ActorId>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        id: ActorId,
    }
    // Written out, because only then SQLite knows that the index of such follows is enough.
    let statement = Statement::new(
        "SELECT f.follower_id AS id FROM follows AS f JOIN accounts AS a ON a.actor_id = f.follower_id \
         WHERE f.target_id = ? AND f.notify AND f.state = 'accepted'",
    );
    let found: Vec<Found> = on!(db, |conn| statement.with(target.0).load(conn))?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// Those with an account here who hear of somebody.
pub fn local_followers(db: &mut Conn, target: ActorId) -> QueryResult<Vec<Follow>> {
    on!(db, |conn| follows::table
        .inner_join(accounts::table.on(accounts::actor_id.eq(follows::follower_id)))
        .filter(follows::target_id.eq(target))
        .filter(follows::state.eq(FollowState::Accepted))
        .select(Follow::as_select())
        .load(conn))
}

/// Whether anybody with an account here hears of somebody: what they say is of use then.
pub fn has_local_follower(db: &mut Conn, target: ActorId) -> QueryResult<bool> {
    on!(db, |conn| select(exists(
        follows::table
            .inner_join(accounts::table.on(accounts::actor_id.eq(follows::follower_id)))
            .filter(follows::target_id.eq(target))
            .filter(follows::state.eq(FollowState::Accepted))
    ))
    .get_result(conn))
}
