//! Polls: asked, answered, counted and closed.
//!
//! A poll is the question part of a post. Votes in ours are counted here, one person once and before the end; votes in others' are
//! told to their author alone, whose server counts. Everybody who waits for the counts is told them now and then, and at the end.

use std::{collections::HashSet, time::Duration};

use kindred_protocol::vocabulary::Note;
use kindred_storage::{
    ActorId, Json, Moment, NotificationKind, PostId,
    actors::{self, Actor},
    blocks,
    polls::{self, Poll, PollOption, Voters},
    posts::{self, Post},
};

use crate::{
    Kindred, Ledger, Refusal, Result, announce,
    jobs::{Job, lane_look, lane_poll},
    notify,
    posts::{answered, living, pass_on_activity, with_spoken},
    sight,
    views::{PollDraft, PostView, Viewer},
};

/// The most options of a poll of ours.
pub const MOST_OPTIONS: usize = 20;

/// The longest option of a poll of ours, in characters.
pub const LONGEST_OPTION: usize = 200;

/// The shortest time that a poll of ours is open.
pub const SHORTEST: Duration = Duration::from_mins(5);

/// The longest time that a poll of ours is open: a month.
pub const LONGEST: Duration = Duration::from_secs(2_629_746);

/// How long others wait for new counts: every vote would be told to everybody otherwise.
const BETWEEN_COUNTS: Duration = Duration::from_mins(3);

/// The most voters that are told of counts and of the end, here and elsewhere. Servers tell their other people by themselves.
const MOST_TOLD: i64 = 1_000;

/// The poll of a post that the viewer may see, within its post.
pub async fn show(kindred: &Kindred, viewer: &Viewer, post: PostId) -> Result<PostView> {
    let view = crate::timelines::one(kindred, viewer, post)
        .await
        .map_err(|error| match error {
            crate::Error::Refused(_) => Refusal::NoSuchPoll.into(),
            other => other,
        })?;
    if view.poll.is_none() {
        return Err(Refusal::NoSuchPoll.into());
    }
    Ok(view)
}

/// Lets somebody of ours vote, by the places of the options. One vote is all that a person has, in one choice or, where several may be
/// chosen, in one go.
pub async fn vote(
    kindred: &Kindred,
    who: &Actor,
    post: PostId,
    chosen: Vec<usize>,
) -> Result<PostView> {
    let voter = who.clone();
    kindred
        .write(move |ledger| {
            let viewer = Viewer::Local(voter.id);
            let post = living(ledger, post).map_err(|_| Refusal::NoSuchPoll)?;
            let post = sight::of_post(ledger.db, &viewer, post).map_err(|_| Refusal::NoSuchPoll)?;
            let mut poll = polls::find_to_change(ledger.db, post.id)?.ok_or(Refusal::NoSuchPoll)?;
            let chosen = may_vote(&poll, ledger.now, &chosen)?;
            if post.author_id == voter.id {
                return Err(Refusal::OwnPoll.into());
            }
            if !polls::choices(ledger.db, post.id, voter.id)?.is_empty() {
                return Err(Refusal::VotedAlready.into());
            }
            let author = ledger.actor(post.author_id)?;
            if blocks::find(ledger.db, author.id, voter.id)?.is_some() {
                return Err(Refusal::NoSuchPoll.into());
            }
            let first_of_ours = polls::voters(ledger.db, post.id, Voters::Here, 1)?.is_empty();
            for choice in &chosen {
                count(ledger, &mut poll, voter.id, *choice)?;
            }
            if author.host.is_empty() {
                counted(ledger, poll)?;
            } else {
                // Its own server counts; until it tells the sums we add ours to what we know.
                polls::record(ledger.db, &poll)?;
                for choice in chosen {
                    let title = &poll.options[choice].title;
                    announce::voted(ledger, &voter, &author, &post, title)?;
                }
                if first_of_ours {
                    look_at_the_end(ledger, &poll);
                }
            }
            sight::view(ledger.db, &viewer, post)
        })
        .await
}

/// Whether a poll takes these choices at this moment; answers each of them once.
fn may_vote(poll: &Poll, now: Moment, chosen: &[usize]) -> Result<Vec<usize>, Refusal> {
    if poll.is_over(now) {
        return Err(Refusal::PollOver);
    }
    let mut seen = HashSet::new();
    let chosen: Vec<usize> = chosen
        .iter()
        .copied()
        .filter(|choice| seen.insert(*choice))
        .collect();
    let sound = chosen.iter().all(|choice| *choice < poll.options.len());
    if chosen.is_empty() || !sound || (chosen.len() > 1 && !poll.multiple) {
        return Err(Refusal::NoSuchChoice);
    }
    Ok(chosen)
}

/// Adds one choice of somebody to a poll, unless they made it before.
fn count(ledger: &mut Ledger<'_>, poll: &mut Poll, voter: ActorId, choice: usize) -> Result<bool> {
    let known = polls::choices(ledger.db, poll.post_id, voter)?;
    let place = i32::try_from(choice).unwrap_or(i32::MAX);
    if !polls::vote(ledger.db, poll.post_id, voter, place)? {
        return Ok(false);
    }
    if let Some(option) = poll.options.0.get_mut(choice) {
        option.votes = option.votes.saturating_add(1);
    }
    if known.is_empty() {
        poll.voters = poll.voters.saturating_add(1);
    }
    Ok(true)
}

/// Writes new counts of a poll of ours down, and sees to it that others hear of them soon.
fn counted(ledger: &mut Ledger<'_>, mut poll: Poll) -> Result<()> {
    if poll.tell_at.is_none() {
        let soon = ledger.now + BETWEEN_COUNTS;
        poll.tell_at = Some(soon);
        let job = Job::TellPoll { post: poll.post_id };
        ledger.enqueue_later(lane_poll(poll.post_id), &job, soon);
    }
    Ok(polls::record(ledger.db, &poll)?)
}

/// A vote from elsewhere in a poll of ours: for an option that exists, before the end, one choice each or several where allowed.
/// Everything else is let go.
pub(crate) fn heard(ledger: &mut Ledger<'_>, voter: &Actor, note: &Note) -> Result<()> {
    let (Some(parent), Some(choice)) = (&note.in_reply_to, &note.name) else {
        return Ok(());
    };
    let Some(post) = answered(ledger, voter, Some(parent.as_str()))? else {
        return Ok(());
    };
    let author = ledger.actor(post.author_id)?;
    if !author.host.is_empty() || blocks::find(ledger.db, author.id, voter.id)?.is_some() {
        return Ok(());
    }
    let Some(mut poll) = polls::find_to_change(ledger.db, post.id)? else {
        return Ok(());
    };
    let choice = poll
        .options
        .iter()
        .position(|option| option.title == *choice);
    let Some(choice) = choice.filter(|_| !poll.is_over(ledger.now)) else {
        return Ok(());
    };
    let before = polls::choices(ledger.db, post.id, voter.id)?;
    if (poll.multiple || before.is_empty()) && count(ledger, &mut poll, voter.id, choice)? {
        counted(ledger, poll)?;
    }
    Ok(())
}

/// The question of a draft, if it can be asked.
pub(crate) fn draft(draft: &PollDraft) -> Result<PollDraft, Refusal> {
    let refuse = |words: String| Err(Refusal::BadPoll(words));
    let options: Vec<String> = draft
        .options
        .iter()
        .map(|option| option.trim().to_owned())
        .collect();
    if !(2..=MOST_OPTIONS).contains(&options.len()) {
        return refuse(format!("a poll has 2 to {MOST_OPTIONS} options"));
    }
    let fits = |option: &String| (1..=LONGEST_OPTION).contains(&option.chars().count());
    if !options.iter().all(fits) {
        return refuse(format!(
            "an option of a poll has 1 to {LONGEST_OPTION} characters"
        ));
    }
    if options.iter().collect::<HashSet<_>>().len() < options.len() {
        return refuse("the options of a poll differ from each other".into());
    }
    if !(SHORTEST..=LONGEST).contains(&draft.open_for) {
        return refuse("a poll is open for five minutes at least and for a month at most".into());
    }
    Ok(PollDraft {
        options,
        ..draft.clone()
    })
}

/// A question that is about to be asked.
pub(crate) fn to_ask(post: PostId, draft: &PollDraft, now: Moment) -> Poll {
    let options = draft.options.iter().map(|title| PollOption {
        title: title.clone(),
        votes: 0,
    });
    Poll {
        post_id: post,
        options: Json(options.collect()),
        multiple: draft.multiple,
        closes_at: Some(now + draft.open_for),
        closed_at: None,
        voters: 0,
        hide_totals: draft.hide_totals,
        tell_at: None,
    }
}

/// Writes a new question down. Ours are closed when their time comes.
pub(crate) fn ask(ledger: &mut Ledger<'_>, poll: &Poll, author: &Actor) -> Result<()> {
    polls::record(ledger.db, poll)?;
    if author.host.is_empty() {
        look_at_the_end(ledger, poll);
    }
    Ok(())
}

fn look_at_the_end(ledger: &mut Ledger<'_>, poll: &Poll) {
    if let Some(end) = poll.closes_at {
        let job = Job::ClosePoll { post: poll.post_id };
        ledger.enqueue_later(lane_poll(poll.post_id), &job, end);
    }
}

/// The author asks differently now. Votes stay when the options stay; otherwise everybody votes anew.
pub(crate) fn ask_anew(ledger: &mut Ledger<'_>, asked: Poll) -> Result<()> {
    let poll = match polls::find_to_change(ledger.db, asked.post_id)? {
        Some(known) if is_same_question(&known, &asked) => Poll {
            closes_at: asked.closes_at,
            hide_totals: asked.hide_totals,
            closed_at: None,
            ..known
        },
        known => {
            if known.is_some() {
                polls::forget_votes(ledger.db, asked.post_id)?;
            }
            asked
        }
    };
    polls::record(ledger.db, &poll)?;
    look_at_the_end(ledger, &poll);
    Ok(())
}

/// How a poll elsewhere stands, as its author tells it; `edited` tells whether the post itself is said to have changed. Counts alone
/// never change what is asked.
pub(crate) fn told(ledger: &mut Ledger<'_>, now: &Poll, edited: bool) -> Result<()> {
    match polls::find_to_change(ledger.db, now.post_id)? {
        Some(known) if is_same_question(&known, now) => {}
        Some(_) if !edited => return Ok(()),
        Some(_) => polls::forget_votes(ledger.db, now.post_id)?,
        None => {}
    }
    Ok(polls::record(ledger.db, now)?)
}

fn is_same_question(one: &Poll, other: &Poll) -> bool {
    let titles = |poll: &Poll| -> Vec<String> {
        poll.options
            .iter()
            .map(|option| option.title.clone())
            .collect()
    };
    one.multiple == other.multiple && titles(one) == titles(other)
}

/// Tells the new counts of a poll of ours to everybody who has it.
pub(crate) async fn tell(kindred: &Kindred, post: PostId) -> Result<()> {
    kindred
        .write(move |ledger| {
            let Some(poll) = polls::find_to_change(ledger.db, post)? else {
                return Ok(());
            };
            // At the end everybody is told anyway.
            if poll.tell_at.is_none() || poll.closed_at.is_some() {
                return Ok(());
            }
            polls::record(
                ledger.db,
                &Poll {
                    tell_at: None,
                    ..poll
                },
            )?;
            let post = living(ledger, post)?;
            say_counts(ledger, &post)
        })
        .await
}

fn say_counts(ledger: &mut Ledger<'_>, post: &Post) -> Result<()> {
    let voters = polls::voters(ledger.db, post.id, Voters::Elsewhere, MOST_TOLD)?;
    let update = with_spoken(ledger, post, |ledger, spoken| {
        announce::counted(ledger, spoken, &voters)
    })?;
    pass_on_activity(ledger, post, &update)
}

/// Closes a poll whose time is over: its author and its voters here are told, and for a poll of ours everybody hears the last counts.
pub(crate) async fn close(kindred: &Kindred, post: PostId) -> Result<()> {
    kindred
        .write(move |ledger| {
            let Some(poll) = polls::find_to_change(ledger.db, post)? else {
                return Ok(());
            };
            // It may have been given more time meanwhile; then it is looked at again at its new end.
            let Some(end) = poll.closes_at.filter(|end| *end <= ledger.now) else {
                return Ok(());
            };
            let post = living(ledger, post)?;
            let author = ledger.actor(post.author_id)?;
            let ours = author.host.is_empty();
            if poll.closed_at.is_some() && ours {
                return Ok(());
            }
            polls::close(ledger.db, post.id, end)?;
            let voters = polls::voters(ledger.db, post.id, Voters::Here, MOST_TOLD)?;
            for voter in actors::find_many(ledger.db, &voters)? {
                tell_the_end(ledger, &voter, &post)?;
            }
            if ours {
                tell_the_end(ledger, &author, &post)?;
                return say_counts(ledger, &post);
            }
            let job = Job::LookAgain {
                post: post.uri.clone(),
            };
            ledger.enqueue(lane_look(&author.host), &job);
            Ok(())
        })
        .await
}

fn tell_the_end(ledger: &mut Ledger<'_>, whom: &Actor, post: &Post) -> Result<()> {
    notify::remind(
        ledger,
        whom,
        NotificationKind::Poll,
        post.author_id,
        Some(post.id),
        post.group_id,
    )
}

/// Asks a post's own server how it looks now: after the end of a poll, for its last counts.
pub(crate) async fn look_again(kindred: &Kindred, uri: &str) -> Result<()> {
    let Ok(address) = kindred_protocol::Uri::parse(uri) else {
        return Ok(());
    };
    let note = Box::pin(crate::remote::fetch_note(kindred, &address)).await?;
    kindred
        .write(move |ledger| {
            let Some(known) = posts::by_uri(ledger.db, note.id.as_str())? else {
                return Ok(());
            };
            let author = ledger.actor(known.author_id)?;
            if note.author().is_none_or(|uri| uri.as_str() != author.uri) {
                return Err(Refusal::NotYours.into());
            }
            posts_changed(ledger, &author, &note)
        })
        .await
}

fn posts_changed(ledger: &mut Ledger<'_>, author: &Actor, note: &Note) -> Result<()> {
    crate::posts::take_in::changed(ledger, author, note, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(multiple: bool) -> Poll {
        to_ask(
            PostId(1),
            &PollDraft {
                options: vec!["Rye".into(), "Wheat".into()],
                multiple,
                hide_totals: false,
                open_for: SHORTEST,
            },
            Moment(0),
        )
    }

    #[test]
    fn a_vote_names_options_that_exist_before_the_end() {
        let (one, many) = (poll(false), poll(true));
        let end = Moment(0) + SHORTEST;
        for (poll, now, chosen, answer) in [
            (&one, Moment(0), vec![1], Ok(vec![1])),
            (&one, Moment(0), vec![1, 1], Ok(vec![1])),
            (&one, Moment(0), vec![0, 1], Err(Refusal::NoSuchChoice)),
            (&many, Moment(0), vec![0, 1], Ok(vec![0, 1])),
            (&many, Moment(0), vec![2], Err(Refusal::NoSuchChoice)),
            (&many, Moment(0), vec![], Err(Refusal::NoSuchChoice)),
            (&many, end, vec![0], Err(Refusal::PollOver)),
        ] {
            assert_eq!(may_vote(poll, now, &chosen), answer, "{chosen:?}");
        }
    }

    #[test]
    fn a_question_that_cannot_be_answered_is_not_asked() {
        let sound = PollDraft {
            options: vec![" Rye ".into(), "Wheat".into()],
            multiple: false,
            hide_totals: false,
            open_for: SHORTEST,
        };
        assert_eq!(draft(&sound).unwrap().options, ["Rye", "Wheat"]);
        for options in [
            vec!["Rye".to_owned()],
            vec!["Rye".into(), String::new()],
            vec!["Rye".into(), "Rye ".into()],
            vec!["Rye".into(), "y".repeat(LONGEST_OPTION + 1)],
            (0..=MOST_OPTIONS).map(|n| n.to_string()).collect(),
        ] {
            let refused = draft(&PollDraft {
                options,
                ..sound.clone()
            });
            assert!(matches!(refused, Err(Refusal::BadPoll(_))), "{refused:?}");
        }
        for open_for in [Duration::ZERO, LONGEST * 2] {
            let refused = draft(&PollDraft {
                open_for,
                ..sound.clone()
            });
            assert!(matches!(refused, Err(Refusal::BadPoll(_))), "{refused:?}");
        }
    }
}
