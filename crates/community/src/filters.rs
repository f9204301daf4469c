//! Filters: what somebody would rather not read, or not at once.
//!
//! A filter only marks posts, with what of them it is about; clients cover them or leave them out, each in its own way.

use kindred_protocol::html;
use kindred_storage::{
    ActorId, Conn, FilterAction, FilterId, FilterPlace, FilterPostId, Json, KeywordId, Moment,
    PostId,
    actors::Actor,
    filters::{self as store, Filter, FilterPost, Keyword},
    posts,
};

use crate::{
    Kindred, Ledger, Refusal, Result,
    happenings::Happening,
    sight,
    views::{Filtered, PostView, Viewer, WholeFilter},
};

/// The longest title and the longest word, in characters.
const LONGEST: usize = 255;
/// The most filters of one person.
const MOST_FILTERS: usize = 200;
/// The most words, and the most single posts, of all filters of one person.
const MOST_LINES: usize = 1_000;

/// How somebody would like a filter to be. What is not said stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterWish {
    /// What it is called.
    pub title: Option<String>,
    /// Where it is in force.
    pub places: Option<Vec<FilterPlace>>,
    /// What it does.
    pub action: Option<FilterAction>,
    /// When it ends by itself; `Some(None)`: never.
    pub ends: Option<Option<Moment>>,
    /// Its words.
    pub keywords: Vec<KeywordWish>,
}

/// What becomes of a word of a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeywordWish {
    /// Which one; a new one when not said.
    pub id: Option<KeywordId>,
    /// The word.
    pub keyword: Option<String>,
    /// Whether it counts only as a whole word.
    pub whole_word: Option<bool>,
    /// It is thrown away.
    pub gone: bool,
}

/// All filters of somebody, with their words and posts.
pub async fn mine(kindred: &Kindred, who: &Actor) -> Result<Vec<WholeFilter>> {
    let who = who.id;
    kindred.read(move |db| of(db, who)).await
}

/// One of somebody's filters.
pub async fn one(kindred: &Kindred, who: &Actor, id: FilterId) -> Result<WholeFilter> {
    let who = who.id;
    kindred.read(move |db| whole(db, who, id)).await
}

fn of(db: &mut Conn, who: ActorId) -> Result<Vec<WholeFilter>> {
    let filters = store::of_owner(db, who)?;
    // Most people have none, and nothing more is asked then.
    if filters.is_empty() {
        return Ok(Vec::new());
    }
    let keywords = store::keywords_of_owner(db, who)?;
    let posts = store::posts_of_owner(db, who)?;
    Ok(filters
        .into_iter()
        .map(|filter| WholeFilter {
            keywords: keywords
                .iter()
                .filter(|line| line.filter_id == filter.id)
                .cloned()
                .collect(),
            posts: posts
                .iter()
                .filter(|line| line.filter_id == filter.id)
                .cloned()
                .collect(),
            filter,
        })
        .collect())
}

fn whole(db: &mut Conn, who: ActorId, id: FilterId) -> Result<WholeFilter> {
    of(db, who)?
        .into_iter()
        .find(|whole| whole.filter.id == id)
        .ok_or_else(|| Refusal::NoSuch("filter").into())
}

/// Makes a filter.
pub async fn make(kindred: &Kindred, who: &Actor, wish: FilterWish) -> Result<WholeFilter> {
    let title = checked(wish.title.as_deref().unwrap_or_default(), "a title")?;
    let places = checked_places(wish.places.clone().unwrap_or_default())?;
    let who = who.id;
    kindred
        .write(move |ledger| {
            ledger.happened(Happening::FiltersChanged { owner: who });
            if store::of_owner(ledger.db, who)?.len() >= MOST_FILTERS {
                return Err(Refusal::TooMany("filters", MOST_FILTERS).into());
            }
            let filter = Filter {
                id: FilterId(ledger.next_id()),
                owner_id: who,
                title,
                places: Json(places),
                action: wish.action.unwrap_or(FilterAction::Warn),
                expires_at: wish.ends.flatten(),
                created_at: ledger.now,
            };
            store::insert(ledger.db, &filter)?;
            for keyword in wish.keywords {
                put_keyword(ledger, who, filter.id, keyword)?;
            }
            whole(ledger.db, who, filter.id)
        })
        .await
}

/// Changes a filter.
pub async fn change(
    kindred: &Kindred,
    who: &Actor,
    id: FilterId,
    wish: FilterWish,
) -> Result<WholeFilter> {
    let title = match &wish.title {
        Some(title) => Some(checked(title, "a title")?),
        None => None,
    };
    let places = wish.places.clone().map(checked_places).transpose()?;
    let who = who.id;
    kindred
        .write(move |ledger| {
            ledger.happened(Happening::FiltersChanged { owner: who });
            let known = store::find(ledger.db, who, id)?.ok_or(Refusal::NoSuch("filter"))?;
            let filter = Filter {
                title: title.unwrap_or(known.title),
                places: places.map_or(known.places, Json),
                action: wish.action.unwrap_or(known.action),
                expires_at: wish.ends.unwrap_or(known.expires_at),
                ..known
            };
            store::update(ledger.db, &filter)?;
            for keyword in wish.keywords {
                put_keyword(ledger, who, id, keyword)?;
            }
            whole(ledger.db, who, id)
        })
        .await
}

/// Throws a filter away.
pub async fn remove(kindred: &Kindred, who: &Actor, id: FilterId) -> Result<()> {
    let who = who.id;
    gone(kindred, who, "filter", move |db| {
        Ok(store::remove(db, who, id)?)
    })
    .await
}

fn checked(text: &str, what: &'static str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::Needed(what).into());
    }
    if text.chars().count() > LONGEST {
        return Err(Refusal::TooLong(what, LONGEST).into());
    }
    Ok(text.to_owned())
}

fn checked_places(mut places: Vec<FilterPlace>) -> Result<Vec<FilterPlace>> {
    places.sort_unstable();
    places.dedup();
    if places.is_empty() {
        return Err(Refusal::Needed("a place where it is in force").into());
    }
    Ok(places)
}

/// Adds a word to a filter, changes one, or throws one away.
fn put_keyword(
    ledger: &mut Ledger<'_>,
    who: ActorId,
    filter: FilterId,
    wish: KeywordWish,
) -> Result<Keyword> {
    let known = match wish.id {
        Some(id) => Some(
            store::keyword(ledger.db, who, id)?
                .filter(|known| known.filter_id == filter)
                .ok_or(Refusal::NoSuch("keyword"))?,
        ),
        None => None,
    };
    if let (Some(known), true) = (&known, wish.gone) {
        store::remove_keyword(ledger.db, who, known.id)?;
        return Ok(known.clone());
    }
    if known.is_none() && store::keywords_of_owner(ledger.db, who)?.len() >= MOST_LINES {
        return Err(Refusal::TooMany("keywords", MOST_LINES).into());
    }
    let word = wish
        .keyword
        .or_else(|| known.as_ref().map(|known| known.keyword.clone()));
    let keyword = Keyword {
        id: known
            .as_ref()
            .map_or_else(|| KeywordId(ledger.next_id()), |known| known.id),
        filter_id: filter,
        owner_id: who,
        keyword: checked(word.as_deref().unwrap_or_default(), "a keyword")?,
        whole_word: wish
            .whole_word
            .unwrap_or_else(|| known.is_some_and(|known| known.whole_word)),
    };
    store::put_keyword(ledger.db, &keyword)?;
    Ok(keyword)
}

/// One word of somebody's filters.
pub async fn keyword(kindred: &Kindred, who: &Actor, id: KeywordId) -> Result<Keyword> {
    let who = who.id;
    kindred
        .read(move |db| Ok(store::keyword(db, who, id)?.ok_or(Refusal::NoSuch("keyword"))?))
        .await
}

/// Adds a word to a filter.
pub async fn add_keyword(
    kindred: &Kindred,
    who: &Actor,
    filter: FilterId,
    wish: KeywordWish,
) -> Result<Keyword> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            ledger.happened(Happening::FiltersChanged { owner: who });
            store::find(ledger.db, who, filter)?.ok_or(Refusal::NoSuch("filter"))?;
            put_keyword(ledger, who, filter, wish)
        })
        .await
}

/// Changes a word.
pub async fn change_keyword(
    kindred: &Kindred,
    who: &Actor,
    id: KeywordId,
    wish: KeywordWish,
) -> Result<Keyword> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            ledger.happened(Happening::FiltersChanged { owner: who });
            let known = store::keyword(ledger.db, who, id)?.ok_or(Refusal::NoSuch("keyword"))?;
            let wish = KeywordWish {
                id: Some(id),
                ..wish
            };
            put_keyword(ledger, who, known.filter_id, wish)
        })
        .await
}

/// Throws a word away.
pub async fn remove_keyword(kindred: &Kindred, who: &Actor, id: KeywordId) -> Result<()> {
    let who = who.id;
    gone(kindred, who, "keyword", move |db| {
        Ok(store::remove_keyword(db, who, id)?)
    })
    .await
}

/// Adds a single post that its owner may see to a filter.
pub async fn add_post(
    kindred: &Kindred,
    who: &Actor,
    filter: FilterId,
    post: PostId,
) -> Result<FilterPost> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            ledger.happened(Happening::FiltersChanged { owner: who });
            store::find(ledger.db, who, filter)?.ok_or(Refusal::NoSuch("filter"))?;
            let post = posts::find(ledger.db, post)?.ok_or(Refusal::NoSuchPost)?;
            let post = sight::of_post(ledger.db, &Viewer::Local(who), post)?;
            if store::posts_of_owner(ledger.db, who)?.len() >= MOST_LINES {
                return Err(Refusal::TooMany("filtered posts", MOST_LINES).into());
            }
            let line = FilterPost {
                id: FilterPostId(ledger.next_id()),
                filter_id: filter,
                owner_id: who,
                post_id: post.id,
            };
            Ok(store::add_post(ledger.db, &line)?)
        })
        .await
}

/// One single post of somebody's filters.
pub async fn post(kindred: &Kindred, who: &Actor, id: FilterPostId) -> Result<FilterPost> {
    let who = who.id;
    kindred
        .read(move |db| Ok(store::post(db, who, id)?.ok_or(Refusal::NoSuchPost)?))
        .await
}

/// Throws a single post away, and answers what it was.
pub async fn remove_post(kindred: &Kindred, who: &Actor, id: FilterPostId) -> Result<FilterPost> {
    let line = post(kindred, who, id).await?;
    let who = who.id;
    gone(kindred, who, "post", move |db| {
        Ok(store::remove_post(db, who, id)?)
    })
    .await?;
    Ok(line)
}

async fn gone(
    kindred: &Kindred,
    who: ActorId,
    what: &'static str,
    remove: impl FnOnce(&mut Conn) -> Result<bool> + Send + 'static,
) -> Result<()> {
    kindred
        .write(move |ledger| {
            ledger.happened(Happening::FiltersChanged { owner: who });
            if remove(ledger.db)? {
                Ok(())
            } else {
                Err(Refusal::NoSuch(what).into())
            }
        })
        .await
}

/// Marks posts by what somebody would rather not read; never what they wrote themselves.
pub(crate) fn mark(db: &mut Conn, who: ActorId, views: &mut [PostView]) -> Result<()> {
    if views.is_empty() {
        return Ok(());
    }
    let filters = of(db, who)?;
    if filters.is_empty() {
        return Ok(());
    }
    for view in views.iter_mut().filter(|view| view.author.id != who) {
        let text = everything_said(view);
        view.filtered = filters
            .iter()
            .filter_map(|whole| matched(whole, view.post.id, &text))
            .collect();
    }
    Ok(())
}

fn matched(whole: &WholeFilter, post: PostId, text: &str) -> Option<Filtered> {
    let keywords: Vec<String> = whole
        .keywords
        .iter()
        .filter(|line| stands_in(text, &line.keyword, line.whole_word))
        .map(|line| line.keyword.clone())
        .collect();
    let posts: Vec<PostId> = whole
        .posts
        .iter()
        .map(|line| line.post_id)
        .filter(|named| *named == post)
        .collect();
    (!keywords.is_empty() || !posts.is_empty()).then(|| Filtered {
        filter: whole.filter.clone(),
        keywords,
        posts,
    })
}

/// All that a post says, in small letters.
fn everything_said(view: &PostView) -> String {
    let post = &view.post;
    let mut text = html::to_text(&post.content, usize::MAX);
    let more = post
        .title
        .iter()
        .chain(&post.warning)
        .chain(
            post.attachments
                .iter()
                .filter_map(|it| it.description.as_ref()),
        )
        .chain(post.tags.iter().map(|tag| &tag.name));
    for piece in more {
        text.push('\n');
        text.push_str(piece);
    }
    for option in view.poll.iter().flat_map(|poll| poll.options.iter()) {
        text.push('\n');
        text.push_str(&option.title);
    }
    text.to_lowercase()
}

/// Whether a word stands in a text of small letters; as a whole word, when no letter or digit goes on where the word itself ends in
/// one. Scripts that do not part their words are not held to that.
fn stands_in(text: &str, keyword: &str, whole_word: bool) -> bool {
    let keyword = keyword.trim().to_lowercase();
    if keyword.is_empty() {
        return false;
    }
    if !whole_word {
        return text.contains(&keyword);
    }
    let joins = |one: Option<char>, other: Option<char>| {
        let parted = |c: char| (c.is_alphanumeric() || c == '_') && !is_unparted(c);
        one.is_some_and(parted) && other.is_some_and(parted)
    };
    text.match_indices(&keyword).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !joins(before, found.chars().next()) && !joins(found.chars().next_back(), after)
    })
}

/// Letters of scripts that put no blanks between words.
pub(crate) fn is_unparted(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_stands_in_a_text_as_a_whole_word_or_as_part_of_one() {
        for (text, keyword, whole_word, expected) in [
            ("a crab walks", "Crab", true, true),
            ("many crabs walk", "crab", true, false),
            ("many crabs walk", "crab", false, true),
            ("crab", "crab", true, true),
            ("i like #crab.", "#crab", true, true),
            ("i like #crabs", "#crab", true, false),
            ("über alles", "ber", true, false),
            ("c++ is here", "c++", true, true),
            ("私は蟹が好き", "蟹", true, true),
            ("anything", " ", false, false),
            ("two words here", "two words", true, true),
        ] {
            assert_eq!(
                stands_in(text, keyword, whole_word),
                expected,
                "{text} / {keyword}"
            );
        }
    }
}
