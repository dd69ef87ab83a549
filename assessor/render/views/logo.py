"""A logo made safe for documents: only its pixels go on, as a PNG of bounded size.

What a picture file carries beside its pixels (names, places, colour profiles, comments) stays out, and so does what a
broken or hostile one could do to a reader of the document.
"""

from __future__ import annotations

import base64
import io
import warnings
from typing import TYPE_CHECKING

from assessor.errors import UserError

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 2_000_000
MOST_PIXELS = 16_000_000
_LARGEST = (1200, 360)
"""Width and height in pixels as it is kept; it is printed 80 by 16 mm at most."""


def logo_address(content: bytes) -> str:
    """A `data:` address of the picture, empty without one. Raises UserError for what is no whole PNG or JPEG."""
    if not content:
        return ""
    if len(content) > MOST_BYTES:
        raise UserError(f"the logo has {len(content):,} bytes; at most {MOST_BYTES:,} are taken")
    picture = io.BytesIO()
    _pixels(content).save(picture, "PNG")
    return f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"


def _pixels(content: bytes) -> Image.Image:
    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            warnings.simplefilter("ignore")
            if picture.width * picture.height > MOST_PIXELS:
                raise UserError(f"the logo has {picture.width} by {picture.height} pixels; that is too large")
            has_alpha = "A" in picture.getbands() or "transparency" in picture.info
            pixels = picture.convert("RGBA" if has_alpha else "RGB")
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise UserError("the logo is no PNG or JPEG file, or a broken one") from error
    pixels.thumbnail(_LARGEST)
    pixels.info.clear()
    return pixels
