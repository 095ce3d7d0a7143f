//! The page, built the quick way: `wasm-bindgen` as a library, the same `index.html` and `trunk.toml` that Trunk reads.
//!
//! In come `web/` and `trunk.toml`; out comes `web/dist` with hashed names, subresource integrity, and each text file
//! beside its brotli and gzip form for a server that sends them as they are. (Interface that main.rs and demo.rs use:
//! `Web` and `build_for_use`.)

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use base64::Engine as _;
use clap::Args;
use sha2::{Digest as _, Sha256};

use crate::Result;
use crate::run::{cargo, root, run, target};
use crate::short_names;
use crate::web_size::{Size, precompress, print_table};

/// Options of `cargo xtask web`.
#[derive(Debug, Args)]
pub(crate) struct Web {
    /// Quick to build, large to load: no optimisation, names kept
    #[arg(long)]
    dev: bool,
}

impl Web {
    pub(crate) fn run(self) -> Result {
        let profile = if self.dev {
            Profile::Dev
        } else {
            Profile::Release
        };
        let sizes = build(profile)?;
        print_table(&sizes);
        Ok(())
    }
}

/// How much care is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Cargo's `dev`.
    Dev,
    /// `wasm-release` of the workspace: what is served.
    Release,
}

/// Builds `web/dist` unless it is newer than everything it is made from.
pub(crate) fn build_for_use() -> Result {
    let sources = ["web", "shared", "trunk.toml", "Cargo.lock", "Cargo.toml"];
    let newest = sources
        .iter()
        .filter_map(|path| newest(&root().join(path)))
        .max();
    let built = fs::metadata(root().join("web/dist/index.html")).and_then(|meta| meta.modified());
    if built.is_ok_and(|built| newest.is_some_and(|newest| newest < built)) {
        return Ok(());
    }
    print_table(&build(Profile::Release)?);
    Ok(())
}

/// When the latest change below `path` was, the built page itself left out.
fn newest(path: &Path) -> Option<SystemTime> {
    if path.ends_with("web/dist") {
        return None;
    }
    let meta = fs::metadata(path).ok()?;
    if !meta.is_dir() {
        return meta.modified().ok();
    }
    fs::read_dir(path)
        .ok()?
        .filter_map(|entry| newest(&entry.ok()?.path()))
        .max()
}

/// Builds `web/dist` anew and says how large each file is.
pub(crate) fn build(profile: Profile) -> Result<Vec<Size>> {
    let wasm = compile(profile)?;
    let made = target().join("web-bindgen");
    if made.exists() {
        fs::remove_dir_all(&made)?;
    }
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    let release = profile == Profile::Release;
    let mut output = bindgen
        .input_path(&wasm)
        .out_name("dovetail-web")
        .web(true)?
        .typescript(false)
        .remove_name_section(release)
        .remove_producers_section(release)
        .omit_default_module_path(true)
        .generate_output()?;
    let renamed = short_names::in_wasm(&mut output);
    output.emit(&made)?;
    let glue = made.join("dovetail-web.js");
    fs::write(
        &glue,
        short_names::in_glue(&fs::read_to_string(&glue)?, &renamed)?,
    )?;
    let dist = root().join("web/dist");
    // The page is made beside the old one, so that a server never sees half of it.
    let fresh = root().join("web/dist.new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    fs::create_dir_all(&fresh)?;
    let page = Page {
        made,
        dist: fresh.clone(),
        base: public_url()?,
    };
    let index = page.index()?;
    fs::write(fresh.join("index.html"), index)?;
    let sizes = precompress(&fresh, profile)?;
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    fs::rename(fresh, dist)?;
    Ok(sizes)
}

/// `cargo xtask texts`: writes the texts that the page fetches, from the Fluent files and the table of codes.
pub(crate) fn texts() -> Result {
    run(cargo()
        .args(["check", "--quiet", "--package", "dovetail-web"])
        .env("DOVETAIL_WRITE_TEXTS", "1"))?;
    println!("wrote web/src/text/en.txt, de.txt and de-codes.txt");
    Ok(())
}

fn compile(profile: Profile) -> Result<PathBuf> {
    let (name, folder) = match profile {
        Profile::Dev => ("dev", "debug"),
        Profile::Release => ("wasm-release", "wasm-release"),
    };
    let mut build = cargo();
    build.args([
        "build",
        "--quiet",
        "--package",
        "dovetail-web",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        name,
    ]);
    if profile == Profile::Release {
        build.env("CARGO_ENCODED_RUSTFLAGS", plain_paths().join("\u{1f}"));
    }
    run(&mut build)?;
    Ok(target()
        .join("wasm32-unknown-unknown")
        .join(folder)
        .join("dovetail-web.wasm"))
}

/// Sources are named in panics, and so in what is served: by crate and file, not by where this machine keeps them.
pub(crate) fn plain_paths() -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
    let folders = registries.into_iter().flatten().filter_map(Result::ok);
    folders
        .map(|entry| format!("--remap-path-prefix={}/=", entry.path().display()))
        .collect()
}

fn public_url() -> Result<String> {
    let text = fs::read_to_string(root().join("trunk.toml"))?;
    let config: toml::Table = text.parse()?;
    config
        .get("build")
        .and_then(|build| build.get("public_url")?.as_str())
        .map(str::to_owned)
        .ok_or_else(|| "trunk.toml names no build.public_url".into())
}

/// What `index.html` is rewritten with.
struct Page {
    made: PathBuf,
    dist: PathBuf,
    base: String,
}

/// A file in its place: its address and its digest.
struct Placed {
    href: String,
    integrity: String,
}

impl Page {
    /// The page's HTML with every `data-trunk` link replaced by what Trunk would put there.
    fn index(&self) -> Result<String> {
        let web = root().join("web");
        let source = fs::read_to_string(web.join("index.html"))?;
        let mut html = String::new();
        let mut scripts = String::new();
        let mut texts = String::new();
        for line in source.lines() {
            if !line.trim_start().starts_with("<link data-trunk") {
                if line.trim() == "</head>" {
                    html.push_str(&scripts);
                }
                html.push_str(line);
                html.push('\n');
                continue;
            }
            let href = attribute(line, "href").ok_or("a data-trunk link without href")?;
            let file = web.join(&href);
            match attribute(line, "rel").as_deref() {
                Some("css") => {
                    let css = self.place(&file, true)?;
                    html += &format!(
                        "<link rel=\"stylesheet\" href=\"{}\" integrity=\"{}\">\n",
                        css.href, css.integrity
                    );
                }
                Some("icon") => {
                    let icon = self.place(&file, true)?;
                    let kind = attribute(line, "type").unwrap_or_default();
                    html += &format!(
                        "<link rel=\"icon\" href=\"{}\" type=\"{kind}\">\n",
                        icon.href
                    );
                }
                // Texts are fetched by the address on the boot script's tag, so they may have a hash in their name.
                Some("copy-file") if file.extension().is_some_and(|kind| kind == "txt") => {
                    let name = file
                        .file_stem()
                        .and_then(|s| s.to_str())
                        .unwrap_or_default();
                    let place = self.place(&file, true)?;
                    texts += &format!(
                        " data-text-{name}=\"{}\" data-integrity-{name}=\"{}\"",
                        place.href, place.integrity
                    );
                }
                Some("copy-file") => {
                    self.place(&file, false)?;
                }
                Some("rust") => scripts = self.scripts(&texts)?,
                other => return Err(format!("index.html: rel={other:?} is not known here").into()),
            }
        }
        Ok(html)
    }

    /// The boot script's tag with addresses and digests. No preload of the Wasm: browsers check no digest there.
    fn scripts(&self, texts: &str) -> Result<String> {
        let js = self.place(&self.made.join("dovetail-web.js"), true)?;
        let wasm = self.place(&self.made.join("dovetail-web_bg.wasm"), true)?;
        let boot = digest(&fs::read(self.dist.join("boot.js"))?);
        Ok(format!(
            "<link rel=\"modulepreload\" href=\"{js}\" crossorigin=\"anonymous\" integrity=\"{js_digest}\">\n\
             <script type=\"module\" src=\"{base}boot.js\" integrity=\"{boot}\" data-js=\"{js}\" data-wasm=\"{wasm}\" data-integrity=\"{wasm_digest}\"{texts}></script>\n",
            js = js.href,
            js_digest = js.integrity,
            wasm = wasm.href,
            wasm_digest = wasm.integrity,
            base = self.base,
        ))
    }

    /// Copies a file into the page, under a name with its hash if it may be kept for ever.
    fn place(&self, file: &Path, hashed: bool) -> Result<Placed> {
        let mut bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let stem = file
            .file_stem()
            .and_then(|s| s.to_str())
            .unwrap_or_default();
        let extension = file
            .extension()
            .and_then(|s| s.to_str())
            .unwrap_or_default();
        if matches!(extension, "js" | "css") {
            bytes = slim(&String::from_utf8(bytes)?).into_bytes();
        }
        let name = if hashed {
            let hash = Sha256::digest(&bytes)
                .iter()
                .take(8)
                .fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
            format!("{stem}-{hash}.{extension}")
        } else {
            format!("{stem}.{extension}")
        };
        fs::write(self.dist.join(&name), &bytes)?;
        Ok(Placed {
            href: format!("{}{name}", self.base),
            integrity: digest(&bytes),
        })
    }
}

/// A script or style sheet without comment lines and indentation; ours and the generated ones hold no text that spans
/// lines, and their block comments begin each line with a star.
fn slim(text: &str) -> String {
    let comment = |line: &str| {
        line == "*"
            || ["//", "/*", "* ", "*/"]
                .iter()
                .any(|mark| line.starts_with(mark))
    };
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !comment(line))
        .fold(String::with_capacity(text.len()), |slim, line| {
            slim + line + "\n"
        })
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    format!(
        "sha256-{}",
        base64::engine::general_purpose::STANDARD.encode(hash)
    )
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}
