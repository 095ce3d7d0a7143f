//! What a sign-in page says to programs that read it: `$Config` (registration reference §1.9). Three readers cut it out of the
//! page by the text around it, so that text is to the letter.

use serde_json::{Value, json};

use super::flow::{FlowId, Proof};
use crate::app::App;
use crate::error::Fault;

/// The only second factor there is: a code that an app makes.
pub(super) const METHOD: &str = "PhoneAppOTP";

/// The one script of a page.
#[derive(Debug)]
pub(super) struct Config(String);

/// What a page asks for, as programs know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// Account or password.
    SignIn,
    /// The code of a second factor.
    SecondFactor,
    /// Whether to stay signed in.
    Stay,
}

impl Config {
    /// Of a page that asks for something. `post` is where a program's form goes; `complaint` an AADSTS number.
    pub(super) fn of_step(
        app: &App,
        id: &FlowId,
        asks: Asks,
        post: &str,
        complaint: Option<u32>,
    ) -> Result<Self, Fault> {
        let login = &app.hosts.login;
        let page = match asks {
            Asks::SignIn => "ConvergedSignIn",
            Asks::SecondFactor => "ConvergedTFA",
            Asks::Stay => "KmsiInterrupt",
        };
        let mut config = json!({
            "pgid": page,
            "iMaxStackForKnockoutAsyncComponents": 10_000,
            "sessionId": crate::random::guid(),
            "canary": id.proof(Proof::Canary),
            "sCtx": id.ctx,
            "sFT": id.proof(Proof::Flow),
            "urlPost": post,
            "urlGetCredentialType": format!("{login}/common/GetCredentialType"),
            "bsso": { "nonce": app.prt.nonces.issue()?, "type": "windows" },
        });
        let Some(members) = config.as_object_mut() else {
            return Ok(Self::script(&config));
        };
        if asks == Asks::SecondFactor {
            let more = [
                (
                    "urlBeginAuth",
                    json!(format!("{login}/common/SAS/BeginAuth")),
                ),
                ("urlEndAuth", json!(format!("{login}/common/SAS/EndAuth"))),
                ("iMaxPollAttempts", json!(10)),
                ("iPollingInterval", json!(1)),
                (
                    "arrUserProofs",
                    json!([{ "authMethodId": METHOD, "data": METHOD, "display": "", "isDefault": true }]),
                ),
            ];
            members.extend(more.map(|(name, value)| (name.to_owned(), value)));
        }
        if let Some(number) = complaint {
            let text = format!("AADSTS{number}: {}", super::page::complaint(number).1);
            members.insert("sErrorCode".to_owned(), number.to_string().into());
            members.insert("iErrorCode".to_owned(), number.into());
            members.insert("sErrTxt".to_owned(), text.clone().into());
            members.insert("strServiceExceptionMessage".to_owned(), text.into());
        }
        Ok(Self::script(&config))
    }

    /// Of a page that only refuses.
    pub(super) fn of_error(number: Option<u32>, text: &str) -> Self {
        Self::script(&json!({
            "pgid": "ConvergedError",
            "sessionId": crate::random::guid(),
            "canary": "",
            "sErrorCode": number.map(|number| number.to_string()),
            "strServiceExceptionMessage": text,
        }))
    }

    fn script(config: &Value) -> Self {
        // One reader takes the text after a round through a DOM, which would change these.
        let config = config
            .to_string()
            .replace('&', "\\u0026")
            .replace('<', "\\u003c")
            .replace('>', "\\u003e");
        Self(format!("//<![CDATA[\n$Config={config};\n//]]>"))
    }

    /// The text between `<script>` and `</script>`.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "tests")]
mod tests {
    use super::*;

    /// As roadlib, AADInternals and libhimmelblau cut it.
    #[test]
    fn three_readers_find_the_same_json() {
        let config = Config::of_error(Some(50_011), "</script><&>");
        let page = format!("<html><script>{}</script></html>", config.text());
        let after = page.split("$Config=").nth(1).unwrap();
        let roadlib = after.split("//]]></script>").next().unwrap();
        let roadlib: Value = serde_json::from_str(&roadlib[..roadlib.len() - 2]).unwrap();
        let internals = after.split("//]]>").next().unwrap();
        let internals: Value =
            serde_json::from_str(internals.trim_matches(['\0', '\n', '\r', ';'])).unwrap();
        let inner = config.text().split("$Config=").nth(1).unwrap();
        let inner = &inner[..inner.rfind("//]]>").unwrap() - 2];
        let himmelblau: Value = serde_json::from_str(inner).unwrap();
        assert_eq!(roadlib["strServiceExceptionMessage"], "</script><&>");
        assert_eq!(roadlib["sErrorCode"], "50011");
        assert!(roadlib == internals && internals == himmelblau);
    }
}
