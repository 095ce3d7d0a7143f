//! Groups, and whom device management is offered to.

use crate::stage::{Stage, claims};

const CLAIMS: [&str; 4] = [
    "mdm_enrollment_url",
    "mdm_tou_url",
    "mdm_terms_of_use_url",
    "mdm_compliance_url",
];

/// Which of the four claims the token of `upn` carries.
async fn offered(stage: &Stage, upn: &str) -> [bool; 4] {
    let claims = claims(&stage.id_token(upn).await);
    CLAIMS.map(|name| claims.get(name).is_some())
}

/// Alex is managed and reads terms, Diego is managed without terms, Adele is not managed: three ways to join.
#[tokio::test]
async fn the_scope_decides_what_the_token_offers() {
    let stage = Stage::new();
    let alex = claims(&stage.id_token("alex@contoso.com").await);
    let manage = stage.tenant.value("manage");
    let people = stage.tenant.value("manage_portal");
    assert_eq!(
        alex["mdm_enrollment_url"],
        format!("{manage}/EnrollmentServer/Discovery.svc")
    );
    assert_eq!(alex["mdm_tou_url"], format!("{people}/TermsOfUse"));
    assert_eq!(alex["mdm_terms_of_use_url"], alex["mdm_tou_url"]);
    assert_eq!(alex["mdm_compliance_url"], format!("{people}/Compliance"));
    assert_eq!(
        offered(&stage, "diego@contoso.com").await,
        [true, false, false, true]
    );
    assert_eq!(offered(&stage, "adele@contoso.com").await, [false; 4]);
}

/// An administrator puts people into groups and changes the scopes; the next token says so.
#[tokio::test]
async fn scopes_and_groups_are_changed_by_the_command_line() {
    let stage = Stage::new();
    let run = |words: &[&str]| stage.tenant.run(words);
    run(&["group", "add", "Pilots"]);
    run(&["group", "member-add", "pilots", "adele@contoso.com"]);
    run(&["policy", "set", "--mdm-group", "Pilots"]);
    assert_eq!(
        offered(&stage, "adele@contoso.com").await,
        [true, false, false, true]
    );
    // Terms are for those whom management is offered to.
    assert_eq!(offered(&stage, "alex@contoso.com").await, [false; 4]);
    run(&["group", "member-remove", "Pilots", "adele@contoso.com"]);
    assert_eq!(offered(&stage, "adele@contoso.com").await, [false; 4]);
    run(&[
        "policy",
        "set",
        "--mdm-scope",
        "all",
        "--terms-scope",
        "all",
    ]);
    assert_eq!(offered(&stage, "adele@contoso.com").await, [true; 4]);
    run(&["policy", "set", "--mdm-scope", "none"]);
    assert_eq!(offered(&stage, "alex@contoso.com").await, [false; 4]);
    run(&["policy", "set", "--mdm-scope", "selected"]);
    run(&["group", "delete", "Pilots"]);
    assert_eq!(offered(&stage, "adele@contoso.com").await, [false; 4]);
}
