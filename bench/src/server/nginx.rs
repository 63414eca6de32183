//! nginx serving as files the bytes that another server answered: the yardstick.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::{Server, free_address, printed_by};
use crate::process::{OnParentDeath, guarded};
use crate::target::Documents;

/// Writes the documents as files, one also compressed, and starts nginx on them.
pub fn start(documents: &Documents, folder: TempDir) -> Result<Server> {
    serve(folder, false, |files| {
        for (work, bytes) in documents.iter() {
            fs::write(files.join(Documents::file_name(work)), bytes)?;
            if work == crate::work::Work::ManyAbbreviatedGzip {
                let name = format!("{}.gz", Documents::file_name(work));
                let file = File::create(files.join(name))?;
                let mut gzip = GzEncoder::new(file, Compression::default());
                gzip.write_all(bytes)?;
                gzip.finish()?.sync_all()?;
            }
        }
        Ok(())
    })
}

/// Whether it is built to keep what is PUT.
pub fn has_dav() -> Result<bool> {
    Ok(printed_by("nginx", "-V")?.contains("http_dav_module"))
}

/// Starts nginx on the files that `write` puts into the folder it is given. With `puts` it also
/// keeps what is PUT, which it must be built for.
pub fn serve(
    folder: TempDir,
    puts: bool,
    write: impl FnOnce(&Path) -> Result<()>,
) -> Result<Server> {
    let version = printed_by("nginx", "-v")?.replace("nginx version: nginx/", "");
    let files = folder.path().join("files");
    fs::create_dir(&files)?;
    write(&files)?;
    let address = free_address()?;
    let config = folder.path().join("nginx.conf");
    fs::write(
        &config,
        config_text(folder.path(), &address.to_string(), puts),
    )?;
    // Killed outright, the master would leave its workers behind; SIGTERM ends them all.
    let mut command = guarded(OnParentDeath::Terminate, "nginx");
    command
        .arg("-c")
        .arg(&config)
        .arg("-p")
        .arg(folder.path())
        .args(["-e", "stderr"]);
    let mut server = Server::launch(command, folder, address, "/", version)?;
    server.takes_puts = puts;
    Ok(server)
}

fn config_text(folder: &Path, address: &str, puts: bool) -> String {
    let folder = folder.display();
    let dav = if puts {
        "dav_methods PUT; create_full_put_path on; client_max_body_size 1g;"
    } else {
        ""
    };
    // `user root` counts only for root, whose folder other users could not read.
    format!(
        "user root;
worker_processes auto;
daemon off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    gzip_static on;
    default_type application/json;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen {address};
        root {folder}/files;
        {dav}
        # Bundler takes the tag of a list for its MD5.
        location /rubygems/ {{ etag off; }}
    }}
}}
"
    )
}
