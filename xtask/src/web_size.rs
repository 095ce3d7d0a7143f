//! What is served of the page: compressed ahead, and how large each file is.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::Result;
use crate::web::Profile;

/// One file of `web/dist`, in bytes.
#[derive(Debug)]
pub(crate) struct Size {
    /// Its name there.
    pub(crate) name: String,
    /// As it is.
    pub(crate) raw: usize,
    /// `gzip -9`
    pub(crate) gzip: usize,
    /// `brotli -q 11`
    pub(crate) brotli: usize,
}

/// Puts `.br` and `.gz` beside each file, in `dev` not: they take longer than the build.
pub(crate) fn precompress(dist: &Path, profile: Profile) -> Result<Vec<Size>> {
    let mut sizes = Vec::new();
    for entry in fs::read_dir(dist)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default()
            .to_owned();
        let bytes = fs::read(&path)?;
        let mut size = Size {
            name: name.clone(),
            raw: bytes.len(),
            gzip: 0,
            brotli: 0,
        };
        if profile == Profile::Release {
            let (brotli, gzip) = (brotli(&bytes)?, gzip(&bytes)?);
            (size.brotli, size.gzip) = (brotli.len(), gzip.len());
            fs::write(dist.join(format!("{name}.br")), brotli)?;
            fs::write(dist.join(format!("{name}.gz")), gzip)?;
        }
        sizes.push(size);
    }
    sizes.sort_by_key(|size| std::cmp::Reverse(size.raw));
    Ok(sizes)
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    brotli::CompressorWriter::new(&mut out, 1 << 16, 11, 22).write_all(bytes)?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// Says it.
pub(crate) fn print_table(sizes: &[Size]) {
    println!(
        "{:<42} {:>9} {:>9} {:>9}",
        "web/dist", "raw", "gzip", "brotli"
    );
    let mut total = (0, 0, 0);
    for size in sizes {
        println!(
            "{:<42} {:>9} {:>9} {:>9}",
            size.name, size.raw, size.gzip, size.brotli
        );
        total = (
            total.0 + size.raw,
            total.1 + size.gzip,
            total.2 + size.brotli,
        );
    }
    println!(
        "{:<42} {:>9} {:>9} {:>9}",
        "in all", total.0, total.1, total.2
    );
}
