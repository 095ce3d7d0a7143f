//! The two forms of the protocol: each has its own discovery, issuer and ID tokens.

use crate::stage::Stage;

#[derive(Clone, Copy)]
pub(crate) enum Version {
    V1,
    V2,
}

impl Version {
    /// Who issues ID tokens; discovery is below it.
    pub(crate) fn issuer(self, stage: &Stage) -> String {
        match self {
            Self::V1 => format!("https://sts.windows.net/{}/", stage.id()),
            Self::V2 => format!("https://login.microsoftonline.com/{}/v2.0", stage.id()),
        }
    }

    /// OpenID configuration.
    pub(crate) fn metadata(self, stage: &Stage) -> String {
        let issuer = self.issuer(stage);
        format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        )
    }

    /// Path of the token endpoint.
    pub(crate) fn token(self, stage: &Stage) -> String {
        match self {
            Self::V1 => format!("/{}/oauth2/token", stage.id()),
            Self::V2 => format!("/{}/oauth2/v2.0/token", stage.id()),
        }
    }

    /// The claim that holds the account's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V1 => "upn",
            Self::V2 => "preferred_username",
        }
    }
}
