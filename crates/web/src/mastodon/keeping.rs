//! What somebody does with a status for themself, and who else likes it or passed it on.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig, post},
};
use kindred_community::{Kindred, PostId, Refusal, posts, timelines};

use super::{
    accounts::people,
    answer,
    entities::Status,
    lens, number,
    paging::{ACCOUNTS, Cut},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    read, reading,
};

/// The addresses of what hangs on a status.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/statuses").guard(reading()).route(read(several)))
        .service(at("/v1/statuses/{id}/bookmark").route(post().to(bookmark)))
        .service(at("/v1/statuses/{id}/unbookmark").route(post().to(unbookmark)))
        .service(at("/v1/statuses/{id}/mute").route(post().to(mute)))
        .service(at("/v1/statuses/{id}/unmute").route(post().to(unmute)))
        .service(at("/v1/statuses/{id}/pin").route(post().to(pin)))
        .service(at("/v1/statuses/{id}/unpin").route(post().to(unpin)))
        .service(at("/v1/statuses/{id}/reblogged_by").route(read(reblogged_by)))
        .service(at("/v1/statuses/{id}/favourited_by").route(read(favourited_by)));
}

fn post_id(text: &str) -> Result<PostId, Refusal> {
    number(text, Refusal::NoSuchPost)
}

/// `GET /api/v1/statuses?id[]=`
async fn several(
    kindred: Data<Kindred>,
    reader: Caller<scope::ReadStatuses>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let ids = params.numbers("id");
    let views = timelines::several(&kindred, &reader.viewer(), ids).await?;
    let lens = lens(&kindred, reader.me.as_ref());
    let statuses: Vec<Status<'_>> = views.iter().map(|view| Status::of(&lens, view)).collect();
    Ok(answer(&statuses))
}

/// Makes a handler that does something with a status and answers how it looks then.
macro_rules! deeds {
    ($($(#[$doc:meta])* $name:ident: $scope:ident => $deed:path;)*) => {$(
        $(#[$doc])*
        async fn $name(
            kindred: Data<Kindred>,
            who: Bearer<scope::$scope>,
            id: Path<String>,
        ) -> Result<HttpResponse, ApiError> {
            let view = $deed(&kindred, &who.me.actor, post_id(&id)?).await?;
            Ok(answer(&Status::of(&lens(&kindred, Some(&who.me)), &view)))
        }
    )*};
}

deeds! {
    /// `POST /api/v1/statuses/:id/bookmark`
    bookmark: WriteBookmarks => posts::keep;
    /// `POST /api/v1/statuses/:id/unbookmark`
    unbookmark: WriteBookmarks => posts::let_go;
    /// `POST /api/v1/statuses/:id/mute`
    mute: WriteMutes => posts::mute;
    /// `POST /api/v1/statuses/:id/unmute`
    unmute: WriteMutes => posts::unmute;
    /// `POST /api/v1/statuses/:id/pin`
    pin: WriteAccounts => posts::pin;
    /// `POST /api/v1/statuses/:id/unpin`
    unpin: WriteAccounts => posts::unpin;
}

/// `GET /api/v1/statuses/:id/reblogged_by`
async fn reblogged_by(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Caller<scope::ReadStatuses>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let found = timelines::boosters(&kindred, &reader.viewer(), post_id(&id)?, cut.page()).await?;
    Ok(people(&req, &kindred, cut, &found))
}

/// `GET /api/v1/statuses/:id/favourited_by`
async fn favourited_by(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Caller<scope::ReadStatuses>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let found = timelines::likers(&kindred, &reader.viewer(), post_id(&id)?, cut.page()).await?;
    Ok(people(&req, &kindred, cut, &found))
}
