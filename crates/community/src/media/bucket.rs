//! Where files lie when they lie in a store that speaks S3.
//!
//! A file is put and fetched whole or in part, and taken away; nothing is listed. What a store refuses is a breakage on our side: who
//! may see a file was decided before.

use std::{fmt, io, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, stream};
use kindred_protocol::network::{
    NetworkError, NetworkSettings,
    store::{Ask, Pieces, StoreDoor, Stored},
};
use rusty_s3::{Bucket as Place, Credentials, S3Action, UrlStyle};

use crate::{Error, Result};

/// How long a signed address holds.
const SIGNED_FOR: Duration = Duration::from_mins(10);

/// Which store, which bucket in it, and who we are there.
#[derive(Clone)]
pub struct BucketSettings {
    /// The store's address: `https://s3.example.com`.
    pub endpoint: String,
    /// The bucket.
    pub bucket: String,
    /// The region that signatures name.
    pub region: String,
    /// Who we are.
    pub access_key: String,
    /// What we sign with.
    pub secret_key: String,
    /// Whether the bucket stands in the path rather than in the host's name.
    pub in_path: bool,
}

impl fmt::Debug for BucketSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("BucketSettings")
            .field("endpoint", &self.endpoint)
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

/// A bucket that files are kept in. Cheap to clone.
#[derive(Clone)]
pub struct Bucket(Arc<Inner>);

struct Inner {
    place: Place,
    credentials: Credentials,
    door: StoreDoor,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Bucket")
            .field(&self.0.place.name())
            .finish()
    }
}

impl Bucket {
    /// A bucket, and the way to it. Refuses an address that is none.
    pub fn new(settings: BucketSettings, network: NetworkSettings) -> Result<Self> {
        let unfit =
            |why: String| Error::Broken(format!("the store of files cannot be used: {why}"));
        let endpoint = url::Url::parse(&settings.endpoint).map_err(|why| unfit(why.to_string()))?;
        let host = endpoint.host_str().unwrap_or_default().to_owned();
        let style = if settings.in_path {
            UrlStyle::Path
        } else {
            UrlStyle::VirtualHost
        };
        let place = Place::new(endpoint, style, settings.bucket, settings.region)
            .map_err(|why| unfit(why.to_string()))?;
        Ok(Self(Arc::new(Inner {
            place,
            credentials: Credentials::new(settings.access_key, settings.secret_key),
            door: StoreDoor::new(&host, network).map_err(|why| unfit(why.to_string()))?,
        })))
    }

    async fn ask<'a>(&self, action: impl S3Action<'a>, ask: Ask) -> Result<Stored> {
        let url = action.sign(SIGNED_FOR);
        self.0.door.ask(url, ask).await.map_err(|why| broken(&why))
    }

    /// Keeps a file under this name.
    pub(super) async fn put(&self, name: &str, length: u64, pieces: Pieces) -> Result<()> {
        let inner = &self.0;
        let put = inner.place.put_object(Some(&inner.credentials), name);
        let ask = Ask::Put {
            media_type: "application/octet-stream",
            length,
            pieces,
        };
        fine(&self.ask(put, ask).await?)
    }

    /// How long the file of this name is, if there is one.
    pub(super) async fn length(&self, name: &str) -> Result<Option<u64>> {
        let inner = &self.0;
        let head = inner.place.head_object(Some(&inner.credentials), name);
        let found = self.ask(head, Ask::Look).await?;
        if found.status() == 404 {
            return Ok(None);
        }
        fine(&found)?;
        Ok(found.length())
    }

    /// The bytes from `start` on, `length` of them, piece by piece.
    pub(super) async fn part(
        &self,
        name: &str,
        start: u64,
        length: u64,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
        let inner = &self.0;
        let get = inner.place.get_object(Some(&inner.credentials), name);
        let ask = Ask::Part(start, (start + length).saturating_sub(1));
        let found = self.ask(get, ask).await?;
        fine(&found)?;
        if start > 0 && found.status() != 206 {
            return Err(Error::Broken(
                "the store of files does not know parts".to_owned(),
            ));
        }
        Ok(stream::try_unfold(
            (found, length),
            async |(mut found, left)| {
                if left == 0 {
                    return Ok(None);
                }
                let mut piece = found
                    .piece()
                    .await
                    .map_err(io::Error::other)?
                    .ok_or(io::ErrorKind::UnexpectedEof)?;
                piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                let left = left - piece.len() as u64;
                Ok(Some((piece, (found, left))))
            },
        ))
    }

    /// Takes a file away. One that is not there is gone already.
    pub(super) async fn remove(&self, name: &str) -> Result<()> {
        let inner = &self.0;
        let delete = inner.place.delete_object(Some(&inner.credentials), name);
        let gone = self.ask(delete, Ask::Remove).await?;
        if gone.status() == 404 {
            return Ok(());
        }
        fine(&gone)
    }
}

fn fine(answer: &Stored) -> Result<()> {
    match answer.status() {
        200..300 => Ok(()),
        status => Err(Error::Broken(format!(
            "the store of files answered {status}"
        ))),
    }
}

fn broken(why: &NetworkError) -> Error {
    Error::Broken(format!("the store of files cannot be asked: {why}"))
}
