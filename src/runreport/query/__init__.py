"""From events to answers: the fold, the filter language and search."""
