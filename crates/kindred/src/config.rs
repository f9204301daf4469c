//! The settings of an instance: one struct, read once at start from a file and the environment, and judged as a whole.
//!
//! Every setting is named once, in the list below; its doc comment is also its text in `docs/configuration.md`. This
//! module knows no command line and does not touch the process's own environment: both are handed to it.

mod read;
mod reference;
mod show;
mod values;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use read::Source;
pub use reference::reference;
pub use values::{
    CaFile, Count, DatabaseUrl, Federation, LogFilter, LogFormat, Origin, ProxyUrl, Ranges,
    RateLimit, Secret, SignUp,
};

use read::Reader;
use serde_json::json;
use values::{Shape, Value};

/// What the file and the environment are allowed to name, and what is said about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// Its name in the file; in capitals after `KINDRED_` that of its variable.
    key: &'static str,
    /// Its doc comment, line by line.
    doc: &'static [&'static str],
    /// The value when nobody says one, as it would be written.
    default: Option<&'static str>,
    /// In words, where the default depends on something else.
    default_words: Option<&'static str>,
    /// How it is written in a TOML file.
    shape: Shape,
    /// Whether it may hold a password, and so be read from a file of its own and never be shown.
    secret: bool,
}

impl Setting {
    fn variable(&self) -> String {
        format!("KINDRED_{}", self.key.to_uppercase())
    }
}

/// Makes the struct, the list of all settings, and what reads and shows each of them, from one list.
macro_rules! settings {
    ($( $(#[doc = $doc:literal])+ $key:ident: $type:ty = $default:expr $(, $words:literal)?; )+) => {
        /// Everything that can be set, checked. What is not here cannot be configured.
        #[derive(Clone, Debug)]
        pub struct Config {
            $( $(#[doc = $doc])+ pub $key: $type, )+
            sources: BTreeMap<&'static str, Source>,
        }

        /// All settings, in the order in which people meet them.
        pub(crate) const SETTINGS: &[Setting] = &[ $( Setting {
            key: stringify!($key),
            doc: &[$($doc),+],
            default: $default,
            default_words: settings!(@words $($words)?),
            shape: <$type as Value>::SHAPE,
            secret: <$type as Value>::SECRET,
        }, )+ ];

        /// The settings while they are read: those that could not be understood are missing.
        struct Draft {
            $( $key: Option<$type>, )+
        }

        impl Draft {
            fn read(reader: &mut Reader) -> Self {
                Self { $( $key: reader.take::<$type>(stringify!($key)), )+ }
            }

            fn finish(self, sources: BTreeMap<&'static str, Source>) -> Option<Config> {
                Some(Config { $( $key: self.$key?, )+ sources })
            }
        }

        impl Config {
            /// Every setting with the value in force, secrets made unreadable.
            fn values(&self) -> Vec<(&'static str, serde_json::Value)> {
                vec![ $( (stringify!($key), self.$key.shown()), )+ ]
            }
        }
    };
    (@words) => { None };
    (@words $words:literal) => { Some($words) };
}

settings! {
    /// The public address of this instance: scheme and host, nothing behind them. It is part of the id of every person,
    /// group and post, and of what other servers remember, so choose it before the first person arrives and never
    /// change it. With federation it has to be `https://` and a host name without a port (except in the lab).
    origin: Origin = Some("http://localhost:8080");

    /// The address and port to listen on. Kindred speaks plain HTTP there; a reverse proxy in front of it speaks TLS.
    listen: SocketAddr = Some("127.0.0.1:8080");

    /// Where everything is kept: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/NAME`. A path that does not start
    /// with a slash (`sqlite://data/kindred.db`) is relative to the folder in which Kindred is started; an absolute
    /// one has three slashes (`sqlite:///var/lib/kindred/kindred.db`). The file and its folder are made when missing.
    database_url: DatabaseUrl = Some("sqlite://data/kindred.db");

    /// PostgreSQL: how many connections each process (`kindred serve`, `kindred work`) opens at most. Together they have to
    /// stay below the server's own limit, which is usually 100.
    database_connections: Count = Some("8");

    /// The folder for files that are not in the database.
    data_dir: PathBuf = Some("./data");

    /// The largest film or recording that can be uploaded, in MiB. A picture has at most 16 MiB, whatever stands here.
    media_largest: Count = Some("40");

    /// How much room copies of pictures and films of other servers may take, in MiB. What nobody looks at any more goes first.
    media_copies: Count = Some("1024");

    /// The address of a store that speaks S3, such as `https://s3.example.com`. Pictures, films and copies are kept in a bucket there
    /// then, rather than in the data folder, where they only arrive. It may stand inside the company.
    s3_endpoint: Option<String> = None;

    /// The bucket, which has to be there already.
    s3_bucket: Option<String> = None;

    /// The region that the store says it stands in. Stores of one's own often take any.
    s3_region: String = Some("us-east-1");

    /// Who this instance is to the store. It has to be allowed to put, get and delete objects of the bucket, and nothing else.
    s3_access_key: Option<String> = None;

    /// What this instance signs with.
    s3_secret_key: Option<Secret> = None;

    /// Whether the bucket is named in the path (`https://s3.example.com/media/…`) rather than in front of the host. Stores of one's own
    /// mostly want the path.
    s3_path_style: bool = Some("true");

    /// What this instance is called, on its pages and to other servers.
    name: String = Some("Kindred");

    /// The company it belongs to, as people say its name.
    company: Option<String> = None;

    /// An address for mail of whoever runs this instance. Everybody can read it, and some clients ask for it.
    email: Option<String> = None;

    /// The handle of somebody here who answers questions about this instance. Clients show their account beside its name.
    contact: Option<String> = None;

    /// A folder with what this instance says about itself, in Markdown: `about.md`, `privacy.md`, `terms.md` and
    /// `rules.md`, each as you like. Every item of the list in `rules.md` is a rule; what stands below it, indented, says what is
    /// meant. They are read at start, and since when a text holds is when its file was last changed.
    house_dir: Option<PathBuf> = None, "the folder `house` in the data folder, if there is one";

    /// With whom this instance talks: `open` (with every server that is not blocked), `partners` (only with hosts that
    /// an agreement was made with) or `off` (with nobody: nothing is sent, and nothing from outside is taken).
    federation: Federation = None, "`open` when the origin is `https://` (in the lab: when an origin is set), else `off`";

    /// Who may make an account: `closed` (nobody), `invite` (who was invited), `domain` (who has an address in one of
    /// the company's mail domains) or `open` (everybody). An admin can always add people with `kindred person add`.
    sign_up: SignUp = Some("invite");

    /// A file with certificate authorities to trust besides those of the system, in PEM: a company's own CA.
    ca_file: Option<CaFile> = None;

    /// The HTTP proxy through which everything that leaves this instance goes, such as `http://proxy.example:3128`. The
    /// proxy looks up the names then, so it has to be the one that refuses addresses inside the company.
    proxy: Option<ProxyUrl> = None, "none; the usual `HTTPS_PROXY` and `NO_PROXY` count then";

    /// Ranges of private addresses (`10.20.0.0/16`) that Kindred may connect to: for instances that meet inside a company's
    /// own network. Everything else that is not on the public internet is refused. Whoever writes from another server can
    /// make Kindred ask these addresses for a document, so keep the ranges small.
    private_ranges: Ranges = Some("");

    /// The addresses of the reverse proxies in front of Kindred, as ranges (`10.0.0.0/8`) or single addresses. Only from
    /// them is an `X-Forwarded-For` believed; without it every visitor seems to come from the proxy and they all share
    /// one rate limit.
    trusted_proxies: Ranges = Some("");

    /// Where the source of this very version can be had. The licence wants everybody who uses the instance to be able to get
    /// it: point it at your own copy when you changed something.
    source_url: Option<String> = None;

    /// For tests only: allows http, ports in ids, and peers at loopback and private addresses. Everything else stays as
    /// it is. Kindred warns loudly at every start.
    lab: bool = Some("false");

    /// A second address to listen on, for `/metrics` and `/health` only. Keep it away from the internet.
    admin_listen: Option<SocketAddr> = None;

    /// What is logged, to stderr: `error`, `warn`, `info`, `debug`, `trace`, or a filter by module such as
    /// `info,kindred_protocol=debug`.
    log: LogFilter = Some("info");

    /// How the log is written: `text` for people, `json` for programs (one object a line).
    log_format: LogFormat = Some("text");

    /// A factor on all rate limits: `2` doubles them, `0` turns them off (load tests).
    rate_limit: RateLimit = Some("1");
}

impl Config {
    /// Reads the settings: `file` if given, else the file named by `KINDRED_CONFIG`, else `kindred.toml` in the current
    /// folder when there is one; and over it the `KINDRED_…` variables of `environment`. Refuses with everything that is
    /// wrong at once.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Problems> {
        Self::load_in(Path::new(""), file, environment)
    }

    /// As [`Config::load`], looking for `kindred.toml` in this folder.
    fn load_in(
        folder: &Path,
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Problems> {
        let mut reader = Reader::gather(folder, file, environment);
        reader.default_federation();
        let draft = Draft::read(&mut reader);
        check_together(&draft, &mut reader);
        let Reader { given, problems } = reader;
        let sources = given
            .into_iter()
            .map(|(key, given)| (key, given.source))
            .collect();
        match draft.finish(sources) {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(Problems(problems)),
        }
    }

    /// Whether anything goes out to other servers or is taken from them.
    pub fn federates(&self) -> bool {
        self.federation != Federation::Off
    }
}

/// What no setting can be blamed for alone.
fn check_together(draft: &Draft, reader: &mut Reader) {
    let lab = draft.lab.unwrap_or(false);
    let federates = draft
        .federation
        .is_some_and(|federation| federation != Federation::Off);
    if let Some(origin) = &draft.origin
        && federates
        && !lab
        && let Err(why) = origin.fit_to_federate()
    {
        reader.blame("origin", why);
    }
    check_store(draft, reader);
    if let (Some(listen), Some(admin)) = (&draft.listen, &draft.admin_listen)
        && Some(listen) == admin.as_ref()
    {
        reader.blame(
            "admin_listen",
            "is the same as listen; it has to be an address of its own".to_owned(),
        );
    }
}

/// A store is named whole or not at all.
fn check_store(draft: &Draft, reader: &mut Reader) {
    let said = |value: &Option<Option<String>>| value.as_ref().is_some_and(Option::is_some);
    let parts = [
        ("s3_endpoint", said(&draft.s3_endpoint)),
        ("s3_bucket", said(&draft.s3_bucket)),
        ("s3_access_key", said(&draft.s3_access_key)),
        (
            "s3_secret_key",
            draft.s3_secret_key.as_ref().is_some_and(Option::is_some),
        ),
    ];
    if parts.iter().all(|(_, said)| !said) {
        return;
    }
    for (key, _) in parts.iter().filter(|(_, said)| !said) {
        reader.blame(key, "has to be set too when files go to a store".to_owned());
    }
}

/// One thing that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting, as whoever set it wrote it: `KINDRED_LISTEN`, or `listen in kindred.toml`.
    pub at: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.at, self.message)
    }
}

/// Everything that is wrong with the settings; at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// What is wrong, in the order of the settings.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// The same as one JSON object: `{"problems": [{"at": …, "message": …}]}`.
    pub fn to_json(&self) -> serde_json::Value {
        let problem = |Problem { at, message }: &Problem| json!({"at": at, "message": message});
        json!({"problems": self.0.iter().map(problem).collect::<Vec<_>>()})
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(out, "{one}"),
            many => {
                write!(out, "{} settings are wrong:", many.len())?;
                many.iter()
                    .try_for_each(|problem| write!(out, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests;
