//! Suggestions of groups and people, each with its reason: the topics that are shared, the rare ones first. Never by how much
//! somebody writes.

use std::collections::{BTreeMap, HashSet};

use kindred_storage::{
    ActorId, ActorKind, Circle, Conn, ListingId, MembershipState, Moment, TopicId,
    actors::{self, Actor},
    directory::{self, Listing},
    follows,
    groups::{self, Group},
    hellos, memberships, passions,
    topics::{self as store, Topic},
};

use super::{
    ElsewhereFound, PersonFound, circles, circles_elsewhere, groups::beside_their_companies,
    groups_about, person, person_elsewhere,
};
use crate::{Kindred, Refusal, Result, policy::Place, sections, topics, views::Viewer};

/// Why something is suggested: the topics that it has in common with the one who asks, the rarest first.
pub type Reason = Vec<String>;

/// What might be worth a look.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    /// Groups here.
    pub groups: Vec<(Group, Actor, Reason)>,
    /// Groups elsewhere.
    pub groups_elsewhere: Vec<(ElsewhereFound, Reason)>,
    /// People, here and elsewhere.
    pub people: Vec<(PersonFound, Reason)>,
}

/// How many of each kind are suggested.
const SUGGESTED: usize = 20;

/// How many ties are looked at for one answer.
const REACH: i64 = 2_000;

/// Groups and people with topics in common with somebody of ours. What they know already or waved away is left out.
pub async fn suggestions(kindred: &Kindred, who: &Actor) -> Result<Suggestions> {
    let (app, who) = (kindred.clone(), who.clone());
    kindred
        .read_apart(move |db| {
            let mine: Vec<Topic> = passions::of_person(db, who.id, Circle::ALL)?
                .into_iter()
                .map(|(_, topic)| topic)
                .collect();
            let mut waved: HashSet<String> = hellos::dismissed(db, who.id)?.into_iter().collect();
            waved.insert(who.uri.clone());
            let viewer = Viewer::Local(who.id);
            let here = circles(db, &viewer)?;
            let elsewhere = circles_elsewhere(db, &viewer)?;
            let ids: Vec<TopicId> = mine.iter().map(|topic| topic.id).collect();
            let weights = Weights::of(db, &mine, &here, &elsewhere)?;
            Ok(Suggestions {
                groups: of_groups(db, &viewer, &who, &ids, &weights, &waved)?,
                groups_elsewhere: {
                    let kind = ActorKind::Group;
                    let listed = of_listings(db, &who, &ids, kind, &elsewhere, &weights, &waved)?;
                    beside_their_companies(db, listed)?
                },
                people: {
                    let mut people = people_here(db, &app, &who, &ids, &here, &weights, &waved)?;
                    let kind = ActorKind::Person;
                    let mut listed =
                        of_listings(db, &who, &ids, kind, &elsewhere, &weights, &waved)?;
                    listed.retain(|(listing, _)| listing.greetable);
                    people.extend(people_elsewhere(db, listed)?);
                    people.truncate(2 * SUGGESTED);
                    people
                },
            })
        })
        .await
}

/// What a topic in common is worth: the fewer care about it, the more.
struct Weights(BTreeMap<TopicId, (f64, String)>);

impl Weights {
    fn of(db: &mut Conn, mine: &[Topic], here: &[Circle], elsewhere: &[Circle]) -> Result<Self> {
        let ids: Vec<TopicId> = mine.iter().map(|topic| topic.id).collect();
        let mut many: BTreeMap<TopicId, i64> = BTreeMap::new();
        for (topic, n) in passions::counts(db, &ids, here)? {
            *many.entry(topic).or_default() += n;
        }
        for (topic, _, n) in directory::counts(db, &ids, ActorKind::Person, elsewhere)? {
            *many.entry(topic).or_default() += n;
        }
        Ok(Self(
            mine.iter()
                .map(|topic| {
                    let n = many.get(&topic.id).copied().unwrap_or(0);
                    let n = f64::from(i32::try_from(n).unwrap_or(i32::MAX));
                    (topic.id, (1.0 / (n + 2.0).ln(), topic.name.clone()))
                })
                .collect(),
        ))
    }

    /// Whoever shares topics, the most telling first, with the reason.
    fn ranked<K: Ord + Clone>(&self, ties: impl Iterator<Item = (TopicId, K)>) -> Vec<(K, Reason)> {
        let mut shared: BTreeMap<K, Vec<(f64, String)>> = BTreeMap::new();
        for (topic, whose) in ties {
            if let Some((weight, name)) = self.0.get(&topic) {
                shared
                    .entry(whose)
                    .or_default()
                    .push((*weight, name.clone()));
            }
        }
        let mut ranked: Vec<(f64, K, Reason)> = shared
            .into_iter()
            .map(|(whose, mut topics)| {
                topics.sort_by(|(a, _), (b, _)| b.total_cmp(a));
                let sum = topics.iter().map(|(weight, _)| weight).sum();
                (
                    sum,
                    whose,
                    topics.into_iter().map(|(_, name)| name).collect(),
                )
            })
            .collect();
        ranked.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
        ranked
            .into_iter()
            .map(|(_, whose, reason)| (whose, reason))
            .collect()
    }
}

/// What somebody says of the first shared topic of which they say anything; `said` names the topics.
fn line(reason: &Reason, said: &[(&str, &str)]) -> String {
    reason
        .iter()
        .find_map(|shared| {
            said.iter()
                .find(|(topic, words)| topic == shared && !words.is_empty())
        })
        .map_or_else(String::new, |(_, words)| (*words).to_owned())
}

/// People here, with a line of theirs. Whoever would rather not be greeted is not put before strangers.
fn people_here(
    db: &mut Conn,
    app: &Kindred,
    who: &Actor,
    topics: &[TopicId],
    circles: &[Circle],
    weights: &Weights,
    waved: &HashSet<String>,
) -> Result<Vec<(PersonFound, Reason)>> {
    let found = of_people(db, app.now(), who, topics, circles, weights, waved)?;
    let ids: Vec<ActorId> = found.iter().map(|(actor, _)| actor.id).collect();
    let refusing = hellos::refused_by(db, &ids)?;
    let said = passions::of_people(db, &ids, circles)?;
    Ok(found
        .into_iter()
        .filter(|(actor, _)| !refusing.contains(&actor.id))
        .map(|(actor, reason)| {
            let theirs: Vec<(&str, &str)> = said
                .iter()
                .filter(|(passion, _)| passion.actor_id == actor.id)
                .map(|(passion, topic)| (topic.name.as_str(), passion.words.as_str()))
                .collect();
            let words = line(&reason, &theirs);
            (person(app.settings(), &actor, words, true), reason)
        })
        .collect())
}

/// People elsewhere, with a line of theirs.
fn people_elsewhere(
    db: &mut Conn,
    listed: Vec<(Listing, Reason)>,
) -> Result<Vec<(PersonFound, Reason)>> {
    let ids: Vec<ListingId> = listed.iter().map(|(listing, _)| listing.id).collect();
    let said = directory::said_in(db, &ids)?;
    let mut found = Vec::with_capacity(listed.len());
    for (listing, reason) in listed {
        let theirs: Vec<(&str, &str)> = said
            .iter()
            .filter(|(of, ..)| *of == listing.id)
            .map(|(_, topic, words)| (topic.as_str(), words.as_str()))
            .collect();
        let words = line(&reason, &theirs);
        found.push((person_elsewhere(db, listing, words)?, reason));
    }
    Ok(found)
}

fn of_groups(
    db: &mut Conn,
    viewer: &Viewer,
    who: &Actor,
    topics: &[TopicId],
    weights: &Weights,
    waved: &HashSet<String>,
) -> Result<Vec<(Group, Actor, Reason)>> {
    let found = groups_about(db, viewer, topics)?;
    let ranked = weights.ranked(
        found
            .iter()
            .map(|(topic, group, _)| (*topic, group.actor_id)),
    );
    let mut suggested = Vec::new();
    for (id, reason) in ranked {
        let Some((_, group, actor)) = found.iter().find(|(_, group, _)| group.actor_id == id)
        else {
            continue;
        };
        let belongs = memberships::standing(db, id, who.id)?
            .is_some_and(|standing| standing.state != MembershipState::Left);
        if !belongs && !waved.contains(&actor.uri) {
            suggested.push((group.clone(), actor.clone(), reason));
        }
        if suggested.len() == SUGGESTED {
            break;
        }
    }
    Ok(suggested)
}

fn of_people(
    db: &mut Conn,
    now: Moment,
    who: &Actor,
    topics: &[TopicId],
    circles: &[Circle],
    weights: &Weights,
    waved: &HashSet<String>,
) -> Result<Vec<(Actor, Reason)>> {
    let ties = passions::about_any(db, topics, circles, REACH)?;
    let ranked = weights.ranked(ties.into_iter().filter(|(_, person)| *person != who.id));
    let ids: Vec<ActorId> = ranked
        .iter()
        .take(4 * SUGGESTED)
        .map(|(id, _)| *id)
        .collect();
    let actors = actors::find_many(db, &ids)?;
    let away = sections::kept_away(db, &Viewer::Local(who.id), now, Place::Open, &ids)?;
    let mut suggested = Vec::new();
    for (id, reason) in ranked {
        let Some(actor) = actors.iter().find(|actor| actor.id == id) else {
            continue;
        };
        let open = actor.deleted_at.is_none() && actor.suspended_at.is_none();
        if open
            && !away.contains(&id)
            && !waved.contains(&actor.uri)
            && follows::find(db, who.id, id)?.is_none()
            && suggested.len() < SUGGESTED
        {
            suggested.push((actor.clone(), reason));
        }
    }
    Ok(suggested)
}

fn of_listings(
    db: &mut Conn,
    who: &Actor,
    topics: &[TopicId],
    kind: ActorKind,
    circles: &[Circle],
    weights: &Weights,
    waved: &HashSet<String>,
) -> Result<Vec<(Listing, Reason)>> {
    let found = directory::about_any(db, topics, kind, circles, REACH)?;
    let ranked = weights.ranked(found.iter().map(|(topic, listing)| (*topic, listing.id)));
    let mut suggested = Vec::new();
    for (id, reason) in ranked {
        let Some((_, listing)) = found.iter().find(|(_, listing)| listing.id == id) else {
            continue;
        };
        let known = match actors::by_uri(db, &listing.uri)? {
            Some(actor) => follows::find(db, who.id, actor.id)?.is_some(),
            None => false,
        };
        if !known && !waved.contains(&listing.uri) {
            suggested.push((listing.clone(), reason));
        }
        if suggested.len() == SUGGESTED {
            break;
        }
    }
    Ok(suggested)
}

/// Does not suggest this to somebody any more, ever.
pub async fn dismiss(kindred: &Kindred, who: &Actor, uri: &str) -> Result<()> {
    let (who, uri) = (who.id, uri.to_owned());
    if uri.is_empty() || uri.len() > 2_048 {
        return Err(Refusal::NotUnderstood("say which suggestion".into()).into());
    }
    kindred
        .write(move |ledger| Ok(hellos::dismiss(ledger.db, who, &uri, ledger.now)?))
        .await
}

/// Groups like one that is being founded: of the same topics, or with a name that begins alike. Join one, open a chapter, or start
/// fresh.
pub async fn similar_groups(
    kindred: &Kindred,
    who: &Actor,
    name: &str,
    about: Vec<String>,
) -> Result<Suggestions> {
    let (viewer, name) = (Viewer::Local(who.id), name.trim().to_lowercase());
    kindred
        .read(move |db| {
            let mut meant: Vec<Topic> = Vec::new();
            let words = about
                .iter()
                .map(String::as_str)
                .chain([name.as_str()])
                .chain(name.split_whitespace());
            for word in words.take(20) {
                if let Some(topic) = topics::find(db, word)?.filter(|topic| !meant.contains(topic))
                    && !store::is_forbidden(db, topic.id)?
                {
                    meant.push(topic);
                }
            }
            let elsewhere = circles_elsewhere(db, &viewer)?;
            let ids: Vec<TopicId> = meant.iter().map(|topic| topic.id).collect();
            let weights = Weights::of(db, &meant, &[], &[])?;
            let found = groups_about(db, &viewer, &ids)?;
            let ranked = weights.ranked(
                found
                    .iter()
                    .map(|(topic, group, _)| (*topic, group.actor_id)),
            );
            let mut alike = Suggestions::default();
            for (id, reason) in ranked.into_iter().take(SUGGESTED) {
                if let Some((_, group, actor)) =
                    found.iter().find(|(_, group, _)| group.actor_id == id)
                {
                    alike.groups.push((group.clone(), actor.clone(), reason));
                }
            }
            if name.chars().count() >= 3 {
                for actor in actors::names_like(db, &name, 10)? {
                    if alike
                        .groups
                        .iter()
                        .any(|(_, known, _)| known.id == actor.id)
                    {
                        continue;
                    }
                    if let Some((group, actor)) = groups::find(db, actor.id)?
                        && actor.host.is_empty()
                        && crate::sight::of_group(db, &viewer, &group)?
                    {
                        alike.groups.push((group, actor, Vec::new()));
                    }
                }
            }
            let listed = directory::about_any(db, &ids, ActorKind::Group, &elsewhere, REACH)?;
            let ranked = weights.ranked(listed.iter().map(|(topic, listing)| (*topic, listing.id)));
            let mut similar = Vec::new();
            for (id, reason) in ranked.into_iter().take(SUGGESTED) {
                if let Some((_, listing)) = listed.iter().find(|(_, listing)| listing.id == id) {
                    similar.push((listing.clone(), reason));
                }
            }
            alike.groups_elsewhere = beside_their_companies(db, similar)?;
            Ok(alike)
        })
        .await
}
