//! A thousand open streams, and how much memory they take.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    Wish,
    figures::Figures,
    scenarios::{Scene, failed, mib},
};

/// Opens them all for Nadia, as programs of hers would.
pub(crate) async fn all(wish: &Wish, figures: &mut Figures) -> io::Result<()> {
    let scene = Scene::open(wish)?;
    let authority = scene.instance.origin().replace("http://", "");
    let before = scene.instance.usage()?.pss_kib;
    let mut open = Vec::new();
    for _ in 0..wish.some(1000) {
        let mut socket = TcpStream::connect(&authority).await?;
        let question = format!(
            "GET /api/v1/streaming?stream=user HTTP/1.1\r\nhost: {authority}\r\nauthorization: {}\r\nconnection: upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            scene.token
        );
        socket.write_all(question.as_bytes()).await?;
        let mut answer = [0; 512];
        let length = socket.read(&mut answer).await?;
        if !answer[..length].starts_with(b"HTTP/1.1 101") {
            return Err(failed(&String::from_utf8_lossy(&answer[..length])));
        }
        open.push(socket);
    }
    let after = scene.instance.usage()?.pss_kib;
    figures.note("sockets", mib(after.saturating_sub(before) * 1024));
    Ok(())
}
