//! Compiles the Fluent files of `src/text/` into flat tables.
//!
//! In come `*.en.ftl`, `*.de.ftl` and, for what went wrong in English, the table of codes itself; out come a constant per
//! message id, the codes that the page itself reports, and a check of the files in `src/text/` that are fetched: `en.txt`
//! and `de.txt`, of which a visit needs one, and `de-codes.txt`. A report brings its English sentences with it; so the first
//! two speak of the page's own codes only (those that the sources name, and whatever a sign-in answers), and the third
//! is fetched when somebody else's report is shown in German.
//!
//! A message that one language lacks, a placeable that only one of them has, or Fluent syntax that the page's small renderer
//! does not know (selectors, terms, functions) stops the build.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use dovetail_shared::Code;
use dovetail_shared::code::Entry;
use dovetail_shared::code::table::ENTRIES;
use fluent_syntax::ast;

type Catalogue = BTreeMap<String, String>;

/// The Fluent files of each language. What went wrong is said in English by the table of codes.
const ENGLISH_FILES: [&str; 2] = ["page.en", "step.en"];
const GERMAN_FILES: [&str; 3] = ["page.de", "step.de", "error.de"];
/// What is fetched: a first line that names the set of messages, then a line each. Written by `cargo xtask texts`.
const TEXTS: [&str; 2] = ["src/text/en.txt", "src/text/de.txt"];
/// What is fetched with a report, or when the way to the device is closed: a line per code, number and two sentences between tabs.
const CODES: &str = "src/text/de-codes.txt";
/// Messages that German fetches late, by how their ids begin.
const LATE: [&str; 3] = ["missing-", "err-AADSTS", "cure-AADSTS"];
/// Set by `cargo xtask texts`: write the files instead of checking them.
const WRITE: &str = "DOVETAIL_WRITE_TEXTS";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-env-changed={WRITE}");
    let (mut english, mut german) = (Catalogue::new(), Catalogue::new());
    for file in ENGLISH_FILES {
        read(Path::new(&format!("src/text/{file}.ftl")), &mut english)?;
    }
    for file in GERMAN_FILES {
        read(Path::new(&format!("src/text/{file}.ftl")), &mut german)?;
    }
    for entry in ENTRIES {
        english.insert(format!("err-{}", entry.symbol), entry.what.to_owned());
        english.insert(format!("cure-{}", entry.symbol), entry.cure.to_owned());
    }
    agree(&english, &german)?;
    let out = std::env::var("OUT_DIR")?;
    let (own, foreign) = split(&sources(Path::new("src"))?);
    let ids = ids(&english, &own);
    std::fs::write(Path::new(&out).join("text.rs"), generate(&ids, &own)?)?;
    // German, which is longer, leaves out what most visits never show: it comes with the codes, by its place.
    let mut late = String::new();
    for (place, id) in ids
        .iter()
        .enumerate()
        .filter(|(_, id)| LATE.iter().any(|begin| id.starts_with(begin)))
    {
        let text = german.insert(id.clone(), String::new()).unwrap_or_default();
        writeln!(late, "#{place}\t{text}\t")?;
    }
    for (file, catalogue) in TEXTS.iter().zip([&english, &german]) {
        keep(file, &format!("{}\n{}", mark(&ids), lines(catalogue, &ids)))?;
    }
    let codes = foreign.into_iter().map(|entry| {
        let text = |kind| {
            german
                .get(&format!("{kind}-{}", entry.symbol))
                .map_or("", String::as_str)
        };
        format!("{}\t{}\t{}\n", entry.code, text("err"), text("cure"))
    });
    keep(CODES, &(codes.collect::<Vec<_>>().concat() + &late))
}

/// The codes that the page itself reports, and the others.
fn split(sources: &str) -> (Vec<&'static Entry>, Vec<&'static Entry>) {
    let goes_on = |c: char| c == '_' || c.is_ascii_alphanumeric();
    ENTRIES.iter().partition(|entry| {
        let name = format!("Code::{}", entry.symbol);
        let mut after = sources.split(&name).skip(1);
        matches!(entry.code, Code::Aadsts(_)) || after.any(|rest| !rest.starts_with(goes_on))
    })
}

/// All Rust sources below a folder as one text, without their tests, which stand last.
fn sources(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            text += &sources(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(path)?;
            text += source
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default();
        }
    }
    Ok(text)
}

/// The ids of the messages in their order: the page's, then two for each of its own codes.
fn ids(english: &Catalogue, own: &[&Entry]) -> Vec<String> {
    let about_codes = |id: &&String| id.starts_with("err-") || id.starts_with("cure-");
    let page = english.keys().filter(|id| !about_codes(id)).cloned();
    let sentences = |entry: &&Entry| {
        [
            format!("err-{}", entry.symbol),
            format!("cure-{}", entry.symbol),
        ]
    };
    page.chain(own.iter().flat_map(sentences)).collect()
}

/// Writes a file of texts, or sees that it is what the Fluent files and the table say.
fn keep(file: &str, texts: &str) -> Result<(), Box<dyn Error>> {
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(file, texts)?;
    } else if std::fs::read_to_string(file).unwrap_or_default() != texts {
        return Err(format!("{file} is out of date: run `cargo xtask texts`").into());
    }
    Ok(())
}

/// The texts in the order of the ids, a line each.
fn lines(catalogue: &Catalogue, ids: &[String]) -> String {
    let texts = ids.iter().filter_map(|id| catalogue.get(id));
    texts.fold(String::new(), |lines, text| lines + text + "\n")
}

/// Names the set of messages (FNV-1a over the ids): a page and a file of another version do not fit.
fn mark(ids: &[String]) -> String {
    let bytes = ids.iter().flat_map(|id| id.bytes().chain([b'\n']));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// Adds the messages of one file, patterns flattened: `{ $name }` becomes `{name}`.
fn read(path: &Path, catalogue: &mut Catalogue) -> Result<(), Box<dyn Error>> {
    let source = std::fs::read_to_string(path)?;
    let resource = fluent_syntax::parser::parse(source.as_str())
        .map_err(|(_, errors)| format!("{}: {errors:?}", path.display()))?;
    for entry in resource.body {
        let ast::Entry::Message(message) = entry else {
            continue;
        };
        let id = message.id.name.to_owned();
        let pattern = message
            .value
            .ok_or_else(|| format!("{}: {id} has no text", path.display()))?;
        let text = flatten(&pattern).map_err(|why| format!("{}: {id}: {why}", path.display()))?;
        if catalogue.insert(id.clone(), text).is_some() {
            return Err(format!("{}: {id} stands twice", path.display()).into());
        }
    }
    Ok(())
}

fn flatten(pattern: &ast::Pattern<&str>) -> Result<String, &'static str> {
    let mut text = String::new();
    for element in &pattern.elements {
        match element {
            ast::PatternElement::TextElement { value } => text.push_str(value),
            ast::PatternElement::Placeable {
                expression: ast::Expression::Inline(ast::InlineExpression::VariableReference { id }),
            } => {
                text.push('{');
                text.push_str(id.name);
                text.push('}');
            }
            ast::PatternElement::Placeable { .. } => {
                return Err("only { $variable } is known to the page's renderer");
            }
        }
    }
    if text.contains('\n') {
        return Err("a message is one line");
    }
    if text.matches('`').count() % 2 == 1 {
        return Err("a back-tick stands alone");
    }
    Ok(text)
}

/// Same ids, same placeables.
fn agree(one: &Catalogue, other: &Catalogue) -> Result<(), String> {
    let ids = |catalogue: &Catalogue| catalogue.keys().cloned().collect::<BTreeSet<_>>();
    if let Some(id) = ids(one).symmetric_difference(&ids(other)).next() {
        return Err(format!("{id} is missing in one language"));
    }
    for (id, text) in one {
        let there = other.get(id).map(String::as_str).unwrap_or_default();
        if placeables(text) != placeables(there) {
            return Err(format!("{id}: the placeables differ between the languages"));
        }
    }
    Ok(())
}

fn placeables(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

fn generate(ids: &[String], own: &[&Entry]) -> Result<String, Box<dyn Error>> {
    let mut code =
        String::from("/// A constant per message.\npub(crate) mod id {\n    use super::Id;\n");
    let first = ids.len() - 2 * own.len();
    for (index, id) in ids.iter().enumerate().take(first) {
        let name = id.replace('-', "_").to_uppercase();
        writeln!(code, "    pub(crate) const {name}: Id = Id({index});")?;
    }
    code.push_str("}\n\n/// First line of a file of texts that fits these ids.\n");
    writeln!(code, "static MARK: &str = {:?};\n", mark(ids))?;
    code.push_str("/// Every code that the page itself reports.\n");
    writeln!(code, "static OWN: [Own; {}] = [", own.len())?;
    for (place, entry) in own.iter().enumerate() {
        let Entry {
            symbol, fix, retry, ..
        } = entry;
        let what = first + 2 * place;
        writeln!(
            code,
            "    Own {{ code: Code::{symbol}, symbol: {symbol:?}, fix: Fix::{fix:?}, retry: {retry}, what: Id({what}), cure: Id({}) }},",
            what + 1
        )?;
    }
    code.push_str("];\n");
    Ok(code)
}
