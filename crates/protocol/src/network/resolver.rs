//! Looking names up, and forgetting every address that may not be visited.
//!
//! The connection goes to one of the addresses that were checked here, so a name cannot point elsewhere a moment later.
//! Numbers written as hosts never come here: they are refused before a request is made.

use super::address;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// Which addresses may be visited.
#[derive(Debug, Default)]
pub(super) struct Doors {
    /// Everything may be visited.
    pub(super) lab: bool,
    /// Made-up names and where they lead.
    pub(super) made_up: HashMap<String, SocketAddr>,
    /// Closed ranges that may be visited all the same.
    pub(super) opened: Vec<IpNet>,
    /// The company's proxies, which may live anywhere.
    pub(super) proxies: Vec<String>,
}

impl Doors {
    pub(super) fn may_visit(&self, address: IpAddr) -> bool {
        self.lab
            || address::is_public(address)
            || self
                .opened
                .iter()
                .any(|net| net.contains(&address::unwrapped(address)))
    }
}

/// The resolver that the client asks.
#[derive(Clone, Debug)]
pub(super) struct Resolver(pub(super) Arc<Doors>);

/// All addresses of a name are closed to us.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not public")]
pub(super) struct Closed;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let doors = Arc::clone(&self.0);
        Box::pin(async move {
            let name = name.as_str();
            if let Some(address) = doors.made_up.get(name) {
                return Ok(Box::new(std::iter::once(*address)) as Addrs);
            }
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name, 0)).await?.collect();
            if doors.proxies.iter().any(|proxy| proxy == name) {
                return Ok(Box::new(found.into_iter()) as Addrs);
            }
            let any = !found.is_empty();
            let open: Vec<SocketAddr> = found
                .into_iter()
                .filter(|found| doors.may_visit(found.ip()))
                .collect();
            if any && open.is_empty() {
                return Err(Closed.into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}
