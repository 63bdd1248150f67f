"""Print the Node.js to test scripts with: the one that playwright's wheel carries, else PATH's."""

import shutil
import sys
from pathlib import Path

import playwright

carried = Path(playwright.__file__).parent / "driver" / "node"
found = str(carried) if carried.exists() else shutil.which("node")
if not found:
    sys.exit("The script tests need Node.js; install it (Debian: apt-get install nodejs).")
print(found)
