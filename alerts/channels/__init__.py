"""Ways to reach a person, one room each; `interface` says what all of them are, `registry` knows them by name."""
