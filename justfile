# The short names of what is done most. `just --list` shows them.

# Installs what is missing, builds, runs everything.
test:
    ./test

# Serves on 127.0.0.1:8080 with ./data, and prints the set-up address.
serve *ARGS:
    cargo run --release -- serve {{ARGS}}

# Formats all code.
fmt:
    cargo fmt --all

# What ./test checks about the code without running it.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# Measures against peers on this machine.
bench *ARGS:
    bench/run {{ARGS}}
