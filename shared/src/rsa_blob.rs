//! RSA public keys in the forms the dialect uses.
//!
//! `RSA1` is the public BCRYPT_RSAKEY_BLOB: six little-endian u32 (magic, bit length, exponent length,
//! modulus length, two zeros), then exponent and modulus big-endian (MS-ADTS §2.2.20.5.1). The transport
//! key travels in it. `PKCS#1` is RSAPublicKey in DER, the contents of a SubjectPublicKeyInfo's bit string.

/// An RSA public key: big-endian numbers without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaPublic {
    /// n
    pub modulus: Vec<u8>,
    /// e
    pub exponent: Vec<u8>,
}

/// Why bytes are not an RSA public key that we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RsaBlobError {
    /// The first four bytes are not `RSA1`.
    #[error("not an RSA1 public key blob")]
    Magic,
    /// Lengths in the header do not fit the bytes, or a private part is announced.
    #[error("the RSA1 blob's lengths do not fit its contents")]
    Length,
    /// Not DER of an RSAPublicKey.
    #[error("not a PKCS#1 RSA public key")]
    Der,
}

const MAGIC: &[u8; 4] = b"RSA1";
const HEADER: usize = 24;
/// 16,384 bits: more is refused before anything is computed with it.
const MAX_MODULUS: usize = 2048;

impl RsaPublic {
    /// A key from big-endian numbers; leading zeros are dropped.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Self {
        Self {
            modulus: trimmed(modulus).to_vec(),
            exponent: trimmed(exponent).to_vec(),
        }
    }

    /// Bits in the modulus.
    pub fn bits(&self) -> usize {
        let Some(first) = self.modulus.first() else {
            return 0;
        };
        let leading = usize::try_from(first.leading_zeros()).unwrap_or(0);
        self.modulus.len().saturating_mul(8).saturating_sub(leading)
    }

    /// Reads an `RSA1` blob. Trailing bytes and non-zero prime lengths are refused.
    pub fn from_blob(blob: &[u8]) -> Result<Self, RsaBlobError> {
        let (magic, rest) = blob.split_first_chunk::<4>().ok_or(RsaBlobError::Magic)?;
        if magic != MAGIC {
            return Err(RsaBlobError::Magic);
        }
        let (header, numbers) = rest.split_first_chunk::<20>().ok_or(RsaBlobError::Length)?;
        let mut fields = header.chunks_exact(4).map(|field| {
            field
                .iter()
                .rev()
                .fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte))
        });
        let mut next = || fields.next().unwrap_or(0);
        let (bits, exponent_len, modulus_len, prime1, prime2) =
            (next(), next(), next(), next(), next());
        if prime1 != 0 || prime2 != 0 || modulus_len > MAX_MODULUS || exponent_len > modulus_len {
            return Err(RsaBlobError::Length);
        }
        if numbers.len() != exponent_len.saturating_add(modulus_len) {
            return Err(RsaBlobError::Length);
        }
        let (exponent, modulus) = numbers.split_at(exponent_len);
        let key = Self::new(modulus, exponent);
        if key.modulus.is_empty() || key.exponent.is_empty() || key.bits() != bits {
            return Err(RsaBlobError::Length);
        }
        Ok(key)
    }

    /// Writes the `RSA1` blob (283 bytes for RSA-2048 with exponent 65537).
    pub fn to_blob(&self) -> Vec<u8> {
        let mut blob = Vec::with_capacity(HEADER + self.modulus.len() + self.exponent.len());
        blob.extend_from_slice(MAGIC);
        for field in [self.bits(), self.exponent.len(), self.modulus.len(), 0, 0] {
            blob.extend_from_slice(&u32::try_from(field).unwrap_or(u32::MAX).to_le_bytes());
        }
        blob.extend_from_slice(&self.exponent);
        blob.extend_from_slice(&self.modulus);
        blob
    }

    /// RSAPublicKey in DER: what a SubjectPublicKeyInfo's bit string holds.
    pub fn to_pkcs1(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for number in [&self.modulus, &self.exponent] {
            let sign = number.first().is_some_and(|byte| byte & 0x80 != 0);
            body.push(0x02);
            push_length(&mut body, number.len() + usize::from(sign));
            if sign {
                body.push(0);
            }
            body.extend_from_slice(number);
        }
        let mut der = vec![0x30];
        push_length(&mut der, body.len());
        der.extend_from_slice(&body);
        der
    }

    /// Reads RSAPublicKey in DER: numbers above zero in their one form, nothing behind them.
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, RsaBlobError> {
        let (body, rest) = take(der, 0x30)?;
        let (modulus, body) = take(body, 0x02)?;
        let (exponent, body) = take(body, 0x02)?;
        let positive = |number: &[u8]| number.first().is_some_and(|byte| byte & 0x80 == 0);
        if !rest.is_empty() || !body.is_empty() || !positive(modulus) || !positive(exponent) {
            return Err(RsaBlobError::Der);
        }
        let key = Self::new(modulus, exponent);
        // No number is zero, and none has zeros in front: one key has one form.
        let whole = !key.modulus.is_empty() && !key.exponent.is_empty();
        if !whole || key.to_pkcs1() != der {
            return Err(RsaBlobError::Der);
        }
        Ok(key)
    }
}

fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.split_at(zeros).1
}

fn push_length(der: &mut Vec<u8>, length: usize) {
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => der.push(short),
        Ok(byte) => der.extend_from_slice(&[0x81, byte]),
        Err(_) => {
            let long = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
            der.push(0x82);
            der.extend_from_slice(&long);
        }
    }
}

/// One element with this tag: its contents and what follows.
fn take(der: &[u8], tag: u8) -> Result<(&[u8], &[u8]), RsaBlobError> {
    let (length, rest) = match der {
        [t, length, rest @ ..] if *t == tag && *length < 0x80 => (usize::from(*length), rest),
        [t, 0x81, length, rest @ ..] if *t == tag && *length >= 0x80 => {
            (usize::from(*length), rest)
        }
        [t, 0x82, high, low, rest @ ..] if *t == tag && *high > 0 => {
            ((usize::from(*high) << 8) | usize::from(*low), rest)
        }
        _ => return Err(RsaBlobError::Der),
    };
    rest.split_at_checked(length).ok_or(RsaBlobError::Der)
}
