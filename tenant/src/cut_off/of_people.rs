//! Signing in, codes, refresh tokens.

use axum::http::HeaderMap;

use super::house::{Answer, Ask, BROKER, House, TOKEN, WHO};
use crate::account::user_by_upn;
use crate::client::JOIN_PAGE;
use crate::client::Platform;
use crate::clock;
use crate::grant::{Flow, NewCode, Origin, Version, issue_code};
use crate::session::{NewSession, create};

const GRAPH: &str = "https://graph.microsoft.com";

/// A sign-in that has come as far as the password.
struct SignIn {
    cookie: String,
    ctx: String,
}

impl House {
    fn login(&self, path: &str) -> String {
        format!("{}{path}", self.app.hosts.login)
    }

    async fn begin(&self) -> SignIn {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let query = query
            .extend_pairs([
                ("client_id", JOIN_PAGE),
                ("response_type", "id_token"),
                ("scope", "openid"),
                ("nonce", "n-0S6_WzA2Mj"),
                ("prompt", "login"),
                ("redirect_uri", &self.app.hosts.page()),
                ("login_hint", WHO),
            ])
            .finish();
        let url = self.login(&format!("/common/oauth2/authorize?{query}"));
        let page = self.ask(&Ask::new("GET", url)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let cookie = page.cookies.first().unwrap().split(';').next().unwrap();
        let ctx = page.text.split_once("name=\"ctx\" value=\"").unwrap().1;
        SignIn {
            cookie: cookie.to_owned(),
            ctx: ctx.split('"').next().unwrap().to_owned(),
        }
    }

    fn step(&self, sign_in: &SignIn, fields: &[(&str, &str)]) -> Ask {
        let all = [&[("ctx", sign_in.ctx.as_str())], fields].concat();
        Ask::new("POST", self.login("/common/login"))
            .form(&all)
            .with("cookie", &sign_in.cookie)
            .with("origin", &self.app.hosts.login)
    }

    fn shown(&self, sign_in: &SignIn) -> Ask {
        let url = self.login(&format!("/common/login?ctx={}", sign_in.ctx));
        Ask::new("GET", url).with("cookie", &sign_in.cookie)
    }

    fn password_step(&self, sign_in: &SignIn) -> Ask {
        self.step(
            sign_in,
            &[("step", "password"), ("password", &self.password)],
        )
    }

    /// Gives the password until a place is free to check it, and says no to staying signed in.
    async fn goes_on(&self, sign_in: &SignIn) -> Answer {
        for _ in 0..600 {
            self.ask(&self.password_step(sign_in)).await;
            let stay = [("step", "stay"), ("stay", "no")];
            self.ask(&self.step(sign_in, &stay)).await;
            let end = self.ask(&self.shown(sign_in)).await;
            if end.status == 302 {
                return end;
            }
            tokio::task::yield_now().await;
        }
        panic!("the sign-in does not go on");
    }
}

/// [OP-08] A password that is given and not waited for: whoever gives it again is signed in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_can_be_given_again() {
    let house = House::new().await;
    let current = std::cell::RefCell::new(None);
    house
        .cut_everywhere(
            "a password",
            async || {
                let sign_in = house.begin().await;
                let ask = house.password_step(&sign_in);
                current.replace(Some(sign_in));
                ask
            },
            async |_| {
                let sign_in = current.take().unwrap();
                let end = house.goes_on(&sign_in).await;
                assert!(end.location.contains("id_token="), "{}", end.location);
            },
        )
        .await;
}

/// [OP-08] The end of a sign-in: it was used up or it was not, and who is told that it is gone can begin again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_sign_in_is_once_or_not_at_all() {
    let house = House::new().await;
    let ready = async || {
        let sign_in = house.begin().await;
        for _ in 0..600 {
            house.ask(&house.password_step(&sign_in)).await;
            let stay = [("step", "stay"), ("stay", "no")];
            let answer = house.ask(&house.step(&sign_in, &stay)).await;
            assert!(answer.status.as_u16() < 400);
            if !house
                .ask(&house.password_step(&sign_in))
                .await
                .text
                .contains("50126")
            {
                return house.shown(&sign_in);
            }
        }
        panic!("the sign-in does not go on");
    };
    house
        .cut_everywhere("the end of a sign-in", ready, async |ask| {
            let again = house.ask(&ask).await;
            let lost = again.status == 400 && again.text.contains("AADSTS50089");
            assert!(
                lost || again.location.contains("id_token="),
                "{}",
                again.text
            );
        })
        .await;
}

/// [OP-08] A code: redeemed or not. Where it was, it is told so, and what it gave is taken back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_redeemed_once_or_not_at_all() {
    let house = House::new().await;
    let user = user_by_upn(&house.app.store, WHO).await.unwrap().unwrap();
    let redirect_uri = house.app.hosts.native_client();
    let make = async || {
        let now = clock::now();
        let amr = ["pwd".to_owned()];
        let new = NewSession {
            user: user.id,
            amr: &amr,
            stay: false,
            signed_in: now,
            device: None,
            prt: None,
            hello_key: None,
        };
        let (sid, _) = create(&house.app.store, &HeaderMap::new(), &new, now)
            .await
            .unwrap();
        let origin = Origin {
            client_id: BROKER.to_owned(),
            user: user.id,
            amr: amr.to_vec(),
            auth_time: now,
            device: None,
            hello_key: None,
            flow: Flow::SignIn,
            platform: Platform::Native,
        };
        let new = NewCode {
            origin: &origin,
            redirect_uri: &redirect_uri,
            sid: &sid,
            resource: GRAPH,
            scope: "openid",
            challenge: None,
            nonce: None,
            windows: false,
            version: Version::V1,
        };
        let code = issue_code(&house.app, &new, now).await.unwrap();
        Ask::new("POST", house.login(TOKEN)).form(&[
            ("grant_type", "authorization_code"),
            ("client_id", BROKER),
            ("code", &code),
            ("redirect_uri", &redirect_uri),
        ])
    };
    house
        .cut_everywhere("a code", make, async |ask| {
            let again = house.ask(&ask).await;
            assert!(
                again.status == 200 || again.number() == 54_005,
                "{}",
                again.text
            );
        })
        .await;
}

/// [OP-08] A refresh token whose answer was lost gives the same successor again: nobody is signed out by a bad line.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_comes_again() {
    let house = House::new().await;
    let make = async || {
        let tokens = house.tokens(GRAPH).await;
        Ask::new("POST", house.login(TOKEN)).form(&[
            ("grant_type", "refresh_token"),
            ("client_id", BROKER),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ])
    };
    house
        .cut_everywhere("a refresh token", make, async |ask| {
            let again = house.ask(&ask).await;
            assert_eq!(again.status, 200, "{}", again.text);
        })
        .await;
}

/// [OP-08] Three hundred requests that are cut off where they first wait: more than there are places. Everybody else is let in, and
/// passwords are checked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_place_is_lost() {
    let house = House::new().await;
    let sign_in = house.begin().await;
    let ask = house.password_step(&sign_in);
    for _ in 0..300 {
        house.ask_and_go(&ask, 1, super::cut::Moment::AtOnce).await;
    }
    house.goes_on(&sign_in).await;
    house.tokens(GRAPH).await;
}
