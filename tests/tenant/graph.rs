//! The directory API.

use serde_json::{Value, json};
use url::Url;

use crate::stage::{Machine, Stage, claims, register};

const CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const EDGE: &str = "d7b530a4-7680-4c23-a8bf-c52c121d2e87";

/// A tenant where tokens are had by name and password.
fn stage() -> Stage {
    let stage = Stage::new();
    stage
        .tenant
        .run(&["policy", "set", "--password-grant", "true"]);
    stage
}

async fn token_by(stage: &Stage, client: &str, upn: &str, resource: &str) -> String {
    let (password, _) = stage.tenant.person(upn);
    let answer = stage
        .token(
            "/common/oauth2/token",
            &[
                ("grant_type", "password"),
                ("client_id", client),
                ("resource", resource),
                ("username", upn),
                ("password", &password),
            ],
        )
        .await;
    answer.1["access_token"]
        .as_str()
        .unwrap_or_else(|| panic!("no token: {answer:?}"))
        .to_owned()
}

async fn token(stage: &Stage, upn: &str) -> String {
    token_by(stage, CLI, upn, "https://graph.microsoft.com").await
}

/// A registered device: its object as the command line shows it.
async fn device(stage: &Stage, upn: &str, name: &str) -> Value {
    let token = stage.id_token(upn).await;
    let request = Machine::new().request(|request| request["DeviceDisplayName"] = json!(name));
    assert_eq!(register(stage, &token, &request).await.0, 200);
    let mut devices = stage.tenant.devices();
    devices.retain(|device| device["DisplayName"] == name);
    devices.remove(0)
}

async fn ask(
    stage: &Stage,
    method: &str,
    path: &str,
    token: &str,
    body: Option<Value>,
) -> (u16, Value) {
    ask_with(
        stage,
        method,
        path,
        &[("authorization", &format!("Bearer {token}"))],
        body,
    )
    .await
}

async fn ask_with(
    stage: &Stage,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> (u16, Value) {
    let url = stage.url("graph", path);
    let answer = stage
        .visitor()
        .ask(method, url, headers, body.map(|body| body.to_string()))
        .await;
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

async fn get(stage: &Stage, path: &str, token: &str) -> (u16, Value) {
    ask(stage, "GET", path, token, None).await
}

/// What a browser's SSO host and a Linux broker ask for, in their own spelling.
#[tokio::test]
async fn clients_find_what_they_ask_for() {
    let stage = stage();
    let device = device(&stage, "adele@contoso.com", "adele's").await;
    let (id, object) = (
        device["DeviceId"].as_str().unwrap(),
        device["ObjectId"].as_str().unwrap(),
    );
    let token = token_by(
        &stage,
        EDGE,
        "adele@contoso.com",
        "https://graph.microsoft.com",
    )
    .await;
    let braces = format!("/v1.0/devices(deviceId='{{{id}}}')?$select=isCompliant,displayName");
    let (status, found) = get(&stage, &braces, &token).await;
    assert_eq!(status, 200, "{found}");
    assert_eq!(found["displayName"], "adele's");
    assert_eq!(found.as_object().unwrap().len(), 3, "{found}");
    assert!(found["isCompliant"].is_null());
    let (_, found) = get(&stage, &format!("/beta/devices/{object}"), &token).await;
    assert_eq!(
        (
            &found["id"],
            &found["deviceId"],
            &found["trustType"],
            &found["accountEnabled"]
        ),
        (&json!(object), &json!(id), &json!("AzureAd"), &json!(true))
    );
    let key = dovetail_shared::encode::from_b64(
        found["alternativeSecurityIds"][0]["key"].as_str().unwrap(),
    )
    .unwrap();
    let units: Vec<u16> = key
        .chunks(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    assert_eq!(
        String::from_utf16(&units).unwrap(),
        device["AlternativeSecurityIds"][0].as_str().unwrap()
    );

    let (_, me) = get(&stage, "/v1.0/me", &token).await;
    assert_eq!(me["userPrincipalName"], "adele@contoso.com");
    assert_eq!(me["id"], claims(&token)["oid"]);
    let select = "/v1.0/users/Adele@Contoso.com?$select=id,displayName,userPrincipalName,onPremisesSamAccountName";
    let (status, me) = get(&stage, select, &token).await;
    assert_eq!((status, me.as_object().unwrap().len()), (200, 5), "{me}");
    for path in [
        "/v1.0/me/ownedDevices",
        "/v1.0/me/registeredDevices",
        "/v1.0/users/adele@contoso.com/ownedDevices",
    ] {
        let (_, list) = get(&stage, path, &token).await;
        assert_eq!(
            list["value"][0]["@odata.type"], "#microsoft.graph.device",
            "{path}"
        );
        assert_eq!(list["value"][0]["deviceId"], json!(id), "{path}");
    }
    let (_, owners) = get(
        &stage,
        &format!("/v1.0/devices/{object}/registeredOwners"),
        &token,
    )
    .await;
    assert_eq!(owners["value"][0]["userPrincipalName"], "adele@contoso.com");
    let (status, none) = get(&stage, "/v1.0/me/photos/48x48/$value", &token).await;
    assert_eq!(
        (status, &none["error"]["code"]),
        (404, &json!("ImageNotFound"))
    );
    assert!(none["error"]["innerError"]["request-id"].is_string());
    let endpoints = "/v1.0/myorganization/servicePrincipals/appId=0000000a-0000-0000-c000-000000000000/endpoints";
    assert!(
        get(&stage, endpoints, &token).await.1["value"][0]["uri"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    // A broker adds the person once more after enrolment.
    let reference = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", me["id"].as_str().unwrap()) });
    let path = format!("/v1.0/devices/{object}/registeredOwners/$ref");
    assert_eq!(
        ask(&stage, "POST", &path, &token, Some(reference)).await.0,
        204
    );
    let groups = token_by(
        &stage,
        EDGE,
        "alex@contoso.com",
        "https://graph.microsoft.com",
    )
    .await;
    let (_, groups) = get(&stage, "/v1.0/me/memberOf?$top=999", &groups).await;
    assert_eq!(groups["value"].as_array().unwrap().len(), 2);
    assert_eq!(groups["value"][0]["@odata.type"], "#microsoft.graph.group");
}

/// [DR-10] Another person's device, by whatever id and verb, is not there; neither is the other person.
#[tokio::test]
async fn what_is_not_ones_own_is_not_there() {
    let stage = stage();
    let device = device(&stage, "adele@contoso.com", "adele's").await;
    let (id, object, owner) = (
        device["DeviceId"].as_str().unwrap(),
        device["ObjectId"].as_str().unwrap(),
        device["RegisteredOwnerIds"][0].as_str().unwrap(),
    );
    let diego = token(&stage, "diego@contoso.com").await;
    let reference = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", claims(&diego)["oid"].as_str().unwrap()) });
    let name = json!({ "displayName": "mine now" });
    let legacy = stage.tenant.value("tenant_id").to_owned();
    let asked = [
        ("GET", format!("/v1.0/devices/{object}"), None),
        ("GET", format!("/v1.0/devices(deviceId='{id}')"), None),
        (
            "PATCH",
            format!("/v1.0/devices/{object}"),
            Some(name.clone()),
        ),
        (
            "PATCH",
            format!("/v1.0/devices(deviceId='{{{id}}}')"),
            Some(name.clone()),
        ),
        (
            "PATCH",
            format!("/{legacy}/devices/deviceId_{id}?api-version=1.5"),
            Some(name),
        ),
        ("DELETE", format!("/v1.0/devices/{object}"), None),
        (
            "GET",
            format!("/v1.0/devices/{object}/registeredOwners"),
            None,
        ),
        (
            "GET",
            format!("/v1.0/devices/{object}/registeredUsers"),
            None,
        ),
        (
            "POST",
            format!("/v1.0/devices/{object}/registeredOwners/$ref"),
            Some(reference.clone()),
        ),
        (
            "POST",
            format!("/v1.0/devices/{object}/registeredUsers/$ref"),
            Some(reference),
        ),
        (
            "DELETE",
            format!("/v1.0/devices/{object}/registeredOwners/{owner}/$ref"),
            None,
        ),
        ("GET", format!("/v1.0/users/{owner}"), None),
        ("GET", "/v1.0/users/adele@contoso.com".to_owned(), None),
        ("GET", format!("/v1.0/users/{owner}/ownedDevices"), None),
        ("GET", format!("/v1.0/users/{owner}/memberOf"), None),
        // The device's id is no object id.
        ("GET", format!("/v1.0/devices/{id}"), None),
        ("GET", format!("/v1.0/devices(deviceId='{object}')"), None),
    ];
    for (method, path, body) in asked {
        let (status, answer) = ask(&stage, method, &path, &diego, body).await;
        assert_eq!(status, 404, "{method} {path}: {answer}");
        assert_eq!(
            answer["error"]["code"], "Request_ResourceNotFound",
            "{method} {path}"
        );
    }
    for filter in [
        String::new(),
        format!("?$filter=deviceId eq '{id}'"),
        format!("?$filter=id eq '{object}'"),
        "?$filter=accountEnabled eq true".to_owned(),
    ] {
        let (status, list) = get(&stage, &format!("/v1.0/devices{filter}"), &diego).await;
        assert_eq!((status, &list["value"]), (200, &json!([])), "{filter}");
    }
    assert_eq!(stage.tenant.devices()[0]["DisplayName"], "adele's");
    // The owner, beside them, is answered: the ids are right.
    let adele = token(&stage, "adele@contoso.com").await;
    assert_eq!(
        get(&stage, &format!("/v1.0/devices/{object}"), &adele)
            .await
            .0,
        200
    );
}

/// Owners may rename; everything else is for administrators, and goes as far as at the command line.
#[tokio::test]
async fn administrators_change_devices() {
    let stage = stage();
    let device = device(&stage, "adele@contoso.com", "adele's").await;
    let (id, object) = (
        device["DeviceId"].as_str().unwrap(),
        device["ObjectId"].as_str().unwrap(),
    );
    let path = format!("/v1.0/devices/{object}");
    let adele = token(&stage, "adele@contoso.com").await;
    let shown = || stage.tenant.devices().remove(0);
    let rename = format!("/contoso.com/devices/deviceId_{id}?api-version=1.5");
    assert_eq!(
        ask(
            &stage,
            "PATCH",
            &rename,
            &adele,
            Some(json!({ "displayName": "other" }))
        )
        .await
        .0,
        204
    );
    assert_eq!(shown()["DisplayName"], "other");
    for body in [
        json!({ "accountEnabled": false }),
        json!({ "displayName": "x", "operatingSystem": "y" }),
        json!({ "isCompliant": true }),
    ] {
        let (status, answer) = ask(&stage, "PATCH", &path, &adele, Some(body)).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (403, &json!("Authorization_RequestDenied"))
        );
    }
    assert_eq!(ask(&stage, "DELETE", &path, &adele, None).await.0, 403);

    stage
        .tenant
        .run(&["user", "admin-add", "diego@contoso.com"]);
    let diego = token(&stage, "diego@contoso.com").await;
    // The token's permissions bound the person's.
    let edge = token_by(
        &stage,
        EDGE,
        "diego@contoso.com",
        "https://graph.microsoft.com",
    )
    .await;
    assert_eq!(get(&stage, &path, &edge).await.0, 404);
    let body = json!({ "accountEnabled": false, "extensionAttributes": { "extensionAttribute7": "seven" } });
    assert_eq!(ask(&stage, "PATCH", &path, &diego, Some(body)).await.0, 204);
    let (_, found) = get(&stage, &path, &diego).await;
    assert_eq!(
        (
            &found["accountEnabled"],
            &found["extensionAttributes"]["extensionAttribute7"]
        ),
        (&json!(false), &json!("seven"))
    );
    assert_eq!(shown()["Enabled"], json!(false));
    for body in [
        json!({ "displayName": "" }),
        json!({ "displayName": 5 }),
        json!({ "displayName": "a\nb" }),
        json!({ "accountEnabled": "no" }),
        json!({ "id": "x" }),
        json!([]),
        json!("x"),
        json!({ "extensionAttributes": { "extensionAttribute16": "x" } }),
        json!({ "displayName": "x".repeat(300) }),
    ] {
        assert_eq!(
            ask(&stage, "PATCH", &path, &diego, Some(body.clone()))
                .await
                .0,
            400,
            "{body}"
        );
    }
    let reference = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", claims(&diego)["oid"].as_str().unwrap()) });
    let owners = format!("{path}/registeredOwners");
    assert_eq!(
        ask(
            &stage,
            "POST",
            &format!("{owners}/$ref"),
            &diego,
            Some(reference)
        )
        .await
        .0,
        204
    );
    assert_eq!(
        get(&stage, &owners, &adele).await.1["value"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let off = |user: &str| format!("{owners}/{user}/$ref");
    let (diego_id, adele_id) = (
        claims(&diego)["oid"].as_str().unwrap().to_owned(),
        claims(&adele)["oid"].as_str().unwrap().to_owned(),
    );
    assert_eq!(
        ask(&stage, "DELETE", &off(&diego_id), &diego, None).await.0,
        204
    );
    assert_eq!(
        ask(&stage, "DELETE", &off(&diego_id), &diego, None).await.0,
        404
    );
    assert_eq!(
        ask(&stage, "DELETE", &off(&adele_id), &diego, None).await.0,
        400
    );
    assert_eq!(ask(&stage, "DELETE", &path, &diego, None).await.0, 204);
    assert!(stage.tenant.devices().is_empty());
    assert_eq!(get(&stage, &path, &diego).await.0, 404);
}

/// [ID-19] [ID-20] Lists come in pages, and nothing but what was offered opens the next one.
#[tokio::test]
async fn lists_have_pages() {
    let stage = stage();
    for name in ["a", "b", "c", "d", "e"] {
        device(&stage, "adele@contoso.com", name).await;
    }
    stage
        .tenant
        .run(&["user", "admin-add", "diego@contoso.com"]);
    let (diego, adele) = (
        token(&stage, "diego@contoso.com").await,
        token(&stage, "adele@contoso.com").await,
    );
    for (path, token) in [
        ("/v1.0/devices?$top=2", &diego),
        ("/v1.0/devices?$top=2", &adele),
        ("/v1.0/me/ownedDevices?$top=2", &adele),
        (
            "/v1.0/devices?$top=2&$filter=displayName in ('a','b','c','d','e')&$select=displayName",
            &diego,
        ),
    ] {
        let (mut next, mut names) = (stage.url("graph", path), Vec::new());
        loop {
            let (status, page) = get(&stage, &next[url::Position::BeforePath..], token).await;
            assert_eq!(status, 200, "{page}");
            let list = page["value"].as_array().unwrap();
            assert!(list.len() <= 2);
            names.extend(
                list.iter()
                    .map(|one| one["displayName"].as_str().unwrap().to_owned()),
            );
            let Some(link) = page["@odata.nextLink"].as_str() else {
                break;
            };
            next = Url::parse(link).unwrap();
        }
        names.sort();
        assert_eq!(names, ["a", "b", "c", "d", "e"], "{path}");
    }
    let (_, page) = get(&stage, "/v1.0/devices?$top=2", &diego).await;
    let link = Url::parse(page["@odata.nextLink"].as_str().unwrap()).unwrap();
    let skip = link
        .query_pairs()
        .find(|(name, _)| name == "$skiptoken")
        .unwrap()
        .1
        .into_owned();
    for (path, token) in [
        (format!("/v1.0/devices?$top=2&$skiptoken={skip}"), &adele),
        (format!("/v1.0/me/ownedDevices?$skiptoken={skip}"), &diego),
        (
            format!("/v1.0/devices?$filter=accountEnabled eq true&$skiptoken={skip}"),
            &diego,
        ),
        ("/v1.0/devices?$skiptoken=AAAA".to_owned(), &diego),
        ("/v1.0/devices?$top=0".to_owned(), &diego),
        ("/v1.0/devices?$top=-1".to_owned(), &diego),
        ("/v1.0/devices?$top=4294967296".to_owned(), &diego),
        ("/v1.0/devices?$expand=registeredOwners".to_owned(), &diego),
        ("/v1.0/devices?$select=password".to_owned(), &diego),
        (
            format!("/v1.0/devices?$filter={}", "(".repeat(1500)),
            &diego,
        ),
        (
            format!(
                "/v1.0/devices?$filter={}isManaged eq true",
                "isManaged eq true or ".repeat(400)
            ),
            &diego,
        ),
        ("/v1.0/devices?$count=true".to_owned(), &diego),
    ] {
        let (status, answer) = get(&stage, &path, token).await;
        assert!(
            matches!(status, 400 | 414 | 431),
            "{path:.80}: {status} {answer}"
        );
    }
    let bearer = format!("Bearer {diego}");
    let eventual = [
        ("authorization", bearer.as_str()),
        ("consistencylevel", "eventual"),
    ];
    let (_, page) = ask_with(
        &stage,
        "GET",
        "/v1.0/devices?$count=true&$top=1&$filter=startswith(displayName,'a')",
        &eventual,
        None,
    )
    .await;
    assert_eq!(
        (&page["@odata.count"], &page["value"][0]["displayName"]),
        (&json!(1), &json!("a"))
    );
    assert_eq!(
        ask_with(&stage, "GET", "/v1.0/devices/$count", &eventual, None)
            .await
            .1,
        json!(5)
    );
}

/// Tokens that are not for this API, or not good any more, open nothing.
#[tokio::test]
async fn only_good_tokens_open_the_directory() {
    let stage = stage();
    let good = token(&stage, "adele@contoso.com").await;
    let id_token = stage.id_token("adele@contoso.com").await;
    let drs = token_by(
        &stage,
        "29d9ed98-a469-4536-ade2-f981bc1d605e",
        "adele@contoso.com",
        "urn:ms-drs:enterpriseregistration.windows.net",
    )
    .await;
    let mut unsigned = good.clone();
    unsigned.truncate(good.rfind('.').unwrap() + 1);
    let mut old = claims(&good);
    old["exp"] = json!(old["iat"].as_i64().unwrap() - 10);
    let old = stage.signed(|_| {}, old.to_string().as_bytes()).await;
    let mut powerless = claims(&good);
    powerless["scp"] = json!("Mail.Read");
    let powerless = stage.signed(|_| {}, powerless.to_string().as_bytes()).await;
    for token in ["", "x", &id_token, &drs, &unsigned, &old] {
        let (status, answer) = get(&stage, "/v1.0/me", token).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (401, &json!("InvalidAuthenticationToken")),
            "{token:.40}"
        );
    }
    assert_eq!(get(&stage, "/v1.0/me", &powerless).await.0, 403);
    assert_eq!(
        get(&stage, "/v1.0/nothing", "").await.0,
        401,
        "paths are not told to strangers"
    );
    assert_eq!(get(&stage, "/v1.0/me", &good).await.0, 200);
    stage.tenant.run(&["user", "disable", "adele@contoso.com"]);
    assert_eq!(get(&stage, "/v1.0/me", &good).await.0, 401);
}

/// [ID-25] Workers of extensions may ask with a bearer; nobody may ask with cookies.
#[tokio::test]
async fn other_origins_may_ask_without_cookies() {
    let stage = stage();
    let token = token(&stage, "adele@contoso.com").await;
    let bearer = format!("Bearer {token}");
    for (method, headers, status) in [
        (
            "OPTIONS",
            vec![
                ("origin", "chrome-extension://abc"),
                ("access-control-request-method", "GET"),
                ("access-control-request-headers", "authorization"),
            ],
            204,
        ),
        (
            "GET",
            vec![
                ("origin", "chrome-extension://abc"),
                ("authorization", bearer.as_str()),
            ],
            200,
        ),
        (
            "GET",
            vec![
                ("origin", "https://evil.example"),
                ("cookie", "__Host-ESTSAUTH=x"),
            ],
            401,
        ),
    ] {
        let answer = stage
            .visitor()
            .ask(method, stage.url("graph", "/v1.0/me"), &headers, None)
            .await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        assert!(
            !answer
                .headers()
                .contains_key("access-control-allow-credentials")
        );
    }
}
