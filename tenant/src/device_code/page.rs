//! The person's pages: type the code, look at who asks, decide.

use axum::response::Response;
use maud::{Markup, html};

use super::store::Waiting;
use super::visit::PATH;
use crate::account::User;
use crate::audit::Reason;
use crate::authorize::{content_policy, frame};

/// Why the page is shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Complaint {
    /// No such code waits.
    Wrong,
    /// Too many wrong ones.
    TooMany,
    /// It was decided on, or its time is over.
    Over,
    /// Another account is signed in by now.
    Changed,
    /// The sign-in lacks the second factor that was asked for.
    NoMfa,
}

impl Complaint {
    fn sentence(self) -> &'static str {
        match self {
            Self::Wrong => {
                "No sign-in waits for that code. Look at the code on your device and type it again."
            }
            Self::TooMany => {
                "Too many wrong codes were typed. Wait a quarter of an hour and try again."
            }
            Self::Over => "This code has expired or was used. Ask your device for a new one.",
            Self::Changed => "Another account has signed in meanwhile. Type the code again.",
            Self::NoMfa => {
                "The device asks for a sign-in with a second factor, and this one had none. Type the code again and sign in with it."
            }
        }
    }
}

/// Asks for the code.
pub(super) fn enter(complaint: Option<Complaint>) -> Response {
    let content = html! {
        h1 { "Enter code" }
        @if let Some(complaint) = complaint {
            div.error role="alert" { p { (complaint.sentence()) } }
        }
        p { "Type the code that your device or program shows." }
        form method="post" action=(PATH) {
            input type="hidden" name="step" value="code";
            label for="otc" { "Code" }
            input #otc name="otc" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="32" autofocus required aria-describedby="warning";
            p #warning { strong { "Do not type a code that somebody sent you." } " Whoever gave it to you would be signed in as you." }
            button #idSIButton9 type="submit" { "Next" }
        }
    };
    let response = frame("Enter code", &content, &content_policy(None, None));
    match complaint {
        Some(complaint) => Reason::new("device_code", complaint.sentence()).on(response),
        None => response,
    }
}

/// Shows who asks, and lets the person decide.
pub(super) fn confirm(waiting: &Waiting, user: &User, sid: &str) -> Response {
    let title = format!("Are you trying to sign in to {}?", waiting.app);
    let content = html! {
        h1 { "Are you trying to sign in to " bdi { (waiting.app) } "?" }
        p.who { bdi { (user.upn) } }
        p { "A device asks to be signed in as you. It will be able to use " bdi { (waiting.app) } " in your name." }
        dl {
            dt { "Where it asks from" } dd { bdi { (waiting.place) } }
            dt { "Code that it shows" } dd { (waiting.user_code) }
        }
        p { strong { "Go on only if you have this device before you" } " and started the sign-in there yourself. If somebody sent you the code, decline." }
        form method="post" action=(PATH) {
            input type="hidden" name="sid" value=(sid);
            div.pair {
                button type="submit" name="step" value="decline" class="quiet" { "Decline" }
                button #idSIButton9 type="submit" name="step" value="approve" { "Continue" }
            }
        }
        form.back method="post" action=(PATH) {
            button type="submit" name="step" value="other" class="link" { "Use another account" }
        }
    };
    frame(&title, &content, &content_policy(None, None))
}

/// The end.
pub(super) fn done(waiting: &Waiting) -> Response {
    outcome(
        "Signed in",
        &html! {
            "You have signed in to the " bdi { (waiting.app) } " application on your device. You may now close this window."
        },
    )
}

/// The other end.
pub(super) fn declined() -> Response {
    outcome(
        "Declined",
        &html! { "The sign-in was declined. You may now close this window." },
    )
}

fn outcome(title: &str, sentence: &Markup) -> Response {
    let content = html! {
        h1 { (title) }
        p #message role="status" { (sentence) }
    };
    frame(title, &content, &content_policy(None, None))
}
