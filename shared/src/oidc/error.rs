//! The identity provider's error form.

use serde::{Deserialize, Serialize};

/// JSON of a refused token request; the same names come back in the URL of a refused authorize request.
///
/// Only `error` is certain to be there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OAuthError {
    /// RFC 6749 word, `invalid_grant`.
    pub error: String,
    /// `AADSTS50126: …` and ids, separated by CR LF.
    #[serde(default)]
    pub error_description: String,
    /// The AADSTS numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub error_codes: Vec<u32>,
    /// `2016-01-09 02:02:12Z`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// The server's id of this failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// The caller's id, echoed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// `https://login…/error?code=50126`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_uri: Option<String>,
    /// A finer word, `basic_action`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suberror: Option<String>,
    /// What the next authorize request must ask for: JSON in a string (OIDC Core §5.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
}

impl OAuthError {
    /// The AADSTS number, from `error_codes` or out of the description.
    pub fn aadsts(&self) -> Option<u32> {
        self.error_codes.first().copied().or_else(|| {
            let (_, rest) = self.error_description.split_once("AADSTS")?;
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest.get(..end)?.parse().ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error JSON that libhimmelblau's tests accept.
    #[test]
    fn errors_of_the_field_are_read() {
        let read = |text: &str| serde_json::from_str::<OAuthError>(text).unwrap().aadsts();
        assert_eq!(
            read(
                r#"{"error":"invalid_grant","error_description":"AADSTS50076","suberror":"basic_action","error_codes":[50076]}"#
            ),
            Some(50076)
        );
        assert_eq!(
            read(r#"{"error":"interaction_required","error_description":"AADSTS50076"}"#),
            Some(50076)
        );
        assert_eq!(read(r#"{"error":"server_error"}"#), None);
    }
}
