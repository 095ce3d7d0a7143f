//! From a message to markup.

use yew::prelude::*;

use super::table::value;
use super::{Id, Lang};

/// A piece of a message.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    /// Something from outside: a name. Isolated, so that its writing direction cannot reach its surroundings.
    Value(&'a str),
    /// Between back-ticks: something to type.
    Code(&'a str),
}

/// A message without placeables.
pub(crate) fn say(lang: Lang, id: Id) -> Html {
    rich(lang, id, &[])
}

/// A message with its placeables filled in: text nodes only, whatever the values hold.
pub(crate) fn rich(lang: Lang, id: Id, values: &[(&str, &str)]) -> Html {
    pieces(lang.text(id), values)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(text) => html! { text.to_owned() },
            Piece::Value(text) => html! { <bdi>{ text.to_owned() }</bdi> },
            Piece::Code(text) => html! { <code>{ text.to_owned() }</code> },
        })
        .collect()
}

/// Words of another program, as one isolated whole; what is to be typed is set apart as in our own.
pub(crate) fn told(text: &str) -> Html {
    let parts = text.split('`').enumerate().map(|(place, part)| {
        if place % 2 == 1 {
            html! { <code>{ part.to_owned() }</code> }
        } else {
            html! { part.to_owned() }
        }
    });
    html! { <bdi>{ for parts }</bdi> }
}

fn pieces<'a>(mut text: &'a str, values: &[(&str, &'a str)]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    while let Some(at) = text.find(['{', '`']) {
        let (before, rest) = text.split_at(at);
        let close = if rest.starts_with('{') { '}' } else { '`' };
        let mut chars = rest.chars();
        chars.next();
        let Some((inner, tail)) = chars.as_str().split_once(close) else {
            break;
        };
        if !before.is_empty() {
            pieces.push(Piece::Plain(before));
        }
        pieces.push(if close == '}' {
            Piece::Value(value(values, inner))
        } else {
            Piece::Code(inner)
        });
        text = tail;
    }
    if !text.is_empty() {
        pieces.push(Piece::Plain(text));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [PG-02] A name stays one isolated piece of text, whatever it holds.
    #[test]
    fn a_name_is_isolated_and_never_read_as_markup() {
        for name in [
            "<img src=x onerror=alert(1)>",
            "\u{202e}gnp.exe",
            "`rm -rf /`",
            "{name}",
        ] {
            assert_eq!(
                pieces(
                    "{name} has joined {organisation}.",
                    &[("name", name), ("organisation", "C")]
                ),
                [
                    Piece::Value(name),
                    Piece::Plain(" has joined "),
                    Piece::Value("C"),
                    Piece::Plain(".")
                ]
            );
        }
    }

    #[test]
    fn what_is_to_be_typed_is_set_apart() {
        assert_eq!(
            pieces("Run `dovetail leave`, then join.", &[]),
            [
                Piece::Plain("Run "),
                Piece::Code("dovetail leave"),
                Piece::Plain(", then join.")
            ]
        );
    }
}
