//! Any body at all as `multipart/form-data`: parts or an error, never a crash and never a wait.
#![no_main]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use faceward_http::multipart::{MAX_PARTS, parse};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let mut parsing = pin!(parse(Bytes::copy_from_slice(body), "b"));
    // The whole body is in memory: whoever waits now would wait for ever.
    match parsing.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(parts)) => assert!(parts.len() <= MAX_PARTS),
        Poll::Ready(Err(_)) => {}
        Poll::Pending => panic!("waits for more than there is"),
    }
});
