//! The names between glue and Wasm, made short: `wasm-bindgen` writes each with sixteen random digits, twice, and random
//! digits do not compress. Three kilobytes of the page were such names.

use wasm_bindgen_cli_support::Output;

use crate::Result;

/// A name and what stands for it.
type Renaming = (String, String);

/// Renames imports and exports in the Wasm; gives what the glue has to be told.
pub(crate) fn in_wasm(output: &mut Output) -> Vec<Renaming> {
    let mut renamed = Vec::new();
    let module = output.wasm_mut();
    let generated = |name: &str| name.starts_with("__wb") || name.starts_with("wasm_bindgen__");
    let mut short = |name: &mut String| {
        if generated(name) {
            let new = format!("$${}", renamed.len());
            renamed.push((std::mem::replace(name, new.clone()), new));
        }
    };
    for import in module.imports.iter_mut() {
        short(&mut import.name);
    }
    for export in module.exports.iter_mut() {
        short(&mut export.name);
    }
    // The longest first, so that no name is taken for the beginning of another.
    renamed.sort_by_key(|(old, _)| std::cmp::Reverse(old.len()));
    renamed
}

/// Renames them in the glue. A name that does not occur there would break the page: then nothing is written.
pub(crate) fn in_glue(glue: &str, renamed: &[Renaming]) -> Result<String> {
    let mut glue = glue.to_owned();
    for (old, new) in renamed {
        if !glue.contains(old.as_str()) {
            return Err(format!("the glue does not know {old}").into());
        }
        glue = glue.replace(old.as_str(), new);
    }
    Ok(glue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_not_taken_for_the_beginning_of_another() {
        let renamed = [
            ("__wbg_set_0b1c".to_owned(), "$$1".to_owned()),
            ("__wbg_set".to_owned(), "$$0".to_owned()),
        ];
        let glue = "__wbg_set: f, __wbg_set_0b1c: g";
        assert_eq!(in_glue(glue, &renamed).unwrap(), "$$0: f, $$1: g");
        assert!(in_glue("nothing", &renamed).is_err());
    }
}
