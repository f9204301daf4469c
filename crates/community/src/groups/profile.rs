//! What a group says about itself, and changing it. Who may see a group is settled when it is founded.

use kindred_protocol::html;
use kindred_storage::{
    ActorId, JoinPolicy, Json, Posting, Visibility,
    actors::Actor,
    groups::{self, Group},
    memberships,
};
use serde_json::json;

use super::{LONGEST_SUMMARY, MOST_TOPICS, tie_topics};
use crate::{
    Kindred, Ledger, Refusal, Result, announce, audit, directory,
    people::{
        checked_group_name,
        profile::{checked_fields, checked_topics, rewrite, said},
    },
    policy,
};

/// The longest rules of a group, in characters.
pub const LONGEST_RULES: usize = 5_000;

/// What an organiser would like to change about a group. What is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The name for people.
    pub name: Option<String>,
    /// What it is about, as Markdown.
    pub summary: Option<String>,
    /// What is expected of its members, as Markdown.
    pub rules: Option<String>,
    /// Its topics, in anybody's spelling.
    pub topics: Option<Vec<String>>,
    /// Links and other pairs, as they were typed.
    pub links: Option<Vec<(String, String)>>,
    /// The language that it speaks, as a BCP 47 tag; an empty one is any.
    pub language: Option<String>,
    /// Where its picture lies; an empty address takes it away.
    pub icon_url: Option<String>,
    /// Where its banner lies; an empty address takes it away.
    pub image_url: Option<String>,
    /// Who may see it. Only the word that holds already is taken.
    pub visibility: Option<Visibility>,
    /// How people get in. Whoever is in stays in.
    pub join_policy: Option<JoinPolicy>,
    /// Who may start a thread.
    pub posting: Option<Posting>,
    /// Whether the first post of a newcomer waits for a look.
    pub hold_newcomers: Option<bool>,
    /// Whether it may be shown in directories; closed groups never are.
    pub discoverable: Option<bool>,
    /// Whether it is closed for new posts. What was said stays to be read.
    pub archived: Option<bool>,
}

/// Changes a group, and tells every server where somebody hears of it. Only its organisers may.
pub async fn change(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    wish: Change,
) -> Result<(Group, Actor)> {
    let wish = Checked::of(wish)?;
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let (group, face) = super::living(ledger, group)?;
            policy::may_lead(memberships::standing(ledger.db, face.id, who.id)?.as_ref())?;
            if wish
                .visibility
                .is_some_and(|visibility| visibility != group.visibility)
            {
                return Err(Refusal::VisibilityStays.into());
            }
            let opens =
                group.join_policy != JoinPolicy::Open && wish.join_policy == Some(JoinPolicy::Open);
            let after = wish.group(group.clone(), ledger);
            let look = wish.face(face.clone(), &after);
            if (&after, &look) == (&group, &face) {
                return Ok((group, face));
            }
            groups::update(ledger.db, &after)?;
            if let Some(topics) = &wish.topics {
                tie_topics(ledger, face.id, topics)?;
            }
            note(ledger, who.id, (&group, &face), (&after, &look))?;
            let look = rewrite(ledger, look)?;
            announce::redecorated(ledger, &look, &after, &who)?;
            directory::tell_of_group(ledger, look.id)?;
            if opens {
                crate::requests::let_all_in(ledger, &look)?;
            }
            Ok((after, look))
        })
        .await
}

/// Writes down what was changed, by name: the new words stand in the group itself.
fn note(
    ledger: &mut Ledger<'_>,
    who: ActorId,
    before: (&Group, &Actor),
    after: (&Group, &Actor),
) -> Result<()> {
    let changed: Vec<&str> = [
        ("name", before.1.name != after.1.name),
        ("summary", before.1.summary_source != after.1.summary_source),
        ("rules", before.0.rules != after.0.rules),
        ("topics", before.1.topics != after.1.topics),
        ("links", before.1.fields != after.1.fields),
        ("language", before.0.language != after.0.language),
        (
            "pictures",
            (&before.1.icon_url, &before.1.image_url) != (&after.1.icon_url, &after.1.image_url),
        ),
        ("join", before.0.join_policy != after.0.join_policy),
        ("posting", before.0.posting != after.0.posting),
        (
            "newcomers",
            before.0.hold_newcomers != after.0.hold_newcomers,
        ),
        ("archived", before.0.archived_at != after.0.archived_at),
    ]
    .into_iter()
    .filter_map(|(what, differs)| differs.then_some(what))
    .collect();
    audit::note(
        ledger,
        Some(who),
        Some(after.1.id),
        "group.change",
        &after.1.uri,
        json!({ "changed": changed }),
    )
}

/// A wish that can be fulfilled.
struct Checked {
    name: Option<String>,
    summary: Option<(String, String)>,
    rules: Option<String>,
    topics: Option<Vec<String>>,
    links: Option<Vec<kindred_storage::actors::Field>>,
    language: Option<String>,
    icon_url: Option<String>,
    image_url: Option<String>,
    visibility: Option<Visibility>,
    join_policy: Option<JoinPolicy>,
    posting: Option<Posting>,
    hold_newcomers: Option<bool>,
    discoverable: Option<bool>,
    archived: Option<bool>,
}

impl Checked {
    fn of(wish: Change) -> Result<Self, Refusal> {
        let too_long = |text: &Option<String>, most: usize| {
            text.as_ref()
                .is_some_and(|text| text.chars().count() > most)
        };
        if too_long(&wish.summary, LONGEST_SUMMARY) || too_long(&wish.rules, LONGEST_RULES) {
            return Err(Refusal::NotUnderstood(format!(
                "summary and rules of a group have at most {LONGEST_SUMMARY} characters each"
            )));
        }
        Ok(Self {
            name: wish.name.as_deref().map(checked_group_name).transpose()?,
            summary: wish
                .summary
                .map(|text| (html::from_markdown(&text, &html::NoLinks).html, text)),
            rules: wish.rules,
            topics: wish
                .topics
                .as_deref()
                .map(|topics| checked_topics(topics, MOST_TOPICS))
                .transpose()?,
            links: wish.links.as_deref().map(checked_fields).transpose()?,
            language: wish.language.map(checked_language).transpose()?,
            icon_url: wish.icon_url,
            image_url: wish.image_url,
            visibility: wish.visibility,
            join_policy: wish.join_policy,
            posting: wish.posting,
            hold_newcomers: wish.hold_newcomers,
            discoverable: wish.discoverable,
            archived: wish.archived,
        })
    }

    fn group(&self, mut group: Group, ledger: &Ledger<'_>) -> Group {
        if let Some(rules) = &self.rules {
            group.rules.clone_from(rules);
        }
        if let Some(language) = &self.language {
            group.language = said(language.clone());
        }
        group.join_policy = self.join_policy.unwrap_or(group.join_policy);
        group.posting = self.posting.unwrap_or(group.posting);
        group.hold_newcomers = self.hold_newcomers.unwrap_or(group.hold_newcomers);
        group.archived_at = match self.archived {
            Some(true) => group.archived_at.or(Some(ledger.now)),
            Some(false) => None,
            None => group.archived_at,
        };
        group
    }

    fn face(&self, mut face: Actor, group: &Group) -> Actor {
        if let Some(name) = &self.name {
            face.name.clone_from(name);
        }
        if let Some((html, typed)) = &self.summary {
            face.summary.clone_from(html);
            face.summary_source = Some(typed.clone());
        }
        if let Some(topics) = &self.topics {
            face.topics = Json(topics.clone());
        }
        if let Some(links) = &self.links {
            face.fields = Json(links.clone());
        }
        if let Some(icon) = &self.icon_url {
            face.icon_url = said(icon.clone());
        }
        if let Some(image) = &self.image_url {
            face.image_url = said(image.clone());
        }
        let open = group.visibility == Visibility::Public;
        face.discoverable = open && self.discoverable.unwrap_or(face.discoverable);
        face
    }
}

/// A tag as peers and clients know it: `en`, `pt-BR`.
fn checked_language(tag: String) -> Result<String, Refusal> {
    let word = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let fits = tag.is_empty() || ((2..=35).contains(&tag.len()) && tag.split('-').all(word));
    if fits {
        Ok(tag)
    } else {
        Err(Refusal::NotUnderstood(format!("{tag:?} is no language")))
    }
}
