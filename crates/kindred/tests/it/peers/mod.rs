//! Servers of other makes meet a group here, each with the strictness of the real one.
//!
//! What they do is told in `kindred-lab`, which shares no code with Kindred. A story ends well only when the other server found nothing
//! wrong and nothing superfluous in what it was sent: see [`Stage::ends_well`].

mod friendica;
mod gotosocial;
mod ids;
mod lemmy;
mod lemmy_one;
mod mastodon;
mod mbin;
mod microblogs;
mod mobilizon;
mod nodebb;
mod order;
mod piefed;

use kindred_lab::peers::{Known, Make, Peer, Somebody, World};
use serde_json::Value;

use crate::support::{Fediverse, Instance};

/// Nadia's group here, and Bo on a server of another make.
pub(super) struct Stage<'a, M> {
    pub(super) fediverse: &'a Fediverse,
    pub(super) ours: Instance,
    pub(super) far: Peer<M>,
    pub(super) bo: Somebody<M>,
    /// The group as Bo's server knows it.
    pub(super) rust: Known,
}

impl Fediverse {
    /// A server of this make under one of the names.
    pub(crate) fn strict<M: Make>(&self, make: M, host: &str) -> Peer<M> {
        let world = World::new(self.hosts().clone(), self.hand());
        Peer::open(make, host, world, self.take_listener(host)).expect("a server that opens")
    }
}

impl<'a, M: Make> Stage<'a, M> {
    /// Bo has found the group by its name and knows nothing else yet.
    pub(super) async fn set(fediverse: &'a Fediverse, make: M) -> Self {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("ines")
            .with_group("rust")
            .start()
            .await;
        let far = fediverse.strict(make, "far.example");
        let bo = far.person("bo");
        let rust = bo
            .finds("rust", "kindred.example")
            .await
            .expect("the group");
        Self {
            fediverse,
            ours,
            far,
            bo,
            rust,
        }
    }

    /// Bo follows the group, and was accepted.
    pub(super) async fn with_bo_in_the_group(fediverse: &'a Fediverse, make: M) -> Self {
        let stage = Self::set(fediverse, make).await;
        stage.bo.follows(&stage.rust).await.expect("a question");
        stage.settle().await;
        assert!(
            stage.far.follows(stage.bo.uri(), &stage.rust.uri),
            "the answer was read: {:?}",
            stage.far.faults()
        );
        stage
    }

    pub(super) async fn settle(&self) {
        self.fediverse.settle().await;
    }

    /// Somebody here as Bo's server knows them.
    pub(super) async fn known(&self, handle: &str) -> Known {
        self.bo
            .finds(handle, "kindred.example")
            .await
            .expect("somebody")
    }

    /// The other server could read everything, and had use for everything.
    pub(super) async fn ends_well(&self) {
        self.settle().await;
        assert_eq!(self.far.faults(), [""; 0], "it could not take these");
        assert_eq!(self.far.dropped(), [""; 0], "it had no use for these");
    }
}

/// The address of a status, as clients are told it.
pub(super) fn uri(status: &Value) -> &str {
    status["uri"].as_str().expect("an address")
}

/// The id of a document of another server.
pub(super) fn id(document: &Value) -> &str {
    document["id"].as_str().expect("an id")
}
