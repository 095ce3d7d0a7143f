//! Names: parsed once, valid ever after.
//!
//! These strings end up in files, logs, HTML and certificates, so what could break any of those
//! (control characters, line ends, bidirectional overrides, path separators where they matter) is refused here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Empty, or longer than the limit of its kind.
    #[error("empty or too long")]
    Length,
    /// A character that this kind of name may not hold.
    #[error("a character that is not allowed here")]
    Character,
    /// Not of the form this kind of name has.
    #[error("not of the expected form")]
    Form,
}

macro_rules! name_newtype {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                $check(&text)?;
                Ok(Self(text))
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

name_newtype!(
    /// A user principal name, `someone@contoso.com`: at most 113 characters, no white space, one `@`.
    Upn,
    check_upn
);
name_newtype!(
    /// A DNS domain name of at least two labels, lower or upper case, without a final dot.
    DomainName,
    check_domain
);
name_newtype!(
    /// What a device is called in the directory: 1 to 64 characters of any script, nothing invisible or controlling.
    DisplayName,
    check_display
);

impl Upn {
    /// The part behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

fn check_upn(text: &str) -> Result<(), NameError> {
    if text.is_empty() || text.len() > 113 {
        return Err(NameError::Length);
    }
    let (local, domain) = text.split_once('@').ok_or(NameError::Form)?;
    if local.is_empty() || local.len() > 64 {
        return Err(NameError::Length);
    }
    let allowed = |c: char| c.is_alphanumeric() || "!#$^-_.'~+&=".contains(c);
    if !local.chars().all(allowed) || local.starts_with('.') || local.ends_with('.') {
        return Err(NameError::Character);
    }
    check_domain(domain)
}

fn check_domain(text: &str) -> Result<(), NameError> {
    if text.is_empty() || text.len() > 253 {
        return Err(NameError::Length);
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if !text.split('.').all(label) {
        return Err(NameError::Character);
    }
    if text.contains('.') {
        Ok(())
    } else {
        Err(NameError::Form)
    }
}

fn check_display(text: &str) -> Result<(), NameError> {
    let count = text.chars().count();
    if count == 0 || count > 64 {
        return Err(NameError::Length);
    }
    if text.trim() != text {
        return Err(NameError::Form);
    }
    if text.chars().any(is_invisible) {
        Err(NameError::Character)
    } else {
        Ok(())
    }
}

/// Characters that steer or hide text: controls, bidirectional marks and overrides, zero-width, line separators.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_break_things_are_refused() {
        for wrong in [
            "",
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a b@c.d",
            "a@b..c",
            "a\n@b.c",
            "a:b@c.d",
            "a/../b@c.d",
            ".a@b.c",
            "a@b@c.d",
            "a@-b.c",
        ] {
            assert!(wrong.parse::<Upn>().is_err(), "{wrong:?}");
        }
        assert_eq!(
            "adele.o'neil+x@contoso.com"
                .parse::<Upn>()
                .unwrap()
                .domain(),
            "contoso.com"
        );
        for wrong in [
            "",
            " a",
            "a\nb",
            "a\u{202e}b",
            "a\u{200b}",
            "\0",
            &"x".repeat(65),
        ] {
            assert!(wrong.parse::<DisplayName>().is_err(), "{wrong:?}");
        }
        for good in ["LAPTOP-1", "Zoë’s Laptop", "笔记本", "<img onerror=x>"] {
            assert!(good.parse::<DisplayName>().is_ok(), "{good:?}");
        }
    }

    #[test]
    fn a_name_is_checked_when_it_is_read_from_json() {
        assert!(serde_json::from_str::<Upn>(r#""a:b@c.d""#).is_err());
        assert!(serde_json::from_str::<DisplayName>("\"a\\nb\"").is_err());
    }
}
