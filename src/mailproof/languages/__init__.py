"""The languages of sentences: which one a caller wants, and the catalogues of templates."""
