//! Who calls the API: the person behind an access token, and what the token may do.
//!
//! Each route names its scope in the type it takes, so a route without a scope does not compile by accident.

use std::{future::Future, marker::PhantomData, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use kindred_community::{
    Refusal, accounts,
    views::{SignedIn, Viewer},
};

use super::kindred;
use crate::error::{ApiError, Failure};

/// A right that a token can carry.
pub trait Scope: 'static {
    /// Any of these will do; wider ones include them.
    const ANY_OF: &'static [&'static str];
}

/// The scopes that the routes ask for.
pub mod scope {
    macro_rules! scopes {
        ($($(#[$doc:meta])* $name:ident = $($word:literal)|+;)*) => {$(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl super::Scope for $name {
                const ANY_OF: &'static [&'static str] = &[$($word),+];
            }
        )*};
    }

    scopes! {
        /// Who am I.
        Profile = "profile" | "read:accounts";
        /// See people and groups.
        ReadAccounts = "read:accounts";
        /// See posts.
        ReadStatuses = "read:statuses";
        /// See whom one follows.
        ReadFollows = "read:follows";
        /// Search.
        ReadSearch = "read:search";
        /// Post, edit, delete, pass on.
        WriteStatuses = "write:statuses";
        /// Like.
        WriteFavourites = "write:favourites";
        /// Follow and join.
        WriteFollows = "write:follows";
    }
}

/// Somebody signed in whose token reaches the scope `S`.
#[derive(Debug)]
pub struct Bearer<S> {
    /// Who it is.
    pub me: SignedIn,
    scope: PhantomData<S>,
}

impl<S> Bearer<S> {
    /// As whom things are looked at.
    pub fn viewer(&self) -> Viewer {
        Viewer::Local(self.me.actor.id)
    }
}

impl<S: Scope> FromRequest for Bearer<S> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let me = signed_in(&req).await?.ok_or(Refusal::NotSignedIn)?;
            check_scope::<S>(&me)?;
            Ok(Self {
                me,
                scope: PhantomData,
            })
        })
    }
}

/// Somebody signed in whose token reaches the scope `S`, or a stranger. A wrong token is refused, not overlooked.
#[derive(Debug)]
pub struct Caller<S> {
    /// Who it is, if anybody.
    pub me: Option<SignedIn>,
    scope: PhantomData<S>,
}

impl<S> Caller<S> {
    /// As whom things are looked at.
    pub fn viewer(&self) -> Viewer {
        self.me
            .as_ref()
            .map_or(Viewer::Stranger, |me| Viewer::Local(me.actor.id))
    }
}

impl<S: Scope> FromRequest for Caller<S> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let me = signed_in(&req).await?;
            if let Some(me) = &me {
                check_scope::<S>(me)?;
            }
            Ok(Self {
                me,
                scope: PhantomData,
            })
        })
    }
}

fn check_scope<S: Scope>(me: &SignedIn) -> Result<(), Refusal> {
    if S::ANY_OF.iter().any(|scope| me.allows(scope)) {
        Ok(())
    } else {
        Err(Refusal::OutsideScopes)
    }
}

async fn signed_in(req: &HttpRequest) -> Result<Option<SignedIn>, Failure> {
    let Some(token) = token(req)? else {
        return Ok(None);
    };
    Ok(Some(accounts::by_token(&kindred(req), &token).await?))
}

/// The token in the header or, for those who cannot set one, in the query. Another kind of authorization is no token.
fn token(req: &HttpRequest) -> Result<Option<String>, Refusal> {
    let Some(value) = req.headers().get(header::AUTHORIZATION) else {
        return Ok(in_query(req.query_string()));
    };
    let value = value.to_str().map_err(|_| Refusal::NotSignedIn)?;
    match value.split_once(' ') {
        Some((kind, token)) if kind.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Ok(Some(token.trim().to_owned()))
        }
        _ => Err(Refusal::NotSignedIn),
    }
}

fn in_query(query: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, token)| name == "access_token" && !token.is_empty())
        .map(|(_, token)| token.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_token_is_found_in_the_header_or_the_query() {
        let with = |value: &str| {
            token(
                &TestRequest::get()
                    .insert_header(("Authorization", value))
                    .to_http_request(),
            )
        };
        assert_eq!(with("Bearer abc"), Ok(Some("abc".into())));
        assert_eq!(with("bearer  abc "), Ok(Some("abc".into())));
        assert_eq!(with("Basic abc"), Err(Refusal::NotSignedIn));
        assert_eq!(with("Bearer "), Err(Refusal::NotSignedIn));
        let asked = |uri: &str| token(&TestRequest::with_uri(uri).to_http_request());
        assert_eq!(
            asked("/?limit=3&access_token=a%2Bb"),
            Ok(Some("a+b".into()))
        );
        assert_eq!(asked("/"), Ok(None));
    }
}
