//! What stands beside a topic, learned from what people and groups choose together: topics that it is a part of, and its neighbours.
//!
//! Only ties that the viewer could see one by one are looked at.

use std::collections::BTreeMap;

use kindred_storage::{
    ActorId, Conn, TopicId,
    actors::Actor,
    groups::Group,
    passions,
    topics::{self as store, Topic},
};

use super::{circles, groups_about};
use crate::{Result, views::Viewer};

/// Topics around another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Nearby {
    /// Most of those who care about this one care about those, too, and many others besides.
    pub(crate) broader: Vec<Topic>,
    /// Chosen beside this one.
    pub(crate) related: Vec<Topic>,
}

/// How many people are looked at.
const REACH: i64 = 500;

/// How many topics are named of each kind.
const NAMED: usize = 8;

/// From how many people on, who belong to no group about both, a topic is called a neighbour.
const FEWEST: i64 = 3;

impl Nearby {
    /// What stands beside `topic`, about which there are these groups.
    pub(crate) fn of(
        db: &mut Conn,
        viewer: &Viewer,
        topic: &Topic,
        about: &[(TopicId, Group, Actor)],
    ) -> Result<Self> {
        let circles = circles(db, viewer)?;
        let mut people: Vec<ActorId> = passions::about_any(db, &[topic.id], &circles, REACH)?
            .into_iter()
            .map(|(_, person)| person)
            .collect();
        people.sort_unstable();
        let groups: Vec<ActorId> = about.iter().map(|(_, group, _)| group.actor_id).collect();
        let here = people.len() + groups.len();

        // By topic: how many people, and how many groups, have chosen both.
        let mut both: BTreeMap<TopicId, (i64, i64)> = BTreeMap::new();
        for (passion, _) in passions::of_people(db, &people, &circles)? {
            both.entry(passion.topic_id).or_default().0 += 1;
        }
        for (_, other) in store::of_groups(db, &groups)? {
            both.entry(other.id).or_default().1 += 1;
        }
        both.remove(&topic.id);
        both.retain(|_, (people, groups)| *groups > 0 || *people >= FEWEST);
        let mut ranking: Vec<(TopicId, i64)> = both
            .into_iter()
            .map(|(id, (people, groups))| (id, people + groups))
            .collect();
        ranking.sort_by_key(|(id, n)| (std::cmp::Reverse(*n), *id));
        ranking.truncate(2 * NAMED);

        let ids: Vec<TopicId> = ranking.iter().map(|(id, _)| *id).collect();
        let mut whole: BTreeMap<TopicId, i64> = BTreeMap::new();
        for (id, n) in passions::counts(db, &ids, &circles)? {
            *whole.entry(id).or_default() += n;
        }
        for (id, ..) in groups_about(db, viewer, &ids)? {
            *whole.entry(id).or_default() += 1;
        }
        let found = store::allowed(db, &ids)?;
        let here = i64::try_from(here).unwrap_or(i64::MAX);
        let mut nearby = Self::default();
        for (id, shared) in ranking {
            let Some(other) = found.iter().find(|other| other.id == id) else {
                continue;
            };
            let whole = whole.get(&id).copied().unwrap_or(0);
            let side = if here >= FEWEST && 2 * shared >= here && whole >= 2 * here {
                &mut nearby.broader
            } else {
                &mut nearby.related
            };
            if side.len() < NAMED {
                side.push(other.clone());
            }
        }
        Ok(nearby)
    }
}
