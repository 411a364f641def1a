"""The store on SQLite, for one server. Nothing of SQLite lies outside of this folder."""
