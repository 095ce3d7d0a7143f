//! The device-code endpoint's good answer (RFC 8628 §3.2, and the dialect's v1.0 of it).

use serde::{Deserialize, Serialize};

use super::Seconds;
use crate::Secret;

/// What a machine without a browser shows, and what it asks with meanwhile. Numbers are strings at the v1.0 endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCodeResponse {
    /// What the person types, `F5KZ-7QRT`.
    pub user_code: String,
    /// What the machine asks with; a secret of the two.
    pub device_code: Secret<String>,
    /// Where the code is typed, v2.0's and the RFC's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_uri: Option<String>,
    /// The same, v1.0's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_url: Option<String>,
    /// The same with the code in it, where it is offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_uri_complete: Option<String>,
    /// Seconds that both codes are good for.
    pub expires_in: Seconds,
    /// Seconds between two questions; five where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Seconds>,
    /// A sentence for people.
    #[serde(default)]
    pub message: String,
}

impl DeviceCodeResponse {
    /// Where the code is typed, under either name.
    pub fn address(&self) -> Option<&str> {
        self.verification_uri
            .as_deref()
            .or(self.verification_url.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8628 §3.2's example, and the same as v1.0 writes it.
    #[test]
    fn both_versions_are_read() {
        for text in [
            r#"{"device_code":"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS","user_code":"WDJB-MJHT","verification_uri":"https://example.com/device",
               "verification_uri_complete":"https://example.com/device?user_code=WDJB-MJHT","expires_in":1800,"interval":5}"#,
            r#"{"device_code":"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS","user_code":"WDJB-MJHT","verification_url":"https://example.com/device",
               "expires_in":"1800","interval":"5","message":"m"}"#,
        ] {
            let read: DeviceCodeResponse = serde_json::from_str(text).unwrap();
            assert_eq!(read.address(), Some("https://example.com/device"));
            assert_eq!(read.expires_in.get(), Some(1800));
            assert_eq!(read.interval.unwrap().get(), Some(5));
        }
    }
}
