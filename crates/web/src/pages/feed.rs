//! What is said in public about a topic, for feed readers (Atom, RFC 4287).

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Path},
};
use atom_syndication::{Content, Entry, Feed, Link, Person, Text, WriteConfig};
use kindred_community::{
    Kindred, Moment,
    pages::{self, TopicPage},
    settings::Settings,
    views::{PostView, Viewer},
};
use kindred_protocol::html as foreign;

use super::{finding, parts, post, texts};
use crate::error::{Failure, PageError};

/// `GET /topics/{slug}/feed.atom`: whoever reads it is nobody in particular, and sees what everybody may see.
pub async fn topic(kindred: Data<Kindred>, slug: Path<String>) -> Result<HttpResponse, PageError> {
    let topic = pages::topic(&kindred, &Viewer::Stranger, &slug, None).await?;
    let mut body = Vec::new();
    of_topic(kindred.settings(), kindred.now(), &topic)
        .write_with_config(&mut body, WriteConfig::default())
        .map_err(|error| {
            tracing::error!(%error, "A feed could not be written");
            Failure::new(
                actix_web::http::StatusCode::INTERNAL_SERVER_ERROR,
                texts::NOTHING_HERE,
            )
        })?;
    Ok(HttpResponse::Ok()
        .content_type("application/atom+xml; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(body))
}

fn of_topic(settings: &Settings, now: Moment, shown: &TopicPage) -> Feed {
    let topic = &shown.view.glance.topic;
    let page = format!("{}{}", settings.origin, finding::topic_path(&topic.slug));
    let newest = shown.entries.first().map_or(topic.created_at, |entry| {
        entry
            .view
            .post
            .edited_at
            .unwrap_or(entry.view.post.published_at)
    });
    Feed {
        id: page.clone(),
        title: Text::plain(texts::topic_title(&topic.name)),
        updated: time(newest.min(now)),
        links: vec![
            link(&page, "alternate"),
            link(&format!("{page}/feed.atom"), "self"),
        ],
        entries: shown
            .entries
            .iter()
            .map(|entry| of_post(settings, &entry.view))
            .collect(),
        ..Feed::default()
    }
}

fn of_post(settings: &Settings, view: &PostView) -> Entry {
    let written = &view.post;
    let hidden = written.warning.as_deref();
    let title = hidden
        .or(post::title(view))
        .map_or_else(|| parts::teaser(&written.content, 80), ToOwned::to_owned);
    Entry {
        id: written.uri.clone(),
        title: Text::plain(title),
        updated: time(written.edited_at.unwrap_or(written.published_at)),
        published: Some(time(written.published_at)),
        authors: vec![Person {
            name: parts::name(&view.author).to_owned(),
            uri: Some(view.author.uri.clone()),
            ..Person::default()
        }],
        links: vec![link(
            &format!("{}{}", settings.origin, post::address(view)),
            "alternate",
        )],
        // What is behind a warning stays behind it.
        content: hidden.is_none().then(|| Content {
            value: Some(foreign::clean(&written.content)),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn link(href: &str, rel: &str) -> Link {
    Link {
        href: href.to_owned(),
        rel: rel.to_owned(),
        ..Link::default()
    }
}

fn time(moment: Moment) -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::from_timestamp_millis(moment.0)
        .unwrap_or_default()
        .fixed_offset()
}
