//! Why there is no token for a resource: for people who write clients, and as the protocol says it.

/// Why there is no token for a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub(crate) enum ResourceError {
    Unknown,
    NotForClient,
    Several,
    NoSuchScope,
    NoConsent,
}

impl ResourceError {
    /// For people who write clients.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Unknown => "The resource was not found in the directory.",
            Self::NotForClient => "The application is not authorised for the resource.",
            Self::Several => "The scope names more than one resource.",
            Self::NoSuchScope => "The scope is not one that the resource has.",
            Self::NoConsent => {
                "The administrator has not consented to the application's having this permission."
            }
        }
    }

    /// RFC 6749 word and AADSTS number.
    pub(crate) fn words(self) -> (&'static str, u32) {
        match self {
            Self::Unknown => ("invalid_resource", 500_011),
            Self::NotForClient => ("invalid_client", 65_002),
            Self::Several => ("invalid_scope", 28_000),
            Self::NoSuchScope => ("invalid_scope", 70_011),
            Self::NoConsent => ("invalid_grant", 65_001),
        }
    }
}
