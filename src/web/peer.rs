//! Who is at the other end: the client's address, as far as trusted proxies vouch for it.

use std::net::IpAddr;
use std::str::FromStr;

use actix_web::HttpRequest;

/// The address a request came from: of the chain of proxies, the nearest hop that is not ours.
///
/// Anything further away in `X-Forwarded-For` was written by that hop and may be invented.
#[must_use]
pub fn client(request: &HttpRequest, proxies: &[Network]) -> Option<IpAddr> {
    let is_ours = |address: IpAddr| proxies.iter().any(|network| network.holds(address));
    let mut nearest = request.peer_addr()?.ip();
    let headers: Vec<&str> =
        request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok()).collect();
    for hop in headers.iter().rev().flat_map(|value| value.rsplit(',')) {
        if !is_ours(nearest) {
            break;
        }
        let Ok(address) = hop.trim().parse() else { break };
        nearest = address;
    }
    Some(nearest.to_canonical())
}

/// An address, or all addresses that share its first bits: `10.0.0.0/8` (RFC 4632).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Whether the address is of this network.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same(u128::from(u32::from(own)), u128::from(u32::from(other)), 32 - self.bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => same(u128::from(own), u128::from(other), 128 - self.bits),
            _ => false,
        }
    }
}

fn same(one: u128, other: u128, free_bits: u32) -> bool {
    // Shifting all 128 bits away is more than the type allows.
    (one ^ other).checked_shr(free_bits).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write an address or a network such as 10.0.0.0/8".to_owned();
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| wrong()))?;
        if bits > most { Err(wrong()) } else { Ok(Self { address, bits }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn from(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let request = TestRequest::default().peer_addr(format!("{peer}:1234").parse().unwrap());
        let request = forwarded
            .iter()
            .fold(request, |request, value| request.append_header(("x-forwarded-for", *value)));
        let proxies: Vec<Network> = proxies.iter().map(|network| network.parse().unwrap()).collect();
        client(&request.to_http_request(), &proxies).unwrap().to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let ours = ["10.0.0.0/8"];
        assert_eq!(from("203.0.113.9", &["198.51.100.1"], &ours), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["198.51.100.1"], &ours), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.1"], &[]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"], &ours), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["1.2.3.4", "198.51.100.1"], &ours), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.1, nonsense"], &ours), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[], &ours), "10.0.0.1");
        assert_eq!(from("[::ffff:203.0.113.9]", &["198.51.100.1"], &ours), "203.0.113.9");
    }

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().holds(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_its_addresses() {
        assert!(holds("10.0.0.0/8", "10.255.1.2"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("192.0.2.7", "192.0.2.7"));
        assert!(!holds("192.0.2.7", "192.0.2.8"));
        assert!(holds("0.0.0.0/0", "203.0.113.9"));
        assert!(holds("::/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1"));
        assert!(holds("127.0.0.0/8", "::ffff:127.0.0.1"));
        assert!(!holds("::/0", "127.0.0.1"));
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "a", "10.0.0.0/-1", "10.0.0.0/"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
