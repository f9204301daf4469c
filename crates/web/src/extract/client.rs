//! From which address a request really comes.
//!
//! `X-Forwarded-For` is what the client wrote, unless proxies that we know have added to it: only their part is believed.

use std::net::IpAddr;

use actix_web::HttpRequest;
use ipnet::IpNet;

use crate::DoorSettings;

/// The address of whoever made this request, as far as it can be told.
pub fn address(req: &HttpRequest) -> Option<IpAddr> {
    let peer = req.peer_addr()?.ip();
    let settings = req.app_data::<actix_web::web::Data<DoorSettings>>()?;
    let hops: Vec<&str> = req
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .collect();
    Some(behind_proxies(
        peer,
        &hops.join(","),
        &settings.trusted_proxies,
    ))
}

/// Walks from the right, past every proxy that is trusted; the first other hop is the client. What stands left of it may be
/// invented, and what cannot be read ends the walk.
pub fn behind_proxies(peer: IpAddr, forwarded_for: &str, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer.to_canonical();
    for hop in forwarded_for.rsplit(',').map(str::trim) {
        if !trusted.iter().any(|range| range.contains(&client)) {
            return client;
        }
        match read_hop(hop) {
            Some(next) => client = next,
            None => return client,
        }
    }
    client
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn read_hop(hop: &str) -> Option<IpAddr> {
    let bare = hop.parse::<IpAddr>().ok();
    let with_port = || {
        hop.parse::<std::net::SocketAddr>()
            .ok()
            .map(|address| address.ip())
    };
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare.or_else(with_port)
        .or_else(bracketed)
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_that_known_proxies_wrote_is_believed() {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"]
            .iter()
            .map(|range| range.parse().unwrap())
            .collect();
        let cases = [
            // Nobody we know stands in front: the header is the client's own poetry.
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
            (
                "10.0.0.1",
                "1.1.1.1, 198.51.100.1, 10.2.2.2",
                "198.51.100.1",
            ),
            ("10.0.0.1", "10.3.3.3, 10.2.2.2", "10.3.3.3"),
            ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
            ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("fd00::1", "[2001:db8::7]:443", "2001:db8::7"),
            ("fd00::1", "[2001:db8::7]", "2001:db8::7"),
        ];
        for (peer, header, expected) in cases {
            let found = behind_proxies(peer.parse().unwrap(), header, &trusted);
            assert_eq!(
                found,
                expected.parse::<IpAddr>().unwrap(),
                "{peer} with {header:?}"
            );
        }
    }

    #[test]
    fn without_trusted_proxies_the_header_is_never_read() {
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(behind_proxies(peer, "198.51.100.1", &[]), peer);
    }
}
