"""Conclusion, independent review, signatures, the PDF and the public check of it.

The PDF library reads its settings while its modules are imported, so they stand here, before anything of this folder imports it:
otherwise Helvetica creeps in unembedded, photos grow by a quarter, and the same facts give other bytes.
"""

from reportlab import rl_config
from reportlab.lib.fonts import addMapping

rl_config.useA85 = 0
rl_config.invariant = 1
rl_config.canvas_basefontname = "NotoSansSC"
rl_config.defaultGraphicsFontName = "NotoSansSC"

for _bold, _italic in ((0, 0), (0, 1), (1, 0), (1, 1)):
    addMapping("NotoSansSC", _bold, _italic, "NotoSansSC-Bold" if _bold else "NotoSansSC")
