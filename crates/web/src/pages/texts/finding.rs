//! What is said about finding each other: topics, people, groups, companies.

use kindred_community::{
    Circle, JoinPolicy, Moment, Visibility,
    discovery::{Company, Glance, Tally},
    passions::ReceiptState,
};

use super::{ago, counted};

pub(crate) const FIND: &str = "Find";
pub(crate) const WELCOME: &str = "What do you care about?";
pub(crate) const WELCOME_LEDE: &str = "At work or after it, both count. Pick a few things; each tells you at once who else is there. Nobody asks how good you are at it.";
pub(crate) const TYPE: &str = "Type anything";
pub(crate) const TYPE_EXAMPLES: &str = "sourdough, process control, chess…";
pub(crate) const LOOK: &str = "Look";
pub(crate) const WHO_KNOWS: &str = "Who may know?";
pub(crate) const PICKED: &str = "You care about";
pub(crate) const OTHERS_PICK: &str = "Others here care about";
pub(crate) const MEANT: &str = "Did you mean one of these?";
pub(crate) const NOBODY_YET: &str = "Nobody yet: you could be the first";
pub(crate) const MEET_THEM: &str = "Meet them";
pub(crate) const NOT_NOW: &str = "Not now";
pub(crate) const EMPTY_CLOUD: &str = "Nobody has said anything yet";
pub(crate) const EMPTY_CLOUD_MORE: &str = "Type what keeps you up late, and be the first.";
pub(crate) const TAKE_OFF: &str = "Take off";
pub(crate) const PICK: &str = "Pick";

pub(crate) const PASSIONS: &str = "What you care about";
pub(crate) const PASSIONS_LEDE: &str = "In your own words, for the circle you choose. You can change your mind at any time; what you take back is taken back everywhere.";
pub(crate) const NO_PASSIONS: &str = "You have not said anything yet";
pub(crate) const NO_PASSIONS_MORE: &str = "One thing is enough to begin with.";
pub(crate) const YOUR_WORDS: &str = "A line in your own words";
pub(crate) const WORDS_EXAMPLE: &str = "I collect control charts that lied";
pub(crate) const TOPIC: &str = "Topic";
pub(crate) const SAVE: &str = "Save";
pub(crate) const ADD_ONE: &str = "Something else";
pub(crate) const ADD: &str = "Add it";
pub(crate) const BE_GREETED: &str = "Hellos from strangers";
pub(crate) const HELLOS_WELCOME: &str =
    "People who care about the same thing can say hello to you, once each.";
pub(crate) const HELLOS_REFUSED: &str = "Nobody whom you do not know can say hello to you.";
pub(crate) const REFUSE_HELLOS: &str = "I would rather not be greeted";
pub(crate) const WELCOME_HELLOS: &str = "Let people say hello";
pub(crate) const HEARD_BY: &str = "Who has heard";

pub(crate) const FIND_TITLE: &str = "People who care about the same things";
pub(crate) const FIND_LEDE: &str =
    "Found by what you have in common, the rarest first. Never by how much anybody writes.";
pub(crate) const FIND_PEOPLE: &str = "Say hello";
pub(crate) const FIND_GROUPS: &str = "Groups you might like";
pub(crate) const FIND_NOBODY: &str = "Nobody new just now";
pub(crate) const FIND_NOBODY_MORE: &str =
    "Say what else you care about, or wait for the others to say it.";
pub(crate) const FIND_NO_GROUPS: &str = "No new group just now";
pub(crate) const FIND_NO_GROUPS_MORE: &str = "It takes a name and twenty seconds to start one.";
pub(crate) const STIRRING: &str = "Stirring lately";
pub(crate) const STIRRING_LEDE: &str =
    "What several people have begun to care about within four weeks.";
pub(crate) const NOT_FOR_ME: &str = "Not for me";
pub(crate) const SAY_HELLO: &str = "Say hello";
pub(crate) const SAY_MORE: &str = "Say what you care about";

pub(crate) const GROUPS_TITLE: &str = "Groups";
pub(crate) const GROUPS_LEDE: &str = "Here and at other companies, the liveliest first.";
pub(crate) const WORDS: &str = "Name or words";
pub(crate) const COMPANY: &str = "Company";
pub(crate) const ANYWHERE: &str = "Anywhere";
pub(crate) const HERE: &str = "Here";
pub(crate) const ELSEWHERE: &str = "Elsewhere";
pub(crate) const LANGUAGE: &str = "Language";
pub(crate) const ANY: &str = "Any";
pub(crate) const DOOR: &str = "Joining";
pub(crate) const NO_GROUPS_FOUND: &str = "No group like that";
pub(crate) const NO_GROUPS_FOUND_MORE: &str = "Look with fewer words, or start one yourself.";
pub(crate) const MORE: &str = "More";
pub(crate) const JOIN: &str = "Join";
pub(crate) const ASK: &str = "Ask to join";
pub(crate) const LEAVE: &str = "Leave";
pub(crate) const TAKE_BACK: &str = "Take it back";
pub(crate) const YOU_BELONG: &str = "You belong here";
pub(crate) const YOU_ASKED: &str = "You have asked; somebody will answer";
pub(crate) const BY_INVITATION: &str = "By invitation";

pub(crate) const START: &str = "Start a group";
pub(crate) const START_LEDE: &str = "One name is enough. Everything can be changed later.";
pub(crate) const GROUP_NAME: &str = "What is it called?";
pub(crate) const GROUP_TOPICS: &str =
    "What is it about? One to five topics, with commas between them";
pub(crate) const GROUP_SUMMARY: &str = "A sentence for those who pass by";
pub(crate) const GROUP_HANDLE: &str =
    "Its short name in addresses; made from the name if you leave it empty";
pub(crate) const GROUP_FOR: &str = "Who is it for?";
pub(crate) const START_GO: &str = "Start it";
pub(crate) const START_FRESH: &str = "Start fresh all the same";
pub(crate) const SIMILAR: &str = "There is something like it already";
pub(crate) const SIMILAR_LEDE: &str =
    "Join one of them, open a chapter that hears everything its model says, or start fresh.";
pub(crate) const CHAPTER: &str = "Open a chapter of it";

pub(crate) const HELLO_LEDE: &str = "One short message, only for the two of you. You can say hello to somebody once, so make it yours.";
pub(crate) const HELLO_WORDS: &str = "Your words";
pub(crate) const HELLO_OPENERS: &str = "Or begin with one of these";
pub(crate) const HELLO_GO: &str = "Send it";
pub(crate) const HELLO_DONE: &str = "Your hello is on its way";
pub(crate) const HELLO_DONE_MORE: &str = "If they answer, it comes to you as a message.";

pub(crate) const PEOPLE: &str = "People";
pub(crate) const NO_NAMES: &str = "Nobody has said so by name";
pub(crate) const NO_NAMES_MORE: &str =
    "Those who care may have said so to their own company alone.";
pub(crate) const SIGN_IN_FOR_PEOPLE: &str = "Sign in to see who cares about it here.";
pub(crate) const AT_COMPANIES: &str = "Elsewhere";
pub(crate) const ALSO_CALLED: &str = "Also called";
pub(crate) const BROADER: &str = "Part of";
pub(crate) const RELATED: &str = "Close to it";
pub(crate) const I_CARE: &str = "I care about this";
pub(crate) const YOU_CARE: &str = "You care about this";
pub(crate) const CHANGE_IT: &str = "Change it";
pub(crate) const FEED: &str = "Feed";

pub(crate) const PARTNERS: &str = "Partner companies";
pub(crate) const PARTNERS_LEDE: &str = "What two companies tell each other, agreed by both, ended by either at any moment. What was received is erased then.";
pub(crate) const NO_PARTNERS: &str = "No partners yet";
pub(crate) const NO_PARTNERS_MORE: &str =
    "People find each other across companies once two admins have agreed.";
pub(crate) const PROPOSE: &str = "Propose an agreement";
pub(crate) const HOST: &str = "The other Kindred’s host name";
pub(crate) const FLOWS: &str = "What may pass, both ways";
pub(crate) const PROPOSE_GO: &str = "Propose it";
pub(crate) const ACCEPT: &str = "Accept";
pub(crate) const DECLINE: &str = "Decline";
pub(crate) const WITHDRAW: &str = "Take the proposal back";
pub(crate) const END: &str = "End it now";
pub(crate) const HISTORY: &str = "What was done";
pub(crate) const NOTHING_PASSES: &str = "nothing";

pub(crate) const TOPICS: &str = "Topics";
pub(crate) const TOPICS_LEDE: &str =
    "One topic, many names. Bring together what is the same, in any language.";
pub(crate) const FORBIDDEN: &str = "Nobody may choose it";
pub(crate) const FORBIDDEN_TOPICS: &str = "Topics that nobody may choose";
pub(crate) const ANOTHER_NAME: &str = "Another name for it";
pub(crate) const NAME_LANGUAGE: &str = "Its language, if it has one";
pub(crate) const ADD_NAME: &str = "Add the name";
pub(crate) const RENAME: &str = "Call it differently from now on";
pub(crate) const RENAME_GO: &str = "Rename";
pub(crate) const MERGE: &str = "It is the same as";
pub(crate) const MERGE_HELP: &str =
    "Who cares about this one then cares about the other, and its address and names lead there.";
pub(crate) const MERGE_GO: &str = "Bring them together";
pub(crate) const REASON: &str = "Why";
pub(crate) const FORBID: &str = "Forbid it";
pub(crate) const ALLOW: &str = "Allow it again";
pub(crate) const NO_HISTORY: &str = "Nothing so far.";
pub(crate) const BY_ITSELF: &str = "the server";

/// Who may know of a passion.
pub(crate) const fn circle(circle: Circle) -> &'static str {
    match circle {
        Circle::Me => "Only me",
        Circle::Company => "Everybody at my company",
        Circle::Partners => "My company and its partner companies",
        Circle::Everyone => "Everyone, on the public web too",
    }
}

/// For whom a group is.
pub(crate) const fn for_whom(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Partners => "This company and its partners",
        Visibility::Company => "This company",
        Visibility::Members => "Its members alone",
        Visibility::Public | Visibility::Unlisted | Visibility::Followers | Visibility::Direct => {
            "Everyone, on Mastodon and elsewhere too"
        }
    }
}

/// How one gets in, as something to choose.
pub(crate) const fn door(policy: JoinPolicy) -> &'static str {
    match policy {
        JoinPolicy::Open => "Open",
        JoinPolicy::Ask => "People ask first",
        JoinPolicy::Invite => BY_INVITATION,
    }
}

/// `12 people`, or that there are a few.
pub(crate) fn people(tally: Tally) -> String {
    match tally {
        Tally::Nobody => "nobody".to_owned(),
        Tally::Few => "a few people".to_owned(),
        Tally::Many(n) => counted(n, "nobody", "person", "people"),
    }
}

/// What a topic has to offer: `12 people here · 3 groups · 41 people at 5 other companies`.
pub(crate) fn glance(glance: &Glance) -> String {
    let mut said = Vec::new();
    if glance.people != Tally::Nobody {
        said.push(format!("{} here", people(glance.people)));
    }
    if glance.groups > 0 {
        let groups = i64::try_from(glance.groups).unwrap_or(i64::MAX);
        said.push(counted(groups, "", "group", "groups"));
    }
    if glance.people_elsewhere != Tally::Nobody {
        let companies = i64::try_from(glance.companies).unwrap_or(i64::MAX);
        let at = counted(companies, "", "other company", "other companies");
        let people = people(glance.people_elsewhere);
        said.push(match (companies, glance.on_the_web) {
            (0, _) => format!("{people} on the public web"),
            (_, false) => format!("{people} at {at}"),
            (_, true) => format!("{people} at {at} and on the public web"),
        });
    }
    if said.is_empty() {
        return NOBODY_YET.to_owned();
    }
    said.join(" · ")
}

/// What a company is called, or its server.
pub(crate) fn company(company: &Company) -> &str {
    company.name.as_deref().unwrap_or(&company.host)
}

/// Why somebody or something is suggested.
pub(crate) fn because(topics: &[String]) -> String {
    format!("You both care about {}", all_of(topics))
}

pub(crate) fn about_like_you(topics: &[String]) -> String {
    format!("About {}, like you", all_of(topics))
}

/// `a`, `a and b`, `a, b and c`.
fn all_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// A group like the one that is being founded.
pub(crate) fn has_one(company: &str, members: i64) -> String {
    match members {
        ..=0 => format!("{company} has one"),
        n => format!(
            "{company} has one with {}",
            counted(n, "", "person", "people")
        ),
    }
}

pub(crate) const US: &str = "Your company";

pub(crate) fn hello_to(name: &str) -> String {
    format!("Say hello to {name}")
}

/// Three ways to begin, to be changed by whoever sends them.
pub(crate) fn openers(name: &str, topic: &str) -> [String; 3] {
    let first = name.split_whitespace().next().unwrap_or(name);
    if topic.is_empty() {
        return [
            format!("Hello {first}! I saw you here and thought I would say hello."),
            format!("Hello {first}! What are you working on that you enjoy?"),
            format!("Hello {first}! Would you have half an hour for a coffee some day?"),
        ];
    }
    [
        format!("Hello {first}! You care about {topic}, and so do I. What got you hooked?"),
        format!("Hello {first}! What is the thing about {topic} that you got wrong for years?"),
        format!(
            "Hello {first}! I look for people to talk with about {topic}. Half an hour some day?"
        ),
    ]
}

/// What can pass under an agreement.
pub(crate) fn flow(word: &str) -> &str {
    match word {
        "groups" => "Groups for partners",
        "counts" => "How many care about a topic, without names",
        "people" => "People who said that partners may know",
        other => other,
    }
}

/// What became of something at a partner.
pub(crate) fn receipt(state: ReceiptState, now: Moment, at: Moment) -> String {
    match state {
        ReceiptState::Waiting => "on its way".to_owned(),
        ReceiptState::Applied => format!("has heard it, {}", ago(now, at)),
        ReceiptState::Unspeakable => "does not understand it".to_owned(),
        ReceiptState::GaveUp => "could not be reached".to_owned(),
    }
}

/// A line of the record in words.
pub(crate) fn deed(action: &str) -> &str {
    match action {
        "topic.name" => "gave it another name",
        "topic.rename" => "renamed it",
        "topic.merge" => "brought it together with another one",
        "topic.forbid" => "forbade it",
        "topic.allow" => "allowed it again",
        "partner.propose" => "proposed it",
        "partner.accept" => "accepted it",
        "partner.end" => "ended it",
        "partner.asked" => "was proposed from there",
        "partner.accepted" => "was accepted there",
        "partner.ended" => "was ended there",
        "partner.refused" => "was not heard: they spoke of an agreement that there is not",
        "partner.foreign" => "was not heard: they told of somebody who is not theirs",
        "partner.too_much" => "stopped reading: they told more than one company can have",
        other => other,
    }
}

/// How an agreement stands.
pub(crate) fn standing(holds: bool, proposed: bool, ours: bool) -> &'static str {
    match (holds, proposed, ours) {
        (true, ..) => "Agreed",
        (false, true, true) => "Waits for their answer",
        (false, true, false) => "Waits for your answer",
        _ => "Ended",
    }
}

pub(crate) fn proposed_by(name: &str, now: Moment, at: Moment) -> String {
    format!("proposed by {name}, {}", ago(now, at))
}

pub(crate) fn agreed_by(name: &str, now: Moment, at: Moment) -> String {
    format!("accepted by {name}, {}", ago(now, at))
}

pub(crate) fn ended_by(name: &str, now: Moment, at: Moment) -> String {
    format!("ended by {name}, {}", ago(now, at))
}

pub(crate) fn received(listed: i64, numbers: i64) -> String {
    format!(
        "{} here from there, {}",
        counted(listed, "no entry", "entry", "entries"),
        counted(numbers, "no numbers", "number", "numbers")
    )
}

pub(crate) fn last_read(now: Moment, at: Moment) -> String {
    format!("last compared {}", ago(now, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_said_as_people_say_them() {
        let words = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(because(&words(&["Rust"])), "You both care about Rust");
        assert_eq!(
            because(&words(&["Rust", "Chess", "Bread"])),
            "You both care about Rust, Chess and Bread"
        );
    }
}
