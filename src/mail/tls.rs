//! TLS towards the relay: rustls with ring, the web's roots and, if given, one more authority.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

/// Makes ring the one cryptography of the process. Call it once, first thing in `main`; later calls do nothing.
pub fn install_cryptography() {
    // An error says that one is installed already, which is what we want.
    let _ = ring::default_provider().install_default();
}

/// Further certificate authorities to trust, in PEM: for a relay with a certificate of its owner's making.
#[derive(Clone, Debug, Default)]
pub struct Authorities {
    pem: Vec<u8>,
    parsed: Vec<CertificateDer<'static>>,
}

/// The PEM text holds no certificate, or one that can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "no usable certificate found: the file has to hold PEM blocks beginning with -----BEGIN CERTIFICATE-----"
)]
pub struct NoCertificate;

impl Authorities {
    /// Reads one or more PEM certificates.
    pub fn from_pem(pem: &[u8]) -> Result<Self, NoCertificate> {
        let parsed: Vec<_> =
            CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| NoCertificate)?;
        if parsed.is_empty() || parsed.iter().any(|one| RootCertStore::empty().add(one.clone()).is_err()) {
            return Err(NoCertificate);
        }
        Ok(Self { pem: pem.to_vec(), parsed })
    }

    /// The PEM text, or nothing when there are none.
    pub(super) fn pem(&self) -> Option<&[u8]> {
        (!self.pem.is_empty()).then_some(self.pem.as_slice())
    }

    /// A rustls configuration that trusts them besides the web's roots.
    pub(super) fn client(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for authority in &self.parsed {
            roots.add(authority.clone())?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_certificate() {
        for pem in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert!(matches!(Authorities::from_pem(pem.as_bytes()), Err(NoCertificate)), "{pem}");
        }
    }
}
