//! Joining with name and password from a terminal.

use dovetail_shared::Step;
use dovetail_shared::link::{Direct, JoinState, Request, StepState};
use dovetail_tests::trust::{Manner, PASSWORD, TrustService};
use dovetail_tests::{Lab, Setup, talk};

/// A lab without a TPM where the terminal may join. Everything is logged, so that what must not be seen would be.
fn lab(story: &str) -> Lab {
    let setup = Setup {
        soft_keys: true,
        log: "trace",
        ..Setup::default()
    };
    let mut lab = Lab::with(story, setup).unwrap();
    lab.daemon.reconfigure(|text| {
        text.replace(
            "only_ca_file = true\n",
            "only_ca_file = true\ndirect_sign_in = true\n",
        )
    });
    lab
}

fn join(lab: &Lab, upn: &str, password: &str) -> (i32, String, String) {
    let args = ["join", "--user", upn, "--password-stdin", "--yes"];
    lab.daemon.cli_with(&args, &format!("{password}\n"))
}

/// The secret is in no file that the daemon, the tenant or the audit wrote.
fn nowhere(lab: &Lab, secret: &str) {
    let mut folders = vec![lab.dir().to_owned()];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file()
                && !["people.json", "tenant.json"].contains(&entry.file_name().to_str().unwrap())
            {
                let text =
                    String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned();
                assert!(!text.contains(secret), "{}", entry.path().display());
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 5);
}

/// A federated account joins from the terminal: the password goes to its own sign-in service and to nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_federated_account_joins_from_the_terminal() {
    let lab = lab("direct_federated");
    let sts = TrustService::start(&lab);
    let (code, text, complaint) = join(&lab, "nestor@fabrikam.com", PASSWORD);
    assert_eq!(code, 0, "{text}{complaint}");
    assert_eq!(sts.seen(), ["/mex", "/trust/13/usernamemixed"]);
    let view = talk::standing(&lab.daemon, &[JoinState::Joined]).await;
    assert_eq!(view.account.unwrap().upn, "nestor@fabrikam.com");
    assert_eq!(lab.tenant.devices().len(), 1);
    nowhere(&lab, PASSWORD);
    // As it would stand in a form and in XML.
    nowhere(&lab, "pa%3Css");
    nowhere(&lab, "pa&lt;ss");
}

/// Where management is offered, it is entered without a page, too: the sign-in's refresh token brings its token.
#[tokio::test(flavor = "multi_thread")]
async fn management_is_entered_without_a_page() {
    let lab = lab("direct_managed_device");
    lab.tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let (password, _) = lab.tenant.person("diego@contoso.com");
    let (code, text, complaint) = join(&lab, "diego@contoso.com", &password);
    assert_eq!(code, 0, "{text}{complaint}");
    let view = talk::standing(&lab.daemon, &[JoinState::Joined]).await;
    let done = |step| {
        view.steps
            .iter()
            .any(|view| view.step == step && view.state == StepState::Done)
    };
    assert!(done(Step::Enroll) && done(Step::Sync), "{:?}", view.steps);
    nowhere(&lab, &password);
}

/// A service that knows only the older WS-Trust will do.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_service_will_do() {
    let lab = lab("direct_old");
    let sts = TrustService::start(&lab);
    sts.behave(Manner::Old);
    let (code, text, complaint) = join(&lab, "nestor@fabrikam.com", PASSWORD);
    assert_eq!(code, 0, "{text}{complaint}");
    assert_eq!(sts.seen(), ["/mex", "/trust/2005/usernamemixed"]);
}

/// A managed account joins from the terminal, where the tenant allows it, too; a second factor cannot be asked for there.
#[tokio::test(flavor = "multi_thread")]
async fn a_managed_account_joins_from_the_terminal() {
    let lab = lab("direct_managed");
    let (password, _) = lab.tenant.person("adele@contoso.com");
    let (code, _, complaint) = join(&lab, "adele@contoso.com", &password);
    assert_eq!(code, 3);
    assert!(complaint.contains("AADSTS53003"), "{complaint}");
    lab.tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let (second, _) = lab.tenant.person("megan@contoso.com");
    let (_, _, complaint) = join(&lab, "megan@contoso.com", &second);
    assert!(complaint.contains("AADSTS50076"), "{complaint}");
    let (code, text, complaint) = join(&lab, "adele@contoso.com", &password);
    assert_eq!(code, 0, "{text}{complaint}");
    assert!(text.contains("joined to Contoso"), "{text}");
    assert_eq!(lab.tenant.devices().len(), 1);
    nowhere(&lab, &password);
}

/// It is off unless the machine's administrator turns it on; and a page never may.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_by_default_and_never_for_pages() {
    let mut lab = lab("direct_off");
    lab.tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let (password, _) = lab.tenant.person("adele@contoso.com");
    let direct = Request::JoinDirect(Direct {
        join_type: dovetail_shared::drs::JoinType::Joined,
        device_name: None,
        upn: "adele@contoso.com".parse().unwrap(),
        password: password.clone().into(),
    });
    let refused = talk::as_page(&lab.daemon, lab.tenant.value("portal"), &direct);
    assert_eq!(refused.unwrap_err().code.to_string(), "JOIN-306");
    lab.daemon
        .reconfigure(|text| text.replace("direct_sign_in = true\n", ""));
    let (code, _, complaint) = join(&lab, "adele@contoso.com", &password);
    assert_eq!(code, 3);
    assert!(complaint.contains("JOIN-430"), "{complaint}");
    assert_eq!(lab.tenant.devices(), Vec::<serde_json::Value>::new());
}

/// What can go wrong at the organisation's own service has a sentence each, and leaves no join behind.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_at_the_service_is_told() {
    let lab = lab("direct_wrong");
    let sts = TrustService::start(&lab);
    let nestor = "nestor@fabrikam.com";
    for (manner, password, code) in [
        (Manner::Good, "wrong", "AADSTS50126"),
        (Manner::Fault, PASSWORD, "0xcaa90014"),
        (Manner::Insecure, PASSWORD, "0xcaa90023"),
        (Manner::Elsewhere, PASSWORD, "0xcaa90023"),
        (Manner::Page, PASSWORD, "JOIN-"),
    ] {
        sts.behave(manner);
        let asked = sts.seen().len();
        let (exit, _, complaint) = join(&lab, nestor, password);
        assert_ne!(exit, 0, "{manner:?}");
        assert!(complaint.contains(code), "{manner:?}: {complaint}");
        let sent = sts.seen().len() - asked;
        let expected = match manner {
            Manner::Insecure | Manner::Elsewhere => 1,
            _ => 2,
        };
        assert_eq!(sent, expected, "{manner:?}");
    }
    let (_, _, complaint) = join(&lab, "somebody@nowhere.example", PASSWORD);
    assert!(complaint.contains("AADSTS50034"), "{complaint}");
    let mut client = talk::connect(&lab.daemon).await;
    assert!(talk::status(&mut client).await.join.is_none());
    nowhere(&lab, PASSWORD);
    // The service is gone: not reached, not refused.
    lab.tenant.run(&[
        "domain",
        "add",
        "fabrikam.com",
        "--federated",
        "--passive-url",
        "https://sts.dovetail.localhost:9/adfs/ls/",
        "--mex-url",
        "https://sts.dovetail.localhost:9/mex",
        "--issuer",
        "urn:gone",
        "--certificate",
        &lab.dir().join("sts.pem").display().to_string(),
    ]);
    let (_, _, complaint) = join(&lab, nestor, PASSWORD);
    assert!(complaint.contains("JOIN-431"), "{complaint}");
}
