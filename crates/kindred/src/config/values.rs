//! The types of settings: what each may be, in words for whoever set it wrongly, and how it is shown.
//!
//! A value is judged here for itself only; what two settings mean together is judged where they are read.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ipnet::IpNet;
use serde_json::{Value as Json, json};
use url::{Host, Url};

/// How a setting is written in a TOML file. In the environment everything is text, and a list is separated by commas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `"…"`
    Text,
    /// `true` or `false`
    Flag,
    /// `1.5`
    Number,
    /// `["…", "…"]`
    List,
}

/// What can be a setting.
pub(crate) trait Value: Sized {
    const SHAPE: Shape = Shape::Text;
    const SECRET: bool = false;

    /// Understands what somebody wrote, or says what would have been right: a sentence that begins with the verb.
    fn parse(text: &str) -> Result<Self, String>;

    /// What it is when nobody said anything and there is no default.
    fn absent() -> Option<Self> {
        None
    }

    /// The value for people and programs to look at, without secrets.
    fn shown(&self) -> Json;
}

impl<T: Value> Value for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const SECRET: bool = T::SECRET;

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn shown(&self) -> Json {
        self.as_ref().map_or(Json::Null, Value::shown)
    }
}

impl Value for String {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.trim().to_owned())
    }

    fn shown(&self) -> Json {
        json!(self)
    }
}

impl Value for bool {
    const SHAPE: Shape = Shape::Flag;

    fn parse(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| "has to be true or false".to_owned())
    }

    fn shown(&self) -> Json {
        json!(self)
    }
}

impl Value for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }

    fn shown(&self) -> Json {
        json!(self)
    }
}

impl Value for SocketAddr {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| {
            "has to be an IP address and a port, such as 127.0.0.1:8080 or [::]:8080".to_owned()
        })
    }

    fn shown(&self) -> Json {
        json!(self)
    }
}

/// The public address of an instance: scheme, host and perhaps a port; never a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    url: Url,
    text: String,
}

impl Origin {
    /// As it stands at the beginning of every id: `https://kindred.example`, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same as an address.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The host, with the port when there is one: `kindred.example`, `localhost:8080`.
    pub fn authority(&self) -> &str {
        self.url.authority()
    }

    /// Whether other servers could reach this and believe it; else why not.
    pub(crate) fn fit_to_federate(&self) -> Result<(), String> {
        let unless = "Turn federation off (federation = \"off\"), or lab on when this is a test";
        if self.url.scheme() != "https" {
            return Err(format!(
                "has to begin with https:// when federation is on. {unless}"
            ));
        }
        if self.url.port().is_some() {
            return Err(format!(
                "must not have a port when federation is on. {unless}"
            ));
        }
        match self.url.host() {
            Some(Host::Domain(name)) if name.contains('.') => Ok(()),
            _ => Err(format!(
                "needs a full host name, such as kindred.example.com, when federation is on. {unless}"
            )),
        }
    }
}

impl Value for Origin {
    fn parse(text: &str) -> Result<Self, String> {
        let wanted = "has to be an address such as https://kindred.example.com";
        let url = Url::parse(text.trim()).map_err(|why| format!("{wanted} ({why})"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("{wanted}: https, or http without federation"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(format!("{wanted}, with nothing behind the host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(format!("{wanted}, without a user name or password"));
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, text })
    }

    fn shown(&self) -> Json {
        json!(self.text)
    }
}

/// Where the database is. May hold a password: `Debug` and `Display` never show it.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole address, with the password, for whoever opens the database.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Value for DatabaseUrl {
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let known = match text.split_once("://") {
            Some(("sqlite", path)) => !path.is_empty() && !path.starts_with('?'),
            Some(("postgres" | "postgresql", rest)) => !rest.is_empty(),
            _ => false,
        };
        if known {
            Ok(Self(text.to_owned()))
        } else {
            Err("has to be sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME".to_owned())
        }
    }

    fn shown(&self) -> Json {
        json!(without_password(&self.0))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&without_password(&self.0))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", without_password(&self.0))
    }
}

/// Something that only whoever set it may know: `Debug` and what is shown never tell it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Value for Secret {
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(text.trim().to_owned()))
    }

    fn shown(&self) -> Json {
        json!("hidden")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("hidden")
    }
}

/// The proxy for everything that goes out. May hold a password: `Debug` and `Display` never show it.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(Url);

impl ProxyUrl {
    /// The whole address, with the password, for whoever speaks to the proxy.
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

impl Value for ProxyUrl {
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        Url::parse(text.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
            .map(Self)
            .ok_or_else(|| "has to be an address such as http://proxy.example.com:3128".to_owned())
    }

    fn shown(&self) -> Json {
        json!(without_password(self.0.as_str()))
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&without_password(self.0.as_str()))
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", without_password(self.0.as_str()))
    }
}

/// The address with whatever could be a password replaced: behind the user's name, and in the query, where PostgreSQL
/// takes one too. What cannot be taken apart is hidden whole.
fn without_password(text: &str) -> String {
    const HIDDEN: &str = "hidden";
    if text.starts_with("sqlite://") {
        return text.to_owned();
    }
    let scheme = text.split("://").next().unwrap_or_default();
    let whole = format!("{scheme}://{HIDDEN}");
    let Ok(mut url) = Url::parse(text) else {
        return whole;
    };
    if url.password().is_some() && url.set_password(Some(HIDDEN)).is_err() {
        return whole;
    }
    let secret = |key: &str| matches!(key, "password" | "sslpassword");
    if url.query_pairs().any(|(key, _)| secret(&key)) {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(key, value)| {
                let value = if secret(&key) {
                    HIDDEN.to_owned()
                } else {
                    value.into_owned()
                };
                (key.into_owned(), value)
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.into()
}

/// A file of certificate authorities, and what was in it at start.
#[derive(Clone, PartialEq, Eq)]
pub struct CaFile {
    path: PathBuf,
    pem: Vec<u8>,
}

impl CaFile {
    /// Where it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The certificates, PEM.
    pub fn pem(&self) -> &[u8] {
        &self.pem
    }
}

impl Value for CaFile {
    fn parse(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let pem = std::fs::read(&path)
            .map_err(|why| format!("names {text}, which cannot be read ({why})"))?;
        let mark = b"-----BEGIN CERTIFICATE-----";
        if pem.windows(mark.len()).any(|window| window == mark) {
            Ok(Self { path, pem })
        } else {
            Err(format!(
                "names {text}, which has no certificate in PEM (-----BEGIN CERTIFICATE-----)"
            ))
        }
    }

    fn shown(&self) -> Json {
        json!(self.path)
    }
}

impl fmt::Debug for CaFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.path)
    }
}

/// Ranges of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<IpNet>);

impl Ranges {
    /// The ranges, as they were written.
    pub fn as_slice(&self) -> &[IpNet] {
        &self.0
    }

    /// Whether the address lies in one of them. An IPv4 address that came in through an IPv6 socket counts as itself.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.contains(&address))
    }
}

impl Value for Ranges {
    const SHAPE: Shape = Shape::List;

    fn parse(text: &str) -> Result<Self, String> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let range = |part: &str| {
            IpNet::from_str(part).or_else(|_| IpAddr::from_str(part).map(IpNet::from)).map_err(|_| {
                format!("has {part:?}, which is no range of addresses such as 10.0.0.0/8, and no single address")
            })
        };
        parts.map(range).collect::<Result<_, _>>().map(Self)
    }

    fn shown(&self) -> Json {
        self.0.iter().map(ToString::to_string).collect()
    }
}

/// What is logged, in the words of `tracing`; known to be understood by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for LogFilter {
    fn parse(text: &str) -> Result<Self, String> {
        tracing_subscriber::EnvFilter::try_new(text)
            .map(|_| Self(text.to_owned()))
            .map_err(|why| format!("has to be a level such as info, or a filter such as info,kindred_web=debug ({why})"))
    }

    fn shown(&self) -> Json {
        json!(self.0)
    }
}

/// How many of something there are at most; never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(u32);

impl Count {
    /// The number, at least 1.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Value for Count {
    const SHAPE: Shape = Shape::Number;

    fn parse(text: &str) -> Result<Self, String> {
        text.trim()
            .parse()
            .ok()
            .filter(|count| (1..=10_000).contains(count))
            .map(Self)
            .ok_or_else(|| "has to be a whole number from 1 to 10000".to_owned())
    }

    fn shown(&self) -> Json {
        json!(self.0)
    }
}

/// A factor on all limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit(f64);

impl RateLimit {
    /// The factor; `0` means that there are no limits.
    pub fn factor(self) -> f64 {
        self.0
    }
}

impl Value for RateLimit {
    const SHAPE: Shape = Shape::Number;

    fn parse(text: &str) -> Result<Self, String> {
        text.trim()
            .parse()
            .ok()
            .filter(|factor: &f64| factor.is_finite() && *factor >= 0.0)
            .map(Self)
            .ok_or_else(|| {
                "has to be a number from 0 (no limits) upwards, such as 1 or 2.5".to_owned()
            })
    }

    fn shown(&self) -> Json {
        json!(self.0)
    }
}

/// Makes a setting that is one of a few words.
macro_rules! choice {
    ($(#[$meta:meta])+ $name:ident { $( $(#[$doc:meta])+ $variant:ident = $word:literal, )+ }) => {
        $(#[$meta])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $( $(#[$doc])+ $variant, )+ }

        impl $name {
            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }
        }

        impl Value for $name {
            fn parse(text: &str) -> Result<Self, String> {
                match text.trim() {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err(format!("has to be one of: {}", [$($word),+].join(", "))),
                }
            }

            fn shown(&self) -> Json {
                json!(self.as_str())
            }
        }
    };
}

choice! {
    /// With whom an instance talks.
    Federation {
        /// With every server that is not blocked.
        Open = "open",
        /// Only with hosts that an agreement was made with.
        Partners = "partners",
        /// With nobody.
        Off = "off",
    }
}

choice! {
    /// Who may make an account.
    SignUp {
        /// Nobody.
        Closed = "closed",
        /// Who was invited.
        Invite = "invite",
        /// Who has an address in one of the company's mail domains.
        Domain = "domain",
        /// Everybody.
        Open = "open",
    }
}

choice! {
    /// How the log is written.
    LogFormat {
        /// For people.
        Text = "text",
        /// For programs: one object a line.
        Json = "json",
    }
}
