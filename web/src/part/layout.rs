//! What stands around every screen.

use dovetail_shared::link::Mode;
use yew::prelude::*;

use crate::state::{Model, Screen};
use crate::text::{Lang, id, say};

/// Head with the language switch, the screen's heading, its body.
pub(crate) fn layout(lang: Lang, model: &Model, switch: &Callback<Lang>, body: Html) -> Html {
    let screen = model.screen();
    let class = match (model.mode, screen) {
        (_, Screen::Failed | Screen::Missing(_)) => "page trouble",
        (_, Screen::Done) => "page good",
        (Mode::Oobe, _) => "page oobe",
        (Mode::Settings, _) => "page",
    };
    html! {
        <>
            <a class="skip" href="#content">{ say(lang, id::SKIP) }</a>
            <div {class}>
                <header>
                    <p class="brand">{ mark() }<span>{ say(lang, id::BRAND) }</span></p>
                    { languages(lang, switch) }
                </header>
                <main id="content" tabindex="-1" aria-busy={model.busy.to_string()}>
                    <h1 tabindex="-1" key={lang.text(model.heading())}>{ say(lang, model.heading()) }</h1>
                    { body }
                    <p class="hidden" role="status">
                        if model.busy { { say(lang, id::WORKING) } }
                    </p>
                </main>
            </div>
        </>
    }
}

fn languages(lang: Lang, switch: &Callback<Lang>) -> Html {
    let buttons = Lang::ALL.into_iter().map(|other| {
        let onclick = switch.reform(move |_: MouseEvent| other);
        html! {
            <button type="button" lang={other.tag()} aria-pressed={(lang == other).to_string()} {onclick}>
                { other.name() }
            </button>
        }
    });
    html! {
        <div class="languages" role="group" aria-label={lang.text(id::LANGUAGE_LABEL)}>{ for buttons }</div>
    }
}

/// Two boards, joined.
fn mark() -> Html {
    html! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <path class="mark-a" d="M2 4h28v9h-8l2 8H8l2-8H2z" />
            <path class="mark-b" d="M2 15h5.4l-2 8h21.2l-2-8H30v13H2z" />
        </svg>
    }
}
