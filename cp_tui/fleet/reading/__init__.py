"""Plans as people write them: a file, options, and what is wrong with them."""
