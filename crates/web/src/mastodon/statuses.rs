//! Posts as statuses: writing, changing and deleting them, liking them and passing them on.
//!
//! A post goes to a group by naming it or by answering in it; that is decided behind this door.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Path},
};
use kindred_community::{
    ActorId, Kindred, PostId, QuotePolicy, Refusal, pages, posts, timelines,
    views::{Audience, Draft, PollDraft, PostView, SignedIn, TextFormat},
};

use super::{
    answer,
    entities::{Context, ScheduledStatus, Status, StatusEdit, StatusSource},
    lens,
    media::changed_words,
    number,
    scheduled::due,
};
use crate::{
    error::{ApiError, Failure},
    extract::{Bearer, Caller, Params, scope},
};

type Writer = Bearer<scope::WriteStatuses>;
type Liker = Bearer<scope::WriteFavourites>;
type Reader = Caller<scope::ReadStatuses>;

fn post_id(text: &str) -> Result<PostId, Refusal> {
    number(text, Refusal::NoSuchPost)
}

/// `POST /api/v1/statuses`
pub async fn create(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let key = req
        .headers()
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok())
        .map(str::to_owned);
    let draft = revise(usual(&who.me), &params)?;
    if let Some(due_at) = due(&params)? {
        let later = posts::later::schedule(&kindred, &who.me.actor, draft, due_at, key).await?;
        return Ok(answer(&ScheduledStatus::of(kindred.settings(), &later)));
    }
    let view = posts::publish(&kindred, &who.me.actor, draft, key).await?;
    Ok(answer(&Status::of(&lens(&kindred, Some(&who.me)), &view)))
}

/// `PUT /api/v1/statuses/:id`
pub async fn edit(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = post_id(&id)?;
    let before = timelines::one(&kindred, &who.viewer(), id).await?;
    let draft = revise(as_written(&before), &params)?;
    let view = posts::edit(&kindred, &who.me.actor, id, draft).await?;
    Ok(answer(&Status::of(&lens(&kindred, Some(&who.me)), &view)))
}

/// `DELETE /api/v1/statuses/:id`
pub async fn delete(
    kindred: Data<Kindred>,
    who: Writer,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let view = posts::delete(&kindred, &who.me.actor, post_id(&id)?).await?;
    Ok(answer(&Status::with_text(
        &lens(&kindred, Some(&who.me)),
        &view,
    )))
}

/// `GET /api/v1/statuses/:id`
pub async fn show(
    kindred: Data<Kindred>,
    reader: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let entry = posts::entry(&kindred, &reader.viewer(), post_id(&id)?).await?;
    Ok(answer(&Status::entry(
        &lens(&kindred, reader.me.as_ref()),
        &entry,
    )))
}

/// `GET /api/v1/statuses/:id/context`
pub async fn context(
    kindred: Data<Kindred>,
    reader: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let thread = pages::thread(&kindred, &reader.viewer(), post_id(&id)?).await?;
    Ok(answer(&Context::of(
        &lens(&kindred, reader.me.as_ref()),
        &thread,
    )))
}

/// `GET /api/v1/statuses/:id/source`
pub async fn source(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadStatuses>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let view = timelines::one(&kindred, &who.viewer(), post_id(&id)?).await?;
    Ok(answer(&StatusSource::of(&view)))
}

/// `GET /api/v1/statuses/:id/history`
pub async fn history(
    kindred: Data<Kindred>,
    reader: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (view, before) = posts::history(&kindred, &reader.viewer(), post_id(&id)?).await?;
    let lens = lens(&kindred, reader.me.as_ref());
    Ok(answer(&StatusEdit::all(&lens, &view, &before)))
}

/// `POST /api/v1/statuses/:id/translate`: nothing here translates, but who may not see a post is not even told that.
pub async fn translate(
    kindred: Data<Kindred>,
    reader: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    timelines::one(&kindred, &reader.viewer(), post_id(&id)?).await?;
    Err(ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "nothing is set up here that translates",
    ))
}

/// `POST /api/v1/statuses/:id/favourite`
pub async fn favourite(
    kindred: Data<Kindred>,
    who: Liker,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let view = posts::like(&kindred, &who.me.actor, post_id(&id)?).await?;
    Ok(answer(&Status::of(&lens(&kindred, Some(&who.me)), &view)))
}

/// `POST /api/v1/statuses/:id/unfavourite`
pub async fn unfavourite(
    kindred: Data<Kindred>,
    who: Liker,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let view = posts::unlike(&kindred, &who.me.actor, post_id(&id)?).await?;
    Ok(answer(&Status::of(&lens(&kindred, Some(&who.me)), &view)))
}

/// `POST /api/v1/statuses/:id/reblog`: answers with the new wrapper.
pub async fn reblog(
    kindred: Data<Kindred>,
    who: Writer,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let entry = posts::boost(&kindred, &who.me.actor, post_id(&id)?).await?;
    Ok(answer(&Status::entry(
        &lens(&kindred, Some(&who.me)),
        &entry,
    )))
}

/// `POST /api/v1/statuses/:id/unreblog`: answers with the post itself.
pub async fn unreblog(
    kindred: Data<Kindred>,
    who: Writer,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let view = posts::unboost(&kindred, &who.me.actor, post_id(&id)?).await?;
    Ok(answer(&Status::of(&lens(&kindred, Some(&who.me)), &view)))
}

/// An empty draft with what somebody usually chooses.
fn usual(me: &SignedIn) -> Draft {
    let habits = &me.account.habits;
    Draft {
        audience: audience(&habits.privacy).unwrap_or_default(),
        sensitive: habits.sensitive,
        language: habits.language.clone(),
        app: me.token.app,
        // Everybody is the usual anyway.
        quote_policy: habits
            .quote_policy
            .parse()
            .ok()
            .filter(|policy| *policy != QuotePolicy::Public),
        ..Draft::default()
    }
}

/// A post as a draft again, so that an edit changes only what it names.
fn as_written(view: &PostView) -> Draft {
    let post = &view.post;
    Draft {
        text: super::entities::written(view),
        title: post.title.clone(),
        warning: post.warning.clone(),
        sensitive: post.sensitive,
        language: post.language.clone(),
        reply_to: post.parent_id,
        media: Some(post.attachments.iter().filter_map(|file| file.id).collect()),
        ..Draft::default()
    }
}

/// A draft with everything that the parameters say.
fn revise(mut draft: Draft, params: &Params) -> Result<Draft, Failure> {
    if let Some(text) = params.text("status") {
        draft.text = text;
    }
    if params.has("spoiler_text") {
        draft.warning = params.words("spoiler_text");
    }
    if params.has("title") {
        draft.title = params.words("title");
    }
    if let Some(sensitive) = params.flag("sensitive") {
        draft.sensitive = sensitive;
    }
    if let Some(language) = params.words("language") {
        draft.language = Some(language);
    }
    if let Some(format) = params.words("content_type") {
        draft.format = match format.as_str() {
            "text/markdown" => TextFormat::Markdown,
            "text/html" => TextFormat::Html,
            _ => TextFormat::Plain,
        };
    }
    if let Some(visibility) = params.words("visibility") {
        draft.audience = audience(&visibility)?;
    }
    if let Some(parent) = params.words("in_reply_to_id") {
        draft.reply_to = Some(post_id(&parent)?);
    }
    if params.has("media_ids") {
        let ids = params.list("media_ids");
        let ids = ids.iter().filter(|id| !id.is_empty());
        draft.media = Some(
            ids.map(|id| number(id, Refusal::NotAttachable))
                .collect::<Result<_, _>>()?,
        );
    }
    draft.media_words = changed_words(params)?;
    if let Some(group) = params.words("group_id") {
        draft.group = Some(number::<ActorId>(&group, Refusal::NoSuchGroup)?);
    }
    // `quote_id` is what programs write that knew quotes before Mastodon had them.
    let quoted = params.words("quoted_status_id");
    if let Some(quoted) = quoted.or_else(|| params.words("quote_id")) {
        draft.quote = Some(post_id(&quoted)?);
    }
    if let Some(policy) = params.words("quote_approval_policy") {
        draft.quote_policy = Some(super::quotes::policy(&policy)?);
    }
    if let Some(poll) = params.inside("poll") {
        draft.poll = question(&poll)?;
    }
    Ok(draft)
}

/// What the parameters of a poll ask; nothing when they name no option.
fn question(params: &Params) -> Result<Option<PollDraft>, Failure> {
    let options = params.list("options");
    if options.is_empty() {
        return Ok(None);
    }
    let seconds = params
        .number("expires_in")
        .ok_or_else(|| unprocessable("please say for how long the poll is open"))?;
    Ok(Some(PollDraft {
        options,
        multiple: params.flag("multiple").unwrap_or(false),
        hide_totals: params.flag("hide_totals").unwrap_or(false),
        open_for: Duration::from_secs(seconds),
    }))
}

fn audience(visibility: &str) -> Result<Audience, Failure> {
    match visibility {
        "public" => Ok(Audience::Public),
        "unlisted" => Ok(Audience::Unlisted),
        "private" => Ok(Audience::Followers),
        "direct" => Ok(Audience::Direct),
        // Guessing would show somebody's words to more people than meant.
        other => Err(unprocessable(format!("there is no visibility {other:?}"))),
    }
}

fn unprocessable(words: impl Into<String>) -> Failure {
    Failure::new(StatusCode::UNPROCESSABLE_ENTITY, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(form: &str) -> Result<Draft, u16> {
        revise(Draft::default(), &Params::from_query(form))
            .map_err(|failure| failure.status.as_u16())
    }

    #[test]
    fn a_form_becomes_a_draft() {
        let draft = draft(
            "status=Hello&spoiler_text=food&sensitive=1&language=de&visibility=private&in_reply_to_id=7&content_type=text/markdown",
        )
        .unwrap();
        assert_eq!(
            draft,
            Draft {
                text: "Hello".into(),
                warning: Some("food".into()),
                sensitive: true,
                language: Some("de".into()),
                audience: Audience::Followers,
                reply_to: Some(PostId(7)),
                format: TextFormat::Markdown,
                ..Draft::default()
            }
        );
    }

    #[test]
    fn what_cannot_be_kept_is_refused_and_not_dropped() {
        for (form, expected) in [
            ("status=a&media_ids[]=x", 422),
            ("status=a&media_attributes[][id]=x", 422),
            ("status=a&poll[options][]=x&poll[options][]=y", 422),
            (
                "status=a&poll[options][]=x&poll[options][]=y&poll[expires_in]=soon",
                422,
            ),
            ("status=a&visibility=secret", 422),
            ("status=a&in_reply_to_id=abc", 404),
        ] {
            assert_eq!(draft(form), Err(expected), "{form}");
        }
        assert!(
            draft("status=a&poll=&scheduled_at=").is_ok(),
            "nothing was asked for"
        );
    }

    #[test]
    fn an_edit_keeps_what_it_does_not_name() {
        let before = Draft {
            text: "old".into(),
            warning: Some("food".into()),
            ..Draft::default()
        };
        let after = revise(before.clone(), &Params::from_query("status=new")).unwrap();
        assert_eq!(
            (after.text.as_str(), after.warning.as_deref()),
            ("new", Some("food"))
        );
        let after = revise(before, &Params::from_query("spoiler_text=")).unwrap();
        assert_eq!((after.text.as_str(), after.warning), ("old", None));
    }
}
