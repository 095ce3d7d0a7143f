//! Wire forms held to samples that others made. Origins and licences: `vectors/README.md`.

use dovetail_shared::drs::{Discovery, JoinRequest, JoinResponse};
use dovetail_shared::encode::from_b64;
use dovetail_shared::rsa_blob::{RsaBlobError, RsaPublic};

/// The transport key of the registration example, MS-DVRJ §4.1.
const DVRJ_TRANSPORT_KEY: &[u8] = include_bytes!("vectors/dvrj_tk.bin");

#[test]
fn the_published_transport_key_blob_is_read_and_written() {
    let key = RsaPublic::from_blob(DVRJ_TRANSPORT_KEY).unwrap();
    assert_eq!(
        (key.bits(), key.exponent.as_slice()),
        (2048, &[1, 0, 1][..])
    );
    assert_eq!(key.to_blob(), DVRJ_TRANSPORT_KEY);
    assert_eq!(RsaPublic::from_pkcs1(&key.to_pkcs1()), Ok(key));
}

/// A key has one form as PKCS#1: a number that is zero, or has zeros in front, is none. Found by fuzzing: an exponent of zero was
/// taken, and written as what nothing reads.
#[test]
fn a_number_of_zero_or_with_zeros_in_front_is_no_key() {
    let whole = |numbers: &[&[u8]]| {
        let body: Vec<u8> = numbers
            .iter()
            .flat_map(|number| [&[0x02, u8::try_from(number.len()).unwrap()], *number].concat())
            .collect();
        [&[0x30, u8::try_from(body.len()).unwrap()], body.as_slice()].concat()
    };
    let read =
        |modulus: &[u8], exponent: &[u8]| RsaPublic::from_pkcs1(&whole(&[modulus, exponent]));
    assert!(read(&[0x00, 0xc1], &[3]).is_ok());
    for (modulus, exponent) in [
        (&[0x00, 0xc1][..], &[0][..]),
        (&[0], &[3]),
        (&[0x00, 0x41], &[3]),
        (&[0x00, 0x00, 0xc1], &[3]),
        (&[0x00, 0xc1], &[0, 3]),
    ] {
        assert_eq!(
            read(modulus, exponent),
            Err(RsaBlobError::Der),
            "{modulus:?} {exponent:?}"
        );
    }
}

#[test]
fn a_damaged_blob_is_refused() {
    assert_eq!(RsaPublic::from_blob(b"RSA"), Err(RsaBlobError::Magic));
    assert_eq!(RsaPublic::from_blob(b"RSA2xxxx"), Err(RsaBlobError::Magic));
    for cut in [4, 20, 24, 100, DVRJ_TRANSPORT_KEY.len() - 1] {
        assert_eq!(
            RsaPublic::from_blob(&DVRJ_TRANSPORT_KEY[..cut]),
            Err(RsaBlobError::Length),
            "{cut}"
        );
    }
    let mut long = DVRJ_TRANSPORT_KEY.to_vec();
    long.push(0);
    assert_eq!(RsaPublic::from_blob(&long), Err(RsaBlobError::Length));
    let mut private = DVRJ_TRANSPORT_KEY.to_vec();
    private[16] = 128;
    assert_eq!(RsaPublic::from_blob(&private), Err(RsaBlobError::Length));
    let mut huge = DVRJ_TRANSPORT_KEY.to_vec();
    huge[12..16].copy_from_slice(&[0xff; 4]);
    assert_eq!(RsaPublic::from_blob(&huge), Err(RsaBlobError::Length));
}

/// MS-DVRD §4.3, JSON 1.2 (slashes escaped, as published).
#[test]
fn the_published_contract_is_read() {
    let contract: Discovery =
        serde_json::from_str(include_str!("vectors/dvrd_contract_1.2.json")).unwrap();
    let join = contract.device_join_service.unwrap();
    assert_eq!(
        join.join_endpoint,
        "https://sts.contoso.com/EnrollmentServer/device/"
    );
    assert_eq!(
        join.join_resource_id,
        "urn:ms-drs:434DF4A9-3CF2-4C1D-917E-2CD2B72F515A"
    );
    assert_eq!(join.service_version, "1.0");
    assert_eq!(join.attestation_endpoint, None);
    let oauth2 = contract.authentication_service.unwrap().oauth2;
    assert_eq!(
        oauth2.token_endpoint,
        "https://sts.contoso.com/adfs/oauth2/token"
    );
}

/// MS-DVRJ §4.1 shapes (numbers and key from the example), and roadtx's lower-case `attributes`.
#[test]
fn registration_requests_of_two_clients_are_read() {
    let blob = dovetail_shared::encode::b64(DVRJ_TRANSPORT_KEY);
    let text = format!(
        r#"{{"CertificateRequest":{{"Type":"pkcs10","Data":"MIIC"}},"TransportKey":"{blob}","TargetDomain":"sts.contoso.com",
            "DeviceType":"Windows","OSVersion":"Windows 10","DeviceDisplayName":"MyPC","JoinType":6,
            "attributes":{{"ReuseDevice":"true","ReturnClientSid":"true"}}}}"#
    );
    let request: JoinRequest = serde_json::from_str(&text).unwrap();
    assert_eq!(request.join_type, 6);
    assert_eq!(
        request.attributes.get("ReuseDevice").map(String::as_str),
        Some("true")
    );
    assert_eq!(
        from_b64(&request.transport_key).unwrap(),
        DVRJ_TRANSPORT_KEY
    );
    assert!(
        serde_json::to_string(&request)
            .unwrap()
            .contains(r#""OSVersion":"Windows 10""#)
    );
}

/// MS-DVRJ §4.1: the answer's shape; `MembershipChanges` is an array there.
#[test]
fn the_published_registration_answer_is_read() {
    let response: JoinResponse = serde_json::from_str(
        r#"{"Certificate":{"Thumbprint":"D09A73223D16855752C5E820A70540BA6450103E","RawBody":"MIID"},
            "User":{"Upn":"mypc$@contoso.com"},"MembershipChanges":[{"LocalSID":"S-1-5-32-544","AddSIDs":[]}]}"#,
    )
    .unwrap();
    assert_eq!(response.user.upn, "mypc$@contoso.com");
    assert_eq!(response.membership_changes[0].local_sid, "S-1-5-32-544");
}
