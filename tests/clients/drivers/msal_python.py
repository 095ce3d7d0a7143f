"""Drives `msal` (PyPI)."""

import msal

from talk import hear, run, say

CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
SCOPES = ["User.Read"]


def application(know, **more):
    authority = "https://login.microsoftonline.com/" + know.get("authority", know["tenant"])
    return msal.PublicClientApplication(know.get("client", CLIENT), authority=authority, **more)


def ropc(know):
    return by_password(application(know), know)


def silent(know):
    app = application(know)
    first = by_password(app, know)
    (account,) = app.get_accounts()
    return {
        "first": first,
        "account": account,
        "cached": app.acquire_token_silent(SCOPES, account),
        "refreshed": app.acquire_token_silent(SCOPES, account, force_refresh=True),
        "again": app.acquire_token_silent(SCOPES, account, force_refresh=True),
    }


def by_password(app, know):
    return app.acquire_token_by_username_password(know["upn"], know["password"], SCOPES)


def code(know):
    return sign_in(application(know), know)


def sign_in(app, know):
    flow = app.initiate_auth_code_flow(SCOPES, redirect_uri=know["redirect_uri"], login_hint=know["upn"])
    say(go=flow["auth_uri"])
    return app.acquire_token_by_auth_code_flow(flow, hear())


def server(know):
    authority = "https://login.microsoftonline.com/" + know["tenant"]
    return msal.ConfidentialClientApplication(know["client"], client_credential=know["secret"], authority=authority)


def client_credentials(know):
    app, scopes = server(know), ["https://graph.microsoft.com/.default"]
    return {"first": app.acquire_token_for_client(scopes), "again": app.acquire_token_for_client(scopes)}


def web_code(know):
    return sign_in(server(know), know)


def judge(know):
    """Signs in once for each fault that the test makes: which did the library notice?"""
    verdicts = {}
    for fault in know["faults"]:
        say(fault=fault)
        try:
            got = sign_in(application(know), know)
            verdicts[fault] = "taken" if "id_token" in got else f"refused: {got.get('error_description')}"
        except Exception as error:
            verdicts[fault] = f"refused: {type(error).__name__}: {error}"
    return verdicts


def device_code(know):
    app = application(know)
    flow = app.initiate_device_flow(SCOPES)
    say(flow=flow)
    return app.acquire_token_by_device_flow(flow)


run(
    {
        "ropc": ropc,
        "silent": silent,
        "code": code,
        "web_code": web_code,
        "client_credentials": client_credentials,
        "device_code": device_code,
        "judge": judge,
    }
)
