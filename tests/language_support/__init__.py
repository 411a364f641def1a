"""What tests of the languages need: all templates of the sources, and what of a text can't be translated."""
