//! From what somebody typed to a post: markup, mentions, hashtags, title, the group it goes to.

use std::collections::HashMap;

use kindred_protocol::{
    html::{self, Handle, Links, Markup, Mentioned},
    limits::CONTENT_BYTES,
    webfinger,
};
use kindred_storage::{
    ActorId, ActorKind, Json, PostId, PostKind, ScheduledId, UploadId, Visibility,
    actors::{self, Actor},
    apps, groups,
    polls::Poll,
    posts::{Application, Attachment, Post, PostPatch, Tag, TagKind},
};

use crate::{
    Kindred, Ledger, Refusal, Result, emojis, links, media, polls,
    posts::{Boosting, LONGEST_TEXT, Publication, Said},
    quotes, remote, servers, sight, topics,
    views::{Audience, Draft, TextFormat, Viewer},
};

/// The most people that a text may name.
const MOST_MENTIONS: usize = 20;

/// A longer text with a title goes out as an article, a shorter one as a note with a name, which microblogs show whole.
const NOTE_WITH_TITLE: usize = 1_000;

/// A draft whose names have been looked up and whose text has been rendered.
pub(crate) struct Composed {
    draft: Draft,
    html: String,
    named: Vec<Actor>,
    hashtags: Vec<String>,
}

/// Refuses a draft that says nothing or too much.
pub(crate) fn check(draft: &Draft) -> Result<(), Refusal> {
    let bare = draft.media.as_ref().is_none_or(Vec::is_empty);
    if draft.text.trim().is_empty() && bare && draft.poll.is_none() {
        return Err(Refusal::EmptyPost);
    }
    if draft.poll.is_some() && !bare {
        return Err(Refusal::Unfit(
            "a post has either a poll or files".to_owned(),
        ));
    }
    let warning = draft.warning.as_deref().unwrap_or_default();
    let length = html::written_length(&draft.text) + warning.chars().count();
    // However its links are counted, a text has an end.
    if length > LONGEST_TEXT || draft.text.len() > CONTENT_BYTES {
        return Err(Refusal::PostTooLong(length, LONGEST_TEXT));
    }
    Ok(())
}

/// Looks up who is named and renders the text.
pub(crate) async fn compose(kindred: &Kindred, who: &Actor, draft: &Draft) -> Result<Composed> {
    check(draft)?;
    let markup = match draft.format {
        TextFormat::Plain => Markup::Plain,
        TextFormat::Markdown => Markup::Markdown,
        TextFormat::Html => Markup::Html,
    };
    let directory = look_up(kindred, who, html::mentions(&draft.text, markup)).await?;
    let rendered = match markup {
        Markup::Plain => html::from_plain(&draft.text, &directory),
        Markup::Markdown => html::from_markdown(&draft.text, &directory),
        Markup::Html => html::from_html(&draft.text, &directory),
    };
    let named = directory.meant_by(&rendered.mentions).cloned().collect();
    let poll = draft.poll.as_ref().map(polls::draft).transpose()?;
    Ok(Composed {
        draft: Draft {
            poll,
            ..draft.clone()
        },
        html: rendered.html,
        named,
        hashtags: rendered.hashtags,
    })
}

/// Who is meant by the handles in a text.
pub(crate) struct Directory {
    people: HashMap<(String, Option<String>), Option<Actor>>,
    origin: String,
}

impl Directory {
    /// Those who are meant by these mentions.
    pub(crate) fn meant_by<'a>(
        &'a self,
        mentions: &'a [Mentioned],
    ) -> impl Iterator<Item = &'a Actor> {
        mentions.iter().filter_map(|mention| {
            self.people
                .values()
                .flatten()
                .find(|actor| actor.uri == mention.id)
        })
    }
}

impl Links for Directory {
    fn mention(&self, handle: &Handle) -> Option<Mentioned> {
        let actor = self
            .people
            .get(&(handle.name.to_lowercase(), handle.host.clone()))?
            .as_ref()?;
        Some(Mentioned {
            id: actor.uri.clone(),
            url: actor.url.clone().unwrap_or_else(|| actor.uri.clone()),
            name: actor.handle.clone(),
        })
    }

    fn hashtag(&self, name: &str) -> Option<String> {
        Some(format!("{}/topics/{}", self.origin, topics::slug(name)?))
    }
}

/// Looks people up: here, among those we know, and at their own server when they are new to us. Who cannot be found stays plain text.
pub(crate) async fn look_up(
    kindred: &Kindred,
    who: &Actor,
    handles: Vec<Handle>,
) -> Result<Directory> {
    let mut directory = Directory {
        people: HashMap::new(),
        origin: kindred.settings().origin.clone(),
    };
    for handle in handles.into_iter().take(MOST_MENTIONS) {
        let name = handle.name.to_lowercase();
        let host = handle
            .host
            .clone()
            .filter(|host| host != kindred.settings().host())
            .unwrap_or_default();
        let viewer = Viewer::Local(who.id);
        let known = {
            let (name, host) = (name.clone(), host.clone());
            kindred
                .read(move |db| match actors::by_handle(db, &name, &host)? {
                    Some(actor)
                        if actor.deleted_at.is_none() && sight::of_actor(db, &viewer, &actor)? =>
                    {
                        Ok(Some(actor))
                    }
                    _ => Ok(None),
                })
                .await?
        };
        let actor = match known {
            None if !host.is_empty() => found_elsewhere(kindred, &name, &host).await,
            known => known,
        };
        directory.people.insert((name, handle.host), actor);
    }
    Ok(directory)
}

async fn found_elsewhere(kindred: &Kindred, name: &str, host: &str) -> Option<Actor> {
    servers::welcome(kindred, host).await.ok()?;
    let handle = webfinger::Handle {
        name: name.to_owned(),
        host: host.to_owned(),
    };
    let found = Box::pin(webfinger::lookup(kindred.network(), &handle))
        .await
        .ok()?;
    remote::actor(kindred, found.actor.as_str()).await.ok()
}

impl Composed {
    /// The post as it is about to be placed.
    pub(crate) fn into_publication(
        self,
        ledger: &mut Ledger<'_>,
        author: &Actor,
    ) -> Result<Publication> {
        let parent = match self.draft.reply_to {
            Some(id) => {
                let parent = super::living(ledger, id)?;
                Some(sight::of_post(
                    ledger.db,
                    &Viewer::Local(author.id),
                    parent,
                )?)
            }
            None => None,
        };
        let quoted = match self.draft.quote {
            Some(quoted) => Some(quotes::wanted(ledger, author, quoted)?),
            None => None,
        };
        let id = PostId(ledger.next_entry());
        let group = self.group(ledger, parent.as_ref())?;
        let attachments = self.attachments(ledger, author.id, None)?;
        let visibility = visibility(ledger, self.draft.audience, parent.as_ref(), group.as_ref())?;
        let post = Post {
            id,
            uri: links::post(ledger.settings, id),
            url: None,
            author_id: author.id,
            group_id: None,
            parent_id: parent.as_ref().map(|parent| parent.id),
            parent_uri: parent.as_ref().map(|parent| parent.uri.clone()),
            root_id: parent.as_ref().map_or(id, |parent| parent.root_id),
            // A thread belongs to whoever started it: the answer carries the address that its owner gave it.
            context_uri: parent
                .as_ref()
                .and_then(|parent| parent.context_uri.clone()),
            kind: kind_of(&self.draft),
            title: title_of(&self.draft),
            warning: self
                .draft
                .warning
                .clone()
                .filter(|warning| !warning.trim().is_empty()),
            sensitive: self.draft.sensitive || self.draft.warning.is_some(),
            language: self.draft.language.clone(),
            visibility,
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
            tags: Json(self.tags(ledger)?),
            attachments: Json(attachments),
            content: self.html.clone(),
            source: Some(self.draft.text.clone()),
            quote_uri: quoted.map(|quoted| quoted.uri),
            quote_policy: self.draft.quote_policy,
            quotes_count: 0,
            application: self.application(ledger)?,
            card: None,
        };
        Ok(Publication {
            post,
            mentions: self.people(),
            groups: group.into_iter().map(|group| group.id).collect(),
            poll: self
                .draft
                .poll
                .as_ref()
                .map(|poll| polls::to_ask(id, poll, ledger.now)),
            quote: Some(quotes::Claim::default()),
            said: Said::Here,
            boosting: Boosting::Allowed,
        })
    }

    /// The group that it goes to: the one that was chosen, or the first one that is named. Answers go where their thread is.
    fn group(&self, ledger: &mut Ledger<'_>, parent: Option<&Post>) -> Result<Option<Actor>> {
        if let Some(group) = parent.and_then(|parent| parent.group_id) {
            // A private answer is for those whom it names, not for the room.
            if self.draft.audience == Audience::Direct {
                return Ok(None);
            }
            return Ok(Some(ledger.actor(group)?));
        }
        if let Some(chosen) = self.draft.group {
            let (_, face) = groups::find(ledger.db, chosen)?.ok_or(Refusal::NoSuchGroup)?;
            return Ok(Some(face));
        }
        Ok(self
            .named
            .iter()
            .find(|actor| actor.kind == ActorKind::Group)
            .cloned())
    }

    fn people(&self) -> Vec<ActorId> {
        self.named.iter().map(|actor| actor.id).collect()
    }

    fn tags(&self, ledger: &mut Ledger<'_>) -> Result<Vec<Tag>> {
        let mentions = self.named.iter().map(|actor| Tag {
            kind: TagKind::Mention,
            name: format!("@{}", links::full_acct(ledger.settings, actor)),
            href: actor.uri.clone(),
        });
        let hashtags = self.hashtags.iter().map(|name| Tag {
            kind: TagKind::Hashtag,
            name: name.clone(),
            href: topics::slug(name)
                .map(|slug| links::topic(ledger.settings, &slug))
                .unwrap_or_default(),
        });
        let mut tags: Vec<Tag> = mentions.chain(hashtags).collect();
        let mut texts = vec![
            self.draft.text.as_str(),
            self.draft.warning.as_deref().unwrap_or_default(),
            self.draft.title.as_deref().unwrap_or_default(),
        ];
        let asked = self.draft.poll.as_ref();
        texts.extend(
            asked
                .iter()
                .flat_map(|poll| poll.options.iter().map(String::as_str)),
        );
        tags.extend(emojis::tags(ledger.db, ledger.settings, &texts)?);
        Ok(tags)
    }

    /// The program that it was written with.
    fn application(&self, ledger: &mut Ledger<'_>) -> Result<Option<Json<Application>>> {
        let Some(app) = self.draft.app else {
            return Ok(None);
        };
        Ok(apps::find(ledger.db, app)?.map(|app| {
            Json(Application {
                name: app.name,
                website: app.website,
            })
        }))
    }

    /// What it is to come with, when that was said.
    pub(crate) fn uploads(&self) -> Option<Vec<UploadId>> {
        self.draft.media.clone()
    }

    /// The number under which it was kept until now, when it was.
    pub(crate) fn scheduled(&self) -> Option<ScheduledId> {
        self.draft.scheduled
    }

    /// The files that it comes with, with the words that were said about them.
    fn attachments(
        &self,
        ledger: &mut Ledger<'_>,
        author: ActorId,
        post: Option<PostId>,
    ) -> Result<Vec<Attachment>> {
        let ids = self.draft.media.as_deref().unwrap_or_default();
        let mut chosen = media::choose(ledger, author, ids, self.draft.scheduled, post)?;
        for attachment in &mut chosen {
            for (id, words) in &self.draft.media_words {
                if attachment.id == Some(*id) {
                    words.put_under(attachment);
                }
            }
        }
        Ok(chosen)
    }

    /// What an edit changes.
    pub(crate) fn into_edit(self, ledger: &mut Ledger<'_>, post: &Post) -> Result<Edit> {
        let attachments = match self.draft.media {
            Some(_) => Some(Json(self.attachments(
                ledger,
                post.author_id,
                Some(post.id),
            )?)),
            None => None,
        };
        let patch = PostPatch {
            attachments,
            // The link may be another one now.
            card: Some(None),
            title: Some(title_of(&self.draft)),
            content: Some(self.html.clone()),
            source: Some(Some(self.draft.text.clone())),
            warning: Some(
                self.draft
                    .warning
                    .clone()
                    .filter(|warning| !warning.trim().is_empty()),
            ),
            sensitive: Some(self.draft.sensitive || self.draft.warning.is_some()),
            language: self.draft.language.clone().map(Some),
            tags: Some(Json(self.tags(ledger)?)),
            quote_policy: self.draft.quote_policy.map(Some),
            // Never before it was published: GoToSocial calls that malformed.
            edited_at: Some(Some(ledger.now.max(post.published_at))),
            ..PostPatch::default()
        };
        let poll = self
            .draft
            .poll
            .as_ref()
            .map(|poll| polls::to_ask(post.id, poll, ledger.now));
        Ok(Edit {
            patch: PostPatch {
                kind: poll.is_some().then_some(PostKind::Question),
                ..patch
            },
            poll,
            mentions: self.people(),
        })
    }
}

/// What an edit changes.
pub(crate) struct Edit {
    pub patch: PostPatch,
    pub mentions: Vec<ActorId>,
    pub poll: Option<Poll>,
}

fn kind_of(draft: &Draft) -> PostKind {
    if draft.poll.is_some() {
        return PostKind::Question;
    }
    match &draft.title {
        Some(title) if !title.trim().is_empty() && draft.text.chars().count() > NOTE_WITH_TITLE => {
            PostKind::Article
        }
        _ => PostKind::Note,
    }
}

fn title_of(draft: &Draft) -> Option<String> {
    draft
        .title
        .as_deref()
        .map(str::trim)
        .filter(|title| !title.is_empty())
        .map(|title| title.chars().take(200).collect())
}

/// Who may see it: what the author chose, but never more than may see what it answers. A closed group decides by itself.
fn visibility(
    ledger: &mut Ledger<'_>,
    audience: Audience,
    parent: Option<&Post>,
    group: Option<&Actor>,
) -> Result<Visibility> {
    let chosen = match audience {
        Audience::Public => Visibility::Public,
        Audience::Unlisted => Visibility::Unlisted,
        Audience::Followers => Visibility::Followers,
        Audience::Direct => Visibility::Direct,
    };
    if let Some(group) = group
        && let Some((group, _)) = groups::find(ledger.db, group.id)?
        && group.visibility != Visibility::Public
    {
        return Ok(group.visibility);
    }
    Ok(match parent.map(|parent| parent.visibility) {
        Some(Visibility::Direct) => Visibility::Direct,
        Some(Visibility::Followers) if chosen != Visibility::Direct => Visibility::Followers,
        _ => chosen,
    })
}
