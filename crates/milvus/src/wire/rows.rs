//! Messages about rows.

use prost::Message;

use super::data::{FieldData, Ids, KeyValue, Status};

/// Numbers of `ConsistencyLevel`.
pub(crate) mod consistency {
    /// Everything that was written before the question.
    pub(crate) const STRONG: i32 = 0;
    /// Everything up to the moment that the question names.
    pub(crate) const CUSTOMIZED: i32 = 4;
}

/// `InsertRequest`. (That of `Upsert` has the same fields; a Milvus 2.3 puts what it brings into a wrong partition.)
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Insert {
    #[prost(string, tag = "2")]
    pub(crate) database: String,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(message, repeated, tag = "5")]
    pub(crate) fields: Vec<FieldData>,
    #[prost(uint32, tag = "7")]
    pub(crate) n_rows: u32,
}

/// `DeleteRequest`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Delete {
    #[prost(string, tag = "2")]
    pub(crate) database: String,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(string, tag = "5")]
    pub(crate) expression: String,
}

/// `MutationResult`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Mutated {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<Status>,
    #[prost(uint32, repeated, tag = "4")]
    pub(crate) failed: Vec<u32>,
    #[prost(uint64, tag = "9")]
    pub(crate) moment: u64,
}

/// `SearchRequest`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Search {
    #[prost(string, tag = "2")]
    pub(crate) database: String,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(string, tag = "5")]
    pub(crate) expression: String,
    /// [`super::Placeholders`].
    #[prost(bytes = "vec", tag = "6")]
    pub(crate) placeholders: Vec<u8>,
    /// 1: the expression is one.
    #[prost(int32, tag = "7")]
    pub(crate) dsl_type: i32,
    #[prost(message, repeated, tag = "9")]
    pub(crate) params: Vec<KeyValue>,
    #[prost(uint64, tag = "11")]
    pub(crate) moment: u64,
    #[prost(int64, tag = "12")]
    pub(crate) n_probes: i64,
    #[prost(int32, tag = "14")]
    pub(crate) consistency: i32,
}

/// `SearchResults`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Searched {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<Status>,
    #[prost(message, optional, tag = "2")]
    pub(crate) results: Option<SearchedData>,
}

/// `SearchResultData`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct SearchedData {
    #[prost(float, repeated, tag = "4")]
    pub(crate) scores: Vec<f32>,
    #[prost(message, optional, tag = "5")]
    pub(crate) ids: Option<Ids>,
}

/// `QueryRequest`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Query {
    #[prost(string, tag = "2")]
    pub(crate) database: String,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(string, tag = "4")]
    pub(crate) expression: String,
    #[prost(string, repeated, tag = "5")]
    pub(crate) output: Vec<String>,
    #[prost(uint64, tag = "8")]
    pub(crate) moment: u64,
    #[prost(message, repeated, tag = "9")]
    pub(crate) params: Vec<KeyValue>,
    #[prost(int32, tag = "11")]
    pub(crate) consistency: i32,
}

/// `QueryResults`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Queried {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<Status>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) fields: Vec<FieldData>,
}
