//! Clients of a token endpoint: silent sign-in, refresh, and tokens of an application's own.

use serde_json::Value;

use crate::crowd::Client;
use crate::http::{Answer, Line};
use crate::tenant::{CHALLENGE, COOKIE, Tenant, VERIFIER};

/// Where a server of tokens is asked, and the cookie (a header's line) of the person who is signed in there; `#` in it is the
/// client's number.
#[derive(Clone, Copy)]
pub(crate) struct Endpoints {
    pub(crate) authorize: &'static str,
    pub(crate) token: &'static str,
    pub(crate) cookie: &'static str,
}

/// The tenant's.
pub(crate) const OURS: Endpoints = Endpoints {
    authorize: "/common/oauth2/v2.0/authorize",
    token: "/common/oauth2/v2.0/token",
    cookie: COOKIE,
};

/// An application that signs people in, or acts for itself.
#[derive(Clone)]
pub(crate) struct Relying {
    pub(crate) at: Endpoints,
    pub(crate) client_id: String,
    pub(crate) secret: Option<&'static str>,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
}

impl Relying {
    /// Asks for tokens.
    async fn ask(&self, line: &mut Line, fields: &[(&str, &str)]) -> Value {
        let mut all = vec![("client_id", self.client_id.as_str())];
        all.extend(self.secret.map(|secret| ("client_secret", secret)));
        all.extend(fields);
        let answer = line.post(self.at.token, &all).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

/// `prompt=none`, then the code for tokens.
pub(crate) struct SignIn {
    pub(crate) line: Line,
    pub(crate) relying: Relying,
    pub(crate) cookie: String,
    /// Signatures made with RSA that came back with the last answer.
    pub(crate) signatures: u64,
}

impl SignIn {
    /// The client of that number.
    pub(crate) fn new(line: Line, relying: Relying, number: usize) -> Self {
        Self {
            line,
            cookie: relying.at.cookie.replace('#', &number.to_string()),
            relying,
            signatures: 0,
        }
    }

    /// One sign-in: the tokens.
    pub(crate) async fn tokens(&mut self) -> Value {
        let relying = &self.relying;
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", relying.client_id.as_str()),
                ("response_type", "code"),
                ("prompt", "none"),
                ("scope", &relying.scope),
                ("redirect_uri", &relying.redirect_uri),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
                ("nonce", "n-0S6_WzA2Mj"),
                ("state", "s"),
            ])
            .finish();
        let path = format!("{}?{query}", relying.at.authorize);
        let answer = self.line.ask("GET", &path, &self.cookie, b"").await;
        let code = code(&answer);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &relying.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        relying.ask(&mut self.line, &fields).await
    }
}

/// The code in a redirection.
fn code(answer: &Answer) -> String {
    let location = answer.header("location");
    let location = location.unwrap_or_else(|| panic!("no redirection: {}", answer.text()));
    let url = url::Url::parse(location).unwrap();
    url.query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap_or_else(|| panic!("no code: {location}"))
        .1
        .into_owned()
}

impl Client for SignIn {
    async fn step(&mut self) {
        let tokens = self.tokens().await;
        self.signatures = rsa_signatures(&tokens);
    }
}

/// How many of the tokens are signed with RSA.
pub(crate) fn rsa_signatures(tokens: &Value) -> u64 {
    let names = ["access_token", "id_token"];
    let texts = names
        .iter()
        .filter_map(|name| tokens.get(name).and_then(Value::as_str));
    texts
        .filter(|token| {
            let head = token.split('.').next().unwrap_or_default();
            let head = dovetail_shared::encode::from_b64url(head).unwrap_or_default();
            String::from_utf8_lossy(&head).contains("RS256")
        })
        .count() as u64
}

/// Refreshes again and again; each token is used once.
pub(crate) struct Refresh {
    pub(crate) line: Line,
    /// Its scope is asked for each time; without `openid` no ID token is made.
    pub(crate) relying: Relying,
    pub(crate) token: String,
    pub(crate) signatures: u64,
}

impl Client for Refresh {
    async fn step(&mut self) {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &self.token),
            ("scope", &self.relying.scope),
        ];
        let tokens = self.relying.ask(&mut self.line, &fields).await;
        self.signatures = rsa_signatures(&tokens);
        let next = tokens.get("refresh_token").and_then(Value::as_str);
        next.expect("a refresh token").clone_into(&mut self.token);
    }
}

/// Asks for tokens of the application's own.
pub(crate) struct ForItself {
    pub(crate) line: Line,
    pub(crate) relying: Relying,
    pub(crate) signatures: u64,
}

impl Client for ForItself {
    async fn step(&mut self) {
        let fields = [
            ("grant_type", "client_credentials"),
            ("scope", self.relying.scope.as_str()),
        ];
        let tokens = self.relying.ask(&mut self.line, &fields).await;
        self.signatures = rsa_signatures(&tokens);
    }
}

/// A public application at the tenant.
pub(crate) fn relying(tenant: &Tenant, client_id: &str, scope: &str) -> Relying {
    Relying {
        at: OURS,
        client_id: client_id.to_owned(),
        secret: None,
        redirect_uri: tenant.value("page").to_owned(),
        scope: scope.to_owned(),
    }
}
