//! The public areas we ask for. Attributes and parameters: TPM reference §3, measured on swtpm; each template says where it is from.
//!
//! Every key but the one behind a PIN is `noDA`, the root included: otherwise somebody's wrong PINs would lock the whole broker out.

use tss_esapi::attributes::{ObjectAttributes, ObjectAttributesBuilder};
use tss_esapi::interface_types::algorithm::{
    HashingAlgorithm, PublicAlgorithm, RsaSchemeAlgorithm,
};
use tss_esapi::interface_types::ecc::EccCurve;
use tss_esapi::interface_types::key_bits::RsaKeyBits;
use tss_esapi::structures::{
    Digest, EccParameter, EccPoint, KeyedHashScheme, Public, PublicBuilder,
    PublicEccParametersBuilder, PublicKeyRsa, PublicKeyedHashParameters,
    PublicRsaParametersBuilder, RsaExponent, RsaScheme, SymmetricDefinitionObject,
};

use super::error::TpmError;

/// What all our keys have in common: made in this TPM, bound to it, usable without a policy, no lockout.
fn common() -> ObjectAttributesBuilder {
    ObjectAttributesBuilder::new()
        .with_fixed_tpm(true)
        .with_fixed_parent(true)
        .with_sensitive_data_origin(true)
        .with_user_with_auth(true)
        .with_no_da(true)
}

/// Storage root: ECC P-256, TCG "TPM v2.0 Provisioning Guidance" template H-2 (fifty times cheaper to make than RSA).
pub(super) fn root() -> Result<Public, TpmError> {
    let attributes = common().with_restricted(true).with_decrypt(true).build()?;
    let parameters = PublicEccParametersBuilder::new_restricted_decryption_key(
        SymmetricDefinitionObject::AES_128_CFB,
        EccCurve::NistP256,
    )
    .build()?;
    let zeros = || EccParameter::try_from(vec![0; 32]);
    Ok(PublicBuilder::new()
        .with_public_algorithm(PublicAlgorithm::Ecc)
        .with_name_hashing_algorithm(HashingAlgorithm::Sha256)
        .with_object_attributes(attributes)
        .with_ecc_parameters(parameters)
        .with_ecc_unique_identifier(EccPoint::new(zeros()?, zeros()?))
        .build()?)
}

/// Device key: signs certificate requests and TLS handshakes; RSASSA with SHA-256 and nothing else.
pub(super) fn device() -> Result<Public, TpmError> {
    let scheme = RsaScheme::create(RsaSchemeAlgorithm::RsaSsa, Some(HashingAlgorithm::Sha256))?;
    rsa(common().with_sign_encrypt(true).build()?, scheme, Use::Sign)
}

/// Key behind a PIN: as the device key, but the TPM counts who fails to open it.
pub(super) fn hello() -> Result<Public, TpmError> {
    let scheme = RsaScheme::create(RsaSchemeAlgorithm::RsaSsa, Some(HashingAlgorithm::Sha256))?;
    let attributes = common().with_no_da(false).with_sign_encrypt(true).build()?;
    rsa(attributes, scheme, Use::Sign)
}

/// Transport key: unwraps session keys; RSA-OAEP with SHA-1, because that is what `session_key_jwe` is made with.
pub(super) fn transport() -> Result<Public, TpmError> {
    let scheme = RsaScheme::create(RsaSchemeAlgorithm::Oaep, Some(HashingAlgorithm::Sha1))?;
    rsa(common().with_decrypt(true).build()?, scheme, Use::Decrypt)
}

/// Attestation key: restricted, so it signs only what the TPM itself says.
pub(super) fn attestation() -> Result<Public, TpmError> {
    let scheme = RsaScheme::create(RsaSchemeAlgorithm::RsaSsa, Some(HashingAlgorithm::Sha256))?;
    rsa(
        common()
            .with_restricted(true)
            .with_sign_encrypt(true)
            .build()?,
        scheme,
        Use::Attest,
    )
}

/// Session key: an HMAC key out of data from elsewhere. Unrestricted, so that it takes any message; it cannot leave this TPM.
pub(super) fn session() -> Result<Public, TpmError> {
    keyed_hash(
        brought().with_sign_encrypt(true).build()?,
        KeyedHashScheme::HMAC_SHA_256,
    )
}

/// Sealed data: at most 128 bytes.
pub(super) fn seal() -> Result<Public, TpmError> {
    keyed_hash(brought().build()?, KeyedHashScheme::Null)
}

/// As [`common`], for what was not made in the TPM.
fn brought() -> ObjectAttributesBuilder {
    common().with_sensitive_data_origin(false)
}

fn keyed_hash(attributes: ObjectAttributes, scheme: KeyedHashScheme) -> Result<Public, TpmError> {
    Ok(PublicBuilder::new()
        .with_public_algorithm(PublicAlgorithm::KeyedHash)
        .with_name_hashing_algorithm(HashingAlgorithm::Sha256)
        .with_object_attributes(attributes)
        .with_keyed_hash_parameters(PublicKeyedHashParameters::new(scheme))
        .with_keyed_hash_unique_identifier(Digest::default())
        .build()?)
}

#[derive(PartialEq, Eq)]
enum Use {
    Sign,
    Decrypt,
    Attest,
}

fn rsa(attributes: ObjectAttributes, scheme: RsaScheme, purpose: Use) -> Result<Public, TpmError> {
    let parameters = PublicRsaParametersBuilder::new()
        .with_scheme(scheme)
        .with_key_bits(RsaKeyBits::Rsa2048)
        .with_exponent(RsaExponent::default())
        .with_is_signing_key(purpose != Use::Decrypt)
        .with_is_decryption_key(purpose == Use::Decrypt)
        .with_restricted(purpose == Use::Attest)
        .build()?;
    Ok(PublicBuilder::new()
        .with_public_algorithm(PublicAlgorithm::Rsa)
        .with_name_hashing_algorithm(HashingAlgorithm::Sha256)
        .with_object_attributes(attributes)
        .with_rsa_parameters(parameters)
        .with_rsa_unique_identifier(PublicKeyRsa::default())
        .build()?)
}
