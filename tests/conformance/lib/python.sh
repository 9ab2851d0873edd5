# Sourced by the suites' `run`: `root`, the built `vacantia`, and a `python` that has what .ci/requirements.txt names.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)"
target="${CARGO_TARGET_DIR:-$root/target}"
vacantia="$target/debug/vacantia"
export PYTHONPATH="$root/tests/conformance/lib" PYTHONDONTWRITEBYTECODE=1

python=python3
if ! "$python" -c 'import aiosmtpd' 2>/dev/null; then
  python="$target/conformance-python/bin/python"
  if ! "$python" -c 'import aiosmtpd' 2>/dev/null; then
    python3 -m venv --clear "$target/conformance-python"
    "$python" -m pip install --quiet --disable-pip-version-check "$(grep '^aiosmtpd==' "$root/.ci/requirements.txt")"
  fi
fi

cargo build --quiet --manifest-path "$root/Cargo.toml"
