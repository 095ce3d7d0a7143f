//! `alternativeSecurityIds`: how the directory ties a device object to its certificate and key (registration reference §3.8).

use dovetail_shared::encode::b64;

/// `X509:<SHA1-TP-PUBKEY>` (literally), the certificate's thumbprint, and the public key's hash (SHA-256 over PKCS#1 DER) in base64. 105 characters.
pub(super) fn alternative_security_id(thumbprint: &str, key_hash: &[u8]) -> String {
    format!("X509:<SHA1-TP-PUBKEY>{thumbprint}{}", b64(key_hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::digest;
    use dovetail_shared::encode::hex_upper;
    use x509_parser::prelude::{FromDer as _, X509Certificate};

    /// The certificates of MS-DVRJ §4.1 and MS-DVRE §4.1.4, with the hashes that others computed for them.
    #[test]
    fn ids_of_published_certificates_come_out_as_computed_elsewhere() {
        for (der, thumbprint, hash) in [
            (
                include_bytes!("../../../shared/tests/vectors/dvrj_cert.der").as_slice(),
                "D09A73223D16855752C5E820A70540BA6450103E",
                "fAEQj2hW5Ox+vjZP9wx5rOLbJypnn7SVJ8aw+GVD42Y=",
            ),
            (
                include_bytes!("../../../shared/tests/vectors/dvre_cert.der").as_slice(),
                "DB6EFEC376B876C5D1A3EE72CF591DF74B323A5E",
                "I2o7uyShbCc+1kJow6OX6c5fWtR4fRBXCDkolT4SET0=",
            ),
        ] {
            let (_, certificate) = X509Certificate::from_der(der).unwrap();
            let ours = hex_upper(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der).as_ref());
            assert_eq!(ours, thumbprint);
            let pkcs1 = &certificate.public_key().subject_public_key.data;
            let id =
                alternative_security_id(&ours, digest::digest(&digest::SHA256, pkcs1).as_ref());
            assert_eq!(id, format!("X509:<SHA1-TP-PUBKEY>{thumbprint}{hash}"));
            assert_eq!(id.len(), 105);
        }
    }
}
