//! What the daemon wants to be asked at the authorize endpoint.

use dovetail_shared::link::JoinView;
use serde::Deserialize;

/// Of [`dovetail_shared::link::Began`], [`dovetail_shared::link::Managing`] and [`dovetail_shared::link::Errand`]: one reader for
/// all three.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Ask {
    pub(crate) authority: String,
    pub(crate) client_id: String,
    pub(crate) nonce: String,
    /// Where there is one, a code is asked for; else an ID token.
    #[serde(default)]
    pub(crate) code_challenge: Option<String>,
    #[serde(default)]
    pub(crate) resource: Option<String>,
    /// Where the answer goes, if not to the page.
    #[serde(default)]
    pub(crate) redirect_uri: Option<String>,
    #[serde(default)]
    pub(crate) login_hint: Option<String>,
    /// How the person must have signed in.
    #[serde(default)]
    pub(crate) amr_values: Option<String>,
    /// The join that it is for.
    #[serde(default)]
    pub(crate) join: Option<JoinView>,
}

#[cfg(test)]
mod tests {
    use dovetail_shared::link::{Began, CodeSource, Errand, JoinState, Managing};
    use serde::Serialize;

    use super::*;
    use crate::state::sample;

    fn read(told: &impl Serialize) -> Ask {
        serde_json::from_value(serde_json::to_value(told).unwrap()).unwrap()
    }

    /// What the shared types write is what is read here.
    #[test]
    fn all_three_are_read() {
        let text = |text: &str| Some(text.to_owned());
        let mut began = Began {
            join: sample::join(JoinState::WaitingForSignIn),
            nonce: "n".into(),
            authority: "a".into(),
            client_id: "c".into(),
            code: CodeSource::default(),
        };
        let ask = read(&began);
        assert_eq!(ask.join.as_ref(), Some(&began.join));
        assert_eq!((ask.code_challenge, ask.redirect_uri), (None, None));
        began.code = CodeSource {
            code_challenge: text("s256"),
            resource: text("urn"),
            redirect_uri: text("https://login.example/nativeclient"),
        };
        let ask = read(&began);
        assert_eq!(ask.code_challenge, text("s256"));
        assert_eq!(ask.resource, text("urn"));
        assert_eq!(ask.redirect_uri, text("https://login.example/nativeclient"));
        let ask = read(&Managing {
            join: began.join,
            authority: "a".into(),
            client_id: "c".into(),
            resource: "r".into(),
            code_challenge: "s".into(),
            nonce: "n".into(),
            redirect_uri: None,
        });
        assert_eq!((ask.resource, ask.code_challenge), (text("r"), text("s")));
        let ask = read(&Errand {
            authority: "a".into(),
            client_id: "c".into(),
            resource: "r".into(),
            code_challenge: "s".into(),
            nonce: "n".into(),
            prompt: "none".into(),
            redirect_uri: None,
            login_hint: text("alex@contoso.com"),
            amr_values: text("ngcmfa"),
        });
        assert_eq!(ask.amr_values, text("ngcmfa"));
        assert_eq!((ask.nonce.as_str(), ask.join), ("n", None));
        assert_eq!(ask.login_hint, text("alex@contoso.com"));
    }
}
