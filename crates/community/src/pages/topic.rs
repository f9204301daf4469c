//! A topic's page: who cares, which groups there are, what is said, as far as the viewer may know.

use kindred_storage::{Conn, Page, TopicId, Visibility, passions, posts::Post, topics as store};

use crate::{
    Kindred, Refusal, Result,
    discovery::{self, PersonFound, TopicView},
    passions::Passion,
    sight,
    timelines::USUAL,
    views::{Entry, Viewer},
};

/// A topic and what is open about it to the viewer.
#[derive(Clone, Debug)]
pub struct TopicPage {
    /// Its names, its numbers, its groups, and what stands beside it.
    pub view: TopicView,
    /// People who chose that the viewer may know.
    pub people: Vec<PersonFound>,
    /// What the viewer says of it.
    pub mine: Option<Passion>,
    /// Posts that name it, newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins, when there is one.
    pub older: Option<i64>,
}

/// How many people are named on a topic's page, here and elsewhere.
const NAMED: i64 = 40;

/// A topic's page. There is none for whoever may not know of anybody, any group or any word about it.
pub async fn topic(
    kindred: &Kindred,
    viewer: &Viewer,
    slug: &str,
    before: Option<i64>,
) -> Result<TopicPage> {
    let (app, viewer, slug) = (kindred.clone(), viewer.clone(), slug.to_owned());
    kindred
        .read(move |db| {
            let glance = discovery::glance(db, &viewer, &slug)?;
            let topic = glance.topic.clone();
            let posts = posts(db, &viewer, topic.id, before)?;
            let full = i64::try_from(posts.len()).unwrap_or(0) == USUAL;
            let older = posts.last().map(|post| post.id.0).filter(|_| full);
            if posts.is_empty() && !discovery::is_spoken_of(db, &viewer, &glance)? {
                return Err(Refusal::NoSuchTopic.into());
            }
            let entries = sight::views(db, &viewer, posts)?
                .into_iter()
                .map(|view| Entry {
                    id: view.post.id.0,
                    view,
                    boost: None,
                })
                .collect();
            let named = Page::first(NAMED);
            Ok(TopicPage {
                people: discovery::people_about(db, &app, &viewer, topic.id, &named)?,
                mine: match viewer.actor() {
                    Some(who) => passions::find(db, who, topic.id)?,
                    None => None,
                },
                view: discovery::view(db, &viewer, glance)?,
                entries,
                older,
            })
        })
        .await
}

/// What is said about a topic, as far as the viewer may read it. What they may not read is left out by the question itself: however
/// much is said behind closed doors, it takes no place on the page.
fn posts(db: &mut Conn, viewer: &Viewer, topic: TopicId, before: Option<i64>) -> Result<Vec<Post>> {
    let page = Page {
        before,
        limit: USUAL,
        ..Page::default()
    };
    let open: &[Visibility] = match viewer {
        Viewer::Local(_) => &[
            Visibility::Public,
            Visibility::Partners,
            Visibility::Company,
        ],
        Viewer::Stranger | Viewer::Server(_) => &[Visibility::Public],
    };
    let found = store::posts_about(db, topic, open, viewer.actor(), &page)?;
    sight::of_posts(db, viewer, found)
}
