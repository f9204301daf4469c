//! Accounts: signing in by token.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kindred_storage::{AccountState, TokenId, accounts, actors::Actor, apps, apps::Token};

use crate::{Error, Kindred, Refusal, Result, passwords, views::SignedIn};

/// Random bytes in a token: 256 bit.
const TOKEN_BYTES: usize = 32;

/// A new access token for the client API. It is shown once; only its hash is kept.
pub async fn issue_token(kindred: &Kindred, handle: &str, scopes: &str) -> Result<String> {
    let secret = fresh_secret()?;
    let hash = fingerprint(&secret);
    let (handle, scopes) = (
        handle.trim_start_matches('@').to_lowercase(),
        checked_scopes(scopes)?,
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

/// Who holds this token.
pub async fn by_token(kindred: &Kindred, token: &str) -> Result<SignedIn> {
    let hash = fingerprint(token);
    kindred
        .read(move |db| {
            let (token, holder) = apps::token_by_hash(db, &hash)?.ok_or(Refusal::NotSignedIn)?;
            let (account, actor) = holder.ok_or(Refusal::NotSignedIn)?;
            if token.revoked_at.is_some()
                || account.state != AccountState::Active
                || actor.deleted_at.is_some()
            {
                return Err(Refusal::NotSignedIn.into());
            }
            let scopes = token.scopes.split_whitespace().map(str::to_owned).collect();
            Ok(SignedIn {
                account,
                actor,
                scopes,
            })
        })
        .await
}

/// Whether this is the password of the account with this handle or e-mail address. Unknown names take as long as known ones.
pub async fn by_password(kindred: &Kindred, name: &str, password: String) -> Result<SignedIn> {
    let name = name.trim().to_lowercase();
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
        Some((account, actor)) if fits && account.state == AccountState::Active => Ok(SignedIn {
            account,
            actor,
            scopes: Vec::new(),
        }),
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

fn checked_scopes(scopes: &str) -> Result<String, Refusal> {
    let known = |scope: &str| {
        let wide = scope.split_once(':').map_or(scope, |(wide, _)| wide);
        matches!(
            wide,
            "read" | "write" | "follow" | "push" | "profile" | "admin"
        )
    };
    let list: Vec<&str> = scopes
        .split([' ', ','])
        .filter(|scope| !scope.is_empty())
        .collect();
    match list.iter().find(|scope| !known(scope)) {
        Some(unknown) => Err(Refusal::NotUnderstood(format!(
            "there is no scope {unknown:?}"
        ))),
        None if list.is_empty() => Err(Refusal::NotUnderstood(
            "a token needs at least one scope".into(),
        )),
        None => Ok(list.join(" ")),
    }
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
