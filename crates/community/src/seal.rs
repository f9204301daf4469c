//! The seal of this instance: what marks an address as one that we gave out ourselves.
//!
//! It hides nothing. It is made of the key of the instance's own actor, so that every process on one database has the same.

use std::sync::{Arc, OnceLock};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use openssl::sha::Sha256;
use subtle::ConstantTimeEq as _;

/// How much of a hash is kept: 128 bit, so that nobody can go on from where the hash ended.
const SEAL_BYTES: usize = 16;

/// The seal. Until the instance's own actor is known, it seals nothing and believes no seal.
#[derive(Clone, Debug, Default)]
pub struct Seal(Arc<OnceLock<[u8; 32]>>);

impl Seal {
    /// Makes the seal of the key of the instance's own actor.
    pub(crate) fn learn(&self, key: &str) {
        let mut hash = Sha256::new();
        hash.update(b"the seal of ");
        hash.update(key.as_bytes());
        // Another thread may have been quicker, with the same.
        let _ = self.0.set(hash.finish());
    }

    /// The mark on these words, when there is a seal.
    pub(crate) fn mark(&self, words: &str) -> Option<String> {
        let secret = self.0.get()?;
        let mut hash = Sha256::new();
        hash.update(secret);
        hash.update(words.as_bytes());
        Some(BASE64_URL_SAFE_NO_PAD.encode(&hash.finish()[..SEAL_BYTES]))
    }

    /// Whether this is our mark on these words.
    pub(crate) fn is_on(&self, words: &str, mark: &str) -> bool {
        self.mark(words)
            .is_some_and(|ours| bool::from(ours.as_bytes().ct_eq(mark.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_mark_is_believed() {
        let seal = Seal::default();
        assert_eq!(seal.mark("words"), None);
        seal.learn("a key");
        let mark = seal.mark("words").unwrap();
        assert!(seal.is_on("words", &mark));
        assert!(!seal.is_on("other words", &mark) && !seal.is_on("words", ""));
        let other = Seal::default();
        other.learn("another key");
        assert!(!other.is_on("words", &mark));
    }
}
