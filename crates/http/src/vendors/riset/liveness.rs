//! Liveness calls to requests of the service: three shapes, nine movements.

use faceward_service::{ActiveLivenessRequest, Frame, Movement, MovementPart, PhotoField, SubjectRef};

use super::call::{BatchEntry, Call, SingleParameters};
use super::convert::{Asked, FRAME, batch_frame};
use super::lenient::{ImageText, ListOr, Scalar};
use crate::failure::Failure;

/// What a liveness call asks for.
pub(super) struct Wanted {
    pub(super) request: ActiveLivenessRequest,
    /// Whether the photos are mirror images; `None`: as the app's always are.
    pub(super) mirrored: Option<bool>,
    pub(super) asked: Vec<Asked>,
    pub(super) shape: Shape,
}

/// The two shapes of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `images` and a list of parameters.
    List,
    /// `image` and an object of parameters.
    Single,
}

/// Images in a list, or one image.
pub(super) fn list_or_single(call: &Call<'_>, photo_bytes: usize) -> Result<Wanted, Failure> {
    match (&call.images, &call.image.0) {
        (Some(_), Some(_)) => Err(invalid("images", "there without `image`, not beside it")),
        (Some(images), None) => list(call, &images.0, photo_bytes),
        (None, _) => single(call, photo_bytes),
    }
}

fn list(call: &Call<'_>, images: &[ImageText<'_>], photo_bytes: usize) -> Result<Wanted, Failure> {
    let subject = call.optional_subject()?;
    let Some(ListOr::List(parameters)) = &call.face_parameters else {
        return Err(invalid("face_parameters", "a list, one parameter for each image"));
    };
    if images.is_empty() || parameters.len() != images.len() {
        return Err(invalid("face_parameters", "as many as there are images, at least one"));
    }
    let check_liveness = call.spoof_detection.flag("spoof_detection")?.unwrap_or(true);
    let frames = images.iter().zip(parameters).enumerate().map(|(index, (image, parameter))| {
        let movements = vec![movement(parameter, "face_parameters")?];
        let photo = image.photo(PhotoField::Frame(index), photo_bytes)?;
        Ok(Frame { photo, movements, describe: FRAME, check_liveness, verify: true })
    });
    let frames = frames.collect::<Result<_, Failure>>()?;
    wanted(call, frames, subject, call.success_threshold.whole("success_threshold")?, Shape::List)
}

fn single(call: &Call<'_>, photo_bytes: usize) -> Result<Wanted, Failure> {
    let subject = call.optional_subject()?;
    let parameters = match &call.face_parameters {
        Some(ListOr::Object(parameters)) => parameters,
        // Parameters for a list whose images are null.
        Some(ListOr::List(_)) => return Err(missing_image()),
        None => return Err(invalid("face_parameters", "an object with at least one parameter")),
    };
    let movements = single_movements(parameters)?;
    let spoof_detection = parameters.spoof_detection.flag("spoof_detection")?;
    let check_liveness = spoof_detection.unwrap_or(true);
    if movements.is_empty() && (spoof_detection.is_none() || (!check_liveness && subject.is_none())) {
        return Err(invalid("face_parameters", "an object that asks for at least one thing"));
    }
    let photo = call.image.photo(PhotoField::Only, photo_bytes)?;
    let frames = vec![Frame { photo, movements, describe: FRAME, check_liveness, verify: true }];
    wanted(call, frames, subject, None, Shape::Single)
}

fn single_movements(parameters: &SingleParameters) -> Result<Vec<Movement>, Failure> {
    let SingleParameters { spoof_detection: _, angle, eyes, mouth } = parameters;
    let groups = [
        ("angle", angle, "", MovementPart::Head),
        ("eyes", eyes, "eyes ", MovementPart::Eyes),
        ("mouth", mouth, "mouth ", MovementPart::Mouth),
    ];
    let mut movements = Vec::new();
    for (name, value, prefix, part) in groups {
        let Some(text) = value.text() else { continue };
        let full = if words(&text).starts_with(prefix) { text } else { format!("{prefix}{text}") };
        let found = named(&full).filter(|movement| movement.part() == part);
        movements.push(found.ok_or_else(|| invalid(name, "a parameter of the documents"))?);
    }
    Ok(movements)
}

/// Images that each have parameters of their own.
pub(super) fn batch(call: &Call<'_>, photo_bytes: usize) -> Result<Wanted, Failure> {
    let subject = call.optional_subject()?;
    let entries = call.batch.as_ref().map(|batch| batch.0.as_slice()).unwrap_or_default();
    if entries.is_empty() {
        return Err(invalid("batch", "a list of 1 to 8 images with parameters"));
    }
    let frames = entries.iter().enumerate().map(|(index, entry)| {
        let BatchEntry { image, face_parameter, spoof_detection, face_verification } = entry;
        let movement = movement(face_parameter, "face_parameter")?;
        Ok(Frame {
            movements: vec![movement],
            describe: batch_frame(movement.part()),
            check_liveness: spoof_detection.flag("spoof_detection")?.unwrap_or(true),
            verify: face_verification.flag("face_verification")?.unwrap_or(true),
            photo: image.photo(PhotoField::Frame(index), photo_bytes)?,
        })
    });
    let frames = frames.collect::<Result<_, Failure>>()?;
    wanted(call, frames, subject, call.success_threshold.whole("success_threshold")?, Shape::List)
}

fn wanted(
    call: &Call<'_>,
    frames: Vec<Frame>,
    subject: Option<SubjectRef>,
    success_threshold: Option<usize>,
    shape: Shape,
) -> Result<Wanted, Failure> {
    let part_of = |frame: &Frame| frame.movements.first().map_or(MovementPart::Head, |m| m.part());
    let asked = frames.iter().map(|frame| Asked {
        spoof: frame.check_liveness,
        verify: frame.verify && subject.is_some(),
        part: part_of(frame),
    });
    let asked = asked.collect();
    let mirrored = call.mirrored.flag("mirrored")?;
    let request = ActiveLivenessRequest { frames, subject, success_threshold, mirrored: false };
    Ok(Wanted { request, mirrored, asked, shape })
}

fn movement(parameter: &Scalar, name: &str) -> Result<Movement, Failure> {
    let found = parameter.text().as_deref().and_then(named);
    found.ok_or_else(|| invalid(name, "one of the nine parameters of the documents"))
}

/// The movement of a parameter: with or without `face`, in any case, with any number of blanks or underscores.
fn named(text: &str) -> Option<Movement> {
    let words = words(text);
    Some(match words.strip_prefix("face ").unwrap_or(&words) {
        "left" => Movement::Left,
        "right" => Movement::Right,
        "up" => Movement::Up,
        "down" => Movement::Down,
        "front" => Movement::Front,
        "eyes open" => Movement::EyesOpen,
        "eyes closed" => Movement::EyesClosed,
        "mouth open" => Movement::MouthOpen,
        "mouth closed" => Movement::MouthClosed,
        _ => return None,
    })
}

/// Lower-case words with one blank between them.
fn words(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || c == '_')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

fn invalid(name: &str, expected: &'static str) -> Failure {
    Failure::InvalidParameter { name: name.to_owned(), expected }
}

fn missing_image() -> Failure {
    faceward_service::PhotoFault::Missing.of(PhotoField::Only).into()
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts as _;
    use axum::http::Request;

    use super::*;
    use crate::extract::parameters::Parameters;

    type Read = fn(&Call<'_>, usize) -> Result<Wanted, Failure>;

    fn read(body: &str, reader: Read) -> Result<Wanted, Failure> {
        let (mut parts, ()) = Request::get("/x").body(()).expect("a URI").into_parts();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let query = runtime.block_on(Parameters::from_request_parts(&mut parts, &())).expect("a query");
        reader(&Call::read(body.as_bytes(), &query)?, 1000)
    }

    fn movements(body: &str, reader: Read) -> Vec<Vec<&'static str>> {
        let wanted = read(body, reader).map_err(|failure| failure.to_string()).expect(body);
        let frames = wanted.request.frames.iter();
        frames.map(|frame| frame.movements.iter().map(|m| m.name()).collect()).collect()
    }

    #[test]
    fn all_nine_parameters_with_or_without_face_in_any_case() {
        for movement in Movement::ALL {
            let bare = movement.name().replace('_', " ");
            for text in [bare.clone(), format!("face {bare}"), bare.to_uppercase(), format!(" Face  {bare} ")]
            {
                assert_eq!(named(&text), Some(movement), "{text}");
            }
        }
        for text in ["", "face", "leftish", "eyes", "open", "face face left", "eyes left"] {
            assert_eq!(named(text), None, "{text}");
        }
    }

    #[test]
    fn the_three_shapes_are_read() {
        let list = r#"{"images":["AAAA","AAAA"],"face_parameters":["left","Eyes Open"]}"#;
        assert_eq!(movements(list, list_or_single), [["left"], ["eyes_open"]]);
        let single = r#"{"image":"AAAA","face_parameters":{"angle":"face left","eyes":"closed","mouth":"mouth open"}}"#;
        assert_eq!(movements(single, list_or_single), [["left", "eyes_closed", "mouth_open"]]);
        let batch_body = r#"{"batch":[{"image":"AAAA","face_parameter":"face up","spoof_detection":"false"},
                                      {"image":"AAAA","face_parameter":"down","face_verification":0}]}"#;
        assert_eq!(movements(batch_body, batch), [["up"], ["down"]]);
        let wanted = read(batch_body, batch).map_err(|failure| failure.to_string()).expect("a batch");
        let frames = &wanted.request.frames;
        assert_eq!([frames[0].check_liveness, frames[1].check_liveness], [false, true]);
        assert_eq!([frames[0].verify, frames[1].verify], [true, false]);
    }

    #[test]
    fn what_asks_for_nothing_or_for_too_much_is_refused() {
        for body in [
            "{}",
            r#"{"image":"AAAA"}"#,
            r#"{"image":"AAAA","face_parameters":{}}"#,
            r#"{"image":"AAAA","face_parameters":{"spoof_detection":false}}"#,
            r#"{"image":"AAAA","face_parameters":{"angle":"open"}}"#,
            r#"{"image":"AAAA","face_parameters":{"eyes":"left"}}"#,
            r#"{"image":"AAAA","face_parameters":{"mouth":"masked"}}"#,
            r#"{"image":"AAAA","images":["AAAA"],"face_parameters":["left"]}"#,
            r#"{"images":[],"face_parameters":[]}"#,
            r#"{"images":["AAAA"],"face_parameters":[]}"#,
            r#"{"images":["AAAA"],"face_parameters":["left","right"]}"#,
            r#"{"images":["AAAA"],"face_parameters":["sideways"]}"#,
            r#"{"images":["AAAA"],"face_parameters":{"angle":"left"}}"#,
            r#"{"images":["AAAA"],"face_parameters":["left"],"success_threshold":"all"}"#,
            r#"{"images":["AAAA"],"face_parameters":["left"],"spoof_detection":"maybe"}"#,
        ] {
            let failure = read(body, list_or_single).err().expect(body);
            assert!(matches!(failure, Failure::InvalidParameter { .. }), "{body}: {failure}");
        }
        for body in ["{}", r#"{"batch":[]}"#, r#"{"batch":[{"image":"AAAA"}]}"#] {
            assert!(matches!(read(body, batch), Err(Failure::InvalidParameter { .. })), "{body}");
        }
    }

    #[test]
    fn spoof_detection_alone_is_enough_and_so_is_a_subject() {
        for body in [
            r#"{"image":"AAAA","face_parameters":{"spoof_detection":"true"}}"#,
            r#"{"image":"AAAA","face_parameters":{"spoof_detection":false},"user_id":"u","facegallery_id":"g"}"#,
        ] {
            assert!(read(body, list_or_single).is_ok(), "{body}");
        }
    }
}
