//! Hello keys in the directory's API: one's own, and for administrators and applications everybody's.

use serde_json::{Value, json};

use crate::soft_hello::{Given, MEGAN, SoftKey, given};
use crate::stage::{Stage, claims, number};

const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const GRAPH: &str = "https://graph.microsoft.com";
const DIEGO: &str = "diego@contoso.com";
const ADELE: &str = "adele@contoso.com";
const METHODS: &str = "authentication/windowsHelloForBusinessMethods";

async fn graph(stage: &Stage, method: &str, path: &str, token: &str) -> (u16, Value) {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let url = stage.url("graph", path);
    let answer = stage.visitor().ask(method, url, &headers, None).await;
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// A token of Azure CLI for the directory, with that permission.
async fn permitted(stage: &Stage, upn: &str, permission: &str) -> String {
    let (password, _) = stage.tenant.person(upn);
    let scope = format!("{GRAPH}/{permission}");
    let form = [
        ("grant_type", "password"),
        ("client_id", CLI),
        ("scope", scope.as_str()),
        ("username", upn),
        ("password", &password),
    ];
    let (status, tokens) = stage.token("/common/oauth2/v2.0/token", &form).await;
    assert_eq!(status, 200, "{tokens}");
    tokens["access_token"].as_str().unwrap().to_owned()
}

/// [DR-10] [DR-11] One's own keys are read and removed with the permission for that, and no other; anybody else's are not there,
/// but for administrators, and for applications that were given the role.
#[tokio::test]
async fn the_directory_shows_and_removes_keys() {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    let Given {
        device,
        prt,
        token,
        key,
        id,
    } = given(&stage).await;
    let asked = async |permission: &str| {
        let scope = format!("openid {GRAPH}/{permission}");
        let (status, tokens) = prt
            .ask(&stage, json!({ "client_id": CLI, "scope": scope }))
            .await;
        assert_eq!(status, 200, "{tokens}");
        tokens["access_token"].as_str().unwrap().to_owned()
    };
    let (read, write) = (
        asked("UserAuthenticationMethod.Read").await,
        asked("UserAuthenticationMethod.ReadWrite").await,
    );
    let everything = asked(".default").await;
    let mine = format!("/v1.0/me/{METHODS}");
    let megans = format!("/v1.0/users/{MEGAN}/{METHODS}");
    let (status, list) = graph(&stage, "GET", &mine, &read).await;
    assert_eq!(status, 200, "{list}");
    let oid = claims(&read)["oid"].as_str().unwrap().to_owned();
    assert!(
        list["@odata.context"]
            .as_str()
            .unwrap()
            .ends_with(&format!("$metadata#users('{oid}')/{METHODS}"))
    );
    let entry = &list["value"][0];
    let created = entry["createdDateTime"].as_str().unwrap();
    assert!(created.ends_with('Z'), "{created}");
    assert_eq!(
        list["value"],
        json!([{ "id": id, "displayName": "a machine", "createdDateTime": created, "keyStrength": "normal" }])
    );
    let one = format!("{mine}/{id}");
    for path in [
        &one,
        &format!("/beta/users/{oid}/{METHODS}/{id}"),
        &format!("{megans}/{id}?$select=id,keyStrength"),
    ] {
        let (status, found) = graph(&stage, "GET", path, &write).await;
        assert_eq!((status, &found["id"]), (200, &json!(id)), "{path}: {found}");
    }
    // Pages. Keys of one second come in any order.
    stage.register_key(&token, &SoftKey::new()).await;
    let (_, page) = graph(&stage, "GET", &format!("{mine}?$top=1&$select=id"), &read).await;
    let next = url::Url::parse(page["@odata.nextLink"].as_str().unwrap()).unwrap();
    let (_, last) = graph(&stage, "GET", &next[url::Position::BeforePath..], &read).await;
    assert!(last["@odata.nextLink"].is_null());
    let pages = [&page, &last].map(|page| page["value"].as_array().unwrap());
    assert_eq!(pages.map(Vec::len), [1, 1]);
    let [first, second] = pages.map(|page| page[0].clone());
    assert_ne!(first, second);
    assert!([first, second].contains(&json!({ "id": id })));
    for bad in [
        "?$filter=id eq 'x'",
        "?$skiptoken=AAAA",
        "?$select=kid",
        "?$expand=device",
    ] {
        let (status, answer) = graph(&stage, "GET", &format!("{mine}{bad}"), &read).await;
        assert_eq!(status, 400, "{bad}: {answer}");
    }

    stage.tenant.run(&["user", "admin-add", DIEGO]);
    let all_read = permitted(&stage, DIEGO, "UserAuthenticationMethod.Read.All").await;
    let all_write = permitted(&stage, DIEGO, "UserAuthenticationMethod.ReadWrite.All").await;
    let own_write = permitted(&stage, DIEGO, "UserAuthenticationMethod.ReadWrite").await;
    let adele = permitted(&stage, ADELE, "UserAuthenticationMethod.ReadWrite.All").await;
    let anything = permitted(&stage, DIEGO, "Directory.AccessAsUser.All").await;
    let none = format!("{mine}/11111111-1111-1111-1111-111111111111");
    let theirs = format!("{megans}/{id}");
    for (method, path, token, expected) in [
        // The permission is another one.
        ("GET", &mine, &everything, 403),
        ("GET", &one, &everything, 403),
        ("DELETE", &one, &everything, 403),
        ("DELETE", &one, &read, 403),
        ("GET", &megans, &anything, 403),
        ("DELETE", &theirs, &anything, 403),
        ("DELETE", &theirs, &all_read, 403),
        // Not the caller's, and so not there.
        ("GET", &megans, &own_write, 404),
        ("DELETE", &theirs, &own_write, 404),
        ("GET", &megans, &adele, 404),
        ("GET", &theirs, &adele, 404),
        ("DELETE", &theirs, &adele, 404),
        ("GET", &one, &all_write, 404),
        ("DELETE", &one, &all_write, 404),
        ("GET", &none, &read, 404),
        ("DELETE", &none, &write, 404),
        ("DELETE", &format!("{mine}/x"), &write, 404),
        // No such verb.
        ("PATCH", &one, &write, 405),
        ("POST", &mine, &write, 405),
        ("DELETE", &mine, &write, 405),
        (
            "GET",
            &"/v1.0/me/authentication/methods".to_owned(),
            &write,
            404,
        ),
        // Whoever may.
        ("GET", &megans, &all_read, 200),
        ("GET", &theirs, &all_read, 200),
        ("GET", &format!("/v1.0/me/{METHODS}"), &all_read, 200),
    ] {
        let (status, answer) = graph(&stage, method, path, token).await;
        assert_eq!(status, expected, "{method} {path}: {answer}");
    }
    assert_eq!(stage.keys(&[]).len(), 2);

    // Removing ends what the key gave, as at the command line.
    let by_key = key.prt(&stage, &device, MEGAN).await;
    assert_eq!(graph(&stage, "DELETE", &one, &write).await.0, 204);
    assert_eq!(graph(&stage, "GET", &one, &write).await.0, 404);
    assert_eq!(graph(&stage, "DELETE", &one, &write).await.0, 404);
    assert_eq!(number(&by_key.ask(&stage, json!({})).await), 50_173);
    let told = stage.told("hello_key.removed");
    assert_eq!(told[0]["about"], format!("{id} of {oid} on {}", device.id));
    assert_eq!(told[0]["user"], oid.as_str());
    let rest = stage.keys(&[])[0]["id"].as_str().unwrap().to_owned();
    let theirs = format!("{megans}/{rest}");
    assert_eq!(graph(&stage, "DELETE", &theirs, &all_write).await.0, 204);
    assert!(stage.keys(&[]).is_empty());
}

/// [DR-11] An application on its own behalf: by its role alone, and never as "me".
#[tokio::test]
async fn an_application_needs_the_role() {
    let stage = Stage::new();
    let Given { id, .. } = given(&stage).await;
    let app = "bbbbbbbb-0000-4000-8000-000000000002";
    let theirs = format!("/v1.0/users/{MEGAN}/{METHODS}");
    let one = format!("{theirs}/{id}");
    for (role, expected) in [
        ("User.Read.All", [403, 403, 403]),
        ("Directory.ReadWrite.All", [403, 403, 403]),
        ("UserAuthenticationMethod.Read.All", [200, 200, 403]),
        ("UserAuthenticationMethod.ReadWrite.All", [200, 200, 204]),
    ] {
        let add = [
            "app",
            "add",
            "--client-id",
            app,
            "--secret",
            "s3cret-of-an-app",
        ];
        stage.tenant.run(&[&add[..], &["--role", role]].concat());
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", app),
            ("client_secret", "s3cret-of-an-app"),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let (status, tokens) = stage.token("/common/oauth2/v2.0/token", &form).await;
        assert_eq!(status, 200, "{tokens}");
        let token = tokens["access_token"].as_str().unwrap();
        let mine = format!("/v1.0/me/{METHODS}");
        assert_eq!(graph(&stage, "GET", &mine, token).await.0, 400, "{role}");
        let mut came = [0; 3];
        for (place, (method, path)) in [("GET", &theirs), ("GET", &one), ("DELETE", &one)]
            .into_iter()
            .enumerate()
        {
            came[place] = graph(&stage, method, path, token).await.0;
        }
        assert_eq!(came, expected, "{role}");
    }
}
