//! The card of a link: what the page that a post of ours links to says about itself.
//!
//! It is asked for after the post has been published, by a job, through the one door to the outside. Posts from elsewhere get none:
//! whoever sends many would have us visit as many places.

use kindred_protocol::{
    Uri,
    html::{self, PageFacts, SafeUrl},
    network::Get,
};
use kindred_storage::{
    Json, PostId,
    posts::{self, Card, Post, PostPatch},
};

use crate::{
    Kindred, Ledger, Result,
    jobs::{Job, lane_look},
    servers,
};

/// The longest text of a card, in characters.
const LONGEST: usize = 500;

/// Leaves behind that the card of a post is made, when it links to something.
pub(crate) fn ask_later(ledger: &mut Ledger<'_>, post: &Post) {
    if let Some(uri) = target(ledger.settings, post) {
        ledger.enqueue(lane_look(uri.host()), &Job::Card { post: post.id });
    }
}

/// The page that a post is about, or the first that it links to. Our own pages are none.
fn target(settings: &crate::settings::Settings, post: &Post) -> Option<Uri> {
    let link = post
        .link_url
        .clone()
        .or_else(|| html::first_link(&post.content))?;
    (!settings.is_ours(&link)).then(|| Uri::parse(&link).ok())?
}

/// Makes the card of a post.
pub(crate) async fn make(kindred: &Kindred, id: PostId) -> Result<()> {
    let Some(post) = kindred
        .read(move |db| Ok(posts::find(db, id)?.filter(Post::is_standing)))
        .await?
    else {
        return Ok(());
    };
    let Some(uri) = target(kindred.settings(), &post) else {
        return Ok(());
    };
    servers::welcome(kindred, uri.host()).await?;
    // On the heap: what a request needs is large.
    let Some(facts) = Box::pin(visit(kindred, &uri)).await else {
        return Ok(());
    };
    let card = card(&uri, facts);
    kindred
        .write(move |ledger| {
            let patch = PostPatch {
                card: Some(Some(Json(card))),
                ..PostPatch::default()
            };
            Ok(posts::edit(ledger.db, id, &patch)?)
        })
        .await
}

/// What a page says about itself; nothing when it cannot be had or says nothing.
async fn visit(kindred: &Kindred, uri: &Uri) -> Option<PageFacts> {
    let answer = kindred
        .network()
        .get(Get::new(uri, "text/html, application/xhtml+xml;q=0.9"))
        .await
        .ok()?;
    let is_page = answer.content_type.as_deref().is_some_and(|kind| {
        kind.starts_with("text/html") || kind.starts_with("application/xhtml+xml")
    });
    if answer.status != 200 || !is_page {
        return None;
    }
    let facts = html::page_facts(&String::from_utf8_lossy(&answer.body));
    facts.title.is_some().then_some(facts)
}

fn card(uri: &Uri, facts: PageFacts) -> Card {
    let short = |text: Option<String>| -> String {
        text.unwrap_or_default().chars().take(LONGEST).collect()
    };
    let image = facts
        .image
        .and_then(|image| uri.join(&image).ok())
        .and_then(|image| SafeUrl::parse(image.as_str()))
        .map(|image| image.as_str().to_owned());
    Card {
        url: uri.as_str().to_owned(),
        title: short(facts.title),
        description: short(facts.description),
        provider: short(facts.site.or_else(|| Some(uri.host_name().to_owned()))),
        author: short(facts.author),
        width: facts.width.filter(|_| image.is_some()),
        height: facts.height.filter(|_| image.is_some()),
        image,
    }
}
