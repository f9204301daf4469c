//! Accounts: the keys that people hold to them, and what is done with a key.
//!
//! Tokens of programs and passwords; sessions of browsers are told in [`crate::sessions`], how a program comes by a token in
//! [`crate::oauth`].

use std::{net::IpAddr, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kindred_storage::{
    AccountId, AccountState, TokenId,
    accounts::{self, Account, AccountPatch},
    actors::Actor,
    apps::{self, Token},
    follows, push_subscriptions, sessions,
};

use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    happenings::Happening,
    passwords, scopes,
    views::{self, Access, Bearing, SignedIn, Visitor},
};

/// A token that is in use is noted so often.
const NOTED_EVERY: Duration = Duration::from_hours(24);

/// Random bytes in a token: 256 bit.
const TOKEN_BYTES: usize = 32;

/// A new access token for the client API. It is shown once; only its hash is kept.
pub async fn issue_token(kindred: &Kindred, handle: &str, scopes: &str) -> Result<String> {
    let secret = fresh_secret()?;
    let hash = fingerprint(&secret);
    let (handle, scopes) = (
        handle.trim_start_matches('@').to_lowercase(),
        scopes::checked(scopes)?,
    );
    kindred
        .write(move |ledger| {
            let (account, _) =
                accounts::by_handle(ledger.db, &handle)?.ok_or(Refusal::NoSuchPerson)?;
            let token = Token {
                id: TokenId(ledger.next_id()),
                account_id: Some(account.id),
                app_id: None,
                token_hash: hash,
                scopes,
                created_at: ledger.now,
                last_used_at: None,
                revoked_at: None,
            };
            apps::insert_token(ledger.db, &token)?;
            Ok(())
        })
        .await?;
    Ok(secret)
}

/// Who holds this token: a person. A program that speaks for itself alone is nobody.
pub async fn by_token(kindred: &Kindred, token: &str) -> Result<SignedIn> {
    let bearing = bearing(kindred, token).await?;
    Ok(bearing.person().ok_or(Refusal::NotSignedIn)?)
}

/// What this token is good for. Refuses one that is unknown, void, or of somebody who may not sign in (any more).
pub async fn bearing(kindred: &Kindred, token: &str) -> Result<Bearing> {
    let hash = fingerprint(token);
    let (bearing, last_used) = kindred
        .read(move |db| {
            let (row, holder) = apps::token_by_hash(db, &hash)?.ok_or(Refusal::NotSignedIn)?;
            let last_used = row.last_used_at;
            let token = views::Token {
                id: row.id,
                app: row.app_id,
                scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            };
            let bearing = match holder {
                None if row.account_id.is_none() => Bearing::Program(token),
                Some((account, actor)) if may_sign_in(&account, &actor) => {
                    Bearing::Person(Box::new(SignedIn {
                        account,
                        actor,
                        token,
                    }))
                }
                _ => return Err(Refusal::NotSignedIn.into()),
            };
            Ok((bearing, last_used))
        })
        .await?;
    if last_used.is_none_or(|last| last + NOTED_EVERY <= kindred.now()) {
        note_use(kindred, &bearing).await?;
    }
    Ok(bearing)
}

/// Notes that a token was shown, and that its person is here.
async fn note_use(kindred: &Kindred, bearing: &Bearing) -> Result<()> {
    let token = bearing.token().id;
    let account = match bearing {
        Bearing::Person(me) => Some(me.account.id),
        Bearing::Program(_) => None,
    };
    kindred
        .write(move |ledger| {
            apps::touch_token(ledger.db, token, ledger.now)?;
            account.map_or(Ok(()), |account| seen(ledger, account))
        })
        .await
}

pub(crate) fn may_sign_in(account: &Account, actor: &Actor) -> bool {
    account.state == AccountState::Active
        && actor.deleted_at.is_none()
        && actor.suspended_at.is_none()
}

/// The account with this handle or e-mail address, if this is its password.
///
/// Unknown names take as long as known ones and get the same answer. Whoever guesses too often is not listened to for a while.
pub(crate) async fn by_password(
    kindred: &Kindred,
    name: &str,
    password: String,
    from: Option<IpAddr>,
) -> Result<(Account, Actor)> {
    let name = name.trim().trim_start_matches('@').to_lowercase();
    let attempts = &kindred.keys().attempts;
    attempts.begin(&name, from, kindred.now())?;
    let asked = name.clone();
    let found = kindred
        .read(move |db| {
            Ok(if asked.contains('@') {
                accounts::by_email(db, &asked)?
            } else {
                accounts::by_handle(db, &asked)?
            })
        })
        .await?;
    let hash = found
        .as_ref()
        .and_then(|(account, _)| account.password_hash.clone());
    let fits = passwords::fits(password, hash).await?;
    match found {
        Some((account, actor)) if fits && may_sign_in(&account, &actor) => {
            attempts.succeeded(&name, from);
            Ok((account, actor))
        }
        _ => Err(Refusal::WrongPassword.into()),
    }
}

/// Somebody chooses another password. All other browsers are signed out, and, if they want, all programs.
pub async fn change_password(
    kindred: &Kindred,
    visitor: &Visitor,
    old: String,
    new: String,
    programs_too: bool,
) -> Result<()> {
    must_know_password(kindred, visitor, old).await?;
    let hash = passwords::hash(new).await?;
    let (account, session) = (visitor.account.id, visitor.session);
    kindred
        .write(move |ledger| {
            let patch = AccountPatch {
                password_hash: Some(Some(hash)),
                ..AccountPatch::default()
            };
            accounts::update(ledger.db, account, &patch)?;
            sessions::end_all(ledger.db, account, Some(session))?;
            if programs_too {
                for (token, _) in apps::tokens_of(ledger.db, account)? {
                    void(ledger, token.id)?;
                }
            }
            Ok(())
        })
        .await
}

/// Asks somebody who is signed in for their password once more, if they have one. Whoever guesses too often is not listened to for a
/// while.
pub(crate) async fn must_know_password(
    kindred: &Kindred,
    visitor: &Visitor,
    password: String,
) -> Result<()> {
    let hash = &visitor.account.password_hash;
    let (attempts, handle) = (&kindred.keys().attempts, &visitor.actor.handle);
    attempts.begin(handle, None, kindred.now())?;
    if hash.is_some() && !passwords::fits(password, hash.clone()).await? {
        return Err(Refusal::WrongPassword.into());
    }
    attempts.succeeded(handle, None);
    Ok(())
}

/// The programs that somebody let in, the latest first.
pub async fn programs(kindred: &Kindred, account: AccountId) -> Result<Vec<Access>> {
    kindred
        .read(move |db| {
            let tokens = apps::tokens_of(db, account)?;
            Ok(tokens
                .into_iter()
                .map(|(token, app)| {
                    let (name, website) =
                        app.map_or((None, None), |app| (Some(app.name), app.website));
                    Access {
                        token: token.id,
                        name,
                        website,
                        scopes: token.scopes,
                        since: token.created_at,
                        last_used: token.last_used_at,
                    }
                })
                .collect())
        })
        .await
}

/// Somebody turns a program away that they let in.
pub async fn turn_away(kindred: &Kindred, account: AccountId, token: TokenId) -> Result<()> {
    kindred
        .write(move |ledger| {
            let theirs = apps::find_token(ledger.db, token)?
                .is_some_and(|token| token.account_id == Some(account));
            if !theirs {
                return Err(Refusal::Gone.into());
            }
            void(ledger, token)
        })
        .await
}

/// Makes a token void, and with it all that hangs on it.
pub(crate) fn void(ledger: &mut Ledger<'_>, token: TokenId) -> Result<()> {
    push_subscriptions::remove(ledger.db, token)?;
    apps::revoke_token(ledger.db, token, ledger.now)?;
    ledger.happened(Happening::Ended { token });
    Ok(())
}

/// Notes that somebody is here.
pub(crate) fn seen(ledger: &mut Ledger<'_>, account: AccountId) -> Result<()> {
    let patch = AccountPatch {
        last_seen_at: Some(Some(ledger.now)),
        ..AccountPatch::default()
    };
    accounts::update(ledger.db, account, &patch)?;
    Ok(())
}

pub(crate) fn fresh_secret() -> Result<String> {
    let mut bytes = [0u8; TOKEN_BYTES];
    openssl::rand::rand_bytes(&mut bytes)
        .map_err(|error| Error::Broken(format!("no randomness: {error}")))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// A token has 256 random bits, so a plain hash of it cannot be guessed back.
pub(crate) fn fingerprint(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(openssl::sha::sha256(token.as_bytes()))
}

/// How many wait to be let in as followers of somebody.
pub async fn waiting_followers(kindred: &Kindred, who: &Actor) -> Result<i64> {
    let who = who.id;
    kindred
        .read(move |db| Ok(follows::count_requests(db, who)?))
        .await
}

/// The face of somebody with an account here.
pub async fn face_of(kindred: &Kindred, handle: &str) -> Result<Actor> {
    let handle = handle.trim_start_matches('@').to_lowercase();
    kindred
        .read(move |db| {
            let (_, actor) = accounts::by_handle(db, &handle)?.ok_or(Refusal::NoSuchPerson)?;
            Ok(actor)
        })
        .await
}
