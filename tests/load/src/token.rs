//! Clients of the token endpoint: refresh and silent sign-in.

use serde_json::Value;

use crate::crowd::Client;
use crate::http::{Answer, Line};
use crate::tenant::{CHALLENGE, COOKIE, Tenant, VERIFIER};

/// An application that signs people in.
#[derive(Clone)]
pub(crate) struct Relying {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: &'static str,
}

/// `prompt=none`, then the code for tokens.
pub(crate) struct SignIn {
    pub(crate) line: Line,
    pub(crate) relying: Relying,
    /// Signatures made with RSA that came back with the last answer.
    pub(crate) signatures: u64,
}

impl SignIn {
    /// One sign-in: the tokens.
    pub(crate) async fn tokens(&mut self) -> Value {
        let Relying {
            client_id,
            redirect_uri,
            scope,
        } = &self.relying;
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", client_id.as_str()),
                ("response_type", "code"),
                ("prompt", "none"),
                ("scope", scope),
                ("redirect_uri", redirect_uri),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
                ("nonce", "n-0S6_WzA2Mj"),
                ("state", "s"),
            ])
            .finish();
        let path = format!("/common/oauth2/v2.0/authorize?{query}");
        let answer = self.line.ask("GET", &path, COOKIE, b"").await;
        let code = code(&answer);
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("code", &code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.line.post("/common/oauth2/v2.0/token", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
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
    pub(crate) client_id: String,
    pub(crate) token: String,
    /// Asked for each time; without `openid` no ID token is made.
    pub(crate) scope: &'static str,
    pub(crate) signatures: u64,
}

impl Client for Refresh {
    async fn step(&mut self) {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", self.client_id.as_str()),
            ("refresh_token", &self.token),
            ("scope", self.scope),
        ];
        let answer = self.line.post("/common/oauth2/v2.0/token", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let tokens = answer.json();
        self.signatures = rsa_signatures(&tokens);
        let next = tokens.get("refresh_token").and_then(Value::as_str);
        next.expect("a refresh token").clone_into(&mut self.token);
    }
}

/// Somebody to sign in at the tenant.
pub(crate) fn relying(tenant: &Tenant, client_id: &str, scope: &'static str) -> Relying {
    Relying {
        client_id: client_id.to_owned(),
        redirect_uri: tenant.value("page").to_owned(),
        scope,
    }
}
