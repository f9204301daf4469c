//! `/oauth/authorize`: the page on which somebody decides whether a program may speak for them.
//!
//! It works without a script and in narrow windows, cannot be framed, and sends a program back only to an address that it named
//! when it introduced itself. Whoever is not signed in is asked to first.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Form},
};
use kindred_community::{
    Kindred, Refusal,
    oauth::{self, Denied, OUT_OF_BAND, Wish},
};
use serde::{Deserialize, Serialize};

use super::token;
use crate::{
    error::PageError,
    extract::{FromHere, Guest, Member, Params},
    pages::{self, consent},
};

/// What a program asks for, as it wrote it; the form on the page sends it back unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What it calls itself.
    #[serde(default)]
    pub client_id: String,
    /// Where it wants to be sent back to.
    #[serde(default)]
    pub redirect_uri: String,
    /// What it wants to be sent back with.
    #[serde(default)]
    pub response_type: String,
    /// What it wants to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What it wants to hear again, untouched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What its verifier will be compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge_method: Option<String>,
}

/// Yes or no, and to what.
#[derive(Debug, Deserialize)]
pub struct Answer {
    #[serde(flatten)]
    asked: Asked,
    #[serde(default)]
    form: String,
    #[serde(default, rename = "answer")]
    word: String,
}

impl Asked {
    fn of(params: &Params) -> Self {
        let given = |name: &str| params.text(name).filter(|text| !text.is_empty());
        Self {
            client_id: given("client_id").unwrap_or_default(),
            redirect_uri: given("redirect_uri").unwrap_or_default(),
            response_type: given("response_type").unwrap_or_default(),
            scope: token::scope(params),
            state: params.text("state"),
            code_challenge: given("code_challenge"),
            code_challenge_method: given("code_challenge_method"),
        }
    }

    /// The same question again, to come back to after signing in.
    pub(crate) fn address(&self) -> String {
        let query = serde_urlencoded::to_string(self).unwrap_or_default();
        format!("/oauth/authorize?{query}")
    }

    fn wish(&self, app: &oauth::App) -> Result<Wish, Denied> {
        oauth::wish(
            app,
            &self.response_type,
            self.scope.as_deref(),
            self.code_challenge.as_deref(),
            self.code_challenge_method.as_deref(),
        )
    }

    /// Sends the program back with what it is to hear; where nobody listens, the person sees it.
    fn send_back(&self, told: &[(&str, &str)]) -> HttpResponse {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(told);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        let query = query.finish();
        let address = if self.redirect_uri == OUT_OF_BAND {
            format!("/oauth/authorize/native?{query}")
        } else {
            let joint = match self.redirect_uri.split_once('?') {
                None => "?",
                Some((_, "")) => "",
                Some(_) => "&",
            };
            format!("{}{joint}{query}", self.redirect_uri)
        };
        HttpResponse::Found()
            .insert_header((header::LOCATION, address))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish()
    }
}

/// `GET /oauth/authorize`
pub async fn ask(
    req: HttpRequest,
    kindred: Data<Kindred>,
    guest: Guest,
) -> Result<HttpResponse, PageError> {
    let params = Params::from_query(req.query_string());
    let asked = Asked::of(&params);
    let app = oauth::asking(&kindred, &asked.client_id, &asked.redirect_uri).await?;
    let wish = match asked.wish(&app) {
        Ok(wish) => wish,
        Err(denied) => return Ok(turn_down(&asked, &denied)),
    };
    let again = params.flag("force_login").unwrap_or(false);
    match guest.0 {
        Some(me) if !again => {
            let page = consent::page(kindred.settings(), &me, &app, &wish, &asked);
            Ok(pages::hand_over_once(page, &asked.redirect_uri))
        }
        _ => Ok(pages::sign_in::first(&asked.address(), again)),
    }
}

fn turn_down(asked: &Asked, denied: &Denied) -> HttpResponse {
    asked.send_back(&[("error", denied.code), ("error_description", &denied.words)])
}

/// `POST /oauth/authorize`
pub async fn answer(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    answer: Form<Answer>,
) -> Result<HttpResponse, PageError> {
    let Answer { asked, form, word } = answer.into_inner();
    me.check(&form)?;
    let app = oauth::asking(&kindred, &asked.client_id, &asked.redirect_uri).await?;
    let wish = match asked.wish(&app) {
        Ok(wish) => wish,
        Err(denied) => return Ok(turn_down(&asked, &denied)),
    };
    if word == "no" {
        return Ok(asked.send_back(&[
            ("error", "access_denied"),
            ("error_description", "the person said no"),
        ]));
    }
    let code = oauth::consent(&kindred, me.0.account.id, &app, &asked.redirect_uri, wish).await?;
    Ok(asked.send_back(&[("code", &code)]))
}

/// `GET /oauth/authorize/native`: the code, for those who carry it to their program by hand.
pub async fn show_code(
    req: HttpRequest,
    kindred: Data<Kindred>,
    guest: Guest,
) -> Result<HttpResponse, PageError> {
    let params = Params::from_query(req.query_string());
    let looks_right = |code: &String| {
        code.len() < 100
            && code
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let page = match params.words("code").filter(looks_right) {
        Some(code) => consent::code_page(kindred.settings(), guest.0.as_ref(), &code),
        None if params.has("error") => {
            consent::turned_down_page(kindred.settings(), guest.0.as_ref())
        }
        None => return Err(Refusal::Gone.into()),
    };
    Ok(pages::hand_over_once(page, OUT_OF_BAND))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent_back(redirect_uri: &str, state: Option<&str>) -> String {
        let asked = Asked {
            redirect_uri: redirect_uri.to_owned(),
            state: state.map(str::to_owned),
            ..Asked::default()
        };
        let answer = asked.send_back(&[("code", "abc")]);
        let location = answer.headers().get("location").unwrap();
        location.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_program_is_sent_back_to_its_own_address_with_its_state_untouched() {
        assert_eq!(
            sent_back("https://phanpy.example/", Some("a b&c=ü")),
            "https://phanpy.example/?code=abc&state=a+b%26c%3D%C3%BC"
        );
        assert_eq!(
            sent_back("https://elk.example/cb?x=1", None),
            "https://elk.example/cb?x=1&code=abc"
        );
        assert_eq!(sent_back("icecubesapp://", None), "icecubesapp://?code=abc");
        assert_eq!(
            sent_back(OUT_OF_BAND, None),
            "/oauth/authorize/native?code=abc"
        );
    }

    #[test]
    fn a_question_survives_the_way_to_the_sign_in_page_and_back() {
        let asked = Asked::of(&Params::from_query(
            "client_id=a&redirect_uri=b%3A%2F%2Fc&response_type=code&scope=read+write&state=&code_challenge=x&code_challenge_method=S256&lang=de",
        ));
        let address = asked.address();
        let query = address.split_once('?').unwrap().1;
        assert_eq!(Asked::of(&Params::from_query(query)), asked);
        assert_eq!(asked.state.as_deref(), Some(""));
    }
}
