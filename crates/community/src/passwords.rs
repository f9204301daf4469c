//! Passwords of accounts that sign in here: hashed with Argon2id on the blocking pool, a few at a time.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use tokio::sync::Semaphore;

use crate::{Error, Refusal, Result};

/// 19 MiB, two passes, one lane: what OWASP asks for.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// The shortest password that is taken, in characters.
const SHORTEST: usize = 8;

/// The hash of no password that anybody has: to compare with it takes as long as with a real one.
static NOBODYS: LazyLock<String> = LazyLock::new(|| {
    argon2()
        .hash_password(b"nobody")
        .map(|hash| hash.to_string())
        .unwrap_or_default()
});

/// The longest password that is looked at, in bytes: longer ones would only cost.
const LONGEST: usize = 1024;

/// So many at a time: each takes 19 MiB and a core for some hundredths of a second.
static SEATS: Semaphore = Semaphore::const_new(2);

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What is kept instead of the password.
pub(crate) async fn hash(password: String) -> Result<String> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        return Err(Refusal::WeakPassword.into());
    }
    on_a_seat(move || {
        argon2()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| error.to_string())
    })
    .await
}

/// Whether this is the password. Without a hash to compare with it takes as long as with one.
pub(crate) async fn fits(password: String, hash: Option<String>) -> Result<bool> {
    if password.len() > LONGEST {
        return Ok(false);
    }
    on_a_seat(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS.clone());
        let hash = PasswordHash::new(&hash).map_err(|error| error.to_string())?;
        Ok(argon2().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await
}

async fn on_a_seat<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T> {
    let _seat = SEATS.acquire().await;
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err("the thread died".into()))
        .map_err(|why| Error::Broken(format!("a password could not be hashed: {why}")))
}
