//! The database, where the store is one.

use faceward_milvus::{Address as MilvusAddress, Milvus};
use faceward_postgres::{Address, PostgresError, SearchIn, Seen, SeenVectors};

use super::finding::Finding;
use crate::config::Config;
use crate::exit::Failure;
use crate::setup::executor;

/// Whether it answers, and has tables that this program works with.
pub(super) fn database(config: &Config, address: &Address) -> Result<Finding, Failure> {
    let seen = executor()?.block_on(faceward_postgres::look(address, &config.database));
    // `None`: Milvus.
    let search = config.database.milvus.is_none().then_some(config.database.search);
    Ok(judged(&address.to_string(), seen, search))
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

fn judged(address: &str, seen: Result<Seen, PostgresError>, search: Option<SearchIn>) -> Finding {
    const ABOUT: &str = "database";
    let Seen { server, tables, needed, vectors } = match seen {
        Ok(seen) => seen,
        Err(error) => {
            let error = anyhow::Error::new(error);
            let advice = "see docs/postgres.md: address, password, and whether this machine is let in";
            return Finding::problem(ABOUT, format!("{address}: {error:#}"), advice);
        }
    };
    let found = format!(
        "PostgreSQL {server} at {address}, tables of version {tables}; {}",
        searched(search, &vectors)
    );
    if tables > needed {
        Finding::problem(
            ABOUT,
            format!("{found}, newer than {needed}"),
            "this program is too old for them: update it",
        )
    } else if tables < needed {
        let found = format!("{found} of {needed}");
        Finding::warning(
            ABOUT,
            found,
            "the first start makes them where its role may; else: faceward database migrate",
        )
    } else if search == Some(SearchIn::Sql) && vectors.installed.is_none() && !vectors.available {
        Finding::problem(
            ABOUT,
            found,
            "install pgvector on that server, or set database.search to \"memory\"",
        )
    } else if search == Some(SearchIn::Sql) && !vectors.tables {
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
fn searched(search: Option<SearchIn>, vectors: &SeenVectors) -> String {
    let SeenVectors { installed, available, tables: _ } = vectors;
    match (search, installed) {
        (None, _) => "Milvus searches".to_owned(),
        (Some(SearchIn::Memory), _) => "each server searches in its memory".to_owned(),
        (Some(SearchIn::Sql), Some(version)) => format!("the database searches, with pgvector {version}"),
        (Some(SearchIn::Sql), None) if *available => {
            "the database searches; pgvector is not in it yet".to_owned()
        }
        (Some(SearchIn::Sql), None) => "the database is to search, and has no pgvector".to_owned(),
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
            assert_eq!(judged("postgres://h/d", Ok(seen), Some(SearchIn::Memory)).state, state, "{tables}");
        }
        let away = judged("postgres://h/d", Err(PostgresError::TimedOut), Some(SearchIn::Memory));
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
            let judged = |search| judged("postgres://h/d", Ok(seen.clone()), search).state;
            assert_eq!(judged(Some(SearchIn::Sql)), state, "{seen:?}");
            assert_eq!(judged(Some(SearchIn::Memory)), State::Fine);
            assert_eq!(judged(None), State::Fine);
        }
    }
}
