//! People and groups as accounts: who they are, what they said, following and joining them.
//!
//! Following a group is joining it; the heart knows the difference, clients need not.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    Actor, ActorKind, Kindred, Refusal,
    membership::{self, FollowWish},
    people,
    search::{self, Resolve},
    timelines::{self, Wanted},
    views::Section,
};

use super::{
    answer,
    entities::{Account, Relationship},
    lens, number,
    paging::{Cut, STATUSES},
    timelines::page,
};
use crate::{
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
};

/// `GET /api/v1/accounts/lookup`
pub async fn lookup(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let acct = params.words("acct").ok_or(Refusal::NoSuchPerson)?;
    let acct = acct.trim_start_matches(['@', '!']);
    let handle = if acct.contains('@') {
        acct.to_owned()
    } else {
        format!("{acct}@{}", kindred.settings().host())
    };
    let viewer = caller.viewer();
    // On the heap, because the way to other servers makes it large.
    let found = Box::pin(search::find(
        &kindred,
        &viewer,
        &handle,
        Resolve::Locally,
        1,
    ))
    .await?;
    let actor = found.actors.first().ok_or(Refusal::NoSuchPerson)?;
    Ok(answer(&Account::of(kindred.settings(), actor)))
}

/// `GET /api/v1/accounts/relationships`
pub async fn relationships(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadFollows>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let ids = params
        .list("id")
        .iter()
        .filter_map(|id| id.parse().ok())
        .collect();
    let found = membership::relationships(&kindred, &who.me.actor, ids).await?;
    Ok(answer(
        &found
            .into_iter()
            .map(Relationship::from)
            .collect::<Vec<_>>(),
    ))
}

/// `GET /api/v1/accounts/:id`
pub async fn show(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadAccounts>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let actor = people::profile(
        &kindred,
        &caller.viewer(),
        number(&id, Refusal::NoSuchPerson)?,
    )
    .await?;
    Ok(answer(&Account::of(kindred.settings(), &actor)))
}

/// `GET /api/v1/accounts/:id/statuses`
pub async fn statuses(
    req: HttpRequest,
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadStatuses>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let viewer = caller.viewer();
    let actor = people::profile(&kindred, &viewer, number(&id, Refusal::NoSuchPerson)?).await?;
    let cut = Cut::asked(&params, STATUSES);
    let wanted = Wanted {
        replies: !params.flag("exclude_replies").unwrap_or(false),
        // What a group passes on is all it has to say: a client that wants no boosts would show it empty.
        boosts: actor.kind == ActorKind::Group || !params.flag("exclude_reblogs").unwrap_or(false),
        only_media: params.flag("only_media").unwrap_or(false),
        pinned: params.flag("pinned").unwrap_or(false),
        tagged: params.words("tagged"),
    };
    let entries = timelines::of_actor(&kindred, &viewer, actor.id, cut.page(), wanted).await?;
    Ok(page(
        &req,
        &lens(&kindred, caller.me.as_ref()),
        cut,
        &entries,
    ))
}

/// `POST /api/v1/accounts/:id/follow`
pub async fn follow(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteFollows>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let wish = FollowWish {
        show_boosts: params.flag("reblogs"),
        notify: params.flag("notify"),
        languages: params.has("languages").then(|| params.list("languages")),
    };
    let target = number(&id, Refusal::NoSuchPerson)?;
    Ok(answer(&Relationship::from(
        membership::follow(&kindred, &who.me.actor, target, wish).await?,
    )))
}

/// `POST /api/v1/accounts/:id/unfollow`
pub async fn unfollow(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteFollows>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let target = number(&id, Refusal::NoSuchPerson)?;
    Ok(answer(&Relationship::from(
        membership::unfollow(&kindred, &who.me.actor, target).await?,
    )))
}

/// One page of people with its links.
pub(super) fn people(
    req: &HttpRequest,
    kindred: &Kindred,
    cut: Cut,
    found: &Section<Actor>,
) -> HttpResponse {
    let accounts: Vec<Account<'_>> = found
        .items
        .iter()
        .map(|actor| Account::of(kindred.settings(), actor))
        .collect();
    cut.answer(kindred.settings(), req, found, &accounts)
}
