//! Where metrics are served.

use std::net::{Ipv4Addr, SocketAddr};

/// A listener for metrics, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricsListen(pub Option<SocketAddr>);

impl MetricsListen {
    /// None at all.
    pub const OFF: Self = Self(None);

    /// Where metrics are served when nothing is said.
    pub const USUAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9090);
}

/// Reads `127.0.0.1:9090`, or `off`.
pub(super) fn parse(text: &str) -> Result<MetricsListen, String> {
    if text == "off" {
        return Ok(MetricsListen::OFF);
    }
    let address =
        text.parse().map_err(|_| "write an address and a port, as in 127.0.0.1:9090, or off".to_owned())?;
    Ok(MetricsListen(Some(address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_none() {
        assert_eq!(parse("off"), Ok(MetricsListen::OFF));
        assert_eq!(parse("127.0.0.1:9090"), Ok(MetricsListen(Some(MetricsListen::USUAL))));
        for bad in ["", "9090", "on", "localhost"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
