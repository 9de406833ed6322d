"""How fast the server is: the same requests, and the bytes of the pages thrown away."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlencode, urlsplit

from benchmarks.contract import QUERY_PATH, TOKEN_FORM, TOKEN_PATH, read_extract


def main() -> None:
    """Ask for each page of each window; how many there are is read from the first."""
    extract = read_extract()
    connection = http.client.HTTPConnection(urlsplit(extract.url).netloc)
    form = {
        "Authorization": extract.basic_authorization,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    token = json.loads(_send(connection, "POST", TOKEN_PATH, urlencode(TOKEN_FORM), form))
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    total = 0
    for window in extract.windows():
        offset = 0
        while True:
            query = json.dumps(window.query(extract.page_size, offset))
            job = json.loads(_send(connection, "POST", QUERY_PATH, query, headers))
            path = f"{QUERY_PATH}/{job['id']}"
            if not total:  # all windows are alike
                total = json.loads(_send(connection, "GET", path, None, headers))[
                    "totalMatchingRecords"
                ]
            else:
                _send(connection, "GET", path, None, {**headers, "Accept-Encoding": "gzip"})
            offset += extract.page_size
            if offset >= total:
                break


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: str | None,
    headers: dict[str, str],
) -> bytes:
    connection.request(method, path, body, headers)
    return connection.getresponse().read()


if __name__ == "__main__":
    main()
