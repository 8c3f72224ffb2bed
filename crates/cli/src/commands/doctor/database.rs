//! The database, where the store is one.

use faceward_postgres::{Address, PostgresError, Seen};

use super::finding::Finding;
use crate::config::Config;
use crate::exit::Failure;
use crate::setup::executor;

/// Whether it answers, and has tables that this program works with.
pub(super) fn database(config: &Config, address: &Address) -> Result<Finding, Failure> {
    let seen = executor()?.block_on(faceward_postgres::look(address, &config.database));
    Ok(judged(&address.to_string(), seen))
}

fn judged(address: &str, seen: Result<Seen, PostgresError>) -> Finding {
    const ABOUT: &str = "database";
    let Seen { server, tables, needed } = match seen {
        Ok(seen) => seen,
        Err(error) => {
            let error = anyhow::Error::new(error);
            let advice = "see docs/postgres.md: address, password, and whether this machine is let in";
            return Finding::problem(ABOUT, format!("{address}: {error:#}"), advice);
        }
    };
    let found = format!("PostgreSQL {server} at {address}, tables of version {tables}");
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
    } else {
        Finding::fine(ABOUT, found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn tables_are_made_or_are_too_new_or_fit() {
        for (tables, state) in [(0, State::Warning), (2, State::Fine), (3, State::Problem)] {
            let seen = Seen { server: "18.0".to_owned(), tables, needed: 2 };
            assert_eq!(judged("postgres://h/d", Ok(seen)).state, state, "{tables}");
        }
        assert_eq!(judged("postgres://h/d", Err(PostgresError::TimedOut)).state, State::Problem);
    }
}
