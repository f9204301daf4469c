//! HTTP by hand, so that a test can send exactly the bytes it means: headers twice, lies about lengths, bodies in pieces.
//!
//! It follows nothing, unpacks nothing and believes no header that it has not been told to send.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

/// Whoever takes longer than this hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request, byte for byte.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Sends the body in pieces, without saying how long it is.
    pub(crate) in_pieces: bool,
}

impl Request {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Takes a header away, whatever it said.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Sends it and reads the answer.
    pub(crate) async fn send(&self, to: SocketAddr) -> Answer {
        timeout(PATIENCE, self.exchange(to))
            .await
            .unwrap_or_else(|_| panic!("{} {} hangs", self.method, self.target))
    }

    async fn exchange(&self, to: SocketAddr) -> Answer {
        let stream = TcpStream::connect(to).await.expect("a connection");
        let (incoming, mut outgoing) = stream.into_split();
        let bytes = self.bytes();
        // Who is refused early need not be listened to until the end, so a broken pipe is no failure.
        let sending = tokio::spawn(async move {
            let _ = outgoing.write_all(&bytes).await;
            outgoing
        });
        let answer = read_answer(&mut BufReader::new(incoming)).await;
        sending.abort();
        answer
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
        }
        if self.in_pieces {
            head.push_str("transfer-encoding: chunked\r\n");
        } else if self.header("content-length").is_none()
            && (!self.body.is_empty() || self.method == "POST")
        {
            head.extend(["content-length: ", &self.body.len().to_string(), "\r\n"]);
        }
        head.push_str("connection: close\r\n\r\n");
        let mut bytes = head.into_bytes();
        if self.in_pieces {
            for piece in self.body.chunks(16 * 1024) {
                bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                bytes.extend_from_slice(piece);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
        } else {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first header of this name, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        find(&self.headers, name).unwrap_or_default()
    }

    /// The JSON in it; anything else fails the test.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("status {}, no JSON: {}", self.status, self.text()))
    }
}

async fn read_answer(from: &mut (impl AsyncBufReadExt + Unpin)) -> Answer {
    let (first, headers) = read_head(from).await.expect("an answer");
    let status = first
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no status in {first:?}"));
    let body = read_body(from, &headers, true).await;
    Answer {
        status,
        headers,
        body,
    }
}

/// The first line and the headers, their names in small letters; nothing when the other side has gone.
pub(crate) async fn read_head(
    from: &mut (impl AsyncBufReadExt + Unpin),
) -> Option<(String, Vec<(String, String)>)> {
    let first = read_line(from).await?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(from).await?;
        match line.split_once(':') {
            Some((name, value)) => {
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            None => return Some((first, headers)),
        }
    }
}

async fn read_line(from: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
    let mut line = String::new();
    let length = from.read_line(&mut line).await.ok()?;
    (length > 0).then(|| line.trim_end().to_owned())
}

/// The body, whichever way its end is told.
pub(crate) async fn read_body(
    from: &mut (impl AsyncBufReadExt + AsyncRead + Unpin),
    headers: &[(String, String)],
    until_the_end: bool,
) -> Vec<u8> {
    let mut body = Vec::new();
    if let Some(length) =
        find(headers, "content-length").and_then(|length| length.parse::<usize>().ok())
    {
        body.resize(length, 0);
        // HEAD and the like: what was promised may not come.
        let _ = from.read_exact(&mut body).await;
    } else if find(headers, "transfer-encoding").is_some() {
        while let Some(length) = read_line(from)
            .await
            .and_then(|line| usize::from_str_radix(&line, 16).ok())
        {
            let mut piece = vec![0; length + 2];
            if from.read_exact(&mut piece).await.is_err() || length == 0 {
                break;
            }
            body.extend_from_slice(&piece[..length]);
        }
    } else if until_the_end {
        let _ = from.read_to_end(&mut body).await;
    }
    body
}

pub(crate) fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(given, _)| given.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
