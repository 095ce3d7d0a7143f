//! Whose device is it? And what will happen.

use dovetail_shared::drs::JoinType;
use dovetail_shared::link::{JoinState, Mode};
use yew::prelude::*;

use super::PageProps;
use crate::hook::Intent;
use crate::part::{Kind, button, obstacle, submit};
use crate::state::Stage;
use crate::text::{Id, id, say};

/// Two choices and four lines.
pub(crate) fn choose(props: &PageProps) -> Html {
    let PageProps { lang, model, act } = props;
    let onsubmit = {
        let act = act.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            act.emit(Intent::Go(Stage::Account));
        }
    };
    let (body, aside) = match model.mode {
        Mode::Oobe => (
            id::CHOOSE_BODY_OOBE,
            button(props, Kind::Quiet, id::BACK, Intent::Go(Stage::Greeting)),
        ),
        Mode::Settings => (id::CHOOSE_BODY, give_up(props)),
    };
    html! {
        <form {onsubmit}>
            <p class="lead">{ say(*lang, body) }</p>
            { obstacle(props) }
            <fieldset class="choices">
                <legend>{ say(*lang, id::CHOOSE_LEGEND) }</legend>
                { choice(props, JoinType::Joined, id::CHOOSE_JOINED, id::CHOOSE_JOINED_BODY) }
                { choice(props, JoinType::Registered, id::CHOOSE_REGISTERED, id::CHOOSE_REGISTERED_BODY) }
            </fieldset>
            <section class="how">
                <h2>{ say(*lang, id::HOW_TITLE) }</h2>
                <ol>
                    <li>{ say(*lang, id::HOW_SIGN_IN) }</li>
                    <li>{ say(*lang, id::HOW_CONFIRM) }</li>
                    <li>{ say(*lang, id::HOW_KEYS) }</li>
                    <li>{ say(*lang, id::HOW_DONE) }</li>
                </ol>
            </section>
            <div class="actions">{ submit(props, id::CONTINUE) }{ aside }</div>
        </form>
    }
}

fn choice(props: &PageProps, join_type: JoinType, title: Id, body: Id) -> Html {
    let onchange = props.act.reform(move |_: Event| Intent::Choose(join_type));
    let word = join_type.word();
    html! {
        <label class="choice">
            <input type="radio" name="join-type" value={word} checked={props.model.join_type == join_type} {onchange}
                aria-describedby={format!("about-{word}")} />
            <span>
                <span class="choice-title">{ say(props.lang, title) }</span>
                <span class="choice-body" id={format!("about-{word}")}>{ say(props.lang, body) }</span>
            </span>
        </label>
    }
}

/// From the settings a join that waits for the sign-in can be given up; before that there is nothing to give up.
pub(super) fn give_up(props: &PageProps) -> Html {
    match &props.model.join {
        Some(join) if join.state == JoinState::WaitingForSignIn => {
            button(props, Kind::Quiet, id::CANCEL, Intent::Cancel(join.join_id))
        }
        _ => html! {},
    }
}
