//! How this instance is set up, as far as the heart needs to know. Reading files and the environment is the binary's work.

use std::path::PathBuf;

use crate::seal::Seal;

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
    /// The folder that they are kept in.
    pub folder: PathBuf,
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
            largest: 40 * 1024 * 1024,
            copies: 1024 * 1024 * 1024,
        }
    }
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
