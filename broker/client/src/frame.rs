//! Frames on the daemon's socket: a `u32` length in native byte order, then that many bytes of JSON.
//! Source: `docs/protocol.md`, "Frames". Client and daemon use the same codec.

use dovetail_shared::link::MAX_FRAME;
use tokio::net::UnixStream;
use tokio_util::codec::{Framed, LengthDelimitedCodec};

/// A socket that speaks in frames.
pub type Frames = Framed<UnixStream, LengthDelimitedCodec>;

/// The codec. Refuses an announced length over [`MAX_FRAME`] before it allocates, in both directions.
pub fn codec() -> LengthDelimitedCodec {
    LengthDelimitedCodec::builder()
        .length_field_type::<u32>()
        .native_endian()
        .max_frame_length(MAX_FRAME)
        .new_codec()
}

/// The socket, framed.
pub fn frames(socket: UnixStream) -> Frames {
    Framed::new(socket, codec())
}

#[cfg(test)]
mod tests {
    use tokio_util::bytes::{Bytes, BytesMut};
    use tokio_util::codec::{Decoder, Encoder};

    use super::*;

    #[test]
    fn a_frame_is_its_length_in_native_order_and_its_bytes() {
        let mut out = BytesMut::new();
        codec().encode(Bytes::from_static(b"{}"), &mut out).unwrap();
        assert_eq!(&out[..], [2_u32.to_ne_bytes().as_slice(), b"{}"].concat());
    }

    #[test]
    fn a_frame_of_exactly_the_limit_passes_and_one_more_byte_does_not() {
        let mut out = BytesMut::new();
        assert!(
            codec()
                .encode(Bytes::from(vec![b' '; MAX_FRAME]), &mut out)
                .is_ok()
        );
        assert_eq!(codec().decode(&mut out).unwrap().unwrap().len(), MAX_FRAME);
        assert!(
            codec()
                .encode(Bytes::from(vec![b' '; MAX_FRAME + 1]), &mut out)
                .is_err()
        );
    }

    #[test]
    fn an_absurd_announcement_is_refused_before_anything_is_allocated() {
        for length in [u32::MAX, 1 << 31, 1_048_577] {
            let mut announced = BytesMut::from(&length.to_ne_bytes()[..]);
            assert!(codec().decode(&mut announced).is_err());
            assert!(announced.capacity() < 4096);
        }
    }
}
