"""`python -m serving.health`: whether the gateway of this machine is ready; the health check of its container.

Prints the status in one line and ends with 0 when GET /readyz says 200, with 1 when it says anything else or nothing.
"""

from __future__ import annotations

import http.client
import json
import os
import sys

SECONDS = 4.0


def main() -> int:
    port = int(os.environ.get("TUNESERVE_PORT") or 8000)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/readyz")
        reply = connection.getresponse()
        shown = json.loads(reply.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        print(f"no gateway answers at port {port}: {error}")
        return 1
    finally:
        connection.close()
    print(f"{shown.get('status')}: {json.dumps(shown.get('tasks', {}))}")
    return 0 if reply.status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main())
