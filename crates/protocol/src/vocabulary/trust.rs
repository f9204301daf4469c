//! What can be believed, and what is refused, by looking alone.
//!
//! Two ids belong together only when scheme, host and port are the same. These rules need no network and no
//! memory: whether an actor is a moderator, or a follow was ever sent, is decided where such things are known.

use super::{ActorDoc, Document, Envelope, Incoming, KeyDoc, Note, Ref};
use crate::{limits::HANDLE_CHARS, uri::Uri};

impl Envelope {
    /// Whether the activity is its actor's to say: its id lies where the actor lives.
    ///
    /// An activity without id claims nothing and passes; it can be neither remembered nor relayed.
    pub fn is_consistent(&self) -> bool {
        self.id
            .as_ref()
            .is_none_or(|id| id.same_origin(&self.actor))
    }

    /// Whether an activity that takes back another takes back one of the same actor.
    ///
    /// One that is named by id only has to be looked up by the receiver, with the same question.
    pub fn takes_back_its_own(&self) -> bool {
        match &self.activity {
            Incoming::Undo(Ref::Whole(undone)) => {
                undone.actor == self.actor && undone.is_consistent()
            }
            _ => self.is_consistent(),
        }
    }

    /// Whether an answer to a request that was brought along is given by the one who was asked.
    ///
    /// Only follows and requests to join say whom they ask; other answers, and answers by id, have to be matched with
    /// what was really sent.
    pub fn answers_for_itself(&self) -> bool {
        let (Incoming::Accept(answer) | Incoming::Reject(answer) | Incoming::Ignore(answer)) =
            &self.activity
        else {
            return self.is_consistent();
        };
        self.is_consistent()
            && match answer.object.whole().map(|asked| &asked.activity) {
                Some(Incoming::Follow { object, .. }) => *object == self.actor,
                // Whoever runs the event or the group answers for it; that has to be known, but it lives there.
                Some(Incoming::Join { object, .. }) => object.same_origin(&self.actor),
                _ => true,
            }
    }

    /// Whether what it publishes or changes is the actor's own, so that the embedded copy may be taken as is.
    ///
    /// Objects named by id only are never vouched for: they have to be fetched.
    pub fn vouches_for_its_object(&self) -> bool {
        let note = |note: &Ref<Note>| {
            note.whole()
                .is_some_and(|note| note.is_vouched_by(&self.actor))
        };
        self.is_consistent()
            && match &self.activity {
                Incoming::Create { objects } => objects.iter().all(note),
                Incoming::Update {
                    object: Ref::Whole(document),
                } => match document.as_ref() {
                    Document::Note(note) => note.is_vouched_by(&self.actor),
                    Document::Actor(actor) => actor.id == self.actor,
                    Document::Tombstone(tombstone) => tombstone.id.same_origin(&self.actor),
                    _ => false,
                },
                _ => false,
            }
    }
}

impl Note {
    /// Whether the actor may speak for this post: it is its only author, and the post lies where the actor lives.
    ///
    /// Meetups are often attributed to a group and name the person who runs them as `actor`; then it is that
    /// person who has to vouch, and the group has to live there too.
    pub fn is_vouched_by(&self, actor: &Uri) -> bool {
        let organiser = self
            .event
            .as_ref()
            .and_then(|event| event.organiser.as_ref());
        let author = match (organiser, self.attributed_to.as_slice()) {
            (Some(person), [group]) => person == actor && group.same_origin(actor),
            (Some(person), []) => person == actor,
            (None, [author]) => author == actor,
            _ => false,
        };
        author && self.id.same_origin(actor)
    }

    /// Whether the post lies where its authors live, as it must when it was fetched from its own id.
    pub fn is_at_home(&self) -> bool {
        let organiser = self
            .event
            .as_ref()
            .and_then(|event| event.organiser.as_ref());
        self.attributed_to
            .iter()
            .chain(organiser)
            .all(|author| author.same_origin(&self.id))
    }

    /// The one author, or none when there are none or several.
    pub fn author(&self) -> Option<&Uri> {
        if let Some(person) = self
            .event
            .as_ref()
            .and_then(|event| event.organiser.as_ref())
        {
            return Some(person);
        }
        match self.attributed_to.as_slice() {
            [author] => Some(author),
            // Video servers list the person and the channel; the person is sorted to the front.
            [author, ..] if self.kind != super::PostKind::Note => Some(author),
            _ => None,
        }
    }
}

/// What is wrong with an actor document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActorFault {
    /// Without an inbox nothing can be delivered.
    #[error("the actor names no inbox")]
    NoInbox,
    /// Without a name nobody can be addressed.
    #[error("the actor names no preferredUsername")]
    NoUsername,
    /// A name that cannot be typed, or that could be read as another.
    #[error("the actor's preferredUsername is no name")]
    OddUsername,
    /// An inbox elsewhere would send letters to somebody else.
    #[error("the actor's inbox is on another host")]
    ForeignInbox,
    /// The key says that it is somebody else's.
    #[error("the actor's key belongs to somebody else")]
    ForeignKey,
}

/// Letters that show nothing, or turn around how those beside them are read: in a name they can only deceive.
fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

impl ActorDoc {
    /// Whether the document can be kept as an actor: it has a name, an inbox of its own, and no key of another's.
    pub fn check(&self) -> Result<(), ActorFault> {
        let name = self.preferred_username.as_deref().unwrap_or_default();
        if name.is_empty() {
            return Err(ActorFault::NoUsername);
        }
        let odd = |letter: char| {
            letter.is_control()
                || letter.is_whitespace()
                || is_unseen(letter)
                || "@/:<>\"'&#?\\".contains(letter)
        };
        if name.chars().any(odd) || name.chars().count() > HANDLE_CHARS {
            return Err(ActorFault::OddUsername);
        }
        let inbox = self.inbox.as_ref().ok_or(ActorFault::NoInbox)?;
        if !inbox.same_origin(&self.id) {
            return Err(ActorFault::ForeignInbox);
        }
        match &self.public_key {
            Some(key) if !key.is_owned_by(&self.id) => Err(ActorFault::ForeignKey),
            _ => Ok(()),
        }
    }

    /// The key this actor signs with, if the document has one that is really its own.
    pub fn own_key(&self) -> Option<&KeyDoc> {
        self.public_key
            .as_ref()
            .filter(|key| key.is_owned_by(&self.id))
    }
}

impl KeyDoc {
    /// Whether key and actor belong together: the key names the actor as its owner and lies where the actor lives.
    ///
    /// A key that names no owner is the actor's when its id is the actor's own with a fragment.
    pub fn is_owned_by(&self, actor: &Uri) -> bool {
        match &self.owner {
            Some(owner) => owner == actor && self.id.same_origin(actor),
            None => self.id.without_fragment() == actor.without_fragment(),
        }
    }
}
