//! A post to be shown on somebody else's page: oEmbed.
//!
//! It is a quotation with a link to the post and no script, so the page that shows it tells us nothing about its readers.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, ServiceConfig},
};
use kindred_community::{
    Kindred, PostId, Refusal, Visibility, timelines,
    views::{PostView, Viewer},
};
use serde_json::json;

use super::entities::{datetime, escape};
use crate::{assets, at, error::ApiError, extract::Params, read};

/// How wide it is shown when nobody says. Units: pixels.
const USUAL_WIDTH: u32 = 400;
/// How long it may be kept before it is asked for again. Units: seconds.
const KEPT_FOR: u32 = 86_400;

/// The address.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/oembed").route(read(oembed)));
}

/// `GET /api/oembed`
async fn oembed(
    req: HttpRequest,
    kindred: Data<Kindred>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    if params
        .words("format")
        .is_some_and(|format| format != "json")
    {
        return Err(ApiError::new(
            StatusCode::NOT_IMPLEMENTED,
            "a post is described in JSON only",
        ));
    }
    let settings = kindred.settings();
    let url = params.words("url").unwrap_or_default();
    let post = posted_at(&url, &settings.origin).ok_or(Refusal::NoSuchPost)?;
    let view = timelines::one(&kindred, &Viewer::Stranger, post).await?;
    let open = matches!(
        view.post.visibility,
        Visibility::Public | Visibility::Unlisted
    );
    if !open || !view.author.is_local() {
        return Err(Refusal::NoSuchPost.into());
    }
    let width = params.number("maxwidth").unwrap_or(USUAL_WIDTH);
    let author = &view.author;
    let told = json!({
        "type": "rich",
        "version": "1.0",
        "title": format!("{} at {}", author.name, settings.name),
        "author_name": author.name,
        "author_url": author.url.as_deref().unwrap_or(&author.uri),
        "provider_name": settings.name,
        "provider_url": format!("{}/", settings.origin),
        "cache_age": KEPT_FOR,
        "html": quotation(&view),
        "width": width.clamp(100, 2_000),
        "height": null,
    });
    Ok(assets::kept(&req, &told))
}

/// The post that is found at an address of ours.
fn posted_at(url: &str, origin: &str) -> Option<PostId> {
    let path = url.strip_prefix(origin)?.strip_prefix("/o/")?;
    path.trim_end_matches('/').parse().ok()
}

/// A warned-of text stays behind its warning.
fn quotation(view: &PostView) -> String {
    let post = &view.post;
    let words = match post.warning.as_deref().filter(|words| !words.is_empty()) {
        Some(warning) => format!("<p>{}</p>", escape(warning)),
        None => post.content.clone(),
    };
    format!(
        "<blockquote cite=\"{uri}\">{words}<p>— {name}, <a href=\"{uri}\">{when}</a></p></blockquote>",
        uri = escape(&post.uri),
        name = escape(&view.author.name),
        when = &datetime(post.published_at)[..10],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_posts_here_are_understood() {
        let ours = "https://kindred.example";
        let at = |url: &str| posted_at(url, ours);
        assert_eq!(at("https://kindred.example/o/12/"), Some(PostId(12)));
        for other in [
            "",
            "https://kindred.example.evil/o/12",
            "https://kindred.example/o/x",
            "/o/12",
        ] {
            assert_eq!(at(other), None, "{other}");
        }
    }
}
