//! The tables, as both engines have them. A test compares this with migrated databases.

diesel::table! {
    account (id) {
        id -> BigInt,
        kind -> Text,
        name -> Text,
        name_key -> Text,
        email -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        site_admin -> Bool,
        disabled -> Bool,
        base_role -> Nullable<Text>,
        packages_inherit -> Bool,
        member_visibilities -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    membership (organisation_id, user_id) {
        organisation_id -> BigInt,
        user_id -> BigInt,
        role -> Text,
    }
}

diesel::table! {
    team (id) {
        id -> BigInt,
        organisation_id -> BigInt,
        name -> Text,
        name_key -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    team_member (team_id, user_id) {
        team_id -> BigInt,
        user_id -> BigInt,
    }
}

diesel::table! {
    repository (id) {
        id -> BigInt,
        owner_id -> BigInt,
        name -> Text,
        name_key -> Text,
        visibility -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    repository_source (repository_id, address) {
        repository_id -> BigInt,
        address -> Text,
    }
}

diesel::table! {
    package (id) {
        id -> BigInt,
        owner_id -> BigInt,
        format -> Text,
        name -> Text,
        name_key -> Text,
        repository_id -> Nullable<BigInt>,
        inherits -> Bool,
        visibility -> Text,
        revision -> BigInt,
        latest_id -> Nullable<BigInt>,
        live_versions -> BigInt,
        description -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
        path -> Nullable<Text>,
    }
}

diesel::table! {
    version (id) {
        id -> BigInt,
        package_id -> BigInt,
        name -> Text,
        name_key -> Text,
        state -> Text,
        listed -> Bool,
        prerelease -> Bool,
        metadata -> Text,
        readme -> Nullable<Text>,
        deprecation -> Nullable<Text>,
        publisher_id -> Nullable<BigInt>,
        publisher_name -> Text,
        token_id -> Nullable<BigInt>,
        client -> Nullable<Text>,
        source_repository -> Nullable<Text>,
        source_commit -> Nullable<Text>,
        source_ref -> Nullable<Text>,
        created_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
        traits -> Text,
        deprecation_detail -> Nullable<Text>,
    }
}

diesel::table! {
    blob (sha256) {
        sha256 -> Text,
        sha512 -> Nullable<Text>,
        sha1 -> Nullable<Text>,
        md5 -> Nullable<Text>,
        size -> BigInt,
        location -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    file (id) {
        id -> BigInt,
        version_id -> BigInt,
        package_id -> BigInt,
        name -> Text,
        content_type -> Text,
        sha256 -> Text,
        created_at -> Timestamp,
        build -> Nullable<Text>,
        part -> Nullable<Text>,
        suspect -> Bool,
        publisher_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    tag (package_id, name) {
        package_id -> BigInt,
        name -> Text,
        version_id -> BigInt,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    tombstone (owner_id, format, package_key, version_key) {
        owner_id -> BigInt,
        format -> Text,
        package_key -> Text,
        version_key -> Text,
        version_id -> BigInt,
        sha256 -> Nullable<Text>,
        deleted_at -> Timestamp,
    }
}

diesel::table! {
    access_grant (id) {
        id -> BigInt,
        user_id -> Nullable<BigInt>,
        team_id -> Nullable<BigInt>,
        repository_id -> Nullable<BigInt>,
        package_id -> Nullable<BigInt>,
        role -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    token (id) {
        id -> BigInt,
        account_id -> BigInt,
        name -> Text,
        hash -> Text,
        first4 -> Text,
        last4 -> Text,
        scopes -> Text,
        limits -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    session (hash) {
        hash -> Text,
        account_id -> BigInt,
        csrf -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    cli_login (poll_hash) {
        poll_hash -> Text,
        page_hash -> Text,
        agent -> Nullable<Text>,
        address -> Nullable<Text>,
        hostname -> Nullable<Text>,
        account_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    sign_in_failure (subject) {
        subject -> Text,
        failures -> BigInt,
        window_start -> Timestamp,
    }
}

diesel::table! {
    setting (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    signing_key (key_id) {
        key_id -> Text,
        public_key -> Text,
        private_key -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    download_count (version_id, day) {
        version_id -> BigInt,
        day -> Date,
        count -> BigInt,
    }
}

diesel::table! {
    event (id) {
        id -> BigInt,
        at -> Timestamp,
        kind -> Text,
        actor_id -> Nullable<BigInt>,
        actor_name -> Text,
        token_id -> Nullable<BigInt>,
        address -> Nullable<Text>,
        owner_id -> Nullable<BigInt>,
        repository_id -> Nullable<BigInt>,
        package_id -> Nullable<BigInt>,
        version_id -> Nullable<BigInt>,
        detail -> Text,
    }
}

diesel::table! {
    blob_link (package_id, sha256) {
        package_id -> BigInt,
        sha256 -> Text,
        touched_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    draft_blob (owner_id, format, package_key, account_id, sha256) {
        owner_id -> BigInt,
        format -> Text,
        package_key -> Text,
        account_id -> BigInt,
        sha256 -> Text,
        touched_at -> Timestamp,
    }
}

diesel::table! {
    upload (id) {
        id -> Text,
        owner_id -> BigInt,
        format -> Text,
        package_key -> Text,
        account_id -> BigInt,
        position -> BigInt,
        state -> Text,
        writer -> Nullable<Text>,
        writer_until -> Nullable<Timestamp>,
        created_at -> Timestamp,
        touched_at -> Timestamp,
    }
}

diesel::table! {
    version_reference (version_id, position) {
        version_id -> BigInt,
        position -> BigInt,
        package_id -> BigInt,
        kind -> Text,
        target -> Text,
    }
}

diesel::table! {
    referrer (version_id) {
        version_id -> BigInt,
        package_id -> BigInt,
        subject -> Text,
        kind -> Nullable<Text>,
        entry -> Text,
    }
}

diesel::table! {
    owner_key (id) {
        id -> BigInt,
        owner_id -> BigInt,
        fingerprint -> Text,
        algorithm -> Text,
        public_key -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    signature (id) {
        id -> BigInt,
        version_id -> BigInt,
        package_id -> BigInt,
        subject -> Text,
        tag -> Nullable<Text>,
        message -> Text,
        value -> Text,
        annotations -> Text,
        key_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    package_rule (package_id, name) {
        package_id -> BigInt,
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    build (version_id, name) {
        version_id -> BigInt,
        package_id -> BigInt,
        name -> Text,
        state -> Text,
        publisher_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        touched_at -> Timestamp,
        due_at -> Nullable<Timestamp>,
        metadata -> Text,
        source_repository -> Nullable<Text>,
        source_ref -> Nullable<Text>,
        entries -> Text,
    }
}

diesel::table! {
    announced_digest (repository_id, path, algorithm) {
        repository_id -> BigInt,
        path -> Text,
        algorithm -> Text,
        value -> Text,
        account_id -> Nullable<BigInt>,
        at -> Timestamp,
    }
}

diesel::table! {
    package_entry (package_id, topic, name) {
        package_id -> BigInt,
        topic -> Text,
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    feed (owner_id, format) {
        owner_id -> BigInt,
        format -> Text,
        revision -> BigInt,
        epoch -> BigInt,
        begun_at -> Timestamp,
        begun_as -> BigInt,
    }
}

diesel::table! {
    feed_line (owner_id, format, position) {
        owner_id -> BigInt,
        format -> Text,
        position -> BigInt,
        package_id -> BigInt,
        line -> Text,
    }
}

diesel::table! {
    version_line (version_id) {
        version_id -> BigInt,
        package_id -> BigInt,
        shown -> Bool,
        position -> BigInt,
        line -> Text,
    }
}

diesel::table! {
    reserved_name (owner_id, format, name) {
        owner_id -> BigInt,
        format -> Text,
        name -> Text,
        package -> Text,
        version -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    feed,
    feed_line,
    version_line,
    reserved_name,
    announced_digest,
    build,
    package_entry,
    blob_link,
    draft_blob,
    owner_key,
    package_rule,
    referrer,
    signature,
    upload,
    version_reference,
    account,
    membership,
    team,
    team_member,
    repository,
    repository_source,
    package,
    version,
    blob,
    file,
    tag,
    tombstone,
    access_grant,
    token,
    session,
    cli_login,
    sign_in_failure,
    setting,
    signing_key,
    download_count,
    event,
);
