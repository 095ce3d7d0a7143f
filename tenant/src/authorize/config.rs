//! What a sign-in page says to programs that read it: `$Config` (registration reference §1.9). Three readers cut it out of the
//! page by the text around it, so that text is to the letter.

use serde_json::{Value, json};

use super::flow::FlowId;
use crate::app::App;
use crate::error::Fault;

/// The one script of a page.
#[derive(Debug)]
pub(super) struct Config(String);

impl Config {
    /// Of a page that asks for something. `post` is where its form goes; `complaint` an AADSTS number.
    pub(super) fn of_step(
        app: &App,
        id: &FlowId,
        post: &str,
        complaint: Option<u32>,
    ) -> Result<Self, Fault> {
        let mut config = json!({
            "pgid": "ConvergedSignIn",
            "iMaxStackForKnockoutAsyncComponents": 10_000,
            "sessionId": crate::random::guid(),
            "canary": crate::random::token()?,
            "sCtx": id.ctx,
            "sFT": id.ctx,
            "urlPost": post,
            "urlGetCredentialType": format!("{}/common/GetCredentialType", app.hosts.login),
            "bsso": { "nonce": app.prt.nonces.issue()?, "type": "windows" },
        });
        if let (Some(number), Some(members)) = (complaint, config.as_object_mut()) {
            members.insert("sErrorCode".to_owned(), number.to_string().into());
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
