//! Where a list goes on: a link that is good for the same list, the same filter and the same caller.

use dovetail_shared::id::ObjectId;

use super::error::Refusal;
use super::list::Ask;

impl Ask<'_> {
    /// What the page before ended with; none at the beginning.
    pub(super) fn after(&self) -> Result<Option<ObjectId>, Refusal> {
        let Some(token) = &self.options.skip_token else {
            return Ok(None);
        };
        let caller = self.caller.name();
        let opened = self.app.skip_key.open_token(token, &self.bound(&caller));
        let after = opened.ok_or_else(|| Refusal::invalid("The $skiptoken is not valid."))?;
        Ok(Some(after))
    }

    /// The link to what comes after `last`, with everything else that was asked for.
    pub(super) fn next(&self, last: ObjectId) -> String {
        let caller = self.caller.name();
        let token = self.app.skip_key.seal(last, &self.bound(&caller));
        let (base, path, rest) = (&self.app.hosts.graph, self.path, &self.options.rest);
        let mark = if rest.is_empty() { "" } else { "&" };
        format!("{base}{path}?{rest}{mark}$skiptoken={token}")
    }

    fn bound<'a>(&'a self, caller: &'a str) -> [&'a str; 3] {
        let filter = self.options.filter.as_deref().unwrap_or_default();
        [self.path, filter, caller]
    }
}
