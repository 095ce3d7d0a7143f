//! Compiles the Fluent files of `src/text/` into flat tables.
//!
//! In come `*.en.ftl`, `*.de.ftl` and, for what went wrong in English, the table of codes itself; out come a constant per
//! message id, the list of error symbols, and a check of `src/text/en.txt` and `src/text/de.txt`, of which the page fetches
//! the one that is wanted. A message that one language lacks, a placeable that only one of them has, or Fluent syntax that
//! the page's small renderer does not know
//! (selectors, terms, functions) stops the build.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use dovetail_shared::code::table::ENTRIES;
use fluent_syntax::ast;

type Catalogue = BTreeMap<String, String>;

/// The Fluent files of each language. What went wrong is said in English by the table of codes.
const ENGLISH_FILES: [&str; 2] = ["page.en", "step.en"];
const GERMAN_FILES: [&str; 3] = ["page.de", "step.de", "error.de"];
/// What is fetched: a first line that names the set of messages, then a line each. Written by `cargo xtask texts`.
const TEXTS: [&str; 2] = ["src/text/en.txt", "src/text/de.txt"];
/// Set by `cargo xtask texts`: write the files instead of checking them.
const WRITE: &str = "DOVETAIL_WRITE_TEXTS";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/text");
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
    std::fs::write(Path::new(&out).join("text.rs"), generate(&english)?)?;
    for (file, catalogue) in TEXTS.iter().zip([&english, &german]) {
        keep(file, &format!("{}\n{}\n", mark(&english), lines(catalogue)))?;
    }
    Ok(())
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
fn lines(catalogue: &Catalogue) -> String {
    let texts: Vec<&str> = catalogue.values().map(String::as_str).collect();
    texts.join("\n")
}

/// Names the set of messages (FNV-1a over the ids): a page and a file of another version do not fit.
fn mark(catalogue: &Catalogue) -> String {
    let hash = catalogue
        .keys()
        .flat_map(|id| id.bytes().chain([b'\n']))
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
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

fn generate(english: &Catalogue) -> Result<String, Box<dyn Error>> {
    let mut code =
        String::from("/// A constant per message.\npub(crate) mod id {\n    use super::Id;\n");
    for (index, id) in english.keys().enumerate() {
        if !id.starts_with("err-") && !id.starts_with("cure-") {
            let name = id.replace('-', "_").to_uppercase();
            writeln!(code, "    pub(crate) const {name}: Id = Id({index});")?;
        }
    }
    code.push_str("}\n\n");
    code.push_str("/// First line of a file of texts that fits these ids.\n");
    writeln!(code, "static MARK: &str = {:?};\n", mark(english))?;
    code.push_str(&known(english)?);
    Ok(code)
}

/// The table of codes without its sentences: those come from the catalogues.
fn known(english: &Catalogue) -> Result<String, Box<dyn Error>> {
    let place = |id: String| {
        english
            .keys()
            .position(|key| *key == id)
            .ok_or(format!("{id} is missing"))
    };
    let mut code = String::from("/// Every code of the table.\n");
    writeln!(code, "static KNOWN: [Known; {}] = [", ENTRIES.len())?;
    for entry in ENTRIES {
        writeln!(
            code,
            "    Known {{ code: Code::{}, symbol: {:?}, fix: Fix::{:?}, retry: {}, what: Id({}), cure: Id({}) }},",
            entry.symbol,
            entry.symbol,
            entry.fix,
            entry.retry,
            place(format!("err-{}", entry.symbol))?,
            place(format!("cure-{}", entry.symbol))?,
        )?;
    }
    code.push_str("];\n");
    Ok(code)
}
