"""The model watched in a browser: ``python -m sim.view +scenario=NAME``.

A replicate lives in the background (`course`), month by month in both arms; Mesa's `SolaraViz`
plays its months (`live`), and a page (`page`) draws them as maps, curves and a mother's story.
"""
