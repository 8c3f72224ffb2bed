//! What the file of a block holds under its seal: some segments, as bytes.
//!
//! Numbers are little endian. The number of segments (4 bytes), then each: the length of its gallery's id and of its model's (2
//! bytes each) and both texts, the values of a vector (4), the number of rows (4); of each row the time of enrolment and that
//! of its own end (8 each, microseconds since 1970; the largest number for none) and the lengths of its subject's and its own id (2 each); all of those texts; all vectors (4 bytes a
//! value).

use faceward_core::{GalleryId, ModelId, SubjectId, TemplateId};
use faceward_index::{End, Row, Segment};
use jiff::Timestamp;

/// The bytes of `segments`; `None` if something in them is longer than any id.
pub(super) fn encoded(segments: &[Segment]) -> Option<Vec<u8>> {
    let n_values: usize = segments.iter().map(|segment| segment.values.len()).sum();
    let n_rows: usize = segments.iter().map(|segment| segment.rows.len()).sum();
    let mut bytes = Vec::with_capacity(n_values * size_of::<f32>() + n_rows * 100 + 1024);
    bytes.extend(u32::try_from(segments.len()).ok()?.to_le_bytes());
    for Segment { gallery, model, length, rows, values } in segments {
        for text in [gallery.as_str(), model.as_str()] {
            bytes.extend(u16::try_from(text.len()).ok()?.to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.extend(u32::try_from(*length).ok()?.to_le_bytes());
        bytes.extend(u32::try_from(rows.len()).ok()?.to_le_bytes());
        for Row { subject, template, created_at, end } in rows {
            bytes.extend(created_at.as_microsecond().to_le_bytes());
            bytes.extend(end.time().map_or(NEVER, Timestamp::as_microsecond).to_le_bytes());
            bytes.extend(u16::try_from(subject.as_str().len()).ok()?.to_le_bytes());
            bytes.extend(u16::try_from(template.as_str().len()).ok()?.to_le_bytes());
        }
        for Row { subject, template, .. } in rows {
            bytes.extend(subject.as_str().as_bytes());
            bytes.extend(template.as_str().as_bytes());
        }
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
    Some(bytes)
}

/// A segment as it is read. Its vectors stay where they are, to be copied once.
#[derive(Debug, PartialEq)]
pub(super) struct Encoded<'b> {
    pub(super) gallery: GalleryId,
    pub(super) model: ModelId,
    /// Values of each vector.
    pub(super) length: usize,
    pub(super) rows: Vec<Row>,
    values: &'b [[u8; size_of::<f32>()]],
}

impl<'b> Encoded<'b> {
    /// The vectors, one after the other.
    pub(super) fn values(&self) -> impl ExactSizeIterator<Item = f32> + use<'b> {
        self.values.iter().map(|value| f32::from_le_bytes(*value))
    }
}

/// The segments in `bytes`; `None` if these are not the bytes of any.
pub(super) fn decoded(bytes: &[u8]) -> Option<Vec<Encoded<'_>>> {
    let mut rest = Rest(bytes);
    let n_segments = u32::from_le_bytes(rest.array()?);
    let segments = (0..n_segments).map(|_| segment(&mut rest)).collect::<Option<_>>()?;
    rest.0.is_empty().then_some(segments)
}

/// Bytes of a row before its texts.
const ROW_BYTES: usize = 20;
/// No end.
const NEVER: i64 = i64::MAX;

fn segment<'b>(rest: &mut Rest<'b>) -> Option<Encoded<'b>> {
    let gallery = usize::from(u16::from_le_bytes(rest.array()?));
    let gallery = GalleryId::stored(std::str::from_utf8(rest.take(gallery)?).ok()?).ok()?;
    let model = usize::from(u16::from_le_bytes(rest.array()?));
    let model = ModelId::new(std::str::from_utf8(rest.take(model)?).ok()?);
    let length = usize::try_from(u32::from_le_bytes(rest.array()?)).ok()?;
    let n_rows = usize::try_from(u32::from_le_bytes(rest.array()?)).ok()?;
    let mut heads = Rest(rest.take(n_rows.checked_mul(ROW_BYTES)?)?);
    let mut rows = Vec::with_capacity(n_rows);
    for _ in 0..n_rows {
        let (created_at, end) = (i64::from_le_bytes(heads.array()?), i64::from_le_bytes(heads.array()?));
        let end = (end != NEVER).then(|| Timestamp::from_microsecond(end));
        let subject = usize::from(u16::from_le_bytes(heads.array()?));
        let template = usize::from(u16::from_le_bytes(heads.array()?));
        rows.push(Row {
            subject: SubjectId::stored(std::str::from_utf8(rest.take(subject)?).ok()?).ok()?,
            template: TemplateId::stored(std::str::from_utf8(rest.take(template)?).ok()?).ok()?,
            created_at: Timestamp::from_microsecond(created_at).ok()?,
            end: End::of(end.transpose().ok()?),
        });
    }
    let n_bytes = n_rows.checked_mul(length)?.checked_mul(size_of::<f32>())?;
    let (values, _) = rest.take(n_bytes)?.as_chunks();
    Some(Encoded { gallery, model, length, rows, values })
}

/// What is still to be read.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn take(&mut self, n_bytes: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(n_bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments() -> Vec<Segment> {
        let row = |subject: &str, template: &str, at| Row {
            subject: SubjectId::parse(subject).expect("an id"),
            template: TemplateId::parse(template).expect("an id"),
            created_at: Timestamp::from_microsecond(at).expect("a time"),
            end: End::of((at < 0).then_some(Timestamp::UNIX_EPOCH)),
        };
        let of = |gallery: &str, length, rows: Vec<Row>| Segment {
            gallery: GalleryId::parse(gallery).expect("an id"),
            model: ModelId::new("m"),
            length,
            values: (0..rows.len() * length).map(|at| at as f32 - 0.5).collect(),
            rows,
        };
        vec![
            of("g", 3, vec![row("änna", "a1", 1_764_000_000_123_456), row("bert", "b1", -1)]),
            of("h", 0, vec![row("carl", "c1", 0)]),
            of("i", 2, Vec::new()),
        ]
    }

    #[test]
    fn segments_come_back_as_they_were() {
        for segments in [segments(), Vec::new()] {
            let bytes = encoded(&segments).expect("short ids");
            let decoded = decoded(&bytes).expect("the bytes of segments").into_iter();
            let again = decoded.map(|segment| {
                let values = segment.values().collect();
                let Encoded { gallery, model, length, rows, .. } = segment;
                Segment { gallery, model, length, rows, values }
            });
            assert_eq!(again.collect::<Vec<_>>(), segments);
        }
    }

    #[test]
    fn bytes_that_are_cut_off_or_too_many_are_nothing() {
        let bytes = encoded(&segments()).expect("short ids");
        for end in 0..bytes.len() {
            assert_eq!(decoded(&bytes[..end]), None, "the first {end} bytes");
        }
        assert_eq!(decoded(&[&bytes[..], &[0]].concat()), None);
        // More rows than there is memory for.
        assert_eq!(decoded(&[&[1, 0, 0, 0, 1, 0, b'g', 1, 0, b'm'][..], &[255; 8]].concat()), None);
    }
}
