//! The instance as clients see it before anybody has signed in.
//!
//! The version tells clients which parts of the API they may use: it is raised only when those parts are there.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use kindred_community::{
    Actor, Kindred, house, media, pages, polls, posts, push,
    settings::{Federation, Settings, SignUp},
    views::About,
};
use serde_json::{Value, json};

use super::{entities::Account, house::rule_list};
use crate::{assets, error::ApiError};

/// The release of Mastodon whose API is spoken.
const SPOKEN: &str = "4.5.0";
/// What a link counts as.
const CHARACTERS_PER_URL: u32 = 23;

/// What both descriptions tell that is not in the settings.
struct Told {
    about: About,
    contact: Option<Actor>,
    rules: Vec<Value>,
}

impl Told {
    async fn gather(kindred: &Kindred) -> Result<Self, ApiError> {
        Ok(Self {
            about: pages::about(kindred).await?,
            contact: house::contact(kindred).await?,
            rules: rule_list(kindred),
        })
    }

    fn contact<'a>(&'a self, settings: &Settings) -> Option<Account<'a>> {
        let contact = self.contact.as_ref();
        contact.map(|actor| Account::of(settings, actor))
    }
}

/// `GET /api/v1/instance`
pub async fn v1(req: HttpRequest, kindred: Data<Kindred>) -> Result<HttpResponse, ApiError> {
    let told = Told::gather(&kindred).await?;
    Ok(assets::kept(&req, &instance_v1(kindred.settings(), &told)))
}

/// `GET /api/v2/instance`
pub async fn v2(req: HttpRequest, kindred: Data<Kindred>) -> Result<HttpResponse, ApiError> {
    let told = Told::gather(&kindred).await?;
    let vapid = push::public_key(&kindred).await?;
    Ok(assets::kept(
        &req,
        &instance_v2(kindred.settings(), &told, &vapid),
    ))
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

fn instance_v1(settings: &Settings, told: &Told) -> Value {
    let about = &told.about;
    json!({
        "uri": settings.host(),
        "title": settings.name,
        "short_description": description(settings),
        "description": description(settings),
        "email": settings.house.email,
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
        },
        "contact_account": told.contact(settings),
        "rules": told.rules,
    })
}

fn instance_v2(settings: &Settings, told: &Told, vapid: &str) -> Value {
    let house = &settings.house;
    let about = &told.about;
    let paper = |there: bool, path: &str| there.then(|| format!("{}{path}", settings.origin));
    let feeds = |local: &str| json!({ "local": local, "remote": "authenticated" });
    json!({
        "domain": settings.host(),
        "title": settings.name,
        "version": version(settings),
        "source_url": settings.source_url,
        "description": description(settings),
        "usage": { "users": { "active_month": about.active_month } },
        "wrapstodon": null,
        "thumbnail": {
            "url": thumbnail(settings),
            "description": "",
            "versions": { "@1x": thumbnail(settings), "@2x": thumbnail(settings) },
        },
        "icon": [],
        "languages": ["en"],
        "configuration": {
            "urls": {
                "streaming": streaming(settings),
                "status": null,
                "about": format!("{}/about", settings.origin),
                "privacy_policy": paper(house.privacy.is_some(), "/privacy-policy"),
                "terms_of_service": paper(house.terms.is_some(), "/terms-of-service"),
            },
            "vapid": { "public_key": vapid },
            "accounts": {
                "max_display_name_length": 100,
                "max_note_length": 5000,
                "max_avatar_description_length": 0,
                "max_header_description_length": 0,
                "max_featured_tags": 10,
                "max_pinned_statuses": 5,
                "max_profile_fields": 4,
                "profile_field_name_limit": 255,
                "profile_field_value_limit": 2047,
            },
            "statuses": statuses(),
            "media_attachments": media_attachments(settings),
            "polls": polls_allowed(),
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
        "api_versions": { "mastodon": 7, "kindred": 1 },
        "contact": { "email": house.email, "account": told.contact(settings) },
        "rules": told.rules,
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
        let told = Told {
            about: About {
                people: 3,
                posts: 4,
                comments: 5,
                instances: 6,
                active_month: 2,
                ..About::default()
            },
            contact: None,
            rules: Vec::new(),
        };
        insta::assert_json_snapshot!("instance_v1", instance_v1(&testing::settings(), &told));
        insta::assert_json_snapshot!("instance_v2", instance_v2(&testing::settings(), &told, ""));
    }
}
