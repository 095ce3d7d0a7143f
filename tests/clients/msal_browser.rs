//! `@azure/msal-browser` of npm, Microsoft's library for single-page applications, in real browsers.

use std::path::Path;

use dovetail_tests::wait::until_async;
use dovetail_tests::{Browser, Kind};
use serde_json::{Value, json};
use thirtyfour::prelude::*;
use tokio::runtime::Builder;

use crate::driver::{Driver, brief};
use crate::person::{ADELE, known};
use crate::stage::{SPA, Stage};
use crate::trial::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    "msal_browser"; redirect_in_chromium, popup_in_chromium, silent_iframe_in_chromium,
    redirect_in_firefox, popup_in_firefox, silent_iframe_in_firefox,
    v4_redirect_in_chromium, v4_popup_in_chromium, v4_silent_iframe_in_chromium,
];

/// The newest version.
const NEWEST: u8 = 5;
/// The one before, which brings the answer home another way: it reads the address of the window or frame.
const BEFORE: u8 = 4;

/// The page goes away to sign in and comes back with a code, which it redeems from its own origin.
fn redirect_in_chromium(stage: &Stage) {
    tell(stage, NEWEST, Kind::Chromium, redirect);
}

/// The same in Firefox.
fn redirect_in_firefox(stage: &Stage) {
    tell(stage, NEWEST, Kind::Firefox, redirect);
}

/// Sign-in in a window of its own, which closes by itself.
fn popup_in_chromium(stage: &Stage) {
    tell(stage, NEWEST, Kind::Chromium, popup);
}

/// The same in Firefox.
fn popup_in_firefox(stage: &Stage) {
    tell(stage, NEWEST, Kind::Firefox, popup);
}

/// Whoever has a session at the tenant is signed in by a hidden frame; a refresh token does the rest.
fn silent_iframe_in_chromium(stage: &Stage) {
    tell(stage, NEWEST, Kind::Chromium, silent_iframe);
}

/// The same in Firefox.
fn silent_iframe_in_firefox(stage: &Stage) {
    tell(stage, NEWEST, Kind::Firefox, silent_iframe);
}

/// The version before, which still is the one in most pages.
fn v4_redirect_in_chromium(stage: &Stage) {
    tell(stage, BEFORE, Kind::Chromium, redirect);
}

/// It reads the popup's address, which no header of the tenant's may keep from it.
fn v4_popup_in_chromium(stage: &Stage) {
    tell(stage, BEFORE, Kind::Chromium, popup);
}

/// It reads the frame's address.
fn v4_silent_iframe_in_chromium(stage: &Stage) {
    tell(stage, BEFORE, Kind::Chromium, silent_iframe);
}

type Told = Result<(), String>;

async fn redirect(page: &Page<'_>) -> Told {
    page.open().await?;
    page.click("#redirect").await?;
    page.sign_in().await?;
    page.check(&page.got().await?)
}

async fn popup(page: &Page<'_>) -> Told {
    page.open().await?;
    let home = page.driver().window().await.map_err(words)?;
    page.click("#popup").await?;
    let other = until_async("the popup", || async {
        let windows = page.driver().windows().await.ok()?;
        windows.into_iter().find(|window| *window != home)
    });
    let other = other.await?;
    page.driver().switch_to_window(other).await.map_err(words)?;
    page.sign_in().await?;
    page.driver().switch_to_window(home).await.map_err(words)?;
    page.check(&page.got().await?)
}

async fn silent_iframe(page: &Page<'_>) -> Told {
    redirect(page).await?;
    let first = page.got().await?;
    // A browser that remembers the person, and an application that does not.
    let forget = "localStorage.clear(); sessionStorage.clear();";
    page.driver().execute(forget, vec![]).await.map_err(words)?;
    page.open().await?;
    page.click("#silent").await?;
    let silent = page.got().await?;
    page.check(&silent)?;
    page.click("#refresh").await?;
    let refreshed = page.got().await?;
    page.check(&refreshed)?;
    for other in [&first, &silent] {
        if other["accessToken"] == refreshed["accessToken"] {
            return Err("nothing was refreshed".into());
        }
    }
    Ok(())
}

fn tell(stage: &Stage, version: u8, kind: Kind, story: impl AsyncFnOnce(&Page<'_>) -> Told) {
    let mut know = known(stage, ADELE);
    know["client"] = json!(SPA);
    know["version"] = json!(version);
    let mut server = Driver::start(stage, "spa.mjs", "serve", know);
    let origin = server.said("listening").as_str().unwrap().to_owned();
    for page in ["", "redirect.html", "blank.html"] {
        stage.register_spa(&format!("{origin}/{page}"));
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let ca = Path::new(stage.tenant.value("ca"));
        let browser = Browser::bare(ca, kind).await;
        let browser = browser.expect("no browser: cargo xtask setup");
        let page = Page {
            stage,
            browser: &browser,
            origin,
        };
        let told = story(&page).await;
        if told.is_err() {
            browser.keep_evidence("msal_browser").await;
        }
        browser.quit().await;
        told.unwrap();
    });
}

/// The application in a browser.
struct Page<'a> {
    stage: &'a Stage,
    browser: &'a Browser,
    origin: String,
}

impl Page<'_> {
    fn driver(&self) -> &WebDriver {
        &self.browser.driver
    }

    async fn open(&self) -> Told {
        self.driver().goto(&self.origin).await.map_err(words)?;
        self.answer("ready").await.map(drop)
    }

    async fn click(&self, css: &str) -> Told {
        let button = self.driver().find(By::Css(css)).await.map_err(words)?;
        button.click().await.map_err(words)
    }

    /// What the library gave the application.
    async fn got(&self) -> Result<Value, String> {
        self.answer("got").await
    }

    async fn answer(&self, name: &str) -> Result<Value, String> {
        let what = format!("{name} on the application's page");
        let said = until_async(&what, || async {
            let shown = self.driver().find(By::Css("#answer")).await.ok()?;
            let mut shown: Value = serde_json::from_str(&shown.text().await.ok()?).ok()?;
            let failed = shown["failed"].is_object();
            (failed || !shown[name].is_null()).then(|| {
                if failed {
                    Err(shown.to_string())
                } else {
                    Ok(shown[name].take())
                }
            })
        });
        said.await?
    }

    /// Goes through the tenant's pages, until they are left or the window is closed.
    async fn sign_in(&self) -> Told {
        let (password, _) = self.stage.tenant.person(ADELE);
        self.fill("input[name=password]", &password).await?;
        until_async("the last of the sign-in pages", || async {
            let stay = self
                .driver()
                .find(By::Css("button[name=stay]"))
                .await
                .ok()?;
            stay.click().await.ok()
        })
        .await
    }

    async fn fill(&self, css: &str, text: &str) -> Told {
        let field = until_async(css, || async {
            self.driver().find(By::Css(css)).await.ok()
        });
        let field = field.await?;
        field.send_keys(text).await.map_err(words)?;
        let send = self
            .driver()
            .find(By::Css("form button[type=submit]"))
            .await;
        send.map_err(words)?.click().await.map_err(words)
    }

    fn check(&self, got: &Value) -> Told {
        let right = got["accessToken"].is_string()
            && got["account"]["username"] == ADELE
            && got["account"]["tenantId"] == self.stage.id();
        right.then_some(()).ok_or_else(|| brief(got))
    }
}

fn words(error: WebDriverError) -> String {
    error.to_string().chars().take(300).collect()
}
