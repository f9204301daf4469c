//! Puts a load on a real Kindred, release build, and prints what everything cost as a Markdown table.
//!
//! `scripts/load` builds and calls it. Everything happens on loopback, on fresh databases, and ends by itself. The letters are signed
//! before the clock runs and the figures are the processor time of Kindred alone (with its PostgreSQL, when that is asked for), so
//! that it hardly matters what the load itself costs. Its times on the wall are worth little on a machine that does other things.

mod broken;
mod busy;
mod fanout;
mod figures;
mod limits;
mod rows;
mod scenarios;
mod sockets;
mod volume;

use std::{env, path::PathBuf, process::ExitCode};

use figures::Figures;
use kindred_lab::Database;

const USAGE: &str = "usage: load BINARY [--postgres] [--rounds N] [--small] [--long | --only NAME]

  --postgres   on a fresh database of the cluster at KINDRED_TEST_POSTGRES, instead of a SQLite file
  --rounds N   how often everything is done; the medians are printed (3)
  --small      a tenth of everything: to see whether it works, not for figures
  --long       also what takes its time: fanout-5000, volume, sockets, busy, broken
  --only NAME  only this: start, ingest, read, fanout-100, fanout-1000, or one of the long ones";

/// What was asked for on the command line.
#[derive(Clone, Debug)]
struct Wish {
    binary: PathBuf,
    database: Database,
    rounds: usize,
    small: bool,
    long: bool,
    only: Option<String>,
}

impl Wish {
    fn read(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut wish = Self {
            binary: PathBuf::from(words.next()?).canonicalize().ok()?,
            database: Database::Sqlite,
            rounds: 3,
            small: false,
            long: false,
            only: None,
        };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--postgres" => {
                    wish.database = Database::Postgres(env::var("KINDRED_TEST_POSTGRES").ok()?);
                }
                "--rounds" => {
                    let rounds = words.next()?.parse().ok();
                    wish.rounds = rounds.filter(|rounds| (1..=20).contains(rounds))?;
                }
                "--small" => wish.small = true,
                "--long" => wish.long = true,
                "--only" => wish.only = Some(words.next()?),
                _ => return None,
            }
        }
        Some(wish)
    }

    /// Whether this scenario is to be played.
    fn wants(&self, scenario: &str) -> bool {
        self.only.as_ref().is_none_or(|name| scenario == name)
    }

    /// Whether this one is, which takes its time.
    fn wants_long(&self, scenario: &str) -> bool {
        self.wants(scenario) && (self.long || self.only.is_some())
    }

    /// So many, or a tenth of it.
    fn some(&self, number: usize) -> usize {
        if self.small { number / 10 } else { number }
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let Some(wish) = Wish::read(env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let mut figures = Figures::default();
    for round in 1..=wish.rounds {
        eprintln!("round {round} of {}", wish.rounds);
        if let Err(error) = scenarios::all(&wish, &mut figures).await {
            eprintln!("load: {error}");
            return ExitCode::FAILURE;
        }
    }
    // The bounds are those of SQLite.
    let judged = matches!(wish.database, Database::Sqlite);
    print!("{}", figures.table(judged));
    ExitCode::SUCCESS
}
