//! Where files lie: in a folder of this machine, or in a bucket of a store that speaks S3. What arrives lies in the folder first.
//!
//! A name is made by us and never by whoever sends a file. What is in a file, whose it is and who may see it is not known here.

use std::{
    io::{self, SeekFrom},
    path::PathBuf,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::{
    fs::{self, File},
    io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _},
};

use super::bucket::Bucket;
use crate::{Error, Result, accounts::fresh_secret};

/// How much of a file is read at once.
const PIECE: usize = 64 * 1024;

/// The files of this instance.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    folder: PathBuf,
    bucket: Option<Bucket>,
}

impl Files {
    /// The files in this folder, which is made when it is needed; or in a bucket, if there is one.
    pub(crate) fn new(folder: PathBuf, bucket: Option<Bucket>) -> Self {
        Self { folder, bucket }
    }

    /// Room for a file that is arriving.
    pub(crate) async fn incoming(&self) -> Result<Incoming> {
        let folder = self.folder.join("incoming");
        fs::create_dir_all(&folder).await.map_err(broken)?;
        let path = folder.join(fresh_name()?);
        let file = File::create_new(&path).await.map_err(broken)?;
        Ok(Incoming {
            path,
            file,
            length: 0,
        })
    }

    /// Keeps a file under this name.
    pub(crate) async fn keep(&self, name: &str, bytes: &[u8]) -> Result<()> {
        if let Some(bucket) = &self.bucket {
            self.path(name)?;
            let length = bytes.len() as u64;
            let whole = stream::iter([Ok(Bytes::copy_from_slice(bytes))]);
            return bucket.put(name, length, Box::pin(whole)).await;
        }
        let mut incoming = self.incoming().await?;
        incoming.write(bytes).await?;
        self.keep_incoming(name, incoming).await
    }

    /// Keeps a file that has arrived under this name.
    pub(crate) async fn keep_incoming(&self, name: &str, mut incoming: Incoming) -> Result<()> {
        let path = self.path(name)?;
        if let Some(bucket) = &self.bucket {
            incoming.file.flush().await.map_err(broken)?;
            let file = File::open(&incoming.path).await.map_err(broken)?;
            let length = incoming.length;
            return bucket
                .put(name, length, Box::pin(pieces(file, length)))
                .await;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).await.map_err(broken)?;
        }
        incoming.file.flush().await.map_err(broken)?;
        fs::rename(&incoming.path, &path).await.map_err(broken)
    }

    /// The file of this name, if there is one.
    pub(crate) async fn open(&self, name: &str) -> Result<Option<Content>> {
        let path = self.path(name)?;
        if let Some(bucket) = &self.bucket {
            let length = bucket.length(name).await?;
            return Ok(length.map(|length| Content {
                place: Place::Bucket(bucket.clone(), name.to_owned()),
                length,
            }));
        }
        let file = match File::open(path).await {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(broken(error)),
        };
        let length = file.metadata().await.map_err(broken)?.len();
        Ok(Some(Content {
            place: Place::Folder(file),
            length,
        }))
    }

    /// Takes a file away. One that is not there is gone already.
    pub(crate) async fn remove(&self, name: &str) -> Result<()> {
        let path = self.path(name)?;
        if let Some(bucket) = &self.bucket {
            return bucket.remove(name).await;
        }
        match fs::remove_file(path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(broken(error)),
            _ => Ok(()),
        }
    }

    /// Files lie in 4,096 folders, so that none has too many.
    fn path(&self, name: &str) -> Result<PathBuf> {
        let sound = name.len() > 4
            && !name.starts_with('.')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
        if !sound {
            return Err(Error::Broken("a file name that is none of ours".to_owned()));
        }
        Ok(self.folder.join(&name[..2]).join(name))
    }
}

/// A name that nobody guesses: 128 random bits.
pub(crate) fn fresh_name() -> Result<String> {
    let mut name = fresh_secret()?;
    name.truncate(22);
    Ok(name)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is handed over by map_err"
)]
fn broken(error: io::Error) -> Error {
    Error::Broken(format!("a file cannot be read or written: {error}"))
}

/// A file that is arriving. Unless it is kept, nothing of it stays.
#[derive(Debug)]
pub struct Incoming {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Incoming {
    /// Takes in a piece.
    pub async fn write(&mut self, piece: &[u8]) -> Result<()> {
        self.file.write_all(piece).await.map_err(broken)?;
        self.length += piece.len() as u64;
        Ok(())
    }

    /// How much has arrived.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The first bytes of it.
    pub(crate) async fn head(&mut self, most: usize) -> Result<Vec<u8>> {
        self.file.flush().await.map_err(broken)?;
        let mut head = Vec::with_capacity(most);
        let mut file = File::open(&self.path)
            .await
            .map_err(broken)?
            .take(most as u64);
        file.read_to_end(&mut head).await.map_err(broken)?;
        Ok(head)
    }

    /// All of it.
    pub(crate) async fn whole(&mut self) -> Result<Vec<u8>> {
        self.file.flush().await.map_err(broken)?;
        fs::read(&self.path).await.map_err(broken)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // When it was kept it is not here any more.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Where a file lies.
#[derive(Debug)]
enum Place {
    Folder(File),
    Bucket(Bucket, String),
}

/// What is in a file.
#[derive(Debug)]
pub struct Content {
    place: Place,
    length: u64,
}

impl Content {
    /// How many bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The bytes from `start` on, `length` of them, piece by piece.
    pub async fn part(
        self,
        start: u64,
        length: u64,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
        Ok(match self.place {
            Place::Folder(mut file) => {
                file.seek(SeekFrom::Start(start)).await.map_err(broken)?;
                pieces(file, length).boxed_local()
            }
            Place::Bucket(..) if length == 0 => stream::empty().boxed_local(),
            Place::Bucket(bucket, name) => bucket.part(&name, start, length).await?.boxed_local(),
        })
    }
}

/// The next bytes of a file, so many, piece by piece.
fn pieces(file: File, length: u64) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold((file, length), |(mut file, left)| async move {
        let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        if most == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; most];
        let read = file.read(&mut piece).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(read);
        Ok(Some((Bytes::from(piece), (file, left - read as u64))))
    })
}
