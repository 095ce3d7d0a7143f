//! The phases a person sees, and the steps that make them up.

use serde::{Deserialize, Serialize};

/// What is going on, in the words that `dsregcmd` made known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Is this machine able to join at all?
    PreCheck,
    /// Where are the tenant's services?
    Discover,
    /// Who is asking?
    Auth,
    /// Under which terms?
    Terms,
    /// The device becomes known to the tenant.
    Join,
    /// The device comes under management (MDM).
    Enroll,
    /// The user gets a primary refresh token on this device.
    SignOn,
}

/// One line of the progress list; each is one state of the daemon's join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// TPM there, clock sane, not joined yet.
    PreCheck,
    /// Device key, transport key and attestation key made in the TPM.
    Keys,
    /// The person signs in on the page; the daemon verifies the ID token.
    SignIn,
    /// The person reads the organisation's terms of use and answers.
    Terms,
    /// The person confirms tenant, account and device name.
    Confirm,
    /// The registration service's endpoints are found.
    Discover,
    /// The TPM proves to the service that the keys live in it.
    Attest,
    /// The certificate request goes out, the certificate comes back.
    Register,
    /// The certificate is checked against the keys and the account.
    Verify,
    /// Certificate and join information are put in place.
    Install,
    /// The device gets its management certificate.
    Enroll,
    /// The first talk with the management service; its policies come into force.
    Sync,
    /// The person's primary refresh token is fetched.
    SignOn,
}

impl Step {
    /// All steps in the order in which they run.
    pub const ALL: [Self; 13] = [
        Self::PreCheck,
        Self::Keys,
        Self::SignIn,
        Self::Terms,
        Self::Confirm,
        Self::Discover,
        Self::Attest,
        Self::Register,
        Self::Verify,
        Self::Install,
        Self::Enroll,
        Self::Sync,
        Self::SignOn,
    ];

    /// The phase that a person sees while this step runs.
    pub fn phase(self) -> Phase {
        match self {
            Self::PreCheck => Phase::PreCheck,
            Self::SignIn | Self::Confirm => Phase::Auth,
            Self::Terms => Phase::Terms,
            Self::Discover => Phase::Discover,
            Self::Keys | Self::Attest | Self::Register | Self::Verify | Self::Install => {
                Phase::Join
            }
            Self::Enroll | Self::Sync => Phase::Enroll,
            Self::SignOn => Phase::SignOn,
        }
    }

    /// The name on the wire and in message ids: `pre_check`, `keys`, ….
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCheck => "pre_check",
            Self::Keys => "keys",
            Self::SignIn => "sign_in",
            Self::Terms => "terms",
            Self::Confirm => "confirm",
            Self::Discover => "discover",
            Self::Attest => "attest",
            Self::Register => "register",
            Self::Verify => "verify",
            Self::Install => "install",
            Self::Enroll => "enroll",
            Self::Sync => "sync",
            Self::SignOn => "sign_on",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steps_name_is_its_wire_form() {
        for step in Step::ALL {
            assert_eq!(serde_json::to_value(step).unwrap(), step.name());
        }
    }
}
