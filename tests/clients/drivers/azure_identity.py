"""Drives `azure-identity` (PyPI), what the Azure SDK for Python signs in with."""

import warnings

from azure.identity import ClientSecretCredential, DeviceCodeCredential, UsernamePasswordCredential

from talk import run, say

CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
SCOPE = "https://graph.microsoft.com/.default"


def tokens(credential):
    """Twice: the second time from the cache."""
    first, again = credential.get_token(SCOPE), credential.get_token(SCOPE)
    return {"token": first.token, "expires_on": first.expires_on, "cached": first.token == again.token}


def password(know):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tokens(
            UsernamePasswordCredential(CLIENT, know["upn"], know["password"], tenant_id=know["tenant"])
        )


def client_secret(know):
    return tokens(ClientSecretCredential(know["tenant"], know["client"], know["secret"]))


def device_code(know):
    def prompt(uri, user_code, expires_on):
        say(flow={"verification_uri": uri, "user_code": user_code})

    return tokens(DeviceCodeCredential(CLIENT, tenant_id=know["tenant"], prompt_callback=prompt))


run({"password": password, "client_secret": client_secret, "device_code": device_code})
