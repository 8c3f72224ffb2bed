//! A table of vectors of one length.

use std::time::Duration;

use prost::Message as _;

use crate::MilvusError;
use crate::connection::Connection;
use crate::wire::{
    CollectionSchema, CreateCollection, CreateIndex, DescribeCollection, Described, FieldSchema,
    GetLoadState, KeyValue, LoadCollection, LoadState, NameCollection, Status, consistency, data_type,
};

/// The fields.
pub(crate) const ID: &str = "id";
pub(crate) const PLACE: &str = "place";
pub(crate) const OWNER: &str = "owner";
pub(crate) const VECTOR: &str = "vector";

/// Into how many partitions the places are spread: a search in one place looks at the rows of one partition. Milvus has 4,096
/// at most in a collection, and each costs it memory.
const N_PARTITIONS: i64 = 64;
/// How often it is asked whether a collection is loaded.
const PERIOD: Duration = Duration::from_millis(50);

/// A collection: rows of an id, a place, an owner and a vector, searched exactly. Cheap to make.
pub struct Collection<'m> {
    pub(crate) connection: &'m Connection,
    pub(crate) name: String,
    pub(crate) width: usize,
}

impl Collection<'_> {
    pub(crate) const fn connection(&self) -> &Connection {
        self.connection
    }

    /// Whether it is there.
    ///
    /// # Errors
    /// [`MilvusError::Foreign`]; Milvus fails or cannot be reached.
    pub async fn exists(&self) -> Result<bool, MilvusError> {
        match self.schema().await {
            Ok(found) if same(&found, &self.wanted()) => Ok(true),
            Ok(_other) => Err(MilvusError::Foreign(self.name.clone())),
            Err(MilvusError::NoCollection(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes it ready to be written and searched: creates it if it is not there, and loads it. What others do at the same time does
    /// no harm.
    ///
    /// # Errors
    /// As [`Collection::exists`], or it is not loaded within `patience`.
    pub async fn prepare(&self, patience: Duration) -> Result<(), MilvusError> {
        if !self.exists().await? {
            self.create().await?;
        }
        tokio::time::timeout(patience, self.load()).await.unwrap_or(Err(MilvusError::TimedOut))
    }

    /// Removes it with all its rows; none is no error.
    ///
    /// # Errors
    /// Milvus fails or cannot be reached.
    pub async fn remove(&self) -> Result<(), MilvusError> {
        let answer: Status = self.connection().ask("DropCollection", self.named()).await?;
        match MilvusError::of(Some(answer), &self.name) {
            Err(MilvusError::NoCollection(_)) => Ok(()),
            result => result,
        }
    }

    fn named(&self) -> NameCollection {
        NameCollection { database: self.connection().database.clone(), name: self.name.clone() }
    }

    async fn schema(&self) -> Result<CollectionSchema, MilvusError> {
        let question: DescribeCollection = self.named();
        let answer: Described = self.connection().ask("DescribeCollection", question).await?;
        MilvusError::of(answer.status, &self.name)?;
        answer.schema.ok_or(MilvusError::Impossible("a collection without a schema"))
    }

    fn wanted(&self) -> CollectionSchema {
        let field =
            |name: &str, data_type| FieldSchema { name: name.to_owned(), data_type, ..Default::default() };
        let width = KeyValue::new("dim", self.width.to_string());
        CollectionSchema {
            name: self.name.clone(),
            description: "Turned vectors of Faceward, which owns it".to_owned(),
            fields: vec![
                FieldSchema { is_primary_key: true, ..field(ID, data_type::INT64) },
                FieldSchema { is_partition_key: true, ..field(PLACE, data_type::INT64) },
                field(OWNER, data_type::INT64),
                FieldSchema { type_params: vec![width], ..field(VECTOR, data_type::FLOAT_VECTOR) },
            ],
        }
    }

    async fn create(&self) -> Result<(), MilvusError> {
        let question = CreateCollection {
            database: self.connection().database.clone(),
            name: self.name.clone(),
            schema: self.wanted().encode_to_vec(),
            n_shards: 0,
            consistency: consistency::STRONG,
            n_partitions: N_PARTITIONS,
        };
        let answer: Status = self.connection().ask("CreateCollection", question).await?;
        MilvusError::of(Some(answer), &self.name)
    }

    /// A collection without one cannot be loaded.
    async fn index(&self) -> Result<(), MilvusError> {
        let question = CreateIndex {
            database: self.connection().database.clone(),
            name: self.name.clone(),
            field: VECTOR.to_owned(),
            params: vec![KeyValue::new("index_type", "FLAT"), KeyValue::new("metric_type", "IP")],
        };
        let answer: Status = self.connection().ask("CreateIndex", question).await?;
        MilvusError::of(Some(answer), &self.name)
    }

    async fn load(&self) -> Result<(), MilvusError> {
        loop {
            let database = self.connection().database.clone();
            let question = GetLoadState { name: self.name.clone(), database };
            let answer: LoadState = self.connection().ask("GetLoadState", question).await?;
            match MilvusError::of(answer.status, &self.name) {
                // Created a moment ago: parts of Milvus have not heard of it yet.
                Err(MilvusError::NoCollection(_)) => {
                    tokio::time::sleep(PERIOD).await;
                    continue;
                }
                result => result?,
            }
            match answer.state {
                LoadState::LOADED => return Ok(()),
                LoadState::NOT_LOADED => {
                    // Again does no harm, and whoever created it may have died before.
                    self.index().await?;
                    self.begin_to_load().await?;
                }
                _loading => {}
            }
            tokio::time::sleep(PERIOD).await;
        }
    }

    async fn begin_to_load(&self) -> Result<(), MilvusError> {
        let database = self.connection().database.clone();
        let question = LoadCollection { database, name: self.name.clone(), n_replicas: 0 };
        let answer: Status = self.connection().ask("LoadCollection", question).await?;
        MilvusError::of(Some(answer), &self.name)
    }
}

/// Whether the fields are those; newer servers may add fields of their own, and parameters.
fn same(found: &CollectionSchema, wanted: &CollectionSchema) -> bool {
    wanted.fields.iter().all(|wanted| {
        found.fields.iter().any(|found| {
            found.name == wanted.name
                && found.data_type == wanted.data_type
                && found.is_primary_key == wanted.is_primary_key
                && found.is_partition_key == wanted.is_partition_key
                && wanted.type_params.iter().all(|param| found.type_params.contains(param))
        })
    })
}
