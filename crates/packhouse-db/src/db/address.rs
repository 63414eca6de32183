//! Where a database is.

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::{AnyConn, DbError, Engine, Result};

/// How long a statement waits for somebody else's lock before it gives up.
const BUSY: Duration = Duration::from_secs(5);

/// What the address of a database says.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    /// The path of a file.
    Sqlite(String),
    /// A libpq URL.
    Postgres(String),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Read,
    Write,
}

impl Address {
    /// Parses `sqlite:///absolute/path` (taken as it stands, no percent-decoding),
    /// `postgres://…` and `postgresql://…`.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            let file = Path::new(path);
            if file.is_absolute() && file.file_name().is_some() {
                return Ok(Self::Sqlite(path.to_owned()));
            }
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(with_time_limits(url)));
        }
        Err(DbError::UnknownScheme(without_password(url)))
    }

    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Opens a connection.
    pub(crate) fn connect(&self, purpose: Purpose) -> Result<AnyConn> {
        let unreachable = |error: &dyn std::fmt::Display| DbError::Unreachable(error.to_string());
        match self {
            Self::Postgres(url) => {
                let conn = PgConnection::establish(url).map_err(|error| unreachable(&error))?;
                Ok(AnyConn::Postgres(conn))
            }
            Self::Sqlite(path) => {
                let mut conn =
                    SqliteConnection::establish(path).map_err(|error| unreachable(&error))?;
                conn.batch_execute(&pragmas(purpose))?;
                Ok(AnyConn::Sqlite(conn))
            }
        }
    }
}

/// `busy_timeout` comes first, so that the others wait too. `synchronous = FULL`: a commit that was
/// answered survives the power. The log is carried over into the file every 16 MiB: a publish writes
/// about fifty pages, most of them the same ones as the publish before it, and each of those is
/// carried over once for all. Readers cannot write by mistake.
///
/// Each connection has a cache of its own, and there are a dozen of them: 4 MiB each is what fits
/// into the memory that a server may take. Nothing is mapped into memory: every connection maps the
/// file anew, so that with a large file the resident memory grew by its mapped part for each.
fn pragmas(purpose: Purpose) -> String {
    let query_only = match purpose {
        Purpose::Read => "ON",
        Purpose::Write => "OFF",
    };
    format!(
        "PRAGMA busy_timeout = {}; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; \
         PRAGMA cache_size = -4096; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; \
         PRAGMA journal_size_limit = 67108864; \
         PRAGMA wal_autocheckpoint = 4096; PRAGMA query_only = {query_only};",
        BUSY.as_millis()
    )
}

/// Makes the file, its folder, and the write-ahead log that lets readers and the writer go on side
/// by side. The mode stays in the file.
pub(crate) fn prepare_sqlite(path: &str) -> Result<()> {
    let failed = |error: std::io::Error| DbError::Unreachable(format!("{path}: {error}"));
    let file = Path::new(path);
    let new = !file.exists();
    if let Some(folder) = file.parent() {
        make_folders(folder, sync_folder).map_err(failed)?;
    }
    let mut conn = SqliteConnection::establish(path)
        .map_err(|error| DbError::Unreachable(format!("{path}: {error}")))?;
    conn.batch_execute(&pragmas(Purpose::Write))?;
    if let (true, Some(folder)) = (new, file.parent()) {
        sync_folder(folder).map_err(failed)?;
    }
    // Two processes that open a new file at once: SQLite refuses one of them without waiting, since
    // both hold a read lock that the switch needs to be alone.
    let give_up = std::time::Instant::now() + BUSY;
    loop {
        match conn
            .batch_execute("PRAGMA journal_mode = WAL")
            .map_err(DbError::from)
        {
            Err(DbError::Contended(_)) if std::time::Instant::now() < give_up => {
                std::thread::sleep(Duration::from_millis(20));
            }
            done => return done,
        }
    }
}

/// Makes the folder and those above it that are missing, and has `sync` write down the entry of
/// each: what SQLite syncs in a folder is lost with the folder.
fn make_folders(folder: &Path, sync: impl Fn(&Path) -> std::io::Result<()>) -> std::io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|path| !path.is_dir())
        .collect();
    for path in missing.iter().rev() {
        // Also one that another process has just made, which may not have synced it yet.
        std::fs::create_dir_all(path)?;
        path.parent().map_or(Ok(()), &sync)?;
    }
    Ok(())
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    std::fs::File::open(path)?.sync_all()
}

/// A machine that is away must be noticed in seconds, not when TCP gives up: when connecting, when
/// what was sent is not taken, and while an answer is waited for (which keeps a thread). What the
/// address says itself counts. A server that hangs on a machine that runs is not noticed by these.
fn with_time_limits(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in [
        ("connect_timeout", "3"),
        ("tcp_user_timeout", "15000"),
        ("keepalives_idle", "5"),
        ("keepalives_interval", "5"),
    ] {
        if !url.contains(name) {
            let joint = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{joint}{name}={value}"));
        }
    }
    url
}

/// Errors reach logs, passwords must not.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_an_engine_or_are_refused() {
        let path = |url| match Address::parse(url) {
            Ok(Address::Sqlite(path)) => path,
            other => panic!("{url}: {other:?}"),
        };
        assert_eq!(path("sqlite:///data/a b%20.db"), "/data/a b%20.db");
        for good in ["postgres://u:p@db.example/x", "postgresql:///x?host=/run"] {
            assert_eq!(Address::parse(good).unwrap().engine(), Engine::Postgres);
        }
        for bad in [
            "",
            "/x.db",
            "sqlite://x.db",
            "sqlite:x.db",
            "sqlite:///",
            "mysql://h/x",
        ] {
            assert!(
                matches!(Address::parse(bad), Err(DbError::UnknownScheme(_))),
                "{bad}"
            );
        }
    }

    /// `.cargo/config.toml` says why.
    #[test]
    fn sqlite_is_compiled_as_the_configuration_says() {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            compile_options: String,
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db").display().to_string();
        let mut conn = SqliteConnection::establish(&path).unwrap();
        let rows: Vec<Row> = diesel::sql_query("PRAGMA compile_options")
            .load(&mut conn)
            .unwrap();
        for option in ["ENABLE_QPSG", "DEFAULT_MEMSTATUS=0"] {
            assert!(
                rows.iter().any(|row| row.compile_options == option),
                "{option} is missing"
            );
        }
    }

    #[test]
    fn the_entry_of_each_new_folder_is_synced() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b/c");
        let synced = std::cell::RefCell::new(Vec::new());
        let make = || {
            make_folders(&folder, |path| {
                synced.borrow_mut().push(path.to_owned());
                sync_folder(path)
            })
        };
        make().unwrap();
        assert!(folder.is_dir());
        let above = ["", "a", "a/b"].map(|path| root.path().join(path));
        assert_eq!(synced.take(), above);
        // What was there is not ours, and may not be readable.
        make().unwrap();
        assert_eq!(synced.take(), [""; 0].map(std::path::PathBuf::from));
    }

    #[test]
    fn errors_do_not_tell_passwords() {
        let error = Address::parse("mysql://u:secret@db.example/x").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn time_limits_of_the_address_count() {
        let rest = "tcp_user_timeout=15000&keepalives_idle=5&keepalives_interval=5";
        assert_eq!(
            with_time_limits("postgres://h/x?connect_timeout=9"),
            format!("postgres://h/x?connect_timeout=9&{rest}")
        );
        assert_eq!(
            with_time_limits("postgres://h/x"),
            format!("postgres://h/x?connect_timeout=3&{rest}")
        );
    }
}
