# What there is to do: `just` lists it. Every recipe is one of the scripts or one line; nothing needs just.

_list:
    @just --list --unsorted

# Start an instance of your own on http://localhost:8080
run *arguments:
    ./scripts/run {{arguments}}

# As run, but built in seconds and slower
dev *arguments:
    cargo run -p kindred -- serve {{arguments}}

# Every test on both databases; arguments narrow the run
test *arguments:
    ./scripts/test {{arguments}}

# Only the tests whose names have this in them, on SQLite alone, as fast as it goes
quick *arguments:
    cargo test --all-features {{arguments}}

# Servers of other makes against a running Kindred
peers *arguments:
    ./scripts/test peers {{arguments}}

# Form, lints and documentation, as CI wants them
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features

# Everything that CI does
ci:
    ./.ci/run

# Look at the snapshots that changed, and take or leave them (needs cargo-insta)
snapshots:
    cargo insta review

# Write docs/configuration.md anew from the doc comments of the settings
reference:
    KINDRED_UPDATE_DOCS=1 cargo test -p kindred --lib config
