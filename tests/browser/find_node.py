"""Print the Node.js to test scripts with: the one that playwright's wheel carries, else PATH's."""

import shutil
import sys
from pathlib import Path

import playwright


def find_node() -> str:
    """The path of Node.js; without any, ends with one line that says what to install."""
    carried = Path(playwright.__file__).parent / "driver" / "node"
    found = str(carried) if carried.exists() else shutil.which("node")
    if not found:
        sys.exit("The script tests need Node.js; install it (Debian: apt-get install nodejs).")
    return found


if __name__ == "__main__":
    print(find_node())
