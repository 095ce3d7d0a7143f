//! Payloads of the signed requests (registration reference §4.3, §4.9 to §4.11).
//!
//! What differs between clients without meaning anything is written, never read. Names that stand twice are an error.

use serde::{Deserialize, Serialize};

use crate::Secret;
use crate::oidc::Seconds;

/// Values of `grant_type` inside a signed request.
pub mod grant {
    /// By a refresh token, or by a PRT.
    pub const REFRESH_TOKEN: &str = "refresh_token";
    /// By name and password.
    pub const PASSWORD: &str = "password";
    /// By an assertion: of a Hello key inside a request; of the request itself outside.
    pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    /// By a SAML token of the domain's own sign-in service.
    pub const SAML1_1_BEARER: &str = "urn:ietf:params:oauth:grant-type:saml1_1-bearer";
    /// An access token for the device alone.
    pub const DEVICE_TOKEN: &str = "device_token";
    /// The device shows who it is.
    pub const DEVICE_AUTH: &str = "device_auth";
}

/// `iss` of what a broker signs.
pub const BROKER_ISSUER: &str = "aad:brokerplugin";

/// A request signed by the device key: for a PRT, or (`device_token`) for a token of the device.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeviceRequest {
    /// GUID.
    #[serde(default)]
    pub client_id: String,
    /// From `srv_challenge`.
    #[serde(default)]
    pub request_nonce: String,
    /// `openid aza ugs`
    #[serde(default)]
    pub scope: String,
    /// One of [`grant`].
    pub grant_type: String,
    /// With a password; beside a Hello assertion it is ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// With a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret<String>>,
    /// With a refresh token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret<String>>,
    /// A Hello assertion (compact JWS) or a SAML token (base64).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion: Option<Secret<String>>,
    /// Of a device token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The operating system, for the log.
    #[serde(default, skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub win_ver: Option<String>,
}

/// Payload of a Hello assertion; its header has `kid` = base64 SHA-256 of the key's RSA1 blob and `use: "ngc"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloAssertion {
    /// The user's UPN.
    pub iss: String,
    /// `common`, or the server's name for itself.
    pub aud: String,
    /// Unix seconds.
    pub iat: Seconds,
    /// Unix seconds.
    pub exp: Seconds,
    /// From `srv_challenge`: the outer request's, or one of its own.
    pub request_nonce: String,
    /// `openid aza ugs`
    #[serde(default)]
    pub scope: String,
}

/// A request signed by a session key: renewal of a PRT (`aza` in the scope), or an access token by it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SessionRequest {
    /// Of the application that the token is for.
    #[serde(default)]
    pub client_id: String,
    /// `openid aza ugs`, `openid`, or version 2 scopes.
    #[serde(default)]
    pub scope: String,
    /// `refresh_token`
    pub grant_type: String,
    /// The PRT.
    pub refresh_token: Secret<String>,
    /// From `srv_challenge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_nonce: Option<String>,
    /// What the access token is for (version 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Where the application would get its answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// [`BROKER_ISSUER`]
    #[serde(default, skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub iss: Option<String>,
    /// `login.microsoftonline.com`
    #[serde(default, skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub aud: Option<String>,
    /// Unix seconds; some clients send none, some a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<Seconds>,
    /// Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<Seconds>,
    /// `claims` request of the application (OIDC Core §5.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// Of the application, for the ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Set when a certificate is asked for instead of tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert_token_use: Option<String>,
    /// The operating system, for the log.
    #[serde(default, skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub win_ver: Option<String>,
}

/// The SSO credential `x-ms-RefreshTokenCredential`, signed by a session key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CookiePayload {
    /// The PRT.
    pub refresh_token: Secret<String>,
    /// The string `true`.
    #[serde(default, skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub is_primary: Option<String>,
    /// From `sso_nonce` or `srv_challenge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_nonce: Option<String>,
    /// Unix seconds; only where there is no nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<Seconds>,
    /// `windows`
    #[serde(default, skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub x_client_platform: Option<String>,
    /// The operating system, for the log.
    #[serde(default, skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub win_ver: Option<String>,
    /// `2.0.1`: able to answer a nonce challenge.
    #[serde(default, skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub windows_api_version: Option<String>,
}

/// The SSO credential `x-ms-DeviceCredential`, signed by the device key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeviceCredential {
    /// [`grant::DEVICE_AUTH`]
    pub grant_type: String,
    /// [`BROKER_ISSUER`]
    #[serde(default)]
    pub iss: String,
    /// From `sso_nonce` or `srv_challenge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_nonce: Option<String>,
    /// Unix seconds; only where there is no nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<Seconds>,
}

/// The token of a PKeyAuth answer, signed by the device key (MS-PKAP §3.1.5.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PkeyAuth {
    /// The `SubmitUrl` or token endpoint, with or without its query.
    pub aud: String,
    /// The challenge's.
    pub nonce: String,
    /// Unix seconds, a string from some clients.
    pub iat: Seconds,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MS-OAPXBC §4.2 and §4.3 (values truncated there), roadlib's strings for times, libhimmelblau's null resource.
    #[test]
    fn requests_of_several_clients_are_read() {
        let request: DeviceRequest = serde_json::from_str(
            r#"{"client_id":"38aa3b87-a06d-4817-b275-7a316988d93b","scope":"aza openid","grant_type":"password",
                "username":"janedoe@example.com","password":"password","request_nonce":"eyJWZXJza...","group_sids":[],"win_ver":null}"#,
        )
        .unwrap();
        assert_eq!(request.grant_type, grant::PASSWORD);
        assert_eq!(request.password.unwrap().expose(), "password");
        for text in [
            r#"{"client_id":"s6BhdRkqt3","scope":"aza openid","resource":"https://resource_server1","iat":1443739462,"exp":1443743062,
                "grant_type":"refresh_token","refresh_token":"rghyF1xMq2YQTbE..."}"#,
            r#"{"client_id":"s6BhdRkqt3","scope":"aza openid","resource":null,"iat":"1443739462","exp":"1443743062","iss":"aad:brokerplugin",
                "grant_type":"refresh_token","refresh_token":"rghyF1xMq2YQTbE...","previous_refresh_token":"x","request_nonce":"n"}"#,
        ] {
            let request: SessionRequest = serde_json::from_str(text).unwrap();
            assert_eq!(request.iat.and_then(|iat| iat.get()), Some(1_443_739_462));
        }
        let twice = r#"{"grant_type":"refresh_token","refresh_token":"a","refresh_token":"b"}"#;
        assert!(serde_json::from_str::<SessionRequest>(twice).is_err());
    }

    #[test]
    fn what_is_not_set_is_not_written() {
        let payload = CookiePayload {
            refresh_token: Secret::new("prt".to_owned()),
            is_primary: Some("true".to_owned()),
            request_nonce: Some("n".to_owned()),
            ..CookiePayload::default()
        };
        assert_eq!(
            serde_json::to_string(&payload).unwrap(),
            r#"{"refresh_token":"prt","is_primary":"true","request_nonce":"n"}"#
        );
    }
}
