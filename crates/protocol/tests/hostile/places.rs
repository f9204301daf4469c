//! Where the door leads, and where it never does.

use crate::peer::*;
use bytes::Bytes;
use kindred_protocol::{
    Uri,
    deliver::{Knock, Outcome, deliver},
    fetch::{FetchError, fetch_object},
    network::{Gate, Get, Network, NetworkError, NetworkSettings, Redirects},
    signature::Form,
};
use std::{
    collections::HashMap,
    io::Write as _,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

#[tokio::test]
async fn nothing_leads_into_the_private_network() {
    let inner = Peer::start(|_| document(&note(NOTE))).await;
    let port = inner.address.port();
    let targets = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        "https://127.0.0.1/".to_owned(),
        "https://localhost/".to_owned(),
        "https://2130706433/".to_owned(),
        "https://0x7f000001/".to_owned(),
        "https://0177.1/".to_owned(),
        "https://[::1]/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        "https://0.0.0.0/".to_owned(),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://1.1.1.1/".to_owned(),
        "https://peer.invalid:8443/".to_owned(),
        "http://other.invalid/".to_owned(),
    ];
    let (key, _) = key();
    let outside_door = door(&inner);
    for target in targets {
        let outside = outside_door.get(Get::new(&uri(&target), JSON)).await;
        assert!(
            matches!(outside, Err(NetworkError::NotAllowed(_))),
            "{target} {outside:?}"
        );
        let to = target.clone();
        let peer = Peer::start(move |_| redirect(&to)).await;
        let redirected = door(&peer).get(Get::new(&uri(NOTE), JSON)).await;
        assert!(
            matches!(redirected, Err(NetworkError::NotAllowed(_))),
            "{target} {redirected:?}"
        );
        let sent = deliver(
            &outside_door,
            &key,
            &uri(&target),
            Bytes::from_static(b"{}"),
            Form::Cavage,
            Knock::Twice,
        )
        .await;
        assert!(
            matches!(sent.outcome, Outcome::Refused { status: 0, .. }),
            "{target} {sent:?}"
        );
    }
    assert_eq!(inner.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_followed() {
    // The hosts file of every system knows this one; the door must look behind the name.
    let names = ["localhost.localdomain", "ip6-localhost.localdomain"];
    let door = Network::new(NetworkSettings::default()).unwrap();
    for name in names {
        let found = tokio::net::lookup_host((name, 443)).await.is_ok();
        let refused = door
            .get(Get::new(&uri(&format!("https://{name}/")), JSON))
            .await;
        match refused {
            Err(NetworkError::PrivateAddress) => {}
            Err(NetworkError::Connection(_)) if !found => {}
            other => panic!("{name} {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_we_do_not_talk_to_is_not_asked_even_through_a_redirect() {
    let blocked = Peer::start(|_| document(&note("http://blocked.example/o/1"))).await;
    let peer = Peer::start(|_| redirect("http://blocked.example/o/1")).await;
    let hosts = HashMap::from([
        ("peer.example".to_owned(), peer.address),
        ("blocked.example".to_owned(), blocked.address),
    ]);
    let gate: Gate = Arc::new(|uri: &Uri| uri.host() != "blocked.example");
    let door = Network::new(NetworkSettings {
        hosts,
        gate: Some(gate),
        ..NetworkSettings::default()
    })
    .unwrap();
    for start in [NOTE, "http://blocked.example/o/1"] {
        let refused = fetch_object(&door, None, &uri(start)).await;
        assert!(
            matches!(refused, Err(FetchError::NotAllowed(_))),
            "{start} {refused:?}"
        );
    }
    assert_eq!(blocked.connections.load(Ordering::SeqCst), 0);
    assert_eq!(peer.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_company_proxy_is_used_and_names_of_the_inner_network_are_not_given_to_it() {
    let proxy = Peer::start(|_| answer(200, &[("content-type", JSON)], "{}")).await;
    let settings = NetworkSettings {
        proxy: Some(format!("http://{}", proxy.address)),
        deadline: Duration::from_secs(2),
        ..NetworkSettings::default()
    };
    let door = Network::new(settings).unwrap();
    for name in [
        "wiki.corp",
        "metadata.google.internal",
        "printer.local",
        "nas.home.arpa",
    ] {
        let refused = door
            .get(Get::new(&uri(&format!("https://{name}/")), JSON))
            .await;
        assert!(
            matches!(refused, Err(NetworkError::NotAllowed(_))),
            "{name} {refused:?}"
        );
    }
    assert_eq!(proxy.connections.load(Ordering::SeqCst), 0);
    // The tunnel is asked for by name: the proxy looks it up, not we.
    let _ = door
        .get(Get::new(&uri("https://kindred.invalid/"), JSON))
        .await;
    let got = proxy.seen().remove(0);
    assert_eq!(
        (got.method.as_str(), got.target.as_str()),
        ("CONNECT", "kindred.invalid:443")
    );
}

#[tokio::test]
async fn in_a_laboratory_loopback_and_ports_are_fine() {
    let peer = Peer::start(|_| document("{}")).await;
    let door = Network::new(NetworkSettings {
        lab: true,
        ..NetworkSettings::default()
    })
    .unwrap();
    let url = uri(&format!("http://{}/", peer.address));
    let get = Get {
        redirects: Redirects::SameOrigin,
        ..Get::new(&url, JSON)
    };
    assert_eq!(door.get(get).await.unwrap().status, 200);
    assert_eq!(door.schemes("peer.example"), ["https", "http"]);
}

/// A certificate authority of a company, and a server certificate for `peer.example` made by it.
fn company_authority() -> (Vec<u8>, openssl::ssl::SslAcceptor) {
    use openssl::{
        asn1::Asn1Time,
        bn::BigNum,
        hash::MessageDigest,
        pkey::PKey,
        rsa::Rsa,
        ssl::{SslAcceptor, SslMethod},
        x509::{
            X509, X509NameBuilder,
            extension::{BasicConstraints, SubjectAlternativeName},
        },
    };
    let make =
        |common: &str, serial: u32, signer: Option<(&X509, &PKey<openssl::pkey::Private>)>| {
            let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
            let mut name = X509NameBuilder::new().unwrap();
            name.append_entry_by_text("CN", common).unwrap();
            let name = name.build();
            let mut certificate = X509::builder().unwrap();
            certificate.set_version(2).unwrap();
            certificate
                .set_serial_number(&BigNum::from_u32(serial).unwrap().to_asn1_integer().unwrap())
                .unwrap();
            certificate.set_subject_name(&name).unwrap();
            certificate
                .set_issuer_name(signer.map_or(&name, |(issuer, _)| issuer.subject_name()))
                .unwrap();
            certificate.set_pubkey(&key).unwrap();
            certificate
                .set_not_before(&Asn1Time::days_from_now(0).unwrap())
                .unwrap();
            certificate
                .set_not_after(&Asn1Time::days_from_now(1).unwrap())
                .unwrap();
            if signer.is_none() {
                certificate
                    .append_extension(BasicConstraints::new().critical().ca().build().unwrap())
                    .unwrap();
            } else {
                let names = SubjectAlternativeName::new()
                    .dns(common)
                    .build(&certificate.x509v3_context(None, None))
                    .unwrap();
                certificate.append_extension(names).unwrap();
            }
            certificate
                .sign(signer.map_or(&key, |(_, key)| key), MessageDigest::sha256())
                .unwrap();
            (certificate.build(), key)
        };
    let (authority, authority_key) = make("Company", 1, None);
    let (certificate, key) = make("peer.example", 2, Some((&authority, &authority_key)));
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    acceptor.set_private_key(&key).unwrap();
    acceptor.set_certificate(&certificate).unwrap();
    (authority.to_pem().unwrap(), acceptor.build())
}

#[tokio::test]
async fn certificates_are_checked_against_the_system_and_the_company() {
    let (pem, acceptor) = company_authority();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            if let Ok(mut stream) = acceptor.accept(stream.unwrap()) {
                let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
                let _ = stream.write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
                );
                let _ = stream.shutdown();
            }
        }
    });
    let hosts = HashMap::from([
        ("peer.example".to_owned(), address),
        ("other.example".to_owned(), address),
    ]);
    let settings = NetworkSettings {
        hosts,
        ..NetworkSettings::default()
    };
    let trusting = Network::new(NetworkSettings {
        ca_pem: Some(pem),
        ..settings.clone()
    })
    .unwrap();
    let get = async |door: &Network, url: &str| {
        door.get(Get::new(&uri(url), JSON))
            .await
            .map(|answer| answer.status)
    };
    assert_eq!(get(&trusting, "https://peer.example/").await.unwrap(), 200);
    let wrong_name = get(&trusting, "https://other.example/").await;
    assert!(
        matches!(wrong_name, Err(NetworkError::Connection(_))),
        "{wrong_name:?}"
    );
    let unknown = get(
        &Network::new(settings.clone()).unwrap(),
        "https://peer.example/",
    )
    .await;
    assert!(
        matches!(unknown, Err(NetworkError::Connection(_))),
        "{unknown:?}"
    );
    let unreadable = Network::new(NetworkSettings {
        ca_pem: Some(b"-----BEGIN CERTIFICATE-----\nnot\n-----END CERTIFICATE-----".to_vec()),
        ..settings
    });
    assert!(unreadable.is_err());
}
