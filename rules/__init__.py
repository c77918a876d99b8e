"""The rules, one in each module: the name of the file is the name of the rule."""
