//! What went wrong, and the way on. Where the device has joined, only its management went wrong.

use dovetail_shared::Report;
use dovetail_shared::link::JoinState;
use yew::prelude::*;

use super::PageProps;
use crate::hook::Intent;
use crate::part::{Kind, ReportCard, button, step_list};
use crate::state::{Link, Model, Stage};
use crate::text::{Id, id, say};

/// The report, and at most two buttons.
pub(crate) fn failed(props: &PageProps) -> Html {
    let PageProps { lang, model, .. } = props;
    let Some(report) = report(model) else {
        return html! {};
    };
    let join = model.join.as_ref();
    let mine = join.filter(|join| join.state == JoinState::Failed && model.failure.is_none());
    let on = way_on(model, report).map(|(label, intent)| button(props, Kind::Main, label, intent));
    let (out, over) = way_out(model);
    html! {
        <>
            if model.has_joined() { <p class="lead">{ say(*lang, id::FAILED_JOINED_BODY) }</p> }
            <ReportCard lang={*lang} report={report.clone()} />
            if let Some(join) = mine {
                <details>
                    <summary>{ say(*lang, id::PROGRESS_LIST) }</summary>
                    { step_list(*lang, &join.steps) }
                </details>
            }
            <div class="actions">
                { for on }
                { button(props, Kind::Plain, out, over) }
            </div>
        </>
    }
}

/// What the screen is about: the page's own last failure, else the join's.
fn report(model: &Model) -> Option<&Report> {
    if let Link::Down(report) = &model.link {
        return Some(report);
    }
    match &model.failure {
        Some(report) => Some(report),
        None => model.join.as_ref()?.report.as_ref(),
    }
}

/// The main button: where trying again can help, what would be tried.
fn way_on(model: &Model, report: &Report) -> Option<(Id, Intent)> {
    let join = model.join.as_ref();
    if matches!(model.link, Link::Down(_)) {
        return Some((id::CHECK_AGAIN, Intent::Check));
    }
    match join.filter(|_| model.failure.is_none()) {
        Some(join) if report.retry => Some((id::RETRY, Intent::Retry(join.join_id))),
        Some(_) => None,
        None => match join.map(|join| join.state) {
            None if model.is_joined() => Some((id::CHECK_AGAIN, Intent::Check)),
            None | Some(JoinState::WaitingForSignIn) if report.retry => {
                Some((id::SIGN_IN_AGAIN, Intent::Go(Stage::Account)))
            }
            None | Some(JoinState::WaitingForSignIn) => None,
            Some(_) => Some((id::CHECK_AGAIN, Intent::Check)),
        },
    }
}

/// The other button: from the beginning; where the device has joined, on without its management.
fn way_out(model: &Model) -> (Id, Intent) {
    // Nothing of a device that has joined is given up here.
    if model.is_joined() && !model.has_joined() {
        return (id::TO_HOME, Intent::StartOver(None));
    }
    let join_id = model.join.as_ref().map(|join| join.join_id);
    match join_id.filter(|_| model.has_joined()) {
        Some(join_id) => (id::MANAGE_WITHOUT, Intent::Cancel(join_id)),
        None => (id::START_OVER, Intent::StartOver(join_id)),
    }
}

#[cfg(test)]
mod tests {
    use dovetail_shared::Code;
    use dovetail_shared::link::Mode;

    use super::*;
    use crate::state::Action;
    use crate::state::sample;

    fn failed_join(code: Code) -> Model {
        let mut join = sample::join(JoinState::Failed);
        join.report = Some(sample::report(code));
        let mut model = Model::new(Mode::Settings, None);
        model.apply(Action::Status(Box::new(sample::status(Some(join)))));
        model
    }

    fn button_of(model: &Model) -> Option<(Id, Intent)> {
        way_on(model, report(model).unwrap())
    }

    /// [PG-09] A join that failed is taken up where it stopped, not begun anew.
    #[test]
    fn a_failed_step_is_tried_again_where_that_can_help() {
        let model = failed_join(Code::DISCOVERY_UNREACHABLE);
        let join_id = sample::join(JoinState::Failed).join_id;
        assert_eq!(button_of(&model), Some((id::RETRY, Intent::Retry(join_id))));
        assert_eq!(button_of(&failed_join(Code::DRS_NOT_AUTHORIZED)), None);
    }

    #[test]
    fn a_refused_sign_in_leads_back_to_the_sign_in() {
        let mut model = Model::new(Mode::Settings, None);
        model.apply(Action::Status(Box::new(sample::status(None))));
        model.apply(Action::Failed(Box::new(sample::report(
            Code::TOKEN_EXPIRED,
        ))));
        assert_eq!(
            button_of(&model),
            Some((id::SIGN_IN_AGAIN, Intent::Go(Stage::Account)))
        );
        model.apply(Action::Failed(Box::new(sample::report(Code::WRONG_TENANT))));
        assert_eq!(button_of(&model), None);
    }

    /// [PG-09] Whatever becomes of its management, nothing here takes a joined device out again.
    #[test]
    fn a_joined_device_is_not_started_over() {
        let mut model = failed_join(Code::MDM_UNREACHABLE);
        let join_id = sample::join(JoinState::Failed).join_id;
        assert_eq!(way_out(&model).0, id::START_OVER);
        let mut failed = model.join.clone().unwrap();
        failed.device = Some(sample::device());
        model.apply(Action::Join(Box::new(failed)));
        assert_eq!(
            way_out(&model),
            (id::MANAGE_WITHOUT, Intent::Cancel(join_id))
        );
        assert_eq!(button_of(&model), Some((id::RETRY, Intent::Retry(join_id))));
        // The page's own failure on the way to the code.
        model.apply(Action::Join(Box::new(sample::join(
            JoinState::WaitingForManagement,
        ))));
        model.apply(Action::Failed(Box::new(sample::report(Code::UNREACHABLE))));
        assert_eq!(way_out(&model).0, id::MANAGE_WITHOUT);
        assert_eq!(button_of(&model), Some((id::CHECK_AGAIN, Intent::Check)));
    }

    /// [PG-10] A second tab's late click is answered by showing where the join stands.
    #[test]
    fn a_click_that_came_too_late_looks_where_the_join_stands() {
        let mut model = Model::new(Mode::Settings, None);
        model.apply(Action::Status(Box::new(sample::status(Some(
            sample::join(JoinState::Running),
        )))));
        model.apply(Action::Failed(Box::new(sample::report(Code::WRONG_STATE))));
        assert_eq!(button_of(&model), Some((id::CHECK_AGAIN, Intent::Check)));
    }
}
