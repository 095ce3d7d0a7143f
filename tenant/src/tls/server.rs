//! Two server configurations: with and without asking for a client certificate. The name in the ClientHello picks.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};

/// TLS could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS: {0}")]
pub(crate) struct TlsError(#[from] rustls::Error);

/// The certificate that a client proved to hold the key of, DER; handed to handlers as a request extension.
/// Who issued it is for the handler to judge.
#[derive(Debug, Clone)]
pub(crate) struct PeerCertificate(pub(crate) Option<Vec<u8>>);

/// Where a connection comes from; handed to handlers as a request extension.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PeerAddress(pub(crate) IpAddr);

/// The configurations.
#[derive(Debug, Clone)]
pub(crate) struct ServerConfigs {
    pub(crate) plain: Arc<ServerConfig>,
    pub(crate) asking: Arc<ServerConfig>,
}

/// Builds both around one identity.
pub(crate) fn server_configs(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfigs, TlsError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = || {
        ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()
    };
    let mut plain = builder()?
        .with_no_client_auth()
        .with_single_cert(chain.clone(), key.clone_key())?;
    let asker = Arc::new(AnyCertificate {
        provider: provider.clone(),
    });
    let mut asking = builder()?
        .with_client_cert_verifier(asker)
        .with_single_cert(chain, key)?;
    for config in [&mut plain, &mut asking] {
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    Ok(ServerConfigs {
        plain: Arc::new(plain),
        asking: Arc::new(asking),
    })
}

/// Lets any certificate in, or none, but insists on the proof of possession: which certificates are good is known
/// only by the handler (the device object may be gone, the issuer is not a public CA).
#[derive(Debug)]
struct AnyCertificate {
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// Empty: a list of well-known CAs would make clients hold back their device certificate.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
