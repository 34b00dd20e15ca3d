"""What pages share: permit, forms, refusals → pages, lists, filters, language."""
