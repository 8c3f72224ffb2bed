//! The programs of Milvus, out of a pinned package of the Python Package Index.

use std::path::{Path, PathBuf};
use std::process::Command;

use faceward_models::{Arch, Clients as _, Os, Package, Platform, Registry, RegistryClients, Sha256, Silent};
use fs_err as fs;

use crate::fail::{give_up, must};
use crate::store::root;

/// The last one that is there as one program for everything.
const NAME: &str = "milvus";
const VERSION: &str = "2.3.5";
const ARCHIVE: &str = "milvus-2.3.5-py3-none-manylinux2014_x86_64.whl";
const TAG: &str = "manylinux2014_x86_64";
const DIGEST: &str = "69515a0630ce29fd10e101fa442afea8ca1387b93a456cd9bd41fdf3deb93d04";
const BYTES: u64 = 57_692_521;

/// The package holds each program compressed. Argument: the folder with them.
const DECOMPRESS: &str = "
import lzma, os, shutil, sys
for name in os.listdir(sys.argv[1]):
    path = os.path.join(sys.argv[1], name)
    if name.endswith('.lzma'):
        with lzma.open(path) as packed, open(path[:-5], 'wb') as program:
            shutil.copyfileobj(packed, program)
        os.chmod(path[:-5], 0o755)
        os.remove(path)
";

/// The folder with the program and its libraries, fetched and unpacked where it is not there yet: some 250 MB.
pub(super) fn programs() -> PathBuf {
    let place = root().join(format!("{NAME}-{VERSION}"));
    let parent = place.parent().unwrap_or(&place);
    must(fs::create_dir_all(parent));
    // One process fetches, the others wait for it.
    let lock = must(fs::File::create(place.with_file_name(format!("{NAME}-{VERSION}.lock"))));
    must(lock.lock());
    if !place.exists() {
        let unfinished = must(tempfile::tempdir_in(parent));
        let archive = download(unfinished.path());
        let unpacked = unfinished.path().join("unpacked");
        unpack(&archive, &unpacked);
        // The last step: what is at the place is whole.
        must(fs::rename(&unpacked, &place));
    }
    place.join("milvus/data/bin")
}

fn download(into: &Path) -> PathBuf {
    if Platform::current() != Some(Platform { os: Os::Linux, arch: Arch::X86_64 }) {
        give_up("there is no package of Milvus for this machine");
    }
    let Some(sha256) = Sha256::parse(DIGEST) else { give_up("a digest in this file is none") };
    let package = Package {
        registry: Registry::Pypi,
        name: NAME.to_owned(),
        version: VERSION.to_owned(),
        archive: ARCHIVE.to_owned(),
        sha256,
        bytes: BYTES,
        platform_tag: Some(TAG.to_owned()),
        runtime: None,
        fixtures: false,
        members: Vec::new(),
    };
    let path = must(RegistryClients::default().download(&package, into, &Silent));
    if must(Sha256::of_file(&path)) != sha256 {
        give_up("the package of Milvus is not the pinned one");
    }
    path
}

fn unpack(archive: &Path, into: &Path) {
    let mut archive = must(zip::ZipArchive::new(must(fs::File::open(archive))));
    must(archive.extract(into));
    let decompressing =
        Command::new("python3").args(["-c", DECOMPRESS]).arg(into.join("milvus/data/bin")).status();
    if !must(decompressing).success() {
        give_up("the programs of Milvus cannot be decompressed");
    }
}
