//! Where an invitation link leads: what the group is, and how one comes in. Nobody has to be signed in to read it.
//!
//! A closed group shows its name to whoever holds a link, and nothing else.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    Kindred, Visibility,
    invitations::{self, Invitation},
    settings::Settings,
    views::Viewer,
};
use maud::{Markup, html};

use super::{
    hand_over,
    layout::{self, Head},
    parts, texts,
};
use crate::error::PageError;

/// `GET /g/{handle}/join/{token}`
pub async fn show(
    req: HttpRequest,
    kindred: Data<Kindred>,
    asked: Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let (_, token) = asked.into_inner();
    let invitation = invitations::look(&kindred, &Viewer::Stranger, &token).await?;
    let page = page(kindred.settings(), &invitation, &token);
    Ok(hand_over(&req, page, None))
}

/// The page.
pub fn page(settings: &Settings, invitation: &Invitation, token: &str) -> Markup {
    let Invitation { group, face } = invitation;
    let open = group.visibility == Visibility::Public;
    let head = Head {
        title: Some(texts::INVITATION.to_owned()),
        description: texts::instance_description(&settings.name),
        hidden: true,
        ..Head::default()
    };
    let content = html! {
        section.setup.narrow {
            h1 { (texts::invited_to(parts::name(face))) }
            p.handle { (parts::full_handle(settings, face)) }
            @if open {
                div.words.lede dir="auto" { (parts::rich(&face.summary)) }
                (parts::chips(&face.topics))
            }
            h2 { (texts::INVITATION_HERE) }
            p { (texts::INVITATION_HERE_HELP) }
            p.copy { code { (token) } }
            @if open {
                h2 { (texts::INVITATION_ELSEWHERE) }
                (parts::follow_box(settings, face))
                p { a.button href=(parts::address(settings, face)) { (texts::INVITATION_LOOK) } }
            }
        }
    };
    layout::page(settings, &head, &content)
}
