//! Identifiers: a newtype each, so that a device id is never handed over as a tenant id.
//!
//! On the wire all of them are lower-case hyphenated GUIDs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not a GUID in the hyphenated form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a GUID of the form 00000000-0000-0000-0000-000000000000")]
pub struct NotAGuid;

macro_rules! guid_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl FromStr for $name {
            type Err = NotAGuid;

            fn from_str(text: &str) -> Result<Self, NotAGuid> {
                if text.len() != 36 {
                    return Err(NotAGuid);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| NotAGuid)
            }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }
    };
}

guid_newtype!(
    /// A tenant (directory). `tid` in tokens.
    TenantId
);
guid_newtype!(
    /// A device as the registration service knows it: subject of its certificate, `deviceid` in tokens.
    DeviceId
);
guid_newtype!(
    /// A directory object: a user (`oid` in tokens), a group, a device object.
    ObjectId
);
guid_newtype!(
    /// A client application. `appid`, `aud` of ID tokens.
    ClientId
);
guid_newtype!(
    /// Ties a failure on the page to lines in the daemon's and the tenant's log.
    CorrelationId
);
guid_newtype!(
    /// One attempt to join, from the first click to joined or given up.
    JoinId
);

impl JoinId {
    /// Where a join could stand and none does.
    pub const NONE: Self = Self(Uuid::nil());
}

/// Client ids that the dialect knows by heart (registration-and-prt reference, well-known identifiers).
pub mod well_known {
    use super::ClientId;
    use uuid::uuid;

    /// The device registration service as a resource; the client of the join page's sign-in.
    pub const DEVICE_REGISTRATION: ClientId =
        ClientId(uuid!("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"));
    /// "Cloud domain join": `aud` of the ID token that the join page gets.
    pub const CLOUD_DOMAIN_JOIN: ClientId = ClientId(uuid!("dd762716-544d-4aeb-a526-687b73838a22"));
    /// "Microsoft Authentication Broker": the client of the silent code for the management service (article, phase 5).
    pub const AUTHENTICATION_BROKER: ClientId =
        ClientId(uuid!("29d9ed98-a469-4536-ade2-f981bc1d605e"));
    /// The broker's plug-in: the client of PRT requests, `aud` of a PRT's ID token.
    pub const BROKER_PLUGIN: ClientId = ClientId(uuid!("38aa3b87-a06d-4817-b275-7a316988d93b"));
    /// The registration service as `RegistrationResourceId`, `JoinResourceId`, ….
    pub const DRS_RESOURCE: &str = "urn:ms-drs:enterpriseregistration.windows.net";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_read_in_one_form_only() {
        let id = "00166477-081e-4bc4-b2f2-468326ef9428";
        assert_eq!(id.parse::<DeviceId>().unwrap().to_string(), id);
        for wrong in [
            "",
            "00166477081e4bc4b2f2468326ef9428",
            "{00166477-081e-4bc4-b2f2-468326ef9428}",
            "x0166477-081e-4bc4-b2f2-468326ef9428",
        ] {
            assert_eq!(wrong.parse::<DeviceId>(), Err(NotAGuid));
        }
    }
}
