//! Writing rows and finding them.

use prost::Message as _;

use crate::collection::{ID, OWNER, PLACE, VECTOR};
use crate::wire::{
    Delete, Field, FieldData, FloatArray, IdsOf, Insert, KeyValue, LongArray, Mutated, Placeholder,
    Placeholders, Queried, Query, Scalars, ScalarsOf, Search, Searched, SearchedData, Vectors, VectorsOf,
    consistency, data_type,
};
use crate::{Collection, Index, MilvusError};

/// Most rows that Milvus gives in an answer.
pub const LARGEST_ANSWER: usize = 16_384;

/// Rows of the graph that a search looks at, at least.
const LOOKED_AT_LEAST: usize = 400;

/// A row. Its vector has as many values as its collection is wide, and length 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name. What is written twice lies there twice, and is found once.
    pub id: i64,
    /// Where it is looked for.
    pub place: i64,
    /// Whose it is; an owner has any number of places.
    pub owner: i64,
    /// Its values.
    pub vector: Vec<f32>,
}

/// When something was written, by the clock of Milvus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// 0 means to Milvus that nothing is said.
    const fn on_the_wire(self) -> u64 {
        if self.0 < 1 { 1 } else { self.0.unsigned_abs() }
    }
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Nearest<'a> {
    /// Whose rows.
    pub owner: i64,
    /// In which places; `None`: in all of the owner's.
    pub places: Option<&'a [i64]>,
    /// Like what: a vector of length 1, as wide as the collection.
    pub probe: &'a [f32],
    /// How many rows at most; at most [`LARGEST_ANSWER`].
    pub limit: usize,
    /// Whatever was written up to then is found.
    pub since: Moment,
}

/// A row that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Its id.
    pub id: i64,
    /// Its cosine with the probe, as Milvus comes to it.
    pub cosine: f32,
}

impl Collection<'_> {
    /// Writes rows. They are found by whoever asks for what was written up to the moment that it gives.
    ///
    /// # Errors
    /// Milvus fails or cannot be reached; then nobody knows which of them were written.
    pub async fn put(&self, rows: &[Row]) -> Result<Moment, MilvusError> {
        if rows.iter().any(|row| row.vector.len() != self.width) {
            return Err(MilvusError::Impossible("a vector of another width"));
        }
        let longs = |name: &str, of: fn(&Row) -> i64| {
            let data = rows.iter().map(of).collect();
            let scalars = Scalars { data: Some(ScalarsOf::Longs(LongArray { data })) };
            let field = Some(Field::Scalars(scalars));
            FieldData { data_type: data_type::INT64, name: name.to_owned(), field }
        };
        let data = rows.iter().flat_map(|row| &row.vector).copied().collect();
        let vectors = Vectors { dim: self.width as i64, data: Some(VectorsOf::Floats(FloatArray { data })) };
        let vectors = FieldData {
            data_type: data_type::FLOAT_VECTOR,
            name: VECTOR.to_owned(),
            field: Some(Field::Vectors(vectors)),
        };
        let question = Insert {
            database: self.connection().database.clone(),
            name: self.name.clone(),
            fields: vec![
                longs(ID, |row| row.id),
                longs(PLACE, |row| row.place),
                longs(OWNER, |row| row.owner),
                vectors,
            ],
            n_rows: u32::try_from(rows.len()).map_err(|_| MilvusError::Impossible("so many rows"))?,
        };
        self.mutated(self.connection().ask("Insert", question).await?)
    }

    /// Deletes the rows of these ids, and makes sure that nobody finds them any more.
    ///
    /// # Errors
    /// Milvus fails or cannot be reached; then nobody knows which of them are gone.
    pub async fn delete(&self, ids: &[i64]) -> Result<Moment, MilvusError> {
        let moment = self.forget(ids).await?;
        let left = self.query(any_of(ID, ids), consistency::STRONG, Moment::default()).await?;
        if left.is_empty() { Ok(moment) } else { Err(MilvusError::StillThere) }
    }

    /// Deletes the rows of these ids that were written before; they may still be found for a moment.
    ///
    /// # Errors
    /// As [`Collection::delete`].
    pub async fn forget(&self, ids: &[i64]) -> Result<Moment, MilvusError> {
        let database = self.connection().database.clone();
        let question = Delete { database, name: self.name.clone(), expression: any_of(ID, ids) };
        self.mutated(self.connection().ask("Delete", question).await?)
    }

    fn mutated(&self, answer: Mutated) -> Result<Moment, MilvusError> {
        MilvusError::of(answer.status, &self.name)?;
        if !answer.failed.is_empty() {
            return Err(MilvusError::Impossible("rows that were written in part"));
        }
        i64::try_from(answer.moment).map(Moment).map_err(|_| MilvusError::Impossible("a moment"))
    }

    /// The rows most like a probe, best first.
    ///
    /// # Errors
    /// Milvus fails or cannot be reached.
    pub async fn nearest(&self, asked: Nearest<'_>) -> Result<Vec<Hit>, MilvusError> {
        let Nearest { owner, places, probe, limit, since } = asked;
        let values = probe.iter().flat_map(|value| value.to_le_bytes()).collect();
        let placeholder =
            Placeholder { tag: "$0".to_owned(), data_type: data_type::FLOAT_VECTOR, values: vec![values] };
        let param = |name, value: &str| KeyValue::new(name, value);
        let params = match self.index {
            Index::Flat => "{}".to_owned(),
            // Milvus wants at least as many as it is to give.
            Index::Hnsw => format!(r#"{{"ef":{}}}"#, limit.clamp(LOOKED_AT_LEAST, LARGEST_ANSWER)),
        };
        let expression = places.map_or_else(|| format!("{OWNER} == {owner}"), |places| any_of(PLACE, places));
        let question = Search {
            database: self.connection().database.clone(),
            name: self.name.clone(),
            expression,
            placeholders: Placeholders { placeholders: vec![placeholder] }.encode_to_vec(),
            dsl_type: 1,
            params: vec![
                param("anns_field", VECTOR),
                param("metric_type", "IP"),
                param("topk", &limit.min(LARGEST_ANSWER).to_string()),
                param("params", &params),
                param("round_decimal", "-1"),
            ],
            moment: since.on_the_wire(),
            n_probes: 1,
            consistency: consistency::CUSTOMIZED,
        };
        let answer: Searched = self.connection().ask("Search", question).await?;
        MilvusError::of(answer.status, &self.name)?;
        hits(answer.results.unwrap_or_default())
    }

    /// The ids above `after`, up to and with `last`, in ascending order: at most [`LARGEST_ANSWER`] numbers apart.
    ///
    /// # Errors
    /// Milvus fails or cannot be reached.
    pub async fn ids(&self, after: i64, last: i64, since: Moment) -> Result<Vec<i64>, MilvusError> {
        let between = format!("{ID} > {after} and {ID} <= {last}");
        self.query(between, consistency::CUSTOMIZED, since).await
    }

    async fn query(&self, expression: String, level: i32, since: Moment) -> Result<Vec<i64>, MilvusError> {
        let question = Query {
            database: self.connection().database.clone(),
            name: self.name.clone(),
            expression,
            output: vec![ID.to_owned()],
            moment: if level == consistency::CUSTOMIZED { since.on_the_wire() } else { 0 },
            params: vec![KeyValue::new("limit", LARGEST_ANSWER.to_string())],
            consistency: level,
        };
        let answer: Queried = self.connection().ask("Query", question).await?;
        MilvusError::of(answer.status, &self.name)?;
        let field = answer.fields.into_iter().find(|field| field.name == ID);
        let mut ids = match field.and_then(|field| field.field) {
            Some(Field::Scalars(Scalars { data: Some(ScalarsOf::Longs(longs)) })) => longs.data,
            Some(Field::Scalars(Scalars { data: None })) | None => Vec::new(),
            Some(Field::Vectors(_)) => return Err(MilvusError::Impossible("vectors as ids")),
        };
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }
}

fn hits(found: SearchedData) -> Result<Vec<Hit>, MilvusError> {
    let ids = match found.ids.and_then(|ids| ids.of) {
        Some(IdsOf::Longs(longs)) => longs.data,
        None => Vec::new(),
    };
    if ids.len() != found.scores.len() {
        return Err(MilvusError::Impossible("as many scores as ids"));
    }
    let hits = ids.into_iter().zip(found.scores);
    Ok(hits.map(|(id, cosine)| Hit { id, cosine }).collect())
}

fn any_of(field: &str, values: &[i64]) -> String {
    let values: Vec<_> = values.iter().map(ToString::to_string).collect();
    format!("{field} in [{}]", values.join(","))
}
