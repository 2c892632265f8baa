"""Protected sources: who they are, sealed; no template, export, index, log or history outside this package can reach it.

The table holds sealed boxes and nothing readable. A box is opened in a request of somebody who may read it, within ten
minutes of giving her password again. The tie from a statement to its source lies inside the box alone.
"""
