//! What proves to a receiver that an event is ours: `webhook-signature` of Standard Webhooks.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The header `webhook-signature`: for each secret `v1,` and HMAC-SHA256 over id, `timestamp` (seconds since 1970) and body,
/// with dots between, in base64; a space between two.
#[must_use]
pub fn sign<S: AsRef<[u8]>>(secrets: &[S], id: &str, timestamp: i64, body: &str) -> String {
    let signatures: Vec<String> = secrets.iter().map(|key| one(key.as_ref(), id, timestamp, body)).collect();
    signatures.join(" ")
}

fn one(key: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    // HMAC takes keys of any length: the error is one of its trait.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_signature_that_standard_webhooks_makes() {
        // The example of its specification.
        let key = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let body = r#"{"test": 2432232314}"#;
        let signature = sign(&[&key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_signs_and_everything_counts() {
        let both = sign(&[b"one", b"two"], "id", 7, "body");
        let alone = [b"one", b"two"].map(|key| sign(&[key], "id", 7, "body"));
        assert_eq!(both, alone.join(" "));
        for other in [
            sign(&[b"one"], "ie", 7, "body"),
            sign(&[b"one"], "id", 8, "body"),
            sign(&[b"one"], "id", 7, "bodz"),
            alone[1].clone(),
        ] {
            assert_ne!(other, alone[0]);
        }
    }
}
