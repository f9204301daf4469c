//! The page on which somebody reads what a program wants, and says yes or no.

use kindred_community::{
    links,
    oauth::{App, OUT_OF_BAND, Wish},
    settings::Settings,
    views::Visitor,
};
use maud::{Markup, html};
use url::Url;

use super::{
    layout::{self, Head},
    texts::sign_in as texts,
};
use crate::oauth::authorize::Asked;

/// The page. The first form on it says yes.
pub fn page(settings: &Settings, me: &Visitor, app: &App, wish: &Wish, asked: &Asked) -> Markup {
    let content = html! {
        section.setup.narrow {
            h1 { (texts::wants_in(&app.name)) }
            @if let Some(website) = &app.website { p.small-print { (website) } }
            p.lede { (texts::CONSENT_LEDE) }
            ul { @for scope in wish.scopes.split_whitespace() { li { (texts::may(scope)) } } }
            p { (texts::signed_in_as(&links::full_acct(settings, &me.actor))) " " (texts::CONSENT_NOTE) }
            @if asked.redirect_uri != OUT_OF_BAND { p.small-print { (texts::leads_to(&place(&asked.redirect_uri))) } }
            form.fields-form method="post" action="/oauth/authorize" {
                (hidden(me, asked, "yes"))
                button.button type="submit" { (texts::ALLOW) }
            }
            form.fields-form method="post" action="/oauth/authorize" {
                (hidden(me, asked, "no"))
                button.button.quiet-button type="submit" { (texts::DENY) }
            }
            p { a href={ "/login?" (again(asked)) } { (texts::ANOTHER_ACCOUNT) } }
        }
    };
    layout::page(
        settings,
        &head(&texts::wants_in(&app.name), Some(me)),
        &content,
    )
}

fn hidden(me: &Visitor, asked: &Asked, answer: &str) -> Markup {
    let given = [
        ("scope", &asked.scope),
        ("state", &asked.state),
        ("code_challenge", &asked.code_challenge),
        ("code_challenge_method", &asked.code_challenge_method),
    ];
    html! {
        input type="hidden" name="form" value=(me.form);
        input type="hidden" name="answer" value=(answer);
        input type="hidden" name="client_id" value=(asked.client_id);
        input type="hidden" name="redirect_uri" value=(asked.redirect_uri);
        input type="hidden" name="response_type" value=(asked.response_type);
        @for (name, value) in given {
            @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
        }
    }
}

fn again(asked: &Asked) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", &asked.address())
        .append_pair("again", "true")
        .finish()
}

/// The part of an address that tells where it leads: the host, or the scheme of a program on the device.
fn place(address: &str) -> String {
    match Url::parse(address) {
        Ok(url) => match url.host_str() {
            Some(host) if matches!(url.scheme(), "http" | "https") => host.to_owned(),
            _ => format!("{}:", url.scheme()),
        },
        Err(_) => address.to_owned(),
    }
}

/// The page that shows the code.
pub fn code_page(settings: &Settings, me: Option<&Visitor>, code: &str) -> Markup {
    let content = html! {
        section.setup.narrow {
            h1 { (texts::CODE) }
            p.lede { (texts::CODE_HELP) }
            p.copy { code { (code) } }
        }
    };
    layout::page(settings, &head(texts::CODE, me), &content)
}

/// The page for a program that was not let in and is not here to be told.
pub fn turned_down_page(settings: &Settings, me: Option<&Visitor>) -> Markup {
    let content = html! {
        section.setup.narrow {
            h1 { (texts::TURNED_DOWN) }
            p.lede { (texts::TURNED_DOWN_MORE) }
        }
    };
    layout::page(settings, &head(texts::TURNED_DOWN, me), &content)
}

fn head<'a>(title: &str, me: Option<&'a Visitor>) -> Head<'a> {
    Head {
        title: Some(title.to_owned()),
        hidden: true,
        me,
        ..Head::default()
    }
}
