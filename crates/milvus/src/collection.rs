//! A table of vectors of one length.

use std::time::Duration;

use prost::Message as _;

use crate::MilvusError;
use crate::connection::Connection;
use crate::wire::{
    CollectionSchema, CreateCollection, CreateIndex, DescribeCollection, Described, DescribedIndexes,
    FieldSchema, GetLoadState, KeyValue, LoadCollection, LoadState, NameCollection, NameIndex, Status,
    consistency, data_type,
};

/// The fields.
pub(crate) const ID: &str = "id";
pub(crate) const PLACE: &str = "place";
pub(crate) const OWNER: &str = "owner";
pub(crate) const VECTOR: &str = "vector";

/// Into how many partitions the places are spread: a search in one place looks at the rows of one partition. Milvus has 4,096
/// at most in a collection, and each costs it memory.
const N_PARTITIONS: i64 = 64;
/// Number of Milvus for an index that is not there.
const NO_INDEX: i32 = 700;
/// How often it is asked whether a collection is loaded.
const PERIOD: Duration = Duration::from_millis(50);

/// By what a collection is searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Index {
    /// Every row is compared.
    #[default]
    Flat,
    /// A graph is followed from neighbour to neighbour: rows may be missed.
    Hnsw,
}

/// Neighbours of a row in the graph.
const NEIGHBOURS: usize = 16;
/// Rows that are looked at to find them.
const LOOKED_AT_TO_BUILD: usize = 200;

impl Index {
    /// As Milvus calls it.
    const fn name(self) -> &'static str {
        match self {
            Self::Flat => "FLAT",
            Self::Hnsw => "HNSW",
        }
    }

    fn params(self) -> Vec<KeyValue> {
        let mut params = vec![KeyValue::new(INDEX_TYPE, self.name()), KeyValue::new("metric_type", "IP")];
        match self {
            Self::Flat => {}
            Self::Hnsw => {
                let built = format!(r#"{{"M":{NEIGHBOURS},"efConstruction":{LOOKED_AT_TO_BUILD}}}"#);
                params.push(KeyValue::new("params", built));
            }
        }
        params
    }
}

const INDEX_TYPE: &str = "index_type";

/// A collection: rows of an id, a place, an owner and a vector. Cheap to make.
pub struct Collection<'m> {
    pub(crate) connection: &'m Connection,
    pub(crate) name: String,
    pub(crate) width: usize,
    pub(crate) index: Index,
}

impl Collection<'_> {
    /// The same, searched by `index`.
    #[must_use]
    pub fn searched_by(self, index: Index) -> Self {
        Self { index, ..self }
    }

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

    /// Makes it ready to be written and searched: creates it if it is not there, gives it its index, and loads it. What others do
    /// at the same time does no harm, unless they want another index. While that is changed the collection cannot be searched;
    /// a graph is made while it already can, and until it is there rows are compared without it.
    ///
    /// # Errors
    /// As [`Collection::exists`], or it is not loaded within `patience`.
    pub async fn prepare(&self, patience: Duration) -> Result<(), MilvusError> {
        if !self.exists().await? {
            self.create().await?;
        }
        let preparing = async {
            self.be_indexed().await?;
            self.load().await
        };
        tokio::time::timeout(patience, preparing).await.unwrap_or(Err(MilvusError::TimedOut))
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

    /// Gives it its index, in place of another one. A collection without one cannot be loaded, and that of a loaded one
    /// cannot be dropped.
    async fn be_indexed(&self) -> Result<(), MilvusError> {
        for (name, kind) in self.indexes().await? {
            if kind == self.index.name() {
                return Ok(());
            }
            let released: Status = self.connection().ask("ReleaseCollection", self.named()).await?;
            MilvusError::of(Some(released), &self.name)?;
            let dropped: Status = self.connection().ask("DropIndex", self.named_index(name)).await?;
            MilvusError::of(Some(dropped), &self.name)?;
        }
        let question = CreateIndex {
            database: self.connection().database.clone(),
            name: self.name.clone(),
            field: VECTOR.to_owned(),
            params: self.index.params(),
        };
        let answer: Status = self.connection().ask("CreateIndex", question).await?;
        MilvusError::of(Some(answer), &self.name)
    }

    /// By what it is searched at present; `None`: it has no index, or one that this program does not make.
    ///
    /// # Errors
    /// Milvus fails or cannot be reached.
    pub async fn index(&self) -> Result<Option<Index>, MilvusError> {
        let found = self.indexes().await?;
        let is_one = |index: &Index| found.iter().any(|(_, kind)| kind == index.name());
        Ok([Index::Flat, Index::Hnsw].into_iter().find(is_one))
    }

    /// The names of the indexes that it has, and what Milvus calls their kind.
    async fn indexes(&self) -> Result<Vec<(String, String)>, MilvusError> {
        let question = self.named_index(String::new());
        let answer = loop {
            let answer: DescribedIndexes = self.connection().ask("DescribeIndex", question.clone()).await?;
            match MilvusError::of(answer.status, &self.name) {
                // Created a moment ago: parts of Milvus have not heard of it yet.
                Err(MilvusError::NoCollection(_)) => tokio::time::sleep(PERIOD).await,
                Err(MilvusError::Refused { code: NO_INDEX, .. }) => return Ok(Vec::new()),
                result => break result.map(|()| answer.indexes)?,
            }
        };
        let kind_of = |params: Vec<KeyValue>| params.into_iter().find(|param| param.key == INDEX_TYPE);
        let kind = |params| kind_of(params).map(|param| param.value).unwrap_or_default();
        Ok(answer.into_iter().map(|index| (index.name, kind(index.params))).collect())
    }

    fn named_index(&self, index: String) -> NameIndex {
        let (database, name) = (self.connection().database.clone(), self.name.clone());
        NameIndex { database, name, field: VECTOR.to_owned(), index }
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
