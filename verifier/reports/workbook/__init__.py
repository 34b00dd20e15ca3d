"""The reader of report workbooks: archive check, cells, columns, external lists."""
