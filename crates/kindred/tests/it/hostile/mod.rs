//! Letters that nobody should send, and what becomes of them: nothing.

mod authority;
mod bodies;
mod impostors;
mod network;
mod shapes;
mod signatures;

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Peer, Somebody, http::Request};

/// Nadia's group here; Bo, who belongs to it and wrote something into it, elsewhere.
struct Stage {
    ours: Instance,
    far: Peer,
    bo: Somebody,
    /// What Bo wrote.
    note: Value,
    /// What Nadia wrote.
    post: Value,
}

async fn stage(fediverse: &Fediverse) -> Stage {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_group("rust")
        .start()
        .await;
    let far = fediverse.peer("far.example", "mastodon");
    let bo = far.person("bo");
    let group = ours.group("rust").actor.uri;
    let follow = bo.activity("Follow", json!(group));
    bo.tells(&ours, &follow).await;
    fediverse.settle().await;
    let note = bo.note("What Bo wrote", &[&group]);
    bo.tells(&ours, &bo.create(&note)).await;
    let post = ours.person("nadia").says("@rust What Nadia wrote").await;
    fediverse.settle().await;
    far.new_letters();
    Stage {
        ours,
        far,
        bo,
        note,
        post,
    }
}

impl Stage {
    fn group(&self) -> String {
        self.ours.group("rust").actor.uri
    }

    /// Sends something that has to be refused with one of these statuses, and to have no effect at all.
    async fn is_refused(&self, fediverse: &Fediverse, what: &str, request: Request, with: &[u16]) {
        let before = self.ours.traces().await;
        let answer = request.send(self.ours.address()).await;
        assert!(
            with.contains(&answer.status),
            "{what}: {} {}",
            answer.status,
            answer.text()
        );
        fediverse.settle().await;
        assert_eq!(self.ours.traces().await, before, "{what} left traces");
        assert_eq!(self.far.letters(), [json!(null); 0], "{what} was passed on");
    }

    /// Sends something that may be taken politely, and must not change anything but the memory of having been heard.
    async fn has_no_effect(
        &self,
        fediverse: &Fediverse,
        what: &str,
        by: &Somebody,
        letter: &Value,
    ) {
        let before = self.facts().await;
        let answer = by.sends(&self.ours, letter).await;
        assert!(
            matches!(answer.status, 202 | 400..=499),
            "{what}: {} {}",
            answer.status,
            answer.text()
        );
        fediverse.settle().await;
        assert_eq!(self.facts().await, before, "{what} had an effect");
        assert_eq!(self.far.letters(), [json!(null); 0], "{what} was passed on");
    }

    /// Everything that people could notice, and whatever a letter could try to change behind their backs.
    async fn facts(&self) -> Vec<String> {
        let traces = self.ours.traces().await;
        let mut facts: Vec<String> = [
            "posts",
            "follows",
            "memberships",
            "boosts",
            "reactions",
            "notifications",
            "reports",
            "blocks",
            "home_entries",
        ]
        .iter()
        .map(|table| format!("{table}: {}", traces.of(table)))
        .collect();
        for uri in [&self.note["id"], &self.post["uri"]] {
            let post = self.ours.post_at(uri.as_str().expect("an address")).await;
            facts.push(format!("{post:?}"));
        }
        facts.push(format!("{:?}", self.ours.group("rust").followers().await));
        facts.push(format!(
            "{:?}",
            self.ours.group("rust").standing(&self.bo.uri).await
        ));
        facts
    }
}
