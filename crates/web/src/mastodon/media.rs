//! Uploading: what comes with a post is sent first, and the post then names it.

use actix_web::{
    HttpResponse, Resource,
    http::StatusCode,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{
    Focus, Kindred, Refusal, UploadId,
    media::{self, Words},
};
use serde_json::json;

use super::{answer, entities::MediaAttachment, number};
use crate::{
    at,
    error::{ApiError, Failure},
    extract::{Bearer, Form, Params, scope},
    read,
};

type Uploader = Bearer<scope::WriteMedia>;

/// The addresses of uploads.
pub fn routes(cfg: &mut ServiceConfig) {
    let taking_in = |path: &str| -> Resource { at(path).route(web::post().to(upload)) };
    cfg.service(taking_in("/v2/media"))
        .service(taking_in("/v1/media"))
        .service(
            at("/v1/media/{id}")
                .route(read(show))
                .route(web::put().to(describe))
                .route(web::delete().to(discard)),
        );
}

/// `POST /api/v2/media`, and the older `POST /api/v1/media`: a file is ready when it is answered.
pub async fn upload(
    kindred: Data<Kindred>,
    who: Uploader,
    mut form: Form,
) -> Result<HttpResponse, ApiError> {
    let file = form.file("file").ok_or(Refusal::NoFile)?;
    let words = words(&form.params)?;
    let thumbnail = form.file("thumbnail");
    let upload = media::upload(&kindred, &who.me.actor, file, words, thumbnail).await?;
    Ok(answer(&MediaAttachment::uploaded(
        kindred.settings(),
        &upload,
    )))
}

/// `GET /api/v1/media/:id`
pub async fn show(
    kindred: Data<Kindred>,
    who: Uploader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let upload = media::find(&kindred, &who.me.actor, upload_id(&id)?).await?;
    Ok(answer(&MediaAttachment::uploaded(
        kindred.settings(),
        &upload,
    )))
}

/// `PUT /api/v1/media/:id`
pub async fn describe(
    kindred: Data<Kindred>,
    who: Uploader,
    id: Path<String>,
    mut form: Form,
) -> Result<HttpResponse, ApiError> {
    let words = words(&form.params)?;
    let thumbnail = form.file("thumbnail");
    let id = upload_id(&id)?;
    let upload = media::describe(&kindred, &who.me.actor, id, words, thumbnail).await?;
    Ok(answer(&MediaAttachment::uploaded(
        kindred.settings(),
        &upload,
    )))
}

/// `DELETE /api/v1/media/:id`
pub async fn discard(
    kindred: Data<Kindred>,
    who: Uploader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    media::discard(&kindred, &who.me.actor, upload_id(&id)?).await?;
    Ok(answer(&json!({})))
}

fn upload_id(text: &str) -> Result<UploadId, Refusal> {
    number(text, Refusal::NoSuchFile)
}

/// What is said about a file.
pub(super) fn words(params: &Params) -> Result<Words, Failure> {
    Ok(Words {
        description: params.text("description"),
        focus: match params.words("focus") {
            Some(text) => Some(focus(&text)?),
            None => None,
        },
    })
}

/// `-0.5,0.8`: what lies outside is moved to the edge.
fn focus(text: &str) -> Result<Focus, Failure> {
    let number = |text: &str| {
        text.trim()
            .parse::<f64>()
            .ok()
            .filter(|side| side.is_finite())
    };
    text.split_once(',')
        .and_then(|(x, y)| Some(Focus::of(number(x)?, number(y)?)))
        .ok_or_else(|| {
            Failure::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "the focus should be two numbers with a comma between them",
            )
        })
}

/// What is said about files of a post that is edited: `media_attributes[][id]` and so on.
pub(super) fn changed_words(params: &Params) -> Result<Vec<(UploadId, Words)>, Failure> {
    params
        .each("media_attributes")
        .iter()
        .map(|about| {
            let id = about.text("id").unwrap_or_default();
            let id = id
                .parse()
                .map_err(|_| Failure::from(Refusal::NotAttachable))?;
            Ok((id, words(about)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_focus_is_two_numbers() {
        assert_eq!(focus("0.5,-0.25").unwrap(), Focus { x: 50, y: -25 });
        assert_eq!(focus("-7, 9").unwrap(), Focus { x: -100, y: 100 });
        for nonsense in ["", "1", "a,b", "1,2,3", "NaN,0", "inf,0"] {
            assert!(focus(nonsense).is_err(), "{nonsense}");
        }
    }
}
