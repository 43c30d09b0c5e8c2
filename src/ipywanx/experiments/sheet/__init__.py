"""The sheet: an experiment's pictures, labelled, as one picture or one page."""
