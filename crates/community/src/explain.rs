//! Telling people elsewhere why something did not work: a direct note by the instance's own actor.
//!
//! Servers know no word for a reason, but every one of them shows its people a message. Whoever calls makes sure that nobody is told
//! the same twice.

use kindred_protocol::html::{self, NoLinks};
use kindred_storage::{
    Json, PostId, PostKind, Visibility,
    actors::{self, Actor},
    posts::{self, Post},
};

use crate::{Ledger, Result, announce, links, posts::with_spoken};

/// Tells somebody that a group is for members on servers that keep to themselves what members say, and how to come in.
pub(crate) fn members_only(ledger: &mut Ledger<'_>, group: &Actor, whom: &Actor) -> Result<()> {
    let words = format!(
        "What is said in {} is for its members alone, and {} cannot keep it among them. You are welcome with an account on a server \
         that can: another Kindred, or Lemmy from version 1.0 on.",
        links::full_acct(ledger.settings, group),
        whom.host
    );
    tell(ledger, whom, &words)
}

fn tell(ledger: &mut Ledger<'_>, whom: &Actor, words: &str) -> Result<()> {
    let service = links::service(ledger.settings);
    let Some(service) = actors::by_uri(ledger.db, &service)? else {
        return Ok(());
    };
    let id = PostId(ledger.next_entry());
    let post = Post {
        id,
        uri: links::post(ledger.settings, id),
        url: None,
        author_id: service.id,
        group_id: None,
        parent_id: None,
        parent_uri: None,
        root_id: id,
        context_uri: None,
        kind: PostKind::Note,
        title: None,
        warning: None,
        sensitive: false,
        language: Some("en".to_owned()),
        visibility: Visibility::Direct,
        link_url: None,
        published_at: ledger.now,
        edited_at: None,
        deleted_at: None,
        removed_at: None,
        removed_by: None,
        removed_reason: None,
        locked_at: None,
        pinned_at: None,
        replies_count: 0,
        likes_count: 0,
        boosts_count: 0,
        tags: Json(Vec::new()),
        attachments: Json(Vec::new()),
        content: html::from_plain(words, &NoLinks).html,
        source: None,
        application: None,
        card: None,
        quote_uri: None,
        quote_policy: None,
        quotes_count: 0,
    };
    posts::insert(ledger.db, &post)?;
    posts::mention(ledger.db, post.id, &[whom.id])?;
    with_spoken(ledger, &post, |ledger, spoken| {
        announce::published(ledger, spoken).map(drop)
    })
}
