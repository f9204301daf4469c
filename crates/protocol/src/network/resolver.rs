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

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(doors: Doors, name: &str) -> Result<Vec<SocketAddr>, bool> {
        let resolver = Resolver(Arc::new(doors));
        match resolver.resolve(name.parse().unwrap()).await {
            Ok(found) => Ok(found.collect()),
            Err(error) => Err(error.is::<Closed>()),
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_closed() {
        assert_eq!(resolve(Doors::default(), "localhost").await, Err(true));
    }

    #[tokio::test]
    async fn a_private_address_is_open_in_a_laboratory_and_where_it_was_opened() {
        let lab = Doors {
            lab: true,
            ..Doors::default()
        };
        let opened = Doors {
            opened: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
            ..Doors::default()
        };
        let elsewhere = Doors {
            opened: vec!["10.0.0.0/8".parse().unwrap()],
            ..Doors::default()
        };
        let proxy = Doors {
            proxies: vec!["localhost".to_owned()],
            ..Doors::default()
        };
        for doors in [lab, opened, proxy] {
            assert!(!resolve(doors, "localhost").await.unwrap().is_empty());
        }
        assert_eq!(resolve(elsewhere, "localhost").await, Err(true));
    }

    #[tokio::test]
    async fn a_made_up_name_leads_where_it_was_told_to() {
        let address: SocketAddr = "127.0.0.1:4711".parse().unwrap();
        let doors = Doors {
            made_up: HashMap::from([("peer.example".to_owned(), address)]),
            ..Doors::default()
        };
        assert_eq!(resolve(doors, "peer.example").await, Ok(vec![address]));
    }
}
