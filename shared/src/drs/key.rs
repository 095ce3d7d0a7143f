//! Hello keys: `POST {KeyProvisionEndpoint}?api-version=1.0` (MS-KPP §2.2.3.1, §3.1.5.1.1).

use serde::{Deserialize, Serialize};

/// What a client sends, with a sign-in of just now as bearer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRequest {
    /// The public key: base64 of an RSA1 blob.
    pub kngc: String,
}

/// What the service answers with 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyResponse {
    /// The service's name for the key, a GUID. Assertions name it otherwise: by the hash of its blob.
    pub kid: String,
    /// Whose it is now.
    pub upn: String,
    /// Base64 of a signed message about the domain controller that wrote the key; opaque to clients, absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pctx: Option<String>,
}

/// The service's error body: the specified members, and the object that clients of the cloud read. Members are optional when read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyError {
    /// For machines: `error_mfa_required`, ….
    pub code: String,
    /// A sentence.
    pub message: String,
    /// `ERROR_FAIL`, always.
    pub response: String,
    /// The resource: `key`.
    pub target: String,
    /// The caller's own id, where it sent one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clientrequestid: Option<String>,
    /// ISO 8601.
    pub time: String,
    /// The first two again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<KeyErrorWords>,
}

/// `error` of a [`KeyError`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyErrorWords {
    /// As above.
    pub code: String,
    /// As above.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The request of the published example (MS-KPP §4.1), and an answer with all that the specification gives it.
    #[test]
    fn the_published_forms_are_read_and_written() {
        let text = r#"{"kngc":"VGhpc0lzQW5FeGFtcGxlQXN5bW1ldHJpY0tleQ=="}"#;
        let request: KeyRequest = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&request).unwrap(), text);
        let text = r#"{"kid":"k","upn":"user@contoso.com","pctx":"AA=="}"#;
        let answer: KeyResponse = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&answer).unwrap(), text);
        let error = r#"{"code":"c","message":"m","response":"ERROR_FAIL","target":"key","time":"2026-11-25T15:04:05Z","innererror":{"trace":"null","context":"null"}}"#;
        let error: KeyError = serde_json::from_str(error).unwrap();
        assert_eq!((error.code.as_str(), error.target.as_str()), ("c", "key"));
        assert!(error.error.is_none() && error.clientrequestid.is_none());
    }
}
