//! The part of Milvus's messages that is asked and answered here, by hand: no protobuf compiler is required.
//!
//! Numbers are those of `milvus.proto`, `schema.proto` and `common.proto`, which keep them from version to version. Fields that
//! are not listed are left out of questions and skipped in answers.

mod collections;
mod data;
mod rows;

pub(crate) use collections::{
    CollectionSchema, CreateCollection, CreateIndex, DescribeCollection, Described, DescribedIndexes,
    FieldSchema, GetLoadState, GetVersion, LoadCollection, LoadState, NameCollection, NameIndex,
    ShowCollections, Shown, Version,
};
pub(crate) use data::{
    Field, FieldData, FloatArray, IdsOf, KeyValue, LongArray, Placeholder, Placeholders, Scalars, ScalarsOf,
    Status, Vectors, VectorsOf, data_type,
};
pub(crate) use rows::{Delete, Insert, Mutated, Queried, Query, Search, Searched, SearchedData, consistency};
