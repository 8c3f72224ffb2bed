//! Messages about collections and about the server.

use prost::Message;

use super::data::{KeyValue, Status};

#[derive(Clone, PartialEq, Message)]
pub(crate) struct GetVersion {}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Version {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<Status>,
    #[prost(string, tag = "2")]
    pub(crate) version: String,
}

/// `CollectionSchema`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct CollectionSchema {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) description: String,
    #[prost(message, repeated, tag = "4")]
    pub(crate) fields: Vec<FieldSchema>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct FieldSchema {
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(bool, tag = "3")]
    pub(crate) is_primary_key: bool,
    #[prost(int32, tag = "5")]
    pub(crate) data_type: i32,
    #[prost(message, repeated, tag = "6")]
    pub(crate) type_params: Vec<KeyValue>,
    #[prost(bool, tag = "13")]
    pub(crate) is_partition_key: bool,
}

/// `CreateCollectionRequest`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct CreateCollection {
    #[prost(string, tag = "2")]
    pub(crate) database: String,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    /// A [`CollectionSchema`].
    #[prost(bytes = "vec", tag = "4")]
    pub(crate) schema: Vec<u8>,
    #[prost(int32, tag = "5")]
    pub(crate) n_shards: i32,
    #[prost(int32, tag = "6")]
    pub(crate) consistency: i32,
    /// Into which the values of the partition key are spread.
    #[prost(int64, tag = "8")]
    pub(crate) n_partitions: i64,
}

/// `DescribeCollectionRequest`, `DropCollectionRequest` and whatever else gives the name alone.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct NameCollection {
    #[prost(string, tag = "2")]
    pub(crate) database: String,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
}

pub(crate) type DescribeCollection = NameCollection;

/// `DescribeCollectionResponse`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Described {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<Status>,
    #[prost(message, optional, tag = "2")]
    pub(crate) schema: Option<CollectionSchema>,
}

/// `ShowCollectionsRequest`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ShowCollections {
    #[prost(string, tag = "2")]
    pub(crate) database: String,
}

/// `ShowCollectionsResponse`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Shown {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<Status>,
    #[prost(string, repeated, tag = "2")]
    pub(crate) names: Vec<String>,
}

/// `CreateIndexRequest`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct CreateIndex {
    #[prost(string, tag = "2")]
    pub(crate) database: String,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(string, tag = "4")]
    pub(crate) field: String,
    #[prost(message, repeated, tag = "5")]
    pub(crate) params: Vec<KeyValue>,
}

/// `LoadCollectionRequest`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct LoadCollection {
    #[prost(string, tag = "2")]
    pub(crate) database: String,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(int32, tag = "4")]
    pub(crate) n_replicas: i32,
}

/// `GetLoadStateRequest`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct GetLoadState {
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(string, tag = "4")]
    pub(crate) database: String,
}

/// `GetLoadStateResponse`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct LoadState {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<Status>,
    #[prost(int32, tag = "2")]
    pub(crate) state: i32,
}

impl LoadState {
    /// Nobody asked for it to be loaded.
    pub(crate) const NOT_LOADED: i32 = 1;
    /// It can be searched.
    pub(crate) const LOADED: i32 = 3;
}

/// `DescribeIndexRequest` and `DropIndexRequest`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct NameIndex {
    #[prost(string, tag = "2")]
    pub(crate) database: String,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(string, tag = "4")]
    pub(crate) field: String,
    /// Empty: whichever.
    #[prost(string, tag = "5")]
    pub(crate) index: String,
}

/// `DescribeIndexResponse`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct DescribedIndexes {
    #[prost(message, optional, tag = "1")]
    pub(crate) status: Option<Status>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) indexes: Vec<DescribedIndex>,
}

/// `IndexDescription`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct DescribedIndex {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(message, repeated, tag = "3")]
    pub(crate) params: Vec<KeyValue>,
}
