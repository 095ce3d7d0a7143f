//! The sign-in pages: plain HTML under a policy that allows one script by its hash: what the page says to programs.

use aws_lc_rs::digest;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use dovetail_shared::encode::b64;
use dovetail_shared::oidc::OAuthError;
use dovetail_shared::{Code, code};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use url::Url;

use super::config::Config;
use super::flow::Flow;
use crate::audit::Reason;
use crate::session::Session;

/// What every step's page is made from.
#[derive(Debug)]
pub(super) struct View<'a> {
    /// Where the form goes.
    pub(super) action: String,
    pub(super) ctx: &'a str,
    pub(super) flow: &'a Flow,
    pub(super) config: Config,
}

/// The only script that does anything: it sends the form that carries the answer. Allowed by its hash, like every script.
const SUBMIT: &str = "document.forms.hiddenform.submit()";

/// Asks for the account.
pub(super) fn account(view: &View<'_>) -> Response {
    step(
        view,
        "account",
        "Sign in",
        &html! {
            label for="i0116" { "Account name" }
            input #i0116 name="username" type="email" inputmode="email" autocomplete="username" autofocus required spellcheck="false"
                placeholder="someone@contoso.com" value=(view.flow.upn.as_deref().unwrap_or_default());
            button #idSIButton9 type="submit" { "Next" }
        },
    )
}

/// Asks which of the accounts that are signed in here is meant.
pub(super) fn choose(view: &View<'_>, sessions: &[Session]) -> Response {
    step(
        view,
        "choose",
        "Pick an account",
        &html! {
            div.accounts {
                @for session in sessions {
                    button type="submit" name="account" value=(session.sid) { bdi { (session.user.upn) } }
                }
                button #otherTile type="submit" name="account" value="other" class="quiet" { "Use another account" }
            }
        },
    )
}

/// Asks for the password.
pub(super) fn password(view: &View<'_>) -> Response {
    step(
        view,
        "password",
        "Enter password",
        &html! {
            // For password managers, and so that people see whom they are.
            input type="hidden" name="username" autocomplete="username" value=(view.flow.upn.as_deref().unwrap_or_default());
            label for="i0118" { "Password" }
            input #i0118 name="password" type="password" autocomplete="current-password" autofocus required;
            button #idSIButton9 type="submit" { "Sign in" }
        },
    )
}

/// Asks for the code of the second factor.
pub(super) fn second_factor(view: &View<'_>) -> Response {
    step(
        view,
        "code",
        "Enter code",
        &html! {
            label for="idTxtBx_SAOTCC_OTC" { "Code from your authenticator" }
            input #idTxtBx_SAOTCC_OTC name="otc" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" autofocus required;
            button #idSubmit_SAOTCC_Continue type="submit" { "Verify" }
        },
    )
}

/// Asks whether to stay signed in.
pub(super) fn stay(view: &View<'_>) -> Response {
    step(
        view,
        "stay",
        "Stay signed in?",
        &html! {
            p { "You will be asked to sign in less often in this browser." }
            div.pair {
                button #idBtn_Back type="submit" name="stay" value="no" class="quiet" { "No" }
                button #idSIButton9 type="submit" name="stay" value="yes" autofocus { "Yes" }
            }
        },
    )
}

/// Where a native program's answer goes. It is in the address, and whoever began the sign-in takes it from there; nothing is
/// made of it here.
pub(super) async fn native_client() -> Response {
    let content = html! {
        h1 { "You have signed in" }
        p { "The program that asked for it goes on by itself. If it does not, close this window and start again there." }
    };
    page("Signed in", &content, &policy(None, None))
}

/// The account's organisation signs in elsewhere: says where, and why.
pub(super) fn federated(view: &View<'_>, brand: &str, address: &str) -> Response {
    let host = Url::parse(address)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    let failed = view.flow.complaint.is_some();
    let title = if failed {
        format!("The sign-in at {brand} did not work")
    } else {
        format!("You are going to the sign-in service of {brand}")
    };
    let content = html! {
        h1 { (title) }
        p.who { bdi { (view.flow.upn.as_deref().unwrap_or_default()) } }
        (complained(view))
        p { "Accounts of " bdi { (brand) } " sign in at the organisation’s own service, not here. You come back afterwards." }
        p { "Enter your password only at " strong { bdi { (host) } } "." }
        a.button href=(address) autofocus { @if failed { "Try again" } @else { "Continue" } }
        (back(view))
        (script(view.config.text()))
    };
    page(&title, &content, &step_policy(view))
}

fn step(view: &View<'_>, name: &str, title: &str, fields: &Markup) -> Response {
    let content = html! {
        h1 { (title) }
        @if name != "account" { @if let Some(upn) = &view.flow.upn { p.who { bdi { (upn) } } } }
        (complained(view))
        form method="post" action=(view.action) {
            input type="hidden" name="ctx" value=(view.ctx);
            input type="hidden" name="step" value=(name);
            (fields)
        }
        @if ["password", "code"].contains(&name) { (back(view)) }
        (script(view.config.text()))
    };
    page(title, &content, &step_policy(view))
}

fn step_policy(view: &View<'_>) -> String {
    let answer = Some(view.flow.request.redirect_uri.as_str());
    policy(answer, Some(view.config.text()))
}

fn script(text: &str) -> Markup {
    html! { script { (PreEscaped(text)) } }
}

/// What the last step complained about.
fn complained(view: &View<'_>) -> Markup {
    html! {
        @if let Some((number, what, cure)) = view.flow.complaint.map(complaint) {
            div.error role="alert" { p { (what) " " (cure) } p.code { "AADSTS" (number) } }
        }
    }
}

fn back(view: &View<'_>) -> Markup {
    html! {
        form.back method="post" action=(view.action) {
            input type="hidden" name="ctx" value=(view.ctx);
            button type="submit" name="step" value="back" class="link" { "Use another account" }
        }
    }
}

/// What a number means to a person: from the one table of codes.
pub(super) fn complaint(number: u32) -> (u32, &'static str, &'static str) {
    let entry: Option<&code::Entry> = Code::Aadsts(number).entry();
    (
        number,
        entry.map_or("The sign-in was refused.", |entry| entry.what),
        entry.map_or("Ask your administrator.", |entry| entry.cure),
    )
}

/// The same for the log.
pub(super) fn reason(number: u32) -> Reason {
    Reason::aadsts(number, complaint(number).1)
}

/// A refusal that goes nowhere, because the address it would go to is not to be trusted, or the sign-in is gone.
pub(super) fn error(error: &OAuthError) -> Response {
    let number = error.error_codes.first().copied();
    let config = Config::of_error(number, &error.error_description);
    let content = html! {
        h1 { "Sorry, we cannot sign you in" }
        div.error role="alert" { @for line in error.error_description.lines() { p { (line) } } }
        (script(config.text()))
    };
    Reason::oauth(error).on(page(
        "Sign-in error",
        &content,
        &policy(None, Some(config.text())),
    ))
}

/// After signing out: tells the applications, in frames that nobody sees, and goes on where there is somewhere to go to.
pub(super) fn signed_out(told: &[String], back: Option<&str>) -> Response {
    let content = html! {
        h1 { "You are signed out" }
        @for address in told { iframe src=(address) hidden title="Signing out" {} }
        @match back {
            Some(back) => { p { a.button href=(back) { "Continue" } } }
            None => { p { "You can close this window." } }
        }
    };
    let origins: Vec<String> = told.iter().filter_map(|address| origin(address)).collect();
    let frames = if origins.is_empty() {
        String::new()
    } else {
        format!(" frame-src {};", origins.join(" "))
    };
    let mut response = page(
        "Signed out",
        &content,
        &format!("{};{frames}", policy(None, None)),
    );
    // By itself, once the frames had their time; a person may be faster.
    if let Some(value) = back.and_then(|back| HeaderValue::from_str(&format!("3; url={back}")).ok())
    {
        response.headers_mut().insert(header::REFRESH, value);
    }
    response
}

/// The answer as a posted form (OAuth 2.0 Form Post Response Mode).
pub(super) fn form_post(uri: &str, fields: &[(&str, &str)]) -> Response {
    let content = html! {
        form name="hiddenform" method="POST" action=(uri) {
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            noscript { p { "Your browser runs no scripts. Press the button to go on." } button type="submit" { "Continue" } }
        }
        (script(SUBMIT))
    };
    page("Working…", &content, &policy(Some(uri), Some(SUBMIT)))
}

/// The body beside a redirect.
pub(super) fn moved(location: &str) -> String {
    html! { (DOCTYPE) html { head { title { "Object moved" } } body { h2 { "Object moved to " a href=(location) { "here" } "." } } } }.into_string()
}

/// `form-action` must name where the answer goes: Chromium applies it to the redirects behind a form, too.
pub(crate) fn policy(answer: Option<&str>, script: Option<&str>) -> String {
    let origin = answer.and_then(origin).unwrap_or_default();
    let script = script
        .map(|script| {
            format!(
                " script-src 'sha256-{}';",
                b64(digest::digest(&digest::SHA256, script.as_bytes()))
            )
        })
        .unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {origin};{script} base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The origin of an address; `None` where it has none, as those of programs' own schemes.
fn origin(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    Some(url.origin().ascii_serialization())
}

/// The frame of every page for people: plain HTML under that content policy.
pub(crate) fn page(title: &str, content: &Markup, policy: &str) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/static/signin.css";
            }
            body { main { (content) } }
        }
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        // Not `no-referrer`: browsers then send forms with `Origin: null`, and the origin check could not hold.
        (header::REFERRER_POLICY, "same-origin".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
    ];
    (headers, markup.into_string()).into_response()
}

/// `GET /static/signin.css`
pub(crate) async fn style() -> impl IntoResponse {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/css; charset=utf-8"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("max-age=3600"),
        ),
    ];
    (headers, include_str!("signin.css"))
}
