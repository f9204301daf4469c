//! The ways the community says no, and the ways things break.
//!
//! A refusal is an answer, worded for a person. A breakage keeps its cause for the log. Neither knows HTTP: the doors decide how
//! each one is dressed.

use kindred_protocol as protocol;
use kindred_storage as storage;

/// The answer of every use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The ways a community says no. Each is an answer, not an accident.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody here has this name, or the asker may not know.
    #[error("there is nobody of that name here")]
    NoSuchPerson,
    /// No group here has this name, or the asker may not know.
    #[error("there is no such group here")]
    NoSuchGroup,
    /// No post has this number, or the asker may not see it.
    #[error("there is no such post here")]
    NoSuchPost,
    /// No poll has this number, or the asker may not see it.
    #[error("there is no such poll here")]
    NoSuchPoll,
    /// Nothing of this kind has this number, or it belongs to somebody else.
    #[error("there is no such {0} here")]
    NoSuch(&'static str),
    /// No activity has this number, or the asker may not see it.
    #[error("there is no such activity here")]
    NoSuchActivity,
    /// There is no topic of this name, or it is not to be spoken of.
    #[error("there is no such topic here")]
    NoSuchTopic,
    /// An admin has forbidden this topic.
    #[error("{0} is no topic here")]
    ForbiddenTopic(String),
    /// There is no agreement with that server, and none was proposed.
    #[error("there is no such agreement")]
    NoSuchProposal,
    /// Enough strangers were greeted for today.
    #[error("that is enough hellos for today; tomorrow is another day")]
    EnoughHellos,
    /// This person was greeted already, or does not want to be.
    #[error("they would rather not hear from strangers now")]
    NoHellos,
    /// It was here once and was taken away for good.
    #[error("this is gone")]
    Gone,
    /// The token or the session is not (or no longer) one of ours.
    #[error("please sign in again: this access token is not valid")]
    NotSignedIn,
    /// The token is good, but its program speaks for nobody.
    #[error("this method requires an authenticated user")]
    NeedsPerson,
    /// Nobody knows this program, or it showed the wrong secret.
    #[error("this program is not known here, or its secret is wrong")]
    NoSuchProgram,
    /// A program wants to be sent back to where it never said it would be.
    #[error("this program did not name the address that it wants to be sent back to")]
    ForeignAddress,
    /// A program introduced itself badly.
    #[error("this program cannot be registered: {0}")]
    BadProgram(String),
    /// What a program shows in exchange for a token is worth nothing.
    #[error("{0}")]
    BadGrant(&'static str),
    /// A program asks for scopes that there are not, or not for it.
    #[error("{0}")]
    BadScopes(String),
    /// Name and password do not belong together, or there is no such name.
    #[error("that name and password do not belong together")]
    WrongPassword,
    /// Somebody guessed passwords too often.
    #[error("that were many attempts; please come back in a quarter of an hour")]
    TooManyAttempts,
    /// Nobody makes an account by themselves here.
    #[error("nobody can sign up here by themselves; please ask whoever looks after this place")]
    SignUpClosed,
    /// The rules of the house come first.
    #[error("please agree to the rules of this place first")]
    MustAgree,
    /// What a program wants pushed, or where to, makes no sense.
    #[error("this push subscription cannot be used: {0}")]
    BadSubscription(&'static str),
    /// This program has not asked for pushes.
    #[error("there is no push subscription for this token")]
    NoSubscription,
    /// A form that was not made on a page of ours, or too long ago.
    #[error("this form has gone stale; please go back, load the page again and try once more")]
    StrangeForm,
    /// The token does not reach that far.
    #[error("this action is outside the authorized scopes")]
    OutsideScopes,
    /// The letter or the reading request carries no signature, or a wrong one.
    #[error("the signature is missing or wrong: {0}")]
    BadSignature(String),
    /// The signer speaks for somebody else.
    #[error("this is not yours to say")]
    NotYours,
    /// This server is not welcome, or not among the partners.
    #[error("this server does not federate with {0}")]
    HostNotWelcome(String),
    /// Federation is switched off.
    #[error("this instance does not federate")]
    FederationOff,
    /// The handle has forbidden characters or length.
    #[error("a handle has 1 to 30 small letters, digits or underscores; {0:?} has not")]
    BadHandle(String),
    /// One name space for people and groups: this name is taken.
    #[error("the name {0} is taken")]
    HandleTaken(String),
    /// An address that is no e-mail address.
    #[error("{0:?} is not an e-mail address")]
    BadEmail(String),
    /// Somebody has this e-mail address already.
    #[error("somebody has the address {0} already")]
    EmailTaken(String),
    /// The password is too short to be of use, or too long to be looked at.
    #[error("a password has 8 to 1000 characters")]
    WeakPassword,
    /// A group or a person needs a name of sensible length.
    #[error("a name has 1 to 100 characters")]
    BadName,
    /// The group takes nobody in without an invitation.
    #[error("{0} takes people in by invitation only")]
    InvitationOnly(String),
    /// The group banned this person.
    #[error("{0} is not open to you")]
    NotWelcome(String),
    /// Only members post here.
    #[error("only members of {0} may post there")]
    MembersOnly(String),
    /// Only organisers post here.
    #[error("only the organisers of {0} may start something there")]
    OrganisersOnly(String),
    /// The thread is closed for new replies.
    #[error("this conversation is closed")]
    Locked,
    /// Only the person who wrote it may change it.
    #[error("only its author may do that")]
    AuthorOnly,
    /// Only organisers of the group may do that.
    #[error("only organisers of the group may do that")]
    OrganisersAlone,
    /// Who may see a group is settled when it is founded: what was said there was said to those people.
    #[error(
        "who may see a group cannot be changed any more; found a new one and invite its members"
    )]
    VisibilityStays,
    /// Only those who keep order in this group may do that.
    #[error("only organisers and moderators of {0} can do that")]
    NotAModerator(String),
    /// The rank of the other one forbids it.
    #[error("they keep order in {0} themselves: an organiser has to end that first")]
    Outranked(String),
    /// Only those who keep order on the whole server may do that.
    #[error("only moderators of this server can do that")]
    KeepersOnly,
    /// Only admins may do that.
    #[error("only admins of this server can do that")]
    AdminsOnly,
    /// The account is suspended.
    #[error("this account is suspended")]
    Suspended,
    /// A ban that is over before it begins.
    #[error("that end lies in the past")]
    EndsBeforeItBegins,
    /// A group elsewhere has no word for it.
    #[error("that can only be done on {0}, where the group lives")]
    OnlyAtHome(String),
    /// An answer, or something that is not there any more.
    #[error("only what begins a conversation can stand at the top")]
    NotForPinning,
    /// More at the top than anybody reads.
    #[error("at most {0} posts can stand at the top: take one down first")]
    TooManyPins(usize),
    /// No complaint has this number, or the asker may not see it.
    #[error("there is no such report here")]
    NoSuchReport,
    /// No line of the record has this number, or the asker may not see it.
    #[error("there is no such line in the record")]
    NoSuchLine,
    /// Somebody complains faster than anybody can read.
    #[error("these are many reports in a short time: please wait a while")]
    TooManyReports,
    /// Too many words in a complaint. Unit: characters allowed.
    #[error("a report has at most {0} characters")]
    ReportTooLong(usize),
    /// What is to be held back or let in is no domain.
    #[error("{0:?} is not a domain")]
    BadDomain(String),
    /// The domain, or one above it, is held back already.
    #[error("{0} is blocked already")]
    BlockedAlready(String),
    /// No block or allow has this number.
    #[error("there is no such domain here")]
    NoSuchDomain,
    /// The account is not in the state that the request is about.
    #[error("{0}")]
    NotInThatState(&'static str),
    /// The role is higher than the asker's own, or belongs to somebody who has had it for longer.
    #[error("only somebody who has led the group for longer may do that")]
    SeniorsOnly,
    /// No invitation waits for an answer, or the link does not hold any more.
    #[error("this invitation does not hold any more")]
    NoSuchInvitation,
    /// The first posts of a newcomer wait for a moderator, and enough of them do.
    #[error("your first posts in {0} still wait for a look by its moderators")]
    StillWaiting(String),
    /// Nothing was written.
    #[error("a post needs some words")]
    EmptyPost,
    /// Too much was written. Units: characters written, characters allowed.
    #[error("a post has at most {1} characters, this one has {0}")]
    PostTooLong(usize, usize),
    /// The poll that somebody wants to make is none.
    #[error("{0}")]
    BadPoll(String),
    /// The choice is none of the poll's, or there are more of them than it takes.
    #[error("this poll does not take that choice")]
    NoSuchChoice,
    /// The time for voting is over.
    #[error("this poll is over")]
    PollOver,
    /// Everybody votes once.
    #[error("you have voted already")]
    VotedAlready,
    /// Whoever asks does not answer.
    #[error("you cannot vote in your own poll")]
    OwnPoll,
    /// Its author does not let this person quote it.
    #[error("its author does not want this to be quoted")]
    NotForQuoting,
    /// No upload has this number or name, or the asker may not see it.
    #[error("there is no such file here")]
    NoSuchFile,
    /// Nothing was sent.
    #[error("please send a file")]
    NoFile,
    /// What was sent is of no kind that is shown.
    #[error("only pictures (JPEG, PNG, GIF, WebP), films and recordings can be uploaded")]
    NotShown,
    /// What was sent is too large. Units: bytes allowed.
    #[error("this file is too large: it may have at most {0} bytes")]
    FileTooLarge(u64),
    /// The picture is broken.
    #[error("this picture cannot be read")]
    UnreadablePicture,
    /// The picture is too large to be unpacked. Units: pixels allowed.
    #[error("this picture is too large: it may have at most {0} pixels")]
    TooManyPixels(u64),
    /// The description is too long. Units: characters allowed.
    #[error("a description has at most {0} characters")]
    DescriptionTooLong(usize),
    /// So much was uploaded without being used that no more is taken in.
    #[error("you have uploaded a lot without using it; please use it first, or wait a day")]
    TooManyUploads,
    /// More files than a post can have.
    #[error("a post comes with at most {0} files")]
    TooManyFiles(usize),
    /// A file that is not one's own, or belongs to another post.
    #[error("one of the files is not yours to attach, or belongs to another post already")]
    NotAttachable,
    /// A time that is too near.
    #[error("a post is scheduled at least five minutes ahead")]
    TooSoon,
    /// So many posts wait that no more are taken.
    #[error("{0} of your posts wait already; that is as many as can")]
    TooManyScheduled(i64),
    /// Something that does not fit, in words.
    #[error("{0}")]
    Unfit(String),
    /// A file that belongs to a post cannot be taken away by itself.
    #[error("this file is used by a post")]
    InUse,
    /// What is not public cannot be passed on.
    #[error("only public posts can be passed on")]
    NotForSharing,
    /// Nobody follows himself.
    #[error("you cannot follow yourself")]
    Oneself,
    /// What one cannot do to oneself: blocking, muting, recommending.
    #[error("that cannot be done to oneself")]
    NotOneself,
    /// Only those whom one follows can be put on lists and recommended.
    #[error("follow them first")]
    FollowFirst,
    /// There can be so many and no more.
    #[error("there can be at most {1} {0}")]
    TooMany(&'static str, usize),
    /// So many characters and no more.
    #[error("{0} has at most {1} characters")]
    TooLong(&'static str, usize),
    /// Something that cannot be left out was.
    #[error("{0} is needed")]
    Needed(&'static str),
    /// A name that no server can have, or ours.
    #[error("{0:?} is not the name of another server")]
    BadHost(String),
    /// Only one's own open posts outside of groups stand at the top of one's page.
    #[error("only your own open posts outside of groups can be pinned to your page")]
    NotForThePage,
    /// The request is not understandable; the words say what is wrong with it.
    #[error("{0}")]
    NotUnderstood(String),
}

/// Why a use case did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The community said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another server cannot be reached now; asking later may help.
    #[error("{host} cannot be reached")]
    Unreachable {
        /// The server in question.
        host: String,
        /// What went wrong on the way.
        why: String,
    },
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// Something in this process failed that should not.
    #[error("{0}")]
    Broken(String),
    /// A key, an address or a document of ours could not be made.
    #[error(transparent)]
    Protocol(#[from] protocol::Error),
}

impl From<storage::QueryError> for Error {
    fn from(error: storage::QueryError) -> Self {
        Self::Storage(error.into())
    }
}

impl Error {
    /// The refusal inside, when it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}
