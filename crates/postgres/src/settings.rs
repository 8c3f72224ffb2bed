//! How the store behaves; where the database is says [`crate::Address`].

use std::time::Duration;

use faceward_settings::{Setting, choice, seconds, whole};
use faceward_store::{SearchIndex, SearchPlace, Searching};

/// What an operator can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresSettings {
    /// Connections that this server keeps to the database at most, besides the one that follows the log. At least 1.
    pub connections: usize,
    /// How long one question to the database may take, a connection to it included.
    pub timeout: Duration,
    /// Which changes of other servers an answer has in it.
    pub consistency: Consistency,
    /// Who searches.
    pub search: SearchIn,
    /// By what the database or Milvus searches; a server that searches in its memory always does so exactly.
    pub search_index: SearchIndex,
    /// The Milvus that searches in place of that.
    pub milvus: Option<faceward_milvus::Address>,
}

/// What of the database is kept in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Everything,
    /// Apps, keys and tokens. Questions about galleries, subjects and templates fail: a command that creates an app does not
    /// read a million templates first.
    Directory,
}

/// Who searches for faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchIn {
    /// Each server, in its own memory, where it has all of them.
    Memory,
    /// The database, with pgvector, over vectors that are turned by the secret rotation of their app.
    Sql,
}

impl SearchIn {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Memory, Self::Sql];

    /// As it is typed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sql => "sql",
        }
    }
}

/// Which changes of other servers an answer has in it. Those of this one are always in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// All that were acknowledged a second ago or earlier.
    Eventual,
    /// For galleries, subjects and templates: all that were acknowledged when it was asked. Costs a question to the
    /// database.
    Strict,
}

impl Consistency {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Eventual, Self::Strict];

    /// As it is typed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eventual => "eventual",
            Self::Strict => "strict",
        }
    }
}

impl PostgresSettings {
    /// The search that these settings ask for.
    #[must_use]
    pub const fn searching(&self) -> Searching {
        match (&self.milvus, self.search) {
            (Some(_), _) => Searching { place: SearchPlace::Milvus, index: self.search_index },
            (None, SearchIn::Sql) => Searching { place: SearchPlace::Sql, index: self.search_index },
            (None, SearchIn::Memory) => Searching::IN_MEMORY,
        }
    }

    /// Every setting.
    #[must_use]
    pub fn declared() -> [Setting<Self>; 5] {
        [
            Setting::new(
                "database.connections",
                "Connections to the database of `store` at most, besides the one that follows its log",
                |s: &mut Self| whole(&mut s.connections, 1..=1_000, ""),
            ),
            Setting::new(
                "database.timeout_seconds",
                "How long one question to that database may take",
                |s: &mut Self| seconds(&mut s.timeout, 0.1..=600.0),
            ),
            Setting::new(
                "database.consistency",
                "Which changes of other servers an answer has in it: those a second old, or, for galleries and templates, all",
                |s: &mut Self| choice(&mut s.consistency, &Consistency::ALL, Consistency::as_str),
            ),
            Setting::new(
                "database.search",
                "Where faces are searched: in the memory of each server, or in the database, which needs pgvector",
                |s: &mut Self| choice(&mut s.search, &SearchIn::ALL, SearchIn::as_str),
            ),
            Setting::new(
                "database.search_index",
                "How the database or Milvus searches: exactly, or by an index that may miss some, see docs/postgres.md and docs/milvus.md",
                |s: &mut Self| choice(&mut s.search_index, &SearchIndex::ALL, SearchIndex::as_str),
            ),
        ]
    }
}

impl Default for PostgresSettings {
    fn default() -> Self {
        Self {
            connections: 8,
            timeout: Duration::from_secs(5),
            consistency: Consistency::Eventual,
            search: SearchIn::Memory,
            search_index: SearchIndex::Exact,
            milvus: None,
        }
    }
}
