# Sourced by suites that drive Debian's Chromium: `root`, `target`, and a `python` that has the driver, made once for all of them.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)"
target="${CARGO_TARGET_DIR:-$root/target}"
export PYTHONPATH="$root/tests/conformance/lib" PYTHONDONTWRITEBYTECODE=1

pages="$root/tests/conformance/pages"
environment="$target/conformance-pages"
python="$environment/bin/python"
mkdir -p "$target"
(
  flock 9
  if ! cmp -s "$pages/requirements.txt" "$environment/requirements.txt"; then
    python3 -m venv --clear "$environment"
    "$python" -m pip install --quiet --disable-pip-version-check --requirement "$pages/requirements.txt"
    cp "$pages/requirements.txt" "$environment/requirements.txt"
  fi
) 9>"$target/conformance-pages.lock"
