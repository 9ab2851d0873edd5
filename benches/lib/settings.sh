# Sourced by the benchmarks' `run`: the program to measure, and a Python that has what a peer needs.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
target="${CARGO_TARGET_DIR:-$root/target}"
export PYTHONPATH="$root/benches/lib:$root/tests/conformance/lib" PYTHONDONTWRITEBYTECODE=1
export BENCH_FOLDER="${BENCH_FOLDER:-$target/benches}"

if [ -z "${VACANTIA:-}" ]; then
  cargo build --quiet --release --manifest-path "$root/Cargo.toml"
  VACANTIA="$target/release/vacantia"
fi

# python_with REQUIREMENTS: an environment of its own with these packages.
python_with() {
  python="$BENCH_FOLDER/python/bin/python"
  [ -x "$python" ] || python3 -m venv "$BENCH_FOLDER/python"
  "$python" -m pip install --quiet --disable-pip-version-check --requirement "$1"
}

need() {
  for command in "$@"; do
    command -v "$command" >/dev/null || { echo "$command is missing; see benches/README.md" >&2; exit 1; }
  done
}
