//! Groups of this server as somebody looks for them: by words, topic, language and door, the liveliest first.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Group;
use crate::actors::Actor;
use crate::schema::{actors, group_topics, groups};
use crate::types::{ActorId, JoinPolicy, TopicId, Visibility};
use crate::{Conn, like, on};

/// What is looked for. What is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Something that stands in the name, the handle or the summary.
    pub words: String,
    /// What it is about.
    pub topic: Option<TopicId>,
    /// The language it speaks.
    pub language: Option<String>,
    /// How one gets in.
    pub join_policy: Option<JoinPolicy>,
}

/// Groups of these visibilities, those in which something was said last first, from behind the group `after`.
pub fn page(
    db: &mut Conn,
    sought: &Sought,
    visibilities: &[Visibility],
    after: Option<ActorId>,
    limit: i64,
) -> QueryResult<Vec<(Group, Actor)>> {
    let place = match after {
        Some(after) => crate::actors::find(db, after)?
            .map(|actor| (actor.last_post_at.map_or(0, |last| last.0), after)),
        None => None,
    };
    on!(db, |conn| {
        let lively = || sql::<BigInt>("coalesce(actors.last_post_at, 0)");
        let mut query = groups::table
            .inner_join(actors::table.on(actors::id.eq(groups::actor_id)))
            .filter(actors::host.eq(""))
            .filter(actors::deleted_at.is_null())
            .filter(actors::suspended_at.is_null())
            .filter(groups::archived_at.is_null())
            .filter(groups::visibility.eq_any(visibilities))
            .select((Group::as_select(), Actor::as_select()))
            .into_boxed();
        if !sought.words.is_empty() {
            let words = like::anywhere(&sought.words);
            query = query.filter(
                sql::<Text>("lower(actors.name)")
                    .like(words.clone())
                    .escape('\\')
                    .or(actors::handle.like(words.clone()).escape('\\'))
                    .or(sql::<Text>("lower(coalesce(actors.summary_source, ''))")
                        .like(words)
                        .escape('\\')),
            );
        }
        if let Some(topic) = sought.topic {
            query = query.filter(
                groups::actor_id.eq_any(
                    group_topics::table
                        .filter(group_topics::topic_id.eq(topic))
                        .select(group_topics::group_id),
                ),
            );
        }
        if let Some(language) = &sought.language {
            query = query.filter(groups::language.eq(language));
        }
        if let Some(policy) = sought.join_policy {
            query = query.filter(groups::join_policy.eq(policy));
        }
        if let Some((last, id)) = place {
            query = query.filter(
                lively()
                    .lt(last)
                    .or(lively().eq(last).and(groups::actor_id.lt(id))),
            );
        }
        query
            .order((lively().desc(), groups::actor_id.desc()))
            .limit(limit)
            .load(conn)
    })
}
