//! What the page remembers while the person is away signing in: in `sessionStorage`, so per tab, and taken once.

use dovetail_shared::id::JoinId;

const KEY: &str = "dovetail.sign-in";

/// The question that was asked. No secret but `state`, and that is worthless once taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignIn {
    /// 22 random base64url characters.
    pub(crate) state: String,
    /// Issuer out of the metadata.
    pub(crate) issuer: String,
    /// For which join.
    pub(crate) join_id: JoinId,
}

impl SignIn {
    fn to_text(&self) -> String {
        format!("{}\n{}\n{}", self.state, self.join_id, self.issuer)
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.splitn(3, '\n');
        Some(Self {
            state: lines.next().filter(|state| !state.is_empty())?.to_owned(),
            join_id: lines.next()?.parse().ok()?,
            issuer: lines.next()?.to_owned(),
        })
    }

    /// Writes it down. `false` when the browser keeps nothing: then no sign-in is begun, as its answer could not be known.
    pub(crate) fn keep(&self) -> bool {
        storage().is_some_and(|storage| storage.set_item(KEY, &self.to_text()).is_ok())
    }

    /// Reads it and forgets it.
    pub(crate) fn take() -> Option<Self> {
        let storage = storage()?;
        let text = storage.get_item(KEY).ok()??;
        storage.remove_item(KEY).ok()?;
        Self::from_text(&text)
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_is_read_again() {
        let sign_in = SignIn {
            state: "abc".into(),
            issuer: "https://sts.windows.net/{tenantid}/".into(),
            join_id: "00166477-081e-4bc4-b2f2-468326ef9428".parse().unwrap(),
        };
        assert_eq!(SignIn::from_text(&sign_in.to_text()), Some(sign_in));
        for wrong in [
            "",
            "a",
            "a\nb\nc",
            "\n00166477-081e-4bc4-b2f2-468326ef9428\nx",
        ] {
            assert_eq!(SignIn::from_text(wrong), None);
        }
    }
}
