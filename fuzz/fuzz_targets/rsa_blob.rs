//! A transport key from a client: what is taken is written back to the same bytes.
#![no_main]

use dovetail_shared::rsa_blob::RsaPublic;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(key) = RsaPublic::from_blob(bytes) {
        assert_eq!(RsaPublic::from_blob(&key.to_blob()).as_ref(), Ok(&key));
        assert_eq!(RsaPublic::from_pkcs1(&key.to_pkcs1()), Ok(key));
    }
    let _ = RsaPublic::from_pkcs1(bytes);
});
