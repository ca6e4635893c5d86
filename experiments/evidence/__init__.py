"""What the model is held against: moments that it is fitted to, studies that it is tested on.

Both are data (`configs/moments`, `configs/study`) written in one vocabulary: populations of women
by their traits, measures counted person by person, and for studies what is changed, for whom, and
the estimator of the authors.
"""
