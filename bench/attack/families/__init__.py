"""One module for each family of attacks; see the package `bench.attack`."""
