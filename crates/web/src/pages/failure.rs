//! The page for when something does not work.
//!
//! It shows the words of the refusal and never the cause of a breakage.

use kindred_community::settings::Settings;
use maud::{Markup, html};

use super::{
    layout::{self, Head},
    texts,
};
use crate::error::Failure;

/// The page of this failure.
pub fn page(settings: &Settings, failure: &Failure) -> Markup {
    let (headline, help) = texts::failure(failure.status.as_u16());
    let head = Head {
        title: Some(headline.to_owned()),
        description: texts::instance_description(&settings.name),
        hidden: true,
        ..Head::default()
    };
    let content = html! {
        section.failure.narrow {
            p.code aria-hidden="true" { (failure.status.as_u16()) }
            h1 { (headline) }
            p.lede { (help) }
            @if failure.status.is_client_error() && failure.words != texts::NOTHING_HERE {
                p.words { "“" (failure.words) "”" }
            }
            p { a.button href="/" { (texts::BACK_HOME) } }
        }
    };
    layout::page(settings, &head, &content)
}
