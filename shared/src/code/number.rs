//! The numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Fix;
use super::table::{self, Entry};

/// A code of one of the four families. Numbers that are not in the table survive as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Code {
    /// `0x801c…` and `0x8018…`: an HRESULT.
    Hresult(u32),
    /// `AADSTS…`
    Aadsts(u32),
    /// `JOIN-…`
    Join(u16),
}

impl Code {
    /// The row of the table, if this number is known.
    pub fn entry(self) -> Option<&'static Entry> {
        table::ENTRIES.iter().find(|entry| entry.code == self)
    }

    /// Who can mend it; an unknown number is for the administrator to look up.
    pub fn fix(self) -> Fix {
        self.entry().map_or(Fix::Admin, |entry| entry.fix)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hresult(number) => write!(f, "{number:#010x}"),
            Self::Aadsts(number) => write!(f, "AADSTS{number}"),
            Self::Join(number) => write!(f, "JOIN-{number}"),
        }
    }
}

/// The text is no code of a known family.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an error code (0x…, AADSTS…, JOIN-…)")]
pub struct NotACode;

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        if let Some(hex) = text.strip_prefix("0x") {
            u32::from_str_radix(hex, 16)
                .map(Self::Hresult)
                .map_err(|_| NotACode)
        } else if let Some(number) = text.strip_prefix("AADSTS") {
            number.parse().map(Self::Aadsts).map_err(|_| NotACode)
        } else if let Some(number) = text.strip_prefix("JOIN-") {
            number.parse().map(Self::Join).map_err(|_| NotACode)
        } else {
            Err(NotACode)
        }
    }
}

impl TryFrom<String> for Code {
    type Error = NotACode;

    fn try_from(text: String) -> Result<Self, NotACode> {
        text.parse()
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_as_people_search_for_them() {
        for text in ["0x801c000e", "AADSTS50126", "JOIN-303"] {
            assert_eq!(text.parse::<Code>().unwrap().to_string(), text);
        }
        assert!("50126".parse::<Code>().is_err());
        assert_eq!(
            "0x801cffff".parse::<Code>().unwrap().to_string(),
            "0x801cffff"
        );
    }

    #[test]
    fn each_code_and_each_symbol_stands_once_and_is_explained() {
        for (index, entry) in table::ENTRIES.iter().enumerate() {
            for other in &table::ENTRIES[index + 1..] {
                assert_ne!(entry.code, other.code);
                assert_ne!(entry.symbol, other.symbol);
            }
            assert!(
                entry.what.ends_with('.') && entry.cure.ends_with('.'),
                "{}",
                entry.symbol
            );
        }
    }
}
