//! Firefox ESR, headless, with a home of its own. It takes the lab's certificates without knowing the CA: a profile made by
//! its driver cannot be told beforehand.

use thirtyfour::common::capabilities::firefox::FirefoxPreferences;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::extensions::addons::firefox::FirefoxTools;
use thirtyfour::prelude::*;
use thirtyfour::{RequestData, SessionId};

use super::driver::{Change, Cookies, Plan, Wasm, host_manifest};

/// Host of the extension's own pages.
pub(super) const GECKO_UUID: &str = "4f0c8a1e-5d2b-4b53-9d0f-6a7e1c2b3d4e";

pub(super) async fn start(plan: &Plan<'_>) -> WebDriverResult<WebDriver> {
    if plan.options.host {
        host_manifest(
            &plan.home.join(".mozilla/native-messaging-hosts"),
            plan.program,
            ("allowed_extensions", dovetail_client::place::GECKO_ID),
        );
    }
    let mut preferences = FirefoxPreferences::new();
    preferences.set(
        "layout.css.prefers-color-scheme.content-override",
        i32::from(!plan.options.dark),
    )?;
    preferences.set("devtools.jsonview.enabled", false)?;
    preferences.set("javascript.options.wasm", plan.options.wasm == Wasm::Runs)?;
    // The extension's own pages are at an address that a test can know.
    let address = serde_json::json!({ dovetail_client::place::GECKO_ID: GECKO_UUID });
    preferences.set("extensions.webextensions.uuids", address.to_string())?;
    // What a person says yes to in the browser's own window, which no driver reaches.
    preferences.set("extensions.webextOptionalPermissionPrompts", false)?;
    // As organisations do that install their own build.
    preferences.set("xpinstall.signatures.required", false)?;
    preferences.set("intl.accept_languages", "en-US")?;
    match plan.options.cookies {
        Cookies::OwnPages => {}
        // What the policies Cookies.Behavior "accept" and "reject" set.
        Cookies::WithinOthers => preferences.set("network.cookie.cookieBehavior", 0)?,
        Cookies::None => preferences.set("network.cookie.cookieBehavior", 2)?,
    }
    let mut caps = DesiredCapabilities::firefox();
    caps.set_firefox_binary("/usr/bin/firefox-esr")?;
    caps.add_arg("-headless")?;
    caps.accept_insecure_certs(true)?;
    caps.set_preferences(preferences)?;
    let driver = WebDriver::new(format!("http://127.0.0.1:{}", plan.port), caps).await?;
    if plan.loads() {
        FirefoxTools::new(driver.handle().clone())
            .install_addon(plan.extension.to_str().unwrap_or_default(), Some(true))
            .await?;
    }
    Ok(driver)
}

/// Whose scripts the driver runs.
#[derive(Debug)]
enum Context {
    /// The browser's own.
    Chrome,
    /// The page's.
    Content,
}

impl FormatRequestData for Context {
    fn format_request(&self, session_id: &SessionId) -> RequestData {
        let context = match self {
            Self::Chrome => "chrome",
            Self::Content => "content",
        };
        let path = format!("/session/{session_id}/moz/context");
        RequestData::new(reqwest::Method::POST, path)
            .add_body(serde_json::json!({ "context": context }))
    }
}

/// Opens a page of the extension's own, which the driver by itself may not: as if a person had typed the address.
pub(super) async fn open(driver: &WebDriver, url: &str) -> WebDriverResult<()> {
    let script = "gBrowser.selectedBrowser.fixupAndLoadURIString(arguments[0], { triggeringPrincipal: Services.scriptSecurityManager.getSystemPrincipal() });";
    driver.handle().cmd(Context::Chrome).await?;
    let opened = driver.execute(script, vec![url.into()]).await;
    driver.handle().cmd(Context::Content).await?;
    opened.map(drop)
}

/// Does something to the extension, as the browser's page for that does.
pub(super) async fn change(driver: &WebDriver, change: Change) -> WebDriverResult<()> {
    let act = match change {
        Change::Reload => "reload",
        Change::Disable => "disable",
        Change::Enable => "enable",
    };
    let script = format!(
        "const [id, done] = arguments;
         const {{ AddonManager }} = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');
         AddonManager.getAddonByID(id).then((addon) => addon.{act}()).then(() => done(null), (error) => done(String(error)));"
    );
    driver.handle().cmd(Context::Chrome).await?;
    let id = dovetail_client::place::GECKO_ID;
    let told = driver.execute_async(script, vec![id.into()]).await;
    driver.handle().cmd(Context::Content).await?;
    let told = told?;
    assert!(told.json().is_null(), "{change:?}: {}", told.json());
    Ok(())
}
