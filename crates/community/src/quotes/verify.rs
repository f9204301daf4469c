//! Quotes between people of other servers: whether the quoted author agrees is asked at their own server.

use kindred_protocol::{Uri, vocabulary::Document};
use kindred_storage::{
    PostId, QuotePolicy, QuoteState,
    actors::{self, Actor},
    posts::{self, Post},
    quotes::{self, Quote},
};

use super::settle;
use crate::{Error, Kindred, Refusal, Result, posts::take_in, remote};

/// Finds out whether a quote between others is agreed to: the quoted post is asked for, and the stamp at the server of its author.
/// Where nobody is asked (Misskey, Akkoma), a quote stands unless the quoted author says that nobody may.
pub(crate) async fn verify(
    kindred: &Kindred,
    post: PostId,
    stamp: Option<String>,
    unasked: bool,
) -> Result<()> {
    let Some((quote, quoting)) = kindred
        .read(move |db| {
            let quote = quotes::find(db, post)?;
            Ok(quote.zip(posts::find(db, post)?.filter(Post::is_standing)))
        })
        .await?
    else {
        return Ok(());
    };
    let Some(quoted) = quoted_post(kindred, &quote.quoted_uri).await? else {
        return Ok(());
    };
    let author = kindred
        .read({
            let id = quoted.author_id;
            move |db| Ok(actors::find(db, id)?.ok_or(Refusal::NoSuchPerson)?)
        })
        .await?;
    let own = quoted.author_id == quoting.author_id;
    let denied = quoted.quote_policy == Some(QuotePolicy::Nobody);
    let stamped = match &stamp {
        Some(stamp) => is_stamped(kindred, stamp, &author, &quoting.uri, &quoted.uri).await?,
        None => false,
    };
    let agreed = own || stamped || (unasked && !denied);
    kindred
        .write(move |ledger| {
            let Some(known) = quotes::find(ledger.db, quote.post_id)?
                .filter(|quote| quote.state == QuoteState::Pending)
            else {
                return Ok(());
            };
            let quote = Quote {
                quoted_id: Some(quoted.id),
                ..known
            };
            if agreed {
                settle(
                    ledger,
                    quote,
                    QuoteState::Accepted,
                    stamp.filter(|_| stamped),
                )
            } else {
                Ok(quotes::record(ledger.db, &quote)?)
            }
        })
        .await
}

async fn quoted_post(kindred: &Kindred, uri: &str) -> Result<Option<Post>> {
    let address = uri.to_owned();
    if let Some(known) = kindred
        .read(move |db| Ok(posts::by_uri(db, &address)?))
        .await?
    {
        return Ok(Some(known).filter(Post::is_standing));
    }
    let Ok(address) = Uri::parse(uri) else {
        return Ok(None);
    };
    if kindred.settings().is_ours(uri) || !kindred.keys().may_look(address.host()) {
        return Ok(None);
    }
    let note = Box::pin(remote::fetch_note(kindred, &address)).await?;
    if !note.is_public() {
        return Ok(None);
    }
    Box::pin(take_in::quoted(kindred, note)).await
}

/// Whether a stamp stands at its own address, by the author of what is quoted, for these two posts.
async fn is_stamped(
    kindred: &Kindred,
    stamp: &str,
    author: &Actor,
    quoting: &str,
    quoted: &str,
) -> Result<bool> {
    let (Ok(stamp), Ok(home)) = (Uri::parse(stamp), Uri::parse(&author.uri)) else {
        return Ok(false);
    };
    if !stamp.same_origin(&home) {
        return Ok(false);
    }
    match Box::pin(remote::fetch_document(kindred, &stamp)).await {
        Ok(Document::Approval(approval)) => {
            let is = |uri: &Option<Uri>, expected: &str| {
                uri.as_ref().is_some_and(|uri| uri.as_str() == expected)
            };
            Ok(approval.kind == "QuoteAuthorization"
                && approval.id == stamp
                && is(&approval.attributed_to, &author.uri)
                && is(&approval.object, quoting)
                && is(&approval.target, quoted))
        }
        Ok(_) | Err(Error::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
