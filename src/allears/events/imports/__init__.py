"""Files on their way in: read, understood, previewed, loaded in chunks, what is broken kept for mending.

A file of any format becomes one *staged* Parquet file of text columns (`staging`), its columns are described
(`profiling`), a mapping onto the fields of a *kind* (voices, responses, events, customers) is proposed (`proposing`),
and chunks of rows are turned into values (`converting`) and handed to the kind's loader (`running`). Which kinds exist
is known by registration (`kinds`), so that this room needs no knowledge of those above it.
"""
