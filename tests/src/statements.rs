//! Every SQL statement of the tenant, taken from its sources: tests ask both databases what they think of each.

use std::collections::BTreeMap;
use std::path::Path;

use crate::place::root;

/// A statement and the file it stands in.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its text.
    pub text: String,
    /// The file, below `tenant/src`.
    pub file: String,
}

/// All of them. A statement is a string that begins like one, or a macro around such strings.
pub fn all() -> Vec<Statement> {
    let folder = root().join("tenant/src");
    let mut files = Vec::new();
    each_file(&folder, &mut |path| {
        let source = std::fs::read_to_string(path).unwrap();
        let file = path.strip_prefix(&folder).unwrap().display().to_string();
        files.push((file, parts(&source)));
    });
    let macros: Macros = files
        .iter()
        .flat_map(|(_, tokens)| macros(tokens))
        .collect();
    files
        .iter()
        .flat_map(|(file, tokens)| {
            statements(tokens, &macros)
                .into_iter()
                .map(|text| Statement {
                    text,
                    file: file.clone(),
                })
        })
        .collect()
}

fn each_file(dir: &Path, then: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // Tests of the tenant's own that have a folder: what they ask is asked of a handful of rows.
            if !path.ends_with("cut_off") {
                each_file(&path, then);
            }
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            then(&path);
        }
    }
}

/// What a macro is made of: text, and places for what it is called with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place,
}

type Macros = BTreeMap<String, Vec<Part>>;

fn statements(tokens: &[Token], macros: &Macros) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            Token::Text(text) if begins(text) => found.push(text.clone()),
            Token::Word(word) if word == "macro_rules" => {
                // Its own text is not a statement yet.
                rest = after_braces(after);
            }
            Token::Word(word)
                if macros.contains_key(word) && after.first() == Some(&Token::Mark('!')) =>
            {
                let given: Vec<String> = after
                    .iter()
                    .skip(2)
                    .take_while(|token| **token != Token::Mark(')'))
                    .filter_map(|token| match token {
                        Token::Text(text) => Some(text.clone()),
                        _ => None,
                    })
                    .collect();
                rest = &after[after
                    .iter()
                    .position(|token| *token == Token::Mark(')'))
                    .unwrap()..];
                if given.is_empty() {
                    // Another macro of that name.
                    continue;
                }
                let mut given = given.into_iter();
                let text: String = macros[word]
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => text.clone(),
                        Part::Place => given.next().unwrap_or_default(),
                    })
                    .collect();
                if begins(&text) {
                    found.push(text);
                }
            }
            _ => {}
        }
    }
    found
}

fn begins(text: &str) -> bool {
    let verbs = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];
    verbs.iter().any(|verb| text.trim_start().starts_with(verb))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Text(String),
    Word(String),
    Mark(char),
}

/// Strings, words and marks of a source, without comments: as much of Rust as is needed here.
fn parts(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if next == '"' {
            let (text, after) = string(&rest[1..]);
            tokens.push(Token::Text(text));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("'\"'") {
            rest = after;
        } else if next.is_alphanumeric() || next == '_' {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            if !next.is_whitespace() {
                tokens.push(Token::Mark(next));
            }
            rest = &rest[next.len_utf8()..];
        }
    }
    tokens
}

/// The rest of a string up to its end, and what follows.
fn string(rest: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, next)) = chars.next() {
        match next {
            '"' => return (text, &rest[at + 1..]),
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                // A line that goes on: the next one's beginning does not count.
                Some((_, '\n')) => {
                    let (more, end) = string(chars.as_str().trim_start());
                    text.push_str(&more);
                    return (text, end);
                }
                Some((_, other)) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    (text, "")
}

/// The macros of a file that put strings together: what stands in their last `concat!`.
fn macros(tokens: &[Token]) -> Macros {
    let mut found = BTreeMap::new();
    for (at, token) in tokens.iter().enumerate() {
        let (Token::Word(word), Some(Token::Word(name))) = (token, tokens.get(at + 2)) else {
            continue;
        };
        if word != "macro_rules" {
            continue;
        }
        let body = &tokens[at..tokens.len() - after_braces(&tokens[at..]).len()];
        let Some(concat) = body
            .iter()
            .rposition(|token| *token == Token::Word("concat".to_owned()))
        else {
            continue;
        };
        let parts = body[concat + 3..]
            .iter()
            .take_while(|token| **token != Token::Mark(')'))
            .filter_map(|token| match token {
                Token::Text(text) => Some(Part::Text(text.clone())),
                Token::Mark('$') => Some(Part::Place),
                _ => None,
            })
            .collect();
        found.insert(name.clone(), parts);
    }
    found
}

/// What follows the first pair of braces.
fn after_braces(tokens: &[Token]) -> &[Token] {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('{') => depth += 1,
            Token::Mark('}') => {
                depth -= 1;
                if depth == 0 {
                    return &tokens[at + 1..];
                }
            }
            _ => {}
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_found_in_strings_and_in_macros() {
        let source = r#"
            // "SELECT nothing"
            macro_rules! select { ($rest:literal) => { concat!("SELECT a FROM t ", $rest, " LIMIT 1") }; }
            fn f() { query(select!("WHERE b = $1")); query("UPDATE \"user\" \
                SET c = 1"); "nothing"; '"'; query(
                "DELETE FROM t") }
        "#;
        assert_eq!(
            statements(&parts(source), &macros(&parts(source))),
            [
                "SELECT a FROM t WHERE b = $1 LIMIT 1",
                "UPDATE \"user\" SET c = 1",
                "DELETE FROM t"
            ]
        );
    }
}
