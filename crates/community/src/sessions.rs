//! Signing in on the web: a browser that shows the right cookie is somebody, until they sign out or the time is up.
//!
//! The cookie's secret is drawn anew at every sign-in and only its hash is kept. Cookies and pages are the door's business.

use std::{net::IpAddr, time::Duration};

use kindred_storage::{
    AccountId, SessionId, accounts::Account, actors::Actor, sessions, sessions::Session,
};

use crate::{
    Kindred, Refusal, Result,
    accounts::{self, fingerprint, fresh_secret, may_sign_in},
    views::Visitor,
};

/// How long a browser stays signed in that is not used.
pub const LASTS: Duration = Duration::from_hours(24 * 30);

/// A session that is in use is noted so often.
const NOTED_EVERY: Duration = Duration::from_hours(1);

/// The longest self-description of a browser that is kept, in characters.
const LONGEST_AGENT: usize = 200;

/// Where somebody signs in from.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// Its network address, as far as it can be told.
    pub address: Option<IpAddr>,
    /// What it calls itself.
    pub agent: Option<String>,
    /// The cookie that it showed until now; that session ends.
    pub secret: Option<String>,
}

/// Somebody signs in by handle or mail address and password. Answers who it is, and the secret for the cookie.
///
/// Whoever has guessed too often is not listened to for a while; see [`crate::attempts`].
pub async fn sign_in(
    kindred: &Kindred,
    name: &str,
    password: String,
    browser: Browser,
) -> Result<(Visitor, String)> {
    let (account, actor) = accounts::by_password(kindred, name, password, browser.address).await?;
    open(kindred, account, actor, browser).await
}

/// Opens a session for somebody who has proved who they are.
pub(crate) async fn open(
    kindred: &Kindred,
    account: Account,
    actor: Actor,
    browser: Browser,
) -> Result<(Visitor, String)> {
    let secret = fresh_secret()?;
    let (token_hash, old) = (
        fingerprint(&secret),
        browser.secret.as_deref().map(fingerprint),
    );
    let (form, agent) = (form_token(&secret), browser.agent.as_deref().map(shortened));
    let visitor = kindred
        .write(move |ledger| {
            sessions::sweep(ledger.db, ledger.now)?;
            if let Some(old) = old
                && let Some((before, ..)) = sessions::by_hash(ledger.db, &old, ledger.now)?
            {
                sessions::end(ledger.db, before.id)?;
            }
            let session = Session {
                id: SessionId(ledger.next_id()),
                account_id: account.id,
                token_hash,
                created_at: ledger.now,
                last_seen_at: ledger.now,
                expires_at: ledger.now + LASTS,
                user_agent: agent,
            };
            sessions::insert(ledger.db, &session)?;
            accounts::seen(ledger, account.id)?;
            Ok(Visitor {
                session: session.id,
                account,
                actor,
                form,
            })
        })
        .await?;
    Ok((visitor, secret))
}

fn shortened(agent: &str) -> String {
    agent.chars().take(LONGEST_AGENT).collect()
}

/// What a form of this session carries to prove that it is ours: whoever cannot read the cookie cannot make it.
fn form_token(secret: &str) -> String {
    fingerprint(&format!("form {secret}"))
}

/// Who shows this cookie; `None` when it means nothing (any more).
pub async fn visitor(kindred: &Kindred, secret: &str) -> Result<Option<Visitor>> {
    let (hash, now) = (fingerprint(secret), kindred.now());
    let found = kindred
        .read(move |db| Ok(sessions::by_hash(db, &hash, now)?))
        .await?;
    let Some((session, account, actor)) =
        found.filter(|(_, account, actor)| may_sign_in(account, actor))
    else {
        return Ok(None);
    };
    if session.last_seen_at + NOTED_EVERY <= now {
        let (session, account) = (session.id, account.id);
        kindred
            .write(move |ledger| {
                sessions::touch(ledger.db, session, ledger.now, ledger.now + LASTS)?;
                accounts::seen(ledger, account)
            })
            .await?;
    }
    Ok(Some(Visitor {
        session: session.id,
        account,
        actor,
        form: form_token(secret),
    }))
}

/// Somebody signs out here.
pub async fn sign_out(kindred: &Kindred, visitor: &Visitor) -> Result<()> {
    end(kindred, visitor.account.id, visitor.session).await
}

/// The browsers that somebody is signed in with, the latest used first.
pub async fn of(kindred: &Kindred, account: AccountId) -> Result<Vec<Session>> {
    let now = kindred.now();
    kindred
        .read(move |db| {
            let mut open = sessions::of_account(db, account)?;
            open.retain(|session| session.expires_at > now);
            Ok(open)
        })
        .await
}

/// Signs somebody out of one of their browsers.
pub async fn end(kindred: &Kindred, account: AccountId, session: SessionId) -> Result<()> {
    kindred
        .write(move |ledger| {
            let theirs = sessions::of_account(ledger.db, account)?
                .iter()
                .any(|open| open.id == session);
            if !theirs {
                return Err(Refusal::Gone.into());
            }
            sessions::end(ledger.db, session)?;
            Ok(())
        })
        .await
}
