//! Finding what a query of the old feed asks for.

use std::collections::HashMap;

use packhouse_core::id::VersionId;
use packhouse_http::{Call, HttpError, Result};
use packhouse_registry::rows::PackageRecord;
use packhouse_registry::search::Query as Search;
use packhouse_registry::{Error, PackageHandle};

use super::candidates::{Hit, Latest, Looked, Ranked, compare, needs_metadata};
use super::{unclear, updates};
use crate::format::{LOOKUP, NUGET, Nuget};
use crate::metadata::Metadata;
use crate::odata::filter::Flag;
use crate::odata::{Filter, OrderKey, Query};
use crate::route::Feed;
use crate::search::{cast, shown};
use crate::versions::Wanted;
use crate::{address, asked};

/// How many entries a page has when nobody says it, and at most.
const PAGE: usize = 100;
const MAX_PAGE: usize = 250;
/// How many packages are looked at at once.
const PACKAGES: usize = 100;
/// Of how many versions what their nuspecs say is held at once.
const VERSIONS: usize = 64;

/// What a query came to.
pub(super) struct Found {
    /// The entries of the page.
    pub hits: Vec<Hit>,
    /// How many there are on all pages.
    pub total: usize,
    /// Whether more follow on a next page.
    pub more: bool,
}

/// Keeps of what is found what is on the page, or everything while it must be put in order.
struct Window<'a> {
    query: &'a Query,
    /// Whether what is found comes in another order than it is asked for.
    sorts: bool,
    skip: usize,
    take: usize,
    total: usize,
    kept: Vec<Ranked>,
}

impl<'a> Window<'a> {
    fn new(query: &'a Query, count: bool) -> Self {
        let top = query
            .top
            .map(|top| usize::try_from(top).unwrap_or(usize::MAX));
        Self {
            query,
            // Packages come by name, and their versions by number.
            sorts: !query
                .order
                .iter()
                .all(|order| order.key == OrderKey::Id && !order.descending),
            skip: usize::try_from(query.skip).unwrap_or(usize::MAX),
            take: match count {
                true => 0,
                false => top.unwrap_or(PAGE).min(MAX_PAGE),
            },
            total: 0,
            kept: Vec::new(),
        }
    }

    fn end(&self) -> usize {
        self.skip.saturating_add(self.take)
    }

    /// Tells whether nothing that follows can matter.
    fn is_full(&self, counts: bool) -> bool {
        !counts && !self.sorts && self.total > self.end()
    }

    fn put(&mut self, ranked: Ranked) {
        let place = self.total;
        self.total += 1;
        if self.take == 0 {
            return;
        }
        if !self.sorts {
            if (self.skip..self.end()).contains(&place) {
                self.kept.push(ranked);
            }
            return;
        }
        self.kept.push(ranked);
        // What cannot come onto the page any more is let go now and then.
        if self.kept.len() > self.end().saturating_mul(2).saturating_add(PAGE) {
            self.sort();
            self.kept.truncate(self.end());
        }
    }

    fn sort(&mut self) {
        let order = &self.query.order;
        self.kept.sort_by(|a, b| compare(order, a, b));
    }

    fn finish(mut self) -> Found {
        if self.sorts {
            self.sort();
            let skip = self.skip.min(self.kept.len());
            self.kept.drain(..skip);
            self.kept.truncate(self.take);
        }
        let hits: Vec<_> = self.kept.into_iter().map(|ranked| ranked.hit).collect();
        Found {
            more: self.total > self.skip.saturating_add(hits.len()),
            total: self.total,
            hits,
        }
    }
}

/// Which packages a list is about.
enum Packages {
    /// These.
    Some(Vec<PackageHandle>),
    /// All of the source.
    All,
    /// What a search finds.
    Search(Box<Search>),
}

/// Finds what a list asks for. `count` is for those who want to know nothing else.
pub(super) async fn collect(
    nuget: &Nuget,
    call: &Call,
    owner: &str,
    feed: Feed,
    query: &Query,
    count: bool,
) -> Result<Found> {
    let semver2 = query.is_semver2().map_err(unclear)?;
    if feed == Feed::GetUpdates {
        let hits = updates::find(nuget, call, owner, query, semver2).await?;
        let mut window = Window::new(query, count);
        let walk = Walk::new(nuget, call, query, semver2, Some(hits));
        walk.updates(&mut window).await?;
        return Ok(window.finish());
    }
    let packages = packages(call, owner, feed, query, semver2).await?;
    let counts = count || query.inline_count;
    let mut window = Window::new(query, count);
    let mut walk = Walk::new(nuget, call, query, semver2, None);
    // Lists of everything show what is listed; who names an id gets all of it.
    walk.unlisted = feed == Feed::FindPackagesById || matches!(packages, Packages::Some(_));
    // One entry of each package, in the order of the search: the search itself knows which page.
    if let Packages::Search(search) = &packages
        && !window.sorts
        && gives_one_each(query, search)
    {
        return walk.page(window, search).await;
    }
    match packages {
        Packages::Some(packages) => {
            for package in packages {
                walk.package(&mut window, package).await?;
            }
        }
        Packages::All => walk.source(&mut window, counts).await?,
        Packages::Search(search) => walk.search(&mut window, *search, counts).await?,
    }
    Ok(window.finish())
}

async fn packages(
    call: &Call,
    owner: &str,
    feed: Feed,
    query: &Query,
    semver2: bool,
) -> Result<Packages> {
    let named = match feed {
        Feed::FindPackagesById => {
            let id = query.text("id").map_err(unclear)?;
            let id = id.filter(|id| !id.is_empty());
            let missing = || HttpError::invalid("FindPackagesById needs an id: ?id='X'");
            Some(vec![id.ok_or_else(missing)?])
        }
        Feed::Search => {
            let prerelease = query.flag("includePrerelease").map_err(unclear)?;
            let any = query.filter.as_ref().and_then(Filter::latest);
            let prerelease =
                prerelease.unwrap_or(false) || any == Some(Flag::IsAbsoluteLatestVersion);
            let mut search = Search {
                format: Some(NUGET),
                owner_key: Some(owner.to_lowercase()),
                shown: Some(shown(prerelease, semver2, &[])),
                by_name: query.order.iter().any(|order| order.key == OrderKey::Id),
                ..Search::default()
            };
            let term = query.text("searchTerm").map_err(unclear)?;
            asked::narrow(&mut search, &term.unwrap_or_default());
            return Ok(Packages::Search(Box::new(search)));
        }
        _ => (query.filter.as_ref().and_then(Filter::ids))
            .map(|ids| ids.into_iter().collect::<Vec<_>>()),
    };
    if feed == Feed::Packages
        && let Some(Filter::Flag(flag)) = query.filter
        && flag != Flag::IsPrerelease
    {
        // The newest of each package: what a search without words finds.
        let prereleases = flag == Flag::IsAbsoluteLatestVersion;
        return Ok(Packages::Search(Box::new(Search {
            format: Some(NUGET),
            owner_key: Some(owner.to_lowercase()),
            shown: Some(shown(prereleases, semver2, &[])),
            by_name: true,
            ..Search::default()
        })));
    }
    let Some(ids) = named else {
        return Ok(Packages::All);
    };
    let mut packages = Vec::new();
    for id in ids {
        let address = address::of(owner, &id);
        let found = call
            .registry()
            .authorize_listed(&call.actor, &address, LOOKUP);
        packages.extend(found.await?.filter(|package| package.live_versions > 0));
    }
    Ok(Packages::Some(packages))
}

/// Tells whether a search finds exactly the packages of which one version meets the condition.
fn gives_one_each(query: &Query, search: &Search) -> bool {
    let prereleases = search.shown.as_ref().is_some_and(|shown| shown.prereleases);
    match query.filter {
        Some(Filter::Flag(Flag::IsLatestVersion)) => !prereleases,
        Some(Filter::Flag(Flag::IsAbsoluteLatestVersion)) => prereleases,
        _ => false,
    }
}

/// Looks at packages one after the other.
struct Walk<'a> {
    nuget: &'a Nuget,
    call: &'a Call,
    query: &'a Query,
    semver2: bool,
    unlisted: bool,
    prerelease: bool,
    metadata: bool,
    downloads: bool,
    hits: Option<Vec<Hit>>,
}

impl<'a> Walk<'a> {
    fn new(
        nuget: &'a Nuget,
        call: &'a Call,
        query: &'a Query,
        semver2: bool,
        hits: Option<Vec<Hit>>,
    ) -> Self {
        let orders = |keys: &[OrderKey]| query.order.iter().any(|order| keys.contains(&order.key));
        let filter = query.filter.as_ref();
        Self {
            nuget,
            call,
            query,
            semver2,
            unlisted: false,
            prerelease: true,
            metadata: filter.is_some_and(needs_metadata) || orders(&[OrderKey::Title]),
            downloads: orders(&[OrderKey::DownloadCount, OrderKey::VersionDownloadCount]),
            hits,
        }
    }

    async fn updates(mut self, window: &mut Window<'_>) -> Result<()> {
        let hits = self.hits.take().unwrap_or_default();
        let of_one = |a: &Hit, b: &Hit| a.package.package.id == b.package.package.id;
        for hits in hits.chunk_by(of_one).flat_map(|hits| hits.chunks(VERSIONS)) {
            self.look(window, hits.to_vec()).await?;
        }
        Ok(())
    }

    /// Gives the page that is asked for out of a search that finds one version of each package.
    async fn page(self, mut window: Window<'_>, search: &Search) -> Result<Found> {
        let registry = self.call.registry();
        let (skip, take) = (window.skip, window.take);
        let (offset, limit) = (cast(skip), cast(take));
        let found = registry.search_packages(&self.call.actor, search.clone(), offset, limit);
        let (packages, total) = found.await?;
        let shown = packages.len();
        window.skip = 0;
        let mut walk = self;
        walk.prerelease = search.shown.as_ref().is_some_and(|shown| shown.prereleases);
        for record in packages {
            walk.package(&mut window, record.into()).await?;
        }
        let total = usize::try_from(total).unwrap_or(0);
        let mut found = window.finish();
        found.total = total;
        found.more = total > skip.saturating_add(shown);
        Ok(found)
    }

    async fn source(&self, window: &mut Window<'_>, counts: bool) -> Result<()> {
        let owner = self.call.owner.as_ref();
        let owner = owner.ok_or_else(|| HttpError::not_found("the account"))?.id;
        let mut after = String::new();
        loop {
            let registry = self.call.registry();
            let of = (owner, NUGET);
            let page = registry
                .list_source(&self.call.actor, of, after.clone(), PACKAGES)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            last.package.name.key().clone_into(&mut after);
            for record in page {
                self.package(window, record.into()).await?;
                if window.is_full(counts) {
                    return Ok(());
                }
            }
        }
    }

    async fn search(mut self, window: &mut Window<'_>, search: Search, counts: bool) -> Result<()> {
        self.prerelease = search.shown.as_ref().is_some_and(|shown| shown.prereleases);
        let mut offset = 0;
        loop {
            let registry = self.call.registry();
            let (limit, query) = (PACKAGES as i64, search.clone());
            let (packages, _) = registry
                .search_packages(&self.call.actor, query, offset, limit)
                .await?;
            if packages.is_empty() {
                return Ok(());
            }
            offset += limit;
            for record in packages {
                self.package(window, record.into()).await?;
                if window.is_full(counts) {
                    return Ok(());
                }
            }
        }
    }

    /// Looks at those versions of a package that can meet the condition.
    async fn package(&self, window: &mut Window<'_>, package: PackageHandle) -> Result<()> {
        let versions = match self.nuget.documents.versions(self.call, &package).await {
            Ok(versions) => versions,
            // It went while the list was made.
            Err(error) if error.kind == packhouse_core::error::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let latest = Latest::of(&versions, self.semver2);
        let wanted = Wanted {
            prerelease: self.prerelease,
            semver2: self.semver2,
            package_types: &[],
        };
        let flag = self.query.filter.as_ref().and_then(Filter::latest);
        let indexes: Vec<usize> = match flag {
            Some(flag) => latest.by(flag).into_iter().collect(),
            None => (0..versions.all().len()).collect(),
        };
        let hits = indexes.into_iter().filter_map(|index| {
            let entry = &versions.all()[index];
            (wanted.admits(entry) && (self.unlisted || entry.listed)).then(|| Hit {
                package: package.clone(),
                versions: versions.clone(),
                index,
                latest,
            })
        });
        let hits: Vec<_> = hits.collect();
        for hits in hits.chunks(VERSIONS) {
            self.look(window, hits.to_vec()).await?;
        }
        Ok(())
    }

    /// Puts those versions of one package that meet the condition where they belong.
    async fn look(&self, window: &mut Window<'_>, hits: Vec<Hit>) -> Result<()> {
        let Some(first) = hits.first() else {
            return Ok(());
        };
        let (metadata, downloads) = self.said(&first.package, &hits).await?;
        let all = downloads.values().sum();
        for hit in hits {
            let id = hit.entry().id;
            let metadata = metadata.get(&id);
            let looked = Looked {
                hit: &hit,
                metadata,
            };
            let filter = self.query.filter.as_ref();
            if filter.is_none_or(|filter| filter.matches(&looked)) {
                window.put(Ranked {
                    title: metadata.and_then(|metadata| metadata.nuspec.title.clone()),
                    downloads: all,
                    version_downloads: downloads.get(&id).copied().unwrap_or(0),
                    hit,
                });
            }
        }
        Ok(())
    }

    /// Reads what the condition and the order need besides names.
    async fn said(
        &self,
        package: &PackageRecord,
        hits: &[Hit],
    ) -> Result<(HashMap<VersionId, Metadata>, HashMap<VersionId, i64>)> {
        if !self.metadata && !self.downloads {
            return Ok((HashMap::new(), HashMap::new()));
        }
        let ids: Vec<_> = hits.iter().map(|hit| hit.entry().id).collect();
        let (metadata, downloads) = (self.metadata, self.downloads);
        let read = self
            .call
            .registry()
            .snapshot(package.package.id, move |snapshot| {
                let versions = match metadata {
                    true => snapshot.versions(&ids)?,
                    false => Vec::new(),
                };
                let counts = match downloads {
                    true => snapshot.downloads()?,
                    false => HashMap::new(),
                };
                Ok((versions, counts))
            });
        let (versions, counts) = match read.await {
            Ok(read) => read,
            Err(Error::NotFound { .. }) => return Ok((HashMap::new(), HashMap::new())),
            Err(error) => return Err(error.into()),
        };
        let said = versions.iter().filter_map(|version| {
            let metadata = Metadata::parse(&version.metadata);
            let metadata = metadata.inspect_err(|error| {
                tracing::error!(version.id = version.id.0, %error, "stored metadata is damaged");
            });
            Some((version.id, metadata.ok()?))
        });
        Ok((said.collect(), counts))
    }
}
