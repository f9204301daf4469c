//! Looking for groups, here and elsewhere, and walking in.

use std::collections::HashSet;

use kindred_protocol::Uri;
use kindred_storage::{
    ActorId, ActorKind, Conn, JoinPolicy, ListingId, Visibility,
    actors::Actor,
    agreements,
    directory::{self, Listing},
    groups::{self as rooms, Group, sought},
};

use super::{Company, circles_elsewhere, company};
use crate::{
    Kindred, Refusal, Result,
    membership::{self, FollowWish},
    remote, topics,
    views::{Relationship, Viewer},
};

/// At which company a group is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Anywhere {
    /// At any.
    #[default]
    Anywhere,
    /// Here.
    Here,
    /// At the one with this server.
    At(String),
}

impl Anywhere {
    /// As it stands in an address: nothing, `here`, or a host.
    pub fn said(word: &str) -> Self {
        match word.trim() {
            "" => Self::Anywhere,
            "here" => Self::Here,
            host => Self::At(host.to_lowercase()),
        }
    }
}

/// What somebody looks for. What is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Something that stands in the name, the handle or the summary.
    pub words: String,
    /// What it is about, by any of the topic's names.
    pub topic: Option<String>,
    /// Where.
    pub company: Anywhere,
    /// The language it speaks.
    pub language: Option<String>,
    /// How one gets in.
    pub join_policy: Option<JoinPolicy>,
    /// The last group here of the page before.
    pub after: Option<ActorId>,
    /// The last group elsewhere of the page before.
    pub beyond: Option<ListingId>,
}

/// A group here.
#[derive(Clone, Debug)]
pub struct HereFound {
    /// The group.
    pub group: Group,
    /// Its face.
    pub face: Actor,
    /// Whoever looks belongs to it.
    pub belongs: bool,
}

/// A group elsewhere.
#[derive(Clone, Debug)]
pub struct ElsewhereFound {
    /// As it was told.
    pub listing: Listing,
    /// Where.
    pub company: Company,
    /// What it is about.
    pub topics: Vec<String>,
}

/// What was found: those in which something was said last come first.
#[derive(Clone, Debug, Default)]
pub struct GroupsFound {
    /// Here.
    pub here: Vec<HereFound>,
    /// There are more behind this one.
    pub more_here: Option<ActorId>,
    /// Elsewhere.
    pub elsewhere: Vec<ElsewhereFound>,
    /// There are more behind this one.
    pub more_elsewhere: Option<ListingId>,
    /// The companies that one can choose from.
    pub companies: Vec<Company>,
}

/// How many groups stand on one page, of each kind.
const ON_A_PAGE: usize = 24;

/// The longest words that are looked for, in characters.
const LONGEST_WORDS: usize = 100;

/// Looks for groups. A topic that nobody knows is about no group.
pub async fn groups(kindred: &Kindred, viewer: &Viewer, sought: Sought) -> Result<GroupsFound> {
    let viewer = viewer.clone();
    kindred
        .read(move |db| {
            let mut found = GroupsFound::default();
            let mut companies = Vec::new();
            if viewer.actor().is_some() {
                for agreement in agreements::holding(db)? {
                    companies.push(Company {
                        host: agreement.host,
                        name: agreement.company,
                    });
                }
            }
            found.companies = companies;
            let topic = match sought
                .topic
                .as_deref()
                .filter(|name| !name.trim().is_empty())
            {
                None => None,
                Some(name) => match topics::find(db, name)? {
                    Some(topic) => Some(topic.id),
                    None => return Ok(found),
                },
            };
            let wanted = sought::Sought {
                words: sought.words.trim().chars().take(LONGEST_WORDS).collect(),
                topic,
                language: sought.language.clone().filter(|tag| !tag.is_empty()),
                join_policy: sought.join_policy,
            };
            let one_more = i64::try_from(ON_A_PAGE + 1).unwrap_or(i64::MAX);
            if !matches!(sought.company, Anywhere::At(_)) {
                let visibilities = visible(&viewer);
                let mut here = sought::page(db, &wanted, visibilities, sought.after, one_more)?;
                found.more_here = cut(&mut here).map(|(group, _)| group.actor_id);
                let mine: HashSet<ActorId> = match viewer.actor() {
                    Some(who) => rooms::of_member(db, who)?
                        .into_iter()
                        .map(|(group, _)| group.actor_id)
                        .collect(),
                    None => HashSet::new(),
                };
                found.here = here
                    .into_iter()
                    .map(|(group, face)| HereFound {
                        belongs: mine.contains(&group.actor_id),
                        group,
                        face,
                    })
                    .collect();
            }
            if sought.company != Anywhere::Here {
                let host = match &sought.company {
                    Anywhere::At(host) => Some(host.as_str()),
                    Anywhere::Anywhere | Anywhere::Here => None,
                };
                let circles = circles_elsewhere(db, &viewer)?;
                let mut listed =
                    directory::groups_page(db, &wanted, host, &circles, sought.beyond, one_more)?;
                found.more_elsewhere = cut(&mut listed).map(|listing| listing.id);
                let ids: Vec<ListingId> = listed.iter().map(|listing| listing.id).collect();
                let about = directory::topics_of(db, &ids)?;
                for listing in listed {
                    found.elsewhere.push(ElsewhereFound {
                        company: known(&found.companies, &listing.host),
                        topics: of(&about, listing.id),
                        listing,
                    });
                }
            }
            Ok(found)
        })
        .await
}

/// Groups elsewhere with what is shown beside them; whatever came with each stays with it.
pub(super) fn beside_their_companies<T>(
    db: &mut Conn,
    listed: Vec<(Listing, T)>,
) -> Result<Vec<(ElsewhereFound, T)>> {
    let ids: Vec<ListingId> = listed.iter().map(|(listing, _)| listing.id).collect();
    let about = directory::topics_of(db, &ids)?;
    let mut found = Vec::with_capacity(listed.len());
    for (listing, with) in listed {
        let elsewhere = ElsewhereFound {
            company: company(db, listing.host.clone())?,
            topics: of(&about, listing.id),
            listing,
        };
        found.push((elsewhere, with));
    }
    Ok(found)
}

fn of(about: &[(ListingId, String)], id: ListingId) -> Vec<String> {
    about
        .iter()
        .filter(|(of, _)| *of == id)
        .map(|(_, name)| name.clone())
        .collect()
}

fn known(companies: &[Company], host: &str) -> Company {
    companies
        .iter()
        .find(|company| company.host == host)
        .cloned()
        .unwrap_or_else(|| Company {
            host: host.to_owned(),
            name: None,
        })
}

/// Cuts what is more than a page; answers the last one that stays when something was cut.
fn cut<T: Clone>(found: &mut Vec<T>) -> Option<T> {
    let more = found.len() > ON_A_PAGE;
    found.truncate(ON_A_PAGE);
    found.last().filter(|_| more).cloned()
}

/// The groups whose page this viewer may open, see [`crate::policy::may_see_group`]: a closed one shows its door to everybody here.
fn visible(viewer: &Viewer) -> &'static [Visibility] {
    match viewer {
        Viewer::Local(_) => &[
            Visibility::Public,
            Visibility::Partners,
            Visibility::Company,
            Visibility::Members,
        ],
        Viewer::Stranger | Viewer::Server(_) => &[Visibility::Public],
    }
}

/// The group at this address, wherever it is.
pub async fn group_at(kindred: &Kindred, uri: &str) -> Result<Actor> {
    Uri::parse(uri).map_err(|_| Refusal::NoSuchGroup)?;
    let group = Box::pin(remote::actor(kindred, uri)).await?;
    match group.kind {
        ActorKind::Group => Ok(group),
        _ => Err(Refusal::NoSuchGroup.into()),
    }
}

/// Walks into the group at this address, or asks at its door.
pub async fn join(kindred: &Kindred, who: &Actor, uri: &str) -> Result<(Actor, Relationship)> {
    let group = group_at(kindred, uri).await?;
    let standing = membership::follow(kindred, who, group.id, FollowWish::default()).await?;
    Ok((group, standing))
}
