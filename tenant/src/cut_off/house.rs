//! A tenant in this process, without a network: its front, and what must be so whatever happened.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::Value;

use super::cut::{Moment, cut};
use crate::app::Tenant;
use crate::hosts::Hosts;
use crate::open::open;
use crate::router::Front;
use crate::rule::set;
use crate::store::query;
use crate::tls::{PeerAddress, PeerCertificate};

/// Offered management without terms of use, and without a second factor.
pub(super) const WHO: &str = "diego@contoso.com";
pub(super) const BROKER: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";
pub(super) const TOKEN: &str = "/common/oauth2/token";

/// The tenant.
pub(super) struct House {
    pub(super) app: Tenant,
    pub(super) password: String,
    front: Front,
    data: tempfile::TempDir,
}

/// What is asked.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    pub(super) certificate: Option<Vec<u8>>,
}

impl Ask {
    pub(super) fn new(method: &'static str, url: String) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: String::new(),
            certificate: None,
        }
    }

    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[must_use]
    pub(super) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        self.body = form.extend_pairs(fields).finish();
        self.with("content-type", "application/x-www-form-urlencoded")
    }
}

/// An answer that was read.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) cookies: Vec<String>,
    pub(super) location: String,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The AADSTS number of a refusal.
    pub(super) fn number(&self) -> u64 {
        self.json()["error_codes"][0].as_u64().unwrap_or(0)
    }

    async fn of(response: Response) -> Self {
        let text = |name: header::HeaderName| {
            let values = response.headers().get_all(name).iter();
            values
                .map(|value| value.to_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let (cookies, location) = (text(header::SET_COOKIE), text(header::LOCATION));
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Self {
            status,
            cookies,
            location: location.first().cloned().unwrap_or_default(),
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}

impl House {
    pub(super) async fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let hosts = Hosts::new(false, SocketAddr::from((Ipv4Addr::LOCALHOST, 443)));
        let opened = open(data.path(), None, None, hosts, None).await.unwrap();
        let app = opened.app;
        set(&app.store, "password-grant", "true").await.unwrap();
        let mut people = opened.seeded.into_iter();
        Self {
            password: people.find(|person| person.upn == WHO).unwrap().password,
            front: Front::new(app.clone()),
            app,
            data,
        }
    }

    fn request(ask: &Ask) -> Request {
        let mut request = Request::builder().method(ask.method).uri(&ask.url);
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(Body::from(ask.body.clone())).unwrap();
        let peer = PeerAddress(IpAddr::V4(Ipv4Addr::LOCALHOST));
        request.extensions_mut().insert(peer);
        let certificate = PeerCertificate(ask.certificate.clone());
        request.extensions_mut().insert(certificate);
        request
    }

    /// Asks, and waits for the answer.
    pub(super) async fn ask(&self, ask: &Ask) -> Answer {
        let response = self.front.answer(Self::request(ask)).await;
        Answer::of(response).await
    }

    /// Asks, and goes away after so many awaits. The answer, where there are not so many.
    pub(super) async fn ask_and_go(
        &self,
        ask: &Ask,
        times: usize,
        moment: Moment,
    ) -> Option<Answer> {
        let response = self.front.answer(Self::request(ask));
        let response = cut(response, times, moment).await?;
        Some(Answer::of(response).await)
    }

    /// Makes a request again and again and cuts it off, each time one await later, until one gets through. After each, everything
    /// is whole, and `after` says that who comes again is served; it has the request that was cut off.
    pub(super) async fn cut_everywhere(
        &self,
        what: &str,
        mut make: impl AsyncFnMut() -> Ask,
        mut after: impl AsyncFnMut(Ask),
    ) {
        let mut times = 0;
        loop {
            times += 1;
            assert!(times < 200, "{what} does not end");
            for moment in [Moment::AtOnce, Moment::Woken] {
                let ask = make().await;
                let through = self.ask_and_go(&ask, times, moment).await;
                self.assert_whole(what).await;
                if let Some(answer) = through {
                    assert!(answer.status.as_u16() < 400, "{what}: {}", answer.text);
                    assert!(times > 1, "{what} waits for nothing");
                    return;
                }
                after(ask).await;
                self.assert_whole(what).await;
            }
        }
    }

    /// Nobody holds the store, its writer lives, and no row is there without the others that belong to it.
    async fn assert_whole(&self, what: &str) {
        // The writer does one after the other: what was begun before is through after this.
        set(&self.app.store, "device-limit", "1000").await.unwrap();
        for (name, statement) in [
            (
                "devices are counted",
                "SELECT count(*) FROM \"user\" WHERE device_count <> (SELECT count(*) FROM device WHERE owner_id = \"user\".id)",
            ),
            (
                "certificates are logged",
                "SELECT count(*) FROM device WHERE NOT EXISTS (SELECT 1 FROM issuance WHERE number = device.issuance AND device_id = device.id)",
            ),
            (
                "the log is numbered",
                "SELECT abs((SELECT appended FROM issuance_head) - (SELECT count(*) FROM issuance))",
            ),
            (
                "managed devices have a certificate",
                "SELECT count(*) FROM mdm_device WHERE retired IS NULL AND NOT EXISTS (SELECT 1 FROM mdm_certificate WHERE mdm_id = mdm_device.id AND revoked IS NULL)",
            ),
            (
                "managed devices are in the directory",
                "SELECT count(*) FROM mdm_device WHERE retired IS NULL AND NOT EXISTS (SELECT 1 FROM device WHERE id = device_id)",
            ),
            (
                "what was redeemed stands",
                "SELECT count(*) FROM lineage WHERE redeemed = 0 AND generation > 0 AND code_expires <> 0",
            ),
        ] {
            let row = query(statement).fetch_one(&self.app.store).await.unwrap();
            let wrong: i64 = row.try_get(0).unwrap();
            assert_eq!(wrong, 0, "{what}: {name}");
        }
        let file = rusqlite::Connection::open(self.data.path().join("tenant.db")).unwrap();
        let check = |pragma: &str| -> Vec<String> {
            let mut statement = file.prepare(pragma).unwrap();
            let rows = statement
                .query_map([], |row| row.get::<_, String>(0))
                .unwrap();
            rows.map(Result::unwrap).collect()
        };
        assert_eq!(check("PRAGMA quick_check"), ["ok"], "{what}");
        assert_eq!(check("PRAGMA foreign_key_check"), [""; 0], "{what}");
    }

    /// Tokens for a resource, by name and password.
    pub(super) async fn tokens(&self, resource: &str) -> Value {
        let ask = Ask::new("POST", format!("{}{TOKEN}", self.app.hosts.login)).form(&[
            ("grant_type", "password"),
            ("client_id", BROKER),
            ("resource", resource),
            ("username", WHO),
            ("password", &self.password),
        ]);
        // Checks of passwords that nobody waits for any more take their place to the end.
        for _ in 0..600 {
            let answer = self.ask(&ask).await;
            if answer.number() != 90_055 {
                assert_eq!(answer.status, 200, "{}", answer.text);
                return answer.json();
            }
            tokio::task::yield_now().await;
        }
        panic!("no place is free for a password");
    }
}
