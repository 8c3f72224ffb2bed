//! A server that is encrypted and lets in whom it knows.

use std::time::Duration;

use faceward_milvus::{Index, Milvus, MilvusError, Moment, Nearest};
use faceward_testkit::MilvusServer;
use tempfile::TempDir;

use crate::{OWNER, PATIENCE, at, row};

/// Who may everything, and has this password until it is changed.
const ROOT: &str = "root:Milvus";

/// A server with certificates.
struct Guarded {
    server: MilvusServer,
    folder: TempDir,
}

impl Guarded {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["server", "other"] {
            let made =
                rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
            let path = |kind: &str| folder.path().join(format!("{name}.{kind}"));
            fs_err::write(path("pem"), made.cert.pem()).expect("written");
            fs_err::write(path("key"), made.signing_key.serialize_pem()).expect("written");
        }
        let path = |name: &str| folder.path().join(name).display().to_string();
        let server = MilvusServer::with(&[
            ("common.security.authorizationEnabled", "true"),
            ("common.security.tlsMode", "1"),
            ("tls.serverPemPath", &path("server.pem")),
            ("tls.serverKeyPath", &path("server.key")),
        ]);
        Self { server, folder }
    }

    fn port(&self) -> String {
        self.server.address().trim_start_matches("milvus://").to_owned()
    }

    /// A client that comes in as `user:password`, and trusts the certificate of this name.
    fn client(&self, user: &str, trusted: &str) -> Milvus {
        let roots = self.folder.path().join(trusted);
        let address = format!("milvuss://{user}@{}?sslrootcert={}", self.port(), roots.display());
        Milvus::new(&address.parse().expect("an address"), PATIENCE).expect("a client")
    }
}

/// Everything that the program asks of Milvus.
async fn everything(milvus: &Milvus) -> Result<(), MilvusError> {
    milvus.version().await?;
    let by = |index| milvus.collection("faceward_guarded", 32).searched_by(index);
    by(Index::Flat).prepare(PATIENCE).await?;
    let collection = by(Index::Hnsw);
    collection.prepare(PATIENCE).await?;
    let since = collection.put(&[row(1, 1, 0.0), row(2, 1, 20.0)]).await?;
    let asked = Nearest { owner: OWNER, places: None, probe: &at(1.0), limit: 2, since };
    let found = collection.nearest(asked).await?;
    assert_eq!(found.iter().map(|hit| hit.id).collect::<Vec<_>>(), [1, 2]);
    collection.delete(&[1]).await?;
    assert_eq!(collection.ids(0, 9, Moment::default()).await?, [2]);
    assert_eq!(milvus.names("faceward_").await?, ["faceward_guarded"]);
    collection.remove().await
}

fn is_refused(result: &Result<(), MilvusError>) -> bool {
    result.as_ref().is_err_and(|error| matches!(error, MilvusError::Refused { .. }))
}

#[tokio::test]
async fn who_is_known_gets_on_over_tls_and_nobody_else() {
    let guarded = Guarded::start();
    everything(&guarded.client(ROOT, "server.pem")).await.expect("the administrator");
    for user in ["root:wrong", "nobody:Milvus", ""] {
        let refused = everything(&guarded.client(user, "server.pem")).await;
        assert!(is_refused(&refused), "{user}: {refused:?}");
    }
    let distrusted = guarded.client(ROOT, "other.pem").version().await.expect_err("another certificate");
    assert!(matches!(distrusted, MilvusError::Unreachable(_)), "{distrusted:?}");
    let plain = format!("milvus://{ROOT}@{}", guarded.port()).parse().expect("an address");
    let plain = Milvus::new(&plain, Duration::from_secs(10)).expect("a client").version().await;
    assert!(plain.is_err(), "it speaks TLS alone: {plain:?}");
}
