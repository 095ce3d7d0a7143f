//! Compiles the Fluent files of `src/text/` into flat tables.
//!
//! In come `*.en.ftl` and `*.de.ftl`; out come a constant per message id, the English texts, the list of codes, and a
//! check of `src/text/de.txt`, the German texts that the page fetches when they are wanted. A message that one language
//! lacks, a placeable that only one of them has, an English sentence that is not the table's, or Fluent syntax that the
//! page's small renderer does not know (selectors, terms, functions) stops the build.
//!
//! A report brings its English sentences with it. So English has those of the page's own reports only: of the codes that
//! the sources name, and of those that a sign-in answers.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use dovetail_shared::Code;
use dovetail_shared::code::Entry;
use dovetail_shared::code::table::ENTRIES;
use fluent_syntax::ast;

type Catalogue = BTreeMap<String, String>;

/// The languages in the order of the tables.
const LANGUAGES: [&str; 2] = ["en", "de"];
const FILES: [&str; 3] = ["page", "step", "error"];
/// What is fetched: a first line that names the set of messages, then a line each. Written by `cargo xtask texts`.
const GERMAN: &str = "src/text/de.txt";
/// Set by `cargo xtask texts`: write the file instead of checking it.
const WRITE: &str = "DOVETAIL_WRITE_TEXTS";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-env-changed={WRITE}");
    let mut catalogues = Vec::new();
    for language in LANGUAGES {
        let mut catalogue = Catalogue::new();
        for file in FILES {
            let path = format!("src/text/{file}.{language}.ftl");
            read(Path::new(&path), &mut catalogue)?;
        }
        catalogues.push(catalogue);
    }
    let [english, german] = catalogues.as_slice() else {
        return Err("expected two languages".into());
    };
    agree(english, german)?;
    are_the_tables(english)?;
    let order = Order::of(english)?;
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&out).join("text.rs"), order.code(english)?)?;
    let texts = order.lines(german, order.all().len());
    german_file(&format!("{}\n{texts}\n", order.mark()))
}

/// Writes the German file, or sees that it is what the Fluent files say.
fn german_file(texts: &str) -> Result<(), Box<dyn Error>> {
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(GERMAN, texts)?;
    } else if std::fs::read_to_string(GERMAN).unwrap_or_default() != texts {
        return Err(format!("{GERMAN} is out of date: run `cargo xtask texts`").into());
    }
    Ok(())
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

/// The English sentences about codes are those that every other program says.
fn are_the_tables(english: &Catalogue) -> Result<(), String> {
    for entry in ENTRIES {
        for (kind, text) in [("err", entry.what), ("cure", entry.cure)] {
            let id = format!("{kind}-{}", entry.symbol);
            if english.get(&id).map(String::as_str) != Some(text) {
                return Err(format!("{id} is not what the table of codes says"));
            }
        }
    }
    Ok(())
}

/// The order of the messages: the page's, then two sentences for each code, its own codes first.
struct Order {
    page: Vec<String>,
    own: Vec<&'static Entry>,
    foreign: Vec<&'static Entry>,
}

impl Order {
    fn of(english: &Catalogue) -> Result<Self, Box<dyn Error>> {
        let about_codes = |id: &&String| id.starts_with("err-") || id.starts_with("cure-");
        let sources = sources(Path::new("src"))?;
        let goes_on = |c: char| c == '_' || c.is_ascii_alphanumeric();
        let (own, foreign) = ENTRIES.iter().partition(|entry| {
            let name = format!("Code::{}", entry.symbol);
            let mut after = sources.split(&name).skip(1);
            matches!(entry.code, Code::Aadsts(_)) || after.any(|rest| !rest.starts_with(goes_on))
        });
        Ok(Self {
            page: english
                .keys()
                .filter(|id| !about_codes(id))
                .cloned()
                .collect(),
            own,
            foreign,
        })
    }

    /// All ids.
    fn all(&self) -> Vec<String> {
        let sentences = |entry: &&Entry| {
            [
                format!("err-{}", entry.symbol),
                format!("cure-{}", entry.symbol),
            ]
        };
        let codes = self.own.iter().chain(&self.foreign).flat_map(sentences);
        self.page.iter().cloned().chain(codes).collect()
    }

    /// The first texts, a line each.
    fn lines(&self, catalogue: &Catalogue, count: usize) -> String {
        let texts: Vec<&str> = self
            .all()
            .iter()
            .take(count)
            .map(|id| catalogue[id].as_str())
            .collect();
        texts.join("\n")
    }

    /// Names the set of messages (FNV-1a over the ids): a page and a file of another version do not fit.
    fn mark(&self) -> String {
        let ids = self.all();
        let bytes = ids.iter().flat_map(|id| id.bytes().chain([b'\n']));
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    }

    fn code(&self, english: &Catalogue) -> Result<String, Box<dyn Error>> {
        let mut code =
            String::from("/// A constant per message.\npub(crate) mod id {\n    use super::Id;\n");
        for (index, id) in self.page.iter().enumerate() {
            let name = id.replace('-', "_").to_uppercase();
            writeln!(code, "    pub(crate) const {name}: Id = Id({index});")?;
        }
        let texts = self.lines(english, self.page.len() + 2 * self.own.len());
        code.push_str("}\n\n/// The page's messages in the order of the ids, then the sentences about its own codes, a line each: no pointers to ship.\n");
        writeln!(code, "static ENGLISH: &str = {texts:?};\n")?;
        code.push_str("/// First line of a file of texts that fits these ids.\n");
        writeln!(code, "static MARK: &str = {:?};\n", self.mark())?;
        code.push_str("/// Id of the first sentence about a code.\n");
        writeln!(code, "const FIRST: usize = {};\n", self.page.len())?;
        code.push_str("/// Every code of the table, the page's own first; two sentences each.\n");
        writeln!(code, "static CODES: [Code; {}] = [", ENTRIES.len())?;
        for entry in self.own.iter().chain(&self.foreign) {
            writeln!(code, "    Code::{},", entry.symbol)?;
        }
        code.push_str("];\n\n/// What the page has to know of its own codes to report them, in the same order.\n");
        writeln!(code, "static OWN: [Own; {}] = [", self.own.len())?;
        for entry in &self.own {
            writeln!(
                code,
                "    Own {{ symbol: {:?}, fix: Fix::{:?}, retry: {} }},",
                entry.symbol, entry.fix, entry.retry
            )?;
        }
        code.push_str("];\n");
        Ok(code)
    }
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
