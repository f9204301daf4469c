//! Addresses: parsed once, kept in one canonical spelling, compared by value.
//!
//! An id in the fediverse is an address, so two spellings of one address must never be two ids. What could be read in
//! two ways is refused rather than repaired. This module never looks anything up: whether an address may be *visited* is
//! for [`Reach`] (by its looks) and for [`crate::network`] (by where it leads).

use crate::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use url::{Host, Url};

/// The longest address that is taken, in bytes.
pub const LONGEST: usize = 2048;

/// An absolute `http` or `https` address in its canonical spelling.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uri(Url);

impl Uri {
    /// Reads an address; refuses relative ones, other schemes, user names, and anything ambiguous.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(Error::Address("too long"));
        }
        // The URL standard drops tabs and line ends and turns `\` into `/`: two readers would see two addresses.
        if text
            .bytes()
            .any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\')
        {
            return Err(Error::Address(
                "blanks, control characters or backslashes in it",
            ));
        }
        // It also takes any number of slashes before the host, or none.
        let usual = text
            .split_once(':')
            .and_then(|(_, rest)| rest.strip_prefix("//"));
        if usual.is_none_or(|rest| rest.starts_with('/')) {
            return Err(Error::Address("not an absolute address"));
        }
        Self::from_url(Url::parse(text).map_err(|_| Error::Address("not an absolute address"))?)
    }

    /// Takes an address that was parsed elsewhere, under the same rules.
    pub fn from_url(url: Url) -> Result<Self, Error> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Error::Address("neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::Address("a user name in it"));
        }
        match url.host() {
            None => return Err(Error::Address("no host")),
            Some(Host::Domain(name)) if name.is_empty() || name.ends_with('.') => {
                return Err(Error::Address("an unusual host name"));
            }
            Some(_) => {}
        }
        if url.port() == Some(0) {
            return Err(Error::Address("port 0"));
        }
        if url.as_str().len() > LONGEST {
            return Err(Error::Address("too long"));
        }
        Ok(Self(url))
    }

    /// The canonical spelling.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The parsed address.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The server's name: lower-case, with `:port` when a port is written that is not the scheme's own.
    pub fn host(&self) -> &str {
        let url = &self.0;
        let start = url.scheme().len() + "://".len();
        let rest = &url.as_str()[start..];
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        &rest[..end]
    }

    /// The host alone, without any port.
    pub fn host_name(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &str {
        self.0.scheme()
    }

    /// Scheme and authority, such as `https://kindred.example`: who answers for this address.
    pub fn origin(&self) -> &str {
        let length = self.0.scheme().len() + "://".len() + self.host().len();
        &self.0.as_str()[..length]
    }

    /// Whether both addresses are answered for by the same server.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.origin() == other.origin()
    }

    /// The path, with the query when there is one.
    pub fn path_and_query(&self) -> &str {
        let rest = &self.0.as_str()[self.origin().len()..];
        rest.split_once('#').map_or(rest, |(before, _)| before)
    }

    /// Follows a reference that stands in a document at this address.
    pub fn join(&self, reference: &str) -> Result<Self, Error> {
        let url = self
            .0
            .join(reference)
            .map_err(|_| Error::Address("not a reference"))?;
        Self::from_url(url)
    }

    /// The part after `#`.
    pub fn fragment(&self) -> Option<&str> {
        self.0.fragment()
    }

    /// The same address without the part after `#`: the document in which a key or an anchor stands.
    #[must_use]
    pub fn without_fragment(&self) -> Self {
        let mut url = self.0.clone();
        url.set_fragment(None);
        Self(url)
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for Uri {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.as_str())
    }
}

impl FromStr for Uri {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Uri {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl AsRef<str> for Uri {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<Uri> for String {
    fn from(uri: Uri) -> Self {
        uri.0.into()
    }
}

impl PartialEq<str> for Uri {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Uri {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Serialize for Uri {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Uri {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Which addresses may belong to a server that we federate with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// A laboratory: plain `http`, ports and addresses of the own machine are fine. Never on by default.
    pub lab: bool,
}

impl Reach {
    /// Refuses an address that no server of the fediverse has: other than `https`, with a port, or with a number for a host.
    pub fn allows(self, uri: &Uri) -> Result<(), Error> {
        if self.lab {
            return Ok(());
        }
        let url = uri.as_url();
        if url.scheme() != "https" {
            return Err(Error::OutOfReach("only https"));
        }
        if url.port().is_some() {
            return Err(Error::OutOfReach("only the default port"));
        }
        match url.host() {
            Some(Host::Domain(name)) if !name.contains('.') => {
                Err(Error::OutOfReach("a name without a domain"))
            }
            Some(Host::Domain(_)) => Ok(()),
            _ => Err(Error::OutOfReach("a number instead of a name")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_has_one_spelling() {
        for (written, canonical) in [
            ("https://kindred.example", "https://kindred.example/"),
            (
                "HTTPS://Kindred.Example/p/Mei",
                "https://kindred.example/p/Mei",
            ),
            (
                "https://kindred.example:443/a/../b",
                "https://kindred.example/b",
            ),
            ("http://kindred.example:80/", "http://kindred.example/"),
            (
                "https://bücher.example/ä",
                "https://xn--bcher-kva.example/%C3%A4",
            ),
            ("https://0x7f.1/", "https://127.0.0.1/"),
            ("https://2130706433/", "https://127.0.0.1/"),
            ("https://017700000001/", "https://127.0.0.1/"),
            ("https://[::FFFF:127.0.0.1]/", "https://[::ffff:7f00:1]/"),
            (
                "https://kindred.example/p/mei#main-key",
                "https://kindred.example/p/mei#main-key",
            ),
        ] {
            assert_eq!(Uri::parse(written).unwrap(), canonical, "{written}");
        }
    }

    #[test]
    fn what_is_no_address_or_an_ambiguous_one_is_refused() {
        let long = format!("https://kindred.example/{}", "a".repeat(LONGEST));
        for written in [
            "",
            "kindred.example",
            "/p/mei",
            "//kindred.example/p/mei",
            "ftp://kindred.example/",
            "data:text/html,x",
            "javascript:alert(1)",
            "acct:mei@kindred.example",
            "as:Public",
            "https://",
            "https:///p",
            "https:kindred.example",
            "https:/kindred.example/x://y",
            "https://mei@kindred.example/",
            "https://mei:pw@kindred.example/",
            "https://@kindred.example@evil.example/",
            "https://kindred.example./",
            "https://kindred.example:0/",
            "https://kindred.example:99999/",
            "https://kindred.example\\@evil.example/",
            "https://kindred.example/a b",
            " https://kindred.example/",
            "https://kind\tred.example/",
            "https://kindred.example/\n",
            "https://a<b.example/",
            long.as_str(),
        ] {
            assert!(Uri::parse(written).is_err(), "{written}");
        }
        let fits = format!("https://kindred.example/{}", "a".repeat(LONGEST - 24));
        assert_eq!(fits.len(), LONGEST);
        assert!(Uri::parse(&fits).is_ok());
        assert!(Uri::parse(&format!("{fits}a")).is_err());
    }

    #[test]
    fn the_parts_are_those_of_the_canonical_spelling() {
        let uri = Uri::parse("http://Kindred.Example:8080/p/mei?a=b#key").unwrap();
        assert_eq!(uri.host(), "kindred.example:8080");
        assert_eq!(uri.host_name(), "kindred.example");
        assert_eq!(uri.origin(), "http://kindred.example:8080");
        assert_eq!(uri.path_and_query(), "/p/mei?a=b");
        assert_eq!(uri.fragment(), Some("key"));
        assert_eq!(
            uri.without_fragment(),
            "http://kindred.example:8080/p/mei?a=b"
        );
        assert_eq!(
            uri.join("../g/rust").unwrap(),
            "http://kindred.example:8080/g/rust"
        );
        assert_eq!(serde_json::to_string(&uri).unwrap(), format!("\"{uri}\""));
        assert_eq!(
            serde_json::from_str::<Uri>("\"https://a.example\"").unwrap(),
            "https://a.example/"
        );
        assert!(serde_json::from_str::<Uri>("\"nowhere\"").is_err());
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let uri = |text| Uri::parse(text).unwrap();
        let ours = uri("https://kindred.example/a");
        assert!(ours.same_origin(&uri("https://KINDRED.example:443/b?c#d")));
        for other in [
            "http://kindred.example/a",
            "https://kindred.example:8443/a",
            "https://a.kindred.example/a",
            "https://kindred.example.evil.example/a",
        ] {
            assert!(!ours.same_origin(&uri(other)), "{other}");
        }
    }

    #[test]
    fn only_named_servers_at_the_usual_place_are_within_reach() {
        for (address, allowed) in [
            ("https://kindred.example/a", true),
            ("https://kindred.example:443/a", true),
            ("http://kindred.example/a", false),
            ("https://kindred.example:8443/a", false),
            ("https://127.0.0.1/a", false),
            ("https://0/a", false),
            ("https://1.1.1.1/a", false),
            ("https://[::1]/a", false),
            ("https://localhost/a", false),
        ] {
            let uri = Uri::parse(address).unwrap();
            assert_eq!(
                Reach { lab: false }.allows(&uri).is_ok(),
                allowed,
                "{address}"
            );
            assert!(Reach { lab: true }.allows(&uri).is_ok());
        }
    }

    proptest! {
        #[test]
        fn parsing_never_stumbles_and_is_idempotent(text in "(https?://)?[ -~]{0,60}") {
            if let Ok(uri) = Uri::parse(&text) {
                prop_assert_eq!(&Uri::parse(uri.as_str()).unwrap(), &uri);
                prop_assert!(uri.as_str().starts_with(uri.origin()));
                let whole = format!("{}{}", uri.origin(), uri.path_and_query());
                let bare = uri.without_fragment();
                prop_assert_eq!(bare.as_str(), whole.as_str());
            }
        }
    }
}
