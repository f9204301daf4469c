//! How often somebody may guess a password.
//!
//! Failures are counted for an account together with the address they come from, for the account alone, and for the address alone,
//! in memory: a restart forgives. Nothing is said about whether the account exists, since a made-up name is counted the same way.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kindred_storage::Moment;

use crate::Refusal;

/// So long failures are counted together.
const WINDOW: Duration = Duration::from_mins(15);

/// So many failures for one account from one address.
const FOR_BOTH: u32 = 10;
/// So many for one account, wherever they come from: well below a hundred an hour (ASVS 2.2.1).
const FOR_ACCOUNT: u32 = 20;
/// So many from one address: a company sits behind one.
const FOR_ADDRESS: u32 = 50;

/// Above so many entries, those whose window has passed are forgotten.
const CROWD: usize = 10_000;

/// Failures, by what they are counted for.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<Counted, (Moment, u32)>>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Counted {
    Both(String, IpAddr),
    Account(String),
    Address(IpAddr),
}

impl Counted {
    fn limit(&self) -> u32 {
        match self {
            Self::Both(..) => FOR_BOTH,
            Self::Account(_) => FOR_ACCOUNT,
            Self::Address(_) => FOR_ADDRESS,
        }
    }
}

fn all_for(name: &str, address: Option<IpAddr>) -> Vec<Counted> {
    let mut all = vec![Counted::Account(name.to_owned())];
    if let Some(address) = address {
        all.push(Counted::Both(name.to_owned(), address));
        all.push(Counted::Address(address));
    }
    all
}

impl Attempts {
    /// Whether this one may try now, and counts it as failed until [`Self::succeeded`] says otherwise: many guesses at the same time
    /// are no way around.
    pub(crate) fn begin(
        &self,
        name: &str,
        address: Option<IpAddr>,
        now: Moment,
    ) -> Result<(), Refusal> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= CROWD {
            seen.retain(|_, (began, _)| *began + WINDOW > now);
            // Whoever has so many addresses and names is not held up by counting them, and memory is ours.
            if seen.len() >= CROWD {
                seen.clear();
            }
        }
        let all = all_for(name, address);
        for counted in &all {
            if let Some((began, times)) = seen.get(counted)
                && *began + WINDOW > now
                && *times >= counted.limit()
            {
                return Err(Refusal::TooManyAttempts);
            }
        }
        for counted in all {
            let entry = seen.entry(counted).or_insert((now, 0));
            if entry.0 + WINDOW <= now {
                *entry = (now, 0);
            }
            entry.1 += 1;
        }
        Ok(())
    }

    /// It was the right password: what was counted for this one from here is forgotten, and the address gets its attempt back.
    pub(crate) fn succeeded(&self, name: &str, address: Option<IpAddr>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for counted in all_for(name, address) {
            match counted {
                Counted::Both(..) => {
                    seen.remove(&counted);
                }
                Counted::Account(_) | Counted::Address(_) => {
                    if let Some((_, times)) = seen.get_mut(&counted) {
                        *times = times.saturating_sub(1);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_000_000);

    const HOME: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9)));

    #[test]
    fn after_ten_wrong_guesses_from_one_place_a_quarter_of_an_hour_passes() {
        let attempts = Attempts::default();
        for _ in 0..FOR_BOTH {
            assert_eq!(attempts.begin("nadia", HOME, NOW), Ok(()));
        }
        assert_eq!(
            attempts.begin("nadia", HOME, NOW),
            Err(Refusal::TooManyAttempts)
        );
        let elsewhere = Some("203.0.113.10".parse().unwrap());
        assert_eq!(
            attempts.begin("nadia", elsewhere, NOW),
            Ok(()),
            "nobody else is shut out by it"
        );
        assert_eq!(attempts.begin("mei", HOME, NOW), Ok(()));
        assert_eq!(attempts.begin("nadia", HOME, NOW + WINDOW), Ok(()));
    }

    #[test]
    fn many_addresses_do_not_help_against_one_account_nor_many_names_from_one_address() {
        let attempts = Attempts::default();
        let from = |n: u32| Some(IpAddr::V4(n.into()));
        let let_through = (0..100)
            .filter(|n| attempts.begin("nadia", from(*n), NOW).is_ok())
            .count();
        assert_eq!(let_through, usize::try_from(FOR_ACCOUNT).unwrap());
        let let_through = (0..100)
            .filter(|n| attempts.begin(&format!("guess{n}"), HOME, NOW).is_ok())
            .count();
        assert_eq!(let_through, usize::try_from(FOR_ADDRESS).unwrap());
    }

    #[test]
    fn who_knows_the_password_is_never_counted_out() {
        let attempts = Attempts::default();
        for _ in 0..200 {
            assert_eq!(attempts.begin("nadia", HOME, NOW), Ok(()));
            attempts.succeeded("nadia", HOME);
        }
    }

    #[test]
    fn a_crowd_of_made_up_names_does_not_fill_the_memory() {
        let attempts = Attempts::default();
        for n in 0..u32::try_from(CROWD).unwrap() * 2 {
            let _ = attempts.begin(&format!("guess{n}"), Some(IpAddr::V4(n.into())), NOW);
        }
        assert!(attempts.0.lock().unwrap().len() <= CROWD + 3);
    }
}
