//! Where a credential must never go. The host is an instrument that gives credentials which are easily known again; the login host
//! and everything around it is a site of the test's own that writes down each header.

use std::time::{Duration, Instant};

use dovetail_tests::browser::Options;
use dovetail_tests::page::{Outcome, Person};
use dovetail_tests::witness::{Answer, Asked, Witness};
use dovetail_tests::{Lab, wait};

use crate::story::{both, person};

const LOGIN: &str = "login.dovetail.localhost";
const NAMES: [&str; 8] = [
    LOGIN,
    "xlogin.dovetail.localhost",
    "a.login.dovetail.localhost",
    "login.dovetail.localhost.evil.localhost",
    "login-dovetail.localhost",
    "evil.localhost",
    "app.localhost",
    "listed.localhost",
];
const PATH: &str = "/common/oauth2/v2.0/authorize";

/// Goes where the query says; else shows a page with what the query's `html` says.
fn answer(asked: &Asked) -> Answer {
    let nonce = asked.field("sso_nonce").is_some();
    match (asked.field("to"), asked.field("status")) {
        (Some(to), Some(status)) => Answer::To(status.parse().unwrap(), to),
        _ if asked.field("wants_nonce").is_some() && !nonce => Answer::To(
            302,
            format!("{}&sso_nonce=N{}", asked.url, asked.url.as_str().len()),
        ),
        _ if asked.field("never_content").is_some() => {
            let rounds = asked
                .field("sso_nonce")
                .and_then(|nonce| nonce.parse::<u32>().ok())
                .unwrap_or(0);
            Answer::To(
                302,
                format!(
                    "{}?never_content=1&sso_nonce={}",
                    asked.url.path(),
                    rounds + 1
                ),
            )
        }
        _ => Answer::Page(format!(
            "<!doctype html><title>t</title><main><h1>{}</h1>{}</main>",
            asked.url.path(),
            asked.field("html").unwrap_or_default()
        )),
    }
}

fn credential(asked: &Asked) -> Option<&str> {
    asked.header("x-ms-refreshtokencredential")
}

/// A lab whose login host is the site.
fn stage(lab: &mut Lab) -> Witness {
    let site = Witness::start(lab, &NAMES, answer);
    lab.packing.logins = vec![format!("https://{LOGIN}:{}", site.port)];
    lab.packing.frames = vec![format!("https://listed.localhost:{}", site.port)];
    lab.packing.host = "dovetail-told";
    site
}

/// Waits until the extension has heard that the user is signed on: a navigation gets a credential.
async fn is_ready(person: &Person<'_>, site: &Witness) -> Outcome {
    wait::until_async("the extension to be ready", || async {
        let mark = format!("/ready{}{PATH}", site.asked().len());
        person.goes_to(&at(site, LOGIN, &mark)).await.ok()?;
        site.asked()
            .iter()
            .any(|asked| asked.url.path() == mark && credential(asked).is_some())
            .then_some(())
    })
    .await
}

fn at(site: &Witness, host: &str, path: &str) -> String {
    format!("https://{host}:{}{path}", site.port)
}

/// Waits for a request of this path, and gives it.
async fn came(site: &Witness, path: &str) -> Result<Asked, String> {
    wait::until_async(path, || async {
        site.asked()
            .into_iter()
            .rev()
            .find(|asked| asked.url.path() == path)
    })
    .await
}

async fn script(person: &Person<'_>, script: &str) -> Outcome {
    let done = person.browser.driver.execute(script, vec![]).await;
    done.map(drop).map_err(|error| error.to_string())
}

both!(
    /// [EX-01] [EX-02] Look-alikes get nothing; nor does whoever the login host sends the browser on to, by whatever status; the login host
    /// itself does, each time with another credential, and with the nonce that it asked for.
    no_credential_reaches_another_host,
    async |lab: &mut Lab, kind, name: &str| {
        let site = stage(lab);
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            is_ready(person, &site).await?;
            for host in NAMES.iter().filter(|&&host| host != LOGIN) {
                person.goes_to(&at(&site, host, &format!("/{host}{PATH}?sso_nonce=n"))).await?;
                assert_eq!(credential(&came(&site, &format!("/{host}{PATH}")).await?), None, "{host}");
            }
            for path in ["/other", "/common/oauth2/token", "/oauth2/authorize/x"] {
                person.goes_to(&at(&site, LOGIN, path)).await?;
                assert_eq!(credential(&came(&site, path).await?), None, "{path}");
            }
            for status in [301, 302, 303, 307, 308] {
                let to = at(&site, "app.localhost", &format!("/after{status}{PATH}"));
                person.goes_to(&at(&site, LOGIN, &format!("/{status}{PATH}?status={status}&to={to}"))).await?;
                assert!(credential(&came(&site, &format!("/{status}{PATH}")).await?).is_some(), "{status}");
                assert_eq!(credential(&came(&site, &format!("/after{status}{PATH}")).await?), None, "{status}");
            }
            let to = at(&site, LOGIN, &format!("/again{PATH}"));
            person.goes_to(&at(&site, LOGIN, &format!("/same{PATH}?status=302&to={to}"))).await?;
            let (first, second) = (came(&site, &format!("/same{PATH}")).await?, came(&site, &format!("/again{PATH}")).await?);
            assert!(credential(&first).is_some() && credential(&first) != credential(&second));
            // A form that is posted, and sent on with its body.
            person.goes_to(&at(&site, "app.localhost", "/form")).await?;
            let to = at(&site, "app.localhost", &format!("/posted{PATH}"));
            let action = at(&site, LOGIN, &format!("/post{PATH}?status=307&to={to}"));
            script(person, &format!("document.body.innerHTML = `<form method=post action='{action}'><input name=a value=b></form>`; document.forms[0].submit()")).await?;
            assert_eq!(credential(&came(&site, &format!("/posted{PATH}")).await?), None);
            // With the nonce that the server asks for: one more round, no third.
            person.goes_to(&at(&site, LOGIN, &format!("/nonce{PATH}?wants_nonce=1"))).await?;
            let rounds = site.asked().into_iter().filter(|asked| asked.url.path() == format!("/nonce{PATH}")).collect::<Vec<_>>();
            assert_eq!(rounds.len(), 2);
            assert!(credential(&rounds[1]).is_some() && credential(&rounds[0]) != credential(&rounds[1]));
            Ok(())
        })
        .await
    }
);

both!(
    /// [EX-08] A stranger's page harvests nothing by frames, requests, images, prefetching or prerendering.
    a_strangers_page_harvests_nothing,
    async |lab: &mut Lab, kind, name: &str| {
        let site = stage(lab);
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            is_ready(person, &site).await?;
            person.goes_to(&at(&site, "evil.localhost", "/page")).await?;
            let target = |way: &str| at(&site, LOGIN, &format!("/{way}{PATH}?x=1"));
            let steps = format!(
                "document.body.insertAdjacentHTML('beforeend', `<iframe src='{}'></iframe><img src='{}'><link rel=prefetch href='{}'><object data='{}'></object>`);
                 fetch('{}', {{mode: 'no-cors', credentials: 'include'}}).catch(() => 0);
                 const s = document.createElement('script'); s.type = 'speculationrules';
                 s.textContent = JSON.stringify({{prefetch: [{{source: 'list', urls: ['{}'], eagerness: 'immediate'}}], prerender: [{{source: 'list', urls: ['{}'], eagerness: 'immediate'}}]}});
                 document.head.append(s);",
                target("frame"), target("image"), target("prefetch"), target("object"), target("fetch"), target("speculated"), target("prerendered"),
            );
            script(person, &steps).await?;
            for way in ["frame", "image", "fetch"] {
                came(&site, &format!("/{way}{PATH}")).await?;
            }
            // A top-level navigation afterwards: whatever else was to come has come.
            person.goes_to(&target("last")).await?;
            assert!(credential(&came(&site, &format!("/last{PATH}")).await?).is_some());
            for asked in site.asked() {
                let harvested = ["frame", "image", "prefetch", "object", "fetch", "speculated", "prerendered"].iter().any(|way| asked.url.path() == format!("/{way}{PATH}"));
                assert!(!harvested || credential(&asked).is_none(), "{}", asked.url.path());
            }
            // Within a page that the administrator named, a frame signs in. Firefox wants a permission for that page, too.
            person.goes_to(&at(&site, "listed.localhost", "/page")).await?;
            script(person, &format!("document.body.insertAdjacentHTML('beforeend', `<iframe src='{}'></iframe>`)", target("listed"))).await?;
            let asked = came(&site, &format!("/listed{PATH}")).await?;
            assert_eq!(credential(&asked).is_some(), kind == dovetail_tests::Kind::Chromium);
            Ok(())
        })
        .await
    }
);

both!(
    /// Nonces without end: the extension stops after a few, and the browser tells of the circle, which is the server's own.
    a_server_that_is_never_content_gets_few,
    async |lab: &mut Lab, kind, name: &str| {
        let site = stage(lab);
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            is_ready(person, &site).await?;
            person.goes_to(&at(&site, LOGIN, &format!("/circle{PATH}?never_content=1"))).await.ok();
            let given = site.asked().into_iter().filter(|asked| asked.url.path() == format!("/circle{PATH}")).filter(|asked| credential(asked).is_some()).count();
            assert!((1..=3).contains(&given), "{given}");
            // And the next one is served.
            person.goes_to(&at(&site, LOGIN, &format!("/next{PATH}"))).await?;
            assert!(credential(&came(&site, &format!("/next{PATH}")).await?).is_some());
            Ok(())
        })
        .await
    }
);

both!(
    /// A device that is slow, refuses, talks nonsense or dies: the page comes all the same, within a second and a half.
    whatever_the_device_does_the_page_comes,
    async |lab: &mut Lab, kind, name: &str| {
        let site = stage(lab);
        let lab = &*lab;
        person(lab, kind, Options::default(), name, async |person| {
            is_ready(person, &site).await?;
            for told in ["refuse", "nonsense", "slow", "die"] {
                std::fs::write(lab.dir().join("told"), told).unwrap();
                let begin = Instant::now();
                person.goes_to(&at(&site, LOGIN, &format!("/{told}{PATH}"))).await?;
                // The browser's own time for a page comes on top, on a machine that is shared.
                assert!(begin.elapsed() < Duration::from_secs(10), "{told}: {:?}", begin.elapsed());
                assert_eq!(credential(&came(&site, &format!("/{told}{PATH}")).await?), None, "{told}");
            }
            std::fs::write(lab.dir().join("told"), "good").unwrap();
            is_ready(person, &site).await
        })
        .await
    }
);
