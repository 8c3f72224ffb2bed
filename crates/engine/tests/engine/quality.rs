//! Quality of official portraits, and of what blur, compression and darkness make of them.

use faceward_core::{Outcome, QualityKey, QualityValues};
use faceward_engine::image::{RgbImage, Size};
use faceward_engine::quality::{Assessment, Component};
use faceward_engine::{Output, Outputs, Request};
use faceward_models::calibration::thresholds::thresholds;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::setup::{only_face, pixels, try_analyze};

const PORTRAITS: [&str; 4] = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"];

fn quality(photo: &[u8]) -> QualityValues<Outcome<f32>> {
    let request = Request { outputs: Outputs::MEASURES, ..Request::default() };
    let analysis = try_analyze(photo, &request).expect("a photo");
    only_face(&analysis).quality.clone()
}

fn jpeg(photo: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder
        .encode(photo.rgb(), photo.width() as u16, photo.height() as u16, ColorType::Rgb)
        .expect("encodable");
    bytes
}

/// Shrunk to one `factor`-th and enlarged again: as blurred as by so many pixels.
fn softened(photo: &RgbImage, factor: u32) -> RgbImage {
    let small = Size { width: photo.width() / factor, height: photo.height() / factor };
    photo.resized(small).and_then(|small| small.resized(photo.size())).expect("not empty")
}

/// With a share of the light, gamma undone in between.
fn dimmed(photo: &RgbImage, light: f64) -> RgbImage {
    let darker = |value: &u8| ((f64::from(*value) / 255.0) * light.powf(1.0 / 2.2) * 255.0).round() as u8;
    RgbImage::new(photo.size(), photo.rgb().iter().map(darker).collect()).expect("as many values")
}

#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
fn score(outcome: &Outcome<f32>) -> f64 {
    f64::from(*outcome.value().unwrap_or_else(|| panic!("no value: {outcome:?}")))
}

#[test]
fn official_portraits_are_fine() {
    let rules = thresholds();
    for name in PORTRAITS {
        let found = quality(&faceward_testkit::photo(name));
        for key in [
            QualityKey::Uniformity,
            QualityKey::Exposure,
            QualityKey::Contrast,
            QualityKey::Blur,
            QualityKey::Macroblocks,
            QualityKey::Distortion,
            QualityKey::Utility,
        ] {
            let (rule, outcome) = (rules.quality[key], &found[key]);
            assert!(rule.accepts(score(outcome)), "{name}: {} is {outcome:?}, {rule:?}", key.name());
        }
        assert!(
            score(&found[QualityKey::Blur]) < 0.01 && score(&found[QualityKey::Macroblocks]) < 0.01,
            "{name}: {found:?}"
        );
    }
}

#[test]
fn blur_follows_softness_and_nothing_else_does() {
    for name in ["obama.jpg", "biden.jpg"] {
        let photo = pixels(name);
        let steps = [1, 4, 8, 12, 20].map(|factor| quality(&jpeg(&softened(&photo, factor), 95)));
        let blur = steps.each_ref().map(|found| score(&found[QualityKey::Blur]));
        assert!(blur.windows(2).all(|pair| pair[0] < pair[1]), "{name}: {blur:?}");
        assert!(blur[0] < 0.01 && blur[4] > 0.9, "{name}: {blur:?}");
        for found in &steps {
            assert!(
                score(&found[QualityKey::Macroblocks]) < 0.1,
                "{name}: {:?}",
                found[QualityKey::Macroblocks]
            );
            let brighter = score(&found[QualityKey::Exposure]) - score(&steps[0][QualityKey::Exposure]);
            assert!(brighter.abs() < 0.03, "{name}: {:?}", found[QualityKey::Exposure]);
        }
    }
}

#[test]
fn macroblocks_follow_compression_and_blur_does_not() {
    for name in ["obama.jpg", "obama3.jpg"] {
        // Smaller first: whatever grid the fixture came with is gone.
        let photo = pixels(name);
        let photo = photo
            .resized(Size { width: photo.width() * 4 / 5, height: photo.height() * 4 / 5 })
            .expect("not empty");
        let steps = [95, 60, 30, 20, 10].map(|stored| quality(&jpeg(&photo, stored)));
        let blocks = steps.each_ref().map(|found| score(&found[QualityKey::Macroblocks]));
        assert!(blocks.windows(2).all(|pair| pair[0] < pair[1]), "{name}: {blocks:?}");
        assert!(blocks[1] < 0.1 && blocks[3] > 0.7 && blocks[4] > 0.99, "{name}: {blocks:?}");
        for found in &steps {
            assert!(score(&found[QualityKey::Blur]) < 0.05, "{name}: {:?}", found[QualityKey::Blur]);
        }
    }
}

#[test]
fn darkness_is_exposure_and_neither_blur_nor_blocks() {
    let photo = pixels("obama.jpg");
    let steps = [1.0, 0.5, 0.1, 0.03].map(|light| quality(&jpeg(&dimmed(&photo, light), 95)));
    let exposure = steps.each_ref().map(|found| score(&found[QualityKey::Exposure]));
    assert!(exposure.windows(2).all(|pair| pair[0] > pair[1]), "{exposure:?}");
    assert!(!thresholds().quality[QualityKey::Exposure].accepts(exposure[3]), "{exposure:?}");
    for found in &steps {
        assert!(
            score(&found[QualityKey::Blur]) < 0.05 && score(&found[QualityKey::Macroblocks]) < 0.05,
            "{found:?}"
        );
    }
}

#[test]
fn a_face_that_is_covered_or_dark_or_unsharp_is_of_less_use() {
    let rule = thresholds().quality[QualityKey::Utility];
    for name in ["obama2.jpg", "biden.jpg"] {
        let photo = pixels(name);
        let face =
            only_face(&try_analyze(&faceward_testkit::photo(name), &Request::default()).expect("a photo"))
                .rect;
        let middle = f32::midpoint(face.top, face.bottom);
        let below = |idx: usize| {
            let (x, y) = ((idx / 3) as u32 % photo.width(), (idx / 3) as u32 / photo.width());
            (face.left..face.right).contains(&(x as f32)) && (middle..face.bottom).contains(&(y as f32))
        };
        let rgb = photo.rgb().iter().enumerate().map(|(idx, value)| if below(idx) { 90 } else { *value });
        let covered = RgbImage::new(photo.size(), rgb.collect()).expect("as many values");
        let good = score(&quality(&jpeg(&photo, 95))[QualityKey::Utility]);
        for (what, worse) in [
            ("covered", quality(&jpeg(&covered, 95))),
            ("unsharp", quality(&jpeg(&softened(&photo, 24), 95))),
        ] {
            let worse = score(&worse[QualityKey::Utility]);
            assert!(rule.accepts(good) && worse < good - 0.05, "{name}, {what}: {good} and {worse}");
        }
    }
}

#[test]
fn all_components_of_the_standard_are_listed_with_a_value_or_a_reason() {
    let request = Request { outputs: Outputs::of(&[Output::Components]), ..Request::default() };
    let analysis = try_analyze(&faceward_testkit::photo("obama.jpg"), &request).expect("a photo");
    let lines = only_face(&analysis).components.value().expect("the components");
    let listed: Vec<Component> = lines.iter().map(|line| line.component).collect();
    assert_eq!(listed, Component::ALL);
    let quality_of = |component: Component| {
        lines.iter().find(|line| line.component == component).and_then(|line| match &line.assessment {
            Assessment::Assessed(result) => Some(result.quality),
            Assessment::NotAssessed(_) => None,
        })
    };
    // An official portrait: frontal, alone, open eyes, sharp, well lit.
    for component in [
        Component::SingleFacePresent,
        Component::HeadPoseYaw,
        Component::HeadPoseRoll,
        Component::EyesOpen,
        Component::Sharpness,
        Component::CompressionArtifacts,
        Component::NaturalColour,
        Component::LuminanceVariance,
        Component::UnderExposurePrevention,
        Component::OverExposurePrevention,
    ] {
        let quality = quality_of(component);
        assert!(quality.is_some_and(|quality| quality >= 90), "{}: {quality:?}", component.name());
    }
    assert_eq!(quality_of(Component::BackgroundUniformity), None);
}
