//! The one door through which everything leaves the process.
//!
//! It owns the time-out, the size cap, redirects, the company's proxy, the name we give ourselves and the rule that no
//! address inside a private network is visited. It does not know what is fetched or delivered, and tries nothing twice.

pub mod address;
mod proxy;
mod resolver;
pub mod store;

use crate::{
    Error, Uri,
    keys::SigningKey,
    signature::{self, Form, Outgoing},
    uri::Reach,
};
use bytes::{Bytes, BytesMut};
use ipnet::IpNet;
use reqwest::{
    Client, Method, Request, Response,
    header::{
        ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName,
        HeaderValue, LOCATION,
    },
    redirect::Policy,
};
use resolver::{Closed, Doors, Resolver};
use std::{
    collections::HashMap,
    error::Error as _,
    fmt,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::time::timeout;

/// The longest document that is read, in bytes, unpacked.
pub const LARGEST_DOCUMENT: usize = 1024 * 1024;
/// An exchange with another server, redirects and all, takes no longer.
pub const DEADLINE: Duration = Duration::from_secs(10);
/// So many redirects are followed.
pub const MOST_REDIRECTS: usize = 3;
/// Of an answer to something delivered, no more is read: it only ends up in a log.
const LARGEST_RECEIPT: usize = 16 * 1024;
/// A second connection to the same server is kept for a while, not a third.
const IDLE_PER_HOST: usize = 2;
const IDLE_FOR: Duration = Duration::from_mins(1);

/// The clock by which requests are dated.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Says whether a server may be spoken to at all; asked again at every redirect.
pub type Gate = Arc<dyn Fn(&Uri) -> bool + Send + Sync>;

/// How the door is set up. Every field has a working default except the name.
#[derive(Clone)]
pub struct NetworkSettings {
    /// Names the software, its version and the address of this instance.
    pub user_agent: String,
    /// A laboratory: `http`, ports and private addresses are fine.
    pub lab: bool,
    /// Certificates of the company's own authority, beside those of the system.
    pub ca_pem: Option<Vec<u8>>,
    /// The company's proxy; when absent, the usual variables (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`) count.
    pub proxy: Option<String>,
    /// Made-up host names and where they lead: tests only. `http` is fine for them.
    pub hosts: HashMap<String, SocketAddr>,
    /// Private ranges that may be visited: a company whose instances meet inside its own network.
    pub opened: Vec<IpNet>,
    /// How long an exchange may take.
    pub deadline: Duration,
    /// The clock by which requests are dated.
    pub clock: Clock,
    /// Whom we talk to.
    pub gate: Option<Gate>,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            user_agent: "Kindred".to_owned(),
            lab: false,
            ca_pem: None,
            proxy: None,
            hosts: HashMap::new(),
            opened: Vec::new(),
            deadline: DEADLINE,
            clock: Arc::new(SystemTime::now),
            gate: None,
        }
    }
}

impl fmt::Debug for NetworkSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("NetworkSettings")
            .field("user_agent", &self.user_agent)
            .field("lab", &self.lab)
            .finish_non_exhaustive()
    }
}

/// Why nothing, or nothing usable, came back.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// We do not go there; asking again changes nothing.
    #[error("not allowed: {0}")]
    NotAllowed(&'static str),
    /// The name leads into a private network.
    #[error("not allowed: the name leads to an address that is not public")]
    PrivateAddress,
    /// No connection.
    #[error("no connection: {0}")]
    Connection(String),
    /// The connection broke before there was an answer: perhaps a kept one that the server had just closed.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// It took too long.
    #[error("no answer in time")]
    TooSlow,
    /// The answer is larger than we read.
    #[error("the answer is too large")]
    TooLarge,
    /// The answer cannot be read: packed twice, or broken off.
    #[error("the answer cannot be read: {0}")]
    Unreadable(String),
    /// Redirected too often, in a circle or to nowhere.
    #[error("redirected too often or in a circle")]
    Redirects,
    /// The request could not be put together.
    #[error(transparent)]
    Own(#[from] Error),
}

impl NetworkError {
    /// Whether the server as a whole was out of reach, so that other messages to it need not be tried now.
    pub fn is_host_level(&self) -> bool {
        matches!(
            self,
            Self::Connection(_) | Self::TooSlow | Self::PrivateAddress
        )
    }
}

/// Whether a redirect may lead to another server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redirects {
    /// It may.
    #[default]
    Anywhere,
    /// It may not: for keys and actors, whose word counts only at their own address.
    SameOrigin,
}

/// A question to another server.
#[derive(Clone, Copy, Debug)]
pub struct Get<'a> {
    /// What is asked for.
    pub url: &'a Uri,
    /// The content types that would be understood.
    pub accept: &'static str,
    /// Who asks; nobody asks unsigned.
    pub sign_with: Option<&'a SigningKey>,
    /// Where redirects may lead.
    pub redirects: Redirects,
    /// The largest answer that is read.
    pub largest: usize,
}

impl<'a> Get<'a> {
    /// An unsigned question with the usual limits.
    pub fn new(url: &'a Uri, accept: &'static str) -> Self {
        Self {
            url,
            accept,
            sign_with: None,
            redirects: Redirects::Anywhere,
            largest: LARGEST_DOCUMENT,
        }
    }
}

/// Something to hand over to another server.
#[derive(Clone, Debug)]
pub struct Post<'a> {
    /// Where it goes.
    pub url: &'a Uri,
    /// What is handed over.
    pub body: Bytes,
    /// Its content type.
    pub content_type: &'a str,
    /// Who hands it over, and how that is shown.
    pub sign_with: Option<(&'a SigningKey, Form)>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, unpacked, no larger than was allowed.
    pub body: Bytes,
    /// The address that answered in the end.
    pub final_url: Uri,
    /// The content type, when there is a readable one.
    pub content_type: Option<String>,
}

impl Answer {
    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// How long the server asks us to wait, in whichever of the two ways it is written.
    pub fn retry_after(&self, now: SystemTime) -> Option<Duration> {
        let text = self.headers.get("retry-after")?.to_str().ok()?.trim();
        match text.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => httpdate::parse_http_date(text)
                .ok()?
                .duration_since(now)
                .ok(),
        }
    }
}

/// The door. Cheap to clone; all clones share connections.
#[derive(Clone)]
pub struct Network {
    client: Client,
    doors: Arc<Doors>,
    deadline: Duration,
    clock: Clock,
    gate: Option<Gate>,
}

impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Network")
            .field("doors", &self.doors)
            .finish_non_exhaustive()
    }
}

impl Network {
    /// Sets the door up; refuses certificates or a proxy that cannot be read.
    pub fn new(settings: NetworkSettings) -> Result<Self, NetworkError> {
        let unreadable = |error: &dyn fmt::Display| NetworkError::Connection(error.to_string());
        let proxies = proxy::Proxies::find(settings.proxy.as_deref(), !settings.hosts.is_empty())
            .map_err(|error| unreadable(&error))?;
        let doors = Arc::new(Doors {
            lab: settings.lab,
            made_up: settings.hosts,
            opened: settings.opened,
            proxies: proxies.hosts,
        });
        let mut builder = Client::builder()
            .user_agent(settings.user_agent)
            .redirect(Policy::none())
            .referer(false)
            // Messages to one server go one after another, so streams side by side would gain nothing.
            .http1_only()
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            .connect_timeout(settings.deadline)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .pool_idle_timeout(IDLE_FOR)
            .dns_resolver(Resolver(Arc::clone(&doors)))
            .no_proxy();
        for proxy in proxies.all {
            builder = builder.proxy(proxy);
        }
        if let Some(pem) = &settings.ca_pem {
            let certificates =
                reqwest::Certificate::from_pem_bundle(pem).map_err(|error| unreadable(&error))?;
            builder = builder.tls_certs_merge(certificates);
        }
        let client = builder.build().map_err(|error| unreadable(&error))?;
        Ok(Self {
            client,
            doors,
            deadline: settings.deadline,
            clock: settings.clock,
            gate: settings.gate,
        })
    }

    /// What time it is for requests of ours.
    pub fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// The schemes under which a server may be found of which only the name is known, the likelier first.
    pub fn schemes(&self, host: &str) -> &'static [&'static str] {
        if self.doors.made_up.contains_key(host) {
            &["http"]
        } else if self.doors.lab && host.contains(':') {
            // A port is hardly ever that of TLS.
            &["http", "https"]
        } else if self.doors.lab {
            &["https", "http"]
        } else {
            &["https"]
        }
    }

    /// Refuses an address that is not to be visited, as far as that shows in its spelling.
    pub fn may_visit(&self, url: &Uri) -> Result<(), NetworkError> {
        if self.gate.as_ref().is_some_and(|gate| !gate(url)) {
            return Err(NetworkError::NotAllowed("we do not talk to this server"));
        }
        if self.doors.made_up.contains_key(url.host_name()) {
            return Ok(());
        }
        Reach {
            lab: self.doors.lab,
        }
        .allows(url)
        .map_err(|error| match error {
            Error::Address(why) | Error::OutOfReach(why) | Error::Key(why) => {
                NetworkError::NotAllowed(why)
            }
        })?;
        if self.doors.lab {
            Ok(())
        } else {
            self.may_be_looked_up(url.host_name())
        }
    }

    /// Refuses names that must not be handed to a proxy, which looks them up out of our sight.
    fn may_be_looked_up(&self, name: &str) -> Result<(), NetworkError> {
        let proxies = &self.doors.proxies;
        let is_proxy = proxies.iter().any(|proxy| proxy == name);
        // Who has opened private ranges has servers with such names, and means them.
        let closed = !proxies.is_empty() && self.doors.opened.is_empty();
        if is_proxy || (closed && address::is_inner_name(name)) {
            return Err(NetworkError::NotAllowed("a name inside a private network"));
        }
        Ok(())
    }

    /// Asks another server for something. An answer with any status is an answer.
    pub async fn get(&self, get: Get<'_>) -> Result<Answer, NetworkError> {
        timeout(self.deadline, self.follow(get))
            .await
            .unwrap_or(Err(NetworkError::TooSlow))
    }

    /// Hands something over to another server. Redirects are not followed: what is signed for one address is not for another.
    pub async fn post(&self, post: Post<'_>) -> Result<Answer, NetworkError> {
        timeout(self.deadline, self.hand_over(post))
            .await
            .unwrap_or(Err(NetworkError::TooSlow))
    }

    /// Hands a sealed message to a push service, with what it has to know. Redirects are not followed.
    pub async fn push(
        &self,
        url: &Uri,
        headers: &[(&'static str, String)],
        body: Bytes,
    ) -> Result<Answer, NetworkError> {
        self.may_visit(url)?;
        let mut request = Request::new(Method::POST, url.as_url().clone());
        let given = request.headers_mut();
        given.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        given.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        );
        for (name, value) in headers {
            given.insert(HeaderName::from_static(name), written(value)?);
        }
        *request.body_mut() = Some(body.into());
        let exchange = async {
            let response = self
                .client
                .execute(request)
                .await
                .map_err(|error| told(&error))?;
            read(response, url.clone(), LARGEST_RECEIPT).await
        };
        timeout(self.deadline, exchange)
            .await
            .unwrap_or(Err(NetworkError::TooSlow))
    }

    async fn follow(&self, get: Get<'_>) -> Result<Answer, NetworkError> {
        let mut url = get.url.without_fragment();
        let mut visited = Vec::new();
        loop {
            self.may_visit(&url)?;
            let mut request = Request::new(Method::GET, url.as_url().clone());
            let headers = request.headers_mut();
            headers.insert(ACCEPT, HeaderValue::from_static(get.accept));
            if let Some(key) = get.sign_with {
                self.sign(headers, key, Form::Cavage, "GET", &url, None)?;
            }
            let response = self
                .client
                .execute(request)
                .await
                .map_err(|error| told(&error))?;
            let Some(next) = redirection(&response, &url)? else {
                return read(response, url, get.largest).await;
            };
            if next.scheme() != url.scheme() {
                return Err(NetworkError::NotAllowed("redirected to another scheme"));
            }
            if get.redirects == Redirects::SameOrigin && !next.same_origin(&url) {
                return Err(NetworkError::NotAllowed("redirected to another server"));
            }
            visited.push(url);
            if visited.len() > MOST_REDIRECTS || visited.contains(&next) {
                return Err(NetworkError::Redirects);
            }
            url = next;
        }
    }

    async fn hand_over(&self, post: Post<'_>) -> Result<Answer, NetworkError> {
        self.may_visit(post.url)?;
        let mut request = Request::new(Method::POST, post.url.as_url().clone());
        let headers = request.headers_mut();
        // Receipts are a line or nothing: unpacking them would cost more than reading them.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some((key, form)) = post.sign_with {
            self.sign(
                headers,
                key,
                form,
                "POST",
                post.url,
                Some((&post.body, post.content_type)),
            )?;
        } else {
            headers.insert(CONTENT_TYPE, written(post.content_type)?);
        }
        *request.body_mut() = Some(post.body.into());
        let response = self
            .client
            .execute(request)
            .await
            .map_err(|error| told(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // The status is the answer; a body that is too long or broken does not change it.
        match read(response, post.url.clone(), LARGEST_RECEIPT).await {
            Ok(answer) => Ok(answer),
            Err(_) => Ok(Answer {
                status,
                headers,
                body: Bytes::new(),
                final_url: post.url.clone(),
                content_type: None,
            }),
        }
    }

    fn sign(
        &self,
        headers: &mut HeaderMap,
        key: &SigningKey,
        form: Form,
        method: &str,
        url: &Uri,
        body: Option<(&[u8], &str)>,
    ) -> Result<(), NetworkError> {
        for (name, value) in signature::sign(
            key,
            form,
            &Outgoing {
                method,
                url,
                now: self.now(),
                body,
            },
        )? {
            headers.insert(HeaderName::from_static(name), written(&value)?);
        }
        Ok(())
    }
}

fn written(value: &str) -> Result<HeaderValue, NetworkError> {
    HeaderValue::from_str(value)
        .map_err(|_| NetworkError::NotAllowed("a header that cannot be written"))
}

/// Where the answer sends us, when it does.
fn redirection(response: &Response, from: &Uri) -> Result<Option<Uri>, NetworkError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .ok_or(NetworkError::Redirects)?;
    let next = from.join(location).map_err(|_| {
        NetworkError::NotAllowed("redirected to something that is no address of ours")
    })?;
    Ok(Some(next.without_fragment()))
}

/// Reads an answer up to the limit, whatever it says about its own length.
async fn read(
    mut response: Response,
    final_url: Uri,
    largest: usize,
) -> Result<Answer, NetworkError> {
    // The client has unpacked one layer and removed its name; another one is either a mistake or a bomb.
    if response
        .headers()
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return Err(NetworkError::Unreadable(
            "packed in a way that we do not unpack".to_owned(),
        ));
    }
    let expected = response.content_length().unwrap_or(0);
    if expected > largest as u64 {
        return Err(NetworkError::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| told(&error))? {
        if body.len() + chunk.len() > largest {
            return Err(NetworkError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    Ok(Answer {
        status,
        headers,
        body: body.freeze(),
        final_url,
        content_type,
    })
}

/// What went wrong, in our words. The address is left out: whoever asked knows it.
fn told(error: &reqwest::Error) -> NetworkError {
    let mut cause = error.source();
    let mut last = None;
    while let Some(inner) = cause {
        if inner.is::<Closed>() {
            return NetworkError::PrivateAddress;
        }
        last = Some(inner);
        cause = inner.source();
    }
    if error.is_timeout() {
        return NetworkError::TooSlow;
    }
    let why = last.map_or_else(|| "broken off".to_owned(), ToString::to_string);
    if error.is_connect() {
        NetworkError::Connection(why)
    } else if error.is_decode() {
        NetworkError::Unreadable(why)
    } else {
        NetworkError::Broken(why)
    }
}
