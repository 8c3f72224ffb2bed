//! Values, and what every answer begins with.

use prost::{Message, Oneof};

/// Numbers of `DataType`, which are those of `PlaceholderType` as well.
pub(crate) mod data_type {
    pub(crate) const INT64: i32 = 5;
    pub(crate) const FLOAT_VECTOR: i32 = 101;
}

/// Whether it went well: both codes are 0. Servers before 2.3 know the first alone.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Status {
    #[prost(int32, tag = "1")]
    pub(crate) error_code: i32,
    #[prost(string, tag = "2")]
    pub(crate) reason: String,
    #[prost(int32, tag = "3")]
    pub(crate) code: i32,
    #[prost(bool, tag = "4")]
    pub(crate) retriable: bool,
}

/// `KeyValuePair`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct KeyValue {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}

impl KeyValue {
    pub(crate) fn new(key: &str, value: impl Into<String>) -> Self {
        Self { key: key.to_owned(), value: value.into() }
    }
}

/// The values of one field, a row after the other.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct FieldData {
    #[prost(int32, tag = "1")]
    pub(crate) data_type: i32,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(oneof = "Field", tags = "3, 4")]
    pub(crate) field: Option<Field>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Field {
    #[prost(message, tag = "3")]
    Scalars(Scalars),
    #[prost(message, tag = "4")]
    Vectors(Vectors),
}

/// `ScalarField`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Scalars {
    #[prost(oneof = "ScalarsOf", tags = "3")]
    pub(crate) data: Option<ScalarsOf>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum ScalarsOf {
    #[prost(message, tag = "3")]
    Longs(LongArray),
}

/// `VectorField`: so many values a row.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Vectors {
    #[prost(int64, tag = "1")]
    pub(crate) dim: i64,
    #[prost(oneof = "VectorsOf", tags = "2")]
    pub(crate) data: Option<VectorsOf>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum VectorsOf {
    #[prost(message, tag = "2")]
    Floats(FloatArray),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct LongArray {
    #[prost(int64, repeated, tag = "1")]
    pub(crate) data: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct FloatArray {
    #[prost(float, repeated, tag = "1")]
    pub(crate) data: Vec<f32>,
}

/// `IDs`: primary keys.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Ids {
    #[prost(oneof = "IdsOf", tags = "1")]
    pub(crate) of: Option<IdsOf>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum IdsOf {
    #[prost(message, tag = "1")]
    Longs(LongArray),
}

/// `PlaceholderGroup`: the probes, which the expression of a search has a place for.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Placeholders {
    #[prost(message, repeated, tag = "1")]
    pub(crate) placeholders: Vec<Placeholder>,
}

/// `PlaceholderValue`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Placeholder {
    #[prost(string, tag = "1")]
    pub(crate) tag: String,
    #[prost(int32, tag = "2")]
    pub(crate) data_type: i32,
    /// Of a float vector: its values, little-endian.
    #[prost(bytes = "vec", repeated, tag = "3")]
    pub(crate) values: Vec<Vec<u8>>,
}
