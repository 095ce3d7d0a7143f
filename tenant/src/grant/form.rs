//! The posted form. Read whatever its content type says, because some clients send none.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::refusal::Refusal;

/// More than any client sends.
const MOST_FIELDS: usize = 64;

/// Name to value, each once; wiped when dropped, because passwords and codes are in it.
pub(crate) struct Form(BTreeMap<String, Zeroizing<String>>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            let value = Zeroizing::new(value.into_owned());
            if fields.len() >= MOST_FIELDS || fields.insert(name.into_owned(), value).is_some() {
                return Err(Refusal::Form);
            }
        }
        Ok(Self(fields))
    }

    /// A value that is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A value that must be there.
    pub(crate) fn need(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or(Refusal::Missing(name))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// More fields than any client sends are not kept, and one that comes twice means nothing.
    #[test]
    fn fields_are_few_and_come_once() {
        let form = |count: usize| {
            let fields: Vec<String> = (0..count).map(|n| format!("f{n}=v")).collect();
            Form::parse(fields.join("&").as_bytes())
        };
        assert_eq!(form(MOST_FIELDS).unwrap().get("f63"), Some("v"));
        assert!(matches!(form(MOST_FIELDS + 1), Err(Refusal::Form)));
        assert!(matches!(Form::parse(b"a=1&a=1"), Err(Refusal::Form)));
    }
}
