//! Who searches for faces, and by what.

/// The search in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Searching {
    /// Where vectors are looked through.
    pub place: SearchPlace,
    /// By what.
    pub index: SearchIndex,
}

impl Searching {
    /// That of a store that has everything in its memory.
    pub const IN_MEMORY: Self = Self { place: SearchPlace::Memory, index: SearchIndex::Exact };
}

/// Where vectors are looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchPlace {
    /// In the memory of the server.
    Memory,
    /// In the database.
    Sql,
    /// In Milvus.
    Milvus,
}

impl SearchPlace {
    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sql => "sql",
            Self::Milvus => "milvus",
        }
    }
}

/// By what is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchIndex {
    /// Every vector of the app is looked at: nobody is missed.
    Exact,
    /// A graph is followed from neighbour to neighbour, and some may be missed.
    Hnsw,
}

impl SearchIndex {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Exact, Self::Hnsw];

    /// Its stable name, and as it is typed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Hnsw => "hnsw",
        }
    }
}
