//! Reading everything when a folder is opened: blocks first, and from the database what is in none.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc::channel;

use faceward_core::{AppId, Projection};
use faceward_index::{Portion, Portions, Unfit};
use faceward_sealing::{BlockKey, Sealer};
use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::content::{self, Encoded};
use super::recipe::Recipe;
use crate::EmbeddedError;
use crate::database::{BlockFiles, Database, Listed, SealedRow, Stretch, open_rows};
use crate::opening::{Opened, Opening};

/// Rows that are opened together.
const ROWS: usize = 1024;

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
    pub(crate) by_app: HashMap<AppId, Vec<Portion>>,
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
        for Read { app, stretches, portions } in blocks(source, &mut progress, &mut read.opened.unusable)? {
            read.opened.n_from_snapshots += stretches.iter().map(|stretch| stretch.n_rows).sum::<usize>();
            covered.entry(app).or_default().extend(stretches);
            read.by_app.entry(app).or_default().extend(portions);
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

/// What was read of some blocks of one app.
struct Read {
    app: AppId,
    /// The blocks that could be used.
    stretches: Vec<Stretch>,
    portions: Vec<Portion>,
}

/// All blocks that can be used. The others are taken from the list, and written anew some time.
fn blocks(
    source: &Source<'_>,
    progress: &mut Progress<'_>,
    unusable: &mut BTreeMap<String, usize>,
) -> Result<Vec<Read>, EmbeddedError> {
    let (listed, files, recipe) = (source.database.blocks()?, source.database.block_files(), source.recipe);
    let groups = groups(&listed);
    let mut all: BTreeMap<usize, Read> = BTreeMap::new();
    let (sender, receiver) = channel();
    rayon::in_place_scope(|scope| {
        scope.spawn(|_| {
            groups.par_iter().enumerate().with_max_len(1).for_each_with(sender, |sender, (at, group)| {
                // Nobody listens where another group has failed.
                let _heard = sender.send((at, group, read_group(group, files, recipe)));
            });
        });
        for (at, group, read) in receiver {
            let (portions, problems) = read?;
            let mut stretches = Vec::with_capacity(group.len());
            for (listed, problem) in group.iter().zip(problems) {
                match problem {
                    None => stretches.push(listed.stretch),
                    Some(reason) => {
                        *unusable.entry(reason.to_string()).or_default() += 1;
                        source.database.drop_block(listed.number)?;
                    }
                }
            }
            progress.add(stretches.iter().map(|stretch| stretch.n_rows).sum());
            if let Some(Listed { app, .. }) = group.first() {
                all.insert(at, Read { app: *app, stretches, portions });
            }
        }
        Ok::<_, EmbeddedError>(())
    })?;
    for (reason, n_blocks) in unusable {
        tracing::warn!(
            reason,
            n_blocks,
            "snapshots cannot be used: their templates are read from the database"
        );
    }
    source.database.remove_unlisted_files()?;
    Ok(all.into_values().collect())
}

/// The same blocks in their order, those together, of one app, whose rows fit into one portion.
fn groups(listed: &[Listed]) -> Vec<&[Listed]> {
    let mut n_rows = listed.first().map_or(0, |first| first.stretch.n_rows);
    let fit = |one: &Listed, next: &Listed| {
        let fit = one.app == next.app && n_rows + next.stretch.n_rows <= Portion::ROWS;
        n_rows = next.stretch.n_rows + if fit { n_rows } else { 0 };
        fit
    };
    listed.chunk_by(fit).collect()
}

/// The templates of some blocks, and of each block why it is not used.
fn read_group(
    group: &[Listed],
    files: &BlockFiles,
    recipe: Recipe,
) -> Result<(Vec<Portion>, Vec<Option<Unusable>>), Unfit> {
    let (mut portions, mut problems, mut buffer) = (Portions::default(), Vec::new(), Vec::new());
    let mut n_left: usize = group.iter().map(|listed| listed.stretch.n_rows).sum();
    for listed in group {
        let n_rows = listed.stretch.n_rows;
        match segments(listed, files, recipe, &mut buffer) {
            Ok(segments) => {
                for segment in segments {
                    let values = segment.values();
                    let Encoded { gallery, model, length, rows, .. } = segment;
                    // As large a part of the rows to come as of these.
                    let expected = (rows.len() * n_left).div_ceil(n_rows.max(1));
                    portions.append(&(gallery, model), length, (rows, values), expected)?;
                }
                problems.push(None);
            }
            Err(reason) => problems.push(Some(reason)),
        }
        n_left -= n_rows;
    }
    Ok((portions.into_portions(), problems))
}

fn segments<'b>(
    listed: &Listed,
    files: &BlockFiles,
    recipe: Recipe,
    buffer: &'b mut Vec<u8>,
) -> Result<Vec<Encoded<'b>>, Unusable> {
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
) -> Result<Vec<Portion>, EmbeddedError> {
    let (mut portions, sealer, projection) =
        (Portions::default(), source.database.sealer(), source.projection);
    let ends = blocks.iter().map(|block| block.first).chain([i64::MAX]);
    let starts = [i64::MIN].into_iter().chain(blocks.iter().map(|block| block.last));
    for (mut after, before) in starts.zip(ends) {
        let mut next = |progress: &mut Progress<'_>| {
            let read = source.database.sealed_rows(app, (after, before), ROWS)?;
            Ok::<_, EmbeddedError>(read.map(|(last, rows)| {
                after = last;
                progress.add(rows.len());
                rows
            }))
        };
        let mut read = next(progress)?;
        while let Some(rows) = read {
            // The database is read here while other threads open what it has given.
            let mut put = Ok(());
            read = rayon::in_place_scope(|scope| {
                scope.spawn(|_| put = put_into(&mut portions, rows, &sealer, projection));
                next(progress)
            })?;
            put?;
        }
    }
    Ok(portions.into_portions())
}

fn put_into(
    portions: &mut Portions,
    rows: Vec<SealedRow>,
    sealer: &Sealer,
    projection: Option<&Projection>,
) -> Result<(), EmbeddedError> {
    for (record, vector) in open_rows(rows, sealer, projection)? {
        portions.push(record, &vector)?;
    }
    Ok(())
}
