//! How a server of another make asks others: for names, documents and keys, and how it brings letters.

use bytes::BytesMut;
use serde_json::Value;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::{
    ACTIVITY_JSON, Fault, Known, Make, Peer,
    letters::{id, same_host, text},
    server::keys,
    signature::{self, Unsigned},
};
use crate::{
    http::{self, Message},
    letters::authority_and_path,
};

/// Whether a question is signed by the server that asks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    Signed,
    Unsigned,
}

impl<M: Make> Peer<M> {
    /// Asks for something; answers whatever comes back.
    pub(crate) async fn ask(
        &self,
        url: &str,
        accept: &str,
        asking: Asking,
    ) -> Result<Message, Fault> {
        let (host, path) = authority_and_path(url);
        let mut headers = vec![
            ("accept".to_owned(), accept.to_owned()),
            ("user-agent".to_owned(), M::MANNERS.software.to_owned()),
        ];
        if asking == Asking::Signed {
            let unsigned = Unsigned {
                method: "GET",
                host,
                path,
                now: self.world().now(),
                body: None,
            };
            let covered = ["(request-target)", "host", "date"];
            let key_id = Self::key_name(&self.own_actor());
            headers.extend(signature::headers(
                keys(),
                &key_id,
                &covered,
                M::MANNERS.algorithm,
                &unsigned,
            )?);
        }
        self.exchange("GET", host, path, &headers, b"").await
    }

    /// A document of ActivityPub, believed only at its own address and in the type that this make reads.
    pub(crate) async fn document(&self, url: &str) -> Result<Value, Fault> {
        self.read_document(url, Asking::Signed).await
    }

    async fn read_document(&self, url: &str, asking: Asking) -> Result<Value, Fault> {
        if host_is(url, self.host()) {
            return Err(Fault::new(400, format!("{url} is our own")));
        }
        let answer = self.ask(url, M::MANNERS.accept, asking).await?;
        let status = answer.start().1.to_owned();
        if status != "200" {
            return Err(Fault::new(424, format!("{url} answers {status}")));
        }
        let content_type = answer.header("content-type").unwrap_or_default();
        if !(M::MANNERS.reads)(content_type) {
            return Err(Fault::new(424, format!("{url} is {content_type:?}")));
        }
        let document: Value = serde_json::from_slice(&answer.body)
            .map_err(|error| Fault::new(424, format!("{url}: {error}")))?;
        if id(&document) != url {
            return Err(Fault::new(
                424,
                format!("{url} calls itself {}", id(&document)),
            ));
        }
        Ok(document)
    }

    /// An actor elsewhere, read as strictly as this make does and remembered.
    pub(crate) async fn actor(&self, uri: &str) -> Result<Known, Fault> {
        if let Some(known) = self.memory().actors.get(uri) {
            return Ok(known.clone());
        }
        if host_is(uri, self.host()) {
            return Known::read(&self.standing_at(uri));
        }
        self.meet(uri).await
    }

    /// The same, asked for anew.
    pub(crate) async fn meet(&self, uri: &str) -> Result<Known, Fault> {
        let known = M::actor(&self.document(uri).await?)?;
        if M::MANNERS.loops_back {
            let named = self
                .look_up(&known.handle, authority_and_path(uri).0)
                .await?;
            if named != known.uri {
                return Err(Fault::new(
                    400,
                    format!("the name of {} leads to {named}", known.uri),
                ));
            }
        }
        self.memory()
            .actors
            .insert(known.uri.clone(), known.clone());
        Ok(known)
    }

    /// The actor whose key has this name.
    pub(crate) async fn key(&self, key_id: &str) -> Result<Known, Fault> {
        let remembered = self
            .memory()
            .actors
            .values()
            .find(|known| known.key_id == key_id)
            .cloned();
        if let Some(known) = remembered {
            return Ok(known);
        }
        let asking = if M::MANNERS.plain_keys {
            Asking::Unsigned
        } else {
            Asking::Signed
        };
        let address = key_id.split('#').next().unwrap_or_default();
        let known = M::actor(&self.read_document(address, asking).await?)?;
        if known.key_id != key_id {
            return Err(Fault::new(401, format!("{address} has no key {key_id}")));
        }
        self.memory()
            .actors
            .insert(known.uri.clone(), known.clone());
        Ok(known)
    }

    /// The address behind a name.
    pub(crate) async fn look_up(&self, handle: &str, host: &str) -> Result<String, Fault> {
        let url = format!("http://{host}/.well-known/webfinger?resource=acct:{handle}@{host}");
        let answer = self
            .ask(
                &url,
                "application/jrd+json, application/json",
                Asking::Unsigned,
            )
            .await?;
        if answer.start().1 != "200" {
            return Err(Fault::new(
                404,
                format!("{url} answers {}", answer.start().1),
            ));
        }
        let content_type = answer.header("content-type").unwrap_or_default();
        if !content_type.starts_with("application/jrd+json") {
            return Err(Fault::new(424, format!("a name as {content_type}")));
        }
        let found: Value = serde_json::from_slice(&answer.body)
            .map_err(|error| Fault::new(424, format!("{url}: {error}")))?;
        if text(&found, "subject") != format!("acct:{handle}@{host}") {
            return Err(Fault::new(
                424,
                format!("{url} speaks of {}", found["subject"]),
            ));
        }
        let links = found["links"].as_array().cloned().unwrap_or_default();
        links
            .iter()
            .find(|link| {
                text(link, "rel") == "self"
                    && matches!(text(link, "type"), ACTIVITY_JSON | super::LD_JSON)
            })
            .map(|link| text(link, "href").to_owned())
            .ok_or_else(|| Fault::new(424, format!("{url} leads nowhere")))
    }

    /// Brings a letter of somebody here to an inbox; answers the status.
    pub(crate) async fn post(
        &self,
        actor: &str,
        inbox: &str,
        activity: &Value,
    ) -> Result<u16, Fault> {
        let (host, path) = authority_and_path(inbox);
        let body = activity.to_string().into_bytes();
        let unsigned = Unsigned {
            method: "POST",
            host,
            path,
            now: self.world().now(),
            body: Some(&body),
        };
        let mut headers = signature::headers(
            keys(),
            &Self::key_name(actor),
            M::MANNERS.signs,
            M::MANNERS.algorithm,
            &unsigned,
        )?;
        headers.push(("content-type".to_owned(), ACTIVITY_JSON.to_owned()));
        headers.push(("user-agent".to_owned(), M::MANNERS.software.to_owned()));
        let answer = self.exchange("POST", host, path, &headers, &body).await?;
        answer
            .start()
            .1
            .parse()
            .map_err(|_| Fault::new(500, "an answer without a status"))
    }

    async fn exchange(
        &self,
        method: &str,
        host: &str,
        path: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Message, Fault> {
        let address = self
            .world()
            .address(host)
            .ok_or_else(|| Fault::new(424, format!("{host} is nowhere")))?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n");
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if method == "POST" {
            head.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
        }
        head.push_str("connection: close\r\n\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        let answered = async {
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(&bytes).await?;
            http::read(&mut stream, &mut BytesMut::new()).await
        };
        answered
            .await
            .map_err(|error| Fault::new(424, format!("{method} {host}{path}: {error}")))?
            .ok_or_else(|| Fault::new(424, format!("{method} {host}{path}: no answer")))
    }
}

fn host_is(url: &str, host: &str) -> bool {
    same_host(url, &format!("http://{host}"))
}
