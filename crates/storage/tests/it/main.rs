//! Every query on both databases, with the same words.
#![expect(
    clippy::unwrap_used,
    reason = "what fails in a test is to be seen where it fails"
)]

/// A snapshot in which a query is expected to work.
macro_rules! ask {
    ($db:expr, |$conn:ident| $query:expr) => {
        $db.read(move |$conn| Ok::<_, kindred_storage::Error>($query?))
            .await
            .unwrap()
    };
}

/// A unit of work that is expected to work.
macro_rules! tell {
    ($db:expr, |$conn:ident| $query:expr) => {
        $db.write(move |$conn| Ok::<_, kindred_storage::Error>($query?))
            .await
            .unwrap()
    };
}

mod answers;
mod belonging;
mod doors;
mod house;
mod inviting;
mod media;
mod order;
mod people;
mod plans;
mod queues;
mod rest;
mod schema;
mod servers;
mod talk;
mod timelines;
mod units;
mod words;
