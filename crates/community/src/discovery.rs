//! Finding each other: who else cares, which groups there are, here and at other companies.
//!
//! Everything is answered from what is written down here, never by asking another server while somebody waits. Numbers come first,
//! names only of people who chose that circle, and one or two are "a few".

mod groups;
mod hello;
mod nearby;
mod suggestions;
mod welcome;

pub use groups::{
    Anywhere, ElsewhereFound, GroupsFound, HereFound, Sought, group_at, groups, join,
};
pub use hello::{refuse_hellos, refuses_hellos, say_hello, whom};
pub(crate) use nearby::Nearby;
pub use suggestions::{Reason, Suggestions, dismiss, similar_groups, suggestions};
pub use welcome::{Cloud, Pick, cloud, is_new, stirring, welcomed};

use std::collections::{BTreeMap, BTreeSet};

use kindred_storage::{
    ActorId, ActorKind, Circle, Conn, Page, TopicId,
    actors::Actor,
    agreements, directory,
    directory::Listing,
    groups::{self as rooms, Group},
    hellos, passions,
    topics::{self as store, Topic},
};

use crate::{
    Kindred, Refusal, Result, links,
    policy::{self, Place},
    sections,
    settings::Settings,
    sight,
    topics::{self, NamedTopic},
    views::Viewer,
};

/// How many there are, told so that nobody is singled out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
    /// Nobody whom the viewer may know of.
    Nobody,
    /// One or two.
    Few,
    /// Three or more.
    Many(i64),
}

/// From how many on a number is said.
const FEWEST_TO_COUNT: i64 = 3;

impl From<i64> for Tally {
    fn from(n: i64) -> Self {
        match n {
            ..=0 => Self::Nobody,
            n if n < FEWEST_TO_COUNT => Self::Few,
            n => Self::Many(n),
        }
    }
}

impl Tally {
    /// Several numbers as one. Those that are not said alone are not in the sum either, or they could be found by subtracting.
    fn together(tallies: impl Iterator<Item = Self>) -> Self {
        let mut sum = Self::Nobody;
        for tally in tallies {
            sum = match (sum, tally) {
                (Self::Many(a), Self::Many(b)) => Self::Many(a + b),
                (Self::Many(n), _) | (_, Self::Many(n)) => Self::Many(n),
                (Self::Few, _) | (_, Self::Few) => Self::Few,
                (Self::Nobody, Self::Nobody) => Self::Nobody,
            };
        }
        sum
    }
}

/// What a topic has to offer, in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// The topic.
    pub topic: Topic,
    /// People here.
    pub people: Tally,
    /// Groups that one can look at.
    pub groups: usize,
    /// People elsewhere.
    pub people_elsewhere: Tally,
    /// At how many partner companies.
    pub companies: usize,
    /// Some of them are at no company that we know, but on the public web.
    pub on_the_web: bool,
}

/// What a topic's page shows.
#[derive(Clone, Debug)]
pub struct TopicView {
    /// The topic with its names.
    pub named: NamedTopic,
    /// In numbers.
    pub glance: Glance,
    /// Which companies, and how many people there.
    pub at: Vec<(Company, Tally)>,
    /// Groups here.
    pub groups: Vec<(Group, Actor)>,
    /// Groups elsewhere.
    pub groups_elsewhere: Vec<ElsewhereFound>,
    /// Topics that this one is a part of, as far as one can tell from what people and groups choose.
    pub broader: Vec<Topic>,
    /// Topics that are chosen beside this one.
    pub related: Vec<Topic>,
}

/// A company, by its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Its server.
    pub host: String,
    /// What it calls itself, when it is a partner.
    pub name: Option<String>,
}

/// Somebody who cares about a topic and chose that the viewer may know.
#[derive(Clone, Debug)]
pub struct PersonFound {
    /// Their address.
    pub uri: String,
    /// `nadia` here, `mei@acme.example` elsewhere.
    pub acct: String,
    /// What they are called.
    pub name: String,
    /// Their picture.
    pub icon: Option<String>,
    /// Where they are, when that is not here.
    pub company: Option<Company>,
    /// A line in their own words.
    pub words: String,
    /// Whether they can be greeted by somebody whom they do not know.
    pub greetable: bool,
}

/// The most that one list has.
const MOST: i64 = 40;

/// The circles of our own people's passions that the viewer stands in.
fn circles(db: &mut Conn, viewer: &Viewer) -> Result<Vec<Circle>> {
    let eyes = sight::eyes(db, viewer)?;
    Ok(Circle::ALL
        .iter()
        .copied()
        .filter(|circle| policy::may_see_passion(eyes, *circle, false))
        .collect())
}

/// The circles of what other servers told that the viewer stands in.
fn circles_elsewhere(db: &mut Conn, viewer: &Viewer) -> Result<Vec<Circle>> {
    let eyes = sight::eyes(db, viewer)?;
    Ok(Circle::ALL
        .iter()
        .copied()
        .filter(|circle| policy::may_see_listing(eyes, *circle))
        .collect())
}

/// Several topics in numbers, in the order asked for. Unknown ones are left out.
pub async fn glances(
    kindred: &Kindred,
    viewer: &Viewer,
    names: Vec<String>,
) -> Result<Vec<Glance>> {
    let viewer = viewer.clone();
    kindred
        .read(move |db| {
            let mut asked: Vec<Topic> = Vec::new();
            for name in names.iter().take(AT_A_GLANCE) {
                if let Some(topic) = topics::find(db, name)?.filter(|topic| !asked.contains(topic))
                    && !store::is_forbidden(db, topic.id)?
                {
                    asked.push(topic);
                }
            }
            let mut seen = Vec::new();
            for glance in glance_at(db, &viewer, asked)? {
                if is_spoken_of(db, &viewer, &glance)? {
                    seen.push(glance);
                }
            }
            Ok(seen)
        })
        .await
}

/// Whether there is a topic for this viewer: somebody or a group that they may know of has to do with it, or they care themselves.
/// What is named only where they may not listen does not exist for them.
pub(crate) fn is_spoken_of(db: &mut Conn, viewer: &Viewer, glance: &Glance) -> Result<bool> {
    let others = glance.people != Tally::Nobody
        || glance.people_elsewhere != Tally::Nobody
        || glance.groups > 0;
    Ok(others
        || match viewer.actor() {
            Some(who) => passions::find(db, who, glance.topic.id)?.is_some(),
            None => false,
        })
}

/// The topic of this name in numbers, whoever may know of it.
pub(crate) fn glance(db: &mut Conn, viewer: &Viewer, name: &str) -> Result<Glance> {
    let topic = topics::find(db, name)?.ok_or(Refusal::NoSuchTopic)?;
    if store::is_forbidden(db, topic.id)? {
        return Err(Refusal::NoSuchTopic.into());
    }
    glance_at(db, viewer, vec![topic])?
        .pop()
        .ok_or_else(|| Refusal::NoSuchTopic.into())
}

/// The topic of this name, if there is one for this viewer, in numbers.
fn seen(db: &mut Conn, viewer: &Viewer, name: &str) -> Result<Glance> {
    let glance = glance(db, viewer, name)?;
    if is_spoken_of(db, viewer, &glance)? {
        Ok(glance)
    } else {
        Err(Refusal::NoSuchTopic.into())
    }
}

/// The most topics that one question may be about.
const AT_A_GLANCE: usize = 50;

fn glance_at(db: &mut Conn, viewer: &Viewer, asked: Vec<Topic>) -> Result<Vec<Glance>> {
    let ids: Vec<TopicId> = asked.iter().map(|topic| topic.id).collect();
    let circles = circles(db, viewer)?;
    let elsewhere = circles_elsewhere(db, viewer)?;
    let people = passions::counts(db, &ids, &circles)?;
    let partners: BTreeSet<String> = agreements::holding(db)?
        .into_iter()
        .map(|agreement| agreement.host)
        .collect();
    let mut at: BTreeMap<TopicId, Vec<(String, Tally)>> = BTreeMap::new();
    for (topic, host, tally) in at_companies(db, &ids, &elsewhere)? {
        at.entry(topic).or_default().push((host, tally));
    }
    let mut groups_of: BTreeMap<TopicId, usize> = BTreeMap::new();
    for (topic, group, _) in groups_about(db, viewer, &ids)? {
        let _ = group;
        *groups_of.entry(topic).or_default() += 1;
    }
    for (topic, _, n) in directory::counts(db, &ids, ActorKind::Group, &elsewhere)? {
        *groups_of.entry(topic).or_default() += usize::try_from(n).unwrap_or(0);
    }
    Ok(asked
        .into_iter()
        .map(|topic| {
            let places = at.get(&topic.id).map_or(&[][..], Vec::as_slice);
            let companies: BTreeSet<&String> = places
                .iter()
                .map(|(host, _)| host)
                .filter(|host| partners.contains(*host))
                .collect();
            Glance {
                people: people
                    .iter()
                    .find(|(of, _)| *of == topic.id)
                    .map_or(Tally::Nobody, |(_, n)| Tally::from(*n)),
                groups: groups_of.get(&topic.id).copied().unwrap_or(0),
                people_elsewhere: Tally::together(places.iter().map(|(_, tally)| *tally)),
                companies: companies.len(),
                on_the_web: places.iter().any(|(host, _)| !partners.contains(host)),
                topic,
            }
        })
        .collect())
}

/// How many people care about these topics at which company: those whose names were told, and those of whom only the number was.
/// The two are never the same people, and stand beside each other.
fn at_companies(
    db: &mut Conn,
    topics: &[TopicId],
    circles: &[Circle],
) -> Result<Vec<(TopicId, String, Tally)>> {
    let mut all: Vec<_> = directory::counts(db, topics, ActorKind::Person, circles)?
        .into_iter()
        .map(|(topic, host, n)| (topic, host, Tally::from(n)))
        .collect();
    // Told by partners, for our own people.
    if circles.contains(&Circle::Partners) {
        all.extend(
            directory::numbers::about(db, topics)?
                .into_iter()
                .map(|told| {
                    let people = match told.people {
                        ..=0 => Tally::Few,
                        n => Tally::from(i64::from(n)),
                    };
                    (told.topic_id, told.host, people)
                }),
        );
    }
    Ok(all)
}

/// The groups here about these topics that the viewer may see, once for each topic.
fn groups_about(
    db: &mut Conn,
    viewer: &Viewer,
    topics: &[TopicId],
) -> Result<Vec<(TopicId, Group, Actor)>> {
    let ties = store::groups_about_any(db, topics, MOST_GROUPS)?;
    let mut ids: Vec<_> = ties.iter().map(|(_, group)| *group).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut seen = BTreeMap::new();
    for (group, actor) in rooms::find_many(db, &ids)? {
        if group.archived_at.is_none() && sight::of_group(db, viewer, &group)? {
            seen.insert(group.actor_id, (group, actor));
        }
    }
    Ok(ties
        .into_iter()
        .filter_map(|(topic, group)| {
            let (group, actor) = seen.get(&group)?.clone();
            Some((topic, group, actor))
        })
        .collect())
}

/// The most ties between topics and groups that one answer looks at.
const MOST_GROUPS: i64 = 500;

/// What there is about a topic for this viewer.
pub async fn topic(kindred: &Kindred, viewer: &Viewer, name: &str) -> Result<TopicView> {
    let (viewer, name) = (viewer.clone(), name.to_owned());
    kindred
        .read(move |db| {
            let glance = seen(db, &viewer, &name)?;
            view(db, &viewer, glance)
        })
        .await
}

/// Everything around a topic that was glanced at.
pub(crate) fn view(db: &mut Conn, viewer: &Viewer, glance: Glance) -> Result<TopicView> {
    let topic = glance.topic.clone();
    let elsewhere = circles_elsewhere(db, viewer)?;
    let mut at: BTreeMap<String, Vec<Tally>> = BTreeMap::new();
    for (_, host, tally) in at_companies(db, &[topic.id], &elsewhere)? {
        at.entry(host).or_default().push(tally);
    }
    let mut companies = Vec::with_capacity(at.len());
    for (host, tallies) in at {
        companies.push((company(db, host)?, Tally::together(tallies.into_iter())));
    }
    let about = groups_about(db, viewer, &[topic.id])?;
    let Nearby { broader, related } = Nearby::of(db, viewer, &topic, &about)?;
    let listed = directory::about(db, topic.id, ActorKind::Group, &elsewhere, MOST)?;
    Ok(TopicView {
        named: topics::named(db, topic.clone())?,
        groups: about
            .into_iter()
            .take(usize::try_from(MOST).unwrap_or(40))
            .map(|(_, group, actor)| (group, actor))
            .collect(),
        groups_elsewhere: groups::beside_their_companies(db, listed)?
            .into_iter()
            .map(|(found, _)| found)
            .collect(),
        glance,
        at: companies,
        broader,
        related,
    })
}

fn company(db: &mut Conn, host: String) -> Result<Company> {
    let name = agreements::with(db, &host)?.and_then(|agreement| agreement.company);
    Ok(Company { host, name })
}

/// Who cares about a topic and chose that the viewer may know: here first, then at other companies.
pub async fn people(
    kindred: &Kindred,
    viewer: &Viewer,
    name: &str,
    page: Page,
) -> Result<Vec<PersonFound>> {
    let (app, viewer, name) = (kindred.clone(), viewer.clone(), name.to_owned());
    kindred
        .read(move |db| {
            let topic = seen(db, &viewer, &name)?.topic;
            people_about(db, &app, &viewer, topic.id, &page)
        })
        .await
}

/// Who cares about a topic, as far as this viewer may know and wants to.
pub(crate) fn people_about(
    db: &mut Conn,
    app: &Kindred,
    viewer: &Viewer,
    topic: TopicId,
    page: &Page,
) -> Result<Vec<PersonFound>> {
    let circles = circles(db, viewer)?;
    let here = passions::people(db, topic, &circles, page)?;
    let ids: Vec<ActorId> = here.iter().map(|(_, actor)| actor.id).collect();
    let away = sections::kept_away(db, viewer, app.now(), Place::Open, &ids)?;
    let refusing = hellos::refused_by(db, &ids)?;
    let mut found: Vec<PersonFound> = here
        .into_iter()
        .filter(|(_, actor)| !away.contains(&actor.id))
        .map(|(passion, actor)| {
            let greetable = !refusing.contains(&actor.id);
            person(app.settings(), &actor, passion.words, greetable)
        })
        .collect();
    let elsewhere = circles_elsewhere(db, viewer)?;
    let limit = page.limit.clamp(1, MOST);
    for (listing, words) in directory::about(db, topic, ActorKind::Person, &elsewhere, limit)? {
        found.push(person_elsewhere(db, listing, words)?);
    }
    Ok(found)
}

fn person(settings: &Settings, actor: &Actor, words: String, greetable: bool) -> PersonFound {
    PersonFound {
        uri: actor.uri.clone(),
        acct: links::acct(actor),
        name: actor.name.clone(),
        icon: Some(
            actor
                .icon_url
                .clone()
                .unwrap_or_else(|| links::avatar(settings, actor)),
        ),
        company: None,
        words,
        greetable,
    }
}

fn person_elsewhere(db: &mut Conn, listing: Listing, words: String) -> Result<PersonFound> {
    Ok(PersonFound {
        acct: format!("{}@{}", listing.handle, listing.host),
        uri: listing.uri,
        name: listing.name,
        icon: listing.icon_url,
        greetable: listing.greetable,
        company: Some(company(db, listing.host)?),
        words,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::Eyes;

    proptest! {
        #[test]
        fn whether_there_is_one_or_are_two_somewhere_changes_no_sum(
            mut numbers in proptest::collection::vec(0i64..6, 0..8),
            place in 0usize..8,
        ) {
            let sum = |numbers: &[i64]| Tally::together(numbers.iter().copied().map(Tally::from));
            let before = sum(&numbers);
            if let Some(n) = numbers.get_mut(place).filter(|n| matches!(**n, 1 | 2)) {
                *n = 3 - *n;
            }
            prop_assert_eq!(before, sum(&numbers));
            // What is said alone and what is said together never differ by one or two.
            let alone: i64 = numbers.iter().filter(|n| **n >= 3).sum();
            if let Tally::Many(n) = before {
                prop_assert_eq!(n, alone);
            }
        }

        #[test]
        fn whoever_stands_in_a_circle_stands_in_all_wider_ones(partner in any::<bool>(), who in 0u8..3, own in any::<bool>()) {
            let eyes = match who {
                0 => Eyes::Stranger,
                1 => Eyes::Local(ActorId(7)),
                _ => Eyes::Server { partner },
            };
            let own = own && who == 1;
            let narrow_to_wide = [Circle::Me, Circle::Company, Circle::Partners, Circle::Everyone];
            let sees = narrow_to_wide.map(|circle| policy::may_see_passion(eyes, circle, own));
            prop_assert!(sees.is_sorted(), "{:?}", sees);
            prop_assert!(sees[3]);
            prop_assert_eq!(sees[0], own);
            prop_assert_eq!(sees[1], who == 1);
            prop_assert_eq!(sees[2], who == 1 || (who == 2 && partner));
            // What other companies told us is for our own people, and is never passed on.
            prop_assert_eq!(policy::may_see_listing(eyes, Circle::Partners), who == 1);
            prop_assert!(!policy::may_see_listing(eyes, Circle::Me));
        }
    }

    #[test]
    fn one_and_two_are_a_few_and_cannot_be_found_by_subtracting() {
        assert_eq!(Tally::from(0), Tally::Nobody);
        assert_eq!(Tally::from(1), Tally::Few);
        assert_eq!(Tally::from(2), Tally::Few);
        assert_eq!(Tally::from(3), Tally::Many(3));
        let together = |numbers: &[i64]| Tally::together(numbers.iter().copied().map(Tally::from));
        assert_eq!(together(&[]), Tally::Nobody);
        assert_eq!(together(&[1, 2, 2]), Tally::Few);
        assert_eq!(together(&[5, 1]), Tally::Many(5));
        assert_eq!(together(&[5, 2, 4]), Tally::Many(9));
    }
}
