"""The store on PostgreSQL, for several replicas. Nothing of PostgreSQL lies outside of this folder."""
