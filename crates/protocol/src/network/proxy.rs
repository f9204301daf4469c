//! The company's proxy: the one that is set, or the one that the usual environment variables name.
//!
//! Nothing is guessed: without a setting and without variables there is no proxy.

use reqwest::{NoProxy, Proxy};
use std::env;

/// The proxies in use and the names of their hosts.
#[derive(Default)]
pub(super) struct Proxies {
    pub(super) all: Vec<Proxy>,
    pub(super) hosts: Vec<String>,
}

impl Proxies {
    /// Finds the proxies. Made-up host names mean a test, where no proxy could know them.
    pub(super) fn find(set: Option<&str>, test: bool) -> Result<Self, reqwest::Error> {
        let mut found = Self::default();
        if let Some(address) = set {
            found.add(address, Proxy::all(address)?);
        } else if !test {
            let variable = |names: &[&str]| {
                let mut values = names.iter().filter_map(|name| env::var(name).ok());
                values.find(|value| !value.is_empty())
            };
            let all = variable(&["ALL_PROXY", "all_proxy"]);
            let exceptions = NoProxy::from_env();
            if let Some(address) = variable(&["HTTPS_PROXY", "https_proxy"]).or_else(|| all.clone())
            {
                found.add(
                    &address,
                    Proxy::https(&address)?.no_proxy(exceptions.clone()),
                );
            }
            // In upper case this one can be set by a request where programs are run by a web server.
            if let Some(address) = variable(&["http_proxy"]).or(all) {
                found.add(&address, Proxy::http(&address)?.no_proxy(exceptions));
            }
        }
        Ok(found)
    }

    fn add(&mut self, address: &str, proxy: Proxy) {
        let full = if address.contains("://") {
            address.to_owned()
        } else {
            format!("http://{address}")
        };
        if let Some(host) = url::Url::parse(&full)
            .ok()
            .as_ref()
            .and_then(url::Url::host_str)
        {
            self.hosts.push(host.to_owned());
        }
        self.all.push(proxy);
    }
}
