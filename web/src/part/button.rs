//! Buttons.

use yew::prelude::*;

use crate::hook::Intent;
use crate::page::PageProps;
use crate::text::{Id, say};

/// How much a button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The way on.
    Main,
    /// Another way.
    Plain,
    /// Away from here.
    Quiet,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Self::Main => "button main",
            Self::Plain => "button",
            Self::Quiet => "button quiet",
        }
    }
}

/// A button for an intent. While a request is under way it is off, but keeps the keyboard's focus.
pub(crate) fn button(props: &PageProps, kind: Kind, label: Id, intent: Intent) -> Html {
    let act = props.act.clone();
    let onclick = move |_: MouseEvent| act.emit(intent.clone());
    html! {
        <button type="button" class={kind.class()} aria-disabled={off(props)} {onclick}>
            { say(props.lang, label) }
        </button>
    }
}

/// The button that sends a form.
pub(crate) fn submit(props: &PageProps, label: Id) -> Html {
    html! {
        <button type="submit" class={Kind::Main.class()} aria-disabled={off(props)}>
            { say(props.lang, label) }
        </button>
    }
}

fn off(props: &PageProps) -> Option<&'static str> {
    props.model.busy.then_some("true")
}
