//! Lists, filters, marks, talks, topics and suggestions, as clients get them.

use std::borrow::Cow;

use kindred_community::{
    self as community, FilterAction, FilterPlace, Moment, RepliesShown,
    interests::{Featured, TopicView},
    settings::Settings,
    showcase::{Because, Link},
    views::{Filtered, Talk, WholeFilter},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Account, Lens, PreviewCard, Status, date, datetime, topic_url};

/// A list of somebody's.
#[derive(Debug, Serialize)]
pub struct List<'a> {
    id: String,
    title: &'a str,
    replies_policy: RepliesShown,
    exclusive: bool,
}

impl<'a> List<'a> {
    /// This list.
    pub fn of(list: &'a community::List) -> Self {
        Self {
            id: list.id.to_string(),
            title: &list.title,
            replies_policy: list.replies,
            exclusive: list.exclusive,
        }
    }
}

/// A filter, with its words and posts where they are asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Filter {
    id: String,
    title: String,
    context: Vec<FilterPlace>,
    expires_at: Option<String>,
    #[serde(rename = "filter_action")]
    action: FilterAction,
    #[serde(skip_serializing_if = "Option::is_none")]
    keywords: Option<Vec<FilterKeyword>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statuses: Option<Vec<FilterStatus>>,
}

/// A word of a filter.
#[derive(Clone, Debug, Serialize)]
pub struct FilterKeyword {
    id: String,
    keyword: String,
    whole_word: bool,
}

/// A single post of a filter.
#[derive(Clone, Debug, Serialize)]
pub struct FilterStatus {
    id: String,
    status_id: String,
}

impl Filter {
    /// The filter without what is in it.
    fn bare(filter: &community::Filter) -> Self {
        Self {
            id: filter.id.to_string(),
            title: filter.title.clone(),
            context: filter.places.0.clone(),
            expires_at: filter.expires_at.map(datetime),
            action: filter.action,
            keywords: None,
            statuses: None,
        }
    }

    /// The filter with everything in it.
    pub fn of(whole: &WholeFilter) -> Self {
        Self {
            keywords: Some(whole.keywords.iter().map(FilterKeyword::of).collect()),
            statuses: Some(whole.posts.iter().map(FilterStatus::of).collect()),
            ..Self::bare(&whole.filter)
        }
    }
}

impl FilterKeyword {
    /// This word.
    pub fn of(line: &community::Keyword) -> Self {
        Self {
            id: line.id.to_string(),
            keyword: line.keyword.clone(),
            whole_word: line.whole_word,
        }
    }
}

impl FilterStatus {
    /// This post.
    pub fn of(line: &community::FilterPost) -> Self {
        Self {
            id: line.id.to_string(),
            status_id: line.post_id.to_string(),
        }
    }
}

/// One word of a filter, as filters were before they had several.
#[derive(Debug, Serialize)]
pub struct OldFilter<'a> {
    id: String,
    phrase: &'a str,
    context: &'a [FilterPlace],
    expires_at: Option<String>,
    irreversible: bool,
    whole_word: bool,
}

impl<'a> OldFilter<'a> {
    /// This word of this filter.
    pub fn of(filter: &'a community::Filter, line: &'a community::Keyword) -> Self {
        Self {
            id: line.id.to_string(),
            phrase: &line.keyword,
            context: &filter.places.0,
            expires_at: filter.expires_at.map(datetime),
            irreversible: filter.action == FilterAction::Hide,
            whole_word: line.whole_word,
        }
    }
}

/// Why a status is filtered.
#[derive(Clone, Debug, Serialize)]
pub struct FilterResult {
    filter: Filter,
    keyword_matches: Option<Vec<String>>,
    status_matches: Option<Vec<String>>,
}

impl FilterResult {
    /// What holds at this moment: filters that have ended count no more.
    pub(super) fn all(now: Moment, filtered: &[Filtered]) -> Vec<Self> {
        let given = |list: Vec<String>| (!list.is_empty()).then_some(list);
        filtered
            .iter()
            .filter(|found| found.filter.expires_at.is_none_or(|end| end > now))
            .map(|found| Self {
                filter: Filter::bare(&found.filter),
                keyword_matches: given(found.keywords.clone()),
                status_matches: given(found.posts.iter().map(ToString::to_string).collect()),
            })
            .collect()
    }
}

/// How far somebody has read in a timeline.
#[derive(Debug, Serialize)]
pub struct Marker {
    last_read_id: String,
    version: i32,
    updated_at: String,
}

impl Marker {
    /// This mark.
    pub fn of(marker: &community::Marker) -> Self {
        Self {
            last_read_id: marker.last_read_id.to_string(),
            version: marker.version,
            updated_at: datetime(marker.updated_at),
        }
    }
}

/// A talk in private.
#[derive(Debug, Serialize)]
pub struct Conversation<'a> {
    id: String,
    unread: bool,
    accounts: Vec<Account<'a>>,
    last_status: Option<Status<'a>>,
}

impl<'a> Conversation<'a> {
    /// This talk.
    pub fn of(lens: &Lens<'a>, talk: &'a Talk) -> Self {
        Self {
            id: talk.row.id.to_string(),
            unread: talk.row.unread,
            accounts: talk
                .with
                .iter()
                .map(|actor| Account::of(lens.settings, actor))
                .collect(),
            last_status: talk.last.as_ref().map(|view| Status::of(lens, view)),
        }
    }
}

/// Somebody whom one would rather not hear, and until when.
#[derive(Debug, Serialize)]
pub struct MutedAccount<'a> {
    #[serde(flatten)]
    account: Account<'a>,
    mute_expires_at: Option<String>,
}

impl<'a> MutedAccount<'a> {
    /// This actor under this mute.
    pub fn of(settings: &Settings, mute: &community::Mute, actor: &'a community::Actor) -> Self {
        Self {
            account: Account::of(settings, actor),
            mute_expires_at: mute.until.map(datetime),
        }
    }
}

/// A subject.
#[derive(Debug, Serialize)]
pub struct Tag<'a> {
    id: Cow<'a, str>,
    name: &'a str,
    url: String,
    history: Vec<History>,
    #[serde(skip_serializing_if = "Option::is_none")]
    following: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    featuring: Option<bool>,
}

/// How much was said on one day. The numbers are written as texts, as clients expect them.
#[derive(Debug, Serialize)]
struct History {
    day: String,
    uses: String,
    accounts: String,
}

impl<'a> Tag<'a> {
    /// The subject of this name, without `#`, and nothing of what is said about it.
    pub fn named(settings: &Settings, name: &'a str) -> Self {
        Self {
            id: name.into(),
            name,
            url: topic_url(settings, name),
            history: Vec::new(),
            following: None,
            featuring: None,
        }
    }

    /// This topic as somebody sees it.
    pub fn of(lens: &Lens<'_>, topic: &'a TopicView) -> Self {
        Self {
            id: topic.id.map_or(Cow::Borrowed(topic.name.as_str()), |id| {
                id.to_string().into()
            }),
            name: &topic.name,
            url: topic_url(lens.settings, &topic.name),
            history: topic
                .days
                .iter()
                .map(|(day, uses, people)| History {
                    day: (day.0 / 1_000).to_string(),
                    uses: uses.to_string(),
                    accounts: people.to_string(),
                })
                .collect(),
            following: lens.me.map(|_| topic.following),
            featuring: lens.me.map(|_| topic.featuring),
        }
    }
}

/// A subject on somebody's page.
#[derive(Debug, Serialize)]
pub struct FeaturedTag<'a> {
    id: String,
    name: &'a str,
    url: String,
    statuses_count: String,
    last_status_at: Option<String>,
}

impl<'a> FeaturedTag<'a> {
    /// This line of the page.
    pub fn of(settings: &Settings, line: &'a Featured) -> Self {
        Self {
            id: line.id.to_string(),
            name: &line.name,
            url: topic_url(settings, &line.name),
            statuses_count: line.posts.to_string(),
            last_status_at: line.last.map(date),
        }
    }
}

/// Somebody whom one may like to follow, and why.
#[derive(Debug, Serialize)]
pub struct Suggestion<'a> {
    source: &'static str,
    sources: [&'static str; 1],
    account: Account<'a>,
}

impl<'a> Suggestion<'a> {
    /// This suggestion, in the words that clients know.
    pub fn of(settings: &Settings, because: Because, actor: &'a community::Actor) -> Self {
        let (source, kind) = match because {
            Because::TopicsInCommon => ("past_interactions", "similar_to_recently_followed"),
            Because::FriendsFollow => ("past_interactions", "friends_of_friends"),
            Because::ManyFollow => ("global", "most_followed"),
        };
        Self {
            source,
            sources: [kind],
            account: Account::of(settings, actor),
        }
    }
}

/// A link that is talked about: its card, and how much.
pub fn trending_link(link: &Link, title: Option<&str>, today: Moment) -> Value {
    let mut card = json!(PreviewCard::of(&link.url, title));
    card["history"] = json!([{
        "day": (today.0 / 86_400_000 * 86_400).to_string(),
        "uses": link.uses.to_string(),
        "accounts": link.people.to_string(),
    }]);
    card
}
