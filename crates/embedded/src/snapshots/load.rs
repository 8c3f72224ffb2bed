//! Reading everything when a folder is opened: blocks first, and from the database what is in none.

use std::collections::{BTreeMap, HashMap};

use faceward_core::{AppId, Projection};
use faceward_index::{Gathered, Segment};
use faceward_sealing::BlockKey;
use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::content;
use super::recipe::Recipe;
use crate::EmbeddedError;
use crate::database::{BlockFiles, Database, Listed, Stretch, open_rows};
use crate::opening::{Opened, Opening};

/// Rows that are opened together.
const ROWS: usize = 1024;
/// Rows that are gathered before they are put aside: one long list would be copied as it grows.
const GATHERED: usize = 16 * ROWS;
/// Blocks that are opened together.
const BLOCKS: usize = 64;

/// What the templates are read from, and by what.
pub(crate) struct Source<'a> {
    pub(crate) database: &'a Database,
    pub(crate) projection: Option<&'a Projection>,
    pub(crate) recipe: Recipe,
    /// Whether blocks are read as well.
    pub(crate) snapshots: bool,
    /// Told how far it is.
    pub(crate) tell: &'a dyn Fn(Opening),
}

/// The templates of each app, as they are compared.
#[derive(Default)]
pub(crate) struct Templates {
    pub(crate) by_app: HashMap<AppId, Vec<Segment>>,
    /// Where they came from.
    pub(crate) opened: Opened,
}

/// Why a block is not used. Its rows are read from the database.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("made by another projection or another version of this program")]
    Recipe,
    #[error("its key cannot be opened")]
    Key,
    #[error("its file cannot be read: {0}")]
    File(std::io::ErrorKind),
    #[error("its file is damaged, was altered, or belongs elsewhere")]
    Damaged,
    #[error("its rows are not those that it is listed with")]
    Rows,
}

/// Reads the templates of `apps`.
pub(crate) fn templates(source: &Source<'_>, apps: &[AppId]) -> Result<Templates, EmbeddedError> {
    let total = source.database.count_templates()?;
    let mut progress = Progress { done: 0, told: 0, total, tell: source.tell };
    progress.tell();
    let mut read = Templates::default();
    let mut covered: HashMap<AppId, Vec<Stretch>> = HashMap::new();
    if source.snapshots {
        for (app, stretch, segments) in blocks(source, &mut progress, &mut read.opened.unusable)? {
            read.opened.n_from_snapshots += stretch.n_rows;
            covered.entry(app).or_default().push(stretch);
            read.by_app.entry(app).or_default().extend(segments);
        }
    }
    for app in apps {
        let stretches = covered.remove(app).unwrap_or_default();
        let rest = uncovered(source, app, &stretches, &mut progress)?;
        read.by_app.entry(*app).or_default().extend(rest);
    }
    read.opened.n_templates = progress.done;
    // More or fewer than there are: somebody has changed the database by hand.
    if progress.done == total { Ok(read) } else { Err(EmbeddedError::Corrupt("the app of a template")) }
}

/// How far it is.
struct Progress<'a> {
    done: usize,
    told: usize,
    total: usize,
    tell: &'a dyn Fn(Opening),
}

/// Templates from one word about the opening to the next.
const TOLD_EVERY: usize = 4096;

impl Progress<'_> {
    fn add(&mut self, n_rows: usize) {
        self.done += n_rows;
        if self.done >= self.told + TOLD_EVERY {
            self.told = self.done;
            self.tell();
        }
    }

    fn tell(&self) {
        (self.tell)(Opening { done: self.done, total: self.total });
    }
}

/// A block that was read.
type Read = (AppId, Stretch, Vec<Segment>);

/// All blocks that can be used. The others are taken from the list, and written anew some time.
fn blocks(
    source: &Source<'_>,
    progress: &mut Progress<'_>,
    unusable: &mut BTreeMap<String, usize>,
) -> Result<Vec<Read>, EmbeddedError> {
    let (listed, files, recipe) = (source.database.blocks()?, source.database.block_files(), source.recipe);
    let mut usable = Vec::with_capacity(listed.len());
    for listed in listed.chunks(BLOCKS) {
        let read: Vec<_> = listed
            .par_iter()
            .with_max_len(1)
            .map_init(Vec::new, |buffer, listed| segments(listed, files, recipe, buffer))
            .collect();
        for (listed, segments) in listed.iter().zip(read) {
            match segments {
                Ok(segments) => {
                    progress.add(listed.stretch.n_rows);
                    usable.push((listed.app, listed.stretch, segments));
                }
                Err(reason) => {
                    *unusable.entry(reason.to_string()).or_default() += 1;
                    source.database.drop_block(listed.number)?;
                }
            }
        }
    }
    for (reason, n_blocks) in unusable {
        tracing::warn!(
            reason,
            n_blocks,
            "snapshots cannot be used: their templates are read from the database"
        );
    }
    source.database.remove_unlisted_files()?;
    Ok(usable)
}

fn segments(
    listed: &Listed,
    files: &BlockFiles,
    recipe: Recipe,
    buffer: &mut Vec<u8>,
) -> Result<Vec<Segment>, Unusable> {
    if listed.recipe != recipe.as_bytes() {
        return Err(Unusable::Recipe);
    }
    let key: &BlockKey = listed.key.as_ref().ok_or(Unusable::Key)?;
    files.read(listed.number, buffer).map_err(|error| Unusable::File(error.kind()))?;
    key.open(buffer).ok_or(Unusable::Damaged)?;
    let segments = content::decoded(buffer).ok_or(Unusable::Damaged)?;
    let n_rows: usize = segments.iter().map(|segment| segment.rows.len()).sum();
    if n_rows == listed.stretch.n_rows { Ok(segments) } else { Err(Unusable::Rows) }
}

/// The rows of `app` that are in none of these blocks, which are in order.
fn uncovered(
    source: &Source<'_>,
    app: &AppId,
    blocks: &[Stretch],
    progress: &mut Progress<'_>,
) -> Result<Vec<Segment>, EmbeddedError> {
    let (mut gathered, sealer) = (Gathered::default(), source.database.sealer());
    let (mut segments, mut n_gathered) = (Vec::new(), 0);
    let ends = blocks.iter().map(|block| block.first).chain([i64::MAX]);
    let starts = [i64::MIN].into_iter().chain(blocks.iter().map(|block| block.last));
    for (mut after, before) in starts.zip(ends) {
        while let Some((last, rows)) = source.database.sealed_rows(app, (after, before), ROWS)? {
            after = last;
            let n_rows = rows.len();
            progress.add(n_rows);
            for (record, vector) in open_rows(rows, &sealer, source.projection)? {
                gathered.push(record, &vector)?;
            }
            n_gathered += n_rows;
            if n_gathered >= GATHERED {
                segments.extend(std::mem::take(&mut gathered).into_segments());
                n_gathered = 0;
            }
        }
    }
    segments.extend(gathered.into_segments());
    Ok(segments)
}
