//! Symbols as debuggers ask for them: by the name of the file and the number in it (NuGet notes §7).

use actix_web::HttpResponse;
use packhouse_core::actor::Actor;
use packhouse_http::download::{self, DownloadPolicy};
use packhouse_http::{Call, Result};

use crate::format::NUGET;

/// Gives the name by which a file of symbols is found among all of an owner.
pub(crate) fn name(file: &str, key: &str) -> String {
    format!(
        "symbols/{}/{}",
        key.to_ascii_lowercase(),
        file.to_lowercase()
    )
}

/// GET `symbols/{file}/{key}/{file}`.
pub(crate) async fn get(call: Call, owner: &str, file: &str, key: &str) -> Result<HttpResponse> {
    let registry = call.registry();
    let name = name(file, key);
    let (_, stored) = registry
        .find_listed_file(&call.actor, NUGET, owner, &name)
        .await?;
    let policy = DownloadPolicy {
        // Symbols can be replaced, and whoever asks without a name may read them.
        cache_control: match call.actor {
            Actor::Anonymous => "no-cache",
            _ => "private, no-cache",
        },
    };
    let (method, headers) = (call.request.method(), call.request.headers());
    download::send(registry, method, headers, &stored, policy).await
}
