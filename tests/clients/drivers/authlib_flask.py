"""Drives Authlib (PyPI) as a web application does: its Flask integration, with OpenID discovery."""

from urllib.parse import urlencode

from authlib.integrations.flask_client import OAuth
from flask import Flask

from talk import hear, run, say


class Site:
    """A web application that signs people in with Authlib."""

    def __init__(self, know):
        self.know = know
        self.flask = Flask("site")
        self.flask.secret_key = "the tests' own"
        oauth = OAuth(self.flask)
        oauth.register(
            "entra",
            client_id=know["client"],
            client_secret=know.get("secret"),
            server_metadata_url=know["metadata"],
            client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", **know.get("more", {})},
        )
        self.entra = oauth.entra

    def sign_in(self, then=lambda token: token):
        """Sends the person away, takes the answer, and gives what the application got."""
        with self.flask.test_request_context("/login"):
            from flask import session

            away = self.entra.authorize_redirect(self.know["redirect_uri"], login_hint=self.know["upn"])
            kept = dict(session)
        say(go=away.location)
        answer = hear()
        with self.flask.test_request_context("/callback?" + urlencode(answer)):
            from flask import session

            session.update(kept)
            return then(self.entra.authorize_access_token())


def code(know):
    site = Site(know)
    token = site.sign_in()
    return {"token": token, "userinfo": token["userinfo"]}


def userinfo(know):
    site = Site(know)

    def both(token):
        return {"id_token": token["userinfo"], "userinfo": site.entra.userinfo(token=token)}

    return site.sign_in(both)


def judge(know):
    """Signs in once for each fault that the test makes: which did the library notice?"""
    site = Site(know)
    verdicts = {}
    for fault in know["faults"]:
        say(fault=fault)
        try:
            token = site.sign_in()
            verdicts[fault] = "taken" if "userinfo" in token else "no ID token"
        except Exception as error:
            verdicts[fault] = f"refused: {type(error).__name__}: {error}"
    return verdicts


run({"code": code, "userinfo": userinfo, "judge": judge})
