//! The database, where the store is one.

use faceward_milvus::{Address as MilvusAddress, Milvus};
use faceward_postgres::{Address, PostgresError, Seen, SeenVectors};
use faceward_store::{SearchIndex, SearchPlace, Searching};

use super::finding::Finding;
use crate::config::Config;
use crate::exit::Failure;
use crate::setup::executor;

/// Whether it answers, and has tables that this program works with.
pub(super) fn database(config: &Config, address: &Address) -> Result<Finding, Failure> {
    let seen = executor()?.block_on(faceward_postgres::look(address, &config.database));
    Ok(judged(&address.to_string(), seen, config.database.searching()))
}

/// Whether the Milvus at `address` answers.
pub(super) fn milvus(config: &Config, address: &MilvusAddress) -> Result<Finding, Failure> {
    const ABOUT: &str = "search";
    let asking = async { Milvus::new(address, config.database.timeout)?.version().await };
    Ok(match executor()?.block_on(asking) {
        Ok(version) => Finding::fine(ABOUT, format!("Milvus {version} at {address}")),
        Err(error) => {
            let error = anyhow::Error::new(error);
            let advice = "see docs/milvus.md: address, password, and whether this machine is let in";
            Finding::problem(ABOUT, format!("{address}: {error:#}"), advice)
        }
    })
}

fn judged(address: &str, seen: Result<Seen, PostgresError>, search: Searching) -> Finding {
    const ABOUT: &str = "database";
    let Seen { server, tables, needed, vectors } = match seen {
        Ok(seen) => seen,
        Err(error) => {
            let error = anyhow::Error::new(error);
            let advice = "see docs/postgres.md: address, password, and whether this machine is let in";
            return Finding::problem(ABOUT, format!("{address}: {error:#}"), advice);
        }
    };
    let older = if tables < needed { format!(" of {needed}") } else { String::new() };
    let found = format!(
        "PostgreSQL {server} at {address}, tables of version {tables}{older}; {}",
        searched(search, &vectors)
    );
    if tables > needed {
        Finding::problem(
            ABOUT,
            format!("{found}, newer than {needed}"),
            "this program is too old for them: update it",
        )
    } else if tables < needed {
        Finding::warning(
            ABOUT,
            found,
            "the first start makes them where its role may; else: faceward database migrate",
        )
    } else if search.place == SearchPlace::Sql && vectors.installed.is_none() && !vectors.available {
        Finding::problem(
            ABOUT,
            found,
            "install pgvector on that server, or set database.search to \"memory\"",
        )
    } else if search.place == SearchPlace::Sql && !vectors.tables {
        Finding::warning(
            ABOUT,
            found,
            "the first start makes what that needs where its role may; else: faceward database migrate",
        )
    } else {
        Finding::fine(ABOUT, found)
    }
}

/// Who searches, and by what.
fn searched(search: Searching, vectors: &SeenVectors) -> String {
    let SeenVectors { installed, available, tables: _ } = vectors;
    let by = match search.index {
        SearchIndex::Exact => "exactly",
        SearchIndex::Hnsw => "by an index that may miss some (hnsw)",
    };
    match (search.place, installed) {
        (SearchPlace::Milvus, _) => format!("Milvus searches, {by}"),
        (SearchPlace::Memory, _) => "each server searches in its memory, exactly".to_owned(),
        (SearchPlace::Sql, Some(version)) => format!("the database searches, {by}, with pgvector {version}"),
        (SearchPlace::Sql, None) if *available => {
            format!("the database searches, {by}; pgvector is not in it yet")
        }
        (SearchPlace::Sql, None) => "the database is to search, and has no pgvector".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn tables_are_made_or_are_too_new_or_fit() {
        for (tables, state) in [(0, State::Warning), (2, State::Fine), (3, State::Problem)] {
            let vectors = SeenVectors { installed: None, available: false, tables: false };
            let seen = Seen { server: "18.0".to_owned(), tables, needed: 2, vectors };
            assert_eq!(judged("postgres://h/d", Ok(seen), Searching::IN_MEMORY).state, state, "{tables}");
        }
        let away = judged("postgres://h/d", Err(PostgresError::TimedOut), Searching::IN_MEMORY);
        assert_eq!(away.state, State::Problem);
    }

    #[test]
    fn a_search_in_the_database_needs_pgvector_and_its_tables() {
        let version = Some("0.8.1".to_owned());
        for (installed, available, tables, state) in [
            (None, false, false, State::Problem),
            (None, true, false, State::Warning),
            (version.clone(), true, false, State::Warning),
            (version.clone(), true, true, State::Fine),
            (version, false, true, State::Fine),
        ] {
            let vectors = SeenVectors { installed, available, tables };
            let seen = Seen { server: "18.0".to_owned(), tables: 2, needed: 2, vectors };
            let judged = |place| {
                judged("postgres://h/d", Ok(seen.clone()), Searching { place, ..Searching::IN_MEMORY }).state
            };
            assert_eq!(judged(SearchPlace::Sql), state, "{seen:?}");
            assert_eq!(judged(SearchPlace::Memory), State::Fine);
            assert_eq!(judged(SearchPlace::Milvus), State::Fine);
        }
    }
}
