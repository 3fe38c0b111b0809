"""Smart charging: profiles in, limits with their reasons out (S 3.13).

Pure functions over frozen facts. Import from the modules: `context` is what goes in; `composite`,
`sharing` and `wire` make what comes out; `validation`, `advice` and `profile_store` keep the store.
"""
