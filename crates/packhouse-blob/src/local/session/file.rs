//! The file of a session: locked, cut to what is known of it, read again. Everything blocks.

use std::fs::{self, File, TryLockError};
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::digest::Hashes;
use crate::error::BlobError;
use crate::local::blob_path;
use crate::session::{Part, SessionInfo, SessionState};
use crate::staging::TempFile;

/// What there is to go on with.
pub(super) enum Found {
    /// No byte has arrived.
    Nothing,
    /// Another request holds the file, or has just finished with it.
    Locked,
    File {
        /// At its end, which is `offset`.
        file: TempFile,
        hashes: Box<Hashes>,
        offset: u64,
    },
}

/// Opens the file of a session as `state` has it: what came later is cut off, and when less is
/// there, that is what there is.
pub(super) fn open(path: PathBuf, state: &SessionState) -> Result<Found, BlobError> {
    let Part::Local { boot: written } = &state.part else {
        return Err(BlobError::lost("it was begun on another kind of store"));
    };
    let file = match File::options().read(true).write(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(folder) = path.parent() {
                crate::local::look_at(folder)?;
            }
            return match state.offset {
                0 => Ok(Found::Nothing),
                _ => take_back(path, state),
            };
        }
        Err(error) => return Err(BlobError::io("open", &path, error)),
    };
    let failed = |action: &'static str| {
        let path = path.clone();
        move |error| BlobError::io(action, &path, error)
    };
    if !lock(&file).map_err(failed("lock"))? {
        return Ok(Found::Locked);
    }
    let meta = file.metadata().map_err(failed("look at"))?;
    if !is_at(&meta, &path).map_err(failed("look at"))? {
        // It was finished between opening and locking: it is a blob now, and not ours to cut.
        return Ok(Found::Locked);
    }
    let offset = state.offset.min(meta.len());
    if meta.len() > offset {
        file.set_len(offset).map_err(failed("cut"))?;
    }
    let trusted = offset == state.offset && (offset == 0 || same(boot(), written.as_deref()));
    let mut file = TempFile::lasting(file, path.clone());
    let hashes = match trusted.then(|| state.hashes()).flatten() {
        Some(hashes) => hashes,
        None => {
            let mut hashes = Hashes::new(state.hashing);
            read(&file, offset, |bytes| hashes.update(bytes))?;
            hashes
        }
    };
    file.seek(offset)?;
    Ok(Found::File {
        file,
        hashes: Box::new(hashes),
        offset,
    })
}

/// Makes the file of a session anew from the blob that it became: whoever made it one ended before
/// that was recorded, so that for everybody else the session still stands. The blob stays, since it
/// may be somebody else's, too.
fn take_back(path: PathBuf, state: &SessionState) -> Result<Found, BlobError> {
    let lost = || BlobError::lost("its bytes are gone");
    let hashes = || state.hashes().ok_or_else(lost);
    // The folder of uploads lies beside that of blobs.
    let root = path.ancestors().nth(2).ok_or_else(lost)?;
    let blob = blob_path(root, &hashes()?.digests(state.offset).sha256);
    let mut bytes = match File::open(&blob) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(lost()),
        Err(error) => return Err(BlobError::io("open", &blob, error)),
    };
    let Some(file) = create(path)? else {
        return Ok(Found::Locked);
    };
    // When it ends in between, the next opening finds less, and says so.
    let copied = io::copy(&mut bytes, &mut &*file.file);
    let copied = copied.map_err(|error| BlobError::io("copy to", &file.path, error));
    match copied {
        Ok(copied) if copied == state.offset => Ok(Found::File {
            file,
            hashes: Box::new(hashes()?),
            offset: copied,
        }),
        failed => {
            drop(file.passing());
            failed.and(Err(BlobError::lost("its bytes were changed from outside")))
        }
    }
}

/// Makes the file, or gives `None` when another request has done so.
pub(super) fn create(path: PathBuf) -> Result<Option<TempFile>, BlobError> {
    let made = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path);
    let file = match made {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(BlobError::io("make", &path, error)),
    };
    match lock(&file) {
        Ok(locked) => Ok(locked.then(|| TempFile::lasting(file, path))),
        Err(error) => Err(BlobError::io("lock", &path, error)),
    }
}

/// Passes the first `len` bytes of a file to `each`, in pieces.
pub(super) fn read(
    file: &TempFile,
    len: u64,
    mut each: impl FnMut(&[u8]),
) -> Result<(), BlobError> {
    let failed = |error| BlobError::io("read", &file.path, error);
    let mut piece = vec![0; 256 * 1024];
    let mut at = 0;
    while at < len {
        // Cannot be cut: no more than the piece has.
        let want = (len - at).min(piece.len() as u64) as usize;
        match file.file.read_at(&mut piece[..want], at) {
            Ok(0) => return Err(failed(io::ErrorKind::UnexpectedEof.into())),
            Ok(read) => {
                each(&piece[..read]);
                at += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}

/// Removes a file; that there is none is a success.
pub(super) fn remove(path: &Path) -> Result<(), BlobError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(BlobError::io("remove", path, error))
        }
        _ => Ok(()),
    }
}

/// Gives what the names that begin with `prefix` go on with, and when each was written.
pub(super) fn list(dir: &Path, prefix: &str) -> Result<Vec<SessionInfo>, BlobError> {
    let failed = |error| BlobError::io("list", dir, error);
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(|name| name.strip_prefix(prefix)) else {
            continue;
        };
        match entry.metadata() {
            Ok(meta) => found.push(SessionInfo {
                id: id.to_owned(),
                modified: meta.modified().map_err(failed)?,
            }),
            // Finished since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(found)
}

/// Names this run of the machine: Linux makes a random one at each boot.
pub(super) fn boot() -> Option<&'static str> {
    static BOOT: LazyLock<Option<String>> = LazyLock::new(|| {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(text.trim().to_owned())
    });
    BOOT.as_deref()
}

/// Tells whether both are known and one.
fn same(now: Option<&str>, then: Option<&str>) -> bool {
    now.is_some() && now == then
}

/// Takes the lock that goes with the open file; false when another holds it.
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        // Some network file systems have none; then only the caller keeps two writers apart.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Gives the length of a file, or `None` when there is none.
pub(super) fn len(path: &Path) -> Result<Option<u64>, BlobError> {
    match fs::metadata(path) {
        Ok(meta) => Ok(Some(meta.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(BlobError::io("look at", path, error)),
    }
}

/// Tells whether the file that `meta` is of is the one that `path` names.
pub(in crate::local) fn is_at(meta: &fs::Metadata, path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (meta.dev(), meta.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

impl TempFile {
    /// Says where the next write begins.
    fn seek(&mut self, to: u64) -> Result<(), BlobError> {
        (&*self.file)
            .seek(SeekFrom::Start(to))
            .map(drop)
            .map_err(|error| BlobError::io("seek in", &self.path, error))
    }
}
