//! Which client notices which broken ID token (client contract §5). That Microsoft's own libraries notice next to nothing is as it
//! is: a client that begins to look is welcome, but is seen here first.

use serde_json::{Value, json};

use crate::driver::Driver;
use crate::person::{ADELE, Person};
use crate::stage::Stage;
use crate::version::Version;

/// A column of the table.
#[derive(Clone, Copy)]
pub(crate) enum Judge {
    Msal = 0,
    OpenidClient = 1,
    OpenidClientStrict = 2,
    Authlib = 3,
}

/// Fault of the tenant's; then whether it is noticed by MSAL (Python, Node), openid-client, openid-client with its
/// non-repudiation checks, and Authlib.
const TABLE: &[(&str, [bool; 4])] = &[
    ("id-token-signature", [false, false, true, true]),
    ("id-token-unknown-key", [false, false, true, true]),
    ("id-token-alg-none", [false, true, true, true]),
    ("id-token-issuer", [false, true, true, true]),
    ("id-token-audience", [false, true, true, true]),
    ("id-token-authorized-party", [false, true, true, true]),
    ("id-token-nonce", [true, true, true, true]),
    ("id-token-no-nonce", [true, true, true, true]),
    ("id-token-expired", [false, true, true, true]),
    ("id-token-future", [false, true, true, true]),
    ("id-token-no-subject", [false, true, true, true]),
    ("id-token-at-hash", [false, false, false, true]),
];

/// The driver's scenario `judge` signs in once for each fault; its verdicts are held against the table. The first sign-in is with
/// nothing wrong, so that no refusal has another reason.
pub(crate) fn judge(stage: &Stage, judge: Judge, version: Version, file: &str, mut know: Value) {
    let names: Vec<&str> = std::iter::once("none")
        .chain(TABLE.iter().map(|(name, _)| *name))
        .collect();
    know["faults"] = json!(names);
    let mut driver = Driver::start(stage, file, "judge", know);
    let mut person = Person::new(stage, ADELE);
    let path = version.token(stage);
    for name in &names {
        assert_eq!(driver.said("fault"), *name);
        let go = driver.said("go");
        let back = person.go(&go);
        if *name != "none" {
            stage.tenant.run(&["fault", "set", name, "--path", &path]);
        }
        driver.tell(&back);
    }
    let verdicts = driver.result();
    let pending = stage.tenant.run(&["fault", "list", "--json"]);
    assert_eq!(pending.trim(), "[]", "a fault was set and met nobody");
    assert_eq!(verdicts["none"], "taken");
    let wrong: Vec<String> = TABLE
        .iter()
        .filter_map(|(name, noticed)| {
            let verdict = verdicts[name].as_str().unwrap();
            let should = noticed[judge as usize];
            let as_it_should = if should {
                verdict.starts_with("refused: ")
            } else {
                verdict == "taken"
            };
            (!as_it_should).then(|| format!("{name}: noticed should be {should}: {verdict}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
