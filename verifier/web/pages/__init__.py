"""What pages show: filters, lists, labels, language, navigation."""
