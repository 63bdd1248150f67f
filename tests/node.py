"""Node.js, which the tests' environment carries."""

import sys
from pathlib import Path

NODE = str(Path(sys.executable).with_name("node"))
