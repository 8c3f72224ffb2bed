//! How vectors are compared, where templates are read from the database one by one.

use std::borrow::Cow;
use std::sync::Arc;

use faceward_core::{Embedding, Projection};
use faceward_store::TemplateRecord;

use crate::PostgresError;
use crate::sql::sealed::OpenedTemplate;

/// What a projection makes of vectors is compared, or the vectors as they are.
pub(crate) struct Compared(Option<Arc<Projection>>);

impl Compared {
    pub(crate) const fn by(projection: Option<Arc<Projection>>) -> Self {
        Self(projection)
    }

    /// Tells two ways of comparing apart.
    pub(crate) fn id(&self) -> &str {
        self.0.as_ref().map_or("", |projection| projection.model().as_str())
    }

    /// How many values a vector has that was made short; `None`: none is.
    pub(crate) fn length(&self) -> Option<usize> {
        self.0.as_ref().map(|projection| projection.length())
    }

    /// `embedding` as it is compared.
    pub(crate) fn embedding<'e>(&self, embedding: &'e Embedding) -> Cow<'e, Embedding> {
        self.0.as_ref().map_or(Cow::Borrowed(embedding), |projection| projection.compared(embedding))
    }

    /// The record and the vector of `opened` as they are compared.
    pub(crate) fn opened(
        &self,
        opened: OpenedTemplate,
    ) -> Result<(TemplateRecord, Embedding), PostgresError> {
        let OpenedTemplate { app, record, vector, name: _ } = opened;
        let damaged = || PostgresError::Damaged { app, template: record.template.to_string() };
        let whole = Embedding::restored(record.model.clone(), vector).ok_or_else(damaged)?;
        let compared = self.embedding(&whole).into_owned();
        Ok((TemplateRecord { model: compared.model().clone(), ..record }, compared))
    }

    /// `record`, of a vector of `n_values` values, as it is compared.
    pub(crate) fn record(&self, record: TemplateRecord, n_values: i32) -> TemplateRecord {
        let (Some(projection), Ok(n_values)) = (&self.0, usize::try_from(n_values)) else { return record };
        let model = projection.compared_model(&record.model, n_values).clone();
        TemplateRecord { model, ..record }
    }
}
