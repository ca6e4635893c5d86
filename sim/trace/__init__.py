"""One woman's life in both arms, told: ``python -m sim.trace +scenario=NAME agent=NUMBER``.

She is watched (`watch`), what happens to her becomes events (`events`) with their reasons (`why`),
and a story (`story`) puts them into words (`words`).
"""
