//! How this instance is set up, as far as the heart needs to know. Reading files and the environment is the binary's work.

use std::path::PathBuf;

use kindred_storage::Moment;

use crate::{media::Bucket, seal::Seal};

/// Whom this instance federates with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Federation {
    /// Everybody but the blocked.
    Open,
    /// Only hosts with an agreement.
    Partners,
    /// Nobody.
    Off,
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUp {
    /// Nobody by themselves.
    Closed,
    /// Who was invited.
    Invite,
    /// Who has an e-mail address of the company.
    Domain,
    /// Everybody.
    Open,
}

/// Where pictures, films and recordings are kept, and how much of them.
#[derive(Clone, Debug)]
pub struct MediaSettings {
    /// The folder that they are kept in; in which they arrive, when there is a bucket.
    pub folder: PathBuf,
    /// The bucket that they are kept in, if there is one.
    pub bucket: Option<Bucket>,
    /// The largest film or recording that can be uploaded. Units: bytes.
    pub largest: u64,
    /// How much room copies of what other servers show may take. Units: bytes.
    pub copies: u64,
}

impl MediaSettings {
    /// Everything in one folder, with the usual limits.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            bucket: None,
            largest: 40 * 1024 * 1024,
            copies: 1024 * 1024 * 1024,
        }
    }
}

/// What whoever runs this instance says about it, and how they are reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct House {
    /// An address for mail; nothing when there is none.
    pub email: String,
    /// The handle of whoever answers questions about it.
    pub contact: Option<String>,
    /// What it is about.
    pub about: Option<Paper>,
    /// What becomes of what is known about people.
    pub privacy: Option<Paper>,
    /// On which terms it is used.
    pub terms: Option<Paper>,
    /// What is expected of everybody.
    pub rules: Vec<Rule>,
}

impl House {
    /// The rule with this number. Rules are counted from one.
    pub fn rule(&self, number: &str) -> Option<&Rule> {
        let place = number.parse::<usize>().ok()?.checked_sub(1)?;
        self.rules.get(place)
    }
}

/// A text for everybody to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The text, as clean HTML.
    pub html: String,
    /// Since when it holds.
    pub written_at: Moment,
}

/// What is expected of everybody, in a sentence, and what is meant by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// The sentence.
    pub text: String,
    /// What is meant; often nothing.
    pub hint: String,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Scheme and host of every address of ours, without a slash at the end: `https://kindred.example`.
    pub origin: String,
    /// The name of the instance.
    pub name: String,
    /// The company that it belongs to.
    pub company: Option<String>,
    /// Whom it federates with.
    pub federation: Federation,
    /// Who may make an account.
    pub sign_up: SignUp,
    /// The version of the software.
    pub version: &'static str,
    /// Where the source of the software can be had: the licence promises it to everybody who uses this instance.
    pub source_url: String,
    /// Http, ports and loopback peers are allowed: for tests only.
    pub lab: bool,
    /// Where media are kept.
    pub media: MediaSettings,
    /// What is said about this instance.
    pub house: House,
    /// What addresses of ours are sealed with that nobody else may make.
    pub seal: Seal,
}

impl Settings {
    /// The host of this instance, with its port in the lab: what stands behind the `@` of a handle.
    pub fn host(&self) -> &str {
        self.origin
            .split_once("://")
            .map_or(self.origin.as_str(), |(_, host)| host)
    }

    /// The same without a port: the name of the instance's own actor.
    pub fn host_name(&self) -> &str {
        self.host().split(':').next().unwrap_or_default()
    }

    /// Whether this address is one of ours.
    pub fn is_ours(&self, uri: &str) -> bool {
        uri.strip_prefix(self.origin.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    }
}
