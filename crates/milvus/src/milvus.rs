//! The handle to a server.

use std::time::Duration;

use crate::collection::{Collection, Index};
use crate::connection::Connection;
use crate::wire::{GetVersion, ShowCollections, Shown, Version};
use crate::{Address, MilvusError};

/// A server of Milvus, or the proxies of many.
pub struct Milvus {
    connection: Connection,
}

impl Milvus {
    /// Connects to nothing yet. To be made inside a tokio runtime, which drives the connection. An answer takes `patience` at
    /// most.
    ///
    /// # Errors
    /// The address or its certificates are of no use.
    pub fn new(address: &Address, patience: Duration) -> Result<Self, MilvusError> {
        Ok(Self { connection: Connection::new(address, patience)? })
    }

    /// The version of the server, which is there and lets this user in.
    ///
    /// # Errors
    /// It is not, or does not.
    pub async fn version(&self) -> Result<String, MilvusError> {
        let answer: Version = self.connection.ask("GetVersion", GetVersion {}).await?;
        MilvusError::of(answer.status, "")?;
        Ok(answer.version)
    }

    /// The names of the collections that begin with `prefix`.
    ///
    /// # Errors
    /// Milvus fails or cannot be reached.
    pub async fn names(&self, prefix: &str) -> Result<Vec<String>, MilvusError> {
        let question = ShowCollections { database: self.connection.database.clone() };
        let answer: Shown = self.connection.ask("ShowCollections", question).await?;
        MilvusError::of(answer.status, prefix)?;
        Ok(answer.names.into_iter().filter(|name| name.starts_with(prefix)).collect())
    }

    /// The collection `name` of vectors of `width` values, searched exactly. Asks nothing.
    #[must_use]
    pub fn collection(&self, name: &str, width: usize) -> Collection<'_> {
        let index = Index::default();
        Collection { connection: &self.connection, name: name.to_owned(), width, index }
    }
}
