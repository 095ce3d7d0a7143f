//! The MSAL channel: a web application of npm `@azure/msal-browser` gets its token through extension and broker where the
//! organisation named it, and by the web everywhere else.

use dovetail_tests::Lab;
use dovetail_tests::browser::Managed;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::place::root;
use dovetail_tests::site::Site;
use dovetail_tests::wait::until_async;
use serde_json::{Value, json};

use crate::sign_on::signs_in_from_the_page;
use crate::story::{both, employee};

/// The application's registration.
const CLIENT: &str = "5d0f3c1e-3d0c-4b0b-9c55-0a2f6f6f1c02";
const UPN: &str = "adele@contoso.com";
/// Somebody who is not signed in on the device.
const OTHER: &str = "diego@contoso.com";
const NAME: &str = "app.dovetail.localhost";

/// Puts the application up and registers it at the tenant.
fn application(lab: &Lab) -> Site {
    let modules = root().join("target/tools/node/clients/node_modules/@azure/msal-browser/lib");
    let read = |path: std::path::PathBuf| {
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let own = |name: &str| read(root().join("tests/e2e/app").join(name));
    let tenant = &lab.tenant;
    let know = json!({
        "client": CLIENT, "account": UPN, "upn": UPN, "other": OTHER, "scopes": ["User.Read"],
        "authority": format!("{}/{}", tenant.value("login"), tenant.value("tenant_id")),
    });
    let site = Site::start(lab, NAME, |_| {
        vec![
            ("/", own("index.html")),
            ("/app.js", own("app.js")),
            ("/config.json", serde_json::to_vec(&know).unwrap()),
            (
                "/msal-browser.js",
                read(modules.join("msal-browser.min.js")),
            ),
            (
                "/redirect.html",
                read(root().join("tests/clients/drivers/spa/redirect.html")),
            ),
            (
                "/msal-redirect-bridge.js",
                read(modules.join("redirect-bridge/msal-redirect-bridge.min.js")),
            ),
        ]
    });
    let redirect = format!("{}/redirect.html", site.origin);
    let add = [
        "app",
        "add",
        "--client-id",
        CLIENT,
        "--name",
        "An application",
    ];
    tenant.run(&[&add[..], &["--spa", "--redirect-uri", &redirect]].concat());
    site
}

/// The device's part of the policy.
fn allow(lab: &mut Lab, origin: &str) {
    lab.daemon.reconfigure(|text| {
        format!(
            "{text}[sso]\nweb_apps = [{{ origin = \"{origin}\", client_ids = [\"{CLIENT}\"] }}]\n"
        )
    });
}

/// The browser's part: applications by origin, and the permission of the organisation's own build to be on their host.
fn naming(origins: &[&str]) -> Managed {
    let mut managed = Managed::with(json!({ "msalOrigins": origins }));
    managed.hosts = vec![format!("https://{NAME}/*")];
    managed
}

async fn opens(person: &Person<'_>, address: &str) -> Outcome {
    person.goes_to(address).await?;
    said(person, "ready").await.map(drop)
}

/// What the application shows under this name.
async fn said(person: &Person<'_>, name: &str) -> Outcome<Value> {
    let what = format!("{name} on the application's page");
    let shown = until_async(&what, || async {
        let shown: Value = serde_json::from_str(&person.reads("#answer").await.ok()?).ok()?;
        ["ready", "got", "failed"]
            .iter()
            .any(|one| !shown[*one].is_null())
            .then_some(shown)
    });
    let mut shown = shown.await?;
    if shown[name].is_null() {
        return Err(format!("{name} was awaited: {shown}"));
    }
    Ok(shown[name].take())
}

async fn clicked(person: &Person<'_>, button: &str, name: &str) -> Outcome<Value> {
    // The page forgets its last answer before it does anything.
    person.clicks(button).await?;
    said(person, name).await
}

/// The claims of a token.
fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&dovetail_shared::encode::from_b64url(payload).unwrap()).unwrap()
}

both!(
    /// First nobody is signed in on the device: the library finds no broker, and the person is signed in by the web. Then the
    /// application gets a token that is bound to the device, and others in silence, with the ids that it learnt from the first and
    /// from the sign-in service.
    a_named_application_gets_its_token_by_the_broker,
    async |lab: &mut Lab, kind, name: &str| {
        let site = application(lab);
        allow(lab, &site.origin);
        let lab = &*lab;
        employee(lab, kind, &naming(&[&site.origin]), name, async |person| {
            person.joins(UPN, "Adele’s laptop").await?;
            opens(person, &site.origin).await?;
            let web = clicked(person, "#silent", "got").await?;
            assert_eq!(web["fromPlatformBroker"], false, "{web}");
            person.opens_the_portal().await?;
            signs_in_from_the_page(person).await?;

            opens(person, &site.origin).await?;
            let first = clicked(person, "#broker", "got").await?;
            assert_eq!(first["fromPlatformBroker"], true, "{first}");
            assert_eq!(first["account"]["username"], UPN, "{first}");
            let device = &lab.tenant.devices()[0]["DeviceId"];
            let told = claims(&first["accessToken"]);
            assert_eq!((&told["deviceid"], &told["appid"]), (device, &json!(CLIENT)), "{told}");
            assert_eq!(claims(&first["idToken"])["aud"], CLIENT);
            let again = clicked(person, "#again", "got").await?;
            assert_eq!(again["fromPlatformBroker"], true, "{again}");
            assert_ne!(again["accessToken"], first["accessToken"]);

            // An application that knows the person from elsewhere asks by the id at home.
            let home = first["account"]["homeAccountId"].as_str().unwrap();
            opens(person, &format!("{}/?account={home}", site.origin)).await?;
            let by_id = clicked(person, "#broker", "got").await?;
            assert_eq!(by_id["fromPlatformBroker"], true, "{by_id}");
            // The sign-in service names the account (`nativebroker=1`), and the library goes to the broker with that.
            let told = clicked(person, "#silent", "got").await?;
            assert_eq!(told["fromPlatformBroker"], true, "{told}");
            Ok(())
        })
        .await
    }
);

/// Signs in in the window that the application opened, and comes back when that has closed.
async fn signs_in_in_the_popup(person: &Person<'_>, upn: &str) -> Outcome {
    let driver = &person.browser.driver;
    let words = |error: thirtyfour::error::WebDriverError| error.to_string();
    let here = driver.window().await.map_err(words)?;
    let popup = until_async("the application's window", || async {
        let all = driver.windows().await.ok()?;
        all.into_iter().find(|window| *window != here)
    });
    driver.switch_to_window(popup.await?).await.map_err(words)?;
    let (password, _) = person.lab.tenant.person(upn);
    person.enters_password(&password).await?;
    person.does_not_stay_signed_in().await?;
    until_async("the application's window to close", || async {
        (driver.windows().await.ok()?.len() == 1).then_some(())
    })
    .await?;
    driver.switch_to_window(here).await.map_err(words)
}

both!(
    /// Adele is signed in on the device, and Diego signs in to an application that found its broker. The sign-in service names no
    /// account of the broker's, which knows none of his: he gets his token by the web, at once and in silence later. Hers still come
    /// by the broker.
    somebody_else_signs_in_by_the_web,
    async |lab: &mut Lab, kind, name: &str| {
        let site = application(lab);
        allow(lab, &site.origin);
        let lab = &*lab;
        employee(lab, kind, &naming(&[&site.origin]), name, async |person| {
            person.joins(UPN, "Adele’s laptop").await?;
            signs_in_from_the_page(person).await?;
            opens(person, &site.origin).await?;
            person.clicks("#other").await?;
            signs_in_in_the_popup(person, OTHER).await?;
            let got = said(person, "got").await?;
            assert_eq!((&got["fromPlatformBroker"], &got["account"]["username"]), (&json!(false), &json!(OTHER)), "{got}");
            assert_eq!(claims(&got["accessToken"])["upn"], OTHER);
            let silent = clicked(person, "#other-silent", "got").await?;
            assert_eq!((&silent["fromPlatformBroker"], &silent["account"]["username"]), (&json!(false), &json!(OTHER)), "{silent}");
            let hers = clicked(person, "#broker", "got").await?;
            assert_eq!((&hers["fromPlatformBroker"], &hers["account"]["username"]), (&json!(true), &json!(UPN)), "{hers}");
            Ok(())
        })
        .await
    }
);

both!(
    /// The organisation names another application: this one's library finds no broker, and the person is signed in by the web. A
    /// page there that speaks the channel by hand sees its own message, as if no extension were there.
    an_application_that_is_not_named_goes_by_the_web,
    async |lab: &mut Lab, kind, name: &str| {
        let site = application(lab);
        allow(lab, &site.origin);
        let lab = &*lab;
        // The same host at another port: the script is there, and keeps still.
        employee(lab, kind, &naming(&["https://app.dovetail.localhost:9"]), name, async |person| {
            person.joins(UPN, "Adele’s laptop").await?;
            signs_in_from_the_page(person).await?;
            opens(person, &site.origin).await?;
            let failed = clicked(person, "#broker", "failed").await?;
            assert_eq!(failed["code"], "unable_to_acquire_token_from_native_platform", "{failed}");
            let silent = clicked(person, "#silent", "got").await?;
            assert_eq!(silent["fromPlatformBroker"], false, "{silent}");
            let told = speaks(person, json!({})).await?;
            assert_eq!((&told["own"], &told["answers"]), (&json!(true), &json!([])), "{told}");
            // A page of the tenant's, where no script is at all.
            person.goes_to(&format!("{}/common/discovery/keys", lab.tenant.value("login"))).await?;
            let told = speaks(person, json!({})).await?;
            assert_eq!((&told["own"], &told["answers"]), (&json!(true), &json!([])), "{told}");
            Ok(())
        })
        .await
    }
);

/// Runs the page that speaks by hand.
async fn speaks(person: &Person<'_>, question: Value) -> Outcome<Value> {
    let source = std::fs::read_to_string(root().join("tests/e2e/app/raw.js")).unwrap();
    let told = person
        .browser
        .driver
        .execute_async(source, vec![question])
        .await;
    told.map_err(|error| error.to_string())?
        .convert()
        .map_err(|error| error.to_string())
}

both!(
    /// A page on an origin that is allowed, and hostile all the same: everything it sends is answered and nothing of it works; after
    /// that, and without the daemon, the application's library still gets along.
    a_hostile_page_gets_answers_and_nothing_else,
    async |lab: &mut Lab, kind, name: &str| {
        let site = application(lab);
        allow(lab, &site.origin);
        let request = |changes: Value| {
            let mut request = json!({
                "accountId": UPN, "clientId": CLIENT, "authority": format!("{}/common/", lab.tenant.value("login")), "scope": "User.Read openid",
                "redirectUri": format!("{}/redirect.html", site.origin), "correlationId": "c", "windowTitleSubstring": "",
            });
            for (name, value) in changes.as_object().unwrap() {
                request[name] = value.clone();
            }
            json!({ "method": "GetToken", "request": request })
        };
        let asks = [
            (json!({ "method": "GetSupportedUrls" }), "PERSISTENT_ERROR"),
            (json!({ "method": "SignOut", "request": {} }), "PERSISTENT_ERROR"),
            (request(json!({ "state": "LARGE" })), "PERSISTENT_ERROR"),
            (json!({ "method": "GetToken", "request": "LARGE" }), "PERSISTENT_ERROR"),
            (request(json!({ "scope": "" })), "PERSISTENT_ERROR"),
            (request(json!({ "redirectUri": "https://evil.example/" })), "DISABLED"),
            (request(json!({ "tokenType": "pop" })), "DISABLED"),
            (request(json!({ "accountId": "megan@contoso.com" })), "ACCOUNT_UNAVAILABLE"),
            (request(json!({ "prompt": "login" })), "USER_INTERACTION_REQUIRED"),
            // The daemon's own rule: this client is not this origin's.
            (request(json!({ "clientId": "1b730954-1685-4b74-9bfd-dac224a7b894" })), "DISABLED"),
        ];
        let wanted: Vec<&str> = asks.iter().map(|(_, status)| *status).collect();
        let bodies: Vec<&Value> = asks.iter().map(|(body, _)| body).collect();
        let question = json!({ "asks": bodies });
        let foreign = json!({ "hand": { "extensionId": "ppnbnpeolgkicgegkbkbjmhlideopiji" } });
        let lab_now = &*lab;
        let browser = dovetail_tests::Browser::managed(lab_now, kind, dovetail_tests::browser::Options::default(), &naming(&[&site.origin])).await;
        let Some(browser) = browser else { return Ok(()) };
        let outcome = async {
            {
                let person = &Person { browser: &browser, lab };
                person.joins(UPN, "Adele’s laptop").await?;
                signs_in_from_the_page(person).await?;
                opens(person, &site.origin).await?;
                let told = speaks(person, foreign).await?;
                assert_eq!((&told["own"], &told["answers"]), (&json!(true), &json!([])), "{told}");
                let told = speaks(person, question).await?;
                let answers = told["answers"].as_array().unwrap();
                let mut statuses = vec![""; wanted.len()];
                for answer in &answers[1..] {
                    let place: usize = answer["responseId"].as_str().unwrap().strip_prefix("ask-").unwrap().parse().unwrap();
                    assert!(answer["body"]["response"]["result"].is_null(), "{answer}");
                    statuses[place] = answer["body"]["response"]["ext"]["status"].as_str().unwrap();
                }
                assert_eq!(statuses, wanted, "{told}");
                let got = clicked(person, "#broker", "got").await?;
                assert_eq!(got["fromPlatformBroker"], true, "{got}");
            }
            lab.daemon.stop();
            let person = &Person { browser: &browser, lab };
            opens(person, &site.origin).await?;
            let silent = clicked(person, "#silent", "got").await?;
            assert_eq!(silent["fromPlatformBroker"], false, "{silent}");
            Ok(())
        };
        let outcome = outcome.await;
        if outcome.is_err() {
            browser.keep_evidence(name).await;
        }
        browser.quit().await;
        outcome
    }
);
