//! Has the migrations embedded again when a file among them changes or is added.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
