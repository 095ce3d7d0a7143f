//! The page itself: the text as paragraphs, headings and lists, two ways on. No script; whatever stands in a text is text.

use axum::response::Response;
use maud::{Markup, html};

use super::text::Terms;
use crate::authorize::{content_policy, frame};

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Block<'a> {
    Heading(&'a str),
    List(Vec<&'a str>),
    Paragraph(Vec<&'a str>),
}

/// What a visitor is asked.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) terms: &'a Terms,
    pub(super) upn: &'a str,
    pub(super) company: &'a str,
    pub(super) visit: &'a str,
    /// Where the answer goes.
    pub(super) redirect_uri: &'a str,
    /// What was wrong with the last answer.
    pub(super) complaint: Option<&'a str>,
}

/// The question.
pub(super) fn question(question: &Question<'_>) -> Response {
    let Question { terms, .. } = question;
    let content = html! {
        h1 { (terms.title) }
        p.who { (question.company) ": " bdi { (question.upn) } }
        @if let Some(complaint) = question.complaint {
            div.error role="alert" { p { (complaint) } }
        }
        (text(terms))
        form method="post" action="/termsofuse/answer" {
            input type="hidden" name="visit" value=(question.visit);
            input type="hidden" name="version" value=(terms.version);
            div.pair {
                button type="submit" name="answer" value="decline" class="quiet" { "Do not join" }
                button type="submit" name="answer" value="accept" { "Accept" }
            }
        }
    };
    let policy = content_policy(Some(question.redirect_uri), None);
    frame(&terms.title, &content, &policy)
}

/// The terms without a question, for whoever opens the address.
pub(super) fn reading(terms: Option<&Terms>) -> Response {
    let title = terms.map_or("Terms of use", |terms| terms.title.as_str());
    let content = html! {
        h1 { (title) }
        @if let Some(terms) = terms { (text(terms)) } @else { p { "There are no terms of use here." } }
    };
    frame(title, &content, &content_policy(None, None))
}

fn text(terms: &Terms) -> Markup {
    html! {
        @for block in blocks(&terms.text) {
            @match block {
                Block::Heading(line) => { h2 { (line) } }
                Block::List(items) => { ul { @for item in items { li { (item) } } } }
                Block::Paragraph(lines) => { p { @for line in lines { (line) " " } } }
            }
        }
        p.code { "Version " (terms.version) }
    }
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(heading) = line.strip_prefix("# ") {
            blocks.push(Block::Heading(heading.trim()));
        } else if let Some(item) = line.strip_prefix("- ") {
            match blocks.last_mut() {
                Some(Block::List(items)) => items.push(item.trim()),
                _ => blocks.push(Block::List(vec![item.trim()])),
            }
        } else if line.is_empty() {
            blocks.push(Block::Paragraph(Vec::new()));
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(lines)) => lines.push(line),
                _ => blocks.push(Block::Paragraph(vec![line])),
            }
        }
    }
    blocks.retain(|block| !matches!(block, Block::Paragraph(lines) if lines.is_empty()));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use dovetail_shared::UnixTime;

    /// Lines become headings, lists and paragraphs.
    #[test]
    fn a_text_has_its_parts() {
        let read = blocks("One\ntwo\n\nthree\n# Four\n- five\n- six\nseven\n");
        assert_eq!(
            read,
            [
                Block::Paragraph(vec!["One", "two"]),
                Block::Paragraph(vec!["three"]),
                Block::Heading("Four"),
                Block::List(vec!["five", "six"]),
                Block::Paragraph(vec!["seven"]),
            ]
        );
    }

    /// Markup in a title or text is shown, not obeyed.
    #[test]
    fn markup_is_text() {
        let terms = Terms {
            version: 1,
            title: "<script>alert(1)</script>".into(),
            text: "# <img src=x onerror=alert(1)>\n- <b>\n\"><script>".into(),
            created: UnixTime(0),
        };
        let shown = text(&terms).into_string();
        for bad in ["<script", "<img", "<b>"] {
            assert!(!shown.contains(bad), "{shown}");
        }
        assert!(shown.contains("&lt;img src=x onerror=alert(1)&gt;"));
    }
}
