//! Absolute addresses: from the configured public URL, never from what a client says its host is.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::HOST;
use url::Url;

use crate::call::Kit;

/// Which host names lead straight to which protocol (`[hosts]` of the configuration).
#[derive(Debug, Clone, Default)]
pub struct Hosts {
    by_name: HashMap<String, Host>,
}

#[derive(Debug, Clone)]
struct Host {
    scope: &'static str,
    base: Arc<str>,
}

impl Hosts {
    /// Lets a host name serve a protocol at its root. Scheme and port are those of the public URL.
    pub fn insert(&mut self, name: &str, scope: &'static str, public_url: &Url) {
        let name = name.to_ascii_lowercase();
        let port = public_url
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        let base = format!("{}://{name}{port}", public_url.scheme()).into();
        self.by_name.insert(name, Host { scope, base });
    }

    /// Tells whether any host leads to a protocol.
    pub fn any_for(&self, scope: &str) -> bool {
        self.by_name.values().any(|host| host.scope == scope)
    }

    /// Tells whether a Host header leads to any protocol.
    pub fn knows(&self, host: &str) -> bool {
        self.by_name
            .contains_key(&without_port(host).to_ascii_lowercase())
    }

    /// Gives the base address of the protocol that a Host header leads to.
    pub fn find(&self, host: &str, scope: &str) -> Option<Arc<str>> {
        if self.by_name.is_empty() {
            return None;
        }
        let name = without_port(host);
        let host = self.by_name.get(name.to_ascii_lowercase().as_str())?;
        (host.scope == scope).then(|| Arc::clone(&host.base))
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Gives the address of a protocol under the public URL, without a slash at the end.
pub fn base(public_url: &Url, scope: &str) -> Arc<str> {
    format!("{}{scope}", public_url.as_str().trim_end_matches('/')).into()
}

/// Gives scheme, host and port under which a client reached this server, without a slash at the
/// end. For the few things that must lead back to where the client already is; what others get to
/// read is made from the settings. A host that is none, or that says other things, gives the public
/// address.
pub fn origin(kit: &Kit, request: &HttpRequest) -> String {
    let public = &kit.registry.settings().public_url;
    let fallback = || public.as_str().trim_end_matches('/').to_owned();
    let authority = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    let header = || request.headers().get(HOST)?.to_str().ok();
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let by_proxy =
        peer.is_some_and(|peer| kit.trusted_proxies.iter().any(|net| net.contains(&peer)));
    let forwarded = |name: &str| {
        let value = request
            .headers()
            .get(name)
            .filter(|_| by_proxy)?
            .to_str()
            .ok()?;
        // The nearest proxy's word is the last one.
        value.rsplit(',').next().map(str::trim)
    };
    let Some(host) = forwarded("x-forwarded-host").or(authority).or_else(header) else {
        return fallback();
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    if host.is_empty() || host.len() > 255 || !host.bytes().all(plain) {
        return fallback();
    }
    let public_host = match (public.host_str(), public.port()) {
        (Some(name), Some(port)) => format!("{name}:{port}"),
        (name, _) => name.unwrap_or_default().to_owned(),
    };
    let scheme = match forwarded("x-forwarded-proto") {
        Some("https") => "https",
        Some("http") => "http",
        _ if host.eq_ignore_ascii_case(&public_host) || kit.hosts.knows(host) => public.scheme(),
        _ => {
            if request.app_config().secure() {
                "https"
            } else {
                "http"
            }
        }
    };
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_lead_to_their_protocol_alone() {
        let public = Url::parse("https://packages.example:8443/").unwrap();
        let mut hosts = Hosts::default();
        hosts.insert("NPM.example", "/npm", &public);
        let base = hosts.find("npm.example:8443", "/npm");
        assert_eq!(base.as_deref(), Some("https://npm.example:8443"));
        assert_eq!(hosts.find("npm.example", "/v2"), None);
        assert_eq!(hosts.find("packages.example", "/npm"), None);
        assert_eq!(
            &*super::base(&public, "/npm"),
            "https://packages.example:8443/npm"
        );
    }
}
