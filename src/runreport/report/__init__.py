"""From the run index to page models: what each page says, before any HTML."""
