//! The words of a `$filter`.

use dovetail_shared::UnixTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Property, operator or function.
    Word(String),
    /// `'…'`, with `''` for a quote.
    Text(String),
    Flag(bool),
    Null,
    /// `2026-11-25T15:04:05Z`
    Time(UnixTime),
    Open,
    Close,
    Comma,
}

/// Longest filter in bytes.
const LONGEST: usize = 2048;
/// Most words of one.
const MOST: usize = 256;

/// Cuts a filter into words; the reason when it cannot be.
pub(super) fn tokens(filter: &str) -> Result<Vec<Token>, &'static str> {
    if filter.len() > LONGEST {
        return Err("The filter is too long.");
    }
    let mut rest = filter.trim_start();
    let mut found = Vec::new();
    while let Some(first) = rest.chars().next() {
        if found.len() >= MOST {
            return Err("The filter has too many terms.");
        }
        let (token, after) = match first {
            '(' => (Token::Open, skip(rest, 1)),
            ')' => (Token::Close, skip(rest, 1)),
            ',' => (Token::Comma, skip(rest, 1)),
            '\'' => text(skip(rest, 1))?,
            _ => word(rest)?,
        };
        found.push(token);
        rest = after.trim_start();
    }
    Ok(found)
}

fn skip(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or_default()
}

/// What stands behind an opening quote.
fn text(rest: &str) -> Result<(Token, &str), &'static str> {
    let mut value = String::new();
    let mut letters = rest.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '\'' {
            value.push(letter);
        } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
            value.push('\'');
        } else {
            return Ok((Token::Text(value), skip(rest, at + 1)));
        }
    }
    Err("A text in the filter does not end.")
}

fn word(rest: &str) -> Result<(Token, &str), &'static str> {
    let end = rest
        .find(|letter: char| letter.is_whitespace() || "(),'".contains(letter))
        .unwrap_or(rest.len());
    let word = rest.get(..end).unwrap_or_default();
    let token = match word {
        "true" => Token::Flag(true),
        "false" => Token::Flag(false),
        "null" => Token::Null,
        _ if word.starts_with(|letter: char| letter.is_ascii_digit()) => Token::Time(moment(word)?),
        _ if word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'/') =>
        {
            Token::Word(word.to_owned())
        }
        _ => return Err("The filter has a word that means nothing."),
    };
    Ok((token, skip(rest, end)))
}

fn moment(word: &str) -> Result<UnixTime, &'static str> {
    OffsetDateTime::parse(word, &Rfc3339)
        .map(|time| UnixTime(time.unix_timestamp()))
        .map_err(|_| "The filter has a number or time that means nothing.")
}
