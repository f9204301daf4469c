//! What this machine takes for the one thing that nobody can do faster: a signature.
//!
//! Measured in the same run as everything else, because machines differ and have better and worse hours.

use std::{fs, io};

use openssl::{
    hash::MessageDigest,
    pkey::PKey,
    rsa::Rsa,
    sign::{Signer, Verifier},
};

use crate::figures::Figures;

const SIGNATURES: u32 = 300;
const VERIFICATIONS: u32 = 3_000;

pub(crate) fn measure(figures: &mut Figures) -> io::Result<()> {
    let key = PKey::from_rsa(Rsa::generate(2048)?)?;
    let public = PKey::public_key_from_pem(&key.public_key_to_pem()?)?;
    let text = [b'x'; 300];
    let sign = || Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(&text);
    // The first signature prepares the key.
    let signature = sign()?;
    figures.note("limit.sign", micros(SIGNATURES, || sign().map(drop))?);
    let verify =
        || Verifier::new(MessageDigest::sha256(), &public)?.verify_oneshot(&signature, &text);
    figures.note(
        "limit.verify",
        micros(VERIFICATIONS, || verify().map(drop))?,
    );
    Ok(())
}

/// The processor time of one of many, in microseconds.
fn micros(
    times: u32,
    mut work: impl FnMut() -> Result<(), openssl::error::ErrorStack>,
) -> io::Result<f64> {
    let before = own_nanoseconds()?;
    for _ in 0..times {
        work()?;
    }
    Ok((own_nanoseconds()? - before) / f64::from(times) / 1000.0)
}

/// The processor time of this thread.
fn own_nanoseconds() -> io::Result<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = text.split(' ').next().and_then(|field| field.parse().ok());
    first.ok_or(io::ErrorKind::InvalidData.into())
}
