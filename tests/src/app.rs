//! A web application of somebody's, on another host than the tenant: it signs people in with a code and PKCE by redirect, and has no
//! session of its own, so that each visit is a sign-in.

use std::collections::BTreeMap;
use std::sync::Mutex;

use dovetail_shared::encode::{b64url, from_b64url};
use serde_json::Value;
use tokio::runtime::Handle;
use url::Url;
use uuid::Uuid;

use crate::lab::Lab;
use crate::sign_in::Visitor;
use crate::witness::{Answer, Asked, Witness};

/// Its name.
pub const NAME: &str = "notes.fabrikam.localhost";
const SECRET: &str = "An-application's-secret-7";

/// The running application.
#[derive(Debug)]
pub struct App {
    /// `https://notes.fabrikam.localhost:PORT`
    pub url: String,
    /// What it was asked.
    pub site: Witness,
}

/// What it needs to know to sign somebody in.
struct Client {
    id: String,
    login: String,
    http: Visitor,
    /// Sign-ins that are under way: verifier and nonce by `state`.
    begun: Mutex<BTreeMap<String, (String, String)>>,
    runtime: Handle,
}

impl App {
    /// Starts it, and registers it at the tenant.
    pub fn start(lab: &Lab) -> Self {
        let client = Client {
            id: Uuid::new_v4().to_string(),
            login: lab.tenant.value("login").to_owned(),
            http: Visitor::new(&lab.tenant),
            begun: Mutex::default(),
            runtime: Handle::current(),
        };
        let id = client.id.clone();
        let site = Witness::start(lab, &[NAME], move |asked| client.answer(asked));
        let url = format!("https://{NAME}:{}", site.port);
        let redirect = format!("{url}/signed-in");
        lab.tenant.run(&[
            "app",
            "add",
            "--client-id",
            &id,
            "--name",
            "Notes",
            "--redirect-uri",
            &redirect,
            "--web",
            "--secret",
            SECRET,
        ]);
        Self { url, site }
    }

    /// Whether it was ever shown a credential of the device's.
    pub fn saw_a_credential(&self) -> bool {
        let shown = |asked: &Asked| {
            let header = asked.header("x-ms-refreshtokencredential").is_some();
            header
                || asked
                    .header("cookie")
                    .is_some_and(|all| all.contains("RefreshTokenCredential"))
        };
        self.site.asked().iter().any(shown)
    }
}

impl Client {
    fn answer(&self, asked: &Asked) -> Answer {
        let base = asked.url.origin().ascii_serialization();
        match asked.url.path() {
            "/" => self.begin(&base, asked),
            "/signed-in" => self.end(&base, asked),
            // A page that does nothing: a baseline, and a place to stand on.
            _ => Answer::Page(page("Notes", "")),
        }
    }

    /// Off to the tenant. What the visitor adds to the address (`login_hint`, `prompt`, `sso_nonce`) goes along.
    fn begin(&self, base: &str, asked: &Asked) -> Answer {
        let (state, nonce) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
        let verifier = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
        let mut to = Url::parse(&format!("{}/common/oauth2/v2.0/authorize", self.login)).unwrap();
        to.query_pairs_mut()
            .extend_pairs([
                ("client_id", self.id.as_str()),
                ("response_type", "code"),
                ("redirect_uri", &format!("{base}/signed-in")),
                ("scope", "openid profile"),
                ("state", &state),
                ("nonce", &nonce),
                ("code_challenge", &b64url(digest.as_ref())),
                ("code_challenge_method", "S256"),
            ])
            .extend_pairs(asked.url.query_pairs());
        self.begun.lock().unwrap().insert(state, (verifier, nonce));
        Answer::To(302, to.into())
    }

    fn end(&self, base: &str, asked: &Asked) -> Answer {
        let begun = asked
            .field("state")
            .and_then(|state| self.begun.lock().unwrap().remove(&state));
        let Some((verifier, nonce)) = begun else {
            return Answer::Page(page("Not signed in", "this sign-in was not begun here"));
        };
        let Some(code) = asked.field("code") else {
            return Answer::Page(page(
                "Not signed in",
                &asked.field("error").unwrap_or_default(),
            ));
        };
        let url = Url::parse(&format!("{}/common/oauth2/v2.0/token", self.login)).unwrap();
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "authorization_code"),
                ("client_id", &self.id),
                ("client_secret", SECRET),
                ("code", &code),
                ("redirect_uri", &format!("{base}/signed-in")),
                ("code_verifier", &verifier),
            ])
            .finish();
        let (status, tokens) = self.runtime.block_on(async {
            let kind = "application/x-www-form-urlencoded";
            let sent = self.http.send(url, kind, &[], form.into_bytes()).await;
            let response = sent.unwrap();
            let status = response.status().as_u16();
            (status, response.json::<Value>().await.unwrap_or_default())
        });
        let claims = claims(&tokens);
        if status != 200 || claims["nonce"] != nonce || claims["aud"] != self.id {
            return Answer::Page(page(
                "Not signed in",
                &format!("{status} {}", tokens["error"]),
            ));
        }
        Answer::Page(page(
            "Signed in",
            claims["preferred_username"].as_str().unwrap_or_default(),
        ))
    }
}

fn claims(tokens: &Value) -> Value {
    let payload = tokens["id_token"]
        .as_str()
        .and_then(|token| token.split('.').nth(1));
    let bytes = payload
        .and_then(|payload| from_b64url(payload).ok())
        .unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn page(heading: &str, text: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=color-scheme content=\"light dark\"><title>Notes</title>\
         <style>body{{font:1.1rem system-ui;margin:4rem auto;max-width:40rem}}</style><main><h1>{heading}</h1><p id=who>{text}</p></main></html>"
    )
}
