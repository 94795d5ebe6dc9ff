"""Files on their way out: any registered table as CSV, Excel, Parquet or SPSS, a batch of rows in memory at a time.

Each domain describes its own tables (``tables.ExportTable``) and registers them in its ``apps.py``; ``writers`` and
``spss`` know the formats, ``actions`` makes an export and writes its file in the worker.
"""
