"""What pages show of records: figures, sentences, tables, pictures."""
