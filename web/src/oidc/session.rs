//! What the page remembers while the person is away: in `sessionStorage`, so per tab, and taken once.

use dovetail_shared::id::JoinId;

use crate::state::Errand;

const KEY: &str = "dovetail.asked";

/// The question that was asked; a tab has one at a time. No secret but `state`, and that is worthless once taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What the person left for.
    pub(crate) errand: Errand,
    /// Comes back with the answer. Sign-ins: 22 random base64url characters. Terms: the `client-request-id`, a GUID.
    pub(crate) state: String,
    /// Issuer out of the metadata; empty for terms.
    pub(crate) issuer: String,
    /// For which join.
    pub(crate) join_id: JoinId,
}

impl Asked {
    fn to_text(&self) -> String {
        let Self {
            errand,
            state,
            issuer,
            join_id,
        } = self;
        format!("{}\n{state}\n{join_id}\n{issuer}", errand.word())
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.splitn(4, '\n');
        let word = lines.next()?;
        Some(Self {
            errand: Errand::ALL
                .into_iter()
                .find(|errand| errand.word() == word)?,
            state: lines.next().filter(|state| !state.is_empty())?.to_owned(),
            join_id: lines.next()?.parse().ok()?,
            issuer: lines.next()?.to_owned(),
        })
    }

    /// Writes it down. `false` when the browser keeps nothing: then the page is not left, as the answer could not be known.
    pub(crate) fn keep(&self) -> bool {
        storage().is_some_and(|storage| storage.set_item(KEY, &self.to_text()).is_ok())
    }

    /// Reads it: somebody who is here without an answer has come back without one.
    pub(crate) fn peek() -> Option<Self> {
        Self::from_text(&storage()?.get_item(KEY).ok()??)
    }

    /// Reads it and forgets it.
    pub(crate) fn take() -> Option<Self> {
        let asked = Self::peek();
        storage()?.remove_item(KEY).ok()?;
        asked
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
        for errand in Errand::ALL {
            let asked = Asked {
                errand,
                state: "abc".into(),
                issuer: "https://sts.windows.net/{tenantid}/".into(),
                join_id: "00166477-081e-4bc4-b2f2-468326ef9428".parse().unwrap(),
            };
            assert_eq!(Asked::from_text(&asked.to_text()), Some(asked));
        }
        for wrong in [
            "",
            "terms",
            "terms\na\nb\nc",
            "terms\n\n00166477-081e-4bc4-b2f2-468326ef9428\nx",
            "other\na\n00166477-081e-4bc4-b2f2-468326ef9428\nx",
        ] {
            assert_eq!(Asked::from_text(wrong), None);
        }
    }
}
