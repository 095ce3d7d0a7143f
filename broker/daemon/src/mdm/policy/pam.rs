//! PAM service files (pam.d(5)), as far as it must be known whether a module is asked and with what.

use crate::mdm::node::Root;

/// One line that names a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// What stands behind the module.
    pub(super) arguments: Vec<String>,
}

impl Line {
    /// The value of `name=value`, the last one if there are several.
    pub(super) fn argument(&self, name: &str) -> Option<&str> {
        self.arguments
            .iter()
            .rev()
            .find_map(|argument| argument.strip_prefix(name)?.strip_prefix('='))
    }
}

/// The files that other services include on this machine, for one kind of module: Debian's, or Fedora's and Arch's.
pub(super) fn stacks<'f>(root: &Root, debian: &'f str) -> Vec<&'f str> {
    if root.has(debian) {
        return vec![debian];
    }
    ["/etc/pam.d/system-auth", "/etc/pam.d/password-auth"]
        .into_iter()
        .filter(|file| root.has(file))
        .collect()
}

/// The lines of a file that ask `module` in the course of `kind` (`auth`, `password`).
pub(super) fn lines(root: &Root, file: &str, kind: &str, module: &str) -> Vec<Line> {
    let text = root.text(file).unwrap_or_default().replace("\\\n", " ");
    text.lines()
        .filter_map(|line| {
            let line = line.split('#').next()?.trim();
            let mut rest = line
                .strip_prefix('-')
                .unwrap_or(line)
                .strip_prefix(kind)?
                .strip_prefix([' ', '\t'])?
                .trim_start();
            // The control is a word or a list in brackets that may hold blanks.
            rest = match rest.strip_prefix('[') {
                Some(list) => list.split_once(']')?.1,
                None => rest.split_once([' ', '\t'])?.1,
            };
            let mut words = rest.split_whitespace();
            let named = words.next()?.rsplit('/').next()?;
            (named == module).then(|| Line {
                arguments: words.map(str::to_owned).collect(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdm::node::test::Machine;

    #[test]
    fn lines_are_found_in_all_their_forms() {
        let machine = Machine::new().with(
            "/etc/pam.d/x",
            "#password requisite pam_pwquality.so minlen=1\n\
             password\t[success=1 default=ignore]\tpam_unix.so obscure\n\
             -password requisite /usr/lib/security/pam_pwquality.so retry=3 \\\n  minlen=9 # why\n\
             auth required pam_pwquality.so\n",
        );
        let lines = lines(
            &machine.root(),
            "/etc/pam.d/x",
            "password",
            "pam_pwquality.so",
        );
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].argument("minlen"), Some("9"));
        assert_eq!(lines[0].argument("minclass"), None);
    }
}
