//! What a server has in its database and its store, seen from outside.

use std::path::PathBuf;
use std::process::Command;

use packhouse_e2e::containers::sha256;
use packhouse_e2e::{Scene, tools};

/// The database of a server.
pub enum Rows {
    /// The file of SQLite.
    Sqlite(PathBuf),
    /// The address of PostgreSQL.
    Postgres(String),
}

impl Rows {
    /// Looks into the database of a server that was started without saying where it is.
    pub fn of(scene: &Scene) -> Self {
        Self::Sqlite(scene.server.data().join("packhouse.db"))
    }

    /// Gives the rows that a query finds, their columns with `|` between them.
    pub fn list(&self, query: &str) -> Vec<String> {
        let mut command = match self {
            Self::Sqlite(file) => {
                let mut command = Command::new(tools::debian("sqlite3"));
                command.args(["-batch", "-readonly", "-cmd", ".timeout 20000"]);
                command.arg(file).arg(query);
                command
            }
            Self::Postgres(url) => {
                let mut command = Command::new(tools::debian("psql"));
                command.args([url, "-At", "-c", query]);
                command
            }
        };
        let answer = command.output().expect("the database's client can be run");
        let errors = String::from_utf8_lossy(&answer.stderr);
        assert!(answer.status.success(), "{query}: {errors}");
        let text = String::from_utf8_lossy(&answer.stdout);
        text.lines().map(str::to_owned).collect()
    }

    /// Counts the rows of a table.
    pub fn count(&self, table: &str) -> usize {
        let rows = self.list(&format!("SELECT count(*) FROM {table}"));
        rows[0].parse().expect("a count is a number")
    }

    /// Gives the uploads that are recorded: how many bytes each has.
    pub fn uploads(&self) -> Vec<u64> {
        let rows = self.list("SELECT position FROM upload ORDER BY position");
        let number = |row: &String| row.parse().expect("a position is a number");
        rows.iter().map(number).collect()
    }
}

/// Gives the files that wait in the local store for the end of their upload.
pub fn waiting(scene: &Scene) -> Vec<PathBuf> {
    let mut files = scene.server.stored_files();
    files.retain(|path| {
        path.parent()
            .is_some_and(|above| above.ends_with("uploads"))
    });
    files
}

/// Asserts that `packhouse check` finds nothing wrong, and, looked at without it, that on SQLite and
/// a folder everything that is recorded is there: each blob with its
/// bytes, each upload with as much as was said, each part of a manifest with a link.
pub fn consistent(scene: &Scene) {
    scene.server.check().ok();
    let rows = Rows::of(scene);
    assert_eq!(rows.list("PRAGMA integrity_check"), ["ok"]);
    assert_eq!(rows.list("PRAGMA foreign_key_check"), [""; 0]);
    let data = scene.server.data();
    for row in rows.list("SELECT sha256, size, location FROM blob") {
        let parts: Vec<_> = row.split('|').collect();
        let bytes = std::fs::read(data.join(parts[2]))
            .unwrap_or_else(|error| panic!("{row} is recorded and not there: {error}"));
        assert_eq!(bytes.len().to_string(), parts[1], "{row}");
        assert_eq!(sha256(&bytes), format!("sha256:{}", parts[0]));
    }
    // An upload has its file, or has become a blob before anybody could record that.
    let blobs = lengths_of_blobs(scene);
    for row in rows.list("SELECT id, position FROM upload WHERE position > 0") {
        let (id, position) = row.split_once('|').expect("two columns");
        let position: u64 = position.parse().expect("a position is a number");
        let facts = std::fs::metadata(data.join(format!("uploads/session-{id}")));
        let length = facts.map_or(0, |facts| facts.len());
        let there = length >= position || blobs.contains(&position);
        assert!(there, "{row} has {length} bytes");
    }
    let unlinked = "SELECT r.target FROM version_reference r \
        LEFT JOIN blob_link l ON l.package_id = r.package_id AND l.sha256 = r.target \
        WHERE r.kind = 'blob' AND l.sha256 IS NULL";
    assert_eq!(rows.list(unlinked), [""; 0]);
}

/// Gives the lengths of the blobs, recorded or not; each has the bytes of its name.
fn lengths_of_blobs(scene: &Scene) -> Vec<u64> {
    let files = scene.server.stored_files().into_iter();
    let blobs = files.filter(|path| path.iter().any(|part| part == "blobs"));
    let lengths = blobs.map(|path| {
        let name = path.file_name().expect("a file has a name");
        let bytes = std::fs::read(&path).expect("a blob can be read");
        assert_eq!(sha256(&bytes), format!("sha256:{}", name.display()));
        bytes.len() as u64
    });
    lengths.collect()
}
