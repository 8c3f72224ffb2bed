//! The published mappings reproduce the published quality values, exactly.
//!
//! The table holds native value and quality of 28 components on the 28 test images of OFIQ, the reference
//! implementation of ISO/IEC 29794-5 (BSI). The standard's conformance rule allows a difference of 1; we need none.

use faceward_engine::quality::{Component, iso_quality};

const TABLE: &str = include_str!("data/iso_29794_5_expected.csv");

#[test]
fn all_784_quality_values_follow_from_their_native_values() {
    let rows: Vec<&str> = TABLE.lines().skip(1).collect();
    assert_eq!(rows.len(), 28 * 28);
    for row in rows {
        let fields: Vec<&str> = row.split(',').collect();
        let [photo, name, native, expected] = fields[..] else { panic!("not four fields: {row}") };
        let component = Component::ALL.into_iter().find(|component| component.name() == name);
        let component = component.unwrap_or_else(|| panic!("no component {name}"));
        let native: f64 = native.parse().expect("a number");
        let expected: u8 = expected.parse().expect("0 to 100");
        assert_eq!(iso_quality(component, native), Some(expected), "{name} of {native} in {photo}");
    }
}
