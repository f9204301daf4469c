//! The way to a store of files that whoever runs this instance has named: signed addresses in, bytes in pieces out.
//!
//! A store is no stranger. It may stand inside the company and speak plain HTTP, so it has a door of its own, which leads nowhere
//! else; nothing that another server says opens it.

use std::{io, pin::Pin, time::Duration};

use bytes::Bytes;
use futures_util::Stream;
use reqwest::{
    Body, Method, Request, Response, Url,
    header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RANGE},
};
use tokio::time::timeout;

use super::{Network, NetworkError, NetworkSettings, told, written};

/// How long the next piece is waited for.
const PIECE_WITHIN: Duration = Duration::from_secs(30);
/// How long a whole file may take on its way in.
const FILE_WITHIN: Duration = Duration::from_mins(10);

/// A file on its way to a store, piece by piece.
pub type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The door to one store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct StoreDoor {
    network: Network,
    host: String,
}

/// What is asked of a store.
pub enum Ask {
    /// Keep so many bytes of this type.
    Put {
        /// The type.
        media_type: &'static str,
        /// How many.
        length: u64,
        /// The bytes.
        pieces: Pieces,
    },
    /// Say what there is.
    Look,
    /// Hand over the bytes from the first to the last of these.
    Part(u64, u64),
    /// Take it away.
    Remove,
}

/// What a store answered.
#[derive(Debug)]
pub struct Stored {
    response: Response,
}

impl Stored {
    /// The status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// How long it says the file is.
    pub fn length(&self) -> Option<u64> {
        let told = self.response.headers().get(CONTENT_LENGTH)?;
        told.to_str().ok()?.parse().ok()
    }

    /// The next piece; nothing at the end.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, NetworkError> {
        timeout(PIECE_WITHIN, self.response.chunk())
            .await
            .unwrap_or_else(|_| Ok(None))
            .map_err(|error| told(&error))
    }
}

impl StoreDoor {
    /// A door to the store on this host; proxy and certificates as everywhere.
    pub fn new(host: &str, settings: NetworkSettings) -> Result<Self, NetworkError> {
        Ok(Self {
            network: Network::new(NetworkSettings {
                lab: true,
                ..settings
            })?,
            host: host.to_owned(),
        })
    }

    /// Asks at a signed address.
    pub async fn ask(&self, url: Url, ask: Ask) -> Result<Stored, NetworkError> {
        let host = url.host_str().unwrap_or_default();
        if !host.ends_with(&self.host) {
            return Err(NetworkError::NotAllowed("this is not the store"));
        }
        let method = match &ask {
            Ask::Put { .. } => Method::PUT,
            Ask::Look => Method::HEAD,
            Ask::Part(..) => Method::GET,
            Ask::Remove => Method::DELETE,
        };
        let mut request = Request::new(method, url);
        let headers = request.headers_mut();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let mut patience = PIECE_WITHIN;
        match ask {
            Ask::Put {
                media_type,
                length,
                pieces,
            } => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
                headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
                *request.body_mut() = Some(Body::wrap_stream(pieces));
                patience = FILE_WITHIN;
            }
            Ask::Part(first, last) => {
                headers.insert(RANGE, written(&format!("bytes={first}-{last}"))?);
            }
            Ask::Look | Ask::Remove => {}
        }
        let asked = self.network.client.execute(request);
        let response = timeout(patience, asked)
            .await
            .map_err(|_| NetworkError::TooSlow)?
            .map_err(|error| told(&error))?;
        Ok(Stored { response })
    }
}
