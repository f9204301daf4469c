//! Accounts: signing in by token.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kindred_storage::{
    AccountState, TokenId,
    accounts::{self, Account},
    actors::Actor,
    apps::{self, Token},
};

use crate::{
    Error, Kindred, Refusal, Result, passwords, scopes,
    views::{self, Bearing, SignedIn},
};

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
    kindred
        .read(move |db| {
            let (row, holder) = apps::token_by_hash(db, &hash)?.ok_or(Refusal::NotSignedIn)?;
            let token = views::Token {
                id: row.id,
                app: row.app_id,
                scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            };
            match holder {
                None if row.account_id.is_none() => Ok(Bearing::Program(token)),
                Some((account, actor)) if may_sign_in(&account, &actor) => {
                    Ok(Bearing::Person(Box::new(SignedIn {
                        account,
                        actor,
                        token,
                    })))
                }
                _ => Err(Refusal::NotSignedIn.into()),
            }
        })
        .await
}

fn may_sign_in(account: &Account, actor: &Actor) -> bool {
    account.state == AccountState::Active && actor.deleted_at.is_none()
}

/// The account with this handle or e-mail address, if this is its password. Unknown names take as long as known ones.
pub async fn by_password(
    kindred: &Kindred,
    name: &str,
    password: String,
) -> Result<(Account, Actor)> {
    let name = name.trim().trim_start_matches('@').to_lowercase();
    let found = kindred
        .read(move |db| {
            Ok(if name.contains('@') {
                accounts::by_email(db, &name)?
            } else {
                accounts::by_handle(db, &name)?
            })
        })
        .await?;
    let hash = found
        .as_ref()
        .and_then(|(account, _)| account.password_hash.clone());
    let fits = passwords::fits(password, hash).await?;
    match found {
        Some((account, actor)) if fits && may_sign_in(&account, &actor) => Ok((account, actor)),
        _ => Err(Refusal::NotSignedIn.into()),
    }
}

pub(crate) fn fresh_secret() -> Result<String> {
    let mut bytes = [0u8; TOKEN_BYTES];
    openssl::rand::rand_bytes(&mut bytes)
        .map_err(|error| Error::Broken(format!("no randomness: {error}")))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// A token has 256 random bits, so a plain hash of it cannot be guessed back.
fn fingerprint(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(openssl::sha::sha256(token.as_bytes()))
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
