//! The very first person: while nobody has an account here, a link that only the one who started the program can read makes the
//! first admin.
//!
//! The link lives in this process alone, works once, and is void as soon as anybody has an account.

use kindred_storage::accounts;
use subtle::ConstantTimeEq as _;

use crate::{
    AccountRole, Kindred, Refusal, Result,
    accounts::{fresh_secret, issue_token},
    people::{self, Newcomer},
    sessions::{self, Browser},
    views::Visitor,
};

/// What the first admin's access token may do.
const SCOPES: &str = "read write follow push";

/// The secret part of the link, drawn at the first call; `None` when somebody has an account already.
pub async fn invitation(kindred: &Kindred) -> Result<Option<String>> {
    if somebody_is_here(kindred).await? {
        return Ok(None);
    }
    let fresh = fresh_secret()?;
    Ok(Some(kindred.keys().setup.get_or_init(|| fresh).clone()))
}

/// Whether this is the link of the first admin, and still good.
pub async fn is_open(kindred: &Kindred, code: &str) -> Result<()> {
    let fits = kindred
        .keys()
        .setup
        .get()
        .is_some_and(|known| bool::from(known.as_bytes().ct_eq(code.as_bytes())));
    if !fits || somebody_is_here(kindred).await? {
        return Err(Refusal::Gone.into());
    }
    Ok(())
}

/// Makes the first admin, and signs them in. Answers who it is, the secret for the cookie, and an access token, which is shown once.
pub async fn first_admin(
    kindred: &Kindred,
    code: &str,
    newcomer: Newcomer,
    browser: Browser,
) -> Result<(Visitor, String, String)> {
    is_open(kindred, code).await?;
    let newcomer = Newcomer {
        role: AccountRole::Admin,
        ..newcomer
    };
    let (account, actor) = people::arrive(kindred, newcomer).await?;
    let token = issue_token(kindred, &actor.handle, SCOPES).await?;
    let (visitor, secret) = sessions::open(kindred, account, actor, browser).await?;
    Ok((visitor, secret, token))
}

async fn somebody_is_here(kindred: &Kindred) -> Result<bool> {
    kindred.read(|db| Ok(accounts::count(db)? > 0)).await
}
