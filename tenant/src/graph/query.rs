//! Query options. What is not understood and would change the answer is refused; what is no option of OData's is passed over.

use std::collections::BTreeMap;

/// Most entries of a page (Graph's own).
pub(super) const MOST_TOP: usize = 999;
const TOP: usize = 100;
/// Longest value that is looked at.
const LONGEST: usize = 4096;

/// The options of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) filter: Option<String>,
    /// Property names; empty for the usual ones.
    pub(super) select: Vec<String>,
    pub(super) top: usize,
    pub(super) skip_token: Option<String>,
    /// `$count=true`
    pub(super) count: bool,
    /// Everything but the skip token, to be asked for again on the next page.
    pub(super) rest: String,
}

/// Reads a query; the reason when it cannot be taken.
pub(super) fn parse(query: &str) -> Result<Options, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        // Graph takes its options with and without the dollar sign.
        let name = name.to_ascii_lowercase();
        let option = name.strip_prefix('$').unwrap_or(&name);
        let ours = ["filter", "select", "top", "skiptoken", "count"].contains(&option);
        if !ours {
            if name.starts_with('$') && option != "format" {
                return Err(format!("The query option '{name:.32}' is not supported."));
            }
            continue;
        }
        if value.len() > LONGEST {
            return Err(format!("The query option '${option}' is too long."));
        }
        if option != "skiptoken" {
            rest.append_pair(&format!("${option}"), &value);
        }
        if found
            .insert(option.to_owned(), value.into_owned())
            .is_some()
        {
            return Err(format!("The query option '${option}' stands twice."));
        }
    }
    let top = match found.remove("top") {
        None => TOP,
        Some(text) => text
            .parse()
            .ok()
            .filter(|top| {
                (1..=MOST_TOP).contains(top) && text.bytes().all(|byte| byte.is_ascii_digit())
            })
            .ok_or_else(|| format!("$top must be a number from 1 to {MOST_TOP}."))?,
    };
    let count = match found.remove("count").as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err("$count must be true or false.".to_owned()),
    };
    let select = found.remove("select").unwrap_or_default();
    Ok(Options {
        filter: found.remove("filter"),
        select: select
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        top,
        skip_token: found.remove("skiptoken"),
        count,
        rest: rest.finish(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [ID-20] Page sizes that are none, and options that are not offered, are refused.
    #[test]
    fn odd_options_are_refused() {
        for top in ["1", "100", "999"] {
            assert_eq!(
                parse(&format!("$top={top}")).unwrap().top,
                top.parse::<usize>().unwrap()
            );
        }
        for top in [
            "0",
            "-1",
            "1000",
            "4294967296",
            "18446744073709551616",
            "1.5",
            "+5",
            "x",
            "",
            " 5",
            "0x5",
        ] {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("$top", top)
                .finish();
            assert!(parse(&query).is_err(), "{top}");
        }
        for query in [
            "$expand=registeredOwners",
            "$expand=registeredOwners($expand=ownedDevices)",
            "$orderby=displayName",
            "$search=x",
            "$skip=5",
            "$apply=x",
            "$top=1&$top=1",
            "$top=1&top=1",
            "$count=maybe",
            "$deltatoken=x",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
        let options =
            parse("%24select=id,%20displayName&api-version=1.6&%24top=2&$skiptoken=abc").unwrap();
        assert_eq!(options.select, ["id", "displayName"]);
        assert_eq!(options.rest, "%24select=id%2C+displayName&%24top=2");
        assert_eq!(options.skip_token.as_deref(), Some("abc"));
    }
}
