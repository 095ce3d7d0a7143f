//! Languages and the compiled tables.

use std::sync::OnceLock;

use dovetail_shared::Code;
use dovetail_shared::code::Fix;

include!(concat!(env!("OUT_DIR"), "/text.rs"));

/// The texts of each language, once they were fetched: the mark, then a line per message.
static TEXTS: [OnceLock<&'static str>; 2] = [OnceLock::new(), OnceLock::new()];

/// A message; [`id`] has a constant for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id(usize);

/// A row of the table of codes, for a code that the page itself reports.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) code: Code,
    pub(crate) symbol: &'static str,
    pub(crate) fix: Fix,
    pub(crate) retry: bool,
    pub(crate) what: Id,
    pub(crate) cure: Id,
}

/// The row of a code, if it is one of the page's own.
pub(crate) fn own(code: Code) -> Option<&'static Own> {
    OWN.iter().find(|row| row.code == code)
}

/// German sentences about everybody else's codes, once they were fetched.
static CODES: OnceLock<&'static str> = OnceLock::new();

/// Whether they were.
pub(crate) fn codes_are_here() -> bool {
    CODES.get().is_some()
}

/// Takes them in.
pub(super) fn learn_codes(file: String) {
    CODES.get_or_init(|| Box::leak(file.into_boxed_str()));
}

/// What happened and what to do in German, for a code that somebody else reported.
pub(crate) fn german(code: Code) -> Option<(&'static str, &'static str)> {
    row(&code.to_string())
}

fn row(name: &str) -> Option<(&'static str, &'static str)> {
    #[cfg(test)]
    learn_codes(include_str!("de-codes.txt").to_owned());
    let file: &'static str = CODES.get()?;
    file.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'))?
        .split_once('\t')
}

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English
    En,
    /// German
    De,
}

impl Lang {
    /// In the order of the switch.
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::De];

    /// From a BCP 47 tag; whatever is not spoken here becomes English.
    pub(crate) fn from_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("de") {
            Self::De
        } else {
            Self::En
        }
    }

    /// The tag for `lang` attributes and the store.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// Its name in itself.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    fn texts(self) -> &'static OnceLock<&'static str> {
        let [english, german] = &TEXTS;
        let texts = match self {
            Self::En => english,
            Self::De => german,
        };
        // Nobody brings texts to a unit test.
        #[cfg(test)]
        texts.get_or_init(|| match self {
            Self::En => include_str!("en.txt"),
            Self::De => include_str!("de.txt"),
        });
        texts
    }

    /// Whether its texts are here.
    pub(crate) fn is_here(self) -> bool {
        self.texts().get().is_some()
    }

    /// A language whose texts are here; at start one always is.
    pub(crate) fn any() -> Self {
        Self::ALL
            .into_iter()
            .find(|lang| lang.is_here())
            .unwrap_or(Self::En)
    }

    /// Takes in its fetched texts. `false` when they belong to another version of the page.
    pub(super) fn learn(self, file: String) -> bool {
        if file.lines().next() != Some(MARK) {
            return false;
        }
        // Learnt once, spoken until the page goes.
        self.texts()
            .get_or_init(|| Box::leak(file.into_boxed_str()));
        true
    }

    /// The text of a message, placeables as `{name}`. Empty where the language is not here.
    pub(crate) fn text(self, id: Id) -> &'static str {
        let texts: &'static str = self.texts().get().copied().unwrap_or_default();
        // The first line is the mark.
        let line = texts.split('\n').nth(id.0.saturating_add(1));
        match line.unwrap_or_default() {
            "" if self == Self::De => row(&format!("#{}", id.0)).map_or("", |(text, _)| text),
            text => text,
        }
    }

    /// The text with its placeables filled in, for places that hold no markup (titles, attributes, the clipboard).
    pub(crate) fn fill(self, id: Id, values: &[(&str, &str)]) -> String {
        let mut rest = self.text(id);
        let mut filled = String::new();
        // One pass, so that a value that looks like a placeable stays what it is.
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else {
                break;
            };
            filled.push_str(before);
            filled.push_str(value(values, name));
            rest = tail;
        }
        filled.push_str(rest);
        filled
    }
}

/// The value of a placeable; empty when the caller gave none.
pub(super) fn value<'a>(values: &[(&str, &'a str)], name: &str) -> &'a str {
    values
        .iter()
        .find(|(known, _)| *known == name)
        .map_or("", |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use dovetail_shared::code::table::ENTRIES;

    use super::*;

    /// As they are served.
    const FILES: [&str; 2] = [include_str!("en.txt"), include_str!("de.txt")];

    #[test]
    fn texts_of_another_version_are_not_learnt() {
        let [english, _] = FILES;
        assert!(english.starts_with(MARK));
        assert!(!Lang::En.learn(String::new()));
        assert!(!Lang::En.learn(english.replacen(MARK, "0123456789abcdef", 1)));
        assert!(Lang::En.learn(english.to_owned()));
        assert_eq!(Lang::En.text(id::CANCEL), "Cancel");
        assert_eq!(Lang::De.text(id::CANCEL), "Abbrechen");
    }

    /// Every code of the table has both sentences in German: with the page's texts where the page reports it, and then in
    /// English, too; else in the file that is fetched with a report.
    #[test]
    fn every_code_is_explained() {
        learn_codes(include_str!("de-codes.txt").to_owned());
        for entry in ENTRIES {
            let Some(row) = own(entry.code) else {
                let (what, cure) = german(entry.code).unwrap();
                assert!(what.ends_with('.') && cure.ends_with('.'), "{what} {cure}");
                continue;
            };
            assert_eq!(row.symbol, entry.symbol);
            assert_eq!((row.fix, row.retry), (entry.fix, entry.retry));
            for (id, english) in [(row.what, entry.what), (row.cure, entry.cure)] {
                assert_eq!(Lang::En.text(id), english, "{}", entry.symbol);
                assert!(Lang::De.text(id).ends_with('.'), "{}", entry.symbol);
            }
        }
        for code in [Code::INTERNAL, Code::TERMS_FOREIGN, Code::AADSTS_DECLINED] {
            assert!(own(code).is_some());
        }
        assert!(own(Code::MDM_UNREACHABLE).is_none());
        assert_eq!(german(Code::Join(1)), None);
    }

    /// The languages agree on every placeable, and none leaves a message empty.
    #[test]
    fn the_languages_agree_on_placeables() {
        let names = |text: &str| {
            let mut names: Vec<_> = text
                .split('{')
                .skip(1)
                .map(|rest| rest.split('}').next().unwrap().to_owned())
                .collect();
            names.sort();
            names
        };
        let [english, german] = FILES.map(|file| file.lines().collect::<Vec<_>>());
        assert_eq!(english.len(), german.len());
        // The first line is the mark; what German fetches late is found as well.
        for (place, line) in english.into_iter().skip(1).enumerate() {
            let [one, other] = Lang::ALL.map(|lang| lang.text(Id(place)));
            assert_eq!(one, line);
            assert!(!one.is_empty() && !other.is_empty());
            assert_eq!(names(one), names(other), "{one:?} {other:?}");
            assert_eq!(one.matches('`').count(), other.matches('`').count());
        }
    }

    /// A device called `{organisation}` is not replaced a second time.
    #[test]
    fn a_value_is_never_read_as_a_placeable() {
        let text = Lang::En.fill(
            id::DONE_BODY,
            &[("name", "{organisation}"), ("organisation", "Contoso")],
        );
        assert_eq!(text, "{organisation} now belongs to Contoso.");
    }

    #[test]
    fn a_language_is_found_by_its_tag() {
        for (tag, lang) in [
            ("de", Lang::De),
            ("de-AT", Lang::De),
            ("DE_ch", Lang::De),
            ("en-GB", Lang::En),
            ("den", Lang::En),
            ("fr", Lang::En),
            ("", Lang::En),
        ] {
            assert_eq!(Lang::from_tag(tag), lang, "{tag}");
        }
    }
}
