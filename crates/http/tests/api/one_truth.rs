//! One photo, one truth: whatever is asked about it, and by which API, a value that two answers hold is the same to the last
//! digit.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{TestApp, pair_form, photo_form};
use crate::photos::{biden, obama};
use crate::riset::{BATCH, LIVENESS, base64};

/// Everything that an answer says, by its path in lower case without underscores: `left_eye_closed` is `leftEyeClosed`.
fn said(answer: &Value) -> BTreeMap<String, String> {
    fn walk(value: &Value, path: &str, said: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(fields) => {
                let below = |key: &str| format!("{path}/{}", key.replace('_', "").to_lowercase());
                fields.iter().for_each(|(key, value)| walk(value, &below(key), said));
            }
            Value::Array(rows) if rows.iter().any(|row| row["name"].is_string()) => {
                rows.iter().for_each(|row| walk(row, &format!("{path}/{}", row["name"]), said));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                // A number is written out with all its digits.
                said.insert(path.to_owned(), value.to_string());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(answer, "", &mut all);
    all
}

/// Of what both say nothing differs, and both say at least `n_shared` things.
#[track_caller]
fn assert_agree(a: &Value, b: &Value, n_shared: usize, what: &str) {
    let (a, b) = (said(a), said(b));
    let shared: Vec<_> = a.iter().filter_map(|(path, value)| Some((path, value, b.get(path)?))).collect();
    for (path, value, other) in &shared {
        assert_eq!(value, other, "{what}: {path}");
    }
    assert!(shared.len() >= n_shared, "{what}: only {shared:?} of {a:?} and {b:?}");
}

/// What the OOTO API says about the face of `photo`, call by call.
async fn ooto(app: &TestApp, photo: &[u8]) -> Vec<(&'static str, Value)> {
    let form = photo_form(photo);
    let mut answers = Vec::new();
    for path in [
        "/api/v1.0/liveness",
        "/api/v1.0/deepfake",
        "/api/v1.0/add?check_liveness=1&check_deepfake=1",
        "/api/v1.0/add",
        "/api/v1.0/identify",
        "/api/v1.0/identify?check_liveness=1&check_deepfake=1",
    ] {
        answers.push((path, app.post(path, &form).await.ok().at("/result")));
    }
    let both = "/api/v1.0/verify?check_liveness=1&check_deepfake=1";
    answers.push((both, app.post(both, &pair_form(photo, &biden())).await.ok().at("/result/firstFace")));
    let alone = "/api/v1.0/doc/verify";
    answers.push((alone, app.post(alone, &pair_form(&biden(), photo)).await.ok().at("/result/secondFace")));
    answers
}

#[tokio::test]
async fn the_same_photo_has_the_same_values_in_every_answer_of_the_ooto_api() {
    let app = TestApp::new();
    for photo in [obama(), biden()] {
        let answers = ooto(&app, &photo).await;
        let (_, first) = &answers[0];
        for (path, answer) in &answers[1..] {
            // Box, points, pose, and twelve measures with their verdicts; age, gender, race.
            assert_agree(first, answer, 35, path);
        }
    }
}

#[tokio::test]
async fn our_own_api_says_what_the_ooto_api_says() {
    let app = TestApp::new();
    let photo = photo_form(&obama());
    let inspected = app.post("/api/v1.0/liveness", &photo).await.ok().at("/result");
    let face = app.post("/v1/analyze", &photo).await.ok().at("/faces/0");
    let years = face["attributes"]["age"].as_f64().expect("years").round();
    let mut spelled = json!({ "demography": { "age": years as u32 } });
    for angle in ["yaw", "pitch", "roll"] {
        // Written as a number of 32 bits by the one, of 64 by the other.
        let degrees = |of: &Value| of[angle].as_f64().expect("degrees") as f32;
        assert_eq!(degrees(&inspected["quality"]).to_bits(), degrees(&face["pose"]).to_bits(), "{angle}");
    }
    for name in ["liveness", "deepfake"] {
        spelled[name] = json!({ "score": face[name]["score"], "fine": face[name]["fine"] });
    }
    for measure in face["quality"]["measures"].as_array().expect("measures") {
        let name = measure["name"].as_str().expect("a name");
        let value = if ["uniformity", "exposure", "contrast"].contains(&name) { "value" } else { "score" };
        spelled["quality"][name] = json!({ value: measure["score"], "fine": measure["fine"] });
    }
    assert_agree(&inspected, &spelled, 27, "/v1/analyze");
    // Asked for one by one: less runs, and nothing changes.
    for output in ["pose", "quality", "attributes", "liveness", "deepfake"] {
        let part = app.post(&format!("/v1/analyze?outputs={output}"), &photo).await.ok().at("/faces/0");
        let found = said(&part).into_iter().filter(|(path, value)| value != "null" && path != "/absent");
        let whole = said(&face);
        let mut n_found = 0;
        for (path, value) in found {
            assert_eq!(whole.get(&path), Some(&value), "{output}: {path}");
            n_found += 1;
        }
        assert!(n_found > 6, "{output}");
    }
    app.post("/api/v1.0/add", &photo.clone().text("templateId", "a")).await.ok();
    let verified = app.post("/v1/verify", &photo.text("template_id", "a")).await.ok();
    assert_agree(&face["attributes"], &verified.at("/face/attributes"), 0, "/v1/verify");
}

#[tokio::test]
async fn each_shape_of_the_riset_api_says_what_our_own_says() {
    let app = TestApp::new();
    let face = app.post("/v1/analyze", &photo_form(&obama())).await.ok().at("/faces/0");
    let image = base64(&obama());
    let list = json!({
        "images": [image], "face_parameters": ["front"], "spoof_detection": true,
    });
    let list = app.riset("POST", LIVENESS, &list).await.riset_status(200, "200", "a list");
    let list = list.at("/results/image1");
    let batch = json!({ "batch": [{ "image": image, "face_parameter": "front" }] });
    let batch = app.riset("POST", BATCH, &batch).await.riset_status(200, "200", "a batch");
    assert_agree(&list, &batch.at("/results/image1"), 4, "list and batch");
    let all = json!({ "angle": "front", "eyes": "open", "mouth": "closed", "spoof_detection": true });
    let single = app.riset("POST", LIVENESS, &json!({ "image": image, "face_parameters": all })).await;
    let single = single.riset_status(200, "200", "one image").at("/results");
    assert_agree(&list, &single, 4, "list and single");
    assert_agree(&list, &face["pose"], 3, "list and /v1/analyze");
    let spoof = list["spoof_score"].as_f64().expect("a score");
    let live = face["liveness"]["score"].as_f64().expect("a score");
    assert_eq!(spoof as f32, 1.0 - live as f32, "P(spoof) is what live leaves");
}
