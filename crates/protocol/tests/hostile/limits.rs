//! What takes too long, is too large or goes in circles is left.

use crate::peer::*;
use kindred_protocol::{
    fetch::{FetchError, fetch_object},
    network::{Get, LARGEST_DOCUMENT, NetworkError},
};
use std::{
    io::Write as _,
    time::{Duration, Instant},
};

#[tokio::test]
async fn a_server_that_never_answers_is_left_in_time() {
    for reply in [
        Reply::Silence,
        Reply::Trickle,
        Reply::Endless(
            b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n".to_vec(),
            Vec::new(),
        ),
    ] {
        let peer = Peer::start(move |_| match &reply {
            // Headers, and then no body.
            Reply::Endless(first, _) => Reply::Bytes(first.clone()),
            other => other.clone(),
        })
        .await;
        let begun = Instant::now();
        let left = door(&peer).get(Get::new(&uri(NOTE), JSON)).await;
        assert!(matches!(left, Err(NetworkError::TooSlow)), "{left:?}");
        assert!(begun.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn redirects_do_not_buy_more_time() {
    let peer = Peer::start(|got| {
        std::thread::sleep(Duration::from_millis(300));
        redirect(&format!("{}x", got.target))
    })
    .await;
    let left = door(&peer).get(Get::new(&uri(NOTE), JSON)).await;
    assert!(matches!(left, Err(NetworkError::TooSlow)), "{left:?}");
}

#[tokio::test]
async fn an_endless_or_boastful_body_is_not_read() {
    let endless = |head: &str| Reply::Endless(head.as_bytes().to_vec(), vec![b' '; 64 * 1024]);
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    for reply in [
        endless("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"),
        endless("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n"),
        Reply::Endless(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(),
            chunk,
        ),
    ] {
        let peer = Peer::start(move |_| reply.clone()).await;
        let left = door(&peer).get(Get::new(&uri(NOTE), JSON)).await;
        assert!(matches!(left, Err(NetworkError::TooLarge)), "{left:?}");
    }
}

#[tokio::test]
async fn a_document_may_be_as_large_as_the_limit_and_no_larger() {
    for (size, fits) in [(LARGEST_DOCUMENT, true), (LARGEST_DOCUMENT + 1, false)] {
        let body = vec![b' '; size];
        let peer = Peer::start(move |_| answer(200, &[], &body)).await;
        let got = door(&peer).get(Get::new(&uri(NOTE), JSON)).await;
        assert_eq!(got.is_ok(), fits, "{size}");
    }
}

#[tokio::test]
async fn a_packed_bomb_is_cut_off_at_the_unpacked_size() {
    let bomb = packed(&vec![b' '; 8 * LARGEST_DOCUMENT]);
    assert!(bomb.len() < LARGEST_DOCUMENT / 4);
    let again = packed(&bomb);
    for (encoding, body) in [
        ("gzip", bomb.clone()),
        ("gzip, gzip", again.clone()),
        ("gzip", again),
        ("deflate", bomb.clone()),
        ("zstd", bomb),
    ] {
        let peer = Peer::start(move |_| {
            answer(
                200,
                &[("content-encoding", encoding), ("content-type", JSON)],
                &body,
            )
        })
        .await;
        let refused = fetch_object(&door(&peer), None, &uri(NOTE)).await;
        assert!(
            matches!(refused, Err(FetchError::NotBelieved(_))),
            "{encoding} {refused:?}"
        );
    }
    let small = packed(note(NOTE).as_bytes());
    let peer = Peer::start(move |_| {
        answer(
            200,
            &[("content-encoding", "gzip"), ("content-type", JSON)],
            &small,
        )
    })
    .await;
    assert!(fetch_object(&door(&peer), None, &uri(NOTE)).await.is_ok());
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[tokio::test]
async fn redirects_are_few_and_never_change_the_scheme() {
    let peer = Peer::start(|got| match got.target.as_str() {
        "/o/1" => redirect("/o/2"),
        "/o/2" => redirect("http://peer.example/o/3"),
        "/o/3" => redirect("//peer.example/o/4"),
        "/o/4" => document(&note("http://peer.example/o/4")),
        "/five" => redirect("/o/1"),
        "/loop" => redirect("/loop"),
        "/circle" => redirect("/elcric"),
        "/elcric" => redirect("/circle"),
        "/secure" => redirect("https://peer.example/o/4"),
        "/file" => redirect("file:///etc/passwd"),
        "/data" => redirect("data:application/activity+json,{}"),
        "/user" => redirect("http://a:b@peer.example/o/4"),
        "/nowhere" => answer(302, &[], ""),
        _ => answer(404, &[], ""),
    })
    .await;
    let door = door(&peer);
    let get = async |path: &str| {
        door.get(Get::new(&uri(&format!("http://peer.example{path}")), JSON))
            .await
    };
    let landed = get("/o/1").await.unwrap();
    assert_eq!(landed.final_url, uri("http://peer.example/o/4"));
    for path in ["/five", "/loop", "/circle", "/nowhere"] {
        let left = get(path).await;
        assert!(
            matches!(left, Err(NetworkError::Redirects)),
            "{path} {left:?}"
        );
    }
    for path in ["/secure", "/file", "/data", "/user"] {
        let left = get(path).await;
        assert!(
            matches!(left, Err(NetworkError::NotAllowed(_))),
            "{path} {left:?}"
        );
    }
    let loops = peer
        .seen()
        .iter()
        .filter(|got| got.target == "/loop")
        .count();
    assert_eq!(loops, 1);
}
