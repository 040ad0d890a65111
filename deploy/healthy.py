"""Container health check: ends well if this process's own address answers a path with a 2xx."""

import os
import sys
import urllib.request

if __name__ == "__main__":
    address = f"http://127.0.0.1:{os.environ.get('KASANE_PORT', '8080')}{sys.argv[1]}"
    with urllib.request.urlopen(address, timeout=4):
        pass
