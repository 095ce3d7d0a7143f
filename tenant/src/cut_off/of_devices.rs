//! Registering, leaving, signing on, being managed.

use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use dovetail_shared::encode::{b64, b64url, from_b64};
use dovetail_shared::jose::{JwsHeader, signing_input};
use dovetail_shared::prt::grant;
use dovetail_shared::rsa_blob::RsaPublic;
use rcgen::{
    CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData as _,
    RsaKeySize,
};
use serde_json::json;

use super::house::{Answer, Ask, BROKER, House, TOKEN, WHO};
use crate::account::{directory, user_by_upn};
use crate::client::IdTokenAlg;
use crate::clock;
use crate::store::query;
use crate::token::{AccessIssue, issue_access};

const DRS: &str = "urn:ms-drs:enterpriseregistration.windows.net";

/// A machine with keys in memory.
struct Machine {
    device: KeyPair,
    transport: KeyPair,
}

/// A registered one.
struct Device {
    machine: Machine,
    certificate: Vec<u8>,
    id: String,
}

impl Machine {
    fn new() -> Self {
        let key = || KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        Self {
            device: key(),
            transport: key(),
        }
    }

    /// The registration, by somebody with that token.
    fn registration(&self, house: &House, token: &str) -> Ask {
        let request = CertificateParams::default()
            .serialize_request(&self.device)
            .unwrap();
        let transport = RsaPublic::from_pkcs1(self.transport.der_bytes())
            .unwrap()
            .to_blob();
        let url = format!(
            "{}/EnrollmentServer/device/?api-version=2.0",
            house.app.hosts.drs
        );
        let mut ask = Ask::new("POST", url)
            .with("authorization", format!("Bearer {token}"))
            .with("content-type", "application/json");
        ask.body = json!({
            "CertificateRequest": { "Type": "pkcs10", "Data": b64(request.der()) }, "TransportKey": b64(transport), "TargetDomain": "contoso.com",
            "DeviceType": "Linux", "OSVersion": "Debian 12", "DeviceDisplayName": "a machine", "JoinType": 0, "attributes": {},
        })
        .to_string();
        ask
    }

    fn joined(self, answer: &Answer) -> Device {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let json = answer.json();
        let certificate = from_b64(json["Certificate"]["RawBody"].as_str().unwrap()).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).unwrap();
        let name = parsed.subject().iter_common_name().next().unwrap();
        let id = name.as_str().unwrap().to_owned();
        Device {
            machine: self,
            certificate,
            id,
        }
    }
}

impl House {
    async fn drs_token(&self) -> String {
        let tokens = self.tokens(DRS).await;
        tokens["access_token"].as_str().unwrap().to_owned()
    }

    async fn device(&self, token: &str) -> Device {
        let machine = Machine::new();
        let answer = self.ask(&machine.registration(self, token)).await;
        machine.joined(&answer)
    }

    /// A token for the registration service that names the device and these methods.
    async fn token_of(&self, device: &Device, amr: &[&str]) -> String {
        let directory = directory(&self.app.store).await.unwrap();
        let user = user_by_upn(&self.app.store, WHO).await.unwrap().unwrap();
        let amr: Vec<String> = amr.iter().map(|method| (*method).to_owned()).collect();
        let issue = AccessIssue {
            directory: &directory,
            user: &user,
            resource: DRS,
            scope: "user_impersonation",
            client_id: BROKER,
            amr: &amr,
            device: Some(device.id.parse().unwrap()),
            flow: None,
            alg: IdTokenAlg::Rs256,
        };
        issue_access(&self.app, &issue, clock::now()).unwrap()
    }

    async fn count(&self, statement: &'static str) -> i64 {
        let row = query(statement).fetch_one(&self.app.store).await.unwrap();
        row.try_get(0).unwrap()
    }
}

/// [OP-08] A registration whose answer was lost: the same machine that comes again is the same device, with the same certificate.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registration_is_once_or_not_at_all() {
    let house = House::new().await;
    let token = house.drs_token().await;
    let devices = async || house.count("SELECT count(*) FROM device").await;
    let before = std::cell::Cell::new(0);
    house
        .cut_everywhere(
            "a registration",
            async || {
                before.set(devices().await);
                Machine::new().registration(&house, &token)
            },
            async |ask| {
                let there = devices().await - before.get();
                assert!((0..=1).contains(&there), "{there} devices");
                let first = house.ask(&ask).await;
                let second = house.ask(&ask).await;
                assert_eq!(first.status, 200, "{}", first.text);
                assert_eq!(first.json()["Certificate"], second.json()["Certificate"]);
                assert_eq!(devices().await - before.get(), 1);
            },
        )
        .await;
}

/// [OP-08] A device that leaves is there or is gone; whoever is told nothing and asks again is told which.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_leaves_or_stays() {
    let house = House::new().await;
    let token = house.drs_token().await;
    let make = async || {
        let device = house.device(&token).await;
        let path = format!("/EnrollmentServer/device/{}?api-version=1.0", device.id);
        let mut ask = Ask::new("DELETE", format!("{}{path}", house.app.hosts.drs));
        ask.certificate = Some(device.certificate);
        ask
    };
    house
        .cut_everywhere("a leave", make, async |ask| {
            let again = house.ask(&ask).await;
            let gone = again.status == 401 && again.text.contains("error_missing_device");
            assert!(gone || again.status == 200, "{}", again.text);
            assert_eq!(house.ask(&ask).await.status, 401);
        })
        .await;
}

/// [OP-08] A Hello key whose registration was cut off is there or is not; whoever asks again has it, and has it once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_registered_once_or_not_at_all() {
    let house = House::new().await;
    let token = house.drs_token().await;
    let keys = async || house.count("SELECT count(*) FROM hello_key").await;
    let before = std::cell::Cell::new(0);
    let make = async || {
        // Each on a device of its own, as there is room for ten on one.
        let device = house.device(&token).await;
        before.set(keys().await);
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let blob = RsaPublic::from_pkcs1(key.der_bytes()).unwrap().to_blob();
        let token = house.token_of(&device, &["pwd", "mfa", "ngcmfa"]).await;
        let url = format!(
            "{}/EnrollmentServer/key/?api-version=1.0",
            house.app.hosts.drs
        );
        let mut ask = Ask::new("POST", url)
            .with("authorization", format!("Bearer {token}"))
            .with("accept", "application/json");
        ask.body = json!({ "kngc": b64(blob) }).to_string();
        ask
    };
    house
        .cut_everywhere("a key's registration", make, async |ask| {
            let there = keys().await - before.get();
            assert!((0..=1).contains(&there), "{there} keys");
            let first = house.ask(&ask).await;
            assert_eq!(first.status, 200, "{}", first.text);
            assert_eq!(house.ask(&ask).await.text, first.text);
            assert_eq!(keys().await - before.get(), 1);
        })
        .await;
}

/// [OP-08] A device that asks for a primary refresh token and is not answered asks again, with another nonce.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_on_can_be_asked_for_again() {
    let house = House::new().await;
    let token = house.drs_token().await;
    let device = house.device(&token).await;
    let tokens = house.tokens("https://graph.microsoft.com").await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let make = async || {
        let payload = json!({
            "client_id": BROKER, "request_nonce": house.app.prt.nonces.issue().unwrap(), "scope": "openid aza ugs", "group_sids": [],
            "win_ver": "10.0.19041.868", "grant_type": grant::REFRESH_TOKEN, "refresh_token": refresh,
        });
        let header = JwsHeader {
            alg: "RS256".to_owned(),
            typ: Some("JWT".to_owned()),
            x5c: Some(vec![b64(&device.certificate)]),
            kdf_ver: Some(2),
            ..JwsHeader::default()
        };
        let signed = signing_input(&header, payload.to_string().as_bytes());
        let key = RsaKeyPair::from_pkcs8(&device.machine.device.serialize_der()).unwrap();
        let mut signature = vec![0; key.public_modulus_len()];
        let chance = aws_lc_rs::rand::SystemRandom::new();
        key.sign(
            &RSA_PKCS1_SHA256,
            &chance,
            signed.as_bytes(),
            &mut signature,
        )
        .unwrap();
        let request = format!("{signed}.{}", b64url(signature));
        Ask::new("POST", format!("{}{TOKEN}", house.app.hosts.login)).form(&[
            ("grant_type", grant::JWT_BEARER),
            ("request", &request),
            ("windows_api_version", "2.2"),
        ])
    };
    house
        .cut_everywhere("a sign-on", make, async |ask| {
            // Its nonce was used up, or was not.
            let again = house.ask(&ask).await;
            assert!(
                again.status == 200 || again.number() == 50_196,
                "{}",
                again.text
            );
            assert_eq!(house.ask(&make().await).await.status, 200);
        })
        .await;
}

impl House {
    /// A managed device: its certificate.
    async fn managed(&self, device: &str) -> Vec<u8> {
        let resource = self.app.hosts.mdm_resource();
        let tokens = self.tokens(&resource).await;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let request = CertificateParams::default()
            .serialize_request(&key)
            .unwrap();
        let message = include_str!("../../../tests/fixtures/mdm/rst-issue.xml")
            .replace("@MANAGE@", &self.app.hosts.manage)
            .replace("@TOKEN@", &b64(tokens["access_token"].as_str().unwrap()))
            .replace("@REQUEST@", &b64(request.der()))
            .replace("@DEVICE@", device)
            .replace("@TERMS@", "");
        let url = format!("{}/EnrollmentServer/Enrollment.svc", self.app.hosts.manage);
        let mut ask =
            Ask::new("POST", url).with("content-type", "application/soap+xml; charset=utf-8");
        ask.body = message;
        let answer = self.ask(&ask).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let between = |text: &str, before: &str, after: &str| {
            let rest = text.split_once(before).unwrap().1;
            rest.split_once(after).unwrap().0.to_owned()
        };
        let token = between(
            &answer.text,
            "<BinarySecurityToken",
            "</BinarySecurityToken>",
        );
        let document = from_b64(token.split_once('>').unwrap().1).unwrap();
        let document = String::from_utf8(document).unwrap();
        let own = document.split_once("type=\"My\"").unwrap().1;
        from_b64(&between(own, "name=\"EncodedCertificate\" value=\"", "\"")).unwrap()
    }
}

/// [OP-08] The first message of a management session: where its answer was lost, the same message gets it. So it does where it was
/// cut off between what was kept and what would have been said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_management_session_goes_on() {
    let house = House::new().await;
    let token = house.drs_token().await;
    let device = house.device(&token).await;
    let certificate = house.managed(&device.id).await;
    let number = std::cell::Cell::new(0);
    let make = async || {
        number.set(number.get() + 1);
        let session = format!("<SessionID>{}</SessionID>", number.get());
        let url = format!("{}/dm?mode=Maintenance", house.app.hosts.manage);
        let mut ask = Ask::new("POST", url).with(
            "content-type",
            "application/vnd.syncml.dm+xml; charset=utf-8",
        );
        ask.body = include_str!("../../../tests/fixtures/mdm/syncml-package1.xml")
            .replace("@MANAGE@", &house.app.hosts.manage)
            .replace("@DEVICE@", &device.id)
            .replace("<SessionID>1</SessionID>", &session);
        ask.certificate = Some(certificate.clone());
        ask
    };
    house
        .cut_everywhere("a session", make, async |ask| {
            let again = house.ask(&ask).await;
            assert_eq!(again.status, 200, "{}", again.text);
            // Once more, it says the same.
            assert_eq!(house.ask(&ask).await.text, again.text);
            assert_eq!(house.ask(&make().await).await.status, 200);
        })
        .await;
}
