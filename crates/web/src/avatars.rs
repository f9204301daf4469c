//! Drawn faces for people, emblems for groups, and landscapes above their pages, for those who have no picture of their own.
//!
//! A drawing depends on the name alone: the same name has the same face everywhere and always, and nobody has to ask a
//! database or another server for it.

mod drawing;
mod png;

use actix_web::{HttpResponse, http::StatusCode, http::header, web::Path};
use kindred_community::{Actor, ActorKind};

use crate::error::PageError;
use drawing::Drawing;

/// The longest name that gets a drawing.
const LONGEST_NAME: usize = 400;

/// In which form a drawing is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Sharp at every size: for pages.
    Svg,
    /// For clients that cannot draw themselves.
    Png,
}

impl Form {
    fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}

/// The path of an actor's drawn face or emblem.
pub fn avatar_path(actor: &Actor, form: Form) -> String {
    format!("/avatars/{}", file_name(actor, form))
}

/// The path of the landscape above an actor's page.
pub fn header_path(actor: &Actor, form: Form) -> String {
    format!("/headers/{}", file_name(actor, form))
}

fn file_name(actor: &Actor, form: Form) -> String {
    let mark = if actor.kind == ActorKind::Group {
        ".group"
    } else {
        ""
    };
    format!(
        "{}{mark}.{}",
        kindred_community::links::acct(actor),
        form.ending()
    )
}

/// A face or an emblem.
pub async fn avatar(file: Path<String>) -> Result<HttpResponse, PageError> {
    let (name, group, form) = read_file_name(&file)?;
    let drawing = if group {
        Drawing::emblem(name)
    } else {
        Drawing::face(name)
    };
    Ok(hand_over(&drawing, form))
}

/// A landscape.
pub async fn header(file: Path<String>) -> Result<HttpResponse, PageError> {
    let (name, _, form) = read_file_name(&file)?;
    Ok(hand_over(&Drawing::landscape(name), form))
}

/// `rust.group.svg` is the emblem of the group `rust`, `bo@far.example.png` the face of somebody elsewhere.
fn read_file_name(file: &str) -> Result<(&str, bool, Form), PageError> {
    let unknown = || PageError::new(StatusCode::NOT_FOUND, "there is no such picture");
    let (stem, ending) = file.rsplit_once('.').ok_or_else(unknown)?;
    let form = match ending {
        "svg" => Form::Svg,
        "png" => Form::Png,
        _ => return Err(unknown()),
    };
    let (name, group) = stem
        .strip_suffix(".group")
        .map_or((stem, false), |name| (name, true));
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err(unknown());
    }
    Ok((name, group, form))
}

fn hand_over(drawing: &Drawing, form: Form) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    answer.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    match form {
        Form::Svg => answer
            .insert_header((header::CONTENT_TYPE, "image/svg+xml"))
            .body(drawing.svg()),
        Form::Png => answer
            .insert_header((header::CONTENT_TYPE, "image/png"))
            .body(drawing.png()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_picture_tells_whose_it_is() {
        assert_eq!(
            read_file_name("nadia.svg").unwrap(),
            ("nadia", false, Form::Svg)
        );
        assert_eq!(
            read_file_name("bo@far.example.png").unwrap(),
            ("bo@far.example", false, Form::Png)
        );
        assert_eq!(
            read_file_name("rust@far.example.group.png").unwrap(),
            ("rust@far.example", true, Form::Png)
        );
        for bad in [
            "",
            "nadia",
            ".svg",
            "nadia.gif",
            &format!("{}.svg", "x".repeat(500)),
        ] {
            assert!(read_file_name(bad).is_err(), "{bad}");
        }
    }
}
