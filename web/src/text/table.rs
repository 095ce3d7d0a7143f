//! Languages and the compiled tables.

use std::sync::OnceLock;

use dovetail_shared::Code;
use dovetail_shared::code::Fix;

include!(concat!(env!("OUT_DIR"), "/text.rs"));

/// German, once it was fetched: its mark, then a line per message.
static GERMAN: OnceLock<&'static str> = OnceLock::new();

/// A message; [`id`] has a constant for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id(usize);

/// A row of the table of codes, as far as the page needs it for reports of its own.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) symbol: &'static str,
    pub(crate) fix: Fix,
    pub(crate) retry: bool,
}

/// The two sentences about a code, if the number is known here: what happened, what to do. English says them for the
/// page's own codes; a report of somebody else's brings them along.
pub(crate) fn known(code: Code) -> Option<[Id; 2]> {
    let place = CODES.iter().position(|known| *known == code)?;
    let what = FIRST.saturating_add(place.saturating_mul(2));
    Some([Id(what), Id(what.saturating_add(1))])
}

/// The row of a code that the page itself reports.
pub(crate) fn own(code: Code) -> Option<&'static Own> {
    let place = CODES.iter().position(|known| *known == code)?;
    OWN.get(place)
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

    /// Whether its texts are here. English always is; the other is fetched when it is wanted.
    pub(crate) fn is_here(self) -> bool {
        self == Self::En || GERMAN.get().is_some()
    }

    /// Takes in the fetched texts of German. `false` when they belong to another version of the page.
    pub(super) fn learn(file: String) -> bool {
        if file.lines().next() != Some(MARK) {
            return false;
        }
        // Learnt once, spoken until the page goes.
        GERMAN.get_or_init(|| Box::leak(file.into_boxed_str()));
        true
    }

    /// The text of a message, placeables as `{name}`. English where the language is not here.
    pub(crate) fn text(self, id: Id) -> &'static str {
        let (texts, skip): (&'static str, usize) = match (self, GERMAN.get()) {
            (Self::De, Some(german)) => (german, 1),
            (Self::De, None) | (Self::En, _) => (ENGLISH, 0),
        };
        texts
            .split('\n')
            .nth(id.0.saturating_add(skip))
            .unwrap_or_default()
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

    /// As it is served.
    const FILE: &str = include_str!("de.txt");

    #[test]
    fn texts_of_another_version_are_not_learnt() {
        assert!(!Lang::learn(String::new()));
        assert!(!Lang::learn(FILE.replacen(MARK, "0123456789abcdef", 1)));
        assert!(Lang::learn(FILE.to_owned()));
        assert!(Lang::De.is_here());
        assert_eq!(Lang::De.text(id::CANCEL), "Abbrechen");
        assert_eq!(Lang::En.text(id::CANCEL), "Cancel");
    }

    /// Every code of the table has both sentences in German, and in English those that the page reports itself: that
    /// they are the table's own, the build has seen.
    #[test]
    fn every_code_is_explained() {
        assert!(Lang::learn(FILE.to_owned()));
        for entry in ENTRIES {
            let sentences = known(entry.code).unwrap();
            for id in sentences {
                assert!(Lang::De.text(id).ends_with('.'), "{}", entry.symbol);
            }
            let Some(row) = own(entry.code) else {
                assert!(sentences.iter().all(|id| Lang::En.text(*id).is_empty()));
                continue;
            };
            assert_eq!(row.symbol, entry.symbol);
            assert_eq!((row.fix, row.retry), (entry.fix, entry.retry));
            assert_eq!(
                sentences.map(|id| Lang::En.text(id)),
                [entry.what, entry.cure]
            );
        }
        for code in [Code::INTERNAL, Code::TERMS_FOREIGN, Code::AADSTS_DECLINED] {
            assert!(own(code).is_some());
        }
        assert!(own(Code::MDM_UNREACHABLE).is_none());
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
        let german: Vec<&str> = FILE.lines().skip(1).collect();
        assert_eq!(ENGLISH.lines().count(), FIRST + 2 * OWN.len());
        assert_eq!(german.len(), FIRST + 2 * CODES.len());
        for (one, other) in ENGLISH.lines().zip(german) {
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
