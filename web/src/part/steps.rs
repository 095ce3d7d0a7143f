//! The progress list.

use dovetail_shared::Step;
use dovetail_shared::link::{StepState, StepView};
use yew::prelude::*;

use crate::text::{Id, Lang, id, rich, say};

/// A step's words.
pub(crate) fn step_text(step: Step) -> Id {
    match step {
        Step::PreCheck => id::STEP_PRE_CHECK,
        Step::Keys => id::STEP_KEYS,
        Step::SignIn => id::STEP_SIGN_IN,
        Step::Terms => id::STEP_TERMS,
        Step::Confirm => id::STEP_CONFIRM,
        Step::Discover => id::STEP_DISCOVER,
        Step::Attest => id::STEP_ATTEST,
        Step::Register => id::STEP_REGISTER,
        Step::Verify => id::STEP_VERIFY,
        Step::Install => id::STEP_INSTALL,
        Step::Enroll => id::STEP_ENROLL,
        Step::Sync => id::STEP_SYNC,
        Step::SignOn => id::STEP_SIGN_ON,
    }
}

/// Every step with its state and, once it is over, its time; the whole above it.
pub(crate) fn step_list(lang: Lang, steps: &[StepView]) -> Html {
    let over = |step: &&StepView| matches!(step.state, StepState::Done | StepState::Skipped);
    let done = steps.iter().filter(over).count();
    html! {
        <>
            <progress max={steps.len().to_string()} value={done.to_string()} aria-label={lang.text(id::PROGRESS_LIST)} />
            <p class="now" role="status">{ now(lang, steps) }</p>
            <ol class="steps" aria-label={lang.text(id::PROGRESS_LIST)}>
                { for steps.iter().map(|step| line(lang, step)) }
            </ol>
        </>
    }
}

/// "Step 5 of 9: …": the one thing that is read out.
fn now(lang: Lang, steps: &[StepView]) -> Html {
    let running = steps
        .iter()
        .enumerate()
        .find(|(_, step)| step.state == StepState::Running);
    match running {
        Some((index, step)) => rich(
            lang,
            id::PROGRESS_NOW,
            &[
                ("number", &index.saturating_add(1).to_string()),
                ("total", &steps.len().to_string()),
                ("step", lang.text(step_text(step.step))),
            ],
        ),
        None => html! {},
    }
}

fn line(lang: Lang, step: &StepView) -> Html {
    let (class, state) = match step.state {
        StepState::Pending => ("pending", id::STEP_STATE_PENDING),
        StepState::Running => ("running", id::STEP_STATE_RUNNING),
        StepState::Done => ("done", id::STEP_STATE_DONE),
        StepState::Failed => ("failed", id::STEP_STATE_FAILED),
        StepState::Skipped => ("skipped", id::STEP_STATE_SKIPPED),
    };
    let time = match (step.ms, step.state) {
        (Some(ms), StepState::Done | StepState::Failed) => {
            html! { <span class="step-ms">{ rich(lang, id::STEP_MS, &[("ms", &ms.to_string())]) }</span> }
        }
        _ => html! {},
    };
    html! {
        <li {class}>
            <span class="step-name">{ say(lang, step_text(step.step)) }</span>
            <span class="step-state">{ say(lang, state) }{ time }</span>
        </li>
    }
}
