"""Words behind a value by which the asker takes it back for the next: "Devon, sorry, Dorset"."""

from __future__ import annotations

import re

CORRECTED = re.compile(
    r"[\s,.;:!?–—-]*(?:\w+[\s,]+){0,2}?[\s,.;–—(-]*(?:sorry|no(?:pe)?,?\s+(?:wait|sorry|i mean|make|actually)|oops"
    r"|whoops|i mean(?:t)?|actually|make that"
    r"|scratch that|correction|or rather|rather|wait|no(?=\s*[,.–—-])|my mista?ke|strike that|err? no)\b",
    re.IGNORECASE,
)
