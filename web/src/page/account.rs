//! Which account? Its name is looked up as it is typed, so that the person knows where the sign-in leads.

use dovetail_shared::link::{Begin, Mode};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::PageProps;
use super::choose::give_up;
use crate::hook::{Intent, use_realm};
use crate::part::{Kind, button, obstacle, submit};
use crate::state::{Lookup, Stage};
use crate::text::{Lang, id, rich, say};

/// One field that may stay empty, and the way to the sign-in.
#[component]
pub(crate) fn Account(props: &PageProps) -> Html {
    let PageProps { lang, model, act } = props;
    let name = use_state(String::new);
    let lookup = use_realm(&name);
    let oninput = {
        let name = name.setter();
        move |event: InputEvent| name.set(event.target_unchecked_into::<HtmlInputElement>().value())
    };
    let onsubmit = {
        let (act, name) = (act.clone(), name.clone());
        let begin = Begin {
            join_type: model.join_type,
            mode: model.mode,
            device_name: model.device_name.clone(),
        };
        move |event: SubmitEvent| {
            event.prevent_default();
            act.emit(Intent::SignIn(begin.clone(), name.trim().to_owned()));
        }
    };
    html! {
        <form novalidate=true {onsubmit}>
            <p class="lead">{ say(*lang, id::ACCOUNT_BODY) }</p>
            { obstacle(props) }
            <div class="field">
                <label for="account">{ say(*lang, id::ACCOUNT_LABEL) }</label>
                <input id="account" type="email" name="username" autocomplete="username" autocapitalize="none"
                    spellcheck="false" maxlength="113" dir="ltr" value={(*name).clone()} {oninput}
                    aria-describedby="account-hint realm" />
                <p id="account-hint" class="hint">{ say(*lang, id::ACCOUNT_HINT) }</p>
                <p id="realm" class="realm" role="status">{ told(*lang, &lookup) }</p>
            </div>
            <div class="actions">
                { submit(props, id::SIGN_IN) }
                { button(props, Kind::Plain, id::BACK, Intent::Go(Stage::Choose)) }
                if model.mode == Mode::Settings { { give_up(props) } }
            </div>
        </form>
    }
}

fn told(lang: Lang, lookup: &Lookup) -> Html {
    match lookup {
        Lookup::Idle => html! {},
        Lookup::Looking => say(lang, id::ACCOUNT_LOOKING),
        Lookup::Managed(organisation) => {
            rich(lang, id::ACCOUNT_MANAGED, &[("organisation", organisation)])
        }
        Lookup::Federated(organisation, host) => rich(
            lang,
            id::ACCOUNT_FEDERATED,
            &[("organisation", organisation), ("host", host)],
        ),
        Lookup::Unknown => say(lang, id::ACCOUNT_UNKNOWN),
        Lookup::Failed => say(lang, id::ACCOUNT_FAILED),
    }
}
