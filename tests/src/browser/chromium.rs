//! Debian's Chromium, headless, with a profile of its own that trusts the lab's CA.

use std::path::Path;
use std::process::Command;

use thirtyfour::prelude::*;

use super::Managed;
use super::driver::{Change, Cookies, Plan, Wasm, host_manifest};

pub(super) async fn start(plan: &Plan<'_>) -> WebDriverResult<WebDriver> {
    trust(plan.home, plan.ca);
    let profile = plan.home.join("chromium");
    if plan.options.host {
        let id = plan
            .managed
            .map_or(dovetail_client::place::CHROMIUM_ID, Managed::chromium_id);
        let origin = format!("chrome-extension://{id}/");
        host_manifest(
            &profile.join("NativeMessagingHosts"),
            plan.program,
            ("allowed_origins", &origin),
        );
    }
    let mut caps = DesiredCapabilities::chrome();
    for arg in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-component-update",
        "--disable-sync",
        "--lang=en-US",
        "--window-size=1280,900",
    ] {
        caps.add_arg(arg)?;
    }
    caps.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    if plan.loads() {
        caps.add_arg(&format!("--load-extension={}", plan.extension.display()))?;
    }
    if plan.options.dark {
        caps.add_arg("--force-dark-mode")?;
    }
    if plan.options.wasm == Wasm::Unknown {
        // As the policy DefaultJavaScriptJitSetting has it: Wasm goes with the compiler.
        caps.add_arg("--js-flags=--jitless")?;
    }
    if plan.managed.is_some_and(|managed| managed.installs) {
        // Its driver keeps it from fetching extensions.
        caps.add_exclude_switch("disable-background-networking")?;
    }
    if plan.options.cookies == Cookies::WithinOthers {
        // What the policy BlockThirdPartyCookies sets; Debian's Chromium blocks them.
        let preferences = serde_json::json!({ "profile.block_third_party_cookies": false, "profile.cookie_controls_mode": 0 });
        caps.add_experimental_option("prefs", preferences)?;
    }
    if plan.options.cookies == Cookies::None {
        let preferences =
            serde_json::json!({ "profile.default_content_setting_values.cookies": 2 });
        caps.add_experimental_option("prefs", preferences)?;
    }
    caps.set_binary("/usr/bin/chromium")?;
    let driver = WebDriver::new(format!("http://127.0.0.1:{}", plan.port), caps).await?;
    if plan.options.dark {
        theme(&driver, true).await?;
    }
    Ok(driver)
}

/// Does something to the extension on the browser's own page for that.
pub(super) async fn change(driver: &WebDriver, change: Change) -> WebDriverResult<()> {
    let act = match change {
        // What was loaded from a folder comes back in developer mode only.
        Change::Reload => {
            "chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true }).then(() => chrome.developerPrivate.reload(id, { failQuietly: false }))"
        }
        Change::Disable => "chrome.management.setEnabled(id, false)",
        Change::Enable => "chrome.management.setEnabled(id, true)",
    };
    let script = format!(
        "const [id, done] = arguments; {act}.then(() => done(null), (error) => done(JSON.stringify(error) + String(error)));"
    );
    let here = driver.window().await?;
    let other = driver.new_tab().await?;
    driver.switch_to_window(other).await?;
    driver.goto("chrome://extensions/").await?;
    let id = dovetail_client::place::CHROMIUM_ID;
    let told = driver.execute_async(script, vec![id.into()]).await?;
    assert!(told.json().is_null(), "{change:?}: {}", told.json());
    driver.close_window().await?;
    driver.switch_to_window(here).await
}

/// Light or dark, whatever the machine prefers.
pub(super) async fn theme(driver: &WebDriver, dark: bool) -> WebDriverResult<()> {
    let value = if dark { "dark" } else { "light" };
    let features =
        serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
    driver
        .cdp()
        .send_raw("Emulation.setEmulatedMedia", features)
        .await?;
    Ok(())
}

/// The whole page, not only what fits into the window.
pub(super) async fn picture(driver: &WebDriver, file: &Path) {
    let shot = driver
        .cdp()
        .send_raw(
            "Page.captureScreenshot",
            serde_json::json!({ "captureBeyondViewport": true }),
        )
        .await
        .unwrap();
    let bytes = dovetail_shared::encode::from_b64(shot["data"].as_str().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}

/// Chromium on Linux trusts what the person's NSS database trusts.
fn trust(home: &Path, ca: &Path) {
    let database = home.join(".pki/nssdb");
    std::fs::create_dir_all(&database).unwrap();
    let database = format!("sql:{}", database.display());
    for args in [
        vec!["-N", "-d", &database, "--empty-password"],
        vec![
            "-A",
            "-d",
            &database,
            "-n",
            "lab",
            "-t",
            "C,,",
            "-i",
            ca.to_str().unwrap(),
        ],
    ] {
        let output = Command::new("certutil").args(&args).output().unwrap();
        assert!(
            output.status.success(),
            "certutil: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
