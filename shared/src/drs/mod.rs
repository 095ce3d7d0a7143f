//! The device registration service's wire forms (MS-DVRD, MS-DVRJ and Entra's dialect of them).

mod attestation;
mod discovery;
mod error;
mod join;
mod key;

pub use attestation::{Attestation, CertifiedKey, ChallengeRequest, ChallengeResponse};
pub use discovery::{
    AuthenticationService, Discovery, JoinService, KeyService, OAuth2Endpoints, RegistrationService,
};
pub use error::DrsError;
pub use join::{
    CertificateRequest, IssuedCertificate, JoinRequest, JoinResponse, JoinType, JoinedUser,
    MembershipChange,
};
pub use key::{KeyError, KeyErrorWords, KeyRequest, KeyResponse};
