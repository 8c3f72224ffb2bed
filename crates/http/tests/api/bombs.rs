//! Photos that are small on the wire and would be large or slow inside: refused by their headers, whichever decoder reads them.

use faceward_testkit::photo;

use crate::harness::{TestApp, photo_form};

/// Progressive, and of a sampling that only the thorough decoder reads.
const ODD: &[u8] = include_bytes!("../../../engine/tests/jpegs/progressive-1x1-2x2-2x2.jpg");
/// Sequential, with a scan for each component: the thorough decoder's as well.
const ONE_SCAN_EACH: &[u8] = include_bytes!("../../../engine/tests/jpegs/one-scan-each-2x2.jpg");

const START_OF_SCAN: u8 = 0xDA;

/// Where the segments of `jpeg` begin, with their markers; entropy-coded bytes belong to their scan.
fn segments(jpeg: &[u8]) -> Vec<(u8, usize)> {
    let (mut all, mut at) = (Vec::new(), 2);
    while jpeg[at + 1] != 0xD9 {
        let (marker, begin) = (jpeg[at + 1], at);
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        let in_scan = |at: usize| jpeg[at] != 0xFF || matches!(jpeg[at + 1], 0 | 0xD0..=0xD7);
        while marker == START_OF_SCAN && in_scan(at) {
            at += 1;
        }
        all.push((marker, begin));
    }
    all.push((0xD9, at));
    all
}

/// `jpeg` with another size in its frame header.
fn resized(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = jpeg.to_vec();
    let frame = segments(&jpeg).into_iter().find(|(marker, _)| matches!(marker, 0xC0..=0xC2));
    let (_, at) = frame.expect("a frame header");
    jpeg[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

/// `jpeg` with its first scan repeated until it has `n_scans`.
fn with_scans(jpeg: &[u8], n_scans: usize) -> Vec<u8> {
    let all = segments(jpeg);
    let n_there = all.iter().filter(|(marker, _)| *marker == START_OF_SCAN).count();
    let first = all.iter().position(|(marker, _)| *marker == START_OF_SCAN).expect("a scan");
    let (begin, end) = (all[first].1, all[first + 1].1);
    let more = jpeg[begin..end].repeat(n_scans.saturating_sub(n_there));
    [&jpeg[..end], &more, &jpeg[end..]].concat()
}

#[tokio::test]
async fn what_the_headers_announce_is_refused_before_it_is_decoded() {
    let app = TestApp::new();
    let mut bombs = Vec::new();
    for jpeg in [ODD, ONE_SCAN_EACH, &photo("obama.jpg")] {
        bombs.push(("a row more than 64 million pixels", resized(jpeg, 8000, 8001)));
        bombs.push(("a pixel more than 32,768 a side", resized(jpeg, 32_769, 8)));
        bombs.push(("the largest that a header can say", resized(jpeg, 65_535, 65_535)));
    }
    for jpeg in [ODD, ONE_SCAN_EACH] {
        bombs.push(("more than 100 scans", with_scans(jpeg, 101)));
        bombs.push(("5,000 scans", with_scans(jpeg, 5000)));
    }
    for (what, bomb) in bombs {
        app.post("/api/v1.0/liveness", &photo_form(&bomb)).await.assert_ooto_error(400, 4, what);
    }
}

/// As many scans as the limits allow, and nothing in them: a pass over all coefficients for each.
#[tokio::test]
async fn many_scans_with_nothing_in_them_end() {
    let app = TestApp::new();
    for jpeg in [ODD, ONE_SCAN_EACH] {
        let bomb = with_scans(&resized(jpeg, 800, 600), 100);
        assert!(bomb.len() < 200_000, "{}", bomb.len());
        let answer = app.post("/api/v1.0/liveness", &photo_form(&bomb)).await;
        // Refused as broken, or grey with nobody on it.
        let code = answer.at("/result/code");
        assert!(code == 4 || code == 5, "{}", answer.text);
    }
    app.post("/api/v1.0/liveness", &photo_form(&photo("obama.jpg"))).await.ok();
}
