//! Who calls the API: the person behind an access token, and what the token may do.
//!
//! Each route names its scope in the type it takes, so a route without a scope does not compile by accident.

use std::{future::Future, marker::PhantomData, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use kindred_community::{
    Refusal, accounts,
    settings::Federation,
    views::{Bearing, SignedIn, Token, Viewer},
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
        ($($(#[$doc:meta])* $name:ident = $($word:literal)|*;)*) => {$(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl super::Scope for $name {
                const ANY_OF: &'static [&'static str] = &[$($word),*];
            }
        )*};
    }

    scopes! {
        /// Any token will do.
        Any = ;
        /// Who am I.
        Profile = "profile" | "read:accounts";
        /// The claims about oneself that other sites may ask for.
        Claims = "profile";
        /// Everything that can be read.
        ReadAll = "read";
        /// See people and groups, and what belongs to one's own account.
        ReadAccounts = "read:accounts";
        /// See whom one blocks.
        ReadBlocks = "read:blocks";
        /// See one's bookmarks.
        ReadBookmarks = "read:bookmarks";
        /// See what one likes.
        ReadFavourites = "read:favourites";
        /// See one's filters.
        ReadFilters = "read:filters";
        /// See whom one follows.
        ReadFollows = "read:follows";
        /// See memberships, requests and bans of groups.
        ReadGroups = "read:groups";
        /// See one's lists.
        ReadLists = "read:lists";
        /// See whom one mutes.
        ReadMutes = "read:mutes";
        /// See one's notifications.
        ReadNotifications = "read:notifications";
        /// Search.
        ReadSearch = "read:search";
        /// See posts.
        ReadStatuses = "read:statuses";
        /// Either half of what a stream of one's own carries.
        ReadStream = "read:statuses" | "read:notifications";
        /// Change one's profile, pins and settings.
        WriteAccounts = "write:accounts";
        /// Block people and servers.
        WriteBlocks = "write:blocks";
        /// Keep and drop bookmarks.
        WriteBookmarks = "write:bookmarks";
        /// Read and remove conversations.
        WriteConversations = "write:conversations";
        /// Like.
        WriteFavourites = "write:favourites";
        /// Make and change filters.
        WriteFilters = "write:filters";
        /// Follow and join.
        WriteFollows = "write:follows";
        /// Found, change and look after groups.
        WriteGroups = "write:groups";
        /// Make and change lists.
        WriteLists = "write:lists";
        /// Upload.
        WriteMedia = "write:media";
        /// Mute people and conversations.
        WriteMutes = "write:mutes";
        /// Dismiss notifications.
        WriteNotifications = "write:notifications";
        /// Report.
        WriteReports = "write:reports";
        /// Post, edit, delete, pass on.
        WriteStatuses = "write:statuses";
        /// Be told by push.
        Push = "push";
        /// See accounts as an admin does.
        AdminReadAccounts = "admin:read:accounts";
        /// See blocked addresses of mail.
        AdminReadCanonicalEmailBlocks = "admin:read:canonical_email_blocks";
        /// See servers that are welcome.
        AdminReadDomainAllows = "admin:read:domain_allows";
        /// See servers that are not.
        AdminReadDomainBlocks = "admin:read:domain_blocks";
        /// See blocked providers of mail.
        AdminReadEmailDomainBlocks = "admin:read:email_domain_blocks";
        /// See blocked network addresses.
        AdminReadIpBlocks = "admin:read:ip_blocks";
        /// See reports.
        AdminReadReports = "admin:read:reports";
        /// See figures and trends.
        AdminRead = "admin:read";
        /// Act on accounts.
        AdminWriteAccounts = "admin:write:accounts";
        /// Block addresses of mail.
        AdminWriteCanonicalEmailBlocks = "admin:write:canonical_email_blocks";
        /// Welcome servers.
        AdminWriteDomainAllows = "admin:write:domain_allows";
        /// Shut out servers.
        AdminWriteDomainBlocks = "admin:write:domain_blocks";
        /// Block providers of mail.
        AdminWriteEmailDomainBlocks = "admin:write:email_domain_blocks";
        /// Block network addresses.
        AdminWriteIpBlocks = "admin:write:ip_blocks";
        /// Handle reports.
        AdminWriteReports = "admin:write:reports";
        /// Whatever else an admin changes.
        AdminWrite = "admin:write";
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
            let bearing = bearing(&req).await?.ok_or(Refusal::NotSignedIn)?;
            check_scope::<S>(bearing.token())?;
            let me = bearing.person().ok_or(Refusal::NeedsPerson)?;
            Ok(Self {
                me,
                scope: PhantomData,
            })
        })
    }
}

/// Somebody signed in whose token reaches the scope `S`, or a stranger (a program that speaks for itself is one). A wrong token is refused, not overlooked.
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
            let bearing = bearing(&req).await?;
            if let Some(bearing) = &bearing {
                check_scope::<S>(bearing.token())?;
            }
            let me = bearing.and_then(Bearing::person);
            // An instance that is for partners only shows strangers nothing.
            if me.is_none() && kindred(&req).settings().federation == Federation::Partners {
                return Err(Refusal::NotSignedIn.into());
            }
            Ok(Self {
                me,
                scope: PhantomData,
            })
        })
    }
}

/// A program whose token reaches the scope `S`, whether it speaks for a person or for itself. Programs are not persons: whoever takes
/// this sees what a stranger sees.
#[derive(Debug)]
pub struct AppBearer<S> {
    /// The token it shows.
    pub token: Token,
    scope: PhantomData<S>,
}

impl<S: Scope> FromRequest for AppBearer<S> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let bearing = bearing(&req).await?.ok_or(Refusal::NotSignedIn)?;
            check_scope::<S>(bearing.token())?;
            Ok(Self {
                token: bearing.token().clone(),
                scope: PhantomData,
            })
        })
    }
}

fn check_scope<S: Scope>(token: &Token) -> Result<(), Refusal> {
    if S::ANY_OF.is_empty() || S::ANY_OF.iter().any(|scope| token.allows(scope)) {
        Ok(())
    } else {
        Err(Refusal::OutsideScopes)
    }
}

async fn bearing(req: &HttpRequest) -> Result<Option<Bearing>, Failure> {
    let Some(token) = token(req)? else {
        return Ok(None);
    };
    Ok(Some(accounts::bearing(&kindred(req), &token).await?))
}

/// As whom somebody looks who shows a token; nothing when none is shown.
pub(super) async fn viewer(req: &HttpRequest) -> Result<Option<Viewer>, Failure> {
    let person = bearing(req).await?.and_then(Bearing::person);
    Ok(person.map(|me| Viewer::Local(me.actor.id)))
}

/// The token in the header or, for those who cannot set one, in the query. Another kind of authorization is no token.
pub(crate) fn token(req: &HttpRequest) -> Result<Option<String>, Refusal> {
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
