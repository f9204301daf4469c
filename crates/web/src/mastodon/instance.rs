//! The instance as clients see it before anybody has signed in.
//!
//! The version tells clients which parts of the API they may use: it is raised only when those parts are there.

use actix_web::{HttpResponse, http::header, web::Data};
use kindred_community::{
    Kindred, media, pages, polls, posts, push,
    settings::{Federation, Settings, SignUp},
    views::About,
};
use serde_json::{Value, json};

use crate::error::ApiError;

/// The release of Mastodon whose API is spoken.
const SPOKEN: &str = "4.2.0";
/// What a link counts as.
const CHARACTERS_PER_URL: u32 = 23;

/// `GET /api/v1/instance`
pub async fn v1(kindred: Data<Kindred>) -> Result<HttpResponse, ApiError> {
    let about = pages::about(&kindred).await?;
    Ok(hand_over(&instance_v1(kindred.settings(), &about)))
}

/// `GET /api/v2/instance`
pub async fn v2(kindred: Data<Kindred>) -> Result<HttpResponse, ApiError> {
    let about = pages::about(&kindred).await?;
    let vapid = push::public_key(&kindred).await?;
    Ok(hand_over(&instance_v2(kindred.settings(), &about, &vapid)))
}

/// `GET /api/v1/custom_emojis`
pub async fn custom_emojis() -> HttpResponse {
    hand_over(&json!([]))
}

fn hand_over(entity: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .json(entity)
}

fn version(settings: &Settings) -> String {
    format!("{SPOKEN} (compatible; Kindred {})", settings.version)
}

pub(super) fn description(settings: &Settings) -> String {
    match &settings.company {
        Some(company) => format!(
            "Where people of {company} and elsewhere find others who care about the same things."
        ),
        None => "Where people find others who care about the same things.".to_owned(),
    }
}

fn streaming(settings: &Settings) -> String {
    settings.origin.replacen("http", "ws", 1)
}

fn thumbnail(settings: &Settings) -> String {
    format!("{}/headers/{}.png", settings.origin, settings.host())
}

fn statuses() -> Value {
    json!({
        "max_characters": posts::LONGEST_TEXT,
        "max_media_attachments": media::MOST_FILES,
        "characters_reserved_per_url": CHARACTERS_PER_URL,
        "supported_mime_types": ["text/plain", "text/markdown", "text/html"],
    })
}

fn media_attachments(settings: &Settings) -> Value {
    json!({
        "supported_mime_types": media::media_types(),
        "description_limit": media::LONGEST_DESCRIPTION,
        "image_size_limit": media::LARGEST_PICTURE,
        "image_matrix_limit": media::MOST_PIXELS,
        "video_size_limit": settings.media.largest,
        "video_frame_rate_limit": 120,
        "video_matrix_limit": media::MOST_PIXELS,
    })
}

fn polls_allowed() -> Value {
    json!({
        "max_options": polls::MOST_OPTIONS,
        "max_characters_per_option": polls::LONGEST_OPTION,
        "min_expiration": polls::SHORTEST.as_secs(),
        "max_expiration": polls::LONGEST.as_secs(),
    })
}

fn instance_v1(settings: &Settings, about: &About) -> Value {
    json!({
        "uri": settings.host(),
        "title": settings.name,
        "short_description": description(settings),
        "description": description(settings),
        "email": "",
        "version": version(settings),
        "urls": { "streaming_api": streaming(settings) },
        "stats": {
            "user_count": about.people,
            "status_count": about.posts + about.comments,
            "domain_count": about.instances,
        },
        "thumbnail": thumbnail(settings),
        "languages": ["en"],
        "registrations": settings.sign_up == SignUp::Open,
        "approval_required": false,
        "invites_enabled": settings.sign_up == SignUp::Invite,
        "configuration": {
            "accounts": { "max_featured_tags": 10 },
            "statuses": statuses(),
            "media_attachments": media_attachments(settings),
            "polls": polls_allowed(),
            "media_attachments": media_attachments(settings),
        },
        "contact_account": null,
        "rules": [],
    })
}

fn instance_v2(settings: &Settings, about: &About, vapid: &str) -> Value {
    let feeds = |local: &str| json!({ "local": local, "remote": "authenticated" });
    json!({
        "domain": settings.host(),
        "title": settings.name,
        "version": version(settings),
        "source_url": settings.source_url,
        "description": description(settings),
        "usage": { "users": { "active_month": about.active_month } },
        "thumbnail": { "url": thumbnail(settings), "description": "", "blurhash": null, "versions": {} },
        "icon": [],
        "languages": ["en"],
        "configuration": {
            "urls": {
                "streaming": streaming(settings),
                "status": null,
                "about": format!("{}/", settings.origin),
                "privacy_policy": null,
                "terms_of_service": null,
            },
            "vapid": { "public_key": vapid },
            "accounts": {
                "max_display_name_length": 100,
                "max_note_length": 5000,
                "max_featured_tags": 10,
                "max_pinned_statuses": 5,
                "max_profile_fields": 4,
                "profile_field_name_limit": 255,
                "profile_field_value_limit": 2047,
            },
            "statuses": statuses(),
            "media_attachments": media_attachments(settings),
            "polls": polls_allowed(),
            "media_attachments": media_attachments(settings),
            "translation": { "enabled": false },
            "timelines_access": {
                "live_feeds": feeds("authenticated"),
                "hashtag_feeds": feeds("public"),
                "trending_link_feeds": { "local": "authenticated", "remote": "disabled" },
            },
            "limited_federation": settings.federation != Federation::Open,
        },
        "registrations": {
            "enabled": settings.sign_up == SignUp::Open,
            "approval_required": false,
            "message": null,
            "min_age": null,
            "reason_required": false,
            "url": null,
        },
        "api_versions": { "mastodon": 1, "kindred": 1 },
        "contact": { "email": "", "account": null },
        "rules": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mastodon::testing;

    #[test]
    fn clients_find_a_version_of_three_numbers_that_they_can_read() {
        let version = version(&testing::settings());
        let numbers: Vec<u32> = version
            .split(' ')
            .next()
            .unwrap()
            .split('.')
            .map(|part| part.parse().unwrap())
            .collect();
        assert_eq!(numbers.len(), 3);
        assert!(version.ends_with("(compatible; Kindred 0.1.0)"));
    }

    #[test]
    fn the_instance_is_described_completely() {
        let about = About {
            people: 3,
            posts: 4,
            comments: 5,
            instances: 6,
            active_month: 2,
            ..About::default()
        };
        insta::assert_json_snapshot!("instance_v1", instance_v1(&testing::settings(), &about));
        insta::assert_json_snapshot!("instance_v2", instance_v2(&testing::settings(), &about, ""));
    }
}
