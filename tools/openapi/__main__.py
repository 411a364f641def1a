"""Write the OpenAPI document and its page: python -m tools.openapi DESCRIPTORS FOLDER.

DESCRIPTORS is a file of a FileDescriptorSet of our own protos, with source info.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from tools.openapi.document import document
from tools.openapi.page import page

from ccadmin.v1 import email_pb2 as _email  # noqa: F401 - compiled in, so that its services are found
from mailproof.service import app as _app  # noqa: F401 - likewise all that the service serves


def main(descriptors: str, folder: str) -> None:
    """Write both files."""
    made = document(FileDescriptorSet.FromString(Path(descriptors).read_bytes()))
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    (into / "openapi.json").write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (into / "docs.html").write_text(page(made), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
