//! From a request's head to a credential, and from the connection to the caller's address.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{AUTHORIZATION, HeaderMap, USER_AGENT};
use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use ipnet::IpNet;
use packhouse_core::actor::Client;
use packhouse_core::token::TokenBody;
use packhouse_registry::access_token;

use crate::error::{HttpError, Result};

/// Base64 with or without padding.
const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The longest credential that is looked at, in bytes: twice what the longest access token has.
const MAX_VALUE: usize = 16 * 1024;
const API_KEY: &str = "x-nuget-apikey";
/// How much of a client's name for itself is kept, in characters.
const MAX_AGENT: usize = 200;

/// Reads the token a request came with, in any of the forms of `design.md` §3: `Basic any:TOKEN`,
/// `Basic TOKEN:`, `Bearer TOKEN`, `token TOKEN`, a raw TOKEN, `X-NuGet-ApiKey`, `Private-Token`.
/// `Basic :` is no credential and no failure.
///
/// # Errors
/// When there is a credential that cannot be read.
pub fn credential(headers: &HeaderMap) -> Result<Option<String>> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let text = value.to_str().map_err(|_| bad_credential())?;
        if let Some(token) = authorization(text.trim())? {
            return Ok(Some(token));
        }
    }
    for name in [API_KEY, "private-token"] {
        let Some(value) = headers.get(name) else {
            continue;
        };
        let text = value.to_str().map_err(|_| bad_credential())?.trim();
        if !text.is_empty() {
            return Ok(Some(text.to_owned()));
        }
    }
    Ok(None)
}

/// Reads the API key a request came with; one that cannot be read is a wrong one. `USER:KEY` is the
/// key.
pub(crate) fn api_key(headers: &HeaderMap) -> Option<String> {
    let text = String::from_utf8_lossy(headers.get(API_KEY)?.as_bytes());
    let text = text.trim();
    let key = text.split_once(':').map_or(text, |(_, key)| key.trim());
    (!key.is_empty()).then(|| key.chars().take(MAX_VALUE).collect())
}

/// Tells whether a request came with a sign-in besides an API key.
pub(crate) fn has_sign_in(headers: &HeaderMap) -> bool {
    let sign_in = headers.get(AUTHORIZATION);
    sign_in.is_some_and(|value| !matches!(value.to_str().map(authorization), Ok(Ok(None))))
}

fn authorization(text: &str) -> Result<Option<String>> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > MAX_VALUE {
        return Err(bad_credential());
    }
    let Some((scheme, rest)) = text.split_once(' ') else {
        return Ok(Some(text.to_owned()));
    };
    let rest = rest.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => basic(rest),
        "bearer" | "token" => Ok((!rest.is_empty()).then(|| rest.to_owned())),
        _ => Err(bad_credential()),
    }
}

fn basic(encoded: &str) -> Result<Option<String>> {
    let bytes = STANDARD.decode(encoded).map_err(|_| bad_credential())?;
    // Old clients write Latin-1; whatever is no UTF-8 cannot be a token, but a user name is free.
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(other) => other
            .as_bytes()
            .iter()
            .map(|byte| char::from(*byte))
            .collect(),
    };
    let (user, password) = text.split_once(':').ok_or_else(bad_credential)?;
    let token = if password.is_empty() { user } else { password };
    Ok((!token.is_empty()).then(|| token.to_owned()))
}

/// Gives a personal token that came as `Bearer base64(TOKEN)`, as some scripts for container
/// registries send it; any other token as it is.
pub fn unwrapped(token: String) -> String {
    if TokenBody::parse(&token).is_some() {
        return token;
    }
    let inner = ANY_PADDING
        .decode(&token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(|text| text.trim_end().to_owned())
        .filter(|text| TokenBody::parse(text).is_some());
    inner.unwrap_or(token)
}

/// Tells whether a text has the form of a token of ours, personal or access.
pub(crate) fn is_token(text: &str) -> bool {
    text.starts_with(access_token::PREFIX) || TokenBody::parse(text).is_some()
}

/// Tells whether the credential came as user name and password.
pub(crate) fn is_basic(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION);
    let scheme = value.and_then(|value| value.to_str().ok()?.trim_start().get(..6));
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic "))
}

fn bad_credential() -> HttpError {
    packhouse_registry::Error::BadCredential.into()
}

/// Tells from where and with what a request came. `X-Forwarded-For` counts only when the
/// connection comes from a trusted proxy: its last address that is no such proxy is the caller.
pub fn client(headers: &HeaderMap, peer: Option<IpAddr>, trusted: &[IpNet]) -> Client {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(|text| text.chars().take(MAX_AGENT).collect());
    Client {
        address: address(headers, peer, trusted),
        agent,
    }
}

fn address(headers: &HeaderMap, peer: Option<IpAddr>, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = peer?.to_canonical();
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    if trusted.is_empty() || !is_trusted(&peer) {
        return Some(peer);
    }
    let forwarded = headers
        .get_all("x-forwarded-for")
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect::<Vec<_>>()
        .join(",");
    let mut nearest = peer;
    for text in forwarded
        .split(',')
        .rev()
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        let address = text.parse::<IpAddr>().ok();
        let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|at| at.ip()));
        // What a proxy wrote and nobody can read is no address: better none than the proxy's.
        nearest = address?.to_canonical();
        if !is_trusted(&nearest) {
            break;
        }
    }
    Some(nearest)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            map.append(HeaderName::from_static(name), value);
        }
        map
    }

    fn check(name: &'static str, value: &str, expected: Result<Option<&str>, ()>) {
        let given = credential(&headers(&[(name, value)]));
        let expected = expected.map(|token| token.map(str::to_owned));
        assert_eq!(given.map_err(|_| ()), expected, "{name}: {value}");
    }

    #[test]
    fn every_form_of_credential_is_read() {
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        check("authorization", "Bearer T", Ok(Some("T")));
        check("authorization", "bearer  T ", Ok(Some("T")));
        check("authorization", "token T", Ok(Some("T")));
        check("authorization", "T", Ok(Some("T")));
        check("authorization", &basic("anyone:T"), Ok(Some("T")));
        check("authorization", &basic("T:"), Ok(Some("T")));
        check("authorization", &basic(":"), Ok(None));
        check("authorization", "", Ok(None));
        check("authorization", "Basic ???", Err(()));
        check("authorization", &basic("no colon"), Err(()));
        check("authorization", "Digest username=x", Err(()));
        check("x-nuget-apikey", "T", Ok(Some("T")));
        check("private-token", "T", Ok(Some("T")));
        check("accept", "T", Ok(None));
    }

    #[test]
    fn api_keys_are_read_by_themselves() {
        let key = |value| api_key(&headers(&[("x-nuget-apikey", value)]));
        assert_eq!(key("T").as_deref(), Some("T"));
        assert_eq!(key(" ada:T ").as_deref(), Some("T"));
        assert_eq!(key(" "), None);
        let sign_in = |value| has_sign_in(&headers(&[("authorization", value)]));
        assert!(sign_in("Bearer T") && sign_in("Basic ???"));
        assert!(!sign_in("") && !sign_in("Basic Og==") && !has_sign_in(&headers(&[])));
        let latin = STANDARD.encode(b"J\xf6rg:T");
        check("authorization", &format!("Basic {latin}"), Ok(Some("T")));
    }

    #[test]
    fn tokens_in_base64_are_taken_out_and_nothing_else() {
        let token = TokenBody::from_random([7; 30]).reveal();
        for wrapped in [
            STANDARD.encode(&token),
            STANDARD.encode(format!("{token}\n")),
            STANDARD.encode(&token).trim_end_matches('=').to_owned(),
            token.clone(),
        ] {
            assert_eq!(unwrapped(wrapped), token);
        }
        for other in ["pka_x.y", "nonsense", "", "bm9uc2Vuc2U="] {
            assert_eq!(unwrapped(other.to_owned()), other);
        }
    }

    #[test]
    fn only_trusted_proxies_tell_addresses() {
        let proxies: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let map = headers(&[("x-forwarded-for", "1.1.1.1, 9.9.9.9, 10.0.0.7")]);
        let at = |peer: &str, trusted: &[IpNet]| {
            client(&map, Some(peer.parse().unwrap()), trusted)
                .address
                .unwrap()
                .to_string()
        };
        assert_eq!(at("10.1.1.1", &proxies), "9.9.9.9");
        assert_eq!(at("8.8.8.8", &proxies), "8.8.8.8");
        assert_eq!(at("10.1.1.1", &[]), "10.1.1.1");
        assert_eq!(at("::ffff:10.1.1.1", &proxies), "9.9.9.9");
        let behind = |forwarded: &str| {
            let map = headers(&[("x-forwarded-for", forwarded)]);
            client(&map, Some("10.1.1.1".parse().unwrap()), &proxies).address
        };
        assert_eq!(behind("9.9.9.9:4711"), Some("9.9.9.9".parse().unwrap()));
        assert_eq!(behind("9.9.9.9, unknown"), None);
        assert_eq!(behind("\u{ff}, 9.9.9.9"), Some("9.9.9.9".parse().unwrap()));
    }
}
