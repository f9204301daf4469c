//! As much of HTTP/1.1 as servers among themselves need: requests and answers with a length, on connections that stay open.
//!
//! No chunks, no compression, no TLS. What it cannot read ends the connection.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// No head of a request or an answer is longer than this.
const LONGEST_HEAD: usize = 64 * 1024;

/// A request or an answer as it came: its first line, its headers and its body.
#[derive(Debug)]
pub(crate) struct Message {
    head: Bytes,
    pub(crate) body: Bytes,
}

impl Message {
    fn lines(&self) -> impl Iterator<Item = &str> {
        std::str::from_utf8(&self.head)
            .unwrap_or_default()
            .split("\r\n")
    }

    /// The two first words: the method and the path of a request, the version and the status of an answer.
    pub(crate) fn start(&self) -> (&str, &str) {
        let mut words = self.lines().next().unwrap_or_default().split(' ');
        (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        )
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}

/// Reads the next message; `None` when the other side has ended the connection in between.
pub(crate) async fn read(
    stream: &mut TcpStream,
    buffer: &mut BytesMut,
) -> io::Result<Option<Message>> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = buffer.split_to(end).freeze();
            buffer.advance(4);
            break head;
        }
        if buffer.len() > LONGEST_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if stream.read_buf(buffer).await? == 0 {
            return if buffer.is_empty() {
                Ok(None)
            } else {
                Err(io::ErrorKind::UnexpectedEof.into())
            };
        }
    };
    let mut message = Message {
        head,
        body: Bytes::new(),
    };
    if message.header("transfer-encoding").is_some() {
        let pieces = chunks(stream, buffer).await?;
        message.body = pieces;
        return Ok(Some(message));
    }
    let length = message
        .header("content-length")
        .map_or(Ok(0), str::parse)
        .map_err(|_| io::ErrorKind::InvalidData)?;
    fill(stream, buffer, length).await?;
    message.body = buffer.split_to(length).freeze();
    Ok(Some(message))
}

async fn fill(stream: &mut TcpStream, buffer: &mut BytesMut, length: usize) -> io::Result<()> {
    while buffer.len() < length {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

/// A body in pieces, as servers send what they compress or make on the way.
async fn chunks(stream: &mut TcpStream, buffer: &mut BytesMut) -> io::Result<Bytes> {
    let mut whole = BytesMut::new();
    loop {
        let end = loop {
            if let Some(end) = buffer.windows(2).position(|bytes| bytes == b"\r\n") {
                break end;
            }
            let wanted = buffer.len() + 1;
            fill(stream, buffer, wanted).await?;
        };
        let length = std::str::from_utf8(&buffer[..end])
            .ok()
            .and_then(|text| usize::from_str_radix(text.trim(), 16).ok())
            .ok_or(io::ErrorKind::InvalidData)?;
        buffer.advance(end + 2);
        fill(stream, buffer, length + 2).await?;
        whole.extend_from_slice(&buffer[..length]);
        buffer.advance(length + 2);
        if length == 0 {
            return Ok(whole.freeze());
        }
    }
}

/// Writes an answer.
pub(crate) async fn answer(
    stream: &mut TcpStream,
    status: u16,
    content_type: &str,
    body: &[u8],
) -> io::Result<()> {
    let mut bytes = format!(
        "HTTP/1.1 {status} -\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    stream.write_all(&bytes).await
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// One connection to a server, kept open from request to request.
#[derive(Debug)]
pub struct Sender {
    authority: String,
    open: Option<(TcpStream, BytesMut)>,
}

impl Sender {
    /// A way to the server at this authority (`127.0.0.1:8080`); connects with the first request.
    pub fn new(authority: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            open: None,
        }
    }

    /// Sends a whole request as it would stand on the wire and waits for the answer.
    ///
    /// After an error nobody knows whether it arrived; the next one goes over a new connection.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<Answer> {
        let (mut stream, mut buffer) = if let Some(open) = self.open.take() {
            open
        } else {
            let stream = TcpStream::connect(&self.authority).await?;
            stream.set_nodelay(true)?;
            (stream, BytesMut::new())
        };
        stream.write_all(request).await?;
        let message = read(&mut stream, &mut buffer)
            .await?
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = message
            .start()
            .1
            .parse()
            .map_err(|_| io::ErrorKind::InvalidData)?;
        let closes = message
            .header("connection")
            .is_some_and(|said| said.eq_ignore_ascii_case("close"));
        if !closes {
            self.open = Some((stream, buffer));
        }
        Ok(Answer {
            status,
            body: message.body,
        })
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> io::Result<Answer> {
        let request = self.request("GET", path, headers, b"");
        self.send(&request).await
    }

    /// Hands over a form or a document.
    pub async fn post(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let request = self.request("POST", path, headers, body);
        self.send(&request).await
    }

    /// A request as it stands on the wire, to be sent as often as wanted.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<u8> {
        use std::fmt::Write as _;
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.authority);
        if method == "POST" {
            let _ = write!(text, "content-length: {}\r\n", body.len());
        }
        for (name, value) in headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }
}
